//! How a domain controller is reached, and as whom.

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;

use super::error::Error;
use crate::directory::snapshot::Controller;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);

/// How long one answer may take: a busy domain controller takes seconds for a large group.
const ANSWER: Duration = Duration::from_mins(1);

/// How many connections a run has, unless it is said.
pub const CONNECTIONS: usize = 4;

/// Everything that opening a directory needs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The domain controllers, in the order in which they are tried.
    pub servers: Vec<Server>,
    /// Certificates of authorities as PEM; without it those that this machine trusts.
    pub ca: Option<Vec<u8>>,
    /// As whom.
    pub bind: Bind,
    /// How long to wait.
    pub patience: Patience,
    /// How many connections are open at a time.
    pub connections: usize,
    /// The one domain controller that may be used: the one that a plan was made on (S9).
    pub pinned: Option<Controller>,
}

/// As whom it is bound.
#[derive(Debug, Clone)]
pub enum Bind {
    /// With a name (`name@domain` or a distinguished name) and a password.
    Simple {
        /// The name.
        name: String,
        /// The password.
        password: SecretString,
    },
    /// With the Kerberos ticket or keytab that the environment names (`KRB5CCNAME`, `KRB5_CLIENT_KTNAME`).
    Kerberos,
}

/// How long to wait for what.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For a connection with its TLS and its bind.
    pub connect: Duration,
    /// For an answer.
    pub answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: CONNECT,
            answer: ANSWER,
        }
    }
}

/// How a connection becomes private; without it there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Ldaps,
    /// TLS before anything is said.
    StartTls,
}

/// One domain controller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its name, which its certificate must have.
    pub host: String,
    /// The port.
    pub port: u16,
    /// How the connection becomes private.
    pub security: Security,
}

impl Server {
    /// Reads `ldaps://HOST[:PORT]` or `ldap://HOST[:PORT]`; the latter means TLS by `StartTLS`, never none.
    pub fn parse(url: &str) -> Result<Self, Error> {
        let wrong = |why: &str| Error::Setting {
            what: format!("`{url}` is no address of a domain controller: {why}"),
            help: "write it with its full name: `ldaps://dc1.example.com`",
        };
        let (security, rest) = if let Some(rest) = strip_scheme(url, "ldaps://") {
            (Security::Ldaps, rest)
        } else if let Some(rest) = strip_scheme(url, "ldap://") {
            (Security::StartTls, rest)
        } else {
            return Err(wrong("it begins with neither `ldaps://` nor `ldap://`"));
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) => {
                let port = port.parse().map_err(|_| wrong("its port is no number"))?;
                (host, port)
            }
            None => (rest, security.port()),
        };
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if host.is_empty() || !host.chars().all(fits) {
            return Err(wrong("it has no name of a host, or more than that"));
        }
        Ok(Self {
            host: host.to_ascii_lowercase(),
            port,
            security,
        })
    }

    /// The same host where it answers for the whole forest.
    pub(super) fn global_catalog(&self) -> Self {
        Self {
            port: match self.security {
                Security::Ldaps => 3269,
                Security::StartTls => 3268,
            },
            ..self.clone()
        }
    }

    /// The address as the library wants it.
    pub(super) fn url(&self) -> String {
        let scheme = match self.security {
            Security::Ldaps => "ldaps",
            Security::StartTls => "ldap",
        };
        format!("{scheme}://{}:{}", self.host, self.port)
    }
}

fn strip_scheme<'u>(url: &'u str, scheme: &str) -> Option<&'u str> {
    let (head, rest) = url.split_at_checked(scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then_some(rest)
}

impl Security {
    const fn port(self) -> u16 {
        match self {
            Self::Ldaps => 636,
            Self::StartTls => 389,
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::{Security, Server};

    #[test]
    fn an_address_is_a_host_with_tls() {
        let read =
            |url: &str| Server::parse(url).map(|server| (server.to_string(), server.security));
        let ldaps = |name: &str| Some((name.to_owned(), Security::Ldaps));
        assert_eq!(
            read("ldaps://dc1.example.com").ok(),
            ldaps("dc1.example.com:636")
        );
        assert_eq!(
            read("LDAPS://DC1.example.com/").ok(),
            ldaps("dc1.example.com:636")
        );
        assert_eq!(read("ldaps://10.0.0.1:1636").ok(), ldaps("10.0.0.1:1636"));
        let start = Some(("dc1:389".to_owned(), Security::StartTls));
        assert_eq!(read("ldap://dc1").ok(), start);
        for wrong in [
            "dc1.example.com",
            "https://dc1",
            "ldaps://",
            "ldaps://dc1:port",
            "ldaps://user@dc1",
            "ldaps://dc1/DC=x",
            "ldap\u{e9}://x",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
