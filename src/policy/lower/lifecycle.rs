//! `timezone` and `lifecycle`: who is in which stage.

use super::reads::Reads;
use super::{Allowed, LetState, Lower, narrow};
use crate::diagnostic::{Diagnostic, Fix, Span, did_you_mean};
use crate::policy::codes;
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node};
use crate::policy::program::LifecycleRow;
use crate::policy::ruleset::{Duration, RuleKind, StageAccount, StageId};
use crate::policy::types::Type;
use crate::policy::wish::Absent;
use crate::syntax::ast::{self, LifecycleCondition, Name, Quantifier};
use std::sync::Arc;

impl Lower<'_> {
    /// A condition asked from outside the policy, such as that of `--only`.
    pub(crate) fn asked(&mut self, condition: &ast::Expr) {
        let allowed = Allowed {
            clock: true,
            ..Allowed::default()
        };
        let node = self.allowing(allowed, |lower| lower.condition(condition));
        let mut reads = Reads::default();
        reads.add(&node, self);
        (self.program.question_reads, _) = self.numbered(reads);
        self.program.question = Some(node);
    }

    /// `timezone EXPR`: the same at every hour.
    pub(crate) fn timezone(&mut self, item: &ast::FileItem<ast::Timezone>) {
        let node = self.allowing(Allowed::default(), |lower| {
            lower.expr_as(&item.body.value, &Type::Timezone)
        });
        if node.marks.missing {
            self.report(
                Diagnostic::new(
                    &codes::MAYBE_MISSING,
                    node.span,
                    "everybody has a time zone, and this one may be missing",
                )
                .label("may be missing")
                .help("end with `else \"Europe/Berlin\"`, or wherever most people are"),
            );
        }
        let rule = self.rule(RuleKind::Lifecycle, item.span, [&node]);
        self.rules.home_zone = self.home_zone(&node);
        self.program.timezone = Some((node, rule));
    }

    /// The zone that an expression names where nothing else is known: its last `else` or `otherwise`.
    fn home_zone(&self, node: &Node) -> Option<Arc<str>> {
        if let Kind::Const(Value::Timezone(name)) = &node.kind {
            Some(name.clone())
        } else if let Kind::Else(_, otherwise) = &node.kind {
            self.home_zone(otherwise)
        } else if let Kind::Choose { otherwise, .. } = &node.kind {
            self.home_zone(otherwise.as_deref()?)
        } else if let Kind::Let(index) = &node.kind
            && let LetState::Done(_, node) = self.lets.get(*index as usize)?
        {
            self.home_zone(node)
        } else {
            None
        }
    }

    /// `lifecycle { … }`.
    pub(crate) fn lifecycle(&mut self, item: &ast::FileItem<ast::Lifecycle>) {
        let allowed = Allowed {
            clock: true,
            ..Allowed::default()
        };
        self.allowing(allowed, |lower| lower.lifecycle_rows(item));
    }

    fn lifecycle_rows(&mut self, item: &ast::FileItem<ast::Lifecycle>) {
        let before = self.present.len();
        let begin = self.diagnostics.len();
        let mut otherwise = false;
        let mut tests: Vec<(Node, Span)> = Vec::new();
        for row in &item.body.rows {
            let condition = match &row.condition {
                LifecycleCondition::When(expr) => {
                    let node = self.condition(expr);
                    self.decided(&node);
                    self.present.extend(narrow::if_false(&node));
                    Some(node)
                }
                LifecycleCondition::Otherwise(_) => {
                    otherwise = true;
                    None
                }
                LifecycleCondition::Vanished(after, span) => {
                    self.vanished_row(row, *after, *span);
                    continue;
                }
            };
            tests.extend(condition.clone().map(|test| (test, row.span)));
            let Some(stage) = self.stage_named(&row.stage) else {
                continue;
            };
            self.opens_by_evidence(row, condition.as_ref(), stage);
            let rule = self.rule(RuleKind::Lifecycle, row.span, condition.as_ref());
            self.program.lifecycle.push(LifecycleRow {
                condition,
                vanished: false,
                stage,
                rule,
            });
        }
        self.present.truncate(before);
        let rows: Vec<(&Node, Span)> = tests.iter().map(|(test, span)| (test, *span)).collect();
        self.reached(&rows);
        if !otherwise && !self.broken_since(begin) {
            let tests: Vec<&Node> = tests.iter().map(|(test, _)| test).collect();
            if let Some(example) = self.uncovered(&tests) {
                // Right before the closing brace.
                let at = item.span.end.saturating_sub(1);
                let end = Span::new(item.span.file, at, at);
                self.report(
                    Diagnostic::new(
                        &codes::NOT_EXHAUSTIVE,
                        item.word,
                        "`lifecycle` leaves somebody without a stage",
                    )
                    .label(example.text)
                    .help("add a row for them, or `otherwise => hold`")
                    .fix(Fix {
                        title: "hold whoever is left".to_owned(),
                        edits: vec![(end, "  otherwise => hold\n".to_owned())],
                    }),
                );
            }
        }
    }

    /// `vanished for 14 days => leaver`: nobody is let in, and nobody deleted, for want of a record.
    fn vanished_row(&mut self, row: &ast::LifecycleRow, after: Duration, span: Span) {
        let Some(stage) = self.stage_named(&row.stage) else {
            return;
        };
        let verb = match self.rules.stage(stage).map(|stage| stage.account) {
            Some(StageAccount::Enabled | StageAccount::Prepared) => "creates or enables",
            Some(StageAccount::DeletedAfter(_)) => "deletes",
            Some(StageAccount::Disabled | StageAccount::Untouched | StageAccount::Hold) | None => {
                ""
            }
        };
        if !verb.is_empty() {
            let stage = &row.stage.value;
            let message =
                format!("`{stage}` {verb} accounts, and that HR has no record is no evidence");
            self.report(
                Diagnostic::new(&codes::OPEN_BY_DEFAULT, row.stage.span, message)
                    .label("for want of a record")
                    .help("name a stage with `account disabled`"),
            );
        }
        let rule = self.rule(RuleKind::Lifecycle, row.span, []);
        if self
            .program
            .vanished
            .replace(Absent { after, rule })
            .is_some()
        {
            let message = "`vanished` stands once in `lifecycle`";
            self.report(Diagnostic::new(&codes::DUPLICATE, span, message).label("again"));
        }
        self.program.lifecycle.push(LifecycleRow {
            condition: None,
            vanished: true,
            stage,
            rule,
        });
    }

    /// Access needs positive evidence (S2): neither `otherwise` nor a missing value may open anything.
    fn opens_by_evidence(
        &mut self,
        row: &ast::LifecycleRow,
        condition: Option<&Node>,
        stage: StageId,
    ) {
        let opens = self.rules.stage(stage).is_some_and(|stage| {
            matches!(
                stage.account,
                StageAccount::Enabled | StageAccount::Prepared | StageAccount::DeletedAfter(_)
            )
        });
        if !opens {
            return;
        }
        let verb = match self.rules.stage(stage).map(|stage| stage.account) {
            Some(StageAccount::DeletedAfter(_)) => "deletes",
            _ => "creates or enables",
        };
        let stage = &row.stage.value;
        match condition {
            None => self.report(
                Diagnostic::new(&codes::OPEN_BY_DEFAULT, row.span, format!("`{stage}` {verb} accounts, and everybody of whom nothing else is known gets there"))
                    .label("whoever is left")
                    .help("name who belongs here with `when`, and end with `otherwise => hold`"),
            ),
            Some(node) => {
                if let Some(span) = self.missing_evidence(node, true) {
                    let what = self.sources.slice(span).to_owned();
                    self.report(
                        Diagnostic::new(&codes::OPEN_BY_DEFAULT, span, format!("`{stage}` {verb} accounts, and a missing value is no evidence"))
                            .label("true because something is missing")
                            .also(row.stage.span, format!("a person with `{what}` gets here"))
                            .help("say where it is decided what a missing value means, as in `let end = last_day else never`"),
                    );
                }
            }
        }
    }

    /// The stage of that name, or a report.
    pub(crate) fn stage_named(&mut self, name: &Name) -> Option<StageId> {
        self.used.insert(format!("stage {}", name.value).into());
        let found = self.rules.stage_named(&name.value);
        if found.is_none() {
            let names: Vec<String> = self
                .rules
                .stages
                .iter()
                .map(|stage| stage.name.to_string())
                .collect();
            let near =
                did_you_mean(&name.value, names.iter().map(String::as_str)).map(str::to_owned);
            if let Some(near) = &near {
                // It is meant, so that it is not also reported as unused.
                self.used.insert(format!("stage {near}").into());
            }
            self.report(
                Diagnostic::new(
                    &codes::UNKNOWN_STAGE,
                    name.span,
                    format!("there is no stage `{}`", name.value),
                )
                .label("unknown stage")
                .help(format!("declare it with `stage {} {{ … }}`", name.value))
                .help_did_you_mean(near.as_deref()),
            );
        }
        found
    }

    /// Where a condition holds because a value is missing: `positive` is false under `not`.
    pub(super) fn missing_evidence(&self, node: &Node, positive: bool) -> Option<Span> {
        match &node.kind {
            Kind::Missing(inner) if positive && !self.is_fact(inner) => Some(node.span),
            Kind::Present(inner) if !positive && !self.is_fact(inner) => Some(node.span),
            Kind::Not(inner) => self.missing_evidence(inner, !positive),
            Kind::And(parts) | Kind::Or(parts) => parts
                .iter()
                .find_map(|part| self.missing_evidence(part, positive)),
            Kind::Let(index) => {
                let node_of_let = self.let_node(*index)?;
                self.missing_evidence(node_of_let, positive)
                    .map(|_| node.span)
            }
            // The condition of a function is that of its body, of what it is given as well.
            Kind::Invoke { function, args } => {
                let given = || {
                    args.iter()
                        .any(|arg| self.evidence_either_way(arg).is_some())
                };
                (self.evidence_of(*function, positive) || given()).then_some(node.span)
            }
            Kind::Quantified {
                quantifier: Quantifier::Any | Quantifier::All,
                condition,
                ..
            } => self.missing_evidence(condition, positive),
            Kind::Quantified { condition, .. } => self.evidence_either_way(condition),
            Kind::Choose { rows, otherwise } if node.ty == Type::Bool => {
                let tests = rows.iter().map(|(test, _)| self.evidence_either_way(test));
                let results = rows.iter().map(|(_, result)| result);
                let results = results.chain(otherwise.as_deref());
                let results = results.map(|result| self.missing_evidence(result, positive));
                tests.chain(results).flatten().next()
            }
            // A condition compared with a truth value: it may count either way.
            Kind::Compare { left, right, .. } => [left, right]
                .into_iter()
                .find_map(|side| self.evidence_either_way(side)),
            _ => None,
        }
    }

    fn evidence_either_way(&self, node: &Node) -> Option<Span> {
        let found = self.missing_evidence(node, true);
        found.or_else(|| self.missing_evidence(node, false))
    }
}
