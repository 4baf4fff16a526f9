//! `tenure who`: the members of a group at a time, each with since when and by what, as a table and as JSON.

use super::csv::cell;
use super::page::{Line, Page};
use super::reason::{Measure, reason_line};
use super::{Options, json, words};
use crate::apply::roll::{Begin, By, End, Roll, Spell, Sure};
use crate::directory::{Dn, Object};
use crate::plan::Reason;
use crate::review::roster::{Entry, Standing};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr as _;

/// The widest name that takes part in the alignment.
const MAX_NAME: usize = 36;

/// What time is asked about.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The first instant.
    pub from: Timestamp,
    /// The first that is no longer meant.
    pub before: Timestamp,
    /// As typed; `None` is now.
    pub on: Option<String>,
}

/// For people.
pub fn human(
    group: &Object,
    base: &Dn,
    roll: &Roll,
    entries: &[Entry],
    asked: &Asked,
    options: &Options,
) -> String {
    let palette = &options.palette;
    let mut page = Page::new(options.width);
    let name = group
        .account_name()
        .map_or_else(|| words::leaf(group.dn()), str::to_owned);
    let title = Line::new().styled(palette.heading, &name).styled(
        palette.dim,
        &format!("  {}", words::place(group.dn(), base)),
    );
    page.line(0, 2, &title);
    let (sure, perhaps) = (
        told(roll, asked, Sure::Yes),
        told(roll, asked, Sure::Perhaps),
    );
    let time = asked.on.as_ref().map_or_else(
        || format!("now, {}", words::instant(asked.from, &options.zone)),
        |on| format!("on {on}"),
    );
    let was = if asked.on.is_some() {
        "was in it"
    } else {
        "is in it"
    };
    let were = if asked.on.is_some() {
        "were in it"
    } else {
        "are in it"
    };
    let count = match sure.len() {
        0 => format!("nobody {was} {time}"),
        1 => format!("1 {was} {time}"),
        more => format!("{} {were} {time}", words::number(more)),
    };
    let unknown = match perhaps.len() {
        0 => String::new(),
        more => format!(", and of {} it is not known", words::number(more)),
    };
    let count = count + &unknown;
    page.line(2, 2, &Line::of(&count));
    let all = sure.iter().chain(&perhaps);
    let widest = all
        .map(|spell| label(spell).width())
        .max()
        .unwrap_or(0)
        .min(MAX_NAME);
    for (heading, spells) in [("", &sure), ("Not known for that time", &perhaps)] {
        if spells.is_empty() {
            continue;
        }
        page.blank();
        if !heading.is_empty() {
            page.line(0, 0, &Line::new().styled(palette.heading, heading));
        }
        for spell in spells {
            let line = Line::new()
                .styled(palette.name, &label(spell))
                .padded(widest)
                .plain("  ")
                .plain(&times(spell, &options.zone))
                .styled(palette.dim, &format!("  ← {}", by(&spell.by)));
            page.line(2, widest + 6, &line);
            if let Some(entry) = entry_of(spell, entries) {
                let now = format!("now: {}", standing(entry, &options.zone));
                page.line(
                    widest + 4,
                    widest + 6,
                    &Line::new().styled(palette.dim, &now),
                );
            }
        }
    }
    further(&mut page, entries, options);
    page.blank();
    for line in limits(roll, entries, options) {
        page.line(0, 2, &Line::new().styled(palette.dim, &line));
    }
    page.finish()
}

/// Who is not in the group itself: yet to come, withheld, or there through other groups.
fn further(page: &mut Page, entries: &[Entry], options: &Options) {
    let palette = &options.palette;
    let (outside, nested): (Vec<&Entry>, Vec<&Entry>) = entries
        .iter()
        .filter(|entry| !entry.through.is_empty() || !is_in(entry))
        .partition(|entry| entry.through.is_empty());
    for (heading, entries) in [("Not in it yet", outside), ("Through other groups", nested)] {
        if entries.is_empty() {
            continue;
        }
        page.blank();
        page.line(0, 0, &Line::new().styled(palette.heading, heading));
        for entry in entries {
            let mut line = Line::new()
                .styled(palette.name, &entry_label(entry))
                .plain("  ")
                .plain(&standing(entry, &options.zone));
            if !entry.through.is_empty() {
                let way = format!("  by way of {}", entry.through.join(", then "));
                line = line.styled(palette.dim, &way);
            }
            page.line(2, 6, &line);
        }
    }
}

/// Whether the directory has it.
fn is_in(entry: &Entry) -> bool {
    match entry.standing {
        Standing::ByRule
        | Standing::ByHand
        | Standing::Lingers(_)
        | Standing::Leaves
        | Standing::Undecided
        | Standing::Primary => true,
        Standing::ToCome | Standing::Withheld => false,
    }
}

/// What the policy says of a member.
fn entry_of<'e>(spell: &Spell, entries: &'e [Entry]) -> Option<&'e Entry> {
    let mut direct = entries.iter().filter(|entry| entry.through.is_empty());
    direct.find(|entry| entry.member == Some(spell.member) && is_in(entry))
}

fn entry_label(entry: &Entry) -> String {
    let name = words::leaf(&entry.dn);
    match (&entry.person, entry.is_group) {
        (Some(person), _) => format!("{name} · {person}"),
        (None, true) => format!("{name} (a group)"),
        (None, false) => name,
    }
}

/// How it stands to the policy, with the rule.
fn standing(entry: &Entry, zone: &TimeZone) -> String {
    let rule = entry
        .reason
        .as_ref()
        .map(|reason| reason_line(reason, Measure::WHOLE));
    let rule = rule.unwrap_or_default();
    let text = match entry.standing {
        Standing::ByRule => format!("by {rule}"),
        Standing::ByHand if rule.is_empty() => "no rule gives it; by hand, and it stays".to_owned(),
        Standing::ByHand => format!("no rule gives it; it stays by {rule}"),
        Standing::Lingers(Some(until)) => {
            format!(
                "no rule gives it any more; lingers until {}",
                words::instant(until, zone)
            )
        }
        Standing::Lingers(None) => "no rule gives it any more; lingers".to_owned(),
        Standing::Leaves => format!("the next run takes it: {rule}"),
        Standing::ToCome => format!("the next run gives it: {rule}"),
        Standing::Withheld => format!("not given, though {rule}: `tenure plan` tells why"),
        Standing::Undecided => format!("cannot be told: {rule}"),
        Standing::Primary => "the primary group of the account".to_owned(),
    };
    if entry.waits {
        return format!("{text}; it waits for approval");
    }
    text
}

const fn stands(standing: Standing) -> &'static str {
    match standing {
        Standing::ByRule => "rule",
        Standing::ByHand => "hand",
        Standing::Lingers(_) => "lingers",
        Standing::Leaves => "leaves",
        Standing::ToCome => "to-come",
        Standing::Withheld => "withheld",
        Standing::Undecided => "undecided",
        Standing::Primary => "primary",
    }
}

/// For a spreadsheet: a line for each member, and for whoever is to be one.
pub fn csv(roll: &Roll, entries: &[Entry], asked: &Asked) -> String {
    let mut out = String::from("name,person,account,standing,rule,through,since,certain\r\n");
    let mut row = |cells: [String; 8]| {
        let cells = cells.map(|text| cell(&text));
        // Writing to a string cannot fail.
        let _ = write!(out, "{}\r\n", cells.join(","));
    };
    let person =
        |person: Option<&crate::hr::PersonId>| person.map_or_else(String::new, ToString::to_string);
    let rule = |entry: &Entry| {
        let reason = entry.reason.as_ref();
        reason.map_or_else(String::new, |reason| reason_line(reason, Measure::WHOLE))
    };
    for spell in &roll.spells {
        let certain = match spell.within(asked.from, asked.before) {
            Sure::Yes => "yes",
            Sure::Perhaps => "perhaps",
            Sure::No => continue,
        };
        let entry = entry_of(spell, entries);
        let since = match spell.begin {
            Begin::At(at) => at.to_string(),
            Begin::Seen(at) => format!("at least since {at}"),
            Begin::Unknown => String::new(),
        };
        row([
            words::leaf(&spell.dn),
            person(
                spell
                    .person
                    .as_ref()
                    .or(entry.and_then(|entry| entry.person.as_ref())),
            ),
            spell.dn.to_string(),
            entry.map_or("", |entry| stands(entry.standing)).to_owned(),
            entry.map_or_else(|| by(&spell.by), rule),
            String::new(),
            since,
            certain.to_owned(),
        ]);
    }
    for entry in entries
        .iter()
        .filter(|entry| !entry.through.is_empty() || !is_in(entry))
    {
        row([
            words::leaf(&entry.dn),
            person(entry.person.as_ref()),
            entry.dn.to_string(),
            stands(entry.standing).to_owned(),
            rule(entry),
            entry.through.join(" > "),
            String::new(),
            "yes".to_owned(),
        ]);
    }
    out
}

fn told<'a>(roll: &'a Roll, asked: &Asked, sure: Sure) -> Vec<&'a Spell> {
    let spells = roll.spells.iter();
    spells
        .filter(|spell| spell.within(asked.from, asked.before) == sure)
        .collect()
}

fn label(spell: &Spell) -> String {
    let name = words::leaf(&spell.dn);
    match (&spell.person, spell.is_group) {
        (Some(person), _) => format!("{name} · {person}"),
        (None, true) => format!("{name} (a group)"),
        (None, false) => name,
    }
}

fn times(spell: &Spell, zone: &TimeZone) -> String {
    let at = |at: Timestamp| words::instant(at, zone);
    let begin = match spell.begin {
        Begin::At(begin) => format!("since {}", at(begin)),
        Begin::Seen(seen) => format!("seen since {}", at(seen)),
        Begin::Unknown => "since an unknown time".to_owned(),
    };
    match spell.end {
        End::Open(_) => begin,
        End::At(end) => format!("{begin}, until {}", at(end)),
        End::Gone(end) => format!("{begin}, gone by {}", at(end)),
    }
}

fn by(by: &By) -> String {
    match by {
        By::Rule(_, reasons) => {
            let whole = |reason| reason_line(reason, Measure::WHOLE);
            let all: Vec<String> = reasons.iter().map(whole).collect();
            all.join("; ")
        }
        By::Run => "a run; its rule is no longer known".to_owned(),
        By::Adopted => "by hand or before; a rule gives it since".to_owned(),
        By::Hand => "by hand or before".to_owned(),
        By::Primary => "the primary group of the account".to_owned(),
    }
}

/// What nobody can tell.
fn limits(roll: &Roll, entries: &[Entry], options: &Options) -> Vec<String> {
    let mut lines = vec![match roll.since {
        Some(since) => format!(
            "What runs gave and took is known since {}; what hands did between two runs is not, nor what was before.",
            words::instant(since, &options.zone)
        ),
        None => "No run was ever applied with this state: what was before is not known.".to_owned(),
    }];
    if roll.forgotten > 0 {
        lines.push(format!(
            "Of {} that runs gave or took, in this group or another, the values are gone: forgotten, or when `retention` was up.",
            words::count(roll.forgotten, "membership", "memberships")
        ));
    }
    // Where the policy was asked they are listed above.
    let is_listed = !entries.is_empty();
    if !is_listed
        && roll
            .spells
            .iter()
            .any(|spell| spell.is_group && matches!(spell.end, End::Open(_)))
    {
        lines.push(
            "Whoever is in a group that is in it is in it, too, and is not listed here.".to_owned(),
        );
    }
    lines
}

/// For machines.
pub fn json(group: &Object, roll: &Roll, entries: &[Entry], asked: &Asked) -> String {
    let reason = |entry: &Entry| entry.reason.as_ref().map(rule);
    let further = |entry: &Entry| {
        json!({
            "name": words::leaf(&entry.dn),
            "person": entry.person.as_ref().map(ToString::to_string),
            "account": entry.dn.to_string(),
            "guid": entry.member.map(|guid| guid.to_string()),
            "is_group": entry.is_group,
            "standing": stands(entry.standing),
            "rule": reason(entry),
            "through": entry.through,
            "waits": entry.waits,
        })
    };
    let outside = entries
        .iter()
        .filter(|entry| entry.through.is_empty() && !is_in(entry));
    let outside: Vec<Value> = outside.map(further).collect();
    let nested = entries.iter().filter(|entry| !entry.through.is_empty());
    let nested: Vec<Value> = nested.map(further).collect();
    let spell = |spell: &Spell| {
        let sure = match spell.within(asked.from, asked.before) {
            Sure::Yes => true,
            Sure::Perhaps => false,
            Sure::No => return None,
        };
        let instant = |at: Timestamp| at.to_string();
        let (since, seen) = match spell.begin {
            Begin::At(at) => (Some(instant(at)), None),
            Begin::Seen(at) => (None, Some(instant(at))),
            Begin::Unknown => (None, None),
        };
        let (until, gone_by) = match spell.end {
            End::At(at) => (Some(instant(at)), None),
            End::Gone(at) => (None, Some(instant(at))),
            End::Open(_) => (None, None),
        };
        let (word, run, rules) = match &spell.by {
            By::Rule(run, reasons) => (
                "rule",
                Some(run.to_string()),
                reasons.iter().map(rule).collect(),
            ),
            By::Run => ("run", None, Vec::new()),
            By::Adopted => ("adopted", None, Vec::new()),
            By::Hand => ("hand", None, Vec::new()),
            By::Primary => ("primary", None, Vec::new()),
        };
        let entry = entry_of(spell, entries);
        Some(json!({
            "name": words::leaf(&spell.dn),
            "person": spell.person.as_ref().map(ToString::to_string),
            "account": spell.dn.to_string(),
            "guid": spell.member.to_string(),
            "is_group": spell.is_group,
            "certain": sure,
            "since": since,
            "seen": seen,
            "until": until,
            "gone_by": gone_by,
            "by": word,
            "run": run,
            "rules": rules,
            "standing": entry.map(|entry| stands(entry.standing)),
            "rule_now": entry.and_then(reason),
            "lingers_until": entry.and_then(|entry| match entry.standing {
                Standing::Lingers(until) => until.map(|until| until.to_string()),
                Standing::ByRule
                | Standing::ByHand
                | Standing::Leaves
                | Standing::ToCome
                | Standing::Withheld
                | Standing::Undecided
                | Standing::Primary => None,
            }),
        }))
    };
    let members: Vec<Value> = roll.spells.iter().filter_map(spell).collect();
    json::pretty(&json!({
        "format": "tenure-who/1",
        "group": {
            "name": group.account_name(),
            "dn": group.dn().to_string(),
            "guid": group.guid().to_string(),
        },
        "from": asked.from.to_string(),
        "before": asked.before.to_string(),
        "members": members,
        "not_in_it": outside,
        "nested": nested,
        "known_since": roll.since.map(|at| at.to_string()),
        "forgotten": roll.forgotten,
    }))
}

fn rule(reason: &Reason) -> Value {
    super::export::reason_json(reason)
}
