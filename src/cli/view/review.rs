//! `tenure diff`: what a change of the policy does, for people, for machines and for a merge request.
//!
//! Whoever reads it may be nobody who may read HR: kinds, groups, attributes and HR keys, names only where they are asked
//! for, and no value of a person (S11).

use super::markdown::code;
use super::page::{Line, Page};
use super::{Options, json, words};
use crate::hr::PersonId;
use crate::review::{Because, Difference, Group, Kind, Place, Review};
use crate::text::{excerpt, visible};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// How many people of one change a terminal shows; the other forms have more.
const MAX_PEOPLE: usize = 30;

/// The longest comment that the usual servers take, in bytes; characters are never more.
const MAX_COMMENT: usize = 65_536;

/// How much of a rule is shown where it stands before people, in characters.
const MAX_RULE: usize = 160;

/// What is shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// What differs.
    pub review: &'a Review,
    /// What the old policy is called.
    pub old: &'a str,
    /// What the new one is called.
    pub new: &'a str,
    /// As of which instant both are planned.
    pub now: Timestamp,
    /// How many people HR has.
    pub people: usize,
    /// What does not show, and why: a sentence each.
    pub unseen: &'a [String],
    /// With the names of people.
    pub names: bool,
}

/// What is counted together in the summary, in its order.
fn counted(kind: Kind) -> &'static str {
    match kind {
        Kind::Create => "accounts created",
        Kind::Adopt | Kind::Release => "accounts adopted or released",
        Kind::Enable => "accounts enabled",
        Kind::Disable => "accounts disabled",
        Kind::Delete => "accounts deleted",
        Kind::Grant => "memberships given",
        Kind::Revoke => "memberships taken",
        Kind::Set => "attributes written",
        Kind::Place => "accounts placed or named",
        Kind::Password => "passwords set",
        Kind::Writeback => "values written back to HR",
        Kind::Step => "other systems asked",
        Kind::Structure => "units and groups made or deleted",
        Kind::Notice => "notices",
        Kind::Broken => "invariants broken",
        Kind::Quarantined => "people quarantined",
        Kind::Held => "people held",
        Kind::Finding(_) => "other findings",
    }
}

/// The summary: title, how many only the new one has, how many only the old one.
fn summary(review: &Review) -> Vec<(&'static str, usize, usize)> {
    let mut rows: Vec<(&'static str, usize, usize)> = Vec::new();
    for (kind, (new, gone)) in review.counts() {
        let title = counted(kind);
        match rows.iter_mut().find(|(other, ..)| *other == title) {
            Some((_, more, less)) => {
                *more += new;
                *less += gone;
            }
            None => rows.push((title, new, gone)),
        }
    }
    let guards = |new: bool| review.tripped.iter().filter(|one| one.new == new).count();
    let (new, gone) = (guards(true), guards(false));
    if new + gone > 0 {
        rows.push(("guards that stop the plan", new, gone));
    }
    rows
}

/// What a difference is, in a few words.
fn what(one: &Difference, quoted: &dyn Fn(&str) -> String) -> String {
    let of = &*one.deed.of;
    let text = match one.deed.kind {
        Kind::Create => "account created".to_owned(),
        Kind::Adopt => "account adopted".to_owned(),
        Kind::Release => "account released".to_owned(),
        Kind::Enable => "account enabled".to_owned(),
        Kind::Disable => "account disabled".to_owned(),
        Kind::Delete => "account deleted".to_owned(),
        Kind::Grant => format!("given {}", quoted(of)),
        Kind::Revoke => format!("taken {}", quoted(of)),
        Kind::Set => format!("{} written", quoted(of)),
        Kind::Place => format!("in {}", quoted(of)),
        Kind::Password => "password set".to_owned(),
        Kind::Writeback => format!("{} written back", quoted(of)),
        Kind::Step => format!("step {} asked", quoted(of)),
        Kind::Structure => format!("{} made or deleted", quoted(of)),
        Kind::Notice => format!("notice {}", quoted(of)),
        Kind::Broken => format!("invariant {} broken", quoted(of)),
        Kind::Quarantined => "quarantined".to_owned(),
        Kind::Held => "held".to_owned(),
        Kind::Finding(kind) if of.is_empty() => words::finding(kind).0.to_lowercase(),
        Kind::Finding(_) => format!("expected {}", quoted(of)),
    };
    format!("{}{text}", if one.new { "+ " } else { "- " })
}

/// A rule where it stands, in its author's words.
fn rule(place: &Place, quoted: &dyn Fn(&str) -> String) -> String {
    let text = excerpt(&place.text, MAX_RULE);
    if place.file.is_empty() {
        return quoted(&text);
    }
    format!(
        "{} {}",
        quoted(&format!("{}:{}", place.file, place.line)),
        quoted(&text)
    )
}

/// The change that is behind something, in words.
fn because(because: &Because, quoted: &dyn Fn(&str) -> String) -> String {
    match because {
        Because::Rule {
            old: None,
            new: Some(new),
        } => format!("new: {}", rule(new, quoted)),
        Because::Rule {
            old: Some(old),
            new: None,
        } => format!("gone: {}", rule(old, quoted)),
        Because::Rule {
            old: Some(old),
            new: Some(new),
        } => format!(
            "changed: {}, before {}",
            rule(new, quoted),
            quoted(&excerpt(&old.text, MAX_RULE))
        ),
        Because::Definitions(titles) => {
            let titles: Vec<String> = titles.iter().map(|title| quoted(title)).collect();
            format!("changed: {}", titles.join(", "))
        }
        Because::Elsewhere(place) => format!(
            "by {}, which is the same, and something else in the policy that is not",
            rule(place, quoted)
        ),
        Because::Rule {
            old: None,
            new: None,
        }
        | Because::Unknown => "something in the policy that no rule of the plan names".to_owned(),
    }
}

/// The differences of a change, person by person.
fn by_person(group: &Group) -> Vec<(Option<&PersonId>, &Arc<str>, Vec<&Difference>)> {
    let mut people: BTreeMap<Option<&PersonId>, Vec<&Difference>> = BTreeMap::new();
    for one in &group.differences {
        people.entry(one.person.as_ref()).or_default().push(one);
    }
    let named = people
        .into_iter()
        .filter_map(|(person, all)| Some((person, &all.first()?.who, all)));
    named.collect()
}

fn who(
    person: Option<&PersonId>,
    who: &str,
    names: bool,
    quoted: &dyn Fn(&str) -> String,
) -> String {
    match (person, names) {
        (Some(person), true) => format!("{} {}", quoted(&person.to_string()), quoted(who)),
        (Some(person), false) => quoted(&person.to_string()),
        (None, _) => "nobody's".to_owned(),
    }
}

fn affected(shown: &Shown<'_>) -> String {
    let affected = shown.review.people().len();
    if shown.review.is_empty() {
        return "Nothing is different for anybody.".to_owned();
    }
    format!(
        "{} of {} in HR {} affected.",
        words::number(affected),
        words::count(shown.people, "person", "people"),
        if affected == 1 { "is" } else { "are" },
    )
}

/// What is true of both plans and still worth a line.
fn notes(shown: &Shown<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if shown.review.other_rule > 0 {
        let number = words::number(shown.review.other_rule);
        notes.push(format!("{number} of what both do is by another rule."));
    }
    notes.extend(shown.unseen.iter().cloned());
    notes
}

/// For people.
pub fn human(shown: &Shown<'_>, options: &Options) -> String {
    let palette = &options.palette;
    let plain = |text: &str| text.to_owned();
    let mut page = Page::new(options.width);
    let title = format!("{} → {}", shown.old, shown.new);
    let at = format!("  as of {}", words::instant(shown.now, &options.zone));
    let title = Line::new()
        .styled(palette.heading, &title)
        .styled(palette.dim, &at);
    page.line(0, 2, &title);
    page.line(0, 2, &Line::of(&affected(shown)));
    let rows = summary(shown.review);
    if !rows.is_empty() {
        page.blank();
        let widest = rows
            .iter()
            .map(|(title, ..)| title.len())
            .max()
            .unwrap_or(0);
        let head = Line::of(&" ".repeat(widest)).plain("     new   no longer");
        page.line(2, 2, &Line::new().styled(palette.dim, "").then(head));
        for (title, new, gone) in rows {
            let new = Line::of(&words::number(new)).flush_right(8);
            let gone = Line::of(&words::number(gone)).flush_right(12);
            page.line(2, 2, &Line::of(title).padded(widest).then(new).then(gone));
        }
    }
    for one in &shown.review.tripped {
        let line = guard(one, &plain);
        page.line(0, 2, &Line::of(&line));
    }
    for group in &shown.review.groups {
        page.blank();
        let line = Line::new().styled(palette.heading, &because(&group.because, &plain));
        page.line(0, 2, &line);
        let people = by_person(group);
        for (person, name, all) in people.iter().take(MAX_PEOPLE) {
            let deeds: Vec<String> = all.iter().map(|one| what(one, &plain)).collect();
            let line = Line::new()
                .styled(palette.name, &who(*person, name, shown.names, &plain))
                .plain("  ")
                .plain(&deeds.join(", "));
            page.line(2, 6, &line);
        }
        if people.len() > MAX_PEOPLE {
            let more = words::number(people.len() - MAX_PEOPLE);
            page.line(
                2,
                6,
                &Line::of(&format!("… and {more} more; `--format json` has all")),
            );
        }
    }
    let notes = notes(shown);
    if !notes.is_empty() {
        page.blank();
        for note in notes {
            page.line(0, 2, &Line::new().styled(palette.dim, &note));
        }
    }
    page.finish()
}

fn guard(one: &crate::review::Tripped, quoted: &dyn Fn(&str) -> String) -> String {
    let (word, count, limit) = (quoted(one.kind.word()), one.count, one.limit);
    if one.new {
        format!("guard {word} would stop the plan: {count} of {limit}")
    } else {
        format!("guard {word} no longer stops the plan, as it did with {count} of {limit}")
    }
}

/// For a merge request: never longer than a comment may be; what is left out is counted.
pub fn markdown(shown: &Shown<'_>) -> String {
    let mut out = format!(
        "## Policy change {} → {}\n\n**{}** As of {}.\n",
        code(shown.old),
        code(shown.new),
        affected(shown),
        shown.now,
    );
    let rows = summary(shown.review);
    // Writing to a string cannot fail, here and below.
    if !rows.is_empty() {
        out.push_str("\n| | new | no longer |\n|---|---:|---:|\n");
        let affected = shown.review.people().len();
        let _ = writeln!(out, "| people affected | {affected} | |");
        for (title, new, gone) in rows {
            let _ = writeln!(out, "| {title} | {new} | {gone} |");
        }
    }
    for one in &shown.review.tripped {
        let _ = writeln!(out, "\n> **{}**", guard(one, &code));
    }
    let mut end = String::new();
    for note in notes(shown) {
        let _ = writeln!(end, "\n{}", visible(&note));
    }
    // What closes a list that is cut, and says so.
    let room = MAX_COMMENT.saturating_sub(end.len() + 300);
    let (mut left_out, mut changes_left_out) = (0, 0);
    for group in &shown.review.groups {
        let people = by_person(group);
        let mut title = because(&group.because, &html);
        let _ = write!(
            title,
            " ({})",
            words::count(people.len(), "person", "people")
        );
        let head = format!("\n<details><summary>{title}</summary>\n\n");
        if out.len() + head.len() > room {
            changes_left_out += 1;
            left_out += people.len();
            continue;
        }
        out.push_str(&head);
        for (person, name, all) in &people {
            let deeds: Vec<String> = all.iter().map(|one| what(one, &code)).collect();
            let who = who(*person, name, shown.names, &code);
            let entry = format!("- {who}: {}\n", deeds.join(", "));
            if out.len() + entry.len() > room {
                left_out += 1;
            } else {
                out.push_str(&entry);
            }
        }
        out.push_str("\n</details>\n");
    }
    if left_out > 0 {
        let changes = match changes_left_out {
            0 => String::new(),
            some => format!(
                ", {} among them",
                words::count(some, "whole change", "whole changes")
            ),
        };
        let _ = writeln!(
            out,
            "\n**{} left out{changes}: a comment has room for no more. `--format json` has all.**",
            words::count(left_out, "entry is", "entries are"),
        );
    }
    out.push_str(&end);
    out
}

/// Foreign text where Markdown does not reach: in HTML, with nothing in it that a server would take for a mention.
fn html(text: &str) -> String {
    let mut out = String::from("<code>");
    for c in visible(text).chars() {
        if c.is_ascii_alphanumeric()
            || matches!(c, ' ' | '.' | ',' | '-' | '(' | ')' | '/' | '%')
            || !c.is_ascii()
        {
            out.push(c);
        } else {
            let _ = write!(out, "&#{};", u32::from(c));
        }
    }
    out.push_str("</code>");
    out
}

/// The stable name of a kind.
fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Create => "create",
        Kind::Adopt => "adopt",
        Kind::Release => "release",
        Kind::Enable => "enable",
        Kind::Disable => "disable",
        Kind::Delete => "delete",
        Kind::Grant => "grant",
        Kind::Revoke => "revoke",
        Kind::Set => "attribute",
        Kind::Place => "place",
        Kind::Password => "password",
        Kind::Writeback => "writeback",
        Kind::Step => "step",
        Kind::Structure => "structure",
        Kind::Notice => "notice",
        Kind::Broken => "invariant",
        Kind::Quarantined => "quarantined",
        Kind::Held => "held",
        Kind::Finding(_) => "finding",
    }
}

/// For machines.
pub fn json(shown: &Shown<'_>) -> String {
    let place =
        |place: &Place| json!({ "text": &*place.text, "file": &*place.file, "line": place.line });
    let reason = |because: &Because| match because {
        Because::Rule { old, new } => json!({
            "rule": { "old": old.as_ref().map(place), "new": new.as_ref().map(place) },
        }),
        Because::Definitions(titles) => {
            json!({ "definitions": titles.iter().map(|title| &**title).collect::<Vec<&str>>() })
        }
        Because::Elsewhere(rule) => json!({ "elsewhere": place(rule) }),
        Because::Unknown => Value::Null,
    };
    let difference = |one: &Difference| {
        let mut value = json!({
            "person": one.person.as_ref().map(ToString::to_string),
            "new": one.new,
            "kind": word(one.deed.kind),
            "of": &*one.deed.of,
        });
        if let (Kind::Finding(kind), Some(object)) = (one.deed.kind, value.as_object_mut()) {
            object.insert("finding".to_owned(), words::finding(kind).0.into());
        }
        if let (true, Some(object)) = (shown.names, value.as_object_mut()) {
            object.insert("who".to_owned(), json!(&*one.who));
        }
        value
    };
    let groups: Vec<Value> = shown
        .review
        .groups
        .iter()
        .map(|group| {
            json!({
                "because": reason(&group.because),
                "differences": group.differences.iter().map(difference).collect::<Vec<Value>>(),
            })
        })
        .collect();
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (kind, (new, gone)) in shown.review.counts() {
        let (more, less) = counts.entry(word(kind)).or_default();
        *more += new;
        *less += gone;
    }
    let counts: BTreeMap<&str, Value> = counts
        .into_iter()
        .map(|(word, (new, gone))| (word, json!({ "new": new, "gone": gone })))
        .collect();
    let guards = shown.review.tripped.iter();
    let guards = guards.map(|one| {
        json!({ "guard": one.kind.word(), "new": one.new, "count": one.count, "limit": one.limit })
    });
    let people = shown.review.people().into_iter().map(ToString::to_string);
    json::pretty(&json!({
        "format": "tenure-diff/1",
        "old": shown.old,
        "new": shown.new,
        "now": shown.now.to_string(),
        "people": shown.people,
        "affected": people.collect::<Vec<String>>(),
        "counts": counts,
        "guards": guards.collect::<Vec<Value>>(),
        "groups": groups,
        "other_rule": shown.review.other_rule,
        "unseen": shown.unseen,
    }))
}
