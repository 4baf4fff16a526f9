//! What the checker says: each file in `check/<code>/` is one case with one mistake, and its whole output is
//! asserted. To add a case, add a file and accept its snapshot.
//!
//! A case holds items that take the place of those in `policy/prelude.tenure`. Lines that begin with `#!` set
//! the scene: `#! file NAME` begins another file (a `.csv` is a table), `#! without ITEM` leaves an item of the
//! prelude out, `#! param NAME VALUE` is from the configuration, `#! mistakes N` says that there are several.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use tenure::policy::codes;

use crate::policy::bench::Bench;
use crate::policy::show;

/// A case over a bench, and how many mistakes it has.
pub(crate) fn read(mut bench: Bench, text: &str) -> (Bench, usize) {
    let mut mistakes = 1;
    let mut name = "case.tenure".to_owned();
    let mut lines: Vec<&str> = Vec::new();
    let mut files = Vec::new();
    for line in text.lines() {
        let Some(order) = line.strip_prefix("#! ") else {
            lines.push(line);
            continue;
        };
        match order.split_once(' ').unwrap() {
            ("file", next) => {
                files.push((
                    std::mem::replace(&mut name, next.to_owned()),
                    std::mem::take(&mut lines),
                ));
            }
            ("without", item) => bench = bench.without(item),
            ("param", param) => {
                let (key, value) = param.split_once(' ').unwrap();
                bench = bench.param(key, value);
            }
            ("mistakes", count) => mistakes = count.parse().unwrap(),
            ("now", instant) => bench = bench.at(instant),
            _ => panic!("no such order: {line}"),
        }
    }
    files.push((name, lines));
    for (name, lines) in files {
        let text = lines.join("\n").trim_start().to_owned() + "\n";
        bench = if Path::new(&name)
            .extension()
            .is_some_and(|kind| kind == "csv")
        {
            bench.table(&name, text)
        } else {
            bench.file(&name, &text)
        };
    }
    (bench, mistakes)
}

#[test]
fn every_mistake_is_named_once_where_it_is() {
    let mut wrong = String::new();
    insta::glob!("check/*/*.tenure", |path| {
        let code = path.parent().unwrap().file_name().unwrap();
        let code = code.to_string_lossy();
        let (bench, mistakes) = read(Bench::new(), &std::fs::read_to_string(path).unwrap());
        let compiled = bench.compile();
        let shown = show::diagnostics(&compiled.sources, &compiled.diagnostics);
        let found = compiled.diagnostics.len();
        let named = compiled.diagnostics.iter().any(|one| one.code.name == code);
        if found != mistakes || !named {
            let case = path.display();
            writeln!(wrong, "{case}: {found} found, {mistakes} made\n{shown}").unwrap();
        }
        insta::assert_snapshot!(bench.complaints());
    });
    assert_eq!(wrong, "");
}

/// Found where policy and `tenure.toml` are known together: `cli::notices::passwords` shows it.
const OF_THE_CONFIGURATION: &str = "password-to-nobody";

#[test]
fn every_code_of_the_checker_has_a_case_and_no_folder_is_left_over() {
    let folders: BTreeSet<String> = std::fs::read_dir("tests/check")
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name != "snapshots")
        .collect();
    let known = codes::ALL.iter().map(|code| code.name.to_owned());
    let known: BTreeSet<String> = known.filter(|name| name != OF_THE_CONFIGURATION).collect();
    assert_eq!(folders, known);
}

#[test]
fn the_prelude_of_the_cases_is_right() {
    assert_eq!(Bench::new().complaints(), "");
}
