//! What is too much is refused with one clear error, and without exhausting the stack.
//!
//! These tests run on threads of the default size, 2 MiB.

use super::{found, parse};

#[track_caller]
fn one_error(text: &str, code: &str) {
    let (_, diagnostics) = parse(text);
    let codes: Vec<&str> = diagnostics.iter().map(|one| one.code.name).collect();
    assert_eq!(codes, [code]);
}

#[test]
fn ten_megabytes_of_open_brackets_are_one_error() {
    one_error(&"(".repeat(10_000_000), "file-too-large");
    one_error(&"(".repeat(8_000_000), "nested-too-deep");
    one_error(
        &format!("let a = {}", "[".repeat(1_000_000)),
        "nested-too-deep",
    );
    one_error(&"stage x { ".repeat(100_000), "nested-too-deep");
}

#[test]
fn two_hundred_brackets_are_too_deep_and_sixty_are_not() {
    let nested = |depth| format!("let a = {}x{}\n", "(".repeat(depth), ")".repeat(depth));
    one_error(&nested(200), "nested-too-deep");
    one_error(&nested(65), "nested-too-deep");
    assert_eq!(found(&nested(64)), []);
    let open = format!("let a = {}", "(".repeat(60));
    one_error(&open, "syntax");
    let calls = format!("let a = {}x{}\n", "f(a, ".repeat(60), ")".repeat(60));
    assert_eq!(found(&calls), []);
    let lists = format!("let a = {}x{}\n", "[a, ".repeat(60), "]".repeat(60));
    assert_eq!(found(&lists), []);
}

#[test]
fn brackets_in_texts_comments_and_regexes_do_not_count() {
    let many = "(".repeat(100);
    let text = format!("let a = x matches /\\({many}/ # {many}\nlet b = \"{many}\"\n");
    assert_eq!(found(&text), []);
}

#[test]
fn long_rows_without_brackets_are_one_error_each() {
    one_error(
        &format!("let a = {}x", "not ".repeat(20_000)),
        "nested-too-deep",
    );
    one_error(
        &format!("let a = x{}", " + x".repeat(20_000)),
        "nested-too-deep",
    );
    one_error(
        &format!("let a = x{}", " else x".repeat(20_000)),
        "nested-too-deep",
    );
    one_error(
        &format!("let a = x{}", ".y".repeat(20_000)),
        "nested-too-deep",
    );
    one_error(
        &format!("let a = x{}", "[y]".repeat(20_000)),
        "nested-too-deep",
    );
    one_error(
        &format!("let a = \"{{x{}}}\"", ".y".repeat(20_000)),
        "nested-too-deep",
    );
}

#[test]
fn ten_thousand_conditions_are_fine() {
    let and = format!("let a = x{}\n", " and x == y".repeat(10_000));
    assert_eq!(found(&and), []);
    let or = format!("let a = x{}\n", " or x".repeat(10_000));
    assert_eq!(found(&or), []);
    let list = format!("let a = [x{}]\n", ", x".repeat(10_000));
    assert_eq!(found(&list), []);
}

#[test]
fn a_file_of_nothing_but_mistakes_stops_at_a_limit() {
    for line in [
        "stag x { }\n",
        "; , ;\n",
        "let a = = b\n",
        "let a = 'x\n",
        "}\n",
        "let a = b && c = 'd'\n",
        "stage x {\n",
        "test \"x\" {\n person {\n",
    ] {
        let (_, diagnostics) = parse(&line.repeat(2_000));
        assert!(
            !diagnostics.is_empty() && diagnostics.len() <= 501,
            "{line}: {}",
            diagnostics.len()
        );
    }
}

#[test]
fn an_empty_file_is_a_file_without_items() {
    for text in ["", "\n", "   \n\t\n", "# only a comment", "\u{feff}"] {
        assert!(parse(text).0.items.is_empty());
    }
    assert_eq!(found("# only a comment"), []);
    assert_eq!(found(""), []);
}
