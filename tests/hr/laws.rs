//! Laws of typing, over people that nobody thought of.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;
use tenure::hr::{Attribute, Origin, Schema, Snapshot, Type, read_csv, read_text, type_records};
use tenure::personio::read_recording;

use tenure::text::is_hostile;
use tenure::text::table::Table;

use super::show;

/// Id, name, status, last day; no line ends but `\n`, because a table cannot tell them apart.
fn rows() -> impl Strategy<Value = Vec<(i64, String, String, String)>> {
    let row = (
        "[\\PC\n\"]{0,10}",
        "[a-c;,\t \"]{0,3}",
        prop_oneof![
            Just(String::new()),
            Just("2026-02-30".into()),
            Just("2026-02-28".into())
        ],
    );
    prop::collection::btree_map(any::<i64>(), row, 1..8)
        .prop_map(|rows| {
            rows.into_iter()
                .map(|(id, (name, status, day))| (id, name, status, day))
                .collect::<Vec<_>>()
        })
        .prop_shuffle()
}

fn from_csv(rows: &[(i64, String, String, String)], separator: char) -> Snapshot {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut text =
        ["last_name", "id", "other", "termination_date", "status"].join(&separator.to_string());
    for (id, name, status, day) in rows {
        let cells = [
            quoted(name),
            id.to_string(),
            "x".to_owned(),
            quoted(day),
            quoted(status),
        ];
        text.push('\n');
        text.push_str(&cells.join(&separator.to_string()));
    }
    let schema = show::small_schema();
    let records = read_csv("people.csv", text.as_bytes(), &schema).unwrap();
    type_records(&schema, records, Origin::new("csv")).unwrap()
}

fn from_personio(rows: &[(i64, String, String, String)]) -> Snapshot {
    let people: Vec<_> = rows
        .iter()
        .map(|(id, name, status, day)| {
            let value = |value: serde_json::Value| json!({"label": "x", "value": value, "type": "standard"});
            json!({"type": "Employee", "attributes": {
                "id": value(json!(id)), "last_name": value(json!(name)),
                "status": value(json!(status)), "termination_date": value(json!(day)),
            }})
        })
        .collect();
    let metadata = json!({"total_elements": rows.len(), "current_page": 0, "total_pages": 1});
    let page = json!({"success": true, "metadata": metadata, "data": people}).to_string();
    let schema = show::small_schema();
    let records = read_recording(&[("page.json", page.as_bytes())], &schema).unwrap();
    type_records(&schema, records, Origin::new("personio")).unwrap()
}

proptest! {
    #[test]
    fn a_table_and_a_recording_of_the_same_people_are_the_same(rows in rows(), separator in prop_oneof![Just(','), Just(';'), Just('\t')]) {
        let (table, recording) = (from_csv(&rows, separator), from_personio(&rows));
        prop_assert_eq!(table.people(), recording.people());
        prop_assert_eq!(table.digest(), recording.digest());
    }

    #[test]
    fn a_typed_value_reads_as_itself_again(text in "\\PC{0,20}|[0-9]{1,4}[-:. ]?[0-9]{0,3}[-:.]?[a-z0-9]{0,4}|[0-9]{1,3} (day|week|month|hour)s") {
        for ty in [Type::Text, Type::Int, Type::Number, Type::Bool, Type::Date, Type::Time, Type::Duration, Type::Timezone, Type::Person] {
            if let Ok(Some(value)) = read_text(&ty, &text) {
                prop_assert_eq!(read_text(&ty, &value.to_string()), Ok(Some(value)));
            }
        }
    }

    #[test]
    fn nothing_that_is_shown_of_a_bad_record_can_rearrange_a_terminal(
        id in any::<char>(), name in "(\\PC|\\p{Cc}|\\p{Cf}){0,8}", status in "(\\PC|\\p{Cc}|\\p{Cf}){0,8}",
    ) {
        let value = |value: &str| json!({"label": "x", "value": value, "type": "standard"});
        let people = json!([{"type": "Employee", "attributes": {
            "id": value(&id.to_string()), "first_name": value(&name), "last_name": value(&name), "status": value(&status),
        }}]);
        let metadata = json!({"total_elements": 1, "current_page": 0, "total_pages": 1});
        let page = json!({"success": true, "metadata": metadata, "data": people}).to_string();
        let attributes = vec![
            Attribute::new("id", Type::Text).key(),
            Attribute::new("first_name", Type::Text),
            Attribute::new("surname", Type::Date).from("last_name"),
            Attribute::new("status", Type::one_of(["active", "leave"])),
        ];
        let schema = Arc::new(Schema::new(attributes).unwrap());
        let records = read_recording(&[("page.json", page.as_bytes())], &schema).unwrap();
        let snapshot = type_records(&schema, records, Origin::new("law")).unwrap();
        let mut shown: Vec<String> = Vec::new();
        for record in snapshot.quarantined() {
            shown.extend(record.id.iter().map(ToString::to_string));
            shown.extend(record.name.iter().map(ToString::to_string));
            for reason in &record.reasons {
                shown.extend([reason.to_string(), reason.mend.clone()]);
            }
        }
        prop_assert!(!shown.is_empty());
        prop_assert!(!shown.concat().chars().any(is_hostile), "{shown:?}");
    }

    #[test]
    fn a_bad_sensitive_value_is_never_shown(secret in "[A-Z]{6}|[0-3][0-9]\\.0[1-9]\\.19[0-9]{2}") {
        let snapshot = from_csv(&[(7, "Solheim".to_owned(), "active".to_owned(), secret.clone())], ',');
        let reason = &snapshot.quarantined()[0].reasons[0];
        prop_assert_eq!(reason.to_string(), "`last_day` is not a date: •••");
        let whole = format!("{reason:?}");
        prop_assert!(!whole.contains(&secret));
    }

    #[test]
    fn cells_stand_where_the_table_says(text in "(a|b|,|;|\"|\n|\t| |ü){0,40}") {
        if let Ok(table) = Table::read(&text) {
            for row in &table.rows {
                prop_assert_eq!(row.cells.len(), table.header.len());
                for cell in &row.cells {
                    let place = &text[cell.start as usize..cell.end as usize];
                    let quoted = format!("\"{}\"", cell.text.replace('"', "\"\""));
                    prop_assert!(place == cell.text || place == quoted, "{place:?} {cell:?}");
                    let before = &text[..row.cells[0].start as usize];
                    prop_assert_eq!(row.line as usize, before.matches('\n').count() + 1);
                }
            }
        }
    }

    #[test]
    fn noise_is_no_table_of_people_but_never_a_crash(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(read_csv("noise.csv", &bytes, &show::small_schema()).is_err());
    }
}
