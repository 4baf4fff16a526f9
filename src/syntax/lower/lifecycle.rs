//! `lifecycle`, `stage` and `exception`.

use super::{Cursor, Lower};
use crate::syntax::ast::{
    AccountClause, Clause, Exception, ExceptionClause, Extent, Key, Lifecycle, LifecycleCondition,
    LifecycleRow, Stage, UnitRule,
};
use crate::syntax::grammar::{Pair, Rule};

impl<'t> Lower<'t> {
    pub(super) fn lifecycle(&mut self, pair: Pair<'t>) -> Option<Lifecycle> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_LIFECYCLE)?;
        let rows = self.block(&mut cursor, Rule::lifecycle_row, Self::lifecycle_row);
        let mut otherwise = None;
        for row in &rows {
            match (&row.condition, otherwise) {
                (LifecycleCondition::Otherwise(word), None) => otherwise = Some(*word),
                (LifecycleCondition::Vanished(..), _) | (_, None) => {}
                (_, Some(word)) => self.row_after_otherwise(row.span, word),
            }
        }
        Some(Lifecycle { rows })
    }

    fn lifecycle_row(&mut self, pair: Pair<'t>) -> Option<LifecycleRow> {
        let span = self.span(&pair);
        let mut cursor = Cursor::of(pair);
        let condition = if let Some(word) = cursor.take(Rule::KW_VANISHED) {
            cursor.take(Rule::KW_FOR)?;
            let duration = cursor.take(Rule::duration)?;
            let place = self.span(&word).to(self.span(&duration));
            LifecycleCondition::Vanished(self.duration(duration)?, place)
        } else {
            match self.row_condition(&mut cursor)? {
                Ok(condition) => LifecycleCondition::When(condition),
                Err(word) => LifecycleCondition::Otherwise(word),
            }
        };
        self.arrow(&mut cursor)?;
        let stage = self.next_name(&mut cursor)?;
        Some(LifecycleRow {
            condition,
            stage,
            span,
        })
    }

    pub(super) fn stage(&mut self, pair: Pair<'t>) -> Option<Stage> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_STAGE)?;
        let name = self.next_name(&mut cursor)?;
        let mut was = Vec::new();
        if cursor.skip(Rule::KW_WAS) {
            was.push(self.next_name(&mut cursor)?);
            while cursor.skip(Rule::COMMA) {
                was.push(self.next_name(&mut cursor)?);
            }
        }
        let clauses = self.block(&mut cursor, Rule::stage_clause, Self::stage_clause);
        Some(Stage { name, was, clauses })
    }

    fn stage_clause(&mut self, pair: Pair<'t>) -> Option<Clause> {
        let span = self.span(&pair);
        let mut cursor = Cursor::of(pair);
        Some(match cursor.next()?.as_rule() {
            Rule::KW_ACCOUNT => {
                let state = cursor.take(Rule::account_state)?;
                Clause::Account(self.account_state(state)?, span)
            }
            Rule::KW_UNIT => {
                let unit = if cursor.skip(Rule::KW_UNTOUCHED) {
                    UnitRule::Untouched
                } else {
                    UnitRule::Value(self.next_expr(&mut cursor)?)
                };
                Clause::Unit(unit, span)
            }
            Rule::KW_GROUPS => Clause::Groups(self.extent(&mut cursor)?, span),
            Rule::KW_LISTS => Clause::Lists(self.extent(&mut cursor)?, span),
            Rule::KW_PROFILE => {
                cursor.take(Rule::KW_UNTOUCHED)?;
                Clause::ProfileUntouched(span)
            }
            Rule::KW_GRANT => Clause::Grant(self.expr_list(&mut cursor)?, span),
            Rule::KW_SET => {
                let mut line = self.profile_line(cursor.take(Rule::profile_line)?)?;
                line.span = span;
                Clause::Set(line)
            }
            Rule::KW_CLEAR => Clause::Clear(self.attributes(&mut cursor)?, span),
            _ => return None,
        })
    }

    fn account_state(&mut self, pair: Pair<'t>) -> Option<AccountClause> {
        let mut cursor = Cursor::of(pair);
        let word = cursor.next()?;
        match word.as_rule() {
            Rule::KW_DELETED => {
                cursor.take(Rule::KW_AFTER)?;
                let duration = self.duration(cursor.take(Rule::duration)?)?;
                cursor.take(Rule::KW_DISABLED)?;
                Some(AccountClause::DeletedAfter(duration))
            }
            Rule::KW_UNTOUCHED => Some(AccountClause::Untouched),
            Rule::state_word => match word.as_str() {
                "enabled" => Some(AccountClause::Enabled),
                "prepared" => Some(AccountClause::Prepared),
                "disabled" => Some(AccountClause::Disabled),
                _ => None,
            },
            _ => None,
        }
    }

    fn extent(&mut self, cursor: &mut Cursor<'t>) -> Option<Extent> {
        let mut cursor = Cursor::of(cursor.take(Rule::extent)?);
        if cursor.skip(Rule::KW_UNTOUCHED) {
            return Some(Extent::Untouched);
        }
        if cursor.skip(Rule::KW_EXCEPT) {
            return Some(Extent::Except(self.expr_list(&mut cursor)?));
        }
        cursor.take(Rule::KW_NONE)?;
        let of_ours = cursor.skip(Rule::KW_OF);
        if of_ours {
            cursor.take(Rule::KW_OURS)?;
        }
        let mut except = Vec::new();
        if cursor.skip(Rule::KW_EXCEPT) {
            except = self.expr_list(&mut cursor)?;
        }
        Some(if of_ours {
            Extent::NoneOfOurs { except }
        } else {
            Extent::None { except }
        })
    }

    pub(super) fn exception(&mut self, pair: Pair<'t>) -> Option<Exception> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_EXCEPTION)?;
        cursor.take(Rule::KW_FOR)?;
        let person = self.person_key(&mut cursor)?;
        cursor.take(Rule::KW_UNTIL)?;
        let until = self.date(&cursor.take(Rule::date)?);
        cursor.take(Rule::KW_BECAUSE)?;
        let because = self.literal(&mut cursor)?;
        let clauses = self.block(&mut cursor, Rule::exception_clause, Self::exception_clause);
        Some(Exception {
            person,
            until,
            because,
            clauses,
        })
    }

    fn exception_clause(&mut self, pair: Pair<'t>) -> Option<ExceptionClause> {
        let mut cursor = Cursor::of(pair);
        if cursor.skip(Rule::KW_STAGE) {
            return Some(ExceptionClause::Stage(self.next_name(&mut cursor)?));
        }
        let clause = cursor.take(Rule::stage_clause)?;
        Some(ExceptionClause::Clause(self.stage_clause(clause)?))
    }

    /// A person's key: digits as written, or a text.
    pub(super) fn person_key(&mut self, cursor: &mut Cursor<'t>) -> Option<Key> {
        let mut inner = Cursor::of(cursor.take(Rule::person_key)?);
        match inner.take(Rule::whole) {
            Some(number) => Some(self.name(&number)),
            None => self.literal(&mut inner),
        }
    }
}
