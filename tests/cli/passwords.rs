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

/// A policy that computes the password, with these people.
fn computing(rule: &str, key: &Identity) -> Place {
    let place = company::small();
    let block = format!(
        "  initial {rule}\n  sealed to \"{}\"\n  change at first logon",
        key.to_public()
    );
    place.change("policy/policy.tenure", "  random 16", &block);
    place
}

#[test]
fn a_computed_password_is_set_and_sealed_and_only_its_rule_is_shown() {
    let key = Identity::generate();
    let place = computing("\"Willkommen-{id}-{department}\"", &key);
    let ran = place.run(&["check"]);
    assert_eq!(ran.code, 0, "a warning is no error\n{ran}");
    assert!(format!("{ran}").contains("guessable-password"), "{ran}");
    assert_eq!(place.run(&["check", "--deny", "warnings"]).code, 1);
    let human = place.expect(2, &["plan"]);
    assert!(
        human
            .out
            .contains("as the policy computes it, to be changed at the first logon"),
        "{human}"
    );
    let json = place.expect(2, &["plan", "--format", "json", "-o", "plan.json"]);
    // Carl has no department: nothing is made of him, and why is told.
    let plan = place.plan();
    let made: Vec<_> = plan
        .deeds()
        .into_iter()
        .filter(|deed| deed.contains("of 3"))
        .collect();
    assert_eq!(made, Vec::<String>::new());
    let said = human.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("Carl Ny · 3 the password of the policy's rule cannot be computed"),
        "{human}"
    );
    assert!(
        said.contains("a value that it needs is missing in HR"),
        "{human}"
    );
    let applied = place.expect(0, &["apply", "plan.json", "--yes", "-v"]);
    let export = place.expect(0, &["audit", "export"]);
    let explained = place.expect(0, &["explain", "1"]);
    for ran in [&human, &json, &applied, &export, &explained] {
        assert!(!format!("{ran}").contains("Willkommen-1"), "{ran}");
    }
    let found = passwords(&place, &key);
    assert_eq!(found["aberg"], "Willkommen-1-Lab");
    assert_eq!(found["fro"], "Willkommen-6-Lab");
    assert_eq!(found.len(), 2);
    for (path, bytes) in place.content() {
        let clear = bytes.windows(12).any(|bytes| bytes == b"Willkommen-1");
        assert!(!clear, "{}", path.display());
    }
    let ldif = Ldif::parse(&place.read(company::COPY));
    let anna = ldif
        .0
        .iter()
        .find(|entry| entry.all("sAMAccountName") == ["aberg"]);
    assert_eq!(anna.unwrap().one("pwdLastSet"), "0", "it must be changed");
    assert_eq!(anna.unwrap().one("userAccountControl"), "512");
    assert!(place.plan().actions().is_empty());
}

#[test]
fn whom_the_domain_would_refuse_is_held_before_anything_is_made() {
    let key = Identity::generate();
    for (rule, why) in [
        ("\"Short-{id}\"", "has 7 characters, the domain wants 12"),
        (
            "\"nothing but words {first_name.lower()}\"",
            "kinds of characters, the domain wants 3",
        ),
    ] {
        let place = computing(rule, &key);
        let plan = place.plan();
        let set = plan
            .kinds()
            .into_iter()
            .filter(|kind| *kind == "set_password")
            .count();
        assert_eq!(set, 0, "{rule}");
        let creates = plan
            .deeds()
            .into_iter()
            .filter(|deed| deed.starts_with("create_account"));
        assert_eq!(
            creates.count(),
            1,
            "{rule}: Dora alone, whose account is prepared"
        );
        let human = place.expect(2, &["plan"]);
        let said = human.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(why), "{rule}\n{human}");
    }
}

/// What the domain refuses all the same, here the name of the account within its password, stays disabled and is
/// reported; it is tried once, for a second password would be the same.
#[test]
fn a_refused_computed_password_is_tried_once_and_the_account_stays_off() {
    let key = Identity::generate();
    let place = computing("\"Hello-aberg-{id}-7\"", &key);
    let ran = place.expect(4, &["apply", "--yes", "-v"]);
    assert!(ran.said("Anna Berg"), "{ran}");
    assert!(
        ran.said("the password contains the name of the account"),
        "{ran}"
    );
    assert!(!format!("{ran}").contains("Hello-aberg"), "{ran}");
    let ldif = Ldif::parse(&place.read(company::COPY));
    let uac = |login: &str| {
        let found = ldif
            .0
            .iter()
            .find(|entry| entry.all("sAMAccountName") == [login]);
        found.unwrap().one("userAccountControl")
    };
    assert_eq!(
        (uac("aberg"), uac("fro")),
        ("546".to_owned(), "512".to_owned())
    );
    let found = passwords(&place, &key);
    assert_eq!(found.keys().collect::<Vec<_>>(), ["cny", "fro"]);
    // The next plan says the same again, until the rule is another one.
    assert_eq!(place.run(&["apply", "--yes", "--quiet"]).code, 4);
    place.change("policy/policy.tenure", "Hello-aberg", "Hello-there");
    place.expect(0, &["apply", "--yes", "--quiet"]);
    assert_eq!(passwords(&place, &key)["aberg"], "Hello-there-1-7");
    assert_eq!(passwords(&place, &key)["fro"], "Hello-aberg-6-7");
}

#[test]
fn a_computed_password_keeps_its_rules() {
    let key = Identity::generate();
    let faulty = |rule: &str, from: &str, to: &str| {
        let place = computing(rule, &key);
        place.change("policy/policy.tenure", from, to);
        format!("{}", place.expect(1, &["check"]))
    };
    let rule = "\"Willkommen-{id}\"";
    let told = faulty(rule, "  change at first logon", "");
    assert!(told.contains("initial-password-stays"), "{told}");
    let told = faulty(
        rule,
        "  change at first logon",
        "  random 16\n  change at first logon",
    );
    assert!(told.contains("made in one way"), "{told}");
    let told = faulty(
        "\"Willkommen-{department}\"",
        "department : text?",
        "department : text? sensitive",
    );
    assert!(
        told.contains("sensitive-flow") && told.contains("disclose("),
        "{told}"
    );
    for (rule, code) in [
        ("\"Willkommen-{login}\"", "assigned-not-here"),
        ("\"Abc1-x\"", "value-does-not-fit"),
        ("id", "wrong-type"),
    ] {
        let told = format!("{}", computing(rule, &key).expect(1, &["check"]));
        assert!(told.contains(code), "{rule}\n{told}");
    }
    // In so many words it may.
    let place = computing("shown", &key);
    place.change(
        "policy/policy.tenure",
        "department : text?",
        "department : text? sensitive",
    );
    place.change(
        "policy/policy.tenure",
        "unique login {",
        "let open = disclose(department)\n\nlet shown = \"Willkommen-{open}\"\n\nunique login {",
    );
    let told = format!("{}", place.run(&["check"]));
    let flows = told.matches("sensitive-flow").count();
    let into_password = told.contains("whoever is handed the password reads it");
    assert!(!into_password, "{flows} {told}");
    // Nor does the clock get in by a name.
    let place = computing("late", &key);
    place.change(
        "policy/policy.tenure",
        "unique login {",
        "let late = choose {\n  when today > 2026-01-01 => \"Willkommen-1\"\n  otherwise => \"Willkommen-2\"\n}\n\nunique login {",
    );
    let told = format!("{}", place.expect(1, &["check"]));
    assert!(told.contains("clock-outside-comparison"), "{told}");
}

#[test]
fn a_forecast_and_a_killed_run_know_of_the_computed_password() {
    let key = Identity::generate();
    let place = computing("\"Willkommen-{id}-Lab\"", &key);
    let ran = place.expect(0, &["forecast", "--until", "2026-02-10"]);
    assert!(!format!("{ran}").contains("Willkommen"), "{ran}");
    assert!(!ran.out.contains("fail"), "{ran}");
    let privacy = place.expect(0, &["privacy"]);
    assert!(
        privacy.out.contains("is in the first password"),
        "{privacy}"
    );
    for at in 0..60_u32 {
        let place = computing("\"Willkommen-{id}-Lab\"", &key);
        let mut command = place.command(&["apply", "--yes", "--quiet"]);
        command.env("TENURE_HALT_AT", at.to_string());
        let mut child = command
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut read = std::io::BufReader::new(child.stderr.take().unwrap());
        while !said.contains("halted")
            && std::io::BufRead::read_line(&mut read, &mut said).unwrap() > 0
        {}
        let halted = said.contains("halted");
        child.kill().unwrap();
        child.wait().unwrap();
        place.expect(0, &["apply", "--yes", "--quiet"]);
        assert_eq!(passwords(&place, &key)["aberg"], "Willkommen-1-Lab", "{at}");
        if !halted {
            break;
        }
    }
}
