//! A plan tells nobody's values by their digests (S12): the salt stands in the state alone.

use sha2::{Digest as _, Sha256};

use super::{Place, company};

/// What a digest would be with this salt, as the planner makes it.
fn digest(salt: &[u8], id: &str, person: &str, attribute: &str, value: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update(id.parse::<uuid::Uuid>().unwrap().as_bytes());
    for part in [person, attribute, value] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    let digits = digest[..8].iter().map(|byte| format!("{byte:02x}"));
    digits.collect::<Vec<_>>().concat()
}

fn one(place: &Place, query: &str) -> String {
    let db = rusqlite::Connection::open(place.path(".tenure/state.db")).unwrap();
    db.query_row(query, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_plan_without_a_state_has_no_digest_at_all() {
    let place = company::small();
    let plan = place.plan();
    let people = plan.0["memory"]["people"].as_array().unwrap();
    assert!(people.len() >= 5);
    for person in people {
        assert_eq!(person["values"], serde_json::json!({}), "{person}");
    }
}

#[test]
fn what_stands_in_a_plan_is_not_enough_to_try_values_out() {
    let place = company::applied();
    company::make_it_later(&place);
    let plan = place.plan();
    let text = plan.0.to_string();
    let (id, salt) = (
        one(&place, "SELECT id FROM store"),
        one(&place, "SELECT lower(hex(bytes)) FROM salt"),
    );
    assert!(text.contains(&id), "the plan names its state");
    assert!(!text.contains(&salt), "and not the salt");
    let bytes: Vec<u8> = (0..salt.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&salt[at..at + 2], 16).unwrap())
        .collect();
    let with = |salt: &[u8]| digest(salt, &id, "2", "status", "inactive");
    assert!(text.contains(&with(&bytes)), "{text}");
    assert!(!text.contains(&with(&[])));
    assert!(!text.contains(&with(&[0; 32])));
}
