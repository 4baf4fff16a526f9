//! Cells of CSV (RFC 4180) that a spreadsheet takes for text, whatever HR typed.
//!
//! A cell that it would take for a formula gets a `'` in front (OWASP, "CSV Injection"). So does each part of a cell that
//! would be one of its own where the file is read with another separator: Excel takes the `;` in half of Europe.

use crate::text::visible;
use std::fmt::Write as _;

/// What a spreadsheet takes for the beginning of a formula; some take the wide and the small forms of East Asian
/// keyboards for the same.
const FORMULA: [char; 13] = [
    '=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '−',
];

/// What some reader or other parts cells and rows at.
const PARTS: [char; 7] = [',', ';', '\t', '|', '\r', '\n', '"'];

/// A cell that is no formula to a spreadsheet, hostile characters visible, in quotes where it needs them.
pub(super) fn cell(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 2);
    let mut rest = text;
    loop {
        let part_end = rest.find(PARTS).unwrap_or(rest.len());
        let (part, behind) = rest.split_at(part_end);
        if begins_formula(part) {
            safe.push('\'');
        }
        safe.push_str(&visible(part));
        let mut parted = behind.chars();
        let Some(separator) = parted.next() else {
            break;
        };
        // Of one that no text should have is seen that it was there, and it parts nothing.
        let _ = if separator.is_control() {
            write!(safe, "{}", separator.escape_unicode())
        } else {
            write!(safe, "{separator}")
        };
        rest = parted.as_str();
    }
    let first_is_tab = text.starts_with(['\t', '\r', '\n']);
    if first_is_tab && !safe.starts_with('\'') {
        safe.insert(0, '\'');
    }
    let quoted = safe.contains([',', ';', '"', '\'', '|']) || safe.trim() != safe;
    if quoted {
        format!("\"{}\"", safe.replace('"', "\"\""))
    } else {
        safe
    }
}

/// Whether a part would be a formula; what a reader may cut off before it does not help.
fn begins_formula(part: &str) -> bool {
    part.trim_start_matches(|c: char| c.is_whitespace() || crate::text::is_hostile(c))
        .starts_with(FORMULA)
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_spreadsheet_sees_no_formula() {
        assert_eq!(cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        for text in ["+1", "-1", "@x", " =1", "\t=1", "\r=1", "\u{a0}=1"] {
            assert!(cell(text).starts_with("\"'"), "{text:?}");
        }
        assert_eq!(cell("Zoë"), "Zoë");
        assert_eq!(cell("a,b"), "\"a,b\"");
        assert_eq!(cell("a\nb\u{202e}"), "a\\u{a}b\\u{202e}");
    }

    #[test]
    fn wide_and_small_forms_are_formulas_too() {
        for sign in ["＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫", "−"] {
            assert_eq!(cell(&format!("{sign}1")), format!("\"'{sign}1\""));
        }
    }

    /// Each line read with this separator by somebody for whom quotes mean nothing but themselves.
    fn parts<'l>(line: &'l str, separator: char) -> impl Iterator<Item = &'l str> {
        let trim = |part: &'l str| part.trim_matches(|c: char| c.is_whitespace() || c == '"');
        line.split(separator).map(trim)
    }

    #[test]
    fn no_separator_makes_a_formula_of_a_part() {
        let texts = [
            "a;=1+1",
            "a; =1+1",
            "a,=1",
            "a|+1",
            "a\t=1",
            "a\n=1",
            "a\r\n@x",
            "a\";=1",
            "a;\"=1\"",
            "a;;=1",
            "=1;=2",
            "a;\u{200b}=1",
            "a;＝1",
            ";=1",
            "\"=1",
            "a\"\t=1",
        ];
        for text in texts {
            let line = format!("{},{}", cell("x"), cell(text));
            for separator in [';', '|', '\t', '\n', '\r', ','] {
                for part in parts(&line, separator) {
                    assert!(
                        !part.starts_with(['=', '+', '-', '@', '＝']),
                        "{text:?} as {line:?} has {part:?} between {separator:?}"
                    );
                }
            }
        }
    }
}
