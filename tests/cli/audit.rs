//! `tenure audit verify`: a trail that nobody touched is whole, and whatever somebody did to it is found.

use super::{Place, Ran, company};

const STATE: &str = ".tenure/state.db";

/// The same company with its state changed by a database tool.
#[track_caller]
fn tampered(place: &Place, statements: &[&str]) -> Place {
    let twin = place.twin();
    let db = rusqlite::Connection::open(twin.path(STATE)).unwrap();
    for statement in statements {
        assert!(db.execute(statement, []).unwrap() > 0, "{statement}");
    }
    drop(db);
    twin
}

fn verify(place: &Place) -> Ran {
    place.run(&["audit", "verify"])
}

/// The head as `--format json` says it.
fn head(place: &Place) -> String {
    let ran = place.expect(0, &["audit", "verify", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    told["head"].as_str().unwrap().to_owned()
}

#[test]
fn before_the_first_run_there_is_nothing_to_verify() {
    let place = company::small();
    assert!(verify(&place).out.contains("empty"));
    let ran = place.expect(1, &["audit", "verify", "--head", &"0".repeat(64)]);
    assert!(ran.said("error[audit-cut-off]"), "{ran}");
    place.expect(64, &["audit", "verify", "--head", "5d1f"]);
}

#[test]
fn a_trail_that_nobody_touched_is_whole_and_its_head_goes_on() {
    let place = company::applied();
    let ran = place.expect(0, &["audit", "verify"]);
    let before = head(&place);
    for told in ["whole", "first", "run-begun", "last", "run-ended", &before] {
        assert!(ran.out.contains(told), "{told}: {ran}");
    }
    let ran = place.expect(0, &["audit", "verify", "--head", &before]);
    assert!(ran.out.contains("nothing came since"), "{ran}");
    company::make_it_later(&place);
    place.expect(0, &["apply", "--yes", "--quiet"]);
    assert_ne!(head(&place), before);
    let ran = place.expect(0, &["audit", "verify", "--head", &before.to_uppercase()]);
    assert!(ran.out.contains("which has that head"), "{ran}");
}

#[test]
fn each_column_that_is_changed_is_found_and_the_entry_named() {
    let place = company::applied();
    let columns = [
        "seq = 4000",
        "at = '2026-02-02T08:00:01Z'",
        "event = 'nothing'",
        "run = NULL",
        "facts = '{}'",
        "private = private + 1",
        "private = NULL",
        "digest = zeroblob(32)",
        "previous = zeroblob(32)",
        "hash = zeroblob(32)",
    ];
    for column in columns {
        let statement = format!("UPDATE audit SET {column} WHERE seq = 5");
        let ran = verify(&tampered(&place, &[&statement]));
        assert_eq!(ran.code, 1, "{column}: {ran}");
        assert!(ran.said("error[audit-broken]"), "{column}: {ran}");
        assert!(ran.said("entry 5"), "{column}: {ran}");
        assert!(ran.said("help:") && ran.out.is_empty(), "{column}: {ran}");
    }
}

#[test]
fn an_entry_that_goes_comes_or_moves_is_found() {
    let place = company::applied();
    let cases: [&[&str]; 5] = [
        &["DELETE FROM audit WHERE seq = 5"],
        &[
            "UPDATE audit SET seq = -1 WHERE seq = 5",
            "UPDATE audit SET seq = 5 WHERE seq = 6",
            "UPDATE audit SET seq = 6 WHERE seq = -1",
        ],
        &[
            "UPDATE audit SET seq = seq + 1000 WHERE seq > 5",
            "UPDATE audit SET seq = seq - 999 WHERE seq > 1000",
            "INSERT INTO audit SELECT 6, at, event, run, facts, private, digest, previous, hash FROM audit WHERE seq = 5",
        ],
        &[
            "UPDATE private SET body = (SELECT body FROM private WHERE id = 3), person = (SELECT person FROM private WHERE id = 3) WHERE id = 4",
        ],
        &["DELETE FROM private WHERE id = 4"],
    ];
    for statements in cases {
        let ran = verify(&tampered(&place, statements));
        assert_eq!(ran.code, 1, "{statements:?}: {ran}");
        assert!(ran.said("error[audit-broken]"), "{statements:?}: {ran}");
    }
}

#[test]
fn an_end_that_is_cut_off_is_found_by_its_head_alone() {
    let place = company::applied();
    let head = head(&place);
    let cut = "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)";
    let short = tampered(&place, &[cut]);
    assert_eq!(verify(&short).code, 0);
    let ran = short.expect(1, &["audit", "verify", "--head", &head]);
    assert!(ran.said("error[audit-cut-off]"), "{ran}");
}
