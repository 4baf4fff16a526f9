//! A mail server as it is configured: where it is, how the connection becomes private, as whom and from whom.

use super::trust::is_loopback;
use crate::text::mail::{Address, HeadLine};
use secrecy::SecretString;
use std::fmt;

/// How a connection becomes private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS before anything is said, or nothing is said.
    StartTls,
    /// None, to this machine alone.
    Plain,
}

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its name, which its certificate must have.
    pub host: String,
    /// The port.
    pub port: u16,
    /// How the connection becomes private.
    pub security: Security,
}

/// Everything that sending mail needs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server.
    pub server: Server,
    /// Name and password; none where the server asks for none.
    pub logon: Option<(String, SecretString)>,
    /// The sender's address.
    pub from: Address,
    /// The sender's name.
    pub from_name: Option<HeadLine>,
    /// Where replies go, if not there.
    pub reply_to: Option<Address>,
    /// Certificates of authorities as PEM; without it those that this machine trusts.
    pub ca: Option<Vec<u8>>,
}

impl Server {
    /// Reads `smtps://HOST[:PORT]` or `smtp://HOST[:PORT]`; the latter means TLS by `STARTTLS`, and no TLS at all only
    /// where that is said and the host is this machine. Else what is wrong, and what to write.
    pub fn parse(url: &str, plain: bool) -> Result<Self, (String, &'static str)> {
        const HOW: &str = "write it with its full name: `smtp = \"smtps://mail.example.com\"`, or `smtp://` for STARTTLS";
        let wrong = |why: &str| (format!("`smtp = {url:?}` is no mail server: {why}"), HOW);
        let (security, port, rest) = if let Some(rest) = url.strip_prefix("smtps://") {
            (Security::Tls, 465, rest)
        } else if let Some(rest) = url.strip_prefix("smtp://") {
            (Security::StartTls, 587, rest)
        } else {
            return Err(wrong("it begins with neither `smtps://` nor `smtp://`"));
        };
        if rest.contains('@') {
            return Err((
                "the name and password of a mail server do not stand in its address".to_owned(),
                "write `user = \"…\"` and where its `password` lies, as `{ file = \"PATH\" }` or `{ env = \"NAME\" }`",
            ));
        }
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) => {
                let port = port.parse().map_err(|_| wrong("its port is no number"))?;
                (host, port)
            }
            None => (rest, port),
        };
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if host.is_empty() || !host.chars().all(fits) {
            return Err(wrong("it has no name of a host, or more than that"));
        }
        let security = match (plain, security) {
            (false, security) => security,
            (true, Security::StartTls) if is_loopback(host) => Security::Plain,
            (true, Security::StartTls | Security::Tls | Security::Plain) => {
                return Err((
                    "`plain` is for a mail server on this machine, as `smtp://127.0.0.1:25`"
                        .to_owned(),
                    "remove the line: everything else is encrypted",
                ));
            }
        };
        Ok(Self {
            host: host.to_ascii_lowercase(),
            port,
            security,
        })
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the mail server {}:{}", self.host, self.port)
    }
}
