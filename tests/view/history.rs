//! `tenure history` and `tenure show`: every status and every kind of action.

use super::builder::{BASE, at, everything, options};
use tenure::apply::{
    ActionRecord, Author, Counts, RunDetails, RunRecord, RunStatus, Status, journal,
};
use tenure::cli::view::Palette;
use tenure::cli::view::history::{history, history_json, run, run_json};
use tenure::plan::{ActionId, Formerly};
use uuid::Uuid;

fn record(id: u128, status: RunStatus, counts: Counts) -> RunRecord {
    RunRecord {
        id: Uuid::from_u128(0x0195_d2a4_7c3e_7000_8000_0000_0000_0000 + (id << 80)),
        status,
        started: at("2026-03-02T08:00:00Z"),
        ended: (status != RunStatus::Running).then(|| at("2026-03-02T08:04:00Z")),
        author: Author {
            who: "\u{202e}evil".into(),
            host: "adm01".into(),
            git_commit: Some("82837c6".into()),
            overrides: vec!["disable 12".into()],
            approvals: Vec::new(),
        },
        tool: "0.1.0".into(),
        planned_at: at("2026-03-02T07:58:00Z"),
        plan_digest: "deadbeef0123456789".into(),
        policy: "3f2a9c1b04d87e6655aa".into(),
        people_source: "people/*.json (62 people)".into(),
        domain: None,
        domain_name: BASE.into(),
        takes_back: (id == 2).then(|| Uuid::from_u128(1 << 96)),
        taken_back_by: (id == 1).then(|| Uuid::from_u128(2 << 96)),
        policy_before: None,
        counts,
    }
}

fn counts(open: u32, done: u32, failed: u32, conflict: u32, skipped: u32) -> Counts {
    Counts {
        open,
        done,
        failed,
        conflict,
        skipped,
        waiting: 0,
    }
}

fn runs() -> Vec<RunRecord> {
    vec![
        record(3, RunStatus::Running, counts(4, 2, 0, 0, 0)),
        record(2, RunStatus::Cancelled, counts(0, 1200, 1, 2, 30)),
        record(1, RunStatus::Finished, counts(0, 12, 0, 0, 0)),
        record(0, RunStatus::Finished, Counts::default()),
    ]
}

fn details() -> RunDetails {
    let statuses = [
        Status::Done,
        Status::Failed,
        Status::Conflict,
        Status::Skipped,
        Status::Pending,
        Status::Intended,
    ];
    let actions = everything().plan.actions;
    let actions = actions.into_iter().enumerate().map(|(index, action)| {
        let status = statuses[index % statuses.len()];
        let forgotten = index == 7;
        ActionRecord {
            id: ActionId(u32::try_from(index).unwrap()),
            kind: journal::kind_word(&action.change).into(),
            person: action.person.clone(),
            cause: "hr".into(),
            reversible: "yes".into(),
            not_ours: action.not_ours,
            status,
            intended: Some(at("2026-03-02T08:01:00Z")),
            ended: None,
            object: None,
            already: index == 12,
            formerly: (!forgotten).then(Formerly::default),
            action: (!forgotten).then_some(action),
            text: (status == Status::Failed)
                .then(|| "unwilling to perform\u{1b}[2J\nEntryAlreadyExists".into()),
            mend: (status == Status::Failed).then(|| "look at what the server says".into()),
            forgotten,
        }
    });
    RunDetails {
        run: record(2, RunStatus::Cancelled, counts(1, 2, 1, 1, 1)),
        actions: actions.collect(),
        notices: Vec::new(),
    }
}

#[test]
fn every_outcome_of_a_run_in_a_table() {
    insta::assert_snapshot!(history(&runs(), &options(100, Palette::plain())));
}

#[test]
fn before_the_first_run_the_history_says_so() {
    let text = history(&[], &options(100, Palette::plain()));
    assert_eq!(
        text,
        "No run yet: nothing was ever applied with this state.\n"
    );
}

#[test]
fn every_action_of_a_run_with_its_outcome() {
    insta::assert_snapshot!(run(&details(), &options(100, Palette::plain())));
}

#[test]
fn runs_and_actions_as_json() {
    let text = history_json(&runs()[..1]) + &run_json(&details());
    insta::assert_snapshot!(text.lines().take(60).collect::<Vec<_>>().join("\n"));
    let value: serde_json::Value = serde_json::from_str(&run_json(&details())).unwrap();
    assert_eq!(
        value["actions"].as_array().unwrap().len(),
        everything().plan.actions.len()
    );
}

#[test]
fn hostile_text_of_users_and_errors_is_harmless() {
    let options = options(100, Palette::plain());
    for text in [
        history(&runs(), &options),
        run(&details(), &options),
        run_json(&details()),
        history_json(&runs()),
    ] {
        assert!(
            !text
                .chars()
                .any(|c| c != '\n' && tenure::text::is_hostile(c)),
            "{text}"
        );
    }
}
