//! `expect` and `test`: what should hold.

use super::{Cursor, Lower};
use crate::syntax::ast::{
    AccountStatement, Expect, ExpectClause, ExpectRule, Expected, Expr, Given, GivenAccount, Name,
    Test, TestStatement,
};
use crate::syntax::grammar::{Pair, Rule};

impl<'t> Lower<'t> {
    pub(super) fn expect(&mut self, pair: Pair<'t>) -> Option<Expect> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_EXPECT)?;
        let title = self.literal(&mut cursor)?;
        cursor.take(Rule::KW_WHEN)?;
        let condition = self.next_expr(&mut cursor)?;
        Some(Expect { title, condition })
    }

    pub(super) fn test(&mut self, pair: Pair<'t>) -> Option<Test> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_TEST)?;
        let name = self.literal(&mut cursor)?;
        let statements = self.block(&mut cursor, Rule::test_clause, Self::test_clause);
        Some(Test { name, statements })
    }

    fn test_clause(&mut self, pair: Pair<'t>) -> Option<TestStatement> {
        let span = self.span(&pair);
        let mut cursor = Cursor::of(pair);
        let first = cursor.next()?;
        Some(match first.as_rule() {
            Rule::KW_ON => {
                let date = self.date(&cursor.take(Rule::date)?).value;
                let mut time = None;
                if cursor.skip(Rule::KW_AT) {
                    time = self.time(&cursor.take(Rule::time)?);
                }
                TestStatement::On(date, time, span)
            }
            Rule::given => TestStatement::Person(self.given(first)?),
            Rule::given_account => TestStatement::Account(self.given_account(first)?),
            Rule::KW_TAKEN => {
                let attribute = self.name(&cursor.take(Rule::attribute)?);
                TestStatement::Taken(attribute, self.expr_list(&mut cursor)?, span)
            }
            Rule::KW_MISSING => {
                cursor.take(Rule::KW_GROUP)?;
                TestStatement::MissingGroup(self.expr_list(&mut cursor)?, span)
            }
            Rule::KW_EXPECT => {
                let of = cursor.take(Rule::name).map(|name| self.name(&name));
                let negated = cursor.skip(Rule::KW_NO);
                let clause = self.expected(cursor.take(Rule::expected)?)?;
                TestStatement::Expect(ExpectRule {
                    of,
                    negated,
                    clause,
                    span,
                })
            }
            _ => return None,
        })
    }

    fn given(&mut self, pair: Pair<'t>) -> Option<Given> {
        let span = self.span(&pair);
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_PERSON)?;
        let name = cursor.take(Rule::name).map(|name| self.name(&name));
        let vanished = cursor.skip(Rule::KW_VANISHED);
        let fields = self.block(&mut cursor, Rule::test_field, Self::test_field);
        Some(Given {
            name,
            fields,
            vanished,
            span,
        })
    }

    fn test_field(&mut self, pair: Pair<'t>) -> Option<(Name, Option<Expr>)> {
        let mut cursor = Cursor::of(pair);
        let name = self.next_name(&mut cursor)?;
        cursor.take(Rule::ASSIGN)?;
        if cursor.skip(Rule::KW_MISSING) {
            return Some((name, None));
        }
        Some((name, Some(self.next_expr(&mut cursor)?)))
    }

    fn given_account(&mut self, pair: Pair<'t>) -> Option<GivenAccount> {
        let span = self.span(&pair);
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_ACCOUNT)?;
        let of = if cursor.skip(Rule::KW_OF) {
            Some(self.next_name(&mut cursor)?)
        } else {
            None
        };
        let statements = self.block(&mut cursor, Rule::account_clause, Self::account_clause);
        Some(GivenAccount {
            of,
            statements,
            span,
        })
    }

    fn account_clause(&mut self, pair: Pair<'t>) -> Option<AccountStatement> {
        let mut cursor = Cursor::of(pair);
        let first = cursor.next()?;
        Some(match first.as_rule() {
            Rule::account_word => {
                AccountStatement::Enabled(first.as_str() == "enabled", self.span(&first))
            }
            Rule::KW_UNIT => AccountStatement::Unit(self.next_expr(&mut cursor)?),
            Rule::KW_GROUP => AccountStatement::Group(self.expr_list(&mut cursor)?),
            Rule::attribute => {
                let name = self.name(&first);
                cursor.take(Rule::ASSIGN)?;
                AccountStatement::Attribute(name, self.next_expr(&mut cursor)?)
            }
            _ => return None,
        })
    }

    /// What a test expects.
    fn expected(&mut self, pair: Pair<'t>) -> Option<Expected> {
        let mut cursor = Cursor::of(pair);
        let word = cursor.peek()?;
        if word != Rule::expr {
            cursor.next();
        }
        Some(match word {
            Rule::KW_STAGE => Expected::Stage(self.next_name(&mut cursor)?),
            Rule::KW_UNIT => Expected::Unit(self.next_expr(&mut cursor)?),
            Rule::KW_GROUPS | Rule::KW_LISTS => {
                let groups = if cursor.skip(Rule::KW_NONE) {
                    Vec::new()
                } else {
                    cursor.take(Rule::KW_EXACTLY)?;
                    self.expr_list(&mut cursor)?
                };
                Expected::Exactly(groups, word == Rule::KW_LISTS)
            }
            Rule::KW_GROUP | Rule::KW_LIST => {
                Expected::Group(self.expr_list(&mut cursor)?, word == Rule::KW_LIST)
            }
            Rule::KW_NOTICE => {
                if cursor.peek().is_none() {
                    return Some(Expected::Notice(None, Vec::new()));
                }
                let name = self.literal(&mut cursor)?;
                let to = if cursor.skip(Rule::KW_TO) {
                    self.expr_list(&mut cursor)?
                } else {
                    Vec::new()
                };
                Expected::Notice(Some(name), to)
            }
            Rule::KW_EVENT => Expected::Event(self.guard_kind(&mut cursor)?),
            Rule::KW_QUARANTINE => Expected::Quarantine,
            Rule::KW_HELD => Expected::Held,
            Rule::KW_GUARD => {
                let kind = self.guard_kind(&mut cursor);
                cursor.take(Rule::KW_TRIPS)?;
                Expected::Guard(kind)
            }
            Rule::KW_APPROVAL => Expected::Approval(self.guard_kind(&mut cursor)),
            Rule::KW_ACCOUNT => {
                let state = cursor.take(Rule::expected_state)?;
                Expected::Account(self.name(&state))
            }
            _ => Expected::Condition(self.next_expr(&mut cursor)?),
        })
    }

    /// What an invariant forbids.
    pub(super) fn expectation(&mut self, pair: Pair<'t>) -> Option<ExpectClause> {
        let mut cursor = Cursor::of(pair);
        Some(if cursor.skip(Rule::KW_STAGE) {
            ExpectClause::Stage(self.next_name(&mut cursor)?)
        } else if cursor.skip(Rule::KW_UNIT) {
            ExpectClause::Unit(self.next_expr(&mut cursor)?)
        } else if cursor.skip(Rule::KW_GROUP) {
            ExpectClause::Group(self.expr_list(&mut cursor)?)
        } else if cursor.skip(Rule::KW_ACCOUNT) {
            let state = cursor.take(Rule::expected_state)?;
            ExpectClause::Account(self.name(&state))
        } else {
            ExpectClause::Condition(self.next_expr(&mut cursor)?)
        })
    }
}
