//! The list of lints in the chapter on policies as code.

use std::fmt::Write as _;

const PAGE: &str = "docs/policies-as-code.md";

const HEAD: &str = "| lint | is | finds |\n|---|---|---|\n";

#[test]
fn every_lint_stands_in_the_list() {
    let text = std::fs::read_to_string(PAGE).unwrap();
    let (before, after) = text.split_once(HEAD).unwrap();
    let end = after.find("\n\n").map_or(after.len(), |end| end + 1);
    let (listed, after) = after.split_at(end);
    let mut rows = String::new();
    for code in tenure::policy::lint::codes::ALL {
        let word = code.severity.word();
        writeln!(rows, "| `{}` | {word} | {} |", code.name, code.summary).unwrap();
    }
    if std::env::var_os("TENURE_WRITE_DOCS").is_some() {
        std::fs::write(PAGE, format!("{before}{HEAD}{rows}{after}")).unwrap();
        return;
    }
    assert_eq!(listed, rows);
}
