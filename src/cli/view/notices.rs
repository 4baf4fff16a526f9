//! `tenure notices`: what waits to be told and what became of it, and what would be told of one person.
//!
//! Begin with [`outbox`] and [`previews`]; the others are the same as data.

use super::page::{Line, Page};
use super::{Options, json, words};
use crate::hr::PersonId;
use crate::notice::next_attempt;
use crate::plan::Preview;
use crate::state::Private;
use crate::state::digest::Collected;
use crate::state::outbox::Kept;
use crate::text::mail::Address;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// How many of those that are behind us are shown, the latest.
const SHOWN: usize = 20;

/// What a notice can be, in the order of what is most urgent, and how that is said.
const STATES: [(&str, &str); 5] = [
    ("failed", "refused for good"),
    ("sending", "perhaps sent"),
    ("due", "due"),
    ("sent", "sent"),
    ("void", "told no more"),
];

/// The outbox as a table: what is not sent first, and the latest of what was.
pub fn outbox(kept: &[Kept], collected: &[Collected], now: Timestamp, options: &Options) -> String {
    let palette = &options.palette;
    let mut page = Page::new(options.width);
    if kept.is_empty() {
        if collected.is_empty() {
            page.line(0, 0, &Line::of("No notice yet."));
        }
        collecting(&mut page, collected, now, options);
        return page.finish();
    }
    let counts = STATES.iter().filter_map(|(state, words)| {
        let number = kept.iter().filter(|one| one.status == *state).count();
        (number > 0).then(|| format!("{} {words}", words::number(number)))
    });
    let counts: Vec<String> = counts.collect();
    let title = Line::new().styled(palette.heading, "Notices");
    page.line(0, 2, &title.plain("  ").plain(&counts.join(", ")));
    page.blank();
    let present = STATES
        .iter()
        .filter(|(state, _)| kept.iter().any(|one| one.status == *state));
    let width = present.map(|(_, words)| words.len()).max().unwrap_or(0);
    let is_behind = |one: &&Kept| matches!(&*one.status, "sent" | "void");
    let behind: Vec<&Kept> = kept.iter().filter(is_behind).collect();
    let hidden = behind.len().saturating_sub(SHOWN);
    for (state, _) in STATES {
        let all = kept.iter().filter(|one| one.status == state);
        let shown = all.filter(|one| {
            let mut late = behind.iter().skip(hidden);
            !is_behind(one) || late.any(|late| late.id == one.id)
        });
        for one in shown {
            row(&mut page, one, (now, width), options);
        }
    }
    if hidden > 0 {
        let text = format!("and {} more that were sent", words::number(hidden));
        page.line(0, 0, &Line::new().styled(palette.dim, &text));
    }
    if !collected.is_empty() {
        page.blank();
    }
    collecting(&mut page, collected, now, options);
    page.finish()
}

/// What digests collect, by when they go.
fn collecting(page: &mut Page, collected: &[Collected], now: Timestamp, options: &Options) {
    let palette = &options.palette;
    let mut last = None;
    for one in collected {
        if last != Some((one.due, &one.notice)) {
            last = Some((one.due, &one.notice));
            let at = words::instant(one.due, &options.zone);
            let line = Line::new()
                .styled(palette.heading, "Collected")
                .plain(&format!("  {}", one.notice))
                .styled(
                    palette.dim,
                    &format!(", goes with the first run from {at} on"),
                );
            page.line(0, 2, &line);
        }
        let line = Line::new()
            .styled(palette.name, &one.person.to_string())
            .styled(palette.dim, &format!("   {}", age(one.made, now)));
        page.line(2, 4, &line);
    }
}

fn row(page: &mut Page, one: &Kept, (now, width): (Timestamp, usize), options: &Options) {
    let palette = &options.palette;
    let style = match &*one.status {
        "failed" => palette.danger,
        "due" | "sending" => palette.warn,
        _ => palette.add,
    };
    let words = STATES.iter().find(|(state, _)| *state == one.status);
    let person = match one.digest {
        Some(0) | None => one.person.as_ref().map(ToString::to_string),
        Some(number) => Some(format!("digest of {}", words::number(number))),
    };
    let line = Line::new()
        .styled(style, words.map_or("", |(_, words)| words))
        .padded(width)
        .plain("  ")
        .styled(
            palette.name,
            &person.unwrap_or_else(|| "somebody forgotten".to_owned()),
        )
        .plain(&match one.digest {
            Some(_) => format!("   {}", one.notice),
            None => format!("   {} on {}", one.notice, one.event),
        })
        .styled(palette.dim, &format!("   {}", age(one.made, now)));
    page.line(0, 4, &line);
    let mut more = Vec::new();
    if one.attempts > 1 || (one.attempts == 1 && one.waits()) {
        more.push(format!("tried {}", times(one.attempts)));
    }
    if let (true, Some(tried)) = (one.status == "due", one.tried) {
        let next = next_attempt(one.attempts, tried);
        if next > now {
            let at = words::instant(next, &options.zone);
            more.push(format!("again not before {at}"));
        }
    }
    more.extend(problem(one));
    // Of what was sent something is left to be said only where it did not reach everybody.
    let quiet = one.status == "void" || (one.status == "sent" && one.problem.is_none());
    if !more.is_empty() && !quiet {
        let text = Line::new().styled(palette.dim, &more.join("; "));
        page.line(4, 4, &text);
    }
}

/// What went wrong last.
fn problem(one: &Kept) -> Option<String> {
    let known = one.problem.as_ref().map(Private::known)?;
    Some(known.unwrap_or("what went wrong was forgotten").to_owned())
}

fn times(number: u32) -> String {
    match number {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

/// How long it has been there, in one unit.
fn age(made: Timestamp, now: Timestamp) -> String {
    let age = now.duration_since(made).max(SignedDuration::ZERO);
    let (number, unit) = match (age.as_hours(), age.as_mins()) {
        (hours @ 48.., _) => (hours / 24, "days"),
        (hours @ 2.., _) => (hours, "hours"),
        (_, minutes @ 2..) => (minutes, "minutes"),
        (_, _) => return "just now".to_owned(),
    };
    format!("{number} {unit} ago")
}

/// The outbox as JSON; what notices say is not in it.
pub fn outbox_json(kept: &[Kept], collected: &[Collected]) -> String {
    let counts: serde_json::Map<String, Value> = STATES
        .iter()
        .map(|(state, _)| {
            let number = kept.iter().filter(|one| one.status == *state).count();
            ((*state).to_owned(), json!(number))
        })
        .collect();
    let notice = |one: &Kept| {
        let next = one
            .tried
            .filter(|_| one.waits())
            .map(|tried| next_attempt(one.attempts, tried).to_string());
        let deliveries = one.deliveries.iter().map(|delivery| {
            json!({
                "way": delivery.target.way.word(),
                "position": delivery.target.position,
                "status": delivery.progress.word(),
            })
        });
        json!({
            "id": one.id,
            "run": one.run.to_string(),
            "notice": one.notice,
            "event": one.event,
            "person": one.person.as_ref().map(ToString::to_string),
            "status": one.status,
            "made": one.made.to_string(),
            "tried": one.tried.map(|at| at.to_string()),
            "attempts": one.attempts,
            "next": next,
            "problem": problem(one),
            "collected": one.digest,
            "deliveries": deliveries.collect::<Vec<_>>(),
        })
    };
    let notices: Vec<Value> = kept.iter().map(notice).collect();
    let collecting = collected.iter().map(|one| {
        json!({
            "id": one.id,
            "notice": one.notice,
            "person": one.person.to_string(),
            "made": one.made.to_string(),
            "due": one.due.to_string(),
        })
    });
    json::pretty(&json!({
        "format": "tenure-notices/1",
        "counts": counts,
        "notices": notices,
        "collecting": collecting.collect::<Vec<_>>(),
    }))
}

/// What each notice would say about a person.
pub fn previews(
    (person, name): (&PersonId, &str),
    previews: &[Preview],
    options: &Options,
) -> String {
    let palette = &options.palette;
    let mut page = Page::new(options.width);
    let title = Line::new()
        .styled(palette.name, name)
        .styled(palette.dim, &format!(" · {person}"));
    page.line(0, 2, &title);
    if previews.is_empty() {
        page.blank();
        page.line(0, 0, &Line::of("The policy tells nobody anything."));
    }
    for preview in previews {
        page.blank();
        page.line(0, 2, &Line::new().styled(palette.heading, &preview.name));
        let fact = |page: &mut Page, label: &str, line: Line| {
            let label = Line::new().styled(palette.dim, label).padded(9);
            page.line(2, 11, &label.then(line));
        };
        for event in &preview.events {
            let now = preview.now.as_ref() == Some(event);
            let mark = if now { "   with the next run" } else { "" };
            let line = Line::of(event).styled(palette.warn, mark);
            fact(&mut page, "on", line);
        }
        let to: Vec<&str> = preview.to.iter().map(Address::as_str).collect();
        let to = if to.is_empty() {
            Line::new().styled(palette.danger, "nobody")
        } else {
            Line::of(&to.join(", "))
        };
        fact(&mut page, "to", to);
        for why in &preview.left_out {
            fact(&mut page, "", Line::new().styled(palette.warn, why));
        }
        fact(&mut page, "subject", Line::of(preview.subject.as_str()));
        if let Some(at) = preview.digest {
            let at = words::instant(at, &options.zone);
            let line = Line::of(&format!(
                "part of the digest that goes with the first run from {at} on"
            ));
            fact(&mut page, "digest", line);
        }
        page.blank();
        for line in preview.body.lines() {
            if line.is_empty() {
                page.blank();
            } else {
                page.line(4, 4, &Line::of(line));
            }
        }
    }
    page.finish()
}

/// The same as JSON.
pub fn previews_json(person: &PersonId, previews: &[Preview]) -> String {
    let preview = |one: &Preview| {
        json!({
            "notice": &*one.name,
            "events": one.events.iter().map(|event| &**event).collect::<Vec<_>>(),
            "now": one.now.as_deref(),
            "to": one.to.iter().map(Address::as_str).collect::<Vec<_>>(),
            "left_out": one.left_out,
            "subject": one.subject.as_str(),
            "body": &*one.body,
            "digest": one.digest.map(|at| at.to_string()),
        })
    };
    let notices: Vec<Value> = previews.iter().map(preview).collect();
    json::pretty(&json!({
        "format": "tenure-notice-preview/1",
        "person": person.to_string(),
        "notices": notices,
    }))
}
