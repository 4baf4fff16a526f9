//! `exception`: what the rules do not say, for one person, for a time, with a reason.

use super::Lower;
use crate::diagnostic::{Diagnostic, Span};
use crate::policy::codes;
use crate::policy::compile::sha256_hex;
use crate::policy::program::ExceptionBody;
use crate::policy::ruleset::{ExceptionRule, RuleKind};
use crate::syntax::ast::{self, Clause, ExceptionClause};

impl Lower<'_> {
    /// `exception for KEY until DATE because "…" { … }`.
    pub(crate) fn exception(&mut self, item: &ast::FileItem<ast::Exception>) {
        let exception = &item.body;
        let Some(person) = self.person_id(&exception.person) else {
            return;
        };
        if exception.because.value.trim().is_empty() {
            self.report(
                Diagnostic::new(
                    &codes::EMPTY_TEXT,
                    exception.because.span,
                    "an exception has a reason",
                )
                .label("empty")
                .help("name the ticket, or who decided it"),
            );
        }
        let mut clauses: Vec<&Clause> = Vec::new();
        let mut stage = None;
        for clause in &exception.clauses {
            match clause {
                ExceptionClause::Stage(name) => {
                    let rule = self.rule(RuleKind::Exception, name.span, []);
                    let found = self.stage_named(name).map(|stage| (stage, rule));
                    if stage.is_some() {
                        self.report(
                            Diagnostic::new(
                                &codes::DUPLICATE,
                                name.span,
                                "one exception names one stage",
                            )
                            .label("another one")
                            .help("keep one of the two"),
                        );
                    }
                    stage = stage.or(found);
                }
                ExceptionClause::Clause(clause) => clauses.push(clause),
            }
        }
        let body = self.clauses(&clauses, RuleKind::Exception);
        let words: Vec<&str> = self.sources.slice(item.span).split_whitespace().collect();
        let digest = sha256_hex(&[&words.join(" ")]);
        let head = Span {
            end: exception.because.span.end,
            ..item.span
        };
        let rule = self.rule(RuleKind::Exception, head, []);
        self.rules.exceptions.push(ExceptionRule {
            person: person.clone(),
            until: exception.until.value,
            digest: digest.clone(),
            account: body.account.map(|(_, rule)| rule),
            rule,
        });
        let exception = ExceptionBody {
            digest,
            until: exception.until.value,
            stage,
            body,
        };
        self.program
            .exceptions
            .entry(person)
            .or_default()
            .push(exception);
    }
}
