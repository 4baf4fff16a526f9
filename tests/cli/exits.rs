//! Exit codes, flags, and how commands behave toward scripts, pipes and each other.

#[cfg(debug_assertions)]
use std::io::Read as _;
use std::process::Command;
#[cfg(debug_assertions)]
use std::process::Stdio;

use serde_json::Value;

use super::{Place, Ran, company};

#[test]
fn each_way_to_end_has_its_code() {
    let place = company::small();
    place.expect(0, &["check"]);
    place.expect(2, &["plan"]);
    place.expect(1, &["apply"]);
    place.expect(0, &["apply", "--yes"]);
    place.expect(0, &["plan"]);
    place.expect(0, &["history"]);
    place.expect(0, &["show", "last"]);
    place.expect(1, &["show", "no-such-run"]);
    place.expect(0, &["explain", "1"]);
    place.expect(1, &["explain", "999"]);
    place.expect(1, &["plan", "--only", "999"]);
    place.expect(1, &["plan", "--at", "some day"]);
    place.expect(1, &["apply", "--override", "nonsense", "--because", "x"]);
    for wrong in [
        &["plan", "--no-such-flag"][..],
        &["no-such-command"],
        &["plan", "--format", "yaml"],
        &["apply", "--override", "create"],
        &["match", "--confirm", "--rebuild"],
        &["apply", "plan.json", "--only", "1"],
        &["explain"],
        &[],
    ] {
        let ran = place.expect(64, wrong);
        assert_eq!(ran.out, "", "{wrong:?}");
        assert!(!ran.err.is_empty(), "{wrong:?}");
    }
}

#[test]
fn a_guard_that_trips_shows_the_plan_and_applies_nothing() {
    let place = company::small();
    place.change(
        "policy/policy.tenure",
        "create  at most 50",
        "create  at most 3",
    );
    let planned = place.expect(3, &["plan"]);
    assert!(planned.out.contains("create at most 3"), "{planned}");
    let before = place.content();
    let applied = place.expect(3, &["apply", "--yes"]);
    assert!(applied.said("Anna Berg"), "{applied}");
    let directory = place.written_since(&before);
    let ldif = directory
        .iter()
        .any(|path| path.extension().is_some_and(|end| end == "ldif"));
    assert!(!ldif, "{directory:?}");
    place.expect(3, &["plan", "-o", "plan.json"]);
    place.expect(3, &["apply", "--yes", "plan.json"]);
    place.expect(
        3,
        &["apply", "--yes", "--override", "disable", "--because", "x"],
    );

    place.expect(
        0,
        &[
            "apply",
            "--yes",
            "--override",
            "create",
            "--because",
            "a new team",
        ],
    );
    let told = place.expect(0, &["show", "last", "--format", "json"]);
    assert!(told.out.contains("a new team"), "{told}");
}

#[test]
fn open_accounts_have_a_code_of_their_own_if_asked_for() {
    let place = Place::example();
    place.expect(5, &["plan", "--fail-on", "open"]);
    place.expect(0, &["apply", "--yes"]);
    place.expect(0, &["plan"]);
    place.expect(5, &["plan", "--fail-on", "open"]);
    // A guard comes before open accounts, and those before changes.
    place.change(
        "rules/guard.tenure",
        "quarantine  at most 5% or 5 whichever is more",
        "quarantine  at most 1",
    );
    place.expect(3, &["plan", "--fail-on", "open"]);

    let nobody = company::applied();
    nobody.expect(0, &["plan", "--fail-on", "open"]);
}

#[test]
fn those_of_a_condition_are_planned_and_a_wrong_condition_is_shown() {
    let place = Place::example();
    let condition = "department == \"Finance\" and office in [\"Berlin\", \"München\"]";
    let ran = place.expect(2, &["plan", "--only", condition, "--format", "json"]);
    let plan: Value = serde_json::from_str(&ran.out).unwrap();
    let mut people: Vec<&str> = plan["plan"]["actions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|action| action["person"].as_str())
        .collect();
    people.dedup();
    assert!(!people.is_empty());
    for person in people {
        let told = place.expect(0, &["explain", person, "SG-Finance"]).out;
        assert!(told.contains("department is \"Finance\""), "{told}");
    }
    for (wrong, said) in [
        ("departmnt == \"Finance\"", "did you mean `department`?"),
        ("department = \"Finance\"", "write `==`"),
        ("(department)", "a condition is needed"),
        ("status == \"activ\"", "did you mean `active`?"),
    ] {
        let ran = place.expect(1, &["plan", "--only", wrong]);
        assert!(ran.err.contains(said), "{wrong}: {}", ran.err);
        assert!(ran.err.contains("the command line"), "{}", ran.err);
    }
}

#[test]
fn only_some_people_are_planned_and_applied() {
    let place = company::small();
    let ran = place.expect(2, &["plan", "--only", "1,5", "--format", "json"]);
    let file: Value = serde_json::from_str(&ran.out).unwrap();
    for action in file["plan"]["actions"].as_array().unwrap() {
        assert!(
            ["1", "5"].contains(&action["person"].as_str().unwrap()),
            "{action}"
        );
    }
    place.expect(0, &["apply", "--yes", "--only", "1"]);
    let left = place.plan();
    let of = |person: &str| {
        left.deeds()
            .iter()
            .any(|deed| deed.contains(&format!("of {person}:")))
    };
    assert!(!of("1"), "{:?}", left.deeds());
    for person in ["3", "4", "5", "6"] {
        assert!(of(person), "{person}: {:?}", left.deeds());
    }
    place.expect(0, &["apply", "--yes"]);
    assert_eq!(place.plan().deeds(), Vec::<String>::new());
}

#[test]
fn each_run_stands_in_the_history() {
    let place = company::small();
    let none = place.expect(0, &["history", "--format", "json"]);
    let runs = |ran: &Ran| {
        let file: Value = serde_json::from_str(&ran.out).unwrap();
        file["runs"].as_array().unwrap().len()
    };
    assert_eq!(runs(&none), 0);
    place.expect(0, &["apply", "--yes"]);
    company::make_it_later(&place);
    place.expect(0, &["apply", "--yes"]);
    let two = place.expect(0, &["history", "--format", "json"]);
    assert_eq!(runs(&two), 2, "{two}");
    let one = place.expect(0, &["history", "-n", "1", "--format", "json"]);
    assert_eq!(runs(&one), 1, "{one}");
    let shown = place.expect(0, &["show", "last"]);
    for words in ["Eva Alt", "Zoë Ünal", "OU=Sales"] {
        assert!(shown.out.contains(words), "no {words} in\n{shown}");
    }
}

#[test]
fn nobody_there_to_say_yes_is_an_error_that_changes_nothing() {
    let place = company::small();
    let ran = place.expect(1, &["apply"]);
    assert!(ran.said("error[not-confirmed]"), "{ran}");
    assert!(ran.said("tenure apply --yes"), "{ran}");
    assert!(!place.path(company::COPY).exists());
}

#[cfg(debug_assertions)] // only such a build halts where it is told
#[test]
fn a_second_writer_is_told_who_holds_the_state() {
    let place = company::small();
    let mut first = place
        .command(&["apply", "--yes"])
        .env("TENURE_HALT_AT", "6")
        .env("USER", "first.writer")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let mut stream = first.stderr.take().unwrap();
    while !said.contains("halted") {
        let mut bytes = [0; 256];
        let count = stream.read(&mut bytes).unwrap();
        assert!(count > 0, "the first ended: {said}");
        said.push_str(&String::from_utf8_lossy(&bytes[..count]));
    }
    // Whoever only reads is not kept waiting.
    place.expect(2, &["plan"]);
    let second = place.expect(1, &["apply", "--yes"]);
    assert!(second.said("error[locked]"), "{second}");
    assert!(second.said("first.writer"), "{second}");
    first.kill().unwrap();
    first.wait().unwrap();
    place.expect(0, &["apply", "--yes"]);
    place.expect(0, &["plan"]);
}

#[cfg(unix)]
#[test]
fn a_reader_that_stops_early_is_no_panic() {
    let place = Place::example();
    let binary = env!("CARGO_BIN_EXE_tenure");
    for command in [
        "plan",
        "plan --format json",
        "match --format csv",
        "--help",
        "explain 4001",
    ] {
        let script = format!("'{binary}' {command} 2>err | head -n 1 >/dev/null; cat err >&2");
        let ran = Ran::of(
            Command::new("sh")
                .args(["-c", &script])
                .current_dir(place.path("")),
        );
        assert!(!ran.said("panicked"), "{command}: {ran}");
        assert!(!ran.said("Broken pipe"), "{command}: {ran}");
    }
}

#[test]
fn quiet_leaves_results_and_errors() {
    let place = company::small();
    let loud = place.expect(0, &["apply", "--yes"]);
    assert!(!loud.err.is_empty());
    company::make_it_later(&place);
    let quiet = place.expect(0, &["apply", "--yes", "--quiet"]);
    assert_eq!((quiet.out, quiet.err), (String::new(), String::new()));
    let plan = place.expect(0, &["plan", "-q"]);
    assert!(plan.out.contains("Nothing to do"), "{plan}");
    assert_eq!(plan.err, "");
    let wrong = place.expect(1, &["explain", "999", "-q"]);
    assert!(wrong.said("error["), "{wrong}");
}

#[test]
fn colour_is_there_when_asked_for_and_adds_nothing_else() {
    let place = company::small();
    let plain = place.expect(2, &["plan"]);
    let never = place.expect(2, &["plan", "--color=never"]);
    let always = place.expect(2, &["plan", "--color=always"]);
    assert!(!plain.out.contains('\u{1b}'), "{plain}");
    assert_eq!(plain, never);
    assert!(always.out.contains("\u{1b}["), "{always}");
    assert_eq!(without_colour(&always.out), plain.out);
    let error = place.expect(1, &["explain", "999", "--color=always"]);
    assert!(error.said("\u{1b}["), "{error}");
}

/// The text without `ESC [ … m`.
fn without_colour(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once('m').expect("a colour ends").1
    })
}

#[test]
fn machine_output_goes_to_stdout_and_is_one_json_value() {
    let place = company::applied();
    for command in [
        &["plan", "--format", "json"][..],
        &["check", "--format", "json"],
        &["match", "--format", "json"],
        &["history", "--format", "json"],
        &["show", "last", "--format", "json"],
        &["explain", "1", "--format", "json"],
        &["explain", "1", "SG-All", "--format", "json"],
    ] {
        let ran = place.run(command);
        let value: Result<Value, _> = serde_json::from_str(&ran.out);
        assert!(value.is_ok(), "{command:?}: {value:?}\n{ran}");
    }
}

#[test]
fn every_command_has_help_completions_and_a_man_page() {
    let place = Place::empty();
    let mut commands = vec![String::new()];
    let top = place.expect(0, &["--help"]).out;
    let (_, list) = top.split_once("Commands:\n").unwrap();
    let (list, _) = list.split_once("\n\n").unwrap();
    for line in list.lines() {
        // A name stands two to the right; further in, its description goes on.
        let line = line.strip_prefix("  ").unwrap();
        if !line.starts_with(' ') {
            commands.push(line.split(' ').next().unwrap().to_owned());
        }
    }
    for expected in [
        "check", "plan", "apply", "match", "explain", "history", "show",
    ] {
        assert!(commands.iter().any(|command| command == expected), "{top}");
    }
    place.expect(0, &["man", "man"]);
    for command in commands.iter().filter(|command| *command != "help") {
        let page = if command.is_empty() {
            "man/tenure.1".to_owned()
        } else {
            let help = place.expect(0, &[command, "--help"]);
            assert!(help.out.contains("Usage: tenure"), "{help}");
            assert!(help.out.contains("--config"), "{help}");
            format!("man/tenure-{command}.1")
        };
        assert!(place.read(&page).contains(".TH "), "{page}");
    }
    let version = place.expect(0, &["--version"]);
    assert_eq!(
        version.out,
        concat!("tenure ", env!("CARGO_PKG_VERSION"), "\n")
    );
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let text = place.expect(0, &["completions", shell]).out;
        for command in commands.iter().filter(|command| !command.is_empty()) {
            assert!(
                text.contains(command.as_str()),
                "{shell} does not know {command}"
            );
        }
        assert!(
            text.contains("--fail-on") || text.contains("fail-on"),
            "{shell}"
        );
    }
}
