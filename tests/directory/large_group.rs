//! A group that is larger than what a domain controller says at once, behind the strict front: ranges of 1,500 values,
//! pages of 1,000 objects.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tenure::directory::ldap::{LdapDirectory, Reading, Server, Settings};
use tenure::directory::port::{Change, Directory as _, Operation, Target};
use tenure::directory::{Dn, Guid, Value};

use super::live::settings;
use crate::domain::Domain;
use crate::domain::front::Front;

/// The most values that one operation may have on Windows (MS-ADTS, `MaxValRange` and its neighbours), and a little less.
const AT_ONCE: usize = 500;

/// A group in a unit of its own, read and changed through the front and looked at past it.
struct Group<'d> {
    domain: &'d Domain,
    directory: LdapDirectory,
    dn: String,
    guid: Guid,
}

impl Group<'_> {
    /// Who is in it, as a snapshot has it.
    fn read(&self) -> BTreeSet<String> {
        let snapshot = self.directory.read_whole(&|_| {}).unwrap();
        let group = snapshot.by_dn(&Dn::parse(&self.dn).unwrap()).unwrap();
        let members = snapshot.members(group);
        let names: BTreeSet<String> = members
            .iter()
            .map(|member| snapshot[*member].dn().to_string())
            .collect();
        assert_eq!(names.len(), members.len(), "nobody is read twice");
        names
    }

    /// The same, by `ldapsearch` from the domain controller itself, which has no ranges.
    fn truth(&self) -> BTreeSet<String> {
        let found = self.domain.client().read(&self.dn, &["member"]).only();
        found.all("member").into_iter().collect()
    }

    fn change(&self, names: &[String], joins: bool) {
        for names in names.chunks(AT_ONCE) {
            let names: Vec<Value> = names.iter().map(|name| Value::from(name.clone())).collect();
            let (delete, add) = if joins {
                (Vec::new(), names)
            } else {
                (names, Vec::new())
            };
            let operation = Operation::Modify {
                target: Target::Guid(self.guid),
                changes: vec![Change {
                    attribute: "member".into(),
                    delete,
                    add,
                }],
            };
            self.directory.perform(&operation).unwrap();
        }
    }
}

#[test]
fn it_is_read_extended_and_shrunk_exactly() {
    let long = crate::is_long();
    let (at_first, at_last) = if long { (4_000, 4_700) } else { (1_700, 2_100) };
    let domain = Domain::shared();
    let unit = domain.unit("Large group");
    let name = |number: usize| format!("CN=Member {number:05},{unit}");
    let mut text = String::new();
    for number in 0..at_last {
        text.push_str(&format!("dn: {}\nobjectClass: contact\n\n", name(number)));
    }
    let dn = format!("CN=Everybody,{unit}");
    text.push_str(&format!("dn: {dn}\nobjectClass: group\n"));
    for number in 0..at_first {
        text.push_str(&format!("member: {}\n", name(number)));
    }
    domain.client().add(&text).done();
    let front = Front::before(domain).windows().start();
    // Through the front nobody is told more than a range.
    let told = front.client().read(&dn, &["member"]).only();
    assert!(
        told.attributes.contains_key("member;range=0-1499"),
        "{:?}",
        told.attributes.keys()
    );
    let settings = Settings {
        servers: vec![Server::parse(&front.ldaps_url()).unwrap()],
        ..settings(domain, domain.administrator())
    };
    let reading = Reading {
        bases: vec![Dn::parse(&unit).unwrap()],
        attributes: ["member".into()].into_iter().collect(),
    };
    let directory = LdapDirectory::connect(&settings, reading, Timestamp::now()).unwrap();
    let object = directory
        .read(&Target::Dn(Dn::parse(&dn).unwrap()))
        .unwrap();
    let group = Group {
        domain,
        guid: object.unwrap().guid(),
        directory,
        dn,
    };
    let names = |numbers: std::ops::Range<usize>| numbers.map(name).collect::<Vec<_>>();
    let exactly = |numbers: std::ops::Range<usize>| {
        let wanted: BTreeSet<String> = names(numbers).into_iter().collect();
        let (read, truth) = (group.read(), group.truth());
        assert_eq!(read.len(), wanted.len());
        assert!(read == wanted && truth == wanted);
    };
    exactly(0..at_first);
    group.change(&names(at_first..at_last), true);
    exactly(0..at_last);
    group.change(&names(0..at_first), false);
    exactly(at_first..at_last);
    let last = Dn::parse(&name(at_last - 1)).unwrap();
    assert!(group.directory.is_member(group.guid, &last).unwrap());
    assert!(
        !group
            .directory
            .is_member(group.guid, &Dn::parse(&name(0)).unwrap())
            .unwrap()
    );
}
