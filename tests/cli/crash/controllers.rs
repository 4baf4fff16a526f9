//! The domain controller that a run was begun on is gone, and the next one has not heard of it (S9).

use super::super::Plan;
use super::super::undo::run_id;
use super::{APPLY, Desk, Firm, RESUME, count, wait_for};
use crate::domain::front::{Fault, Front, Kind, On};

/// How many may be hired before the limits of 24 hours stop a plan.
const A_DAY: usize = 25;

/// Two domain controllers of one domain; the second gets nothing new.
struct Two<'d> {
    first: Front,
    second: Front,
    firm: &'d Firm,
}

impl<'d> Two<'d> {
    fn of(firm: &'d Firm) -> Self {
        Self {
            first: Front::before(&firm.domain).start(),
            second: Front::before(&firm.domain).controller("DC2").start(),
            firm,
        }
    }

    fn desk(&self) -> Desk {
        let desk = self
            .firm
            .desk(&[&self.first.ldaps_url(), &self.second.ldaps_url()]);
        desk.configure("[apply]\nin_flight = 1");
        desk
    }

    /// A run is killed once the first has made an account, and before it hears of it.
    fn make_and_die(&self, desk: &Desk) {
        self.first.fault(Fault::Silence, Kind::Add, 1);
        let mut run = desk.begin(&APPLY);
        wait_for("the account is made", || {
            let log = self.first.log();
            log.iter()
                .any(|seen| seen.is(On::Only(Kind::Add)) && seen.done())
        });
        run.kill();
    }
}

/// Somebody is hired.
fn hire(desk: &Desk, id: usize) {
    let people = desk.place.read("people.csv");
    let row = format!("{id},Gus,Neu{id},active,Lab,Chemist\n");
    desk.place.write("people.csv", people + &row);
}

fn creates(plan: &Plan) -> usize {
    plan.kinds()
        .iter()
        .filter(|kind| **kind == "create_account")
        .count()
}

#[test]
#[expect(clippy::print_stderr, reason = "the count is what a long run is for")]
fn a_lost_answer_and_a_controller_that_lacks_the_account_make_no_second_one() {
    let firm = Firm::busy();
    let mut two = Two::of(&firm);
    let mut desk = two.desk();
    let tries = count(8, 200);
    let mut waited = 0;
    for number in 0..tries {
        if number % A_DAY == 0 {
            firm.domain.rewind();
            two = Two::of(&firm);
            desk = two.desk();
            desk.expect(0, &APPLY);
        }
        let id = 1_000 + number;
        hire(&desk, id);
        two.second.catch_up();
        two.second.lag();
        two.first.mend();
        two.first.forget();
        two.make_and_die(&desk);
        two.first.refuse_connections();
        // The second one answers, and it lacks the account.
        let command: &[&str] = if number % 2 == 0 { &RESUME } else { &APPLY };
        let ran = desk.expect(1, command);
        assert!(ran.said("error[controller-lost]"), "{ran}");
        assert_eq!(two.second.count(Kind::Add), 0, "{:?}", two.second.log());
        assert_eq!(firm.accounts_of(&id.to_string()).len(), 1);
        waited += 1;
        two.first.serve_connections();
        desk.expect(0, &RESUME);
        assert_eq!(firm.accounts_of(&id.to_string()).len(), 1);
        two.second.forget();
    }
    two.second.catch_up();
    assert_eq!(desk.plan().deeds(), Vec::<String>::new());
    eprintln!(
        "{waited} of {tries} creations waited for their domain controller, and none was made twice"
    );
}

#[test]
fn a_creation_in_doubt_is_known_again_by_what_it_was_made_with() {
    let firm = Firm::busy();
    let two = Two::of(&firm);
    let desk = two.desk();
    desk.expect(0, &APPLY);
    let policy = desk.place.read("policy/policy.tenure");
    let named = policy.replace(
        "profile {\n",
        "profile {\n  info           = department     else clear\n",
    );
    assert_ne!(policy, named);
    desk.place.write("policy/policy.tenure", named);
    desk.expect(0, &APPLY);
    hire(&desk, 3_000);
    two.first.forget();
    two.make_and_die(&desk);
    // The policy of today does not speak of `info` any more.
    desk.place.write("policy/policy.tenure", policy);
    let ran = desk.expect(0, &RESUME);
    assert!(!ran.said("conflict"), "{ran}");
    assert_eq!(firm.accounts_of("3000").len(), 1);
}

#[test]
fn an_undo_does_not_go_on_with_a_run_at_another_controller() {
    let firm = Firm::busy();
    let two = Two::of(&firm);
    let desk = two.desk();
    desk.expect(0, &APPLY);
    let first = run_id(&desk.place, 0);
    two.first.forget();
    hire(&desk, 3_000);
    two.second.catch_up();
    two.second.lag();
    two.make_and_die(&desk);
    two.first.refuse_connections();
    let ran = desk.expect(1, &["undo", &first, "--yes"]);
    assert!(ran.said("error[controller-lost]"), "{ran}");
    assert_eq!(two.second.count(Kind::Add), 0, "{:?}", two.second.log());
    two.first.serve_connections();
    let ran = desk.expect(0, &["undo", &first, "--yes"]);
    assert!(ran.said("finished the run that was broken off"), "{ran}");
    assert_eq!(firm.accounts_of("3000").len(), 1);
}

#[test]
fn between_runs_the_next_controller_is_used_and_what_it_lacks_is_a_conflict() {
    let firm = Firm::busy();
    let two = Two::of(&firm);
    let desk = two.desk();
    desk.expect(0, &APPLY);
    two.second.lag();
    hire(&desk, 2_000);
    desk.expect(0, &APPLY);
    two.first.refuse_connections();
    let plan = desk.plan();
    assert_eq!(
        (creates(&plan), plan.findings("conflict")),
        (0, vec!["2000".to_owned()])
    );
    desk.run(&APPLY);
    assert_eq!(firm.accounts_of("2000").len(), 1);
}

#[test]
fn what_only_takes_away_goes_on_at_the_next_controller() {
    let firm = Firm::busy();
    let (expected, _) = Firm::undisturbed();
    let two = Two::of(&firm);
    let desk = two.desk();
    assert!(desk.kill_at(&APPLY, "Marked"));
    two.second.lag();
    two.first.refuse_connections();
    let ran = desk.expect(1, &RESUME);
    assert!(
        ran.said("error[controller-lost]")
            && ran.said("what only takes away")
            && ran.said("--dc-lost"),
        "{ran}"
    );
    assert!(desk.behind() >= 8, "{}", desk.behind());
    let enabled = "(&(employeeID=*2)(!(userAccountControl:1.2.840.113556.1.4.803:=2)))";
    let leavers = firm
        .domain
        .client()
        .search(super::firm::UNIT, enabled, &["cn"]);
    assert_eq!(leavers.dns(), Vec::<String>::new());
    let log = two.second.log();
    let mut writes = log.iter().filter(|seen| seen.is(On::Write));
    assert!(writes.all(|seen| seen.kind == Kind::Modify));
    // Again nothing is left that may be done there.
    let before = desk.behind();
    desk.expect(1, &RESUME);
    assert_eq!(desk.behind(), before);
    two.first.serve_connections();
    desk.expect(0, &RESUME);
    assert_eq!(&firm.end(&desk), expected);
}

#[test]
fn a_controller_that_never_comes_back_is_given_up_by_name() {
    let firm = Firm::busy();
    let (expected, _) = Firm::undisturbed();
    let two = Two::of(&firm);
    let desk = two.desk();
    desk.expect(0, &["resume", "--dc-lost", "dc1"]);
    // What was on its way never arrived.
    two.first.fault(Fault::Stall, Kind::Add, 3);
    let mut run = desk.begin(&APPLY);
    wait_for("the third new object", || two.first.count(Kind::Add) >= 3);
    run.kill();
    let ran = desk.expect(1, &["resume", "--dc-lost", "dc1"]);
    assert!(ran.said("error[controller-answers]"), "{ran}");
    two.first.refuse_connections();
    let ran = desk.expect(1, &["resume", "--dc-lost", "dc7"]);
    assert!(ran.said("error[ldap-other-controller]"), "{ran}");
    assert!(desk.kill_at(&["resume", "--dc-lost", "dc1"], "12"));
    // It was given up once; what was begun since belongs to the other one.
    desk.expect(0, &RESUME);
    assert_eq!(&firm.end(&desk), expected);
}
