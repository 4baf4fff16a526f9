//! Whether a directory will do for a policy: each thing that is wrong by itself, with its mend.
//!
//! Nothing is written. What the account that is logged on may do is read twice where that can be: the server computes it
//! for an object that is there (`allowedAttributesEffective`, `allowedChildClassesEffective`; MS-ADTS 3.1.1.4.5), and
//! the access list of a write base tells it for what will be made below.

use std::sync::Arc;

use jiff::Timestamp;
use ldap3::{Ldap, Scope};

use super::access::is_master;
use super::entry::Entry;
use super::error::Error;
use super::filter::Filter;
use super::pool;
use super::read::Reading;
use super::search::{Ask, Fault};
use super::settings::Settings;
use super::{LdapDirectory, root};
use crate::directory::dn::Dn;
use crate::directory::rights::{Needs, Right};
use crate::directory::sid::Sid;

/// How many objects a message names before it only counts.
const MAX_NAMED: usize = 5;

/// What an examination came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Examined {
    /// Which domain controller was examined.
    pub controller: Option<String>,
    /// What is well, in words.
    pub well: Vec<String>,
    /// What is not.
    pub findings: Vec<Finding>,
}

/// Something that is not well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its stable name.
    pub code: &'static str,
    /// Whether `plan` and `apply` work all the same.
    pub works: bool,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl From<Error> for Finding {
    fn from(error: Error) -> Self {
        Self {
            code: error.code(),
            works: false,
            message: error.to_string(),
            help: error.help(),
        }
    }
}

/// What is asked of a directory.
#[derive(Debug, Clone)]
pub struct Question<'q> {
    /// What is read of it.
    pub reading: Reading,
    /// Below what it is written.
    pub write: &'q [Dn],
    /// What the policy does.
    pub needs: Needs,
    /// How long its passwords are.
    pub password_length: u32,
    /// Whether it deletes.
    pub deletes: bool,
    /// The groups that have to be there: logon names, or distinguished names in full.
    pub groups: Vec<Arc<str>>,
    /// What its logon names end with.
    pub upn_suffixes: Vec<Arc<str>>,
    /// This machine's clock.
    pub now: Timestamp,
}

/// Examines the domain controllers of a connection.
pub fn examine(settings: &Settings, question: &Question<'_>) -> Examined {
    let mut examined = Examined::default();
    let mut unusable = Vec::new();
    for server in &settings.servers {
        match pool::try_one(settings, server) {
            Ok(()) => examined.well.push(format!(
                "{server} answers, its certificate is trusted, and it lets the account in"
            )),
            Err(error) => unusable.push(Finding::from(error)),
        }
    }
    let any = unusable.len() < settings.servers.len();
    for finding in unusable {
        // One of several is enough to work with.
        examined.findings.push(Finding {
            works: any,
            ..finding
        });
    }
    if !any {
        return examined;
    }
    match LdapDirectory::connect(settings, question.reading.clone(), question.now) {
        Ok(directory) => {
            examined.controller = Some(directory.controller().to_string());
            examined
                .well
                .push("its clock and this machine's agree".to_owned());
            Examination {
                directory: &directory,
                question,
                examined: &mut examined,
            }
            .all();
        }
        Err(error) => examined.findings.push(error.into()),
    }
    examined
}

/// The entries of access lists that give an account what a policy needs, base by base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// As whom it is logged on, as `name@domain`.
    pub who: String,
    /// The account's identity.
    pub sid: Sid,
    /// What it has to be given on each write base.
    pub bases: Vec<OnBase>,
}

/// The rights on one write base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnBase {
    /// The base.
    pub base: Dn,
    /// Each right with the arguments of `dsacls`: how it is handed on, and what.
    pub rights: Vec<(Right, &'static str, String)>,
    /// All of them as SDDL.
    pub sddl: String,
}

/// What the account of this connection has to be given for a policy.
pub fn delegation(settings: &Settings, question: &Question<'_>) -> Result<Delegation, Error> {
    let directory = LdapDirectory::connect(settings, question.reading.clone(), question.now)?;
    let failed = |what| move |fault| (what, fault);
    let delegated = (|| {
        let (who, sid) = directory.own_account().map_err(failed("its account"))?;
        let ids = directory
            .attribute_ids(&question.needs)
            .map_err(failed("the schema"))?;
        let mut bases = Vec::new();
        for (position, base) in question.write.iter().enumerate() {
            let mut rights = Vec::new();
            let mut sddl = String::new();
            for right in rights_on(&question.needs, position) {
                let id = right
                    .attribute()
                    .and_then(|name| ids.get(&name.to_lowercase()));
                // What the schema lacks nobody can be given.
                let Some(entry) = right.entry(id.copied()) else {
                    continue;
                };
                let (inherits, argument) = right.dsacls(&who);
                rights.push((right.clone(), inherits, argument));
                sddl.push_str(&entry.sddl(&sid));
            }
            bases.push(OnBase {
                base: base.clone(),
                rights,
                sddl,
            });
        }
        Ok(Delegation { who, sid, bases })
    })();
    delegated.map_err(|(what, fault)| root::failed(directory.pool.server(), what, fault))
}

/// The rights on the write base of that number: the mark stands below the first.
fn rights_on(needs: &Needs, position: usize) -> impl Iterator<Item = &Right> {
    let of_mark = |right: &Right| matches!(right, Right::CreateMark | Right::WriteMark);
    needs
        .rights
        .iter()
        .filter(move |right| position == 0 || !of_mark(right))
}

/// One thing that is looked at.
type Step<'e> = fn(&mut Examination<'e>) -> Result<(), Fault>;

/// An examination at work.
struct Examination<'e> {
    directory: &'e LdapDirectory,
    question: &'e Question<'e>,
    examined: &'e mut Examined,
}

impl<'e> Examination<'e> {
    fn all(&mut self) {
        if !self.bases() {
            return;
        }
        let steps: [(&'static str, Step<'e>); 7] = [
            ("the schema", Self::schema),
            ("groups", Self::groups),
            ("the partitions of the forest", Self::suffixes),
            ("access lists", Self::rights),
            ("the password policy", Self::passwords),
            ("the recycle bin", Self::recycle_bin),
            ("deleted objects", Self::deleted),
        ];
        for (what, step) in steps {
            if let Err(fault) = step(self) {
                let error = root::failed(self.directory.pool.server(), what, fault);
                self.examined.findings.push(error.into());
            }
        }
        self.catalog();
    }

    fn well(&mut self, text: impl Into<String>) {
        self.examined.well.push(text.into());
    }

    fn find(&mut self, code: &'static str, works: bool, message: String, help: String) {
        self.examined.findings.push(Finding {
            code,
            works,
            message,
            help,
        });
    }

    /// Whether the bases are there; without them nothing else means anything.
    fn bases(&mut self) -> bool {
        let mut all = true;
        let settings = [
            ("write", self.question.write),
            ("read", self.question.reading.bases.as_slice()),
        ];
        for (setting, bases) in settings {
            for base in bases {
                match self.directory.exists(base) {
                    Ok(true) => {}
                    Ok(false) => {
                        all = false;
                        self.examined.findings.push(
                            Error::NoBase {
                                server: self.directory.pool.server().to_string(),
                                setting,
                                base: base.clone(),
                            }
                            .into(),
                        );
                    }
                    Err(fault) => {
                        all = false;
                        let server = self.directory.pool.server();
                        let error = root::failed(server, "a base", fault);
                        self.examined.findings.push(error.into());
                    }
                }
            }
        }
        if all {
            self.well("the bases of `read` and `write` are there");
        }
        all
    }

    fn schema(&mut self) -> Result<(), Fault> {
        let directory = self.directory;
        let attributes = directory
            .pool
            .read(async |ldap: &mut Ldap| directory.attributes(ldap).await)?;
        for name in &attributes.lacks {
            self.find(
                "attribute-missing",
                true,
                format!("the schema of the forest has no `{name}`, which the policy names"),
                format!(
                    "extend the schema (Exchange brings its attributes along), or take `{name}` out of the policy: \
                     until then nothing is written to it"
                ),
            );
        }
        if attributes.lacks.is_empty() {
            self.well("the schema has every attribute that the policy names");
        }
        Ok(())
    }

    fn groups(&mut self) -> Result<(), Fault> {
        let mut missing = 0;
        for name in &self.question.groups {
            if self.directory.has_group(name)? {
                continue;
            }
            missing += 1;
            self.find(
                "group-missing",
                true,
                format!("the directory has no group `{name}`, which the policy gives"),
                "make it, correct the name, or let the policy make it with `create` in its block: until then nobody gets it"
                    .to_owned(),
            );
        }
        if missing == 0 {
            self.well("every group that the policy gives is there, or will be made");
        }
        Ok(())
    }

    /// The names of the forest's domains and what its administrators added (MS-ADTS 6.1.1.2.1, `uPNSuffixes`).
    fn suffixes(&mut self) -> Result<(), Fault> {
        let base = format!("CN=Partitions,{}", self.directory.root.configuration);
        let partitions = self.directory.one(&base, &["uPNSuffixes"])?;
        // Where it may not be read, nothing is known.
        let Some(partitions) = partitions else {
            return Ok(());
        };
        let added = partitions.texts("uPNSuffixes").map(str::to_owned);
        let domains = self.directory.others.iter().map(dns_name);
        let known: Vec<String> = added
            .chain(domains)
            .chain([dns_name(self.directory.base())])
            .collect();
        let mut strange = 0;
        for suffix in &self.question.upn_suffixes {
            if known.iter().any(|known| known.eq_ignore_ascii_case(suffix)) {
                continue;
            }
            strange += 1;
            self.find(
                "suffix-unknown",
                true,
                format!("`{suffix}`, with which logon names of the policy end, is no UPN suffix of this forest"),
                format!(
                    "an administrator of the forest runs: Get-ADForest | Set-ADForest -UPNSuffixes @{{add=\"{suffix}\"}}; \
                     until then those names are not given"
                ),
            );
        }
        if strange == 0 {
            self.well("logon names of the policy end as the forest's do");
        }
        Ok(())
    }

    fn rights(&mut self) -> Result<(), Fault> {
        let directory = self.directory;
        let (who, sid) = directory.own_account()?;
        let own = directory.own_sids(&sid)?;
        if is_master(&own) {
            self.find(
                "rights-too-many",
                true,
                format!("`{who}` administers the whole domain, and could do anything"),
                "give an account of its own what `tenure doctor --delegation` prints, and log on with that".to_owned(),
            );
            return Ok(());
        }
        let ids = directory.attribute_ids(&self.question.needs)?;
        let mut missing = 0;
        let bases: Vec<Dn> = self.question.write.to_vec();
        for (position, base) in bases.iter().enumerate() {
            let seen = directory.access(base)?;
            let needs = self.question.needs.clone();
            for right in rights_on(&needs, position) {
                let id = right
                    .attribute()
                    .and_then(|name| ids.get(&name.to_lowercase()));
                let Some(entry) = right.entry(id.copied()) else {
                    continue;
                };
                if seen.allows(right, entry, id.and_then(|id| id.set), &own) {
                    continue;
                }
                missing += 1;
                let (inherits, argument) = right.dsacls(&who);
                self.find(
                    "right-missing",
                    false,
                    format!("`{who}` may not {right} below `{base}`"),
                    format!(
                        "an administrator runs: dsacls \"{base}\" {inherits} /G \"{argument}\" (as SDDL: {})",
                        entry.sddl(&sid)
                    ),
                );
            }
            if !seen.cut_off.is_empty() {
                missing += 1;
                let named: Vec<&str> = seen
                    .cut_off
                    .iter()
                    .map(Dn::as_str)
                    .take(MAX_NAMED)
                    .collect();
                self.find(
                    "rights-not-inherited",
                    true,
                    format!(
                        "{} below `{base}` take no rights from above: {}",
                        counted(seen.cut_off.len()),
                        named.join("; ")
                    ),
                    "switch inheritance on there, or give the same rights there as well".to_owned(),
                );
            }
        }
        if missing == 0 {
            self.well(format!("`{who}` may do what this policy needs"));
        }
        Ok(())
    }

    fn passwords(&mut self) -> Result<(), Fault> {
        let attributes = ["minPwdLength"];
        let head = self
            .directory
            .one(self.directory.base().as_str(), &attributes)?;
        let least: Option<u32> = head
            .as_ref()
            .and_then(|head| head.text("minPwdLength")?.parse().ok());
        let length = self.question.password_length;
        match least {
            Some(least) if least > length => self.find(
                "password-too-short",
                false,
                format!("passwords of the policy have {length} characters, and the domain asks for {least}"),
                format!("write `random {least}` or more in `password`"),
            ),
            Some(_) | None => self.well("passwords are as long as the domain asks"),
        }
        Ok(())
    }

    fn recycle_bin(&mut self) -> Result<(), Fault> {
        if !self.question.deletes {
            return Ok(());
        }
        let base = format!("CN=Partitions,{}", self.directory.root.configuration);
        let attributes = ["msDS-EnabledFeature"];
        let partitions = self.directory.one(&base, &attributes)?;
        let is_on = partitions.is_some_and(|partitions| {
            partitions.texts("msDS-EnabledFeature").any(|feature| {
                feature
                    .to_lowercase()
                    .starts_with("cn=recycle bin feature,")
            })
        });
        if is_on {
            self.well("the recycle bin is on");
        } else {
            self.find(
                "recycle-bin-off",
                true,
                "the recycle bin is off: of an account that the policy deletes nothing but its identity can be brought back".to_owned(),
                format!(
                    "an administrator of the forest runs: Enable-ADOptionalFeature 'Recycle Bin Feature' -Scope \
                     ForestOrConfigurationSet -Target {} (this cannot be taken back)",
                    dns_name(self.directory.base())
                ),
            );
        }
        Ok(())
    }

    /// An empty answer is a finding, not a fact (S14): without the right to list it looks as if nothing was deleted.
    fn deleted(&mut self) -> Result<(), Fault> {
        let directory = self.directory;
        if directory.sees_deleted(&Filter::all())? {
            self.well("deleted objects can be seen");
        } else {
            self.unseen(directory.deleted.as_str());
        }
        Ok(())
    }

    fn unseen(&mut self, base: &str) {
        let who = self.directory.own_account();
        let (who, sid) = match &who {
            Ok((who, sid)) => (who.as_str(), sid.to_string()),
            Err(_) => ("the service account", String::new()),
        };
        let message = "no deleted object can be seen: names of what was deleted lately may be given away again";
        let help = format!(
            "if anything was ever deleted, an administrator runs: dsacls \"{base}\" /takeownership, then dsacls \
             \"{base}\" /G \"{who}:LCRP\" (as SDDL: (A;;LCRP;;;{sid}))"
        );
        self.find("deleted-unseen", true, message.to_owned(), help);
    }

    fn catalog(&mut self) {
        let directory = self.directory;
        if directory.others.is_empty() {
            self.well("the forest has one domain: names are unique where this one says so");
            return;
        }
        let attributes = ["objectGUID"];
        let asked = directory.pool.read_forest(async |ldap: &mut Ldap| {
            let ask = Ask::object(directory.base().as_str(), &attributes);
            ask.one(ldap, directory.pool.patience()).await.map(|_| ())
        });
        match asked {
            Ok(()) if directory.root.is_global_catalog => {
                self.well("the global catalogue answers");
            }
            Ok(()) | Err(_) => self.find(
                "no-catalogue",
                true,
                format!(
                    "{} is no global catalogue: names that the other {} have are not seen",
                    directory.pool.server(),
                    counted_domains(directory.others.len())
                ),
                "name a domain controller in `url` that is a global catalogue, and let its port 3269 through".to_owned(),
            ),
        }
    }
}

impl LdapDirectory {
    /// One object with these attributes, if it is there.
    pub(super) fn one(&self, base: &str, attributes: &[&str]) -> Result<Option<Entry>, Fault> {
        let patience = self.pool.patience();
        self.pool
            .read(async |ldap: &mut Ldap| Ask::object(base, attributes).one(ldap, patience).await)
    }

    /// Whether something that was deleted, and that the filter fits, can be seen.
    pub(super) fn sees_deleted(&self, filter: &Filter) -> Result<bool, Fault> {
        let attributes = ["objectGUID"];
        let searched = self.pool.read(async |ldap: &mut Ldap| {
            let ask = Ask {
                deleted: true,
                scope: Scope::OneLevel,
                ..Ask::below(self.deleted.as_str(), filter.clone(), &attributes)
            };
            ask.first(ldap, self.pool.patience()).await
        });
        match searched {
            Ok(found) => Ok(found.is_some()),
            Err(Fault::Refused(_)) => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    fn exists(&self, base: &Dn) -> Result<bool, Fault> {
        Ok(self.one(base.as_str(), &["objectGUID"])?.is_some())
    }

    /// Whether there is a group of that logon name, or of that distinguished name.
    fn has_group(&self, name: &str) -> Result<bool, Fault> {
        let is_group = |entry: &Entry| entry.texts("objectClass").any(|class| class == "group");
        let attributes = ["objectClass"];
        if name.contains('=') {
            let found = self.one(name, &attributes)?;
            return Ok(found.is_some_and(|entry| is_group(&entry)));
        }
        let filter = Filter::both([
            Filter::equal("objectClass", "group"),
            Filter::equal("sAMAccountName", name),
        ]);
        let base = self.base().to_string();
        let patience = self.pool.patience();
        let found = self.pool.read(async |ldap: &mut Ldap| {
            Ask::below(&base, filter.clone(), &attributes)
                .first(ldap, patience)
                .await
        })?;
        Ok(found.is_some())
    }

    /// The account that is logged on, as `name@domain`, and its identity.
    fn own_account(&self) -> Result<(String, Sid), Fault> {
        let broken = |why: &str| Fault::Broken(why.to_owned());
        let token = self.one("", &["tokenGroups"])?;
        let sids = token.iter().flat_map(|token| token.bytes("tokenGroups"));
        // The account itself is one of them, and the only one that is no group (MS-ADTS 3.1.1.3.2.30).
        let attributes = ["objectClass", "sAMAccountName", "objectSid"];
        for sid in sids.filter_map(Sid::from_bytes) {
            let base = format!("<SID={sid}>");
            let found = match self.one(&base, &attributes) {
                Ok(found) => found,
                // A well-known identity is no object.
                Err(Fault::Refused(_)) => None,
                Err(fault) => return Err(fault),
            };
            let Some(found) = found else { continue };
            if found.texts("objectClass").any(|class| class == "user") {
                let name = found.text("sAMAccountName").unwrap_or_default();
                return Ok((format!("{name}@{}", dns_name(&self.root.base)), sid));
            }
        }
        Err(broken("no account that is logged on"))
    }
}

fn dns_name(base: &Dn) -> String {
    let labels: Vec<String> = base.components().map(|rdn| rdn.value()).collect();
    labels.join(".")
}

fn counted(count: usize) -> String {
    if count == 1 {
        "1 unit".to_owned()
    } else {
        format!("{count} units")
    }
}

fn counted_domains(count: usize) -> String {
    if count == 1 {
        "domain".to_owned()
    } else {
        format!("{count} domains")
    }
}
