use super::{Bench, at};
use tenure::hr::PersonId;
use tenure::state::{AuditError, Entry, Private};

fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

fn three_entries() -> Bench {
    let bench = Bench::new();
    let (ada, bob) = (person("hr-ada-0815"), person("hr-bob-0816"));
    bench
        .write(|writer| {
            let mut entry = Entry {
                at: at(1),
                event: "started",
                run: None,
                facts: "{}",
                private: None,
            };
            writer.audit(&entry)?;
            entry.event = "action";
            entry.private = Some((Some(&ada), "sn: King -> Lovelace"));
            writer.audit(&entry)?;
            entry.private = Some((Some(&bob), "sn: Babbage -> Hopper"));
            writer.audit(&entry)?;
            Ok(())
        })
        .unwrap();
    bench
}

fn tamper(bench: &Bench, statement: &str) -> AuditError {
    let db = rusqlite::Connection::open(bench.path()).unwrap();
    assert!(db.execute(statement, []).unwrap() > 0);
    drop(db);
    bench.store().verify_audit().unwrap_err()
}

#[test]
fn a_trail_that_nobody_touched_is_whole() {
    let verified = three_entries().store().verify_audit().unwrap();
    assert_eq!(
        (verified.entries, verified.forgotten, verified.head.len()),
        (3, 0, 64)
    );
}

#[test]
fn an_empty_trail_is_whole() {
    let verified = Bench::new().store().verify_audit().unwrap();
    assert_eq!((verified.entries, verified.forgotten), (0, 0));
}

#[test]
fn whatever_is_changed_is_found() {
    let changes = [
        (
            "UPDATE audit SET facts = '{\"a\":1}' WHERE seq = 1",
            "entry 1 of the audit trail was changed: its hash does not agree",
        ),
        (
            "UPDATE audit SET at = '2020-01-01T00:00:00Z' WHERE seq = 2",
            "entry 2 of the audit trail was changed: its hash does not agree",
        ),
        (
            "UPDATE audit SET event = 'nothing' WHERE seq = 3",
            "entry 3 of the audit trail was changed: its hash does not agree",
        ),
        (
            "DELETE FROM audit WHERE seq = 2",
            "the audit trail has no entry 2; the next one is 3",
        ),
        (
            "DELETE FROM audit WHERE seq = 1",
            "the audit trail has no entry 1; the next one is 2",
        ),
        (
            "UPDATE audit SET hash = zeroblob(32) WHERE seq = 2",
            "entry 2 of the audit trail was changed: its hash does not agree",
        ),
        (
            "UPDATE audit SET private = 1 WHERE seq = 3",
            "entry 3 of the audit trail was changed: its values are not those that were written",
        ),
        (
            "UPDATE private SET body = zeroblob(80) WHERE id = 1",
            "entry 2 of the audit trail was changed: its values cannot be opened",
        ),
    ];
    for (statement, message) in changes {
        assert_eq!(
            tamper(&three_entries(), statement).to_string(),
            message,
            "{statement}"
        );
    }
}

#[test]
fn an_entry_written_anew_with_a_fitting_hash_breaks_the_next_one() {
    // Copies entry 3 (with its own fitting hash) over the place of entry 2.
    let bench = three_entries();
    let other = three_entries();
    let db = rusqlite::Connection::open(bench.path()).unwrap();
    db.execute("ATTACH ?1 AS other", [other.path().to_str().unwrap()])
        .unwrap();
    db.execute("DELETE FROM audit WHERE seq = 2", []).unwrap();
    db.execute(
        "INSERT INTO audit SELECT * FROM other.audit WHERE seq = 2",
        [],
    )
    .unwrap();
    drop(db);
    let error = bench.store().verify_audit().unwrap_err();
    assert!(matches!(error, AuditError::Changed { .. }), "{error:?}");
}

#[test]
fn a_forgotten_person_leaves_a_whole_trail_and_no_trace_in_the_file() {
    let bench = three_entries();
    let trail = bench.store().audit_trail().unwrap();
    assert_eq!(
        trail[1].private,
        Some(Private::Known("sn: King -> Lovelace".into()))
    );
    bench
        .write(|writer| writer.forget(&person("hr-ada-0815"), at(9)))
        .unwrap();
    bench.store().checkpoint(&bench.lock).unwrap();

    let verified = bench.store().verify_audit().unwrap();
    assert_eq!((verified.entries, verified.forgotten), (4, 1));
    let trail = bench.store().audit_trail().unwrap();
    assert_eq!(trail[1].private, Some(Private::Forgotten));
    assert_eq!(
        trail[2].private,
        Some(Private::Known("sn: Babbage -> Hopper".into()))
    );
    assert_eq!(trail[3].event, "forgotten");

    for name in ["state.db", "state.db-wal"] {
        let bytes = std::fs::read(bench.folder.path().join(name)).unwrap_or_default();
        assert!(!holds(&bytes, "hr-ada-0815"), "{name}");
        assert_eq!(holds(&bytes, "hr-bob-0816"), name == "state.db", "{name}");
    }
}

#[test]
fn personal_values_stand_nowhere_in_clear() {
    let bench = three_entries();
    bench.store().checkpoint(&bench.lock).unwrap();
    let bytes = std::fs::read(bench.path()).unwrap();
    for word in ["Lovelace", "Hopper"] {
        assert!(!holds(&bytes, word), "{word}");
    }
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes
        .windows(word.len())
        .any(|part| part == word.as_bytes())
}
