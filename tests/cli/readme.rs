//! What the README shows is true: its policy stands in the example, its output is what the program says, its
//! commands exist.

use super::{Place, Ran};

fn readme() -> String {
    std::fs::read_to_string("README.md").unwrap()
}

/// The fenced blocks of a language, without the fences.
fn blocks(language: &str) -> Vec<String> {
    let readme = readme();
    let mut parts = readme.split("```");
    // Outside and inside take turns.
    let mut found = Vec::new();
    while let (Some(_), Some(block)) = (parts.next(), parts.next()) {
        if let Some((name, text)) = block.split_once('\n')
            && name == language
        {
            found.push(text.to_owned());
        }
    }
    found
}

#[test]
fn its_policy_stands_in_the_example_line_by_line() {
    let mut rules = String::new();
    for entry in std::fs::read_dir("rules").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "tenure") {
            rules.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
    let excerpts = blocks("tenure");
    assert!(!excerpts.is_empty());
    for excerpt in excerpts {
        // Each paragraph stands as it is; between them something may be left out.
        for paragraph in excerpt.split("\n\n").map(str::trim_end) {
            assert!(rules.contains(paragraph), "not in rules/:\n{paragraph}");
        }
    }
}

#[test]
fn its_output_is_what_the_command_before_it_prints() {
    let readme = readme();
    let place = Place::example();
    let outputs = blocks("text");
    assert!(!outputs.is_empty());
    for output in outputs {
        let (before, _) = readme.split_once(&output).unwrap();
        let (_, sentence) = before.rsplit_once("`tenure ").unwrap();
        let (command, _) = sentence.split_once('`').unwrap();
        let arguments: Vec<&str> = command.split(' ').collect();
        let ran = place.run(&arguments);
        assert!(
            ran.out.contains(output.trim_end()),
            "tenure {command} prints\n{}",
            ran.out
        );
    }
}

#[test]
fn its_commands_and_flags_exist() {
    let readme = readme();
    let place = Place::example();
    let rows: Vec<&str> = readme
        .lines()
        .filter(|line| line.starts_with("| `tenure "))
        .collect();
    assert!(rows.len() >= 6, "{rows:?}");
    for row in rows {
        let (_, rest) = row.split_once("`tenure ").unwrap();
        let name = rest.split([' ', '`']).next().unwrap();
        let help = place.expect(0, &[name, "--help"]).out;
        for flag in row.split(['`', ' ']).filter(|word| word.starts_with("--")) {
            assert!(help.contains(flag), "`tenure {name}` has no {flag}");
        }
        // A row may name several commands.
        for other in row.split("`tenure ").skip(2) {
            let name = other.split([' ', '`']).next().unwrap();
            place.expect(0, &[name, "--help"]);
        }
    }
}

#[test]
fn its_two_commands_do_what_it_says() {
    let readme = readme();
    assert!(readme.contains("cargo run --release -- plan"));
    assert!(readme.contains("cargo run --release -- apply"));
    let place = Place::example();
    place.expect(2, &["plan"]);
    assert!(
        !place.path("rules/.tenure").exists(),
        "a plan writes nothing"
    );
    place.expect(0, &["apply", "--yes"]);
    place.expect(0, &["plan"]);
}

#[test]
fn its_counts_are_those_of_the_example() {
    let place = Place::example();
    let ran: Ran = place.expect(2, &["plan"]);
    assert!(readme().contains("94 people over five sites"));
    assert!(ran.out.contains("\nPeople  94\n"), "{ran}");
}
