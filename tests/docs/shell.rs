//! Literate runs: a document tells what to write into which file and what to type, and shows what comes out.
//!
//! A block with a file's name is that file; a `diff` with a name changes it; `sh` is typed, line by line; the
//! `text` behind it is the whole output, both streams as a terminal shows them, and `exit=CODE` how the last
//! command ends (0 if it is not said). What differs from run to run (ids of runs and states, hashes, the folder) is
//! replaced by [`RUN`], [`STATE`], [`HASH`] and [`FOLDER`].
//!
//! `TENURE_WRITE_DOCS=1` writes what came out into the document; read it before it is committed.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::markdown::{Block, blocks, rewritten};

/// Stands for the id of a run.
const RUN: &str = "019cadf2-7e80-7000-8000-a1b2c3d4e5f6";

/// Stands for the id of a state.
const STATE: &str = "7a1f0c52-3b64-4d8e-9f10-2c5d6e7f8a9b";

/// Stands for the folder in which everything happens.
const FOLDER: &str = "/home/ada/company";

/// Stands for the hash of an entry of the audit trail, which is salted.
const HASH: &str = "5d1f7f0b4c6f0a2be3a0de1a3b9f7f34a5a2f6a1c7f6f0c1f5a4ad9f8e7b6c5d";

/// Runs a document in an empty folder; every output must be as shown.
pub(crate) fn holds(document: &str) {
    holds_after(document, |_| {});
}

/// The same in a folder in which something happened before.
pub(crate) fn holds_after(document: &str, before: impl FnOnce(&Path)) {
    let text = std::fs::read_to_string(document).unwrap();
    let folder = TempDir::new().unwrap();
    before(folder.path());
    let mut said: Option<(String, i32)> = None;
    let mut outputs: Vec<String> = Vec::new();
    for block in blocks(&text) {
        match block.language.as_str() {
            "sh" => {
                silent(document, said.take());
                said = Some(typed(folder.path(), &block));
            }
            "text" => {
                let (output, code) = said.take().unwrap_or_else(|| {
                    panic!("{document}:{}: an output without a command", block.line)
                });
                let exit = block.order("exit").map_or(0, |code| code.parse().unwrap());
                assert_eq!(
                    code, exit,
                    "{document}:{}: how it ends\n{output}",
                    block.line
                );
                outputs.push(output);
            }
            "diff" => change(folder.path(), &block),
            _ => write(folder.path(), &block),
        }
    }
    silent(document, said.take());
    let new = rewritten(&text, "text", &outputs);
    if std::env::var_os("TENURE_WRITE_DOCS").is_some() {
        std::fs::write(document, &new).unwrap();
    }
    assert!(
        text == new || std::env::var_os("TENURE_WRITE_DOCS").is_some(),
        "{document} shows another output than the program prints: run with TENURE_WRITE_DOCS=1 and read the difference\n{}",
        first_difference(&text, &new)
    );
}

/// A command behind which no output is shown prints nothing and ends well.
fn silent(document: &str, said: Option<(String, i32)>) {
    if let Some((output, code)) = said {
        assert_eq!(
            (output.as_str(), code),
            ("", 0),
            "{document}: shown without output"
        );
    }
}

/// Writes the file that a block shows.
pub(crate) fn write(folder: &Path, block: &Block) {
    let name = block.name.as_deref();
    let name = name.unwrap_or_else(|| panic!("line {}: a block without a file's name", block.line));
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, &block.text).unwrap();
}

/// What a terminal shows of the commands, and how the last one ends.
pub(crate) fn typed(folder: &Path, block: &Block) -> (String, i32) {
    let mut shown = String::new();
    let mut code = 0;
    for line in block.text.lines() {
        let mut words = line.split(' ');
        assert_eq!(words.next(), Some("tenure"), "line {}: {line}", block.line);
        let (mut reader, writer) = std::io::pipe().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenure"));
        command
            .args(words)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(writer.try_clone().unwrap())
            .stderr(writer)
            .env("COLUMNS", "100")
            .env("TZ", "UTC")
            .env_remove("TENURE_CONFIG")
            .env_remove("NO_COLOR");
        let mut child = command.spawn().unwrap();
        // Its ends of the pipe are the only ones left.
        drop(command);
        reader.read_to_string(&mut shown).unwrap();
        code = child.wait().unwrap().code().unwrap_or(-1);
    }
    let run =
        regex::Regex::new("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}").unwrap();
    let shown = run.replace_all(&shown, RUN);
    let state =
        regex::Regex::new("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}").unwrap();
    let shown = state.replace_all(&shown, STATE);
    let hash = regex::Regex::new("[0-9a-f]{64}").unwrap();
    let shown = hash.replace_all(&shown, HASH);
    let real = folder.canonicalize().unwrap();
    let shown = shown.replace(&*real.to_string_lossy(), FOLDER);
    (shown.replace(&*folder.to_string_lossy(), FOLDER), code)
}

/// Lines with `-` go, lines with `+` come in their place; others must be there.
pub(crate) fn change(folder: &Path, block: &Block) {
    let path = folder.join(block.name.as_deref().unwrap());
    let text = std::fs::read_to_string(&path).unwrap();
    let side = |other: char| -> String {
        let lines = block.text.lines().filter(|line| !line.starts_with(other));
        let bare: Vec<&str> = lines
            .map(|line| line.get(1..).unwrap_or_default())
            .collect();
        bare.join("\n") + "\n"
    };
    let (old, new) = (side('+'), side('-'));
    assert_eq!(
        text.matches(&old).count(),
        1,
        "line {}: this stands once in {}:\n{old}",
        block.line,
        path.display()
    );
    std::fs::write(&path, text.replacen(&old, &new, 1)).unwrap();
}

/// The first line in which two texts differ, with those before it.
pub(crate) fn first_difference(old: &str, new: &str) -> String {
    let at = old
        .lines()
        .zip(new.lines())
        .take_while(|(a, b)| a == b)
        .count();
    let around = |text: &str| -> Vec<String> {
        let lines = text.lines().skip(at.saturating_sub(3)).take(8);
        lines.map(str::to_owned).collect()
    };
    format!(
        "shown:\n{}\nis:\n{}",
        around(old).join("\n"),
        around(new).join("\n")
    )
}
