//! A domain as one account sees it through one reading, kept current and read whole beside that.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::Timestamp;
use tenure::directory::ldap::{
    Current, Error, LdapDirectory, Patience, Reading, Refresh, Refreshed, Settings,
};
use tenure::directory::{AttributeName, Dn, Guid, Snapshot};

/// What the policy of these tests names.
const ATTRIBUTES: [&str; 9] = [
    "department",
    "givenName",
    "info",
    "mail",
    "managedBy",
    "proxyAddresses",
    "secretary",
    "seeAlso",
    "telephoneNumber",
];

pub(super) struct View {
    name: &'static str,
    pub(super) directory: LdapDirectory,
    pub(super) current: Current,
    /// How often it was read whole.
    pub(super) whole: usize,
    /// How often it was brought up to date by what changed.
    pub(super) increments: usize,
}

pub(super) fn reading(bases: &[&str]) -> Reading {
    let mut reading = Reading {
        bases: bases.iter().map(|base| Dn::parse(base).unwrap()).collect(),
        attributes: BTreeSet::new(),
    };
    reading
        .attributes
        .extend(ATTRIBUTES.map(AttributeName::new));
    reading
}

impl View {
    pub(super) fn of(name: &'static str, settings: &Settings, bases: &[&str]) -> Self {
        let settings = Settings {
            patience: Patience {
                answer: std::time::Duration::from_secs(20),
                ..settings.patience
            },
            ..settings.clone()
        };
        let directory =
            LdapDirectory::connect(&settings, reading(bases), Timestamp::now()).unwrap();
        Self {
            name,
            directory,
            current: Current::default(),
            whole: 0,
            increments: 0,
        }
    }

    pub(super) fn try_refresh(&mut self) -> Result<Refreshed, Error> {
        let how = Refresh {
            now: Timestamp::now(),
            whole: false,
        };
        let refreshed = self.current.refresh(&self.directory, how, &|_| {})?;
        match &refreshed {
            Refreshed::Whole(_) => self.whole += 1,
            Refreshed::Changes { .. } => self.increments += 1,
        }
        Ok(refreshed)
    }

    #[track_caller]
    pub(super) fn refresh(&mut self) -> Refreshed {
        self.try_refresh()
            .unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    pub(super) fn snapshot(&self) -> &Snapshot {
        self.current.snapshot().unwrap()
    }

    /// What is kept is what a whole reading gives now.
    #[track_caller]
    pub(super) fn is_true(&self, after: &str) {
        let whole = self.directory.read_whole(&|_| {}).unwrap();
        let differences = differences(self.snapshot(), &whole);
        assert!(
            differences.is_empty(),
            "{}, after {after}:\n{differences}",
            self.name
        );
    }

    /// Brings it up to date, by increments alone, and compares.
    #[track_caller]
    pub(super) fn follows(&mut self, after: &str) -> Refreshed {
        let refreshed = self.refresh();
        assert!(
            matches!(refreshed, Refreshed::Changes { .. }),
            "{}, after {after}: {refreshed:?}",
            self.name
        );
        self.is_true(after);
        refreshed
    }
}

/// Where two snapshots differ; values of one attribute have no order.
fn differences(kept: &Snapshot, whole: &Snapshot) -> String {
    let (kept, whole) = (contents(kept), contents(whole));
    let mut text = String::new();
    let ids: BTreeSet<&Guid> = kept.keys().chain(whole.keys()).collect();
    for id in ids {
        let (kept, whole) = (kept.get(id), whole.get(id));
        if kept == whole {
            continue;
        }
        let none = BTreeMap::new();
        let (kept, whole) = (kept.unwrap_or(&none), whole.unwrap_or(&none));
        let name = kept.get("dn").or(whole.get("dn"));
        let _ = writeln!(text, "{id} {name:?}");
        let names: BTreeSet<&String> = kept.keys().chain(whole.keys()).collect();
        for name in names {
            let (kept, whole) = (kept.get(name), whole.get(name));
            if kept != whole {
                let _ = writeln!(text, "  {name}: kept {kept:?}\n  {name}: is   {whole:?}");
            }
        }
    }
    text
}

fn contents(snapshot: &Snapshot) -> BTreeMap<Guid, BTreeMap<String, Vec<String>>> {
    let each = snapshot.iter().map(|(_, object)| {
        let mut content = BTreeMap::from([("dn".to_owned(), vec![object.dn().to_string()])]);
        for (name, values) in object.attributes() {
            let mut values: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
            values.sort();
            content.insert(name.to_string(), values);
        }
        (object.guid(), content)
    });
    each.collect()
}

#[test]
fn snapshots_that_differ_are_told_apart() {
    use std::sync::Arc;
    use tenure::directory::{Domain, Object};
    let snapshot = |text: &str, member: &[&str]| {
        let object = Object::new(
            Dn::parse("CN=a,DC=x").unwrap(),
            Guid::derived(&["one object"]),
        );
        let object = object
            .with("description", [text])
            .with("member", member.iter().copied());
        let domain = Domain {
            base: Dn::parse("DC=x").unwrap(),
            sid: None,
            guid: None,
            highest_usn: None,
            controller: None,
            lacks: Vec::new(),
        };
        Snapshot::new(domain, vec![Arc::new(object)]).unwrap()
    };
    let one = snapshot("text", &["CN=b,DC=x", "CN=c,DC=x"]);
    let same = snapshot("text", &["CN=c,DC=x", "CN=b,DC=x"]);
    assert_eq!(differences(&one, &same), "");
    assert_ne!(
        differences(&one, &snapshot("Text", &["CN=b,DC=x", "CN=c,DC=x"])),
        ""
    );
    assert_ne!(
        differences(&one, &snapshot("text", &["CN=B,DC=x", "CN=c,DC=x"])),
        ""
    );
    assert_ne!(differences(&one, &snapshot("text", &["CN=b,DC=x"])), "");
}
