//! Lives, day by day: what a stage does, its end undoes (S16); who vanishes (S4, G6).

use super::company::{Company, Row, account, policy};
use crate::plan::bench::{open, shown, tripped};
use proptest::prelude::*;
use tenure::plan::FindingKind;

/// Stages as HR brings them about.
const STAGES: [&str; 6] = [
    "absent",
    "leaver",
    "purged",
    "future",
    "prehire",
    "unmanaged",
];

/// Lets HR say what leads person 1 into that stage.
fn enter(company: &mut Company, stage: &str) {
    let (past, long_past) = (company.day(-2), company.day(-70));
    let (soon, later) = (company.day(5), company.day(60));
    let row = company.row(1);
    (row.status, row.contract) = ("active", "internal");
    (row.hired, row.ends) = ("2020-01-01".into(), String::new());
    match stage {
        "employee" => {}
        "absent" => row.status = "leave",
        "leaver" => row.ends = past,
        "purged" => row.ends = long_past,
        "future" => row.hired = later,
        "prehire" => row.hired = soon,
        "unmanaged" => row.contract = "external",
        other => panic!("{other}"),
    }
}

/// Ada works; her account has seen other hands than ours.
fn ada() -> Company {
    let company = Company::new(
        vec![
            Row::new(2, "Bob", "Ross"),
            Row {
                boss: "2".into(),
                ..Row::new(1, "Ada", "King")
            },
        ],
        &account(
            "CN=Ada King,OU=Staff",
            "aking",
            "userAccountControl: 66048\nemployeeID: 1\ndescription: Very senior\n\
             telephoneNumber: 110\n",
        ),
    );
    company.run();
    company
}

proptest! {
    #![proptest_config(super::sample(24))]

    #[test]
    fn whatever_stages_a_life_goes_through_the_account_is_as_if_it_had_never_been_there(
        stages in prop::collection::vec(0..STAGES.len(), 1..6),
    ) {
        let mut company = ada();
        let before = company.picture(1);
        for stage in &stages {
            company.later(1);
            enter(&mut company, STAGES[*stage]);
            company.run();
        }
        company.later(1);
        enter(&mut company, "employee");
        company.run();
        // What a stage grants lingers, as every grant.
        company.later(15);
        company.run();
        prop_assert_eq!(company.picture(1), before, "{:?}", stages);
        // The clock of a deletion has not run on.
        company.later(40);
        prop_assert_eq!(company.due(), Vec::<String>::new());
    }
}

#[test]
fn what_a_hand_gave_before_is_proposed_on_return_and_not_before() {
    let mut company = ada();
    company.member_by_hand("SG-Hand", "CN=Ada King,OU=Berlin,OU=Staff", true);
    company.run();
    enter(&mut company, "leaver");
    company.later(1);
    company.run();
    assert_eq!(company.found(FindingKind::Proposed), Vec::<String>::new());
    enter(&mut company, "employee");
    company.later(1);
    company.run();
    assert_eq!(
        company.found(FindingKind::Proposed),
        ["Ada King: had SG-Hand by hand before; it is not given again by itself"]
    );
    company.member_by_hand("SG-Hand", "CN=Ada King,OU=Berlin,OU=Staff", true);
    company.run();
    assert_eq!(company.found(FindingKind::Proposed), Vec::<String>::new());
}

#[test]
fn who_vanishes_keeps_everything_and_is_an_open_account() {
    let mut company = ada();
    let before = company.picture(1);
    company.rows.retain(|row| row.id != 1);
    company.later(1);
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(open(&plan), ["aking: Vanished, 0 days"]);
    company.later(5);
    assert_eq!(open(&company.run()), ["aking: Vanished, 5 days"]);
    assert_eq!(company.picture(1), before);
    company.rows.push(Row {
        boss: "2".into(),
        ..Row::new(1, "Ada", "King")
    });
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(open(&plan), Vec::<String>::new());
}

#[test]
fn people_fewer_than_last_time_stop_the_run() {
    let mut company = ada();
    company.policy = policy(&[("lose    at most 1000", "lose    at most 1")]);
    company.run();
    company.rows.push(Row::new(3, "Cleo", "Old"));
    company.run();
    company.rows.retain(|row| row.id == 2);
    assert_eq!(tripped(&company.plan()), ["lose 2 of 1"]);
}

#[test]
fn a_life_from_the_first_day_to_the_last_is_undone_to_nothing() {
    let mut company = Company::new(vec![Row::new(2, "Bob", "Ross")], "");
    company.run();
    let mut joiner = Row::new(7, "Zoë", "Groß");
    joiner.hired = company.day(20);
    company.rows.push(joiner);
    assert_eq!(company.done(), Vec::<String>::new(), "too early");
    company.later(7);
    let mut made = company.done();
    made.sort();
    assert_eq!(
        made,
        ["create cn=zoë groß,ou=berlin,ou=staff,ou=company as zgross (time)"]
    );
    company.later(13);
    let mut begun = company.done();
    begun.sort();
    assert_eq!(
        begun,
        [
            "add zoë groß to dl-everyone (time)",
            "add zoë groß to sg-ber (time)",
            "add zoë groß to sg-git (time)",
            "add zoë groß to sg-license-e5 (time)",
            "add zoë groß to sg-staff (time)",
            "enable zoë groß (time)",
            "password zoë groß (time)",
        ]
    );
    company.row(7).ends = company.day(0);
    company.later(1);
    company.run();
    company.later(60);
    // The stage stands in a plan for a day before it deletes.
    let entered = company.done();
    assert!(!entered.is_empty() && !entered.iter().any(|line| line.starts_with("delete")));
    company.later(1);
    assert_eq!(company.done(), ["delete zoë groß (time)"]);
    assert_eq!(company.picture(7), Vec::<String>::new());
    assert_eq!(company.due(), Vec::<String>::new());
    // Coming back is a new life, and the login is still theirs (S14).
    company.row(7).ends.clear();
    let made = company.done();
    assert!(
        made.iter().any(|line| line.contains("as zgross (")),
        "{made:?}"
    );
}
