//! `test`: people, accounts and expectations, checked as all else is.

use super::{Allowed, Lower, What as Declared};
use crate::diagnostic::{Diagnostic, Span, did_you_mean};
use crate::directory::Dn;
use crate::hr::{self, PersonId};
use crate::policy::codes;
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node};
use crate::policy::trial::{Account, Day, Expectation, Given, State, Test, What};
use crate::policy::types::Type;
use crate::syntax::ast::{
    self, AccountStatement, Expected, Expr, ExprKind, FileItem, Name, TestStatement,
};
use jiff::civil::{Time, time};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The time of a day that is given without one: most rules of a day have spoken by then, and none of its end.
const NOON: Time = time(12, 0, 0, 0);

/// What the person without a name is called among those of a test: nothing that can be written.
const UNNAMED: &str = "";

/// What is gathered of a test.
struct Draft {
    /// The key of each person, by name.
    people: BTreeMap<Arc<str>, PersonId>,
    /// Whom it is about, where that is known.
    about: Option<PersonId>,
    test: Test,
    /// Positions that a person has values for; the required ones must be among them.
    broken: bool,
}

impl Lower<'_> {
    /// All tests, once the rest is right: what is wrong there would be said again at each test that names it.
    pub(crate) fn tests_of(&mut self, items: &[&FileItem<ast::Test>]) {
        if self.diagnostics.iter().any(Diagnostic::is_error) {
            return;
        }
        for item in items {
            self.test(item);
        }
    }

    /// `test "…" { … }`.
    fn test(&mut self, item: &FileItem<ast::Test>) {
        let name = &item.body.name;
        if let Some(first) = self.tests.iter().find(|test| test.name == name.value) {
            let first = first.span;
            self.report(
                Diagnostic::new(
                    &codes::DUPLICATE,
                    name.span,
                    format!("two tests are called `{}`", name.value),
                )
                .label("again")
                .also(first, "first here")
                .help("give each a name of its own: a report tells them by it"),
            );
        }
        let begin = self.diagnostics.len();
        let people = self.people_of_test(item);
        let unnamed = people.get(UNNAMED).cloned();
        let first = item.body.statements.iter().find_map(|one| match one {
            TestStatement::Person(given) => Some(given.name.as_ref()?.value.clone()),
            _ => None,
        });
        let about = unnamed.or_else(|| people.get(&first?).cloned());
        let Some(about) = about else {
            if !self.broken_since(begin) {
                self.bad_test(item.word, "a test is about a person, and this one has none")
                    .label("without a person")
                    .help("write `person { … }` with the attributes that matter")
                    .report(self);
            }
            return;
        };
        let mut draft = Draft {
            people,
            about: Some(about.clone()),
            broken: false,
            test: Test {
                name: name.value.clone(),
                span: name.span,
                about,
                accounts: Vec::new(),
                taken: Vec::new(),
                missing: Vec::new(),
                days: Vec::new(),
            },
        };
        for statement in &item.body.statements {
            self.test_statement(statement, &mut draft);
        }
        self.days_of_test(item, &mut draft);
        if !draft.broken && !self.broken_since(begin) {
            self.tests.push(draft.test);
        }
    }

    /// The keys of all people of a test, by name: a reference may stand before the person.
    fn people_of_test(&mut self, item: &FileItem<ast::Test>) -> BTreeMap<Arc<str>, PersonId> {
        let key = self.key_of_people();
        let mut people: BTreeMap<Arc<str>, PersonId> = BTreeMap::new();
        for statement in &item.body.statements {
            let TestStatement::Person(given) = statement else {
                continue;
            };
            let name = given.name.as_ref();
            let name = name.map_or_else(|| UNNAMED.into(), |name| name.value.clone());
            let written = key.as_ref().and_then(|key| {
                let mut fields = given.fields.iter();
                fields.find(|(field, _)| field.value == *key)
            });
            let id = match written.map(|(_, value)| value) {
                Some(Some(expr)) => match &expr.kind {
                    ExprKind::Int(number) => Some(PersonId::from(*number)),
                    ExprKind::Text(text) => {
                        text.literal().and_then(|text| PersonId::parse(text).ok())
                    }
                    _ => None,
                },
                _ => None,
            };
            let known = people.get(&name);
            match (id, known) {
                (Some(id), None) => {
                    if people.values().any(|other| *other == id) {
                        self.bad_test(
                            given.span,
                            format!("two people of this test have the key {id}"),
                        )
                        .label("again")
                        .help("give each person a key of their own")
                        .report(self);
                    }
                    people.insert(name, id);
                }
                (Some(id), Some(known)) if *known != id => {
                    self.bad_test(given.span, "a person's key stays the same from day to day")
                        .label("another key")
                        .help("leave the key out, or give this person a name of their own")
                        .report(self);
                }
                (None, None) => {
                    let key = key.as_deref().unwrap_or("id");
                    self.bad_test(given.span, format!("this person has no `{key}`"))
                        .label("without a key")
                        .help(format!("write `{key} = …`: it says who it is"))
                        .report(self);
                }
                _ => {}
            }
        }
        people
    }

    /// The name of the field that is the key.
    fn key_of_people(&self) -> Option<Arc<str>> {
        let key = self.hr_fields.iter().find(|field| field.key)?;
        Some(key.name.clone())
    }

    fn test_statement(&mut self, statement: &TestStatement, draft: &mut Draft) {
        match statement {
            TestStatement::On(date, at, span) => {
                let day = Day {
                    date: *date,
                    time: at.unwrap_or(NOON),
                    people: Vec::new(),
                    expected: Vec::new(),
                };
                let before = draft.test.days.last();
                if before.is_some_and(|before| (before.date, before.time) >= (day.date, day.time)) {
                    self.bad_test(*span, "the days of a test follow each other")
                        .label("not after the day before it")
                        .help("name a later day, or another time of it")
                        .report(self);
                }
                draft.test.days.push(day);
            }
            TestStatement::Person(given) => self.given_person(given, draft),
            TestStatement::Account(given) => self.account_of_test(given, draft),
            TestStatement::Taken(attribute, values, _) => {
                let attribute = self.known_attribute(attribute);
                for value in values {
                    let value = self.literal_text(value);
                    if let (Some(attribute), Some(value)) = (attribute, value) {
                        draft.test.taken.push((attribute.name.into(), value));
                    }
                }
            }
            TestStatement::MissingGroup(groups, _) => {
                for group in groups {
                    if let Some(name) = self.literal_text(group) {
                        self.never_given(&name, group.span);
                        draft.test.missing.push(name);
                    }
                }
            }
            TestStatement::Expect(rule) => {
                let Some(of) = self.person_named(rule.of.as_ref(), draft) else {
                    return;
                };
                let Some(what) = self.expected(&rule.clause) else {
                    return;
                };
                let Some(day) = draft.test.days.last_mut() else {
                    self.bad_test(rule.span, "it is not said when this is expected")
                        .label("before the first day")
                        .help("write `on 2026-03-02` before it")
                        .report(self);
                    return;
                };
                day.expected.push(Expectation {
                    of,
                    negated: rule.negated,
                    what,
                    span: rule.span,
                });
            }
        }
    }

    /// A person of a test by name; without one the one whom it is about.
    fn person_named(&mut self, name: Option<&Name>, draft: &Draft) -> Option<PersonId> {
        let Some(name) = name else {
            return draft.about.clone();
        };
        if let Some(id) = draft.people.get(&name.value) {
            return Some(id.clone());
        }
        let names = draft.people.keys().map(AsRef::as_ref);
        let near = did_you_mean(&name.value, names).map(str::to_owned);
        self.bad_test(
            name.span,
            format!("nobody of this test is called `{}`", name.value),
        )
        .label("unknown person")
        .help(format!("write `person {} {{ … }}`", name.value))
        .near(near.as_deref())
        .report(self);
        None
    }

    fn given_person(&mut self, given: &ast::Given, draft: &mut Draft) {
        let name = given.name.as_ref();
        let name = name.map_or(UNNAMED, |name| &*name.value);
        let Some(id) = draft.people.get(name).cloned() else {
            return;
        };
        let begun = draft.test.days.iter().flat_map(|day| &day.people);
        let first = !begun.into_iter().any(|one| one.id == id);
        let mut values: Vec<(u32, Option<hr::Value>)> = Vec::new();
        for (field, value) in &given.fields {
            let declared = self.names.get(&field.value).map(|declared| declared.what);
            let Some(Declared::Field(position)) = declared else {
                let fields = self.hr_fields.iter().map(|field| &*field.name);
                let near = did_you_mean(&field.value, fields).map(str::to_owned);
                let message = format!("a person has no field `{}`", field.value);
                self.report(
                    Diagnostic::new(&codes::UNKNOWN_FIELD, field.span, message)
                        .label("unknown field")
                        .help("a test gives what `person { … }` declares, by its names there")
                        .help_did_you_mean(near.as_deref()),
                );
                draft.broken = true;
                continue;
            };
            if values.iter().any(|(known, _)| *known == position) {
                let message = format!("`{}` is given twice", field.value);
                self.report(Diagnostic::new(&codes::DUPLICATE, field.span, message).label("again"));
            }
            let value = if let Some(expr) = value {
                let Some(value) = self.value_of_test(expr, position, draft) else {
                    draft.broken = true;
                    continue;
                };
                Some(value)
            } else {
                None
            };
            values.push((position, value));
        }
        if first && given.vanished {
            self.bad_test(given.span, "this person was never there")
                .label("vanished before the first day")
                .help("give the person on a day before")
                .report(self);
        }
        if first && !given.vanished {
            self.lacks_nothing(given, &values);
        }
        let given = Given {
            id,
            values,
            vanished: given.vanished,
        };
        if draft.test.days.is_empty() {
            draft.test.days.push(Day {
                date: jiff::civil::Date::MIN,
                time: NOON,
                people: Vec::new(),
                expected: Vec::new(),
            });
        }
        if let Some(day) = draft.test.days.last_mut() {
            day.people.push(given);
        }
    }

    /// A required field that is not there is a mistake, and no bad record on purpose.
    fn lacks_nothing(&mut self, given: &ast::Given, values: &[(u32, Option<hr::Value>)]) {
        let given_at = |position: u32| values.iter().any(|(known, _)| *known == position);
        let lacking: Vec<String> = (0_u32..)
            .zip(&self.hr_fields)
            .filter(|(position, field)| !field.optional && !field.key && !given_at(*position))
            // A value that is wrong is told of where it stands.
            .filter(|(_, field)| {
                given
                    .fields
                    .iter()
                    .all(|(name, _)| name.value != field.name)
            })
            .map(|(_, field)| format!("`{}`", field.name))
            .collect();
        if let Some(first) = lacking.first() {
            let first = first.trim_matches('`').to_owned();
            self.bad_test(
                given.span,
                format!(
                    "this person has no {}, and `person` requires it",
                    lacking.join(", ")
                ),
            )
            .label("a record that HR's reader would set aside")
            .help(format!(
                "give a value, or write `{first} = missing` where the record is meant to be bad"
            ))
            .report(self);
        }
    }

    fn value_of_test(&mut self, expr: &Expr, position: u32, draft: &Draft) -> Option<hr::Value> {
        let ty = self.hr_fields.get(position as usize)?.ty.clone();
        if ty == hr::Type::Person
            && let ExprKind::Name(name) = &expr.kind
        {
            let name = Name::new(name.clone(), expr.span);
            return Some(hr::Value::Person(self.person_named(Some(&name), draft)?));
        }
        let node = self.allowing(Allowed::default(), |lower| {
            lower.expr_as(expr, &Type::from_hr(&ty))
        });
        if node.ty == Type::Error {
            return None;
        }
        let value = constant(&node).and_then(|value| to_hr(value, &ty));
        if value.is_none() {
            self.bad_test(expr.span, "the values of a test are written out")
                .label("not written out")
                .help("write a literal, a list of them, or the name of another person of this test")
                .report(self);
        }
        value
    }

    fn account_of_test(&mut self, given: &ast::GivenAccount, draft: &mut Draft) {
        let nobody = given
            .of
            .as_ref()
            .is_some_and(|name| &*name.value == "nobody");
        let of = if nobody {
            None
        } else {
            let Some(of) = self.person_named(given.of.as_ref(), draft) else {
                return;
            };
            Some(of)
        };
        let mut account = Account {
            of,
            enabled: true,
            unit: None,
            groups: Vec::new(),
            attributes: Vec::new(),
        };
        for statement in &given.statements {
            match statement {
                AccountStatement::Enabled(enabled, _) => account.enabled = *enabled,
                AccountStatement::Unit(expr) => account.unit = self.unit_of_test(expr),
                AccountStatement::Group(groups) => {
                    for group in groups {
                        account.groups.extend(self.literal_text(group));
                    }
                }
                AccountStatement::Attribute(name, value) => {
                    let Some(attribute) = self.known_attribute(name) else {
                        continue;
                    };
                    let node = self.expr(value);
                    let Some(value) = constant(&node) else {
                        if node.ty != Type::Error {
                            self.bad_test(value.span, "the values of a test are written out")
                                .label("not written out")
                                .report(self);
                        }
                        continue;
                    };
                    let values = match value {
                        Value::List(items) => items.iter().map(in_ldap).collect(),
                        other => vec![in_ldap(&other)],
                    };
                    account.attributes.push((attribute.name.into(), values));
                }
            }
        }
        if draft.test.days.iter().any(|day| !day.expected.is_empty()) {
            self.bad_test(given.span, "an account is there before a test begins")
                .label("after the first expectation")
                .help("write it before the first `expect`")
                .report(self);
        }
        draft.test.accounts.push(account);
    }

    fn unit_of_test(&mut self, expr: &Expr) -> Option<Dn> {
        let node = self.place(expr);
        match node.kind {
            Kind::Const(Value::Unit(dn)) => Some(dn),
            Kind::Error => None,
            _ => {
                self.not_literal(expr.span);
                None
            }
        }
    }

    fn expected(&mut self, clause: &Expected) -> Option<What> {
        Some(match clause {
            Expected::Stage(name) => {
                let used = self.used.clone();
                let stage = self.stage_named(name);
                // To be expected is no use.
                self.used = used;
                let stage = self.rules.stage(stage?)?;
                What::Stage(stage.name.clone())
            }
            Expected::Account(word) => {
                let state = State::ALL.iter().find(|(_, known)| *known == &*word.value);
                What::Account(state?.0)
            }
            Expected::Unit(expr) => What::Unit(self.unit_of_test(expr)?),
            Expected::Group(groups, _) => What::Groups(self.groups_of_test(groups)),
            Expected::Exactly(groups, lists) => What::Exactly(self.groups_of_test(groups), *lists),
            Expected::Notice(name, to) => {
                if let Some(name) = name
                    && !self
                        .rules
                        .notices
                        .iter()
                        .any(|rule| rule.name == name.value)
                {
                    let names: Vec<String> = self
                        .rules
                        .notices
                        .iter()
                        .map(|rule| rule.name.to_string())
                        .collect();
                    let near = did_you_mean(&name.value, names.iter().map(String::as_str));
                    let near = near.map(|near| format!("did you mean `{near}`?"));
                    let help = format!("declare it: `notify \"{}\" {{ … }}`", name.value);
                    self.bad_test(name.span, format!("there is no notice `{}`", name.value))
                        .label("unknown notice")
                        .help(near.unwrap_or(help))
                        .report(self);
                    return None;
                }
                let mut addresses = Vec::new();
                for one in to {
                    addresses.push(self.literal_text(one)?);
                }
                What::Notice(name.as_ref().map(|name| name.value.clone()), addresses)
            }
            Expected::Event(kind) => What::Event(kind.value),
            Expected::Quarantine => What::Quarantine,
            Expected::Held => What::Held,
            Expected::Guard(kind) => What::Guard(kind.as_ref().map(|kind| kind.value)),
            Expected::Approval(kind) => What::Approval(kind.as_ref().map(|kind| kind.value)),
            Expected::Condition(expr) => What::Condition(self.account_tests(expr)?),
        })
    }

    /// Groups by name; a list in brackets counts as its elements.
    fn groups_of_test(&mut self, exprs: &[Expr]) -> Vec<Arc<str>> {
        let mut names = Vec::new();
        for expr in exprs {
            if let ExprKind::List(items) = &expr.kind {
                names.extend(self.groups_of_test(items));
            } else if let Some(name) = self.literal_text(expr) {
                self.never_given(&name, expr.span);
                names.push(name);
            }
        }
        names
    }

    /// Warns of a group that no rule gives: mostly its name is misspelt.
    fn never_given(&mut self, name: &str, span: Span) {
        let blocks = self.rules.blocks.iter();
        let mut known: Vec<Arc<str>> = blocks.flat_map(|block| block.names.clone()).collect();
        known.extend(self.rules.named_groups.iter().cloned());
        let lower = name.to_lowercase();
        if known.iter().any(|known| known.to_lowercase() == lower) {
            return;
        }
        let near = did_you_mean(name, known.iter().map(AsRef::as_ref)).map(str::to_owned);
        let message = format!("no rule gives the group `{name}`");
        let mut diagnostic = Diagnostic::new(&codes::GROUP_NEVER_GIVEN, span, message)
            .label("given by no rule")
            .help("correct its name; only an account that a test gives can be in it");
        if let Some(near) = near {
            diagnostic = diagnostic
                .help(format!("did you mean `{near}`?"))
                .fix(crate::diagnostic::Fix::replace(span, format!("{near:?}")));
        }
        self.report(diagnostic);
    }

    /// People that stand before the first `on` belong to it.
    fn days_of_test(&mut self, item: &FileItem<ast::Test>, draft: &mut Draft) {
        let days = &mut draft.test.days;
        if let [first, second, ..] = days.as_mut_slice()
            && first.date == jiff::civil::Date::MIN
        {
            let mut people = std::mem::take(&mut first.people);
            people.append(&mut second.people);
            second.people = people;
            days.remove(0);
        }
        if days.iter().all(|day| day.date == jiff::civil::Date::MIN) {
            draft.broken = true;
            self.bad_test(item.word, "this test has no day")
                .label("it is not said when")
                .help("write `on 2026-03-02`, or `on 2026-03-02 at 09:00`")
                .report(self);
        } else if !item
            .body
            .statements
            .iter()
            .any(|statement| matches!(statement, TestStatement::Expect(_)))
        {
            self.bad_test(item.word, "this test expects nothing")
                .label("can never fail")
                .help("end with `expect …`")
                .report(self);
        }
    }

    #[expect(clippy::unused_self, reason = "reads as all reports do")]
    fn bad_test(&self, span: Span, message: impl Into<String>) -> Bad {
        Bad(Diagnostic::new(&codes::BAD_TEST, span, message))
    }
}

/// A report in the making.
struct Bad(Diagnostic);

impl Bad {
    fn label(self, text: &str) -> Self {
        Self(self.0.label(text))
    }

    fn help(self, text: impl Into<String>) -> Self {
        Self(self.0.help(text))
    }

    fn near(self, near: Option<&str>) -> Self {
        Self(self.0.help_did_you_mean(near))
    }

    fn report(self, lower: &mut Lower<'_>) {
        lower.report(self.0);
    }
}

/// The value of a node that is written out.
fn constant(node: &Node) -> Option<Value> {
    match &node.kind {
        Kind::Const(value) => Some(value.clone()),
        Kind::List(items) => {
            let items: Option<Vec<Value>> = items.iter().map(constant).collect();
            Some(Value::List(items?.into()))
        }
        _ => None,
    }
}

/// A value as the directory writes it.
fn in_ldap(value: &Value) -> Arc<str> {
    match value {
        Value::Bool(true) => "TRUE".into(),
        Value::Bool(false) => "FALSE".into(),
        other => other.to_string().into(),
    }
}

/// A value as HR has it.
fn to_hr(value: Value, ty: &hr::Type) -> Option<hr::Value> {
    Some(match (value, ty) {
        (Value::Text(text), hr::Type::OneOf(_)) => hr::Value::OneOf(text),
        (Value::Text(text), _) => hr::Value::Text(text),
        (Value::Int(number), hr::Type::Number) => {
            hr::Value::Number(number.to_string().parse().ok()?)
        }
        (Value::Int(number), _) => hr::Value::Int(number),
        (Value::Number(number), _) => hr::Value::Number(number),
        (Value::Bool(truth), _) => hr::Value::Bool(truth),
        (Value::Date(date), _) => hr::Value::Date(date),
        (Value::Time(time), _) => hr::Value::Time(time),
        (Value::Duration(duration), _) => hr::Value::Duration(duration),
        (Value::Timezone(zone), _) => hr::Value::Timezone(zone),
        (Value::List(items), hr::Type::List(element)) => {
            let items: Option<Vec<hr::Value>> = items
                .iter()
                .map(|item| to_hr(item.clone(), element))
                .collect();
            hr::Value::List(items?.into())
        }
        _ => return None,
    })
}
