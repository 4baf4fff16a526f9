//! `invariant`: what no plan may break, whatever the rules say.

use super::{Allowed, Lower};
use crate::diagnostic::Diagnostic;
use crate::policy::codes;
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node};
use crate::policy::program::GroupRow;
use crate::policy::ruleset::{InvariantRule, Never, NeverAccount, RuleKind};
use crate::policy::types::Type;
use crate::syntax::ast::{self, ExpectClause};

impl Lower<'_> {
    /// `invariant "…" when C never group "G" never unit U …`.
    pub(crate) fn invariant(&mut self, item: &ast::FileItem<ast::Invariant>) {
        let written = &item.body;
        let first = self
            .rules
            .invariants
            .iter()
            .any(|known| known.title == written.title.value);
        if first {
            let message = format!("two invariants are called `{}`", written.title.value);
            let diagnostic = Diagnostic::new(&codes::DUPLICATE, written.title.span, message)
                .label("again")
                .help("give each a name of its own: a plan that breaks one is told by it");
            self.report(diagnostic);
        }
        let allowed = Allowed {
            clock: true,
            ..Allowed::default()
        };
        let condition = self.allowing(allowed, |lower| {
            let condition = lower.condition(&written.condition);
            lower.closes_always(&condition, "invariant");
            condition
        });
        let rule = self.rule(RuleKind::Invariant, item.span, [&condition]);
        let mut never = Vec::new();
        for clause in &written.never {
            self.ruled_out(clause, item, &mut never);
        }
        self.rules.invariants.push(InvariantRule {
            title: written.title.value.clone(),
            never,
            rule,
        });
        self.program.invariants.push(condition);
    }

    fn ruled_out(
        &mut self,
        clause: &ExpectClause,
        item: &ast::FileItem<ast::Invariant>,
        never: &mut Vec<Never>,
    ) {
        match clause {
            ExpectClause::Group(groups) => {
                for group in groups {
                    never.extend(self.literal_text(group).map(Never::Group));
                }
            }
            ExpectClause::Unit(written) => {
                let node = self.place(written);
                match node.kind {
                    Kind::Const(Value::Unit(dn)) => never.push(Never::Unit(dn)),
                    Kind::Error => {}
                    _ => self.not_literal(written.span),
                }
            }
            ExpectClause::Account(word) => match &*word.value {
                "enabled" => never.push(Never::Account(NeverAccount::Enabled)),
                "disabled" => never.push(Never::Account(NeverAccount::Disabled)),
                "deleted" => never.push(Never::Account(NeverAccount::Deleted)),
                other => {
                    let message =
                        format!("whether an account is `{other}` is not seen in the directory");
                    let diagnostic = Diagnostic::new(&codes::BAD_INVARIANT, word.span, message)
                        .label("cannot be judged")
                        .help("write `enabled`, `disabled` or `deleted`");
                    self.report(diagnostic);
                }
            },
            ExpectClause::Stage(name) => never.extend(self.stage_named(name).map(Never::Stage)),
            ExpectClause::Condition(written) => {
                let message =
                    "an invariant rules out a group, a unit, a stage or a state of the account";
                let diagnostic = Diagnostic::new(&codes::BAD_INVARIANT, written.span, message)
                    .label("a condition")
                    .also(item.word, "of this invariant")
                    .help("put the condition behind `when`");
                self.report(diagnostic);
            }
        }
    }

    /// Warns of rows that certainly give what an invariant rules out, as far as that is cheap to prove.
    pub(crate) fn contradicted_invariants(&mut self) {
        if self.diagnostics.iter().any(Diagnostic::is_error) {
            return;
        }
        let mut found = Vec::new();
        for (rule, condition) in self.rules.invariants.iter().zip(&self.program.invariants) {
            let groups = rule.never.iter().filter_map(|never| match never {
                Never::Group(group) => Some(group),
                Never::Unit(_) | Never::Account(_) | Never::Stage(_) => None,
            });
            for group in groups {
                if names(&self.program.forbids, group).next().is_some() {
                    continue;
                }
                let rows = self.program.groups.iter().chain(&self.program.lists);
                let given = names(rows, group)
                    .find(|(row, _)| self.overlap(row.condition.as_ref(), condition));
                if let Some((_, node)) = given {
                    let message = format!("this gives `{group}` to people who must never have it");
                    found.push(
                        Diagnostic::new(&codes::BROKEN_INVARIANT, node.span, message)
                            .label("every plan with such a person is stopped")
                            .also(condition.span, format!("of `{}`", rule.title))
                            .help(format!("leave those people out of the row, or write `forbid \"{group}\" when …`")),
                    );
                }
            }
        }
        self.diagnostics.extend(found);
    }

    /// Whether everybody of one condition is certainly of the other, either way round.
    fn overlap(&self, row: Option<&Node>, invariant: &Node) -> bool {
        let Some(row) = row else {
            return true;
        };
        let implies = |one: &Node, other: &Node| {
            let neither = not(one);
            self.uncovered(&[&neither, other]).is_none()
        };
        implies(row, invariant) || implies(invariant, row)
    }
}

fn not(node: &Node) -> Node {
    Node {
        kind: Kind::Not(Box::new(node.clone())),
        ty: Type::Bool,
        marks: node.marks,
        span: node.span,
    }
}

/// The rows that name exactly that group, each with where it does.
fn names<'r>(
    rows: impl IntoIterator<Item = &'r GroupRow>,
    group: &str,
) -> impl Iterator<Item = (&'r GroupRow, &'r Node)> {
    let name = group.to_lowercase();
    rows.into_iter().flat_map(move |row| {
        let name = name.clone();
        let nodes = row.groups.iter().zip(&row.names);
        nodes.filter_map(move |(node, names)| {
            let alone = matches!(names.as_slice(), [only] if only.to_lowercase() == name);
            alone.then_some((row, node))
        })
    })
}
