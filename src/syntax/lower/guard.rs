//! `guard`, `approve` and `retention`.

use super::{Cursor, Lower};
use crate::diagnostic::{Span, Spanned};
use crate::syntax::ast::{
    Approve, Guard, GuardKind, GuardStatement, Limit, Override, Protect, ProtectKind, Retention,
};
use crate::syntax::grammar::{Pair, Rule};

impl<'t> Lower<'t> {
    pub(super) fn guard(&mut self, pair: Pair<'t>) -> Option<Guard> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_GUARD)?;
        let statements = self.block(&mut cursor, Rule::guard_clause, Self::guard_clause);
        Some(Guard { statements })
    }

    fn guard_clause(&mut self, pair: Pair<'t>) -> Option<GuardStatement> {
        let span = self.span(&pair);
        let mut cursor = Cursor::of(pair);
        if cursor.skip(Rule::KW_PROTECT) {
            let kind = match cursor.next()?.as_rule() {
                Rule::KW_GROUP => ProtectKind::Group,
                Rule::KW_UNIT => ProtectKind::Unit,
                Rule::KW_ACCOUNT => ProtectKind::Account,
                _ => return None,
            };
            let (mut names, mut condition) = (Vec::new(), None);
            if cursor.skip(Rule::KW_WHEN) {
                condition = Some(self.next_expr(&mut cursor)?);
            } else {
                names = self.expr_list(&mut cursor)?;
            }
            return Some(GuardStatement::Protect(Protect {
                kind,
                names,
                condition,
                span,
            }));
        }
        if cursor.skip(Rule::KW_OVERRIDE) {
            let kind = self.guard_kind(&mut cursor)?;
            let count = self.whole(&cursor.take(Rule::whole)?);
            cursor.take(Rule::KW_ON)?;
            let on = self.date(&cursor.take(Rule::date)?).value;
            cursor.take(Rule::KW_BECAUSE)?;
            let because = self.literal(&mut cursor)?;
            return Some(GuardStatement::Override(Override {
                kind,
                count,
                on,
                because,
                span,
            }));
        }
        if cursor.skip(Rule::KW_EXCEPTIONS) {
            cursor.take(Rule::KW_AT)?;
            cursor.take(Rule::KW_MOST)?;
            let longest = self.duration(cursor.take(Rule::duration)?)?;
            return Some(GuardStatement::Exceptions(longest, span));
        }
        if cursor.skip(Rule::KW_APPROVALS) {
            cursor.take(Rule::KW_AT)?;
            cursor.take(Rule::KW_MOST)?;
            let longest = self.duration(cursor.take(Rule::duration)?)?;
            return Some(GuardStatement::Approvals(longest, span));
        }
        let kind = self.guard_kind(&mut cursor)?;
        let limit = self.at_most(&mut cursor)?;
        Some(GuardStatement::Limit(kind, limit, span))
    }

    pub(super) fn guard_kind(&mut self, cursor: &mut Cursor<'t>) -> Option<Spanned<GuardKind>> {
        let pair = cursor.take(Rule::guard_kind)?;
        let kind = match pair.as_str() {
            "create" => GuardKind::Create,
            "enable" => GuardKind::Enable,
            "adopt" => GuardKind::Adopt,
            "disable" => GuardKind::Disable,
            "delete" => GuardKind::Delete,
            "move" => GuardKind::Move,
            "rename" => GuardKind::Rename,
            "login" => GuardKind::Login,
            "clear" => GuardKind::Clear,
            "password" => GuardKind::Password,
            "grant" => GuardKind::Grant,
            "revoke" => GuardKind::Revoke,
            "notify" => GuardKind::Notify,
            "writeback" => GuardKind::Writeback,
            "quarantine" => GuardKind::Quarantine,
            "lose" => GuardKind::Lose,
            "values" => GuardKind::Values,
            _ => return None,
        };
        Some(Spanned::new(kind, self.span(&pair)))
    }

    /// `at most 2% or 5 whichever is more`.
    pub(super) fn at_most(&mut self, cursor: &mut Cursor<'t>) -> Option<Limit> {
        cursor.take(Rule::KW_AT)?;
        cursor.take(Rule::KW_MOST)?;
        self.limit(cursor)
    }

    /// `2% or 5 whichever is more`.
    fn limit(&mut self, cursor: &mut Cursor<'t>) -> Option<Limit> {
        let pair = cursor.take(Rule::limit)?;
        let mut inner = Cursor::of(pair);
        let mut limit = Limit {
            percent: None,
            count: None,
            more: false,
        };
        let mut amounts = Vec::new();
        loop {
            let amount = inner.next()?;
            let slot = match amount.as_rule() {
                Rule::percent => &mut limit.percent,
                Rule::whole => &mut limit.count,
                _ => return None,
            };
            let before = slot.replace(self.whole(&amount));
            amounts.push(self.span(&amount));
            if let ([first, second], Some(_)) = (amounts.as_slice(), before) {
                self.twice(*second, *first, "a limit has one percentage and one number");
            }
            if !inner.skip(Rule::KW_OR) {
                break;
            }
        }
        if inner.skip(Rule::KW_WHICHEVER) {
            inner.take(Rule::KW_IS)?;
            limit.more = inner.skip(Rule::KW_MORE);
            if !limit.more {
                inner.take(Rule::KW_LESS)?;
            }
        }
        Some(limit)
    }

    pub(super) fn approve(&mut self, pair: Pair<'t>) -> Option<Approve> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_APPROVE)?;
        let mut kinds = vec![self.guard_kind(&mut cursor)?];
        while cursor.skip(Rule::COMMA) {
            kinds.push(self.guard_kind(&mut cursor)?);
        }
        let mut groups = Vec::new();
        while let Some(Rule::text | Rule::habit_quotes) = cursor.peek() {
            groups.push(self.string(&mut cursor)?);
            cursor.skip(Rule::COMMA);
        }
        let mut approve = Approve {
            kinds,
            groups,
            stages: Vec::new(),
            units: Vec::new(),
            above: None,
            condition: None,
        };
        let mut seen: Vec<(Vec<Rule>, Span)> = Vec::new();
        while let Some(Rule::approve_scope) = cursor.peek() {
            let scope = cursor.take(Rule::approve_scope)?;
            let span = self.span(&scope);
            let words = scope.clone().into_inner().map(|word| word.as_rule());
            let words: Vec<Rule> = words.take(2).collect();
            match seen.iter().find(|(known, _)| *known == words) {
                Some((_, first)) => {
                    self.twice(span, *first, "this is said twice of one `approve`");
                }
                None => seen.push((words, span)),
            }
            self.approve_scope(scope, &mut approve)?;
        }
        if cursor.skip(Rule::KW_WHEN) {
            approve.condition = Some(self.next_expr(&mut cursor)?);
        }
        Some(approve)
    }

    /// `in stage A or B`, `in unit "OU=…"`, `above 5`.
    fn approve_scope(&mut self, pair: Pair<'t>, approve: &mut Approve) -> Option<()> {
        let mut cursor = Cursor::of(pair);
        if cursor.skip(Rule::KW_ABOVE) {
            approve.above = Some(self.limit(&mut cursor)?);
            return Some(());
        }
        cursor.take(Rule::KW_IN)?;
        if cursor.skip(Rule::KW_STAGE) {
            approve.stages.extend(self.stages(&mut cursor)?);
            return Some(());
        }
        cursor.take(Rule::KW_UNIT)?;
        while let Some(Rule::text | Rule::habit_quotes) = cursor.peek() {
            approve.units.push(self.string(&mut cursor)?);
            cursor.skip(Rule::COMMA);
        }
        Some(())
    }

    pub(super) fn retention(&mut self, pair: Pair<'t>) -> Option<Retention> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_RETENTION)?;
        let mut retention = Retention {
            values: None,
            trail: None,
        };
        let mut places = [None, None];
        self.block(&mut cursor, Rule::retention_clause, |lower, pair| {
            let place = lower.span(&pair);
            let mut cursor = Cursor::of(pair);
            let values = cursor.skip(Rule::KW_VALUES);
            if !values {
                cursor.take(Rule::KW_TRAIL)?;
            }
            let duration = lower.duration(cursor.take(Rule::duration)?)?;
            let [of_values, of_trail] = &mut places;
            let (slot, known) = if values {
                (&mut retention.values, of_values)
            } else {
                (&mut retention.trail, of_trail)
            };
            *slot = Some(duration);
            if let Some(before) = known.replace(place) {
                lower.twice(place, before, "this is said twice of the retention");
            }
            Some(())
        });
        Some(retention)
    }
}
