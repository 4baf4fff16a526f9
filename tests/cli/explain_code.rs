//! `tenure explain-code`, and where the other commands point at it.

use serde_json::Value;

use super::{Place, company};

/// A policy with two mistakes of two kinds.
fn mistaken() -> Place {
    let place = company::small();
    place.change(
        "policy/policy.tenure",
        "when department == \"Sales\"   => \"SG-Sales\"",
        "when departement == \"Sales\"  => \"SG-Sales\"",
    );
    place.change(
        "policy/policy.tenure",
        "title          = title          else clear",
        "title = title",
    );
    place
}

#[test]
fn a_page_is_shown_in_the_width_of_the_terminal() {
    let place = Place::empty();
    let mut command = place.command(&["explain-code", "is-not"]);
    let ran = super::Ran::of(command.env("COLUMNS", "64"));
    let page = "\
is-not   error
`is not present` or `is not missing` stands for its opposite

What it finds

  `is not present` or `is not missing` is asked.

Why it matters

  Each is the other's opposite, so there are two ways to say one
  thing, one of them with a double negation.

Example

    groups {
      when nickname is not missing => \"SG-Nicknames\"   # ← here
    }

How to mend it

  Write `is present` or `is missing`.

    groups {
      when nickname is present => \"SG-Nicknames\"
    }
";
    assert_eq!(
        (ran.code, ran.out.as_str(), ran.err.as_str()),
        (0, page, "")
    );
}

#[test]
fn colour_changes_no_word_and_no_line() {
    let place = Place::empty();
    for code in tenure::cli::every_code() {
        let plain = place.expect(0, &["explain-code", code.name]).out;
        let coloured = place
            .expect(0, &["explain-code", code.name, "--color", "always"])
            .out;
        assert!(coloured.contains('\u{1b}') && !plain.contains('\u{1b}'));
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
        assert!(
            plain
                .lines()
                .all(|line| line.chars().count() <= 100 && line == line.trim_end()),
            "{plain}"
        );
    }
}

#[test]
fn the_list_has_every_code_once_with_a_line() {
    let place = Place::empty();
    let listed = place.expect(0, &["explain-code", "--list"]).out;
    let names: Vec<&str> = listed
        .lines()
        .filter(|line| !line.starts_with(' '))
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    let all: Vec<&str> = tenure::cli::every_code()
        .iter()
        .map(|code| code.name)
        .collect();
    assert_eq!(names, all);
}

#[test]
fn machines_read_pages_and_the_list() {
    let place = Place::empty();
    let page = place
        .expect(0, &["explain-code", "cycle", "--format", "json"])
        .out;
    let page: Value = serde_json::from_str(&page).unwrap();
    assert_eq!(page["code"], "cycle");
    assert_eq!(page["severity"], "error");
    assert_eq!(page["summary"], "values that need each other");
    assert!(
        page["page"]
            .as_str()
            .unwrap()
            .starts_with("# cycle\n\n## What it finds\n\n")
    );
    let list = place
        .expect(0, &["explain-code", "--list", "--format", "json"])
        .out;
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!(
        list["codes"].as_array().unwrap().len(),
        tenure::cli::every_code().len()
    );
    assert_eq!(list["codes"][0]["code"], tenure::cli::every_code()[0].name);
}

#[test]
fn a_code_is_found_as_it_stands_in_a_message_and_a_wrong_one_is_answered() {
    let place = Place::empty();
    let plain = place.expect(0, &["explain-code", "unknown-name"]).out;
    assert_eq!(
        place
            .expect(0, &["explain-code", "error[unknown-name]:"])
            .out,
        plain
    );
    let near = place.expect(1, &["explain-code", "unknown-nam"]);
    assert_eq!(
        near.err,
        "error[unknown-code]: there is no code `unknown-nam`\n  \
         help: did you mean `unknown-name`? `tenure explain-code --list` has them all\n"
    );
    let far = place.expect(1, &["explain-code", "segfault"]);
    assert_eq!(
        far.err,
        "error[unknown-code]: there is no code `segfault`\n  help: `tenure explain-code --list` has them all\n"
    );
    assert_eq!((near.out.as_str(), far.out.as_str()), ("", ""));
    place.expect(64, &["explain-code"]);
    place.expect(64, &["explain-code", "cycle", "--list"]);
}

#[test]
fn messages_end_with_one_quiet_line_that_points_at_the_first_page() {
    let place = mistaken();
    let says_more = "`tenure explain-code maybe-missing` says more\n";
    for (arguments, times) in [
        (&["check"][..], 1),
        (&["check", "--format", "plain"], 1),
        (&["plan"], 1),
        (&["check", "--quiet"], 0),
        (&["check", "--format", "json"], 0),
    ] {
        let ran = place.expect(1, arguments);
        assert_eq!(
            ran.err.matches("says more").count(),
            times,
            "{arguments:?}\n{ran}"
        );
        assert_eq!(
            ran.err.matches(says_more).count(),
            times,
            "{arguments:?}\n{ran}"
        );
        assert!(!ran.out.contains("says more"), "{arguments:?}\n{ran}");
    }
    let json: Value = serde_json::from_str(&place.run(&["check", "--format", "json"]).out).unwrap();
    let commands: Vec<&Value> = json["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["explain"])
        .collect();
    assert_eq!(
        commands,
        [
            "tenure explain-code maybe-missing",
            "tenure explain-code unknown-name"
        ]
    );
    let right = company::small();
    let key = age::x25519::Identity::generate().to_public();
    let sealed = format!("  random 16\n  sealed to \"{key}\"\n  change at first logon");
    right.change("policy/policy.tenure", "  random 16", &sealed);
    let right = right.expect(0, &["check"]);
    assert!(!right.err.contains("says more"), "{right}");
}

#[test]
fn shells_complete_codes() {
    let place = Place::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let completions = place.expect(0, &["completions", shell]).out;
        assert!(completions.contains("explain-code"), "{shell}");
    }
    for shell in ["bash", "zsh"] {
        let completions = place.expect(0, &["completions", shell]).out;
        assert!(completions.contains("maybe-missing"), "{shell}");
        for format in ["sarif", "github", "gitlab", "junit"] {
            assert!(completions.contains(format), "{shell}: {format}");
        }
    }
    place.expect(0, &["man", "pages"]);
    let page = place.read("pages/tenure-explain-code.1");
    assert!(
        page.contains("\\-\\-list") && !page.contains("maybe\\-missing, "),
        "{page}"
    );
}
