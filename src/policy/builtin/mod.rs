//! Functions of the language: one file each, one table that lists them.
//!
//! A function is pure and total: it may give nothing, it may not fail. Adding one is a file, a line in
//! [`BUILTINS`], and a case under `tests/`.

mod after;
mod ascii;
mod before;
mod contains;
mod digits;
mod drop;
mod ends_with;
mod initials;
mod last;
mod length;
mod lower;
mod replace;
mod slug;
mod starts_with;
mod take;
mod title;
mod upper;

use super::eval::Value;
use super::types::Type;

pub(crate) use ascii::ascii;

/// A function of the language.
#[derive(Debug)]
pub(crate) struct Builtin {
    /// Its name, which follows a dot: `x.take(2)`.
    pub(crate) name: &'static str,
    /// What it gives, in one sentence.
    pub(crate) summary: &'static str,
    /// Parameters behind the text it is called on.
    pub(crate) params: &'static [Param],
    /// What it gives.
    pub(crate) result: Kind,
    /// Whether it may give nothing although everything is given.
    pub(crate) may_miss: bool,
    /// The function; the arguments begin with the text it is called on.
    pub(crate) run: fn(&[Value]) -> Option<Value>,
}

/// The kinds of values that functions take and give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Int,
    Bool,
}

impl Kind {
    pub(crate) fn ty(self) -> Type {
        match self {
            Self::Text => Type::Text,
            Self::Int => Type::Int,
            Self::Bool => Type::Bool,
        }
    }
}

/// A parameter.
#[derive(Debug)]
pub(crate) struct Param {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

/// Every function, by name.
pub(crate) static BUILTINS: &[&Builtin] = &[
    &after::AFTER,
    &ascii::ASCII,
    &before::BEFORE,
    &contains::CONTAINS,
    &digits::DIGITS,
    &drop::DROP,
    &ends_with::ENDS_WITH,
    &initials::INITIALS,
    &last::LAST,
    &length::LENGTH,
    &lower::LOWER,
    &replace::REPLACE,
    &slug::SLUG,
    &starts_with::STARTS_WITH,
    &take::TAKE,
    &title::TITLE,
    &upper::UPPER,
];

/// The function of that name.
pub(crate) fn find(name: &str) -> Option<&'static Builtin> {
    BUILTINS
        .iter()
        .find(|function| function.name == name)
        .copied()
}

/// The text a function is called on, or its `index`th argument.
fn text(args: &[Value], index: usize) -> Option<&str> {
    args.get(index)?.as_text().map(AsRef::as_ref)
}

/// The whole number at `index`, none below zero.
fn count(args: &[Value], index: usize) -> Option<usize> {
    let Value::Int(number) = args.get(index)? else {
        return None;
    };
    usize::try_from(*number).ok()
}

const N: Param = Param {
    name: "count",
    kind: Kind::Int,
};

const fn part(name: &'static str) -> Param {
    Param {
        name,
        kind: Kind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::{BUILTINS, Value, find};

    fn run(name: &str, args: &[Value]) -> Option<String> {
        (find(name).unwrap().run)(args).map(|value| value.to_string())
    }

    fn on(name: &str, text: &str) -> String {
        run(name, &[Value::Text(text.into())]).unwrap_or_else(|| "-".to_owned())
    }

    #[test]
    fn the_table_is_sorted_and_each_function_says_what_it_gives() {
        assert!(BUILTINS.is_sorted_by_key(|function| function.name));
        assert!(BUILTINS.iter().all(|function| function.summary.len() > 10));
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
            assert_eq!(on("ascii", name), plain);
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
            assert_eq!(on("slug", name), slug, "{name}");
        }
    }

    #[test]
    fn parts_count_characters() {
        let text = |t: &str| Value::Text(t.into());
        assert_eq!(run("take", &[text("Ümit"), Value::Int(1)]).unwrap(), "Ü");
        assert_eq!(run("take", &[text("Ümit"), Value::Int(0)]), None);
        assert_eq!(run("drop", &[text("Ümit"), Value::Int(1)]).unwrap(), "mit");
        assert_eq!(run("last", &[text("Ümit"), Value::Int(2)]).unwrap(), "it");
        assert_eq!(run("before", &[text("a@b@c"), text("@")]).unwrap(), "a");
        assert_eq!(run("after", &[text("a@b@c"), text("@")]).unwrap(), "b@c");
        assert_eq!(run("before", &[text("abc"), text("@")]), None);
        assert_eq!(on("initials", "Ada Mary King-Noel"), "AMKN");
        assert_eq!(on("digits", "+49 (30) 5550"), "49305550");
        assert_eq!(on("title", "ada KING-noel"), "Ada King-Noel");
        assert_eq!(on("length", "Zoë"), "3");
    }
}
