//! `privileged group` and `approve`: what only a person may let happen (S15).
//!
//! A privileged group is given by its name alone, never by a text with holes, and only if every grant of it
//! waits for approval. Which groups are privileged without the author saying so only the directory knows; the
//! planner holds those back.

use super::{Allowed, Lower};
use crate::diagnostic::{Diagnostic, Span, Spanned, did_you_mean};
use crate::policy::codes;
use crate::policy::ir::{Kind, Node};
use crate::policy::ruleset::{ApproveRule, GuardKind, PrivilegedRule, RuleKind};
use crate::syntax::ast;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a group is given, and whether it is by its name alone.
type Places = Vec<(Span, bool)>;

impl Lower<'_> {
    /// `privileged group "X", "Y"`.
    pub(crate) fn privileged(&mut self, item: &ast::FileItem<ast::PrivilegedGroup>) {
        let rule = self.rule(RuleKind::Group, item.span, []);
        for written in &item.body.groups {
            if let Some(group) = self.literal_text(written) {
                self.rules.privileged.push(PrivilegedRule { group, rule });
                self.privileged_at.push(written.span);
            }
        }
    }

    /// `approve delete, disable when C`, `approve grant "G"`.
    pub(crate) fn approve(&mut self, item: &ast::FileItem<ast::Approve>) {
        let written = &item.body;
        for kind in &written.kinds {
            self.is_an_action(kind);
        }
        let mut groups = Vec::new();
        for group in &written.groups {
            if let Some(name) = self.literal_text(group) {
                self.approved_at.push((name.clone(), group.span));
                groups.push(name);
            }
        }
        let membership =
            |kind: &Spanned<GuardKind>| matches!(kind.value, GuardKind::Grant | GuardKind::Revoke);
        let stray = written.kinds.iter().find(|kind| !membership(kind));
        if let (Some(first), Some(kind)) = (written.groups.first(), stray) {
            let message = format!("`{}` is of no group", kind.value.word());
            let diagnostic = Diagnostic::new(&codes::BAD_APPROVAL, first.span, message)
                .label("only memberships are in a group")
                .help(
                    "write `approve grant \"…\"`, and the other kinds in an `approve` of their own",
                );
            self.report(diagnostic);
        }
        let allowed = Allowed {
            clock: true,
            ..Allowed::default()
        };
        let condition = self.allowing(allowed, |lower| {
            let condition = written.condition.as_ref().map(|expr| lower.condition(expr));
            if let Some(node) = &condition {
                lower.closes_always(node, "approve");
            }
            condition
        });
        let units = written.units.iter();
        let units = units
            .filter_map(|unit| self.unit_named(unit, "the unit of an `approve`"))
            .collect();
        let stages = self.stages_named(&written.stages);
        let rule = self.rule(RuleKind::Approve, item.span, condition.as_ref());
        self.rules.approvals.push(ApproveRule {
            kinds: written.kinds.iter().map(|kind| kind.value).collect(),
            groups,
            stages,
            units,
            above: written.above,
            conditional: condition.is_some(),
            rule,
        });
        if let Some(node) = condition {
            self.program.approvals.push((node, rule));
        }
    }

    /// Only what is an action on an account can wait.
    fn is_an_action(&mut self, kind: &Spanned<GuardKind>) {
        let what = match kind.value {
            GuardKind::Create
            | GuardKind::Enable
            | GuardKind::Adopt
            | GuardKind::Disable
            | GuardKind::Delete
            | GuardKind::Move
            | GuardKind::Rename
            | GuardKind::Login
            | GuardKind::Clear
            | GuardKind::Password
            | GuardKind::Grant
            | GuardKind::Revoke => return,
            GuardKind::Quarantine | GuardKind::Lose | GuardKind::Values => {
                "says how HR looks, and is nothing that is done"
            }
            GuardKind::Notify | GuardKind::Writeback => "does not wait in this version",
        };
        let message = format!("`{}` {what}", kind.value.word());
        let diagnostic = Diagnostic::new(&codes::BAD_APPROVAL, kind.span, message)
            .label("would hold nothing back")
            .help("remove it, or limit it in `guard`");
        self.report(diagnostic);
    }

    /// Every privileged group is given by its name alone, and every grant of it waits; every group of an
    /// `approve grant` is given by some rule.
    pub(crate) fn privileges_wait(&mut self) {
        let mut granted: BTreeMap<String, (Arc<str>, Places)> = BTreeMap::new();
        let mut add = |node: &Node, names: &[Arc<str>]| {
            let literal = matches!(node.kind, Kind::Const(_));
            for name in names {
                let entry = granted.entry(name.to_lowercase());
                let (_, places) = entry.or_insert_with(|| (name.clone(), Vec::new()));
                places.push((node.span, literal));
            }
        };
        for row in self.program.groups.iter().chain(&self.program.lists) {
            for (node, names) in row.groups.iter().zip(&row.names) {
                add(node, names);
            }
        }
        for (node, names, _) in self.bodies().flat_map(|body| &body.grants) {
            add(node, names);
        }
        let mut found = Vec::new();
        for (rule, declared) in self.rules.privileged.iter().zip(&self.privileged_at) {
            let name = &rule.group;
            let Some((_, places)) = granted.get(&name.to_lowercase()) else {
                continue;
            };
            if let Some((span, _)) = places.iter().find(|(_, literal)| !literal) {
                let message = format!("`{name}` is privileged, and this is not its name alone");
                found.push(
                    Diagnostic::new(&codes::PRIVILEGED_GRANT, *span, message)
                        .label(format!("can be `{name}`"))
                        .also(*declared, "privileged")
                        .help("write a row of its own that names the group"),
                );
            } else if let Some((span, _)) = places.first()
                && !self.grants_wait(name)
            {
                let message =
                    format!("`{name}` is privileged, and nobody has to approve who gets it");
                found.push(
                    Diagnostic::new(&codes::PRIVILEGED_GRANT, *span, message)
                        .label("would be given without asking")
                        .also(*declared, "privileged")
                        .help(format!("write `approve grant \"{name}\"`")),
                );
            }
        }
        for (name, span) in &self.approved_at {
            if granted.contains_key(&name.to_lowercase()) || !self.only_grants(name) {
                continue;
            }
            let near = did_you_mean(name, granted.values().map(|(name, _)| &**name));
            let message = format!("no rule gives `{name}`, so there is nothing to approve");
            found.push(
                Diagnostic::new(&codes::BAD_APPROVAL, *span, message)
                    .label("given by no rule")
                    .help("correct its name, or remove it")
                    .help_did_you_mean(near),
            );
        }
        self.diagnostics.extend(found);
    }

    /// Whether every grant of that group waits for approval.
    fn grants_wait(&self, group: &str) -> bool {
        let name = group.to_lowercase();
        self.rules.approvals.iter().any(|rule| {
            rule.is_of_all()
                && rule.kinds.contains(&GuardKind::Grant)
                && (rule.groups.is_empty()
                    || rule.groups.iter().any(|known| known.to_lowercase() == name))
        })
    }

    /// Whether only grants of that group are to be approved.
    fn only_grants(&self, group: &str) -> bool {
        let mut rules = self
            .rules
            .approvals
            .iter()
            .filter(|rule| rule.groups.iter().any(|known| &**known == group));
        rules.all(|rule| rule.kinds == [GuardKind::Grant])
    }
}
