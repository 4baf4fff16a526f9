//! `profile`, `password` and `writeback`.

use super::{Cursor, Lower};
use crate::diagnostic::{Diagnostic, Span, Spanned};
use crate::syntax::ast::{
    ElseAction, Expr, Modifier, Name, Password, PasswordStatement, Profile, ProfileLine,
    ProfileStatement, Transition, Writeback,
};
use crate::syntax::codes;
use crate::syntax::grammar::{Pair, Rule};

impl<'t> Lower<'t> {
    pub(super) fn profile(&mut self, pair: Pair<'t>) -> Option<Profile> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_PROFILE)?;
        let statements = self.block(&mut cursor, Rule::profile_clause, Self::profile_clause);
        Some(Profile { statements })
    }

    fn profile_clause(&mut self, pair: Pair<'t>) -> Option<ProfileStatement> {
        let span = self.span(&pair);
        let mut cursor = Cursor::of(pair);
        if cursor.skip(Rule::KW_CLEAR) {
            return Some(ProfileStatement::Clear(self.attributes(&mut cursor)?, span));
        }
        if cursor.skip(Rule::KW_KEEP) {
            return Some(ProfileStatement::Keep(self.attributes(&mut cursor)?, span));
        }
        let line = cursor.take(Rule::profile_line)?;
        Some(ProfileStatement::Line(self.profile_line(line)?))
    }

    /// `attribute = expr modifier`.
    pub(super) fn profile_line(&mut self, pair: Pair<'t>) -> Option<ProfileLine> {
        let span = self.span(&pair);
        let mut cursor = Cursor::of(pair);
        let attribute = self.name(&cursor.take(Rule::attribute)?);
        cursor.take(Rule::ASSIGN)?;
        let value = self.next_expr(&mut cursor)?;
        let mut line = ProfileLine {
            attribute,
            adding: None,
            value,
            modifier: None,
            span,
        };
        while let Some(pair) = cursor.take(Rule::modifier) {
            let place = self.span(&pair);
            let modifier = Self::modifier(pair)?;
            let before = match modifier {
                None => line.adding.replace(place),
                Some(modifier) => line
                    .modifier
                    .replace(Spanned::new(modifier, place))
                    .map(|before| before.span),
            };
            if let Some(before) = before {
                self.two_modifiers(place, before);
            }
        }
        Some(line)
    }

    /// A modifier; the inner `None` is `adding`.
    #[expect(clippy::option_option, reason = "`adding` goes with the others")]
    fn modifier(pair: Pair<'t>) -> Option<Option<Modifier>> {
        let mut cursor = Cursor::of(pair);
        match cursor.next()?.as_rule() {
            Rule::KW_ONCE => Some(Some(Modifier::Once)),
            Rule::KW_ADDING => Some(None),
            Rule::KW_IF => {
                cursor.take(Rule::KW_EMPTY)?;
                Some(Some(Modifier::IfEmpty))
            }
            Rule::KW_ELSE => {
                let keep = cursor.skip(Rule::KW_KEEP);
                if !keep {
                    cursor.take(Rule::KW_CLEAR)?;
                }
                let action = if keep {
                    ElseAction::Keep
                } else {
                    ElseAction::Clear
                };
                Some(Some(Modifier::Else(action)))
            }
            _ => None,
        }
    }

    fn two_modifiers(&mut self, second: Span, first: Span) {
        self.report(
            Diagnostic::new(
                &codes::TWO_MODIFIERS,
                second,
                "a profile line has one of `once`, `if empty`, `else keep` and `else clear`",
            )
            .label("the second one")
            .also(first, "the first one")
            .help("keep one of the two; a value to fall back on is `else \"…\"`"),
        );
    }

    /// AD attributes joined by commas.
    pub(super) fn attributes(&mut self, cursor: &mut Cursor<'t>) -> Option<Vec<Name>> {
        let mut names = vec![self.name(&cursor.take(Rule::attribute)?)];
        while cursor.skip(Rule::COMMA) {
            names.push(self.name(&cursor.take(Rule::attribute)?));
        }
        Some(names)
    }

    pub(super) fn password(&mut self, pair: Pair<'t>) -> Option<Password> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_PASSWORD)?;
        let statements = self.block(&mut cursor, Rule::password_clause, Self::password_clause);
        Some(Password { statements })
    }

    fn password_clause(&mut self, pair: Pair<'t>) -> Option<PasswordStatement> {
        let span = self.span(&pair);
        let mut cursor = Cursor::of(pair);
        Some(match cursor.next()?.as_rule() {
            Rule::KW_RANDOM => {
                let length = cursor.take(Rule::whole)?;
                PasswordStatement::Random(self.whole(&length), span)
            }
            Rule::KW_INITIAL => {
                let value = self.expr(cursor.take(Rule::expr)?)?;
                PasswordStatement::Initial(value, span)
            }
            Rule::KW_SEALED => {
                cursor.take(Rule::KW_TO)?;
                let mut keys = vec![self.string(&mut cursor)?];
                while cursor.skip(Rule::COMMA) {
                    keys.push(self.string(&mut cursor)?);
                }
                PasswordStatement::SealedTo(keys, span)
            }
            Rule::KW_CHANGE => {
                cursor.take(Rule::KW_AT)?;
                cursor.take(Rule::KW_FIRST)?;
                cursor.take(Rule::KW_LOGON)?;
                PasswordStatement::ChangeAtFirstLogon(span)
            }
            Rule::KW_RESET => {
                cursor.take(Rule::KW_ON)?;
                let transition = cursor.take(Rule::transition)?;
                PasswordStatement::ResetOn(self.transition(transition)?, span)
            }
            Rule::KW_HAND => {
                cursor.take(Rule::KW_OVER)?;
                let duration = self.duration(cursor.take(Rule::duration)?)?;
                cursor.take(Rule::KW_BEFORE)?;
                PasswordStatement::HandOverBefore(duration, span)
            }
            Rule::KW_ALLOW => {
                cursor.take(Rule::KW_PLAIN)?;
                cursor.take(Rule::KW_PASSWORD)?;
                cursor.take(Rule::KW_MAIL)?;
                PasswordStatement::AllowPlainMail(span)
            }
            _ => return None,
        })
    }

    /// `enter A or B from C`, `exit A`.
    pub(super) fn transition(&mut self, pair: Pair<'t>) -> Option<Transition> {
        let mut cursor = Cursor::of(pair);
        if cursor.skip(Rule::KW_EXIT) {
            return Some(Transition::Exit(self.stages(&mut cursor)?));
        }
        cursor.take(Rule::KW_ENTER)?;
        let into = self.stages(&mut cursor)?;
        let mut from = Vec::new();
        if cursor.skip(Rule::KW_FROM) {
            from = self.stages(&mut cursor)?;
        }
        Some(Transition::Enter(into, from))
    }

    pub(super) fn stages(&mut self, cursor: &mut Cursor<'t>) -> Option<Vec<Name>> {
        let mut cursor = Cursor::of(cursor.take(Rule::stages)?);
        let mut names = vec![self.next_name(&mut cursor)?];
        loop {
            if let Some(comma) = cursor.take(Rule::habit_comma) {
                let span = self.span(&comma);
                self.habit_comma(span);
            } else if !cursor.skip(Rule::KW_OR) {
                return Some(names);
            }
            names.push(self.next_name(&mut cursor)?);
        }
    }

    pub(super) fn writeback(&mut self, pair: Pair<'t>) -> Option<Writeback> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_WRITEBACK)?;
        let lines = self.block(&mut cursor, Rule::given_field, Self::given_field);
        Some(Writeback { lines })
    }

    /// `field = value`.
    pub(super) fn given_field(&mut self, pair: Pair<'t>) -> Option<(Name, Expr)> {
        let mut cursor = Cursor::of(pair);
        let name = self.next_name(&mut cursor)?;
        cursor.take(Rule::ASSIGN)?;
        Some((name, self.next_expr(&mut cursor)?))
    }
}
