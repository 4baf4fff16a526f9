//! Accounts made, and attributes of accounts changed: by our executor, and by `ldapadd` and `ldapmodify`.
//!
//! The tools get exactly what our plan has, as LDIF, and as many of them run at once as we have connections. Each
//! turn has a unit and accounts of its own. Ours is timed from the connection to the last commit of the journal.

use std::sync::Arc;

use tenure::directory::Guid;
use tenure::plan::{Action, AttributeChange, Cause, Change, Target};
use tenure::state::NameSpace;

use crate::domain::{Domain, Options};
use crate::ours::{action, apply, dn, reason};
use crate::turns::{Took, by_turns, show, timed};

/// Accounts in a turn.
const ACCOUNTS: usize = 1_000;

/// Changes in a turn, each of three attributes of an account of its own.
const CHANGES: usize = 1_000;

const ROUNDS: usize = 4;

/// What is changed, in LDIF's spelling.
const CHANGED: [&str; 3] = ["department", "title", "telephoneNumber"];

pub(crate) fn compare() {
    // Without Exchange: its attributes stand in the test domain's schema without the index that they need.
    let domain = Domain::start_with(Options {
        exchange: false,
        ..Options::default()
    });
    for connections in [1, 4] {
        let names = ["tenure", "ldapadd"];
        let took = by_turns(
            ROUNDS,
            |round| {
                let unit = domain.unit(&format!("Ours-{connections}-{round}"));
                let actions = (0..ACCOUNTS)
                    .map(|number| creation(&unit, number))
                    .collect();
                apply(&domain, actions, connections, 32, &names_of_account())
            },
            |round| {
                let unit = domain.unit(&format!("Theirs-{connections}-{round}"));
                let records: Vec<String> =
                    (0..ACCOUNTS).map(|number| record(&unit, number)).collect();
                feed(&domain, connections, &records, "ldapadd")
            },
        );
        let what = format!("{ACCOUNTS} accounts made over {connections} connections");
        show(&what, ACCOUNTS, names, took, 0.95);
    }
    let people = Guids::of(&domain, &format!("OU=Ours-1-0,{}", domain.base_dn()));
    for connections in [1, 4] {
        let names = ["tenure", "ldapmodify"];
        // Both change the same accounts, each from what the other left.
        let turn = std::cell::Cell::new(if connections == 1 { 0 } else { 100 });
        let next = || {
            turn.set(turn.get() + 1);
            (turn.get() - 1, turn.get())
        };
        let took = by_turns(
            ROUNDS,
            |_| {
                let (old, new) = next();
                let actions = people.changes(old, new);
                apply(&domain, actions, connections, 32, &names_of_account())
            },
            |_| {
                let (old, new) = next();
                let records = people.records(old, new);
                feed(&domain, connections, &records, "ldapmodify")
            },
        );
        // The next number of connections begins with other values.
        if connections == 1 {
            let records = people.records(turn.get(), 100);
            feed(&domain, 1, &records, "ldapmodify");
        }
        let what = format!("{CHANGES} accounts changed over {connections} connections");
        show(&what, CHANGES, names, took, 0.95);
    }
}

/// The tool's turn: the records in as many parts as there are connections, all at once.
pub(crate) fn feed(domain: &Domain, connections: usize, records: &[String], tool: &str) -> Took {
    let parts: Vec<String> = records
        .chunks(records.len().div_ceil(connections))
        .map(<[String]>::concat)
        .collect();
    timed(domain, || {
        std::thread::scope(|scope| {
            for part in &parts {
                scope.spawn(|| {
                    let client = domain.client();
                    let answer = if tool == "ldapadd" {
                        client.add(part)
                    } else {
                        client.modify(part)
                    };
                    answer.done();
                });
            }
        });
    })
}

/// What an account is made with, but for its class.
pub(crate) fn account(unit: &str, number: usize) -> Vec<(&'static str, String)> {
    let login = login(unit, number);
    vec![
        ("c", "DE".to_owned()),
        ("co", "Germany".to_owned()),
        ("company", "Bench".to_owned()),
        ("department", "Department 0".to_owned()),
        ("displayName", format!("Given{number} Family{number}")),
        ("employeeID", number.to_string()),
        ("employeeType", "permanent".to_owned()),
        ("givenName", format!("Given{number}")),
        ("homePhone", format!("+49 30 {number:07}")),
        ("info", "made by a benchmark".to_owned()),
        ("initials", "GF".to_owned()),
        ("l", "Berlin".to_owned()),
        ("mail", format!("{login}@kestrel.example")),
        ("mobile", format!("+49 170 {number:07}")),
        ("pager", format!("+49 171 {number:07}")),
        (
            "physicalDeliveryOfficeName",
            format!("Office {}", number % 40),
        ),
        ("postOfficeBox", "10 01 15".to_owned()),
        ("postalCode", "10115".to_owned()),
        ("sAMAccountName", login.clone()),
        ("sn", format!("Family{number}")),
        ("streetAddress", "Invalidenstrasse 1".to_owned()),
        ("telephoneNumber", "Number 0".to_owned()),
        ("title", "Title 0".to_owned()),
        ("userPrincipalName", format!("{login}@kestrel.example")),
        ("wWWHomePage", format!("https://kestrel.example/{login}")),
    ]
}

fn names_of_account() -> Vec<&'static str> {
    let account = account("", 0);
    account.into_iter().map(|(name, _)| name).collect()
}

/// A logon name that no other unit has: the unit's letters stand in it.
fn login(unit: &str, number: usize) -> String {
    let unit = unit.trim_start_matches("OU=");
    let letters: String = unit
        .split(',')
        .next()
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    format!("{}{number}", letters.to_lowercase())
}

fn creation(unit: &str, number: usize) -> Action {
    let attributes = account(unit, number);
    let login = login(unit, number);
    let address = format!("{login}@kestrel.example");
    let change = Change::CreateAccount {
        dn: dn(&format!("CN=Person {number},{unit}")),
        attributes: attributes
            .into_iter()
            .map(|(name, value)| (Arc::from(name), vec![Arc::from(value)]))
            .collect(),
        anchor: None,
        sensitive: Vec::new(),
    };
    let reserves = vec![(NameSpace::Login, login), (NameSpace::Address, address)];
    action(number, change, reserves)
}

pub(crate) fn record(unit: &str, number: usize) -> String {
    let mut record = format!("dn: CN=Person {number},{unit}\nobjectClass: user\n");
    for (name, value) in account(unit, number) {
        record.push_str(&format!("{name}: {value}\n"));
    }
    record.push('\n');
    record
}

/// The accounts of a unit.
struct Guids(Vec<(Guid, String)>);

impl Guids {
    fn of(domain: &Domain, unit: &str) -> Self {
        let found = domain
            .client()
            .search(unit, "(objectClass=user)", &["objectGUID"])
            .done();
        let known = found.entries.into_iter().map(|entry| {
            let guid = Guid::from_ad_bytes(&entry.attributes["objectGUID"][0]).unwrap();
            (guid, entry.dn)
        });
        Self(known.take(CHANGES).collect())
    }

    fn changes(&self, old: usize, new: usize) -> Vec<Action> {
        let change = |(number, (guid, name)): (usize, &(Guid, String))| {
            let attributes = values(old, new).map(|(name, old, new)| AttributeChange {
                attribute: name.into(),
                before: vec![old.into()],
                after: vec![new.into()],
                refers_to: None,
                reason: reason(),
                cause: Cause::Hr,
                overlay: None,
                lifts: false,
                sensitive: false,
            });
            let change = Change::Modify {
                account: Target::Existing {
                    guid: *guid,
                    dn: dn(name),
                },
                attributes: attributes.into(),
            };
            action(number, change, Vec::new())
        };
        self.0.iter().enumerate().map(change).collect()
    }

    /// The same as LDIF: the objects by their GUIDs, and the old values as the condition, there, too.
    fn records(&self, old: usize, new: usize) -> Vec<String> {
        let record = |(guid, _): &(Guid, String)| {
            let mut record = format!("dn: <GUID={guid}>\nchangetype: modify\n");
            for (name, old, new) in values(old, new) {
                record.push_str(&format!(
                    "delete: {name}\n{name}: {old}\n-\nadd: {name}\n{name}: {new}\n-\n"
                ));
            }
            record.push('\n');
            record
        };
        self.0.iter().map(record).collect()
    }
}

/// What is changed from what to what.
fn values(old: usize, new: usize) -> [(&'static str, String, String); 3] {
    let words = ["Department", "Title", "Number"];
    let mut names = CHANGED.into_iter().zip(words);
    std::array::from_fn(|_| {
        let (name, word) = names.next().unwrap();
        (name, format!("{word} {old}"), format!("{word} {new}"))
    })
}
