//! `notify`: what is told to whom.

use super::{Cursor, Lower};
use crate::syntax::ast::{Event, Notify, NotifyBody, NotifyStatement};
use crate::syntax::grammar::{Pair, Rule};
use jiff::civil::Weekday;

impl<'t> Lower<'t> {
    pub(super) fn notify(&mut self, pair: Pair<'t>) -> Option<Notify> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_NOTIFY)?;
        let name = self.literal(&mut cursor)?;
        let statements = self.block(&mut cursor, Rule::notify_clause, Self::notify_clause);
        Some(Notify { name, statements })
    }

    fn notify_clause(&mut self, pair: Pair<'t>) -> Option<NotifyStatement> {
        let span = self.span(&pair);
        let mut cursor = Cursor::of(pair);
        Some(match cursor.next()?.as_rule() {
            Rule::KW_ON => {
                let event = cursor.take(Rule::event)?;
                NotifyStatement::On(self.event(event)?, span)
            }
            Rule::KW_TO => NotifyStatement::To(self.expr_list(&mut cursor)?, span),
            Rule::KW_SUBJECT => NotifyStatement::Subject(self.next_expr(&mut cursor)?),
            Rule::KW_BODY => {
                let body = if cursor.skip(Rule::KW_FILE) {
                    NotifyBody::File(self.literal(&mut cursor)?)
                } else {
                    NotifyBody::Text(self.next_expr(&mut cursor)?)
                };
                NotifyStatement::Body(body, span)
            }
            Rule::KW_DIGEST => {
                let mut day = None;
                if !cursor.skip(Rule::KW_DAILY) {
                    cursor.take(Rule::KW_WEEKLY)?;
                    cursor.take(Rule::KW_ON)?;
                    day = Some(weekday(cursor.take(Rule::weekday)?.as_str())?);
                }
                cursor.take(Rule::KW_AT)?;
                let at = self.time(&cursor.take(Rule::time)?)?;
                NotifyStatement::Digest(day, at, span)
            }
            _ => return None,
        })
    }

    pub(super) fn event(&mut self, pair: Pair<'t>) -> Option<Event> {
        let mut cursor = Cursor::of(pair);
        let first = cursor.next()?;
        match first.as_rule() {
            Rule::KW_WHEN => Some(Event::When(self.next_expr(&mut cursor)?)),
            Rule::KW_APPROVAL => {
                let again = cursor.skip(Rule::KW_EVERY);
                let every = if again {
                    Some(self.duration(cursor.take(Rule::duration)?)?)
                } else {
                    None
                };
                Some(Event::Approval(every))
            }
            Rule::transition => Some(Event::Transition(self.transition(first)?)),
            Rule::KW_CHANGE => {
                cursor.take(Rule::KW_OF)?;
                let mut names = vec![self.next_name(&mut cursor)?];
                while cursor.skip(Rule::COMMA) {
                    names.push(self.next_name(&mut cursor)?);
                }
                Some(Event::ChangeOf(names))
            }
            Rule::event_word => match first.as_str() {
                "create" => Some(Event::Create),
                "password" => Some(Event::Password),
                "delete" => Some(Event::Delete),
                "postpone" => Some(Event::Postpone),
                "problem" => Some(Event::Problem),
                "failure" => Some(Event::Failure),
                "expectation" => Some(Event::Expectation),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The day of that name.
fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        _ => return None,
    })
}
