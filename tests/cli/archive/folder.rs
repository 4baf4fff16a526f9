use std::collections::BTreeMap;
use std::path::PathBuf;

use tenure::archive::{Folder, Shelf};
use tenure::state::{Chain, Link, Store};

use super::{Place, STATE, assert_none, company, personal, proved};

const CONFIG: &str = "[archive]\nfolder = \"archive\"\n";

/// A company that archives in a folder.
fn archiving() -> Place {
    let place = company(CONFIG);
    std::fs::create_dir(place.path("archive")).unwrap();
    place
}

fn applied() -> Place {
    let place = archiving();
    place.expect(0, &["apply", "--yes", "--quiet"]);
    place
}

/// The same, and three runs more.
fn busy() -> Place {
    let place = applied();
    for (from, to) in [
        ("Apprentice", "Porter"),
        ("Porter", "Nurse"),
        ("Nurse", "Cook"),
    ] {
        place.change(
            "people.csv",
            &format!("Lab,{from}\n"),
            &format!("Lab,{to}\n"),
        );
        place.expect(0, &["apply", "--yes", "--quiet"]);
    }
    place
}

/// What is in the archive.
fn objects(place: &Place) -> BTreeMap<PathBuf, String> {
    let all = place.content().into_iter();
    let ours = all.filter(|(path, _)| path.starts_with(place.path("archive")) && path.is_file());
    ours.map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap()))
        .collect()
}

fn change_state(place: &Place, statements: &[&str]) {
    let db = rusqlite::Connection::open(place.path(STATE)).unwrap();
    for statement in statements {
        assert!(db.execute(statement, []).unwrap() > 0, "{statement}");
    }
}

#[test]
fn every_run_puts_its_entries_there_once() {
    let place = applied();
    let first = objects(&place);
    assert_eq!(first.len(), 1);
    let told = proved(&place.expect(0, &["audit", "verify", "--archive", "--format", "json"]));
    let trail = place
        .expect(0, &["audit", "verify", "--format", "json"])
        .out;
    let trail: serde_json::Value = serde_json::from_str(&trail).unwrap();
    assert_eq!(told["entries"], trail["entries"]);
    assert_eq!(told["head"], trail["head"]);
    assert_eq!(
        (&told["first"], &told["not_archived"]),
        (&1.into(), &0.into())
    );

    // Nothing new, nothing written.
    let before = place.content();
    let ran = place.expect(0, &["audit", "archive"]);
    assert!(ran.said("everything is archived already"), "{ran}");
    place.expect(0, &["apply", "--yes", "--quiet"]);
    assert_eq!(place.written_since(&before), Vec::<PathBuf>::new());

    // Orders and what is forgotten are on the trail, and so in the archive.
    place.expect(
        0,
        &["freeze", "--until", "2026-02-05", "--because", "an audit"],
    );
    place.expect(0, &["freeze", "--lift", "--because", "it is over"]);
    place.expect(
        0,
        &[
            "terminate",
            "6",
            "--now",
            "--yes",
            "--because",
            "keys were lost",
        ],
    );
    place.expect(
        0,
        &[
            "terminate",
            "6",
            "--lift",
            "--yes",
            "--because",
            "they were found",
        ],
    );
    place.expect(0, &["forget", "6", "--yes"]);
    place.expect(0, &["apply", "--yes", "--quiet"]);
    place.expect(0, &["undo", "last", "--yes"]);
    let all = objects(&place);
    assert!(all.len() >= 7, "{:?}", all.keys());
    for (path, content) in &first {
        assert_eq!(all.get(path), Some(content), "what is there stays as it is");
    }
    let ran = place.expect(0, &["audit", "verify", "--archive"]);
    assert!(ran.out.contains("all of the state is archived"), "{ran}");
    assert!(ran.out.contains("The archive is whole"), "{ran}");
}

/// Files are their owner's alone, as the state is.
#[cfg(unix)]
#[test]
fn nobody_else_reads_the_archive() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = applied();
    for path in objects(&place).keys() {
        for (path, wanted) in [(path.as_path(), 0o600), (path.parent().unwrap(), 0o700)] {
            let mode = std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, wanted, "{}", path.display());
        }
    }
}

/// Values are not archived, not even sealed: so neither `forget` nor `retention` leaves anything there.
#[test]
fn nothing_of_a_person_is_archived() {
    let place = busy();
    let (texts, before) = (personal(&place), objects(&place));
    let all: String = before.values().cloned().collect();
    assert_none(&all, &texts);
    // Nor as it lies in the state.
    let bodies: Vec<String> = {
        let db = rusqlite::Connection::open(place.path(STATE)).unwrap();
        let mut bodies = db.prepare("SELECT hex(body) FROM private").unwrap();
        bodies
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    };
    assert_none(&all, &bodies);
    place.expect(0, &["forget", "6", "--yes"]);
    place.expect(0, &["audit", "verify", "--archive"]);
    assert_none(&objects(&place).into_values().collect::<String>(), &texts);
}

#[test]
fn whatever_is_changed_in_the_archive_is_found() {
    let place = busy();
    let all = objects(&place);
    assert_eq!(all.len(), 4);
    let files: Vec<&PathBuf> = all.keys().collect();
    let damage = |file: &PathBuf, damaged: Option<String>, what: &str| {
        let twin = place.twin();
        let file = twin.path(file.strip_prefix(place.path("")).unwrap().to_str().unwrap());
        match damaged {
            Some(text) => std::fs::write(&file, text).unwrap(),
            None => std::fs::remove_file(&file).unwrap(),
        }
        let ran = twin.expect(1, &["audit", "verify", "--archive"]);
        assert!(
            ran.said("error[archive-broken]") && ran.said(what),
            "{what}: {ran}"
        );
        // Also without the state.
        std::fs::remove_dir_all(twin.path(".tenure")).unwrap();
        let ran = twin.expect(1, &["audit", "verify", "--archive"]);
        assert!(ran.said(what), "{what}: {ran}");
    };
    let second = all[files[1]].clone();
    damage(
        files[1],
        Some(second.replacen("\"event\":\"action\"", "\"event\":\"other\"", 1)),
        "its hash does not agree",
    );
    damage(
        files[1],
        Some(second.trim_end().to_owned()),
        "what its name and its first line say",
    );
    damage(
        files[1],
        Some(
            second
                .lines()
                .take(2)
                .flat_map(|line| {
                    [
                        line, "
",
                    ]
                })
                .collect(),
        ),
        "what its name and its first line say",
    );
    damage(
        files[1],
        Some(all[files[2]].clone()),
        "what its name and its first line say",
    );
    damage(
        files[1],
        Some(String::new()),
        "does not begin as an object of an archive does",
    );
    damage(
        files[1],
        Some(second.replacen("{\"seq\"", "{\"sequence\"", 1)),
        "is no entry",
    );
    damage(files[1], None, "has no entry");
    damage(files[2], None, "has no entry");
}

#[test]
fn a_trail_that_was_made_anew_is_found_by_the_archive_alone() {
    let place = applied();
    // Whoever can write the state can make all of it anew, each hash fitting.
    let store = Store::open_existing(&place.path(STATE)).unwrap().unwrap();
    let mut links: Vec<Link> = store.links(0, usize::MAX).unwrap();
    drop(store);
    links[0].facts = links[0].facts.replace("\"who\"", "\"by\"");
    let mut previous = vec![0; 32];
    let db = rusqlite::Connection::open(place.path(STATE)).unwrap();
    for link in &mut links {
        link.previous = previous;
        link.hash = link.expected_hash().to_vec();
        previous = link.hash.clone();
        db.execute(
            "UPDATE audit SET facts = ?2, previous = ?3, hash = ?4 WHERE seq = ?1",
            rusqlite::params![link.seq, link.facts, link.previous, link.hash],
        )
        .unwrap();
    }
    drop(db);
    place.expect(0, &["audit", "verify"]);
    let ran = place.expect(1, &["audit", "verify", "--archive"]);
    assert!(
        ran.said("entry 1 of the state is another one than the archived one"),
        "{ran}"
    );
    // What the state has now is archived all the same, and nothing is written over.
    let before = objects(&place);
    let ran = place.expect(1, &["audit", "archive"]);
    assert!(ran.said("error[archive-broken]"), "{ran}");
    let after = objects(&place);
    assert_eq!(after.len(), before.len() + 1);
    assert!(
        before
            .iter()
            .all(|(path, content)| after.get(path) == Some(content))
    );
    let ran = place.expect(1, &["audit", "verify", "--archive"]);
    assert!(ran.said("is archived twice, and not as the same"), "{ran}");
}

#[test]
fn an_end_that_was_cut_off_is_found_by_the_archive() {
    let place = applied();
    change_state(
        &place,
        &["DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)"],
    );
    place.expect(0, &["audit", "verify"]);
    let ran = place.expect(1, &["audit", "verify", "--archive"]);
    assert!(
        ran.said("its end was cut off, or the state is an older copy"),
        "{ran}"
    );
}

#[test]
fn an_archive_proves_itself_when_the_state_is_lost() {
    let place = busy();
    let told = proved(&place.expect(0, &["audit", "verify", "--archive", "--format", "json"]));
    std::fs::remove_dir_all(place.path(".tenure")).unwrap();
    let ran = place.expect(0, &["audit", "verify", "--archive", "--format", "json"]);
    let alone = proved(&ran);
    assert_eq!(
        (&alone["head"], &alone["entries"]),
        (&told["head"], &told["entries"])
    );
    assert!(alone["in_state"].is_null(), "{ran}");
}

#[test]
fn what_is_older_than_keep_goes_and_nothing_else() {
    let place = applied();
    place.change(
        "tenure.toml",
        "folder = \"archive\"",
        "folder = \"archive\"\nkeep = \"2 months\"",
    );
    place.write("archive/notes.txt", "of somebody else");
    let folder = objects(&place)
        .keys()
        .find(|path| path.extension().unwrap() == "jsonl")
        .unwrap()
        .clone();
    let folder = folder.parent().unwrap().to_owned();
    let strange = folder.join("000000000001-000000000002-20200101T000000Z-0.jsonl");
    std::fs::write(&strange, "of somebody else").unwrap();
    let run = |day: &str, title: &str| {
        let text = place.read("tenure.toml");
        let clock = text
            .lines()
            .find(|line| line.starts_with("clock"))
            .unwrap()
            .to_owned();
        place.change(
            "tenure.toml",
            &clock,
            &format!("clock = \"{day}T09:00:00+01:00\""),
        );
        let text = place.read("people.csv");
        let finn = text
            .lines()
            .find(|line| line.starts_with("6,"))
            .unwrap()
            .to_owned();
        place.change(
            "people.csv",
            &finn,
            &format!("6,Finn,Ro,active,Lab,{title}"),
        );
        place.expect(0, &["apply", "--yes", "--quiet"]);
    };
    let ours = || {
        objects(&place)
            .keys()
            .filter(|path| path.to_string_lossy().len() > strange.to_string_lossy().len())
            .count()
    };
    run("2026-03-15", "Porter");
    assert_eq!(ours(), 2);
    run("2026-04-15", "Nurse");
    assert_eq!(ours(), 2, "the first run is older than two months");
    place.expect(0, &["audit", "verify", "--archive"]);
    run("2027-04-15", "Cook");
    assert_eq!(ours(), 1);
    // The newest stays, whatever its age: it tells how far the archive reaches.
    place.change("tenure.toml", "2027-04-15", "2029-04-15");
    let ran = place.expect(0, &["audit", "archive"]);
    assert!(ran.said("everything is archived already"), "{ran}");
    assert_eq!(ours(), 1);
    assert_eq!(place.read("archive/notes.txt"), "of somebody else");
    assert_eq!(
        std::fs::read_to_string(strange).unwrap(),
        "of somebody else"
    );
    let ran = place.expect(0, &["audit", "verify", "--archive"]);
    assert!(ran.out.contains("not of this program"), "{ran}");
}

#[test]
fn a_broken_trail_is_archived_as_it_is_and_said_to_be_broken() {
    let place = company("");
    place.expect(0, &["apply", "--yes", "--quiet"]);
    change_state(&place, &["UPDATE audit SET at = 'yesterday' WHERE seq = 3"]);
    let text = place.read("tenure.toml");
    place.write("tenure.toml", format!("{text}{CONFIG}"));
    std::fs::create_dir(place.path("archive")).unwrap();
    let ran = place.expect(1, &["audit", "archive"]);
    assert!(
        ran.said("error[audit-broken]") && ran.said("entry 3 of the audit trail was changed"),
        "{ran}"
    );
    let entries = objects(&place)
        .into_values()
        .collect::<String>()
        .lines()
        .count()
        - 1;
    let db = rusqlite::Connection::open(place.path(STATE)).unwrap();
    let wanted: i64 = db
        .query_row("SELECT count(*) FROM audit", [], |row| row.get(0))
        .unwrap();
    assert_eq!(entries, usize::try_from(wanted).unwrap());
    let ran = place.expect(1, &["audit", "verify", "--archive"]);
    assert!(ran.said("broken already when it was archived"), "{ran}");
}

#[test]
fn a_folder_that_is_not_there_holds_up_no_run_and_loses_nothing() {
    let place = company(CONFIG);
    let ran = place.expect(0, &["apply", "--yes", "--quiet"]);
    assert!(
        ran.said("error[archive-no-place]") && ran.said("help: make the folder, or mount it"),
        "{ran}"
    );
    assert!(
        !place.path("archive").exists(),
        "where something should be mounted, nothing is made"
    );
    let ran = place.expect(1, &["audit", "archive"]);
    assert!(ran.said("error[archive-no-place]"), "{ran}");
    place.expect(1, &["audit", "verify", "--archive"]);
    std::fs::create_dir(place.path("archive")).unwrap();
    place.change("people.csv", "Apprentice", "Porter");
    place.expect(0, &["apply", "--yes", "--quiet"]);
    let told = proved(&place.expect(0, &["audit", "verify", "--archive", "--format", "json"]));
    assert_eq!(
        (&told["first"], &told["not_archived"]),
        (&1.into(), &0.into())
    );
}

#[test]
fn without_an_archive_nothing_is_archived() {
    let place = company("");
    for command in [&["audit", "archive"][..], &["audit", "verify", "--archive"]] {
        let ran = place.expect(1, command);
        assert!(ran.said("error[no-archive]"), "{ran}");
    }
    let wrong = [
        ("", "names no place, or two"),
        (
            "folder = \"a\"\ns3 = \"https://s3.example.com/b\"",
            "names no place, or two",
        ),
        (
            "folder = \"a\"\nregion = \"eu\"",
            "has what belongs to a bucket",
        ),
        (
            "folder = \"a\"\nkeep = \"for ever\"",
            "is no length of time",
        ),
        ("folder = \"a\"\nkeep = \"0 days\"", "is no length of time"),
        ("s3 = \"http://s3.example.com/b\"", "in the clear"),
        (
            "s3 = \"https://key:secret@s3.example.com/b\"",
            "keys do not stand in the address",
        ),
        (
            "s3 = \"https://s3.example.com/b\"\nsecret_key = \"s\"",
            "a secret does not stand in",
        ),
        (
            "s3 = \"https://s3.example.com/b\"\nregion = \"a b\"",
            "is no name of a region",
        ),
    ];
    for (lines, what) in wrong {
        let ran = company(&format!("[archive]\n{lines}\n")).expect(1, &["check"]);
        assert!(
            ran.said("error[bad-config]") && ran.said(what),
            "{lines}: {ran}"
        );
        assert!(!ran.said("key:secret"), "{ran}");
    }
}

/// What a process left that was killed in the middle of an object goes when the object is put there.
#[test]
fn what_a_killed_run_left_is_gone_behind_the_next() {
    let place = applied();
    let (path, content) = objects(&place).pop_first().unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    let part = path.with_file_name(format!(".{name}.5d1f.part"));
    std::fs::write(&part, &content[..100]).unwrap();
    let yesterday = std::time::SystemTime::now() - std::time::Duration::from_hours(24);
    std::fs::File::options()
        .write(true)
        .open(&part)
        .unwrap()
        .set_modified(yesterday)
        .unwrap();
    std::fs::remove_file(&path).unwrap();
    let ran = place.expect(0, &["audit", "verify", "--archive"]);
    assert!(ran.out.contains("The archive is empty"), "{ran}");
    place.expect(0, &["audit", "archive"]);
    assert_eq!(objects(&place), [(path, content)].into());
}

/// Ten processes at once put the same there, and each of them is content.
#[test]
fn many_archive_at_once_and_each_object_is_there_once() {
    let place = company("");
    place.expect(0, &["apply", "--yes", "--quiet"]);
    let text = place.read("tenure.toml");
    place.write("tenure.toml", format!("{text}{CONFIG}"));
    std::fs::create_dir(place.path("archive")).unwrap();
    let all: Vec<_> = (0..10)
        .map(|_| place.command(&["audit", "archive"]).spawn().unwrap())
        .collect();
    for mut one in all {
        assert!(one.wait().unwrap().success());
    }
    assert_eq!(objects(&place).len(), 1);
    place.expect(0, &["audit", "verify", "--archive"]);
}

#[test]
fn what_is_there_is_never_written_over() {
    let place = Place::empty();
    let folder = Folder::open(place.path("")).unwrap();
    assert!(folder.put("a/b", b"first").unwrap());
    assert!(!folder.put("a/b", b"second").unwrap());
    assert_eq!(folder.get("a/b").unwrap().unwrap(), b"first");
    assert_eq!(std::fs::read_dir(place.path("a")).unwrap().count(), 1);
    assert!(folder.get("a/c").unwrap().is_none());
    folder.remove("a/c").unwrap();
}

/// A file system of some kilobytes, which only this command sees.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_what_was_begun_goes() {
    let place = company("");
    place.expect(0, &["apply", "--yes", "--quiet"]);
    let text = place.read("tenure.toml");
    place.write("tenure.toml", format!("{text}{CONFIG}"));
    std::fs::create_dir(place.path("archive")).unwrap();
    let script = "mount -t tmpfs -o size=8k none archive && \"$0\" audit archive; code=$?; \
                  find archive -type f | wc -l; mount -o remount,size=10m archive && \"$0\" audit archive && \
                  \"$0\" audit verify --archive; exit $code";
    let mut command = std::process::Command::new("unshare");
    command.args(["-rm", "sh", "-c", script, env!("CARGO_BIN_EXE_tenure")]);
    let ran = super::Ran::of(command.current_dir(place.path("")).env("TZ", "UTC"));
    assert_eq!(ran.code, 1, "{ran}");
    assert!(
        ran.said("error[archive-unwritable]") && ran.said("no space is left"),
        "{ran}"
    );
    assert!(
        ran.out.starts_with("0\n") && ran.out.contains("The archive is whole"),
        "{ran}"
    );
}

/// What anybody can compute who reads the page on the archive, with nothing of ours.
#[test]
fn the_chain_is_the_one_that_the_page_tells() {
    const PROOF: &str = "import glob, hashlib, json, sys\n\
        previous = bytes(32)\n\
        for file in sorted(glob.glob(sys.argv[1] + '/*/*.jsonl')):\n    \
            for line in open(file).read().splitlines()[1:]:\n        \
                e = json.loads(line)\n        \
                h = hashlib.sha256(b'tenure audit 1')\n        \
                parts = [e['seq'].to_bytes(8, 'big'), previous, e['at'].encode(), e['event'].encode(), (e['run'] or '').encode(), e['facts'].encode(), bytes.fromhex(e['digest'] or '')]\n        \
                for p in parts: h.update(len(p).to_bytes(8, 'big') + p)\n        \
                assert h.hexdigest() == e['hash'], e\n        \
                previous = h.digest()\n\
        print(previous.hex())";
    let place = busy();
    let mut python = std::process::Command::new("/usr/bin/python3");
    python.args(["-c", PROOF]).arg(place.path("archive"));
    let ran = super::Ran::of(&mut python);
    let told = proved(&place.expect(0, &["audit", "verify", "--archive", "--format", "json"]));
    assert_eq!(ran.out.trim(), told["head"].as_str().unwrap(), "{ran}");
    // And by our own chain, from nothing but the links.
    let store = Store::open_existing(&place.path(STATE)).unwrap().unwrap();
    let mut chain = Chain::behind(0, tenure::state::ORIGIN.to_vec());
    for link in store.links(0, usize::MAX).unwrap() {
        assert_eq!(chain.take(&link), None);
    }
    assert_eq!(tenure::state::hex(chain.head()), ran.out.trim());
}
