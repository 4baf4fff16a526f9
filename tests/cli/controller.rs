//! The real binary against a domain controller: the example company in a real Active Directory.

use std::collections::BTreeSet;
use std::process::Command;

use super::ldif::{Entry, Ldif};
use super::{Place, Plan, Ran};
use crate::domain::{Domain, Login, unicode_pwd};

/// What a domain makes by itself, and nobody gives.
const MADE_BY_IT: [&str; 22] = [
    "distinguishedName",
    "name",
    "cn",
    "ou",
    "objectGUID",
    "objectSid",
    "objectCategory",
    "instanceType",
    "whenCreated",
    "whenChanged",
    "uSNCreated",
    "uSNChanged",
    "sAMAccountType",
    "pwdLastSet",
    "lastLogonTimestamp",
    "primaryGroupID",
    "codePage",
    "memberOf",
    "directReports",
    "isCriticalSystemObject",
    "showInAdvancedViewOnly",
    "countryCode",
];

/// What names other objects, which are there only when all are.
const LINKS: [&str; 2] = ["member", "manager"];

/// The password of everybody whose account is enabled.
const PASSWORD: &str = "Correct-Horse-7-Battery";

/// A domain with the objects of the example's directory, and the example's policy beside it.
pub(super) struct Company {
    pub(super) place: Place,
    pub(super) domain: Domain,
    /// As whom the program logs on.
    pub(super) login: Login,
}

impl Company {
    /// The example company, administered with all rights.
    pub(super) fn example() -> Self {
        let domain = Domain::start();
        furnish(
            &domain,
            &std::fs::read_to_string("rules/directory.ldif").unwrap(),
        );
        log_on(&domain, "wmwangi");
        let login = domain.administrator().clone();
        let place = Place::example();
        let company = Self {
            place,
            domain,
            login,
        };
        company.connect();
        company
    }

    /// Says in `tenure.toml` that the directory is this domain.
    fn connect(&self) {
        let connection = format!(
            "ldap = {{ url = {:?}, bind = {:?}, ca = {:?} }}",
            self.domain.ldaps_url(),
            self.login.upn,
            self.domain.ca_file().display().to_string(),
        );
        let ldif = "ldif = \"directory.ldif\"               # as `ldapsearch` wrote it";
        self.place.change("rules/tenure.toml", ldif, &connection);
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.command(arguments);
        command.env("TENURE_AD_PASSWORD", &self.login.password);
        command
    }

    /// Runs a command that has to end with this code.
    #[track_caller]
    pub(super) fn expect(&self, code: i32, arguments: &[&str]) -> Ran {
        let ran = Ran::of(&mut self.command(arguments));
        assert_eq!(ran.code, code, "tenure {arguments:?}\n{ran}");
        ran
    }

    /// The plan as JSON, whatever the code.
    #[track_caller]
    pub(super) fn plan(&self) -> Plan {
        let ran = Ran::of(&mut self.command(&["plan", "--format", "json"]));
        let file: serde_json::Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran}"));
        Plan(file["plan"].clone())
    }
}

/// Puts the objects of an LDIF file into a domain, in two passes: the links come when everything is there.
fn furnish(domain: &Domain, text: &str) {
    let client = domain.client();
    let mut ldif = Ldif::parse(text);
    ldif.0.sort_by_key(|entry| dn(entry).matches(',').count());
    let mut objects = String::new();
    let mut links = String::new();
    for entry in &ldif.0 {
        let name = dn(entry);
        let is_there = client.read(&name, &["objectClass"]).entries.len() == 1;
        if !is_there {
            objects.push_str(&record(entry));
        }
        for link in LINKS {
            let values = entry.all(link);
            let known = values.iter().filter(|_| !is_there);
            let lines: Vec<String> = known.map(|value| line(link, value.as_bytes())).collect();
            if !lines.is_empty() {
                let name = line("dn", name.as_bytes());
                links.push_str(&format!(
                    "{name}changetype: modify\nadd: {link}\n{}-\n\n",
                    lines.concat()
                ));
            }
        }
    }
    client.add(&objects).done();
    client.modify(&links).done();
}

/// Somebody works with their account: the domain keeps when.
fn log_on(domain: &Domain, name: &str) {
    let upn = format!("{name}@{}", domain.realm().to_lowercase());
    let login = Login {
        dn: upn.clone(),
        upn,
        password: PASSWORD.to_owned(),
    };
    domain
        .client()
        .by(&login)
        .read(domain.base_dn(), &["dc"])
        .done();
}

fn dn(entry: &Entry) -> String {
    entry.all("dn")[0].clone()
}

/// The object without what the domain makes itself; whoever is enabled has a password.
fn record(entry: &Entry) -> String {
    let mut text = line("dn", dn(entry).as_bytes());
    for (name, value) in &entry.0 {
        let left_out = MADE_BY_IT.iter().chain(&LINKS).any(|made| made == name);
        if name != "dn" && !left_out {
            text.push_str(&line(name, value));
        }
    }
    if entry.all("userAccountControl").contains(&"512".to_owned()) {
        text.push_str(&format!("unicodePwd:: {}\n", unicode_pwd(PASSWORD)));
    }
    text.push('\n');
    text
}

fn line(name: &str, value: &[u8]) -> String {
    use base64::Engine as _;
    let coded = base64::engine::general_purpose::STANDARD.encode(value);
    format!("{name}:: {coded}\n")
}

/// What can be compared of objects in a domain and objects in a file, below the company's unit, as `name | attribute:
/// value`: everything that the example's directory or its policy speaks of.
const COMPARED: [&str; 30] = [
    "objectClass",
    "accountExpires",
    "adminCount",
    "c",
    "company",
    "department",
    "description",
    "displayName",
    "employeeID",
    "employeeType",
    "givenName",
    "groupType",
    "info",
    "mail",
    "manager",
    "member",
    "mobile",
    "msExchHideFromAddressLists",
    "msExchRecipientTypeDetails",
    "physicalDeliveryOfficeName",
    "proxyAddresses",
    "sAMAccountName",
    "servicePrincipalName",
    "sn",
    "telephoneNumber",
    "title",
    "userAccountControl",
    "userPrincipalName",
    "initials",
    "wWWHomePage",
];

const UNIT: &str = "OU=Kestrel,DC=kestrel,DC=example";

/// Reads with `ldapsearch`, which knows nothing of us.
fn in_domain(domain: &Domain) -> BTreeSet<String> {
    let found = domain
        .client()
        .search(UNIT, "(objectClass=*)", &COMPARED)
        .done();
    let mut lines = BTreeSet::new();
    for entry in &found.entries {
        if entry
            .all("objectClass")
            .contains(&"serviceConnectionPoint".to_owned())
        {
            continue;
        }
        for (name, values) in &entry.attributes {
            for value in values {
                let value = String::from_utf8_lossy(value);
                lines.insert(unescaped(&format!("{} | {name}: {value}", entry.dn)));
            }
        }
    }
    lines
}

/// The same of the embedded directory.
fn in_file(place: &Place) -> BTreeSet<String> {
    let ldif = Ldif::parse(&place.read("rules/.tenure/directory.ldif"));
    let of_company = |line: &String| line.contains(&format!("{UNIT} | "));
    let compared = |line: &String| {
        let (_, value) = line.split_once(" | ").unwrap();
        COMPARED.contains(&value.split_once(':').unwrap().0)
    };
    let lines = ldif
        .essence()
        .into_iter()
        .filter(of_company)
        .filter(compared);
    lines.map(|line| unescaped(&line)).collect()
}

/// Names as they are meant: who escapes what differs from server to server.
fn unescaped(text: &str) -> String {
    text.replace('\\', "")
}

#[test]
fn the_example_is_planned_and_applied_and_then_there_is_nothing_to_do() {
    let company = Company::example();
    let embedded = Place::example();
    company.expect(2, &["plan"]);
    let (real, file) = (company.plan().deeds(), embedded.plan().deeds());
    let (a, b): (BTreeSet<_>, BTreeSet<_>) = (real.iter().collect(), file.iter().collect());
    let only_one: Vec<_> = a.symmetric_difference(&b).collect();
    assert!(only_one.is_empty(), "{only_one:#?}");
    assert_eq!(real.len(), file.len());
    company.expect(0, &["apply", "--yes"]);
    company.expect(0, &["plan"]);
    embedded.expect(0, &["apply", "--yes"]);
    let (real, file) = (in_domain(&company.domain), in_file(&embedded));
    let only_one: Vec<&String> = real.symmetric_difference(&file).collect();
    assert!(only_one.is_empty(), "{only_one:#?}");
    assert!(real.len() > 2_000, "{}", real.len());
}
