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
