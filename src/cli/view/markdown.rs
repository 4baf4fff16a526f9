//! A plan as Markdown for a merge request: counts and HR ids, names only where they are asked for (S11).
//!
//! Whoever reads the merge request may be nobody who may read HR, so no value stands in it. Text that others
//! wrote stands in code spans alone, where neither links nor mentions nor HTML work; lists instead of tables,
//! for a `|` would end a cell.
//!
//! Begin with [`render`].

use super::plan::change::in_short;
use super::plan::people::{self, Block, Event};
use super::plan::summary::sentences;
use super::words;
use crate::hr::PersonId;
use crate::plan::{Finding, FindingKind, Plan, Reversible};
use crate::text::visible;
use jiff::tz::TimeZone;
use std::fmt::Write as _;

/// The most entries of one list; what is left out is counted.
pub const MAX_ENTRIES: usize = 100;

/// How a plan is written.
#[derive(Debug, Clone)]
pub struct Options {
    /// With the names of people and what findings say of them.
    pub names: bool,
    /// In which zone instants are told.
    pub zone: TimeZone,
}

/// The plan as Markdown.
pub fn render(plan: &Plan, options: &Options) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail, here and below.
    let _ = write!(out, "{}", header(plan, options));
    changes(&mut out, plan, options);
    approvals(&mut out, plan, options);
    notices(&mut out, plan, options);
    findings(&mut out, plan, options);
    open_accounts(&mut out, plan, options);
    invariants(&mut out, plan, options);
    guards(&mut out, plan);
    out
}

fn header(plan: &Plan, options: &Options) -> String {
    let header = &plan.header;
    let what = match &header.takes_back {
        None => "Plan for".to_owned(),
        Some(taken) => format!(
            "Plan that takes back run {} in",
            code(&taken.run.to_string())
        ),
    };
    let mut out = format!(
        "## {what} {}\n\nAs of {}, policy {}",
        code(&header.domain_name),
        words::instant(header.now, &options.zone),
        code(&words::short(&header.policy)),
    );
    if header.clock_pinned {
        out.push_str(", with the clock that the people source pins");
    }
    if header.hypothetical {
        out.push_str(", made with `--at`: shown, never applied");
    }
    if !header.only.is_empty() {
        let only: Vec<String> = header.only.iter().map(|text| code(text)).collect();
        let _ = write!(out, ", only for {}", only.join(", "));
    }
    out.push_str(".\n\n");
    let (sentence, warnings) = sentences(plan);
    if plan.is_empty() {
        out.push_str("**Nothing to do.**\n");
    } else {
        let _ = writeln!(out, "**{sentence}** {warnings}");
    }
    if !plan.broken.is_empty() {
        let broken = words::count(
            plan.broken.len(),
            "invariant would be broken",
            "invariants would be broken",
        );
        let _ = writeln!(out, "\n> **{broken}: nothing of this plan is done.**");
    }
    let tripped = plan.guards.iter().filter(|guard| guard.tripped).count();
    if tripped > 0 {
        let guards = words::count(tripped, "guard stops", "guards stop");
        let _ = writeln!(out, "\n> **{guards} this plan: nothing of it is done.**");
    }
    if let Some(at) = plan.next_change {
        let at = words::instant(at, &options.zone);
        let _ = writeln!(out, "\nThe next change is due {at}.");
    }
    out
}

fn changes(out: &mut String, plan: &Plan, options: &Options) {
    let blocks = people::blocks(plan);
    for event in Event::ALL {
        let (title, ..) = event.words();
        let blocks = blocks.iter().filter(|block| block.event == event);
        let entries: Vec<String> = blocks.map(|block| entry(block, options)).collect();
        list(out, title, &entries);
    }
}

/// Subjects and addresses are values of people: a merge request gets to know how many notices there are of whom.
fn notices(out: &mut String, plan: &Plan, options: &Options) {
    let entries: Vec<String> = plan
        .notices
        .iter()
        .map(|notice| {
            let who = who(Some(&notice.person), &notice.who, options);
            format!("{}: {who}, {}", code(&notice.name), code(&notice.event))
        })
        .collect();
    list(out, "Notices", &entries);
}

fn entry(block: &Block<'_>, options: &Options) -> String {
    if block.event == Event::Units {
        return words::count(block.actions.len(), "unit is made", "units are made");
    }
    if block.event == Event::Groups {
        return words::count(block.actions.len(), "group is made", "groups are made");
    }
    let mut text = who(block.person, block.who, options);
    let _ = write!(text, ": {}", in_short(&block.actions));
    let waits = block
        .actions
        .iter()
        .filter(|action| action.is_asked())
        .count();
    if waits > 0 {
        let waits = words::count(waits, "waits for approval", "wait for approval");
        let _ = write!(text, ", **{waits}**");
    }
    let strange = block
        .actions
        .iter()
        .filter(|action| action.not_ours)
        .count();
    if strange > 0 {
        let _ = write!(text, ", **{strange} not ours**");
    }
    let lost = |action: &&&crate::plan::Action| action.reversible != Reversible::Yes;
    let lost = block.actions.iter().filter(lost).count();
    if lost > 0 {
        let _ = write!(text, ", **{lost} not wholly undone**");
    }
    text
}

fn who(person: Option<&PersonId>, who: &str, options: &Options) -> String {
    let id = person.map(|person| code(&person.to_string()));
    match (id, options.names) {
        (Some(id), true) => format!("{id} {}", code(who)),
        (None, true) => code(who),
        (Some(id), false) => id,
        (None, false) => "without an HR id".to_owned(),
    }
}

fn approvals(out: &mut String, plan: &Plan, options: &Options) {
    let rejected = plan.actions.iter().filter(|action| action.waits());
    let rejected: Vec<String> = rejected
        .filter_map(|action| {
            let (no, id) = (action.refused()?, &action.approval.as_ref()?.id);
            let who = who(action.person.as_ref(), &action.who, options);
            let (what, id, by) = (in_short(&[action]), code(id), code(&no.by));
            Some(format!("{id} {who}: {what}, by {by} until {}", no.until))
        })
        .collect();
    list(out, "Rejected", &rejected);
    let waiting = plan.actions.iter().filter(|action| action.is_asked());
    let entries: Vec<String> = waiting
        .filter_map(|action| {
            let approval = action.approval.as_ref()?;
            let who = who(action.person.as_ref(), &action.who, options);
            let what = in_short(&[action]);
            let (rule, id) = (code(&approval.rule.text), code(&approval.id));
            Some(format!("{id} {who}: {what}, by {rule}"))
        })
        .collect();
    list(out, "Waiting for approval", &entries);
}

fn invariants(out: &mut String, plan: &Plan, options: &Options) {
    let entries: Vec<String> = plan
        .broken
        .iter()
        .map(|one| {
            let who = who(Some(&one.person), &one.who, options);
            format!("{}: {who}, {}", code(&one.title), code(&one.text))
        })
        .collect();
    list(out, "Invariants that would be broken", &entries);
}

fn findings(out: &mut String, plan: &Plan, options: &Options) {
    for group in plan.findings.chunk_by(|a, b| a.kind == b.kind) {
        let Some(first) = group.first() else {
            continue;
        };
        let (title, _) = words::finding(first.kind);
        if first.kind == FindingKind::Expectation {
            let rules = group.chunk_by(|a, b| a.text == b.text);
            let entries: Vec<String> = rules.map(|same| expectation(same, options)).collect();
            list(out, title, &entries);
            continue;
        }
        let entries: Vec<String> = group
            .iter()
            .map(|finding| {
                let who = who(finding.person.as_ref(), &finding.who, options);
                if options.names {
                    format!("{who}: {}", code(&finding.text))
                } else {
                    who
                }
            })
            .collect();
        list(out, title, &entries);
    }
}

/// What is expected is the policy's own text; who does not meet it is told as everywhere.
fn expectation(findings: &[Finding], options: &Options) -> String {
    let title = findings.first().map_or("", |first| &first.text);
    let people = findings.iter().take(MAX_ENTRIES);
    let people: Vec<String> = people
        .map(|finding| who(finding.person.as_ref(), &finding.who, options))
        .collect();
    let more = match findings.len().saturating_sub(people.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let number = words::count(findings.len(), "person", "people");
    format!("{}: {number}: {}{more}", code(title), people.join(", "))
}

fn open_accounts(out: &mut String, plan: &Plan, options: &Options) {
    let entries: Vec<String> = plan
        .open_accounts
        .iter()
        .map(|open| {
            let who = who(open.person.as_ref(), &open.who, options);
            let days = words::count(open.days as usize, "day", "days");
            format!("{who}: {days}, {}", words::open(open.why))
        })
        .collect();
    list(out, "Open accounts", &entries);
}

fn guards(out: &mut String, plan: &Plan) {
    let counting = plan
        .guards
        .iter()
        .filter(|guard| guard.tripped || guard.count > 0);
    let entries: Vec<String> = counting
        .map(|guard| {
            let mark = if guard.tripped {
                "**stops the plan**, "
            } else {
                ""
            };
            let recent = match guard.recent {
                0 => String::new(),
                recent => format!(" and {recent} in the last 24 hours"),
            };
            let (word, count, limit) = (guard.kind.word(), guard.count, guard.limit);
            format!("{word}: {mark}{count}{recent} of {limit}")
        })
        .collect();
    list(out, "Guards", &entries);
}

fn list(out: &mut String, title: &str, entries: &[String]) {
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n### {title} ({})\n", words::number(entries.len()));
    for entry in entries.iter().take(MAX_ENTRIES) {
        let _ = writeln!(out, "- {entry}");
    }
    if entries.len() > MAX_ENTRIES {
        let more = words::number(entries.len() - MAX_ENTRIES);
        let _ = writeln!(out, "- … and {more} more; `--format json` has all");
    }
}

/// Foreign text as a code span that it cannot leave (`CommonMark`, "Code spans").
pub(super) fn code(text: &str) -> String {
    let text = visible(text);
    let runs = text.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or(0) + 1);
    let edge = if text.starts_with('`') || text.ends_with('`') || text.trim().is_empty() {
        " "
    } else {
        ""
    };
    format!("{fence}{edge}{text}{edge}{fence}")
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn foreign_text_cannot_leave_its_code_span() {
        assert_eq!(code("@all <b> [x](y) a|b"), "`@all <b> [x](y) a|b`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a\n# b"), "`a\\u{a}# b`");
        assert_eq!(code(""), "`  `");
    }
}
