//! Cells of CSV (RFC 4180) that a spreadsheet takes for text, whatever HR typed.
//!
//! A cell that it would take for a formula gets a `'` in front (OWASP, "CSV Injection").

use crate::text::visible;

/// A cell that is no formula to a spreadsheet, hostile characters visible, in quotes where it needs them.
pub(super) fn cell(text: &str) -> String {
    let formula =
        text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r']);
    let text = visible(text);
    let text = if formula {
        format!("'{text}")
    } else {
        text.into_owned()
    };
    if text.contains([',', ';', '"', '\'']) || text.trim() != text {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
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
}
