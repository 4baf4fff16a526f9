//! The real binary against a domain controller: the example company in a real Active Directory.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use super::ldif::{Entry, Ldif};
use super::{Place, Plan, Ran};
use crate::domain::{Domain, Login, Options, unicode_pwd};

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
        Self::in_domain(Domain::start())
    }

    fn in_domain(domain: Domain) -> Self {
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

    /// The example company, administered by an account that has the rights which `doctor --delegation` prints, and no
    /// more.
    pub(super) fn delegated() -> Self {
        let company = Self::example();
        let login = company.domain.service_account().clone();
        let company = Self { login, ..company };
        company.place.change(
            "rules/tenure.toml",
            &company.domain.administrator().upn,
            &company.login.upn,
        );
        let (base, sddl) = company.delegation();
        company.domain.give(&base, &company.login, &sddl);
        company
    }

    /// The write base and the rights on it, as SDDL.
    #[track_caller]
    pub(super) fn delegation(&self) -> (String, String) {
        let ran = self.expect(0, &["doctor", "--delegation"]);
        let sddl = ran.out.lines().find_map(|line| line.strip_prefix("# (OA;"));
        (UNIT.to_owned(), format!("(OA;{}", sddl.unwrap()))
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
            objects.push_str(&record(entry, domain.has_exchange()));
        }
        for link in LINKS {
            let values = entry.all(link);
            let known = values.iter().filter(|_| !is_there);
            let lines: Vec<String> = known.map(|value| line(link, value.as_bytes())).collect();
            if !lines.is_empty() {
                let name = line("dn", name.as_bytes());
                let lines = lines.concat();
                let record = format!("{name}changetype: modify\nadd: {link}\n{lines}-\n\n");
                links.push_str(&record);
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
fn record(entry: &Entry, has_exchange: bool) -> String {
    let mut text = line("dn", dn(entry).as_bytes());
    for (name, value) in &entry.0 {
        let left_out = MADE_BY_IT.iter().chain(&LINKS).any(|made| made == name);
        // Exchange's are there where Exchange is.
        let lacking = name.starts_with("msExch") && !has_exchange;
        if name != "dn" && !left_out && !lacking {
            text.push_str(&line(name, value));
        }
    }
    if entry.all("userAccountControl").contains(&"512".to_owned()) {
        text.push_str("unicodePwd:: ");
        text.push_str(&unicode_pwd(PASSWORD));
        text.push('\n');
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

/// What the doctor finds, as `code: message`, and the help of each.
fn findings(company: &Company, code: i32) -> BTreeMap<String, String> {
    let ran = company.expect(code, &["doctor"]);
    let mut lines = ran.out.lines().peekable();
    let mut found = BTreeMap::new();
    while let Some(line) = lines.next() {
        let finding = line.trim().strip_prefix("error[");
        let finding = finding.or(line.trim().strip_prefix("warning["));
        if let Some(finding) = finding {
            let help = lines.next().unwrap().trim();
            let help = help
                .strip_prefix("help: ")
                .unwrap_or_else(|| panic!("{ran}"));
            found.insert(finding.replacen(']', "", 1), help.to_owned());
        }
    }
    found
}

/// The entries of an access list.
fn entries(sddl: &str) -> Vec<String> {
    let parts = sddl.split_inclusive(')');
    parts.map(str::to_owned).collect()
}

#[test]
fn each_right_that_is_taken_away_is_found_and_its_help_gives_it_back() {
    let company = Company::delegated();
    let usual = findings(&company, 0);
    let codes: Vec<&str> = usual
        .keys()
        .map(|finding| finding.split(':').next().unwrap())
        .collect();
    assert_eq!(codes, ["deleted-unseen", "recycle-bin-off"]);
    let (base, sddl) = company.delegation();
    let all = entries(&sddl);
    assert!(all.len() > 25, "{}", all.len());
    for entry in &all {
        company.domain.take(&base, &company.login, entry);
        let found = findings(&company, 1);
        let new: Vec<_> = found
            .iter()
            .filter(|(finding, _)| !usual.contains_key(*finding))
            .collect();
        assert_eq!(found.len(), usual.len() + 1, "{entry}: {found:#?}");
        let (finding, help) = new[0];
        assert!(finding.starts_with("right-missing"), "{finding}");
        let mend = help
            .split("(as SDDL: ")
            .nth(1)
            .unwrap()
            .strip_suffix(')')
            .unwrap();
        assert_eq!(mend, entry);
        company.domain.give(&base, &company.login, mend);
    }
    assert_eq!(findings(&company, 0), usual);
}

#[test]
fn what_the_doctor_finds_in_a_domain_goes_away_by_what_its_help_says() {
    let company = Company::delegated();
    let (domain, client) = (&company.domain, company.domain.client());
    let usual = findings(&company, 0);
    let head = domain.base_dn().to_owned();
    let new = |found: &BTreeMap<String, String>| -> Vec<String> {
        let new = found.keys().filter(|finding| !usual.contains_key(*finding));
        new.map(|finding| finding.split(':').next().unwrap().to_owned())
            .collect()
    };
    // Passwords that are too short for the domain.
    let least = |length: u32| {
        let record = format!(
            "dn: {head}\nchangetype: modify\nreplace: minPwdLength\nminPwdLength: {length}\n"
        );
        client.modify(&record).done();
    };
    least(17);
    let found = findings(&company, 1);
    assert_eq!(new(&found), ["password-too-short"]);
    assert!(
        found.values().any(|help| help.contains("random 17")),
        "{found:?}"
    );
    company
        .place
        .change("rules/profile.tenure", "random 16", "random 17");
    assert_eq!(findings(&company, 0), usual);
    least(7);
    // What was deleted is seen with the right that the help names.
    let help = usual
        .iter()
        .find(|(finding, _)| finding.starts_with("deleted-unseen"))
        .unwrap()
        .1;
    let mend = help
        .split("(as SDDL: ")
        .nth(1)
        .unwrap()
        .strip_suffix(')')
        .unwrap();
    let doomed = domain.account("doomed", &domain.unit("Doomed"));
    client
        .modify(&format!("dn: {}\nchangetype: delete\n", doomed.dn))
        .done();
    assert_eq!(findings(&company, 0), usual, "deleted, and still unseen");
    domain.give(&format!("CN=Deleted Objects,{head}"), &company.login, mend);
    let found = findings(&company, 0);
    assert_eq!(found.len() + 1, usual.len(), "{found:?}");
    // A base that is mistyped.
    let write = "write = [\"OU=Kestrel,";
    company
        .place
        .change("rules/tenure.toml", write, "write = [\"OU=Kestral,");
    let gone = findings(&company, 1);
    assert_eq!(gone.len(), 1, "{gone:?}");
    assert!(gone.keys().all(|finding| finding.starts_with("no-base")));
    company
        .place
        .change("rules/tenure.toml", "OU=Kestral,", "OU=Kestrel,");
    assert_eq!(findings(&company, 0), found);
    // A unit that takes no rights from above, until it does again.
    let apart = format!("OU=Apart,{UNIT}");
    client
        .add(&format!("dn: {apart}\nobjectClass: organizationalUnit\n"))
        .done();
    assert_eq!(findings(&company, 0), found);
    domain.inherits(&apart, false);
    assert_eq!(new(&findings(&company, 0)), ["rights-not-inherited"]);
    domain.inherits(&apart, true);
    assert_eq!(findings(&company, 0), found);
    // The recycle bin, which nobody can switch off again.
    assert!(
        found
            .keys()
            .any(|finding| finding.starts_with("recycle-bin-off"))
    );
    domain.switch_recycle_bin_on();
    let after = findings(&company, 0);
    assert_eq!(after.len() + 1, found.len(), "{after:?}");
    let found = after;
    // One of two domain controllers that does not answer; without it there is enough to work with.
    let url = format!("url = {:?}", domain.ldaps_url());
    let two = format!("url = [\"ldaps://127.0.0.1:9\", {:?}]", domain.ldaps_url());
    company.place.change("rules/tenure.toml", &url, &two);
    assert_eq!(new(&findings(&company, 0)), ["ldap-unreachable"]);
    company.place.change("rules/tenure.toml", &two, &url);
    // A group that is mistyped; the help's other way: it is made.
    company.place.change(
        "rules/groups.tenure",
        "\"SG-Git-Maintainers\"",
        "\"SG-Git-Keepers\"",
    );
    assert_eq!(new(&findings(&company, 0)), ["group-missing"]);
    let unit = domain.unit("Made");
    client
        .add(&format!(
            "dn: CN=SG-Git-Keepers,{unit}\nobjectClass: group\nsAMAccountName: SG-Git-Keepers\n"
        ))
        .done();
    assert_eq!(findings(&company, 0), found);
    // Logon names that the forest does not know; then its administrator adds what they end with.
    company.place.change(
        "rules/values.tenure",
        "\"kestrel.example\"",
        "\"kestrel.test\"",
    );
    assert_eq!(new(&findings(&company, 0)), ["suffix-unknown"]);
    client
        .modify(&format!(
            "dn: CN=Partitions,CN=Configuration,{head}\nchangetype: modify\nadd: uPNSuffixes\n\
             uPNSuffixes: kestrel.test\n"
        ))
        .done();
    assert_eq!(findings(&company, 0), found);
}

#[test]
fn what_the_schema_lacks_is_told_and_left_out() {
    let company = Company::in_domain(Domain::start_with(Options {
        exchange: false,
        ..Options::default()
    }));
    let found = findings(&company, 0);
    let lacking: Vec<&String> = found
        .keys()
        .filter(|finding| finding.starts_with("attribute-missing"))
        .collect();
    assert_eq!(lacking.len(), 1, "{found:?}");
    assert!(
        lacking[0].contains("msExchHideFromAddressLists"),
        "{lacking:?}"
    );
    let plan = company.plan();
    assert_eq!(plan.findings("missing").len(), 1);
    let text = company.expect(2, &["plan"]).out;
    assert!(
        text.contains("this directory's schema has no `msExchHideFromAddressLists`"),
        "{text}"
    );
    assert!(!text.contains("+ msExchHideFromAddressLists"), "{text}");
    company.expect(0, &["apply", "--yes"]);
    company.expect(0, &["plan"]);
}

#[test]
fn an_administrator_of_everything_is_told_to_use_less() {
    let company = Company::example();
    let found = findings(&company, 0);
    let codes: Vec<&str> = found
        .keys()
        .map(|finding| finding.split(':').next().unwrap())
        .collect();
    assert!(codes.contains(&"rights-too-many"), "{codes:?}");
    let delegated = Company::delegated();
    assert!(
        findings(&delegated, 0)
            .keys()
            .all(|finding| !finding.starts_with("rights-too-many"))
    );
}

#[test]
fn the_example_is_planned_and_applied_and_then_there_is_nothing_to_do() {
    let company = Company::delegated();
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

#[test]
fn a_snapshot_of_a_domain_plans_the_same_without_it() {
    let company = Company::example();
    let whole = "read = [\"DC=kestrel,DC=example\"]";
    // All of it, then one unit, around which objects are known by their names alone.
    for read in [whole, "read = [\"OU=Kestrel,DC=kestrel,DC=example\"]"] {
        company.place.change("rules/tenure.toml", whole, read);
        let ran = company.expect(0, &["snapshot", "-o", "snap", "--with-sensitive"]);
        assert!(ran.said("does the same for everybody"), "{read}: {ran}");
        let live = company.plan();
        let arguments = ["plan", "--format", "json", "--config", "snap/snapshot.toml"];
        let ran = company.place.run(&arguments);
        let file: serde_json::Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran}"));
        let kept = Plan(file["plan"].clone());
        assert_eq!(kept.deeds(), live.deeds(), "{read}");
        assert!(kept.deeds().len() > 100);
    }
}

#[test]
fn the_acceptance_script_of_the_docs_passes_and_leaves_nothing() {
    let domain = Domain::start();
    let administrator = domain.administrator();
    let before = domain
        .client()
        .search(
            domain.base_dn(),
            "(objectClass=organizationalUnit)",
            &["ou"],
        )
        .done()
        .dns();
    let ran = Ran::of(
        Command::new("docs/acceptance")
            .env("TENURE", env!("CARGO_BIN_EXE_tenure"))
            .env("ACCEPTANCE_URL", domain.ldaps_url())
            .env("ACCEPTANCE_BIND", &administrator.upn)
            .env("ACCEPTANCE_BASE", domain.base_dn())
            .env("ACCEPTANCE_CA", domain.ca_file())
            .env("TENURE_AD_PASSWORD", &administrator.password),
    );
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.out.contains("all of it passed"), "{ran}");
    let after = domain
        .client()
        .search(
            domain.base_dn(),
            "(objectClass=organizationalUnit)",
            &["ou"],
        )
        .done()
        .dns();
    assert_eq!(before, after);
}
