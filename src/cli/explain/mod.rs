//! `tenure explain`: why an account should look as it does, and why not otherwise; and what it looks like now.
//!
//! [`View`] holds all that is known of one person: what the policy wants and why, and in [`Present`] what the
//! directory has and what the next plan does about the difference. `human` and `json` tell it.

mod human;
mod json;
mod present;
mod terms;

use super::args::{ExplainArgs, Format, Global};
use super::planning::{self, Asked};
use super::report::Report;
use super::{Exit, Output, check, plan as plan_command, reveal, session};
use crate::diagnostic::did_you_mean;
use crate::directory::schema;
use crate::hr::{self, PersonId, Standing as Known};
use crate::plan;
use crate::policy::explain::Explanation;
use crate::policy::{
    AssignedPart, AttributeWish, Desired, Evaluator, GroupWish, Policy, Prefer, RuleId, Wish,
};
use crate::text::visible;
use present::Present;
use std::fmt::Write;

/// Explains one person, or one attribute or group of theirs.
pub(super) fn run(
    global: &Global,
    arguments: &ExplainArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let checked = check::policy(&workspace, None, output)?;
    let reading = session::read(&workspace, checked.policy, arguments.at.as_deref())?;
    let people = &reading.people;
    let person = person(people, &arguments.person)?;
    let id = person.id().clone();
    // What the policy wants can be told without a directory; what is there and comes next cannot.
    let asked = Asked {
        any_state: true,
        reveal: arguments.reveal,
        ..Asked::default()
    };
    let around = match planning::around(&workspace, &reading, &asked) {
        Ok(around) => Some(around),
        Err(report) => {
            output.say(&format!(
                "the directory is left aside: {}",
                report.message()
            ));
            None
        }
    };
    let prior = around.as_ref().map(|around| &around.prior);
    let overrides = prior.map(|prior| plan::overrides(&reading.policy.rules, prior, reading.now));
    let overrides = overrides.unwrap_or_default();
    let evaluator = Evaluator::new(&reading.policy, people, reading.now).under(&overrides);
    let wish = evaluator.wish(person);
    if arguments.reveal {
        let human = arguments.format == Format::Human;
        reveal::journal(&workspace, output, reading.now, "explain", human, Some(&id))?;
    }
    let explanation = evaluator.explain(person, &checked.sources, arguments.reveal);
    let name = people.schema().name_of(person.values());
    let view = View {
        policy: &reading.policy,
        wish: &wish,
        explanation: &explanation,
        name: name.as_deref().unwrap_or_default(),
        present: around
            .as_ref()
            .map(|around| Present::new(around, &reading.policy, &wish, arguments.reveal)),
    };
    let subject = subject(&view, arguments.what.as_deref())?;
    match arguments.format {
        Format::Human => {
            let options = plan_command::options(output.width, output.color);
            output.result(&view.human(&subject, &options));
        }
        Format::Json => output.result(&format!("{:#}", view.json(&subject))),
    }
    Ok(Exit::Ok)
}

/// The person of that key, as HR has them.
pub(super) fn person<'p>(people: &'p hr::Snapshot, key: &str) -> Result<&'p hr::Person, Report> {
    let id = PersonId::parse(key).map_err(|error| {
        Report::new("unknown-person", &error).help("name a person by their key in HR")
    })?;
    match people.standing(&id) {
        Known::Known(person) => Ok(person),
        Known::Quarantined(record) => {
            let reasons: Vec<String> = record.reasons.iter().map(ToString::to_string).collect();
            let text = format!("{id} is quarantined: {}", reasons.join("; "));
            let mend = record
                .reasons
                .first()
                .map(|reason| reason.mend.clone())
                .unwrap_or_default();
            Err(Report::text("quarantined", text).help(mend))
        }
        Known::Unknown => Err(
            Report::text("unknown-person", format!("HR has no person {id}"))
                .help("name a person by their key in HR, the field that is marked `key`"),
        ),
    }
}

/// What is asked about.
enum Subject<'a> {
    Everything,
    Attribute(&'a AttributeWish),
    /// An attribute that no rule speaks of.
    NoRule(&'static str),
    Group(String),
}

fn subject<'a>(view: &View<'a>, what: Option<&str>) -> Result<Subject<'a>, Report> {
    let Some(what) = what else {
        return Ok(Subject::Everything);
    };
    let attributes = &view.wish.attributes;
    if let Some(wish) = attributes
        .iter()
        .find(|wish| wish.attribute.eq_ignore_ascii_case(what))
    {
        return Ok(Subject::Attribute(wish));
    }
    let names = view
        .explanation
        .groups
        .iter()
        .flat_map(|groups| &groups.possible);
    let names: Vec<&str> = names.map(AsRef::as_ref).collect();
    let granted = view
        .wish
        .groups
        .granted
        .iter()
        .chain(&view.wish.lists.granted);
    let names: Vec<&str> = names
        .into_iter()
        .chain(granted.map(|wish| &*wish.group))
        .chain(terms::named(view.policy))
        .collect();
    if let Some(name) = names.iter().find(|name| name.eq_ignore_ascii_case(what)) {
        return Ok(Subject::Group((*name).to_owned()));
    }
    if let Some(attribute) = schema::attribute(what) {
        return Ok(Subject::NoRule(attribute.name));
    }
    // A group that only hands give.
    let there = view
        .present
        .as_ref()
        .and_then(|present| present.group(what));
    if let Some(name) = there {
        return Ok(Subject::Group(name.to_string()));
    }
    let near = attributes
        .iter()
        .map(|wish| &*wish.attribute)
        .chain(names.iter().copied());
    let help = match did_you_mean(what, near) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name an attribute of AD, or a group that a rule can give".to_owned(),
    };
    Err(Report::text("no-rule", format!("no rule speaks of `{what}`")).help(help))
}

struct View<'a> {
    policy: &'a Policy,
    wish: &'a Wish,
    explanation: &'a Explanation,
    name: &'a str,
    /// What is there now; none where no directory can be read.
    present: Option<Present<'a>>,
}

impl View<'_> {
    /// Everything that rules and stage give, lists too.
    fn granted(&self) -> impl Iterator<Item = &GroupWish> {
        let wish = self.wish;
        wish.groups.granted.iter().chain(&wish.lists.granted)
    }

    fn rule(&self, rule: RuleId) -> String {
        let rule = self.policy.rules.rule(rule);
        rule.map(|rule| format!("{}  ({}:{})", visible(&rule.text), rule.file, rule.line))
            .unwrap_or_default()
    }

    fn place(&self, rule: RuleId) -> String {
        let rule = self.policy.rules.rule(rule);
        rule.map(|rule| format!("{}:{}", rule.file, rule.line))
            .unwrap_or_default()
    }

    /// The granted group that is preferred to this one, and the rule that says so.
    ///
    /// With `prefer current` the account decides, which is not known here.
    fn gives_way(&self, name: &str) -> Option<(&str, RuleId)> {
        let has = |group: &str| {
            self.granted()
                .any(|wish| wish.group.eq_ignore_ascii_case(group))
        };
        self.policy.rules.exclusives.iter().find_map(|exclusive| {
            let groups = &exclusive.groups;
            groups
                .iter()
                .find(|group| group.eq_ignore_ascii_case(name))?;
            let first = groups.iter().find(|group| has(group))?;
            let other = exclusive.prefer == Prefer::First && !first.eq_ignore_ascii_case(name);
            other.then_some((&**first, exclusive.rule))
        })
    }
}

/// What is wanted, in words.
fn desired(policy: &Policy, value: &Desired) -> String {
    match value {
        Desired::Values(values) => {
            let values: Vec<String> = values
                .iter()
                .map(|value| format!("\"{}\"", visible(value)))
                .collect();
            values.join(", ")
        }
        Desired::Assigned(parts) => {
            let mut text = String::new();
            for part in parts {
                match part {
                    AssignedPart::Literal(literal) => text.push_str(&visible(literal)),
                    AssignedPart::Unique(index) => {
                        let unique = policy.rules.uniques.get(*index as usize);
                        let _ = write!(text, "{{{}}}", unique.map_or("", |unique| &*unique.name));
                    }
                }
            }
            format!("\"{text}\"")
        }
        Desired::Person(id, _) => format!("the account of {id}"),
        Desired::Clear => "(empty)".to_owned(),
        Desired::Keep => "(as it is)".to_owned(),
        Desired::Held(why) => format!("(held: {})", visible(why)),
    }
}
