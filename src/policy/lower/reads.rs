//! What an expression reads of HR, through `let`s and functions too: attributes of the person whom it is about, and
//! of other people by the way there, so that a plan can say that the department of a supervisor is what changed.

use super::Lower;
use crate::hr::{RelatedPath, Step};
use crate::policy::ir::{Kind, Node};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Ways from the person whom a rule is about to others.
type Ways = BTreeSet<Vec<Step>>;

/// What an expression reads.
#[derive(Debug, Default)]
pub(crate) struct Reads {
    fields: BTreeSet<u32>,
    related: Ways,
    clock: bool,
    lets: BTreeSet<u32>,
    /// Which people a parameter or variable stands for.
    locals: BTreeMap<u32, Ways>,
    /// Calls that have been looked into, with the people they were given, and the people that they give.
    calls: BTreeMap<(u32, Vec<Ways>), Ways>,
}

impl Reads {
    pub(crate) fn add(&mut self, node: &Node, lower: &Lower<'_>) {
        // `walk` takes what is outside first: a variable is known before the condition that reads it.
        let mut inside = Vec::new();
        node.walk(&mut |node| match &node.kind {
            Kind::Field(position) => {
                self.fields.insert(*position);
            }
            Kind::Of { .. } | Kind::Reports { .. } => {
                let ways = self.ways(node, lower);
                self.related.extend(ways);
            }
            Kind::Quantified { variable, list, .. } => {
                let ways = self.ways(list, lower);
                self.locals.insert(*variable, ways);
            }
            Kind::Invoke { .. } => {
                let _ = self.ways(node, lower);
            }
            Kind::Let(index) => inside.push(*index),
            Kind::Now | Kind::Today => self.clock = true,
            _ => {}
        });
        for index in inside {
            if self.lets.insert(index)
                && let Some(node) = lower.let_node(index)
            {
                self.add(node, lower);
            }
        }
    }

    /// The ways to the people, or to the value, that an expression gives.
    fn ways(&mut self, node: &Node, lower: &Lower<'_>) -> Ways {
        let further = |ways: Ways, step: Step| -> Ways {
            let mut ways: Vec<Vec<Step>> = ways.into_iter().collect();
            for way in &mut ways {
                way.push(step);
            }
            ways.into_iter().collect()
        };
        match &node.kind {
            Kind::Field(position) => Ways::from([vec![Step::Attribute(*position)]]),
            Kind::Of { person, field } => {
                further(self.ways(person, lower), Step::Attribute(*field))
            }
            Kind::Reports { person, all } => {
                let from = match person {
                    None => Ways::from([Vec::new()]),
                    Some(person) => self.ways(person, lower),
                };
                further(
                    from,
                    if *all {
                        Step::AllReports
                    } else {
                        Step::Reports
                    },
                )
            }
            Kind::Part { employment, field } => {
                let mut ways: Vec<Vec<Step>> = self.ways(employment, lower).into_iter().collect();
                for way in &mut ways {
                    way.pop();
                    way.push(Step::Employments(*field));
                }
                ways.into_iter().collect()
            }
            Kind::Local(slot) => self.locals.get(slot).cloned().unwrap_or_default(),
            Kind::Let(index) => match lower.let_node(*index) {
                Some(node) => self.ways(node, lower),
                None => Ways::new(),
            },
            Kind::Else(first, second) => {
                let mut ways = self.ways(first, lower);
                ways.extend(self.ways(second, lower));
                ways
            }
            Kind::List(items) => items
                .iter()
                .flat_map(|item| self.ways(item, lower))
                .collect(),
            Kind::Choose { rows, otherwise } => {
                let results = rows.iter().map(|(_, result)| result);
                let results = results.chain(otherwise.as_deref());
                results
                    .flat_map(|result| self.ways(result, lower))
                    .collect()
            }
            Kind::Invoke { function, args } => {
                let given: Vec<Ways> = args.iter().map(|arg| self.ways(arg, lower)).collect();
                self.call(*function, given, lower)
            }
            _ => Ways::new(),
        }
    }

    /// Looks into a function once for each way in which it is called.
    fn call(&mut self, function: u32, given: Vec<Ways>, lower: &Lower<'_>) -> Ways {
        let key = (function, given);
        if let Some(known) = self.calls.get(&key) {
            return known.clone();
        }
        let Some((body, slots)) = lower.function_body(function) else {
            return Ways::new();
        };
        self.locals
            .extend(slots.iter().copied().zip(key.1.iter().cloned()));
        self.add(body, lower);
        let ways = self.ways(body, lower);
        self.calls.insert(key, ways.clone());
        ways
    }
}

impl Lower<'_> {
    /// The numbers of what is read: positions in the schema, and behind them those of ways to others.
    pub(super) fn numbered(&mut self, reads: Reads) -> (Vec<u32>, bool) {
        let mut numbers: Vec<u32> = reads.fields.into_iter().collect();
        for steps in reads.related {
            let known = self.rules.related.iter();
            let known = known
                .map(|path| &path.steps)
                .position(|path| *path == steps);
            let index = known.unwrap_or_else(|| {
                let name = self.path_name(&steps);
                self.rules.related.push(RelatedPath { name, steps });
                self.rules.related.len() - 1
            });
            let number = self.fields.len().saturating_add(index);
            numbers.extend(u32::try_from(number));
        }
        numbers.sort_unstable();
        (numbers, reads.clock)
    }

    /// A way in the policy's words: `supervisor.department`.
    fn path_name(&self, steps: &[Step]) -> Arc<str> {
        let mut names: Vec<&str> = Vec::new();
        for step in steps {
            match step {
                Step::Attribute(position) => {
                    let mut named = self.names.iter();
                    let what = super::What::Field(*position);
                    let named = named.find(|(_, declared)| declared.what == what);
                    names.extend(named.map(|(name, _)| &**name));
                }
                Step::Employments(field) => {
                    let field = self.employment.get(*field as usize);
                    names.push(super::people::EMPLOYMENTS);
                    names.extend(field.map(|(name, _)| &**name));
                }
                Step::Reports => names.push("reports"),
                Step::AllReports => names.push("all_reports"),
            }
        }
        names.join(".").into()
    }
}
