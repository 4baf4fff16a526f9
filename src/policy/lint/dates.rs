//! Statuses, dates and time: who is in which stage, until when, and where.

use super::{Lint, Linter, codes, nodes};
use crate::diagnostic::{Diagnostic, Span};
use crate::hr;
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node};
use crate::policy::ruleset::StageAccount;
use crate::syntax::ast::{Field, Item, Name, TypeKind};
use jiff::ToSpan as _;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What HR calls whether somebody works here.
const STATUS_NAME: &str = "status";

/// Attributes of Personio whose dates are no date of leaving: a fixed term is often prolonged, a probation passed, and
/// a record changed for whatever reason.
const OTHER_DATES: [&str; 6] = [
    "contract_end_date",
    "probation_period_end",
    "created_at",
    "last_modified_at",
    "absence.from",
    "absence.until",
];

/// What Personio calls the last day on which somebody is at work.
const LAST_WORKING_DAY: &str = "last_working_day";

/// How many days before its end an exception is told of.
const SOON: i32 = 14;

/// Values of the status that no row of `lifecycle` mentions.
pub(super) const STATUS: Lint = Lint {
    codes: &[&codes::UNMAPPED_STATUS],
    run: |linter| {
        let mut mentioned: BTreeSet<Arc<str>> = BTreeSet::new();
        for node in conditions(linter) {
            deep(linter, node, &mut |node| {
                if let Kind::Const(Value::Text(text)) = &node.kind {
                    mentioned.insert(text.clone());
                }
            });
        }
        let choices = fields(linter).filter(|field| is_called(field, STATUS_NAME));
        let choices: Vec<Name> = choices
            .filter_map(|field| match &field.ty.kind {
                TypeKind::OneOf(choices) => Some(choices.clone()),
                _ => None,
            })
            .flatten()
            .collect();
        for choice in choices {
            if !mentioned.contains(&choice.value) {
                let message = format!(
                    "no row of `lifecycle` mentions the status {:?}",
                    &*choice.value
                );
                linter.say(
                    Diagnostic::new(&codes::UNMAPPED_STATUS, choice.span, message)
                        .label("goes wherever the dates lead")
                        .help("name it in the row of its stage, as in `status in [\"active\", \"onboarding\"]`"),
                );
            }
        }
    },
};

/// Accounts that end by a date on which nobody leaves, and last working days that end nothing.
pub(super) const ENDS: Lint = Lint {
    codes: &[&codes::END_BY_OTHER_DATE, &codes::LAST_WORKING_DAY_IGNORED],
    run: |linter| {
        let schema = &linter.policy.schema;
        let mut read: BTreeSet<u32> = BTreeSet::new();
        let mut found = Vec::new();
        for row in &linter.policy.program.lifecycle {
            let Some(condition) = &row.condition else {
                continue;
            };
            let account = linter
                .policy
                .rules
                .stage(row.stage)
                .map(|stage| stage.account);
            let ends = account.is_some_and(StageAccount::ends);
            deep(linter, condition, &mut |node| {
                if let Kind::Field(position) = node.kind {
                    read.insert(position);
                }
            });
            let reads = linter
                .policy
                .rules
                .rule(row.rule)
                .map(|rule| rule.reads.clone());
            for position in reads.unwrap_or_default() {
                let attribute = schema.attributes().get(position as usize);
                let other = attribute.filter(|one| OTHER_DATES.contains(&&*one.source));
                if let (Some(attribute), true) = (other, ends) {
                    found.push((
                        condition.span,
                        attribute.name.clone(),
                        attribute.source.clone(),
                    ));
                }
            }
        }
        for (span, name, source) in found {
            let message = format!(
                "`{name}` ends accounts here, and on that day (`{source}`) nobody has to leave"
            );
            linter.say(
                Diagnostic::new(&codes::END_BY_OTHER_DATE, span, message)
                    .label("ends an account")
                    .help("go by the date of a termination: `termination_date`, or `last_working_day`"),
            );
        }
        let unread: Vec<(Arc<str>, Span)> = fields(linter)
            .filter(|field| is_called(field, LAST_WORKING_DAY))
            .filter(|field| {
                let position = schema.position(&field.name.value);
                !position.is_some_and(|at| read.contains(&u32::try_from(at).unwrap_or(u32::MAX)))
            })
            .map(|field| (field.name.value.clone(), field.name.span))
            .collect();
        for (name, span) in unread {
            let message =
                format!("`{name}` is the last day at work, and no row of `lifecycle` reads it");
            linter.say(
                Diagnostic::new(&codes::LAST_WORKING_DAY_IGNORED, span, message)
                    .label("ends nothing")
                    .help("let a row read it, for people who are released from work before their contract ends"),
            );
        }
    },
};

/// Exceptions that are over, or soon will be.
pub(super) const EXCEPTIONS: Lint = Lint {
    codes: &[&codes::EXCEPTION_OVER, &codes::EXCEPTION_ENDS_SOON],
    run: |linter| {
        let Some(today) = linter.today else {
            return;
        };
        let soon = today.checked_add(SOON.days()).unwrap_or(today);
        let items: Vec<&Item> = linter.items().collect();
        for item in items {
            let Item::Exception(item) = item else {
                continue;
            };
            let (until, person) = (&item.body.until, &item.body.person.value);
            if until.value < today {
                let message = format!("this exception for {person} is over since {}", until.value);
                linter.say(
                    Diagnostic::new(&codes::EXCEPTION_OVER, until.span, message)
                        .label("over")
                        .help("remove it"),
                );
            } else if until.value <= soon {
                let message = format!("this exception for {person} ends on {}", until.value);
                linter.say(
                    Diagnostic::new(&codes::EXCEPTION_ENDS_SOON, until.span, message)
                        .label("ends soon")
                        .help("prolong it with whoever decided it, or turn it into a rule"),
                );
            }
        }
    },
};

/// The conditions of `lifecycle`.
fn conditions<'a>(linter: &Linter<'a>) -> impl Iterator<Item = &'a Node> + use<'a> {
    let rows = linter.policy.program.lifecycle.iter();
    rows.filter_map(|row| row.condition.as_ref())
}

/// The fields of `person` as they are written.
pub(super) fn fields<'a>(linter: &Linter<'a>) -> impl Iterator<Item = &'a Field> + use<'a> {
    linter.items().flat_map(|item| match item {
        Item::Person(person) => person.body.fields.as_slice(),
        _ => &[],
    })
}

/// Whether HR calls a field so.
fn is_called(field: &Field, name: &str) -> bool {
    let source = field
        .from
        .as_ref()
        .map_or(&field.name.value, |from| &from.value);
    &**source == name
}

/// Calls `visit` with all nodes of an expression, through `let`s and functions too.
pub(super) fn deep<'a>(linter: &Linter<'a>, node: &'a Node, visit: &mut dyn FnMut(&'a Node)) {
    let program = &linter.policy.program;
    let (mut lets, mut functions) = (BTreeSet::new(), BTreeSet::new());
    let mut open: Vec<&Node> = vec![node];
    while let Some(node) = open.pop() {
        nodes::walk(node, &mut |node| {
            visit(node);
            match &node.kind {
                Kind::Let(index) if lets.insert(*index) => {
                    open.extend(program.lets.get(*index as usize).map(|one| &one.node));
                }
                Kind::Invoke { function, .. } if functions.insert(*function) => {
                    open.extend(
                        program
                            .functions
                            .get(*function as usize)
                            .map(|one| &one.body),
                    );
                }
                _ => {}
            }
        });
    }
}

/// The name of the attribute at a position.
pub(super) fn name_of(schema: &hr::Schema, position: u32) -> Option<Arc<str>> {
    let attribute = schema.attributes().get(position as usize)?;
    Some(attribute.name.clone())
}
