//! The syntax blocks of the reference are the grammar itself, in a form that people read.
//!
//! Each rule of `grammar/tenure.pest` stands in one block, printed from the grammar: words and marks in quotes,
//! without what only serves recovery from mistakes. The document says which rules stand where, the program
//! what they are.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use pest_meta::ast::{Expr, Rule, RuleType};
use pest_meta::parser::{self, Rule as Meta};

use super::markdown::{blocks, rewritten, writing};
use super::shell::first_difference;

const REFERENCE: &str = "docs/language.md";

/// Columns of a syntax line.
const WIDTH: usize = 100;

/// Why a rule is not shown, and whether a rule of that name is of this kind.
type Kind = (&'static str, fn(&str) -> bool);

/// Kinds of rules that the reference does not show.
const NOT_SHOWN: [Kind; 3] = [
    (
        "a word or a mark, which stands in quotes where it is used",
        is_token,
    ),
    (
        "recovery: what is no statement, and where the next one begins",
        is_recovery,
    ),
    (
        "a habit from elsewhere, answered with a message; 'Habits from elsewhere' lists them",
        is_habit,
    ),
];

fn is_token(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
        && !["WHITESPACE", "COMMENT"].contains(&name)
}

fn is_recovery(name: &str) -> bool {
    let names = [
        "blank",
        "item_stop",
        "clause_stop",
        "item_let",
        "item_word",
        "item_head",
        "clause_start",
    ];
    name.starts_with("bad_") || names.contains(&name) || name == "unclosed"
}

fn is_habit(name: &str) -> bool {
    name.starts_with("habit_") || name == "not_in"
}

fn is_shown(name: &str) -> bool {
    NOT_SHOWN.iter().all(|(_, is)| !is(name))
}

/// The grammar's rules.
fn rules() -> Vec<Rule> {
    let grammar = std::fs::read_to_string("grammar/tenure.pest").unwrap();
    let pairs = parser::parse(Meta::grammar_rules, &grammar).unwrap();
    parser::consume_rules(pairs).unwrap()
}

/// The text of a token; words end where no letter follows, which goes without saying.
fn token(rules: &[Rule], name: &str) -> String {
    fn text(expr: &Expr) -> String {
        match expr {
            Expr::Str(text) => text.clone(),
            Expr::Seq(first, _) => text(first),
            other => panic!("a token is a text: {other:?}"),
        }
    }
    let rule = rules.iter().find(|rule| rule.name == name).unwrap();
    format!("{:?}", text(&rule.expr))
}

/// What a built-in of the parser generator is called here.
fn built_in(name: &str) -> Option<&'static str> {
    Some(match name {
        "ASCII_DIGIT" => "digit",
        "ASCII_ALPHA" => "letter",
        "ASCII_ALPHANUMERIC" => "letter_or_digit",
        "ASCII_HEX_DIGIT" => "hex_digit",
        "ANY" => "any_character",
        "SOI" | "EOI" => "",
        _ => return None,
    })
}

/// How tight what is printed holds together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tight {
    Choice,
    Sequence,
    Piece,
}

struct Printer<'r> {
    rules: &'r [Rule],
    /// Inside a text or a word every character counts, also what may not follow.
    lexical: bool,
}

impl Printer<'_> {
    /// The printed form; none of what is not shown.
    fn print(&self, expr: &Expr) -> Option<(String, Tight)> {
        let piece = |text: String| Some((text, Tight::Piece));
        let all = words(expr).filter(|all| self.lexical && all.len() > 1);
        if let Some(all) = all.filter(|all| all.iter().all(|word| !word.is_empty())) {
            let quoted: Vec<String> = all.iter().map(|word| format!("{word:?}")).collect();
            return Some((quoted.join(" | "), Tight::Choice));
        }
        match expr {
            Expr::Str(text) => piece(format!("{text:?}")),
            Expr::Ident(name) => self.ident(name),
            Expr::PosPred(inner) if self.lexical => self.prefixed('&', inner),
            Expr::NegPred(inner) if self.lexical => self.prefixed('!', inner),
            Expr::PosPred(_) | Expr::NegPred(_) => None,
            Expr::Seq(first, second) => self.sequence(first, second),
            Expr::Choice(..) => self.choice(expr),
            // Habits that are answered with a message: a comma behind the last element, `is not missing`.
            Expr::Opt(inner) if matches!(&**inner, Expr::Ident(name) if name == "COMMA" || name == "KW_NOT") => {
                None
            }
            Expr::Opt(inner) => self.suffixed(inner, "?"),
            Expr::Rep(inner) => self.suffixed(&without_separators(inner), "*"),
            Expr::RepOnce(inner) => self.suffixed(inner, "+"),
            Expr::RepExact(inner, times) => self.suffixed(inner, &format!("{{{times}}}")),
            Expr::RepMinMax(inner, least, most) => {
                self.suffixed(inner, &format!("{{{least},{most}}}"))
            }
            other => panic!("a form that the grammar has not used before: {other:?}"),
        }
    }

    fn ident(&self, name: &str) -> Option<(String, Tight)> {
        if let Some(word) = built_in(name) {
            return (!word.is_empty()).then(|| (word.to_owned(), Tight::Piece));
        }
        if is_token(name) {
            return Some((token(self.rules, name), Tight::Piece));
        }
        (is_shown(name) || self.lexical && name == "blank").then(|| (name.to_owned(), Tight::Piece))
    }

    /// The alternatives that are shown, each once.
    fn choice(&self, expr: &Expr) -> Option<(String, Tight)> {
        fn flat<'e>(expr: &'e Expr, into: &mut Vec<&'e Expr>) {
            if let Expr::Choice(first, second) = expr {
                flat(first, into);
                flat(second, into);
            } else {
                into.push(expr);
            }
        }
        let mut all = Vec::new();
        flat(expr, &mut all);
        let mut shown: Vec<(String, Tight)> = Vec::new();
        for printed in all.into_iter().filter_map(|one| self.print(one)) {
            if !shown.contains(&printed) {
                shown.push(printed);
            }
        }
        match shown.as_slice() {
            [] | [_] => shown.pop(),
            several => {
                let texts: Vec<&str> = several.iter().map(|(text, _)| text.as_str()).collect();
                Some((texts.join(" | "), Tight::Choice))
            }
        }
    }

    fn sequence(&self, first: &Expr, second: &Expr) -> Option<(String, Tight)> {
        let bracketed = |expr: &Expr| {
            let (text, tight) = self.print(expr)?;
            Some(match tight {
                Tight::Choice => format!("({text})"),
                Tight::Sequence | Tight::Piece => text,
            })
        };
        match (bracketed(first), bracketed(second)) {
            (Some(first), Some(second)) => Some((format!("{first} {second}"), Tight::Sequence)),
            (Some(_), None) => self.print(first),
            (None, _) => self.print(second),
        }
    }

    fn held(&self, inner: &Expr) -> Option<String> {
        let (text, tight) = self.print(inner)?;
        Some(if tight == Tight::Piece {
            text
        } else {
            format!("({text})")
        })
    }

    fn prefixed(&self, mark: char, inner: &Expr) -> Option<(String, Tight)> {
        Some((format!("{mark}{}", self.held(inner)?), Tight::Piece))
    }

    fn suffixed(&self, inner: &Expr, mark: &str) -> Option<(String, Tight)> {
        Some((format!("{}{mark}", self.held(inner)?), Tight::Piece))
    }
}

/// The words that an expression stands for, however the grammar sorts them for speed.
fn words(expr: &Expr) -> Option<Vec<String>> {
    let words = match expr {
        Expr::Str(text) => vec![text.clone()],
        Expr::Choice(first, second) => [words(first)?, words(second)?].concat(),
        Expr::Opt(inner) => [vec![String::new()], words(inner)?].concat(),
        Expr::Seq(first, second) => {
            let ends = words(second)?;
            let begins = words(first)?.into_iter();
            let all = begins.flat_map(|begin| ends.iter().map(move |end| format!("{begin}{end}")));
            all.collect()
        }
        _ => return None,
    };
    let plain = |word: &String| word.chars().all(|c| c.is_ascii_alphabetic());
    words.iter().all(plain).then_some(words)
}

/// A repetition without `;` and `,` between its statements: habits, answered with a message.
fn without_separators(expr: &Expr) -> Expr {
    let is_separator =
        |expr: &Expr| matches!(expr, Expr::Ident(name) if name == "SEMI" || name == "COMMA");
    match expr {
        Expr::Choice(a, b) => match (is_separator(a), is_separator(b)) {
            (true, _) => without_separators(b),
            (_, true) => without_separators(a),
            _ => Expr::Choice(
                Box::new(without_separators(a)),
                Box::new(without_separators(b)),
            ),
        },
        other => other.clone(),
    }
}

/// `name = …`, broken between pieces where it is too long.
fn printed(rules: &[Rule], rule: &Rule) -> String {
    let lexical = matches!(rule.ty, RuleType::Atomic | RuleType::CompoundAtomic)
        || [
            "word_char",
            "attribute_char",
            "reserved",
            "time_word",
            "WHITESPACE",
            "COMMENT",
        ]
        .contains(&rule.name.as_str());
    let printer = Printer { rules, lexical };
    let text = printer
        .print(&rule.expr)
        .map_or_else(String::new, |(text, _)| text);
    let mut out = format!("{} =", rule.name);
    let mut column = out.len();
    for word in text.split(' ') {
        if column + 1 + word.len() > WIDTH && word != "|" {
            out.push_str("\n   ");
            column = 3;
        }
        write!(out, " {word}").unwrap();
        column += 1 + word.len();
    }
    out.push('\n');
    out
}

/// The rules that a syntax block shows.
fn named(block: &str) -> Vec<&str> {
    let heads = block.lines().filter(|line| !line.starts_with(' '));
    heads
        .filter_map(|line| line.split(" =").next())
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn the_reference_shows_the_grammar_as_it_is() {
    let _writing = writing();
    let rules = rules();
    let text = std::fs::read_to_string(REFERENCE).unwrap();
    let shown: Vec<String> = blocks(&text)
        .iter()
        .filter(|block| block.language == "syntax")
        .map(|block| {
            let lines = named(&block.text).into_iter().map(|name| {
                let rule = rules.iter().find(|rule| rule.name == name);
                printed(
                    &rules,
                    rule.unwrap_or_else(|| panic!("the grammar has no rule `{name}`")),
                )
            });
            lines.collect()
        })
        .collect();
    let new = rewritten(&text, "syntax", &shown);
    if std::env::var_os("TENURE_WRITE_DOCS").is_some() {
        std::fs::write(REFERENCE, &new).unwrap();
        return;
    }
    assert!(
        text == new,
        "{REFERENCE} shows another grammar: run with TENURE_WRITE_DOCS=1\n{}",
        first_difference(&text, &new)
    );
}

#[test]
fn every_rule_of_the_grammar_stands_in_the_reference_once() {
    let text = std::fs::read_to_string(REFERENCE).unwrap();
    let all = blocks(&text);
    let blocks = all.iter().filter(|block| block.language == "syntax");
    let shown: Vec<&str> = blocks.flat_map(|block| named(&block.text)).collect();
    let mut once: BTreeSet<&str> = BTreeSet::new();
    for name in &shown {
        assert!(once.insert(name), "`{name}` stands twice");
    }
    let rules = rules();
    let wanted: BTreeSet<&str> = rules
        .iter()
        .map(|rule| rule.name.as_str())
        .filter(|name| is_shown(name))
        .collect();
    assert_eq!(once, wanted);
}

#[test]
fn every_word_of_the_language_stands_in_the_index() {
    let text = std::fs::read_to_string(REFERENCE).unwrap();
    let (_, index) = text.split_once("## Index of words").unwrap();
    let rules = rules();
    let words = rules.iter().filter(|rule| rule.name.starts_with("KW_"));
    let missing: Vec<String> = words
        .map(|rule| token(&rules, &rule.name).trim_matches('"').to_owned())
        .filter(|word| !index.contains(&format!("`{word}`")))
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}
