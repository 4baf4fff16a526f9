//! Opens one connection: the host is found, TLS stands, the account is let in.

use std::time::Duration;

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, StdStream};
use rustls::ClientConfig;
use secrecy::ExposeSecret as _;
use socket2::{SockRef, TcpKeepalive};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::error::{Credentials, Error};
use super::settings::{Bind, Patience, Security, Server};
use super::tls::certificate_problem;

/// After how long without traffic the system asks whether the other side is still there: firewalls forget idle
/// connections after a few minutes, and a domain controller closes them after 15.
const KEEPALIVE: Duration = Duration::from_mins(1);

/// `strongerAuthRequired` and `invalidCredentials` (RFC 4511, appendix A).
const STRONGER_AUTH: u32 = 8;
const INVALID_CREDENTIALS: u32 = 49;

/// How connections are opened, all alike.
#[derive(Debug, Clone)]
pub(super) struct Dial {
    pub(super) tls: Arc<ClientConfig>,
    pub(super) bind: Bind,
    pub(super) patience: Patience,
}

impl Dial {
    /// A connection that may ask; it ends when the last handle to it is dropped.
    pub(super) async fn open(&self, server: &Server) -> Result<Ldap, Error> {
        let opened = timeout(self.patience.connect, self.open_slowly(server)).await;
        opened.unwrap_or_else(|_| Err(self.silent(server, "while the connection was opened")))
    }

    async fn open_slowly(&self, server: &Server) -> Result<Ldap, Error> {
        let stream = tcp(server).await?;
        let settings = LdapConnSettings::new()
            .set_config(Arc::clone(&self.tls))
            .set_starttls(server.security == Security::StartTls)
            .set_std_stream(StdStream::Tcp(stream));
        let (connection, mut ldap) = LdapConnAsync::with_settings(settings, &server.url())
            .await
            .map_err(|error| no_tls(server, error))?;
        // What the server sends can make the library give up; whoever waits for an answer is then told so.
        tokio::spawn(async move {
            let _ = connection.drive().await;
        });
        self.log_on(server, &mut ldap).await?;
        Ok(ldap)
    }

    async fn log_on(&self, server: &Server, ldap: &mut Ldap) -> Result<(), Error> {
        let Bind::Simple { name, password } = &self.bind else {
            return kerberos(server, ldap).await;
        };
        let refused = |problem| Error::Credentials {
            server: server.to_string(),
            account: name.clone(),
            problem,
        };
        let password = password.expose_secret();
        if name.is_empty() || password.is_empty() {
            // RFC 4513, section 5.1.2: without a password a server lets anybody in, as nobody.
            return Err(refused(Credentials::Wrong));
        }
        let answer = ldap.simple_bind(name, password).await;
        let answer = answer.map_err(|error| self.lost(server, &error))?;
        match answer.rc {
            0 => Ok(()),
            STRONGER_AUTH => Err(refused(Credentials::NeedsTls)),
            INVALID_CREDENTIALS => Err(refused(Credentials::of(&answer.text))),
            _ => Err(Error::Refused {
                server: server.to_string(),
                what: "the log-on",
                why: super::refusal::words(&answer),
            }),
        }
    }

    /// No answer within the time that one may take.
    pub(super) fn silent(&self, server: &Server, when: &'static str) -> Error {
        Error::Silent {
            server: server.to_string(),
            seconds: self.patience.connect.as_secs(),
            when,
        }
    }

    fn lost(&self, server: &Server, error: &LdapError) -> Error {
        if matches!(error, LdapError::Timeout { .. }) {
            return self.silent(server, "while the account was checked");
        }
        Error::Unreachable {
            server: server.to_string(),
            why: in_words(error),
        }
    }
}

/// The words of the library, or plainer ones for what it names after its own parts.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the library names many more, most of which cannot be here"
)]
pub(super) fn in_words(error: &LdapError) -> String {
    match error {
        LdapError::Timeout { .. } => "no answer came in time".to_owned(),
        LdapError::Io { source } => source.to_string(),
        LdapError::EndOfStream
        | LdapError::OpSend { .. }
        | LdapError::ResultRecv { .. }
        | LdapError::IdScrubSend { .. }
        | LdapError::MiscSend { .. } => "the connection was closed".to_owned(),
        other => crate::text::visible(&other.to_string()).into_owned(),
    }
}

/// A connection without anything on it.
pub(super) async fn tcp(server: &Server) -> Result<std::net::TcpStream, Error> {
    let host = (server.host.as_str(), server.port);
    let addresses = tokio::net::lookup_host(host).await;
    let addresses = addresses.map_err(|_| Error::Unresolved {
        host: server.host.clone(),
    })?;
    let unreachable = |error: &std::io::Error| Error::Unreachable {
        server: server.to_string(),
        why: error.to_string(),
    };
    let mut last = Error::Unresolved {
        host: server.host.clone(),
    };
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                let kept = TcpKeepalive::new().with_time(KEEPALIVE);
                // Without it the connection works as well, until a firewall forgets it.
                let _ = SockRef::from(&stream).set_tcp_keepalive(&kept);
                let _ = stream.set_nodelay(true);
                return stream.into_std().map_err(|error| unreachable(&error));
            }
            Err(error) => last = unreachable(&error),
        }
    }
    Err(last)
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the library names many more, most of which cannot be here"
)]
fn no_tls(server: &Server, error: LdapError) -> Error {
    let inner = match &error {
        LdapError::Io { source } => source
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>()),
        LdapError::Rustls { source } => Some(source),
        _ => None,
    };
    let server = server.to_string();
    match inner.and_then(certificate_problem) {
        Some(problem) => Error::Certificate { server, problem },
        None => Error::NoTls {
            server,
            why: match error {
                LdapError::LdapResult { result } => super::refusal::words(&result),
                other => in_words(&other),
            },
        },
    }
}

#[cfg(feature = "kerberos")]
async fn kerberos(server: &Server, ldap: &mut Ldap) -> Result<(), Error> {
    let failed = |why: String| Error::Kerberos {
        server: server.to_string(),
        why,
    };
    // A ticket is for a name; who connects to an address is told the name by the server whose certificate holds.
    let host = if server.host.parse::<std::net::IpAddr>().is_ok() {
        super::root::host_name(ldap, server).await?
    } else {
        server.host.clone()
    };
    let answer = ldap.sasl_gssapi_bind(&host).await;
    let answer = answer.map_err(|error| failed(reason(&in_words(&error)).to_owned()))?;
    if answer.rc == 0 {
        return Ok(());
    }
    Err(failed(super::refusal::words(&answer)))
}

/// Of an error of GSSAPI the part that says what happened: it stands behind the class of the error, in parentheses.
#[cfg(feature = "kerberos")]
fn reason(words: &str) -> &str {
    let inner = words
        .split_once(" (")
        .and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(words)
}

#[cfg(not(feature = "kerberos"))]
#[expect(clippy::unused_async, reason = "as it is where Kerberos is built in")]
async fn kerberos(_: &Server, _: &mut Ldap) -> Result<(), Error> {
    Err(Error::Setting {
        what: "this tenure is built without Kerberos".to_owned(),
        help: "build it with `--features kerberos`, or say `bind` and `password`",
    })
}
