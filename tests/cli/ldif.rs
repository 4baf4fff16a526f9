//! LDIF as a human with an editor treats it: entries, their lines, nothing of the program under test.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

/// The entries of a file, in its order; each begins with its `dn`.
#[derive(Debug, Clone)]
pub(super) struct Ldif(pub(super) Vec<Entry>);

/// The lines of an entry: attribute and value.
#[derive(Debug, Clone)]
pub(super) struct Entry(pub(super) Vec<(String, Vec<u8>)>);

impl Ldif {
    pub(super) fn parse(text: &str) -> Self {
        let mut entries: Vec<Entry> = vec![Entry(Vec::new())];
        let mut lines: Vec<String> = Vec::new();
        for line in text.lines() {
            match line.strip_prefix(' ') {
                Some(rest) => lines.last_mut().unwrap().push_str(rest),
                None => lines.push(line.to_owned()),
            }
        }
        for line in lines {
            if line.is_empty() {
                entries.push(Entry(Vec::new()));
                continue;
            }
            if line.starts_with('#') || line.starts_with("version:") {
                continue;
            }
            let (name, value) = line.split_once(':').unwrap();
            let value = match value.strip_prefix(':') {
                Some(coded) => BASE64.decode(coded.trim()).unwrap(),
                None => value.trim_start().as_bytes().to_vec(),
            };
            entries.last_mut().unwrap().0.push((name.to_owned(), value));
        }
        entries.retain(|entry| !entry.0.is_empty());
        Self(entries)
    }

    pub(super) fn text(&self) -> String {
        let mut text = "version: 1\n".to_owned();
        for entry in &self.0 {
            text.push('\n');
            for (name, value) in &entry.0 {
                match std::str::from_utf8(value) {
                    Ok(value) if is_safe(value) => writeln!(text, "{name}: {value}").unwrap(),
                    _ => writeln!(text, "{name}:: {}", BASE64.encode(value)).unwrap(),
                }
            }
        }
        text
    }

    /// The entry that bears this value.
    #[track_caller]
    pub(super) fn having(&mut self, name: &str, value: &str) -> &mut Entry {
        let bears = |entry: &&mut Entry| entry.all(name).contains(&value.to_owned());
        let found = self.0.iter_mut().find(bears);
        found.unwrap_or_else(|| panic!("no entry has {name}: {value}"))
    }

    /// Moves an entry, and with it everything that refers to it.
    #[track_caller]
    pub(super) fn rename(&mut self, from: &str, to: &str) {
        let mut count = 0;
        for (_, value) in self.0.iter_mut().flat_map(|entry| &mut entry.0) {
            if value == from.as_bytes() {
                *value = to.as_bytes().to_vec();
                count += 1;
            }
        }
        assert!(count > 0, "nothing is called {from}");
    }

    /// What everybody must agree on: no times, counters and secrets, no mark, in an order of its own.
    pub(super) fn essence(&self) -> Vec<String> {
        const PASSING: [&str; 9] = [
            "whenCreated",
            "whenChanged",
            "uSNCreated",
            "uSNChanged",
            "pwdLastSet",
            "unicodePwd",
            "objectGUID",
            "objectSid",
            "badPasswordTime",
        ];
        let mut lines: Vec<String> = Vec::new();
        let classes = |entry: &Entry| entry.all("objectClass");
        let is_mark = |entry: &Entry| classes(entry).contains(&"serviceConnectionPoint".to_owned());
        for entry in self.0.iter().filter(|entry| !is_mark(entry)) {
            let dn = entry.dn();
            for (name, value) in &entry.0 {
                if !PASSING.contains(&name.as_str()) {
                    let value = String::from_utf8_lossy(value);
                    lines.push(format!("{dn} | {name}: {value}"));
                }
            }
        }
        lines.sort();
        lines
    }
}

impl Entry {
    pub(super) fn dn(&self) -> String {
        self.one("dn")
    }

    #[track_caller]
    pub(super) fn one(&self, name: &str) -> String {
        let all = self.all(name);
        assert_eq!(all.len(), 1, "{name} of {:?}", self.all("dn"));
        all[0].clone()
    }

    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let of_name = self.0.iter().filter(|(other, _)| other == name);
        of_name
            .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
            .collect()
    }

    #[track_caller]
    pub(super) fn set(&mut self, name: &str, value: &str) {
        let line = self.0.iter_mut().find(|(other, _)| other == name);
        line.unwrap().1 = value.as_bytes().to_vec();
    }

    #[track_caller]
    pub(super) fn remove(&mut self, name: &str, value: &str) {
        let before = self.0.len();
        self.0
            .retain(|(other, bytes)| other != name || bytes != value.as_bytes());
        assert_eq!(self.0.len() + 1, before, "{name}: {value}");
    }
}

/// What RFC 2849 lets stand as it is.
fn is_safe(value: &str) -> bool {
    value.bytes().all(|byte| (0x20..0x7F).contains(&byte))
        && !value.starts_with([' ', ':', '<'])
        && !value.ends_with(' ')
}
