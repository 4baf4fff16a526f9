//! Bad input, each with its own clear error, and nothing written; and input that only looks bad.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Place, Ran, company, copy};

/// How long a refusal may take: nothing hostile keeps an administrator waiting.
const PATIENCE: Duration = Duration::from_secs(10);

type Words = &'static [&'static str];
type Spoil = fn(&Place);

/// An error, what it has to say, and how to get it.
type Case = (&'static str, Words, Spoil);

/// Spoils a workspace; `plan` and `apply` both have to refuse it with this error, and to write nothing.
#[track_caller]
fn refused(place: &Place, spoil: impl FnOnce(&Place), code: &str, words: &[&str]) {
    spoil(place);
    let before = place.content();
    let began = Instant::now();
    for command in [
        &["plan"][..],
        &["plan", "-o", "plan.json"],
        &["apply", "--yes"],
    ] {
        let ran = place.run(command);
        assert_eq!(ran.code, 1, "not {code} {words:?} from {command:?}\n{ran}");
        assert!(ran.said(code), "no `{code}` from {command:?}\n{ran}");
        for word in words {
            assert!(ran.said(word), "{command:?} does not say {word:?}\n{ran}");
        }
        assert!(ran.said("help: "), "{command:?} gives no help\n{ran}");
        assert_eq!(ran.out, "", "{command:?} shows a result all the same");
        let written = place.written_since(&before);
        assert!(written.is_empty(), "{command:?} wrote {written:?}\n{ran}");
    }
    assert!(began.elapsed() < 3 * PATIENCE, "{:?}", began.elapsed());
}

#[test]
fn a_policy_that_is_none_is_refused() {
    const FILE: &str = "policy/policy.tenure";
    let cases: [Case; 12] = [
        ("error[no-policy]", &["no `*.tenure` file"], |place| {
            std::fs::remove_file(place.path(FILE)).unwrap();
        }),
        ("error[unreadable-file]", &["/policy"], |place| {
            std::fs::remove_dir_all(place.path("policy")).unwrap();
        }),
        (
            "missing-item",
            &["the policy has no `lifecycle`"],
            |place| {
                place.write(FILE, "");
            },
        ),
        ("error[unreadable-file]", &["binary", "b.tenure"], |place| {
            place.write("policy/b.tenure", [0x7F, b'E', b'L', b'F', 2, 1, 1, 0, 0]);
        }),
        ("file-too-large", &["b.tenure"], |place| {
            place.write("policy/b.tenure", vec![b'('; 10_000_000]);
        }),
        ("b.tenure", &["too-deep"], |place| {
            place.write(
                "policy/b.tenure",
                format!("let a = {}", "(".repeat(8_000_000)),
            );
        }),
        (
            "unknown-name",
            &["`departmnt`", "did you mean `department`?"],
            |place| {
                place.change(FILE, "= department  ", "= departmnt  ");
            },
        ),
        (
            "unit-outside-base",
            &["OU=Small,DC=small,DC=example"],
            |place| {
                place.change(FILE, "\"OU=Sales\"", "\"OU=Sales,DC=other,DC=example\"");
            },
        ),
        (
            "error[unreadable-file]",
            &["Windows-1252", "UTF-8"],
            |place| {
                place.write("policy/b.tenure", b"# Stra\xDFe\n");
            },
        ),
        #[cfg(unix)]
        (
            "error[unreadable-file]",
            &["b.tenure", "no such file"],
            |place| {
                std::os::unix::fs::symlink("nowhere", place.path("policy/b.tenure")).unwrap();
            },
        ),
        ("wrong-type", &["b.tenure"], |place| {
            place.write(
                "policy/b.tenure",
                "let initial = first_name.take(\"one\")\n",
            );
        }),
        ("duplicate", &["policy.tenure", "b.tenure"], |place| {
            place.write("policy/b.tenure", company::POLICY);
        }),
    ];
    for (code, words, spoil) in cases {
        refused(&company::small(), spoil, code, words);
    }
}

#[test]
fn a_table_of_people_that_cannot_be_trusted_is_refused_whole() {
    let cases: [Case; 7] = [
        ("error[csv-not-a-table]", &["empty"], |place| {
            place.write("people.csv", "");
        }),
        (
            "error[duplicate-person-ids]",
            &["line 2", "line 8"],
            |place| {
                place.write(
                    "people.csv",
                    format!("{}1,An,Other,active,,\n", company::PEOPLE),
                );
            },
        ),
        ("error[csv-not-a-table]", &["line 8"], |place| {
            place.write("people.csv", format!("{}7,Cut,O", company::PEOPLE));
        }),
        ("error[csv-no-column]", &["`last_name`"], |place| {
            place.change("people.csv", "last_name", "surname");
        }),
        (
            "error[csv-not-text]",
            &["Windows-1252", "CSV UTF-8"],
            |place| {
                let mut bytes = company::PEOPLE.as_bytes().to_vec();
                bytes.extend(b"7,Max,M\xFCller,active,,\n");
                place.write("people.csv", bytes);
            },
        ),
        ("error[csv-not-text]", &["binary"], |place| {
            place.write("people.csv", [0x50, 0x4B, 3, 4, 20, 0, 6, 0]);
        }),
        ("error[unreadable-file]", &["people.csv"], |place| {
            std::fs::remove_file(place.path("people.csv")).unwrap();
        }),
    ];
    for (code, words, spoil) in cases {
        refused(&company::small(), spoil, code, words);
    }
}

#[test]
fn a_recording_that_is_not_whole_is_refused() {
    const PAGE: &str = "rules/people/page-1.json";
    let cases: [Case; 5] = [
        ("error[", &["page-1.json"], |place| {
            let text = place.read(PAGE);
            place.write(PAGE, text.split_at(text.len() / 2).0);
        }),
        ("error[", &["page"], |place| {
            std::fs::remove_file(place.path(PAGE)).unwrap();
        }),
        ("error[", &["94", "93"], |place| {
            let text = place.read(PAGE);
            let mut page: Value = serde_json::from_str(&text).unwrap();
            page["data"].as_array_mut().unwrap().pop();
            place.write(PAGE, page.to_string());
        }),
        (
            "error[duplicate-person-ids]",
            &["page-0.json", "page-1.json"],
            |place| {
                let first: Value =
                    serde_json::from_str(&place.read("rules/people/page-0.json")).unwrap();
                let mut page: Value = serde_json::from_str(&place.read(PAGE)).unwrap();
                page["data"][0] = first["data"][0].clone();
                place.write(PAGE, page.to_string());
            },
        ),
        ("error[unreadable-file]", &["no file matches"], |place| {
            std::fs::remove_dir_all(place.path("rules/people")).unwrap();
            std::fs::create_dir(place.path("rules/people")).unwrap();
        }),
    ];
    for (code, words, spoil) in cases {
        refused(&Place::example(), spoil, code, words);
    }
}

#[test]
fn a_directory_that_cannot_be_trusted_is_refused_whole() {
    const FILE: &str = "directory.ldif";
    let cases: [(Words, Spoil); 9] = [
        (&["there is no entry in it"], |place| place.write(FILE, "")),
        (&["can not be read"], |place| {
            std::fs::remove_file(place.path(FILE)).unwrap();
        }),
        (&["broken base64", "objectGUID", "114"], |place| {
            place.change(FILE, "objectGUID:: IgEC", "objectGUID:: Ig!C");
        }),
        (&["refers to a file or address"], |place| {
            place.change(FILE, "title: Chemist", "title:< file:///etc/passwd");
        }),
        (&["Windows-1252"], |place| {
            place.write(FILE, b"dn: OU=M\xFCnchen,DC=x\n");
        }),
        (&["export"], |place| {
            place.write(FILE, company::LDIF.split_at(2500).0);
        }),
        (&["stands in the file twice"], |place| {
            let (_, last) = company::LDIF.split_once("\n\ndn: CN=Eva").unwrap();
            place.write(FILE, format!("{}\ndn: CN=Eva{last}", company::LDIF));
        }),
        (&["begins with"], |place| {
            place.write(FILE, "objectClass: top\ndn: DC=x\n");
        }),
        (&["a change that can not be read"], |place| {
            place.change(
                FILE,
                "dn: CN=Eva Alt,OU=Staff,OU=Small,DC=small,DC=example\n",
                "dn: CN=Eva Alt,OU=Staff,OU=Small,DC=small,DC=example\nchangetype: modify\n",
            );
        }),
    ];
    for (words, spoil) in cases {
        refused(&company::small(), spoil, "error[bad-directory]", words);
    }
}

#[test]
fn a_configuration_that_names_nothing_real_is_refused() {
    const FILE: &str = "tenure.toml";
    let cases: [Case; 7] = [
        ("error[no-config]", &["`--config FILE`"], |place| {
            std::fs::remove_file(place.path(FILE)).unwrap();
        }),
        ("error[bad-config]", &["line 12"], |place| {
            place.write(FILE, format!("{}[[", company::CONFIG));
        }),
        ("error[bad-config]", &["`lidf`"], |place| {
            place.change(FILE, "ldif", "lidf");
        }),
        (
            "error[bad-config]",
            &["`[people]` names no source, or two"],
            |place| {
                place.change(FILE, "csv = ", "personio_v1 = \"x.json\"\ncsv = ");
            },
        ),
        (
            "error[no-base]",
            &["`OU=Smal,DC=small,DC=example`", "`write`"],
            |place| {
                place.change(FILE, "OU=Small,", "OU=Smal,");
            },
        ),
        (
            "error[no-base]",
            &["`DC=smal,DC=example`", "`read`"],
            |place| {
                place.change(FILE, "read = [\"DC=small,", "read = [\"DC=smal,");
            },
        ),
        (
            "error[bad-state]",
            &["is damaged or not a state store"],
            |place| {
                place.write(
                    ".tenure/state.db",
                    "not a database, although it has the name of one",
                );
            },
        ),
    ];
    for (code, words, spoil) in cases {
        refused(&company::small(), spoil, code, words);
    }
}

#[test]
fn files_as_windows_writes_them_are_read() {
    let expected = company::small().plan().deeds();
    assert!(!expected.is_empty());
    let place = company::small();
    let windows = |text: &str| format!("\u{FEFF}{}", text.replace('\n', "\r\n"));
    place.write("tenure.toml", windows(company::CONFIG));
    place.write("policy/policy.tenure", windows(company::POLICY));
    place.write("people.csv", windows(&company::PEOPLE.replace(',', ";")));
    let units = windows(company::LDIF).encode_utf16().collect::<Vec<_>>();
    let bytes: Vec<u8> = units.into_iter().flat_map(u16::to_le_bytes).collect();
    place.write("directory.ldif", bytes);
    assert_eq!(expected, place.plan().deeds());
    place.expect(0, &["apply", "--yes"]);
    place.expect(0, &["plan"]);
}

#[test]
fn an_empty_file_beside_others_and_a_folder_with_the_name_of_a_file_are_fine() {
    let place = company::small();
    place.write("policy/empty.tenure", "");
    place.write(
        "policy/folder.tenure/more.tenure",
        "# nothing but a comment\n",
    );
    place.expect(0, &["check"]);
    place.expect(2, &["plan"]);
}

/// Runs where no file can grow beyond so many blocks of 512 bytes, as if the disk were full.
#[cfg(unix)]
fn run_on_a_full_disk(place: &Place, blocks: u32, arguments: &str) -> Ran {
    let binary = env!("CARGO_BIN_EXE_tenure");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec '{binary}' {arguments}");
    Ran::of(
        std::process::Command::new("sh")
            .args(["-c", &script])
            .current_dir(place.folder.path())
            .env("TZ", "UTC"),
    )
}

#[cfg(unix)]
#[test]
fn a_disk_that_is_full_at_any_point_loses_and_breaks_nothing() {
    let template = company::a_busy_month_later();
    let whole = template.twin();
    whole.expect(0, &["apply", "--yes"]);
    let expected = super::ldif::Ldif::parse(&whole.read(company::COPY)).essence();
    let before = template.read(company::COPY);
    let mut refused = 0;
    for blocks in [0, 1, 8, 64, 128, 256, 320, 384, 448, 512, 1024, 4096] {
        let place = template.twin();
        let full = run_on_a_full_disk(&place, blocks, "apply --yes");
        if full.code != 0 {
            assert!([1, 4].contains(&full.code), "{blocks} blocks: {full}");
            assert!(
                full.said("error[") || full.code == 4,
                "{blocks} blocks: {full}"
            );
            assert!(!full.said("panicked"), "{blocks} blocks: {full}");
            refused += 1;
        }
        if blocks == 0 {
            assert_eq!(before, place.read(company::COPY));
        }
        // As soon as there is room again, the run is finished or done anew.
        let again = place.run(&["apply", "--yes"]);
        assert_eq!(again.code, 0, "{blocks} blocks: {full}\nthen {again}");
        let end = super::ldif::Ldif::parse(&place.read(company::COPY)).essence();
        assert_eq!(expected, end, "{blocks} blocks: {full}\nthen {again}");
        place.expect(0, &["plan"]);
    }
    assert!(refused >= 4, "the limits bite: {refused}");
}

#[test]
fn a_first_run_without_room_for_the_copy_leaves_the_tracked_file() {
    let place = Place::empty();
    copy(company::small().folder.path(), place.folder.path());
    // A file where the folder of the state should be.
    place.write(".tenure", "in the way");
    let ran = place.expect(1, &["apply", "--yes"]);
    assert!(ran.said("error["), "{ran}");
    assert_eq!(place.read("directory.ldif"), company::LDIF);
    assert_eq!(place.read(".tenure"), "in the way");
}
