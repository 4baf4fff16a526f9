//! What to write instead, where the text around a mistake tells.

use super::lower::Lower;
use crate::diagnostic::{Diagnostic, Fix, Span};

/// The operators of PowerShell and what they are here.
const POWERSHELL: [(&str, &str); 11] = [
    ("-eq", "=="),
    ("-ne", "!="),
    ("-gt", ">"),
    ("-ge", ">="),
    ("-lt", "<"),
    ("-le", "<="),
    ("-like", "matches"),
    ("-match", "matches"),
    ("-and", "and"),
    ("-or", "or"),
    ("-in", "in"),
];

/// What somebody is told who writes a time as elsewhere.
const TIMES: &str = "a time has 24 hours and two digits each: `06:00`, `18:00`";

/// Where something else was expected.
pub(super) struct Place<'t> {
    /// One past what stands before it.
    pub(super) before: u32,
    /// Where it begins.
    pub(super) from: u32,
    /// What was found.
    pub(super) found: &'t str,
    /// What was expected, in words.
    pub(super) expected: &'t [&'static str],
    /// Something is missing before the line that begins here.
    pub(super) missing: bool,
}

/// The diagnostic with its help and its fix; as it is where nothing is known.
pub(super) fn mend(lower: &Lower<'_>, diagnostic: Diagnostic, place: &Place<'_>) -> Diagnostic {
    let insert = |at: u32, text: &str| Fix {
        title: format!("insert `{}`", text.trim()),
        edits: vec![(Span::new(lower.file, at, at), text.to_owned())],
    };
    let head = lower.text.get(..place.before as usize).unwrap_or_default();
    let powershell = POWERSHELL.iter().find(|(word, _)| head.ends_with(word));
    if let Some((written, right)) = powershell {
        let length = u32::try_from(written.len()).unwrap_or(0);
        let span = Span::new(
            lower.file,
            place.before.saturating_sub(length),
            place.before,
        );
        return diagnostic
            .help(format!("here `{written}` is `{right}`"))
            .fix(Fix::replace(span, *right));
    }
    let expects = |word: &str| place.expected.contains(&word);
    let closer = ["`)`", "`]`", "`{`"]
        .into_iter()
        .find(|closer| place.missing && expects(closer));
    if let Some(closer) = closer {
        let text = closer.trim_matches('`');
        let text = if text == "{" { " {" } else { text };
        return diagnostic.fix(insert(place.before, text));
    }
    if place.found.starts_with('"') && expects("`=>`") {
        return diagnostic
            .help("`=>` stands between a condition and what follows from it")
            .fix(insert(place.from, "=> "));
    }
    if place.found.starts_with('"') && expects("`,`") {
        return diagnostic
            .help("a comma stands between the elements of a list")
            .fix(insert(place.before, ","));
    }
    if expects("`at`") && place.found.starts_with(|c: char| c.is_ascii_digit()) {
        return diagnostic
            .help("a limit is `at most`")
            .fix(insert(place.from, "at most "));
    }
    if let ("am" | "pm", Some(fix)) = (place.found, twelve_hours(lower, head, place)) {
        return diagnostic.help(TIMES).fix(fix);
    }
    match place.found {
        "$" => diagnostic.help("a name stands without `$`").fix(Fix {
            title: "drop the `$`".to_owned(),
            edits: vec![(
                Span::new(lower.file, place.from, place.from + 1),
                String::new(),
            )],
        }),
        "&" => diagnostic.help("texts are joined in a template: `\"{a} {b}\"`"),
        "Uhr" => diagnostic.help(TIMES),
        _ => diagnostic,
    }
}

/// `6am` as `06:00`.
fn twelve_hours(lower: &Lower<'_>, head: &str, place: &Place<'_>) -> Option<Fix> {
    let before = head.trim_end_matches(|c: char| c.is_ascii_digit());
    let hour: u32 = head.get(before.len()..)?.parse().ok()?;
    let hour = match (hour, place.found) {
        (12, "am") => 0,
        (1..=11, "am") | (12, _) => hour,
        (1..=11, _) => hour + 12,
        _ => return None,
    };
    let start = u32::try_from(before.len()).ok()?;
    let end = place.from + u32::try_from(place.found.len()).ok()?;
    let span = Span::new(lower.file, start, end);
    Some(Fix::replace(span, format!("{hour:02}:00")))
}
