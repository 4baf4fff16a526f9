//! Recorded answers of Personio: what is read, and what is refused as a whole.
//!
//! Each folder in `read` and `refused` is one recording; to add a case, add a folder and accept its snapshot.

mod laws;
mod size;

use std::path::Path;

use tenure::hr::{Origin, type_records};
use tenure::personio::read_recording;

use crate::hr::show;

/// The files of a case, by name.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap());
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                std::fs::read(entry.path()).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}

fn borrowed(files: &[(String, Vec<u8>)]) -> Vec<(&str, &[u8])> {
    files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect()
}

#[test]
fn complete_recordings_become_people() {
    insta::glob!("read/*", |folder| {
        let files = files(folder);
        let schema = show::full_schema();
        let records = read_recording(&borrowed(&files), &schema).unwrap();
        let snapshot = type_records(&schema, records, Origin::new("case")).unwrap();
        insta::assert_snapshot!(show::snapshot(&snapshot));
    });
}

#[test]
fn other_recordings_are_refused_as_a_whole() {
    insta::glob!("refused/*", |folder| {
        let files = files(folder);
        let schema = show::small_schema();
        let refused = match read_recording(&borrowed(&files), &schema) {
            Err(error) => format!("{}: {error}\n  help: {}\n", error.code(), error.help()),
            Ok(records) => {
                let error = type_records(&schema, records, Origin::new("case")).unwrap_err();
                format!("{}: {error}\n  help: {}\n", error.code(), error.help())
            }
        };
        insta::assert_snapshot!(refused);
    });
}

#[test]
fn no_file_is_no_recording() {
    let error = read_recording(&[], &show::small_schema()).unwrap_err();
    assert_eq!(error.to_string(), "there is no recorded answer of Personio");
}

#[test]
fn ten_megabytes_of_brackets_are_refused_at_once() {
    for bracket in ["(", "[", "{\"data\":["] {
        let bytes = bracket.repeat(10_000_000 / bracket.len());
        assert!(
            read_recording(
                &[("brackets.json", bytes.as_bytes())],
                &show::small_schema()
            )
            .is_err()
        );
    }
    let deep = "[".repeat(5_000_000);
    let page = format!(
        r#"{{"success":true,"metadata":{{"total_elements":1,"current_page":0,"total_pages":1}},"data":[{{"type":"Employee",
        "attributes":{{"id":{{"value":1}},"last_name":{{"value":{deep}{}}}}}}}]}}"#,
        "]".repeat(5_000_000)
    );
    let records = read_recording(&[("deep.json", page.as_bytes())], &show::small_schema());
    assert_eq!(records.unwrap_err().code(), "attribute-never-sent");
}
