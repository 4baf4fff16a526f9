//! `await`: what another system has to answer before something is done.

use super::{Cursor, Lower};
use crate::syntax::ast::{Await, AwaitStatement, Awaiting};
use crate::syntax::grammar::{Pair, Rule};

impl<'t> Lower<'t> {
    pub(super) fn await_item(&mut self, pair: Pair<'t>) -> Option<Await> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_AWAIT)?;
        let name = self.literal(&mut cursor)?;
        cursor.take(Rule::KW_WITHIN)?;
        let within = cursor.take(Rule::duration)?;
        let place = self.span(&within);
        let within = (self.duration(within)?, place);
        let statements = self.block(&mut cursor, Rule::await_clause, Self::await_clause);
        Some(Await {
            name,
            within,
            statements,
        })
    }

    fn await_clause(&mut self, pair: Pair<'t>) -> Option<AwaitStatement> {
        let span = self.span(&pair);
        let mut cursor = Cursor::of(pair);
        Some(match cursor.next()?.as_rule() {
            Rule::KW_ON => {
                let event = cursor.take(Rule::event)?;
                AwaitStatement::On(self.event(event)?, span)
            }
            Rule::KW_WHEN => AwaitStatement::When(self.next_expr(&mut cursor)?, span),
            Rule::KW_BEFORE if cursor.skip(Rule::KW_ENABLE) => {
                AwaitStatement::Before(Awaiting::Enable, span)
            }
            Rule::KW_BEFORE => {
                cursor.take(Rule::KW_GROUPS)?;
                let mut groups = Vec::new();
                while let Some(Rule::text | Rule::habit_quotes) = cursor.peek() {
                    groups.push(self.string(&mut cursor)?);
                    cursor.skip(Rule::COMMA);
                }
                AwaitStatement::Before(Awaiting::Groups(groups), span)
            }
            Rule::KW_SEND => {
                let name = self.next_name(&mut cursor)?;
                cursor.take(Rule::ASSIGN)?;
                AwaitStatement::Send(name, self.next_expr(&mut cursor)?)
            }
            _ => return None,
        })
    }
}
