//! Diagnostics as text: each renderer on the same diagnostics, hostile and oversized sources.

use tenure::diagnostic::render::{Style, human, json, plain, summary};
use tenure::diagnostic::{Code, Diagnostic, FileId, Fix, Severity, Sources, Span};

static WRONG: Code = Code {
    name: "wrong-name",
    summary: "a name that is wrong",
    severity: Severity::Error,
    docs: "",
};

static ODD: Code = Code {
    name: "odd-name",
    summary: "a name that is odd",
    severity: Severity::Warning,
    docs: "",
};

/// The stretch of the first occurrence of some words.
fn at(sources: &Sources, file: FileId, words: &str) -> Span {
    let text = &sources.get(file).unwrap().text;
    let start = u32::try_from(text.find(words).unwrap()).unwrap();
    Span::new(file, start, start + u32::try_from(words.len()).unwrap())
}

fn two_files() -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let first = sources.add(
        "people.tenure",
        "person {\n  größe : text\n  größe : int\n}\n",
    );
    let second = sources.add("rules.tenure", "let 名前 = größe\n");
    let again = at(&sources, first, "größe : int");
    let before = at(&sources, first, "größe : text");
    let there = at(&sources, second, "größe");
    let diagnostics = vec![
        Diagnostic::new(&WRONG, again, "`größe` is declared twice")
            .label("again here")
            .also(before, "first declared here")
            .also(there, "and used here")
            .help("rename one of the two")
            .fix(Fix::replace(again, "breite : int")),
        Diagnostic::new(&ODD, at(&sources, second, "名前"), "`名前` is hard to type")
            .label("an odd name")
            .fix(Fix::replace(at(&sources, second, "名前"), "name")),
    ];
    (sources, diagnostics)
}

#[test]
fn people_see_the_source_with_underlines() {
    let (sources, diagnostics) = two_files();
    insta::assert_snapshot!(human(&sources, &diagnostics, Style::default()));
}

#[test]
fn a_terminal_without_unicode_gets_ascii() {
    let (sources, diagnostics) = two_files();
    let style = Style {
        unicode: false,
        ..Style::default()
    };
    let drawn = human(&sources, &diagnostics[1..], style);
    insta::assert_snapshot!(drawn);
}

#[test]
fn colour_is_there_only_where_it_is_asked_for() {
    let (sources, diagnostics) = two_files();
    let style = Style {
        color: true,
        ..Style::default()
    };
    assert!(human(&sources, &diagnostics, style).contains("\u{1b}["));
    assert!(!human(&sources, &diagnostics, Style::default()).contains('\u{1b}'));
}

#[test]
fn screen_readers_hear_sentences() {
    let (sources, diagnostics) = two_files();
    insta::assert_snapshot!(plain(&sources, &diagnostics));
}

#[test]
fn machines_read_json_with_places_in_both_ways() {
    let (sources, diagnostics) = two_files();
    insta::assert_snapshot!(json(&sources, &diagnostics));
}

#[test]
fn the_summary_counts_by_severity() {
    let (_, diagnostics) = two_files();
    assert_eq!(summary(&diagnostics), "1 error, 1 warning");
    assert_eq!(summary(&[]), "nothing found");
    let doubled = [diagnostics.clone(), diagnostics].concat();
    assert_eq!(summary(&doubled), "2 errors, 2 warnings");
}

#[test]
fn hostile_characters_are_shown_and_the_underline_stays_under_its_words() {
    let mut sources = Sources::new();
    let text = "let a\u{202e}b = \u{1b}[31mred + wrong # \u{200b}\n";
    let file = sources.add("evil\u{202e}.tenure", text);
    let wrong = at(&sources, file, "wrong");
    let diagnostics = vec![
        Diagnostic::new(&WRONG, wrong, "`\u{1b}[0m` is \u{202e}wrong\nreally")
            .label("here\u{7}")
            .help("one\ntwo\u{1b}"),
    ];
    let drawn = human(&sources, &diagnostics, Style::default());
    let all = [
        &drawn,
        &plain(&sources, &diagnostics),
        &json(&sources, &diagnostics),
    ];
    for out in all {
        let hostile = |c: char| c != '\n' && tenure::text::is_hostile(c);
        assert!(!out.chars().any(hostile), "{out:?}");
    }
    insta::assert_snapshot!(drawn);
}

#[test]
fn a_line_of_a_million_characters_is_cut_round_the_place() {
    let mut sources = Sources::new();
    let text = format!("{} wrong {}\n", "ä".repeat(500_000), "z".repeat(500_000));
    let file = sources.add("long.tenure", text);
    let wrong = at(&sources, file, "wrong");
    let diagnostics = vec![
        Diagnostic::new(&WRONG, wrong, "something is wrong")
            .label("here")
            .also(Span::new(file, 0, 4), "far away"),
    ];
    let drawn = human(&sources, &diagnostics, Style::default());
    assert!(drawn.contains("[long.tenure:1:500002]"), "{drawn}");
    assert!(drawn.len() < 2_000, "{drawn}");
    assert!(plain(&sources, &diagnostics).len() < 2_000);
}

#[test]
fn places_at_the_edges_of_a_text_can_be_drawn() {
    let mut sources = Sources::new();
    let empty = sources.add("empty.tenure", "");
    let one = sources.add("one.tenure", "é");
    let many = sources.add("many.tenure", "a\nb\nc\nd\ne\nf\ng\nh\ni\n");
    let spans = [
        Span::new(empty, 0, 0),
        Span::new(empty, 5, 9),
        Span::new(one, 0, 2),
        Span::new(one, 2, 2),
        Span::new(one, 1, 1),
        Span::new(one, 9, 3),
        Span::new(many, 0, 18),
        Span::new(many, 2, 6),
        Span::new(many, 18, 18),
        Span::new(many, 1, 2),
        Span::new(FileId(77), 3, 4),
    ];
    let diagnostics: Vec<Diagnostic> = spans
        .iter()
        .map(|span| {
            Diagnostic::new(&WRONG, *span, format!("{}..{}", span.start, span.end)).label("here")
        })
        .collect();
    insta::assert_snapshot!(human(&sources, &diagnostics, Style::default()));
    assert!(plain(&sources, &diagnostics).contains("here"));
    assert!(json(&sources, &diagnostics).contains("\"errors\": 11"));
}

#[test]
fn only_the_first_hundred_are_drawn_and_the_rest_is_counted() {
    let mut sources = Sources::new();
    let file = sources.add("a.tenure", "wrong\n");
    let one = Diagnostic::new(&WRONG, Span::new(file, 0, 5), "something is wrong");
    let diagnostics = vec![one; 150];
    let drawn = human(&sources, &diagnostics, Style::default());
    assert_eq!(drawn.matches("something is wrong").count(), 100);
    assert!(drawn.ends_with("\n… and 50 more\n"), "{drawn}");
}
