//! The company, and how a run on it ended.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use tenure::state::Store;

use super::super::{Place, company};
use super::{APPLY, Desk};
use crate::domain::{Domain, unicode_pwd};

/// The state of a desk.
pub(super) const STATE: &str = ".tenure/state.db";

/// What its people have in common; each letter is a copy of the seven people of the small company.
const COPIES: &str = "abcdefgh";

const BASE: &str = "DC=kestrel,DC=example";
pub(super) const UNIT: &str = "OU=Small,DC=kestrel,DC=example";

/// Everything of an object that the policy or the run decides.
const COMPARED: [&str; 14] = [
    "objectClass",
    "cn",
    "sn",
    "givenName",
    "department",
    "title",
    "employeeID",
    "sAMAccountName",
    "userAccountControl",
    "member",
    "groupType",
    "description",
    "userPrincipalName",
    "info",
];

/// A company of 56 people in a domain of its own.
pub(super) struct Firm {
    pub(super) domain: Domain,
    /// Its workspace, before anything that a test does.
    template: Place,
}

/// What a run is judged by at its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct End {
    /// The directory, as `ldapsearch` reads it.
    pub(super) directory: Vec<String>,
    /// What the state knows, by the names of what it is about.
    state: Vec<String>,
    /// How each kind of action ended, run by run.
    journal: Vec<String>,
}

impl Firm {
    /// Its first plan is applied, and a month later there is an action of every kind to be done.
    pub(super) fn busy() -> Self {
        let seed = seed();
        let domain = Domain::start();
        domain.become_like(&seed.firm.domain);
        let template = seed.firm.template.twin();
        Self { domain, template }
    }

    /// The same, made from nothing.
    fn new() -> Self {
        let domain = Domain::start();
        furnish(&domain);
        let template = Place::empty();
        let config = company::CONFIG
            .replace("ldif = \"directory.ldif\"", "ldap = LDAP")
            .replace("DC=small,DC=example", BASE);
        let all = "at most 99\n  password at most 99\n  enable at most 99\n";
        let policy = company::POLICY
            .replace("at most 50", "at most 99")
            .replacen("at most 99\n", all, 1);
        template.write("tenure.toml", config);
        template.write("policy/policy.tenure", policy);
        template.write("people.csv", many(company::PEOPLE));
        let firm = Self { domain, template };
        let desk = firm.own_desk();
        desk.expect(0, &APPLY);
        company::make_it_later(&desk.place);
        desk.place.write("people.csv", many(company::PEOPLE_LATER));
        let config = firm.template.read("tenure.toml");
        let template = desk.place.twin();
        template.write(
            "tenure.toml",
            config.replace("2026-02-02T09", "2026-03-10T09"),
        );
        firm.domain.keep();
        Self { template, ..firm }
    }

    /// How a run ends that nobody disturbs, and how many actions it has.
    pub(super) fn undisturbed() -> (&'static End, usize) {
        let seed = seed();
        (&seed.end, seed.actions)
    }

    /// A desk with a copy of the state, at which these domain controllers are used.
    pub(super) fn desk(&self, urls: &[&str]) -> Desk {
        let administrator = self.domain.administrator();
        let place = self.template.twin();
        let connection = format!(
            "{{ url = {urls:?}, bind = {:?}, ca = {:?} }}",
            administrator.upn,
            self.domain.ca_file().display().to_string()
        );
        place.change("tenure.toml", "LDAP", &connection);
        Desk {
            place,
            password: administrator.password.clone(),
        }
    }

    /// A desk in front of the domain controller itself.
    pub(super) fn own_desk(&self) -> Desk {
        self.desk(&[&self.domain.ldaps_url()])
    }

    /// The end as it is now; the state is whole, the directory free, and nothing is left to do.
    #[track_caller]
    pub(super) fn end(&self, desk: &Desk) -> End {
        assert_eq!(desk.plan().deeds(), Vec::<String>::new());
        let store = Store::open_existing(&desk.place.path(STATE))
            .unwrap()
            .unwrap();
        store.verify_audit().unwrap();
        store.check_integrity().unwrap();
        let names = self.names();
        End {
            directory: self.directory(),
            state: state(desk, &names),
            journal: journal(desk),
        }
    }

    /// The company's unit, read with `ldapsearch`; whoever can log on has a password, and no account is there twice.
    #[track_caller]
    pub(super) fn directory(&self) -> Vec<String> {
        let wanted = [
            &COMPARED[..],
            &["msDS-KeyVersionNumber", "serviceBindingInformation"],
        ]
        .concat();
        let found = self
            .domain
            .client()
            .search(UNIT, "(objectClass=*)", &wanted);
        let (mut lines, mut people) = (Vec::new(), BTreeMap::new());
        for entry in found.done().entries {
            let mark = entry.all("serviceBindingInformation");
            assert!(
                !mark.iter().any(|text| text.starts_with("lease=")),
                "{mark:?}"
            );
            for id in entry.all("employeeID") {
                let other = people.insert(id, entry.dn.clone());
                assert_eq!(other, None, "a second account: {}", entry.dn);
            }
            let passwords = entry.all("msDS-KeyVersionNumber");
            let has_password = passwords.iter().any(|version| version != "0");
            if entry.all("userAccountControl") == ["512"] {
                assert!(has_password, "{} is enabled without a password", entry.dn);
            }
            for name in COMPARED {
                let values = entry.all(name);
                lines.extend(
                    values
                        .iter()
                        .map(|value| format!("{} | {name}: {value}", entry.dn)),
                );
            }
            lines.push(format!("{} has a password: {has_password}", entry.dn));
        }
        lines.sort();
        lines
    }

    /// The accounts that have this HR key, wherever they are.
    pub(super) fn accounts_of(&self, id: &str) -> Vec<String> {
        let filter = format!("(&(objectClass=user)(employeeID={id}))");
        self.domain.client().search(BASE, &filter, &["cn"]).dns()
    }

    /// The names of all objects, by their GUIDs.
    fn names(&self) -> BTreeMap<Vec<u8>, String> {
        let found = self
            .domain
            .client()
            .search(UNIT, "(objectClass=*)", &["objectGUID"]);
        let entries = found.done().entries.into_iter();
        entries
            .map(|entry| (entry.attributes["objectGUID"][0].clone(), entry.dn))
            .collect()
    }
}

/// What all companies of a test run are copies of.
struct Seed {
    firm: Firm,
    end: End,
    actions: usize,
}

fn seed() -> &'static Seed {
    static SEED: OnceLock<Seed> = OnceLock::new();
    SEED.get_or_init(|| {
        let firm = Firm::new();
        let desk = firm.own_desk();
        let actions = desk.plan().actions().len();
        desk.expect(0, &APPLY);
        let end = firm.end(&desk);
        // What it kept is all that is needed of it.
        firm.domain.stop();
        Seed { firm, end, actions }
    })
}

/// The people of the small company as often as there are letters, each with names and keys of their own.
fn many(people: &str) -> String {
    let (head, rows) = people.split_once('\n').unwrap();
    let mut text = format!("{head}\n");
    for (copy, letter) in COPIES.chars().enumerate() {
        for row in rows.lines() {
            let fields: Vec<&str> = row.split(',').collect();
            let [id, first, last, rest @ ..] = fields.as_slice() else {
                panic!("{row}");
            };
            let id: usize = id.parse().unwrap();
            let rest = rest.join(",");
            text.push_str(&format!(
                "{},{first},{last}{letter},{rest}\n",
                10 * copy + 10 + id
            ));
        }
    }
    text
}

/// Units, groups, and the accounts that are older than the program.
fn furnish(domain: &Domain) {
    let unit = |dn: &str| format!("dn: {dn}\nobjectClass: organizationalUnit\n\n");
    let mut text = unit(UNIT);
    for name in ["Staff", "Leavers", "Groups"] {
        text.push_str(&unit(&format!("OU={name},{UNIT}")));
    }
    let mut staff = Vec::new();
    for (copy, letter) in COPIES.chars().enumerate() {
        for (number, first, last) in [(2, "Ben", "Ode"), (5, "Eva", "Alt")] {
            let dn = format!("CN={first} {last}{letter},OU=Staff,{UNIT}");
            let login = format!("{}{last}{letter}", &first[..1]).to_lowercase();
            text.push_str(&format!(
                "dn: {dn}\nobjectClass: user\nsn: {last}{letter}\ngivenName: {first}\ndepartment: Lab\ntitle: Chemist\n\
                 employeeID: {}\nsAMAccountName: {login}\nuserAccountControl: 512\nunicodePwd:: {}\n\n",
                10 * copy + 10 + number,
                unicode_pwd("Correct-Horse-7-Battery"),
            ));
            staff.push((number, dn));
        }
    }
    for name in ["SG-All", "SG-Sales", "SG-Lab"] {
        text.push_str(&format!(
            "dn: CN={name},OU=Groups,{UNIT}\nobjectClass: group\nsAMAccountName: {name}\ngroupType: -2147483646\n"
        ));
        for (number, dn) in &staff {
            if name == "SG-All" || name == "SG-Lab" && *number == 2 {
                text.push_str(&format!("member: {dn}\n"));
            }
        }
        text.push('\n');
    }
    domain.client().add(&text).done();
}

/// What the state knows of people, accounts, memberships, values and names.
fn state(desk: &Desk, names: &BTreeMap<Vec<u8>, String>) -> Vec<String> {
    let tables = [
        "SELECT 'person', account, id, stage, entered FROM person",
        "SELECT 'account', guid, person, disabled_since IS NOT NULL, disabled_by_us, password_set IS NOT NULL FROM account",
        "SELECT 'membership', account, owner, in_group FROM membership",
        "SELECT 'value', account, attribute, position, value, owner FROM attribute_value",
        "SELECT 'name', NULL, space, name, person, released IS NOT NULL FROM reservation",
    ];
    rows(desk, &tables, names)
}

/// How many actions of each kind ended how, run by run.
fn journal(desk: &Desk) -> Vec<String> {
    let query = "SELECT (SELECT count(*) FROM run earlier WHERE earlier.started < run.started), NULL, run.status, \
                 action.kind, action.status, count(*) FROM run JOIN action ON action.run = run.id \
                 GROUP BY run.id, action.kind, action.status";
    rows(desk, &[query], &BTreeMap::new())
}

fn rows(desk: &Desk, queries: &[&str], names: &BTreeMap<Vec<u8>, String>) -> Vec<String> {
    use rusqlite::types::Value;
    let db = rusqlite::Connection::open(desk.place.path(STATE)).unwrap();
    let mut lines = Vec::new();
    for query in queries {
        let mut statement = db.prepare(query).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells = (0..columns).map(|column| match row.get(column).unwrap() {
                Value::Null => "-".to_owned(),
                Value::Integer(number) => number.to_string(),
                Value::Real(number) => number.to_string(),
                Value::Text(text) => text,
                Value::Blob(guid) => names.get(&guid).map_or("gone".to_owned(), Clone::clone),
            });
            lines.push(cells.collect::<Vec<_>>().join(" | "));
        }
    }
    lines.sort();
    lines
}
