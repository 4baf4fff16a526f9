//! `await`: what another system has to answer before something is done.

use super::notify::Told;
use super::{Allowed, Lower};
use crate::diagnostic::{Diagnostic, Span, did_you_mean};
use crate::directory::Dn;
use crate::policy::around::{AwaitEvent, AwaitRule};
use crate::policy::codes;
use crate::policy::ir::Node;
use crate::policy::ruleset::{NamePattern, RuleKind, StageAccount};
use crate::syntax::ast::{
    self, Await, AwaitStatement, Awaiting, Duration, Event, Name, TimeUnit, Transition,
};
use jiff::SignedDuration;
use std::sync::Arc;

/// How long an answer may take at most, in days: whoever waits longer waits for something else.
const MOST_DAYS: i64 = 30;

/// The most values that one step is sent; more than a request of one person needs.
const MOST_FIELDS: usize = 50;

impl Lower<'_> {
    /// `await "…" within … { … }`.
    pub(crate) fn await_item(&mut self, item: &ast::FileItem<Await>) {
        let step = &item.body;
        let name = &step.name;
        let before = self.diagnostics.len();
        if self.rules.awaits.iter().any(|one| one.name == name.value) {
            let message = format!("the step `{}` stands here twice", name.value);
            self.report(
                Diagnostic::new(&codes::DUPLICATE, name.span, message)
                    .label("again")
                    .help("one step may have several `on` and several `before`"),
            );
        }
        let within = self.within(step.within);
        let on = self.beginnings(step);
        let (enable, groups) = self.awaiting(step);
        let condition = self.only_when(step);
        let fields = self.sent(step);
        let nodes = fields.iter().map(|(_, node)| node);
        let rule = self.rule(RuleKind::Await, item.span, nodes);
        let (Some(within), false) = (within, self.broken_since(before)) else {
            return;
        };
        let (condition, when) = condition.unzip();
        let when = when.map(|(node, span)| self.rule(RuleKind::Await, span, [&node]));
        self.rules.awaits.push(AwaitRule {
            name: name.value.clone(),
            within,
            on,
            condition,
            when,
            enable,
            groups,
            rule,
        });
        self.program.awaits.push(fields);
    }

    /// How long the answer may take.
    fn within(&mut self, (written, span): (Duration, Span)) -> Option<SignedDuration> {
        let hours = match written.unit {
            TimeUnit::Minute => Some(0),
            TimeUnit::Hour => Some(1),
            TimeUnit::Day => Some(24),
            TimeUnit::Week => Some(7 * 24),
            TimeUnit::Month | TimeUnit::Year => None,
        };
        let count = i64::from(written.count);
        let within = hours.map(|hours| match hours {
            0 => SignedDuration::from_mins(count),
            hours => SignedDuration::from_hours(count.saturating_mul(hours)),
        });
        let most = SignedDuration::from_hours(MOST_DAYS * 24);
        match within {
            Some(within) if !within.is_zero() && within <= most => return Some(within),
            Some(within) if within.is_zero() => self.report(
                Diagnostic::new(&codes::BAD_STEP, span, "nobody answers in no time at all")
                    .label("over before it begins")
                    .help("say how long the answer may take: `within 4 hours`"),
            ),
            Some(_) | None => {
                let message = format!("an answer is waited for {MOST_DAYS} days at most");
                self.report(
                    Diagnostic::new(&codes::BAD_STEP, span, message)
                        .label("longer")
                        .help("say it in minutes, hours, days or weeks: `within 4 hours`"),
                );
            }
        }
        None
    }

    /// What begins the step.
    fn beginnings(&mut self, step: &Await) -> Vec<AwaitEvent> {
        let mut on = Vec::new();
        let mut said = false;
        for statement in &step.statements {
            let AwaitStatement::On(event, span) = statement else {
                continue;
            };
            said = true;
            match event {
                Event::Create => on.push(AwaitEvent::Create),
                Event::Transition(Transition::Enter(into, from)) => on.push(AwaitEvent::Enter {
                    into: self.stages_named(into),
                    from: self.stages_named(from),
                }),
                Event::Password
                | Event::Delete
                | Event::Postpone
                | Event::Problem
                | Event::Failure
                | Event::Expectation
                | Event::Transition(Transition::Exit(_))
                | Event::ChangeOf(_)
                | Event::When(_)
                | Event::Approval(_) => self.report(
                    Diagnostic::new(&codes::BAD_STEP, *span, "this begins no step")
                        .label("nothing is given then")
                        .help("write `on create` or `on enter STAGE`: there something is about to be given that can wait"),
                ),
            }
        }
        if !said {
            let message = format!("the step `{}` has no `on`", step.name.value);
            self.report(
                Diagnostic::new(&codes::MISSING_ITEM, step.name.span, message)
                    .label("not whole")
                    .help("say what begins it: `on create`"),
            );
        }
        on
    }

    /// What waits: whether the account does, and which groups.
    fn awaiting(&mut self, step: &Await) -> (bool, Option<Vec<NamePattern>>) {
        let (mut enable, mut all) = (None, None);
        let mut named: Option<Vec<NamePattern>> = None;
        for statement in &step.statements {
            let AwaitStatement::Before(awaiting, span) = statement else {
                continue;
            };
            let first = match awaiting {
                Awaiting::Enable => enable.replace(*span),
                Awaiting::Groups(groups) if groups.is_empty() => all.replace(*span),
                Awaiting::Groups(groups) => {
                    let patterns = named.get_or_insert_default();
                    for group in groups {
                        let Some(pattern) = self.name_pattern(group) else {
                            continue;
                        };
                        if !self.gives(&pattern) {
                            self.nothing_waits(group);
                        }
                        patterns.push(pattern);
                    }
                    None
                }
            };
            if let Some(first) = first {
                self.report(
                    Diagnostic::new(&codes::DUPLICATE, *span, "this waits for it already")
                        .label("again")
                        .also(first, "first here"),
                );
            }
        }
        let groups = match (all, named) {
            (Some(_), _) => Some(Vec::new()),
            (None, named) => named,
        };
        let waits = enable.is_some() || groups.is_none();
        let enables = self.rules.stages.iter();
        let enables = enables
            .into_iter()
            .any(|stage| stage.account == StageAccount::Enabled);
        if waits && !enables {
            let message = "no stage enables an account, so that nothing waits for this";
            self.report(
                Diagnostic::new(&codes::BAD_STEP, step.name.span, message)
                    .label("nothing waits")
                    .help("write `before groups`, or remove the step"),
            );
        }
        (waits, groups)
    }

    /// The groups that a rule, a stage or an exception can give, by name or DN.
    fn given(&self) -> impl Iterator<Item = &Arc<str>> {
        let rows = self.program.groups.iter().chain(&self.program.lists);
        let rows = rows.flat_map(|row| row.names.iter().flatten());
        let grants = self.bodies().flat_map(|body| &body.grants);
        rows.chain(grants.flat_map(|(_, names, _)| names))
    }

    /// Whether anybody can be given a group of that name.
    fn gives(&self, pattern: &NamePattern) -> bool {
        self.given().any(|name| match (pattern, Dn::parse(name)) {
            (NamePattern::Dn(exact), Ok(dn)) => *exact == dn,
            (NamePattern::Glob { regex, .. }, Ok(dn)) => {
                let common = dn.rdn().map(|rdn| rdn.value().clone());
                common.is_some_and(|common| regex.is_match(&common))
            }
            (NamePattern::Glob { regex, .. }, Err(_)) => regex.is_match(name),
            // Where a group of a name stands, only the directory knows.
            (NamePattern::Dn(_), Err(_)) => true,
        })
    }

    fn nothing_waits(&mut self, group: &ast::Expr) {
        let words = self.sources.slice(group.span).to_owned();
        let name = words.trim_matches('"');
        let near = did_you_mean(name, self.given().map(|name| &**name)).map(ToOwned::to_owned);
        let message = format!("no rule gives `{name}`, so nothing waits for this");
        self.report(
            Diagnostic::new(&codes::BAD_STEP, group.span, message)
                .label("given by no rule")
                .help(near.map_or_else(
                    || "correct its name, or remove it".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                )),
        );
    }

    /// For whom it is, as a position among the conditions that are watched, with the condition and its statement.
    fn only_when(&mut self, step: &Await) -> Option<(u32, (Node, Span))> {
        let mut found: Option<(Node, Span)> = None;
        for statement in &step.statements {
            let AwaitStatement::When(condition, span) = statement else {
                continue;
            };
            if let Some((_, first)) = found {
                self.report(
                    Diagnostic::new(&codes::DUPLICATE, *span, "a step has one `when`")
                        .label("again")
                        .also(first, "first here")
                        .help("join them with `and`"),
                );
                continue;
            }
            let allowed = Allowed {
                clock: true,
                ..Allowed::default()
            };
            let node = self.allowing(allowed, |lower| {
                let node = lower.condition(condition);
                // Who is not asked for is enabled at once: that must not hang on a value that HR lacks.
                lower.closes_always(&node, "await");
                node
            });
            found = Some((node, *span));
        }
        let (node, span) = found?;
        let index = u32::try_from(self.program.watches.len()).unwrap_or(u32::MAX);
        self.program.watches.push(node.clone());
        Some((index, (node, span)))
    }

    /// What is sent, by name.
    fn sent(&mut self, step: &Await) -> Vec<(Arc<str>, Node)> {
        let mut fields: Vec<(Arc<str>, Node)> = Vec::new();
        let mut names: Vec<&Name> = Vec::new();
        for statement in &step.statements {
            let AwaitStatement::Send(name, value) = statement else {
                continue;
            };
            if let Some(first) = names.iter().find(|known| known.value == name.value) {
                let message = format!("`{}` is sent twice", name.value);
                self.report(
                    Diagnostic::new(&codes::DUPLICATE, name.span, message)
                        .label("again")
                        .also(first.span, "first here"),
                );
                continue;
            }
            if names.len() == MOST_FIELDS {
                let message = format!("a step is sent {MOST_FIELDS} values at most");
                self.report(
                    Diagnostic::new(&codes::BAD_STEP, name.span, message)
                        .label("one more")
                        .help(
                            "send the key of the person, and have the other side ask for the rest",
                        ),
                );
            }
            names.push(name);
            let told = Told {
                account: true,
                ..Told::default()
            };
            let allowed = Allowed {
                assigned: true,
                ..Allowed::default()
            };
            let before = std::mem::replace(&mut self.told, told);
            let node = self.allowing(allowed, |lower| lower.prose(value));
            self.told = before;
            self.tells_nothing_sensitive(&node, "whoever does the step reads it");
            fields.push((name.value.clone(), node));
        }
        fields
    }
}
