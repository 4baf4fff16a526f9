//! Guards: limits, memory, overrides, `--only` (S10).

use super::bench::{Company, GUARD, LEAVER, enter, id, open, shown, tripped};
use std::collections::BTreeSet;
use tenure::plan::Change;
use tenure::policy::ruleset::Limit;
use tenure::policy::{GuardKind, LimitRule, OverrideRule};
use tenure::state::GuardCount;

/// A managed company of so many people.
fn company(count: i64) -> Company {
    let mut company = Company::new();
    for number in 1..=count {
        let name = format!("Person{number} Lastname");
        let login = format!("person{number}");
        company = company
            .account(&login, &name, &number.to_string())
            .member(&login, "SG-Staff")
            .person(number, &name);
    }
    company.run();
    company
}

fn leave(company: &mut Company, count: i64) {
    for number in 1..=count {
        let wish = company.wish_mut(number);
        enter(wish, LEAVER);
        // The group of all would trip a guard of its own.
        wish.groups.restriction.extent = tenure::policy::Extent::Untouched;
    }
}

fn limit(percent: Option<u32>, count: Option<u32>, more: bool) -> LimitRule {
    LimitRule {
        limit: Limit {
            percent,
            count,
            more,
        },
        rule: GUARD,
    }
}

#[test]
fn every_kind_has_a_verdict_and_a_limit() {
    let plan = company(3).plan();
    let kinds: Vec<GuardKind> = plan.guards.iter().map(|guard| guard.kind).collect();
    assert_eq!(kinds, GuardKind::ALL);
    assert!(!plan.trips());
}

#[test]
fn more_disables_than_allowed_trip_and_are_open() {
    let mut company = company(20);
    leave(&mut company, 6);
    let plan = company.plan();
    assert_eq!(tripped(&plan), ["disable 6 of 5"]);
    assert_eq!(plan.actions.len(), 6, "it is shown all the same");
    assert_eq!(open(&plan).len(), 6);
    assert!(open(&plan)[0].contains("Guard"));
}

#[test]
fn percents_are_of_enabled_managed_accounts_rounded_down_at_least_one() {
    let mut company = company(20);
    leave(&mut company, 2);
    for (rule, expected) in [
        (limit(Some(10), None, false), 2),
        (limit(Some(1), None, false), 1),
        (limit(Some(14), None, false), 2),
        (limit(Some(10), Some(7), true), 7),
        (limit(Some(10), Some(7), false), 2),
        (limit(None, Some(0), false), 0),
    ] {
        company.rules.limits.insert(GuardKind::Disable, rule);
        let plan = company.plan();
        let disable = &plan.guards[3];
        assert_eq!((disable.limit, disable.tripped), (expected, expected < 2));
        assert_eq!(&*disable.source, "disable at most 1");
    }
}

#[test]
fn limits_hold_for_any_day_not_only_for_a_run() {
    let mut company = company(20);
    leave(&mut company, 3);
    let count = |hours: i64| GuardCount {
        kind: "disable".into(),
        at: company.now - jiff::SignedDuration::from_hours(hours),
        count: 3,
        run: uuid::Uuid::nil(),
    };
    let (recent, old) = (count(23), count(24));
    company.prior.guard_counts = vec![old];
    assert_eq!(tripped(&company.plan()), Vec::<String>::new());
    company.prior.guard_counts.push(recent);
    assert_eq!(tripped(&company.plan()), ["disable 3 of 5"]);
}

#[test]
fn an_override_raises_a_limit_for_its_day() {
    let mut company = company(20);
    leave(&mut company, 6);
    let mut rule = OverrideRule {
        kind: GuardKind::Disable,
        count: 6,
        on: "2026-03-02".parse().unwrap(),
        because: "quarter end".into(),
        rule: GUARD,
    };
    company.rules.overrides = vec![rule.clone()];
    assert!(!company.plan().trips());
    rule.on = "2026-03-03".parse().unwrap();
    company.rules.overrides = vec![rule];
    assert!(company.plan().trips());
}

#[test]
fn an_override_holds_on_its_day_in_the_policy_s_own_zone() {
    let mut company = company(20);
    leave(&mut company, 6);
    company.rules.overrides = vec![OverrideRule {
        kind: GuardKind::Disable,
        count: 6,
        on: "2026-03-02".parse().unwrap(),
        because: "quarter end".into(),
        rule: GUARD,
    }];
    // One o'clock at night in Berlin on the 3rd is still the 2nd by the clock of Greenwich.
    company.now = "2026-03-02T23:30:00Z".parse().unwrap();
    for (home, trips) in [
        (Some("Europe/Berlin"), true),
        (Some("America/New_York"), false),
        // Without a zone of its own, that of most people: all here are in Berlin.
        (None, true),
    ] {
        company.rules.home_zone = home.map(Into::into);
        assert_eq!(company.plan().trips(), trips, "{home:?}");
    }
    for number in 1..=15 {
        company.wish_mut(number).zone = "America/New_York".into();
    }
    assert!(!company.plan().trips(), "most people are in New York");
}

#[test]
fn a_group_loses_at_most_three_tenths_within_a_day() {
    let mut company = company(10);
    for number in 1..=2 {
        company.wish_mut(number).groups.granted.clear();
    }
    let group = company.object("SG-Staff").guid();
    let count = |hours: i64, count: u32| GuardCount {
        kind: format!("revoke {group}").into(),
        at: company.now - jiff::SignedDuration::from_hours(hours),
        count,
        run: uuid::Uuid::nil(),
    };
    let (today, yesterday) = (count(23, 2), count(24, 2));
    company.prior.guard_counts = vec![yesterday];
    assert_eq!(tripped(&company.plan()), Vec::<String>::new());
    company.prior.guard_counts.push(today);
    let plan = company.plan();
    assert_eq!(tripped(&plan), ["revoke 2 of 3"]);
    let guard = plan.guards.iter().find(|guard| guard.tripped).unwrap();
    assert_eq!(guard.recent, 2);
    assert_eq!(
        &*guard.source,
        "at most 30% of the 12 members of `SG-Staff`"
    );
}

#[test]
fn people_and_values_that_go_one_by_one_are_added_up_within_a_day() {
    let mut lost = company(20);
    for _ in 0..3 {
        lost.people.pop();
        lost.wishes.pop();
        let plan = lost.plan();
        assert_eq!(tripped(&plan), Vec::<String>::new());
        lost.apply(&plan);
        lost.now += jiff::SignedDuration::from_hours(1);
    }
    lost.people.pop();
    lost.wishes.pop();
    assert_eq!(tripped(&lost.plan()), ["lose 1 of 3"]);
    lost.later(1);
    assert_eq!(tripped(&lost.plan()), Vec::<String>::new());

    let mut emptied = company(20);
    let empty = |company: &mut Company, people: std::ops::Range<usize>| {
        for index in people {
            let mut values = company.people[index].values().to_vec();
            values[1] = None;
            let number = i64::try_from(index).unwrap() + 1;
            company.people[index] = tenure::hr::Person::new(id(number), values);
        }
    };
    empty(&mut emptied, 0..3);
    let plan = emptied.plan();
    assert_eq!(tripped(&plan), Vec::<String>::new());
    assert_eq!(plan.memory.counts, [("values department".into(), 3)]);
    emptied.apply(&plan);
    emptied.now += jiff::SignedDuration::from_hours(1);
    empty(&mut emptied, 3..6);
    let plan = emptied.plan();
    assert_eq!(tripped(&plan), ["values 3 of 5"]);
    let guard = plan.guards.iter().find(|guard| guard.tripped).unwrap();
    assert_eq!(&*guard.source, "default, for `department`");
}

#[test]
fn every_kind_has_a_limit_of_its_own_that_nobody_wrote() {
    // What S10 names, with 200 enabled accounts of managed people, 200 people in HR.
    let plan = company(200).plan();
    let limits: Vec<String> = plan
        .guards
        .iter()
        .map(|guard| format!("{} {} {}", guard.kind.word(), guard.limit, guard.source))
        .collect();
    assert_eq!(
        limits,
        [
            "create 20 default",
            "enable 20 default",
            "adopt 0 default",
            "disable 5 default",
            "delete 3 default",
            "move 10 default",
            "rename 5 default",
            "login 3 default",
            "clear 20 default",
            "password 5 default",
            "grant 200 default",
            "revoke 20 default",
            "notify 50 default",
            "writeback 50 default",
            "quarantine 4 default",
            "lose 4 default",
            "values 10 default",
        ]
    );
}

#[test]
fn a_group_of_ten_loses_at_most_three_tenths() {
    let mut company = company(10);
    for number in 1..=3 {
        company.wish_mut(number).groups.granted.clear();
    }
    assert_eq!(tripped(&company.plan()), Vec::<String>::new());
    company.wish_mut(4).groups.granted.clear();
    let plan = company.plan();
    assert_eq!(tripped(&plan), ["revoke 4 of 3"]);
    assert_eq!(
        &*plan.guards[17].source,
        "at most 30% of the 10 members of `SG-Staff`"
    );
    assert_eq!(plan.guards[17].actions.len(), 4);
}

#[test]
fn people_who_are_gone_and_values_that_are_lost_trip() {
    let mut lost = company(20);
    lost.people.truncate(16);
    lost.wishes.truncate(16);
    assert_eq!(tripped(&lost.plan()), ["lose 4 of 3"]);
    let mut emptied = company(20);
    emptied.people = (1..=20)
        .map(|number| {
            let values = vec![
                Some(tenure::hr::Value::Int(number)),
                None,
                Some(tenure::hr::Value::Text("active".into())),
                Some(tenure::hr::Value::Text("2099-12-31".into())),
            ];
            tenure::hr::Person::new(id(number), values)
        })
        .collect();
    assert_eq!(tripped(&emptied.plan()), ["values 20 of 5"]);
}

#[test]
fn a_first_filling_is_bounded_by_absolute_limits() {
    let mut company = Company::new();
    for number in 1..=30 {
        company = company.person(number, &format!("Person{number} Lastname"));
    }
    assert!(
        !company.plan().trips(),
        "30 are more than the 20 of other days"
    );
    company
        .rules
        .limits
        .insert(GuardKind::Create, limit(Some(2), Some(20), true));
    assert_eq!(tripped(&company.plan()), ["create 30 of 20"]);
}

#[test]
fn only_keeps_the_named_and_what_they_need() {
    let mut company = Company::new();
    company = company
        .person(1, "Ada King")
        .person_with(2, "Bob Boss", |wish| {
            let boss =
                tenure::policy::Desired::Person(id(1), Box::new(tenure::policy::Desired::Clear));
            wish.attributes.push(super::bench::line(
                "manager",
                tenure::policy::Mode::Always,
                boss,
            ));
        });
    company.only = Some(BTreeSet::from([id(2)]));
    let plan = company.plan();
    let lines = shown(&plan);
    assert!(
        lines.contains(&"create cn=ada king,ou=staff as ada (first)".to_owned()),
        "{lines:?}"
    );
    assert!(
        !lines.contains(&"enable ada king (first)".to_owned()),
        "{lines:?}"
    );
    assert_eq!(plan.memory.people.len(), 1);
    company.only = Some(BTreeSet::from([id(1)]));
    assert_eq!(company.plan().actions.len(), 4);
}

#[test]
fn guards_judge_everybody_but_only_still_ends_one_person() {
    let mut company = company(20);
    leave(&mut company, 6);
    company.only = Some(BTreeSet::from([id(1)]));
    let plan = company.plan();
    assert_eq!(shown(&plan), ["disable person1 lastname (time)"]);
    assert!(!plan.trips());
    company = company.person(21, "New Person");
    company.only = Some(BTreeSet::from([id(21)]));
    let plan = company.plan();
    assert!(
        plan.actions
            .iter()
            .any(|action| matches!(action.change, Change::CreateAccount { .. }))
    );
    assert_eq!(tripped(&plan), ["disable 6 of 5"]);
}
