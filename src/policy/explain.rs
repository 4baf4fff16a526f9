//! Why, and why not: which row decided for a person, and on which value each other row failed.
//!
//! The same evaluation as for a wish, asked row by row. Sensitive values stand as `•••`.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "asks for one or two forms of an expression; every other form has the same answer"
)]

use super::eval::{Evaluator, Record, Scope, Value};
use super::ir::{Kind, Node};
use super::program::{GroupRow, Policy};
use super::ruleset::{Block, RuleId};
use crate::diagnostic::Sources;
use crate::hr;
use crate::syntax::ast::Quantifier;
use std::sync::Arc;

/// How many elements of a list are shown.
const MAX_SHOWN: usize = 10;

/// What stands for a value that nobody may see.
pub const MASK: &str = "•••";

/// One rule and what became of it for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced {
    /// The rule.
    pub rule: RuleId,
    /// What became of it.
    pub verdict: TraceVerdict,
    /// The conditions that made it so, each with the values it read.
    pub facts: Vec<Fact>,
}

/// What became of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceVerdict {
    /// It holds, and it decided.
    Decides,
    /// It does not hold.
    Fails,
    /// It cannot be told.
    Unknown,
    /// A row before it decided.
    NotReached,
}

/// A condition that decided about a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// In its author's words.
    pub condition: Arc<str>,
    /// Whether it holds.
    pub holds: bool,
    /// What it read: name and value.
    pub values: Vec<(Arc<str>, Arc<str>)>,
}

/// Everything about one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The rows of `lifecycle`.
    pub stage: Vec<Traced>,
    /// The rows of `unit`.
    pub unit: Vec<Traced>,
    /// The rows of `groups`, `lists` and `forbid`, each with the groups it can name.
    pub groups: Vec<TracedGroups>,
}

/// A row that gives or forbids groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TracedGroups {
    /// The row.
    pub row: Traced,
    /// Its block; `None` for `forbid`.
    pub block: Option<Block>,
    /// The groups that it names for this person; all that it could name where that cannot be told.
    pub groups: Vec<Arc<str>>,
    /// Every group that it could name.
    pub possible: Vec<Arc<str>>,
}

impl<'a> Evaluator<'a> {
    /// Why, and why not, for one person; `sources` are the texts of the policy.
    /// With `reveal` sensitive values stand as they are.
    pub fn explain(&self, person: &'a hr::Person, sources: &Sources, reveal: bool) -> Explanation {
        let record = Record::Known(person);
        let Ok((scope, _)) = self.scope(record) else {
            return Explanation {
                stage: Vec::new(),
                unit: Vec::new(),
                groups: Vec::new(),
            };
        };
        let policy = self.policy();
        let tracer = Tracer {
            policy,
            scope: &scope,
            sources,
            reveal,
        };
        let program = &policy.program;
        let stage = program
            .lifecycle
            .iter()
            .filter(|row| !row.vanished)
            .map(|row| (row.condition.as_ref(), row.rule));
        let unit = program.unit.iter().flat_map(|unit| {
            let rows = unit
                .rows
                .iter()
                .map(|(condition, _, rule)| (Some(condition), *rule));
            rows.chain(unit.otherwise.as_ref().map(|(_, rule)| (None, *rule)))
        });
        let mut groups = Vec::new();
        for (rows, block) in [
            (&program.groups, Some(Block::Groups)),
            (&program.lists, Some(Block::Lists)),
            (&program.forbids, None),
        ] {
            groups.extend(rows.iter().map(|row| tracer.groups(row, block)));
        }
        Explanation {
            stage: tracer.first_match(stage),
            unit: tracer.first_match(unit),
            groups,
        }
    }
}

struct Tracer<'s, 'a> {
    policy: &'a Policy,
    scope: &'s Scope<'a>,
    sources: &'s Sources,
    reveal: bool,
}

impl Tracer<'_, '_> {
    /// Rows of which the first that holds decides.
    fn first_match<'n>(
        &self,
        rows: impl Iterator<Item = (Option<&'n Node>, RuleId)>,
    ) -> Vec<Traced> {
        let mut decided = false;
        let mut traced = Vec::new();
        for (condition, rule) in rows {
            if decided {
                traced.push(Traced {
                    rule,
                    verdict: TraceVerdict::NotReached,
                    facts: Vec::new(),
                });
                continue;
            }
            let row = self.row(condition, rule);
            decided = matches!(row.verdict, TraceVerdict::Decides | TraceVerdict::Unknown);
            traced.push(row);
        }
        traced
    }

    fn row(&self, condition: Option<&Node>, rule: RuleId) -> Traced {
        let Some(condition) = condition else {
            return Traced {
                rule,
                verdict: TraceVerdict::Decides,
                facts: Vec::new(),
            };
        };
        let (verdict, wanted) = match self.scope.holds(condition) {
            Ok(true) => (TraceVerdict::Decides, true),
            Ok(false) => (TraceVerdict::Fails, false),
            Err(_) => (TraceVerdict::Unknown, false),
        };
        let mut facts = Vec::new();
        self.facts(condition, wanted, &mut facts);
        Traced {
            rule,
            verdict,
            facts,
        }
    }

    fn groups(&self, row: &GroupRow, block: Option<Block>) -> TracedGroups {
        let possible: Vec<Arc<str>> = row.names.iter().flatten().cloned().collect();
        let named = row
            .groups
            .iter()
            .filter_map(|node| self.scope.value(node).ok().flatten());
        let groups: Vec<Arc<str>> = named.map(|value| value.to_string().into()).collect();
        TracedGroups {
            row: self.row(row.condition.as_ref(), row.rule),
            block,
            groups,
            possible,
        }
    }

    /// The simple conditions because of which the whole is `wanted`.
    fn facts(&self, node: &Node, wanted: bool, facts: &mut Vec<Fact>) {
        match &node.kind {
            Kind::Not(inner) => self.facts(inner, !wanted, facts),
            Kind::And(parts) if wanted => {
                for part in parts {
                    self.facts(part, true, facts);
                }
            }
            Kind::Or(parts) if !wanted => {
                for part in parts {
                    self.facts(part, false, facts);
                }
            }
            Kind::And(parts) | Kind::Or(parts) => {
                let decisive = parts
                    .iter()
                    .find(|part| self.scope.holds(part) == Ok(wanted));
                if let Some(part) = decisive.or(parts.first()) {
                    self.facts(part, wanted, facts);
                }
            }
            _ => {
                let words: Vec<&str> = self.sources.slice(node.span).split_whitespace().collect();
                facts.push(Fact {
                    condition: words.join(" ").into(),
                    holds: self.scope.holds(node) == Ok(true),
                    values: self.values(node),
                });
            }
        }
    }

    /// The names that a condition reads, and their values; what it reads of other people by the way there.
    fn values(&self, node: &Node) -> Vec<(Arc<str>, Arc<str>)> {
        let mut values: Vec<(Arc<str>, Arc<str>)> = Vec::new();
        self.read(node, &mut values);
        values
    }

    fn read(&self, node: &Node, values: &mut Vec<(Arc<str>, Arc<str>)>) {
        let mut functions = Vec::new();
        node.walk(&mut |node| {
            if let Kind::Invoke { function, .. } = &node.kind {
                functions.push(*function);
            }
            if let Kind::Quantified {
                quantifier,
                variable,
                list,
                condition,
            } = &node.kind
            {
                let wanted = *quantifier != Quantifier::All;
                let witness = self.witness(*variable, list, condition, wanted);
                values.extend(
                    witness.filter(|(name, _)| values.iter().all(|(known, _)| known != name)),
                );
            }
            let Some(name) = self.name(node) else {
                return;
            };
            if values.iter().all(|(known, _)| *known != name) {
                let shown = self.shown(node);
                values.push((name, shown));
            }
        });
        // What a function reads besides what it is given.
        for function in functions {
            if let Some(function) = self.policy.program.functions.get(function as usize) {
                self.read(&function.body, values);
            }
        }
    }

    /// The element that decides: one of which the condition holds, or, of `all`, one of which it does not.
    fn witness(
        &self,
        variable: u32,
        list: &Node,
        condition: &Node,
        wanted: bool,
    ) -> Option<(Arc<str>, Arc<str>)> {
        let elements = self.scope.elements(list).ok()?.known;
        let mut elements = elements.into_iter().filter(|element| {
            self.scope.holds_of(variable, element.clone(), condition) == Ok(wanted)
        });
        let first = elements.next()?;
        let more = elements.count();
        let words = self.sources.slice(list.span);
        let shown = match &first {
            _ if list.marks.sensitive => MASK.into(),
            Value::Employment(employment) => self.employment(employment),
            Value::Text(text) => format!("{text:?}"),
            other => other.to_string(),
        };
        let more = if more == 0 {
            String::new()
        } else {
            format!(" and {more} more")
        };
        let kind = if wanted { "one of" } else { "not all of" };
        Some((
            format!("{kind} `{words}`").into(),
            format!("{shown}{more}").into(),
        ))
    }

    /// An employment by what may be shown of it.
    fn employment(&self, employment: &hr::Employment) -> String {
        let fields = self.policy.schema.employments();
        let fields = fields.map(|(_, fields)| &**fields).unwrap_or_default();
        let shown = fields.iter().zip(employment.values());
        let shown = shown.filter_map(|(field, value)| {
            let value = value.as_ref()?;
            Some(if field.sensitive {
                format!("{} {MASK}", field.name)
            } else {
                format!("{} {value}", field.name)
            })
        });
        let shown: Vec<String> = shown.collect();
        shown.join(", ")
    }

    /// What a node that is read is called; none for what has no name, or is known within a function or list only.
    fn name(&self, node: &Node) -> Option<Arc<str>> {
        let attribute = |position: &u32| {
            let attribute = self.policy.schema.attributes().get(*position as usize);
            attribute.map(|attribute| attribute.name.clone())
        };
        match &node.kind {
            Kind::Field(position) => attribute(position),
            Kind::Let(index) => {
                let definition = self.policy.program.lets.get(*index as usize);
                definition.map(|definition| definition.name.clone())
            }
            Kind::Of { person, field } => {
                let person = self.name(person)?;
                Some(format!("{person}.{}", attribute(field)?).into())
            }
            Kind::Reports { person, all } => {
                let word = if *all { "all_reports" } else { "reports" };
                match person {
                    None => Some(word.into()),
                    Some(person) => Some(format!("{}.{word}", self.name(person)?).into()),
                }
            }
            Kind::Now => Some("now".into()),
            Kind::Today => Some("today".into()),
            _ => None,
        }
    }

    /// A short list in full, of a long one how long it is; employments are counted, for their dates are nobody's business.
    fn list(items: &[Value]) -> String {
        let employments = items
            .iter()
            .any(|item| matches!(item, Value::Employment(_)));
        let count = items.len();
        if employments {
            return format!("{count} employment{}", if count == 1 { "" } else { "s" });
        }
        if count > MAX_SHOWN {
            return format!("{count} of them");
        }
        let shown: Vec<String> = items.iter().map(ToString::to_string).collect();
        shown.join(", ")
    }

    fn shown(&self, node: &Node) -> Arc<str> {
        if node.marks.sensitive && !self.reveal {
            return MASK.into();
        }
        match self.scope.value(node) {
            Ok(Some(Value::Text(text))) => format!("{text:?}").into(),
            Ok(Some(Value::Employment(employment))) => self.employment(&employment).into(),
            Ok(Some(Value::List(items))) => Self::list(&items).into(),
            Ok(Some(Value::Row(table, row))) => {
                let table = self.policy.program.tables.get(table as usize);
                let key = table.and_then(|table| table.cell(row, u32::try_from(table.key?).ok()?));
                key.map_or_else(|| "a row".into(), |key| format!("the row {key}").into())
            }
            // As the rule sees it: on the clock of the person.
            Ok(Some(Value::Instant(instant))) => {
                let local = self.scope.zone.to_datetime(instant);
                let zone = self.scope.zone.iana_name().unwrap_or("UTC");
                local
                    .strftime(&format!("%Y-%m-%d %H:%M {zone}"))
                    .to_string()
                    .into()
            }
            Ok(Some(value)) => value.to_string().into(),
            Ok(None) => "missing".into(),
            Err(unknown) => unknown.why,
        }
    }
}
