//! The functions that the generated policies call, written anew from `docs/functions.md`.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::pattern;
use super::value::{Answer, List, NEVER, Number, Value, kept, list, number, order, text, truth};

/// The function `name` of a value.
pub(super) fn call(name: &str, of: &Value, args: &[Value]) -> Answer {
    match of {
        Value::List(list) => of_list(name, list, args),
        Value::Date(date) => of_date(name, *date, args),
        Value::Number(one) => {
            of_number(name, *one, args).unwrap_or_else(|| of_text(name, &of.to_string(), args))
        }
        other => of_text(name, &other.to_string(), args),
    }
}

fn of_text(name: &str, of: &str, args: &[Value]) -> Answer {
    let words = || of.split_whitespace();
    let arg = |index: usize| args[index].to_string();
    let first = || arg(0);
    let chars: Vec<char> = of.chars().collect();
    let part = |part: &[char]| text(&part.iter().collect::<String>());
    let some = |found: Option<&str>| found.map_or(Answer::Missing, text);
    match name {
        "upper" => kept(&of.to_uppercase()),
        "lower" => kept(&of.to_lowercase()),
        "title" => kept(&title(of)),
        "initials" => {
            let words = of.split([' ', '-']).filter(|word| !word.is_empty());
            let letters = words.filter_map(|word| word.chars().find(|one| one.is_alphanumeric()));
            text(&letters.collect::<String>().to_uppercase())
        }
        "length" => number(chars.len() as i128),
        "take" => part(&chars[..count(&args[0]).min(chars.len())]),
        "drop" => part(&chars[count(&args[0]).min(chars.len())..]),
        "take_last" => part(&chars[chars.len().saturating_sub(count(&args[0]))..]),
        "drop_last" => part(&chars[..chars.len().saturating_sub(count(&args[0]))]),
        "before" => some(of.split_once(&first()).map(|(before, _)| before)),
        "after" => some(of.split_once(&first()).map(|(_, after)| after)),
        "before_last" => some(of.rsplit_once(&first()).map(|(before, _)| before)),
        "after_last" => some(of.rsplit_once(&first()).map(|(_, after)| after)),
        "replace" => text(&of.replace(&first(), &arg(1))),
        "remove" => text(&of.replace(&first(), "")),
        "without_prefix" => text(of.strip_prefix(&*first()).unwrap_or(of)),
        "without_suffix" => text(of.strip_suffix(&*first()).unwrap_or(of)),
        "contains" => truth(of.contains(&first())),
        "starts_with" => truth(of.starts_with(&first())),
        "ends_with" => truth(of.ends_with(&first())),
        "digits" => text(&of.chars().filter(char::is_ascii_digit).collect::<String>()),
        "slug" => text(&slug(of)),
        "pad_start" | "pad_end" => {
            let missing = count(&args[0]).saturating_sub(chars.len());
            let filling = arg(1).repeat(missing);
            kept(&if name == "pad_start" {
                filling + of
            } else {
                of.to_owned() + &filling
            })
        }
        "words" => list(words().map(text).collect()),
        "split" => {
            let between = first();
            let parts = of.split(&*between).map(text);
            list(parts.filter(|part| *part != Answer::Missing).collect())
        }
        "extract" => some(
            pattern::anywhere(&arg(0))
                .find(of)
                .map(|found| found.as_str()),
        ),
        "int" => match Number::parse(of).filter(|_| !of.contains('.')) {
            Some(number) => Answer::Is(Value::Number(number)),
            None => Answer::Missing,
        },
        "date" => match of.parse::<Date>() {
            Ok(date) if chars.len() == 10 => Answer::Is(Value::Date(date)),
            _ => Answer::Missing,
        },
        _ => unreachable!("the generator calls no `{name}` on texts"),
    }
}

/// The first letter of each word in upper case, the others in lower case.
fn title(of: &str) -> String {
    let mut whole = String::new();
    let mut begins = true;
    for one in of.chars() {
        if begins {
            whole.extend(one.to_uppercase());
        } else {
            whole.extend(one.to_lowercase());
        }
        begins = one == ' ' || one == '-';
    }
    whole
}

/// Plain lower-case letters and digits with a hyphen between words; of the letters beyond ASCII only those that the
/// generator knows.
fn slug(of: &str) -> String {
    let mut plain = String::new();
    for one in of.to_lowercase().chars() {
        match one {
            'ä' => plain.push_str("ae"),
            'ö' | 'ø' => plain.push_str("oe"),
            'ü' => plain.push_str("ue"),
            'ß' => plain.push_str("ss"),
            'å' => plain.push_str("aa"),
            'é' | 'ë' | 'è' => plain.push('e'),
            'ł' => plain.push('l'),
            '\'' | '.' => {}
            'a'..='z' | '0'..='9' => plain.push(one),
            _ => plain.push(' '),
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join("-")
}

fn of_number(name: &str, of: Number, args: &[Value]) -> Option<Answer> {
    let other = || match args[0] {
        Value::Number(number) => number,
        ref other => unreachable!("the checker takes no {other:?} for a number"),
    };
    let is = |number: Number| Answer::Is(Value::Number(number));
    Some(match name {
        "plus" => is(Number(of.0 + other().0)),
        "minus" => is(Number(of.0 - other().0)),
        "times" => is(Number(of.0 * other().0 / Number::ONE)),
        "divided_by" if other().0 == 0 => Answer::Missing,
        "divided_by" => {
            // One digit more than `round` needs would be cut here, so the half is decided on the whole quotient.
            let (above, below) = (of.0 * 1_000_000, other().0);
            let sign = above.signum() * below.signum();
            let (above, below) = (above.abs(), below.abs());
            let millionths = above / below + i128::from(above % below * 2 >= below);
            is(Number(sign * millionths * 1_000_000))
        }
        "modulo" => {
            let (of, by) = (of.as_whole()?, other().as_whole()?);
            number(of.rem_euclid(by))
        }
        "round" => is(of.round(u32::try_from(count(&args[0])).unwrap())),
        "round_down" => {
            let unit = 10_i128.pow(12 - u32::try_from(count(&args[0])).unwrap());
            is(Number(of.0 / unit * unit))
        }
        "int" => of.as_whole().map_or(Answer::Missing, number),
        _ => return None,
    })
}

fn of_date(name: &str, of: Date, args: &[Value]) -> Answer {
    let is = |date: Date| Answer::Is(Value::Date(date));
    match name {
        "year" => number(of.year().into()),
        "month" => number(of.month().into()),
        "day" => number(of.day().into()),
        "weekday" => number(of.weekday().to_monday_one_offset().into()),
        "start_of_month" | "end_of_month" if of == NEVER => is(NEVER),
        "start_of_month" => is(of.first_of_month()),
        "end_of_month" => is(of.last_of_month()),
        "days_until" => {
            let Value::Date(other) = args[0] else {
                unreachable!("the checker takes no {args:?} for a date");
            };
            number((other - of).get_days().into())
        }
        "is_working_day" => truth(works(of, args.first())),
        "plus_working_days" => is(working_days(of, count(&args[0]), 1, args.get(1))),
        "minus_working_days" => is(working_days(of, count(&args[0]), -1, args.get(1))),
        _ => unreachable!("the generator calls no `{name}` on dates"),
    }
}

/// Monday to Friday and no holiday.
fn works(day: Date, holidays: Option<&Value>) -> bool {
    let free = match holidays {
        Some(Value::List(list)) => list.items.contains(&Answer::Is(Value::Date(day))),
        _ => false,
    };
    day.weekday().to_monday_one_offset() < 6 && !free
}

fn working_days(from: Date, count: usize, step: i64, holidays: Option<&Value>) -> Date {
    let (mut day, mut left) = (from, count);
    while left > 0 {
        if day == NEVER {
            return NEVER;
        }
        day += step.days();
        if works(day, holidays) {
            left -= 1;
        }
    }
    day
}

fn of_list(name: &str, of: &List, args: &[Value]) -> Answer {
    let items = &of.items;
    let at = |index: usize| items.get(index).cloned().unwrap_or(Answer::Missing);
    let value = |item: &Answer| match item {
        Answer::Is(value) => value.clone(),
        other => unreachable!("a list of which all is known has no {other:?}"),
    };
    match name {
        "first" => at(0),
        "last" => at(items.len() - 1),
        "item" => count(&args[0]).checked_sub(1).map_or(Answer::Missing, at),
        "length" => number(items.len() as i128),
        "take" => list(items.iter().take(count(&args[0])).cloned().collect()),
        "drop" => list(items.iter().skip(count(&args[0])).cloned().collect()),
        "join" => {
            let parts: Vec<String> = items.iter().map(|item| value(item).to_string()).collect();
            text(&parts.join(&args[0].to_string()))
        }
        "distinct" => {
            let mut seen = BTreeSet::new();
            let first = items
                .iter()
                .filter(|item| seen.insert(value(item).to_string()));
            list(first.cloned().collect())
        }
        "sort" => {
            let mut sorted: Vec<Value> = items.iter().map(value).collect();
            sorted.sort_by(|a, b| match (a, b) {
                (Value::Text(a), Value::Text(b)) => {
                    a.to_lowercase().cmp(&b.to_lowercase()).then(a.cmp(b))
                }
                _ => order(a, b),
            });
            list(sorted.into_iter().map(Answer::Is).collect())
        }
        "min" => Answer::Is(items.iter().map(value).min_by(order).unwrap()),
        "max" => Answer::Is(items.iter().map(value).max_by(order).unwrap()),
        _ => unreachable!("the generator calls no `{name}` on lists"),
    }
}

/// A number of things.
fn count(value: &Value) -> usize {
    match value {
        Value::Number(number) => usize::try_from(number.as_whole().unwrap()).unwrap_or(0),
        other => unreachable!("the checker takes no {other:?} for a number"),
    }
}
