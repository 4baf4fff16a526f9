//! An attribute that two sides write by turns is contested: told, and left to the hand (S13).

use super::company::{Company, Row, account};
use tenure::plan::FindingKind;

const ADA: &str = "CN=Ada King,OU=Berlin,OU=Staff";

fn ada() -> Company {
    let company = Company::new(
        vec![Row::new(1, "Ada", "King")],
        &account(
            ADA,
            "aking",
            "userAccountControl: 512\nemployeeID: 1\ndepartment: Engineering\n",
        ),
    );
    company.run();
    company
}

/// Somebody writes it anew; what the next run does.
fn fought_over(company: &Company, round: usize) -> Vec<String> {
    let now = company.account_of(1).unwrap();
    company.by_hand(
        ADA,
        "department",
        now.first("department"),
        Some(&format!("Skunkworks {round}")),
    );
    company.later(1);
    let plan = company.plan();
    let changes: Vec<String> = plan
        .actions
        .iter()
        .map(|action| format!("{:?}", action.cause))
        .collect();
    company.run();
    changes
}

#[test]
fn after_three_runs_that_took_it_back_it_is_left_to_the_hand() {
    let mut company = ada();
    for round in 1..=3 {
        assert_eq!(fought_over(&company, round), ["ByHand"], "round {round}");
    }
    for round in 4..=6 {
        assert_eq!(
            fought_over(&company, round),
            Vec::<String>::new(),
            "round {round}"
        );
        assert_eq!(
            company.found(FindingKind::Held),
            ["Ada King: department stays as it is: somebody set it back after each of three runs"]
        );
        let account = company.account_of(1).unwrap();
        assert_eq!(
            account.first("department"),
            Some(&*format!("Skunkworks {round}"))
        );
    }
    // What HR says anew is written, and counting begins again.
    company.row(1).department = "Sales";
    let done = company.done();
    assert!(
        done.iter().any(|line| line.contains("department")),
        "{done:?}"
    );
    assert_eq!(company.found(FindingKind::Held), Vec::<String>::new());
    for round in 1..=3 {
        assert_eq!(fought_over(&company, round), ["ByHand"], "round {round}");
    }
    assert_eq!(fought_over(&company, 4), Vec::<String>::new());
}

#[test]
fn a_hand_that_comes_back_after_a_change_of_hr_is_no_fight() {
    let mut company = ada();
    for (round, department) in ["Sales", "Engineering", "Sales", "Engineering"]
        .into_iter()
        .enumerate()
    {
        fought_over(&company, round);
        company.row(1).department = department;
        company.run();
        assert_eq!(company.found(FindingKind::Held), Vec::<String>::new());
    }
}
