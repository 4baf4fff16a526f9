//! `identity`: which account is whose.

use super::{Allowed, Lower};
use crate::diagnostic::{Diagnostic, Span};
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
use std::collections::BTreeMap;
use std::sync::Arc;

impl Lower<'_> {
    /// `identity { … }`.
    pub(crate) fn identity(&mut self, item: &ast::FileItem<ast::Identity>) {
        for statement in &item.body.statements {
            self.identity_statement(statement);
        }
        let named = item
            .body
            .statements
            .iter()
            .any(|statement| matches!(statement, IdentityStatement::Anchor(_)));
        if !named {
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
        self.double_links(item);
        self.circles_of_people(item);
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
                self.discloses_nothing(&node, &format!("`{}`", attribute.name));
                if self.rules.anchor.is_some() {
                    self.report(
                        Diagnostic::new(&codes::DUPLICATE, anchor.span, "there is one anchor")
                            .label("another one")
                            .help("keep the one in which the HR numbers stand"),
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
                let account = link_target(&link.account.value);
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
                    self.rules.continues.push(ContinuesRule {
                        person,
                        former,
                        rule,
                    });
                }
            }
            IdentityStatement::Confirmed(confirmed) => {
                let rule = self.rule(RuleKind::Identity, confirmed.span, []);
                if self.rules.confirmed.is_some() {
                    self.report(
                        Diagnostic::new(
                            &codes::DUPLICATE,
                            confirmed.span,
                            "the verdicts are confirmed once",
                        )
                        .label("again")
                        .help(
                            "keep the earlier date: it says when the first verdicts were written",
                        ),
                    );
                }
                self.rules.confirmed = Some(Confirmation {
                    date: confirmed.date,
                    rule,
                });
            }
        }
    }

    fn adopt(&mut self, adopt: &ast::Adopt) {
        let before = self.diagnostics.len();
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
            // What is wrong in it has been reported.
            if self.diagnostics.len() == before {
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
                        .label("no key of a person")
                        .help("write the key as HR has it, such as `4711`"),
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
                            .label("not `{account.x}`")
                            .help("write `{account.sAMAccountName}`, or another attribute of that account"),
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

    /// A person continues one other at most, is continued by one at most, and never by themselves.
    fn circles_of_people(&mut self, item: &ast::FileItem<ast::Identity>) {
        let mut former_of: BTreeMap<PersonId, (PersonId, Span)> = BTreeMap::new();
        let mut continued: BTreeMap<PersonId, Span> = BTreeMap::new();
        for statement in &item.body.statements {
            let IdentityStatement::Continues(continues) = statement else {
                continue;
            };
            let keys = (
                PersonId::parse(&continues.person.value),
                PersonId::parse(&continues.former.value),
            );
            let (Ok(person), Ok(former)) = keys else {
                continue;
            };
            let span = continues.span;
            let first = former_of
                .get(&person)
                .map(|(_, first)| *first)
                .or(continued.get(&former).copied());
            if let Some(first) = first {
                let message = "a person continues one other, and is continued by one";
                self.report(
                    Diagnostic::new(&codes::DUPLICATE, span, message)
                        .label("again")
                        .also(first, "first here"),
                );
                continue;
            }
            let mut at = Some(&former);
            while let Some(one) = at.filter(|one| **one != person) {
                at = former_of.get(one).map(|(next, _)| next);
            }
            if at.is_some() {
                let message = format!("the person {person} would continue themselves");
                self.report(
                    Diagnostic::new(&codes::CYCLE, span, message)
                        .label("closes a circle")
                        .help("name first the record that counts, then the one it continues"),
                );
                continue;
            }
            continued.insert(former.clone(), span);
            former_of.insert(person, (former, span));
        }
    }

    /// One person has one account, and one account one person.
    fn double_links(&mut self, item: &ast::FileItem<ast::Identity>) {
        let mut people: BTreeMap<PersonId, Span> = BTreeMap::new();
        let mut accounts: BTreeMap<String, Span> = BTreeMap::new();
        for statement in &item.body.statements {
            let IdentityStatement::Link(link) = statement else {
                continue;
            };
            let Ok(person) = PersonId::parse(&link.person.value) else {
                continue;
            };
            let account = match link_target(&link.account.value) {
                LinkTarget::Login(login) => login.to_lowercase(),
                LinkTarget::Dn(dn) => dn.key().to_owned(),
            };
            let message = match (people.get(&person), accounts.get(&account)) {
                (Some(first), _) => Some((*first, format!("the person {person} is linked twice"))),
                (None, Some(first)) => {
                    let words = format!("the account `{}` is linked twice", link.account.value);
                    Some((*first, words))
                }
                (None, None) => None,
            };
            if let Some((first, message)) = message {
                self.report(
                    Diagnostic::new(&codes::DUPLICATE, link.span, message)
                        .label("linked again")
                        .also(first, "first here")
                        .help(
                            "one person has one account of their own, and one account one person",
                        ),
                );
            }
            people.entry(person).or_insert(link.span);
            accounts.entry(account).or_insert(link.span);
        }
    }
}

/// The account that a text names: a DN where it has a `=`, else a login.
fn link_target(text: &Arc<str>) -> LinkTarget {
    match Dn::parse(text) {
        Ok(dn) if text.contains('=') => LinkTarget::Dn(dn),
        _ => LinkTarget::Login(text.clone()),
    }
}
