//! `tenure who`: who was in a group on which day, by which rule, and what cannot be known.

use super::company::{self, COPY};
use super::{Place, Ran};

#[track_caller]
fn who(place: &Place, arguments: &[&str]) -> Ran {
    place.expect(0, &[&["who"], arguments].concat())
}

/// `name: by since..until`, with `?` behind what is not certain.
#[track_caller]
fn told(place: &Place, group: &str, on: Option<&str>) -> Vec<String> {
    let mut arguments = vec![group, "--format", "json"];
    arguments.extend(on.iter().flat_map(|on| ["--on", *on]));
    let answer: serde_json::Value = serde_json::from_str(&who(place, &arguments).out).unwrap();
    let day = |value: &serde_json::Value| value.as_str().map_or("", |at| &at[..10]).to_owned();
    let one = |member: &serde_json::Value| {
        let mark = if member["certain"] == true { "" } else { "?" };
        let name = member["name"].as_str().unwrap();
        let by = member["by"].as_str().unwrap();
        let (since, seen) = (day(&member["since"]), day(&member["seen"]));
        let (until, gone) = (day(&member["until"]), day(&member["gone_by"]));
        let seen = if seen.is_empty() {
            seen
        } else {
            format!("<{seen}")
        };
        let gone = if gone.is_empty() {
            gone
        } else {
            format!("<{gone}")
        };
        format!("{name}{mark}: {by} {since}{seen}..{until}{gone}")
    };
    answer["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(one)
        .collect()
}

fn two_months() -> Place {
    let place = company::a_busy_month_later();
    place.expect(0, &["apply", "--yes", "--quiet"]);
    place
}

#[test]
fn each_day_has_its_members_with_the_rule_that_gave_it() {
    let place = two_months();
    assert_eq!(
        told(&place, "SG-Lab", None),
        ["Dora Ek: rule 2026-03-10..", "Finn Ro: rule 2026-02-02.."]
    );
    assert_eq!(
        told(&place, "sg-lab", Some("2026-02-15")),
        [
            "Anna Berg: rule 2026-02-02..2026-03-10",
            "Ben Ode: adopted <2026-02-02..2026-03-10",
            "Finn Ro: rule 2026-02-02..",
        ]
    );
    // The day itself, at any time of it.
    assert_eq!(told(&place, "SG-Lab", Some("2026-03-10")).len(), 4);
    // Before the first run only what was there before it may have been.
    assert_eq!(
        told(&place, "SG-Lab", Some("2026-01-15")),
        ["Ben Ode?: adopted <2026-02-02..2026-03-10"]
    );
    let dn = "CN=SG-Sales,OU=Groups,OU=Small,DC=small,DC=example";
    assert_eq!(told(&place, dn, Some("2026-02-15")), [""; 0]);
    let ran = who(&place, &["SG-Sales"]);
    for part in [
        "2 are in it now",
        "Anna Berg · 1",
        "since 2026-03-10 08:00 UTC",
        "policy.tenure:54 when department",
        "what hands did between two runs is not",
    ] {
        assert!(ran.out.contains(part), "{part}: {ran}");
    }
}

#[test]
fn what_a_hand_did_is_said_to_be_unknown() {
    let place = two_months();
    place.change(
        COPY,
        "sAMAccountName: SG-Sales\n",
        "sAMAccountName: SG-Sales\nmember: CN=Finn Ro,OU=Staff,OU=Small,DC=small,DC=example\n",
    );
    let text = place.read(COPY);
    let anna = text
        .lines()
        .find(|line| line.starts_with("member: CN=Anna Berg,OU=Sales"));
    let anna = format!("{}\n", anna.unwrap());
    // She is in several groups: of this one, which names its members in one block.
    let block = text
        .split("\n\n")
        .find(|block| block.contains("sAMAccountName: SG-Sales\n"));
    let block = block.unwrap();
    place.change(COPY, block, &block.replace(&anna, ""));
    place.change("tenure.toml", "2026-03-10T09", "2026-03-12T09");
    assert_eq!(
        told(&place, "SG-Sales", None),
        ["Finn Ro: hand ..", "Zoë Ünal: rule 2026-03-10.."]
    );
    assert_eq!(
        told(&place, "SG-Sales", Some("2026-03-11")),
        [
            "Anna Berg?: rule 2026-03-10..<2026-03-12",
            "Finn Ro?: hand ..",
            "Zoë Ünal: rule 2026-03-10..",
        ]
    );
    let ran = who(&place, &["SG-Sales", "--on", "2026-03-11"]);
    assert!(ran.out.contains("Not known for that time"), "{ran}");
    assert!(ran.out.contains("by hand or before"), "{ran}");
}

#[test]
fn a_group_that_is_not_there_is_told_with_the_nearest() {
    let place = company::applied();
    let ran = place.expect(1, &["who", "SG-Slaes"]);
    assert!(
        ran.said("error[unknown-group]") && ran.said("did you mean `SG-Sales`?"),
        "{ran}"
    );
    let ran = place.expect(1, &["who", "SG-Sales", "--on", "2027-01-01"]);
    assert!(ran.said("yet to come"), "{ran}");
}

#[test]
fn before_the_first_run_the_directory_alone_is_asked() {
    let place = company::small();
    assert_eq!(
        told(&place, "SG-All", None),
        ["Ben Ode: hand ..", "Eva Alt: hand .."]
    );
    assert!(
        who(&place, &["SG-All"])
            .out
            .contains("No run was ever applied")
    );
    assert_eq!(
        told(&place, "Domain Users", None),
        ["Ben Ode: primary ..", "Eva Alt: primary .."]
    );
    assert!(!place.path(".tenure").exists(), "asking leaves no trace");
}

#[test]
fn what_was_forgotten_is_counted() {
    let place = two_months();
    let db = place.path(".tenure/state.db");
    let holder = crate::state::holder("ada");
    let lock = tenure::state::Lock::take(&db, &holder, std::time::Duration::ZERO).unwrap();
    let mut store = tenure::state::Store::open(&db, crate::state::at(0)).unwrap();
    let finn = tenure::hr::PersonId::parse("6").unwrap();
    store
        .write(&lock, |writer| writer.forget(&finn, crate::state::at(9)))
        .unwrap();
    drop((store, lock));
    assert_eq!(told(&place, "SG-Lab", None)[1], "Finn Ro: hand ..");
    assert!(who(&place, &["SG-Lab"]).out.contains("the values are gone"));
}

/// `name: standing` of everybody of whom the policy says something.
fn standings(place: &Place, group: &str) -> Vec<String> {
    let answer: serde_json::Value =
        serde_json::from_str(&who(place, &[group, "--format", "json"]).out).unwrap();
    let one = |entry: &serde_json::Value| {
        let way = entry["through"].as_array().into_iter().flatten();
        let mut through = String::new();
        for group in way {
            through += &format!(" by {}", group.as_str().unwrap());
        }
        let (name, standing) = (&entry["name"], &entry["standing"]);
        format!(
            "{}: {}{through}",
            name.as_str().unwrap(),
            standing.as_str().unwrap()
        )
    };
    let lists = ["members", "not_in_it", "nested"];
    let all = lists
        .iter()
        .flat_map(|list| answer[*list].as_array().unwrap());
    all.map(one).collect()
}

#[test]
fn now_the_policy_says_by_which_rule_or_that_it_is_none() {
    let place = company::small();
    assert_eq!(
        standings(&place, "SG-Lab"),
        [
            "Ben Ode: rule",
            "Anna Berg: to-come",
            "Dora Ek: to-come",
            "Finn Ro: to-come"
        ]
        .map(str::to_owned)
        .into_iter()
        .filter(|line| !line.starts_with("Dora"))
        .collect::<Vec<_>>()
    );
    // Eva left: the stage takes what she has. Nobody gives Ben what a hand gave him.
    place.change(
        "directory.ldif",
        "sAMAccountName: SG-Sales\n",
        "sAMAccountName: SG-Sales\nmember: CN=Ben Ode,OU=Staff,OU=Small,DC=small,DC=example\n",
    );
    assert!(standings(&place, "SG-All").contains(&"Eva Alt: leaves".to_owned()));
    assert_eq!(standings(&place, "SG-Sales"), ["Ben Ode: hand"]);
    let ran = who(&place, &["SG-Lab"]);
    for part in [
        "now: by policy.tenure:",
        "Not in it yet",
        "the next run gives it: policy.tenure:",
    ] {
        assert!(ran.out.contains(part), "{part}\n{ran}");
    }
    let ran = who(&place, &["SG-Lab", "--format", "csv"]);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(
        lines[0].starts_with("name,person,account,standing,rule,through"),
        "{ran}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("Ben Ode,2,") && line.contains(",rule,")),
        "{ran}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("Anna Berg,1,") && line.contains(",to-come,")),
        "{ran}"
    );
    assert!(!place.path(".tenure").exists(), "asking leaves no trace");
}

#[test]
fn what_lingers_what_is_kept_and_what_comes_through_other_groups_is_told() {
    let place = company::applied();
    place.change(
        "policy/policy.tenure",
        "  manage granted\n}\n\ngroups {\n  when title",
        "  manage granted\n  linger 14 days\n  keep \"SG-All\"\n}\n\ngroups {\n  when title",
    );
    place.change(
        "policy/policy.tenure",
        "  always                       => \"SG-All\"\n",
        "",
    );
    place.change("people.csv", "6,Finn,Ro,active,Lab", "6,Finn,Ro,active,");
    place.change(
        COPY,
        "sAMAccountName: SG-Sales\n",
        "sAMAccountName: SG-Sales\nmember: CN=SG-Lab,OU=Groups,OU=Small,DC=small,DC=example\n",
    );
    let lab = standings(&place, "SG-Lab");
    assert!(lab.contains(&"Finn Ro: lingers".to_owned()), "{lab:?}");
    assert!(
        who(&place, &["SG-Lab"])
            .out
            .contains("lingers until 2026-02-16")
    );
    let all = standings(&place, "SG-All");
    assert!(all.contains(&"Anna Berg: hand".to_owned()), "{all:?}");
    assert!(
        who(&place, &["SG-All"])
            .out
            .contains("it stays by policy.tenure:")
    );
    let sales = standings(&place, "SG-Sales");
    assert!(sales.contains(&"SG-Lab: hand".to_owned()), "{sales:?}");
    assert!(
        sales.contains(&"Anna Berg: rule by SG-Lab".to_owned()),
        "{sales:?}"
    );
    let ran = who(&place, &["SG-Sales"]);
    assert!(ran.out.contains("by way of SG-Lab"), "{ran}");
}

#[test]
fn without_hr_the_directory_alone_answers_and_says_so() {
    let place = company::applied();
    std::fs::remove_file(place.path("people.csv")).unwrap();
    let ran = who(&place, &["SG-Lab"]);
    assert!(
        ran.said("told from the directory and the trail alone"),
        "{ran}"
    );
    assert!(ran.out.contains("Anna Berg"), "{ran}");
}
