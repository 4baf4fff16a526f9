//! Laws of the grammar itself, which only this folder may see.

use super::grammar::{Grammar, Rule};
use super::{codes, recover};
use pest::Parser;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const GRAMMAR: &str = include_str!("../../grammar/tenure.pest");

/// How many random texts an ordinary run tries; `PROPTEST_CASES` asks for more.
const CASES: u32 = 3000;

/// All words and marks of the grammar, and some that are no part of it.
fn tokens() -> Vec<String> {
    let literal = regex::Regex::new(r#""((?:[^"\\]|\\.)+)""#).unwrap();
    let mut tokens: Vec<String> = literal
        .captures_iter(GRAMMAR)
        .map(|found| found[1].to_owned())
        .filter(|word| !word.contains('\\'))
        .collect();
    tokens.sort();
    tokens.dedup();
    for odd in [
        "\n",
        "\n",
        "\n\n",
        "# comment\n",
        "## doc\n",
        "\"text\"",
        "\"{hole.x(1)}\"",
        "\"",
        "{",
        "}",
        "{\n",
        "}\n",
        "name",
        "größe",
        "2026-03-02",
        "18:00",
        "14 days",
        "42",
        "/re/",
        "\u{1}",
        "\u{a0}",
        "\u{202e}",
        "'q'",
        "\nlet",
        "\nstage x {",
        "\nperson {",
        "\ntest \"t\" {",
        "日本",
        "\\",
        "/*",
        "//",
        "é",
    ] {
        tokens.push(odd.to_owned());
    }
    tokens
}

fn runner() -> TestRunner {
    let cases = std::env::var("PROPTEST_CASES").ok();
    let cases = cases.and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(config, rng)
}

fn texts() -> impl Strategy<Value = String> {
    let token = proptest::sample::select(tokens());
    let blank = prop_oneof![8 => Just(" "), 1 => Just(""), 1 => Just("\n")];
    proptest::collection::vec((token, blank), 0..60).prop_map(|parts| {
        let parts = parts.iter().map(|(token, blank)| format!("{token}{blank}"));
        parts.collect()
    })
}

/// What stands between two matches: blanks and comments only.
fn is_trivia(gap: &str) -> bool {
    Grammar::parse(Rule::file, gap).is_ok_and(|mut pairs| {
        let file = pairs.next().unwrap();
        file.into_inner().all(|pair| pair.as_rule() == Rule::EOI)
    })
}

#[test]
fn every_byte_of_any_text_is_item_bad_item_comment_or_blank() {
    runner()
        .run(&texts(), |text| {
            let file = Grammar::parse(Rule::file, &text).map(|mut pairs| pairs.next().unwrap());
            let file = file.map_err(|error| TestCaseError::fail(error.to_string()))?;
            let mut end = 0;
            for pair in file.into_inner() {
                let span = pair.as_span();
                prop_assert!(
                    is_trivia(&text[end..span.start()]),
                    "{:?}",
                    &text[end..span.start()]
                );
                end = span.end();
            }
            prop_assert!(is_trivia(&text[end..]));
            Ok(())
        })
        .unwrap();
}

#[test]
fn any_text_gives_a_tree_and_diagnostics_that_can_be_drawn() {
    runner()
        .run(&texts(), |text| {
            let mut sources = crate::diagnostic::Sources::new();
            let id = sources.add("random.tenure", text.as_str());
            let (file, diagnostics) = super::parse(id, &text);
            let pairs = Grammar::parse(Rule::file, &text).unwrap().next().unwrap();
            let has_bad = pairs
                .into_inner()
                .any(|pair| pair.as_rule() == Rule::bad_item);
            prop_assert!(!has_bad || !diagnostics.is_empty());
            for one in &diagnostics {
                let span = one.primary.span;
                prop_assert!(text.get(span.start as usize..span.end as usize).is_some());
                prop_assert!(one.code != &codes::INTERNAL_SYNTAX, "{one:?}");
            }
            for pair in file.comments.windows(2) {
                prop_assert!(pair[0].span.end <= pair[1].span.start);
            }
            let style = crate::diagnostic::render::Style::default();
            crate::diagnostic::render::human(&sources, &diagnostics, style);
            crate::diagnostic::render::plain(&sources, &diagnostics);
            crate::diagnostic::render::json(&sources, &diagnostics);
            Ok(())
        })
        .unwrap();
}

/// Rules that no one needs to name: recovery looks at their text, they are only looked ahead for, or always of one kind.
const NOT_NAMED: [Rule; 3] = [Rule::file, Rule::EOI, Rule::expected_word];

#[test]
fn every_rule_that_makes_a_match_is_read_somewhere() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/syntax");
    let mut read = std::fs::read_to_string(root.join("mod.rs")).unwrap();
    for file in std::fs::read_dir(root.join("lower")).unwrap() {
        read += &std::fs::read_to_string(file.unwrap().path()).unwrap();
    }
    let silent = regex::Regex::new(r"(?m)^\s*(\w+)\s*=\s*_\{").unwrap();
    let silent: Vec<&str> = silent
        .captures_iter(GRAMMAR)
        .map(|found| found.get(1).unwrap().as_str())
        .collect();
    let unread: Vec<String> = Rule::all_rules()
        .iter()
        .filter(|rule| !NOT_NAMED.contains(rule))
        .map(|rule| format!("{rule:?}"))
        .filter(|rule| !silent.contains(&rule.as_str()))
        .filter(|rule| {
            let named = regex::Regex::new(&format!(r"\b(Rule::)?{rule}\b")).unwrap();
            !named.is_match(&read)
        })
        .collect();
    assert_eq!(unread, Vec::<String>::new());
}

#[test]
fn every_item_word_of_the_grammar_has_its_rule() {
    let list = GRAMMAR.split("item_word   = _{").nth(1).unwrap();
    let list = list.split('}').next().unwrap();
    let mut words: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    words.sort_unstable();
    let known: Vec<&str> = recover::ITEMS.iter().map(|(word, _)| *word).collect();
    assert_eq!(words, known);
}

#[test]
fn codes_are_kebab_case_sorted_and_each_is_there_once() {
    let names: Vec<&str> = codes::ALL.iter().map(|code| code.name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(names, sorted);
    for code in codes::ALL {
        let kebab = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(code.name.chars().all(kebab), "{}", code.name);
        assert!(!code.summary.ends_with('.'), "{}", code.summary);
    }
}
