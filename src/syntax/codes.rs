//! The kinds of mistakes that a text can have before anything is known about names or types.
//!
//! Each is a stable kebab-case name; [`ALL`] lists them. The page of each, which `tenure explain-code`
//! shows, stands in `codes/` beside this file. A code without a page does not compile.

use crate::diagnostic::{Code, Severity};

/// Declares each code once, and the table of all of them.
macro_rules! codes {
    ($($name:ident = $text:literal, $summary:literal;)*) => {
        $(
            #[doc = $summary]
            pub static $name: Code = Code {
                name: $text,
                summary: $summary,
                severity: Severity::Error,
                docs: include_str!(concat!("codes/", $text, ".md")),
            };
        )*

        /// Every kind, in alphabetical order of their names.
        pub static ALL: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    ARROW_HABIT = "arrow-habit", "a result follows `->` or `then` instead of `=>`";
    BAD_HOLE = "bad-hole", "a hole in a text holds more than a name with fields and methods";
    BANG_NOT = "bang-not", "`!` stands for `not`";
    BLOCK_COMMENT = "block-comment", "a comment begins with `//` or `/*` instead of `#`";
    CHAINED_COMPARISON = "chained-comparison", "two comparisons stand side by side without parentheses";
    CONTAINS_HABIT = "contains-habit", "`contains` stands where `matches` or `in` is meant";
    DOUBLE_AMPERSAND = "double-ampersand", "`&&` stands for `and`";
    DOUBLE_BAR = "double-bar", "`||` stands for `or`";
    DOUBLE_QUESTION = "double-question", "`??` stands for `else`";
    DUPLICATE_CLAUSE = "duplicate-clause", "a statement says the same thing twice";
    ELSE_IF_HABIT = "else-if-habit", "a row begins with `if`, `elif` or `else if` instead of `when`";
    ELSE_ROW = "else-row", "a row begins with `else` or `default` instead of `otherwise`";
    EQUALS_SIGN = "equals-sign", "`=` stands where values are compared";
    FILE_TOO_LARGE = "file-too-large", "a policy file is larger than the limit";
    HOLE_IN_LITERAL = "hole-in-literal", "a text that must be known without a person has a hole";
    IF_THEN_ELSE = "if-then-else", "`if … then … else` stands for `choose`";
    INTERNAL_SYNTAX = "internal-syntax", "the grammar and the reading of it disagree; a fault of this program";
    INVALID_DATE = "invalid-date", "a date that is not in the calendar, or not written `2026-03-02`";
    INVALID_NUMBER = "invalid-number", "a number that is too large for its place";
    INVALID_TIME = "invalid-time", "a time that no clock shows, or not written `18:00`";
    INVISIBLE_CHARACTER = "invisible-character", "a blank that only looks like one";
    IS_NOT = "is-not", "`is not present` or `is not missing` stands for its opposite";
    IS_VALUE = "is-value", "`is` compares with a value";
    MISPLACED_NOT = "misplaced-not", "`not` stands where a value is expected";
    MISSING_BRACE = "missing-brace", "a block has no closing brace";
    MIXED_AND_OR = "mixed-and-or", "`and` and `or` stand side by side without parentheses";
    NESTED_TOO_DEEP = "nested-too-deep", "brackets or operators are nested deeper than the limit";
    NOT_EQUAL_HABIT = "not-equal-habit", "`<>` or `!==` stands for `!=`";
    NOT_IN = "not-in", "`not in` or `not matches` stands where `not` belongs before the comparison";
    NULL_HABIT = "null-habit", "`null`, `nil` or `None` stands for a missing value";
    SEMICOLON = "semicolon", "a `;` stands between statements";
    SINGLE_QUOTES = "single-quotes", "a text stands in other than straight double quotes";
    STRAY_BRACE = "stray-brace", "a `}` closes nothing";
    STRAY_BRACE_IN_TEXT = "stray-brace-in-text", "a `}` in a text closes no hole";
    SYNTAX = "syntax", "something else was expected here";
    TOO_MANY_ERRORS = "too-many-errors", "a file has more errors than are shown";
    TRAILING_COMMA = "trailing-comma", "a comma joins nothing";
    TRIPLE_EQUALS = "triple-equals", "`===` or `=~` stands for a comparison that this language has";
    TWO_MODIFIERS = "two-modifiers", "a profile line has two modifiers that exclude each other";
    UNCLOSED_REGEX = "unclosed-regex", "a regex has no closing `/`";
    UNCLOSED_TEXT = "unclosed-text", "a text has no closing quote on its line";
    UNKNOWN_ESCAPE = "unknown-escape", "a backslash in a text that begins no escape";
    UNKNOWN_ITEM = "unknown-item", "a word that begins no item";
    UNKNOWN_STATEMENT = "unknown-statement", "a word that begins no statement of its block";
}
