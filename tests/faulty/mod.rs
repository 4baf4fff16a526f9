//! A corpus of mistakes: the example's policy with one thing wrong, as an administrator would get it wrong.
//!
//! `mistakes.txt` holds them: a heading says what is wrong, the next line the file, `<<<` what stands there and
//! `>>>` what somebody wrote instead. Each gives exactly one message, and the snapshot has them all: it is to be
//! read from top to bottom. Where a message has a fix, it is applied, and the policy is right again,
//! or has one message more, whose fix makes it right.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use tenure::diagnostic::Diagnostic;
use tenure::workspace::{Checked, Workspace};

use crate::policy::show;

const MISTAKES: &str = include_str!("mistakes.txt");

/// How many mistakes there are at least.
const LEAST: usize = 140;

/// How many fixes, one after another, a mistake may take.
const ROUNDS: usize = 2;

/// One mistake.
struct Mistake<'a> {
    title: &'a str,
    file: &'a str,
    right: String,
    wrong: String,
}

fn mistakes() -> Vec<Mistake<'static>> {
    let mut found: Vec<Mistake<'static>> = Vec::new();
    for line in MISTAKES.lines() {
        if let Some(title) = line.strip_prefix("### ") {
            found.push(Mistake {
                title,
                file: "",
                right: String::new(),
                wrong: String::new(),
            });
            continue;
        }
        let last = found.last_mut().expect("a heading comes first");
        let part = if line.starts_with("<<<") {
            &mut last.right
        } else if line.starts_with(">>>") {
            &mut last.wrong
        } else {
            if !line.is_empty() {
                last.file = line;
            }
            continue;
        };
        let text = line[3..].strip_prefix(' ').unwrap_or(&line[3..]);
        if !part.is_empty() {
            part.push('\n');
        }
        part.push_str(text);
    }
    found
}

/// The example in a folder of its own, where files can be rewritten.
struct Copy {
    folder: tempfile::TempDir,
}

impl Copy {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        lay(Path::new("rules"), folder.path());
        Self { folder }
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.folder.path().join(file), text).unwrap();
    }

    fn check(&self) -> Checked {
        let configuration = self.folder.path().join("tenure.toml");
        let workspace = Workspace::open(Some(&configuration), Path::new(".")).unwrap();
        let mut checked = workspace.policy(None).unwrap();
        // The example's passwords are handed over by nobody, and the checker is right to say so.
        let known = |one: &Diagnostic| one.code.name == "password-to-nobody";
        checked.diagnostics.retain(|one| !known(one));
        checked
    }
}

fn lay(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if !entry.path().is_dir() {
            std::fs::copy(entry.path(), target).unwrap();
        } else if !entry.file_name().to_string_lossy().starts_with('.') {
            std::fs::create_dir_all(&target).unwrap();
            lay(&entry.path(), &target);
        }
    }
}

/// The texts of the files that a fix edits, with its edits made.
fn mended(checked: &Checked, diagnostic: &Diagnostic) -> Option<BTreeMap<String, String>> {
    let mut edits = diagnostic.fix.as_ref()?.edits.clone();
    edits.sort_by_key(|(span, _)| std::cmp::Reverse((span.file, span.start)));
    let mut texts = BTreeMap::new();
    for (span, new) in edits {
        let source = checked.sources.get(span.file).unwrap();
        let text: &mut String = texts
            .entry(source.name.to_string())
            .or_insert_with(|| source.text.to_string());
        text.replace_range(span.start as usize..span.end as usize, &new);
    }
    Some(texts)
}

#[test]
fn every_mistake_has_one_message_and_a_fix_mends_it() {
    let copy = Copy::new();
    let right = copy.check();
    assert_eq!(
        show::diagnostics(&right.sources, &right.diagnostics),
        "",
        "the example is right"
    );
    let (mut shown, mut wrong) = (String::new(), String::new());
    let (mut count, mut fixes) = (0, 0);
    for mistake in mistakes() {
        let title = mistake.title;
        let text = std::fs::read_to_string(Path::new("rules").join(mistake.file)).unwrap();
        assert!(
            text.contains(&mistake.right),
            "{title}: nothing to get wrong in {}",
            mistake.file
        );
        copy.write(
            mistake.file,
            &text.replacen(&mistake.right, &mistake.wrong, 1),
        );
        let checked = copy.check();
        let said = show::diagnostics(&checked.sources, &checked.diagnostics);
        let said = said.replace(&copy.folder.path().display().to_string(), "FOLDER");
        count += 1;
        writeln!(shown, "## {title}\n{said}").unwrap();
        if checked.diagnostics.len() != 1 {
            let found = checked.diagnostics.len();
            writeln!(wrong, "{title}: {found} messages\n{said}").unwrap();
        }
        let mut now = checked;
        let mut touched = std::collections::BTreeSet::new();
        // What a fix decides may leave the next thing to be decided: that has its own fix.
        for round in 0..ROUNDS {
            let Some(texts) = now.diagnostics.first().and_then(|one| mended(&now, one)) else {
                break;
            };
            fixes += usize::from(round == 0);
            for (file, text) in texts {
                copy.write(&file, &text);
                touched.insert(file);
            }
            now = copy.check();
        }
        if !touched.is_empty() && !now.diagnostics.is_empty() {
            let said = show::diagnostics(&now.sources, &now.diagnostics);
            writeln!(wrong, "{title}: the fix leaves\n{said}").unwrap();
        }
        for file in touched {
            let original = Path::new("rules").join(&file);
            std::fs::copy(original, copy.folder.path().join(&file)).unwrap();
        }
        copy.write(mistake.file, &text);
    }
    insta::assert_snapshot!(
        "messages",
        format!("{count} mistakes, {fixes} with a fix\n\n{shown}")
    );
    assert_eq!(wrong, "");
    assert!(count >= LEAST, "{count} mistakes");
}
