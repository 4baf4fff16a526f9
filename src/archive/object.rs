//! An object of the archive: a head that says what it holds, then an entry on each line, as JSON.
//!
//! The same entries give the same bytes under the same name. So what a killed run had already put there is met again by
//! the next one, and is known for what it is.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

use crate::state::{Chain, Link};

/// What the first line of an object says it is.
const FORMAT: &str = "tenure-audit-archive/1";

/// How many digits a number has in a name, so that names sort as numbers do.
const DIGITS: usize = 12;

/// What a name ends with.
const ENDING: &str = ".jsonl";

/// How many hexadecimal digits a hash has.
const HASH_DIGITS: usize = 64;

/// The name of an object, which says what is in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// Whose trail it is: the id of the state.
    pub state: Uuid,
    /// The number of its first entry.
    pub first: u64,
    /// The number of its last entry.
    pub last: u64,
    /// When the last entry was written, to the second; `None` where that entry says no time that can be read.
    pub at: Option<Timestamp>,
    /// The hash of the last entry, in hexadecimal digits.
    pub hash: String,
}

impl Name {
    /// What the names of all objects of a state begin with.
    pub fn folder(state: Uuid) -> String {
        format!("{state}/")
    }

    /// Behind this come the names of all objects of a state that begin with this entry or a later one.
    pub fn before(state: Uuid, first: u64) -> String {
        format!("{state}/{first:0DIGITS$}")
    }

    /// Reads a name again; `None` where it is none of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let (state, rest) = text.split_once('/')?;
        let mut parts = rest.strip_suffix(ENDING)?.split('-');
        let mut number = || {
            parts
                .next()
                .filter(|text| text.len() >= DIGITS)?
                .parse()
                .ok()
        };
        let (first, last) = (number()?, number()?);
        let (at, hash) = (parts.next()?, parts.next()?);
        let at = match at {
            "unknown" => None,
            at => {
                let at = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", at).ok()?;
                Some(TimeZone::UTC.to_timestamp(at).ok()?)
            }
        };
        let name = Self {
            state: Uuid::parse_str(state).ok()?,
            first,
            last,
            at,
            hash: hash.to_owned(),
        };
        let is_hash =
            hash.len() == HASH_DIGITS && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        // What would be written in another way is not ours.
        (is_hash && first <= last && name.to_string() == text).then_some(name)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            state,
            first,
            last,
            at,
            hash,
        } = self;
        let at = at.map_or_else(
            || "unknown".to_owned(),
            |at| {
                at.to_zoned_datetime(TimeZone::UTC)
                    .strftime("%Y%m%dT%H%M%SZ")
                    .to_string()
            },
        );
        write!(
            f,
            "{state}/{first:0DIGITS$}-{last:0DIGITS$}-{at}-{hash}{ENDING}"
        )
    }
}

/// A stretch of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its name.
    pub name: Name,
    /// Its entries; at least one.
    pub links: Vec<Link>,
    /// What was broken already when it was archived, in words.
    pub breaks: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    format: String,
    state: String,
    first: u64,
    last: u64,
    breaks: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    seq: i64,
    at: String,
    event: String,
    run: Option<String>,
    /// As the text that the hash covers.
    facts: String,
    digest: Option<String>,
    previous: String,
    hash: String,
}

impl Object {
    /// The object of these entries, which go on behind that chain; `None` where there are none.
    pub fn of(state: Uuid, links: Vec<Link>, chain: &mut Chain) -> Option<Self> {
        let breaks = links.iter().filter_map(|link| chain.take(link));
        let breaks = breaks.map(|found| found.to_string()).collect();
        let (first, last) = (links.first()?, links.last()?);
        let at: Option<Timestamp> = last.at.parse().ok();
        let name = Name {
            state,
            first: u64::try_from(first.seq).unwrap_or(0),
            last: u64::try_from(last.seq).unwrap_or(0),
            at: at.and_then(|at| Timestamp::from_second(at.as_second()).ok()),
            hash: hex(&last.hash),
        };
        Some(Self {
            name,
            links,
            breaks,
        })
    }

    /// The object as it is written.
    pub fn content(&self) -> Vec<u8> {
        let head = Head {
            format: FORMAT.to_owned(),
            state: self.name.state.to_string(),
            first: self.name.first,
            last: self.name.last,
            breaks: self.breaks.clone(),
        };
        // A value of texts and numbers has a JSON.
        let mut text = serde_json::to_string(&head).unwrap_or_default();
        text.push('\n');
        for link in &self.links {
            let line = Line {
                seq: link.seq,
                at: link.at.clone(),
                event: link.event.clone(),
                run: link.run.clone(),
                facts: link.facts.clone(),
                digest: link.digest.as_deref().map(hex),
                previous: hex(&link.previous),
                hash: hex(&link.hash),
            };
            text.push_str(&serde_json::to_string(&line).unwrap_or_default());
            text.push('\n');
        }
        text.into_bytes()
    }

    /// Reads an object again; else what is wrong with it.
    pub fn read(name: &Name, content: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(content).map_err(|_| "it is no text".to_owned())?;
        let mut lines = text.lines();
        let head: Head = lines
            .next()
            .and_then(|line| serde_json::from_str(line).ok())
            .filter(|head: &Head| head.format == FORMAT)
            .ok_or_else(|| "it does not begin as an object of an archive does".to_owned())?;
        let mut links = Vec::new();
        for (number, line) in (2_usize..).zip(lines) {
            let link = serde_json::from_str(line).ok().and_then(link);
            links.push(link.ok_or_else(|| format!("its line {number} is no entry"))?);
        }
        let ends = links.first().zip(links.last());
        let agrees = ends.is_some_and(|(first, last)| {
            let number = |seq: i64| u64::try_from(seq).unwrap_or(0);
            head.state == name.state.to_string()
                && (head.first, head.last) == (name.first, name.last)
                && (number(first.seq), number(last.seq)) == (name.first, name.last)
                && hex(&last.hash) == name.hash
        });
        if !agrees || !text.ends_with('\n') {
            return Err("it does not hold what its name and its first line say".to_owned());
        }
        Ok(Self {
            name: name.clone(),
            links,
            breaks: head.breaks,
        })
    }
}

fn link(line: Line) -> Option<Link> {
    let digest = line.digest.as_deref().map(bytes);
    Some(Link {
        seq: line.seq,
        at: line.at,
        event: line.event,
        run: line.run,
        facts: line.facts,
        digest: match digest {
            None => None,
            Some(digest) => Some(digest?),
        },
        previous: bytes(&line.previous)?,
        hash: bytes(&line.hash)?,
    })
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    crate::state::hex(bytes)
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    let (pairs, rest) = digits.as_chunks::<2>();
    let value = |digit: u8| {
        char::from(digit)
            .to_digit(16)
            .and_then(|value| u8::try_from(value).ok())
    };
    let pair = |[high, low]: &[u8; 2]| Some((value(*high)? << 4) | value(*low)?);
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object() -> Object {
        let mut previous = vec![0; 32];
        let mut links = Vec::new();
        for seq in 1..=3 {
            let mut link = Link {
                seq,
                at: "2026-03-02T08:00:00.5Z".to_owned(),
                event: "action".to_owned(),
                run: None,
                facts: "{\"a\": \"\\u00e9 \\\" é\"}".to_owned(),
                digest: (seq == 2).then(|| vec![7; 32]),
                previous,
                hash: Vec::new(),
            };
            link.hash = link.expected_hash().to_vec();
            previous = link.hash.clone();
            links.push(link);
        }
        let mut chain = Chain::behind(0, vec![0; 32]);
        Object::of(Uuid::nil(), links, &mut chain).unwrap()
    }

    #[test]
    fn what_was_written_is_read_again() {
        let object = object();
        assert_eq!(object.breaks, Vec::<String>::new());
        assert_eq!(
            Object::read(&object.name, &object.content()).unwrap(),
            object
        );
        let name = object.name.to_string();
        assert!(
            name.contains("/000000000001-000000000003-20260302T080000Z-"),
            "{name}"
        );
        assert_eq!(Name::parse(&name), Some(object.name));
    }

    #[test]
    fn what_is_no_name_of_ours_is_none() {
        let name = object().name.to_string();
        for (from, to) in [
            ("000000000001", "1"),
            ("000000000001", "000000000004"),
            (".jsonl", ".json"),
            ("Z-", "-"),
            ("0000-0000", "0000_0000"),
            ("20260302", "20261302"),
            ("2026", "+026"),
        ] {
            assert_eq!(
                Name::parse(&name.replacen(from, to, 1)),
                None,
                "{from} {to}"
            );
        }
        for text in ["", "/", "a", "x/y.jsonl", "../../etc/passwd"] {
            assert_eq!(Name::parse(text), None, "{text}");
        }
    }

    #[test]
    fn each_byte_that_is_changed_is_found() {
        let object = object();
        let content = object.content();
        for at in 0..content.len() {
            let mut changed = content.clone();
            changed[at] ^= 1;
            let Ok(read) = Object::read(&object.name, &changed) else {
                continue;
            };
            let mut chain = Chain::behind(0, vec![0; 32]);
            let found = read.links.iter().any(|link| chain.take(link).is_some());
            let only_told = read.links == object.links && read.breaks != object.breaks;
            // The case of a hexadecimal digit says nothing.
            assert!(found || only_told || read == object, "byte {at}");
        }
        for end in 0..content.len() {
            assert!(
                Object::read(&object.name, &content[..end]).is_err(),
                "{end}"
            );
        }
    }
}
