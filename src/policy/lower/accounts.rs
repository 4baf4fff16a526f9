//! Questions to accounts: the conjunctions that `adopt`, `ignore when` and `protect account when` may ask.
//!
//! A directory has a hundred thousand accounts, so what is asked of them must be answerable by an index:
//! a conjunction of simple tests, at least one of them an equality where people are matched.

use super::Lower;
use crate::diagnostic::{Diagnostic, Span};
use crate::policy::codes;
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node};
use crate::policy::program::AccountQuestion;
use crate::policy::ruleset::AccountTest;
use crate::syntax::ast::{CompareOp, Expr, ExprKind, Name};
use std::sync::Arc;

impl Lower<'_> {
    /// Splits a condition into what is asked of the person and what is asked of the account.
    pub(crate) fn questions(&mut self, expr: &Expr) -> (Vec<Node>, Vec<AccountQuestion>) {
        let mut person = Vec::new();
        let mut account = Vec::new();
        for part in conjuncts(expr) {
            if reads_account(part) {
                account.extend(self.question(part));
            } else {
                person.push(self.condition(part));
            }
        }
        (person, account)
    }

    /// What is asked of the account alone, for everybody.
    pub(crate) fn account_tests(&mut self, expr: &Expr) -> Option<Vec<AccountTest>> {
        let (person, account) = self.questions(expr);
        if let Some(node) = person.first() {
            if node.ty != crate::policy::types::Type::Error {
                self.report(
                    Diagnostic::new(&codes::ADOPT_TOO_COMPLEX, node.span, "this asks about a person, and no person is known here")
                        .label("not about the account")
                        .help("ask only `account.x == \"…\"`, `account.x matches \"…\"`, `account.x is present`"),
                );
            }
            return None;
        }
        let mut tests = Vec::new();
        for question in account {
            tests.push(match question {
                AccountQuestion::Equal(attribute, node) => match node.kind {
                    Kind::Const(value) => AccountTest::Equal(attribute, value.to_string().into()),
                    _ => {
                        return self.too_complex(node.span);
                    }
                },
                AccountQuestion::Matches(attribute, pattern) => {
                    AccountTest::Matches(attribute, pattern)
                }
                AccountQuestion::Present(attribute) => AccountTest::Present(attribute),
                AccountQuestion::Missing(attribute) => AccountTest::Missing(attribute),
            });
        }
        (!tests.is_empty()).then_some(tests)
    }

    fn question(&mut self, expr: &Expr) -> Option<AccountQuestion> {
        match &expr.kind {
            ExprKind::Compare {
                op: CompareOp::Equal,
                left,
                right,
                ..
            } => {
                let (name, value) = match (&left.kind, &right.kind) {
                    (ExprKind::Account(name), _) => (name, right),
                    (_, ExprKind::Account(name)) => (name, left),
                    _ => return self.too_complex(expr.span),
                };
                let attribute = self.account_attribute(name)?;
                let value = self.expr(value);
                let constant = match &value.kind {
                    Kind::Const(Value::Bool(truth)) => {
                        let text = if *truth { "TRUE" } else { "FALSE" };
                        Some(Value::Text(text.into()))
                    }
                    _ => None,
                };
                let value = match constant {
                    Some(constant) => {
                        Node::constant(constant, crate::policy::types::Type::Text, value.span)
                    }
                    None => value,
                };
                Some(AccountQuestion::Equal(attribute, value))
            }
            ExprKind::Matches { text, pattern } => {
                let ExprKind::Account(name) = &text.kind else {
                    return self.too_complex(expr.span);
                };
                let attribute = self.account_attribute(name)?;
                let pattern = self.name_pattern(pattern)?;
                Some(AccountQuestion::Matches(attribute, pattern))
            }
            ExprKind::IsPresent(inner) | ExprKind::IsMissing(inner) => {
                let ExprKind::Account(name) = &inner.kind else {
                    return self.too_complex(expr.span);
                };
                let attribute = self.account_attribute(name)?;
                Some(match expr.kind {
                    ExprKind::IsPresent(_) => AccountQuestion::Present(attribute),
                    _ => AccountQuestion::Missing(attribute),
                })
            }
            _ => self.too_complex(expr.span),
        }
    }

    /// The LDAP name of an attribute of the account.
    pub(crate) fn account_attribute(&mut self, name: &Name) -> Option<Arc<str>> {
        self.known_attribute(name)
            .map(|attribute| attribute.name.into())
    }

    fn too_complex<T>(&mut self, span: Span) -> Option<T> {
        self.report(
            Diagnostic::new(&codes::ADOPT_TOO_COMPLEX, span, "an index of the directory cannot answer this question")
                .label("too complex")
                .help("ask `account.x == value`, `account.x matches \"…\"`, `account.x is present` or `is missing`, joined by `and`; for `or` write a second line"),
        );
        None
    }
}

/// The parts of a conjunction.
fn conjuncts(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::And(parts) => parts.iter().flat_map(conjuncts).collect(),
        ExprKind::Paren(inner) => conjuncts(inner),
        _ => vec![expr],
    }
}

/// Whether an expression reads an account anywhere.
fn reads_account(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Account(_) => true,
        ExprKind::Not(a) | ExprKind::Paren(a) | ExprKind::IsPresent(a) | ExprKind::IsMissing(a) => {
            reads_account(a)
        }
        ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::List(parts) => {
            parts.iter().any(reads_account)
        }
        ExprKind::Compare { left, right, .. } => reads_account(left) || reads_account(right),
        ExprKind::In { item, list } => reads_account(item) || reads_account(list),
        ExprKind::Matches { text, .. } => reads_account(text),
        ExprKind::Else(a, b)
        | ExprKind::At(a, b)
        | ExprKind::Add(a, b)
        | ExprKind::Subtract(a, b) => reads_account(a) || reads_account(b),
        ExprKind::Field { base, .. }
        | ExprKind::Method { base, .. }
        | ExprKind::Index { base, .. } => reads_account(base),
        ExprKind::Name(_)
        | ExprKind::Call { .. }
        | ExprKind::Text(_)
        | ExprKind::Regex(_)
        | ExprKind::Int(_)
        | ExprKind::Number(_)
        | ExprKind::Bool(_)
        | ExprKind::Date(_)
        | ExprKind::Time(_)
        | ExprKind::Duration(_)
        | ExprKind::Clock(_)
        | ExprKind::Choose(_)
        | ExprKind::Quantifier { .. }
        | ExprKind::Error => false,
    }
}
