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

/// What an export has, an entry each.
#[track_caller]
fn export(place: &Place, filter: &[&str]) -> Vec<serde_json::Value> {
    let ran = place.expect(0, &[&["audit", "export"], filter].concat());
    let lines = ran.out.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The same as CSV, read by another's reader.
fn table(text: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

#[test]
fn an_export_tells_who_did_what_and_why() {
    let place = company::a_busy_month_later();
    place.expect(0, &["apply", "--yes", "--quiet"]);
    let all = export(&place, &[]);
    let told = place.expect(0, &["audit", "verify", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(all.len() as u64, told["entries"].as_u64().unwrap());
    assert_eq!(all.last().unwrap()["hash"], told["head"]);
    let title = all.iter().find(|entry| {
        entry["person"] == "6"
            && entry["facts"]["kind"] == "modify"
            && entry["changes"][0]["before"][0] == "Apprentice"
    });
    let title = title.unwrap();
    assert_eq!(title["changes"][0]["after"][0], "Chemist");
    assert_eq!(title["changes"][0]["attribute"], "title");
    assert_eq!(title["changes"][0]["reason"]["file"], "policy.tenure");
    assert_eq!(title["changes"][0]["reason"]["values"]["title"], "Chemist");
    assert_eq!(title["facts"]["cause"], "hr");
    assert_eq!(title["facts"]["status"], "done");
    assert_eq!(title["values"], "known");
    for known in ["run", "who", "policy", "name", "account", "object"] {
        assert!(title[known].is_string(), "{known}: {title}");
    }

    let ran = place.expect(0, &["audit", "export", "--format", "csv"]);
    let rows = table(&ran.out);
    let row = rows.iter().find(|row| {
        row["person"] == "6" && row["attribute"] == "title" && row["before"] == "Apprentice"
    });
    let row = row.unwrap();
    assert_eq!(row["after"], "Chemist");
    assert_eq!(
        row["reason"],
        "policy.tenure:40 title = title else clear (title: Chemist)"
    );
    assert_eq!((&*row["cause"], &*row["outcome"]), ("hr", "done"));
    assert!(
        rows.iter()
            .any(|row| row["attribute"] == "password" && row["after"] == "•••")
    );
    assert_eq!(
        ran.out,
        place.expect(0, &["audit", "export", "--format", "csv"]).out
    );
}

#[test]
fn an_export_is_of_a_time_a_person_a_group_a_run() {
    let place = company::a_busy_month_later();
    place.expect(0, &["apply", "--yes", "--quiet"]);
    let days = |filter: &[&str]| {
        let entries = export(&place, filter);
        let days: std::collections::BTreeSet<String> = entries
            .iter()
            .map(|entry| entry["at"].as_str().unwrap()[..10].to_owned())
            .collect();
        days.into_iter().collect::<Vec<_>>()
    };
    assert_eq!(days(&[]), ["2026-02-02", "2026-03-10"]);
    assert_eq!(days(&["--from", "2026-02-03"]), ["2026-03-10"]);
    assert_eq!(
        days(&["--from", "2026-02-02", "--until", "2026-02-02"]),
        ["2026-02-02"]
    );
    assert_eq!(days(&["--from", "2026-03-10T08:00:01Z"]), [""; 0]);
    assert_eq!(export(&place, &["--until", "2020-01-01"]).len(), 0);
    assert_eq!(export(&place, &["--from", "2200-01-01T00:00:00Z"]).len(), 0);
    place.expect(1, &["audit", "export", "--from", "yesterday"]);

    let of_anna = export(&place, &["--person", "1"]);
    assert!(!of_anna.is_empty() && of_anna.iter().all(|entry| entry["person"] == "1"));
    let members = export(&place, &["--group", "sg-sales"]);
    let kinds: Vec<&str> = members
        .iter()
        .map(|entry| entry["facts"]["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["add-member", "add-member"]);
    let dn = "CN=SG-Sales,OU=Groups,OU=Small,DC=small,DC=example";
    assert_eq!(export(&place, &["--group", dn]), members);
    let run = members[0]["run"].as_str().unwrap();
    let of_run = export(&place, &["--run", &run[..13]]);
    assert!(of_run.iter().all(|entry| entry["run"] == run) && of_run[0]["event"] == "run-begun");
    place.expect(1, &["audit", "export", "--run", "ffffffff"]);
}

#[test]
fn an_export_in_a_file_is_whole_or_not_there() {
    let place = company::applied();
    let out = place.expect(0, &["audit", "export"]).out;
    place.expect(0, &["audit", "export", "-o", "trail.jsonl"]);
    assert_eq!(place.read("trail.jsonl"), out);
    let before = place.content();
    place.expect(1, &["audit", "export", "-o", "people.csv/trail.jsonl"]);
    assert_eq!(
        place.written_since(&before),
        Vec::<std::path::PathBuf>::new()
    );
    // A trail that is not whole is exported, and said not to be.
    let broken = tampered(&place, &["UPDATE audit SET event = 'x' WHERE seq = 2"]);
    let ran = broken.expect(1, &["audit", "export", "-o", "trail.jsonl"]);
    assert!(ran.said("error[audit-broken]"), "{ran}");
    assert_eq!(
        broken.read("trail.jsonl").lines().count(),
        out.lines().count()
    );
}

/// Every way to break a trail: it is exported as far as it can be read, and each break is marked in its place.
#[test]
fn a_broken_trail_is_exported_and_each_break_marked_where_it_is() {
    let place = company::applied();
    let entries = place.expect(0, &["audit", "export"]).out.lines().count();
    let cases: [(&[&str], u64, usize, &str); 6] = [
        (
            &["UPDATE audit SET event = 'x' WHERE seq = 2"],
            2,
            entries,
            "its hash does not agree",
        ),
        (
            &["UPDATE audit SET at = 'yesterday' WHERE seq = 5"],
            5,
            entries,
            "a time `yesterday` cannot be read",
        ),
        (
            &["UPDATE audit SET run = 'none' WHERE seq = 5"],
            5,
            entries,
            "a UUID `none` cannot be read",
        ),
        (
            &["UPDATE private SET body = zeroblob(80) WHERE id = 4"],
            0,
            entries,
            "a sealed value `changed since it was sealed`",
        ),
        (
            &[
                "UPDATE private SET person = '9' WHERE id = 4",
                "INSERT INTO person_key SELECT '9', zeroblob(32), '' ",
            ],
            0,
            entries,
            "a sealed value",
        ),
        (
            &["DELETE FROM audit WHERE seq = 7"],
            8,
            entries,
            "has no entry 7; the next one is 8",
        ),
    ];
    for (statements, seq, lines, what) in cases {
        let broken = tampered(&place, statements);
        for format in ["json", "csv"] {
            let file = format!("trail.{format}");
            let ran = broken.expect(1, &["audit", "export", "--format", format, "-o", &file]);
            assert!(ran.said("error[audit-broken]"), "{what}: {ran}");
            assert!(!ran.err.contains("move the file"), "{what}: {ran}");
            assert!(
                broken.read(&file).contains(what),
                "{what}: {}",
                broken.read(&file)
            );
        }
        let text = broken.read("trail.jsonl".replace("jsonl", "json").as_str());
        let all: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(all.len(), lines, "{what}");
        let marked = all.iter().position(|entry| {
            entry["broken"]
                .as_str()
                .is_some_and(|broken| broken.contains(what))
        });
        let next =
            marked.map(|marked| all[marked..].iter().find_map(|entry| entry["seq"].as_u64()));
        if seq > 0 {
            assert_eq!(next.flatten(), Some(seq), "{what}");
        }
        let csv = table(&broken.read("trail.csv"));
        assert!(csv.iter().any(|row| row["broken"].contains(what)), "{what}");
    }
}

#[test]
fn a_person_is_forgotten_although_the_trail_is_broken() {
    let place = company::applied();
    let broken = tampered(&place, &["UPDATE audit SET at = 'yesterday' WHERE seq = 2"]);
    let ran = broken.expect(0, &["forget", "6", "--yes"]);
    assert!(ran.out.contains("6 is forgotten"), "{ran}");
}

#[test]
fn what_stands_before_a_break_is_said_truly() {
    let place = company::applied();
    let broken = tampered(
        &place,
        &[
            "DELETE FROM private WHERE id = 2",
            "UPDATE audit SET event = 'x' WHERE seq = 9",
        ],
    );
    let ran = broken.expect(1, &["audit", "verify"]);
    let first = rusqlite::Connection::open(broken.path(STATE)).unwrap();
    let first: i64 = first
        .query_row("SELECT seq FROM audit WHERE private = 2", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert!(
        ran.said(&format!("what stands before entry {first} is whole")),
        "{ran}"
    );
    assert!(ran.said("further on: entry 9"), "{ran}");
    place.expect(0, &["forget", "6", "--yes"]);
    let ran = tampered(
        &place,
        &["UPDATE audit SET event = 'x' WHERE event = 'run-ended'"],
    );
    let ran = ran.expect(1, &["audit", "verify"]);
    assert!(
        ran.said("and what says why stands behind the break"),
        "{ran}"
    );
}

/// An export tells of people: nobody else on the machine may read it, whoever could read what was there before.
#[cfg(unix)]
#[test]
fn an_export_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = company::applied();
    let mode = |file: &str| {
        let rights = std::fs::metadata(place.path(file)).unwrap().permissions();
        rights.mode() & 0o777
    };
    place.write("old.csv", "what was there");
    place.expect(0, &["audit", "export", "-o", "trail.jsonl"]);
    place.expect(0, &["audit", "export", "--format", "csv", "-o", "old.csv"]);
    place.expect(0, &["plan", "-o", "plan.json"]);
    for file in ["trail.jsonl", "old.csv", "plan.json", STATE] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
}

#[test]
fn a_spreadsheet_finds_no_formula_in_an_export() {
    let place = company::small();
    place.change(
        "people.csv",
        "6,Finn,Ro,active,Lab,Apprentice",
        "6,Finn,Ro,active,Lab,\"=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"",
    );
    place.expect(0, &["apply", "--yes", "--quiet"]);
    let ran = place.expect(0, &["audit", "export", "--format", "csv", "--person", "6"]);
    let rows = table(&ran.out);
    let title = rows.iter().find(|row| row["attribute"] == "title").unwrap();
    assert_eq!(title["after"], "'=HYPERLINK(\"http://x\",\"y\")");
    for row in rows {
        for (name, text) in row {
            assert!(
                !text.trim_start().starts_with(['=', '+', '-', '@']),
                "{name}: {text}"
            );
        }
    }
}

/// A value that must not be shown is not shown where an account is made with it, as little as where it changes (S11).
#[test]
fn a_sensitive_value_is_hidden_where_it_is_given_and_where_it_changes() {
    let place = company::small();
    place.change(
        "policy/policy.tenure",
        "  title      : text?\n",
        "  title      : text?\n  note       : text?   sensitive\n",
    );
    place.change(
        "policy/policy.tenure",
        "  title          = title          else clear\n",
        "  title          = title          else clear\n  description    = disclose(note) else clear\n",
    );
    let with = |note: &str| {
        let lines = company::PEOPLE
            .lines()
            .enumerate()
            .map(|(number, line)| match number {
                0 => format!("{line},note\n"),
                6 => format!("{line},{note}\n"),
                _ => format!("{line},\n"),
            });
        place.write("people.csv", lines.collect::<String>());
    };
    let mut outputs = String::new();
    for note in ["hush-one", "hush-two"] {
        with(note);
        for arguments in [
            &["plan", "-v"][..],
            &["plan", "--format", "markdown", "--names"],
        ] {
            outputs.push_str(&place.run(arguments).out);
        }
        let ran = place.expect(0, &["apply", "--yes"]);
        outputs.push_str(&(ran.out + &ran.err));
        outputs.push_str(&place.expect(0, &["show", "last"]).out);
    }
    let ran = place.expect(0, &["audit", "export", "--format", "csv", "--person", "6"]);
    let rows = table(&ran.out);
    let told = rows.iter().filter(|row| row["attribute"] == "description");
    let told: Vec<_> = told
        .map(|row| (&*row["kind"], &*row["before"], &*row["after"]))
        .collect();
    assert_eq!(
        told,
        [("create-account", "", "•••"), ("modify", "•••", "•••")]
    );
    outputs.push_str(&ran.out);
    outputs.push_str(&place.expect(0, &["audit", "export"]).out);
    assert!(outputs.contains("•••"));
    for line in outputs.lines() {
        assert!(!line.contains("hush"), "{line}");
    }
}
