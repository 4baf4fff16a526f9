//! People as text, for whole-output assertions.

use std::fmt::Write as _;
use std::sync::Arc;

use tenure::hr::{Attribute, Schema, Snapshot, Type, Value};

/// The schema of most cases: each type, required, optional, sensitive, renamed.
pub(crate) fn full_schema() -> Arc<Schema> {
    let statuses = ["onboarding", "active", "leave", "inactive"];
    let texts = || Type::List(Box::new(Type::Text));
    let schema = Schema::new(vec![
        Attribute::new("id", Type::Int).key(),
        Attribute::new("first_name", Type::Text),
        Attribute::new("last_name", Type::Text),
        Attribute::new("nickname", Type::Text)
            .from("preferred_name")
            .optional(),
        Attribute::new("email", Type::Text).optional(),
        Attribute::new("status", Type::one_of(statuses)),
        Attribute::new("contract", Type::one_of(["internal", "external"])).from("employment_type"),
        Attribute::new("hire_date", Type::Date),
        Attribute::new("last_day", Type::Date)
            .from("termination_date")
            .optional()
            .sensitive(),
        Attribute::new("department", Type::Text).optional(),
        Attribute::new("office", Type::Text).optional(),
        Attribute::new("position", Type::Text).optional(),
        Attribute::new("supervisor", Type::Person).optional(),
        Attribute::new("cost_centers", texts()).optional(),
        Attribute::new("hours", Type::Number)
            .from("weekly_working_hours")
            .optional(),
        Attribute::new("skills", texts())
            .from("dynamic_31")
            .optional(),
        Attribute::new("born", Type::Date)
            .from("date_of_birth")
            .optional()
            .sensitive(),
        Attribute::new("allowance", Type::Number)
            .from("dynamic_33")
            .optional(),
        Attribute::new("schedule", Type::Text)
            .from("work_schedule")
            .optional(),
    ]);
    Arc::new(schema.unwrap())
}

/// The schema of the cases that are refused.
pub(crate) fn small_schema() -> Arc<Schema> {
    let schema = Schema::new(vec![
        Attribute::new("id", Type::Int).key(),
        Attribute::new("surname", Type::Text).from("last_name"),
        Attribute::new("status", Type::Text),
        Attribute::new("last_day", Type::Date)
            .from("termination_date")
            .optional()
            .sensitive(),
    ]);
    Arc::new(schema.unwrap())
}

fn values(schema: &Schema, values: &[Option<Value>]) -> String {
    let mut text = String::new();
    for (attribute, value) in schema.attributes().iter().zip(values) {
        let shown = match value {
            Some(Value::List(items)) => {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                format!("{items:?}")
            }
            Some(value) => format!("{:?}", value.to_string()),
            None => continue,
        };
        writeln!(text, "    {} = {shown}", attribute.name).unwrap();
    }
    text
}

/// Everything that a snapshot says, but for its digest.
pub(crate) fn snapshot(snapshot: &Snapshot) -> String {
    let schema = snapshot.schema();
    let mut text = String::new();
    for person in snapshot.people() {
        writeln!(text, "person {}", person.id()).unwrap();
        text.push_str(&values(schema, person.values()));
    }
    for record in snapshot.quarantined() {
        let id = record
            .id
            .as_ref()
            .map_or("without id".to_owned(), |id| format!("of {id}"));
        let name = record.name.as_deref().unwrap_or("no name");
        writeln!(text, "quarantined record {id} ({name}), {}", record.place).unwrap();
        for reason in &record.reasons {
            writeln!(text, "  {reason}\n    -> {}", reason.mend).unwrap();
        }
        writeln!(text, "  good are").unwrap();
        text.push_str(&values(schema, &record.good));
    }
    text
}
