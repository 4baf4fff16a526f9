//! People from CSV: each file in `read` and `refused` is one case; to add one, add a file and accept its snapshot.

use std::sync::Arc;

use tenure::hr::{Attribute, Origin, Schema, Type, read_csv, type_records};

use super::show;

fn name(path: &std::path::Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[test]
fn tables_as_spreadsheets_save_them_become_people() {
    insta::glob!("read/*.csv", |path| {
        let schema = show::full_schema();
        let records = read_csv(&name(path), &std::fs::read(path).unwrap(), &schema).unwrap();
        let snapshot = type_records(&schema, records, Origin::new("case")).unwrap();
        insta::assert_snapshot!(show::snapshot(&snapshot));
    });
}

#[test]
fn other_tables_are_refused_as_a_whole() {
    insta::glob!("refused/*.csv", |path| {
        let schema = show::small_schema();
        let refused = match read_csv(&name(path), &std::fs::read(path).unwrap(), &schema) {
            Err(error) => format!("{}: {error}\n  help: {}\n", error.code(), error.help()),
            Ok(records) => {
                let error = type_records(&schema, records, Origin::new(name(path))).unwrap_err();
                format!("{}: {error}\n  help: {}\n", error.code(), error.help())
            }
        };
        insta::assert_snapshot!(refused);
    });
}

#[test]
fn the_digest_of_a_table_does_not_change_with_the_program() {
    let tables = [
        "plain.csv",
        "excel_german.csv",
        "excel_unicode_text.csv",
        "columns_in_another_order.csv",
    ];
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hr/read");
    for table in tables {
        let schema = show::full_schema();
        let records =
            read_csv(table, &std::fs::read(folder.join(table)).unwrap(), &schema).unwrap();
        let snapshot = type_records(&schema, records, Origin::new(table)).unwrap();
        assert_eq!(
            snapshot.digest().to_string(),
            "0a565037f05a61bad7526b96fc23b35bc1ef0977ed5ddd6e6447ad01d68ec6a3",
            "{table}"
        );
    }
}

#[test]
fn ten_megabytes_of_brackets_are_refused_at_once() {
    let error = read_csv(
        "brackets.csv",
        "(".repeat(10_000_000).as_bytes(),
        &show::small_schema(),
    )
    .unwrap_err();
    let shown = format!("{error}\n{}", error.help());
    assert_eq!(
        shown,
        "brackets.csv, line 1: the name of column 1 is longer than 500 bytes, so this is no header\n\
         begin the table with a line that names the columns"
    );
}

#[test]
fn a_key_may_be_a_text_but_not_one_that_nobody_can_see() {
    let attributes = vec![
        Attribute::new("number", Type::Text)
            .from("Personnel No.")
            .key(),
        Attribute::new("boss", Type::Person).optional(),
    ];
    let schema = Arc::new(Schema::new(attributes).unwrap());
    let table = "Personnel No.,boss\nA-7,007\n007,a-7\n12,A-7\nx\u{202e}y,\n";
    let records = read_csv("staff.csv", table.as_bytes(), &schema).unwrap();
    let snapshot = type_records(&schema, records, Origin::new("staff.csv")).unwrap();
    insta::assert_snapshot!(show::snapshot(&snapshot), @r#"
    person 12
        number = "12"
        boss = "A-7"
    person 007
        number = "007"
        boss = "a-7"
    person A-7
        number = "A-7"
        boss = "007"
    quarantined record without id (no name), staff.csv line 5
      `number` identifies nobody, an id cannot contain control characters or invisible ones: `x\u{202e}y`
        -> correct the id in HR
      good are
    "#);
}
