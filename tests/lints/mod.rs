//! Lints. Each file in `<code>/` is one case, and everything that is found in it is asserted; each file in `good/` is a
//! policy of some company in which nothing is found. A case holds items that take the place of those in
//! `prelude.tenure`; lines that begin with `#!` set the scene as in `check`.

mod allow;
mod data;
mod large;
mod levels;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use tenure::policy::lint::codes;
use tenure::workspace::Workspace;

use crate::check::read;
use crate::policy::bench::Bench;
use crate::policy::show;

/// Found where people and a directory are known as well: `data` shows them.
const OF_DATA: [&str; 3] = ["almost-everyone", "not-in-directory", "value-never-sent"];

/// How many cases a lint has at least.
const CASES: usize = 3;

#[test]
fn every_lint_finds_what_it_is_for_where_it_is() {
    let mut cases: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = String::new();
    insta::glob!("*/*.tenure", |path| {
        let code = path.parent().unwrap().file_name().unwrap();
        let code = code.to_string_lossy().into_owned();
        if code == "good" {
            return;
        }
        let (bench, mistakes) = read(Bench::lints(), &std::fs::read_to_string(path).unwrap());
        let linted = bench.lint();
        let shown = show::diagnostics(&linted.sources, &linted.diagnostics);
        let named = linted
            .diagnostics
            .iter()
            .filter(|one| one.code.name == code);
        if linted.policy.is_none() || linted.diagnostics.len() != mistakes || named.count() == 0 {
            writeln!(wrong, "{}:\n{shown}", path.display()).unwrap();
        }
        *cases.entry(code).or_default() += 1;
        insta::assert_snapshot!(shown);
    });
    assert_eq!(wrong, "");
    for code in codes::ALL
        .iter()
        .filter(|code| !OF_DATA.contains(&code.name))
    {
        let count = cases.remove(code.name).unwrap_or_default();
        assert!(count >= CASES, "{} has {count} cases", code.name);
    }
    assert!(cases.is_empty(), "no such lint: {cases:?}");
}

#[test]
fn nothing_is_found_in_a_good_policy() {
    let mut wrong = String::new();
    let mut count = 0;
    insta::glob!("good/*.tenure", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let (bench, _) = read(Bench::over(""), &text);
        let linted = bench.lint();
        if linted.policy.is_none() || !linted.diagnostics.is_empty() {
            let shown = show::diagnostics(&linted.sources, &linted.diagnostics);
            writeln!(wrong, "{}:\n{shown}", path.display()).unwrap();
        }
        count += 1;
    });
    assert_eq!(wrong, "");
    assert!(count >= 20, "{count} good policies");
}

#[test]
fn nothing_is_found_in_the_example() {
    let workspace = Workspace::open(Some("rules/tenure.toml".as_ref()), "".as_ref()).unwrap();
    let now = workspace.config.clock.unwrap();
    let (checked, too_large) = workspace.linted(None, now, |_, _| Vec::new()).unwrap();
    // Its passwords reach nobody, which is the checker's to say and no lint's.
    let mut lints = checked.diagnostics;
    lints.retain(|one| one.code.name != "password-to-nobody");
    assert_eq!(show::diagnostics(&checked.sources, &lints), "");
    assert_eq!(too_large, []);
}

/// Conditions of which nothing may be claimed: each can hold and can fail, if only for somebody rare.
const POSSIBLE: [&str; 14] = [
    // HR writes the last day of the calendar, and what comes after it is never.
    "hire_date + 30 days == never",
    "hire_date + 1 day == hire_date + 2 days",
    "hire_date + 1 month == hire_date + 31 days",
    "last_day is present and today >= last_day - 1 month and today < last_day - 30 days",
    // Nothing is not the same as nothing.
    "department != department",
    "not (department == department)",
    "workload < 20 or workload >= 20",
    "not (\"Keys\" in duties) and not (\"Fire\" in duties)",
    // Where the clocks go back at midnight, an hour of the next day has been before its day begins again.
    "today < hire_date and now >= hire_date at 00:00",
    "today <= hire_date and now >= hire_date at 00:30",
    // A pattern is not understood to the end.
    "department matches /A.*/ and department matches /.*B/",
    "department.upper() == \"IT\" and department != \"IT\"",
    "supervisor.department == \"IT\" and department != \"IT\"",
    "office == \"Berlin\" and site.code == \"BER\"",
];

#[test]
fn what_can_be_is_not_called_impossible() {
    let claims = ["never-matches", "always-true", "constant-comparison"];
    for condition in POSSIBLE {
        let text = format!("expect \"asked\" when {condition}");
        let linted = Bench::lints().policy(&text).lint();
        let said = show::diagnostics(&linted.sources, &linted.diagnostics);
        assert!(linted.policy.is_some(), "{said}");
        let mut found = linted.diagnostics.iter();
        let claimed = found.any(|one| claims.contains(&one.code.name));
        assert!(!claimed, "{said}");
    }
}

/// The same people, of whom each can be shown: what is possible is found, and what is not is proved.
#[test]
fn what_the_calendar_says_is_known() {
    for (condition, code) in [
        ("hire_date + 1 day > hire_date", "always-true"),
        ("hire_date - 14 days > hire_date", "never-matches"),
        ("hire_date + 2 months < hire_date", "never-matches"),
        (
            "today > hire_date and now < hire_date at 23:59",
            "never-matches",
        ),
        (
            "today < hire_date - 1 day and now >= hire_date + 1 day at 12:00",
            "never-matches",
        ),
        (
            "hire_date > 2026-03-01 and hire_date < 2026-03-02",
            "never-matches",
        ),
        (
            "department is present or department != \"IT\"",
            "always-true",
        ),
        ("site is present and office is missing", "never-matches"),
        (
            "site.code == \"BER\" and office == \"Honolulu\"",
            "never-matches",
        ),
        (
            "kind == \"trainee\" or kind == \"permanent\" or kind is missing",
            "always-true",
        ),
        (
            "(last_day else never) < hire_date and last_day is missing",
            "never-matches",
        ),
        ("workload > 20 and workload <= 19.5", "never-matches"),
    ] {
        let text = format!("expect \"asked\" when {condition}");
        let linted = Bench::lints().policy(&text).lint();
        let said = show::diagnostics(&linted.sources, &linted.diagnostics);
        let codes = linted.diagnostics.iter().map(|one| one.code.name);
        let codes: Vec<&str> = codes.collect();
        assert!(codes.contains(&code), "{condition}: {said}");
    }
}

#[test]
fn the_prelude_of_the_cases_is_good() {
    let linted = Bench::lints().lint();
    let shown = show::diagnostics(&linted.sources, &linted.diagnostics);
    assert_eq!(shown, "");
}
