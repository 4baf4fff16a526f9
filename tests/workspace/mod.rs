//! The workspace: configurations and folders that are wrong are answered in words that say what to do.

use std::path::Path;

use tempfile::TempDir;
use tenure::diagnostic::Diagnostic;
use tenure::workspace::{Config, Workspace};

use crate::policy::show;

const CONFIG: &str = "[people]\ncsv = \"people.csv\"\n\n[directory]\nldif = \"directory.ldif\"\nwrite = [\"OU=Company,DC=example,DC=com\"]\n";

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
    let answer = match Workspace::open(None, folder.path()).and_then(|workspace| workspace.policy(None)) {
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
    ");
    insta::assert_snapshot!(config("[people]\ncsv = \"p.csv\"\n"), @r"
    ");
}

#[test]
fn a_configuration_names_the_key_that_does_not_exist() {
    insta::assert_snapshot!(config(&format!("{CONFIG}base = \"x\"\n")), @r"
    ");
    insta::assert_snapshot!(config(&format!("{CONFIG}[peple]\n")), @r"
    ");
}

#[test]
fn a_configuration_that_is_no_toml_is_refused_with_its_line() {
    insta::assert_snapshot!(config("[people\ncsv = 1\n"), @r"
    ");
    insta::assert_snapshot!(config(""), @r"
    ");
}

#[test]
fn values_of_a_configuration_are_checked() {
    let with = |from: &str, to: &str| config(&CONFIG.replace(from, to));
    insta::assert_snapshot!(with("\"OU=Company,DC=example,DC=com\"", "\"Company\""), @r"
    ");
    insta::assert_snapshot!(with("\"OU=Company,DC=example,DC=com\"", ""), @r"
    ");
    insta::assert_snapshot!(with("csv = \"people.csv\"", "csv = \"people.csv\"\nclock = \"2026-03-02 09:00\""), @r"
    ");
    insta::assert_snapshot!(with("csv = \"people.csv\"", "csv = \"people.csv\"\npersonio_v1 = \"*.json\""), @r"
    ");
    insta::assert_snapshot!(with("csv = \"people.csv\"", "personio_v1 = []"), @r"
    ");
    insta::assert_snapshot!(with("[directory]", "[params]\nshare = 1.5\n\n[directory]"), @r"
    ");
}

#[test]
fn a_folder_without_policy_says_so() {
    insta::assert_snapshot!(answer(&[("notes.txt", b"x"), (".hidden/a.tenure", b"x")]), @r"
    ");
    let elsewhere = CONFIG.to_owned() + "[policy]\npath = \"policies\"\n";
    insta::assert_snapshot!(answer(&[("tenure.toml", elsewhere.as_bytes())]), @r"
    ");
}

#[test]
fn no_configuration_anywhere_is_said_with_where_the_search_began() {
    let folder = tempfile::tempdir().unwrap();
    let error = Workspace::open(None, folder.path()).unwrap_err();
    let shown = format!("{}: {error}\n  help: {}\n", error.code(), error.help());
    insta::assert_snapshot!(shown.replace(&folder.path().display().to_string(), "FOLDER"), @r"
    ");
    let named = folder.path().join("other.toml");
    let error = Workspace::open(Some(&named), Path::new("/")).unwrap_err();
    let shown = format!("{}: {error}\n  help: {}\n", error.code(), error.help());
    insta::assert_snapshot!(shown.replace(&folder.path().display().to_string(), "FOLDER"), @r"
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
    ");
    insta::assert_snapshot!(answer(&[("b.tenure", b"# M\xfcller\n")]), @r"
    ");
    let folder = folder(&[("a.tenure", b"")]);
    std::fs::create_dir(folder.path().join("people.csv")).unwrap();
    std::fs::create_dir(folder.path().join("folder.tenure")).unwrap();
    let workspace = Workspace::open(None, folder.path()).unwrap();
    let checked = workspace.policy(None).unwrap();
    assert_eq!(checked.sources.iter().count(), 1, "a folder is no policy file");
}

#[test]
fn an_empty_policy_says_what_it_needs() {
    insta::assert_snapshot!(answer(&[("a.tenure", b"")]), @r"
    ");
    insta::assert_snapshot!(answer(&[("a.tenure", b"\xef\xbb\xbf# only a comment\r\n")]), @r"
    ");
}

#[test]
fn a_table_that_is_not_there_is_reported_where_it_is_named() {
    let policy = "person { id : int key  office : text? }\ntable sites from \"tables/sites.csv\" key office { office : text }\n";
    let answer = answer(&[("deep/a.tenure", policy.as_bytes())]);
    insta::assert_snapshot!(answer, @r"
    ");
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
        match workspace.people(&policy.schema) {
            Ok(people) => format!("{} people\n", people.people().len()),
            Err(error) => format!("{}: {error}\n  help: {}\n", error.code(), error.help()),
        }
        .replace(&folder.path().display().to_string(), "FOLDER")
    };
    insta::assert_snapshot!(read(&files, CONFIG), @r"
    ");
    let recorded = CONFIG.replace("csv = \"people.csv\"", "personio_v1 = \"pages/*.json\"");
    insta::assert_snapshot!(read(&files, &recorded), @r"
    ");
    files.push(("pages/notes.txt", b"x"));
    insta::assert_snapshot!(read(&files, &recorded), @r"
    ");
    files.push(("people.csv", b"id,first_name\n1,Ada\n"));
    insta::assert_snapshot!(read(&files, CONFIG), @r"
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
    assert_eq!(answer(&files), "");
}
