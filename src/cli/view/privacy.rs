//! `tenure privacy`: which HR attribute is read, what hangs on it, who can read that there, how long it is kept.
//!
//! Begin with [`Record`]; the three forms tell the same.

use super::page::{Line, Page};
use super::{Options, json, words};
use crate::hr::Attribute;
use crate::policy::ruleset::{Duration, TimeUnit};
use crate::policy::{Destination, Flow, Policy, Rule};
use crate::text::visible;
use serde_json::{Value, json};
use std::sync::Arc;

/// The most groups of one rule that are named; JSON has all.
const MAX_GROUPS: usize = 6;

/// A record of processing.
#[derive(Debug)]
pub struct Record<'p> {
    policy: &'p Policy,
    sources: Vec<String>,
    flows: Vec<Flow>,
}

/// One use of an attribute.
struct Use<'r> {
    to: &'r Destination,
    rule: Option<&'r Rule>,
    /// The way to it, where it is another person's.
    path: Option<&'r Arc<str>>,
}

impl<'p> Record<'p> {
    /// What a policy does with what it reads from these sources.
    pub fn new(policy: &'p Policy, sources: Vec<String>) -> Self {
        Self {
            policy,
            sources,
            flows: policy.flows(),
        }
    }

    fn attributes(&self) -> impl Iterator<Item = (&Attribute, Vec<Use<'_>>)> {
        let attributes = (0_u32..).zip(self.policy.schema.attributes());
        attributes.map(|(position, attribute)| (attribute, self.uses(position)))
    }

    fn uses(&self, position: u32) -> Vec<Use<'_>> {
        let each = self.flows.iter().flat_map(move |flow| {
            let reads = flow
                .reads
                .iter()
                .filter(move |read| read.position == position);
            reads.map(|read| Use {
                to: &flow.to,
                rule: self.policy.rules.rule(flow.rule),
                path: read.path.as_ref(),
            })
        });
        each.collect()
    }

    /// How long what is kept, in sentences.
    fn kept(&self) -> Vec<String> {
        let retention = &self.policy.rules.retention;
        let mut kept = vec![
            format!(
                "Values before and after each change, with reasons and notices: {}, sealed under a key per person.",
                length(retention.values)
            ),
            format!(
                "That something was done, when, by whom and to which kind of object, without names and values: {}.",
                length(retention.trail)
            ),
            "Of each person who is managed: stage, account, names that were given, and a salted digest of each \
             attribute that a rule reads, which tells that it changed and not what it was; until they are forgotten."
                .to_owned(),
        ];
        if self.policy.speaks_of_vanished() {
            kept.push(format!(
                "The last complete record of each person, sealed, for the day on which HR no longer has them: until {} after that.",
                length(retention.values)
            ));
        }
        kept.push(
            "What is written into the directory or back into HR stays there as long as these keep it; \
             `tenure forget PERSON` destroys the rest at once."
                .to_owned(),
        );
        kept
    }
}

/// A length of time as a policy writes it.
fn length(length: Duration) -> String {
    let (one, many) = match length.unit {
        TimeUnit::Minute => ("minute", "minutes"),
        TimeUnit::Hour => ("hour", "hours"),
        TimeUnit::Day => ("day", "days"),
        TimeUnit::Week => ("week", "weeks"),
        TimeUnit::Month => ("month", "months"),
        TimeUnit::Year => ("year", "years"),
    };
    words::count(length.count as usize, one, many)
}

/// What is done with a value: a word for machines, the deed, and at what.
fn deed(to: &Destination) -> (&'static str, &'static str, String) {
    match to {
        Destination::Stage => ("stage", "decides the stage", String::new()),
        Destination::Attribute(name) => ("attribute", "goes into", name.to_string()),
        Destination::Anchor(name) => ("anchor", "ties the account, in", name.to_string()),
        Destination::Unit => ("unit", "decides the unit", String::new()),
        Destination::Groups(names) => ("groups", "decides who is in", listed(names)),
        Destination::Lists(names) => ("lists", "decides who is in", listed(names)),
        Destination::Forbidden(names) => ("forbidden", "decides who must not be in", listed(names)),
        Destination::Matching => ("matching", "is compared with accounts", String::new()),
        Destination::Timezone => ("timezone", "decides when a day begins", String::new()),
        Destination::Approval => ("approval", "decides what waits for approval", String::new()),
        Destination::Invariant(title) => ("invariant", "is tested:", title.to_string()),
        Destination::Quality(title) => ("quality", "is tested:", title.to_string()),
        Destination::Notice(name, _) => ("notice", "stands in the notice", name.to_string()),
        Destination::NoticeWhen(name) => ("notice-when", "decides when to send", name.to_string()),
        Destination::Step(name) => ("step", "is sent to the step", name.to_string()),
        Destination::StepWhen(name) => ("step-when", "decides who is asked for", name.to_string()),
        Destination::Password => ("password", "is in the first password", String::new()),
        Destination::WriteBack(field) => ("writeback", "goes back to HR as", field.to_string()),
    }
}

fn listed(names: &[Arc<str>]) -> String {
    let shown: Vec<&str> = names.iter().take(MAX_GROUPS).map(|name| &**name).collect();
    let more = names.len().saturating_sub(shown.len());
    let more = if more > 0 {
        format!(" and {} more", words::number(more))
    } else {
        String::new()
    };
    shown.join(", ") + &more
}

/// Who can read there what hangs on a value.
fn readers(to: &Destination) -> String {
    let domain = "everybody who can sign in to the domain";
    match to {
        Destination::Attribute(_) => {
            format!("{domain}, unless its schema marks the attribute as confidential")
        }
        Destination::Anchor(_)
        | Destination::Unit
        | Destination::Groups(_)
        | Destination::Lists(_) => domain.to_owned(),
        Destination::Stage => format!(
            "{domain} sees whether the account is enabled; the stage stands in plans and in the state"
        ),
        Destination::Notice(_, to) => {
            let to: Vec<&str> = to.iter().map(|words| &**words).collect();
            format!(
                "its recipients ({}), and whoever carries their mail",
                to.join(", ")
            )
        }
        Destination::NoticeWhen(_) => "its recipients learn that it was sent".to_owned(),
        Destination::Step(name) => format!(
            "whoever does the step `{name}`, at the address in `tenure.toml`; with each goes the key of the person"
        ),
        Destination::StepWhen(_) => "whoever does the step learns that it is asked for".to_owned(),
        Destination::Password => "whoever is handed the password".to_owned(),
        Destination::WriteBack(_) => "whoever can read this field in HR".to_owned(),
        Destination::Forbidden(_)
        | Destination::Matching
        | Destination::Timezone
        | Destination::Approval
        | Destination::Invariant(_)
        | Destination::Quality(_) => "nobody but whoever reads plans".to_owned(),
    }
}

fn nature(attribute: &Attribute) -> &'static str {
    match (attribute.key, attribute.sensitive) {
        (true, _) => "key",
        (false, true) => "sensitive: shown as ••• everywhere",
        (false, false) => "open",
    }
}

fn place(one: &Use<'_>) -> String {
    one.rule
        .map(|rule| format!("{}:{}", rule.file, rule.line))
        .unwrap_or_default()
}

/// For people at a terminal.
pub fn human(record: &Record<'_>, options: &Options) -> String {
    let palette = &options.palette;
    let mut page = Page::new(options.width);
    let title = Line::new()
        .styled(palette.heading, "Which HR attribute goes where")
        .styled(
            palette.dim,
            &format!("  policy {}", words::short(&record.policy.rules.digest)),
        );
    page.line(0, 2, &title);
    for source in &record.sources {
        page.line(2, 4, &Line::of(&format!("from {source}")));
    }
    for (attribute, uses) in record.attributes() {
        page.blank();
        let head = Line::new()
            .styled(palette.name, &attribute.name)
            .plain(&from(attribute))
            .styled(
                if attribute.sensitive {
                    palette.warn
                } else {
                    palette.dim
                },
                &format!("  {}", nature(attribute)),
            );
        page.line(0, 2, &head);
        if uses.is_empty() {
            page.line(
                2,
                4,
                &Line::of("no rule reads it; it tells people apart or names them in plans"),
            );
        }
        for one in &uses {
            let (_, does, what) = deed(one.to);
            let path = one.path.map(|path| format!("as {path} "));
            let line = Line::of(&path.unwrap_or_default())
                .plain(format!("{does} {what}").trim_end())
                .styled(palette.dim, &format!("  ← {}", place(one)));
            page.line(2, 4, &line);
        }
    }
    page.blank();
    page.line(
        0,
        0,
        &Line::new().styled(palette.heading, "Who can read it there"),
    );
    for (does, who) in record.audiences() {
        page.line(2, 4, &Line::of(&format!("{does}: {who}")));
    }
    page.blank();
    page.line(
        0,
        0,
        &Line::new().styled(palette.heading, "How long it is kept"),
    );
    for sentence in record.kept() {
        page.line(2, 4, &Line::of(&sentence));
    }
    page.finish()
}

impl Record<'_> {
    /// Each kind of use that there is, and who can read what hangs on it.
    fn audiences(&self) -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> = Vec::new();
        for flow in &self.flows {
            let (_, does, what) = deed(&flow.to);
            let named = match &flow.to {
                Destination::Notice(..) | Destination::Step(_) => format!("{does} {what}"),
                Destination::Stage
                | Destination::Attribute(_)
                | Destination::Anchor(_)
                | Destination::Unit
                | Destination::Groups(_)
                | Destination::Lists(_)
                | Destination::Forbidden(_)
                | Destination::Matching
                | Destination::Timezone
                | Destination::Password
                | Destination::Approval
                | Destination::Invariant(_)
                | Destination::Quality(_)
                | Destination::NoticeWhen(_)
                | Destination::StepWhen(_)
                | Destination::WriteBack(_) => does
                    .trim_end_matches(':')
                    .trim_end_matches(", in")
                    .to_owned(),
            };
            let entry = (named, readers(&flow.to));
            if !all.contains(&entry) {
                all.push(entry);
            }
        }
        all
    }
}

fn from(attribute: &Attribute) -> String {
    if attribute.name == attribute.source {
        String::new()
    } else {
        format!("  from {}", attribute.source)
    }
}

/// For a works council. Text of the policy stands in code spans alone, where nothing of it can act.
pub fn markdown(record: &Record<'_>) -> String {
    let mut parts = vec!["# Record of processing: which HR attribute goes where\n".to_owned()];
    let sources: Vec<String> = record.sources.iter().map(|source| code(source)).collect();
    parts.push(format!(
        "Policy {}; people are read from {}.\n",
        code(&words::short(&record.policy.rules.digest)),
        sources.join(", ")
    ));
    for (attribute, uses) in record.attributes() {
        let named = if attribute.name == attribute.source {
            String::new()
        } else {
            format!(", in HR {}", code(&attribute.source))
        };
        parts.push(format!("## {}\n", code(&attribute.name)));
        parts.push(format!("{}{named}.\n", capital(nature(attribute))));
        if uses.is_empty() {
            parts.push(
                "- No rule reads it; it tells people apart or names them in plans.".to_owned(),
            );
        }
        for one in &uses {
            let (_, does, what) = deed(one.to);
            let what = if what.is_empty() {
                what
            } else {
                format!(" {}", code(&what))
            };
            let path = one.path.map(|path| format!(", as {}", code(path)));
            parts.push(format!(
                "- {}{what}{}: {}. Read by {}.",
                capital(does.trim_end_matches(':')),
                path.unwrap_or_default(),
                code(&place(one)),
                code(&readers(one.to))
            ));
        }
        parts.push(String::new());
    }
    parts.push("## How long it is kept\n".to_owned());
    parts.extend(record.kept().iter().map(|sentence| format!("- {sentence}")));
    parts.join("\n") + "\n"
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + rest.as_str()
}

/// Text as code, longer fences where it has such itself.
fn code(text: &str) -> String {
    let text = visible(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if longest > 0 { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// For machines.
pub fn json(record: &Record<'_>) -> String {
    let one = |(attribute, uses): (&Attribute, Vec<Use<'_>>)| {
        let uses: Vec<Value> = uses.iter().map(use_json).collect();
        json!({
            "name": &*attribute.name,
            "hr_name": &*attribute.source,
            "type": attribute.ty.to_string(),
            "key": attribute.key,
            "sensitive": attribute.sensitive,
            "uses": uses,
        })
    };
    let attributes: Vec<Value> = record.attributes().map(one).collect();
    let retention = &record.policy.rules.retention;
    json::pretty(&json!({
        "format": "tenure-privacy/1",
        "policy": &*record.policy.rules.digest,
        "sources": record.sources,
        "attributes": attributes,
        "kept": {
            "values": length(retention.values),
            "trail": length(retention.trail),
            "last_record": record.policy.speaks_of_vanished(),
        },
    }))
}

fn use_json(one: &Use<'_>) -> Value {
    let (word, _, what) = deed(one.to);
    let groups = match one.to {
        Destination::Groups(names) | Destination::Lists(names) | Destination::Forbidden(names) => {
            Some(names.iter().map(|name| &**name).collect::<Vec<_>>())
        }
        Destination::Stage
        | Destination::Attribute(_)
        | Destination::Anchor(_)
        | Destination::Unit
        | Destination::Matching
        | Destination::Timezone
        | Destination::Password
        | Destination::Approval
        | Destination::Invariant(_)
        | Destination::Quality(_)
        | Destination::Notice(..)
        | Destination::NoticeWhen(_)
        | Destination::Step(_)
        | Destination::StepWhen(_)
        | Destination::WriteBack(_) => None,
    };
    let what = Some(what).filter(|what| !what.is_empty() && groups.is_none());
    json!({
        "to": word,
        "what": what,
        "groups": groups,
        "path": one.path.map(|path| &**path),
        "file": one.rule.map(|rule| &*rule.file),
        "line": one.rule.map(|rule| rule.line),
        "rule": one.rule.map(|rule| &*rule.text),
        "readers": readers(one.to),
    })
}
