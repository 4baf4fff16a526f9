//! Objects and changes as LDIF text (RFC 2849): folded, base64 where needed, parents before children.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::header::Header;
use super::record::{Edit, EditKind};
use super::step::Step;
use crate::directory::dn::Dn;
use crate::directory::object::Object;
use crate::directory::value::Value;

/// The longest line that is written, as `ldapsearch` folds.
const FOLD: usize = 76;

/// A whole file; the objects must come in the order in which they are to stand.
pub(super) fn file<'a>(header: &Header, objects: impl Iterator<Item = &'a Object>) -> String {
    let mut out = String::new();
    header.write(&mut out);
    for object in objects {
        out.push('\n');
        entry(&mut out, object, false);
    }
    out
}

/// One step of a change.
pub(super) fn step(out: &mut String, step: &Step) {
    match step {
        Step::Add(object) => entry(out, object, true),
        Step::Modify { dn, edits } => {
            head(out, dn, "modify");
            for edit in edits {
                write_edit(out, edit);
            }
        }
        Step::Move { from, to } => {
            head(out, from, "modrdn");
            let rdn = to.rdn().map(|rdn| rdn.to_string()).unwrap_or_default();
            text(out, "newrdn", &rdn);
            line(out, "deleteoldrdn: 1");
            let parent = to.parent().unwrap_or_else(Dn::root);
            text(out, "newsuperior", parent.as_str());
        }
        Step::Delete(dn) => head(out, dn, "delete"),
    }
}

fn head(out: &mut String, dn: &Dn, kind: &str) {
    text(out, "dn", dn.as_str());
    let _ = writeln!(out, "changetype: {kind}");
}

fn write_edit(out: &mut String, edit: &Edit) {
    let name = edit.attribute.as_str();
    // An edit of nothing but the name deletes or replaces all values; adding nothing says nothing.
    if edit.kind == EditKind::Add && edit.values.is_empty() {
        return;
    }
    let _ = writeln!(out, "{}: {name}", edit.kind.word());
    for one in &edit.values {
        value(out, name, one);
    }
    out.push_str("-\n");
}

fn entry(out: &mut String, object: &Object, change: bool) {
    text(out, "dn", object.dn().as_str());
    if change {
        out.push_str("changetype: add\n");
    }
    for (name, values) in object.attributes() {
        for one in values {
            value(out, name.as_str(), one);
        }
    }
    bytes(out, "objectGUID", &object.guid().to_ad_bytes());
}

fn value(out: &mut String, name: &str, value: &Value) {
    match value {
        Value::Text(one) => text(out, name, one),
        Value::Bytes(one) => bytes(out, name, one),
        Value::Picture(one) => bytes(out, name, one.bytes()),
    }
}

fn text(out: &mut String, name: &str, value: &str) {
    if is_safe(value) {
        line(out, &format!("{name}: {value}"));
    } else {
        bytes(out, name, value.as_bytes());
    }
}

fn bytes(out: &mut String, name: &str, value: &[u8]) {
    line(out, &format!("{name}:: {}", STANDARD.encode(value)));
}

/// Whether a value may stand as it is: stricter than SAFE-STRING of RFC 2849, for a file with control characters
/// is no text that we, or an editor, would read again.
fn is_safe(value: &str) -> bool {
    let first = !value.starts_with([' ', ':', '<']);
    let rest = |byte: u8| (0x20..0x7F).contains(&byte);
    first && !value.ends_with(' ') && value.bytes().all(rest)
}

/// A line, folded; what is folded is ASCII, so that no character is torn.
fn line(out: &mut String, text: &str) {
    let Some((first, mut rest)) = text.split_at_checked(FOLD) else {
        out.push_str(text);
        out.push('\n');
        return;
    };
    out.push_str(first);
    while !rest.is_empty() {
        let (part, after) = rest.split_at_checked(FOLD - 1).unwrap_or((rest, ""));
        out.push_str("\n ");
        out.push_str(part);
        rest = after;
    }
    out.push('\n');
}
