//! What all connections of a front have in common.

use std::sync::{Arc, Mutex};

use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::behind::Behind;
use super::fault::{Fault, Rule};
use super::log::{Log, Seen};
use super::message::{Answer, Kind, Request};
use super::settings::Settings;
use super::windows::Longest;

/// By which port a client comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    /// LDAP inside TLS.
    Tls,
    /// LDAP in the clear, with `StartTLS`.
    Plain,
    /// The global catalogue, inside TLS.
    Catalog,
}

impl Door {
    pub(super) const ALL: [Self; 3] = [Self::Tls, Self::Plain, Self::Catalog];

    /// The port of it.
    pub(super) fn port(self) -> u16 {
        match self {
            Self::Tls => 636,
            Self::Plain => 389,
            Self::Catalog => 3269,
        }
    }

    /// The port of the domain controller to which it leads, always inside TLS.
    pub(super) fn behind(self) -> u16 {
        match self {
            Self::Tls | Self::Plain => 636,
            Self::Catalog => 3269,
        }
    }
}

pub(super) struct Shared {
    pub(super) behind: Arc<Behind>,
    pub(super) acceptor: TlsAcceptor,
    pub(super) settings: watch::Sender<Settings>,
    /// Rises by one each time that every connection is cut.
    pub(super) cuts: watch::Sender<u64>,
    pub(super) longest: Longest,
    pub(super) rules: Mutex<Vec<Rule>>,
    pub(super) log: Mutex<Log>,
    /// Names of the administrator, in small letters.
    pub(super) administrator: [String; 2],
    pub(super) realm: String,
}

impl Shared {
    /// Writes a request down and gives its place.
    pub(super) fn see(&self, request: &Request, connection: u64) -> usize {
        self.log.lock().unwrap().push(Seen::of(request, connection))
    }

    /// Adds what became of it. A log that was emptied in between does not want to know.
    pub(super) fn record(&self, at: usize, what: impl FnOnce(&mut Seen)) {
        if let Some(seen) = self.log.lock().unwrap().at(at) {
            what(seen);
        }
    }

    /// Counts an operation, and gives what befalls it.
    pub(super) fn strike(&self, kind: Kind) -> Option<Fault> {
        let mut rules = self.rules.lock().unwrap();
        // All of them count, whichever comes first.
        let struck: Vec<Fault> = rules
            .iter_mut()
            .filter_map(|rule| rule.strike(kind))
            .collect();
        struck.first().copied()
    }

    pub(super) fn cut(&self) {
        self.cuts.send_modify(|count| *count += 1);
    }

    pub(super) fn may_list_deleted(&self, who: &str) -> bool {
        let settings = self.settings.borrow();
        let mut trusted = self.administrator.iter().chain(&settings.may_list_deleted);
        trusted.any(|name| name == who)
    }

    /// Who is logged on, as Windows says it.
    pub(super) fn authorization(&self, who: &str) -> String {
        if who.is_empty() {
            return String::new();
        }
        let name = who.split(['@', ',']).next().unwrap_or_default();
        let name = name.strip_prefix("cn=").unwrap_or(name);
        let domain = self.realm.split('.').next().unwrap_or_default();
        format!("u:{domain}\\{name}")
    }

    /// Where else the forest has something, in a search from the head of the domain.
    pub(super) fn references(&self, id: u32) -> Vec<Answer> {
        let (dns, base) = (self.realm.to_lowercase(), &self.behind.base_dn);
        let urls = [
            format!("ldap://ForestDnsZones.{dns}/DC=ForestDnsZones,{base}"),
            format!("ldap://DomainDnsZones.{dns}/DC=DomainDnsZones,{base}"),
            format!("ldap://{dns}/CN=Configuration,{base}"),
        ];
        urls.iter().map(|url| Answer::reference(id, url)).collect()
    }
}
