//! 10,000 users with 25 attributes each, read by us into a snapshot and by `ldapsearch` into nothing.
//!
//! Both ask for the same attributes of the same objects in pages of the same size. The domain is made once, which takes
//! a minute, and kept below `target`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest as _, Sha256};
use tenure::directory::ldap::Reading;

use crate::changes::{account, feed, record};
use crate::domain::{Domain, Options};
use crate::ours::{connect, reading};
use crate::turns::{by_turns, show, timed};

const USERS: usize = 10_000;
const ROUNDS: usize = 5;

pub(crate) fn compare() {
    let domain = seeded();
    let names: Vec<&str> = account("", 0).into_iter().map(|(name, _)| name).collect();
    let wanted: Vec<String> = {
        let directory = connect(&domain, 1, reading(&names));
        directory.wanted().into_iter().map(str::to_owned).collect()
    };
    let whole = reading(&names);
    let took = by_turns(
        ROUNDS,
        |_| read(&domain, &whole),
        |_| search(&domain, domain.base_dn(), &wanted),
    );
    let what = format!("{USERS} users read with 25 attributes");
    show(&what, USERS, ["tenure", "ldapsearch"], took, 1.0 / 1.3);
    // Below a read base alone, where the names of the others are read as well.
    let unit = format!("OU=Seeded,{}", domain.base_dn());
    let base = Reading {
        bases: vec![crate::ours::dn(&unit)],
        ..whole
    };
    let took = by_turns(
        ROUNDS,
        |_| read(&domain, &base),
        |_| search(&domain, &unit, &wanted),
    );
    let what = format!("{USERS} users below a base, and every name in the domain");
    show(
        &what,
        USERS,
        ["tenure", "ldapsearch, without names"],
        took,
        0.0,
    );
}

fn read(domain: &Domain, reading: &Reading) -> crate::turns::Took {
    timed(domain, || {
        let directory = connect(domain, 4, reading.clone());
        let snapshot = directory.read_whole(&|_| {}).unwrap();
        assert!(snapshot.len() > USERS);
    })
}

fn search(domain: &Domain, base: &str, wanted: &[String]) -> crate::turns::Took {
    let client = domain.client().with(&[
        "-E",
        "pr=1000/noprompt",
        // Of security descriptors the access list alone.
        "-E",
        "!1.2.840.113556.1.4.801=::MAMCAQQ=",
    ]);
    timed(domain, || {
        let status = client
            .tool("ldapsearch")
            .args(["-LLL", "-b", base])
            .arg("(!(|(objectClass=dnsNode)(objectClass=dnsZone)))")
            .args(wanted)
            .stdout(Stdio::null())
            .status();
        assert!(status.unwrap().success());
    })
}

/// A domain with the users in it.
pub(crate) fn seeded() -> Domain {
    let records: Vec<String> = (0..USERS)
        .map(|number| record("OU=Seeded,DC=kestrel,DC=example", number))
        .collect();
    let mut key = Sha256::new();
    key.update(std::fs::read("tests/samba/provision.py").unwrap());
    for record in &records {
        key.update(record);
    }
    let key: String = key
        .finalize()
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let template = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("directory-{key}.tar.gz"));
    if !template.exists() {
        let domain = Domain::start();
        domain.unit("Seeded");
        feed(&domain, 1, &records, "ldapadd");
        pack(&domain, &template);
    }
    Domain::start_with(Options {
        template: Some(template),
        ..Options::default()
    })
}

/// Packs a domain, which ends by that, as one that others are made of.
pub(crate) fn pack(domain: &Domain, template: &Path) {
    domain.stop();
    let half: PathBuf = template.with_extension("half");
    let status = Command::new("tar")
        .arg("--exclude=private/tls")
        .arg("--exclude=private/ldapi")
        .arg("--exclude=private/ldap_priv")
        .arg("-czf")
        .arg(&half)
        .arg("-C")
        .arg(domain.folder())
        .args(["private", "state"])
        .status();
    assert!(status.unwrap().success());
    std::fs::rename(half, template).unwrap();
}
