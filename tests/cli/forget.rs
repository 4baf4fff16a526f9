//! `tenure forget`: nothing of a person is left in any byte beside the directory, and the trail still proves itself.

use age::x25519::Identity;

use super::company::{self, POLICY};
use super::{Place, Ran};

const TOLD: &str = r#"notify "welcome" {
  on      create
  to      "helpdesk@small.example"
  subject "New colleague: {first_name} {last_name}, {title}"
  body    "{login}"
}

writeback {
  email = account.mail
}
"#;

const OTHERS: &str = "\
id,first_name,last_name,status,department,title,email
1,Anna,Berg,active,Lab,Chemist,
2,Ben,Ode,active,Lab,Chemist,
";

/// Whatever names the person who is forgotten here, in any spelling.
const NAMES: [&str; 5] = ["quirina", "xylander", "zymologist", "hr-8150", "qxylander"];

/// A company in which somebody of whom everything is kept comes with the first run.
fn with_quirina() -> Place {
    let place = company::small();
    let key = Identity::generate().to_public();
    let policy = POLICY
        .replace("id         : int ", "id         : text")
        .replace(
            "title      : text?\n",
            "title      : text?\n  email      : text?\n",
        )
        .replace(
            "  department     = department",
            "  mail           = \"{login}@small.example\" once\n  department     = department",
        )
        .replace(
            "  random 16",
            &format!("  random 16\n  sealed to \"{key}\""),
        )
        .replace("lifecycle {", "lifecycle {\n  vanished for 14 days => gone")
        .replace("profile {", "stage gone { account disabled }\n\nprofile {");
    place.write("policy/policy.tenure", policy);
    place.write("policy/told.tenure", TOLD);
    place.write(
        "people.csv",
        format!("{OTHERS}HR-8150,Quirina,Xylander,active,Lab,Zymologist,\n"),
    );
    place.expect(0, &["apply", "--yes", "--quiet"]);
    place
}

/// Everything that lies beside the state, but the directory itself, with the names of the files.
fn beside(place: &Place) -> Vec<(String, Vec<u8>)> {
    let all = place.content().into_iter();
    let kept = all.filter_map(|(path, bytes)| {
        let name = path.strip_prefix(place.path(".tenure")).ok()?;
        let name = name.to_string_lossy().into_owned();
        (!name.starts_with("directory.ldif")).then_some((name, bytes))
    });
    kept.collect()
}

/// Where which of the names stands, in clear and without regard to case.
fn found(place: &Place) -> Vec<String> {
    let mut found = Vec::new();
    for (name, bytes) in beside(place) {
        let lower = bytes.to_ascii_lowercase();
        for word in NAMES {
            let stands = lower
                .windows(word.len())
                .any(|part| part == word.as_bytes());
            if stands || name.to_lowercase().contains(word) {
                found.push(format!("{word} in {name}"));
            }
        }
    }
    found
}

fn forget(place: &Place, more: &[&str]) -> Ran {
    place.run(&[&["forget", "HR-8150"], more].concat())
}

#[test]
fn of_somebody_who_left_no_byte_is_left() {
    let place = with_quirina();
    let before = found(&place);
    for word in [
        "qxylander in state.db",
        "hr-8150 in state.db",
        "zymologist in state.db",
        "hr-8150 in writeback.csv",
    ] {
        assert!(before.iter().any(|one| one == word), "{word}: {before:?}");
    }
    assert!(
        before.iter().any(|one| one.contains("passwords")),
        "{before:?}"
    );
    // She leaves, her account is deleted after its time, and HR has her no more.
    place.change("people.csv", "Xylander,active", "Xylander,inactive");
    place.change("tenure.toml", "2026-02-02T09", "2026-03-02T09");
    place.expect(0, &["apply", "--yes", "--quiet"]);
    place.change("tenure.toml", "2026-03-02T09", "2026-04-02T09");
    place.expect(0, &["apply", "--yes", "--quiet"]);
    assert!(!place.read(company::COPY).contains("Xylander"), "deleted");
    place.write("people.csv", OTHERS);
    let head = place
        .expect(0, &["audit", "verify", "--format", "json"])
        .out;
    let head: serde_json::Value = serde_json::from_str(&head).unwrap();

    let ran = forget(&place, &["--because", "request of 2 March"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.out.contains("is forgotten"), "{ran}");
    assert_eq!(found(&place), Vec::<String>::new());

    // The trail is whole, goes on from where it was, and says that it was done, by whom and why, and to nobody.
    let ran = place.expect(
        0,
        &["audit", "verify", "--head", head["head"].as_str().unwrap()],
    );
    assert!(ran.out.contains("values   gone from"), "{ran}");
    let trail = place.expect(0, &["audit", "export"]).out;
    let last: serde_json::Value = serde_json::from_str(trail.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["event"], &last["person"]),
        (&"forgotten".into(), &serde_json::Value::Null)
    );
    assert_eq!(last["facts"]["because"], "request of 2 March");
    assert!(trail.contains("\"values\":\"forgotten\""), "{trail}");
    let csv = place.expect(0, &["audit", "export", "--format", "csv"]).out;
    assert!(csv.contains(",forgotten,"), "{csv}");
    // Of the others everything is still there, and the next plan has nothing to do.
    assert!(trail.contains("Anna Berg"));
    place.expect(0, &["plan", "--quiet"]);
    let ran = forget(&place, &[]);
    assert!(ran.code == 1 && ran.said("error[unknown-person]"), "{ran}");
}

#[test]
fn somebody_who_is_still_there_is_forgotten_by_a_yes_alone_and_managed_on() {
    let place = with_quirina();
    let before = place.content();
    let ran = forget(&place, &[]);
    assert!(ran.code == 1 && ran.said("error[still-here]"), "{ran}");
    assert!(
        ran.said("is in HR, and has the account CN=Quirina Xylander"),
        "{ran}"
    );
    assert!(ran.said("seen for the first time"), "{ran}");
    assert_eq!(
        place.written_since(&before),
        Vec::<std::path::PathBuf>::new()
    );

    let ran = forget(&place, &["--yes"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.out.contains("knows them again"), "{ran}");
    let left = found(&place);
    // HR has her, and so it has what was written back to it.
    assert!(
        left.iter().all(|one| one.ends_with("writeback.csv")),
        "{left:?}"
    );
    place.expect(0, &["audit", "verify"]);

    // No run is taken back for her; the others are as before.
    let undo = place.run(&["undo", "last", "--format", "json"]);
    assert!(!undo.out.contains("Xylander"), "{undo}");
    // The next run knows her again, and what it does for her is what it would have done.
    place.change("people.csv", "Lab,Zymologist", "Lab,Brewer");
    let plan = place.plan();
    let hers: Vec<String> = plan
        .deeds()
        .into_iter()
        .filter(|deed| deed.contains("HR-8150"))
        .collect();
    assert_eq!(hers, ["modify of HR-8150: first"]);
    place.expect(0, &["apply", "--yes", "--quiet"]);
    place.expect(0, &["plan", "--quiet"]);
    assert!(place.read(company::COPY).contains("title: Brewer"));
}

#[test]
fn what_a_typing_mistake_names_is_said_to_be_nothing() {
    let place = with_quirina();
    let before = place.content();
    let ran = place.expect(1, &["forget", "HR-8151"]);
    assert!(
        ran.said("error[unknown-person]") && ran.said("nothing is kept"),
        "{ran}"
    );
    let written = place.written_since(&before);
    assert!(
        written.iter().all(|path| path.ends_with("state.db")),
        "{written:?}"
    );
    place.expect(0, &["audit", "verify"]);
    let place = company::small();
    place.expect(1, &["forget", "1"]);
    assert!(!place.path(".tenure").exists());
}

#[test]
fn an_order_that_overrules_hr_is_not_forgotten_by_the_way() {
    let place = with_quirina();
    let order = [
        "terminate",
        "HR-8150",
        "--now",
        "--because",
        "theft",
        "--yes",
        "--stage",
        "gone",
    ];
    let ran = place.run(&order);
    assert!(matches!(ran.code, 0 | 2), "{ran}");
    let ran = forget(&place, &["--yes"]);
    assert!(ran.code == 1 && ran.said("error[still-here]"), "{ran}");
    assert!(ran.said("--lift"), "{ran}");
    let out = place
        .expect(0, &["audit", "export", "--person", "HR-8150"])
        .out;
    assert!(
        out.contains("\"event\":\"terminate\"") && out.contains("\"because\":\"theft\""),
        "{out}"
    );
}

#[test]
fn the_others_are_managed_on_also_in_a_company_that_began_with_nothing() {
    let place = company::small();
    place.expect(0, &["apply", "--yes"]);
    // As where the directory was empty on the first day, and so nobody had to confirm anything.
    place.change("policy/policy.tenure", "  confirmed 2026-02-01\n", "");
    place.expect(0, &["forget", "1", "--yes"]);
    place.change("people.csv", "2,Ben,Ode,active", "2,Ben,Ode,inactive");
    let deeds = place.plan().deeds();
    assert!(
        deeds.iter().any(|deed| deed.starts_with("disable of 2")),
        "{deeds:?}"
    );
}

#[test]
fn a_plan_from_before_is_not_applied_after_it() {
    let place = company::applied();
    place.change(
        "people.csv",
        "6,Finn,Ro,active,Lab",
        "6,Finn,Ro,active,Sales",
    );
    place.expect(2, &["plan", "-o", "plan.json"]);
    place.expect(0, &["forget", "6", "--yes"]);
    let ran = place.expect(1, &["apply", "plan.json", "--yes"]);
    assert!(ran.said("error[plan-stale]"), "{ran}");
}
