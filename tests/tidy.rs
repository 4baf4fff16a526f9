//! The house rules that no compiler keeps: who may know whom, who may touch the world, what every file has.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Who may know whom; `cli` and `main` may know all. A module may always know itself.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("diagnostic", &["text"]),
    ("hr", &["text", "diagnostic"]),
    ("directory", &["text"]),
    ("syntax", &["text", "diagnostic"]),
    (
        "policy",
        &["text", "diagnostic", "syntax", "hr", "directory"],
    ),
    ("personio", &["text", "diagnostic", "hr"]),
    ("personio_sim", &["text"]),
    ("state", &["text", "hr", "directory"]),
    (
        "plan",
        &["text", "diagnostic", "hr", "directory", "policy", "state"],
    ),
    ("apply", &["text", "hr", "directory", "state", "plan"]),
    ("notice", &["text", "state"]),
    ("archive", &["text", "state", "notice"]),
    (
        "forecast",
        &["hr", "directory", "policy", "state", "plan", "apply"],
    ),
    (
        "review",
        &[
            "text",
            "diagnostic",
            "syntax",
            "hr",
            "directory",
            "policy",
            "state",
            "plan",
        ],
    ),
    (
        "pseudonym",
        &["text", "hr", "directory", "policy", "state", "plan"],
    ),
    (
        "proving",
        &[
            "diagnostic",
            "hr",
            "directory",
            "policy",
            "state",
            "plan",
            "forecast",
        ],
    ),
    (
        "workspace",
        &[
            "text",
            "diagnostic",
            "syntax",
            "hr",
            "policy",
            "personio",
            "directory",
            "notice",
            "archive",
        ],
    ),
];

/// What touches the world, and the places that may.
const HOMES: &[(&str, &[&str])] = &[
    ("Timestamp::now", &["src/cli/", "src/personio_sim/"]),
    ("SystemTime::now", &["src/cli/"]),
    ("std::env", &["src/cli/", "src/main.rs"]),
    ("env::var", &["src/cli/"]),
    (
        "std::fs",
        &[
            "src/workspace/",
            "src/directory/ldif/",
            "src/state/",
            "src/archive/folder.rs",
            "src/cli/",
        ],
    ),
    ("std::process", &["src/cli/"]),
    (
        "reqwest::",
        &[
            "src/personio/",
            "src/personio_sim/",
            "src/notice/http.rs",
            "src/archive/s3.rs",
        ],
    ),
    (
        "tokio::",
        &[
            "src/personio/client/",
            "src/personio_sim/",
            "src/directory/ldap/",
            "src/notice/http.rs",
            "src/archive/s3.rs",
        ],
    ),
    ("lettre::", &["src/notice/letter.rs", "src/notice/smtp.rs"]),
    ("ldap3::", &["src/directory/ldap/"]),
    ("axum::", &["src/personio_sim/"]),
    ("miette::", &["src/diagnostic/render/"]),
    ("pest::", &["src/syntax/"]),
    ("rusqlite::", &["src/state/", "src/apply/"]),
    ("clap::", &["src/cli/"]),
    (
        "x25519::",
        &["src/policy/lower/password.rs", "src/cli/sealed.rs"],
    ),
];

/// Words of work that is not finished, and of machines that are not ours; put together so that this file has none.
fn forbidden_words() -> Vec<String> {
    let words = [
        ("TO", "DO"),
        ("FIX", "ME"),
        ("XX", "X"),
        ("/wo", "rk/"),
        ("/ro", "ot/"),
        ("crates", ".io"),
    ];
    words.iter().map(|(a, b)| format!("{a}{b}")).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
        let mut entries: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, extension, found);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), extension, &mut found);
    let named = found.into_iter().map(|path| {
        let name = path
            .strip_prefix(root())
            .unwrap()
            .to_string_lossy()
            .replace('\\', "/");
        (name, std::fs::read_to_string(path).unwrap())
    });
    named.collect()
}

/// The code of a file without its tests at the end and without comments.
fn code(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod tests").unwrap_or(text.len());
    let lines = text[..end].lines();
    let bare = lines.map(|line| line.split("//").next().unwrap_or_default());
    bare.collect::<Vec<_>>().join("\n")
}

/// The sources of the program, without files that are tests as a whole.
fn sources() -> Vec<(String, String)> {
    let mut sources = files("src", "rs");
    sources.retain(|(name, _)| !name.ends_with("/tests.rs"));
    sources
}

/// The first folder or file below `src`.
fn module(name: &str) -> &str {
    let below = name.strip_prefix("src/").unwrap();
    below.split(['/', '.']).next().unwrap()
}

#[test]
fn modules_know_only_those_they_may() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_KNOW.iter().copied().collect();
    let uses = regex::Regex::new(r"\bcrate::(\{[^}]*\}|[a-z_]+)").unwrap();
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        let from = module(&name);
        if matches!(from, "cli" | "main" | "lib") {
            continue;
        }
        let may = allowed
            .get(from)
            .unwrap_or_else(|| panic!("`{from}` stands in no row of the table"));
        for found in uses.captures_iter(&code(&text)) {
            for word in found[1].trim_matches(['{', '}']).split(',') {
                let to = word.trim().split("::").next().unwrap();
                let is_module = allowed.contains_key(to) || to == "cli";
                if is_module && to != from && !may.contains(&to) {
                    wrong.push(format!("{name}: `{from}` may not know `{to}`"));
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_world_is_touched_only_at_the_rim() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        let code = code(&text);
        for (what, homes) in HOMES {
            if code.contains(what) && !homes.iter().any(|home| name.starts_with(home)) {
                wrong.push(format!(
                    "{name}: `{what}` has its home in {}",
                    homes.join(", ")
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_source_file_begins_by_saying_what_it_is() {
    let bare: Vec<String> = sources()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(name, _)| name)
        .collect();
    assert!(bare.is_empty(), "without module docs: {}", bare.join(", "));
}

#[test]
fn nothing_is_left_unfinished_and_no_machine_is_named() {
    let mut wrong = Vec::new();
    let mut all = sources();
    for (folder, extension) in [
        ("tests", "rs"),
        ("grammar", "pest"),
        ("rules", "tenure"),
        ("rules", "toml"),
        ("src", "md"),
        ("docs", "md"),
    ] {
        all.extend(files(folder, extension));
    }
    for name in ["README.md", "ARCHITECTURE.md", ".ci/run", "Cargo.toml"] {
        all.push((
            name.to_owned(),
            std::fs::read_to_string(root().join(name)).unwrap(),
        ));
    }
    for (name, text) in all {
        for word in forbidden_words() {
            for (number, line) in text
                .lines()
                .enumerate()
                .filter(|(_, line)| line.contains(&word))
            {
                wrong.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The codes that the source names: the tables, and errors of the world by their own names.
fn codes_in_use() -> Vec<(String, String)> {
    let patterns = [
        // The tables.
        (
            r#"(?m)^\s+(?:[A-Z_]+ (?:= )?)?"([a-z]+(?:-[a-z]+)*)",? (?:Error |Warning |Note )?""#,
            "/codes.rs",
        ),
        // `Report::text("code", …)`.
        (r#"Report::(?:new|text)\(\s*"([a-z-]+)""#, ".rs"),
        // `Self::Variant { .. } => "code",` where an error says what it is called.
        (
            r#"(?:Self|ApplyError)::[A-Za-z]+ ?(?:\{ \.\. \}|\(_\))?(?: \| Self::[A-Za-z]+ ?\{ \.\. \})* =>\s+\{?\s*"([a-z]+(?:-[a-z]+)+)""#,
            ".rs",
        ),
        // A code of the world that a diagnostic has.
        (r#"name: "([a-z]+(?:-[a-z]+)+)","#, "cli/codes.rs"),
        // `self.find("code", …)` of the doctor.
        (r#"self\.find\(\s*"([a-z-]+)""#, ".rs"),
    ];
    let mut found = Vec::new();
    for (name, text) in sources() {
        if name.contains("/view/") {
            // Kinds of what is shown, which are no codes.
            continue;
        }
        let code = code(&text);
        for (pattern, file) in patterns {
            let pattern = regex::Regex::new(pattern).unwrap();
            let all = pattern
                .captures_iter(&code)
                .filter(|_| name.ends_with(file));
            found.extend(all.map(|one| (name.clone(), one[1].to_owned())));
        }
    }
    found
}

/// A code of a table without a page does not compile; here: each code that is named anywhere stands in a table.
#[test]
fn every_code_has_its_page() {
    let known = tenure::cli::every_code();
    let used = codes_in_use();
    assert!(used.len() > 140, "{}", used.len());
    let missing: Vec<String> = used
        .iter()
        .filter(|(_, used)| known.iter().all(|code| code.name != used))
        .map(|(name, used)| format!("{name}: {used}"))
        .collect();
    assert!(missing.is_empty(), "without a page: {}", missing.join(", "));
    let idle: Vec<&str> = known
        .iter()
        .map(|code| code.name)
        .filter(|name| used.iter().filter(|(_, used)| used == name).count() == 0)
        .collect();
    assert!(idle.is_empty(), "named by nobody: {}", idle.join(", "));
}

#[test]
fn every_module_stands_on_the_map() {
    let map = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut modules: Vec<String> = sources()
        .iter()
        .map(|(name, _)| module(name).to_owned())
        .collect();
    modules.sort();
    modules.dedup();
    let missing: Vec<String> = modules
        .into_iter()
        .filter(|module| !map.contains(&format!("`{module}`")))
        .collect();
    assert!(
        missing.is_empty(),
        "ARCHITECTURE.md says nothing of {}",
        missing.join(", ")
    );
}

#[test]
fn every_dependency_has_its_reason_on_the_map() {
    let map = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let manifest: toml::Table = std::fs::read_to_string(root().join("Cargo.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let names = ["dependencies", "dev-dependencies"]
        .iter()
        .flat_map(|section| manifest[*section].as_table().unwrap().keys());
    let missing: Vec<&String> = names
        .filter(|name| !map.contains(&format!("`{name}`")))
        .collect();
    assert!(
        missing.is_empty(),
        "ARCHITECTURE.md has no reason for {missing:?}"
    );
}

/// The licences that `deny.toml` allows, asked of every crate in the lock file.
#[test]
fn every_dependency_has_a_licence_that_is_allowed() {
    let deny: toml::Table = std::fs::read_to_string(root().join("deny.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let allowed: Vec<&str> = deny["licenses"]["allow"]
        .as_array()
        .unwrap()
        .iter()
        .map(|licence| licence.as_str().unwrap())
        .collect();
    let metadata = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        metadata.status.success(),
        "{}",
        String::from_utf8_lossy(&metadata.stderr)
    );
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let mut wrong = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        let licence = package["license"].as_str().unwrap_or("none");
        let expression = licence.replace('/', " OR ").replace(['(', ')'], " ");
        // `AND` binds tighter: one alternative must be allowed in all its parts.
        let fits = |alternative: &str| {
            alternative
                .split(" AND ")
                .all(|part| allowed.contains(&part.trim()))
        };
        if !expression.split(" OR ").any(fits) {
            wrong.push(format!("{}: {licence}", package["name"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_published_schema_of_the_plan_file_is_that_of_the_program() {
    let published = root().join("docs/plan.schema.json");
    let schema = format!("{:#}\n", tenure::plan::file::schema());
    if std::env::var_os("TENURE_WRITE_SCHEMA").is_some() {
        std::fs::create_dir_all(published.parent().unwrap()).unwrap();
        std::fs::write(&published, &schema).unwrap();
    }
    let found = std::fs::read_to_string(&published).unwrap_or_default();
    assert!(
        found == schema,
        "docs/plan.schema.json is not that of the program: run this test with TENURE_WRITE_SCHEMA=1"
    );
}
