//! What notices say and what is written back to HR, for one person.

use super::{Evaluator, Record, Scope, Unknown, Value};
use crate::hr::{self, PersonId, Standing};
use crate::policy::ir::{Kind, Node, Piece};
use crate::policy::notice::{
    NOTHING, NoticeWish, Recipient, StepWish, Telling, TextPart, UNTOLD, WrittenValue,
};
use crate::policy::program::Policy;
use crate::policy::types::Type;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::sync::Arc;

/// Says it by a policy, over one snapshot of people at one instant.
#[derive(Debug)]
pub struct Teller<'a> {
    policy: &'a Policy,
    people: &'a hr::Snapshot,
    now: Timestamp,
}

impl<'a> Teller<'a> {
    /// `people` must keep to the policy's schema.
    pub fn new(policy: &'a Policy, people: &'a hr::Snapshot, now: Timestamp) -> Self {
        Self {
            policy,
            people,
            now,
        }
    }

    pub(super) fn policy(&self) -> &'a Policy {
        self.policy
    }

    pub(super) fn asked<T>(
        &self,
        person: &PersonId,
        ask: impl FnOnce(&Scope<'a>) -> T,
    ) -> Option<T> {
        let record = match self.people.standing(person) {
            Standing::Known(person) => Record::Known(person),
            Standing::Quarantined(record) => Record::Quarantined(record),
            Standing::Unknown => return None,
        };
        let evaluator = Evaluator::new(self.policy, self.people, self.now);
        let scope = evaluator.scope(record).map_or_else(
            |_| evaluator.scope_in(record, TimeZone::UTC),
            |(scope, _)| scope,
        );
        Some(ask(&scope))
    }
}

impl Telling for Teller<'_> {
    fn notice(&self, person: &PersonId, notice: usize) -> Option<NoticeWish> {
        let body = self.policy.program.notices.get(notice)?;
        self.asked(person, |scope| NoticeWish {
            to: body
                .to
                .iter()
                .flat_map(|(node, written)| recipients(scope, node, written))
                .collect(),
            subject: prose(scope, &body.subject),
            body: prose(scope, &body.body),
        })
    }

    fn step(&self, person: &PersonId, step: usize) -> Result<StepWish, Arc<str>> {
        let fields = self.policy.program.awaits.get(step);
        let fields = fields.map_or(&[][..], Vec::as_slice);
        let asked = self.asked(person, |scope| {
            let each = fields.iter().map(|(name, node)| {
                let parts = parts(scope, node).map_err(|unknown| unknown.why)?;
                Ok((name.clone(), parts))
            });
            each.collect()
        });
        asked.unwrap_or_else(|| Err("HR has no record".into()))
    }

    fn written(&self, person: &PersonId, line: usize) -> WrittenValue {
        let node = self.policy.program.writebacks.get(line)?;
        self.asked(person, |scope| parts(scope, node).ok().flatten())?
    }
}

/// One recipient, or those that a list names.
fn recipients(scope: &Scope<'_>, node: &Node, written: &Arc<str>) -> Vec<Recipient> {
    let one = |addresses, unknown| Recipient {
        written: written.clone(),
        addresses,
        unknown,
    };
    if let Type::List(_) = node.ty {
        return match scope.value(node) {
            Ok(Some(Value::List(items))) => items
                .iter()
                .map(|item| one(vec![vec![TextPart::Literal(item.to_string().into())]], None))
                .collect(),
            Ok(_) => vec![one(Vec::new(), None)],
            Err(unknown) => vec![one(Vec::new(), Some(unknown.why))],
        };
    }
    let mut addresses = Vec::new();
    let mut unknown = None;
    alternatives(scope, node, &mut addresses, &mut unknown);
    vec![one(addresses, unknown)]
}

/// What `a else b` gives, in order: which of them is there the directory may have to say.
fn alternatives(
    scope: &Scope<'_>,
    node: &Node,
    addresses: &mut Vec<Vec<TextPart>>,
    unknown: &mut Option<Arc<str>>,
) {
    if let (Kind::Else(first, second), true) = (&node.kind, node.marks.assigned) {
        alternatives(scope, first, addresses, unknown);
        alternatives(scope, second, addresses, unknown);
        return;
    }
    match parts(scope, node) {
        Ok(found) => addresses.extend(found),
        Err(why) => *unknown = Some(why.why),
    }
}

/// A text for people: a hole without a value says so and leaves the rest as it is.
fn prose(scope: &Scope<'_>, node: &Node) -> Vec<TextPart> {
    let Kind::Template(pieces) = &node.kind else {
        return hole(scope, node);
    };
    let each = pieces.iter().flat_map(|piece| match piece {
        Piece::Literal(text) => vec![TextPart::Literal(text.clone())],
        Piece::Hole(node) => hole(scope, node),
    });
    each.collect()
}

fn hole(scope: &Scope<'_>, node: &Node) -> Vec<TextPart> {
    match parts(scope, node) {
        Ok(Some(parts)) => parts,
        Ok(None) => vec![TextPart::Literal(NOTHING.into())],
        Err(_) => vec![TextPart::Literal(UNTOLD.into())],
    }
}

/// The pieces of a value; none where a piece that is known already is missing.
fn parts(scope: &Scope<'_>, node: &Node) -> Result<Option<Vec<TextPart>>, Unknown> {
    match &node.kind {
        Kind::Account(attribute) => Ok(Some(vec![TextPart::Account(attribute.clone())])),
        Kind::Password => Ok(Some(vec![TextPart::Password])),
        Kind::Fact(fact) => Ok(Some(vec![TextPart::Fact(*fact)])),
        Kind::Unique(index) => Ok(Some(vec![TextPart::Unique(*index)])),
        Kind::Let(index) if node.marks.assigned => match scope.program.lets.get(*index as usize) {
            Some(definition) => parts(scope, &definition.node),
            None => Ok(None),
        },
        Kind::Template(pieces) => {
            let mut all = Vec::new();
            for piece in pieces {
                match piece {
                    Piece::Literal(text) => all.push(TextPart::Literal(text.clone())),
                    Piece::Hole(hole) => match parts(scope, hole)? {
                        Some(more) => all.extend(more),
                        None => return Ok(None),
                    },
                }
            }
            Ok(Some(all))
        }
        Kind::Else(first, second) if node.marks.assigned => match parts(scope, first)? {
            Some(found) => Ok(Some(found)),
            None => parts(scope, second),
        },
        Kind::Choose { rows, otherwise } if node.marks.assigned => {
            for (condition, result) in rows {
                if scope.holds(condition)? {
                    return parts(scope, result);
                }
            }
            otherwise
                .as_ref()
                .map_or(Ok(None), |node| parts(scope, node))
        }
        _ => {
            let value = scope.value(node)?;
            Ok(value.map(|value| vec![TextPart::Literal(value.into_text())]))
        }
    }
}
