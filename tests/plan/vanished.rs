//! People whom HR no longer has (G6): their last record, our clock, and what never happens for want of a record.

use super::bench::{
    Company, EMPLOYEE, GUARD, LEAVER, PURGED, days, enter, found, open, shown, wish,
};
use tenure::plan::FindingKind;
use tenure::policy::{Absent, StageId, Wish};

/// Ada, managed and no longer in HR; with what the last record makes of her, if it is kept.
fn gone(stage: Option<StageId>) -> Company {
    let mut company = Company::new()
        .account("ada", "Ada King", "1")
        .member("ada", "SG-Staff")
        .person(1, "Ada King");
    company.run();
    company.people.clear();
    company.wishes.clear();
    company.wishes.extend(stage.map(absent));
    company
}

fn absent(stage: StageId) -> Wish {
    let mut wish = wish(1, "Ada King");
    enter(&mut wish, stage);
    wish.absent = Some(Absent {
        after: days(14),
        rule: GUARD,
    });
    wish
}

#[test]
fn without_a_row_nothing_changes_however_long() {
    let mut company = gone(None);
    assert_eq!(shown(&company.run()), Vec::<String>::new());
    company.later(400);
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Vanished),
        ["ada: HR no longer has this person; nothing changes, for absence is not a leaver"]
    );
    assert_eq!(open(&plan), ["ada: Vanished, 400 days"]);
}

#[test]
fn the_last_record_counts_after_that_time_by_our_own_clock() {
    let mut company = gone(Some(LEAVER));
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Vanished),
        ["ada: HR no longer has this person; nothing changes before 2026-03-16"]
    );
    assert_eq!(
        plan.next_change.unwrap().to_string(),
        "2026-03-16T08:00:00Z",
        "the planner wakes by itself"
    );
    company.later(13);
    assert_eq!(shown(&company.run()), Vec::<String>::new());
    company.later(1);
    let plan = company.run();
    assert_eq!(
        shown(&plan),
        [
            "disable ada king (time)",
            "remove ada king from sg-staff (time)"
        ]
    );
    assert_eq!(
        found(&plan, FindingKind::Vanished),
        ["Ada King: HR no longer has this person, since 2026-03-02; the last record counts"]
    );
    let reason = &plan.findings[0].reason.as_ref().unwrap();
    assert_eq!(reason.line, 95);
}

#[test]
fn a_stranger_to_the_state_is_not_missed() {
    let mut company = gone(Some(LEAVER));
    company.prior.people.clear();
    let plan = company.plan();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(found(&plan, FindingKind::Vanished), Vec::<String>::new());
}

#[test]
fn nothing_is_given_and_nobody_deleted_for_want_of_a_record() {
    let mut company = gone(Some(EMPLOYEE));
    company.run();
    company.switch_by_hand("ada", false);
    company.later(20);
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Vanished),
        [
            "ada: HR no longer has this person, and by the last record they would still have an account; \
             nothing changes"
        ]
    );

    let mut company = gone(Some(PURGED));
    company.run();
    company.later(20);
    assert_eq!(
        shown(&company.run()),
        [
            "disable ada king (time)",
            "remove ada king from sg-staff (time)"
        ]
    );
    company.later(400);
    assert_eq!(shown(&company.run()), Vec::<String>::new(), "not deleted");
}

#[test]
fn whoever_comes_back_has_all_as_if_nothing_had_been() {
    let mut company = gone(Some(LEAVER));
    company.run();
    company.later(14);
    company.run();
    let mut company = Company {
        wishes: Vec::new(),
        ..company
    }
    .person(1, "Ada King");
    assert_eq!(
        shown(&company.run()),
        ["enable ada king (time)", "add ada king to sg-staff (time)"]
    );
    let memory = &company.prior.people[&super::bench::id(1)];
    assert_eq!(
        (memory.vanished, memory.stage.as_deref()),
        (None, Some("employee"))
    );

    let mut company = gone(Some(LEAVER));
    company.run();
    let mut company = Company {
        wishes: Vec::new(),
        ..company
    }
    .person(1, "Ada King");
    assert_eq!(shown(&company.run()), Vec::<String>::new());
    company.people.clear();
    company.wishes = vec![absent(LEAVER)];
    company.later(14);
    assert_eq!(
        shown(&company.run()),
        Vec::<String>::new(),
        "the clock begins anew"
    );
}
