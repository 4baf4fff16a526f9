//! A scenario as its file says it: a sentence, a policy, people, what else is in the directory, a script of days.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// What marks the lines of a policy that a scenario is about: without such a line it must fail.
pub(super) const MARK: &str = "#!";

/// A scenario.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) path: PathBuf,
    /// Everything before the days.
    head: String,
    pub(super) policy: String,
    pub(super) people: String,
    pub(super) employments: String,
    pub(super) ldif: String,
    pub(super) days: Vec<Day>,
}

/// What happens at one instant, and what is planned then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Day {
    /// As written: `2026-03-31 18:00 Europe/Berlin`.
    pub(super) title: String,
    pub(super) at: Timestamp,
    /// What happens before it is planned, in order.
    pub(super) acts: Vec<String>,
    /// The plan, line by line, and what went wrong when it was applied.
    pub(super) lines: Vec<String>,
}

impl Case {
    /// All of them, by name.
    pub(super) fn all() -> Vec<Self> {
        let mut paths = Vec::new();
        let mut folders = vec![PathBuf::from("tests/scenarios/cases")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    paths.push(path);
                }
            }
        }
        paths.sort();
        let only = std::env::var("TENURE_SCENARIO").unwrap_or_default();
        paths.retain(|path| path.to_string_lossy().contains(&only));
        paths.iter().map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let (head, script) = text
            .split_once("```days\n")
            .unwrap_or_else(|| panic!("{}: no days", path.display()));
        let script = script.trim_end().strip_suffix("```");
        let script =
            script.unwrap_or_else(|| panic!("{}: nothing may follow the days", path.display()));
        Self {
            path: path.to_owned(),
            head: head.to_owned(),
            policy: block(head, "tenure"),
            people: block(head, "csv"),
            employments: block(head, "csv employments"),
            ldif: block(head, "ldif"),
            days: days(script),
        }
    }

    /// Its name: the file below the folder of cases, without its ending.
    pub(super) fn name(&self) -> String {
        let path = self.path.strip_prefix("tests/scenarios/cases").unwrap();
        path.with_extension("").display().to_string()
    }

    /// Whether it says that a domain controller of tests cannot play it.
    pub(super) fn embedded_only(&self) -> bool {
        self.head.contains("embedded only")
    }

    /// Writes it with other days.
    pub(super) fn write(&self, days: &[Day]) {
        let mut text = format!("{}```days\n", self.head);
        for (index, day) in days.iter().enumerate() {
            if index > 0 {
                text.push('\n');
            }
            writeln!(text, "## {}", day.title).unwrap();
            for act in &day.acts {
                writeln!(text, "> {act}").unwrap();
            }
            for line in &day.lines {
                writeln!(text, "{line}").unwrap();
            }
        }
        text.push_str("```\n");
        fs::write(&self.path, text).unwrap();
    }

    /// The marked lines, and the scenario without each.
    pub(super) fn without_each_line(&self) -> Vec<(String, Self)> {
        let lines: Vec<&str> = self.policy.lines().collect();
        let mut all = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            if line.contains(MARK) {
                let mut rest = lines.clone();
                rest.remove(index);
                let without = Self {
                    policy: rest.join("\n"),
                    ..self.clone()
                };
                all.push(((*line).trim().to_owned(), without));
            }
        }
        all
    }
}

/// All fenced blocks of a language, one after the other.
fn block(text: &str, language: &str) -> String {
    let mut found = String::new();
    for part in text.split(&format!("```{language}\n")).skip(1) {
        let (inner, _) = part.split_once("```").unwrap();
        found.push_str(inner);
    }
    found
}

fn days(script: &str) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for line in script.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            days.push(Day {
                title: title.to_owned(),
                at: instant(title),
                acts: Vec::new(),
                lines: Vec::new(),
            });
            continue;
        }
        let Some(day) = days.last_mut() else { continue };
        match line.strip_prefix("> ") {
            Some(act) => day.acts.push(act.to_owned()),
            None if line.trim().is_empty() => {}
            None => day.lines.push(line.to_owned()),
        }
    }
    days
}

/// `2026-03-31 18:00 Europe/Berlin`, or an instant with its offset.
pub(super) fn instant(text: &str) -> Timestamp {
    if let Ok(at) = text.parse() {
        return at;
    }
    let (local, zone) = text
        .rsplit_once(' ')
        .unwrap_or_else(|| panic!("{text}: no zone"));
    let local: DateTime = local.replace(' ', "T").parse().unwrap();
    let zone = TimeZone::get(zone).unwrap();
    zone.to_timestamp(local).unwrap()
}
