//! SARIF 2.1.0, the format of OASIS for what such tools find: for GitHub code scanning, for editors, for dashboards.
//!
//! Columns count characters (`unicodeCodePoints`), and a region ends one past its last one. Files are named relative
//! to `%SRCROOT%`, the root of the repository; where that lies is not told, for it is another place on each machine.
//! The texts of files are not in it, but for what a fix writes. A rule is described where a result is of it.

use super::place::{Fingerprints, Region, message};
use super::{Findings, Indexed, help, safe};
use crate::diagnostic::{Code, Diagnostic, Fix, Label, Severity};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// The schema of the format, as OASIS publishes it.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What paths are relative to.
const ROOT: &str = "%SRCROOT%";

/// All diagnostics as one SARIF log with one run, indented, with a line end.
pub(super) fn sarif(findings: &Findings<'_>) -> String {
    let mut indexed = Indexed::new(findings.sources);
    let mut fingerprints = Fingerprints::default();
    let codes: BTreeMap<&str, &Code> = findings
        .diagnostics
        .iter()
        .map(|diagnostic| (diagnostic.code.name, diagnostic.code))
        .collect();
    let results: Vec<Value> = findings
        .diagnostics
        .iter()
        .map(|diagnostic| {
            let rule = codes.keys().position(|name| *name == diagnostic.code.name);
            result(diagnostic, rule, &mut fingerprints, &mut indexed)
        })
        .collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "tenure",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.values().map(|code| rule(code)).collect::<Vec<Value>>(),
            }},
            // Two commands are two analyses: what one finds does not close what the other found.
            "automationDetails": {"id": format!("tenure-{}/", findings.command)},
            "originalUriBaseIds": {
                ROOT: {"description": {"text": "The root of the repository."}},
            },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// The word that GitHub has for it.
fn problem(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "recommendation",
    }
}

/// A code with its page.
fn rule(code: &Code) -> Value {
    let mut fields = Map::new();
    fields.insert("id".to_owned(), code.name.into());
    // A name for people has to differ from the id.
    let name = pascal_case(code.name);
    if !name.eq_ignore_ascii_case(code.name) {
        fields.insert("name".to_owned(), name.into());
    }
    let described = [
        ("shortDescription", json!({"text": code.summary})),
        ("fullDescription", json!({"text": first_paragraph(code)})),
        ("help", json!({"text": code.docs, "markdown": code.docs})),
        (
            "defaultConfiguration",
            json!({"level": level(code.severity)}),
        ),
        (
            "properties",
            json!({"problem.severity": problem(code.severity), "precision": "very-high"}),
        ),
    ];
    fields.extend(described.map(|(name, value)| (name.to_owned(), value)));
    Value::Object(fields)
}

/// `unknown-name` as `UnknownName`, which is how SARIF wants a name for people.
fn pascal_case(name: &str) -> String {
    let words = name.split('-').map(str::chars);
    words
        .flat_map(|mut word| {
            word.next()
                .map(|c| c.to_ascii_uppercase())
                .into_iter()
                .chain(word)
        })
        .collect()
}

/// What the page says first; the summary where it says nothing.
fn first_paragraph(code: &Code) -> String {
    let said = |line: &&str| !line.is_empty() && !line.starts_with('#');
    let lines = code.docs.lines().skip_while(|line| !said(line));
    let paragraph: Vec<&str> = lines.take_while(said).collect();
    if paragraph.is_empty() {
        return code.summary.to_owned();
    }
    paragraph.join(" ")
}

fn result(
    diagnostic: &Diagnostic,
    rule: Option<usize>,
    fingerprints: &mut Fingerprints,
    sources: &mut Indexed<'_>,
) -> Value {
    let mut text = vec![message(diagnostic)];
    text.extend(help(diagnostic).map(|help| format!("help: {help}")));
    let here = location(&diagnostic.primary, None, sources);
    let related: Vec<Value> = diagnostic
        .secondary
        .iter()
        .zip(1u32..)
        .filter_map(|(label, id)| location(label, Some(id), sources))
        .collect();
    let fix = diagnostic.fix.as_ref().map(|fix| mend(fix, sources));
    json!({
        "ruleId": diagnostic.code.name,
        "ruleIndex": rule,
        "level": level(diagnostic.severity),
        "message": {"text": no_link(&text.join("\n"))},
        "locations": here.into_iter().collect::<Vec<Value>>(),
        "relatedLocations": related,
        "fixes": fix.into_iter().collect::<Vec<Value>>(),
        "partialFingerprints": {"tenureLine/v1": fingerprints.of(diagnostic, sources)},
    })
}

/// A place; a related one has a number.
fn location(label: &Label, id: Option<u32>, sources: &mut Indexed<'_>) -> Option<Value> {
    let place = Region::new(label.span, sources)?;
    let mut fields = Map::new();
    fields.extend(id.map(|id| ("id".to_owned(), id.into())));
    let physical = json!({
        "artifactLocation": artifact(&place.file),
        "region": region(&place),
    });
    fields.insert("physicalLocation".to_owned(), physical);
    if !label.text.is_empty() {
        let text = no_link(&safe(&label.text));
        fields.insert("message".to_owned(), json!({"text": text}));
    }
    Some(Value::Object(fields))
}

fn region(place: &Region) -> Value {
    json!({
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
    })
}

/// A mend: for each file what takes the place of what.
fn mend(fix: &Fix, sources: &mut Indexed<'_>) -> Value {
    let mut files: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for (span, text) in &fix.edits {
        if let Some(place) = Region::new(*span, sources) {
            let replacement = json!({
                "deletedRegion": region(&place),
                "insertedContent": {"text": text},
            });
            files.entry(place.file).or_default().push(replacement);
        }
    }
    let changes: Vec<Value> = files
        .into_iter()
        .map(|(file, replacements)| {
            json!({"artifactLocation": artifact(&file), "replacements": replacements})
        })
        .collect();
    json!({"description": {"text": no_link(&safe(&fix.title))}, "artifactChanges": changes})
}

/// A file of the repository, or one outside of it by its whole path.
fn artifact(file: &str) -> Value {
    let drive = file.split('/').next().is_some_and(|part| {
        part.len() == 2 && part.ends_with(':') && part.starts_with(char::is_alphabetic)
    });
    if drive {
        return json!({"uri": format!("file:///{}", encoded(file))});
    }
    if file.starts_with('/') {
        return json!({"uri": format!("file://{}", encoded(file))});
    }
    json!({"uri": encoded(file), "uriBaseId": ROOT})
}

/// A path as part of a URI (RFC 3986): all but unreserved characters and `/` as bytes in hexadecimal.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// Messages of SARIF may hold links, `[text](target)`: what a policy quotes must not become one.
fn no_link(text: &str) -> String {
    text.replace("](", "] (")
}
