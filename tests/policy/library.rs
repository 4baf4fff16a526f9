//! The library of functions: every example is run through the language, and the reference is what the program says.

use std::fmt::Write as _;
use std::path::Path;

use tenure::policy::{self, Example};

use super::bench::Bench;

/// The condition that an example claims.
fn claim(example: &Example) -> String {
    let Example { call, gives, .. } = example;
    match *gives {
        "true" => (*call).to_owned(),
        "false" => format!("not ({call})"),
        "missing" => format!("({call}) is missing"),
        gives => format!("{call} == {gives}"),
    }
}

#[test]
fn every_example_gives_what_it_says() {
    let bench = Bench::new().people("id\n1\n");
    let examples: Vec<Example> = policy::examples().collect();
    let mut wrong = String::new();
    for example in &examples {
        if bench.asks(&claim(example)) != "1" {
            writeln!(wrong, "{} is not {}", example.call, example.gives).unwrap();
        }
    }
    assert_eq!(wrong, "");
    assert!(examples.len() > 150, "{} examples", examples.len());
}

/// Each direct call of an example is given a type without `?`; the checker objects where the signature has one.
#[test]
fn every_signature_says_what_may_be_missing() {
    let direct = regex::Regex::new(r"^[^ (]+\.[a-z_]+\([^.]*\)$").unwrap();
    let mut lets = String::new();
    let mut expected = Vec::new();
    for page in policy::pages() {
        let gives = page.gives();
        let (ty, sure) = match gives.strip_suffix('?') {
            Some(ty) => (ty, false),
            None => (gives.as_str(), true),
        };
        if matches!(ty, "list" | "item") {
            continue;
        }
        for example in page
            .examples()
            .filter(|example| direct.is_match(example.call))
        {
            let line = expected.len() + 1;
            writeln!(lets, "let v{line} : {ty} = {}", example.call).unwrap();
            expected.push((line, sure, example));
        }
    }
    let complaints = Bench::new().policy(&lets).complaints();
    let mut wrong = String::new();
    for (line, sure, example) in &expected {
        let objects = complaints.contains(&format!(
            "error[maybe-missing]: this may be missing, and its type says that it never is\n  case0.tenure:{line}\n"
        ));
        if objects == *sure {
            writeln!(wrong, "{} in line {line}", example.call).unwrap();
        }
    }
    assert_eq!(wrong, "");
    assert!(expected.len() > 80, "{} calls", expected.len());
}

#[test]
fn the_reference_of_functions_is_that_of_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/functions.md");
    let page = policy::functions_page();
    if std::env::var_os("TENURE_WRITE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == page,
        "docs/functions.md is not that of the program: run this test with TENURE_WRITE_DOCS=1"
    );
}

#[test]
fn a_column_of_a_table_is_a_list() {
    let wishes = Bench::new()
        .table(
            "holidays.csv",
            "date,name\n2026-04-03,Good Friday\n2026-04-06,Easter Monday\n",
        )
        .policy(
            r#"table holidays from "holidays.csv" key date { date : date  name : text }
let ready = hire_date.minus_working_days(2, holidays.date)
let names = holidays.name.join(" & ") else "none"
groups {
  when ready == 2026-04-02 => "SG-Ready"
  when names == "Good Friday & Easter Monday" => "SG-Names"
  when office in sites.office => "SG-Known"
  when holidays.date.max() == 2026-04-06 => "SG-Last"
}"#,
        )
        .people("id,hire_date,office\n1,2026-04-08,Berlin\n2,2026-04-07,Oslo\n")
        .only("groups")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 future
      groups SG-BER, SG-Known, SG-Last, SG-Names, SG-Ready, SG-Staff
    2 future
      groups SG-Last, SG-Names, SG-Staff
    ");
}

#[test]
fn a_column_without_rows_is_an_empty_list_that_is_not_missing() {
    let wishes = Bench::new()
        .table("holidays.csv", "date\n")
        .policy(
            r#"table holidays from "holidays.csv" key date { date : date }
let ready : date = hire_date.minus_working_days(1, holidays.date)
groups { when ready == 2026-04-06 => "SG-Ready" }"#,
        )
        .people("id,hire_date\n1,2026-04-07\n")
        .only("groups")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 future
      groups SG-Ready, SG-Staff
    ");
}

/// What a condition on a function says of the values in it is known where it holds.
#[test]
fn a_condition_that_holds_has_all_that_it_reads() {
    let complaints = Bench::new()
        .policy(
            r#"profile {
  cn             = "{first_name} {last_name} {id}"
  sAMAccountName = login               once
  mail           = "{login}@{domain}"  once
  description    = called
}
let called = choose {
  when nickname.starts_with("A") => nickname
  otherwise                      => first_name
}"#,
        )
        .complaints();
    assert_eq!(complaints, "");
}

#[test]
fn values_of_hr_go_through_functions() {
    let wishes = Bench::new()
        .policy(
            r#"table offices from "offices.csv" key office { office : text  country : text }
let country = offices[office].country
let call    = email.phone(country) else email.phone()
let known   = duties.distinct().sort()
let title_1 = "{position_text} · {department}".shorten(20)
let position_text = department.replace(/^(\w+) (?:and|&) (\w+)$/, "$2/$1") else "none"
profile {
  cn              = "{first_name} {last_name} {id}"
  sAMAccountName  = login               once
  mail            = "{login}@{domain}"  once
  telephoneNumber = call                else clear
  employeeNumber  = padded
  info            = listed              else clear
  title           = title_1             else clear
  description     = begun
  division        = share               else clear
}
let padded = id.pad_start(6, "0")
let listed = known.join("; ")
let begun  = hire_date.format("d. MMMM yyyy", "de")
let share  = workload.divided_by(40).times(100).format(1, ",")"#,
        )
        .table("offices.csv", "office,country\nBerlin,DE\nHonolulu,US\n")
        .people(
            "id,office,email,duties,department,hire_date,workload\n\
             42,Berlin,030 / 901820,\"First aid,Fire,First aid\",Sales and Marketing,2026-03-02,38.5\n\
             7,Honolulu,(808) 555-0100,,Finance,2020-01-01,40\n\
             8,Oslo,nobody,,,2020-01-01,0\n",
        )
        .only("telephoneNumber employeeNumber info title description division")
        .wishes();
    insta::assert_snapshot!(wishes, @r#"
    7 employee
      description = ["1. Januar 2020"]
      division = ["100,0"]
      employeeNumber = ["000007"]
      info = clear
      telephoneNumber = ["+18085550100"]
      title = ["Finance · Finance"]
    8 employee
      description = ["1. Januar 2020"]
      division = ["0,0"]
      employeeNumber = ["000008"]
      info = clear
      telephoneNumber = clear
      title = clear
    42 employee
      description = ["2. März 2026"]
      division = ["96,3"]
      employeeNumber = ["000042"]
      info = ["Fire; First aid"]
      telephoneNumber = ["+4930901820"]
      title = ["Marketing/Sales ·"]
    "#);
}

/// Groups that a function can name are known where its text is.
#[test]
fn a_group_may_be_named_by_a_function_of_what_is_listed() {
    let policy = Bench::new()
        .policy(
            r#"groups {
  when site is present => "SG-{site.code.lower()}"
  when kind is present => "SG-{kind.take(4)}"
}"#,
        )
        .right();
    let blocks = policy.rules.blocks_of(policy::Block::Groups);
    let names: Vec<_> = blocks.flat_map(|block| block.names.iter()).collect();
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    assert_eq!(
        names,
        [
            "SG-ber", "SG-hnl", "SG-perm", "SG-trai", "SG-BER", "SG-HNL", "SG-Staff"
        ]
    );
}
