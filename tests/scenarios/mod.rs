//! What a company meets between a person's first and last day, a file for each case, played day by day.
//!
//! Each file in `cases` has a policy (over `prelude.tenure`), people, more objects of the directory if it needs any,
//! and a script: at each instant things happen, the whole plan is compared, it is applied, and planned again there is
//! nothing to do. The lines of the policy that a case is about are marked; without any one of them the case must fail.
//!
//! What can happen, each behind `> `, before a day is planned:
//!
//! | act | what it is |
//! |---|---|
//! | `hr 4 status=inactive last_day=2026-03-31` | HR says something else of person 4; a value goes up to the next `name=` |
//! | `hr + 7,Zoë,Ünal,…`, `hr - 4` | a row comes, with the cells of the table's header; a row goes |
//! | `employment 4,e2 weekly_hours=20`, `employment + 4,e3,…`, `employment - 4,e2` | the same of an employment, whose row begins with its person and its id |
//! | `hand aking disable`, `enable`, `set title=x`, `clear title`, `join SG-X`, `leave SG-X`, `move OU=Staff`, `delete` | somebody changes the directory |
//! | `terminate 4 leaver`, `lift 4`, `freeze 2026-04-01 09:00 Europe/Berlin`, `thaw` | an order |
//! | `override disable`, `approve all` | for this one run |
//! | `yes 4`, `no 4`, `no-lifted 4` | somebody answers all that waits about person 4, as `tenure approve` and `tenure reject` do |
//! | `step done`, `step refused` | whoever does steps answers so today; else that it is not done yet |
//! | `again 4` | somebody has what was refused to person 4 asked once more |
//! | `refuse modify aking` | the directory refuses operations whose kind, name and attributes have all these words, today |
//! | `refuse writeback dynamic_3` | HR takes no value for that field, today |
//!
//! A case that says `embedded only` and why in its text is not played on the domain controller.
//! `TENURE_WRITE_SCENARIOS=1` writes what is planned into the files, for somebody to read; `TENURE_SCENARIO=leave`
//! plays only those whose path has that word.

mod case;
mod directory;
mod hr;
mod shown;
pub(crate) mod world;

use rayon::prelude::*;

use case::{Case, Day};
use world::{Seat, World};

/// How a scenario went.
#[derive(Debug, PartialEq, Eq)]
enum Played {
    /// Each day as written.
    AsWritten,
    /// The policy does not check.
    BadPolicy(String),
    /// The days as they were instead.
    Otherwise(Vec<Day>),
}

fn play(case: &Case, seat: &Seat, all: bool) -> Played {
    let policy = match world::policy(&case.policy, &seat.base()) {
        Ok(policy) => policy,
        Err(problems) => return Played::BadPolicy(problems),
    };
    let mut world = World::new(case, seat, policy);
    let mut days = Vec::new();
    for day in &case.days {
        let lines = world.day(day);
        let same = lines == day.lines;
        days.push(Day {
            lines,
            ..day.clone()
        });
        if !same && !all {
            return Played::Otherwise(days);
        }
    }
    let same = case.days.iter().zip(&days).all(|(a, b)| a == b);
    if same {
        Played::AsWritten
    } else {
        Played::Otherwise(days)
    }
}

fn told(case: &Case, played: &Played) -> Option<String> {
    match played {
        Played::AsWritten => None,
        Played::BadPolicy(problems) => Some(format!("{}: {problems}", case.name())),
        Played::Otherwise(days) => {
            let differs = case.days.iter().zip(days).find(|(a, b)| a != b);
            let (wanted, found) = differs?;
            Some(format!(
                "{}\nat {}\n--- written\n{}\n--- planned\n{}\n",
                case.name(),
                wanted.at,
                wanted.lines.join("\n"),
                found.lines.join("\n")
            ))
        }
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "the count is what a reader wants")]
fn each_case_goes_as_it_is_written() {
    let cases = Case::all();
    let wrong: Vec<String> = cases
        .par_iter()
        .filter_map(|case| {
            let written = std::env::var("TENURE_WRITE_SCENARIOS").is_ok();
            let played = play(case, &Seat::embedded(), written);
            if let (Played::Otherwise(days), true) = (&played, written) {
                case.write(days);
                return None;
            }
            told(case, &played)
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let days: usize = cases.iter().map(|case| case.days.len()).sum();
    eprintln!("{} scenarios of {days} days", cases.len());
}

#[test]
#[expect(clippy::print_stderr, reason = "the count is what a reader wants")]
fn each_marked_line_matters() {
    let cases = Case::all();
    let mutants: Vec<(&Case, String, Case)> = cases
        .iter()
        .flat_map(|case| {
            let each = case.without_each_line().into_iter();
            each.map(move |(line, without)| (case, line, without))
        })
        .collect();
    let played: Vec<(String, String, Played)> = mutants
        .par_iter()
        .map(|(case, line, without)| {
            let played = play(without, &Seat::embedded(), false);
            (case.name(), line.clone(), played)
        })
        .collect();
    let survivors: Vec<String> = played
        .iter()
        .filter(|(_, _, played)| *played == Played::AsWritten)
        .map(|(name, line, _)| format!("{name}: {line}"))
        .collect();
    // That a policy without the line does not check says less than that people end otherwise.
    let plans = |name: &str| {
        let mut of_it = played.iter().filter(|(of, _, _)| of == name);
        of_it.any(|(_, _, played)| matches!(played, Played::Otherwise(_)))
    };
    let idle: Vec<String> = cases
        .iter()
        .map(Case::name)
        .filter(|name| !plans(name))
        .collect();
    eprintln!(
        "{} lines taken out, {} of them seen in a plan, {} by the check; survivors: {survivors:#?}",
        played.len(),
        played
            .iter()
            .filter(|(_, _, played)| matches!(played, Played::Otherwise(_)))
            .count(),
        played
            .iter()
            .filter(|(_, _, played)| matches!(played, Played::BadPolicy(_)))
            .count(),
    );
    assert_eq!(
        survivors,
        Vec::<String>::new(),
        "nothing hangs on these lines"
    );
    assert_eq!(
        idle,
        Vec::<String>::new(),
        "no line of these is seen in a plan"
    );
}

#[test]
#[expect(clippy::print_stderr, reason = "the count is what a reader wants")]
fn the_same_on_a_domain_controller() {
    let cases = Case::all();
    // A sample; all of them in a long run.
    let step = if crate::is_long() || cases.len() < 10 {
        1
    } else {
        8
    };
    let seat = Seat::domain();
    let fit = cases.iter().filter(|case| !case.embedded_only());
    let some: Vec<&Case> = fit.step_by(step).collect();
    let wrong: Vec<String> = some
        .iter()
        .filter_map(|case| told(case, &play(case, &seat, false)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    eprintln!("{} scenarios on Samba", some.len());
}
