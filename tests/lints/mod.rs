//! Lints. Each file in `<code>/` is one case, and everything that is found in it is asserted; each file in `good/` is a
//! policy of some company in which nothing is found. A case holds items that take the place of those in
//! `prelude.tenure`; lines that begin with `#!` set the scene as in `check`.

mod allow;
mod data;
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
        let named = linted.diagnostics.iter().filter(|one| one.code.name == code);
        if linted.policy.is_none() || linted.diagnostics.len() != mistakes || named.count() == 0 {
            writeln!(wrong, "{}:\n{shown}", path.display()).unwrap();
        }
        *cases.entry(code).or_default() += 1;
        insta::assert_snapshot!(shown);
    });
    assert_eq!(wrong, "");
    for code in codes::ALL.iter().filter(|code| !OF_DATA.contains(&code.name)) {
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

#[test]
fn the_prelude_of_the_cases_is_good() {
    let linted = Bench::lints().lint();
    let shown = show::diagnostics(&linted.sources, &linted.diagnostics);
    assert_eq!(shown, "");
}
