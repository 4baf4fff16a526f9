//! Dates, times, durations and numbers: read a little wider than they may be written, and checked here.

use super::{Cursor, Lower};
use crate::diagnostic::{Diagnostic, Fix, Span, Spanned};
use crate::syntax::ast::{Duration, Expr, ExprKind, TimeUnit};
use crate::syntax::codes;
use crate::syntax::grammar::{Pair, Rule};
use jiff::civil::{Date, Time};

/// What stands for a date that could not be read; the file is refused because of its diagnostic.
const NO_DATE: Date = Date::constant(1970, 1, 1);

impl<'t> Lower<'t> {
    /// A date, `2026-03-02`; a wrong one is reported and stands as some date.
    pub(super) fn date(&mut self, pair: &Pair<'t>) -> Spanned<Date> {
        let span = self.span(pair);
        let date = self.read_date(pair.as_str(), span).unwrap_or(NO_DATE);
        Spanned::new(date, span)
    }

    /// A date as an expression; a wrong one is reported and becomes an error.
    pub(super) fn date_expr(&mut self, pair: &Pair<'t>) -> Expr {
        let span = self.span(pair);
        let date = self.read_date(pair.as_str(), span);
        let kind = date.map_or(ExprKind::Error, ExprKind::Date);
        Expr { kind, span }
    }

    fn read_date(&mut self, written: &str, span: Span) -> Option<Date> {
        let parts: Vec<&str> = written.split(['-', '.']).collect();
        let [first, month, last] = parts.as_slice() else {
            return None;
        };
        let (year, day) = if written.contains('.') {
            (*last, *first)
        } else {
            (*first, *last)
        };
        let date = || Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok();
        let Some(date) = date() else {
            self.report(
                Diagnostic::new(
                    &codes::INVALID_DATE,
                    span,
                    format!("`{written}` is not in the calendar"),
                )
                .label("no such day")
                .help("a date is year, month and day: `2026-03-02`"),
            );
            return None;
        };
        if date.to_string() != written {
            self.report(
                Diagnostic::new(
                    &codes::INVALID_DATE,
                    span,
                    format!("a date is written `{date}`, not `{written}`"),
                )
                .label("year, month and day, with two digits each for month and day")
                .help(format!("write `{date}`"))
                .fix(Fix::replace(span, date.to_string())),
            );
        }
        Some(date)
    }

    /// A time of the day, `18:00`.
    pub(super) fn time(&mut self, pair: &Pair<'t>) -> Option<Time> {
        let span = self.span(pair);
        let written = pair.as_str();
        let mut parts = written.split(':').map(|part| part.parse::<i8>().ok());
        let (hour, minute) = (parts.next()??, parts.next()??);
        let Ok(time) = Time::new(hour, minute, 0, 0) else {
            let help = if written.starts_with("24:00") {
                "midnight is `00:00` of the next day"
            } else {
                "a time is hours from 00 to 23 and minutes from 00 to 59: `18:00`"
            };
            self.report(
                Diagnostic::new(
                    &codes::INVALID_TIME,
                    span,
                    format!("no clock shows `{written}`"),
                )
                .label("no such time")
                .help(help),
            );
            return None;
        };
        let right = time.strftime("%H:%M").to_string();
        if right != written {
            self.report(
                Diagnostic::new(
                    &codes::INVALID_TIME,
                    span,
                    format!("a time is written `{right}`, not `{written}`"),
                )
                .label("hours and minutes, with two digits each")
                .help(format!("write `{right}`"))
                .fix(Fix::replace(span, right)),
            );
        }
        Some(time)
    }

    /// A length of time, `14 days`.
    pub(super) fn duration(&mut self, pair: Pair<'t>) -> Option<Duration> {
        let mut cursor = Cursor::of(pair);
        let count = self.whole(&cursor.take(Rule::whole)?);
        let unit = match cursor.take(Rule::time_unit)?.as_str().trim_end_matches('s') {
            "minute" => TimeUnit::Minute,
            "hour" => TimeUnit::Hour,
            "day" => TimeUnit::Day,
            "week" => TimeUnit::Week,
            "month" => TimeUnit::Month,
            "year" => TimeUnit::Year,
            _ => return None,
        };
        Some(Duration { count, unit })
    }

    /// A whole number that fits 32 bits; a larger one is reported.
    pub(super) fn whole(&mut self, pair: &Pair<'t>) -> u32 {
        let written = pair.as_str().trim_end_matches('%').trim_end();
        written.parse().unwrap_or_else(|_| {
            self.number_too_large(self.span(pair), written);
            0
        })
    }

    /// A number in an expression.
    pub(super) fn number(&mut self, pair: &Pair<'t>) -> Expr {
        let span = self.span(pair);
        let written = pair.as_str();
        let kind = if written.contains('.') {
            ExprKind::Number(written.into())
        } else if let Ok(number) = written.parse() {
            ExprKind::Int(number)
        } else {
            self.number_too_large(span, written);
            ExprKind::Error
        };
        Expr { kind, span }
    }

    fn number_too_large(&mut self, span: Span, written: &str) {
        let message = format!("`{written}` is too large a number here");
        self.report(
            Diagnostic::new(&codes::INVALID_NUMBER, span, message)
                .label("too large")
                .help("write a smaller number; a number that only names something is a text in quotes"),
        );
    }

    /// A literal as an operand.
    pub(super) fn literal_expr(&mut self, pair: Pair<'t>) -> Option<Expr> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::date => return Some(self.date_expr(&pair)),
            Rule::number => return Some(self.number(&pair)),
            Rule::time => self.time(&pair).map_or(ExprKind::Error, ExprKind::Time),
            Rule::duration => ExprKind::Duration(self.duration(pair)?),
            Rule::boolean => ExprKind::Bool(pair.as_str() == "true"),
            Rule::regex => {
                let inner = pair.as_str().strip_prefix('/')?.strip_suffix('/')?;
                ExprKind::Regex(inner.replace("\\/", "/").into())
            }
            _ => return None,
        };
        Some(Expr { kind, span })
    }
}
