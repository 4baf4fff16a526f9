use super::{Bench, at};
use tenure::hr::PersonId;
use tenure::state::{AuditError, Break, Broken, Entry, Link, Private};

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

fn change(bench: &Bench, statements: &[&str]) {
    let db = rusqlite::Connection::open(bench.path()).unwrap();
    for statement in statements {
        assert!(db.execute(statement, []).unwrap() > 0, "{statement}");
    }
}

fn tamper(bench: &Bench, statement: &str) -> AuditError {
    change(bench, &[statement]);
    bench.store().verify_audit().unwrap_err()
}

#[track_caller]
fn broken(bench: &Bench) -> Broken {
    match bench.store().verify_audit().unwrap_err() {
        AuditError::Broken(broken) => broken,
        AuditError::Store(error) => panic!("{error}"),
    }
}

#[test]
fn a_value_is_of_whom_it_was_written_even_where_the_key_is_given_away_with_it() {
    let bench = three_entries();
    for table in ["private", "person_key"] {
        for (from, to) in [
            ("hr-ada-0815", "x"),
            ("hr-bob-0816", "hr-ada-0815"),
            ("x", "hr-bob-0816"),
        ] {
            change(
                &bench,
                &[&format!(
                    "UPDATE {table} SET person = '{to}' WHERE person = '{from}'"
                )],
            );
        }
    }
    let trail = bench.store().audit_trail().unwrap();
    assert_eq!(
        trail[1].person,
        Some(person("hr-bob-0816")),
        "it opens all the same"
    );
    let broken = broken(&bench);
    let all: Vec<String> = broken.breaks.iter().map(ToString::to_string).collect();
    assert_eq!(
        all,
        [
            "entry 2 of the audit trail was changed: its values are not those that were written",
            "entry 3 of the audit trail was changed: its values are not those that were written",
        ]
    );
}

/// An entry as an earlier version wrote it: its digest covers the value alone.
fn entry_of_an_earlier_version(bench: &Bench, of: &str, value: &str) {
    use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
    use sha2::{Digest as _, Sha256};
    const PURPOSE: &[u8] = b"tenure private value 1";
    let db = rusqlite::Connection::open(bench.path()).unwrap();
    let key: Vec<u8> = db
        .query_row(
            "SELECT key FROM person_key WHERE person = ?1",
            [of],
            |row| row.get(0),
        )
        .unwrap();
    let plain = [b"a salt of 16 byt".as_slice(), value.as_bytes()].concat();
    let payload = Payload {
        msg: &plain,
        aad: PURPOSE,
    };
    let cipher = chacha20poly1305::XChaCha20Poly1305::new_from_slice(&key).unwrap();
    let nonce = [7_u8; 24];
    let sealed = cipher
        .encrypt(&chacha20poly1305::XNonce::from(nonce), payload)
        .unwrap();
    db.execute(
        "INSERT INTO private (person, at, body) VALUES (?1, ?2, ?3)",
        rusqlite::params![of, at(4).to_string(), [nonce.as_slice(), &sealed].concat()],
    )
    .unwrap();
    let (id, (last, previous)) = (db.last_insert_rowid(), head(&db));
    let digest = Sha256::new()
        .chain_update(PURPOSE)
        .chain_update(&plain)
        .finalize();
    let mut link = Link {
        seq: last + 1,
        at: at(4).to_string(),
        event: "action".to_owned(),
        run: None,
        facts: "{}".to_owned(),
        digest: Some(digest.to_vec()),
        previous,
        hash: Vec::new(),
    };
    link.hash = link.expected_hash().to_vec();
    db.execute(
        "INSERT INTO audit (seq, at, event, facts, private, digest, previous, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        rusqlite::params![
            link.seq,
            link.at,
            link.event,
            link.facts,
            id,
            link.digest,
            link.previous,
            link.hash
        ],
    )
    .unwrap();
}

fn head(db: &rusqlite::Connection) -> (i64, Vec<u8>) {
    let last = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1";
    db.query_row(last, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
}

#[test]
fn what_an_earlier_version_wrote_is_whole_and_says_itself_whose_it_is() {
    let bench = three_entries();
    entry_of_an_earlier_version(
        &bench,
        "hr-ada-0815",
        r#"{"person":"hr-ada-0815","text":"it failed"}"#,
    );
    assert_eq!(bench.store().verify_audit().unwrap().entries, 4);
    entry_of_an_earlier_version(&bench, "hr-ada-0815", r#"{"person":"hr-bob-0816"}"#);
    assert_eq!(
        broken(&bench).to_string(),
        "entry 5 of the audit trail was changed: its values are another person's"
    );
}

#[test]
fn who_was_forgotten_excuses_nobody_elses_values() {
    let bench = three_entries();
    bench
        .write(|writer| writer.forget(&person("hr-ada-0815"), at(9)))
        .unwrap();
    assert_eq!(bench.store().verify_audit().unwrap().forgotten, 1);
    change(
        &bench,
        &["UPDATE private SET body = x'', person = '' WHERE id = 2"],
    );
    assert_eq!(
        broken(&bench).to_string(),
        "entry 3 of the audit trail was changed: its values are gone, and no entry says that they were forgotten"
    );
}

#[test]
fn who_was_forgotten_by_an_earlier_version_excuses_as_many_values_as_it_counted() {
    let bench = three_entries();
    let forgotten = Entry {
        at: at(9),
        event: "forgotten",
        run: None,
        facts: r#"{"values":1}"#,
        private: None,
    };
    bench
        .write(|writer| writer.audit(&forgotten).map(|_| ()))
        .unwrap();
    change(
        &bench,
        &["UPDATE private SET body = x'', person = '' WHERE id = 1"],
    );
    assert_eq!(bench.store().verify_audit().unwrap().forgotten, 1);
    change(
        &bench,
        &["UPDATE private SET body = x'', person = '' WHERE id = 2"],
    );
    assert_eq!(broken(&bench).breaks.len(), 1);
}

#[test]
fn every_break_is_found_and_what_stands_before_the_first_is_said_truly() {
    let bench = three_entries();
    change(
        &bench,
        &[
            "UPDATE private SET body = x'', person = '' WHERE id = 1",
            "UPDATE audit SET facts = '[]' WHERE seq = 3",
        ],
    );
    let found = broken(&bench);
    assert_eq!(
        found.breaks.iter().map(Break::at).collect::<Vec<_>>(),
        [2, 3]
    );
    assert_eq!((found.before, found.unsure), (1, 0));

    // What says why a value is gone stands behind the break, where nothing proves anything.
    let bench = three_entries();
    bench
        .write(|writer| writer.forget(&person("hr-ada-0815"), at(9)))
        .unwrap();
    change(&bench, &["UPDATE audit SET facts = '[]' WHERE seq = 3"]);
    let found = broken(&bench);
    assert_eq!((found.breaks.len(), found.before, found.unsure), (1, 2, 1));
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
            "UPDATE audit SET private = NULL WHERE seq = 3",
            "entry 3 of the audit trail was changed: its values are not those that were written",
        ),
        (
            "UPDATE audit SET private = 99 WHERE seq = 3",
            "entry 3 of the audit trail was changed: its values are gone, and no entry says that they were forgotten",
        ),
        (
            "UPDATE audit SET private = 1 WHERE seq = 1",
            "entry 1 of the audit trail was changed: its values are not those that were written",
        ),
        (
            "UPDATE audit SET digest = zeroblob(32) WHERE seq = 2",
            "entry 2 of the audit trail was changed: its hash does not agree",
        ),
        (
            "UPDATE audit SET digest = NULL WHERE seq = 2",
            "entry 2 of the audit trail was changed: its hash does not agree",
        ),
        (
            "UPDATE audit SET previous = zeroblob(32) WHERE seq = 2",
            "entry 2 of the audit trail was changed: it does not follow the entry before it",
        ),
        (
            "UPDATE audit SET run = '019cadf2-7e80-7000-8000-a1b2c3d4e5f6' WHERE seq = 2",
            "entry 2 of the audit trail was changed: its hash does not agree",
        ),
        (
            "UPDATE audit SET seq = 7 WHERE seq = 3",
            "the audit trail has no entry 3; the next one is 7",
        ),
        (
            "INSERT INTO audit SELECT 4, at, event, run, facts, private, digest, previous, hash FROM audit WHERE seq = 3",
            "entry 4 of the audit trail was changed: it does not follow the entry before it",
        ),
        (
            "INSERT INTO audit SELECT -3, at, event, run, facts, private, digest, previous, hash FROM audit WHERE seq = 1",
            "the audit trail has no entry 1; the next one is -3",
        ),
        (
            "INSERT INTO audit_base SELECT 1, seq, hash FROM audit WHERE seq = 1",
            "the audit trail has no entry 2; the next one is 1",
        ),
        (
            "UPDATE private SET person = 'hr-bob-0816' WHERE id = 1",
            "entry 2 of the audit trail was changed: its values cannot be opened",
        ),
        (
            "UPDATE private SET body = (SELECT body FROM private WHERE id = 2), person = 'hr-bob-0816' WHERE id = 1",
            "entry 2 of the audit trail was changed: its values are not those that were written",
        ),
        (
            "UPDATE private SET body = x'' , person = '' WHERE id = 1",
            "entry 2 of the audit trail was changed: its values are gone, and no entry says that they were forgotten",
        ),
        (
            "DELETE FROM private WHERE id = 1",
            "entry 2 of the audit trail was changed: its values are gone, and no entry says that they were forgotten",
        ),
        (
            "DELETE FROM person_key WHERE person = 'hr-ada-0815'",
            "entry 2 of the audit trail was changed: its values cannot be opened",
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
fn two_entries_that_change_places_are_found() {
    let bench = three_entries();
    let db = rusqlite::Connection::open(bench.path()).unwrap();
    for (from, to) in [(2, -1), (3, 2), (-1, 3)] {
        db.execute("UPDATE audit SET seq = ?2 WHERE seq = ?1", [from, to])
            .unwrap();
    }
    drop(db);
    let error = bench.store().verify_audit().unwrap_err();
    assert_eq!(
        error.to_string(),
        "entry 2 of the audit trail was changed: it does not follow the entry before it"
    );
    assert!(
        matches!(&error, AuditError::Broken(broken) if broken.breaks[0].entry().unwrap().event == "action")
    );
}

#[test]
fn an_end_that_is_cut_off_is_found_by_a_head_that_was_kept() {
    let bench = three_entries();
    let head = bench.store().verify_audit().unwrap().head;
    assert_eq!(bench.store().has_entry(&head).unwrap(), Some(3));
    let db = rusqlite::Connection::open(bench.path()).unwrap();
    db.execute("DELETE FROM audit WHERE seq = 3", []).unwrap();
    drop(db);
    let verified = bench.store().verify_audit().unwrap();
    assert_eq!(verified.entries, 2, "what is left is whole in itself");
    assert_eq!(bench.store().has_entry(&head).unwrap(), None);
    // And whoever goes on from there makes another trail.
    let entry = Entry {
        at: at(3),
        event: "action",
        run: None,
        facts: "{}",
        private: Some((Some(&person("hr-bob-0816")), "sn: Babbage -> Hopper")),
    };
    bench
        .write(|writer| writer.audit(&entry).map(|_| ()))
        .unwrap();
    assert_eq!(bench.store().verify_audit().unwrap().entries, 3);
    assert_eq!(bench.store().has_entry(&head).unwrap(), None);
}

#[test]
fn a_beginning_that_is_cut_off_needs_an_entry_that_says_so() {
    let bench = three_entries();
    let db = rusqlite::Connection::open(bench.path()).unwrap();
    db.execute(
        "INSERT INTO audit_base SELECT 1, seq, hash FROM audit WHERE seq = 2",
        [],
    )
    .unwrap();
    db.execute("DELETE FROM audit WHERE seq <= 2", []).unwrap();
    drop(db);
    assert_eq!(
        bench.store().verify_audit().unwrap_err().to_string(),
        "the audit trail begins behind entry 2, and no entry says that those before were dropped"
    );
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
    let AuditError::Broken(broken) = &error else {
        panic!("{error}");
    };
    assert!(
        matches!(broken.breaks[0], Break::Changed { .. }),
        "{error:?}"
    );
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
