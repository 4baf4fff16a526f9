//! From what HR sent to a value of the declared type.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::notation::{self, Problem};
use super::value::normalise;
use super::{PersonId, RawValue, Type, Value};
use crate::text::{excerpt, visible};

/// The longest text, in bytes; nothing in a directory is longer, and what is has been pasted into the wrong field.
pub const MAX_TEXT_BYTES: usize = 16 * 1024;

/// The most values of one list.
pub const MAX_ITEMS: usize = 1_000;

/// Reads one text as a value of that type; nothing but spaces is missing.
///
/// Tables of a policy read their cells with it, so that a column is checked as an attribute is.
pub fn read_text(ty: &Type, text: &str) -> Result<Option<Value>, Problem> {
    Typist::new(Type::Text).text(ty, text)
}

/// Types values, and keeps each distinct text once.
#[derive(Debug)]
pub(super) struct Typist {
    /// The type of the key, by which references are read.
    key: Type,
    texts: FxHashSet<Arc<str>>,
    zones: FxHashMap<String, Result<Arc<str>, Problem>>,
}

impl Typist {
    pub(super) fn new(key: Type) -> Self {
        Self {
            key,
            texts: FxHashSet::default(),
            zones: FxHashMap::default(),
        }
    }

    /// The value that was sent, or nothing where HR says that there is none.
    pub(super) fn value(&mut self, ty: &Type, raw: &RawValue) -> Result<Option<Value>, Problem> {
        if let (Type::List(item), RawValue::List(items)) = (ty, raw) {
            return self.list(item, items);
        }
        match raw {
            RawValue::Null => Ok(None),
            RawValue::Text(text) => self.text(ty, text),
            RawValue::Integer(number) => self.integer(ty, *number),
            RawValue::Decimal(text) => self.decimal(ty, text),
            RawValue::Bool(truth) => Self::truth(ty, *truth),
            RawValue::Reference(id) => self.reference(ty, raw, id),
            // Older recordings say `[]` where they mean nothing.
            RawValue::List(items) if items.is_empty() => Ok(None),
            RawValue::Record(_) => Err(Problem::new(
                "is an employment",
                "take the attribute out of the policy's `person`",
            )),
            RawValue::Photo(photo) if *ty == Type::Photo => Ok(Some(Value::Photo(photo.clone()))),
            RawValue::Photo(_) => Err(Problem::new(
                "is a photo",
                "declare it `photo?`, as in `photo : photo? from \"profile_picture\"`",
            )),
            RawValue::List(_) => Err(Problem::new(
                "is a list",
                format!("declare it `list of {ty}`"),
            )),
            RawValue::Unusable(what) => Err(Problem::new(
                format!("is {}", excerpt(what, 80)),
                "correct it in HR, or take the attribute out of the policy's `person`",
            )),
        }
    }

    fn list(&mut self, item: &Type, items: &[RawValue]) -> Result<Option<Value>, Problem> {
        if items.len() > MAX_ITEMS {
            return Err(Problem::new(
                format!("has more than {MAX_ITEMS} values"),
                "shorten the list in HR",
            ));
        }
        let mut values = Vec::with_capacity(items.len());
        for raw in items {
            values.extend(self.value(item, raw)?);
        }
        Ok((!values.is_empty()).then(|| Value::List(values.into())))
    }

    fn text(&mut self, ty: &Type, text: &str) -> Result<Option<Value>, Problem> {
        let text = &*normalise(text);
        if text.is_empty() {
            return Ok(None);
        }
        if text.len() > MAX_TEXT_BYTES {
            return Err(Problem::new(
                format!("is longer than {} KiB", MAX_TEXT_BYTES / 1024),
                "shorten it in HR",
            ));
        }
        Ok(Some(match ty {
            Type::Text => Value::Text(self.shared(text)),
            Type::Int => Value::Int(notation::int(text)?),
            Type::Number => Value::Number(notation::number(text)?),
            Type::Bool => Value::Bool(notation::truth(text)?),
            Type::Date => Value::Date(notation::date(text)?),
            Type::Time => Value::Time(notation::time(text)?),
            Type::Duration => Value::Duration(text.parse().map_err(|_| {
                Problem::new(
                    "is not a duration",
                    "write a number and a unit, such as `14 days`",
                )
            })?),
            Type::Timezone => Value::Timezone(self.timezone(text)?),
            Type::Person => Value::Person(self.person(text)?),
            Type::OneOf(choices) => Value::OneOf(choose(choices, text)?),
            Type::Employment(_) => {
                return Err(Problem::new(
                    "is not an employment",
                    "record each employment as an object with its fields",
                ));
            }
            Type::Photo => {
                return Err(Problem::new(
                    "is a text, not a photo",
                    "leave it empty: photos come from Personio, and with its recordings",
                ));
            }
            Type::List(item) => {
                let items: Vec<RawValue> = text
                    .split(',')
                    .map(|part| RawValue::Text(part.into()))
                    .collect();
                return self.list(item, &items);
            }
        }))
    }

    fn reference(
        &mut self,
        ty: &Type,
        raw: &RawValue,
        id: &RawValue,
    ) -> Result<Option<Value>, Problem> {
        if let Type::List(item) = ty {
            return self.list(item, std::slice::from_ref(raw));
        }
        if *ty == Type::Person {
            return self.value(ty, id);
        }
        Err(Problem::new("is a person", "declare it `person?`"))
    }

    fn integer(&mut self, ty: &Type, number: i64) -> Result<Option<Value>, Problem> {
        if *ty == Type::Int {
            return Ok(Some(Value::Int(number)));
        }
        if *ty == Type::Person {
            return Ok(Some(Value::Person(number.into())));
        }
        self.text(ty, &number.to_string())
    }

    fn decimal(&mut self, ty: &Type, text: &str) -> Result<Option<Value>, Problem> {
        if *ty == Type::Int {
            return Ok(Some(Value::Int(notation::int_of_decimal(text)?)));
        }
        self.text(ty, text)
    }

    fn truth(ty: &Type, truth: bool) -> Result<Option<Value>, Problem> {
        if *ty == Type::Bool {
            return Ok(Some(Value::Bool(truth)));
        }
        Err(Problem::new("is true or false", "declare it `bool`"))
    }

    /// A reference is read as the key is: `007` is person 7 where keys are numbers.
    fn person(&self, text: &str) -> Result<PersonId, Problem> {
        let id = if self.key == Type::Int {
            notation::int(text).ok().map(PersonId::from)
        } else {
            PersonId::parse(text).ok()
        };
        id.ok_or_else(|| {
            Problem::new(
                "is not the id of a person",
                "refer to people by their id in HR",
            )
        })
    }

    fn timezone(&mut self, text: &str) -> Result<Arc<str>, Problem> {
        if let Some(known) = self.zones.get(text) {
            return known.clone();
        }
        let zone = notation::timezone(text).map(|name| self.shared(&name));
        self.zones.insert(text.to_owned(), zone.clone());
        zone
    }

    fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(shared) = self.texts.get(text) {
            return shared.clone();
        }
        let shared: Arc<str> = text.into();
        self.texts.insert(shared.clone());
        shared
    }
}

/// The choice that is meant, regardless of case, as the schema spells it.
fn choose(choices: &[Arc<str>], text: &str) -> Result<Arc<str>, Problem> {
    if let Some(choice) = choices.iter().find(|choice| choice.as_ref() == text) {
        return Ok(choice.clone());
    }
    let folded = text.to_lowercase();
    if let Some(choice) = choices
        .iter()
        .find(|choice| choice.to_lowercase() == folded)
    {
        return Ok(choice.clone());
    }
    let near = crate::diagnostic::did_you_mean(text, choices.iter().map(AsRef::as_ref));
    let listed: Vec<String> = choices
        .iter()
        .map(|choice| format!("`{}`", visible(choice)))
        .collect();
    let problem = Problem::new(
        format!("is none of {}", listed.join(", ")),
        "correct it in HR, or add the value to the policy's `one of (…)`",
    );
    Err(problem.hint(near.map(|near| format!("did you mean `{}`?", visible(near)))))
}
