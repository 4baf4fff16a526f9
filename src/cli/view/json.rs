//! JSON that is harmless on a terminal too.
//!
//! JSON escapes C0 control characters alone; a terminal also obeys C1 ones, and text obeys the characters
//! that turn its direction. They are escaped here, which changes no value (RFC 8259, "Strings").

use crate::text::is_hostile;
use std::fmt::Write as _;

/// A value as indented JSON with a line end, hostile characters escaped.
pub fn pretty(value: &serde_json::Value) -> String {
    harmless(&format!("{value:#}\n"))
}

/// JSON text with hostile characters as `\u202e`; outside strings JSON has none.
pub fn harmless(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !is_hostile(c) {
            out.push(c);
            continue;
        }
        let mut units = [0; 2];
        for unit in c.encode_utf16(&mut units) {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::pretty;

    #[test]
    fn hostile_characters_are_escaped_and_the_value_is_the_same() {
        let value = serde_json::json!({ "a\u{202e}": "\u{9b}2J\u{1b}\n\u{e0041}\u{7f}ü" });
        let text = pretty(&value);
        assert_eq!(
            text,
            "{\n  \"a\\u202e\": \"\\u009b2J\\u001b\\n\\udb40\\udc41\\u007fü\"\n}\n"
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap(),
            value
        );
    }
}
