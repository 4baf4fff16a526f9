//! `[lints]` in `tenure.toml`, through the workspace.

use std::path::Path;

use tempfile::TempDir;
use tenure::diagnostic::Severity;
use tenure::workspace::{Error, Workspace};

const CONFIGURATION: &str = r#"
[people]
csv = "people.csv"
[directory]
ldif = "directory.ldif"
write = ["OU=Company,DC=example,DC=com"]
"#;

/// The severities of what is found in a policy with an unused `let` and a row that nobody can meet.
fn severities(lints: &str) -> Result<Vec<(&'static str, Severity)>, Error> {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let prelude = std::fs::read_to_string("tests/lints/prelude.tenure").unwrap();
    write("prelude.tenure", &prelude);
    let sites = "office,code,folder,zone\nBerlin,BER,OU=Berlin,Europe/Berlin\n";
    write("sites.csv", sites);
    write(
        "case.tenure",
        "let spare = office\ngroups { when office == \"Bonn\" and office == \"Bremen\" => \"SG-B\" }\n",
    );
    write("tenure.toml", &format!("{CONFIGURATION}{lints}"));
    let file = folder.path().join("tenure.toml");
    let workspace = Workspace::open(Some(&file), Path::new(""))?;
    let now = "2026-03-02T08:00:00Z".parse().unwrap();
    let (checked, _) = workspace.linted(None, now, |_, _| Vec::new())?;
    assert!(checked.policy.is_some());
    let all = checked.diagnostics.iter();
    let all = all.filter(|one| one.code.name != "password-to-nobody");
    Ok(all.map(|one| (one.code.name, one.severity)).collect())
}

#[test]
fn a_level_is_what_the_configuration_says() {
    let usual = [
        ("unused", Severity::Warning),
        ("never-matches", Severity::Warning),
    ];
    assert_eq!(severities("").unwrap(), usual);
    let lints = "[lints]\nunused = \"allow\"\nnever-matches = \"deny\"\n";
    let set = [("never-matches", Severity::Error)];
    assert_eq!(severities(lints).unwrap(), set);
}

#[test]
fn a_code_that_is_none_or_an_error_is_refused() {
    for (lints, words) in [
        (
            "[lints]\nnever-match = \"allow\"",
            "did you mean `never-matches`?",
        ),
        (
            "[lints]\nunknown-name = \"allow\"",
            "tenure explain-code unknown-name",
        ),
        (
            "[lints]\nunused = \"forbid\"",
            "write `allow`, `warn` or `deny`",
        ),
    ] {
        let error = severities(lints).unwrap_err();
        assert_eq!(error.code(), "bad-config");
        assert!(error.help().contains(words), "{error}: {}", error.help());
    }
}
