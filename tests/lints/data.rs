//! `tenure check --with-people`: a policy held against people and a directory, by the program itself.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

const CONFIGURATION: &str = r#"
[people]
csv = "people.csv"
clock = "2026-03-02T09:00:00+01:00"
[directory]
ldif = "directory.ldif"
write = ["OU=Company,DC=example,DC=com"]
"#;

const HEAD: &str = "dn: DC=example,DC=com\n\
    objectClass: top\nobjectClass: domain\nobjectClass: domainDNS\ndc: example\n\
    objectGUID:: AAECAwQFBgcICQoLDA0ODw==\nobjectSid:: AQQAAAAAAAUVAAAAAQAAAAIAAAADAAAA\n\n";

/// A directory with these units and groups.
fn directory(units: &[&str], groups: &[&str]) -> String {
    let mut text = HEAD.to_owned();
    let units = units.iter().map(|dn| (*dn, "organizationalUnit"));
    for (dn, class) in units.chain(groups.iter().map(|dn| (*dn, "group"))) {
        text.push_str(&format!(
            "dn: {dn}\nobjectClass: top\nobjectClass: {class}\n"
        ));
        if class == "group" {
            let name = dn.trim_start_matches("CN=").split(',').next().unwrap();
            text.push_str(&format!("sAMAccountName: {name}\ngroupType: -2147483646\n"));
        }
        text.push('\n');
    }
    text
}

/// `count` people, with what stands in the columns `department`, `contract` and `leave` of each.
fn people(
    count: usize,
    of: impl Fn(usize) -> (&'static str, &'static str, &'static str),
) -> String {
    let mut text = "id,first_name,last_name,status,employment_type,hire_date,termination_date,email,department,\
        office,supervisor,dynamic_1,dynamic_2,dynamic_4,reason\n"
        .to_owned();
    for id in 1..=count {
        let (department, contract, reason) = of(id);
        text.push_str(&format!(
            "{id},Ada,King,active,{contract},2020-01-01,,,{department},Berlin,,,,40,{reason}\n"
        ));
    }
    text
}

/// The usual directory.
fn usual() -> String {
    let below = |name: &str| format!("{name},OU=Company,DC=example,DC=com");
    let units: Vec<String> = ["OU=Company,DC=example,DC=com".to_owned()]
        .into_iter()
        .chain(["OU=Staff", "OU=Berlin,OU=Staff", "OU=Honolulu,OU=Staff"].map(below))
        .collect();
    let groups: Vec<String> = [
        "SG-Staff",
        "SG-BER",
        "SG-permanent",
        "SG-trainee",
        "SG-Finance",
        "SG-First-Aid",
        "SG-Part-Time",
        "SG-Island",
        "SG-X",
    ]
    .map(|name| below(&format!("CN={name}")))
    .into();
    directory(
        &units.iter().map(String::as_str).collect::<Vec<_>>(),
        &groups.iter().map(String::as_str).collect::<Vec<_>>(),
    )
}

/// What is found in the file of the case, as `line code message`.
fn found(case: &str, people: &str, directory: &str, flags: &[&str]) -> Vec<String> {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let prelude = std::fs::read_to_string("tests/lints/prelude.tenure").unwrap();
    write(
        "prelude.tenure",
        &prelude.replace(
            "  workload   :",
            "  reason     : text? from \"reason\" sensitive\n  workload   :",
        ),
    );
    write(
        "sites.csv",
        "office,code,folder,zone\nBerlin,BER,OU=Berlin,Europe/Berlin\n",
    );
    write("case.tenure", case);
    write("tenure.toml", CONFIGURATION);
    write("people.csv", people);
    write("directory.ldif", directory);
    let ran = Command::new(env!("CARGO_BIN_EXE_tenure"))
        .args(["check", "--format", "json"])
        .args(flags)
        .current_dir(folder.path())
        .env_remove("TENURE_CONFIG")
        .output()
        .unwrap();
    assert_eq!(
        ran.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let said: Value = serde_json::from_slice(&ran.stdout).unwrap();
    let all = said["diagnostics"].as_array().unwrap().iter();
    let all = all.filter(|one| one["file"] == "case.tenure");
    all.map(|one| {
        let text = |key: &str| one[key].as_str().unwrap().to_owned();
        format!(
            "{} {} {}",
            one["start"]["line"],
            text("code"),
            text("message")
        )
    })
    .collect()
}

const WITH: &[&str] = &["--with-people"];

/// Reads the sensitive field in a condition, so that it is not unused.
const REASON: &str = "expect \"a reason\" when reason is missing or reason == \"Ill\"\n";

fn plain(_: usize) -> (&'static str, &'static str, &'static str) {
    ("Finance", "internal", "")
}

#[test]
fn a_value_that_nobody_has_is_told_of_and_only_with_people() {
    let case = format!("{REASON}groups {{ when department == \"Finanze\" => \"SG-X\" }}\n");
    let told = ["2 value-never-sent HR has nobody whose `department` is \"Finanze\""];
    assert_eq!(found(&case, &people(3, plain), &usual(), WITH), told);
    assert_eq!(
        found(&case, &people(3, plain), &usual(), &[]),
        Vec::<String>::new()
    );
    let both =
        format!("{REASON}groups {{ when department in [\"Finance\", \"Legal\"] => \"SG-X\" }}\n");
    let told = ["2 value-never-sent HR has nobody whose `department` is \"Legal\""];
    assert_eq!(found(&both, &people(3, plain), &usual(), WITH), told);
    let allowed = format!(
        "{REASON}groups {{ when department == \"Legal\" => \"SG-X\" }} # allow(value-never-sent): opens in May\n"
    );
    assert_eq!(
        found(&allowed, &people(3, plain), &usual(), WITH),
        Vec::<String>::new()
    );
}

#[test]
fn nothing_is_said_of_what_must_not_be_shown() {
    // Nobody is ill: neither that nor how many are is told.
    let case =
        format!("{REASON}expect \"none\" when reason is missing or reason == \"Jury duty\"\n");
    assert_eq!(
        found(&case, &people(3, plain), &usual(), WITH),
        Vec::<String>::new()
    );
    let case = format!("{REASON}groups {{ when reason == \"Ill\" => \"SG-X\" }}\n");
    let all_ill = people(40, |_| ("Finance", "internal", "Ill"));
    assert_eq!(found(&case, &all_ill, &usual(), WITH), Vec::<String>::new());
}

#[test]
fn what_almost_everybody_meets_is_told_of() {
    let some = |others: usize| {
        people(100, move |id| {
            if id <= others {
                ("IT", "internal", "")
            } else {
                ("Finance", "internal", "")
            }
        })
    };
    let case = format!(
        "{REASON}groups {{ when department == \"Finance\" and kind is missing => \"SG-X\" }}\n"
    );
    let told = ["2 almost-everyone 96 of the 100 people who work here meet this"];
    assert_eq!(found(&case, &some(4), &usual(), WITH), told);
    assert_eq!(found(&case, &some(5), &usual(), WITH), Vec::<String>::new());
    // Of few people a share says nothing, and who has no account does not count.
    assert_eq!(
        found(&case, &people(19, plain), &usual(), WITH),
        Vec::<String>::new()
    );
    let external = people(100, |id| {
        if id > 19 {
            ("Finance", "external", "")
        } else {
            ("Finance", "internal", "")
        }
    });
    assert_eq!(
        found(&case, &external, &usual(), WITH),
        Vec::<String>::new()
    );
}

#[test]
fn a_group_or_a_unit_that_is_not_there_is_told_of() {
    let case = format!("{REASON}groups {{\n  when kind == \"trainee\" => \"SG-Y\"\n}}\n");
    let told = ["3 not-in-directory the directory has no group `SG-Y`"];
    assert_eq!(found(&case, &people(3, plain), &usual(), WITH), told);
    let made = format!(
        "{REASON}groups {{\n  when kind == \"trainee\" => \"SG-Y\"\n  create in \"OU=Staff\"\n}}\n"
    );
    assert_eq!(
        found(&made, &people(3, plain), &usual(), WITH),
        Vec::<String>::new()
    );
    let exception = format!(
        "{REASON}exception for 1 until 2026-05-31 because \"T-1\" {{\n  unit \"OU=Attic\"\n}}\n"
    );
    let told =
        ["3 not-in-directory the directory has no unit `OU=Attic,OU=Company,DC=example,DC=com`"];
    assert_eq!(found(&exception, &people(3, plain), &usual(), WITH), told);
}

#[test]
fn the_example_is_as_its_people_and_directory_are() {
    let folder = TempDir::new().unwrap();
    copy(Path::new("rules"), &folder.path().join("rules"));
    let ran = Command::new(env!("CARGO_BIN_EXE_tenure"))
        .args(["check", "--with-people", "--format", "json"])
        .current_dir(folder.path())
        .env_remove("TENURE_CONFIG")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout) + String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(0), "{said}");
    let found: Value = serde_json::from_slice(&ran.stdout).unwrap();
    let found = found["diagnostics"].as_array().unwrap().iter();
    let lints: Vec<&Value> = found
        .filter(|one| one["code"] != "password-to-nobody")
        .collect();
    assert!(lints.is_empty(), "{lints:#?}");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        if name == ".tenure" {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            std::fs::copy(&path, to.join(name)).unwrap();
        }
    }
}
