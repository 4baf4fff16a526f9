//! `check` and `fmt --check` in a pipeline: what the program prints in each format is judged by others.

use super::{Place, Ran, company, copy};
use crate::pipeline::{Command, Documents, applied, commands};
use serde_json::Value;
use std::path::Path;

/// The formats with the ending by which they are judged.
const FORMATS: [(&str, &str); 5] = [
    ("json", "json"),
    ("sarif", "sarif"),
    ("github", "log"),
    ("gitlab", "gitlab.json"),
    ("junit", "junit.xml"),
];

/// The example as a folder of a repository, with two mistakes and a line that is laid out otherwise.
fn mistaken() -> Place {
    let place = Place::empty();
    place.write("repository/.git/HEAD", "ref: refs/heads/main\n");
    copy(Path::new("rules"), &place.path("repository/rules"));
    let change = |file: &str, from: &str, to: &str| {
        place.change(&format!("repository/rules/{file}"), from, to);
    };
    change("groups.tenure", "department", "departement");
    change("lists.tenure", "is_lead", "is_laed");
    change("lists.tenure", "manage granted", "manage   granted");
    place
}

/// The small company, without a warning.
fn faultless() -> Place {
    let place = company::small();
    let key = age::x25519::Identity::generate().to_public();
    let sealed = format!("  random 16\n  sealed to \"{key}\"\n  change at first logon");
    place.change("policy/policy.tenure", "  random 16", &sealed);
    place
}

fn run(place: &Place, folder: &str, arguments: &[&str]) -> Ran {
    Ran::of(place.command(arguments).current_dir(place.path(folder)))
}

/// What a command says in each format, and what others read in it: severity, code, file and line of each finding.
struct Said {
    ran: Vec<(&'static str, Ran)>,
    found: Vec<(&'static str, Vec<String>)>,
}

impl Said {
    fn found(&self, format: &str) -> &[String] {
        let found = self.found.iter().find(|(name, _)| *name == format);
        &found.unwrap().1
    }

    fn ran(&self, format: &str) -> &Ran {
        let ran = self.ran.iter().find(|(name, _)| *name == format);
        &ran.unwrap().1
    }
}

/// A command that is asked in every format: where, how it has to end, and what it is.
type Asked<'a> = (&'a Place, &'a str, i32, &'a [&'a str]);

/// Runs commands in every format; nobody may have anything to say against any document.
#[track_caller]
fn said(asked: &[Asked<'_>]) -> Vec<Said> {
    let documents = Documents::new();
    let mut all = Vec::new();
    for (number, (place, folder, code, arguments)) in asked.iter().enumerate() {
        let of_formats = FORMATS.map(|(format, ending)| {
            let ran = run(place, folder, &[*arguments, &["--format", format]].concat());
            assert_eq!(ran.code, *code, "{format}\n{ran}");
            documents.add(&format!("{number}.{ending}"), &ran.out);
            (format, ran)
        });
        all.push(of_formats);
    }
    let told = documents.sound();
    let read = |number: usize, ending: &str| &*told[&format!("{number}.{ending}")].read;
    let said = all.into_iter().enumerate().map(|(number, ran)| {
        let found = ran.each_ref().map(|(format, ran)| {
            let mut lines = match *format {
                "json" => of_json(&ran.out),
                "github" => of_log(&ran.out),
                "junit" => of_tests(read(number, "junit.xml")),
                "sarif" => of_list(read(number, "sarif")),
                _ => of_list(read(number, "gitlab.json")),
            };
            lines.sort();
            (*format, lines)
        });
        Said {
            ran: ran.into(),
            found: found.into(),
        }
    });
    said.collect()
}

fn of_json(out: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(out).unwrap();
    let all = report["diagnostics"].as_array().unwrap().iter();
    let lines = all.map(|one| {
        let line = &one["start"]["line"];
        found([&one["severity"], &one["code"], &one["file"]], line)
    });
    lines.collect()
}

fn of_log(out: &str) -> Vec<String> {
    let told = |one: Command| {
        let [title, file, line] = ["title", "file", "line"].map(|name| &one.properties[name]);
        format!("{} {title} {file}:{line}", one.name)
    };
    commands(out).into_iter().map(told).collect()
}

/// Severity, code, file and line of each result.
fn of_list(read: &[Value]) -> Vec<String> {
    let lines = read
        .iter()
        .map(|one| found([&one[0], &one[1], &one[2]], &one[3]));
    let in_our_words = |line: String| {
        let line = line.replacen("major", "error", 1);
        line.replacen("minor", "warning", 1)
    };
    lines.map(in_our_words).collect()
}

/// A failure is an error; what passes and has something to say is a warning.
fn of_tests(read: &[Value]) -> Vec<String> {
    let cases = read.iter().filter(|case| case[2] != "nothing found");
    let lines = cases.map(|case| {
        let failed = case[3].get(0).is_some();
        let text = if failed { &case[3][0][2] } else { &case[4] };
        // The place begins the text of a failure, and the second line of a warning.
        let text = text.as_str().unwrap();
        let place = text.lines().nth(usize::from(!failed)).unwrap();
        let place: Vec<&str> = place.split(':').take(2).collect();
        let code = case[2].as_str().unwrap().split(':').next().unwrap();
        let level = if failed { "error" } else { "warning" };
        format!("{level} {code} {}", place.join(":"))
    });
    lines.collect()
}

fn found(texts: [&Value; 3], line: &Value) -> String {
    let [level, code, file] = texts.map(|value| value.as_str().unwrap());
    format!("{level} {code} {file}:{line}")
}

#[test]
fn every_format_tells_the_same_mistakes_and_names_files_from_the_root_of_the_repository() {
    let place = mistaken();
    let expected = [
        "error unknown-name rules/groups.tenure:8",
        "error unknown-name rules/lists.tenure:8",
    ];
    let asked: [Asked<'_>; 5] = [
        (&place, "repository", 1, &["check"]),
        (&place, "repository/rules", 1, &["check"]),
        (&place, "repository", 1, &["check", "rules/../rules"]),
        (
            &place,
            "repository",
            1,
            &["check", "--config", "rules/tenure.toml"],
        ),
        (
            &place,
            "repository/rules/mails",
            1,
            &["check", "--config", "../tenure.toml"],
        ),
    ];
    for (said, (_, folder, _, arguments)) in said(&asked).iter().zip(asked) {
        let what = format!("{folder}: {arguments:?}");
        for format in ["sarif", "github", "gitlab", "junit"] {
            assert_eq!(said.found(format), expected, "{what} {format}");
        }
        // Our own JSON names files as messages do.
        let as_shown = expected.map(|line| line.replace("rules/", ""));
        assert_eq!(said.found("json"), as_shown, "{what}");
        assert_eq!(said.ran("gitlab").err, "18 files checked: 2 errors\n");
        assert_eq!(said.ran("json").err, "");
    }
}

#[test]
fn without_a_repository_files_are_named_from_the_current_folder() {
    let (bare, linked) = (mistaken(), mistaken());
    for place in [&bare, &linked] {
        std::fs::remove_dir_all(place.path("repository/.git")).unwrap();
    }
    // A worktree has a file in the place of the folder.
    linked.write("repository/.git", "gitdir: elsewhere\n");
    let said = said(&[
        (&bare, "repository/rules", 1, &["check"]),
        (&linked, "repository/rules", 1, &["check"]),
    ]);
    let first = |at: usize| &*said[at].found("gitlab")[0];
    assert_eq!(first(0), "error unknown-name groups.tenure:8");
    assert_eq!(first(1), "error unknown-name rules/groups.tenure:8");
}

#[test]
fn a_mend_in_sarif_is_the_mend() {
    let place = mistaken();
    let ran = run(&place, "repository", &["check", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&ran.out).unwrap();
    let analysis = &log["runs"][0];
    assert_eq!(analysis["columnKind"], "unicodeCodePoints");
    assert_eq!(analysis["automationDetails"]["id"], "tenure-check/");
    let rules = analysis["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!((rules.len(), &rules[0]["name"]), (1, &"UnknownName".into()));
    let page = std::fs::read_to_string("src/policy/codes/unknown-name.md").unwrap();
    assert_eq!(rules[0]["help"]["markdown"], page);
    for result in analysis["results"].as_array().unwrap() {
        let change = &result["fixes"][0]["artifactChanges"][0];
        let file = change["artifactLocation"]["uri"].as_str().unwrap();
        let file = format!("repository/{file}");
        place.write(&file, applied(&place.read(&file), change));
    }
    let ran = run(&place, "repository", &["check"]);
    assert_eq!(ran.code, 0, "{ran}");
}

#[test]
fn where_nothing_is_found_each_document_is_whole_and_empty() {
    let place = faultless();
    place.expect(0, &["fmt"]);
    let asked: [Asked<'_>; 2] = [
        (&place, ".", 0, &["check"]),
        (&place, ".", 0, &["fmt", "--check"]),
    ];
    for said in said(&asked) {
        for (format, found) in &said.found {
            assert!(found.is_empty(), "{format}: {found:?}");
        }
        assert_eq!(said.ran("github").out, "");
        assert_eq!(said.ran("gitlab").out, "[]\n");
        let tests = &said.ran("junit").out;
        assert_eq!(tests.matches("<testcase ").count(), 1, "{tests}");
        assert!(tests.contains("name=\"nothing found\"/>"), "{tests}");
    }
}

/// What is done to a company, which command is run then, and what stands in the document.
type Mishap = (fn(&Place), &'static [&'static str], &'static str);

#[test]
fn what_goes_wrong_before_a_policy_is_read_stands_in_the_document() {
    let mishaps: [Mishap; 7] = [
        (
            |place| std::fs::remove_file(place.path("tenure.toml")).unwrap(),
            &["check"],
            "no-config tenure.toml:1",
        ),
        (
            |place| place.change("tenure.toml", "[directory]", "[directory]\nldfi = \"\""),
            &["check"],
            "bad-config tenure.toml:9",
        ),
        (
            |_| {},
            &["check", "--config", "other/tenure.toml"],
            "unreadable-file other/tenure.toml:1",
        ),
        (
            |place| place.write("policy/latin.tenure", b"let a = \"Gr\xf6\xdfe\"\n"),
            &["check"],
            "unreadable-file policy/latin.tenure:1",
        ),
        (
            |place| place.write("nothing/readme.txt", ""),
            &["check", "nothing"],
            "no-policy tenure.toml:1",
        ),
        (|_| {}, &["check", "nowhere"], "unreadable-file nowhere:1"),
        (
            |place| {
                let path = "path = \"policy\"";
                let with_stage = format!("{path}\nterminate = \"employee\"");
                place.change("tenure.toml", path, &with_stage);
            },
            &["check"],
            "no-end-stage tenure.toml:1",
        ),
    ];
    let places = mishaps.map(|(spoil, ..)| {
        let place = faultless();
        spoil(&place);
        place
    });
    let asked = places.iter().zip(&mishaps);
    let asked: Vec<Asked<'_>> = asked
        .map(|(place, (_, arguments, _))| (place, ".", 1, *arguments))
        .collect();
    let people = ["Anna", "Berg", "Chemist", "Apprentice"];
    assert!(
        people
            .iter()
            .any(|name| places[1].read("people.csv").contains(name))
    );
    for (said, (_, _, expected)) in said(&asked).into_iter().zip(mishaps) {
        for (format, found) in &said.found {
            assert_eq!(found, &[format!("error {expected}")], "{format}");
            let err = &said.ran(format).err;
            // Beside annotations nothing stands that quotes; elsewhere people read of it on stderr, too.
            let quoted = err.contains("error[");
            assert_eq!(quoted, *format != "github", "{expected}: {format}\n{err}");
        }
        for (format, ran) in &said.ran {
            let all = format!("{ran}");
            for name in people {
                assert!(!all.contains(name), "{expected}: {format}\n{ran}");
            }
        }
    }
}

#[test]
fn warnings_pass_unless_they_are_denied() {
    let place = company::small();
    let said = said(&[
        (&place, ".", 0, &["check"]),
        (&place, ".", 1, &["check", "--deny", "warnings"]),
    ]);
    let warned = said[0].found("sarif");
    let place_of_it = "warning password-to-nobody policy/policy.tenure:";
    assert!(
        warned.len() == 1 && warned[0].starts_with(place_of_it),
        "{warned:?}"
    );
    for format in ["github", "gitlab", "junit"] {
        assert_eq!(said[0].found(format), warned, "{format}");
    }
    // A report of tests knows passed and failed, and nothing between.
    let failed = warned[0].replacen("warning", "error", 1);
    assert_eq!(said[1].found("junit"), [failed]);
    assert_eq!(said[1].found("github"), warned);
}

#[test]
fn layout_is_told_in_every_format_and_sarif_carries_it() {
    let place = mistaken();
    place.write("repository/rules/latin.tenure", b"# \xe4\n");
    place.write("repository/rules/bad.tenure", "lists {  always => 'A' }");
    place.write(
        "repository/rules/windows.tenure",
        "lists {\n  always => \"A\"\r\n}\r\n",
    );
    let said = said(&[(&place, "repository/rules", 1, &["fmt", "--check"])]).remove(0);
    let expected = [
        "error not-laid-out rules/groups.tenure:8",
        "error not-laid-out rules/lists.tenure:11",
        "error not-laid-out rules/windows.tenure:1",
        "error single-quotes rules/bad.tenure:1",
        "error unreadable-file rules/latin.tenure:1",
    ];
    for format in ["sarif", "github", "gitlab", "junit"] {
        assert_eq!(said.found(format), expected, "{format}");
    }
    let told = &said.ran("gitlab").err;
    assert!(
        told.contains("error[not-laid-out]: `rules/lists.tenure`"),
        "{told}"
    );
    assert_eq!(
        said.ran("github").err,
        "17 files: 3 would change; `tenure fmt` does it, 2 left alone, for what is said above\n"
    );
    let log: Value = serde_json::from_str(&said.ran("sarif").out).unwrap();
    let mut carried = 0;
    for result in log["runs"][0]["results"].as_array().unwrap() {
        for change in result["fixes"].as_array().unwrap() {
            let change = &change["artifactChanges"][0];
            let file = change["artifactLocation"]["uri"].as_str().unwrap();
            let file = format!("repository/{file}");
            let mended = applied(&place.read(&file), change);
            if result["ruleId"] == "not-laid-out" {
                place.expect(0, &["fmt", &file]);
                assert_eq!(place.read(&file), mended, "{file}");
                carried += 1;
            }
        }
    }
    // Of the third only line ends differ, which are no text.
    assert_eq!(carried, 2);
    assert_eq!(run(&place, ".", &["fmt", "--format", "sarif"]).code, 64);
}

#[cfg(unix)]
#[test]
fn no_name_of_a_file_begins_a_command_of_its_own() {
    let place = company::small();
    let names = [
        "\n::add-mask::x",
        "##[add-mask]y",
        "a%0A::b,c=d:e",
        "\u{202e}z",
    ];
    for name in names {
        let content = "let a = ::add-mask::x ##[stop-commands]y\n";
        place.write(&format!("policy/{name}.tenure"), content);
    }
    let read = |ran: &Ran| {
        // The runner reads both streams.
        let read = commands(&format!("{}\n{}", ran.out, ran.err));
        for command in &read {
            assert!(["error", "warning"].contains(&&*command.name), "{ran}");
        }
        read.len()
    };
    for said in said(&[
        (&place, ".", 1, &["check"]),
        (&place, ".", 1, &["fmt", "--check"]),
    ]) {
        assert!(read(said.ran("github")) >= names.len());
    }
    // What cannot be read is named as well.
    place.write("policy/\n::add-mask::x.tenure", b"\xff");
    for arguments in [&["check"][..], &["fmt", "--check"]] {
        let ran = run(&place, ".", &[arguments, &["--format", "github"]].concat());
        assert!(
            read(&ran) > 0 && ran.out.contains("unreadable-file"),
            "{ran}"
        );
    }
}
