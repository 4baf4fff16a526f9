//! The state belongs to a directory (S5): what the mark says at every step, and who is refused because of it.

use std::path::PathBuf;

use tenure::apply::{ApplyError, Boundary, Refusal};
use tenure::directory::port::{Directory as _, Error, Operation, ResultCode, Target};
use tenure::plan::Plan;
use tenure::state::mark::write;
use tenure::state::{Foreign, Found, Lease, Mark};
use uuid::Uuid;

use super::Plans;
use super::World;
use super::plans::everything;
use super::world::{Script, base, dn, refusals};

/// What the directory should say of the state as it is.
fn own(world: &World, lease: Option<Lease>) -> Mark {
    let state = world.store().identity().unwrap();
    Mark {
        state: state.id,
        generation: state.generation,
        lease,
    }
}

/// A plan that does nothing: what is looked at is whether it may.
fn nothing(world: &World) -> Plan {
    Plans::new(world).plan
}

fn files(world: &World) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|end| {
        let mut path = world.path().into_os_string();
        path.push(end);
        path.into()
    })
}

/// The state's files as they are, to be put back later.
fn kept(world: &World) -> Vec<Option<Vec<u8>>> {
    files(world)
        .iter()
        .map(|path| std::fs::read(path).ok())
        .collect()
}

fn put_back(world: &World, kept: &[Option<Vec<u8>>]) {
    for (path, bytes) in files(world).iter().zip(kept) {
        let _ = std::fs::remove_file(path);
        if let Some(bytes) = bytes {
            std::fs::write(path, bytes).unwrap();
        }
    }
}

fn found(world: &World) -> Found {
    let found = Found::in_directory(&world.directory.embedded, &[base()]);
    found.unwrap().unwrap()
}

#[test]
fn the_first_run_of_all_marks_the_directory_and_each_run_says_that_it_is_at_work() {
    let world = World::new();
    let plan = everything(&world);
    assert_eq!(world.mark(), None);
    let mut script = Script::crash_at(1);
    world.apply_watched(&plan, &mut script).unwrap_err();
    assert_eq!(script.seen, [Boundary::BeforeBegin, Boundary::Begun]);
    assert_eq!(world.mark(), None, "the state goes first");
    let mut script = Script::crash_at(0);
    world.resume_watched(&mut script).unwrap_err();
    assert_eq!(script.seen, [Boundary::Marked]);
    let lease = world.mark().unwrap().lease.unwrap();
    assert_eq!(lease.who, "ada on host");
    assert_eq!(world.mark(), Some(own(&world, Some(lease))));
    let outcome = world.resume().unwrap().unwrap();
    assert!(outcome.counts.all_done());
    assert_eq!(world.mark(), Some(own(&world, None)));
}

#[test]
fn whatever_a_crash_leaves_the_state_may_go_on() {
    let world = World::new();
    let mut script = Script::default();
    world
        .apply_watched(&everything(&world), &mut script)
        .unwrap();
    let boundaries = script.seen.len();
    for crash in 0..boundaries {
        let world = World::new();
        world
            .apply_watched(&everything(&world), &mut Script::crash_at(crash))
            .unwrap_err();
        let state = world.store().identity().unwrap();
        if let Some(mark) = world.mark() {
            mark.belongs_to(state.id, state.generation).unwrap();
        }
        world.resume().unwrap();
        let next = nothing(&world);
        // The first step of the next run is taken: nothing locks anybody out.
        let mut script = Script::crash_at(0);
        let error = world.apply_watched(&next, &mut script).unwrap_err();
        assert!(matches!(error, ApplyError::BrokenOff { .. }), "{error:?}");
    }
}

#[test]
fn an_empty_state_is_refused_where_another_one_was() {
    let world = World::new();
    world.apply(&everything(&world)).unwrap();
    let mark = world.mark().unwrap();
    put_back(&world, &[None, None, None]);
    let empty = world.store().identity().unwrap();
    assert_ne!(empty.id, mark.state);
    let before = world.picture();
    let [Refusal::Foreign(foreign)] = &*refusals(world.apply(&nothing(&world))) else {
        panic!("it is refused for another reason")
    };
    assert_eq!(foreign.code(), "state-unknown");
    assert!(foreign.help().contains("tenure match --rebuild"));
    assert_eq!(
        *foreign,
        Foreign::Unknown {
            mark: Some(mark.clone()),
            state: empty.id
        }
    );
    assert_eq!(world.picture(), before, "nothing was written");
    assert_eq!(world.mark(), Some(mark));
}

#[test]
fn a_state_from_last_week_is_refused_and_the_present_one_is_not() {
    let world = World::new();
    let week = {
        drop(world.store());
        kept(&world)
    };
    world.apply(&everything(&world)).unwrap();
    let today = kept(&world);
    put_back(&world, &week);
    let [Refusal::Foreign(foreign)] = &*refusals(world.apply(&nothing(&world))) else {
        panic!("it is refused for another reason")
    };
    assert_eq!(foreign.code(), "state-older");
    assert!(foreign.help().contains("tenure match --rebuild"));
    let text = foreign.to_string();
    assert!(
        text.contains("generation 2") && text.contains("generation 0"),
        "{text}"
    );
    put_back(&world, &today);
    let mut script = Script::crash_at(0);
    let error = world.apply_watched(&nothing(&world), &mut script);
    assert!(
        matches!(error, Err(ApplyError::BrokenOff { .. })),
        "{error:?}"
    );
}

#[test]
fn a_run_that_the_state_knows_nothing_of_holds_the_directory() {
    let world = World::new();
    world.apply(&everything(&world)).unwrap();
    let lease = Lease {
        until: Some(super::world::now()),
        ..Lease::new(
            Uuid::from_u128(7),
            super::world::now(),
            "bob",
            "another host",
        )
    };
    let mark = own(&world, Some(lease.clone()));
    write(&*world.directory, &[base()], Some(&found(&world)), &mark).unwrap();
    assert_eq!(
        refusals(world.apply(&nothing(&world))),
        [Refusal::Foreign(Foreign::Held { lease })]
    );
}

#[test]
fn a_mark_that_cannot_be_read_is_nobody_s() {
    let world = World::new();
    world.apply(&everything(&world)).unwrap();
    let state = world.store().identity().unwrap();
    let old = format!("generation={}", state.generation);
    world.by_hand(
        "CN=tenure",
        "serviceBindingInformation",
        Some(&old),
        Some("x"),
    );
    assert_eq!(
        refusals(world.apply(&nothing(&world))),
        [Refusal::Foreign(Foreign::Unknown {
            mark: None,
            state: state.id
        })]
    );
}

#[test]
fn a_mark_that_somebody_removed_is_written_anew() {
    let world = World::new();
    world.apply(&everything(&world)).unwrap();
    let object = world.object("CN=tenure");
    world.do_by_hand(&Operation::Delete {
        guid: object.guid(),
        dn: dn("CN=tenure"),
    });
    assert_eq!(world.mark(), None);
    let plan = nothing(&world);
    world.apply(&plan).unwrap();
    assert_eq!(world.mark(), Some(own(&world, None)));
}

#[test]
fn two_copies_of_a_state_that_begin_at_once_do_not_both_go_on() {
    let world = World::new();
    world.apply(&everything(&world)).unwrap();
    let seen = found(&world);
    let plan = nothing(&world);
    // The other copy was faster, between our look and our mark.
    let mut other = own(&world, None);
    other.generation += 1;
    other.lease = Some(Lease::new(
        Uuid::from_u128(9),
        super::world::now(),
        "bob",
        "b",
    ));
    write(&world.directory.embedded, &[base()], Some(&seen), &other).unwrap();
    let late = write(
        &world.directory.embedded,
        &[base()],
        Some(&seen),
        &Mark {
            lease: None,
            ..other.clone()
        },
    );
    assert_eq!(
        late.unwrap_err().code(),
        Some(ResultCode::NoSuchAttribute),
        "the old values are tested"
    );
    let [Refusal::Foreign(Foreign::Older { .. })] = &*refusals(world.apply(&plan)) else {
        panic!("it is refused for another reason")
    };
}

#[test]
fn a_directory_that_takes_no_mark_takes_no_run_and_the_run_is_finished_later() {
    let world = World::new();
    let no = Error::Refused {
        code: ResultCode::InsufficientAccessRights,
        win32: None,
        dn: "CN=tenure".into(),
        message: "no".into(),
    };
    *world.directory.mark_fault.lock().unwrap() = Some(no);
    let error = world.apply(&everything(&world)).unwrap_err();
    assert!(matches!(error, ApplyError::Mark { .. }), "{error:?}");
    assert!(error.help().contains("serviceConnectionPoint"));
    assert_eq!(
        world.directory.done(),
        Vec::<&str>::new(),
        "nothing was done"
    );
    assert!(world.resume().unwrap().unwrap().counts.all_done());
    assert_eq!(world.mark(), Some(own(&world, None)));
}

#[test]
fn the_mark_is_one_object_of_the_class_that_programs_use_for_this() {
    let world = World::new();
    world.apply(&everything(&world)).unwrap();
    let object = world
        .directory
        .read(&Target::Dn(dn("CN=tenure")))
        .unwrap()
        .unwrap();
    let classes: Vec<&str> = object.values("objectClass").collect();
    assert_eq!(
        classes,
        ["top", "leaf", "connectionPoint", "serviceConnectionPoint"]
    );
    let keywords: Vec<&str> = object.values("keywords").collect();
    assert_eq!(keywords, ["tenure"]);
    let state = world.store().identity().unwrap();
    let mut said: Vec<&str> = object.values("serviceBindingInformation").collect();
    said.sort_unstable();
    assert_eq!(
        said,
        [
            &*format!("generation={}", state.generation),
            &*format!("state={}", state.id)
        ]
    );
}
