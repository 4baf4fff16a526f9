//! Whom a diff is about is whoever's plan is another one, when both are made apart.

use super::{affected, diff_of};
use crate::cli::Place;
use crate::dice::Dice;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The files whose lines are changed by chance.
const FILES: [&str; 6] = [
    "rules/groups.tenure",
    "rules/lists.tenure",
    "rules/licences.tenure",
    "rules/profile.tenure",
    "rules/units.tenure",
    "rules/tables/sites.csv",
];

/// What a plan does and says of each person, without ids, order, reasons and causes.
fn by_person(place: &Place) -> BTreeMap<String, BTreeSet<String>> {
    let plan = place.plan().0;
    let mut people: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut put = |person: &Value, what: String| {
        if let Some(person) = person.as_str() {
            people.entry(person.to_owned()).or_default().insert(what);
        }
    };
    for action in plan["actions"].as_array().unwrap() {
        put(
            &action["person"],
            without_ids(&action["change"]).to_string(),
        );
    }
    for notice in plan["notices"].as_array().unwrap() {
        let mut notice = notice.clone();
        for key in ["after", "reason"] {
            notice.as_object_mut().unwrap().remove(key);
        }
        put(
            &notice["person"],
            format!("notice {}", without_ids(&notice)),
        );
    }
    for finding in plan["findings"].as_array().unwrap() {
        put(
            &finding["person"],
            format!("{} {}", finding["kind"], finding["text"]),
        );
    }
    for broken in plan["broken"].as_array().into_iter().flatten() {
        put(&broken["person"], broken["title"].to_string());
    }
    people
}

/// A change without what another plan numbers otherwise.
fn without_ids(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let hidden = [
                "by",
                "refers_to",
                "reason",
                "cause",
                "before",
                "digest",
                "account",
            ];
            let kept = fields
                .iter()
                .filter(|(key, _)| !hidden.contains(&key.as_str()));
            Value::Object(
                kept.map(|(key, value)| (key.clone(), without_ids(value)))
                    .collect(),
            )
        }
        Value::Array(items) => Value::Array(items.iter().map(without_ids).collect()),
        other => other.clone(),
    }
}

/// One line goes, comes twice, or says something else.
fn edit(dice: &mut Dice, text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let rows: Vec<usize> = (0..lines.len())
        .filter(|at| {
            lines[*at].contains("=>") && !lines[*at].contains("otherwise")
                || lines[*at].contains(" = ")
                || lines[*at].matches(',').count() > 3
        })
        .collect();
    let at = dice.of(&rows);
    let words = [
        ("Engineering", "IT"),
        ("\"SG-", "\"DL-"),
        ("Production", "Quality"),
        ("else clear", "else keep"),
        ("Berlin", "Lisboa"),
        ("department", "office"),
        ("30 days", "5 days"),
        ("OU=Staff", "OU=Leavers"),
    ];
    if dice.below(3) == 0 {
        lines.remove(at);
    } else {
        let (from, to) = dice.of(&words);
        lines[at] = lines[at].replace(from, to);
    }
    lines.join("\n") + "\n"
}

#[test]
fn it_is_about_those_whose_plan_is_another_one() {
    let (tries, wanted) = if crate::is_long() {
        (600, 200)
    } else {
        (24, 6)
    };
    let old = Place::example();
    let before = by_person(&old);
    let (mut compared, mut different) = (0, 0);
    for seed in 0..tries {
        if compared == wanted {
            break;
        }
        let mut dice = Dice::new(seed);
        let new = Place::example();
        for _ in 0..=dice.below(2) {
            let file = dice.of(&FILES);
            new.write(file, edit(&mut dice, &new.read(file)));
        }
        if new.run(&["check", "--quiet"]).code != 0 {
            continue;
        }
        compared += 1;
        let after = by_person(&new);
        let all: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let brute: BTreeSet<String> = all
            .into_iter()
            .filter(|person| before.get(*person) != after.get(*person))
            .cloned()
            .collect();
        let folder = old.path("rules");
        let found = affected(&diff_of(&new, &[folder.to_str().unwrap()]));
        assert_eq!(found, brute, "seed {seed}");
        different += usize::from(!brute.is_empty());
    }
    assert!(
        compared >= wanted / 2 && different > 0,
        "{compared} compared, {different} different"
    );
}
