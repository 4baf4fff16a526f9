//! The change file: what was done to an LDIF file since it was last written as a whole.
//!
//! Writing a hundred thousand entries anew for every operation would be slow, and a kill in the middle would
//! be the end of the file. So each change is appended to `FILE.changes` and flushed to the disk before it
//! counts. The file is LDIF (RFC 2849 change records) and can be read by eye:
//!
//! ```text
//! version: 1
//! # log 5f3a0c9d2b71e846
//!
//! # change 1
//! dn: CN=Ada King,OU=Staff,DC=example,DC=com
//! changetype: modify
//! …
//! # end 1 9c0f2f3a5b1d7e88
//! ```
//!
//! A change counts when its last line is there and its digest is right; a tail without one was cut off by a
//! kill and is dropped. Anything else that is damaged is refused. When the whole file is written anew, its
//! header names the log and the last change that it contains: whatever instant a kill chooses, opening
//! the pair yields the state before or after a change, never less and never twice.

use sha2::{Digest as _, Sha256};

use super::error::{Located, Problem};
use super::record::Records;
use super::step::Step;
use super::write;
use crate::text::decode;

/// One change that was read back.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) number: u64,
    pub(super) line: u32,
    pub(super) steps: Vec<Step>,
}

/// A change file, read.
#[derive(Debug, Default)]
pub(super) struct ChangeFile {
    /// Which log it is; empty where its first lines were not completed.
    pub(super) log: String,
    pub(super) changes: Vec<Change>,
    /// How many bytes of it count.
    pub(super) whole: usize,
}

/// The name of a log that begins on a file of these bytes.
pub(super) fn log_name(base: &[u8]) -> String {
    digest(base)
}

/// The first lines of a log.
pub(super) fn head(log: &str) -> String {
    format!("version: 1\n{LOG}{log}\n")
}

/// The text of one change.
pub(super) fn encode(number: u64, steps: &[Step]) -> String {
    let mut body = format!("{CHANGE}{number}\n");
    for (index, step) in steps.iter().enumerate() {
        if index > 0 {
            body.push('\n');
        }
        write::step(&mut body, step);
    }
    let digest = digest(body.as_bytes());
    format!("\n{body}{END}{number} {digest}\n")
}

const LOG: &str = "# log ";
const CHANGE: &str = "# change ";
const END: &str = "# end ";

/// Reads a change file, dropping what a kill cut off.
pub(super) fn read(bytes: &[u8]) -> Result<ChangeFile, Located> {
    let mut file = ChangeFile::default();
    let mut at = 0;
    let mut begun: Option<(usize, u32, u64)> = None;
    let mut damaged: Option<(u32, u64)> = None;
    for (number, line) in (1_u32..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
        let start = at;
        at += line.len();
        // A line that is no text, or has no end, can only be a torn one.
        let Some(text) = std::str::from_utf8(line)
            .ok()
            .and_then(|line| line.strip_suffix('\n'))
        else {
            continue;
        };
        if let Some(log) = text.strip_prefix(LOG).filter(|_| file.log.is_empty()) {
            log.clone_into(&mut file.log);
            file.whole = at;
        } else if let Some(change) = text.strip_prefix(CHANGE) {
            if let Some((_, line, change)) = begun {
                damaged = damaged.or(Some((line, change)));
            }
            let expected = file.changes.last().map(|change| change.number + 1);
            begun = change.parse().ok().map(|change| (start, number, change));
            if let Some((_, line, change)) = begun
                && expected.is_some_and(|expected| expected != change)
            {
                damaged = damaged.or(Some((line, change)));
            }
        } else if let Some(end) = text.strip_prefix(END) {
            let Some((from, line, change)) = begun.take() else {
                continue;
            };
            let body = bytes.get(from..start).unwrap_or_default();
            if end != format!("{change} {}", digest(body)) {
                // After a power cut the last line may be on the disk and zeros before it: never flushed.
                if !body.contains(&0) {
                    return Err((line, Problem::DamagedChange { change }));
                }
                damaged = damaged.or(Some((line, change)));
                continue;
            }
            if let Some((line, change)) = damaged {
                return Err((line, Problem::DamagedChange { change }));
            }
            file.changes.push(Change {
                number: change,
                line,
                steps: steps(body, line)?,
            });
            file.whole = at;
        }
    }
    Ok(file)
}

fn steps(body: &[u8], line: u32) -> Result<Vec<Step>, Located> {
    let below = |(inner, problem): Located| (line + inner.saturating_sub(1), problem);
    let text = decode(body).map_err(|error| (line, Problem::Text(error)))?;
    let records = Records::new(&text);
    records
        .map(|record| Step::read(record.map_err(below)?).map_err(below))
        .collect()
}

fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let first = digest.iter().take(8);
    let number = first.fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
    format!("{number:016x}")
}
