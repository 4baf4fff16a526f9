//! The example company, planned and applied by the real binary: nothing is left to do afterwards (G4), what somebody
//! changes by hand is found, a lost state is taken up again, and no order of people or files matters (G5).

use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;

use super::ldif::Ldif;
use super::{Place, company};

pub(super) const COPY: &str = "rules/.tenure/directory.ldif";

fn applied() -> Place {
    let place = Place::example();
    place.expect(0, &["apply", "--yes"]);
    place
}

#[test]
fn applied_and_planned_again_there_is_nothing_to_do() {
    let place = Place::example();
    place.expect(2, &["plan"]);
    let tracked = place.read("rules/directory.ldif");
    let applied = place.expect(0, &["apply", "--yes"]);
    assert!(applied.said(" done"), "{applied}");
    assert_eq!(tracked, place.read("rules/directory.ldif"));

    let again = place.expect(0, &["plan"]);
    assert!(again.out.contains("\nNothing to do"), "{again}");
    assert_eq!(place.plan().deeds(), Vec::<String>::new());

    let before = place.read(COPY);
    let twice = place.expect(0, &["apply", "--yes"]);
    assert!(twice.said("nothing to do"), "{twice}");
    assert_eq!(before, place.read(COPY));
}

#[test]
fn four_things_changed_by_hand_are_exactly_what_the_next_plan_mends() {
    let place = applied();
    let mut ldif = Ldif::parse(&place.read(COPY));
    ldif.having("employeeID", "4021")
        .set("title", "Boss of it all");
    let member = ldif.having("employeeID", "4011").dn();
    ldif.having("sAMAccountName", "SG-Staff")
        .remove("member", &member);
    let from = ldif.having("employeeID", "4007").dn();
    let (name, _) = from.split_once(",OU=IT,OU=Berlin").unwrap();
    let to = format!("{name},OU=Staff,OU=Kestrel,DC=kestrel,DC=example");
    ldif.rename(&from, &to);
    let leaver = ldif.having("employeeID", "4045");
    assert_eq!(leaver.one("userAccountControl"), "514");
    leaver.set("userAccountControl", "512");
    place.write(COPY, ldif.text());

    let plan = place.plan();
    let mut deeds = plan.deeds();
    deeds.sort();
    assert_eq!(
        deeds,
        [
            "add_member of 4011: by_hand",
            "disable of 4045: by_hand",
            "modify of 4021: by_hand",
            "move of 4007: by_hand",
        ]
    );
    let mut actions = plan.actions().iter();
    let change = actions.find_map(|action| action["change"].get("modify"));
    let attributes = change.unwrap()["attributes"].as_array().unwrap();
    assert_eq!(attributes.len(), 1, "{attributes:?}");
    assert_eq!(attributes[0]["attribute"], "title");
    assert_eq!(attributes[0]["before"][0], "Boss of it all");
    assert_eq!(attributes[0]["cause"], "by_hand");

    let shown = place.expect(2, &["plan"]);
    assert!(shown.out.contains("by hand"), "{shown}");
    place.expect(0, &["apply", "--yes"]);
    place.expect(0, &["plan"]);
}

#[test]
fn a_lost_state_is_taken_up_again_without_any_loss() {
    let place = applied();
    for file in ["state.db", "state.db-wal", "state.db-shm"] {
        let path = place.path("rules/.tenure").join(file);
        assert!(path.exists() || file != "state.db");
        let _ = std::fs::remove_file(path);
    }
    let refused = place.expect(1, &["plan"]);
    assert!(refused.said("error[state-unknown]"), "{refused}");
    let directory = Ldif::parse(&place.read(COPY)).essence();
    let rebuilt = place.expect(0, &["match", "--rebuild"]);
    assert!(rebuilt.said("the state is rebuilt"), "{rebuilt}");
    assert_eq!(directory, Ldif::parse(&place.read(COPY)).essence());

    let plan = place.plan();
    for kind in plan.kinds() {
        let lost = ["create_account", "create_unit", "delete", "remove_member"];
        assert!(!lost.contains(&kind), "{:?}", plan.deeds());
    }
    let refused = place.expect(1, &["match", "--rebuild"]);
    assert!(refused.said("error[state-present]"), "{refused}");
    // What the rebuilt state says is enough to go on with.
    place.expect(0, &["apply", "--yes"]);
    place.expect(0, &["plan"]);
}

#[test]
fn no_order_of_people_files_or_entries_changes_a_byte_of_the_plan() {
    let place = Place::example();
    let first = place.expect(2, &["plan", "--format", "json"]);
    for seed in 0..4 {
        let shuffled = shuffled(seed);
        let other = shuffled.expect(2, &["plan", "--format", "json"]);
        assert!(first.out == other.out, "the plan differs with seed {seed}");
        let first = place.expect(2, &["plan"]);
        assert_eq!(first.out, shuffled.expect(2, &["plan"]).out);
    }
}

/// The example with everything in another order that has none.
fn shuffled(seed: u64) -> Place {
    let place = Place::example();
    let mut rng = StdRng::seed_from_u64(seed);
    for page in 0..4 {
        let name = format!("rules/people/page-{page}.json");
        let mut answer: Value = serde_json::from_str(&place.read(&name)).unwrap();
        answer["data"].as_array_mut().unwrap().shuffle(&mut rng);
        place.write(&name, serde_json::to_string(&answer).unwrap());
    }
    let mut ldif = Ldif::parse(&place.read("rules/directory.ldif"));
    ldif.0.shuffle(&mut rng);
    for entry in &mut ldif.0 {
        let (_, lines) = entry.0.split_first_mut().unwrap();
        // The classes of an object have an order, from top to bottom; nothing else has.
        let first = lines.iter().position(|(name, _)| name != "objectClass");
        lines[first.unwrap()..].shuffle(&mut rng);
    }
    place.write("rules/directory.ldif", ldif.text());
    // A folder gives its files in the order in which they came to be, or in none.
    let mut files: Vec<_> = std::fs::read_dir(place.path("rules"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "tenure"))
        .collect();
    files.sort();
    files.shuffle(&mut rng);
    for file in files {
        let text = std::fs::read(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        // Something else in between, so that its place is not taken up again.
        let between = format!("rules/{}.md", rng.random::<u32>());
        place.write(&between, "not a policy");
        std::fs::write(&file, text).unwrap();
    }
    place
}

#[test]
fn what_a_human_ended_stays_ended() {
    let place = company::applied();
    let mut ldif = Ldif::parse(&place.read(company::COPY));
    let account = ldif.having("employeeID", "1");
    assert_eq!(account.one("userAccountControl"), "512");
    account.set("userAccountControl", "514");
    place.write(company::COPY, ldif.text());
    let plan = place.plan();
    assert_eq!(plan.deeds(), Vec::<String>::new());
    assert_eq!(plan.findings("disabled_by_hand"), ["1"]);
    place.expect(0, &["apply", "--yes"]);
    let after = Ldif::parse(&place.read(company::COPY))
        .having("employeeID", "1")
        .one("userAccountControl");
    assert_eq!(after, "514");
}
