//! `unit`, `groups`, `lists` and what is said of groups outside them.

use super::{Cursor, Lower};
use crate::diagnostic::Spanned;
use crate::syntax::ast::{
    Attach, Exclusive, ExclusivePrefer, Forbid, GroupDeclaration, GroupKind, GroupRow, GroupScope,
    GroupStatement, Groups, Invariant, Manage, PrivilegedGroup, Unit,
};
use crate::syntax::grammar::{Pair, Rule};

impl<'t> Lower<'t> {
    pub(super) fn unit(&mut self, pair: Pair<'t>) -> Option<Unit> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_UNIT)?;
        let rows = self.rows(&mut cursor);
        Some(Unit { rows })
    }

    /// `groups` or `lists`.
    pub(super) fn groups(&mut self, pair: Pair<'t>) -> Option<Groups> {
        let mut cursor = Cursor::of(pair);
        if !cursor.skip(Rule::KW_GROUPS) {
            cursor.take(Rule::KW_LISTS)?;
        }
        let statements = self.block(&mut cursor, Rule::group_clause, Self::group_clause);
        Some(Groups { statements })
    }

    fn group_clause(&mut self, pair: Pair<'t>) -> Option<GroupStatement> {
        let span = self.span(&pair);
        let mut cursor = Cursor::of(pair);
        let first = cursor.next()?;
        if first.as_rule() == Rule::habit_elif {
            self.habit_elif(&first);
        }
        Some(match first.as_rule() {
            Rule::KW_WHEN | Rule::habit_elif => {
                let condition = Some(self.next_expr(&mut cursor)?);
                self.arrow(&mut cursor)?;
                let groups = self.expr_list(&mut cursor)?;
                GroupStatement::Row(GroupRow {
                    condition,
                    groups,
                    span,
                })
            }
            Rule::KW_ALWAYS => {
                self.arrow(&mut cursor)?;
                let groups = self.expr_list(&mut cursor)?;
                GroupStatement::Row(GroupRow {
                    condition: None,
                    groups,
                    span,
                })
            }
            Rule::KW_KEEP => GroupStatement::Keep(self.expr_list(&mut cursor)?, span),
            Rule::KW_LINGER => {
                let duration = cursor.take(Rule::duration)?;
                GroupStatement::Linger(self.duration(duration)?, span)
            }
            Rule::KW_MANAGE => {
                let manage = match cursor.take(Rule::manage_word)?.as_str() {
                    "granted" => Manage::Granted,
                    "all" => Manage::All,
                    _ => Manage::Additions,
                };
                GroupStatement::Manage(manage, span)
            }
            Rule::KW_CREATE => {
                let mut attach = Attach::default();
                while let Some(pair) = cursor.take(Rule::attach) {
                    self.attach(&mut attach, pair)?;
                }
                GroupStatement::Create(attach, span)
            }
            _ => return None,
        })
    }

    /// One of `kind`, `scope`, `in`, `description`.
    fn attach(&mut self, attach: &mut Attach, pair: Pair<'t>) -> Option<()> {
        let place = self.span(&pair);
        let mut cursor = Cursor::of(pair);
        let before = match cursor.next()?.as_rule() {
            Rule::KW_KIND => {
                let word = cursor.take(Rule::kind_word)?;
                let kind = if word.as_str() == "security" {
                    GroupKind::Security
                } else {
                    GroupKind::Distribution
                };
                let kind = Spanned::new(kind, place);
                attach.kind.replace(kind).map(|before| before.span)
            }
            Rule::KW_SCOPE => {
                let mut word = Cursor::of(cursor.take(Rule::scope_word)?);
                let scope = match word.next()?.as_rule() {
                    Rule::KW_GLOBAL => GroupScope::Global,
                    Rule::KW_UNIVERSAL => GroupScope::Universal,
                    Rule::KW_DOMAIN => {
                        word.take(Rule::KW_LOCAL)?;
                        GroupScope::DomainLocal
                    }
                    _ => return None,
                };
                let scope = Spanned::new(scope, place);
                attach.scope.replace(scope).map(|before| before.span)
            }
            Rule::KW_IN => {
                let unit = self.string(&mut cursor)?;
                attach.unit.replace(unit).map(|before| before.span)
            }
            Rule::KW_DESCRIPTION => {
                let text = self.string(&mut cursor)?;
                attach.description.replace(text).map(|before| before.span)
            }
            _ => return None,
        };
        if let Some(before) = before {
            self.twice(place, before, "this is said twice of one group");
        }
        Some(())
    }

    pub(super) fn group(&mut self, pair: Pair<'t>) -> Option<GroupDeclaration> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_GROUP)?;
        let name = self.literal(&mut cursor)?;
        let mut attach = Attach::default();
        self.block(&mut cursor, Rule::attach, |lower, pair| {
            lower.attach(&mut attach, pair)
        });
        Some(GroupDeclaration { name, attach })
    }

    pub(super) fn privileged(&mut self, pair: Pair<'t>) -> Option<PrivilegedGroup> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_PRIVILEGED)?;
        cursor.take(Rule::KW_GROUP)?;
        let groups = self.expr_list(&mut cursor)?;
        Some(PrivilegedGroup { groups })
    }

    pub(super) fn forbid(&mut self, pair: Pair<'t>) -> Option<Forbid> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_FORBID)?;
        let groups = self.expr_list(&mut cursor)?;
        let mut condition = None;
        if cursor.skip(Rule::KW_WHEN) {
            condition = Some(self.next_expr(&mut cursor)?);
        }
        Some(Forbid { groups, condition })
    }

    pub(super) fn exclusive(&mut self, pair: Pair<'t>) -> Option<Exclusive> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_EXCLUSIVE)?;
        let groups = self.expr_list(&mut cursor)?;
        cursor.take(Rule::KW_PREFER)?;
        let word = cursor.next()?;
        let prefer = match word.as_rule() {
            Rule::KW_FIRST => ExclusivePrefer::First,
            Rule::KW_CURRENT => ExclusivePrefer::Current,
            _ => return None,
        };
        let prefer = Spanned::new(prefer, self.span(&word));
        let separate = cursor.take(Rule::KW_SEPARATE).map(|word| self.span(&word));
        Some(Exclusive {
            groups,
            prefer,
            separate,
        })
    }

    pub(super) fn invariant(&mut self, pair: Pair<'t>) -> Option<Invariant> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_INVARIANT)?;
        let title = self.literal(&mut cursor)?;
        cursor.take(Rule::KW_WHEN)?;
        let condition = self.next_expr(&mut cursor)?;
        let mut never = Vec::new();
        while cursor.skip(Rule::KW_NEVER) {
            let expectation = cursor.take(Rule::expectation)?;
            never.push(self.expectation(expectation)?);
        }
        Some(Invariant {
            title,
            condition,
            never,
        })
    }
}
