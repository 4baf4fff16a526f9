//! The pages of the functions, in Markdown, and their examples.

use super::{Builtin, Kind, Presence, all};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A function as its page shows it.
#[derive(Debug, Clone, Copy)]
pub struct Page(&'static Builtin);

/// A call and what it gives, both as they are written in a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// The function's name.
    pub function: &'static str,
    /// The call.
    pub call: &'static str,
    /// What it gives; `missing` where it gives nothing.
    pub gives: &'static str,
}

/// Every function.
pub fn pages() -> impl Iterator<Item = Page> {
    all().map(Page)
}

/// Every example of every function.
pub fn examples() -> impl Iterator<Item = Example> {
    pages().flat_map(Page::examples)
}

impl Page {
    /// The function's name.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// What it is, in one sentence.
    pub fn summary(self) -> &'static str {
        self.0.summary
    }

    /// Calls of it.
    pub fn examples(self) -> impl Iterator<Item = Example> {
        self.0.examples.iter().map(move |(call, gives)| Example {
            function: self.0.name,
            call,
            gives,
        })
    }

    /// What it gives, as a type is written, with `?` where it may give nothing.
    pub fn gives(self) -> String {
        let maybe = match self.0.presence {
            Presence::Maybe => "?",
            Presence::Always | Presence::WithLiterals => "",
        };
        format!("{}{maybe}", self.0.result.word())
    }

    /// `text.take(count: int): text`.
    pub fn signature(self) -> String {
        let function = self.0;
        let params: Vec<String> = function
            .params
            .iter()
            .map(|param| {
                let optional = if param.optional { "?" } else { "" };
                format!("{}{optional}: {}", param.name, param.kind.word())
            })
            .collect();
        format!(
            "{}.{}({}): {}",
            receiver(function.on),
            function.name,
            params.join(", "),
            self.gives(),
        )
    }

    /// The whole page.
    pub fn markdown(self) -> String {
        let function = self.0;
        let mut page = format!("`{}`\n\n{}\n", self.signature(), function.summary);
        if !function.details.is_empty() {
            write!(page, "\n{}\n", function.details).unwrap_or_default();
        }
        page.push_str("\n```\n");
        let width = function
            .examples
            .iter()
            .map(|(call, _)| call.chars().count())
            .max()
            .unwrap_or_default();
        for (call, gives) in function.examples {
            let gap = " ".repeat(width.saturating_sub(call.chars().count()));
            writeln!(page, "{call}{gap}   # {gives}").unwrap_or_default();
        }
        page.push_str("```\n");
        page
    }
}

fn receiver(kind: Kind) -> &'static str {
    match kind {
        Kind::Ordered => "list of number, date or time",
        Kind::Printable => "list of text, number or date",
        kind => kind.word(),
    }
}

/// What comes before the functions.
const INTRODUCTION: &str = "# Functions

<!-- Written by the program: change the functions, then run the tests with TENURE_WRITE_DOCS=1. -->

A function is called on a value, with a dot: `last_name.upper()`. It is pure: the same value gives the same result,
for everybody and for ever. It cannot fail: where it has nothing to give, the result is *missing*, and a `?` behind
its result says so; then `else` says what holds instead. Where the value that it is called on, or an argument, is
missing, so is the result.

- A text is never empty and has no blanks at its ends. What would leave an empty text gives nothing.
- A text has at most 16 KiB, a list that a function makes at most 1,000 items. What would be longer gives nothing.
- Characters are counted, not bytes; positions begin with 1.
- Upper and lower case, accents and blanks are told apart. `x.lower()` and `x.ascii()` even them out.
- A function on texts takes a number, too: as its digits.
- A number that is written out is checked with the policy; one that is computed and out of bounds gives nothing.
- A regular expression stands between slashes and is searched anywhere in the text; `^` and `$` are its ends,
  `(?i)` at its start ignores case. It takes linear time: there is no look-around and no back-reference.
- `never` counts as 31 December 9999.
- Names that `unique` gives are not known before the directory is: no function is called on them.
";

/// `docs/functions.md`.
pub fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for (title, kinds) in [
        ("Texts", &[Kind::Text][..]),
        ("Numbers", &[Kind::Int, Kind::Number]),
        ("Dates and times", &[Kind::Date, Kind::Time]),
        (
            "Lists",
            &[
                Kind::List,
                Kind::Texts,
                Kind::Dates,
                Kind::Ordered,
                Kind::Printable,
            ],
        ),
    ] {
        let mut functions: BTreeMap<&str, Vec<Page>> = BTreeMap::new();
        for function in pages().filter(|page| kinds.contains(&page.0.on)) {
            functions.entry(function.name()).or_default().push(function);
        }
        write!(page, "\n## {title}\n").unwrap_or_default();
        for (name, functions) in functions {
            write!(page, "\n### {name}\n").unwrap_or_default();
            for function in functions {
                write!(page, "\n{}", function.markdown()).unwrap_or_default();
            }
        }
    }
    page
}
