//! The workspace: configurations and folders that are wrong are answered in words that say what to do.

use std::path::Path;

use tempfile::TempDir;
use tenure::diagnostic::Diagnostic;
use tenure::workspace::{Config, Outside, Workspace};

use crate::policy::show;

const CONFIG: &str = "[people]\ncsv = \"people.csv\"\n\n[directory]\nldif = \"directory.ldif\"\nwrite = [\"OU=Company,DC=example,DC=com\"]\n";

/// A world in which recordings are all there is.
pub(crate) const OUTSIDE: Outside<'static> = Outside {
    variable: &|_| None,
    now: &|| jiff::Timestamp::UNIX_EPOCH,
    progress: &|_, _| {},
    last: &std::collections::BTreeSet::new(),
};

/// A folder with these files; `tenure.toml` is a right one unless it is among them.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tenure.toml"), CONFIG).unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

/// What a folder is answered with; the folder's own name is left out.
fn answer(files: &[(&str, &[u8])]) -> String {
    let folder = folder(files);
    let answer =
        match Workspace::open(None, folder.path()).and_then(|workspace| workspace.policy(None)) {
            Ok(checked) => {
                assert_eq!(
                    checked.policy.is_none(),
                    checked.diagnostics.iter().any(Diagnostic::is_error)
                );
                show::diagnostics(&checked.sources, &checked.diagnostics)
            }
            Err(error) => format!("{}: {error}\n  help: {}\n", error.code(), error.help()),
        };
    answer.replace(&folder.path().display().to_string(), "FOLDER")
}

/// What a configuration is answered with.
fn config(text: &str) -> String {
    match Config::parse("tenure.toml", text) {
        Ok(config) => format!("{config:?}\n"),
        Err(error) => format!("{error}\n  help: {}\n", error.help()),
    }
}

#[test]
fn a_configuration_names_the_section_that_is_missing() {
    insta::assert_snapshot!(config("[directory]\nldif = \"d.ldif\"\nwrite = [\"DC=x\"]\n"), @r"
    `tenure.toml`, line 1: `people` is missing
      help: sections are `[policy]`, `[people]`, `[directory]`, `[state]`, `[apply]`, `[mail]`, `[http]`, `[steps.NAME]`, `[archive]`, `[lints]` and `[params]`
    ");
    insta::assert_snapshot!(config("[people]\ncsv = \"p.csv\"\n"), @r"
    `tenure.toml`, line 1: `directory` is missing
      help: sections are `[policy]`, `[people]`, `[directory]`, `[state]`, `[apply]`, `[mail]`, `[http]`, `[steps.NAME]`, `[archive]`, `[lints]` and `[params]`
    ");
}

#[test]
fn a_configuration_names_the_key_that_does_not_exist() {
    insta::assert_snapshot!(config(&format!("{CONFIG}base = \"x\"\n")), @r"
    `tenure.toml`, line 7: there is no `base`; known is one of `ldif`, `ldap`, `read`, `write`
      help: sections are `[policy]`, `[people]`, `[directory]`, `[state]`, `[apply]`, `[mail]`, `[http]`, `[steps.NAME]`, `[archive]`, `[lints]` and `[params]`
    ");
    insta::assert_snapshot!(config(&format!("{CONFIG}[peple]\n")), @r"
    `tenure.toml`, line 7: there is no `peple`; known is one of `policy`, `people`, `directory`, `state`, `apply`, `mail`, `http`, `steps`, `archive`, `params`, `snapshot`, `lints`
      help: sections are `[policy]`, `[people]`, `[directory]`, `[state]`, `[apply]`, `[mail]`, `[http]`, `[steps.NAME]`, `[archive]`, `[lints]` and `[params]`
    ");
}

#[test]
fn a_configuration_that_is_no_toml_is_refused_with_its_line() {
    insta::assert_snapshot!(config("[people\ncsv = 1\n"), @r"
    `tenure.toml`, line 1: unclosed table, expected `]`
      help: sections are `[policy]`, `[people]`, `[directory]`, `[state]`, `[apply]`, `[mail]`, `[http]`, `[steps.NAME]`, `[archive]`, `[lints]` and `[params]`
    ");
    insta::assert_snapshot!(config(""), @r"
    `tenure.toml`, line 1: `people` is missing
      help: sections are `[policy]`, `[people]`, `[directory]`, `[state]`, `[apply]`, `[mail]`, `[http]`, `[steps.NAME]`, `[archive]`, `[lints]` and `[params]`
    ");
}

#[test]
fn values_of_a_configuration_are_checked() {
    let with = |from: &str, to: &str| config(&CONFIG.replace(from, to));
    insta::assert_snapshot!(with("\"OU=Company,DC=example,DC=com\"", "\"Company\""), @r"
    `tenure.toml`: `Company` is no distinguished name: `Company` has no `=`; a component reads `CN=Ada King` or `OU=Berlin`
      help: write it as the directory does: `OU=Company,DC=example,DC=com`
    ");
    insta::assert_snapshot!(with("\"OU=Company,DC=example,DC=com\"", ""), @r#"
    `tenure.toml`: `[directory]` has no write base
      help: name the unit below which accounts may be changed: `write = ["OU=Company,DC=example,DC=com"]`
    "#);
    insta::assert_snapshot!(config(&format!("{CONFIG}[apply]\nin_flight = 0\n")), @r"
    `tenure.toml`: `[apply]` wants 0 operations in flight
      help: write a number from 1 to 256; with 1 everything happens in the order of the plan
    ");
    insta::assert_snapshot!(config(&format!("{CONFIG}[apply]\nin_flight = 257\n")), @r"
    `tenure.toml`: `[apply]` wants 257 operations in flight
      help: write a number from 1 to 256; with 1 everything happens in the order of the plan
    ");
    insta::assert_snapshot!(config(&format!("{CONFIG}[apply]\nrate = 0\n")), @r"
    `tenure.toml`: `[apply]` allows no operation at all
      help: write how many operations there may be in a second, or remove `rate`
    ");
    insta::assert_snapshot!(config(&format!("{CONFIG}[apply]\nrate = -1\n")), @r"
    `tenure.toml`, line 8: invalid value: integer `-1`, expected u32
      help: sections are `[policy]`, `[people]`, `[directory]`, `[state]`, `[apply]`, `[mail]`, `[http]`, `[steps.NAME]`, `[archive]`, `[lints]` and `[params]`
    ");
    insta::assert_snapshot!(with("csv = \"people.csv\"", "csv = \"people.csv\"\nclock = \"2026-03-02 09:00\""), @r#"
    `tenure.toml`: `clock = "2026-03-02 09:00"` is no point in time
      help: write it with its offset: `clock = "2026-03-02T09:00:00+01:00"`
    "#);
    insta::assert_snapshot!(with("csv = \"people.csv\"", "csv = \"people.csv\"\npersonio_v1 = \"*.json\""), @r#"
    `tenure.toml`: `[people]` names no source, or two
      help: write one of `personio = {}`, `personio_v1 = "people/*.json"` and `csv = "people.csv"`
    "#);
    insta::assert_snapshot!(with("csv = \"people.csv\"", "personio_v1 = []"), @r#"
    `tenure.toml`: `[people]` names no source, or two
      help: write one of `personio = {}`, `personio_v1 = "people/*.json"` and `csv = "people.csv"`
    "#);
    insta::assert_snapshot!(with("csv = \"people.csv\"", "personio_v1 = \"*.json\"\nemployments = \"jobs.csv\""), @r"
    `tenure.toml`: `[people]` names `employments`, and its people are not from a `csv`
      help: Personio sends employments with the people: remove the line
    ");
    insta::assert_snapshot!(with("[directory]", "[params]\nfloors = [\"a,b\"]\n\n[directory]"), @r"
    `tenure.toml`: the parameter `floors` is a list of something that is no text without a comma
      help: write its elements as texts; a comma stands between elements
    ");
    insta::assert_snapshot!(with("[directory]", "[params]\nshare = 1.5\n\n[directory]"), @r"
    `tenure.toml`: the parameter `share` is neither text nor number, date or truth value
      help: write it as a text; the policy's `param` says its type
    ");
}

#[test]
fn a_folder_without_policy_says_so() {
    insta::assert_snapshot!(answer(&[("notes.txt", b"x"), (".hidden/a.tenure", b"x")]), @r#"
    no-policy: there is no policy in `FOLDER/.`: it has no `*.tenure` file
      help: name the folder in `tenure.toml`: `[policy]` `path = "…"`
    "#);
    let elsewhere = CONFIG.to_owned() + "[policy]\npath = \"policies\"\n";
    insta::assert_snapshot!(answer(&[("tenure.toml", elsewhere.as_bytes())]), @r"
    unreadable-file: cannot read `FOLDER/policies/`: there is no such file
      help: check that it exists and that you may read it
    ");
}

#[test]
fn no_configuration_anywhere_is_said_with_where_the_search_began() {
    let folder = tempfile::tempdir().unwrap();
    let error = Workspace::open(None, folder.path()).unwrap_err();
    let shown = format!("{}: {error}\n  help: {}\n", error.code(), error.help());
    insta::assert_snapshot!(shown.replace(&folder.path().display().to_string(), "FOLDER"), @r"
    no-config: there is no `tenure.toml` in `FOLDER` or above it, and no `rules/tenure.toml`
      help: name one with `--config FILE`, or go to a folder that has one
    ");
    let named = folder.path().join("other.toml");
    let error = Workspace::open(Some(&named), Path::new("/")).unwrap_err();
    let shown = format!("{}: {error}\n  help: {}\n", error.code(), error.help());
    insta::assert_snapshot!(shown.replace(&folder.path().display().to_string(), "FOLDER"), @r"
    unreadable-file: cannot read `FOLDER/other.toml`: there is no such file
      help: check that it exists and that you may read it
    ");
}

#[test]
fn the_nearest_configuration_upwards_counts() {
    let folder = folder(&[("deep/er/a.tenure", b"")]);
    let workspace = Workspace::open(None, &folder.path().join("deep/er")).unwrap();
    assert_eq!(workspace.root, folder.path());
    let below = tempfile::tempdir().unwrap();
    std::fs::create_dir(below.path().join("rules")).unwrap();
    std::fs::write(below.path().join("rules/tenure.toml"), CONFIG).unwrap();
    let workspace = Workspace::open(None, below.path()).unwrap();
    assert_eq!(workspace.root, below.path().join("rules"));
}

#[test]
fn files_that_are_no_text_are_refused_by_name() {
    insta::assert_snapshot!(answer(&[("a.tenure", b"\x00\x01\x02\xff\xfe")]), @r"
    unreadable-file: cannot read `FOLDER/./a.tenure`: this is a binary file, not text (byte 0 is 0x00)
      help: save it as UTF-8 text
    ");
    insta::assert_snapshot!(answer(&[("b.tenure", b"# M\xfcller\n")]), @r#"
    unreadable-file: cannot read `FOLDER/./b.tenure`: this is not UTF-8 (byte 3 is 0xfc): it looks like Windows-1252 or another old code page; save it again as UTF-8 (Excel: "CSV UTF-8", Notepad: Encoding UTF-8, PowerShell: -Encoding utf8)
      help: save it as UTF-8 text
    "#);
    let folder = folder(&[("a.tenure", b"")]);
    std::fs::create_dir(folder.path().join("people.csv")).unwrap();
    std::fs::create_dir(folder.path().join("folder.tenure")).unwrap();
    let workspace = Workspace::open(None, folder.path()).unwrap();
    let checked = workspace.policy(None).unwrap();
    assert_eq!(
        checked.sources.iter().count(),
        1,
        "a folder is no policy file"
    );
}

#[test]
fn an_empty_policy_says_what_it_needs() {
    insta::assert_snapshot!(answer(&[("a.tenure", b"")]), @r#"
    error[missing-item]: the policy has no `identity`
      a.tenure:1

        ^
      help: write `identity { anchor employeeID = id }`
    error[missing-item]: the policy has no `lifecycle`
      a.tenure:1

        ^
      help: write `lifecycle { … }`: it says in which stage a person is
    error[missing-item]: the policy has no `person`
      a.tenure:1

        ^
      help: write `person { … }`: it says what HR knows of a person
    error[missing-item]: the policy has no `profile`
      a.tenure:1

        ^
      help: write `profile { … }`: it says what attributes an account has
    error[missing-item]: the policy has no `timezone`
      a.tenure:1

        ^
      help: write `timezone "Europe/Berlin"`, or wherever people are
    error[missing-item]: the policy has no `unit`
      a.tenure:1

        ^
      help: write `unit { otherwise => "OU=…" }`: it says where accounts stand
    "#);
    insta::assert_snapshot!(answer(&[("a.tenure", b"\xef\xbb\xbf# only a comment\r\n")]), @r#"
    error[missing-item]: the policy has no `identity`
      a.tenure:1
        # only a comment
        ^
      help: write `identity { anchor employeeID = id }`
    error[missing-item]: the policy has no `lifecycle`
      a.tenure:1
        # only a comment
        ^
      help: write `lifecycle { … }`: it says in which stage a person is
    error[missing-item]: the policy has no `person`
      a.tenure:1
        # only a comment
        ^
      help: write `person { … }`: it says what HR knows of a person
    error[missing-item]: the policy has no `profile`
      a.tenure:1
        # only a comment
        ^
      help: write `profile { … }`: it says what attributes an account has
    error[missing-item]: the policy has no `timezone`
      a.tenure:1
        # only a comment
        ^
      help: write `timezone "Europe/Berlin"`, or wherever people are
    error[missing-item]: the policy has no `unit`
      a.tenure:1
        # only a comment
        ^
      help: write `unit { otherwise => "OU=…" }`: it says where accounts stand
    "#);
}

#[test]
fn a_table_that_is_not_there_is_reported_where_it_is_named() {
    let policy = "person { id : int key  office : text? }\ntable sites from \"tables/sites.csv\" key office { office : text }\n";
    let answer = answer(&[("deep/a.tenure", policy.as_bytes())]);
    insta::assert_snapshot!(answer, @r#"
    error[missing-item]: the policy has no `identity`
      deep/a.tenure:1
        person { id : int key  office : text? }
        ^
      help: write `identity { anchor employeeID = id }`
    error[missing-item]: the policy has no `lifecycle`
      deep/a.tenure:1
        person { id : int key  office : text? }
        ^
      help: write `lifecycle { … }`: it says in which stage a person is
    error[missing-item]: the policy has no `profile`
      deep/a.tenure:1
        person { id : int key  office : text? }
        ^
      help: write `profile { … }`: it says what attributes an account has
    error[missing-item]: the policy has no `timezone`
      deep/a.tenure:1
        person { id : int key  office : text? }
        ^
      help: write `timezone "Europe/Berlin"`, or wherever people are
    error[missing-item]: the policy has no `unit`
      deep/a.tenure:1
        person { id : int key  office : text? }
        ^
      help: write `unit { otherwise => "OU=…" }`: it says where accounts stand
    error[bad-table]: the table `tables/sites.csv` cannot be read
      deep/a.tenure:2
        table sites from "tables/sites.csv" key office { office : text }
                         ^^^^^^^^^^^^^^^^^^ cannot read `FOLDER/./deep/tables/sites.csv`: there is no such file
      help: the path is relative to the file in which it is written
    "#);
}

#[test]
fn people_that_cannot_be_read_are_refused() {
    let policy = include_bytes!("../policy/prelude.tenure");
    let sites = b"office,code,folder,zone,phone\nBerlin,BER,OU=Berlin,Europe/Berlin,\n";
    let mut files: Vec<(&str, &[u8])> = vec![("a.tenure", policy), ("sites.csv", sites)];
    let read = |files: &[(&str, &[u8])], config: &str| {
        let folder = folder(files);
        std::fs::write(folder.path().join("tenure.toml"), config).unwrap();
        let workspace = Workspace::open(None, folder.path()).unwrap();
        let policy = workspace.policy(None).unwrap().policy.unwrap();
        match workspace.people(&policy, &OUTSIDE) {
            Ok(people) => format!("{} people\n", people.people().len()),
            Err(error) => format!("{}: {error}\n  help: {}\n", error.code(), error.help()),
        }
        .replace(&folder.path().display().to_string(), "FOLDER")
    };
    insta::assert_snapshot!(read(&files, CONFIG), @r"
    unreadable-file: cannot read `FOLDER/people.csv`: there is no such file
      help: check that it exists and that you may read it
    ");
    let recorded = CONFIG.replace("csv = \"people.csv\"", "personio_v1 = \"pages/*.json\"");
    insta::assert_snapshot!(read(&files, &recorded), @r"
    unreadable-file: cannot read `FOLDER/pages`: there is no such file
      help: check that it exists and that you may read it
    ");
    files.push(("pages/notes.txt", b"x"));
    insta::assert_snapshot!(read(&files, &recorded), @r"
    unreadable-file: no file matches `pages/*.json`
      help: check the name in `tenure.toml`; `*` stands for any part of a file name
    ");
    files.push(("people.csv", b"id,first_name\n1,Ada\n"));
    insta::assert_snapshot!(read(&files, CONFIG), @r"
    csv-no-column: people.csv lacks the columns `last_name`, `preferred_name` (the policy's `nickname`), `email`, `status`, `employment_type` (the policy's `contract`), `hire_date`, `termination_date` (the policy's `last_day`), `department`, `office`, `supervisor`, `dynamic_1` (the policy's `kind`), `dynamic_2` (the policy's `duties`), `dynamic_3` (the policy's `temporary`), `dynamic_4` (the policy's `workload`), `dynamic_5` (the policy's `illness`)
      help: did you mean `first_name` instead of `last_name`?; the table has `id`, `first_name`: name one of them with `from`
    ");
}

#[test]
fn policy_files_of_all_folders_are_one_policy() {
    let prelude = include_str!("../policy/prelude.tenure");
    let (one, two) = prelude.split_once("lifecycle {").unwrap();
    let two = format!("lifecycle {{{two}").replace('\n', "\r\n");
    let sites = b"office,code,folder,zone,phone\nBerlin,BER,OU=Berlin,Europe/Berlin,\n";
    let files: [(&str, &[u8]); 3] = [
        ("x/one.tenure", one.as_bytes()),
        ("y/z/two.tenure", two.as_bytes()),
        ("x/sites.csv", sites),
    ];
    // It has no key, and no notice that brings passwords: nothing else is said.
    let said = answer(&files);
    assert!(said.starts_with("warning[password-to-nobody]"), "{said}");
    assert_eq!(said.matches('[').count(), 1, "{said}");
}

#[test]
fn employments_are_read_from_the_table_that_the_configuration_names() {
    const POLICY: &str = r#"
        person     { id : int key }
        employment { start : date }
        timezone   "Europe/Berlin"
        lifecycle  { when id > 0 => employee  otherwise => hold }
        stage employee { account enabled }
        identity   { anchor employeeID = id }
        profile    { cn = "user{id}"  sAMAccountName = "user{id}" once }
        unit       { otherwise => "OU=Staff" }
    "#;
    let people = |config: &str| {
        let folder = folder(&[
            ("tenure.toml", config.as_bytes()),
            ("company.tenure", POLICY.as_bytes()),
            ("people.csv", b"id\n1\n2\n"),
            ("hr/jobs.csv", b"start,person\n2020-01-01,2\n2024-01-01,2\n"),
        ]);
        let workspace = Workspace::open(None, folder.path()).unwrap();
        let policy = workspace.policy(None).unwrap().policy.unwrap();
        match workspace.people(&policy, &OUTSIDE) {
            Ok(people) => crate::hr::show::snapshot(&people),
            Err(error) => format!("{}: {error}\n  help: {}\n", error.code(), error.help()),
        }
    };
    let named = CONFIG.replace(
        "people.csv\"",
        "people.csv\"\nemployments = \"hr/jobs.csv\"",
    );
    insta::assert_snapshot!(people(&named), @r#"
    person 1
        id = "1"
    person 2
        id = "2"
        employments = ["(2020-01-01)", "(2024-01-01)"]
    "#);
    insta::assert_snapshot!(people(CONFIG), @r#"
    no-employments: the policy has an `employment`, and `[people]` names no table of employments
      help: name it in `tenure.toml`: `[people]` `employments = "employments.csv"`, with the key of each person in the column `person`
    "#);
}
