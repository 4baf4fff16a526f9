//! What a comment allows, and what `[lints]` says: they are left out, and nothing else is.

use crate::policy::bench::Bench;
use crate::policy::show;

/// A row that nobody can meet, and one that is found twice.
const NEVER: &str = "when office == \"Berlin\" and office == \"Bremen\" => \"SG-Both\"";

#[track_caller]
fn found(text: &str) -> Vec<String> {
    let linted = Bench::lints().policy(text).lint();
    assert!(linted.policy.is_some(), "{text}");
    let all = linted.diagnostics.iter();
    all.map(|one| {
        let (_, at) = linted.sources.place(one.primary.span).unwrap();
        format!("{} {}", at.line, one.code.name)
    })
    .collect()
}

#[test]
fn a_comment_stands_over_the_next_statement_or_item() {
    let reason = "# allow(never-matches): the offices are about to be joined";
    assert_eq!(
        found(&format!("groups {{\n{NEVER}\n}}")),
        ["2 never-matches"]
    );
    let over_row = format!("groups {{\n  {reason}\n  {NEVER}\n}}");
    let over_item = format!("{reason}\n\n# another comment\ngroups {{\n  {NEVER}\n}}");
    let behind_row = format!("groups {{\n  {NEVER}   {reason}\n}}");
    let behind_brace = format!("groups {{   {reason}\n  {NEVER}\n}}");
    for text in [over_row, over_item, behind_row, behind_brace] {
        assert_eq!(found(&text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn it_stands_over_nothing_else() {
    let reason = "# allow(never-matches): the offices are about to be joined";
    let other = "when office == \"Bonn\" => \"SG-Bonn\"";
    let text = format!("groups {{\n  {other}   {reason}\n  {NEVER}\n}}");
    assert_eq!(found(&text), ["2 unused-allow", "3 never-matches"]);
    let text = format!("groups {{\n  {reason}\n  {other}\n  {NEVER}\n}}");
    assert_eq!(found(&text), ["2 unused-allow", "4 never-matches"]);
    // It is not the end of another word, and not in a text.
    let text = format!("groups {{\n  # we allow(never-matches): so\n  {NEVER}\n}}");
    assert_eq!(found(&text), ["3 never-matches"]);
}

#[test]
fn several_codes_have_one_reason() {
    let text = format!(
        "groups {{\n  # allow(never-matches, case-differs): both are said by HR\n  {NEVER}\n}}"
    );
    assert_eq!(found(&text), ["2 unused-allow"]);
}

#[test]
fn a_warning_of_the_checker_is_allowed_like_a_lint_and_an_error_is_not() {
    let text = "# allow(unused): the next release needs it\nlet spare = office";
    assert_eq!(found(text), Vec::<String>::new());
    let text =
        "# allow(unknown-name): it will be there\ngroups { when office == \"Bonn\" => \"SG-B\" }";
    assert_eq!(found(text), ["1 bad-allow"]);
    let text =
        "# allow(unknown-name): it will be there\ngroups { when offices == \"Bonn\" => \"SG-B\" }";
    let linted = Bench::lints().policy(text).lint();
    let shown = show::diagnostics(&linted.sources, &linted.diagnostics);
    assert!(
        linted.policy.is_none() && shown.contains("unknown-name"),
        "{shown}"
    );
}

#[test]
fn without_a_reason_nothing_is_allowed() {
    for comment in [
        "# allow(never-matches)",
        "# allow(never-matches):",
        "# allow(never-matches",
    ] {
        let text = format!("groups {{\n  {comment}\n  {NEVER}\n}}");
        assert_eq!(
            found(&text),
            ["2 bad-allow", "3 never-matches"],
            "{comment}"
        );
    }
    let text = format!("groups {{\n  {NEVER}\n}}\n# allow(never-matches): nothing comes below");
    assert_eq!(found(&text), ["2 never-matches", "4 bad-allow"]);
}
