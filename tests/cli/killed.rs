//! The real binary, killed with SIGKILL between two steps of an apply and started again: the same end (G8).
//!
//! A debug build halts where the environment says and waits to be killed. The small company is killed at every
//! boundary; the example at a sample of them, and at each with `TENURE_LONG=1`.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::ldif::Ldif;
use super::{Place, company, told};

/// How many boundaries of the example are tried unless all are.
const SAMPLE: usize = 6;

/// Boundaries of a run that are of none of its actions.
const OF_THE_RUN: usize = 6;

/// How many boundaries a run has: four for each action, one more where a password is handed over, and its own.
fn boundaries(kinds: &[&str]) -> usize {
    let passwords = kinds.iter().filter(|kind| **kind == "set_password");
    4 * kinds.len() + passwords.count() + OF_THE_RUN
}

/// Applies until a boundary and is killed there; false if the run ended before it.
pub(super) fn kill_at(place: &Place, boundary: usize) -> bool {
    let mut child = place
        .command(&["apply", "--yes", "--color=never"])
        .env("TENURE_HALT_AT", boundary.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let halted = lines
        .map(Result::unwrap)
        .any(|line| line.starts_with("halted:"));
    if halted {
        child.kill().unwrap();
        assert!(!child.wait().unwrap().success());
    } else {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    halted
}

/// What the end is judged by: the directory, what is left to do, and what is reported.
#[derive(Debug, PartialEq, Eq)]
struct End {
    directory: Vec<String>,
    left: Vec<String>,
    findings: serde_json::Value,
    /// Whether the directory says that this state is its own, and that nobody is at work.
    marked: bool,
}

/// Whether a directory has the mark of a state, with no run at work.
fn is_marked(ldif: &str) -> bool {
    let mut all = Ldif::parse(ldif);
    let said = all
        .having("objectClass", "serviceConnectionPoint")
        .all("serviceBindingInformation");
    let says = |what: &str| said.iter().any(|text| text.starts_with(what));
    says("state=") && says("generation=") && !says("lease=")
}

impl End {
    fn of(place: &Place, copy: &str) -> Self {
        let plan = place.plan();
        Self {
            marked: is_marked(&place.read(copy)),
            directory: Ldif::parse(&place.read(copy)).essence(),
            left: plan.deeds(),
            findings: plan.0["findings"].clone(),
        }
    }

    /// After a whole run of this workspace.
    fn of_whole_run(template: &Place, copy: &str) -> Self {
        let place = template.twin();
        place.expect(0, &["apply", "--yes"]);
        let end = Self::of(&place, copy);
        assert_eq!(end.left, Vec::<String>::new());
        assert!(end.marked);
        end
    }

    /// After a run that was killed there and started again; `None` if the run ended before it.
    fn of_killed_run(template: &Place, copy: &str, boundary: usize) -> Option<Self> {
        let place = template.twin();
        if !kill_at(&place, boundary) {
            return None;
        }
        let again = place.expect(0, &["apply", "--yes"]);
        let known = [
            "finished the run that was broken off",
            "nothing to do",
            " done",
        ];
        assert!(known.iter().any(|text| again.said(text)), "{again}");
        Some(Self::of(&place, copy))
    }
}

#[test]
fn a_small_company_killed_at_every_boundary_ends_the_same() {
    let template = company::a_busy_month_later();
    let plan = template.plan();
    let kinds: BTreeSet<&str> = plan.kinds().into_iter().collect();
    let all = [
        "add_member",
        "create_account",
        "create_group",
        "create_unit",
        "delete",
        "disable",
        "enable",
        "modify",
        "move",
        "remove_member",
        "set_password",
    ];
    assert_eq!(kinds, BTreeSet::from(all));
    let expected = End::of_whole_run(&template, company::COPY);
    let next = AtomicUsize::new(0);
    let at_every_boundary = || {
        loop {
            let boundary = next.fetch_add(1, Ordering::SeqCst);
            match End::of_killed_run(&template, company::COPY, boundary) {
                Some(end) => assert_eq!(end, expected, "killed at boundary {boundary}"),
                None => return boundary,
            }
        }
    };
    let last = std::thread::scope(|scope| {
        let workers = [(); 2].map(|()| scope.spawn(at_every_boundary));
        workers.map(|worker| worker.join().unwrap())
    });
    let count = *last.iter().min().unwrap();
    assert_eq!(count, boundaries(&plan.kinds()));
}

#[test]
fn what_is_told_and_written_back_comes_once_wherever_the_run_is_killed() {
    /// What lies in the outbox, without the ids, and what was written back.
    fn told(place: &Place) -> (Vec<(String, Option<String>)>, String) {
        let kept = told::outbox(place).into_iter();
        let kept = kept.map(|kept| (kept.notice, kept.content.known().map(str::to_owned)));
        (kept.collect(), place.read(told::FILE))
    }
    let template = told::a_first_day();
    let kinds: Vec<String> = template
        .plan()
        .kinds()
        .into_iter()
        .map(str::to_owned)
        .collect();
    let all = [
        "set_password",
        "enable",
        "add_member",
        "add_member",
        "write_back",
    ];
    assert_eq!(kinds, all);
    let whole = template.twin();
    whole.expect(0, &["apply", "--yes"]);
    let expected = told(&whole);
    assert_eq!(expected.0.len(), told(&template).0.len() + 3);
    let mut boundary = 0;
    loop {
        let place = template.twin();
        if !kill_at(&place, boundary) {
            break;
        }
        place.expect(0, &["apply", "--yes"]);
        assert_eq!(told(&place), expected, "killed at boundary {boundary}");
        place.expect(0, &["plan"]);
        boundary += 1;
    }
    assert_eq!(boundary, boundaries(&all));
}

#[test]
#[expect(clippy::print_stderr, reason = "the count is what a long run is for")]
fn the_example_killed_anywhere_ends_the_same() {
    const COPY: &str = "rules/.tenure/directory.ldif";
    let template = Place::example();
    let expected = End::of_whole_run(&template, COPY);
    let count = boundaries(&template.plan().kinds());
    let mut rng = StdRng::seed_from_u64(4711);
    let boundaries: Vec<usize> = if crate::is_long() {
        (0..count).collect()
    } else {
        (0..SAMPLE).map(|_| rng.random_range(0..count)).collect()
    };
    let next = AtomicUsize::new(0);
    let at_each = || {
        while let Some(boundary) = boundaries.get(next.fetch_add(1, Ordering::SeqCst)) {
            let end = End::of_killed_run(&template, COPY, *boundary).unwrap();
            assert_eq!(end, expected, "killed at boundary {boundary}");
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(at_each);
        scope.spawn(at_each);
    });
    eprintln!("killed at {} of {count} boundaries", boundaries.len());
}

#[test]
fn killed_again_and_again_it_still_gets_to_the_end() {
    let template = company::a_busy_month_later();
    let expected = End::of_whole_run(&template, company::COPY);
    let place = template.twin();
    // Few at once, so that every kill but the first few comes after something was recorded.
    let config = place.read("tenure.toml");
    place.write("tenure.toml", format!("{config}\n[apply]\nin_flight = 2\n"));
    let mut kills = 0;
    // Each time a little further: nothing that is behind a run is done again.
    while kill_at(&place, 14) {
        kills += 1;
        assert!(kills < 100, "it never ends");
    }
    assert!(kills > 5, "killed {kills} times only");
    place.expect(0, &["apply", "--yes"]);
    assert_eq!(End::of(&place, company::COPY), expected);
}
