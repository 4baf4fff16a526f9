//! Patterns of dates and times, as spreadsheets and .NET write them: `dd.MM.yyyy`.

use super::names::Names;
use crate::policy::builtin::Unfit;
use jiff::civil::{Date, Time};

/// A pattern that has been read.
#[derive(Debug)]
pub(in crate::policy::builtin) struct Pattern(Vec<Token>);

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    /// With two digits at least.
    Day(bool),
    /// In full.
    Weekday(bool),
    Month(bool),
    MonthName(bool),
    /// With four digits.
    Year(bool),
    Hour(bool),
    HourOfHalf(bool),
    Minute(bool),
    Second(bool),
    Half,
}

impl Pattern {
    /// A pattern of a date, or what is wrong with it.
    pub(in crate::policy::builtin) fn of_date(written: &str) -> Result<Self, String> {
        read(written, |letter, count| {
            Ok(match (letter, count) {
                ('d', 1) => Token::Day(false),
                ('d', 2) => Token::Day(true),
                ('d', 3) => Token::Weekday(false),
                ('d', 4) => Token::Weekday(true),
                ('M', 1) => Token::Month(false),
                ('M', 2) => Token::Month(true),
                ('M', 3) => Token::MonthName(false),
                ('M', 4) => Token::MonthName(true),
                ('y', 2) => Token::Year(false),
                ('y', 4) => Token::Year(true),
                ('Y' | 'y', _) => return Err("a year is `yyyy`, or `yy`".to_owned()),
                ('D' | 'd', _) => return Err("a day is `dd`, or `dddd` for its name".to_owned()),
                ('m' | 'M', _) => return Err("a month is `MM`, or `MMMM` for its name".to_owned()),
                ('H' | 'h' | 's' | 't', _) => return Err("a date has no hours".to_owned()),
                (other, _) => return Err(stranger(other)),
            })
        })
    }

    /// A pattern of a time of day, or what is wrong with it.
    pub(in crate::policy::builtin) fn of_time(written: &str) -> Result<Self, String> {
        read(written, |letter, count| {
            Ok(match (letter, count) {
                ('H', 1 | 2) => Token::Hour(count == 2),
                ('h', 1 | 2) => Token::HourOfHalf(count == 2),
                ('m', 1 | 2) => Token::Minute(count == 2),
                ('s', 1 | 2) => Token::Second(count == 2),
                ('t', 2) => Token::Half,
                ('M', _) => return Err("minutes are `mm`".to_owned()),
                ('d' | 'y', _) => return Err("a time of day has no date".to_owned()),
                (other, _) => return Err(stranger(other)),
            })
        })
    }

    /// Whether dates can be read by it in one way only.
    pub(in crate::policy::builtin) fn can_be_read(&self) -> Result<(), String> {
        let count = |is: fn(&Token) -> bool| self.0.iter().filter(|token| is(token)).count();
        let once = count(|token| matches!(token, Token::Day(_))) == 1
            && count(|token| matches!(token, Token::Month(_))) == 1
            && count(|token| matches!(token, Token::Year(true))) == 1;
        let no_more = !self.0.iter().any(|token| {
            matches!(
                token,
                Token::Weekday(_) | Token::MonthName(_) | Token::Year(false)
            )
        });
        if once && no_more {
            return Ok(());
        }
        Err("to read a date a pattern has a day, a month in digits and a year of four: `dd.MM.yyyy`".to_owned())
    }

    /// The date that a text says.
    pub(in crate::policy::builtin) fn read(&self, text: &str) -> Option<Date> {
        let mut rest = text.trim();
        let (mut day, mut month, mut year) = (None, None, None);
        for token in &self.0 {
            match token {
                Token::Word(word) => rest = rest.strip_prefix(word.as_str())?,
                Token::Day(two) => day = Some(digits(&mut rest, usize::from(*two) + 1, 2)?),
                Token::Month(two) => month = Some(digits(&mut rest, usize::from(*two) + 1, 2)?),
                Token::Year(_) => year = Some(digits(&mut rest, 4, 4)?),
                Token::Weekday(_)
                | Token::MonthName(_)
                | Token::Hour(_)
                | Token::HourOfHalf(_)
                | Token::Minute(_)
                | Token::Second(_)
                | Token::Half => return None,
            }
        }
        if !rest.is_empty() {
            return None;
        }
        let (month, day) = (i8::try_from(month?).ok()?, i8::try_from(day?).ok()?);
        Date::new(year?, month, day).ok()
    }

    /// A date and a time in the form of the pattern.
    pub(super) fn show(&self, date: Date, time: Time, names: &Names) -> String {
        let mut shown = String::new();
        for token in &self.0 {
            let number = |number: i16, two: bool| {
                if two {
                    format!("{number:02}")
                } else {
                    number.to_string()
                }
            };
            let piece = match token {
                Token::Word(word) => word.clone(),
                Token::Day(two) => number(date.day().into(), *two),
                Token::Month(two) => number(date.month().into(), *two),
                Token::Year(true) => format!("{:04}", date.year()),
                Token::Year(false) => number(date.year().rem_euclid(100), true),
                Token::Weekday(full) => names.weekday(date, *full).to_owned(),
                Token::MonthName(full) => names.month(date, *full).to_owned(),
                Token::Hour(two) => number(time.hour().into(), *two),
                Token::HourOfHalf(two) => {
                    number((i16::from(time.hour()) + 11).rem_euclid(12) + 1, *two)
                }
                Token::Minute(two) => number(time.minute().into(), *two),
                Token::Second(two) => number(time.second().into(), *two),
                Token::Half => if time.hour() < 12 { "AM" } else { "PM" }.to_owned(),
            };
            shown.push_str(&piece);
        }
        shown
    }
}

/// What is wrong with a pattern of a date, and what was probably meant: letters of other programs are read as ours.
pub(in crate::policy::builtin) fn unfit(
    why: String,
    written: &str,
    is_right: impl Fn(&str) -> bool,
) -> Unfit {
    let meant = written
        .replace('D', "d")
        .replace('Y', "y")
        .replace('m', "M")
        .replace('J', "y")
        .replace('T', "d");
    Unfit {
        why,
        right: Some(meant).filter(|meant| is_right(meant)),
    }
}

fn stranger(letter: char) -> String {
    format!("`{letter}` stands for nothing in a pattern; words stand between single quotes")
}

/// The tokens of a pattern; `letters` says what a run of one letter is.
fn read(
    written: &str,
    letters: impl Fn(char, usize) -> Result<Token, String>,
) -> Result<Pattern, String> {
    let mut tokens = Vec::new();
    let mut rest = written.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '\'' {
            let mut word = String::new();
            loop {
                match rest.next() {
                    Some('\'') => break,
                    Some(c) => word.push(c),
                    None => return Err("a single quote is not closed".to_owned()),
                }
            }
            tokens.push(Token::Word(if word.is_empty() {
                "'".to_owned()
            } else {
                word
            }));
        } else if c.is_alphabetic() {
            let mut count = 1;
            while rest.next_if_eq(&c).is_some() {
                count += 1;
            }
            tokens.push(letters(c, count)?);
        } else if c.is_ascii_digit() {
            return Err(format!(
                "`{c}` is a digit; words and digits stand between single quotes"
            ));
        } else {
            tokens.push(Token::Word(c.to_string()));
        }
    }
    if tokens.iter().all(|token| matches!(token, Token::Word(_))) {
        return Err("the pattern holds nothing of the value".to_owned());
    }
    Ok(Pattern(tokens))
}

/// Takes digits off the start of a text.
fn digits(rest: &mut &str, least: usize, most: usize) -> Option<i16> {
    let found = rest
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_digit)
        .count();
    let (number, after) = rest.split_at_checked(found.max(least))?;
    *rest = after;
    number
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| number.parse().ok())?
}
