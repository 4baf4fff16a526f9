//! `tenure audit verify`: how long the trail is, how far it reaches, and its head.

use super::page::{Line, Page};
use super::{Options, json, words};
use crate::state::{Verified, Written};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

/// A trail that is whole; `found` is the entry that has the head that was asked for.
pub fn verified(verified: &Verified, found: Option<u64>, options: &Options) -> String {
    let palette = &options.palette;
    let mut page = Page::new(options.width);
    let Some((first, last)) = &verified.ends else {
        page.line(
            0,
            0,
            &Line::of("The audit trail is empty: nothing was ever applied with this state."),
        );
        return page.finish();
    };
    let entries = entries(verified.entries);
    let line = Line::new()
        .styled(palette.add, "The audit trail is whole")
        .plain(&format!(": {entries}, each the one that was written."));
    page.line(0, 0, &line);
    let mut fact = |label: &str, text: &str| {
        let line = Line::new().styled(palette.dim, label).padded(9).plain(text);
        page.line(2, 11, &line);
    };
    fact("first", &ending(first, &options.zone));
    fact("last", &ending(last, &options.zone));
    if verified.dropped > 0 {
        let dropped = words::count(count(verified.dropped), "earlier entry", "earlier entries");
        fact("dropped", &format!("{dropped}, when `retention` was up"));
    }
    if verified.forgotten > 0 {
        let gone = self::entries(verified.forgotten);
        fact(
            "values",
            &format!("gone from {gone}, forgotten or when `retention` was up; the trail says when"),
        );
    }
    fact("head", &verified.head);
    if let Some(seq) = found {
        let behind = verified
            .ends
            .as_ref()
            .map_or(0, |(_, last)| last.seq.saturating_sub(seq));
        let text = match behind {
            0 => "is that head: nothing came since".to_owned(),
            more => format!(
                "{} since entry {seq}, which has that head",
                self::entries(more)
            ),
        };
        fact("extends", &text);
    }
    page.finish()
}

pub(super) fn ending(entry: &Written, zone: &TimeZone) -> String {
    let at = entry.at.parse::<Timestamp>();
    let at = at.map_or_else(|_| entry.at.clone(), |at| words::instant(at, zone));
    format!("{} at {at}: {}", entry.seq, entry.event)
}

/// `1 entry`, `30 entries`.
pub fn entries(n: u64) -> String {
    words::count(count(n), "entry", "entries")
}

/// As many as a count of this machine can say.
fn count(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// The same as JSON.
pub fn verified_json(verified: &Verified, found: Option<u64>) -> String {
    let written =
        |entry: &Written| json!({ "seq": entry.seq, "at": entry.at, "event": entry.event });
    let (first, last) = verified
        .ends
        .as_ref()
        .map(|(first, last)| (written(first), written(last)))
        .unzip();
    json::pretty(&json!({
        "format": "tenure-audit/1",
        "whole": true,
        "entries": verified.entries,
        "dropped": verified.dropped,
        "forgotten": verified.forgotten,
        "first": first,
        "last": last,
        "head": verified.head,
        "found": found,
    }))
}
