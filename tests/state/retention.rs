//! What is too old goes, and the trail still proves itself.

use jiff::Timestamp;
use tenure::hr::PersonId;
use tenure::state::{AuditError, Break, Entry, Keep, Private, Pruned};

use super::{Bench, at};

const DAY: i64 = 86_400;

/// That many days after the first entry.
fn day(days: i64) -> Timestamp {
    at(days * DAY)
}

fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

/// A trail with an entry of Ada every tenth day from 0 to 90, and one of nobody at day 95.
fn trail() -> Bench {
    let bench = Bench::new();
    let ada = person("hr-ada-0815");
    bench
        .write(|writer| {
            for tenth in 0..10 {
                writer.audit(&Entry {
                    at: day(tenth * 10),
                    event: "action",
                    run: None,
                    facts: "{}",
                    private: Some((Some(&ada), &format!("secret of day {}", tenth * 10))),
                })?;
            }
            writer.audit(&Entry {
                at: day(95),
                event: "run-ended",
                run: None,
                facts: "{}",
                private: Some((None, "a unit")),
            })?;
            Ok(())
        })
        .unwrap();
    bench
}

fn prune(bench: &Bench, values: i64, trail: i64) -> Pruned {
    let keep = Keep {
        values_since: day(values),
        trail_since: day(trail),
    };
    bench.store().prune(&bench.lock, &keep, day(100)).unwrap()
}

/// What the trail says: the number of each entry with what is known of it.
fn kept(bench: &Bench) -> Vec<(u64, String)> {
    let trail = bench.store().audit_trail().unwrap();
    let known = trail.into_iter().map(|entry| {
        let private = match entry.private {
            Some(Private::Known(text)) => text,
            Some(Private::Forgotten) => "forgotten".to_owned(),
            None => entry.event,
        };
        (entry.seq, private)
    });
    known.collect()
}

#[test]
fn nothing_is_touched_before_its_time() {
    let bench = trail();
    assert_eq!(prune(&bench, 0, 0), Pruned::default());
    // The second itself is not before it.
    assert_eq!(kept(&bench).len(), 11);
    assert_eq!(bench.store().verify_audit().unwrap().entries, 11);
}

#[test]
fn values_go_and_what_happened_stays_provable() {
    let bench = trail();
    let pruned = prune(&bench, 30, 0);
    assert_eq!((pruned.values, pruned.entries, pruned.runs), (3, 0, 0));
    let kept = kept(&bench);
    assert_eq!(kept[2], (3, "forgotten".to_owned()));
    assert_eq!(kept[3], (4, "secret of day 30".to_owned()));
    assert_eq!(kept[10], (11, "a unit".to_owned()), "it is nobody's");
    assert_eq!(
        kept[11],
        (12, "pruned".to_owned()),
        "that it was done is on the trail"
    );
    let verified = bench.store().verify_audit().unwrap();
    assert_eq!((verified.entries, verified.forgotten), (12, 3));
}

#[test]
fn the_key_goes_with_the_last_value() {
    let keys = |bench: &Bench| -> i64 {
        let db = rusqlite::Connection::open(bench.path()).unwrap();
        db.query_row("SELECT count(*) FROM person_key", [], |row| row.get(0))
            .unwrap()
    };
    let bench = trail();
    prune(&bench, 90, 0);
    assert_eq!(keys(&bench), 1);
    prune(&bench, 91, 0);
    assert_eq!(keys(&bench), 0);
}

#[test]
fn the_trail_loses_its_beginning_alone() {
    let bench = trail();
    let pruned = prune(&bench, 0, 45);
    assert_eq!((pruned.values, pruned.entries), (0, 5));
    let left = kept(&bench);
    assert_eq!(left.first().unwrap(), &(6, "secret of day 50".to_owned()));
    let verified = bench.store().verify_audit().unwrap();
    assert_eq!((verified.entries, verified.forgotten), (7, 0));
    assert_eq!((verified.dropped, verified.ends.unwrap().0.seq), (5, 6));
    // From there on it is as strict as before: an entry less is found out.
    let db = rusqlite::Connection::open(bench.path()).unwrap();
    db.execute("DELETE FROM audit WHERE seq = 6", []).unwrap();
    drop(db);
    let broken = bench.store().verify_audit().unwrap_err();
    let AuditError::Broken(broken) = broken else {
        panic!("{broken}");
    };
    assert!(
        matches!(
            broken.breaks[0],
            Break::Gap {
                expected: 6,
                found: 7,
                ..
            }
        ),
        "{broken}"
    );
    assert_eq!((broken.breaks.len(), broken.before), (1, 0));
}

#[test]
fn an_old_entry_behind_a_young_one_stays() {
    let bench = trail();
    let entry = Entry {
        at: day(1),
        event: "a clock that went back",
        run: None,
        facts: "{}",
        private: None,
    };
    bench
        .write(|writer| writer.audit(&entry).map(|_| ()))
        .unwrap();
    assert_eq!(prune(&bench, 0, 45).entries, 5);
    let left = kept(&bench);
    assert_eq!(left[6], (12, "a clock that went back".to_owned()));
    bench.store().verify_audit().unwrap();
}

#[test]
fn a_trail_that_is_too_old_as_a_whole_goes_on_from_where_it_was() {
    let bench = trail();
    assert_eq!(prune(&bench, 0, 99).entries, 11);
    assert_eq!(kept(&bench), [(12, "pruned".to_owned())]);
    assert_eq!(bench.store().verify_audit().unwrap().entries, 1);
    assert_eq!(prune(&bench, 0, 99), Pruned::default());
}

#[test]
fn what_was_destroyed_is_in_no_byte_of_the_file() {
    let bench = trail();
    let old = b"secret of day 20";
    // Sealed, it never stood there in clear: the sealed body must go, too.
    let body = |bench: &Bench| -> Option<Vec<u8>> {
        let db = rusqlite::Connection::open(bench.path()).unwrap();
        let mut statement = db.prepare("SELECT body FROM private WHERE id = 3").unwrap();
        let mut rows = statement.query([]).unwrap();
        rows.next().unwrap().map(|row| row.get(0).unwrap())
    };
    let sealed = body(&bench).unwrap();
    prune(&bench, 30, 0);
    assert_eq!(body(&bench), None);
    for entry in std::fs::read_dir(bench.folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for needle in [sealed.as_slice(), old] {
            assert!(!bytes.windows(needle.len()).any(|window| window == needle));
        }
    }
}
