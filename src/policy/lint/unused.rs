//! What is taken in and never read: columns of tables, attributes of HR.

use super::{Lint, codes, nodes};
use crate::diagnostic::{Diagnostic, Span};
use crate::policy::around::NoticeEvent;
use crate::policy::ir::Kind;
use crate::policy::types::Type;
use crate::syntax::ast::Item;
use std::collections::BTreeSet;

/// Fields that mean something without being named by a rule: people are shown by their names.
const NAMES: [&str; 2] = ["first_name", "last_name"];

/// Columns that nothing reads.
pub(super) const COLUMNS: Lint = Lint {
    codes: &[&codes::UNUSED_COLUMN],
    run: |linter| {
        let mut read: BTreeSet<(u32, u32)> = BTreeSet::new();
        nodes::all(&linter.policy.program, &mut |node| {
            if let Kind::Column { row, column } = &node.kind
                && let Type::Row(table, _) = &row.ty
            {
                read.insert((*table, *column));
            }
        });
        let mut found: Vec<(Span, String)> = Vec::new();
        for item in linter.items() {
            let Item::Table(item) = item else {
                continue;
            };
            let tables = (0_u32..).zip(&linter.policy.program.tables);
            let mut tables = tables.filter(|(_, table)| table.name == item.body.name.value);
            let Some((index, table)) = tables.next() else {
                continue;
            };
            for column in &item.body.columns {
                let known = (0_u32..).zip(&table.columns);
                let mut known = known.filter(|(_, known)| known.name == column.name.value);
                let is_read = known.any(|(at, _)| read.contains(&(index, at)));
                if !is_read && column.name.value != item.body.key.value {
                    let message = format!(
                        "nothing reads the column `{}` of `{}`",
                        column.name.value, table.name
                    );
                    found.push((column.name.span, message));
                }
            }
        }
        for (span, message) in found {
            linter.say(
                Diagnostic::new(&codes::UNUSED_COLUMN, span, message)
                    .label("never read")
                    .help("remove the line; the file may keep the column"),
            );
        }
    },
};

/// Attributes of HR that nothing reads.
pub(super) const FIELDS: Lint = Lint {
    codes: &[&codes::UNUSED_FIELD],
    run: |linter| {
        let policy = linter.policy;
        let mut read: BTreeSet<u32> = BTreeSet::new();
        nodes::all(&policy.program, &mut |node| match &node.kind {
            Kind::Field(position) => _ = read.insert(*position),
            Kind::Of { field, .. } => _ = read.insert(*field),
            _ => {}
        });
        for rule in &policy.rules.rules {
            read.extend(rule.reads.iter().copied());
        }
        for event in policy.rules.notices.iter().flat_map(|notice| &notice.on) {
            if let NoticeEvent::ChangeOf(positions) = &event.event {
                read.extend(positions.iter().copied());
            }
        }
        read.extend(policy.program.started);
        let written: BTreeSet<_> = linter
            .items()
            .filter_map(|item| match item {
                Item::Writeback(item) => Some(&item.body.lines),
                _ => None,
            })
            .flatten()
            .map(|(name, _)| name.value.clone())
            .collect();
        let schema = &policy.schema;
        let supervisor = schema.supervisor();
        let mut found = Vec::new();
        for field in super::dates::fields(linter) {
            let name = &field.name.value;
            let Some(position) = schema.position(name) else {
                continue;
            };
            let number = u32::try_from(position).unwrap_or(u32::MAX);
            let needed = position == schema.key()
                || Some(position) == supervisor
                || NAMES.contains(&&**name)
                || written.contains(name)
                || read.contains(&number);
            if !needed {
                found.push((field.name.span, name.clone()));
            }
        }
        for (span, name) in found {
            let message = format!("`{name}` is taken from HR, and nothing reads it");
            linter.say(
                Diagnostic::new(&codes::UNUSED_FIELD, span, message)
                    .label("never read")
                    .help("remove it: what is not needed is not taken"),
            );
        }
    },
};
