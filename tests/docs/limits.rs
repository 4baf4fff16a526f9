//! The limits that the reference tells are those of the program.

/// A row of 'Limits', and the constant that it tells of: the file, its name, and how it is said.
const LIMITS: [(&str, &str, &str, &str); 15] = [
    (
        "a policy file",
        "src/syntax/mod.rs",
        "MAX_FILE_BYTES",
        "MiB",
    ),
    (
        "policy files of one policy",
        "src/workspace/mod.rs",
        "MAX_POLICY_FILES",
        "",
    ),
    (
        "brackets inside one another",
        "src/syntax/mod.rs",
        "MAX_NESTING",
        "",
    ),
    (
        "levels of one expression; a chain of `and` or of `or` is one level",
        "src/syntax/mod.rs",
        "MAX_DEPTH",
        "",
    ),
    (
        "errors that are shown of one file",
        "src/syntax/mod.rs",
        "MAX_DIAGNOSTICS",
        "",
    ),
    (
        "steps of one proof: that rows leave nobody out, or what a lint claims",
        "src/policy/prove/mod.rs",
        "MAX_STEPS",
        "",
    ),
    (
        "fields of `person`",
        "src/hr/schema.rs",
        "MAX_ATTRIBUTES",
        "",
    ),
    (
        "a text from HR",
        "src/hr/typing.rs",
        "MAX_TEXT_BYTES",
        "KiB",
    ),
    (
        "a text that a policy makes; a longer one is [unknown](#unknown)",
        "src/policy/eval/expr.rs",
        "MAX_MADE_BYTES",
        "KiB",
    ),
    ("values of one list", "src/hr/typing.rs", "MAX_ITEMS", ""),
    ("people", "src/hr/read.rs", "MAX_PEOPLE", ""),
    (
        "rows of a lookup table",
        "src/policy/lower/tables.rs",
        "MAX_ROWS",
        "",
    ),
    (
        "names that one template of a group may stand for",
        "src/policy/lower/groups.rs",
        "MAX_NAMES",
        "",
    ),
    (
        "a compiled pattern",
        "src/policy/pattern.rs",
        "MAX_BYTES",
        "MiB",
    ),
    ("digits of a `number`", "src/hr/decimal.rs", "MAX_SCALE", ""),
];

/// The value of `const NAME: … = 8 * 1024;` or `1 << 18`.
fn constant(file: &str, name: &str) -> u64 {
    let source = std::fs::read_to_string(file).unwrap();
    let (_, rest) = source
        .split_once(&format!("const {name}: "))
        .unwrap_or_else(|| panic!("{file} has no `{name}`"));
    let (_, value) = rest.split_once(" = ").unwrap();
    let (value, _) = value.split_once(';').unwrap();
    let number = |text: &str| text.trim().replace('_', "").parse::<u64>().unwrap();
    match value.split_once("<<") {
        Some((base, by)) => number(base) << number(by),
        None => value.split('*').map(number).product(),
    }
}

/// `10,000`, `8 MiB`.
fn said(value: u64, unit: &str) -> String {
    match unit {
        "KiB" => format!("{} KiB", value / 1024),
        "MiB" => format!("{} MiB", value / (1024 * 1024)),
        _ => {
            let digits = value.to_string();
            let mut text = String::new();
            for (index, digit) in digits.chars().enumerate() {
                if index > 0 && (digits.len() - index).is_multiple_of(3) {
                    text.push(',');
                }
                text.push(digit);
            }
            text
        }
    }
}

#[test]
fn the_reference_tells_the_limits_of_the_program() {
    let reference = std::fs::read_to_string("docs/language.md").unwrap();
    let mut wrong = Vec::new();
    for (what, file, name, unit) in LIMITS {
        let row = format!("| {what} | {} |", said(constant(file, name), unit));
        if !reference.contains(&row) {
            wrong.push(row);
        }
    }
    assert!(
        wrong.is_empty(),
        "not in docs/language.md:\n{}",
        wrong.join("\n")
    );
}
