//! Active Directory as `tenure.toml` names it: where it is, as whom, and where the password lies.

use super::live::Secret;
use super::{Error, Workspace, files};
use crate::directory::ldap::{Bind, CONNECTIONS, Patience, Reading, Server, Settings};
use crate::directory::{AttributeName, Controller};
use crate::policy::Policy;
use serde::Deserialize;
use std::path::PathBuf;
use std::time::Duration;

/// The most connections: more wear a domain controller out and are no faster.
const MAX_CONNECTIONS: usize = 32;

/// The variable that the password is in, unless it is said.
const PASSWORD: &str = "TENURE_AD_PASSWORD";

/// Where the directory is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DirectorySource {
    /// An LDIF file, which is never written: changes go to a working copy.
    Ldif(PathBuf),
    /// A domain controller.
    Ldap(Box<Ldap>),
}

/// A connection to Active Directory, without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ldap {
    /// The domain controllers, in the order in which they are tried.
    pub servers: Vec<Server>,
    /// As whom.
    pub logon: Logon,
    /// A file of certificates.
    pub ca: Option<PathBuf>,
    /// How many connections.
    pub connections: usize,
    /// How long an answer may take, in seconds.
    pub timeout: Option<u64>,
}

/// As whom it is logged on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Logon {
    /// With a name and a password.
    Password {
        /// The name.
        bind: String,
        /// Where the password is.
        password: Secret,
    },
    /// With a Kerberos ticket or keytab.
    Kerberos,
}

/// `ldap = { … }` within `[directory]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LdapSection {
    url: OneOrMore,
    bind: Option<String>,
    password: Option<Secret>,
    #[serde(default)]
    kerberos: bool,
    ca: Option<PathBuf>,
    connections: Option<usize>,
    timeout: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl LdapSection {
    /// The connection; else what is wrong with it, and what to write.
    pub(super) fn ldap(self) -> Result<Ldap, (String, String)> {
        let urls = match self.url {
            OneOrMore::One(url) => vec![url],
            OneOrMore::More(urls) => urls,
        };
        if urls.is_empty() {
            return Err((
                "`ldap` names no domain controller".to_owned(),
                "write `url = \"ldaps://dc1.example.com\"`".to_owned(),
            ));
        }
        let server =
            |url: &String| Server::parse(url).map_err(|error| (error.to_string(), error.help()));
        let servers = urls.iter().map(server).collect::<Result<_, _>>()?;
        let logon = match (self.bind, self.kerberos) {
            (None, true) if self.password.is_none() => Logon::Kerberos,
            (Some(bind), false) => Logon::Password {
                bind,
                password: self
                    .password
                    .unwrap_or_else(|| Secret::Env(PASSWORD.to_owned())),
            },
            (None | Some(_), true) | (None, false) => {
                return Err((
                    "`ldap` does not say as whom it logs on, or says it twice".to_owned(),
                    "write `bind = \"svc-tenure@example.com\"` and where its `password` lies, or `kerberos = true`"
                        .to_owned(),
                ));
            }
        };
        let connections = self.connections.unwrap_or(CONNECTIONS);
        if !(1..=MAX_CONNECTIONS).contains(&connections) {
            return Err((
                format!("`connections = {connections}` is too few, or too many"),
                format!("write a number from 1 to {MAX_CONNECTIONS}, or leave it out"),
            ));
        }
        if self.timeout == Some(0) {
            return Err((
                "`timeout = 0` waits for no answer".to_owned(),
                "write how many seconds an answer may take, or leave it out".to_owned(),
            ));
        }
        Ok(Ldap {
            servers,
            logon,
            ca: self.ca,
            connections,
            timeout: self.timeout,
        })
    }
}

impl Workspace {
    /// The connection with its password; `pinned` is the domain controller that must answer.
    pub fn ldap(
        &self,
        ldap: &Ldap,
        pinned: Option<Controller>,
        variable: &(dyn Fn(&str) -> Option<String> + Sync),
    ) -> Result<Settings, Error> {
        let ca = ldap.ca.as_ref();
        let ca = ca.map(|file| files::read_bytes(&self.path(file)));
        let bind = match &ldap.logon {
            Logon::Password { bind, password } => Bind::Simple {
                name: bind.clone(),
                password: self.secret(("Active Directory", "password"), password, variable)?,
            },
            Logon::Kerberos => Bind::Kerberos,
        };
        let usual = Patience::default();
        Ok(Settings {
            servers: ldap.servers.clone(),
            ca: ca.transpose()?,
            bind,
            patience: Patience {
                answer: ldap.timeout.map_or(usual.answer, Duration::from_secs),
                ..usual
            },
            connections: ldap.connections,
            pinned,
        })
    }

    /// What is read of a live directory for these policies. A process that goes on keeps what it read, and brings it up to date
    /// ([`Current`](crate::directory::ldap::Current)).
    pub fn reading(&self, policies: &[&Policy]) -> Reading {
        let rules = policies.iter().map(|policy| &policy.rules);
        let names = rules.flat_map(|rules| &rules.directory_attributes);
        Reading {
            bases: self.config.read.clone(),
            attributes: names.map(|name| AttributeName::new(name)).collect(),
        }
    }
}
