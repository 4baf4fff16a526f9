//! The example company in `rules/`: what is expected of it stands in `verdicts.csv` and `accounts.csv`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tenure::diagnostic::Sources;
use tenure::hr::{Attribute, Origin, Schema, Snapshot, Type, type_records};
use tenure::personio::read_recording;
use tenure::syntax;

/// A table of the expected, by the name of its first column; each row by the name of its columns.
fn expected(file: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let path = Path::new("tests/example").join(file);
    let mut reader = csv::Reader::from_path(&path).unwrap();
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    let first = reader.headers().unwrap()[0].to_owned();
    let count = rows.len();
    let by_key: BTreeMap<_, _> = rows
        .into_iter()
        .map(|row| (row[&first].clone(), row))
        .collect();
    assert_eq!(by_key.len(), count, "{file}: a key stands twice");
    by_key
}

/// What `rules/person.tenure` demands of everybody.
fn required() -> Arc<Schema> {
    let status = Type::one_of(["onboarding", "active", "leave", "inactive"]);
    let contract = Type::one_of(["internal", "external"]);
    let attributes = vec![
        Attribute::new("id", Type::Int).key(),
        Attribute::new("first_name", Type::Text),
        Attribute::new("last_name", Type::Text),
        Attribute::new("status", status),
        Attribute::new("contract", contract).from("employment_type"),
        Attribute::new("hire_date", Type::Date),
    ];
    Arc::new(Schema::new(attributes).unwrap())
}

/// The files of a folder that end so, by name.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .collect();
    assert!(!files.is_empty(), "no .{ending} in {folder}");
    files.sort();
    files
}

fn people() -> Snapshot {
    let files: Vec<(String, Vec<u8>)> = files("rules/people", "json")
        .iter()
        .map(|path| (path.display().to_string(), std::fs::read(path).unwrap()))
        .collect();
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    let schema = required();
    let records = read_recording(&files, &schema).unwrap();
    type_records(&schema, records, Origin::new("personio")).unwrap()
}

#[test]
fn everybody_in_hr_has_a_verdict_and_nobody_else() {
    let people = people();
    let known = people.people().iter().map(|person| person.id().to_string());
    let set_aside = people.quarantined().iter();
    let set_aside = set_aside.map(|record| record.id.as_ref().unwrap().to_string());
    let in_hr: BTreeSet<String> = known.chain(set_aside).collect();
    let judged: BTreeSet<String> = expected("verdicts.csv").into_keys().collect();
    assert_eq!(in_hr, judged);
}

#[test]
fn exactly_the_records_expected_to_be_set_aside_are() {
    let people = people();
    let found: Vec<(String, String)> = people
        .quarantined()
        .iter()
        .map(|record| {
            let reasons: Vec<String> = record.reasons.iter().map(ToString::to_string).collect();
            (record.id.as_ref().unwrap().to_string(), reasons.join("; "))
        })
        .collect();
    let judged: Vec<String> = expected("verdicts.csv")
        .into_iter()
        .filter(|(_, row)| row["stage"] == "quarantined")
        .map(|(id, _)| id)
        .collect();
    assert_eq!(
        found.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>(),
        judged
    );
    let reasons: Vec<&str> = found.iter().map(|(_, reason)| reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "`hire_date` is a date that is in no calendar: `2026-02-30T00:00:00+01:00`",
            "`last_name` is missing",
            "`status` is none of `onboarding`, `active`, `leave`, `inactive`: `paused`",
            "`hire_date` is missing",
        ]
    );
}

#[test]
fn every_file_of_the_policy_is_read_without_complaint() {
    let mut sources = Sources::new();
    for path in files("rules", "tenure") {
        let text = std::fs::read_to_string(&path).unwrap();
        let id = sources.add(path.display().to_string(), text.as_str());
        let (file, diagnostics) = syntax::parse(id, &text);
        assert_eq!(diagnostics, [], "{}", path.display());
        assert!(!file.items.is_empty(), "{}", path.display());
    }
}

#[test]
fn the_company_has_five_sites_in_three_countries() {
    let mut sites = csv::Reader::from_path("rules/tables/sites.csv").unwrap();
    let country = sites.headers().unwrap().iter().position(|h| h == "country");
    let countries: Vec<String> = sites
        .records()
        .map(|row| row.unwrap()[country.unwrap()].to_owned())
        .collect();
    assert_eq!(countries.len(), 5);
    assert_eq!(countries.iter().collect::<BTreeSet<_>>().len(), 3);
    assert!(people().len() >= 60);
}
