//! Text at the border: bytes of files into text, and hostile text made harmless for output.
//!
//! Policies, CSV, LDIF and JSON come from editors and exports of every kind. [`decode`] reads UTF-8 with
//! or without a byte order mark and UTF-16 with one, and normalises line ends to `\n`. [`visible`] makes
//! control and bidirectional characters of HR text visible before it reaches a terminal.

pub mod calendar;
pub mod junit;
pub mod mail;
pub mod picture;
pub mod table;

/// Why bytes are no text that this program reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A NUL or another control byte that no text file has.
    #[error("this is a binary file, not text (byte {offset} is {byte:#04x})")]
    Binary {
        /// Where.
        offset: usize,
        /// Which.
        byte: u8,
    },
    /// A byte sequence that is not UTF-8; most often an old Windows code page.
    #[error(
        "this is not UTF-8 (byte {offset} is {byte:#04x}): it looks like Windows-1252 or another old code \
         page; save it again as UTF-8 (Excel: \"CSV UTF-8\", Notepad: Encoding UTF-8, PowerShell: -Encoding utf8)"
    )]
    NotUtf8 {
        /// Where.
        offset: usize,
        /// Which.
        byte: u8,
    },
    /// A UTF-16 file with a broken pair or an odd length.
    #[error("this UTF-16 file is damaged near byte {offset}; export it again, or save it as UTF-8")]
    BrokenUtf16 {
        /// Where.
        offset: usize,
    },
}

/// Bytes of a file as text: byte order mark dropped, UTF-16 with a mark decoded, `\r\n` and `\r` as `\n`.
pub fn decode(bytes: &[u8]) -> Result<String, DecodeError> {
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest)?.to_owned(),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        _ => utf8(bytes)?.to_owned(),
    };
    if text.contains('\r') {
        return Ok(text.replace("\r\n", "\n").replace('\r', "\n"));
    }
    Ok(text)
}

fn utf8(bytes: &[u8]) -> Result<&str, DecodeError> {
    let binary =
        |byte: u8| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1A | 0x1B);
    let control = bytes.iter().position(|byte| binary(*byte));
    if let Some(offset) = control {
        let byte = bytes.get(offset).copied().unwrap_or_default();
        return Err(DecodeError::Binary { offset, byte });
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let offset = error.valid_up_to();
        let byte = bytes.get(offset).copied().unwrap_or_default();
        DecodeError::NotUtf8 { offset, byte }
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, DecodeError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(DecodeError::BrokenUtf16 {
            offset: bytes.len() + 1,
        });
    }
    let mut text = String::with_capacity(pairs.len());
    let units = pairs.iter().map(|pair| unit(*pair));
    for (index, decoded) in char::decode_utf16(units).enumerate() {
        text.push(decoded.map_err(|_| DecodeError::BrokenUtf16 {
            offset: 2 + index * 2,
        })?);
    }
    if let Some(offset) = text.find('\0') {
        return Err(DecodeError::Binary { offset, byte: 0 });
    }
    Ok(text)
}

/// Whether a character could rearrange or hide what stands around it on a terminal or a page.
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// Whether a character has no business in a value that is kept: it is hostile and no letter of any script needs it.
///
/// The two joiners (`U+200C`, `U+200D`) are part of how Persian and several scripts of India are written.
pub fn is_no_letter(c: char) -> bool {
    is_hostile(c) && !matches!(c, '\u{200C}' | '\u{200D}')
}

/// Text as it may be shown: hostile characters stand as `\u{202e}`.
pub fn visible(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.chars().any(is_hostile) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_hostile(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown.into()
}

/// The beginning of a text as it may be shown: at most so many characters, hostile ones made visible.
pub fn excerpt(text: &str, most_chars: usize) -> String {
    let cut = text.char_indices().nth(most_chars).map(|(cut, _)| cut);
    let Some((start, _)) = cut.and_then(|cut| text.split_at_checked(cut)) else {
        return visible(text).into_owned();
    };
    let mut shown = visible(start).into_owned();
    shown.push('…');
    shown
}

#[cfg(test)]
mod tests {
    use super::{DecodeError, decode, excerpt, visible};

    #[test]
    fn windows_files_are_read() {
        assert_eq!(decode(b"\xEF\xBB\xBFa\r\nb").unwrap(), "a\nb");
        assert_eq!(decode(b"\xFF\xFEa\0\xFC\0").unwrap(), "aü");
        assert_eq!(decode(b"\xFE\xFF\0a").unwrap(), "a");
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_place() {
        assert_eq!(
            decode(b"M\xFCller"),
            Err(DecodeError::NotUtf8 {
                offset: 1,
                byte: 0xFC
            })
        );
        assert_eq!(
            decode(b"\x7FELF\x02\0"),
            Err(DecodeError::Binary { offset: 4, byte: 2 })
        );
        assert_eq!(
            decode(b"\xFF\xFEa"),
            Err(DecodeError::BrokenUtf16 { offset: 2 })
        );
    }

    #[test]
    fn characters_that_rearrange_a_line_become_visible() {
        assert_eq!(visible("a\u{202E}b\x1b[31m"), "a\\u{202e}b\\u{1b}[31m");
        assert!(matches!(visible("Zoë"), std::borrow::Cow::Borrowed(_)));
    }

    #[test]
    fn an_excerpt_is_no_longer_than_said() {
        assert_eq!(excerpt("Zoë", 3), "Zoë");
        assert_eq!(excerpt("Zoë\u{202E}!", 4), "Zoë\\u{202e}…");
        assert_eq!(excerpt("Zoë", 0), "…");
    }
}
