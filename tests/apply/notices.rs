//! Notices become due with what they tell: never without it, never twice, and not lost in a crash.

use secrecy::SecretString;
use tenure::apply::{ApplyError, Handed, Handover, Letter, NotHanded, Owner};
use tenure::directory::port::{Error, ResultCode};
use tenure::plan::{ActionId, Notice, Plan, Reason};
use tenure::state::delivery::{Delivery, Progress, Target, Way};
use tenure::text::mail::{Address, HeadLine};

use super::plans::everything;
use super::world::{Fault, Script};
use super::{World, person};

fn notice(name: &str, of: i64, after: &[u32]) -> Notice {
    Notice {
        name: name.into(),
        event: "create".into(),
        person: person(of),
        who: format!("Person {of}").into(),
        to: vec![Address::parse("it@example.com").unwrap()],
        subject: HeadLine::new("Hello"),
        body: "A secret of theirs".into(),
        password: Vec::new(),
        reason: Reason {
            text: "on create".into(),
            file: "told.tenure".into(),
            line: 1,
            values: Vec::new(),
        },
        regardless: false,
        asks: Vec::new(),
        digest: None,
        after: after.iter().copied().map(ActionId).collect(),
    }
}

/// Everything, with notices of an account that is made (action 1), of a stage and of one who is deleted.
fn telling(world: &World) -> Plan {
    let mut plan = everything(world);
    plan.notices = vec![
        notice("made", 1, &[1]),
        notice("joined", 1, &[]),
        notice("left", 2, &[]),
        notice("gone", 4, &[]),
    ];
    plan.memory.notices.known = vec!["a".into(), "b".into()];
    plan.memory.notices.changed = vec![
        (("a".into(), person(1)), true),
        (("a".into(), person(2)), true),
    ];
    plan
}

fn due(world: &World) -> Vec<(String, Option<i64>)> {
    let kept = world.store().outbox().unwrap();
    assert!(kept.iter().all(|kept| kept.status == "due"));
    let ids: std::collections::BTreeSet<&str> = kept.iter().map(|kept| &*kept.id).collect();
    assert_eq!(ids.len(), kept.len(), "each has an id of its own");
    kept.iter()
        .map(|kept| {
            (
                kept.notice.clone(),
                kept.person.as_ref().and_then(tenure::hr::PersonId::number),
            )
        })
        .collect()
}

fn named(names: &[(&str, i64)]) -> Vec<(String, Option<i64>)> {
    names
        .iter()
        .map(|(name, of)| ((*name).to_owned(), Some(*of)))
        .collect()
}

#[test]
fn what_succeeded_is_due_and_counted() {
    let world = World::new();
    let outcome = world.apply(&telling(&world)).unwrap();
    assert_eq!(outcome.notices, 4);
    assert_eq!(
        due(&world),
        named(&[("made", 1), ("joined", 1), ("left", 2), ("gone", 4)])
    );
    let prior = world.prior();
    let states: Vec<(&str, Option<i64>)> = prior
        .notice_states
        .iter()
        .map(|(key, person)| (&**key, person.number()))
        .collect();
    assert_eq!(states, [("a", Some(1)), ("a", Some(2))]);
    assert_eq!(prior.notices_known.len(), 2);
    let counted = prior
        .guard_counts
        .iter()
        .find(|count| &*count.kind == "notify");
    assert_eq!(counted.unwrap().count, 4);
    world.store().verify_audit().unwrap();
}

#[test]
fn what_failed_is_not_told_and_comes_again() {
    let world = World::new();
    let no = Error::Refused {
        code: ResultCode::InsufficientAccessRights,
        win32: None,
        dn: "CN=x".into(),
        message: "no".into(),
    };
    world.directory.inject(Fault::Refuse(1, no, 1));
    world.apply(&telling(&world)).unwrap();
    assert_eq!(due(&world), named(&[("left", 2), ("gone", 4)]));
    // Of the one who failed nothing is remembered, so that the next plan tells it.
    let states: Vec<Option<i64>> = world
        .prior()
        .notice_states
        .iter()
        .map(|(_, person)| person.number())
        .collect();
    assert_eq!(states, [Some(2)]);
}

#[test]
fn a_crash_at_any_boundary_loses_none_and_repeats_none() {
    let mut boundary = 0;
    loop {
        let world = World::new();
        let plan = telling(&world);
        let mut script = Script::crash_at(boundary);
        match world.apply_watched(&plan, &mut script) {
            Ok(_) => break,
            Err(ApplyError::BrokenOff { .. }) => {
                if world.resume().unwrap().is_none() && due(&world).is_empty() {
                    world.apply(&plan).unwrap();
                }
            }
            Err(error) => panic!("{error}"),
        }
        assert_eq!(due(&world).len(), 4, "crashed at {boundary}");
        boundary += 1;
    }
    assert!(boundary > 40, "{boundary}");
}

#[test]
fn a_person_who_is_forgotten_is_told_of_no_more() {
    let world = World::new();
    world.apply(&telling(&world)).unwrap();
    let mut store = world.store();
    store
        .write(world.lock(), |writer| {
            writer.forget(&person(1), super::world::now())
        })
        .unwrap();
    let kept = store.outbox().unwrap();
    let left: Vec<(&str, &str, bool)> = kept
        .iter()
        .map(|kept| (&*kept.notice, &*kept.status, kept.content.known().is_some()))
        .collect();
    assert_eq!(
        left,
        [
            ("made", "void", false),
            ("joined", "void", false),
            ("left", "due", true),
            ("gone", "due", true)
        ]
    );
    store.verify_audit().unwrap();
}

/// Hands a password over to nobody, or whoever has a notice for it.
#[derive(Debug)]
struct Bringer {
    arrives: bool,
}

impl Handover for Bringer {
    fn hand_over(&self, to: &Owner<'_>, _: &SecretString) -> Result<Handed, NotHanded> {
        assert_eq!(
            to.notices.len(),
            1,
            "the notice that brings it, and no other"
        );
        if !self.arrives {
            return Err(NotHanded::Told("nobody knows".to_owned()));
        }
        let target = Target {
            way: Way::Mail,
            position: 0,
        };
        Ok(Handed::Told(vec![Letter {
            notice: 0,
            id: "an id of its own".to_owned(),
            deliveries: vec![Delivery {
                target,
                progress: Progress::Sent,
                perhaps: false,
            }],
            problem: None,
        }]))
    }
}

/// Everything, with a notice that brings the password of the account that is made.
fn bringing(world: &World) -> (Plan, u32) {
    let mut plan = everything(world);
    let sets = |action: &tenure::plan::Action| {
        matches!(action.change, tenure::plan::Change::SetPassword { .. })
    };
    let sets = u32::try_from(plan.actions.iter().position(sets).unwrap()).unwrap();
    let mut brings = notice("first day", 1, &[sets]);
    brings.body = "It is {password}, not {password}".into();
    brings.password = vec![6];
    plan.notices = vec![notice("made", 1, &[1]), brings];
    (plan, sets)
}

#[test]
fn what_brought_a_password_is_kept_as_sent_with_its_place_empty() {
    let world = World::new();
    let (plan, _) = bringing(&world);
    let outcome = world
        .apply_with(
            &plan,
            &mut Script::default(),
            &mut Bringer { arrives: true },
            None,
        )
        .unwrap();
    assert!(outcome.passwords_unknown.is_empty());
    let kept = world.store().outbox().unwrap();
    let kept: Vec<(&str, &str)> = kept
        .iter()
        .map(|kept| (&*kept.notice, &*kept.status))
        .collect();
    assert_eq!(kept, [("first day", "sent"), ("made", "due")]);
    let prior = world.prior();
    let account = prior
        .accounts
        .values()
        .find(|one| one.password_set.is_some());
    let account = account.unwrap();
    assert_eq!(account.password_given, account.password_set);
    world.store().verify_audit().unwrap();
    assert_eq!(
        plan.notices[1].body_with("xyz").unwrap().as_str(),
        "It is xyz, not {password}",
        "what HR says is no place for one"
    );
}

#[test]
fn a_password_that_reached_nobody_is_remembered_as_one_that_must_not_stay() {
    let world = World::new();
    let (plan, sets) = bringing(&world);
    let outcome = world
        .apply_with(
            &plan,
            &mut Script::default(),
            &mut Bringer { arrives: false },
            None,
        )
        .unwrap();
    let ended = outcome.ended.iter().find(|ended| ended.id.0 == sets);
    let ended = ended.unwrap();
    assert_eq!(ended.status, tenure::apply::Status::Failed);
    assert!(ended.mend.is_some());
    let kept = world.store().outbox().unwrap();
    assert!(kept.iter().all(|kept| kept.notice != "first day"));
    let prior = world.prior();
    let account = prior
        .accounts
        .values()
        .find(|one| one.password_set.is_some());
    let account = account.unwrap();
    assert_eq!(account.password_given, None);
    assert!(account.disabled_since.is_some(), "and it stays off");
}
