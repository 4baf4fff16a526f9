//! Lists and what is asked of their elements, relations between people, and calls of the policy's functions.
//!
//! Three-valued: an element of which it is not known whether the condition holds decides nothing, and what is
//! not known wins only where no element decides.

use super::expr::Outcome;
use super::{Record, Scope, Unknown, Value};
use crate::hr::{self, PersonId, Team};
use crate::policy::explain::MASK;
use crate::policy::ir::{Kind, Node};
use crate::syntax::ast::Quantifier;

/// The elements of a list that are known, and why there may be more.
#[derive(Debug, Default)]
pub(crate) struct Elements {
    pub(crate) known: Vec<Value>,
    pub(crate) unknown: Option<Unknown>,
}

impl Scope<'_> {
    /// The elements of a list; none where it is missing.
    pub(crate) fn elements(&self, list: &Node) -> Result<Elements, Unknown> {
        if let Some((person, all)) = self.relation(list) {
            return self.team(person, all);
        }
        Ok(match (self.value(list), self.written(list)) {
            (Ok(Some(Value::List(items))), _) => Elements {
                known: items.to_vec(),
                unknown: None,
            },
            (Ok(_), _) => Elements::default(),
            (Err(_), Some(nodes)) => self.one_by_one(nodes),
            (Err(unknown), None) => return Err(unknown),
        })
    }

    /// What of a list that is written out is known: the others may decide what an unknown element leaves open.
    fn one_by_one(&self, nodes: &[Node]) -> Elements {
        let mut elements = Elements::default();
        for node in nodes {
            match self.value(node) {
                Ok(value) => elements.known.extend(value),
                Err(why) => elements.unknown = elements.unknown.or(Some(why)),
            }
        }
        elements
    }

    /// The elements as the policy writes them, directly or through `let`s.
    fn written<'n>(&'n self, list: &'n Node) -> Option<&'n [Node]> {
        match &list.kind {
            Kind::List(nodes) => Some(nodes),
            Kind::Let(index) => self.written(&self.program.lets.get(*index as usize)?.node),
            _ => None,
        }
    }

    /// Whose reports the list is, directly or through `let`s, and whether at any depth.
    fn relation<'n>(&'n self, list: &'n Node) -> Option<(Option<&'n Node>, bool)> {
        match &list.kind {
            Kind::Reports { person, all } => Some((person.as_deref(), *all)),
            Kind::Let(index) => self.relation(&self.program.lets.get(*index as usize)?.node),
            _ => None,
        }
    }

    fn team(&self, person: Option<&Node>, all: bool) -> Result<Elements, Unknown> {
        let id = match person {
            None => match self.record {
                Record::Known(person) => Some(person.id().clone()),
                Record::Quarantined(record) => record.id.clone(),
            },
            Some(node) => match self.value(node)? {
                Some(Value::Person(id)) => {
                    self.other(&id, node.marks.sensitive)?;
                    Some(id)
                }
                _ => None,
            },
        };
        let Some(id) = id else {
            return Ok(Elements::default());
        };
        let Team { members, unknown } = if all {
            self.people.all_reports(&id)
        } else {
            self.people.reports(&id)
        };
        Ok(Elements {
            known: members.into_iter().cloned().map(Value::Person).collect(),
            unknown: unknown.map(|why| Unknown { why }),
        })
    }

    /// The good record of another person.
    pub(super) fn other(&self, id: &PersonId, sensitive: bool) -> Result<&hr::Person, Unknown> {
        // Who it is may be what nobody should see.
        let who = || {
            if sensitive {
                MASK.to_owned()
            } else {
                id.to_string()
            }
        };
        match self.people.standing(id) {
            hr::Standing::Known(person) => Ok(person),
            hr::Standing::Quarantined(_) => Err(Unknown::new(format!(
                "the record of {} cannot be read",
                who()
            ))),
            hr::Standing::Unknown => Err(Unknown::new(format!("HR has no record of {}", who()))),
        }
    }

    /// The value of `reports` and `all_reports`: missing where nobody does.
    pub(super) fn reports(&self, list: &Node) -> Outcome {
        let elements = self.elements(list)?;
        if let Some(unknown) = elements.unknown {
            return Err(unknown);
        }
        Ok((!elements.known.is_empty()).then(|| Value::List(elements.known.into())))
    }

    /// `x is present`; one element that is known is enough.
    pub(super) fn is_present(&self, node: &Node) -> Result<bool, Unknown> {
        if self.relation(node).is_none() && self.written(node).is_none() {
            return Ok(self.value(node)?.is_some());
        }
        let elements = self.elements(node)?;
        match elements.unknown {
            Some(unknown) if elements.known.is_empty() => Err(unknown),
            Some(_) | None => Ok(!elements.known.is_empty()),
        }
    }

    /// `item in list`.
    pub(super) fn contains(&self, list: &Node, item: &Node) -> Result<bool, Unknown> {
        let Some(item) = self.value(item)? else {
            return Ok(false);
        };
        let elements = self.elements(list)?;
        let found = elements.known.iter().any(|one| one.same(&item));
        match elements.unknown {
            Some(unknown) if !found => Err(unknown),
            Some(_) | None => Ok(found),
        }
    }

    /// `any`, `all` and `count`.
    pub(super) fn quantified(
        &self,
        quantifier: Quantifier,
        variable: u32,
        list: &Node,
        condition: &Node,
    ) -> Outcome {
        let Elements { known, mut unknown } = self.elements(list)?;
        let decisive = match quantifier {
            Quantifier::Any => Some(true),
            Quantifier::All => Some(false),
            Quantifier::Count => None,
        };
        let mut count: i64 = 0;
        for element in known {
            match self.holds_of(variable, element, condition) {
                Ok(holds) if Some(holds) == decisive => return Ok(Some(Value::Bool(holds))),
                Ok(holds) => count += i64::from(holds),
                Err(why) => unknown = unknown.or(Some(why)),
            }
        }
        match (unknown, decisive) {
            (Some(unknown), _) => Err(unknown),
            (None, Some(decisive)) => Ok(Some(Value::Bool(!decisive))),
            (None, None) => Ok(Some(Value::Int(count))),
        }
    }

    /// Whether a condition holds of one element.
    pub(crate) fn holds_of(
        &self,
        variable: u32,
        element: Value,
        condition: &Node,
    ) -> Result<bool, Unknown> {
        self.knowing(vec![(variable, Ok(Some(element)))], || {
            self.holds(condition)
        })
    }

    /// A call: each argument is evaluated once, however often the function reads it.
    pub(super) fn invoke(&self, function: u32, args: &[Node]) -> Outcome {
        let Some(function) = self.program.functions.get(function as usize) else {
            return Ok(None);
        };
        let values = args.iter().map(|arg| self.value(arg));
        let locals = function.params.iter().copied().zip(values).collect();
        self.knowing(locals, || self.value(&function.body))
    }

    /// The value in a slot; nothing outside the function or quantifier that has it.
    pub(super) fn local(&self, slot: u32) -> Outcome {
        let locals = self.locals.borrow();
        let found = locals.iter().rev().find(|(known, _)| *known == slot);
        found.map_or(Ok(None), |(_, value)| value.clone())
    }

    fn knowing<T>(&self, locals: Vec<(u32, Outcome)>, evaluate: impl FnOnce() -> T) -> T {
        let before = self.locals.borrow().len();
        self.locals.borrow_mut().extend(locals);
        let result = evaluate();
        self.locals.borrow_mut().truncate(before);
        result
    }
}
