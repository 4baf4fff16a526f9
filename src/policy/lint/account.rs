//! What stands on the account: values that do not fit, first passwords, what Exchange needs.

use super::{Lint, Linter, codes, nodes};
use crate::diagnostic::{Diagnostic, Span};
use crate::directory::schema::Attribute;
use crate::hr::{self, Origin, PersonId, Snapshot};
use crate::policy::eval::{Evaluator, Record, Value};
use crate::policy::ir::{Kind, Node};
use crate::policy::program::Line;
use crate::policy::types::Type;
use crate::syntax::ast::{CompareOp, Item, PasswordStatement};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use std::sync::Arc;

/// The attribute that hides an account from address lists, and the one without which nothing reads it.
const HIDE: &str = "msExchHideFromAddressLists";
const ALIAS_NAME: &str = "mailNickname";

/// The attribute that people log on with.
const LOGIN_NAME: &str = "sAMAccountName";

/// The shortest random password that is not told of: as long as the guidance for passwords that a machine makes and a
/// person types once.
const LENGTH: u32 = 14;

/// A name that is longer than most fields, and one without a letter.
const LONG: &str = "Wolfeschlegelsteinhausenbergerdorff";
const SIGNS: &str = "???";

/// Accounts that are hidden from address lists without the alias that this needs.
pub(super) const ALIAS: Lint = Lint {
    codes: &[&codes::HIDE_WITHOUT_ALIAS],
    run: |linter| {
        let program = &linter.policy.program;
        let lines = || {
            let stages = program.stages.iter().flat_map(|body| &body.lines);
            program.profile.iter().chain(stages)
        };
        let is = |name: &str| {
            let name = name.to_owned();
            move |line: &&Line| line.attribute.name == name && line.value.is_some()
        };
        if lines().any(|line| is(ALIAS_NAME)(&line)) {
            return;
        }
        let mut hidden = lines().filter(is(HIDE));
        if let Some(first) = hidden.next() {
            let message = format!(
                "`{HIDE}` is written and `{ALIAS_NAME}` is not: without it the account stays in the address lists"
            );
            let mut diagnostic = Diagnostic::new(&codes::HIDE_WITHOUT_ALIAS, first.span, message)
                .label("has no effect in Exchange Online")
                .help(format!("write a line `{ALIAS_NAME} = …` in `profile`"));
            for other in hidden {
                diagnostic = diagnostic.also(other.span, "here too");
            }
            linter.say(diagnostic);
        }
    },
};

/// First passwords that are weaker than they need be.
pub(super) const PASSWORD: Lint = Lint {
    codes: &[&codes::WEAK_PASSWORD],
    run: |linter| {
        let items: Vec<&Item> = linter.items().collect();
        for item in items {
            let Item::Password(item) = item else {
                continue;
            };
            let rules = &linter.policy.rules.password;
            let known = !rules.sealed_to.is_empty() || linter.policy.rules.tells_passwords();
            for statement in &item.body.statements {
                if let PasswordStatement::Random(length, span) = statement
                    && *length < LENGTH
                {
                    let message = format!(
                        "a first password of {length} characters is shorter than it need be"
                    );
                    linter.say(
                        Diagnostic::new(&codes::WEAK_PASSWORD, *span, message)
                            .label("short")
                            .help(format!(
                                "nobody has to remember it: write `random {LENGTH}` or more"
                            )),
                    );
                }
            }
            if known && !rules.change_at_first_logon && !rules.computed {
                linter.say(
                    Diagnostic::new(
                        &codes::WEAK_PASSWORD,
                        item.word,
                        "whoever hands the first password over knows it as long as it lasts",
                    )
                    .label("nobody has to change it")
                    .help("write `change at first logon`"),
                );
            }
        }
    },
};

/// Values of which it is known what they can be, and of which one is too long.
pub(super) const FITS: Lint = Lint {
    codes: &[&codes::MAY_NOT_FIT],
    run: |linter| {
        let program = &linter.policy.program;
        let stages = program.stages.iter().flat_map(|body| &body.lines);
        for line in program.profile.iter().chain(stages) {
            if let Some(value) = line.value.as_ref().filter(|node| node.ty.is_textual()) {
                fits(linter, line.attribute, value);
            }
        }
    },
};

fn fits(linter: &mut Linter<'_>, attribute: &'static Attribute, value: &Node) {
    let Some(texts) = linter.texts(value) else {
        return;
    };
    let unfit = texts.iter().find_map(|text| {
        let unfit = attribute.check(text).err()?;
        Some((text.clone(), unfit.to_string()))
    });
    let Some((text, why)) = unfit else {
        return;
    };
    let constant = Node::constant(Value::Text(text.clone()), Type::Text, value.span.after());
    let kind = Kind::Compare {
        op: CompareOp::Equal,
        left: Box::new(value.clone()),
        right: Box::new(constant),
    };
    let is_that = Node::condition(kind, value.span);
    let Some(example) = linter.example(&[(&is_that, true)]) else {
        return;
    };
    let message = format!(
        "`{}` cannot hold what this is for some people: {why}",
        attribute.name
    );
    linter.say(
        Diagnostic::new(&codes::MAY_NOT_FIT, value.span, message)
            .label("held for them")
            .help(format!(
                "for example: {} makes {text:?}; shorten it, as with `.take(…)`",
                example.words
            )),
    );
}

/// Logon names that somebody is without.
pub(super) const LOGIN: Lint = Lint {
    codes: &[&codes::LOGIN_MAY_NOT_FIT],
    run: |linter| {
        let program = &linter.policy.program;
        let line = program
            .profile
            .iter()
            .find(|line| line.attribute.name == LOGIN_NAME);
        let Some((attribute, value)) =
            line.and_then(|line| Some((line.attribute, line.value.as_ref()?)))
        else {
            return;
        };
        let mut uniques = Vec::new();
        nodes::walk(value, &mut |node| {
            if let Kind::Unique(index) = node.kind {
                uniques.push(index);
            }
        });
        if uniques.is_empty() {
            for name in [LONG, SIGNS] {
                let Some((person, text)) = made(linter, name, value) else {
                    continue;
                };
                let why = match &text {
                    Some(text) => attribute.check(text).err().map(|unfit| unfit.to_string()),
                    None => Some("it is missing".to_owned()),
                };
                if let Some(why) = why {
                    tell(
                        linter,
                        value.span,
                        &why,
                        &person,
                        "give it with a `unique`, from a value such as `.slug().take(20)`",
                    );
                    return;
                }
            }
        }
        for index in uniques {
            let Some(tries) = program.uniques.get(index as usize) else {
                continue;
            };
            let Some(first) = tries.first().map(|one| one.before.span) else {
                continue;
            };
            let mut somebody = None;
            let all = tries
                .iter()
                .all(|one| match made(linter, SIGNS, &one.before) {
                    Some((person, None)) => {
                        somebody = Some(person);
                        true
                    }
                    _ => false,
                });
            if let (true, Some(person)) = (all, somebody) {
                tell(
                    linter,
                    first,
                    "no candidate is left",
                    &person,
                    "end with a candidate that is always there, such as `else \"user{id}\"`",
                );
            }
        }
    },
};

fn tell(linter: &mut Linter<'_>, span: Span, why: &str, person: &str, help: &str) {
    let message = format!("somebody would be without a logon name: {why}");
    linter.say(
        Diagnostic::new(&codes::LOGIN_MAY_NOT_FIT, span, message)
            .label("held for them")
            .help(format!("for example: {person}; {help}")),
    );
}

/// What an expression is for somebody whose texts are all this one: who that is, and the text.
fn made(linter: &Linter<'_>, text: &str, node: &Node) -> Option<(String, Option<Arc<str>>)> {
    let policy = linter.policy;
    let attributes = policy.schema.attributes();
    let values = attributes.iter().map(|attribute| sample(attribute, text));
    let person = hr::Person::new(PersonId::from(1), values.collect::<Vec<_>>());
    let people = vec![person];
    let origin = Origin::new("example");
    let snapshot = Snapshot::new(policy.schema.clone(), people, Vec::new(), origin).ok()?;
    let person = snapshot.people().first()?;
    let evaluator = Evaluator::new(policy, &snapshot, Timestamp::UNIX_EPOCH);
    let (scope, _) = evaluator.scope(Record::Known(person)).ok()?;
    let value = scope.value(node).ok()?;
    let mut facts: Vec<String> = Vec::new();
    super::dates::deep(linter, node, &mut |node| {
        if let Kind::Field(position) = node.kind
            && let Some(name) = super::dates::name_of(&policy.schema, position)
        {
            facts.push(match person.get(position as usize) {
                Some(value @ hr::Value::Text(_)) => format!("{name} = \"{value}\""),
                Some(value) => format!("{name} = {value}"),
                None => format!("{name} missing"),
            });
        }
    });
    facts.sort();
    facts.dedup();
    Some((facts.join(", "), value.map(Value::into_text)))
}

fn sample(attribute: &hr::Attribute, text: &str) -> Option<hr::Value> {
    if attribute.key {
        return Some(match attribute.ty {
            hr::Type::Int => hr::Value::Int(1),
            _ => hr::Value::Text("1".into()),
        });
    }
    if attribute.optional && attribute.ty != hr::Type::Text {
        return None;
    }
    Some(match &attribute.ty {
        hr::Type::Text => hr::Value::Text(text.into()),
        hr::Type::OneOf(choices) => hr::Value::OneOf(choices.first()?.clone()),
        hr::Type::Int => hr::Value::Int(1),
        hr::Type::Number => hr::Value::Number(hr::Decimal::of_parts(0)?),
        hr::Type::Bool => hr::Value::Bool(false),
        hr::Type::Date => hr::Value::Date(Date::constant(2026, 3, 2)),
        hr::Type::Time => hr::Value::Time(Time::midnight()),
        hr::Type::Timezone => hr::Value::Timezone("UTC".into()),
        hr::Type::Person => hr::Value::Person(PersonId::from(1)),
        _ => return None,
    })
}
