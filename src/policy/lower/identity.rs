//! `identity`: which account is whose.

use super::{Allowed, Lower};
use crate::diagnostic::Diagnostic;
use crate::directory::Dn;
use crate::hr::PersonId;
use crate::policy::codes;
use crate::policy::program::{AccountQuestion, AdoptBody};
use crate::policy::ruleset::{
    AdoptRule, AnchorRule, Confirmation, ContinuesRule, IgnoreRule, LinkRule, LinkTarget, RuleKind,
    TemplatePart, TiedRule,
};
use crate::policy::types::Type;
use crate::syntax::ast::{self, Expr, ExprKind, IdentityStatement, Ignore, Key, Part};
use std::sync::Arc;

impl Lower<'_> {
    /// `identity { … }`.
    pub(crate) fn identity(&mut self, item: &ast::FileItem<ast::Identity>) {
        for statement in &item.body.statements {
            self.identity_statement(statement);
        }
        if self.rules.anchor.is_none() {
            self.report(
                Diagnostic::new(
                    &codes::MISSING_ITEM,
                    item.word,
                    "`identity` has no `anchor`",
                )
                .label("nothing ties an account to its person")
                .help(
                    "write `anchor employeeID = id`: the attribute in which the HR number stands",
                ),
            );
        }
        self.double_links();
    }

    fn identity_statement(&mut self, statement: &IdentityStatement) {
        match statement {
            IdentityStatement::Anchor(anchor) => {
                let attribute = self.attribute(&anchor.attribute);
                let node = self.allowing(Allowed::default(), |lower| lower.expr(&anchor.value));
                if node.marks.missing {
                    self.report(
                        Diagnostic::new(
                            &codes::MAYBE_MISSING,
                            node.span,
                            "the anchor may be missing",
                        )
                        .label("may be missing")
                        .help("take the key of `person`"),
                    );
                }
                let rule = self.rule(RuleKind::Identity, anchor.span, [&node]);
                let Some(attribute) = attribute else {
                    return;
                };
                if self.rules.anchor.is_some() {
                    self.report(
                        Diagnostic::new(&codes::DUPLICATE, anchor.span, "there is one anchor")
                            .label("another one"),
                    );
                    return;
                }
                self.program.anchor = (node.ty != Type::Error).then_some(node);
                self.rules.anchor = Some(AnchorRule {
                    attribute: attribute.name.into(),
                    rule,
                });
            }
            IdentityStatement::Adopt(adopt) => self.adopt(adopt),
            IdentityStatement::Link(link) => {
                let rule = self.rule(RuleKind::Identity, link.span, []);
                let account = match Dn::parse(&link.account.value) {
                    Ok(dn) if link.account.value.contains('=') => LinkTarget::Dn(dn),
                    _ => LinkTarget::Login(link.account.value.clone()),
                };
                if let Some(person) = self.person_id(&link.person) {
                    self.rules.links.push(LinkRule {
                        person,
                        account,
                        rule,
                    });
                }
            }
            IdentityStatement::Tied(expr, span) => {
                let rule = self.rule(RuleKind::Identity, *span, []);
                if let Some(parts) = self.account_template(expr) {
                    self.rules.tied.push(TiedRule { parts, rule });
                }
            }
            IdentityStatement::Ignore(ignore) => self.ignore(ignore),
            IdentityStatement::Continues(continues) => {
                let rule = self.rule(RuleKind::Identity, continues.span, []);
                let person = self.person_id(&continues.person);
                let former = self.person_id(&continues.former);
                if let (Some(person), Some(former)) = (person, former) {
                    if person == former {
                        self.report(
                            Diagnostic::new(
                                &codes::CYCLE,
                                continues.span,
                                "a person does not continue themselves",
                            )
                            .label("the same key twice"),
                        );
                    }
                    self.rules.continues.push(ContinuesRule {
                        person,
                        former,
                        rule,
                    });
                }
            }
            IdentityStatement::Confirmed(confirmed) => {
                let rule = self.rule(RuleKind::Identity, confirmed.span, []);
                self.rules.confirmed = Some(Confirmation {
                    date: confirmed.date,
                    rule,
                });
            }
        }
    }

    fn adopt(&mut self, adopt: &ast::Adopt) {
        let (person, account) = self.allowing(Allowed::default(), |lower| {
            lower.questions(&adopt.condition)
        });
        for node in &person {
            self.opens_nothing(node, "`adopt`");
        }
        let rule = self.rule(RuleKind::Identity, adopt.span, &person);
        if !account
            .iter()
            .any(|question| matches!(question, AccountQuestion::Equal(..)))
        {
            if !account.is_empty() || person.iter().all(|node| node.ty != Type::Error) {
                self.report(
                    Diagnostic::new(
                        &codes::ADOPT_TOO_COMPLEX,
                        adopt.span,
                        "`adopt` compares at least one attribute of the account with HR",
                    )
                    .label("no `account.x == …`")
                    .help("write `adopt when account.mail == email`"),
                );
            }
            return;
        }
        self.rules.adopt.push(AdoptRule { rule });
        self.program.adopt.push(AdoptBody {
            rule,
            person,
            account,
        });
    }

    fn ignore(&mut self, ignore: &Ignore) {
        match ignore {
            Ignore::Accounts(names, span) => {
                let rule = self.rule(RuleKind::Identity, *span, []);
                for name in names {
                    if let Some(pattern) = self.name_pattern(name) {
                        self.rules.ignores.push(IgnoreRule::Accounts(pattern, rule));
                    }
                }
            }
            Ignore::Person(key, span) => {
                let rule = self.rule(RuleKind::Identity, *span, []);
                if let Some(person) = self.person_id(key) {
                    self.rules.ignores.push(IgnoreRule::Person(person, rule));
                }
            }
            Ignore::When(expr, span) => {
                let rule = self.rule(RuleKind::Identity, *span, []);
                if let Some(tests) = self.account_tests(expr) {
                    self.rules.ignores.push(IgnoreRule::When(tests, rule));
                }
            }
        }
    }

    /// A person's key as written.
    pub(crate) fn person_id(&mut self, key: &Key) -> Option<PersonId> {
        match PersonId::parse(&key.value) {
            Ok(id) => Some(id),
            Err(error) => {
                self.report(
                    Diagnostic::new(&codes::BAD_KEY, key.span, error.to_string())
                        .label("no key of a person"),
                );
                None
            }
        }
    }

    /// `"adm-{account.sAMAccountName}"`.
    fn account_template(&mut self, expr: &Expr) -> Option<Vec<TemplatePart>> {
        let ExprKind::Text(template) = &expr.kind else {
            self.report(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    expr.span,
                    "`tied` needs a text with `{account.x}`",
                )
                .label("not a text")
                .help("write `tied \"adm-{account.sAMAccountName}\"`"),
            );
            return None;
        };
        let mut parts = Vec::new();
        for part in &template.parts {
            parts.push(match part {
                Part::Literal(text, _) => TemplatePart::Literal(text.clone()),
                Part::Hole(hole, span) => {
                    let ExprKind::Account(name) = &hole.kind else {
                        self.report(
                            Diagnostic::new(
                                &codes::ACCOUNT_NOT_HERE,
                                *span,
                                "only attributes of the owner's account stand here",
                            )
                            .label("not `{account.x}`"),
                        );
                        return None;
                    };
                    TemplatePart::Account(self.account_attribute(name)?)
                }
            });
        }
        if !parts
            .iter()
            .any(|part| matches!(part, TemplatePart::Account(_)))
        {
            self.report(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    expr.span,
                    "this names one account, whoever the owner is",
                )
                .label("without `{account.x}`")
                .help("name the owner's account in it: `\"adm-{account.sAMAccountName}\"`"),
            );
            return None;
        }
        Some(parts)
    }

    /// One person has one account, and one account one person.
    fn double_links(&mut self) {
        let mut seen: Vec<(Arc<str>, String)> = Vec::new();
        let mut twice = Vec::new();
        for link in &self.rules.links {
            let account = match &link.account {
                LinkTarget::Login(login) => login.to_lowercase(),
                LinkTarget::Dn(dn) => dn.key().to_owned(),
            };
            let person: Arc<str> = link.person.to_string().into();
            if seen
                .iter()
                .any(|(other, login)| *other == person || *login == account)
            {
                twice.push((link.rule, person.clone()));
            }
            seen.push((person, account));
        }
        for (rule, person) in twice {
            let Some(place) = self
                .rules
                .rule(rule)
                .map(|rule| (rule.file.clone(), rule.line))
            else {
                continue;
            };
            let span = self.span_of_line(&place.0, place.1);
            self.report(
                Diagnostic::new(
                    &codes::DUPLICATE,
                    span,
                    format!("the person {person} or this account is linked twice"),
                )
                .label("linked again")
                .help("one person has one account of their own, and one account one person"),
            );
        }
    }

    fn span_of_line(&self, file: &str, line: u32) -> crate::diagnostic::Span {
        let found = self
            .sources
            .iter()
            .find(|(_, source)| &*source.name == file);
        let Some((id, source)) = found else {
            return crate::diagnostic::Span::default();
        };
        let index = crate::diagnostic::LineIndex::new(&source.text);
        let start = index.line_start(line).unwrap_or(0);
        let end = index
            .line_start(line + 1)
            .map_or(start, |next| next.saturating_sub(1));
        let indent = source
            .text
            .get(start as usize..end as usize)
            .map_or(0, |text| text.len() - text.trim_start().len());
        crate::diagnostic::Span::new(id, start + u32::try_from(indent).unwrap_or(0), end)
    }
}
