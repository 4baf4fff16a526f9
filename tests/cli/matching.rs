//! `tenure match`: a first run changes nothing before a human has confirmed whose accounts are whose (S7).

use serde_json::Value;

use super::Place;

const IDENTITY: &str = "rules/identity.tenure";

/// The example before anybody went through the proposals.
fn unconfirmed() -> Place {
    let place = Place::example();
    let text = place.read(IDENTITY);
    let kept: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("link "))
        .filter(|line| !line.trim_start().starts_with("confirmed "))
        .collect();
    assert_eq!(kept.len() + 4, text.lines().count());
    place.write(IDENTITY, kept.join("\n") + "\n");
    place
}

/// The verdict about each person, or account without one.
fn verdicts(place: &Place) -> Vec<(String, String)> {
    let ran = place.expect(2, &["match", "--format", "json"]);
    let all: Value = serde_json::from_str(&ran.out).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let row = |entry: &Value| {
        let login = entry["accounts"].get(0).map(|first| text(&first["login"]));
        let who = match entry["person"].as_str() {
            Some(person) => person.to_owned(),
            None => login.unwrap_or_default(),
        };
        (who, text(&entry["verdict"]))
    };
    all["matches"].as_array().unwrap().iter().map(row).collect()
}

fn of(verdicts: &[(String, String)], who: &str) -> Vec<String> {
    let found = verdicts.iter().filter(|(other, _)| other == who);
    found.map(|(_, verdict)| verdict.clone()).collect()
}

#[test]
fn the_example_s_accounts_have_the_verdicts_that_its_people_expect() {
    let verdicts = verdicts(&Place::example());
    for (who, expected) in [
        ("4001", &["anchored"][..]),
        ("4023", &["linked"]),
        ("4038", &["linked"]),
        ("4046", &["linked"]),
        ("4047", &["proposed"]),
        ("4048", &["namesake"]),
        ("4049", &["ambiguous"]),
        ("4025", &["person-without-account"]),
        ("4030", &["anchored", "tied"]),
        ("4083", &["anchored", "tied"]),
        ("1042", &["left-out"]),
        ("praktikum1", &["account-without-person"]),
        ("mcosta", &["account-without-person"]),
        ("care", &[]),
        ("krbtgt", &[]),
        ("svc-sql", &[]),
        ("KST-LT-0042$", &[]),
    ] {
        assert_eq!(of(&verdicts, who), expected, "{who}");
    }
}

#[test]
fn the_table_and_the_csv_say_the_same_as_the_json() {
    let place = Place::example();
    let verdicts = verdicts(&place);
    let csv = place.expect(2, &["match", "--format", "csv"]).out;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let mut rows: Vec<(String, String)> = reader
        .records()
        .map(Result::unwrap)
        .map(|row| {
            let who = if row[1].is_empty() { &row[3] } else { &row[1] };
            (who.to_owned(), row[0].to_owned())
        })
        .collect();
    // Two candidates are two rows, and one entry.
    rows.dedup();
    assert_eq!(rows, verdicts);
    let table = place.expect(2, &["match"]).out;
    for words in ["Đorđe Đurić", "tbecker", "kambrus-toth", "praktikum1"] {
        assert!(table.contains(words), "{words} is not in\n{table}");
    }
}

#[test]
fn without_a_confirmation_a_first_run_does_nothing_and_says_so() {
    let place = unconfirmed();
    let plan = place.plan();
    assert_eq!(plan.deeds(), Vec::<String>::new());
    let shown = place.run(&["plan"]);
    assert!(shown.out.contains("tenure match --confirm"), "{shown}");
    let before = place.read("rules/directory.ldif");
    let applied = place.run(&["apply", "--yes"]);
    assert_eq!(applied.code, 0, "{applied}");
    assert_eq!(before, place.read("rules/directory.ldif"));
    assert_eq!(place.plan().deeds(), Vec::<String>::new());
}

#[test]
fn confirming_writes_links_into_the_policy_and_then_the_plan_works() {
    let place = unconfirmed();
    let proposed: Vec<String> = verdicts(&place)
        .into_iter()
        .filter(|(_, verdict)| verdict == "proposed")
        .map(|(person, _)| person)
        .collect();
    assert!(proposed.contains(&"4038".to_owned()), "{proposed:?}");
    assert!(proposed.contains(&"4047".to_owned()), "{proposed:?}");
    let before = place.read(IDENTITY);
    // Ambiguous ones are left to a human.
    let confirmed = place.expect(2, &["match", "--confirm"]);
    assert!(confirmed.said("identity.tenure"), "{confirmed}");
    let after = place.read(IDENTITY);
    for person in &proposed {
        assert!(after.contains(&format!("  link {person} to \"")), "{after}");
    }
    assert!(after.contains("\n  confirmed 2026-03-02\n"), "{after}");
    let written: Vec<&str> = after
        .lines()
        .filter(|line| !before.contains(line))
        .collect();
    let before: Vec<&str> = before.lines().collect();
    let kept: Vec<&str> = after
        .lines()
        .filter(|line| !written.contains(line))
        .collect();
    assert_eq!(before, kept, "nothing else is touched");
    place.expect(0, &["check"]);
    let linked = verdicts(&place);
    for person in &proposed {
        assert_eq!(of(&linked, person), ["linked"], "{person}");
    }
    assert!(!place.plan().deeds().is_empty());
    place.expect(0, &["apply", "--yes"]);
    place.expect(0, &["plan"]);

    let again = place.run(&["match", "--confirm"]);
    assert!(again.said("nothing is proposed"), "{again}");
    assert_eq!(after, place.read(IDENTITY));
}
