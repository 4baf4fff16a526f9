//! What a forecast says, in words: deeds, guards, and what has to be known of it as a whole.

use crate::cli::view::words::{self, count};
use crate::forecast::{Breach, Forecast, Kind, Tally, Trip};
use crate::text::excerpt;
use std::fmt::Write as _;

/// The longest source of a limit, in characters.
const MAX_SOURCE: usize = 80;

/// What no forecast knows.
pub(super) const UNKNOWN: &str = "Only dates that HR shows today are in it: what HR has scheduled and does not show \
                                  yet (a change of department next month, a leaver not entered) is not known, nor \
                                  what hands change meanwhile.";

/// Said whether anything was left out or not: that something was is told by the first forecast that reaches so far, and
/// so would be when.
const LEFT_OUT: &str = "What hangs on sensitive dates is left out: whose it is, when, and how much";

/// Kinds and numbers in words; in `sum` accounts are counted, of one person there is one.
pub(super) fn deeds(tally: &Tally, sum: bool) -> String {
    let deeds = tally.iter().map(|(kind, n)| deed(*kind, *n, sum));
    deeds.collect::<Vec<_>>().join(", ")
}

pub(super) fn deed(kind: Kind, n: u32, sum: bool) -> String {
    let (verb, one, many, alone) = match kind {
        Kind::CreateUnit => ("make", "unit", "units", ""),
        Kind::CreateGroup => ("make", "group", "groups", ""),
        Kind::Create => ("create", "account", "accounts", "create the account"),
        Kind::Adopt => ("take over", "account", "accounts", "take the account over"),
        Kind::Release => ("let go", "account", "accounts", "let the account go"),
        Kind::Enable => ("enable", "account", "accounts", "enable the account"),
        Kind::Disable => ("disable", "account", "accounts", "disable the account"),
        Kind::Delete => ("delete", "account", "accounts", "delete the account"),
        Kind::Password => ("set", "new password", "new passwords", "set a new password"),
        Kind::Change => ("change", "value", "values", ""),
        Kind::Move => (
            "move or rename",
            "account",
            "accounts",
            "move or rename the account",
        ),
        Kind::Grant => ("give", "membership", "memberships", ""),
        Kind::Revoke => ("take", "membership", "memberships", ""),
        Kind::WriteBack => ("write back to HR", "value", "values", ""),
        Kind::Step => ("ask for", "step", "steps", ""),
        Kind::DeleteUnit => ("delete", "unit", "units", ""),
        Kind::Notify => ("send", "notice", "notices", ""),
    };
    if n == 1 && !sum && !alone.is_empty() {
        return alone.to_owned();
    }
    format!("{verb} {}", count(n as usize, one, many))
}

/// From which stage into which; the state knows no former one of who is new to it.
pub(super) fn way(from: Option<&str>, to: &str) -> String {
    match from {
        Some(from) => format!("{from} → {to}"),
        None => format!("→ {to}"),
    }
}

/// A guard that trips, in a sentence.
pub(super) fn tripped(trip: &Trip) -> String {
    let limit = words::number(trip.limit as usize);
    let how = match trip.counts {
        None => format!("it allows {limit}"),
        Some((count, 0)) => format!("{} of at most {limit}", words::number(count as usize)),
        Some((count, recent)) => format!(
            "{} after {} in 24 hours of at most {limit}",
            words::number(count as usize),
            words::number(recent as usize)
        ),
    };
    let source = match &*trip.source {
        "default" => String::new(),
        source => format!(" ({})", excerpt(source, MAX_SOURCE)),
    };
    format!(
        "guard {} would trip: {how}{source}; from here on as if it were overridden",
        trip.kind.word()
    )
}

pub(super) fn breached(breach: &Breach, names: bool) -> String {
    let mut text = format!("invariant `{}` would be broken", breach.title);
    if names {
        let (person, who) = &breach.person;
        let _ = write!(text, " for {who} ({person})");
    }
    text.push_str("; from here on as if it were let pass");
    text
}

/// What has to be known of a forecast as a whole.
pub(super) fn footers(forecast: &Forecast, how: &str) -> Vec<String> {
    let mut texts = Vec::new();
    if !forecast.revealed {
        texts.push(format!("{LEFT_OUT}{how}."));
    }
    if forecast.quarantined > 0 {
        let are = if forecast.quarantined == 1 {
            "record cannot be read, so nothing of it"
        } else {
            "records cannot be read, so nothing of them"
        };
        texts.push(format!(
            "{} {are} is foreseen.",
            words::number(forecast.quarantined)
        ));
    }
    texts.push(UNKNOWN.to_owned());
    texts.push(
        "Everything is counted as done when it is due; what waits for approval goes on waiting. Nothing was written \
         or sent."
            .to_owned(),
    );
    texts
}
