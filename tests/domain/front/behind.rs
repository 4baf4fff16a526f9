//! The domain controller behind the front: a way to it for each client, and one beside them to look things up by.
//!
//! What Windows checks and Samba does not depends on what is in the directory. It is asked for here, as administrator,
//! so that no client's rights, log or faults have a part in it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::ber::{BOOLEAN, ENUMERATED, INTEGER, Node, SEQUENCE};
use super::message::{Answer, Attribute, ENTRY, message};
use super::wire::Wire;
use crate::domain::{Domain, Login};

/// How far a search goes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope {
    Base,
    Subtree,
}

/// An object that was looked up.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) dn: String,
    attributes: Vec<Attribute>,
}

impl Found {
    /// The values of an attribute; none if it is not there.
    pub(super) fn all(&self, name: &str) -> &[Vec<u8>] {
        let mut found = self.attributes.iter();
        found
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map_or(&[], |(_, values)| values)
    }

    /// The first value as text; empty if there is none.
    pub(super) fn text(&self, name: &str) -> String {
        let first = self.all(name).first();
        first.map_or_else(String::new, |value| {
            String::from_utf8_lossy(value).into_owned()
        })
    }
}

type Tls = TlsStream<TcpStream>;

/// Where the domain controller is.
pub(super) struct Behind {
    ip: std::net::IpAddr,
    connector: TlsConnector,
    administrator: Login,
    pub(super) base_dn: String,
    pub(super) host: String,
    link: Mutex<Option<Link>>,
}

/// The connection beside the clients', logged on.
struct Link {
    reader: Wire<ReadHalf<Tls>>,
    writer: WriteHalf<Tls>,
    last_id: u32,
}

impl Behind {
    pub(super) fn new(domain: &Domain) -> Arc<Self> {
        Arc::new(Self {
            ip: domain.ip().parse().unwrap(),
            connector: super::tls::connector(&domain.ca_file()),
            administrator: domain.administrator().clone(),
            base_dn: domain.base_dn().to_owned(),
            host: domain.host().to_owned(),
            link: Mutex::new(None),
        })
    }

    /// A new connection to it, inside TLS whatever the client's is.
    pub(super) async fn dial(&self, port: u16) -> io::Result<Tls> {
        let stream = TcpStream::connect(SocketAddr::new(self.ip, port)).await?;
        stream.set_nodelay(true)?;
        self.connector
            .connect(ServerName::from(self.ip), stream)
            .await
    }

    /// What is found there now; nothing where the domain controller is away.
    pub(super) async fn search(
        &self,
        base: &str,
        scope: Scope,
        filter: Node,
        attributes: &[&str],
    ) -> Vec<Found> {
        let mut link = self.link.lock().await;
        // The connection may have ended with a domain controller that was there before.
        for _ in 0..2 {
            if link.is_none() {
                *link = self.log_on().await.ok();
            }
            if let Some(open) = link.as_mut() {
                match open.search(base, scope, filter.clone(), attributes).await {
                    Ok(found) => return found,
                    Err(_) => *link = None,
                }
            }
        }
        Vec::new()
    }

    /// The object of that name.
    pub(super) async fn read(&self, dn: &str, attributes: &[&str]) -> Option<Found> {
        let found = self.search(dn, Scope::Base, anything(), attributes).await;
        found.into_iter().next()
    }

    async fn log_on(&self) -> io::Result<Link> {
        let (reader, writer) = tokio::io::split(self.dial(636).await?);
        let mut link = Link {
            reader: Wire::new(reader),
            writer,
            last_id: 0,
        };
        let bind = vec![
            Node::number(INTEGER, 3),
            Node::text(&self.administrator.dn),
            Node::bytes(0x80, self.administrator.password.as_str()),
        ];
        link.ask(Node::nodes(0x60, bind)).await?;
        if link.answer().await?.code() == 0 {
            Ok(link)
        } else {
            Err(io::ErrorKind::PermissionDenied.into())
        }
    }
}

impl Link {
    async fn search(
        &mut self,
        base: &str,
        scope: Scope,
        filter: Node,
        attributes: &[&str],
    ) -> io::Result<Vec<Found>> {
        let scope = match scope {
            Scope::Base => 0,
            Scope::Subtree => 2,
        };
        // `1.1` stands for no attribute at all, where an empty list stands for all.
        let attributes = if attributes.is_empty() {
            &["1.1"]
        } else {
            attributes
        };
        let attributes = attributes.iter().map(|name| Node::text(name)).collect();
        let search = vec![
            Node::text(base),
            Node::number(ENUMERATED, scope),
            Node::number(ENUMERATED, 0),
            Node::number(INTEGER, 0),
            Node::number(INTEGER, 0),
            Node::bytes(BOOLEAN, [0]),
            filter,
            Node::nodes(SEQUENCE, attributes),
        ];
        self.ask(Node::nodes(0x63, search)).await?;
        let mut found = Vec::new();
        loop {
            let answer = self.answer().await?;
            if answer.is_last() {
                return Ok(found);
            }
            if answer.tag() == ENTRY {
                let attributes = answer.node.child(1).child(1).children().iter();
                found.push(Found {
                    dn: answer.dn(),
                    attributes: attributes.map(super::message::attribute).collect(),
                });
            }
        }
    }

    async fn ask(&mut self, op: Node) -> io::Result<()> {
        self.last_id += 1;
        let bytes = message(self.last_id, op).encode();
        self.writer.write_all(&bytes).await?;
        self.writer.flush().await
    }

    async fn answer(&mut self) -> io::Result<Answer> {
        let bytes = self.reader.next().await?;
        let bytes = bytes.ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(Answer {
            node: Node::parse(&bytes)?,
        })
    }
}

/// The filter that every object fits.
pub(super) fn anything() -> Node {
    Node::bytes(0x87, "objectClass")
}
