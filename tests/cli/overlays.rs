//! Everybody in the example goes through its stages, each in an order of their own, and comes back: then their accounts
//! are, attribute for attribute, as if they had never been away (S16).

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::ldif::Ldif;
use super::{Place, example::COPY};
use crate::dice::Dice;

const PAGES: [&str; 4] = [
    "rules/people/page-0.json",
    "rules/people/page-1.json",
    "rules/people/page-2.json",
    "rules/people/page-3.json",
];

/// The day on which the example's clock stands.
const FIRST: Date = jiff::civil::date(2026, 3, 2);

/// The stages of the example that somebody at work can be brought into.
const STAGES: [&str; 9] = [
    "absent",
    "sabbatical",
    "released",
    "leaver",
    "purged",
    "rescinded",
    "future",
    "prehire",
    "unmanaged",
];

/// How many stages each goes through, one a day, before they are back.
const LENGTH: i64 = 5;

/// What HR says of somebody in that stage: attributes and their values.
fn words(stage: &str, today: Date) -> Vec<(&'static str, Value)> {
    let day = |days: i64| json!(format!("{}T00:00:00+01:00", today + days.days()));
    match stage {
        "employee" => Vec::new(),
        "absent" => vec![
            ("status", json!("leave")),
            ("dynamic_3304417", json!("parental")),
        ],
        "sabbatical" => vec![
            ("status", json!("leave")),
            ("dynamic_3304417", json!("sabbatical")),
        ],
        "released" => vec![("last_working_day", day(-1)), ("termination_date", day(90))],
        "leaver" => vec![("termination_date", day(-2))],
        "purged" => vec![("termination_date", day(-100))],
        "rescinded" => vec![("status", json!("inactive")), ("hire_date", day(30))],
        "future" => vec![("hire_date", day(200))],
        "prehire" => vec![("hire_date", day(5))],
        "unmanaged" => vec![("employment_type", json!("external"))],
        other => panic!("{other}"),
    }
}

/// The recording, and how it was at first.
struct Hr {
    pages: Vec<Value>,
}

impl Hr {
    fn of(place: &Place) -> Self {
        let pages = PAGES.iter();
        let pages = pages.map(|page| serde_json::from_str(&place.read(page)).unwrap());
        Self {
            pages: pages.collect(),
        }
    }

    /// Those who simply work: since long, until nobody knows when.
    fn at_work(&self) -> BTreeSet<i64> {
        let records = self
            .pages
            .iter()
            .flat_map(|page| page["data"].as_array().unwrap());
        let text = |record: &Value, name: &str| {
            let value = &record["attributes"][name]["value"];
            value.as_str().unwrap_or_default().to_owned()
        };
        records
            .filter(|record| {
                text(record, "status") == "active"
                    && text(record, "employment_type") == "internal"
                    && text(record, "termination_date").is_empty()
                    && text(record, "last_working_day").is_empty()
                    && ("2000".."2026").contains(&text(record, "hire_date").as_str())
            })
            .filter_map(|record| record["attributes"]["id"]["value"].as_i64())
            .collect()
    }

    /// Lets HR say where each of them is on that day; of everybody else what it always said.
    fn says(&self, place: &Place, stages: &BTreeMap<i64, &str>, today: Date) {
        for (page, name) in self.pages.iter().zip(PAGES) {
            let mut page = page.clone();
            for record in page["data"].as_array_mut().unwrap() {
                let id = record["attributes"]["id"]["value"]
                    .as_i64()
                    .unwrap_or_default();
                let stage = stages.get(&id).copied().unwrap_or("employee");
                for (attribute, value) in words(stage, today) {
                    record["attributes"][attribute]["value"] = value;
                }
            }
            place.write(name, page.to_string());
        }
        let config = place.read("rules/tenure.toml");
        let lines = config
            .lines()
            .map(|line| match line.strip_prefix("clock = ") {
                Some(_) => format!("clock = \"{today}T09:00:00+01:00\""),
                None => line.to_owned(),
            });
        let lines: Vec<String> = lines.collect();
        place.write("rules/tenure.toml", lines.join("\n") + "\n");
    }
}

/// What belongs to each account: its lines, and the groups that it is in.
fn pictures(
    place: &Place,
    people: &BTreeSet<i64>,
) -> BTreeMap<i64, (Vec<String>, BTreeSet<String>)> {
    let mut ldif = Ldif::parse(&place.read(COPY));
    let all = ldif.essence();
    let mut found = BTreeMap::new();
    for id in people {
        let dn = ldif.having("employeeID", &id.to_string()).dn();
        let own = format!("{dn} | ");
        // That there is a password may be said in one way or the other; S16 leaves it out.
        let has_password = format!("{own}tenure-hasPassword: TRUE");
        let lines = all
            .iter()
            .filter(|line| line.starts_with(&own) && **line != has_password)
            .cloned();
        let member = format!(" | member: {dn}");
        let groups = all.iter().filter_map(|line| line.strip_suffix(&member));
        found.insert(*id, (lines.collect(), groups.map(str::to_owned).collect()));
    }
    found
}

fn apply(place: &Place) {
    let mut arguments = vec!["apply", "--yes", "--because", "everybody is on the move"];
    for guard in [
        "enable", "disable", "move", "clear", "grant", "revoke", "values", "password", "login",
        "delete", "notify", "rename", "create",
    ] {
        arguments.extend(["--override", guard]);
    }
    place.expect(0, &arguments);
}

#[test]
fn whatever_stages_everybody_goes_through_their_accounts_are_as_if_they_had_never_been_there() {
    for seed in 0..if crate::is_long() { 25 } else { 1 } {
        lives(seed);
    }
}

/// One life for each, and what is left of it.
fn lives(seed: u64) {
    let place = Place::example();
    place.expect(0, &["apply", "--yes"]);
    let hr = Hr::of(&place);
    let all = Ldif::parse(&place.read(COPY));
    let enabled = |id: &i64| {
        let of_hr = |entry: &&super::ldif::Entry| entry.all("employeeID") == [id.to_string()];
        let accounts: Vec<_> = all.0.iter().filter(of_hr).collect();
        let [account] = accounts.as_slice() else {
            return false;
        };
        let control = account.all("userAccountControl");
        let control: u32 = control.first().map_or(2, |text| text.parse().unwrap());
        control & 2 == 0 && account.all("adminCount").is_empty()
    };
    let people: BTreeSet<i64> = hr.at_work().into_iter().filter(enabled).collect();
    assert!(people.len() >= 30, "{}", people.len());
    let before = pictures(&place, &people);

    let mut dice = Dice::new(seed);
    let mut lives: BTreeMap<i64, Vec<&str>> = BTreeMap::new();
    let mut today = FIRST;
    let mut away = 0;
    for _ in 0..LENGTH {
        today += 1.day();
        let stages = people.iter().map(|id| (*id, dice.of(&STAGES)));
        let stages: BTreeMap<i64, &str> = stages.collect();
        for (id, stage) in &stages {
            lives.entry(*id).or_default().push(stage);
        }
        hr.says(&place, &stages, today);
        apply(&place);
        let now = pictures(&place, &people);
        away += people.iter().filter(|id| now[*id] != before[*id]).count();
    }
    // They really were away.
    assert!(away > people.len() * 2, "{away}");
    // What a stage or a rule gave lingers for some days.
    for days in [1, 20] {
        today += days.days();
        hr.says(&place, &BTreeMap::new(), today);
        apply(&place);
    }
    let plan = place.plan();
    let proposed: Vec<String> = plan.0["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["kind"] == "proposed")
        .map(ToString::to_string)
        .collect();
    let after = pictures(&place, &people);
    for (id, (lines, groups)) in &before {
        let life = &lives[id];
        let (lines_now, groups_now) = &after[id];
        let both = (lines.iter(), lines_now.iter());
        let gone: Vec<_> = both.0.filter(|line| !lines_now.contains(line)).collect();
        let come: Vec<_> = both.1.filter(|line| !lines.contains(line)).collect();
        assert!(
            gone.is_empty() && come.is_empty(),
            "{id} went through {life:?}\n- {gone:#?}\n+ {come:#?}\n{}",
            place.expect(0, &["explain", &id.to_string()])
        );
        let new: Vec<&String> = groups_now.difference(groups).collect();
        assert_eq!(new, Vec::<&String>::new(), "{id} went through {life:?}");
        for lost in groups.difference(groups_now) {
            let name = lost.split(',').next().unwrap().trim_start_matches("CN=");
            let told =
                |finding: &String| finding.contains(&format!("\"{id}\"")) && finding.contains(name);
            assert!(
                proposed.iter().any(told),
                "{id} lost {lost} by {life:?}\n{proposed:#?}"
            );
        }
    }
}
