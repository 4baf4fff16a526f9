//! Under pseudonyms nobody's name is there, and rules decide as they did.

use super::{plan_of, refused};
use crate::cli::company::{self, COPY, LDIF, PEOPLE};
use crate::cli::{Place, kind};
use crate::dice::Dice;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt as _;
use tempfile::TempDir;

/// How often each kind of action is planned, and for how many people.
fn counts(plan: &Value) -> (BTreeMap<String, usize>, usize) {
    let mut counts = BTreeMap::new();
    let mut people = BTreeSet::new();
    for action in plan["actions"].as_array().unwrap() {
        *counts.entry(kind(action).to_owned()).or_default() += 1;
        people.insert(action["person"].as_str());
    }
    for finding in plan["findings"].as_array().unwrap() {
        let kind = finding["kind"].as_str().unwrap();
        *counts.entry(format!("finding {kind}")).or_default() += 1;
    }
    (counts, people.len())
}

/// All that a snapshot's files hold, as text.
fn text(place: &Place) -> String {
    let files = place.content().into_iter();
    let files = files
        .filter(|(path, _)| path.starts_with("snap") || path.to_string_lossy().contains("/snap/"));
    files
        .map(|(_, bytes)| String::from_utf8_lossy(&bytes).to_lowercase())
        .collect()
}

#[test]
fn of_the_example_no_name_is_left_and_the_plan_does_the_same() {
    let place = Place::example();
    let keys = TempDir::new().unwrap();
    let key = keys.path().join("key");
    let key = key.to_str().unwrap();
    let arguments = [
        "snapshot",
        "-o",
        "snap",
        "--with-sensitive",
        "--pseudonymise",
        key,
    ];
    let ran = place.expect(0, &arguments);
    assert!(ran.said("it is personal data still"), "{ran}");
    let (now, people) = counts(&plan_of(&place, None));
    let (other, others) = counts(&plan_of(&place, Some("snap/snapshot.toml")));
    assert_eq!((now, people), (other, others));
    let mode = std::fs::metadata(key).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let written = text(&place);
    let people: Vec<String> = (0..4)
        .flat_map(|page| {
            let page: Value =
                serde_json::from_str(&place.read(&format!("rules/people/page-{page}.json")))
                    .unwrap();
            page["data"].as_array().unwrap().clone()
        })
        .map(|person| {
            person["attributes"]["last_name"]["value"]
                .as_str()
                .unwrap_or("")
                .to_lowercase()
        })
        .collect();
    let kept = place.read("rules/identity.tenure").to_lowercase();
    let mut seen = 0;
    for name in people
        .iter()
        .filter(|name| name.chars().count() > 5 && !kept.contains(&**name))
    {
        seen += 1;
        assert!(!written.contains(&**name), "{name}");
    }
    assert!(seen > 40, "{seen}");
    // The same key gives the same, another one does not.
    let first = place.read("snap/directory.ldif");
    place.expect(0, &arguments);
    assert_eq!(first, place.read("snap/directory.ldif"));
    let other = keys.path().join("other");
    let other = other.to_str().unwrap();
    place.expect(
        0,
        &[
            "snapshot",
            "-o",
            "snap",
            "--with-sensitive",
            "--pseudonymise",
            other,
        ],
    );
    assert_ne!(first, place.read("snap/directory.ldif"));
}

#[test]
fn the_key_lies_outside_of_the_repository_and_is_one() {
    let place = super::committed(company::small());
    let ran = refused(
        &place,
        "bad-key-file",
        &["snapshot", "--pseudonymise", "policy/key"],
    );
    assert!(ran.said("lies where the policy lies"), "{ran}");
    // The repository begins above the policy.
    let inner = Place::empty();
    crate::cli::copy(place.folder.path(), &inner.path("company"));
    super::git(&inner, ".", &["init", "--quiet"]);
    refused(
        &inner,
        "bad-key-file",
        &[
            "snapshot",
            "--config",
            "company/tenure.toml",
            "--pseudonymise",
            "key",
        ],
    );
    assert!(!inner.path("key").exists());
    let keys = TempDir::new().unwrap();
    let bad = keys.path().join("bad");
    std::fs::write(&bad, "secret").unwrap();
    let ran = refused(
        &place,
        "bad-key-file",
        &["snapshot", "--pseudonymise", bad.to_str().unwrap()],
    );
    assert!(ran.said("64 hexadecimal digits"), "{ran}");
    assert!(!place.path("snapshot").exists());
}

/// A company of strange names, half of whom have accounts already.
fn generated(dice: &mut Dice) -> (Place, String) {
    const GIVEN: [&str; 10] = [
        "Jörg",
        "Zoë",
        "Łucja",
        "Ana María",
        "Bo",
        "Øyvind",
        "Çağla",
        "Max",
        "Noor",
        "Ève",
    ];
    const FAMILY: [&str; 10] = [
        "Müller-Groß",
        "O'Brien",
        "van der Berg",
        "Ng",
        "Szczęsny",
        "Ångström",
        "de la Cruz",
        "Weiß",
        "Schmidt",
        "Ó Sé",
    ];
    const STATUS: [&str; 4] = ["active", "active", "onboarding", "inactive"];
    const DEPARTMENT: [&str; 4] = ["Sales", "Lab", "", "Büro"];
    const TITLE: [&str; 4] = ["Buyer", "Head of Chemistry", "", "Laborant/in"];
    let mut people = "id,first_name,last_name,status,department,title\n".to_owned();
    for number in 0..25 {
        let id = 1_000 + 37 * number;
        // No two of one name: which of them comes first is decided by keys, and those are others.
        let (given, family) = (GIVEN[number % 10], FAMILY[(number * 3 + number / 10) % 10]);
        people += &format!(
            "{id},{given},{family},{},{},{}\n",
            dice.of(&STATUS),
            dice.of(&DEPARTMENT),
            dice.of(&TITLE)
        );
    }
    let place = company::small();
    place.write("people.csv", people.replace("inactive", "active"));
    place.write("directory.ldif", LDIF);
    let later: Vec<String> = people
        .lines()
        .map(|line| {
            if dice.percent(20) {
                line.replace("Lab", "Sales")
            } else {
                line.to_owned()
            }
        })
        .collect();
    (place, later.join("\n") + "\n")
}

#[test]
fn generated_companies_are_planned_as_they_were_before_and_after_a_run() {
    let cases = if crate::is_long() { 60 } else { 4 };
    let keys = TempDir::new().unwrap();
    for seed in 0..cases {
        let mut dice = Dice::new(seed);
        let (place, later) = generated(&mut dice);
        for after in [false, true] {
            if after {
                place.expect(0, &["apply", "--yes"]);
                assert!(place.path(COPY).exists());
                place.write("people.csv", &later);
                place.change("tenure.toml", "2026-02-02T09", "2026-03-10T09");
            }
            let now = plan_of(&place, None);
            place.expect(0, &["snapshot", "-o", "snap"]);
            assert_eq!(
                now,
                plan_of(&place, Some("snap/snapshot.toml")),
                "seed {seed}, after {after}"
            );
            let key = keys.path().join(format!("{seed}"));
            let ran = place.expect(
                0,
                &[
                    "snapshot",
                    "-o",
                    "snap",
                    "--pseudonymise",
                    key.to_str().unwrap(),
                ],
            );
            let other = plan_of(&place, Some("snap/snapshot.toml"));
            assert_eq!(
                counts(&now),
                counts(&other),
                "seed {seed}, after {after}\n{ran}"
            );
            let causes = |plan: &Value| -> BTreeMap<String, usize> {
                let mut causes = BTreeMap::new();
                for action in plan["actions"].as_array().unwrap() {
                    *causes.entry(action["cause"].to_string()).or_default() += 1;
                }
                causes
            };
            assert_eq!(causes(&now), causes(&other), "seed {seed}, after {after}");
        }
    }
}

#[test]
fn who_reports_to_whom_and_whose_the_account_is_stay_true() {
    let place = company::applied();
    place.write("people.csv", PEOPLE);
    let keys = TempDir::new().unwrap();
    let key = keys.path().join("key");
    place.expect(
        0,
        &[
            "snapshot",
            "-o",
            "snap",
            "--pseudonymise",
            key.to_str().unwrap(),
        ],
    );
    let plan = plan_of(&place, Some("snap/snapshot.toml"));
    assert!(plan["actions"].as_array().unwrap().is_empty(), "{plan:#}");
    let written = text(&place);
    for name in ["anna", "aberg", "finn", "fro@"] {
        assert!(!written.contains(name), "{name}");
    }
}
