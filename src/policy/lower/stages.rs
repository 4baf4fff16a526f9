//! Stages: what each means for the account, its place, its attributes and its memberships.

use super::{Allowed, Lower};
use crate::diagnostic::{Diagnostic, Span};
use crate::policy::codes;
use crate::policy::program::{RestrictionBody, StageBody, UnitClause};
use crate::policy::ruleset::{Extent, NamePattern, RuleId, RuleKind, StageAccount, StageRule};
use crate::syntax::ast::{self, AccountClause, Clause, Expr, Extent as Written, Stage, UnitRule};

impl Lower<'_> {
    /// Declares the stages' names and accounts, so that rules can name them; the built-in `hold` is last.
    pub(crate) fn declare_stages(&mut self, stages: &[&ast::FileItem<Stage>]) {
        for item in stages {
            let stage = &item.body;
            let first = stages
                .iter()
                .find(|other| other.body.name.value == stage.name.value);
            if let Some(first) = first.filter(|first| first.word != item.word) {
                self.report(
                    Diagnostic::new(
                        &codes::DUPLICATE,
                        stage.name.span,
                        format!("the stage `{}` is declared twice", stage.name.value),
                    )
                    .label("declared again")
                    .also(first.body.name.span, "first declared here")
                    .help("put the statements into one, or give one of them another name"),
                );
            }
            if &*stage.name.value == "hold" {
                self.report(
                    Diagnostic::new(
                        &codes::DUPLICATE,
                        stage.name.span,
                        "`hold` is built in: nothing changes, and the person is reported",
                    )
                    .label("built in")
                    .help("give the stage another name"),
                );
            }
            let account = stage.clauses.iter().find_map(|clause| match clause {
                Clause::Account(account, span) => Some((account_of(*account), *span)),
                _ => None,
            });
            let (account, span) = account.unwrap_or_else(|| {
                self.report(
                    Diagnostic::new(&codes::MISSING_ITEM, stage.name.span, format!("the stage `{}` does not say what it means for the account", stage.name.value))
                        .help("write `account enabled`, `prepared`, `disabled`, `deleted after … disabled` or `untouched`"),
                );
                (StageAccount::Hold, item.span)
            });
            let rule = self.rule(RuleKind::Stage, span, []);
            self.rules.stages.push(StageRule {
                name: stage.name.value.clone(),
                was: stage.was.iter().map(|old| old.value.clone()).collect(),
                account,
                rule,
                profile_untouched: stage
                    .clauses
                    .iter()
                    .any(|clause| matches!(clause, Clause::ProfileUntouched(_))),
            });
        }
        self.rules.stages.push(StageRule {
            name: "hold".into(),
            was: Vec::new(),
            account: StageAccount::Hold,
            rule: RuleId(0),
            profile_untouched: true,
        });
    }

    /// What the stages say beyond their account, in the order of their declaration.
    pub(crate) fn stage_bodies(&mut self, stages: &[&ast::FileItem<Stage>]) {
        for item in stages {
            let clauses: Vec<&Clause> = item.body.clauses.iter().collect();
            let body = self.clauses(&clauses, RuleKind::Stage);
            self.contradictions(item);
            self.program.stages.push(body);
        }
        self.program.stages.push(StageBody::default());
    }

    fn contradictions(&mut self, item: &ast::FileItem<Stage>) {
        let untouched = item.body.clauses.iter().find_map(|clause| match clause {
            Clause::Account(AccountClause::Untouched, span) => Some(*span),
            _ => None,
        });
        if let Some(span) = untouched
            && item.body.clauses.len() > 1
        {
            let other = item
                .body
                .clauses
                .iter()
                .map(clause_span)
                .find(|other| *other != span);
            self.report(
                Diagnostic::new(
                    &codes::STAGE_CONTRADICTION,
                    other.unwrap_or(span),
                    "an account that is not touched has no other statements",
                )
                .label("has no effect")
                .also(span, "nothing is touched")
                .help("remove one of the two"),
            );
        }
    }

    /// The statements of a stage or an exception.
    pub(crate) fn clauses(&mut self, clauses: &[&Clause], kind: RuleKind) -> StageBody {
        let allowed = Allowed {
            assigned: true,
            clock: true,
            counter: false,
        };
        self.allowing(allowed, |lower| {
            let mut body = StageBody::default();
            for clause in clauses {
                lower.clause(clause, kind, &mut body);
            }
            body
        })
    }

    fn clause(&mut self, clause: &Clause, kind: RuleKind, body: &mut StageBody) {
        let span = clause_span(clause);
        let taken = match clause {
            Clause::Account(account, _) => {
                let rule = self.rule(kind, span, []);
                body.account.replace((account_of(*account), rule)).is_some()
            }
            Clause::Unit(unit, _) => {
                let (clause, rule) = match unit {
                    UnitRule::Untouched => (UnitClause::Untouched, self.rule(kind, span, [])),
                    UnitRule::Value(expr) => {
                        let unassigned = Allowed {
                            assigned: false,
                            ..self.allowed
                        };
                        let node = self.allowing(unassigned, |lower| lower.place(expr));
                        let rule = self.rule(kind, span, [&node]);
                        (UnitClause::Value(node), rule)
                    }
                };
                body.unit.replace((clause, rule)).is_some()
            }
            Clause::Groups(extent, _) => {
                let restriction = self.extent(extent);
                let rule = self.rule(kind, span, []);
                body.groups.replace((restriction, rule)).is_some()
            }
            Clause::Lists(extent, _) => {
                let restriction = self.extent(extent);
                let rule = self.rule(kind, span, []);
                body.lists.replace((restriction, rule)).is_some()
            }
            Clause::ProfileUntouched(_) => std::mem::replace(&mut body.profile_untouched, true),
            Clause::Grant(groups, _) => {
                for group in groups {
                    let (node, names) = self.group_name(group);
                    let rule = self.rule(kind, span, [&node]);
                    body.grants.push((node, names, rule));
                }
                false
            }
            Clause::Set(line) => {
                let line = self.line(line, kind);
                self.add_line(&mut body.lines, line);
                false
            }
            Clause::Clear(names, _) => {
                for name in names {
                    let line = self.clear_line(name, span, kind);
                    self.add_line(&mut body.lines, line);
                }
                false
            }
        };
        if taken {
            self.report(
                Diagnostic::new(&codes::DUPLICATE, span, "this is said twice")
                    .label("said again")
                    .help("keep one of the two"),
            );
        }
    }

    fn extent(&mut self, extent: &Written) -> RestrictionBody {
        let (extent, except): (Extent, &[Expr]) = match extent {
            Written::None { except } => (Extent::None, except),
            Written::NoneOfOurs { except } => (Extent::NoneOfOurs, except),
            Written::Untouched => (Extent::Untouched, &[]),
            Written::Except(except) => (Extent::AsRules, except),
        };
        let except: Vec<NamePattern> = except
            .iter()
            .filter_map(|expr| self.name_pattern(expr))
            .collect();
        RestrictionBody { extent, except }
    }
}

fn account_of(written: AccountClause) -> StageAccount {
    match written {
        AccountClause::Enabled => StageAccount::Enabled,
        AccountClause::Prepared => StageAccount::Prepared,
        AccountClause::Disabled => StageAccount::Disabled,
        AccountClause::DeletedAfter(length) => StageAccount::DeletedAfter(length),
        AccountClause::Untouched => StageAccount::Untouched,
    }
}

fn clause_span(clause: &Clause) -> Span {
    match clause {
        Clause::Account(_, span)
        | Clause::Unit(_, span)
        | Clause::Groups(_, span)
        | Clause::Lists(_, span)
        | Clause::ProfileUntouched(span)
        | Clause::Grant(_, span)
        | Clause::Clear(_, span) => *span,
        Clause::Set(line) => line.span,
    }
}
