//! What a domain controller says of itself: which it is, which domain it keeps, what time it has.

use std::time::Duration;

use jiff::Timestamp;
use ldap3::Ldap;

use super::error::Error;
use super::filter::Filter;
use super::search::{Ask, Fault};
use super::settings::Server;
use crate::directory::dn::Dn;
use crate::directory::filetime::from_generalized_time;
use crate::directory::guid::Guid;
use crate::directory::snapshot::Controller;

/// What is asked of the root (MS-ADTS 3.1.1.3.2, "rootDSE attributes").
const ROOT: [&str; 9] = [
    "defaultNamingContext",
    "configurationNamingContext",
    "schemaNamingContext",
    "dsServiceName",
    "dnsHostName",
    "currentTime",
    "highestCommittedUSN",
    "isGlobalCatalogReady",
    "supportedControl",
];

/// Of the domain controller's settings.
const SETTINGS: [&str; 2] = ["invocationId", "objectClass"];

/// A domain controller and its domain, at the moment when it was asked.
#[derive(Debug, Clone)]
pub(super) struct Root {
    /// The head of the domain.
    pub(super) base: Dn,
    /// Where the forest keeps its configuration.
    pub(super) configuration: Dn,
    /// Where it keeps its schema.
    pub(super) schema: Dn,
    /// Which one it is.
    pub(super) controller: Controller,
    /// What time it has.
    pub(super) time: Timestamp,
    /// The last update of its copy.
    pub(super) highest_usn: u64,
    /// Whether it answers for the whole forest.
    pub(super) is_global_catalog: bool,
    /// Whether it takes no changes.
    pub(super) is_read_only: bool,
}

impl Root {
    /// Asks the domain controller at the other end.
    pub(super) async fn of(
        ldap: &mut Ldap,
        server: &Server,
        patience: Duration,
    ) -> Result<Self, Error> {
        let lacking = |why: &str| Error::NoController {
            server: server.to_string(),
            why: why.to_owned(),
        };
        let root = Ask::object("", &ROOT).one(ldap, patience).await;
        let root = root
            .map_err(|fault| failed(server, "its root entry", fault))?
            .ok_or_else(|| lacking("it has no root entry"))?;
        let name = |attribute: &str| {
            let text = root.text(attribute);
            text.and_then(|text| Dn::parse(text).ok())
                .ok_or_else(|| lacking(&format!("its root entry has no `{attribute}`")))
        };
        let service = name("dsServiceName")?;
        let settings = Ask::object(service.as_str(), &SETTINGS)
            .one(ldap, patience)
            .await
            .map_err(|fault| failed(server, "its settings", fault))?
            .ok_or_else(|| lacking("its settings cannot be read"))?;
        let invocation = settings.bytes("invocationId").next();
        let invocation = invocation
            .and_then(Guid::from_ad_bytes)
            .ok_or_else(|| lacking("its settings have no `invocationId`"))?;
        let time = root.text("currentTime").and_then(from_generalized_time);
        let number = root.text("highestCommittedUSN");
        let is = |attribute: &str| {
            let text = root.text(attribute);
            text.is_some_and(|text| text.eq_ignore_ascii_case("TRUE"))
        };
        Ok(Self {
            base: name("defaultNamingContext")?,
            configuration: name("configurationNamingContext")?,
            schema: name("schemaNamingContext")?,
            controller: Controller {
                service: service.to_string(),
                host: root
                    .text("dnsHostName")
                    .unwrap_or(&server.host)
                    .to_ascii_lowercase(),
                invocation,
            },
            time: time.ok_or_else(|| lacking("its root entry has no `currentTime`"))?,
            highest_usn: number
                .and_then(|number| number.parse().ok())
                .ok_or_else(|| lacking("its root entry has no `highestCommittedUSN`"))?,
            is_global_catalog: is("isGlobalCatalogReady"),
            is_read_only: settings
                .texts("objectClass")
                .any(|class| class.eq_ignore_ascii_case("nTDSDSARO")),
        })
    }

    /// The host of the domain controller that keeps the domain's clock and passwords (the PDC emulator), if it can be
    /// told.
    pub(super) async fn primary(&self, ldap: &mut Ldap, patience: Duration) -> Option<String> {
        let attributes = ["fSMORoleOwner"];
        let head = Ask::object(self.base.as_str(), &attributes);
        let head = head.one(ldap, patience).await.ok()??;
        let owner = Dn::parse(head.text("fSMORoleOwner")?).ok()?;
        let attributes = ["dNSHostName"];
        let server = owner.parent()?;
        let server = Ask::object(server.as_str(), &attributes);
        let server = server.one(ldap, patience).await.ok()??;
        server.text("dNSHostName").map(str::to_ascii_lowercase)
    }

    /// The other domains of the forest (MS-ADTS 6.1.1.2.1.1.5, `crossRef` objects with the flag of a domain).
    pub(super) async fn other_domains(
        &self,
        ldap: &mut Ldap,
        patience: Duration,
    ) -> Result<Vec<Dn>, Fault> {
        const FLAG_CR_NTDS_DOMAIN: u32 = 2;
        let base = format!("CN=Partitions,{}", self.configuration);
        let mut domains = Vec::new();
        let attributes = ["nCName", "systemFlags"];
        let references = Ask::below(&base, Filter::equal("objectClass", "crossRef"), &attributes);
        references
            .each(ldap, patience, |entry| {
                let flags: Option<u32> =
                    entry.text("systemFlags").and_then(|text| text.parse().ok());
                let is_domain = flags.is_some_and(|flags| flags & FLAG_CR_NTDS_DOMAIN != 0);
                let name = entry.text("nCName").and_then(|text| Dn::parse(text).ok());
                domains.extend(name.filter(|name| is_domain && *name != self.base));
                Ok(())
            })
            .await?;
        domains.sort();
        Ok(domains)
    }
}

/// The name of the host at the other end, which anybody may ask for.
#[cfg(feature = "kerberos")]
pub(super) async fn host_name(ldap: &mut Ldap, server: &Server) -> Result<String, Error> {
    let attributes = ["dnsHostName"];
    let root = Ask::object("", &attributes)
        .one(ldap, Duration::from_secs(10))
        .await
        .map_err(|fault| failed(server, "its root entry", fault))?;
    let name = root.and_then(|root| root.text("dnsHostName").map(str::to_owned));
    name.ok_or_else(|| Error::NoController {
        server: server.to_string(),
        why: "its root entry has no `dnsHostName`".to_owned(),
    })
}

/// A failed search, as an error of its server.
pub(super) fn failed(server: &Server, what: &'static str, fault: Fault) -> Error {
    let server = server.to_string();
    match fault {
        Fault::Lost(why) => Error::Lost {
            server,
            what: what.to_owned(),
            why,
        },
        Fault::Refused(answer) => Error::Refused {
            server,
            what,
            why: super::refusal::words(&answer),
        },
        Fault::Broken(why) => Error::Broken { server, why },
    }
}
