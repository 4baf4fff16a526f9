//! Any policy that `check` accepts is evaluated for everybody at any instant without a panic (G9); and checking any
//! text is without one. A text that is no whole policy stands over a small one, item by item.
#![no_main]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use tenure::diagnostic::render::{Style, human};
use tenure::diagnostic::{Diagnostic, Sources, Span};
use tenure::directory::Dn;
use tenure::hr::{Employment, Origin, Person, PersonId, Schema, Snapshot, Type, Value};
use tenure::policy::{Evaluator, FileKey, Input, compile, wanted_files};
use tenure::syntax::{self, ast};

const PRELUDE: &str = include_str!("../../tests/policy/prelude.tenure");
const SITES: &str = "office,code,folder,zone,phone\n\
    Berlin,BER,OU=Berlin,Europe/Berlin,+49 30 5550\n\
    Honolulu,HNL,OU=Honolulu,Pacific/Honolulu,\n";

static BASES: LazyLock<[Dn; 1]> =
    LazyLock::new(|| [Dn::parse("OU=Company,DC=example,DC=com").unwrap()]);

/// What an item is, and where it stands; two of one key cannot be in one policy.
fn key(item: &ast::Item) -> Option<(String, Span)> {
    use ast::Item;
    Some(match item {
        Item::Person(item) => ("person".to_owned(), item.span),
        Item::Timezone(item) => ("timezone".to_owned(), item.span),
        Item::Lifecycle(item) => ("lifecycle".to_owned(), item.span),
        Item::Identity(item) => ("identity".to_owned(), item.span),
        Item::Unit(item) => ("unit".to_owned(), item.span),
        Item::Profile(item) => ("profile".to_owned(), item.span),
        Item::Groups(item) => ("groups".to_owned(), item.span),
        Item::Param(item) => (format!("param {}", item.body.name.value), item.span),
        Item::Table(item) => (format!("table {}", item.body.name.value), item.span),
        Item::Let(item) => (format!("let {}", item.body.name.value), item.span),
        Item::Unique(item) => (format!("unique {}", item.body.name.value), item.span),
        Item::Stage(item) => (format!("stage {}", item.body.name.value), item.span),
        _ => return None,
    })
}

/// A value of a type; which one, the number says.
fn value(ty: &Type, seed: usize) -> Value {
    const TEXTS: [&str; 8] = [
        "Berlin",
        "Zoë",
        "O'Connor-\u{df}",
        "\u{202e}abc\u{0}",
        "李小龍",
        "a,b=c+d\"<>#;\\",
        "First aid",
        "ada.king@example.com",
    ];
    const DATES: [&str; 5] = [
        "2020-01-01",
        "2026-03-29",
        "2026-10-25",
        "-009999-01-01",
        "9999-12-31",
    ];
    let text = || Arc::from(TEXTS[seed % TEXTS.len()]);
    match ty {
        Type::Text => Value::Text(text()),
        Type::Int => Value::Int([0, 7, -1, i64::MAX, i64::MIN][seed % 5]),
        Type::Number => Value::Number([0_i64, 40, -3, 1_000_000][seed % 4].into()),
        Type::Bool => Value::Bool(seed % 2 == 0),
        Type::Date => Value::Date(DATES[seed % DATES.len()].parse().unwrap()),
        Type::Time => Value::Time(jiff::civil::time(23, 59, 0, 0)),
        Type::OneOf(choices) => Value::OneOf(choices[seed % choices.len()].clone()),
        Type::Person => Value::Person(PersonId::from(i64::try_from(seed % 5).unwrap())),
        Type::List(item) => Value::List((0..1 + seed % 3).map(|n| value(item, seed + n)).collect()),
        Type::Employment(fields) => Value::Employment(Arc::new(Employment::new(
            fields
                .iter()
                .enumerate()
                .map(|(n, field)| {
                    (!field.optional || (seed + n) % 3 > 0).then(|| value(&field.ty, seed + n))
                })
                .collect::<Vec<_>>(),
        ))),
        Type::Duration | Type::Timezone => Value::Text(text()),
    }
}

/// Whether a value of the type would need one that is written by rules of its own.
fn odd(ty: &Type) -> bool {
    match ty {
        Type::Duration | Type::Timezone => true,
        Type::List(item) => odd(item),
        Type::Employment(fields) => fields.iter().any(|field| odd(&field.ty)),
        Type::Text
        | Type::Int
        | Type::Number
        | Type::Bool
        | Type::Date
        | Type::Time
        | Type::OneOf(_)
        | Type::Person => false,
    }
}

/// Four people of all kinds, and none where a type has no values here.
fn people(schema: &Arc<Schema>) -> Option<Snapshot> {
    if schema.attributes().iter().any(|one| odd(&one.ty)) {
        return None;
    }
    let people = (1_i64..=4).map(|id| {
        let seed = usize::try_from(id).unwrap() * 7;
        let attributes = schema.attributes().iter().enumerate();
        let mut values: Vec<Option<Value>> = attributes
            .map(|(n, one)| {
                (!one.optional || (seed + n) % 3 > 0).then(|| value(&one.ty, seed + n))
            })
            .collect();
        values[schema.key()] = Some(match schema.attributes()[schema.key()].ty {
            Type::Int => Value::Int(id),
            _ => Value::Text(id.to_string().into()),
        });
        Person::new(PersonId::from(id), values)
    });
    let origin = Origin::new("fuzz");
    Snapshot::new(schema.clone(), people.collect(), Vec::new(), origin).ok()
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = tenure::text::decode(bytes) else {
        return;
    };
    let mut sources = Sources::new();
    let id = sources.add("fuzzed.tenure", text.as_str());
    let (file, mut diagnostics) = syntax::parse(id, &text);
    let own: BTreeSet<String> = file
        .items
        .iter()
        .filter_map(|item| key(item).map(|(key, _)| key))
        .collect();
    let mut files = vec![file];
    let whole = own.contains("person") && own.contains("lifecycle");
    if !whole {
        let (prelude, _) = syntax::parse(tenure::diagnostic::FileId(0), PRELUDE);
        let mut rest = String::new();
        for (key, span) in prelude.items.iter().filter_map(key) {
            if !own.contains(&key) {
                rest.push_str(&PRELUDE[span.start as usize..span.end as usize]);
                rest.push('\n');
            }
        }
        let id = sources.add("prelude.tenure", rest.as_str());
        files.push(syntax::parse(id, &rest).0);
    }
    let mut tables: BTreeMap<FileKey, Result<tenure::diagnostic::FileId, String>> = BTreeMap::new();
    for key in wanted_files(&files) {
        let read = if &*key.1 == "sites.csv" {
            Ok(sources.add(key.1.clone(), SITES))
        } else {
            Err("there is no such file".to_owned())
        };
        tables.insert(key, read);
    }
    if diagnostics.iter().any(Diagnostic::is_error) {
        return;
    }
    let (policy, mut found) = compile(&Input {
        files: &files,
        sources: &sources,
        tables: &tables,
        params: &BTreeMap::new(),
        bases: &*BASES,
        posted: tenure::policy::Posted::Nothing,
        question: None,
    });
    diagnostics.append(&mut found);
    let _ = human(&sources, &diagnostics, Style::default());
    let Some(policy) = policy else {
        assert!(diagnostics.iter().any(Diagnostic::is_error), "no policy, and nothing is said");
        return;
    };
    let Some(people) = people(&policy.schema) else {
        return;
    };
    for now in ["2026-03-02T08:00:00Z", "2026-03-29T01:00:00Z", "9998-12-31T22:00:00Z"] {
        let now: Timestamp = now.parse().unwrap();
        let evaluator = Evaluator::new(&policy, &people, now);
        for person in people.people() {
            let wish = evaluator.wish(person);
            assert_eq!(wish, evaluator.wish(person));
            let _ = evaluator.explain(person, &sources, false);
        }
    }
});
