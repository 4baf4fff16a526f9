//! The plan file: exact, and refused when anything about it is wrong.

use super::bench::{Company, LEAVER, enter, line};
use tenure::plan::file::{PlanFileError, action_from_json, action_to_json, read, schema, write};
use tenure::plan::{Cause, Change, Plan};
use tenure::policy::{Desired, Mode};

/// A plan with every kind of change but a deletion.
fn plan() -> Plan {
    let mut company = Company::new()
        .account("ada", "Ada King", "1")
        .account("bob", "Bob", "2")
        .member("ada", "SG-Staff")
        .person(1, "Ada King")
        .person(2, "Bob")
        .person_with(3, "Zoë Müller\u{202E}", |wish| {
            let boss = Desired::Person(super::bench::id(2), Box::new(Desired::Clear));
            wish.attributes.push(line("manager", Mode::Always, boss));
        });
    company.run();
    enter(company.wish_mut(1), LEAVER);
    let new = company.unit("OU=New").person(4, "New Person");
    new.plan()
}

#[test]
fn what_is_read_is_what_was_written() {
    let plan = plan();
    assert!(plan.actions.len() > 3 && !plan.memory.people.is_empty());
    let text = write(&plan);
    assert_eq!(read(&text).unwrap(), plan);
    assert_eq!(write(&read(&text).unwrap()), text);
    for action in &plan.actions {
        let one = action_to_json(action);
        assert!(!one.contains('\n'));
        assert_eq!(action_from_json(&one).unwrap(), *action);
    }
}

#[test]
fn a_file_that_was_changed_is_refused() {
    let plan = plan();
    let text = write(&plan);
    for (from, to) in [
        ("\"disable\"", "\"enable\""),
        ("CN=Ada King", "CN=Bob"),
        ("\"hypothetical\": false", "\"hypothetical\": true"),
        ("\"tripped\": false", "\"tripped\": true"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        assert!(
            matches!(read(&changed), Err(PlanFileError::Tampered)),
            "{from}"
        );
    }
    let spaced = text.replace('\n', "\r\n");
    assert_eq!(read(&spaced).unwrap(), plan, "white space is no content");
}

#[test]
fn what_is_no_plan_says_so() {
    let text = write(&plan());
    assert_eq!(read(" \n"), Err(PlanFileError::Empty));
    assert_eq!(
        read("{\"format\": 1,"),
        Err(PlanFileError::NotJson {
            line: 1,
            column: 13
        })
    );
    assert_eq!(
        read("{\"format\": 2}"),
        Err(PlanFileError::OtherVersion { found: 2 })
    );
    for other in [
        "{}",
        "[]",
        "7",
        "{\"format\": 1, \"digest\": \"\", \"plan\": {}}",
    ] {
        assert!(
            matches!(read(other), Err(PlanFileError::NotAPlan { .. })),
            "{other}"
        );
    }
    let more = text.replacen("\"header\": {", "\"header\": {\"admin\": true,", 1);
    assert!(matches!(read(&more), Err(PlanFileError::NotAPlan { .. })));
    let half = &text[..text.len() / 2];
    assert!(matches!(read(half), Err(PlanFileError::NotJson { .. })));
}

#[test]
fn the_schema_knows_every_part() {
    let schema = schema().to_string();
    for part in [
        "open_accounts",
        "remove_member",
        "by_hand",
        "partly",
        "memory",
    ] {
        assert!(schema.contains(part), "{part}");
    }
}

#[test]
fn no_sensitive_value_stands_in_a_plan() {
    let plan = plan();
    let reasons = plan.actions.iter().flat_map(|action| &action.reasons);
    assert!(reasons.clone().count() > 0);
    assert!(
        !write(&plan).contains("2099-12-31"),
        "the last day is sensitive"
    );
    assert!(
        plan.actions
            .iter()
            .any(|action| action.cause == Cause::Time)
    );
    assert!(
        plan.actions
            .iter()
            .any(|action| matches!(action.change, Change::Disable { .. }))
    );
}
