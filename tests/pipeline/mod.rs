//! The formats that pipelines read, judged by others: published schemas, a validator, readers.
//!
//! [`Documents`] collects what is to be judged, and `judge.py` judges all of it at once; what `install` puts under
//! `target/` knows nothing of us. For the log of a GitHub workflow there is no schema and no reader to be had:
//! [`commands`] reads it by the rules of GitHub's runner. `laws` holds for any text, `cli::pipeline` runs the program.

mod commands;
mod laws;
mod refused;

pub(crate) use commands::{Command, commands};
pub(crate) use laws::applied;

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::OnceLock;
use tempfile::TempDir;

/// The folder of what judges, installed once.
fn judges() -> &'static str {
    static FOLDER: OnceLock<String> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pipeline/install");
        let done = std::process::Command::new(script)
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        assert!(done.status.success());
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    })
}

/// Documents that are to be judged; the ending of a name says by whom: `.sarif`, `.gitlab.json`, `.junit.xml`.
pub(crate) struct Documents(TempDir);

/// What is said of a document.
#[derive(Debug, Deserialize)]
pub(crate) struct Told {
    /// What is wrong with it.
    pub(crate) wrong: Vec<String>,
    /// What its reader found in it: a list for each result or case.
    pub(crate) read: Vec<Value>,
}

impl Documents {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn add(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    /// Everything that is said of them, by name.
    pub(crate) fn judged(&self) -> BTreeMap<String, Told> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pipeline/judge.py");
        let output = std::process::Command::new(Path::new(judges()).join("venv/bin/python"))
            .args(["-W", "ignore"])
            .arg(script)
            .arg(judges())
            .arg(self.0.path())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The same, where nothing may be wrong.
    #[track_caller]
    pub(crate) fn sound(&self) -> BTreeMap<String, Told> {
        let told = self.judged();
        for (name, told) in &told {
            assert!(told.wrong.is_empty(), "{name}: {:#?}", told.wrong);
        }
        told
    }
}
