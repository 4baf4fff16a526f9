//! The real binary against a domain controller: the example company in a real Active Directory.

use std::path::Path;
use std::process::Command;

use super::ldif::{Entry, Ldif};
use super::{Place, Ran};
use crate::domain::{Domain, Login, unicode_pwd};

/// What a domain makes by itself, and nobody gives.
const MADE_BY_IT: [&str; 23] = [
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
    "accountExpires",
    "countryCode",
];

/// What names other objects, which are there only when all are.
const LINKS: [&str; 2] = ["member", "manager"];

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
        text.push_str(&format!(
            "unicodePwd:: {}\n",
            unicode_pwd("Correct-Horse-7-Battery")
        ));
    }
    text.push('\n');
    text
}

fn line(name: &str, value: &[u8]) -> String {
    use base64::Engine as _;
    let coded = base64::engine::general_purpose::STANDARD.encode(value);
    format!("{name}:: {coded}\n")
}

#[test]
fn the_example_is_planned_and_applied_and_then_there_is_nothing_to_do() {
    let company = Company::example();
    let ran = company.expect(2, &["plan"]);
    std::fs::write("/tmp/plan.txt", ran.to_string()).unwrap();
    let ran = company.expect(0, &["apply", "--yes"]);
    std::fs::write("/tmp/apply.txt", ran.to_string()).unwrap();
    let ran = company.expect(0, &["plan"]);
    assert!(ran.out.contains("nothing to do"), "{ran}");
    assert!(!Path::new("rules/.tenure").exists());
}
