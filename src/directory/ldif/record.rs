//! Records of LDIF: entries, and the changes that our own change file holds (RFC 2849).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustc_hash::FxHashMap;

use super::error::{Located, Problem, excerpt};
use super::lines::{Line, Lines};
use crate::directory::dn::{Dn, Rdn};
use crate::directory::guid::Guid;
use crate::directory::schema::Syntax;
use crate::directory::sid::Sid;
use crate::directory::value::{AttributeName, Value};

/// The most lines of one entry; a group of a million members fits.
pub(super) const MAX_ENTRY_LINES: usize = 2_000_000;

/// One record.
#[derive(Debug)]
pub(super) struct Record {
    /// Where it begins.
    pub(super) line: u32,
    /// Whom it is about.
    pub(super) dn: Dn,
    /// What it says.
    pub(super) body: Body,
}

/// What a record says.
#[derive(Debug)]
pub(super) enum Body {
    /// The object has these values, each with its line.
    Entry(Vec<(AttributeName, Value, u32)>),
    /// The object changes.
    Modify(Vec<Edit>),
    /// The object gets that name.
    Move(Dn),
    /// The object goes.
    Delete,
}

/// A change of one attribute in a record.
#[derive(Debug, Clone)]
pub(super) struct Edit {
    pub(super) kind: EditKind,
    pub(super) attribute: AttributeName,
    pub(super) values: Vec<Value>,
}

/// What happens with the values of an [`Edit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EditKind {
    Add,
    Delete,
    Replace,
}

impl EditKind {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Delete => "delete",
            Self::Replace => "replace",
        }
    }
}

/// Reads records one by one; equal names and values share their text.
pub(super) struct Records<'a> {
    lines: Lines<'a>,
    names: FxHashMap<String, AttributeName>,
    texts: FxHashMap<Box<str>, Arc<str>>,
    started: bool,
}

/// The longest value that is shared between objects, in bytes; longer ones seldom repeat.
const MAX_SHARED_BYTES: usize = 64;
/// The most values that are shared.
const MAX_SHARED_TEXTS: usize = 100_000;

impl<'a> Records<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            lines: Lines::new(text),
            names: FxHashMap::default(),
            texts: FxHashMap::default(),
            started: false,
        }
    }

    /// The lines up to the next empty one; none at the end.
    fn block(&mut self) -> Result<Option<Vec<Line<'a>>>, Located> {
        let mut block = Vec::new();
        for line in self.lines.by_ref() {
            let line = line?;
            if line.text.is_empty() {
                if block.is_empty() {
                    continue;
                }
                return Ok(Some(block));
            }
            if block.len() >= MAX_ENTRY_LINES {
                let limit = MAX_ENTRY_LINES;
                return Err((line.number, Problem::EntryTooLong { limit }));
            }
            block.push(line);
        }
        Ok((!block.is_empty()).then_some(block))
    }

    fn record(&mut self, block: &[Line<'_>]) -> Result<Option<Record>, Located> {
        let mut lines = block.iter().peekable();
        let Some(mut first) = lines.next() else {
            return Ok(None);
        };
        if !std::mem::replace(&mut self.started, true) {
            let (name, value) = split(first)?;
            if name.eq_ignore_ascii_case("version") {
                if value.trim() != "1" {
                    let version = excerpt(value.trim());
                    return Err((first.number, Problem::Version { version }));
                }
                match lines.next() {
                    Some(next) => first = next,
                    None => return Ok(None),
                }
            }
        }
        let (name, value) = split(first)?;
        if is_trailer(name) {
            trailer(block)?;
            return Ok(None);
        }
        if !name.eq_ignore_ascii_case("dn") {
            let name = excerpt(name);
            return Err((first.number, Problem::NoDn { name }));
        }
        let dn = read_dn(first.number, name, value)?;
        let mut body = None;
        while let Some(line) = lines.peek() {
            let (name, value) = split(line)?;
            if name.eq_ignore_ascii_case("control") {
                lines.next();
                continue;
            }
            if name.eq_ignore_ascii_case("changetype") {
                body = Some(value.trim().to_ascii_lowercase());
                lines.next();
            }
            break;
        }
        let rest: Vec<&Line<'_>> = lines.collect();
        let body = match body.as_deref() {
            None | Some("add") => self.entry(&rest)?,
            Some("modify") => self.modify(&rest)?,
            Some("modrdn" | "moddn") => Body::Move(moved(&dn, &rest)?),
            Some("delete") if rest.is_empty() => Body::Delete,
            Some(kind) => {
                let kind = excerpt(kind);
                return Err((first.number, Problem::Change { kind }));
            }
        };
        Ok(Some(Record {
            line: first.number,
            dn,
            body,
        }))
    }

    fn entry(&mut self, lines: &[&Line<'_>]) -> Result<Body, Located> {
        let mut values = Vec::with_capacity(lines.len());
        for line in lines {
            let (name, value) = self.pair(line)?;
            values.push((name, value, line.number));
        }
        Ok(Body::Entry(values))
    }

    fn modify(&mut self, lines: &[&Line<'_>]) -> Result<Body, Located> {
        let mut edits = Vec::new();
        let mut lines = lines.iter();
        while let Some(line) = lines.next() {
            let (word, name) = split(line)?;
            let kind = [EditKind::Add, EditKind::Delete, EditKind::Replace]
                .into_iter()
                .find(|kind| kind.word().eq_ignore_ascii_case(word));
            let Some(kind) = kind else {
                return Err((line.number, bad_change(word)));
            };
            let attribute = self.name(line.number, name.trim())?;
            let mut values = Vec::new();
            for line in lines.by_ref() {
                if line.text == "-" {
                    break;
                }
                let (name, value) = self.pair(line)?;
                if name != attribute {
                    return Err((line.number, bad_change(name.as_str())));
                }
                values.push(value);
            }
            edits.push(Edit {
                kind,
                attribute,
                values,
            });
        }
        Ok(Body::Modify(edits))
    }

    fn pair(&mut self, line: &Line<'_>) -> Result<(AttributeName, Value), Located> {
        let (name, value) = split(line)?;
        let name = self.name(line.number, name)?;
        let at = |problem| (line.number, problem);
        let attribute = || name.as_str().to_owned();
        let syntax = name.schema().map(|attribute| attribute.syntax);
        let value = match Raw::read(value) {
            Raw::Url => {
                let attribute = attribute();
                return Err(at(Problem::Url { attribute }));
            }
            Raw::Plain(text) => match syntax {
                // Samba's tools show these as text.
                Some(Syntax::Sid) => Sid::parse(text).map(|sid| Value::from(sid.to_bytes())),
                Some(Syntax::Guid) => {
                    Guid::parse(text).map(|guid| Value::from(guid.to_ad_bytes().as_slice()))
                }
                Some(Syntax::Octets) => Some(Value::from(text.as_bytes())),
                _ => Some(self.text(text)),
            }
            .ok_or_else(|| {
                let attribute = attribute();
                at(Problem::BadIdentity { attribute })
            })?,
            Raw::Base64(encoded) => {
                let bytes = STANDARD.decode(encoded).map_err(|_| {
                    let attribute = attribute();
                    at(Problem::BrokenBase64 { attribute })
                })?;
                match (syntax, String::from_utf8(bytes)) {
                    (Some(known), Ok(text)) if known.is_binary() => Value::from(text.into_bytes()),
                    (_, Ok(text)) => self.text(&text),
                    (Some(known), Err(_)) if !known.is_binary() => {
                        let attribute = attribute();
                        return Err(at(Problem::NotUtf8 { attribute }));
                    }
                    (_, Err(bytes)) => Value::from(bytes.into_bytes()),
                }
            }
        };
        if value.bytes().is_empty() {
            let attribute = attribute();
            return Err(at(Problem::EmptyValue { attribute }));
        }
        Ok((name, value))
    }

    /// The name of an attribute without `;binary`; one that holds part of its values is refused.
    fn name(&mut self, line: u32, written: &str) -> Result<AttributeName, Located> {
        if let Some(known) = self.names.get(written) {
            return Ok(known.clone());
        }
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"-;=*.".contains(&byte);
        if written.is_empty() || !written.bytes().all(valid) {
            let name = excerpt(written);
            return Err((line, Problem::BadAttribute { name }));
        }
        let (bare, options) = written.split_once(';').unwrap_or((written, ""));
        let lower = options.to_ascii_lowercase();
        let name = match lower.as_str() {
            "" | "binary" | "range=0-*" => bare,
            part if part.starts_with("range=") => {
                let attribute = bare.to_owned();
                return Err((line, Problem::Range { attribute }));
            }
            _ => written,
        };
        let name = AttributeName::new(name);
        self.names.insert(written.to_owned(), name.clone());
        Ok(name)
    }

    fn text(&mut self, text: &str) -> Value {
        if let Some(shared) = self.texts.get(text) {
            return Value::Text(shared.clone());
        }
        let shared: Arc<str> = text.into();
        if text.len() <= MAX_SHARED_BYTES && self.texts.len() < MAX_SHARED_TEXTS {
            self.texts.insert(text.into(), shared.clone());
        }
        Value::Text(shared)
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, Located>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let block = match self.block() {
                Ok(block) => block?,
                Err(problem) => return Some(Err(problem)),
            };
            match self.record(&block) {
                Ok(Some(record)) => return Some(Ok(record)),
                Ok(None) => {}
                Err(problem) => return Some(Err(problem)),
            }
        }
    }
}

fn decoded(line: u32, name: &str, value: &str) -> Result<String, Located> {
    let attribute = || excerpt(name);
    match Raw::read(value) {
        Raw::Plain(text) => Ok(text.to_owned()),
        Raw::Url => {
            let attribute = attribute();
            Err((line, Problem::Url { attribute }))
        }
        Raw::Base64(encoded) => {
            let bytes = STANDARD.decode(encoded).map_err(|_| {
                let attribute = attribute();
                (line, Problem::BrokenBase64 { attribute })
            })?;
            String::from_utf8(bytes).map_err(|_| {
                let attribute = attribute();
                (line, Problem::NotUtf8 { attribute })
            })
        }
    }
}

fn read_dn(line: u32, name: &str, value: &str) -> Result<Dn, Located> {
    let text = decoded(line, name, value)?;
    let bad = |source| {
        let dn = excerpt(&text);
        (line, Problem::BadDn { dn, source })
    };
    let dn = Dn::parse(&text).map_err(bad)?;
    if dn.is_root() {
        return Err(bad(crate::directory::dn::DnError::Empty));
    }
    Ok(dn)
}

fn moved(dn: &Dn, lines: &[&Line<'_>]) -> Result<Dn, Located> {
    let mut rdn = dn.rdn();
    let mut parent = dn.parent();
    for line in lines {
        let (name, value) = split(line)?;
        match name.to_ascii_lowercase().as_str() {
            "newrdn" => {
                let text = decoded(line.number, name, value)?;
                rdn = Some(Rdn::parse(&text).map_err(|source| {
                    let dn = excerpt(&text);
                    (line.number, Problem::BadDn { dn, source })
                })?);
            }
            "newsuperior" => parent = Some(read_dn(line.number, name, value)?),
            "deleteoldrdn" => {}
            _ => return Err((line.number, bad_change(name))),
        }
    }
    let number = lines.first().map_or(0, |line| line.number);
    let (rdn, parent) = rdn
        .zip(parent)
        .ok_or_else(|| (number, bad_change("a move of nothing")))?;
    Ok(parent.child(&rdn))
}

/// A value as it stands behind the colon.
enum Raw<'a> {
    Plain(&'a str),
    Base64(&'a str),
    Url,
}

impl<'a> Raw<'a> {
    fn read(value: &'a str) -> Self {
        if let Some(encoded) = value.strip_prefix(':') {
            return Self::Base64(encoded.trim_matches(' '));
        }
        if value.starts_with('<') {
            return Self::Url;
        }
        Self::Plain(value.trim_start_matches(' '))
    }
}

fn split<'a>(line: &'a Line<'_>) -> Result<(&'a str, &'a str), Located> {
    line.text.split_once(':').ok_or_else(|| {
        let text = excerpt(&line.text);
        (line.number, Problem::NoColon { line: text })
    })
}

fn bad_change(what: &str) -> Problem {
    Problem::BadChange {
        what: format!("`{}` is not expected here", excerpt(what)),
    }
}

/// What `ldapsearch` writes round the entries: where to look further, and how the search ended.
fn is_trailer(name: &str) -> bool {
    ["search", "result", "ref"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

fn trailer(block: &[Line<'_>]) -> Result<(), Located> {
    for line in block {
        let (name, value) = split(line)?;
        let value = value.trim();
        if name.eq_ignore_ascii_case("result") && !value.starts_with("0 ") && value != "0" {
            let result = excerpt(value);
            return Err((line.number, Problem::Incomplete { result }));
        }
    }
    Ok(())
}
