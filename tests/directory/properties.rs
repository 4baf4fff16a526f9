//! Laws over random objects and random sequences of operations.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use proptest::prelude::*;
use tenure::directory::ldif::{EmbeddedDirectory, read};
use tenure::directory::port::{Change, Directory, Operation, Target};
use tenure::directory::{Dn, Guid, Object, Rdn, Snapshot, Value};

use super::world::{EMPTY_DOMAIN, add, at, clock};

/// What may happen; numbers choose among the objects there are.
#[derive(Debug, Clone)]
enum Act {
    User(String),
    Group(String, usize),
    Unit(String),
    Join(usize, usize),
    Leave(usize, usize),
    Manager(usize, usize),
    Describe(usize, String),
    Move(usize, usize, String),
    Delete(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let name = || "[a-cA-CéßÄ,+ ]{1,4}".prop_map(|name| format!("n{name}x"));
    let any = || 0..12_usize;
    prop_oneof![
        3 => name().prop_map(Act::User),
        2 => (name(), 0..3_usize).prop_map(|(name, kind)| Act::Group(name, kind)),
        1 => name().prop_map(Act::Unit),
        4 => (any(), any()).prop_map(|(a, b)| Act::Join(a, b)),
        2 => (any(), any()).prop_map(|(a, b)| Act::Leave(a, b)),
        2 => (any(), any()).prop_map(|(a, b)| Act::Manager(a, b)),
        2 => (any(), "\\PC{1,90}| [ :<a]{1,5}|\u{1}\n\r{1,3}").prop_map(|(a, text)| Act::Describe(a, text)),
        3 => (any(), any(), name()).prop_map(|(a, b, name)| Act::Move(a, b, name)),
        1 => any().prop_map(Act::Delete),
    ]
}

/// Does it if the directory takes it; a refusal is as good.
fn perform(directory: &dyn Directory, act: &Act) {
    let all = directory.snapshot().unwrap();
    let everything: Vec<&Object> = all.iter().map(|(_, object)| object).collect();
    let pick = |number: usize| everything[number % everything.len()];
    let child = |class: &str, name: &str| {
        let attribute = if class == "organizationalUnit" {
            "OU"
        } else {
            "CN"
        };
        at("CN=Users").child(&Rdn::new(attribute, name).unwrap())
    };
    let make = |class: &str, name: &str, more: Vec<(&str, &str)>| {
        let mut attributes = vec![("objectClass".into(), vec![Value::from(class)])];
        attributes.extend(
            more.into_iter()
                .map(|(name, value)| (name.into(), vec![value.into()])),
        );
        Operation::Add {
            dn: child(class, name),
            attributes,
        }
    };
    let link = |source: usize, attribute: &str, target: usize, comes: bool| {
        let value = Value::from(pick(target).dn().as_str().to_lowercase());
        let change = if comes {
            Change::replace(attribute, None, Some(value))
        } else {
            Change::replace(attribute, Some(value), None)
        };
        Operation::Modify {
            target: Target::Guid(pick(source).guid()),
            changes: vec![change],
        }
    };
    let operation = match act {
        Act::User(name) => make("user", name, vec![("sAMAccountName", name)]),
        Act::Group(name, kind) => {
            let kind = ["-2147483646", "-2147483644", "8"][*kind];
            make("group", name, vec![("groupType", kind)])
        }
        Act::Unit(name) => make("organizationalUnit", name, Vec::new()),
        Act::Join(group, member) => link(*group, "member", *member, true),
        Act::Leave(group, member) => link(*group, "member", *member, false),
        Act::Manager(user, boss) => link(*user, "manager", *boss, true),
        Act::Describe(object, text) => Operation::Modify {
            target: Target::Guid(pick(*object).guid()),
            changes: vec![Change::replace("info", None, Some(text.as_str().into()))],
        },
        Act::Move(object, unit, name) => {
            let from = pick(*object);
            let attribute = from.dn().rdn().unwrap().attribute().to_owned();
            Operation::Move {
                guid: from.guid(),
                from: from.dn().clone(),
                to: pick(*unit).dn().child(&Rdn::new(&attribute, name).unwrap()),
            }
        }
        Act::Delete(object) => Operation::Delete {
            guid: pick(*object).guid(),
            dn: pick(*object).dn().clone(),
        },
    };
    let before = all
        .iter()
        .map(|(_, object)| object.clone())
        .collect::<Vec<_>>();
    if directory.perform(&operation).is_err() {
        let after = directory.snapshot().unwrap();
        let after: Vec<Object> = after.iter().map(|(_, object)| object.clone()).collect();
        assert_eq!(before, after, "a refused {act:?} changed something");
    }
}

/// What is true of every directory.
fn assert_sound(all: &Snapshot) {
    let mut accounts = BTreeSet::new();
    let mut sids = BTreeSet::new();
    let mut places = BTreeSet::new();
    for (id, object) in all.iter() {
        let rdn = object.dn().rdn().unwrap();
        assert!(
            all.parent(id).is_some() || object.dn() == &all.domain().base,
            "{object:?}"
        );
        let name = object.first(rdn.attribute());
        assert_eq!(name, Some(rdn.value().as_str()));
        assert!(places.insert((
            object.dn().parent_key().to_owned(),
            rdn.value().to_lowercase()
        )));
        if let Some(name) = object.account_name() {
            assert!(accounts.insert(name.to_lowercase()), "{name} twice");
        }
        if let Some(sid) = object.sid() {
            assert!(sids.insert(sid));
        }
        for attribute in ["member", "manager"] {
            for value in object.values(attribute) {
                let target = all.by_dn(&Dn::parse(value).unwrap());
                let target = target.unwrap_or_else(|| panic!("{attribute} of {object:?} dangles"));
                assert_eq!(all[target].dn().as_str(), value, "spelt as its target");
                assert!(all.links(attribute).sources(target).contains(&id));
            }
            assert_eq!(
                all.links(attribute).targets(id).len(),
                object.all(attribute).len()
            );
        }
    }
}

fn by_guid(all: &Snapshot) -> BTreeMap<Guid, Object> {
    all.iter()
        .map(|(_, object)| (object.guid(), object.clone()))
        .collect()
}

/// Bytes, and texts with control characters in them.
fn some_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 1..200),
        prop::collection::vec(0_u8..0x80, 1..40),
        ".{1,40}".prop_map(String::into_bytes),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_sequence_of_operations_leaves_a_sound_directory_that_reads_back(
        acts in prop::collection::vec(act(), 1..40),
        save in 0..40_usize,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("d.ldif");
        fs::write(&path, EMPTY_DOMAIN).unwrap();
        let mut directory = EmbeddedDirectory::open(&path, clock()).unwrap();
        for (index, act) in acts.iter().enumerate() {
            perform(&directory, act);
            if index == save {
                directory.save().unwrap();
            }
            if index % 7 == 0 {
                drop(directory);
                directory = EmbeddedDirectory::open(&path, clock()).unwrap();
            }
        }
        let all = directory.snapshot().unwrap();
        assert_sound(&all);
        prop_assert_eq!(by_guid(&read(&path).unwrap()), by_guid(&all));
        directory.save().unwrap();
        prop_assert_eq!(by_guid(&read(&path).unwrap()), by_guid(&all));
    }

    #[test]
    fn reading_never_panics(text in "(dn|cn|objectClass|version|changetype)?:{0,2}<?[ \\PC\n=,*A-Za-z0-9]{0,200}") {
        let _ = EmbeddedDirectory::in_memory("x", text.as_bytes(), clock());
    }

    #[test]
    fn any_value_reads_back(values in prop::collection::vec(some_bytes(), 1..6)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("d.ldif");
        fs::write(&path, EMPTY_DOMAIN).unwrap();
        let directory = EmbeddedDirectory::open(&path, clock()).unwrap();
        let user = directory.perform(&add("CN=u,CN=Users", &[("objectClass", &["user"])])).unwrap();
        let values: BTreeSet<Vec<u8>> = values.into_iter().collect();
        let values: Vec<Value> = values.into_iter().map(Value::from).collect();
        let change = Change { attribute: "jpegPhoto".into(), delete: Vec::new(), add: values.clone() };
        let target = Target::Guid(user);
        directory.perform(&Operation::Modify { target: target.clone(), changes: vec![change] }).unwrap();
        drop(directory);
        let directory = EmbeddedDirectory::open(&path, clock()).unwrap();
        directory.save().unwrap();
        let object = directory.read(&target).unwrap().unwrap();
        let bytes = |values: &[Value]| values.iter().map(|value| value.bytes().to_vec()).collect::<Vec<_>>();
        prop_assert_eq!(bytes(object.all("jpegPhoto")), bytes(&values));
    }
}
