//! Ten years of a company, day by day: people are hired, move, marry, leave and come back, one record in twenty cannot
//! be read for some days, and on each day [`truth`] says what must be so, from the lives alone.
//!
//! The usual run plays a hundred people for a year; `TENURE_LONG=1 cargo test --profile long --test main years` plays
//! 2,000 for ten. Planners that are
//! wrong on purpose must each be caught within a year.

mod history;
mod truth;

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan as _};
use tenure::directory::Guid;
use tenure::policy::{Standing, Wish};

use crate::dice::Dice;
use crate::scenarios::world::{self, Seat, World};
use history::History;
use truth::Witness;

const POLICY: &str = include_str!("years.tenure");

const COLUMNS: [&str; 8] = [
    "id",
    "first_name",
    "last_name",
    "status",
    "hire_date",
    "last_day",
    "department",
    "office",
];

/// The day on which everything begins: a Friday.
const START: Date = date(2021, 1, 1);

/// What a planner that is wrong on purpose does to the wishes of a day.
type Bug<'b> = &'b dyn Fn(Date, &mut Vec<Wish>);

/// How it went.
struct Played {
    days: usize,
    actions: usize,
    /// The first day on which something was wrong, and what.
    wrong: Option<(Date, Vec<String>)>,
}

fn play(history: &History, days: usize, policy: &str, bug: Bug<'_>) -> Played {
    let seat = Seat::embedded();
    let policy = world::policy(policy, &seat.base()).unwrap();
    let columns = COLUMNS.map(str::to_owned).to_vec();
    let mut world = World::company(&seat, policy, columns, instant(START));
    let mut witness = Witness::default();
    let mut played = Played {
        days: 0,
        actions: 0,
        wrong: None,
    };
    let mut day = START;
    for _ in 0..days {
        let now = instant(day);
        let said = history.on(day);
        world.at(now);
        world.set_rows(said.iter().map(|one| one.row(day)).collect());
        let (plan, all) = world.run(&|wishes| bug(day, wishes));
        played.days += 1;
        played.actions += plan.actions.len();
        let open: BTreeSet<Guid> = plan.open_accounts.iter().map(|open| open.guid).collect();
        let wrong = witness.judge(now, &said, &all, &open);
        if !wrong.is_empty() {
            played.wrong = Some((day, wrong));
            break;
        }
        day = day.saturating_add(1.day());
    }
    played
}

/// Each day is played at the same time, at another time of the day in each office.
fn instant(day: Date) -> Timestamp {
    let at = jiff::tz::TimeZone::UTC.to_timestamp(day.at(5, 0, 0, 0));
    at.unwrap()
}

#[test]
#[expect(clippy::print_stderr, reason = "the counts are what a long run is for")]
fn years_of_a_company_leave_nobody_with_too_much_or_too_little() {
    let (people, years) = if crate::is_long() {
        (2000, 10)
    } else {
        (100, 1)
    };
    let history = History::new(4711, people, START, years);
    let days = usize::try_from(years * 365).unwrap();
    let played = play(&history, days, POLICY, &|_, _| {});
    assert!(played.wrong.is_none(), "{:#?}", played.wrong);
    eprintln!(
        "{} days, {} people, {} events in HR, {} actions",
        played.days,
        history.lives.len(),
        history.events,
        played.actions
    );
}

fn company_of_a_year() -> History {
    History::new(42, 150, START, 1)
}

/// Caught within a year; prints on which day.
#[track_caller]
#[expect(clippy::print_stderr, reason = "the day is what a reader wants")]
fn caught(name: &str, policy: &str, bug: Bug<'_>) {
    let history = company_of_a_year();
    let played = play(&history, 365, policy, bug);
    let (day, wrong) = played
        .wrong
        .unwrap_or_else(|| panic!("{name} is not caught"));
    eprintln!("{name}: caught on {day}: {}", wrong[0]);
}

fn stage(wish: &Wish) -> Option<u32> {
    match wish.standing {
        Standing::In { stage, .. } => Some(stage.0),
        Standing::Held { .. } => None,
    }
}

/// The places of the stages in the policy.
const EMPLOYEE: u32 = 2;
const LEAVER: u32 = 3;

#[test]
fn a_planner_that_skips_a_leaver_is_caught() {
    let history = company_of_a_year();
    // Whoever leaves first from March on is forgotten.
    let from = date(2021, 3, 1);
    let mut days = (0..).map(|days: i64| from.saturating_add(days.days()));
    let leaver = days
        .find_map(|day| {
            let said = history.on(day);
            let left = said.iter().find(|one| one.end == Some(day) && !one.broken);
            left.map(|one| one.id)
        })
        .unwrap();
    caught("a leaver is skipped", POLICY, &|_, wishes| {
        wishes.retain(|wish| {
            wish.person.to_string() != leaver.to_string() || stage(wish) != Some(LEAVER)
        });
    });
}

#[test]
fn a_planner_that_swaps_two_people_is_caught() {
    caught("two people are swapped", POLICY, &|day, wishes| {
        if day != date(2021, 4, 1) {
            return;
        }
        let mut dice = Dice::new(7);
        let at_work: Vec<usize> = wishes
            .iter()
            .enumerate()
            .filter(|(_, wish)| stage(wish) == Some(EMPLOYEE))
            .map(|(index, _)| index)
            .collect();
        let (one, two) = (dice.of(&at_work), dice.of(&at_work));
        assert_ne!(one, two);
        wishes.swap(one, two);
        let (first, second) = (wishes[one].person.clone(), wishes[two].person.clone());
        let anchors = (wishes[one].anchor.clone(), wishes[two].anchor.clone());
        (wishes[one].person, wishes[two].person) = (second, first);
        (wishes[one].anchor, wishes[two].anchor) = (anchors.1, anchors.0);
    });
}

#[test]
fn a_planner_that_drops_a_linger_is_caught() {
    let without = POLICY.replace("  linger 14 days\n", "");
    assert_ne!(without, POLICY);
    caught("a linger is dropped", &without, &|_, _| {});
}

#[test]
fn a_planner_that_deletes_too_early_is_caught() {
    let hasty = POLICY
        .replace("end + 60 days", "end + 5 days")
        .replace("after 30 days disabled", "after 10 days disabled");
    caught("a deletion comes too early", &hasty, &|_, _| {});
}

#[test]
fn a_planner_that_grants_to_those_who_have_not_begun_is_caught() {
    let generous = POLICY.replace(
        "prehire  { account prepared   groups none ",
        "prehire  { account prepared ",
    );
    assert_ne!(generous, POLICY);
    caught("a grant comes before the first day", &generous, &|_, _| {});
}
