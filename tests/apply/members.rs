//! Many memberships of one group as one operation, and each action with its own answer.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tenure::apply::{Boundary, Status};
use tenure::directory::port::{Error, ResultCode};
use tenure::plan::{Change, Plan};
use tenure::state::MembershipOwner;

use super::plans::existing;
use super::world::{Fault, Script, Weather, dn, in_flight};
use super::{Plans, World};

const MANY: usize = 600;

fn user(number: usize) -> String {
    format!("CN=User {number:03},OU=Staff")
}

fn ldif(members: impl Fn(usize) -> bool) -> String {
    let mut text = "version: 1\n\ndn: DC=example,DC=com\nobjectClass: domainDNS\nobjectGUID:: AAAAAAAAAAAAAAAAAAAAAQ==\nobjectSid: S-1-5-21-1-2-3\n\ndn: OU=Staff,DC=example,DC=com\nobjectClass: organizationalUnit\n".to_owned();
    for number in 0..MANY {
        write!(
            text,
            "\ndn: {}\nobjectClass: user\nsAMAccountName: user{number}\nuserAccountControl: 512\n",
            dn(&user(number))
        )
        .unwrap();
    }
    write!(
        text,
        "\ndn: {}\nobjectClass: group\nsAMAccountName: all\ngroupType: -2147483646\n",
        dn("CN=All,OU=Staff")
    )
    .unwrap();
    for number in (0..MANY).filter(|number| members(*number)) {
        writeln!(text, "member: {}", dn(&user(number))).unwrap();
    }
    text
}

fn world(members: impl Fn(usize) -> bool) -> World {
    let mut world = World::of(&ldif(members));
    world.pace = in_flight(8);
    world
}

fn all(world: &World, joins: bool) -> Plan {
    let mut plans = Plans::new(world);
    for number in 0..MANY {
        let group = existing(world, "CN=All,OU=Staff");
        let account = existing(world, &user(number));
        let change = if joins {
            Change::AddMember { group, account }
        } else {
            Change::RemoveMember {
                group,
                account,
                stage: None,
            }
        };
        plans.add(Some(i64::try_from(number).unwrap()), change, &[]);
    }
    plans.plan
}

fn members(world: &World) -> usize {
    world.object("CN=All,OU=Staff").all("member").len()
}

#[test]
fn a_group_takes_five_hundred_at_once_and_gives_them_back() {
    let world = world(|_| false);
    assert!(world.apply(&all(&world, true)).unwrap().counts.all_done());
    assert_eq!(members(&world), MANY);
    assert_eq!(world.directory.done(), ["modify", "modify"]);
    assert!(world.apply(&all(&world, false)).unwrap().counts.all_done());
    assert_eq!(members(&world), 0);
    assert_eq!(world.directory.done().len(), 4);
}

#[test]
fn a_group_that_became_protected_gets_none_of_them() {
    let world = world(|_| false);
    let plan = all(&world, true);
    world.by_hand("CN=All,OU=Staff", "adminCount", None, Some("1"));
    let outcome = world.apply(&plan).unwrap();
    assert_eq!(
        outcome.counts.conflict as usize, MANY,
        "{:?}",
        outcome.counts
    );
    assert_eq!(members(&world), 0);
}

#[test]
fn one_after_the_other_each_has_an_operation_of_its_own() {
    let mut world = world(|_| false);
    world.pace = in_flight(1);
    assert!(world.apply(&all(&world, true)).unwrap().counts.all_done());
    assert_eq!(world.directory.done().len(), MANY);
}

#[test]
fn who_stands_in_the_way_is_found_and_nobody_else_suffers() {
    let mut world = world(|number| [3, 4, 250].contains(&number));
    // One is refused for good; three are members already.
    let refused = dn(&user(77)).to_string();
    let weather = (0..10_000).map(|seed| Weather {
        seed,
        refused: 1,
        ..Weather::default()
    });
    let group = world.guid("CN=All,OU=Staff");
    let hits = |weather: &Weather| {
        let bad = (0..MANY).filter(|number| {
            let name = tenure::directory::Value::from(dn(&user(*number)).to_string());
            weather.refuses(&format!("{group} {name:?}"))
        });
        bad.collect::<Vec<_>>() == [77]
    };
    let weather = weather.into_iter().find(hits).unwrap();
    Arc::get_mut(&mut world.directory).unwrap().weather = weather;
    let outcome = world.apply(&all(&world, true)).unwrap();
    let bad: Vec<_> = outcome
        .ended
        .iter()
        .filter(|ended| ended.status != Status::Done)
        .collect();
    let [bad] = &*bad else { panic!("{bad:?}") };
    assert_eq!((bad.id.0, bad.status), (77, Status::Failed));
    assert!(bad.text.as_ref().unwrap().contains("ConstraintViolation"));
    let already: Vec<u32> = outcome
        .ended
        .iter()
        .filter(|ended| ended.text.as_deref() == Some("it was so already"))
        .map(|ended| ended.id.0)
        .collect();
    assert_eq!(already, [3, 4, 250]);
    assert_eq!(members(&world), MANY - 1, "all but {refused}");
    let prior = world.prior();
    let owner = |number: usize| {
        let account = world.guid(&user(number));
        prior.memberships[&(account, group)].owner
    };
    assert_eq!(owner(3), MembershipOwner::Adopted);
    assert_eq!(owner(5), MembershipOwner::Granted);
    // Four of six hundred are found in a few dozen operations, not in six hundred.
    let operations = world.directory.done().len();
    assert!(operations < 60, "{operations}");
}

#[test]
fn what_concerns_the_group_is_said_once() {
    let world = world(|_| false);
    let no = Error::Refused {
        code: ResultCode::InsufficientAccessRights,
        win32: None,
        dn: "CN=All".into(),
        message: "no".into(),
    };
    world.directory.inject(Fault::Refuse(0, no, 2));
    let outcome = world.apply(&all(&world, true)).unwrap();
    assert_eq!(outcome.counts.failed as usize, MANY);
    assert!(world.directory.done().is_empty());
    assert!(outcome.ended.iter().all(|ended| ended.mend.is_some()));
}

#[test]
fn a_batch_whose_answer_is_lost_is_looked_up_name_by_name() {
    for fault in [Fault::LoseAnswer(0), Fault::LoseRequest(0)] {
        let world = world(|_| false);
        let plan = all(&world, true);
        world.directory.inject(fault);
        let reads = world.directory.reads.load(Ordering::SeqCst);
        assert!(world.apply(&plan).unwrap().counts.all_done());
        assert_eq!(members(&world), MANY);
        // The mark is read, and the group once for each batch: whether it may be written.
        let reads = world.directory.reads.load(Ordering::SeqCst) - reads;
        assert_eq!(reads, 3);
        assert_eq!(world.directory.asked.load(Ordering::SeqCst), 500);
        assert_eq!(world.directory.done().len(), 2);
    }
}

#[test]
fn a_run_that_was_killed_in_a_batch_knows_each_of_its_actions_and_looks_each_up() {
    let expected = {
        let world = world(|number| number == 9);
        world.apply(&all(&world, true)).unwrap();
        world.picture()
    };
    // Begun, marked, the intents of both batches, and then what the first of them did.
    let crashes = [2 + 10, 2 + 600 + 7, 2 + 600 + 599, 2 + 1200 + 5];
    for crash in crashes {
        let world = world(|number| number == 9);
        let mut script = Script::crash_at(crash);
        world
            .apply_watched(&all(&world, true), &mut script)
            .unwrap_err();
        let intended = |seen: &&Boundary| matches!(seen, Boundary::Intended(_));
        let intended = script.seen.iter().filter(intended).count();
        let outcome = world.resume().unwrap().unwrap();
        assert!(outcome.counts.all_done());
        if intended > 0 {
            assert!(world.directory.asked.load(Ordering::SeqCst) > 0);
            // Whom the run itself may have added counts as its own.
            assert_eq!(members(&world), MANY);
        } else {
            assert_eq!(world.picture(), expected);
        }
    }
}
