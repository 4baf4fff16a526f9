//! `expect` and `test`: what should hold.

use super::{Cursor, Lower};
use crate::syntax::ast::{Expect, ExpectClause, ExpectRule, Given, Test, TestStatement};
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
            Rule::KW_TAKEN => {
                let attribute = self.name(&cursor.take(Rule::attribute)?);
                TestStatement::Taken(attribute, self.expr_list(&mut cursor)?, span)
            }
            Rule::KW_EXPECT => {
                let negated = cursor.skip(Rule::KW_NO);
                let clause = self.expectation(cursor.take(Rule::expectation)?)?;
                TestStatement::Expect(ExpectRule {
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
        let fields = self.block(&mut cursor, Rule::given_field, Self::given_field);
        Some(Given { name, fields, span })
    }

    /// What a test expects or an invariant forbids.
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
