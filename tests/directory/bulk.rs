//! Size: twenty thousand accounts in one group; how long it takes is measured by the benchmark.

use std::fmt::Write as _;

use tenure::directory::ldif::EmbeddedDirectory;
use tenure::directory::port::{Change, Directory as _, Operation, Target};

use super::world::{EMPTY_DOMAIN, at, clock};

/// A domain of that many accounts, all in one group; the manager of each is the one before.
fn company(accounts: usize) -> String {
    let mut text = EMPTY_DOMAIN.to_owned();
    text.push_str("\ndn: CN=Nobody,CN=Users,DC=example,DC=com\nobjectClass: group\ngroupType: 2\n");
    text.push_str("\ndn: CN=All,CN=Users,DC=example,DC=com\nobjectClass: group\ngroupType: 2\n");
    for n in 0..accounts {
        writeln!(text, "member: CN=Person {n},CN=Users,DC=example,DC=com").unwrap();
    }
    for n in 0..accounts {
        write!(
            text,
            "\ndn: CN=Person {n},CN=Users,DC=example,DC=com\nobjectClass: top\nobjectClass: person\n\
             objectClass: organizationalPerson\nobjectClass: user\nuserAccountControl: 512\n\
             sAMAccountName: p{n}\nuserPrincipalName: p{n}@example.com\nmail: p{n}@example.com\n\
             department: Department {}\nl: Berlin\ncompany: Example\nmanager: CN=Person {},CN=Users,DC=example,DC=com\n",
            n % 50,
            n.saturating_sub(1),
        )
        .unwrap();
    }
    text
}

#[test]
fn twenty_thousand_accounts_are_read_and_joined() {
    let accounts = 20_000;
    let text = company(accounts);
    let directory = EmbeddedDirectory::in_memory("company", text.as_bytes(), clock()).unwrap();
    let all = directory.snapshot().unwrap();
    assert_eq!(all.len(), accounts + 5);
    let group = all.by_dn(&at("CN=Nobody,CN=Users")).unwrap();
    let everyone = all.by_dn(&at("CN=All,CN=Users")).unwrap();
    assert_eq!(all.members(everyone).len(), accounts);
    assert_eq!(
        all.holders("department", "department 7").len(),
        accounts / 50
    );
    let target = Target::Guid(all[group].guid());
    drop(all);
    for n in 0..accounts {
        let member = at(&format!("CN=Person {n},CN=Users"));
        let change = Change::replace("member", None, Some(member.text().clone().into()));
        let operation = Operation::Modify {
            target: target.clone(),
            changes: vec![change],
        };
        directory.perform(&operation).unwrap();
    }
    let filled = directory.read(&target).unwrap().unwrap();
    assert_eq!(filled.all("member").len(), accounts);
}
