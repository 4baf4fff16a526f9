//! When something next becomes due, for each person.

use super::bench::{Company, LEAVER, days, enter, id};
use tenure::plan::Plan;

/// The next change of each person, by their number.
fn due(plan: &Plan) -> Vec<String> {
    let changes = plan.next_changes.iter();
    changes
        .map(|one| format!("{} {}", one.person, one.at))
        .collect()
}

#[test]
fn each_person_has_the_earliest_of_the_policys_and_the_planners() {
    let mut company = Company::new()
        .account("ada", "Ada King", "1")
        .account("bob", "Bob", "2")
        .account("eve", "Eve", "3")
        .person_with(3, "Eve", |wish| {
            wish.next_change = Some("2026-03-05T00:00:00Z".parse().unwrap());
        })
        .person_with(2, "Bob", |wish| {
            wish.next_shown = Some("2026-04-01T00:00:00Z".parse().unwrap());
        })
        .person_with(1, "Ada King", |wish| {
            wish.next_shown = Some("2026-03-04T16:00:00Z".parse().unwrap());
        });
    company.rules.blocks[0].linger = Some((days(14), super::bench::GROUPS));
    company.run();
    for person in [1, 2] {
        company.wish_mut(person).groups.granted.clear();
    }
    let plan = company.run();
    assert_eq!(
        due(&plan),
        ["1 2026-03-04T16:00:00Z", "2 2026-03-16T08:00:00Z"],
        "Eve's hangs on a date that is sensitive"
    );
    assert_eq!(
        plan.next_change.unwrap().to_string(),
        "2026-03-04T16:00:00Z"
    );
    company.only = Some([id(2)].into());
    assert_eq!(due(&company.plan()), ["2 2026-03-16T08:00:00Z"]);
    company.only = None;
    company.later(14);
    enter(company.wish_mut(2), LEAVER);
    assert_eq!(
        due(&company.plan()),
        ["2 2026-04-01T00:00:00Z"],
        "what is past is not to come"
    );
}
