//! Every kind of change, and what the state says of it afterwards.

use tenure::apply::{RunStatus, Status};
use tenure::plan::{Change, Target};
use tenure::state::{ManagedValue, MembershipOwner, NameSpace, Overlay, ValueOwner};

use super::plans::{ADA, BOB, CLEO, ZOE, create, everything, existing, overlay};
use super::world::{Courier, Script, dn, now};
use super::{Plans, World, attribute, person};

const LEFT: &str = "CN=Bob Babbage (left),OU=Leavers";

#[test]
fn every_kind_of_change_is_carried_out() {
    let world = World::new();
    let bob = world.guid(BOB);
    let plan = everything(&world);
    let mut script = Script::default();
    let outcome = world.apply_watched(&plan, &mut script).unwrap();
    assert!(outcome.counts.all_done(), "{outcome:#?}");
    assert_eq!(
        (outcome.status, outcome.resumed),
        (RunStatus::Finished, false)
    );
    assert_eq!(script.begun, Some((plan.actions.len(), 0)));
    assert_eq!(script.ended.len(), plan.actions.len());

    let zoe = world.object(ZOE);
    assert!(zoe.enabled());
    assert_eq!(zoe.uac().unwrap().bits(), 512);
    assert_eq!(zoe.first("employeeID"), Some("1"));
    assert_eq!(zoe.first("pwdLastSet"), Some("0"));
    let left = world.object(LEFT);
    assert_eq!(left.guid(), bob);
    assert!(!left.enabled());
    assert_eq!(left.first("employeeID"), Some("2"));
    assert_eq!(left.first("description"), Some("No longer with us"));
    assert_eq!(left.first("telephoneNumber"), Some("+33 1"));
    assert!(!left.has("title"));
    let ada = world.object(ADA);
    assert_eq!(ada.first("manager"), Some(&*dn(ZOE).to_string()));
    assert_eq!(ada.first("department"), Some("Research"));
    assert!(world.find(CLEO).is_none() && world.find(BOB).is_none());
    let members = |name: &str| {
        let group = world.object(&format!("CN={name},OU=Staff"));
        let mut members: Vec<_> = group.values("member").map(str::to_owned).collect();
        members.sort();
        members
    };
    assert_eq!(
        members("SG-Staff"),
        [dn(ADA).to_string(), dn(ZOE).to_string()]
    );
    assert_eq!(members("SG-Payslips"), [dn(LEFT).to_string()]);
    assert!(members("SG-Sales").is_empty());
}

#[test]
fn the_state_says_what_was_done() {
    let world = World::new();
    let (sales, payslips) = (
        world.guid("CN=SG-Sales,OU=Staff"),
        world.guid("CN=SG-Payslips,OU=Staff"),
    );
    let before = world.store().identity().unwrap();
    let outcome = world.apply(&everything(&world)).unwrap();
    let prior = world.prior();
    let (zoe, bob) = (world.guid(ZOE), world.guid(LEFT));

    let account = prior.accounts.get(&zoe).unwrap();
    assert_eq!(account.person, Some(person(1)));
    assert_eq!(account.created, Some(now()));
    assert_eq!(account.anchor.as_deref(), Some("1"));
    assert_eq!(
        (account.disabled_since, account.disabled_by_us),
        (None, false)
    );
    assert_eq!(
        (account.password_set, account.password_given),
        (Some(now()), None)
    );
    assert_eq!(prior.people.get(&person(1)).unwrap().account, Some(zoe));
    assert_eq!(
        prior.people.get(&person(1)).unwrap().stage.as_deref(),
        Some("employee")
    );
    assert_eq!(prior.people.get(&person(4)).unwrap().account, None);

    let account = prior.accounts.get(&bob).unwrap();
    assert_eq!(account.person, Some(person(2)));
    assert_eq!(
        (account.disabled_since, account.disabled_by_us),
        (Some(now()), true)
    );
    let laid = |attribute: &str, before: &[&str], wrote: &[&str]| Overlay {
        stage: "leaver".into(),
        attribute: attribute.into(),
        before: before.iter().map(|value| (*value).into()).collect(),
        wrote: wrote.iter().map(|value| (*value).into()).collect(),
    };
    let (staff, leavers) = (dn("OU=Staff").to_string(), dn("OU=Leavers").to_string());
    assert_eq!(
        account.overlays,
        [
            laid("unit", &[&staff], &[&leavers]),
            laid("description", &["Very senior"], &["No longer with us"]),
            laid("title", &["Seller"], &[]),
        ]
    );

    let membership = prior.memberships.get(&(bob, sales)).unwrap();
    assert_eq!(membership.owner, MembershipOwner::ByHand);
    assert_eq!(membership.removed_by_stage.as_deref(), Some("leaver"));
    let membership = prior.memberships.get(&(bob, payslips)).unwrap();
    assert_eq!(
        (membership.owner, membership.since),
        (MembershipOwner::Granted, now())
    );

    let set = |value: &str| {
        vec![ManagedValue {
            value: value.into(),
            owner: ValueOwner::Set,
            since: now(),
        }]
    };
    let values = |guid, name: &str| prior.values.get(&(guid, name.into())).cloned();
    assert_eq!(values(zoe, "sAMAccountName"), Some(set("zmiller")));
    assert_eq!(
        values(zoe, "unit"),
        Some(set(&dn("OU=Paris,OU=Staff").to_string()))
    );
    assert_eq!(values(bob, "cn"), Some(set("Bob Babbage (left)")));
    assert_eq!(values(bob, "department"), Some(set("None")));
    assert_eq!(values(bob, "title"), None);

    let login = prior
        .reservations
        .get(&(NameSpace::Login, "zmiller".into()))
        .unwrap();
    assert_eq!(
        (&login.person, login.since, login.released),
        (&person(1), now(), None)
    );
    let counts: Vec<_> = prior
        .guard_counts
        .iter()
        .map(|count| (&*count.kind, count.count))
        .collect();
    // Who was taken out of a group is counted for that group too.
    let sales = format!("revoke {}", world.guid("CN=SG-Sales,OU=Staff"));
    assert_eq!(
        counts,
        [
            ("create", 1),
            ("delete", 1),
            ("disable", 1),
            ("enable", 1),
            ("grant", 1),
            ("revoke", 1),
            (&*sales, 1),
        ]
    );
    assert!(
        prior
            .guard_counts
            .iter()
            .all(|count| count.run == outcome.run)
    );
    assert_eq!(
        (prior.policy.as_deref(), prior.people_read),
        (Some("policy-1"), Some(3))
    );
    let after = world.store().identity().unwrap();
    assert!(after.generation > before.generation);
    assert_eq!(after.domain, world.domain());
}

#[test]
fn the_end_of_a_stage_takes_its_overlays_away() {
    let world = World::new();
    world.apply(&everything(&world)).unwrap();
    let mut plans = Plans::new(&world);
    let bob = existing(&world, LEFT);
    let attributes = vec![
        overlay(
            attribute("description", &["No longer with us"], &["Very senior"]),
            "leaver",
            true,
        ),
        overlay(attribute("title", &[], &["Seller"]), "leaver", true),
    ];
    plans.add(
        Some(2),
        Change::Modify {
            account: bob.clone(),
            attributes,
        },
        &[],
    );
    plans.add(
        Some(2),
        Change::Move {
            account: bob.clone(),
            to: dn(BOB),
            overlay: Some("leaver".into()),
        },
        &[],
    );
    plans.add(
        Some(2),
        Change::Enable {
            account: bob,
            before: Some(514),
        },
        &[],
    );
    assert!(world.apply(&plans.plan).unwrap().counts.all_done());
    let object = world.object(BOB);
    assert_eq!(object.first("title"), Some("Seller"));
    assert!(object.enabled());
    let account = world.prior().accounts.get(&object.guid()).cloned().unwrap();
    assert_eq!(account.overlays, []);
    assert_eq!(
        (account.disabled_since, account.disabled_by_us),
        (None, false)
    );
}

#[test]
fn a_second_overlay_keeps_what_was_there_before_the_first() {
    let world = World::new();
    let bob = existing(&world, BOB);
    for (stage, before, after) in [
        ("absent", "Very senior", "Away"),
        ("leaver", "Away", "Gone"),
    ] {
        let mut plans = Plans::new(&world);
        let change = overlay(attribute("description", &[before], &[after]), stage, false);
        plans.add(
            Some(2),
            Change::Modify {
                account: bob.clone(),
                attributes: vec![change],
            },
            &[],
        );
        assert!(world.apply(&plans.plan).unwrap().counts.all_done());
    }
    let prior = world.prior();
    let [overlay] = &*prior.accounts.get(&world.guid(BOB)).unwrap().overlays else {
        panic!()
    };
    assert_eq!(&*overlay.stage, "leaver");
    assert_eq!(overlay.before, ["Very senior".into()]);
    assert_eq!(overlay.wrote, ["Gone".into()]);
}

#[test]
fn a_manager_who_moved_in_the_same_run_is_no_conflict() {
    let world = World::new();
    world.by_hand(ADA, "manager", None, Some(&dn(BOB).to_string()));
    let mut plans = Plans::new(&world);
    let to = dn("CN=Bob Babbage,OU=Leavers");
    let account = existing(&world, BOB);
    plans.add(
        Some(2),
        Change::Move {
            account,
            to,
            overlay: None,
        },
        &[],
    );
    let attributes = vec![attribute(
        "manager",
        &[&dn(BOB).to_string()],
        &[&dn(CLEO).to_string()],
    )];
    let account = existing(&world, ADA);
    plans.add(
        Some(3),
        Change::Modify {
            account,
            attributes,
        },
        &[],
    );
    let outcome = world.apply(&plans.plan).unwrap();
    assert!(outcome.counts.all_done(), "{outcome:#?}");
    assert_eq!(
        world.object(ADA).first("manager"),
        Some(&*dn(CLEO).to_string())
    );
}

#[test]
fn bits_of_others_are_kept_when_an_account_is_disabled() {
    let world = World::new();
    let mut plans = Plans::new(&world);
    plans.add(
        Some(3),
        Change::Disable {
            account: existing(&world, ADA),
            before: Some(66048),
        },
        &[],
    );
    world.apply(&plans.plan).unwrap();
    assert_eq!(world.object(ADA).uac().unwrap().bits(), 66050);
}

#[test]
fn a_password_is_handed_over_once_and_never_written_down() {
    let world = World::new();
    let mut courier = Courier::default();
    let plan = everything(&world);
    let outcome = world
        .apply_with(&plan, &mut Script::default(), &mut courier, None)
        .unwrap();
    let delivered = courier.delivered.into_inner().unwrap();
    let [(who, password)] = &*delivered else {
        panic!("{delivered:?}")
    };
    assert_eq!((who.as_str(), password.len()), ("Person 1", 16));
    assert_eq!(outcome.passwords_unknown, []);
    assert_eq!(
        world
            .prior()
            .accounts
            .get(&world.guid(ZOE))
            .unwrap()
            .password_given,
        Some(now())
    );
    for name in ["state.db", "state.db-wal"] {
        let bytes = std::fs::read(world.path().with_file_name(name)).unwrap_or_default();
        assert!(
            !bytes
                .windows(password.len())
                .any(|part| part == password.as_bytes()),
            "{name}"
        );
    }
}

#[test]
fn a_password_that_nobody_got_is_said() {
    let world = World::new();
    let plan = everything(&world);
    let outcome = world.apply(&plan).unwrap();
    let [id] = *outcome.passwords_unknown else {
        panic!("{outcome:?}")
    };
    assert!(matches!(
        plan.actions[id.0 as usize].change,
        Change::SetPassword { .. }
    ));
    let said = outcome.ended.iter().find(|ended| ended.id == id).unwrap();
    assert!(
        said.text.as_deref().unwrap().contains("nobody knows"),
        "{said:?}"
    );
}

#[test]
fn an_account_that_continues_another_person_leaves_that_person() {
    let world = World::new();
    let bob = existing(&world, BOB);
    for (id, before, after) in [(2, None, "2"), (5, Some("2"), "5")] {
        let mut plans = Plans::new(&world);
        let adopt = Change::Adopt {
            account: bob.clone(),
            anchor: "employeeID".into(),
            before: before.map(Into::into),
            after: after.into(),
            linked: true,
        };
        plans.add(Some(id), adopt, &[]);
        assert!(world.apply(&plans.plan).unwrap().counts.all_done());
    }
    let prior = world.prior();
    assert_eq!(prior.people.get(&person(2)).unwrap().account, None);
    assert_eq!(
        prior.people.get(&person(5)).unwrap().account,
        Some(world.guid(BOB))
    );
    assert_eq!(
        prior
            .accounts
            .get(&world.guid(BOB))
            .unwrap()
            .anchor
            .as_deref(),
        Some("5")
    );
}

#[test]
fn what_the_plan_knows_of_an_account_waits_for_its_adoption() {
    use tenure::state::AccountMemory;
    let world = World::new();
    let (ada, bob) = (world.guid(ADA), world.guid(BOB));
    let mut plans = Plans::new(&world);
    for (guid, id) in [(ada, 3), (bob, 2)] {
        let memory = AccountMemory {
            person: Some(person(id)),
            disabled_since: Some(now()),
            ..AccountMemory::default()
        };
        plans.plan.memory.accounts.push((guid, memory));
    }
    plans
        .plan
        .memory
        .exceptions_seen
        .push(("abc".into(), now()));
    plans.plan.memory.open_since.push((ada, now()));
    let adopt = Change::Adopt {
        account: existing(&world, BOB),
        anchor: "employeeID".into(),
        before: Some("other".into()),
        after: "2".into(),
        linked: false,
    };
    let adopt = plans.add(Some(2), adopt, &[]);
    plans.stage(2, "employee");
    plans.stage(3, "employee");
    let outcome = world.apply(&plans.plan).unwrap();
    assert_eq!(outcome.ended[adopt.0 as usize].status, Status::Conflict);
    let prior = world.prior();
    assert_eq!(prior.accounts.get(&ada).unwrap().person, Some(person(3)));
    assert_eq!(prior.accounts.get(&bob), None);
    assert!(prior.people.contains_key(&person(3)) && !prior.people.contains_key(&person(2)));
    assert_eq!(prior.open_since.get(&ada), Some(&now()));
    assert_eq!(prior.exceptions_seen.get("abc"), Some(&now()));
}

#[test]
fn an_empty_plan_is_a_run_that_remembers() {
    let world = World::new();
    let mut plans = Plans::new(&world);
    plans.stage(3, "employee");
    let outcome = world.apply(&plans.plan).unwrap();
    assert!(outcome.counts.all_done() && outcome.ended.is_empty());
    assert_eq!(world.prior().people_read, Some(3));
    assert!(world.prior().people.contains_key(&person(3)));
}

#[test]
fn hundreds_of_members_join_one_group() {
    let world = World::new();
    let mut plans = Plans::new(&world);
    let group = existing(&world, "CN=SG-Staff,OU=Staff");
    for id in 0..300_i64 {
        let place = dn(&format!("CN=p{id},OU=Staff"));
        let made = plans.add(
            Some(id),
            create(place.clone(), &format!("p{id}"), &id.to_string()),
            &[],
        );
        let account = Target::Made {
            by: made,
            dn: place,
        };
        plans.add(
            Some(id),
            Change::AddMember {
                group: group.clone(),
                account,
            },
            &[made],
        );
    }
    assert!(world.apply(&plans.plan).unwrap().counts.all_done());
    assert_eq!(
        world
            .object("CN=SG-Staff,OU=Staff")
            .values("member")
            .count(),
        301
    );
}

#[test]
fn a_run_for_a_few_people_is_no_baseline_for_the_others() {
    let world = World::new();
    let mut plans = Plans::new(&world);
    plans.stage(3, "employee");
    plans.plan.header.only = vec!["3".into()];
    world.apply(&plans.plan).unwrap();
    let prior = world.prior();
    assert_eq!((prior.policy, prior.people_read), (None, None));
    assert!(prior.people.contains_key(&person(3)));
}
