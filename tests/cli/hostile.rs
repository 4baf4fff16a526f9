//! Text from HR and the directory is hostile until shown otherwise: in no output does it reach a terminal, a page, a
//! spreadsheet or a parser as anything but text (S15).

use serde_json::{Value, json};

use super::ldif::Ldif;
use super::{Place, company};

/// Names and titles as an attacker with a form in HR would write them.
const PEOPLE: [(&str, &str, &str, &str); 9] = [
    (
        "11",
        "Esc\u{1b}[2J\u{1b}]0;owned\u{7}",
        "Ape",
        "clears the screen",
    ),
    (
        "12",
        "Bi\u{202e}di\u{2066}",
        "Tester",
        "\u{202e}reversed\u{2069}",
    ),
    (
        "13",
        "=cmd|'/c calc'!A1",
        "Formula",
        "=HYPERLINK(\"https://evil.example\")",
    ),
    ("14", "+1", "-2", "@SUM(A1:A9)"),
    (
        "15",
        "[click](https://evil.example)",
        "`code`",
        "![i](https://evil.example/x.png)",
    ),
    ("16", "<script>alert(1)</script>", "<b>", "| cell | cell |"),
    ("17", "Two\nlines", "# Heading", "- [ ] task\n\n---\n"),
    (
        "18",
        "Zero\u{200b}\u{feff}Width",
        "\u{85}Next\u{2028}Line",
        "C1 \u{9b}31m",
    ),
    ("19", "**bold**", "@everyone", "#1 fixes #2 </details>"),
];

/// The small company with these people, all of them new, and a few of them in the directory already.
fn hostile() -> Place {
    let place = company::small();
    // JSON lets through what no table would hold.
    place.change(
        "tenure.toml",
        "csv = \"people.csv\"",
        "personio_v1 = \"page.json\"",
    );
    let policy = "policy/policy.tenure";
    place.change(
        policy,
        "department : text?",
        "department : text?  from \"dynamic_1\"",
    );
    place.change(
        policy,
        "title      : text?",
        "title      : text?  from \"position\"",
    );
    let mut people = Vec::new();
    for (id, first, last, title) in PEOPLE {
        people.push(employee(id, [first, last, "active", "Lab", title]));
        // And as somebody whose record cannot be read.
        people.push(employee(
            &format!("{id}0"),
            [first, last, first, last, title],
        ));
    }
    // People whom the directory knows, and who changed and left.
    people.push(employee(
        "2",
        ["Ben", "Ode", "active", "=1+1", "\u{1b}[31mred"],
    ));
    people.push(employee("5", ["Eva", "\u{202e}Alt", "inactive", "", ""]));
    let page = json!({
        "success": true,
        "metadata": {"total_elements": people.len(), "current_page": 0, "total_pages": 1},
        "offset": 0,
        "limit": 200,
        "data": people,
    });
    place.write("page.json", page.to_string());
    let mut ldif = Ldif::parse(company::LDIF);
    let ben = ldif.having("employeeID", "2");
    ben.set("title", "\u{1b}[1mold\u{202e} <i>title</i> | `x`");
    ben.set("department", "=old()");
    ldif.rename(
        "CN=Eva Alt,OU=Staff,OU=Small,DC=small,DC=example",
        "CN=\\=Eva\\0A\u{202e}\\<b\\>Alt,OU=Staff,OU=Small,DC=small,DC=example",
    );
    ldif.having("employeeID", "5")
        .set("cn", "=Eva\n\u{202e}<b>Alt");
    place.write("directory.ldif", ldif.text());
    place.change(
        "policy/policy.tenure",
        "guard {",
        "guard {\n  quarantine at most 50\n  values at most 50\n  lose at most 50",
    );
    place
}

/// A person as Personio answers.
fn employee(id: &str, [first, last, status, department, title]: [&str; 5]) -> Value {
    let attribute = |label: &str, value: &str| json!({"label": label, "value": value, "type": "standard", "universal_id": null});
    let id: u64 = id.parse().unwrap();
    json!({"type": "Employee", "attributes": {
        "id": {"label": "ID", "value": id, "type": "integer", "universal_id": "id"},
        "first_name": attribute("First name", first),
        "last_name": attribute("Last name", last),
        "status": attribute("Status", status),
        "dynamic_1": attribute("Department", department),
        "position": attribute("Position", title),
    }})
}

/// Characters that do something to whoever reads them.
fn acts(c: char) -> bool {
    let control = c.is_control() && c != '\n';
    let invisible = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    control || invisible
}

#[track_caller]
fn harmless(what: &str, text: &str) {
    // As RFC 4180 ends the lines of a CSV.
    let text = text.replace("\r\n", "\n");
    if let Some(position) = text.chars().position(acts) {
        let around: String = text
            .chars()
            .skip(position.saturating_sub(40))
            .take(80)
            .collect();
        panic!("{what} has a character that acts: {around:?}");
    }
}

#[test]
fn no_character_that_acts_reaches_any_output() {
    let place = hostile();
    let commands: [&[&str]; 10] = [
        &["plan"],
        &["plan", "-v"],
        &["plan", "--format", "json"],
        &["plan", "--format", "markdown"],
        &["plan", "--format", "markdown", "--names"],
        &["match"],
        &["match", "--format", "json"],
        &["match", "--format", "csv"],
        &["check"],
        &["plan", "--only", "\u{1b}[2J\u{202e}"],
    ];
    let run = |place: &Place, command: &[&str]| {
        let ran = place.run(command);
        assert!([0, 1, 2].contains(&ran.code), "{command:?} {ran}");
        harmless(&format!("stdout of {command:?}"), &ran.out);
        harmless(&format!("stderr of {command:?}"), &ran.err);
    };
    for command in commands {
        run(&place, command);
    }
    for (id, ..) in PEOPLE {
        run(&place, &["explain", id]);
        run(&place, &["explain", id, "title"]);
        run(&place, &["explain", id, "--format", "json"]);
        run(&place, &["explain", &format!("{id}0")]);
    }
    let applied = place.run(&["apply", "--yes"]);
    assert!([0, 4].contains(&applied.code), "{applied}");
    assert!(applied.said(" done"), "{applied}");
    harmless("stderr of apply", &applied.err);
    for command in commands {
        run(&place, command);
    }
    for command in [
        &["history"][..],
        &["history", "--format", "json"],
        &["show", "last"],
        &["show", "last", "--format", "json"],
    ] {
        run(&place, command);
    }
    let left = place.plan().deeds();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn a_policy_and_a_configuration_are_as_hostile() {
    let place = company::small();
    place.write(
        "policy/\u{202e}evil.tenure",
        "let a = \u{1b}[2J \u{202e} nonsense\n# \u{9b}31m\n\"unended",
    );
    for format in [
        "human", "plain", "json", "sarif", "github", "gitlab", "junit",
    ] {
        let ran = place.expect(1, &["check", "--format", format]);
        harmless(&format!("stdout of check as {format}"), &ran.out);
        harmless(&format!("stderr of check as {format}"), &ran.err);
    }
    harmless("plan", &place.expect(1, &["plan"]).err);
    let place = company::small();
    place.change("tenure.toml", "people.csv", "\\u001b[2J\\u202e.csv");
    harmless("plan", &place.expect(1, &["plan"]).err);
}

#[test]
fn markdown_holds_no_markup_from_hr() {
    let place = hostile();
    for command in [
        &["plan", "--format", "markdown"][..],
        &["plan", "--format", "markdown", "--names"],
    ] {
        let page = place.expect(2, command).out;
        let mut outside = String::new();
        for line in page.lines() {
            assert!(
                !line.starts_with("# Heading") && !line.starts_with("- [ ] task"),
                "{line}"
            );
            outside.push_str(&without_code(line));
            outside.push('\n');
        }
        for live in [
            "](https",
            "<script",
            "<b>",
            "</details>\u{20}",
            "**bold**",
            "@everyone",
            "evil.example/x.png)",
        ] {
            assert!(!outside.contains(live), "{live:?} is live in\n{outside}");
        }
    }
}

/// A line without its code spans, in which Markdown is text.
fn without_code(line: &str) -> String {
    let mut rest = line;
    let mut outside = String::new();
    while let Some((before, after)) = rest.split_once('`') {
        outside.push_str(before);
        if before.ends_with('\\') {
            // An escaped backtick opens nothing.
            rest = after;
            continue;
        }
        let ticks = 1 + after.len() - after.trim_start_matches('`').len();
        let fence = "`".repeat(ticks);
        let Some((_, behind)) = after[ticks - 1..].split_once(&fence) else {
            outside.push_str(after);
            return outside;
        };
        rest = behind.trim_start_matches('`');
    }
    outside + rest
}

#[test]
fn no_cell_of_a_csv_is_a_formula() {
    let place = hostile();
    let text = place.run(&["match", "--format", "csv"]).out;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut cells = 0;
    for row in reader.records() {
        for cell in &row.unwrap() {
            cells += 1;
            let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
            assert!(!formula, "{cell:?}");
        }
    }
    assert!(cells > 50);
    assert!(text.contains("'=cmd|"), "{text}");
}

#[test]
fn json_says_the_values_as_they_are() {
    type People = Vec<(&'static str, &'static str, &'static str, &'static str)>;
    let place = hostile();
    let plan = place.plan();
    let titles: Vec<&str> = plan
        .actions()
        .iter()
        .filter_map(|action| action["change"]["create_account"]["attributes"].as_array())
        .flatten()
        .filter(|attribute| attribute["name"] == "title")
        .filter_map(|attribute| attribute["values"][0].as_str())
        .collect();
    // Whoever reads JSON gets what HR has, but for the white space at its ends; whoever has characters that act in a
    // name gets no account, for they do not reach the directory at all.
    let acting = |texts: [&str; 3]| {
        let mut characters = texts.iter().flat_map(|text| text.trim().chars());
        characters.any(|c| c.is_control() || acts(c))
    };
    let (held, made): (People, People) = PEOPLE
        .into_iter()
        .partition(|(_, first, last, title)| acting([*first, *last, *title]));
    let expected: Vec<&str> = made.iter().map(|(.., title)| title.trim()).collect();
    assert_eq!(titles, expected);
    assert_eq!(held.len(), 4);
    let told = plan.findings("held");
    for (id, ..) in held {
        assert!(told.contains(&id.to_owned()), "{id} is not in {told:?}");
    }
}
