//! Exceptions end (S18): by their own day, and at the latest by the limit since a plan first saw them.

use super::company::{Company, Row, account, policy};
use crate::plan::bench::found;
use tenure::plan::{FindingKind, Plan};

/// Ada works, and an exception of the policy puts her where no rule would.
fn ada(until: &str, limit: &str) -> Company {
    let exception = format!(
        "exception for 1 until {until} because \"a project\" {{\n  grant \"SG-Project-X\"\n}}\n\n\
         guard {{\n  {limit}"
    );
    let mut company = Company::new(
        vec![Row::new(1, "Ada", "King")],
        &account(
            "CN=Ada King,OU=Staff",
            "aking",
            "userAccountControl: 512\nemployeeID: 1\n",
        ),
    );
    company.policy = policy(&[
        ("guard {", &exception),
        ("keep \"SG-Project-*\"", ""),
        ("linger 14 days", ""),
    ]);
    company
}

fn said(plan: &Plan) -> Vec<String> {
    found(plan, FindingKind::Exception)
}

const AHEAD: &str = "aking: ends on 2026-05-31, not on 2026-12-31: it holds 90 days at most, from the first plan that \
                     saw it";

#[test]
fn an_exception_holds_ninety_days_since_the_first_plan_that_saw_it() {
    let company = ada("2026-12-31", "");
    let plan = company.run();
    assert!(
        company
            .picture(1)
            .iter()
            .any(|line| line.contains("SG-Project-X"))
    );
    assert_eq!(said(&plan).len(), 1, "a day far ahead is told at once");
    let finding = plan
        .findings
        .iter()
        .find(|one| one.kind == FindingKind::Exception);
    let finding = finding.unwrap();
    let reason = finding.reason.as_ref().unwrap();
    assert!(
        reason.text.starts_with("exception for 1 until 2026-12-31"),
        "{reason:?}"
    );
    assert!(reason.line > 0);
    let help = finding.help.as_deref().unwrap();
    assert!(help.contains("exceptions at most 180 days"), "{help}");

    company.later(75);
    assert_eq!(
        said(&company.plan()),
        Vec::<String>::new(),
        "a fortnight is not begun"
    );
    company.later(1);
    assert_eq!(said(&company.plan()), [AHEAD], "fourteen days ahead");
    company.later(14);
    assert_eq!(company.due(), Vec::<String>::new(), "the last day counts");
    company.later(1);
    let plan = company.plan();
    assert_eq!(
        said(&plan),
        [
            "aking: is not in force any more: it holds 90 days at most, and that was until 2026-05-31"
        ]
    );
    assert_eq!(company.done(), ["remove ada king from sg-project-x (time)"]);
    company.later(300);
    assert_eq!(
        said(&company.plan()),
        Vec::<String>::new(),
        "its own day is past as well"
    );
}

#[test]
fn a_policy_may_raise_the_limit_and_an_exception_within_it_is_not_spoken_of() {
    let company = ada("2026-08-28", "exceptions at most 180 days");
    assert_eq!(said(&company.run()), Vec::<String>::new());
    company.later(170);
    assert_eq!(said(&company.plan()), Vec::<String>::new());
    assert_eq!(company.due(), Vec::<String>::new());
    company.later(11);
    assert_eq!(company.due(), ["remove ada king from sg-project-x (time)"]);

    let longer = ada("2027-08-28", "exceptions at most 6 months");
    let text = &said(&longer.plan())[0];
    assert!(
        text.contains("ends on 2026-09-02") && text.contains("6 months at most"),
        "{text}"
    );
}

#[test]
fn an_exception_that_is_written_anew_is_another_one() {
    let mut company = ada("2026-12-31", "");
    company.run();
    company.later(100);
    assert_eq!(said(&company.plan()).len(), 1);
    company.policy = ada("2026-07-31", "").policy;
    let plan = company.plan();
    assert_eq!(said(&plan), Vec::<String>::new());
    assert_eq!(company.due(), Vec::<String>::new(), "it holds again");
}

#[test]
fn a_plan_expires_when_the_limit_ends_an_exception() {
    let company = ada("2026-12-31", "");
    company.run();
    company.later(90);
    let plan = company.plan();
    let midnight = "2026-05-31T22:00:00Z".parse().unwrap();
    assert_eq!(plan.next_change, Some(midnight), "the day ends in Berlin");
    assert_eq!(plan.header.expires, midnight);
}
