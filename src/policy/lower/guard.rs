//! `guard`: what a single run may never exceed, and what is never written.

use super::Lower;
use crate::diagnostic::Diagnostic;
use crate::directory::Dn;
use crate::policy::codes;
use crate::policy::ruleset::{LimitRule, NamePattern, OverrideRule, ProtectRule, RuleKind};
use crate::syntax::ast::{self, GuardStatement, Protect, ProtectKind};

impl Lower<'_> {
    /// `guard { … }`.
    pub(crate) fn guard(&mut self, item: &ast::FileItem<ast::Guard>) {
        let (mut longest_at, mut waits_at) = (None, None);
        for statement in &item.body.statements {
            match statement {
                GuardStatement::Limit(kind, limit, span) => {
                    let rule = self.rule(RuleKind::Guard, *span, []);
                    let limit = LimitRule {
                        limit: *limit,
                        rule,
                    };
                    if self.rules.limits.insert(kind.value, limit).is_some() {
                        let word = kind.value.word();
                        self.report(
                            Diagnostic::new(
                                &codes::DUPLICATE,
                                kind.span,
                                format!("`{word}` has two limits"),
                            )
                            .label("again")
                            .help("keep one of the two"),
                        );
                    }
                }
                GuardStatement::Exceptions(longest, span) => {
                    let rule = self.rule(RuleKind::Guard, *span, []);
                    if let Some(first) = longest_at.replace(*span) {
                        self.report(
                            Diagnostic::new(&codes::DUPLICATE, *span, "exceptions have two limits")
                                .label("again")
                                .also(first, "first said here"),
                        );
                        continue;
                    }
                    self.rules.exceptions_at_most = Some((*longest, rule));
                }
                GuardStatement::Approvals(longest, span) => {
                    let rule = self.rule(RuleKind::Guard, *span, []);
                    if let Some(first) = waits_at.replace(*span) {
                        self.report(
                            Diagnostic::new(&codes::DUPLICATE, *span, "approvals have two limits")
                                .label("again")
                                .also(first, "first said here")
                                .help("keep one of the two"),
                        );
                        continue;
                    }
                    self.rules.approvals_at_most = Some((*longest, rule));
                }
                GuardStatement::Protect(protect) => self.protect(protect),
                GuardStatement::Override(over) => {
                    let rule = self.rule(RuleKind::Guard, over.span, []);
                    self.rules.overrides.push(OverrideRule {
                        kind: over.kind.value,
                        count: over.count,
                        on: over.on,
                        because: over.because.value.clone(),
                        rule,
                    });
                }
            }
        }
    }

    fn protect(&mut self, protect: &Protect) {
        let rule = self.rule(RuleKind::Guard, protect.span, []);
        if let Some(condition) = &protect.condition {
            if let Some(tests) = self.account_tests(condition) {
                self.rules
                    .protected
                    .push(ProtectRule::AccountWhen(tests, rule));
            }
            return;
        }
        for name in &protect.names {
            let rule = match protect.kind {
                ProtectKind::Group => self
                    .name_pattern(name)
                    .map(|pattern| ProtectRule::Group(pattern, rule)),
                ProtectKind::Account => self
                    .name_pattern(name)
                    .map(|pattern| ProtectRule::Account(pattern, rule)),
                ProtectKind::Unit => self
                    .protected_unit(name)
                    .map(|dn| ProtectRule::Unit(dn, rule)),
            };
            self.rules.protected.extend(rule);
        }
    }

    fn protected_unit(&mut self, name: &ast::Expr) -> Option<Dn> {
        self.unit_named(name, "a protected unit")
    }

    /// A unit that is written as a name: below the first base, or absolute.
    pub(super) fn unit_named(&mut self, name: &ast::Expr, what: &str) -> Option<Dn> {
        let text = self.literal_text(name)?;
        if let Some(NamePattern::Dn(dn)) = NamePattern::new(&text) {
            match self.bases.first() {
                Some(base) if !dn.names_domain() => Some(Dn::join(&dn, base)),
                _ => Some(dn),
            }
        } else {
            self.report(
                Diagnostic::new(
                    &codes::BAD_UNIT,
                    name.span,
                    format!("{what} is written as a name: `\"OU=Service Accounts\"`"),
                )
                .label("no distinguished name"),
            );
            None
        }
    }
}
