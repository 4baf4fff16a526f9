//! What stands before the simulator on the way to it: a server that speaks TLS, and a proxy. Both pass on what they get,
//! and the proxy keeps it, to be looked at.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

/// An authority of our own.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// Whose certificate a server has, and until when.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Certificate {
    Good,
    OtherName,
    Expired,
    NotYet,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "Kestrel's own authority");
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    /// What goes into the file that `ca` names.
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    fn config(&self, certificate: Certificate) -> rustls::ServerConfig {
        let name = match certificate {
            Certificate::OtherName => "personio.example",
            Certificate::Good | Certificate::Expired | Certificate::NotYet => "localhost",
        };
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        match certificate {
            Certificate::Expired => params.not_after = date_time_ymd(2020, 1, 1),
            Certificate::NotYet => params.not_before = date_time_ymd(2999, 1, 1),
            Certificate::Good | Certificate::OtherName => {}
        }
        let key = KeyPair::generate().unwrap();
        let signed = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![signed.der().clone()], key)
            .unwrap()
    }
}

/// How a proxy answers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    /// Lets everybody through.
    Open,
    /// Lets through who shows this in `Proxy-Authorization`.
    Asks(&'static str),
    /// Lets nobody through, with that status line.
    Refuses(&'static str),
}

/// What listens until it is dropped.
pub(crate) struct Front {
    address: SocketAddr,
    /// Everything that clients sent to it.
    got: Arc<Mutex<Vec<u8>>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Front {
    /// A server that speaks TLS, before the one at that address.
    pub(crate) fn tls(authority: &Authority, certificate: Certificate, behind: &str) -> Self {
        let acceptor = TlsAcceptor::from(Arc::new(authority.config(certificate)));
        let behind = host(behind);
        Self::start(move |client, got| {
            let (acceptor, behind) = (acceptor.clone(), behind.clone());
            async move {
                // Who does not trust us hangs up.
                let Ok(client) = acceptor.accept(client).await else {
                    return;
                };
                let server = TcpStream::connect(behind).await.unwrap();
                pass(client, server, got).await;
            }
        })
    }

    /// A proxy that tunnels (`CONNECT`), and passes on requests that name their server.
    pub(crate) fn proxy(answer: Answer) -> Self {
        Self::start(move |client, got| through(client, got, answer))
    }

    fn start<F: Future<Output = ()> + Send + 'static>(
        serve: impl Fn(TcpStream, Arc<Mutex<Vec<u8>>>) -> F + Send + 'static,
    ) -> Self {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let got = Arc::new(Mutex::new(Vec::new()));
        let (stop, mut stopped) = oneshot::channel();
        let kept = got.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).unwrap();
                loop {
                    tokio::select! {
                        _ = &mut stopped => break,
                        accepted = listener.accept() => {
                            let (client, _) = accepted.unwrap();
                            tokio::spawn(serve(client, kept.clone()));
                        }
                    }
                }
            });
            runtime.shutdown_background();
        });
        Self {
            address,
            got,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Everything that clients sent, as far as it is text.
    pub(crate) fn got(&self) -> String {
        String::from_utf8_lossy(&self.got.lock().unwrap()).into_owned()
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
        self.thread.take().unwrap().join().unwrap();
    }
}

/// `127.0.0.1:4711` of `http://127.0.0.1:4711/…`.
fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap().to_owned()
}

/// One connection of a proxy.
async fn through(mut client: TcpStream, got: Arc<Mutex<Vec<u8>>>, answer: Answer) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = client.read_u8().await else {
            return;
        };
        head.push(byte);
    }
    got.lock().unwrap().extend_from_slice(&head);
    let text = String::from_utf8(head.clone()).unwrap();
    let shown = text.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("proxy-authorization")
            .then_some(value)
    });
    let refusal = match answer {
        Answer::Refuses(status) => Some(status),
        Answer::Asks(wanted) if shown != Some(wanted) => {
            Some("407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=\"proxy\"")
        }
        Answer::Open | Answer::Asks(_) => None,
    };
    if let Some(status) = refusal {
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        let _ = client.write_all(head.as_bytes()).await;
        return;
    }
    let mut words = text.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let Ok(mut server) = TcpStream::connect(host(target)).await else {
        return;
    };
    if method == "CONNECT" {
        client
            .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
            .await
            .unwrap();
    } else {
        server.write_all(&head).await.unwrap();
    }
    pass(client, server, got).await;
}

/// Passes on both ways, and keeps what the client sends.
async fn pass<C: AsyncRead + AsyncWrite>(client: C, server: TcpStream, got: Arc<Mutex<Vec<u8>>>) {
    let (mut from_client, mut to_client) = tokio::io::split(client);
    let (mut from_server, mut to_server) = server.into_split();
    let there = async {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
            got.lock().unwrap().extend_from_slice(&buffer[..length]);
            if to_server.write_all(&buffer[..length]).await.is_err() {
                break;
            }
        }
        let _ = to_server.shutdown().await;
    };
    let back = async {
        let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
        let _ = to_client.shutdown().await;
    };
    tokio::join!(there, back);
}
