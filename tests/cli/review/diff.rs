//! `tenure diff`: exactly the people whom a change concerns, by what it changes.

use super::{affected, commit, committed, diff_of, git};
use crate::cli::company::{self, PEOPLE};
use crate::cli::{Place, Ran};
use serde_json::Value;
use std::collections::BTreeSet;

const POLICY: &str = "policy/policy.tenure";

/// The keys of those in the CSV for whom this holds: by department and title.
fn people(holds: impl Fn(&str, &str) -> bool) -> BTreeSet<String> {
    let rows = PEOPLE
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>());
    // Those who left and those who are not here yet get nothing.
    let rows = rows.filter(|row| row[3] == "active" && holds(row[4], row[5]));
    rows.map(|row| row[0].to_owned()).collect()
}

/// Each group of differences, as its cause and the people.
fn causes(diff: &Value) -> Vec<(String, BTreeSet<String>)> {
    let group = |group: &Value| {
        let because = &group["because"];
        let words = |value: &Value| value["text"].as_str().map(str::to_owned);
        let cause = words(&because["rule"]["new"])
            .or(words(&because["rule"]["old"]))
            .unwrap_or_else(|| because.to_string());
        let people = group["differences"].as_array().unwrap().iter();
        let people = people.filter_map(|one| one["person"].as_str());
        (cause, people.map(str::to_owned).collect())
    };
    let mut all: Vec<_> = diff["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(group)
        .collect();
    all.sort();
    all
}

fn small() -> Place {
    committed(company::small())
}

#[test]
fn a_changed_rule_is_about_those_for_whom_it_holds() {
    let place = small();
    git(&place, ".", &["checkout", "--quiet", "-b", "mine"]);
    place.change(
        POLICY,
        "when department == \"Lab\"     => \"SG-Lab\"",
        "when title == \"Porter\"       => \"SG-Lab\"",
    );
    commit(&place);
    let diff = diff_of(&place, &["main"]);
    // Whoever was to get it by the old row, and whoever does by the new one; 2 has it already and keeps it.
    let lab = people(|department, _| department == "Lab");
    let porters = people(|_, title| title == "Porter");
    let mut wanted: BTreeSet<String> = lab.union(&porters).cloned().collect();
    wanted.remove("2");
    assert_eq!(affected(&diff), wanted);
    assert_eq!(
        diff["counts"]["grant"],
        serde_json::json!({ "new": porters.len(), "gone": lab.len() - 1 })
    );
    assert_eq!(
        causes(&diff),
        [("when title == \"Porter\" => \"SG-Lab\"".to_owned(), wanted)]
    );
    let ran = place.expect(2, &["diff", "main"]);
    assert!(
        ran.out.contains("3 of 6 people in HR are affected."),
        "{ran}"
    );
    assert!(
        ran.out.contains("changed: policy.tenure:") && !ran.out.contains("Carl"),
        "{ran}"
    );
    assert!(
        place
            .expect(2, &["diff", "main", "--names"])
            .out
            .contains("Carl Ny")
    );
    // The other way round, and between two revisions.
    let back = diff_of(&place, &["mine", "main"]);
    assert_eq!(affected(&back), affected(&diff));
    assert_eq!(
        back["counts"]["grant"]["new"],
        diff["counts"]["grant"]["gone"]
    );
}

#[test]
fn what_says_the_same_is_no_difference() {
    let place = small();
    let policy = place.read(POLICY);
    let (first, second) = policy.split_once("profile {").unwrap();
    std::fs::remove_file(place.path(POLICY)).unwrap();
    place.write(
        "policy/z/one.tenure",
        format!(
            "# moved\n{}",
            first
                .replace("  when", "    when")
                .replace("   =>", "        =>")
        ),
    );
    place.write("policy/a.tenure", format!("profile {{{second}"));
    let ran = place.expect(0, &["diff", "HEAD"]);
    assert!(
        ran.out.contains("Nothing is different for anybody."),
        "{ran}"
    );
    place.expect(0, &["fmt", "--quiet"]);
    place.expect(0, &["diff", "HEAD"]);
    let diff = diff_of(&place, &["HEAD"]);
    assert_eq!(
        (diff["other_rule"].as_u64(), affected(&diff).len()),
        (Some(0), 0)
    );
}

#[test]
fn each_change_of_several_has_its_own_people() {
    let place = small();
    place.change(
        POLICY,
        "when department == \"Sales\"   => \"SG-Sales\"",
        "when title == \"Chemist\"      => \"SG-Sales\"",
    );
    place.change(POLICY, "title          = title          else clear\n", "");
    place.change(POLICY, "  always                       => \"SG-All\"\n", "");
    let diff = diff_of(&place, &["HEAD"]);
    let chemists = people(|_, title| title == "Chemist");
    let everybody = people(|_, _| true);
    let found = causes(&diff);
    let of = |cause: &str| {
        let found = found.iter().filter(|(text, _)| text.starts_with(cause));
        found
            .flat_map(|(_, people)| people.clone())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(of("when title == \"Chemist\""), chemists);
    // Ben has it already.
    let mut fresh = everybody.clone();
    fresh.remove("2");
    assert_eq!(of("always"), fresh);
    let titled = people(|_, title| !title.is_empty());
    let mut untitled: BTreeSet<String> = titled.clone();
    untitled.remove("2");
    assert_eq!(of("title = title"), untitled);
    let mut all: BTreeSet<String> = people(|_, _| true);
    // Who comes has a title to be written from the first day on.
    all.extend(of("title = title"));
    assert_eq!(affected(&diff), all);
}

#[test]
fn a_definition_a_table_and_a_parameter_count_through_the_rules_that_name_them() {
    let place = Place::example();
    committed_example(&place);
    place.change("rules/tables/sites.csv", "Berlin,BER", "Berlin,BLN");
    let diff = diff_of(&place, &["HEAD"]);
    let text = diff["groups"].to_string();
    assert!(
        text.contains("table sites") || text.contains("sites.csv"),
        "{text}"
    );
    git(&place, ".", &["checkout", "--quiet", "."]);
    let config = place.read("rules/tenure.toml");
    place.write(
        "rules/tenure.toml",
        config
            .replace("# [params]", "[params]")
            .replace("# domain =", "domain ="),
    );
    let diff = diff_of(&place, &["HEAD"]);
    let group = &diff["groups"][0];
    assert_eq!(
        group["because"]["definitions"],
        serde_json::json!(["param domain"]),
        "{group:#}"
    );
    assert!(!affected(&diff).is_empty());
    for one in group["differences"].as_array().unwrap() {
        let of = one["of"].as_str().unwrap();
        assert!(
            matches!(of, "mail" | "userPrincipalName") || one["kind"] == "notice",
            "{one}"
        );
    }
}

fn committed_example(place: &Place) {
    git(place, ".", &["init", "--quiet"]);
    commit(place);
}

#[test]
fn the_exit_code_tells_how_many() {
    let place = small();
    place.change(POLICY, "  always                       => \"SG-All\"\n", "");
    place.expect(2, &["diff", "HEAD", "--max-affected", "3"]);
    place.expect(3, &["diff", "HEAD", "--max-affected", "2"]);
    place.expect(3, &["diff", "HEAD", "--max-affected", "49%"]);
    place.expect(2, &["diff", "HEAD", "--max-affected", "50%"]);
    let ran = place.expect(1, &["diff", "HEAD", "--max-affected", "some"]);
    assert!(ran.said("error[bad-limit]"), "{ran}");
    place.change(POLICY, "create  at most 50", "create  at most 1");
    let diff = diff_of(&place, &["HEAD"]);
    assert_eq!(diff["guards"][0]["guard"], "create");
    assert_eq!(diff["guards"][0]["new"], true);
}

#[test]
fn a_policy_that_does_not_check_is_shown_with_which_it_is() {
    let place = small();
    place.change(
        POLICY,
        "when department == \"Sales\"   => \"SG-Sales\"",
        "when departmint == \"Sales\"   => \"SG-Sales\"",
    );
    let ran = place.expect(1, &["diff", "HEAD"]);
    for part in [
        "in NEW, the working folder",
        "did you mean `department`?",
        "error[bad-policy]: NEW, the working folder:",
    ] {
        assert!(ran.said(part), "{part}\n{ran}");
    }
    commit(&place);
    git(
        &place,
        ".",
        &["checkout", "--quiet", "HEAD~1", "--", "policy"],
    );
    let ran = place.expect(1, &["diff", "HEAD"]);
    assert!(ran.said("in OLD, HEAD:"), "{ran}");
}

#[test]
fn a_merge_request_gets_keys_and_counts_and_never_too_much() {
    let place = company::small();
    let mut people = PEOPLE.to_owned();
    for id in 100..3_100 {
        people += &format!("{id},Name{id},Family{id},active,Lab,Chemist\n");
    }
    place.write("people.csv", people);
    let place = committed(place);
    place.change(
        POLICY,
        "when department == \"Lab\"     => \"SG-Lab\"",
        "when department == \"Lab\"     => \"SG-Lab\", \"SG-Sales\"",
    );
    let ran = place.expect(2, &["diff", "HEAD", "--format", "markdown"]);
    let text = &ran.out;
    assert!(text.len() <= 65_536, "{}", text.len());
    for part in [
        "| people affected | 3003 | |",
        "| memberships given | 3003 | 0 |",
        "<details><summary>",
        "entries are left out",
    ] {
        assert!(text.contains(part), "{part}\n{}", &text[..2_000]);
    }
    let shown = text.lines().filter(|line| line.starts_with("- ")).count();
    let left_out = text
        .split("**")
        .find(|part| part.contains("left out"))
        .unwrap();
    let left_out: usize = left_out
        .split(' ')
        .next()
        .unwrap()
        .replace(',', "")
        .parse()
        .unwrap();
    assert_eq!(shown + left_out, 3_003);
    assert_eq!(
        text.matches("<details>").count(),
        text.matches("</details>").count()
    );
    assert!(!text.contains("Name1"));
    assert_eq!(
        ran.out,
        place
            .expect(2, &["diff", "HEAD", "--format", "markdown"])
            .out
    );
    assert!(
        place
            .expect(2, &["diff", "HEAD", "--format", "markdown", "--names"])
            .out
            .contains("Name1")
    );
}

#[test]
fn hostile_text_of_the_policy_is_text() {
    let place = small();
    place.change(
        POLICY,
        "when department == \"Lab\"     => \"SG-Lab\"",
        "when department == \"Lab\" and department != \"<img src=x> @everyone `x`\" => \"SG-Lab\", \"SG-Sales\"",
    );
    let Ran { out, .. } = place.expect(2, &["diff", "HEAD", "--format", "markdown"]);
    let summaries: Vec<&str> = out
        .lines()
        .filter(|line| line.contains("<summary>"))
        .collect();
    assert!(!summaries.is_empty());
    for line in summaries {
        assert!(!line.contains("<img") && !line.contains('@'), "{line}");
    }
}

#[test]
fn with_the_state_of_a_run_only_what_changes_is_told() {
    let place = committed(company::applied());
    place.expect(0, &["diff", "HEAD"]);
    place.change(
        POLICY,
        "  when department == \"Lab\"     => \"SG-Lab\"\n",
        "",
    );
    let diff = diff_of(&place, &["HEAD"]);
    let lab = people(|department, _| department == "Lab");
    assert_eq!(affected(&diff), lab);
    assert_eq!(
        causes(&diff),
        [("when department == \"Lab\" => \"SG-Lab\"".to_owned(), lab)]
    );
    assert!(
        diff["counts"]["revoke"]["new"].as_u64() > Some(0),
        "{diff:#}"
    );
}

#[test]
fn a_snapshot_is_all_that_a_pipeline_needs() {
    let place = small();
    place.expect(0, &["snapshot", "-o", "snap"]);
    for gone in ["people.csv", "directory.ldif"] {
        std::fs::remove_file(place.path(gone)).unwrap();
    }
    place.change(
        POLICY,
        "  when department == \"Lab\"     => \"SG-Lab\"\n",
        "",
    );
    place.expect(1, &["diff", "HEAD"]);
    let diff = diff_of(&place, &["HEAD", "--snapshot", "snap"]);
    let mut lab = people(|department, _| department == "Lab");
    // Ben has it already, by hand.
    lab.remove("2");
    assert_eq!(affected(&diff), lab);
    assert!(diff["unseen"].to_string().contains("snapshot"), "{diff:#}");
}
