//! A snapshot plans as the live company does, holds what the policy reads and no more, and is there whole or not at all.

use super::{plan_of, refused};
use crate::cli::company::{self, PEOPLE};
use crate::cli::{Place, sources};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

fn taken(place: &Place, arguments: &[&str]) {
    let ran = place.expect(0, &[&["snapshot", "-o", "snap"], arguments].concat());
    assert!(
        ran.said("does the same for everybody") && ran.said("it is personal data"),
        "{ran}"
    );
}

#[test]
fn the_example_plans_from_it_as_it_does_now() {
    let place = Place::example();
    let ran = refused(&place, "sensitive-snapshot", &["snapshot", "-o", "snap"]);
    assert!(
        ran.said("`last_day`") && ran.said("--with-sensitive"),
        "{ran}"
    );
    assert!(!place.path("snap").exists());
    taken(&place, &["--with-sensitive"]);
    // That sensitive fields were written has made a state, which the second one is taken with.
    let export = place.expect(0, &["audit", "export"]);
    assert!(export.out.contains("\"command\":\"snapshot\""), "{export}");
    taken(&place, &["--with-sensitive"]);
    let now = plan_of(&place, None);
    assert_eq!(now, plan_of(&place, Some("snap/snapshot.toml")));
    assert!(now["actions"].as_array().unwrap().len() > 100);
}

#[test]
fn what_earlier_runs_left_behind_is_in_it() {
    let place = company::a_busy_month_later();
    taken(&place, &[]);
    let now = plan_of(&place, None);
    let kept = plan_of(&place, Some("snap/snapshot.toml"));
    assert_eq!(now, kept);
    let text = kept.to_string();
    // Of somebody's hand, of HR, of time: all told apart by the state alone.
    assert!(text.contains("\"cause\":\"hr\""), "{text}");
    let before = place.content();
    let ran = place.expect(1, &["apply", "--yes", "--config", "snap/snapshot.toml"]);
    assert!(ran.said("error[only-a-snapshot]"), "{ran}");
    assert!(place.written_since(&before).is_empty());
}

#[test]
fn several_sources_stay_several() {
    let place = sources::two_sources("lose at most 50%");
    taken(&place, &[]);
    let now = plan_of(&place, None);
    let mut kept = plan_of(&place, Some("snap/snapshot.toml"));
    let names = |plan: &serde_json::Value| {
        let sources = plan["header"]["sources"].as_array().unwrap().clone();
        sources
            .into_iter()
            .map(|source| source["name"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&now), names(&kept));
    assert_eq!(now["header"]["sources"], kept["header"]["sources"].take());
    assert_eq!(now["actions"], kept["actions"]);
}

#[test]
fn it_holds_what_the_policy_reads_and_its_owner_alone_may_read_it() {
    let place = company::small();
    place.write(
        "people.csv",
        PEOPLE
            .replace("title\n", "title,salary\n")
            .replace("Chemist\n", "Chemist,SECRET99\n")
            .replace("Porter\n", "Porter,SECRET99\n")
            .replace("Apprentice\n", "Apprentice,SECRET99\n")
            .replace("Lab,\n", "Lab,,SECRET99\n"),
    );
    place.change(
        "directory.ldif",
        "sn: Ode\n",
        "sn: Ode\nhomePhone: SECRET98\n",
    );
    place.write("snap.new.1.new", "somebody's own");
    let ran = place.expect(0, &["snapshot", "-o", "snap", "--without", "title"]);
    // Titles would be cleared: it says so.
    assert!(
        ran.said("something else than one made now for 5 people: 1, 2, 3, 5, 6"),
        "{ran}"
    );
    let mut files = 0;
    each(&place.path("snap"), &mut |path, bytes| {
        files += 1;
        let mode = std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
        let text = String::from_utf8_lossy(bytes);
        for word in ["SECRET", "Apprentice"] {
            assert!(!text.contains(word), "{word} in {}", path.display());
        }
    });
    assert!(files >= 4, "{files}");
    let mode = std::fs::metadata(place.path("snap"))
        .unwrap()
        .permissions()
        .mode()
        & 0o777;
    assert_eq!(mode, 0o700);
    let config = place.read("snap/snapshot.toml");
    assert!(config.contains("without = [\"title\"]"), "{config}");
    assert!(place.path("snap.new.1.new").exists());
}

fn each(folder: &Path, tell: &mut dyn FnMut(&Path, &[u8])) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each(&path, tell);
        } else {
            tell(&path, &std::fs::read(&path).unwrap());
        }
    }
}

#[test]
fn nothing_else_is_written_over_and_nothing_is_left_half_done() {
    let place = company::small();
    place.write("mine/notes.txt", "mine");
    let before = place.content();
    let ran = refused(&place, "no-snapshot", &["snapshot", "-o", "mine"]);
    assert!(ran.said("`mine` is there, and is no snapshot"), "{ran}");
    refused(&place, "no-snapshot", &["snapshot", "-o", ".."]);
    refused(
        &place,
        "no-such-field",
        &["snapshot", "--without", "first_name"],
    );
    let ran = refused(&place, "no-such-field", &["snapshot", "--without", "titel"]);
    assert!(ran.said("did you mean `title`?"), "{ran}");
    place.change("directory.ldif", "sAMAccountName: bode\n", "");
    place.change("directory.ldif", "dn: CN=Eva", "dn: CN=Eva\ndn: CN=Eva");
    place.expect(1, &["snapshot", "-o", "snap"]);
    place.write("directory.ldif", company::LDIF);
    assert!(place.written_since(&before).is_empty());
    let ran = refused(
        &place,
        "no-snapshot",
        &["diff", "--snapshot", "mine", "policy"],
    );
    assert!(ran.said("`tenure snapshot -o DIR`"), "{ran}");
}
