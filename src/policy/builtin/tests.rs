//! Laws of every function, over texts of all scripts and values at the ends of what there is.

use super::{Builtin, Check, Kind, Param, Presence, all, find};
use crate::hr::{Decimal, MAX_ITEMS, MAX_TEXT_BYTES};
use crate::policy::eval::Value;
use crate::policy::pattern::Search;
use crate::policy::types::Type;
use jiff::civil::{Date, Time};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeSet;

/// Texts that people type, and texts that hurt.
fn texts() -> impl Strategy<Value = String> {
    let words = select(vec![
        "Ada",
        "King-Noel",
        "MÜLLER",
        "ß",
        "\u{149}",
        "İ",
        "ΑΣ",
        "o'brien",
        "MCDONALD",
        "van der",
        "ǆ",
        "\u{390}",
        "x\u{30c}a",
        "\u{301}",
        "李小龍",
        "\u{1F600}",
        "Dr.",
        "+49 30 901820",
        "+1 212 555 0123",
        "00123",
        "1.234,5",
        "31.02.2026",
        "2026-03-02",
        "ada@example.com",
        "-",
        "$1",
        "\u{200b}",
        "a\n b",
        "'",
        "\u{ad}",
    ]);
    prop_oneof![
        3 => words.clone().prop_map(str::to_owned),
        4 => proptest::collection::vec(words, 1..5).prop_map(|words| words.concat()),
        3 => "\\PC{1,40}",
        2 => proptest::collection::vec(any::<char>(), 1..20).prop_map(|chars| chars.into_iter().collect()),
        1 => "[a-c ,.-]{1,12}",
    ]
    .prop_filter("a text is never empty", |text| !text.trim().is_empty())
}

fn text() -> BoxedStrategy<Value> {
    let long = select(vec!["ab ", "ŉ", "\u{390}", "1", " x"])
        .prop_map(|piece| piece.repeat(MAX_TEXT_BYTES / piece.len()));
    prop_oneof![40 => texts(), 1 => long]
        .prop_map(|text| Value::Text(text.as_str().into()))
        .boxed()
}

fn int() -> BoxedStrategy<Value> {
    prop_oneof![6 => -3i64..40, 1 => any::<i64>(), 1 => select(vec![i64::MIN, i64::MAX, 0])]
        .prop_map(Value::Int)
        .boxed()
}

fn number() -> BoxedStrategy<Value> {
    let decimal = (any::<i32>(), 0u32..12).prop_map(|(digits, places)| {
        let number = format!("{digits}e-{places}").parse::<Decimal>().unwrap();
        Value::Number(number)
    });
    prop_oneof![decimal, int()].boxed()
}

fn dates() -> impl Strategy<Value = Date> {
    let near = (-4000i32..4000).prop_map(|days| {
        let day = jiff::civil::date(2026, 3, 2);
        day.checked_add(jiff::Span::new().days(days)).unwrap()
    });
    prop_oneof![9 => near, 1 => select(vec![Date::MIN, Date::MAX, Date::ZERO])]
}

fn date() -> BoxedStrategy<Value> {
    prop_oneof![9 => dates().prop_map(Value::Date), 1 => Just(Value::Never)].boxed()
}

fn list(item: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    proptest::collection::vec(item, 0..6)
        .prop_map(|items| Value::List(items.into()))
        .boxed()
}

fn regex() -> BoxedStrategy<Value> {
    let written = select(vec![
        "a", "[0-9]+", "x*", "(a)(b)?", "^.", "\\s+", "(?i)é", "", ".*",
    ]);
    written
        .prop_map(|source| Value::Search(Search::new(source).unwrap()))
        .boxed()
}

fn of(kind: Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::Text => text(),
        Kind::Int => int(),
        Kind::Number | Kind::Sum => number(),
        Kind::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Kind::Date => date(),
        Kind::Time => (0i8..24, 0i8..60)
            .prop_map(|(hour, minute)| Value::Time(Time::constant(hour, minute, 0, 0)))
            .boxed(),
        Kind::Texts => list(text()),
        Kind::Dates => list(date()),
        Kind::Ordered => prop_oneof![list(number()), list(date())].boxed(),
        Kind::List | Kind::Printable | Kind::Item | Kind::Items => {
            prop_oneof![list(text()), list(number()), list(date())].boxed()
        }
        Kind::Regex => regex(),
        Kind::TextOrRegex => prop_oneof![text(), regex()].boxed(),
    }
}

/// Texts that stand as literals in policies.
const LITERALS: [&str; 14] = [
    ".",
    ",",
    "-",
    "_",
    " ",
    "'",
    "0",
    "x",
    "de",
    "nl",
    "dd.MM.yyyy",
    "yyyy-MM-dd",
    "HH:mm",
    "DE",
];

fn argument(param: &Param) -> BoxedStrategy<Value> {
    match param.check {
        Check::Bounds(least, most) => prop_oneof![least..=most, least..=most.min(least + 30)]
            .prop_map(Value::Int)
            .boxed(),
        Check::Literal(check) => {
            let right = LITERALS.into_iter().filter(|text| check(text).is_ok());
            let right: Vec<&str> = right.collect();
            assert!(!right.is_empty(), "no literal is right for {}", param.name);
            select(right)
                .prop_map(|text| Value::Text(text.into()))
                .boxed()
        }
        Check::Any | Check::IfLiteral(_) | Check::Replacement => of(param.kind),
    }
}

/// Arguments as the checker lets them through, with all or none of those that may be left out.
fn arguments(function: &'static Builtin) -> BoxedStrategy<Vec<Value>> {
    let mut values = vec![of(function.on)];
    values.extend(function.params.iter().map(argument));
    (values, any::<bool>(), prop::option::of(0usize..6))
        .prop_map(|(mut values, all, part)| {
            // A part is sometimes one of the text.
            if let (Some(part), [Value::Text(text), Value::Text(argument), ..]) =
                (part, values.as_mut_slice())
                && matches!(function.params[0].check, Check::Any)
                && let Some(c) = text.chars().nth(part)
            {
                *argument = c.to_string().into();
            }
            if !all {
                values.truncate(function.least() + 1);
            }
            values
        })
        .boxed()
}

/// Whether a value is of the kind that a function promises.
fn is_of(kind: Kind, on: &Value, value: &Value) -> bool {
    match kind {
        Kind::Text => matches!(value, Value::Text(text) if !text.is_empty()),
        Kind::Int => matches!(value, Value::Int(_)),
        Kind::Number | Kind::Sum => matches!(value, Value::Number(_) | Value::Int(_)),
        Kind::Bool => matches!(value, Value::Bool(_)),
        Kind::Date => matches!(value, Value::Date(_) | Value::Never),
        Kind::Texts => matches!(value, Value::List(items)
            if !items.is_empty() && items.iter().all(|item| matches!(item, Value::Text(_)))),
        Kind::Item => matches!(on, Value::List(items) if items.contains(value)),
        Kind::Items => match (on, value) {
            (Value::List(on), Value::List(items)) => items.iter().all(|item| on.contains(item)),
            _ => false,
        },
        Kind::Time
        | Kind::Dates
        | Kind::List
        | Kind::Ordered
        | Kind::Printable
        | Kind::Regex
        | Kind::TextOrRegex => false,
    }
}

/// The most that a letter grows when it is written in another case or in plain letters.
const MOST_GROWTH: usize = 30;

fn is_bounded(value: &Value, on: &Value) -> bool {
    match value {
        Value::Text(text) => {
            let given = on.to_string().len();
            text.len() <= MAX_TEXT_BYTES.max(given * MOST_GROWTH + 1024)
        }
        Value::List(items) => match on {
            Value::List(given) => items.len() <= given.len(),
            _ => items.len() <= MAX_ITEMS,
        },
        _ => true,
    }
}

#[test]
fn every_function_keeps_what_its_entry_promises() {
    for function in all() {
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let strategy = arguments(function);
        let given = std::cell::Cell::new(0);
        runner
            .run(&strategy, |args| {
                let result = (function.run)(&args);
                if function.presence != Presence::Maybe {
                    prop_assert!(result.is_some(), "{} {args:?} gives nothing", function.name);
                }
                if let Some(value) = &result {
                    given.set(given.get() + 1);
                    let fits = is_of(function.result, &args[0], value);
                    prop_assert!(fits, "{} {args:?} gives {value:?}", function.name);
                    prop_assert!(is_bounded(value, &args[0]), "{} grows", function.name);
                }
                prop_assert_eq!((function.run)(&args), result);
                Ok(())
            })
            .unwrap();
        assert!(given.get() > 0, "{} never gives anything", function.name);
    }
}

#[test]
fn no_function_fails_whatever_it_is_called_with() {
    let anything = prop_oneof![
        text(),
        int(),
        number(),
        date(),
        list(text()),
        regex(),
        Just(Value::Row(0, 0)),
        Just(Value::Bool(true)),
    ];
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = proptest::collection::vec(anything, 0..5);
    runner
        .run(&strategy, |args| {
            for function in all() {
                let _ = (function.run)(&args);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_table_is_in_order_and_complete() {
    for part in [
        super::text::ALL,
        super::number::ALL,
        super::date::ALL,
        super::list::ALL,
        super::phone::ALL,
    ] {
        assert!(part.is_sorted_by_key(|function| function.name));
    }
    let names: BTreeSet<&str> = all().map(|function| function.name).collect();
    assert!((50..=70).contains(&names.len()), "{} names", names.len());
    for function in all() {
        let name = function.name;
        assert!(
            function.examples.len() > 1 || function.params.is_empty(),
            "{name}"
        );
        assert!(!function.examples.is_empty(), "{name}");
        assert!(
            function.summary.ends_with('.') && function.summary.len() > 10,
            "{name}"
        );
        let optional = function.params.iter().map(|param| param.optional);
        assert!(
            optional.is_sorted(),
            "{name}: what may be left out comes last"
        );
        let on_same = all().filter(|other| other.name == name && other.on == function.on);
        assert_eq!(on_same.count(), 1, "{name} stands twice");
    }
}

fn call(name: &str, args: &[Value]) -> Option<Value> {
    let ty = match &args[0] {
        Value::Int(_) => Type::Int,
        Value::Number(_) => Type::Number,
        Value::Date(_) | Value::Never => Type::Date,
        Value::List(items) => Type::List(Box::new(match items.first() {
            Some(Value::Int(_)) => Type::Int,
            Some(Value::Date(_)) => Type::Date,
            _ => Type::Text,
        })),
        _ => Type::Text,
    };
    (find(name, &ty).unwrap().run)(args)
}

fn on(name: &str, text: &str) -> Option<Value> {
    call(name, &[Value::Text(text.into())])
}

fn shown(value: Option<Value>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

#[test]
fn names_are_written_as_people_of_the_country_write_them_without_marks() {
    for (name, plain) in [
        ("Müller-Groß", "Mueller-Gross"),
        ("Ærø", "Aeroe"),
        ("Łukasz Żółć", "Lukasz Zolc"),
        ("Núñez", "Nunez"),
        ("Þórður", "Thordur"),
        ("Işık İnci", "Isik Inci"),
        ("Παπαδόπουλος", "Papadopoylos"),
        ("Иванова", "Ivanova"),
        ("Åse", "Aase"),
        ("Zoë", "Zoe"),
        ("Nguyễn Thị", "Nguyen Thi"),
    ] {
        assert_eq!(shown(on("ascii", name)), plain);
    }
}

#[test]
fn a_slug_holds_letters_digits_and_single_hyphens() {
    for (name, slug) in [
        ("ZMüller-Groß", "zmueller-gross"),
        ("O'Connor", "oconnor"),
        ("van der  Berg", "van-der-berg"),
        ("  -- ", "-"),
        ("\u{301}", "-"),
    ] {
        assert_eq!(shown(on("slug", name)), slug, "{name}");
    }
}

#[test]
fn names_of_people_are_written_as_names() {
    for (name, written) in [
        ("MARIA DEL CARMEN GARCÍA", "Maria del Carmen García"),
        ("anne-marie D'ANGELO", "Anne-Marie D'Angelo"),
        ("ZU GUTTENBERG", "zu Guttenberg"),
        ("van", "Van"),
        ("MC", "Mc"),
        ("ßa", "Ssa"),
        ("TA'ANG", "Ta'ang"),
    ] {
        assert_eq!(shown(on("name_case", name)), written);
    }
}

fn blanks_aside(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

proptest! {
    #[test]
    fn what_puts_a_text_in_order_leaves_it_so_the_second_time(text in texts()) {
        for name in [
            "upper", "lower", "title", "name_case", "clean", "ascii", "slug", "without_accents", "digits",
            "email", "phone",
        ] {
            if let Some(once) = on(name, &text) {
                let twice = call(name, std::slice::from_ref(&once));
                prop_assert_eq!(twice, Some(once), "{}", name);
            }
        }
    }

    #[test]
    fn the_two_parts_of_a_text_are_all_of_it(text in texts(), count in 1i64..20) {
        for (first, second) in [("take", "drop"), ("drop_last", "take_last")] {
            let args = [Value::Text(text.as_str().into()), Value::Int(count)];
            let part = |name| call(name, &args).map(|part| part.to_string()).unwrap_or_default();
            let whole = part(first) + &part(second);
            prop_assert_eq!(blanks_aside(&whole), blanks_aside(&text));
        }
        let args = [Value::Text(text.as_str().into()), Value::Int(count)];
        for name in ["take", "take_last", "shorten"] {
            let part = call(name, &args).unwrap().to_string();
            prop_assert!(part.chars().count() <= usize::try_from(count).unwrap());
        }
    }

    #[test]
    fn before_and_after_leave_out_the_separator_alone(text in texts(), at in 0usize..8) {
        let separator: String = text.chars().skip(at).take(1).collect();
        prop_assume!(!separator.trim().is_empty());
        let args = [Value::Text(text.as_str().into()), Value::Text(separator.as_str().into())];
        for (first, second) in [("before", "after"), ("before_last", "after_last")] {
            let part = |name| call(name, &args).map(|part| part.to_string()).unwrap_or_default();
            let whole = part(first) + &separator + &part(second);
            prop_assert_eq!(blanks_aside(&whole), blanks_aside(&text));
        }
    }

    #[test]
    fn a_text_and_its_regular_expression_are_found_alike(text in "[ab.$ ]{1,12}", part in "[ab.$]{1,2}", with in "[xy]{1,3}") {
        prop_assume!(!text.trim().is_empty());
        let search = Value::Search(Search::new(&regex::escape(&part)).unwrap());
        let [text, part, with] = [text, part, with].map(|text| Value::Text(text.as_str().into()));
        for name in ["split", "remove"] {
            prop_assert_eq!(call(name, &[text.clone(), part.clone()]), call(name, &[text.clone(), search.clone()]));
        }
        prop_assert_eq!(
            call("replace", &[text.clone(), part, with.clone()]),
            call("replace", &[text, search, with])
        );
    }

    #[test]
    fn words_joined_are_the_clean_text(text in "[a-zé \\t\n]{1,30}") {
        prop_assume!(!text.trim().is_empty());
        let words = on("words", &text).unwrap();
        prop_assert_eq!(call("join", &[words, Value::Text(" ".into())]), on("clean", &text));
    }

    #[test]
    fn a_date_that_is_written_is_read_as_itself(date in dates(), pattern in select(vec!["yyyy-MM-dd", "d.M.yyyy", "'on' MM/dd/yyyy"])) {
        prop_assume!(date.year() >= 0);
        let pattern = Value::Text(pattern.into());
        let written = call("format", &[Value::Date(date), pattern.clone()]).unwrap();
        prop_assert_eq!(call("date", &[written, pattern]), Some(Value::Date(date)));
    }

    #[test]
    fn a_number_that_is_written_is_read_as_itself(digits in any::<i64>(), places in 0u8..6) {
        let number: Decimal = format!("{digits}e-{places}").parse().unwrap();
        let [comma, point] = [",", "."].map(|mark| Value::Text(mark.into()));
        let places = Value::Int(places.into());
        let written = call("format", &[Value::Number(number), places, comma.clone(), point]).unwrap();
        prop_assert_eq!(call("number", &[written, comma]), Some(Value::Number(number)));
    }

    #[test]
    fn working_days_there_are_working_days_back(date in dates(), count in 1i64..60, holidays in proptest::collection::vec(dates(), 0..40)) {
        prop_assume!((1..9990).contains(&date.year()));
        let holidays = Value::List(holidays.into_iter().map(Value::Date).collect());
        let from = Value::Date(date);
        for (name, sign) in [("plus_working_days", 1), ("minus_working_days", -1)] {
            let to = call(name, &[from.clone(), Value::Int(count), holidays.clone()]).unwrap();
            prop_assert_eq!(
                call("is_working_day", &[to.clone(), holidays.clone()]),
                Some(Value::Bool(true))
            );
            let days = call("working_days_until", &[from.clone(), to, holidays.clone()]);
            prop_assert_eq!(days, Some(Value::Int(sign * count)));
        }
    }

    #[test]
    fn a_hash_begins_alike_and_a_bucket_is_one_of_them(text in texts(), count in 1i64..51, buckets in 1i64..1000) {
        let text = Value::Text(text.as_str().into());
        let short = call("hash", &[text.clone(), Value::Int(count)]).unwrap().to_string();
        let long = call("hash", &[text.clone(), Value::Int(51)]).unwrap().to_string();
        prop_assert!(long.starts_with(&short) && short.len() == usize::try_from(count).unwrap());
        let bucket = call("bucket", &[text, Value::Int(buckets)]);
        prop_assert!(matches!(bucket, Some(Value::Int(bucket)) if (1..=buckets).contains(&bucket)));
    }

    #[test]
    fn a_sorted_list_is_the_same_list_in_order(numbers in proptest::collection::vec(any::<i32>(), 1..20)) {
        let mut expected: Vec<Value> = numbers.iter().map(|number| Value::Int((*number).into())).collect();
        let given = Value::List(expected.clone().into());
        expected.sort_by(|a, b| a.order(b).unwrap());
        prop_assert_eq!(call("min", std::slice::from_ref(&given)), expected.first().cloned());
        prop_assert_eq!(call("max", std::slice::from_ref(&given)), expected.last().cloned());
        prop_assert_eq!(call("sort", &[given]), Some(Value::List(expected.into())));
    }
}

/// Every calling code with every length: what the library is asked by nobody else.
#[test]
fn no_phone_number_is_too_odd() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let countries = select(vec![
        "DE", "US", "GB", "IT", "AR", "MX", "BR", "CH", "AT", "FR", "IN", "CN", "JP", "AU", "NZ",
        "SM", "VA", "RU", "KZ", "GG", "HU", "CI", "XX", "AQ", "ZZ",
    ]);
    let strategy = (countries, "[+]?[0-9]{0,18}");
    let mut config = runner.config().clone();
    config.cases = 1_000;
    runner = proptest::test_runner::TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let valid = std::cell::Cell::new(0);
    runner
        .run(&strategy, |(country, number)| {
            prop_assume!(!number.is_empty());
            let args = [number.as_str(), country].map(|text| Value::Text(text.into()));
            for name in ["phone", "phone_international", "phone_national"] {
                if let Some(found) = call(name, &args) {
                    valid.set(valid.get() + 1);
                    if name != "phone_national" {
                        let again = call("phone", std::slice::from_ref(&found));
                        prop_assert_eq!(again, call("phone", &args));
                    }
                }
            }
            Ok(())
        })
        .unwrap();
    assert!(valid.get() > 100, "{} forms of numbers", valid.get());
}
