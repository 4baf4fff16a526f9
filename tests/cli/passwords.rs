//! New passwords: sealed to the policy's keys, never lost and never anywhere in clear, wherever a run is killed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::PathBuf;
use std::process::Command;

use age::secrecy::ExposeSecret as _;
use age::x25519::Identity;
use serde_json::Value;

use super::ldif::Ldif;
use super::{Place, company};

/// The small company, with passwords sealed to these.
fn sealing(keys: &[&Identity]) -> Place {
    let place = company::small();
    let keys: Vec<String> = keys
        .iter()
        .map(|key| format!("\"{}\"", key.to_public()))
        .collect();
    let sealed = format!("  random 16\n  sealed to {}", keys.join(", "));
    place.change("policy/policy.tenure", "  random 16", &sealed);
    place
}

/// The files of passwords, of whatever run.
fn files(place: &Place) -> BTreeSet<PathBuf> {
    let all = place.content().into_keys();
    let folder = place.path(".tenure/passwords");
    all.filter(|path| path.starts_with(&folder) && path.is_file())
        .collect()
}

/// What a file says, opened with a key.
fn open(file: &PathBuf, key: &Identity) -> Value {
    let sealed = std::fs::File::open(file).unwrap();
    let opened = age::Decryptor::new(sealed).unwrap();
    let mut text = String::new();
    let key: &dyn age::Identity = key;
    opened
        .decrypt(std::iter::once(key))
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert!(
        text.ends_with("}\n") && text.lines().count() == 1,
        "one line: {}",
        text.len()
    );
    serde_json::from_str(&text).unwrap()
}

/// The password of each login, by the file that bears its name.
pub(super) fn passwords(place: &Place, key: &Identity) -> BTreeMap<String, String> {
    let finished = files(place).into_iter();
    let finished = finished.filter(|path| path.extension().is_some_and(|end| end == "age"));
    finished
        .map(|file| {
            let line = open(&file, key);
            let login = line["account"].as_str().unwrap().to_owned();
            assert_eq!(file.file_stem().unwrap().to_string_lossy(), login);
            (login, line["password"].as_str().unwrap().to_owned())
        })
        .collect()
}

/// The logins of enabled accounts that were not there before the first run.
fn new_and_enabled(place: &Place) -> BTreeSet<String> {
    let copy = place.path(company::COPY);
    if !copy.exists() {
        return BTreeSet::new();
    }
    let ldif = Ldif::parse(&place.read(company::COPY));
    let logins = ldif
        .0
        .iter()
        .filter(|entry| entry.all("userAccountControl") == ["512"]);
    let logins = logins.map(|entry| entry.one("sAMAccountName"));
    logins
        .filter(|login| !["bode", "ealt"].contains(&login.as_str()))
        .collect()
}

#[test]
fn each_new_password_opens_with_each_key_and_stands_nowhere_in_clear() {
    let (first, second, stranger) = (
        Identity::generate(),
        Identity::generate(),
        Identity::generate(),
    );
    let place = sealing(&[&first, &second]);
    let ran = place.expect(0, &["apply", "--yes", "-v"]);
    assert!(ran.said("3 new passwords are sealed in"), "{ran}");
    assert!(ran.said("age -d -i KEY"), "{ran}");
    assert!(!ran.said("known to nobody"), "{ran}");
    let found = passwords(&place, &first);
    assert_eq!(found, passwords(&place, &second));
    let logins: BTreeSet<String> = found.keys().cloned().collect();
    assert_eq!(logins, new_and_enabled(&place));
    assert_eq!(
        found.values().collect::<BTreeSet<_>>().len(),
        3,
        "no two are alike"
    );
    for file in files(&place) {
        let sealed = std::fs::File::open(&file).unwrap();
        let opened = age::Decryptor::new(sealed).unwrap();
        let key: &dyn age::Identity = &stranger;
        assert!(
            opened.decrypt(std::iter::once(key)).is_err(),
            "a stranger opens {}",
            file.display()
        );
    }
    #[cfg(unix)]
    for path in place
        .content()
        .into_keys()
        .filter(|path| path.starts_with(place.path(".tenure/passwords")))
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        assert!(
            [0o600, 0o700].contains(&mode),
            "{mode:o} {}",
            path.display()
        );
    }

    let mut said = format!("{}{}", ran.out, ran.err);
    for arguments in [
        &["history"][..],
        &["show", "last"],
        &["show", "last", "--format", "json"],
        &["plan"],
    ] {
        let ran = place.run(arguments);
        said.push_str(&ran.out);
        said.push_str(&ran.err);
    }
    for password in found.values() {
        assert_eq!(password.len(), 16);
        assert!(!said.contains(password.as_str()));
        // In UTF-16 and in quotes a directory is told; backwards nobody tells anything.
        let wide: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (path, bytes) in place.content() {
            for needle in [password.as_bytes(), &wide] {
                let there = bytes.windows(needle.len()).any(|window| window == needle);
                assert!(!there, "a password stands in {}", path.display());
            }
        }
    }
}

#[test]
fn the_tool_that_everybody_has_opens_them() {
    crate::domain::tools();
    let key = Identity::generate();
    let place = sealing(&[&key]);
    place.expect(0, &["apply", "--yes"]);
    place.write("helpdesk.key", key.to_string().expose_secret());
    for file in files(&place) {
        let output = Command::new("age")
            .arg("-d")
            .arg("-i")
            .arg(place.path("helpdesk.key"))
            .arg(&file)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let line: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(line, open(&file, &key));
        let names: Vec<&String> = line.as_object().unwrap().keys().collect();
        let expected = [
            "person",
            "name",
            "account",
            "userPrincipalName",
            "password",
            "must_change",
        ];
        assert_eq!(names, expected);
    }
}

#[test]
fn without_a_key_nobody_knows_a_password_and_it_is_said() {
    let place = company::applied();
    assert!(!place.path(".tenure/passwords").exists());
    let place = company::small();
    let ran = place.expect(0, &["apply", "--yes"]);
    assert!(ran.said("3 new passwords are known to nobody yet"), "{ran}");
    assert!(!ran.said("sealed"), "{ran}");
}

#[test]
fn a_password_that_cannot_be_sealed_is_not_set_and_the_account_stays_disabled() {
    let key = Identity::generate();
    let place = sealing(&[&key]);
    place.write(".tenure/passwords", "something is in the way");
    let ran = place.expect(4, &["apply", "--yes"]);
    assert!(ran.said("the password could not be sealed"), "{ran}");
    assert_eq!(new_and_enabled(&place), BTreeSet::new());
    let set = Ldif::parse(&place.read(company::COPY)).essence();
    let new = |line: &&String| !line.starts_with("CN=Ben Ode") && !line.starts_with("CN=Eva Alt");
    let set = set
        .iter()
        .filter(new)
        .filter(|line| line.contains("tenure-hasPassword"));
    assert_eq!(set.count(), 0, "nobody has a password that nobody knows");
    std::fs::remove_file(place.path(".tenure/passwords")).unwrap();
    place.expect(0, &["apply", "--yes"]);
    let logins: BTreeSet<String> = passwords(&place, &key).into_keys().collect();
    assert_eq!(logins, new_and_enabled(&place));
    assert_eq!(logins.len(), 3);
}

/// Killed between any two steps, those of sealing included: no account is ever in use whose password does not open.
#[test]
#[cfg(debug_assertions)]
fn wherever_a_run_is_killed_every_enabled_account_has_a_password_that_opens() {
    use super::killed::kill_at;
    let key = Identity::generate();
    let template = sealing(&[&key]);
    let plan = template.plan();
    // Kept, set, named; and once more when the run knows that it is handed over.
    let of_sealing = 4 * plan
        .kinds()
        .iter()
        .filter(|kind| **kind == "set_password")
        .count();
    let (mut boundary, mut survived) = (0, 0);
    loop {
        let place = template.twin();
        let killed = kill_at(&place, boundary);
        let known: BTreeSet<String> = passwords(&place, &key).into_keys().collect();
        let open = new_and_enabled(&place);
        assert!(
            open.is_subset(&known),
            "boundary {boundary}: {open:?} {known:?}"
        );
        if !killed {
            break;
        }
        place.expect(0, &["apply", "--yes"]);
        let known: BTreeSet<String> = passwords(&place, &key).into_keys().collect();
        assert_eq!(known, new_and_enabled(&place), "boundary {boundary}");
        assert_eq!(known.len(), 3);
        assert_eq!(
            files(&place).len(),
            3,
            "boundary {boundary}: nothing unfinished lies about"
        );
        boundary += 1;
        survived += 1;
    }
    assert_eq!(survived, 4 * plan.actions().len() + 6 + of_sealing);
}
