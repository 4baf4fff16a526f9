use super::{Bench, at, holder};
use std::time::Duration;
use tenure::directory::Guid;
use tenure::hr::PersonId;
use tenure::state::{Lock, PersonMemory, Store, StoreError};

fn sql(bench: &Bench, statements: &str) {
    let db = rusqlite::Connection::open(bench.path()).unwrap();
    db.execute_batch(statements).unwrap();
}

#[test]
fn a_new_store_has_an_id_of_its_own_and_keeps_it() {
    let (bench, other) = (Bench::new(), Bench::new());
    let first = bench.store().identity().unwrap();
    assert_eq!(first, bench.store().identity().unwrap());
    assert_ne!(first.id, other.store().identity().unwrap().id);
    assert_eq!((first.generation, first.domain), (0, None));
    assert!(bench.store().prior().unwrap().people.is_empty());
    bench.store().check_integrity().unwrap();
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_a_store() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Bench::new();
    let store = bench.store();
    for name in ["state.db", "state.db-wal"] {
        let file = bench.folder.path().join(name);
        let mode = std::fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    drop(store);
}

#[test]
fn reading_makes_no_store() {
    let bench = Bench::new();
    assert!(Store::open_existing(&bench.path()).unwrap().is_none());
    assert!(!bench.path().exists());
    let id = bench.store().identity().unwrap().id;
    let read = Store::open_existing(&bench.path()).unwrap().unwrap();
    assert_eq!(read.prior().unwrap().id, id);
}

#[test]
fn a_newer_schema_is_refused() {
    let bench = Bench::new();
    drop(bench.store());
    sql(&bench, "PRAGMA user_version = 99");
    for error in [
        Store::open(&bench.path(), at(0)).unwrap_err(),
        Store::open_existing(&bench.path()).unwrap_err(),
    ] {
        assert!(
            matches!(
                error,
                StoreError::Newer {
                    found: 99,
                    known: 10,
                    ..
                }
            ),
            "{error:?}"
        );
        assert!(
            error
                .to_string()
                .ends_with("(its schema is 99, this one knows up to 10)"),
            "{error}"
        );
    }
}

/// A store of the first version, and nobody who holds it.
fn first_version() -> tempfile::TempDir {
    let bench = Bench::new();
    sql(&bench, include_str!("../../src/state/schema.sql"));
    sql(
        &bench,
        "INSERT INTO store (only, id, created, policy)
           VALUES (1, '11111111-2222-4333-8444-555555555555', '2026-01-01T00:00:00Z', 'policy-1');
         INSERT INTO open_account (guid, since)
           VALUES (x'000102030405060708090a0b0c0d0e0f', '2026-01-01T00:00:00Z');
         INSERT INTO migration (version, at, tool) VALUES (1, '2026-01-01T00:00:00Z', '0.1.0');
         PRAGMA application_id = 0x74656e75;
         PRAGMA user_version = 1;",
    );
    bench.folder
}

#[test]
fn a_store_of_the_first_version_is_brought_up_by_whoever_opens_it() {
    for reads_only in [true, false] {
        let folder = first_version();
        let path = folder.path().join("state.db");
        let store = if reads_only {
            Store::open_existing(&path).unwrap().unwrap()
        } else {
            Store::open(&path, at(0)).unwrap()
        };
        let prior = store.prior().unwrap();
        assert_eq!(prior.policy.as_deref(), Some("policy-1"));
        assert_eq!(prior.open_since.len(), 1);
        assert!(prior.failed.is_empty());
        assert!(!prior.salt.is_none());
        store.check_integrity().unwrap();
    }
}

/// The version that a store is of, as anybody's tool tells it.
fn version_of(path: &std::path::Path) -> u32 {
    let db = rusqlite::Connection::open(path).unwrap();
    db.pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap()
}

#[test]
fn whoever_only_reads_waits_for_a_run_of_the_earlier_version_before_the_tables_change() {
    let folder = first_version();
    let path = folder.path().join("state.db");
    let lock = Lock::take(
        &path,
        &holder("a run of the earlier version"),
        Duration::ZERO,
    )
    .unwrap();
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let path = path.clone();
            std::thread::spawn(move || {
                Store::open_existing(&path)
                    .unwrap()
                    .unwrap()
                    .prior()
                    .unwrap()
            })
        })
        .collect();
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!(
        version_of(&path),
        1,
        "the run finds its tables as they were"
    );
    drop(lock);
    for reader in readers {
        assert_eq!(reader.join().unwrap().open_since.len(), 1);
    }
    let db = rusqlite::Connection::open(&path).unwrap();
    let steps: Vec<u32> = db
        .prepare("SELECT version FROM migration ORDER BY version")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(
        steps,
        (1..=tenure::state::SCHEMA_VERSION).collect::<Vec<_>>()
    );
}

#[test]
fn whoever_only_reads_is_told_who_holds_a_store_of_an_earlier_version() {
    let folder = first_version();
    let path = folder.path().join("state.db");
    let _lock = Lock::take(&path, &holder("ada"), Duration::ZERO).unwrap();
    let error = Store::open_existing(&path).unwrap_err();
    assert!(matches!(error, StoreError::Older { .. }), "{error:?}");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("ada on dc1"), "{cause}");
    assert_eq!(version_of(&path), 1);
}

#[test]
fn what_was_on_its_way_before_version_7_may_have_arrived() {
    let bench = Bench::new();
    for schema in [
        include_str!("../../src/state/schema.sql"),
        include_str!("../../src/state/schema-2.sql"),
        include_str!("../../src/state/schema-3.sql"),
        include_str!("../../src/state/schema-4.sql"),
        include_str!("../../src/state/schema-5.sql"),
        include_str!("../../src/state/schema-6.sql"),
    ] {
        sql(&bench, schema);
    }
    sql(
        &bench,
        "INSERT INTO store (only, id, created)
           VALUES (1, '11111111-2222-4333-8444-555555555555', '2026-01-01T00:00:00Z');
         INSERT INTO outbox (id, run, notice, event, status, made, tried, attempts)
           VALUES ('a', '11111111-2222-4333-8444-555555555555', 'n', 'create', 'sending',
                   '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 1);
         INSERT INTO delivery (notice, way, position, status)
           VALUES ('a', 'mail', 0, 'sending'), ('a', 'mail', 1, 'due');
         PRAGMA application_id = 0x74656e75;
         PRAGMA user_version = 6;",
    );
    let kept = bench.store().outbox().unwrap();
    let perhaps: Vec<bool> = kept[0].deliveries.iter().map(|one| one.perhaps).collect();
    assert_eq!(perhaps, [true, false]);
}

#[test]
fn what_waited_before_version_9_is_no_digest_and_is_still_sent() {
    let bench = Bench::new();
    for schema in [
        include_str!("../../src/state/schema.sql"),
        include_str!("../../src/state/schema-2.sql"),
        include_str!("../../src/state/schema-3.sql"),
        include_str!("../../src/state/schema-4.sql"),
        include_str!("../../src/state/schema-5.sql"),
        include_str!("../../src/state/schema-6.sql"),
        include_str!("../../src/state/schema-7.sql"),
        include_str!("../../src/state/schema-8.sql"),
    ] {
        sql(&bench, schema);
    }
    sql(
        &bench,
        "INSERT INTO store (only, id, created)
           VALUES (1, '11111111-2222-4333-8444-555555555555', '2026-01-01T00:00:00Z');
         INSERT INTO outbox (id, run, notice, event, status, made)
           VALUES ('a', '11111111-2222-4333-8444-555555555555', 'n', 'create', 'due',
                   '2026-01-01T00:00:00Z');
         PRAGMA application_id = 0x74656e75;
         PRAGMA user_version = 8;",
    );
    let store = bench.store();
    let open = store.outbox_open(false).unwrap();
    assert_eq!((open.len(), open[0].digest), (1, None));
    assert_eq!(store.collected().unwrap(), []);
    store.check_integrity().unwrap();
}

#[test]
fn a_state_that_begins_anew_is_another_one_and_keeps_its_history() {
    let bench = Bench::new();
    let mut store = bench.store();
    let before = store.identity().unwrap();
    store
        .write(&bench.lock, |writer| {
            writer.set_person(&PersonId::from(1), &PersonMemory::default())?;
            writer.set_baseline("policy-1", 7)
        })
        .unwrap();
    store
        .write(&bench.lock, |writer| writer.begin_anew(at(1)))
        .unwrap();
    let after = store.identity().unwrap();
    assert_ne!(before.id, after.id);
    assert!(after.generation > before.generation);
    let prior = store.prior().unwrap();
    assert!(prior.people.is_empty());
    assert_eq!((prior.policy, prior.people_read), (None, None));
    store.verify_audit().unwrap();
}

#[test]
fn a_database_of_another_program_is_refused_and_left_as_it_is() {
    let bench = Bench::new();
    sql(&bench, "CREATE TABLE invoice (n INTEGER)");
    let before = std::fs::read(bench.path()).unwrap();
    let error = Store::open(&bench.path(), at(0)).unwrap_err();
    assert!(matches!(error, StoreError::Foreign { .. }), "{error:?}");
    assert_eq!(std::fs::read(bench.path()).unwrap(), before);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let bench = Bench::new();
    let text = "this is not a database\n".repeat(500);
    std::fs::write(bench.path(), &text).unwrap();
    let error = Store::open(&bench.path(), at(0)).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    assert!(error.help().contains("backup"), "{}", error.help());
    assert_eq!(std::fs::read_to_string(bench.path()).unwrap(), text);
}

#[test]
fn a_damaged_store_is_found_out() {
    let bench = Bench::new();
    let store = bench.store();
    store.checkpoint(&bench.lock).unwrap();
    drop(store);
    let mut bytes = std::fs::read(bench.path()).unwrap();
    let half = bytes.len() / 2;
    for byte in &mut bytes[half..] {
        *byte ^= 0x5A;
    }
    std::fs::write(bench.path(), bytes).unwrap();
    let opened = Store::open(&bench.path(), at(0)).and_then(|store| {
        store.check_integrity()?;
        store.prior()
    });
    let error = opened.unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::Corrupt { .. } | StoreError::Unreadable { .. }
        ),
        "{error:?}"
    );
}

#[test]
fn a_value_that_makes_no_sense_is_named() {
    let bench = Bench::new();
    drop(bench.store());
    sql(
        &bench,
        "INSERT INTO person (id, stage, entered) VALUES ('7', 'leaver', 'yesterday')",
    );
    let error = bench.store().prior().unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("holds a time `yesterday` that cannot be read"),
        "{error}"
    );
}

#[test]
fn a_folder_that_is_missing_is_said() {
    let bench = Bench::new();
    let error = Store::open(&bench.folder.path().join("none/state.db"), at(0)).unwrap_err();
    assert!(matches!(error, StoreError::Unopened { .. }), "{error:?}");
    assert!(
        error.help().starts_with("make the folder"),
        "{}",
        error.help()
    );
}

#[test]
fn a_store_that_may_only_be_read_is_said() {
    let bench = Bench::new();
    drop(bench.store());
    let mut rights = std::fs::metadata(bench.path()).unwrap().permissions();
    rights.set_readonly(true);
    std::fs::set_permissions(bench.path(), rights).unwrap();
    // The superuser may write anyway; then there is nothing to see.
    if std::fs::OpenOptions::new()
        .write(true)
        .open(bench.path())
        .is_ok()
    {
        return;
    }
    let written = Store::open(&bench.path(), at(0)).and_then(|mut store| {
        let ada = PersonId::from(1);
        store.write(&bench.lock, |writer| {
            writer.set_account_of(&ada, Guid::derived(&["a"]))
        })
    });
    assert!(
        matches!(written, Err(StoreError::ReadOnly { .. })),
        "{written:?}"
    );
}

#[test]
fn a_full_disk_leaves_everything_as_it_was() {
    let bench = Bench::new();
    bench
        .write(|writer| writer.set_person(&PersonId::from(1), &PersonMemory::default()))
        .unwrap();
    let mut store = bench.store();
    let before = store.prior().unwrap();
    store.limit_pages(45).unwrap();
    let error = store
        .write(&bench.lock, |writer| {
            for id in 0..100_000 {
                writer.set_person(&PersonId::from(id), &PersonMemory::default())?;
            }
            Ok(())
        })
        .unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
    assert!(error.help().contains("make room"), "{}", error.help());
    assert_eq!(store.prior().unwrap(), before);
    drop(store);
    bench.store().check_integrity().unwrap();
    assert_eq!(bench.store().prior().unwrap(), before);
}

#[test]
fn a_transaction_that_fails_writes_nothing() {
    let bench = Bench::new();
    let failed = bench.write(|writer| {
        writer.set_domain(Guid::derived(&["a"]), "DC=a")?;
        writer.next_generation()?;
        Err(StoreError::Random("no".into()))
    });
    failed.unwrap_err();
    let identity = bench.store().identity().unwrap();
    assert_eq!((identity.generation, identity.domain), (0, None));
}

#[test]
fn two_processes_that_make_the_store_at_once_agree() {
    let bench = Bench::new();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let path = bench.path();
            std::thread::spawn(move || Store::open(&path, at(0)).unwrap().identity().unwrap().id)
        })
        .collect();
    let ids: std::collections::BTreeSet<_> = threads
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .collect();
    assert_eq!(ids.len(), 1);
}

#[test]
fn a_deleted_account_releases_its_names_and_leaves_nothing_else() {
    use tenure::state::{
        AccountMemory, ManagedValue, Membership, MembershipOwner, NameSpace, ValueOwner,
    };
    let bench = Bench::new();
    let (ada, account, group) = (
        PersonId::from(1),
        Guid::derived(&["a"]),
        Guid::derived(&["g"]),
    );
    bench
        .write(|writer| {
            writer.set_account(
                account,
                &AccountMemory {
                    person: Some(ada.clone()),
                    ..AccountMemory::default()
                },
            )?;
            writer.set_account_of(&ada, account)?;
            writer.reserve(NameSpace::Login, "ada", &ada, at(1))?;
            let membership = Membership {
                owner: MembershipOwner::Granted,
                since: at(1),
                lapsed: None,
                removed_by_stage: None,
            };
            writer.set_membership(account, group, Some(&membership))?;
            let value = ManagedValue {
                value: "Ada".into(),
                owner: ValueOwner::Set,
                since: at(1),
            };
            writer.set_values(account, "givenName", &[value])?;
            writer.set_open_accounts(&[(account, at(1))])?;
            writer.remove_account(account, at(2))
        })
        .unwrap();
    let prior = bench.store().prior().unwrap();
    assert!(prior.accounts.is_empty() && prior.memberships.is_empty() && prior.values.is_empty());
    assert!(prior.open_since.is_empty());
    assert_eq!(prior.people.get(&ada).unwrap().account, None);
    let reservation = prior
        .reservations
        .get(&(NameSpace::Login, "ada".into()))
        .unwrap();
    assert_eq!(
        (reservation.since, reservation.released),
        (at(1), Some(at(2)))
    );
}

#[test]
fn an_account_belongs_to_one_person() {
    let bench = Bench::new();
    let account = Guid::derived(&["a"]);
    bench
        .write(|writer| {
            writer.set_account_of(&PersonId::from(4711), account)?;
            writer.set_account_of(&PersonId::from(5120), account)
        })
        .unwrap();
    let people = bench.store().prior().unwrap().people;
    assert_eq!(people.get(&PersonId::from(4711)).unwrap().account, None);
    assert_eq!(
        people.get(&PersonId::from(5120)).unwrap().account,
        Some(account)
    );
}
