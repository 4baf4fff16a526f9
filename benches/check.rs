//! Checking a policy: `cargo bench --bench check`.
//!
//! As `tenure check` does it, from the files on the disk to the checked policy, without the start of the process:
//! the example in `rules/`, and a generated policy of 20,000 lines in 200 files that checks without an error. Each is
//! timed without the lints and with all of them; the one should stay below 100 ms, the other below 5 s.
#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark may panic")]

use criterion::{Criterion, criterion_group, criterion_main};
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use tenure::workspace::Workspace;

const FILES: usize = 200;
const LINES: usize = 102;

const CORE: &str = r#"# Who has which account.
person {
  id : int key
  first_name : text
  last_name : text
  email : text?
  status : one of ("onboarding", "active", "leave", "inactive")
  contract : one of ("internal", "external")
  hire_date : date
  last_day : date? from "termination_date"
  department : text?
  office : text?
  position : text?
  duties : list of text?
  supervisor : person?
}
let base = "{first_name.take(1)}{last_name}".slug().take(20) else "user{id}"
let end = choose {
  when last_day is present and last_day >= hire_date => last_day
  otherwise                                          => never
}
unique login { try base  try "{base}{n}" }
timezone "Europe/Berlin"
lifecycle {
  when now >= end at 18:00                            => leaver
  when today < hire_date - 14 days                    => future
  when status == "leave"                              => absent
  when status in ["active", "onboarding", "inactive"] => employee
}
stage future   { account disabled  groups none  lists none }
stage employee { account enabled }
stage absent   { account disabled  groups untouched  lists untouched }
stage leaver   { account disabled  unit "OU=Leavers"  groups none  lists none }
identity { anchor employeeID = id  confirmed 2026-01-01 }
profile {
  cn             = "{first_name} {last_name} {id}"
  displayName    = "{first_name} {last_name}"
  sAMAccountName = login       once
  department     = department  else clear
  title          = position    else clear
  manager        = supervisor  else clear
}
unit { otherwise => "OU=Staff" }
"#;

/// What one team keeps: a table, words of its own, who gets what, what is never, exceptions.
fn team(number: usize) -> (String, String) {
    let mut text = format!(
        r#"# Team {number} keeps this file.
table sites_{number} from "sites-{number}.csv" key office {{
  office : text
  code   : text
}}
let site_{number} = sites_{number}[office]
let lead_{number} = position matches "Head of Team {number}*" or position matches "*Manager {number}"
fn works_{number}(place : text?, kind : text) : bool =
  department == "Team {number} {{kind}}" and place == "Site {number}"
groups {{
  when site_{number} is present => "SG-{number}-Site-{{site_{number}.code}}"
  when lead_{number} => "SG-{number}-Leads"
  when works_{number}(office, "Lab") => "SG-{number}-Lab"
"#
    );
    let condition = |row: usize| match row % 8 {
        0 => format!("department == \"Team {number} Unit {row}\""),
        1 => format!("office == \"Site {row}\" and contract == \"internal\""),
        2 => format!("position matches \"*Level {row}*\""),
        3 => format!("\"Duty {row}\" in duties"),
        4 => format!("department in [\"A {row}\", \"B {row}\"] and status != \"leave\""),
        5 => format!("today < hire_date + {row} days and department == \"Team {number}\""),
        6 => format!("(office == \"Site {row}\" or office == \"Site {number}\") and lead_{number}"),
        _ => format!("supervisor.department == \"Team {number} Unit {row}\""),
    };
    for row in 0..LINES - 34 {
        writeln!(text, "  when {} => \"SG-{number}-{row}\"", condition(row)).unwrap();
    }
    text.push_str("  keep \"SG-Project-*\"\n}\nlists {\n");
    for row in 0..12 {
        writeln!(text, "  when {} => \"DL-{number}-{row}\"", condition(row)).unwrap();
    }
    write!(
        text,
        r#"}}
forbid "SG-{number}-Lab" when contract == "external"
exception for {number} until 2027-01-31 because "TICKET-{number}" {{
  grant "SG-{number}-Leads"
}}
"#
    )
    .unwrap();
    let table = format!("office,code\nSite {number},S{number}\nHarbour {number},H{number}\n");
    (text, table)
}

const CONFIGURATION: &str = r#"
[policy]
path = "."
[people]
csv = "people.csv"
[directory]
ldif = "directory.ldif"
write = ["OU=Company,DC=bench,DC=example"]
[state]
path = "state.db"
"#;

/// The big policy in a folder of its own; how many lines it has.
fn lay(folder: &Path) -> usize {
    let write = |name: String, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write("tenure.toml".to_owned(), CONFIGURATION);
    write("core.tenure".to_owned(), CORE);
    let mut lines = CORE.lines().count();
    for number in 1..FILES {
        let (text, table) = team(number);
        lines += text.lines().count();
        write(format!("team-{number}.tenure"), &text);
        write(format!("sites-{number}.csv"), &table);
    }
    lines
}

fn check(configuration: &Path) -> usize {
    let workspace = Workspace::open(Some(configuration), Path::new(".")).unwrap();
    let checked = workspace.policy(None).unwrap();
    assert!(
        checked.policy.is_some(),
        "{:?}",
        checked.diagnostics.first()
    );
    checked.diagnostics.len()
}

/// The same with all lints.
fn lint(configuration: &Path) -> usize {
    let workspace = Workspace::open(Some(configuration), Path::new(".")).unwrap();
    let now = "2026-03-02T08:00:00Z".parse().unwrap();
    let (checked, too_large) = workspace.linted(None, now, |_, _| Vec::new()).unwrap();
    assert!(checked.policy.is_some() && too_large.is_empty());
    checked.diagnostics.len()
}

fn benches(criterion: &mut Criterion) {
    let example = Path::new("rules/tenure.toml");
    criterion.bench_function("the example", |bench| {
        // Each has one warning: its passwords reach nobody.
        bench.iter(|| assert_eq!(check(black_box(example)), 1));
    });
    criterion.bench_function("the example, with all lints", |bench| {
        bench.iter(|| lint(black_box(example)));
    });
    let folder = tempfile::tempdir().unwrap();
    let lines = lay(folder.path());
    let configuration = folder.path().join("tenure.toml");
    criterion.bench_function(&format!("{lines} lines in {FILES} files"), |bench| {
        bench.iter(|| assert_eq!(check(black_box(&configuration)), 1));
    });
    criterion.bench_function(&format!("{lines} lines, with all lints"), |bench| {
        bench.iter(|| lint(black_box(&configuration)));
    });
}

criterion_group! {
    name = all;
    config = Criterion::default().sample_size(10);
    targets = benches
}
criterion_main!(all);
