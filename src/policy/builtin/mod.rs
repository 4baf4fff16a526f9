//! Functions of the language: one file each, one table that lists them.
//!
//! A function is pure and total: it may give nothing, it may not fail, and its work is in proportion to
//! what it is given. Adding one is a file, a line in the table of its folder, and examples, which are run
//! through the language and stand on its page in `docs/functions.md`.
//!
//! Begin with [`Builtin`].
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "asks for one or two kinds of a value; every other kind has the same answer"
)]

mod args;
mod date;
mod list;
mod number;
mod page;
mod phone;
mod text;

use super::types::Type;
use crate::policy::eval::Value;

pub use page::{Example, Page, examples, page, pages};
pub(crate) use text::{ascii, groups_named};

/// A function of the language.
#[derive(Debug)]
pub(crate) struct Builtin {
    /// Its name, which follows a dot: `x.take(2)`. Functions on different types may share one.
    pub(crate) name: &'static str,
    /// What it is called on.
    pub(crate) on: Kind,
    /// Parameters behind the value it is called on; those that may be left out come last.
    pub(crate) params: &'static [Param],
    /// What it gives.
    pub(crate) result: Kind,
    /// Whether it may give nothing although everything is given.
    pub(crate) presence: Presence,
    /// What it gives, in one sentence.
    pub(crate) summary: &'static str,
    /// What else there is to know, in Markdown; may be empty.
    pub(crate) details: &'static str,
    /// Calls and what they give, both in the language; `missing` where it is nothing.
    pub(crate) examples: &'static [(&'static str, &'static str)],
    /// The function; the arguments begin with the value it is called on.
    pub(crate) run: fn(&[Value]) -> Option<Value>,
}

/// The kinds of values that functions take and give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Int,
    /// A number, whole or not.
    Number,
    /// A number, whole if all that it is made of is.
    Sum,
    Bool,
    Date,
    Time,
    /// A list of texts.
    Texts,
    /// A list of dates.
    Dates,
    /// Any list.
    List,
    /// A list of values that have an order.
    Ordered,
    /// A list of values that can be printed.
    Printable,
    /// An element of the list it is called on.
    Item,
    /// A list like the one it is called on.
    Items,
    /// A regular expression that is written out.
    Regex,
    /// A text, or a regular expression that is written out.
    TextOrRegex,
}

/// A parameter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Param {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) check: Check,
    /// Whether it may be left out.
    pub(crate) optional: bool,
}

/// What the checker asks of an argument beyond its type.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Check {
    /// Nothing.
    Any,
    /// A number that is written out lies in these bounds; outside them the function gives nothing.
    Bounds(i64, i64),
    /// It is written out, and this finds nothing wrong with it.
    Literal(fn(&str) -> Result<(), Unfit>),
    /// If it is written out, this finds nothing wrong with it.
    IfLiteral(fn(&str) -> Result<(), Unfit>),
    /// The text that replaces a regular expression: `$1` stands for a group that there is.
    Replacement,
}

/// Why an argument cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unfit {
    /// In words, without a full stop.
    pub(crate) why: String,
    /// What was probably meant.
    pub(crate) right: Option<String>,
}

impl From<&str> for Unfit {
    fn from(why: &str) -> Self {
        Self {
            why: why.to_owned(),
            right: None,
        }
    }
}

/// Whether a function gives something when everything is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Always.
    Always,
    /// Where the numbers it is given are written out, and so have been checked.
    WithLiterals,
    /// Not always.
    Maybe,
}

impl Kind {
    /// Whether it is called on values of the type as they are.
    fn is(self, ty: &Type) -> bool {
        let list_of = |fits: fn(&Type) -> bool| matches!(ty, Type::List(item) if fits(item));
        match self {
            Self::Text => matches!(ty, Type::Text | Type::OneOf(_) | Type::Timezone),
            Self::Int => *ty == Type::Int,
            Self::Number => matches!(ty, Type::Int | Type::Number),
            Self::Bool => *ty == Type::Bool,
            Self::Date => *ty == Type::Date,
            Self::Time => *ty == Type::Time,
            Self::Texts => list_of(|item| matches!(item, Type::Text | Type::OneOf(_))),
            Self::Dates => list_of(|item| *item == Type::Date),
            Self::List => list_of(|_| true),
            Self::Ordered => list_of(Type::is_ordered),
            Self::Printable => list_of(is_printed),
            Self::Sum | Self::Item | Self::Items | Self::Regex | Self::TextOrRegex => false,
        }
    }

    /// The type of a parameter, or of a result of a call on a value of that type.
    pub(crate) fn ty(self, on: &Type) -> Type {
        match self {
            Self::Text | Self::Regex | Self::TextOrRegex => Type::Text,
            Self::Int => Type::Int,
            Self::Number | Self::Sum => Type::Number,
            Self::Bool => Type::Bool,
            Self::Date => Type::Date,
            Self::Time => Type::Time,
            Self::Texts => Type::List(Box::new(Type::Text)),
            Self::Dates => Type::List(Box::new(Type::Date)),
            Self::Item => match on {
                Type::List(item) => (**item).clone(),
                _ => Type::Error,
            },
            Self::List | Self::Ordered | Self::Printable | Self::Items => on.clone(),
        }
    }

    /// In a signature, as the language writes types.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Int => "int",
            Self::Number | Self::Sum => "number",
            Self::Bool => "bool",
            Self::Date => "date",
            Self::Time => "time",
            Self::Texts => "list of text",
            Self::Dates => "list of date",
            Self::List | Self::Items | Self::Ordered | Self::Printable => "list",
            Self::Item => "item",
            Self::Regex => "/regex/",
            Self::TextOrRegex => "text or /regex/",
        }
    }

    /// In a message: "called on …".
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Text | Self::Regex | Self::TextOrRegex => "a text",
            Self::Int => "a whole number",
            Self::Number | Self::Sum => "a number",
            Self::Bool => "a condition",
            Self::Date => "a date",
            Self::Time => "a time of day",
            Self::Texts => "a list of texts",
            Self::Dates => "a list of dates",
            Self::List | Self::Items | Self::Item => "a list",
            Self::Ordered => "a list of numbers, dates or times",
            Self::Printable => "a list of texts, numbers or dates",
        }
    }
}

/// Whether values of the type stand in a text as people expect.
fn is_printed(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Text | Type::Int | Type::Number | Type::Date | Type::Time | Type::OneOf(_)
    )
}

impl Builtin {
    /// The fewest arguments that it takes.
    pub(crate) fn least(&self) -> usize {
        self.params.iter().filter(|param| !param.optional).count()
    }

    /// Whether it works on texts.
    pub(crate) fn is_on_text(&self) -> bool {
        self.on == Kind::Text
    }

    /// Whether it can be called on a value of the type: as it is, or printed as a text.
    pub(crate) fn fits(&self, ty: &Type) -> bool {
        self.on.is(ty) || (self.is_on_text() && is_read_as_text(ty))
    }

    /// The type of a call; the types begin with that of the value it is called on.
    pub(crate) fn result_type(&self, types: &[&Type]) -> Type {
        let on = types.first().copied().unwrap_or(&Type::Error);
        match self.result {
            Kind::Sum if types.iter().all(|ty| **ty == Type::Int) => Type::Int,
            result => result.ty(on),
        }
    }

    /// `x.take(count)`, without the types.
    pub(crate) fn shape(&self) -> String {
        let params: Vec<&str> = self.params.iter().map(|param| param.name).collect();
        format!("{}({})", self.name, params.join(", "))
    }
}

/// Whether a number of that type may stand where a function wants a text: as its digits.
pub(crate) fn is_read_as_text(ty: &Type) -> bool {
    matches!(ty, Type::Int | Type::Number)
}

/// Every function, by what it is called on and then by name.
pub(crate) fn all() -> impl Iterator<Item = &'static Builtin> {
    [text::ALL, number::ALL, date::ALL, list::ALL, phone::ALL]
        .into_iter()
        .flatten()
        .copied()
}

/// The functions of that name.
pub(crate) fn named(name: &str) -> impl Iterator<Item = &'static Builtin> {
    all().filter(move |function| function.name == name)
}

/// The function of that name for values of the type: best one that takes them as they are.
pub(crate) fn find(name: &str, ty: &Type) -> Option<&'static Builtin> {
    named(name)
        .find(|function| function.on.is(ty))
        .or_else(|| named(name).find(|function| function.fits(ty)))
}

/// A parameter without demands.
const fn param(name: &'static str, kind: Kind) -> Param {
    Param {
        name,
        kind,
        check: Check::Any,
        optional: false,
    }
}

/// A parameter that is a number within bounds.
const fn within(name: &'static str, least: i64, most: i64) -> Param {
    Param {
        check: Check::Bounds(least, most),
        ..param(name, Kind::Int)
    }
}

/// A text that is written out and checked.
const fn literal(name: &'static str, check: fn(&str) -> Result<(), Unfit>) -> Param {
    Param {
        check: Check::Literal(check),
        ..param(name, Kind::Text)
    }
}

/// The same parameter, which may be left out.
const fn optional(param: Param) -> Param {
    Param {
        optional: true,
        ..param
    }
}

#[cfg(test)]
mod tests;
