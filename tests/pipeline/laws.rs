//! What holds for any text in names, sources, messages and mends: it comes through to the letter, or is shown
//! visibly, and becomes nothing else.

use super::{Documents, commands};
use crate::dice::Dice;
use serde_json::Value;
use tenure::diagnostic::render::{Findings, Machine};
use tenure::diagnostic::{Code, Diagnostic, FileId, Fix, Severity, Sources, Span};
use tenure::text::visible;

static WRONG: Code = Code {
    name: "wrong-name",
    summary: "a name that is wrong",
    severity: Severity::Error,
    docs: "# wrong-name\n\n## What it finds\n\nA name that\nis wrong.\n",
};

static ODD: Code = Code {
    name: "odd-name",
    summary: "a name that is odd",
    severity: Severity::Warning,
    docs: "# odd-name\n",
};

/// What has a meaning in one of the formats, or on a screen.
const PIECES: [&str; 38] = [
    "a",
    "größe",
    "名前",
    "🦀",
    "e\u{301}",
    " ",
    "\t",
    "\n",
    "\r",
    "::",
    "::add-mask::x",
    "##[add-mask]x",
    "%",
    "%0A",
    "%25",
    "%3A",
    ":",
    ",",
    "=",
    ";",
    "]]>",
    "<![CDATA[",
    "<!--",
    "&#27;",
    "&",
    "\"",
    "'",
    "\\",
    "](http://a.example)",
    "[b",
    "{0}",
    "`",
    "\0",
    "\u{1b}[31m",
    "\u{202e}",
    "\u{2028}",
    "\u{fffe}",
    "\u{ffff}",
];

fn text(dice: &mut Dice, most: usize) -> String {
    let pieces = dice.below(most + 1);
    (0..pieces).map(|_| dice.of(&PIECES)).collect()
}

/// A case: texts and what was found in them.
struct Found {
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
}

fn spot(dice: &mut Dice, file: FileId, text: &str) -> Span {
    let mut border = || {
        let at = dice.below(text.len() + 1);
        u32::try_from(text.floor_char_boundary(at)).unwrap()
    };
    let (one, other) = (border(), border());
    Span::new(file, one.min(other), one.max(other))
}

fn found(dice: &mut Dice) -> Found {
    let mut sources = Sources::new();
    let mut texts = Vec::new();
    for number in 0..=dice.below(3) {
        // Line ends are normalised where a file is read.
        let content = text(dice, 30).replace('\r', "\n");
        let name = format!("rules/{number}{}.tenure", text(dice, 4));
        texts.push((sources.add(name, content.as_str()), content));
    }
    let mut diagnostics = Vec::new();
    for _ in 0..dice.below(16) {
        let (file, content) = &texts[dice.below(texts.len())];
        let code = dice.of(&[&WRONG, &ODD]);
        let message = format!("wrong {}", text(dice, 8));
        let mut one = Diagnostic::new(code, spot(dice, *file, content), message);
        one = one.label(text(dice, 4));
        if dice.percent(40) {
            let (file, content) = &texts[dice.below(texts.len())];
            one = one.also(spot(dice, *file, content), text(dice, 4));
        }
        if dice.percent(40) {
            one = one.help(text(dice, 4));
        }
        if dice.percent(60) {
            let edit = (spot(dice, *file, content), text(dice, 6));
            one = one.fix(Fix {
                title: format!("write {}", text(dice, 3)),
                edits: vec![edit],
            });
        }
        diagnostics.push(one);
    }
    Found {
        sources,
        diagnostics,
    }
}

impl Found {
    fn write(&self, format: Machine) -> String {
        format.write(&Findings {
            command: "check",
            sources: &self.sources,
            diagnostics: &self.diagnostics,
            deny_warnings: false,
        })
    }

    fn name(&self, one: &Diagnostic) -> &str {
        &self.sources.get(one.primary.span.file).unwrap().name
    }

    /// Line and column of an offset, by counting.
    fn counted(&self, span: Span, offset: u32) -> (u32, u32) {
        let text = &self.sources.get(span.file).unwrap().text;
        let before = &text[..offset as usize];
        let line = before.rsplit('\n').next().unwrap();
        let lines = before.matches('\n').count();
        let number = |count: usize| u32::try_from(count + 1).unwrap();
        (number(lines), number(line.chars().count()))
    }
}

/// A message as it is shown: on one line, everything visible.
fn shown(message: &str) -> String {
    let lines: Vec<_> = message.split('\n').map(visible).collect();
    lines.join(" ")
}

fn level(one: &Diagnostic) -> &'static str {
    if one.is_error() { "error" } else { "warning" }
}

fn severity(one: &Diagnostic) -> &'static str {
    if one.is_error() { "major" } else { "minor" }
}

#[test]
fn any_text_comes_through_every_format() {
    // The validator of SARIF takes a sixth of a second for each document.
    let cases = if crate::is_long() { 500 } else { 16 };
    let mut dice = Dice::new(20);
    let all: Vec<Found> = (0..cases).map(|_| found(&mut dice)).collect();
    let documents = Documents::new();
    for (number, found) in all.iter().enumerate() {
        documents.add(&format!("{number}.sarif"), &found.write(Machine::Sarif));
        documents.add(
            &format!("{number}.gitlab.json"),
            &found.write(Machine::Gitlab),
        );
        documents.add(&format!("{number}.junit.xml"), &found.write(Machine::Junit));
    }
    let told = documents.sound();
    let mut judged = 0;
    for (number, found) in all.iter().enumerate() {
        let read = |ending: &str| &*told[&format!("{number}.{ending}")].read;
        is_gitlab(found, read("gitlab.json"));
        is_junit(found, read("junit.xml"));
        is_sarif(found, read("sarif"));
        is_github(found);
        judged += found.diagnostics.len();
    }
    assert!(judged > 4 * cases, "{judged}");
}

fn is_gitlab(found: &Found, read: &[Value]) {
    assert_eq!(read.len(), found.diagnostics.len());
    for (one, read) in found.diagnostics.iter().zip(read) {
        assert_eq!(
            (&read[0], &read[1], &read[2]),
            (
                &severity(one).into(),
                &one.code.name.into(),
                &visible(found.name(one)).into()
            )
        );
        let span = one.primary.span;
        assert_eq!(read[3], found.counted(span, span.start).0);
        let described = read[4].as_str().unwrap();
        assert!(described.starts_with(&shown(&one.message)), "{described:?}");
    }
}

fn is_sarif(found: &Found, read: &[Value]) {
    let log: Value = serde_json::from_str(&found.write(Machine::Sarif)).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(
        (results.len(), read.len()),
        (found.diagnostics.len(), results.len())
    );
    for ((one, result), read) in found.diagnostics.iter().zip(results).zip(read) {
        // A converter of others makes of it what we write for GitLab.
        assert_eq!(
            (&read[0], &read[1]),
            (&severity(one).into(), &one.code.name.into())
        );
        assert_eq!(result["level"], level(one));
        let uri = read[2].as_str().unwrap();
        assert_eq!(decoded(uri), found.name(one), "{uri}");
        let told = result["message"]["text"].as_str().unwrap();
        let message = shown(&one.message).replace("](", "] (");
        assert!(told.starts_with(&message), "{told:?} is not {message:?}");
        assert!(
            !told
                .chars()
                .any(|c| c != '\n' && tenure::text::is_hostile(c))
        );
        let region = &result["locations"][0]["physicalLocation"]["region"];
        let span = one.primary.span;
        let (start, end) = (
            found.counted(span, span.start),
            found.counted(span, span.end),
        );
        assert_eq!(
            (
                &region["startLine"],
                &region["startColumn"],
                &region["endLine"],
                &region["endColumn"]
            ),
            (
                &start.0.into(),
                &start.1.into(),
                &end.0.into(),
                &end.1.into()
            )
        );
        let related = result["relatedLocations"].as_array().unwrap();
        assert_eq!(related.len(), one.secondary.len());
        let fixes = result["fixes"].as_array().unwrap();
        assert_eq!(fixes.len(), usize::from(one.fix.is_some()));
        for (fix, mended) in fixes.iter().zip(&one.fix) {
            let (span, text) = &mended.edits[0];
            let source = &found.sources.get(span.file).unwrap().text;
            let by_bytes = format!(
                "{}{text}{}",
                &source[..span.start as usize],
                &source[span.end as usize..]
            );
            assert_eq!(applied(source, &fix["artifactChanges"][0]), by_bytes);
        }
    }
}

/// A mend of SARIF, applied by its lines and its columns of characters.
pub(crate) fn applied(text: &str, change: &Value) -> String {
    let replacement = &change["replacements"][0];
    let region = &replacement["deletedRegion"];
    let offset = |line: &str, column: &str| {
        let (line, column) = (
            region[line].as_u64().unwrap(),
            region[column].as_u64().unwrap(),
        );
        let mut lines = text.split_inclusive('\n');
        let before: usize = lines
            .by_ref()
            .take(usize::try_from(line - 1).unwrap())
            .map(str::len)
            .sum();
        let characters = text[before..]
            .chars()
            .take(usize::try_from(column - 1).unwrap());
        before + characters.map(char::len_utf8).sum::<usize>()
    };
    let (start, end) = (
        offset("startLine", "startColumn"),
        offset("endLine", "endColumn"),
    );
    let inserted = replacement["insertedContent"]["text"].as_str().unwrap();
    format!("{}{inserted}{}", &text[..start], &text[end..])
}

/// A URI's path, its `%XX` read.
fn decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            let digits = std::str::from_utf8(&digits).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn is_junit(found: &Found, read: &[Value]) {
    // XML 1.0 has no place for these two, which are no control characters.
    let plain = |text: &str| {
        let text = visible(text).replace('\u{fffe}', "\\u{fffe}");
        text.replace('\u{ffff}', "\\u{ffff}")
    };
    let failed: Vec<&Value> = read
        .iter()
        .filter(|case| case[3] != Value::Array(Vec::new()))
        .collect();
    let mut errors: Vec<&Diagnostic> = found
        .diagnostics
        .iter()
        .filter(|one| one.is_error())
        .collect();
    errors.sort_by_key(|one| one.primary.span.file);
    assert_eq!(failed.len(), errors.len());
    for (one, case) in errors.iter().zip(failed) {
        let name = plain(found.name(one));
        assert_eq!((&case[0], &case[1]), (&name.clone().into(), &name.into()));
        let failure = &case[3][0];
        let message = plain(&shown(&one.message));
        assert_eq!(
            (&failure[0], &failure[1]),
            (&one.code.name.into(), &message.into())
        );
    }
    let quiet = read
        .iter()
        .filter(|case| case[2] == "nothing found")
        .count();
    let warned = read.iter().filter(|case| case[4].is_string()).count();
    assert_eq!(warned, found.diagnostics.len() - errors.len());
    assert_eq!(read.len(), found.diagnostics.len() + quiet);
    let mut names: Vec<(String, String)> = read
        .iter()
        .map(|case| (case[1].to_string(), case[2].to_string()))
        .collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), read.len(), "two cases of one name");
}

fn is_github(found: &Found) {
    let log = found.write(Machine::Github);
    let read = commands(&log);
    assert_eq!(log.lines().count(), found.diagnostics.len(), "{log:?}");
    assert_eq!(read.len(), found.diagnostics.len(), "{log:?}");
    for (one, command) in found.diagnostics.iter().zip(&read) {
        assert_eq!(command.name, level(one));
        assert_eq!(command.properties["title"], one.code.name);
        assert_eq!(command.properties["file"], visible(found.name(one)));
        let span = one.primary.span;
        let (start, end) = (
            found.counted(span, span.start),
            found.counted(span, span.end),
        );
        assert_eq!(
            (command.number("line"), command.number("endLine")),
            (start.0, end.0)
        );
        if start.0 == end.0 {
            assert_eq!(
                (command.number("col"), command.number("endColumn")),
                (start.1, end.1)
            );
        } else {
            assert!(!command.properties.contains_key("col"), "{command:?}");
        }
        let first = command.message.split('\n').next().unwrap();
        assert_eq!(first, shown(&one.message));
        let hostile = |c: char| c != '\n' && tenure::text::is_hostile(c);
        assert!(!command.message.chars().any(hostile), "{command:?}");
    }
}

fn fingerprints(found: &Found) -> Vec<String> {
    let report: Value = serde_json::from_str(&found.write(Machine::Gitlab)).unwrap();
    let issues = report.as_array().unwrap().iter();
    issues
        .map(|issue| issue["fingerprint"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_fingerprint_stays_when_lines_come_above_and_no_two_are_alike() {
    let mut dice = Dice::new(21);
    let mut stayed = 0;
    for _ in 0..if crate::is_long() { 20_000 } else { 300 } {
        let found = found(&mut dice);
        let before = fingerprints(&found);
        let above = "# one\n\n# more\n";
        let mut sources = Sources::new();
        for (_, source) in found.sources.iter() {
            sources.add(source.name.clone(), format!("{above}{}", source.text));
        }
        let down = u32::try_from(above.len()).unwrap();
        let mut diagnostics = found.diagnostics.clone();
        for one in &mut diagnostics {
            one.primary.span.start += down;
            one.primary.span.end += down;
        }
        let moved = Found {
            sources,
            diagnostics,
        };
        assert_eq!(fingerprints(&moved), before);
        let log: Value = serde_json::from_str(&found.write(Machine::Sarif)).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap().iter();
        let told: Vec<&Value> = results
            .map(|one| &one["partialFingerprints"]["tenureLine/v1"])
            .collect();
        assert_eq!(told, before.iter().collect::<Vec<_>>());
        let mut distinct = before.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), before.len());
        stayed += before.len();
    }
    assert!(stayed > 300, "{stayed}");
}

#[test]
fn another_mistake_or_another_line_has_another_fingerprint() {
    let mut sources = Sources::new();
    let file = sources.add("rules/a.tenure", "one two\none two\nthree two\n");
    let at = |start| Span::new(file, start, start + 3);
    let one = |code, start| Diagnostic::new(code, at(start), "wrong");
    let found = Found {
        sources,
        diagnostics: vec![
            one(&WRONG, 0),
            one(&ODD, 0),
            one(&WRONG, 4),
            one(&WRONG, 8),
            one(&WRONG, 22),
        ],
    };
    let mut all = fingerprints(&found);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 5);
}
