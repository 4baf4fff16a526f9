//! Killed with SIGKILL, and started again.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use std::time::Duration;

use super::super::kind;
use super::{APPLY, Desk, Firm, RESUME, count};
use crate::domain::front::{Fault, Front, On};

/// One operation at a time, in the order of the plan.
const ONE: &str = "[apply]\nin_flight = 1";

/// Every boundary of a run with one operation in flight, in order: the places before an operation is sent, after it is
/// done, and after its outcome is on disk among them.
fn boundaries(desk: &Desk) -> Vec<String> {
    let mut all: Vec<String> = ["BeforeBegin", "Begun", "Marked"]
        .map(str::to_owned)
        .to_vec();
    for (id, action) in desk.plan().actions().iter().enumerate() {
        let mut at = |name: &str| all.push(format!("{name}(ActionId({id}))"));
        at("BeforeIntent");
        at("Intended");
        at("Performed");
        if kind(action) == "set_password" {
            at("HandedOver");
        }
        at("Recorded");
    }
    all.extend(["BeforeEnd", "Ended", "Unmarked"].map(str::to_owned));
    all
}

/// Whoever is killed before the run stands in the journal, or after it is closed there, has nothing to resume.
fn arguments(boundary: &str) -> &'static [&'static str] {
    match boundary {
        "BeforeBegin" | "Begun" | "Unmarked" => &APPLY,
        _ => &RESUME,
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "the count is what a long run is for")]
fn at_every_boundary_one_after_the_other() {
    let firm = Firm::busy();
    let (expected, actions) = Firm::undisturbed();
    assert!(actions >= 180, "{actions}");
    let desk = firm.own_desk();
    desk.configure(ONE);
    let all = boundaries(&desk);
    let last = all.len() - 1;
    let step = count(43, 1);
    let mut kills = 0;
    for (at, boundary) in all.iter().enumerate() {
        if at > 1 && at % step != 0 && at < last - 1 {
            continue;
        }
        assert!(desk.kill_at(arguments(boundary), boundary), "{boundary}");
        kills += 1;
    }
    desk.expect(0, &APPLY);
    assert_eq!(&firm.end(&desk), expected);
    eprintln!(
        "killed at {kills} of {} boundaries of {actions} actions",
        all.len()
    );
}

#[test]
#[expect(clippy::print_stderr, reason = "the count is what a long run is for")]
fn after_the_server_did_it_and_before_the_answer_is_read() {
    let firm = Firm::busy();
    let (expected, actions) = Firm::undisturbed();
    let front = Front::before(&firm.domain).start();
    let desk = firm.desk(&[&front.ldaps_url()]);
    desk.configure(ONE);
    // The first write is the lease, which a resumed run finds as it wants it. A password that may be set is set anew,
    // and then what comes behind it is hit.
    let step = count(25, 1);
    let mut kills = 0;
    let mut nth = 1 + step;
    let mut command: &[&str] = &APPLY;
    loop {
        front.mend();
        front.forget();
        front.fault(Fault::Silence, On::Write, nth);
        let mut run = desk.begin(command);
        let lost = || {
            let log = front.log();
            let lost = log
                .into_iter()
                .find(|seen| seen.is(On::Write) && seen.done() && !seen.told);
            lost.map(|seen| seen.attributes)
        };
        let attributes = loop {
            if let Some(attributes) = lost() {
                break Some(attributes);
            }
            if let Some(code) = run.ended() {
                assert_eq!(code, 0, "{}", run.end().1);
                break None;
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let Some(attributes) = attributes else {
            break;
        };
        run.kill();
        kills += 1;
        let is_password = attributes
            .iter()
            .any(|name| name.eq_ignore_ascii_case("unicodePwd"));
        nth = step + usize::from(is_password);
        command = &RESUME;
    }
    front.mend();
    desk.expect(0, &APPLY);
    assert_eq!(&firm.end(&desk), expected);
    assert!(
        kills >= if crate::is_long() { actions } else { 6 },
        "{kills}"
    );
    eprintln!("killed {kills} times with the answer on its way, in a run of {actions} actions");
}

#[test]
#[expect(clippy::print_stderr, reason = "the count is what a long run is for")]
fn at_random_instants_with_many_operations_in_flight() {
    let firm = Firm::busy();
    let (expected, _) = Firm::undisturbed();
    let mut rng = StdRng::seed_from_u64(4711);
    let mut kills = 0;
    let companies = count(1, 10);
    for _ in 0..companies {
        let front = Front::before(&firm.domain).start();
        let desk = firm.desk(&[&front.ldaps_url()]);
        desk.configure("[apply]\nrate = 80");
        let mut command: &[&str] = &APPLY;
        loop {
            front.forget();
            let mut run = desk.begin(command);
            // Most of the time before the first write nothing is at stake.
            while front.count(On::Write) == 0 && run.ended().is_none() {
                std::thread::sleep(Duration::from_millis(2));
            }
            std::thread::sleep(Duration::from_millis(rng.random_range(0..500)));
            if let Some(code) = run.ended() {
                assert_eq!(code, 0, "{}", run.end().1);
                break;
            }
            run.kill();
            kills += 1;
            command = &RESUME;
        }
        desk.expect(0, &APPLY);
        assert_eq!(&firm.end(&desk), expected);
        firm.domain.rewind();
    }
    assert!(kills >= 3 * companies, "{kills}");
    eprintln!("killed {kills} times at random instants, in {companies} runs");
}

#[test]
#[expect(clippy::print_stderr, reason = "the count is what a long run is for")]
fn once_and_then_never_again() {
    let firm = Firm::busy();
    let (expected, actions) = Firm::undisturbed();
    let mut rng = StdRng::seed_from_u64(42);
    let runs = count(3, 60);
    for _ in 0..runs {
        let desk = firm.own_desk();
        let boundary = rng.random_range(0..4 * actions);
        assert!(desk.kill_at(&APPLY, &boundary.to_string()));
        desk.expect(0, &APPLY);
        assert_eq!(&firm.end(&desk), expected, "killed at boundary {boundary}");
        firm.domain.rewind();
    }
    eprintln!("{runs} runs were killed once at a random boundary");
}
