//! What is written as a state is read as the same state.

use std::sync::Arc;

use jiff::Timestamp;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use tenure::directory::Guid;
use tenure::hr::PersonId;
use tenure::state::{
    AccountMemory, Asked, Given, GuardCount, ManagedValue, Membership, MembershipOwner, NameSpace,
    Overlay, PersonMemory, Prior, Refused, Reservation, ValueOwner,
};
use uuid::Uuid;

use super::Bench;

fn text() -> impl Strategy<Value = Arc<str>> {
    let odd = prop_oneof![
        Just("ß 'x' \"y\" \\ \n {}"),
        Just(""),
        Just("Łódź"),
        Just("cn")
    ];
    prop_oneof![odd.prop_map(Arc::from), "\\PC{0,12}".prop_map(Arc::from)]
}

fn time() -> impl Strategy<Value = Timestamp> {
    (-60_000_000_000_i64..250_000_000_000, 0..1_000_000_000_i32)
        .prop_map(|(second, nano)| Timestamp::new(second, nano).unwrap_or(Timestamp::UNIX_EPOCH))
}

fn guid() -> impl Strategy<Value = Guid> {
    any::<[u8; 16]>().prop_map(|bytes| Guid::from_ad_bytes(&bytes).unwrap())
}

fn person() -> impl Strategy<Value = PersonId> {
    prop_oneof![
        any::<i64>().prop_map(PersonId::from),
        "[a-z]{1,9}".prop_map(|id| PersonId::parse(&id).unwrap())
    ]
}

prop_compose! {
    fn memory()(
        account in option::of(guid()), stage in option::of(text()), entered in option::of(time()),
        values in btree_map(text(), text(), 0..4), vanished in option::of(time()),
    ) -> PersonMemory {
        PersonMemory { account, stage, entered, values, vanished }
    }
}

prop_compose! {
    fn overlay()(stage in text(), attribute in text(), before in vec(text(), 0..3), wrote in vec(text(), 0..3)) -> Overlay {
        Overlay { stage, attribute, before, wrote }
    }
}

prop_compose! {
    fn account()(
        person in option::of(person()), flags in any::<(bool, bool)>(), created in option::of(time()),
        disabled_since in option::of(time()), passwords in (option::of(time()), option::of(time())),
        overlays in vec(overlay(), 0..3), anchor in option::of(text()),
    ) -> AccountMemory {
        AccountMemory {
            person, tied: flags.0, created, disabled_since, disabled_by_us: flags.1,
            password_set: passwords.0, password_given: passwords.1, overlays, anchor,
        }
    }
}

prop_compose! {
    fn membership()(
        owner in prop_oneof![Just(MembershipOwner::Granted), Just(MembershipOwner::Adopted), Just(MembershipOwner::ByHand)],
        since in time(), lapsed in option::of(time()), removed_by_stage in option::of(text()),
    ) -> Membership {
        Membership { owner, since, lapsed, removed_by_stage }
    }
}

prop_compose! {
    fn value()(
        value in text(), since in time(),
        owner in prop_oneof![Just(ValueOwner::Set), Just(ValueOwner::Adopted), Just(ValueOwner::ByHand)],
    ) -> ManagedValue {
        ManagedValue { value, owner, since }
    }
}

fn space() -> impl Strategy<Value = NameSpace> {
    prop_oneof![
        Just(NameSpace::Login),
        Just(NameSpace::Address),
        Just(NameSpace::CommonName)
    ]
}

prop_compose! {
    fn reservation()(person in person(), since in time(), released in option::of(time())) -> Reservation {
        Reservation { person, since, released }
    }
}

prop_compose! {
    fn asked()(
        asked in time(),
        first in time(),
        until in option::of(time()),
        given in option::of((text(), time(), time(), option::of(text()))),
        refused in option::of((text(), time(), time(), text())),
        told in btree_map(text(), time(), 0..3),
    ) -> Asked {
        let given = given.map(|(by, at, expires, because)| Given { by, at, expires, because });
        let refused = refused.map(|(by, at, until, because)| Refused { by, at, until, because });
        Asked { asked, first, until, given, refused, told }
    }
}

prop_compose! {
    fn prior()(
        policy in option::of(text()),
        people in btree_map(person(), memory(), 0..5),
        accounts in btree_map(guid(), account(), 0..5),
        memberships in btree_map((guid(), guid()), membership(), 0..5),
        values in btree_map((guid(), text()), vec(value(), 1..4), 0..5),
        reservations in btree_map((space(), text()), reservation(), 0..5),
        counts in btree_map((any::<u128>(), "[a-z]{3,8}"), (time(), any::<u32>()), 0..5),
        open_since in btree_map(guid(), time(), 0..5),
        people_read in option::of(any::<u32>()),
        exceptions_seen in btree_map(text(), time(), 0..5),
        sources_read in btree_map(text(), any::<u32>(), 0..5),
        written in btree_map((person(), text()), text(), 0..5),
        asked_and_told in (
            btree_map(text(), asked(), 0..5), btree_set(text(), 0..5), btree_set((text(), person()), 0..5),
        ),
        set_back in btree_map((guid(), text()), 1..4_u32, 0..5),
    ) -> Prior {
        let (approvals, notices_known, notice_states) = asked_and_told;
        let guard_counts = counts
            .into_iter()
            .map(|((run, kind), (at, count))| GuardCount { kind: kind.into(), at, count, run: Uuid::from_u128(run) })
            .collect();
        let failed = open_since.keys().take(2).copied().collect();
        Prior {
            set_back, failed, policy, people, accounts, memberships, values, reservations, guard_counts, open_since,
            people_read, exceptions_seen, approvals, sources_read, written, notices_known, notice_states, ..Prior::default()
        }
    }
}

fn sorted(mut prior: Prior) -> Prior {
    prior
        .guard_counts
        .sort_by_key(|count| (count.run, count.kind.clone()));
    prior
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_state_that_was_written_is_read_as_it_was(first in prior(), second in prior()) {
        let bench = Bench::new();
        let mut store = bench.store();
        let id = store.identity().unwrap().id;
        let salt = store.prior().unwrap().salt;
        prop_assert!(!salt.is_none());
        for prior in [first, second] {
            store.write(&bench.lock, |writer| writer.set_prior(&prior)).unwrap();
            prop_assert_eq!(sorted(store.prior().unwrap()), sorted(Prior { id, salt, ..prior.clone() }));
            for (person, memory) in &prior.people {
                let read = store.write(&bench.lock, |writer| writer.person(person)).unwrap();
                prop_assert_eq!(read.as_ref(), Some(memory));
            }
            for (guid, memory) in &prior.accounts {
                let read = store.write(&bench.lock, |writer| writer.account(*guid)).unwrap();
                prop_assert_eq!(read.as_ref(), Some(memory));
            }
        }
    }
}
