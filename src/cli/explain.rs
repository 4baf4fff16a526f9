//! `tenure explain`: why an account should look as it does, and why not otherwise.

use super::args::{ExplainArgs, Format, Global};
use super::report::Report;
use super::session::{self, Reading};
use super::{Exit, Output, check, reveal};
use crate::diagnostic::did_you_mean;
use crate::directory::schema;
use crate::hr::{PersonId, Standing as Known};
use crate::policy::explain::{Explanation, TraceVerdict, Traced, TracedGroups};
use crate::policy::{
    AssignedPart, AttributeWish, Desired, Evaluator, Policy, Prefer, RuleId, Standing, UnitWish,
    Wish,
};
use crate::text::visible;
use serde_json::{Value as Json, json};
use std::fmt::Write;

/// Explains one person, or one attribute or group of theirs.
pub(super) fn run(
    global: &Global,
    arguments: &ExplainArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let checked = check::policy(&workspace, None, output)?;
    let Reading {
        policy,
        people,
        now,
        ..
    } = session::read(&workspace, checked.policy, arguments.at.as_deref())?;
    let id = PersonId::parse(&arguments.person).map_err(|error| {
        Report::new("unknown-person", &error).help("name a person by their key in HR")
    })?;
    let person = match people.standing(&id) {
        Known::Known(person) => person,
        Known::Quarantined(record) => {
            let reasons: Vec<String> = record.reasons.iter().map(ToString::to_string).collect();
            let text = format!("{id} is quarantined: {}", reasons.join("; "));
            let mend = record
                .reasons
                .first()
                .map(|reason| reason.mend.clone())
                .unwrap_or_default();
            return Err(Report::text("quarantined", text).help(mend));
        }
        Known::Unknown => {
            return Err(
                Report::text("unknown-person", format!("HR has no person {id}"))
                    .help("name a person by their key in HR, the field that is marked `key`"),
            );
        }
    };
    let evaluator = Evaluator::new(&policy, &people, now);
    let wish = evaluator.wish(person);
    if arguments.reveal {
        let human = arguments.format == Format::Human;
        reveal::journal(&workspace, output, now, "explain", human, Some(&id))?;
    }
    let explanation = evaluator.explain(person, &checked.sources, arguments.reveal);
    let name = people.schema().name_of(person.values());
    let view = View {
        policy: &policy,
        wish: &wish,
        explanation: &explanation,
        name: name.as_deref().unwrap_or_default(),
    };
    let subject = subject(&view, arguments.what.as_deref())?;
    match arguments.format {
        Format::Human => output.result(&view.human(&subject)),
        Format::Json => output.result(&format!("{:#}", view.json(&subject))),
    }
    Ok(Exit::Ok)
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
        .collect();
    if let Some(name) = names.iter().find(|name| name.eq_ignore_ascii_case(what)) {
        return Ok(Subject::Group((*name).to_owned()));
    }
    if let Some(attribute) = schema::attribute(what) {
        return Ok(Subject::NoRule(attribute.name));
    }
    let near = attributes
        .iter()
        .map(|wish| &*wish.attribute)
        .chain(names.iter().copied());
    let help = match did_you_mean(what, near) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name an attribute of AD, or a group that a rule can give".to_owned(),
    };
    Err(Report::text("unknown-name", format!("no rule speaks of `{what}`")).help(help))
}

struct View<'a> {
    policy: &'a Policy,
    wish: &'a Wish,
    explanation: &'a Explanation,
    name: &'a str,
}

impl View<'_> {
    fn human(&self, subject: &Subject<'_>) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "{} ({})", self.name, self.wish.person);
        match subject {
            Subject::Everything => {
                self.stage(&mut text);
                self.unit(&mut text);
                text.push_str("\nattributes\n");
                for wish in &self.wish.attributes {
                    let _ = writeln!(
                        text,
                        "  {:<28} {:<40} {}",
                        wish.attribute,
                        desired(self.policy, &wish.value),
                        self.place(wish.rule)
                    );
                }
                text.push_str("\ngroups\n");
                for wish in self
                    .wish
                    .groups
                    .granted
                    .iter()
                    .chain(&self.wish.lists.granted)
                {
                    let (mark, name) = match self.gives_way(&wish.group) {
                        None => ("+", visible(&wish.group).into_owned()),
                        Some((to, _)) => (
                            " ",
                            visible(&format!("{} gives way to {to}", wish.group)).into_owned(),
                        ),
                    };
                    let _ = writeln!(text, "  {mark} {name:<38} {}", self.place(wish.rule));
                }
                for wish in &self.wish.groups.forbidden {
                    let _ = writeln!(
                        text,
                        "  ! {:<38} {}",
                        format!("never {}", visible(&wish.group)),
                        self.place(wish.rule)
                    );
                }
            }
            Subject::Attribute(wish) => {
                let _ = writeln!(
                    text,
                    "\n{} = {}",
                    wish.attribute,
                    desired(self.policy, &wish.value)
                );
                let _ = writeln!(text, "  by {}", self.rule(wish.rule));
                if wish.overlay {
                    text.push_str("  the stage says so; its end brings the former value back\n");
                }
                self.stage(&mut text);
            }
            Subject::NoRule(attribute) => {
                let _ = writeln!(
                    text,
                    "\n{attribute} is left as it is: no rule of this policy speaks of it for this person"
                );
                self.stage(&mut text);
            }
            Subject::Group(name) => self.group(name, &mut text),
        }
        text
    }

    fn stage(&self, text: &mut String) {
        let title = match &self.wish.standing {
            Standing::In { stage, .. } => {
                let stage = self.policy.rules.stage(*stage);
                stage
                    .map(|stage| format!("stage {}", stage.name))
                    .unwrap_or_default()
            }
            Standing::Held { reason, .. } => format!("held: {}", visible(reason)),
        };
        let _ = writeln!(text, "\n{title}");
        self.rows(&self.explanation.stage, text);
    }

    fn unit(&self, text: &mut String) {
        let title = match &self.wish.unit {
            UnitWish::In(dn, _) => format!("unit {}", visible(dn.as_str())),
            UnitWish::Untouched(_) => "unit as it is".to_owned(),
            UnitWish::Held(why, _) => format!("unit held: {}", visible(why)),
        };
        let _ = writeln!(text, "\n{title}");
        if let UnitWish::In(_, rule) | UnitWish::Untouched(rule) = &self.wish.unit
            && !self.explanation.unit.iter().any(|row| row.rule == *rule)
        {
            let _ = writeln!(text, "  by {}", self.rule(*rule));
            return;
        }
        self.rows(&self.explanation.unit, text);
    }

    fn group(&self, name: &str, text: &mut String) {
        let is = |group: &str| group.eq_ignore_ascii_case(name);
        let granted = self
            .wish
            .groups
            .granted
            .iter()
            .chain(&self.wish.lists.granted)
            .find(|wish| is(&wish.group));
        let forbidden = self
            .wish
            .groups
            .forbidden
            .iter()
            .find(|wish| is(&wish.group));
        let verdict = match (granted, forbidden, self.gives_way(name)) {
            (_, Some(wish), _) => format!("never {name}: {}", self.rule(wish.rule)),
            (Some(_), None, Some((to, rule))) => {
                format!("{name} gives way to {to}: {}", self.rule(rule))
            }
            (Some(wish), None, None) => format!("member of {name}: {}", self.rule(wish.rule)),
            (None, None, _) => format!("no rule gives {name}"),
        };
        let _ = writeln!(text, "\n{}", visible(&verdict));
        let speaks = |groups: &&TracedGroups| groups.possible.iter().any(|group| is(group));
        let rows: Vec<Traced> = self
            .explanation
            .groups
            .iter()
            .filter(speaks)
            .map(|groups| groups.row.clone())
            .collect();
        self.rows(&rows, text);
        let restriction = [&self.wish.groups.restriction, &self.wish.lists.restriction];
        for rule in restriction
            .into_iter()
            .filter_map(|restriction| restriction.rule)
        {
            let _ = writeln!(text, "  the stage restricts: {}", self.rule(rule));
        }
        self.stage(text);
    }

    /// The granted group that is preferred to this one, and the rule that says so.
    ///
    /// With `prefer current` the account decides, which is not known here.
    fn gives_way(&self, name: &str) -> Option<(&str, RuleId)> {
        let granted = || {
            self.wish
                .groups
                .granted
                .iter()
                .chain(&self.wish.lists.granted)
        };
        let has = |group: &str| granted().any(|wish| wish.group.eq_ignore_ascii_case(group));
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

    fn rows(&self, rows: &[Traced], text: &mut String) {
        for row in rows {
            let mark = match row.verdict {
                TraceVerdict::Decides => "=>",
                TraceVerdict::Fails => " -",
                TraceVerdict::Unknown => " ?",
                TraceVerdict::NotReached => "  ",
            };
            if row.verdict == TraceVerdict::NotReached {
                continue;
            }
            let _ = writeln!(text, "  {mark} {}", self.rule(row.rule));
            for fact in &row.facts {
                let holds = if fact.holds { "holds" } else { "fails" };
                let values: Vec<String> = fact
                    .values
                    .iter()
                    .map(|(name, value)| format!("{name} is {}", visible(value)))
                    .collect();
                let _ = writeln!(
                    text,
                    "       {} {holds}: {}",
                    visible(&fact.condition),
                    values.join(", ")
                );
            }
        }
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

    fn json(&self, subject: &Subject<'_>) -> Json {
        let stage = match &self.wish.standing {
            Standing::In { stage, .. } => json!(
                self.policy
                    .rules
                    .stage(*stage)
                    .map(|stage| stage.name.to_string())
            ),
            Standing::Held { reason, .. } => json!({ "held": &**reason }),
        };
        let mut result = json!({
            "person": self.wish.person.to_string(),
            "name": self.name,
            "stage": stage,
            "lifecycle": self.rows_json(&self.explanation.stage),
        });
        let part = match subject {
            Subject::Everything => json!({
                "unit": match &self.wish.unit {
                    UnitWish::In(dn, rule) => json!({ "dn": dn.as_str(), "rule": self.rule_json(*rule) }),
                    UnitWish::Untouched(rule) => json!({ "untouched": true, "rule": self.rule_json(*rule) }),
                    UnitWish::Held(why, rule) => json!({ "held": &**why, "rule": self.rule_json(*rule) }),
                },
                "attributes": self.wish.attributes.iter().map(|wish| self.attribute_json(wish)).collect::<Vec<_>>(),
                "groups": self.wish.groups.granted.iter().chain(&self.wish.lists.granted)
                    .map(|wish| json!({ "group": &*wish.group, "rule": self.rule_json(wish.rule) }))
                    .collect::<Vec<_>>(),
            }),
            Subject::Attribute(wish) => json!({ "attribute": self.attribute_json(wish) }),
            Subject::NoRule(attribute) => {
                json!({ "attribute": { "name": attribute, "rule": null } })
            }
            Subject::Group(name) => {
                let rows = self.explanation.groups.iter();
                let rows = rows.filter(|groups| {
                    groups
                        .possible
                        .iter()
                        .any(|group| group.eq_ignore_ascii_case(name))
                });
                let rows: Vec<Traced> = rows.map(|groups| groups.row.clone()).collect();
                let granted = self
                    .wish
                    .groups
                    .granted
                    .iter()
                    .chain(&self.wish.lists.granted);
                let granted = granted
                    .filter(|wish| wish.group.eq_ignore_ascii_case(name))
                    .count()
                    > 0;
                json!({
                    "group": name,
                    "granted": granted,
                    "gives_way_to": self.gives_way(name).map(|(to, _)| to),
                    "rows": self.rows_json(&rows),
                })
            }
        };
        if let (Some(result), Json::Object(part)) = (result.as_object_mut(), part) {
            result.extend(part);
        }
        result
    }

    fn attribute_json(&self, wish: &AttributeWish) -> Json {
        json!({
            "name": &*wish.attribute,
            "value": desired(self.policy, &wish.value),
            "overlay": wish.overlay,
            "rule": self.rule_json(wish.rule),
        })
    }

    fn rule_json(&self, rule: RuleId) -> Json {
        let rule = self.policy.rules.rule(rule);
        rule.map_or(
            Json::Null,
            |rule| json!({ "text": &*rule.text, "file": &*rule.file, "line": rule.line }),
        )
    }

    fn rows_json(&self, rows: &[Traced]) -> Json {
        let rows = rows.iter().map(|row| {
            let verdict = match row.verdict {
                TraceVerdict::Decides => "decides",
                TraceVerdict::Fails => "fails",
                TraceVerdict::Unknown => "unknown",
                TraceVerdict::NotReached => "not-reached",
            };
            let facts = row.facts.iter().map(|fact| {
                let values: Vec<Json> = fact.values.iter().map(|(name, value)| json!({ "name": &**name, "value": &**value })).collect();
                json!({ "condition": &*fact.condition, "holds": fact.holds, "values": values })
            });
            json!({ "rule": self.rule_json(row.rule), "verdict": verdict, "facts": facts.collect::<Vec<_>>() })
        });
        Json::Array(rows.collect())
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
