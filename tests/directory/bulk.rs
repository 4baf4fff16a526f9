//! Size: no step may cost more per object because there are more objects.

use std::fmt::Write as _;
use std::time::Instant;

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
fn twenty_thousand_accounts_are_read_and_joined_in_linear_time() {
    let accounts = 20_000;
    let started = Instant::now();
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
    // A quadratic step takes minutes here; a slow machine, unoptimised, some seconds.
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
#[ignore = "prints how long it takes at full size"]
fn a_hundred_thousand_accounts() {
    let text = company(100_000);
    let started = Instant::now();
    let directory = EmbeddedDirectory::in_memory("company", text.as_bytes(), clock()).unwrap();
    let opened = started.elapsed();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("company.ldif");
    std::fs::write(&path, &text).unwrap();
    let started = Instant::now();
    let alone = tenure::directory::ldif::read(&path).unwrap().len();
    let read = started.elapsed();
    let started = Instant::now();
    let all = directory.snapshot().unwrap();
    let taken = started.elapsed();
    let started = Instant::now();
    let links = all.links("member");
    let holders =
        all.address_holders("p7@example.com").len() + all.holders("employeeID", "1").len();
    let indexed = started.elapsed();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let memory = status
        .lines()
        .filter(|line| line.starts_with("VmHWM"))
        .collect::<String>();
    panic!(
        "opened {opened:?}, read {read:?} ({alone} objects), snapshot {taken:?}, indexes {indexed:?}, {memory} {holders} {links:p}"
    );
}
