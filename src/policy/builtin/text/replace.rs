//! `replace`.

use super::Needle;
use crate::policy::builtin::args::{Growing, text};
use crate::policy::builtin::{Builtin, Check, Kind, Param, Presence, param};
use crate::policy::eval::Value;
use crate::policy::pattern::Search;
use regex::Captures;

pub(super) static REPLACE: Builtin = Builtin {
    name: "replace",
    on: Kind::Text,
    params: &[
        param("part", Kind::TextOrRegex),
        Param {
            check: Check::Replacement,
            ..param("with", Kind::Text)
        },
    ],
    result: Kind::Text,
    presence: Presence::Maybe,
    summary: "The text with every `part`, a text or a regular expression, replaced by `with`.",
    details: "Behind a regular expression `$1` to `$9` in `with` stand for what its groups found, `$0` for all that it \
found, `$$` for a dollar sign. To replace by nothing there is `remove`.",
    examples: &[
        (
            "\"Sales and Marketing\".replace(\" and \", \" & \")",
            "\"Sales & Marketing\"",
        ),
        (
            "\"King, Ada\".replace(/^(.*), (.*)$/, \"$2 $1\")",
            "\"Ada King\"",
        ),
        ("\"a  b   c\".replace(/ +/, \" \")", "\"a b c\""),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let (text, with) = (text(args, 0)?, text(args, 2)?);
    let mut replaced = Growing::default();
    match Needle::of(args, 1)? {
        Needle::Text(part) => {
            for (index, piece) in text.split(part).enumerate() {
                if index > 0 {
                    replaced.push(with)?;
                }
                replaced.push(piece)?;
            }
        }
        Needle::Search(search) => by_groups(search, text, with, &mut replaced)?,
    }
    replaced.finish()
}

fn by_groups(search: &Search, text: &str, with: &str, replaced: &mut Growing) -> Option<()> {
    let mut end = 0;
    for found in search.regex().captures_iter(text) {
        let whole = found.get(0)?;
        replaced.push(text.get(end..whole.start())?)?;
        expand(with, &found, replaced)?;
        end = whole.end();
    }
    replaced.push(text.get(end..)?)
}

/// Puts what the groups found in the place of `$1`.
fn expand(with: &str, found: &Captures<'_>, replaced: &mut Growing) -> Option<()> {
    let mut pieces = with.split('$');
    replaced.push(pieces.next()?)?;
    let mut dollar = false;
    for piece in pieces {
        let group = piece.chars().next().and_then(|c| c.to_digit(10));
        match group {
            _ if dollar => {
                dollar = false;
                replaced.push(piece)?;
            }
            Some(group) => {
                let found = found.get(group as usize);
                replaced.push(found.map_or("", |found| found.as_str()))?;
                replaced.push(piece.get(1..)?)?;
            }
            // `$$`, or a dollar sign before something else.
            None => {
                dollar = piece.is_empty();
                replaced.push("$")?;
                replaced.push(piece)?;
            }
        }
    }
    Some(())
}

/// The groups that a replacement names.
pub(crate) fn groups_named(with: &str) -> impl Iterator<Item = usize> {
    let plain = with.replace("$$", "");
    let named: Vec<usize> = plain
        .split('$')
        .skip(1)
        .filter_map(|piece| piece.chars().next()?.to_digit(10))
        .map(|group| group as usize)
        .collect();
    named.into_iter()
}
