//! `bucket`.

use super::hash::digest;
use crate::policy::builtin::args::{int, text};
use crate::policy::builtin::{Builtin, Kind, Presence, within};
use crate::policy::eval::Value;

pub(super) static BUCKET: Builtin = Builtin {
    name: "bucket",
    on: Kind::Text,
    params: &[within("count", 1, MOST)],
    result: Kind::Int,
    presence: Presence::WithLiterals,
    summary: "A number from 1 to `count` that is always the same for the same text, for groups of equal size.",
    details: "So something new comes to a tenth of the people first: `when id.bucket(10) == 1`. Another text gives other \
groups: `\"wifi {id}\".bucket(10)`. It is the first eight bytes of the text's SHA-256, modulo `count`, plus 1.",
    examples: &[
        ("4711.bucket(10)", "1"),
        ("\"wifi 4711\".bucket(2)", "2"),
        ("4711.bucket(1)", "1"),
    ],
    run,
};

/// The most groups.
const MOST: i64 = 1_000_000;

fn run(args: &[Value]) -> Option<Value> {
    let count = int(args, 1).filter(|count| (1..=MOST).contains(count))?;
    let (first, _) = digest(text(args, 0)?)
        .split_first_chunk::<8>()
        .map(|(a, b)| (*a, b.len()))?;
    let group = u64::from_be_bytes(first) % u64::try_from(count).ok()?;
    Some(Value::Int(i64::try_from(group).ok()? + 1))
}
