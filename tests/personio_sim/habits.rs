//! What real data does, seen through the API.

use serde_json::{Value, json};
use tenure::personio_sim::{Habit, Options};

use super::harness::{Asking, company, options, value};

/// Somebody who left, somebody in the second department, and one who does things: always the last who fits.
const PEOPLE: &str = r#"[
    {"id": 1, "first_name": "Gone", "last_name": "Away", "status": "inactive",
     "hire_date": "2015-01-01", "termination_date": "2024-12-31"},
    {"id": 2, "first_name": "Other", "email": "other@b.example", "department": "Art", "hire_date": "2020-01-01"},
    {"id": 3, "first_name": "Ada", "email": "ada@b.example", "department": "IT", "hire_date": "2020-01-01",
     "subcompany": "First Company"},
    {"id": 4, "first_name": "Out", "department": "IT", "employment_type": "external", "hire_date": "2020-01-01"}
]"#;

fn after(habit: Habit) -> Asking {
    let asking = Asking::new(company(PEOPLE), options()).logged_in();
    let said = asking
        .sim
        .change(|company| habit.befall(company, super::harness::monday()));
    assert!(!said.unwrap().is_empty());
    asking
}

fn row(asking: &Asking, id: u64) -> Value {
    asking
        .get(&format!("/v1/company/employees/{id}"))
        .at("/data")
}

#[test]
fn inactive_by_hand_is_at_once_and_without_a_date() {
    let row = row(&after(Habit::InactiveByHand), 3);
    assert_eq!(value(&row, "status"), "inactive");
    assert_eq!(value(&row, "termination_date"), json!(null));
}

#[test]
fn a_last_day_that_is_over_shows_in_the_status_at_midnight_in_utc() {
    // Half past midnight in Berlin is before midnight in UTC.
    let instant = "2026-03-02T00:30:00+01:00".parse().unwrap();
    let options = Options {
        now: Some(instant),
        ..options()
    };
    let asking = Asking::new(company(PEOPLE), options).logged_in();
    asking
        .sim
        .change(|company| Habit::LastDay.befall(company, instant))
        .unwrap();
    let before = row(&asking, 3);
    assert_eq!(value(&before, "status"), "active");
    assert_eq!(
        value(&before, "termination_date"),
        "2026-03-01T00:00:00+01:00"
    );
    let midnight = "2026-03-02T00:00:00Z".parse().unwrap();
    asking.sim.set(|options| options.now = Some(midnight));
    assert_eq!(value(&row(&asking, 3), "status"), "inactive");
    let employment = asking.get("/v2/persons/3/employments").rows().remove(0);
    assert_eq!(employment["updated_at"], "2026-03-02T00:00:00Z");
    // That an employment changed is no change of the person.
    assert_ne!(
        asking.get("/v2/persons/3").at("/updated_at"),
        "2026-03-02T00:00:00Z"
    );
}

#[test]
fn a_termination_may_stand_on_an_employment_that_goes_on() {
    let mut asking = after(Habit::StaleTermination);
    let before = row(&asking, 3);
    assert_eq!(value(&before, "status"), "active");
    assert_eq!(
        value(&before, "termination_date"),
        "2026-03-01T00:00:00+01:00"
    );
    asking
        .sim
        .set(|options| options.now = Some("2026-06-01T00:00:00Z".parse().unwrap()));
    asking.log_in();
    assert_eq!(
        value(&row(&asking, 3), "status"),
        "active",
        "as long as nobody touches it"
    );
}

#[test]
fn somebody_may_come_back_under_a_new_id() {
    let asking = after(Habit::NewId);
    assert_eq!(value(&row(&asking, 1), "status"), "inactive");
    let again = row(&asking, 5);
    assert_eq!(value(&again, "first_name"), "Gone");
    assert_eq!(value(&again, "last_name"), "Away");
    assert_eq!(value(&again, "status"), "active");
}

#[test]
fn a_test_employee_stands_among_the_others() {
    let asking = after(Habit::TestEmployee);
    assert_eq!(value(&row(&asking, 5), "first_name"), "Test");
    assert_eq!(
        asking
            .get("/v1/company/employees")
            .at("/metadata/total_elements"),
        5
    );
}

#[test]
fn who_changes_the_company_is_no_leaver() {
    let asking = after(Habit::CompanySwitch);
    let rows = asking.get("/v2/persons/3/employments").rows();
    let [now, before] = rows.as_slice() else {
        panic!("{rows:?}");
    };
    assert_eq!(
        (&now["status"], &before["status"]),
        (&json!("ACTIVE"), &json!("INACTIVE"))
    );
    assert_eq!(before["termination"]["type"], "SUB_COMPANY_SWITCH");
    assert_ne!(now["legal_entity"], before["legal_entity"]);
    assert_ne!(now["id"], before["id"]);
    assert_eq!(asking.get("/v2/persons/3").at("/status"), "ACTIVE");
    let old = row(&asking, 3);
    assert_eq!(value(&old, "status"), "active");
    assert_eq!(
        value(&old, "subcompany")["attributes"]["name"],
        "Second Company"
    );
}

#[test]
fn an_address_may_be_empty_or_private() {
    assert_eq!(value(&row(&after(Habit::NoEmail), 3), "email"), "");
    let private = value(&row(&after(Habit::PrivateEmail), 3), "email");
    assert_eq!(private, "private3@freemail.example");
}

#[test]
fn a_department_may_get_another_name_and_keeps_its_id() {
    let before = Asking::new(company(PEOPLE), options()).logged_in();
    let department = |asking: &Asking| value(&row(asking, 3), "department")["attributes"].clone();
    let after = after(Habit::DepartmentRenamed);
    assert_eq!(department(&after)["id"], department(&before)["id"]);
    assert_eq!(department(&before)["name"], "IT");
    assert_eq!(department(&after)["name"], "IT & Friends");
}

#[test]
fn who_left_may_be_deleted() {
    let asking = after(Habit::Retention);
    assert_eq!(asking.get("/v1/company/employees/1").status, 404);
    assert_eq!(asking.get("/v2/persons/1").status, 404);
    assert_eq!(asking.get("/v2/persons").ids(), [2, 3, 4]);
}

#[test]
fn every_habit_finds_somebody_in_the_example() {
    for (habit, name, _) in Habit::ALL {
        assert_eq!(name.parse::<Habit>().as_ref(), Ok(habit));
        let mut company = super::harness::example();
        habit
            .befall(&mut company, super::harness::monday())
            .unwrap();
    }
    let mut nobody = company("[]");
    let now = super::harness::monday();
    assert!(Habit::Retention.befall(&mut nobody, now).is_err());
}
