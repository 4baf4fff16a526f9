//! `tenure plan --format markdown`.

use super::builder::{Draft, at, everything, finding};
use jiff::tz::TimeZone;
use tenure::cli::view::markdown::{Options, render};
use tenure::plan::{FindingKind, Plan};

fn markdown(plan: &Plan, names: bool) -> String {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    render(plan, &Options { names, zone })
}

#[test]
fn without_names_there_are_ids_and_counts_only() {
    let draft = everything();
    let text = markdown(&draft.plan, false);
    let plan = &draft.plan;
    let names = plan
        .actions
        .iter()
        .filter(|action| action.person.is_some())
        .map(|action| &action.who);
    for name in names.chain(plan.findings.iter().map(|finding| &finding.who)) {
        assert!(!text.contains(&**name), "{name}");
    }
    insta::assert_snapshot!(text);
}

#[test]
fn with_names_people_and_findings_are_told() {
    insta::assert_snapshot!(markdown(&everything().plan, true));
}

#[test]
fn nothing_to_do_says_when_the_next_change_is_due() {
    let draft = Draft::new().with(|plan| plan.next_change = Some(at("2026-03-05T23:00:00Z")));
    insta::assert_snapshot!(markdown(&draft.plan, false));
}

#[test]
fn hostile_text_stays_in_its_code_span() {
    let evil = "`` @all #1 <img src=x> [a](b)\n# heading | x";
    let draft = Draft::new().with(|plan| {
        plan.findings
            .push(finding(FindingKind::Note, evil, Some("7"), evil));
        plan.header.only = vec![evil.into()];
        plan.header.domain_name = evil.into();
    });
    insta::assert_snapshot!(markdown(&draft.plan, true));
}

#[test]
fn a_long_list_is_cut_and_counted() {
    let draft = Draft::new().with(|plan| {
        let one = |index: u32| finding(FindingKind::Note, "x", Some(&index.to_string()), "y");
        plan.findings = (0..150).map(one).collect();
    });
    let text = markdown(&draft.plan, false);
    assert!(text.contains("### Notes (150)"), "{text}");
    assert!(
        text.contains("- … and 50 more; `--format json` has all\n"),
        "{text}"
    );
}
