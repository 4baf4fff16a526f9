//! A picture: its bytes, of which kind they are, and what stands for it wherever it is not shown.
//!
//! No output holds a picture: plans, the trail and the state say how large it is and what its SHA-256 is, which is
//! enough to tell one from another.

use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

/// The word with which everything begins that stands for a picture.
const WORD: &str = "photo, ";

/// What stands before the digest.
const DIGEST: &str = ", sha256 ";

/// How many digits of the digest are shown to people.
const SHOWN_DIGITS: usize = 8;

/// A picture and what stands for it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Picture {
    bytes: Arc<[u8]>,
    said: Arc<str>,
}

/// The kinds of picture that directories and those who read them know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// JPEG (ITU-T T.81).
    Jpeg,
    /// PNG (ISO/IEC 15948).
    Png,
}

/// Why bytes are no picture that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Another kind of picture.
    #[error("it is {0}")]
    Other(&'static str),
    /// No picture of any kind that is known here.
    #[error("it is no picture")]
    NoPicture,
    /// A picture that says no width and height, or that has no end.
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
}

impl Flaw {
    /// Whether it may have come about on the way, so that asking again may help.
    pub fn may_be_the_way(self) -> bool {
        match self {
            Self::NoPicture | Self::Damaged(_) => true,
            Self::Other(_) => false,
        }
    }
}

impl Picture {
    /// The picture of these bytes, whatever they are.
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        let bytes = bytes.into();
        let mut said = format!("{WORD}{}{DIGEST}", size(bytes.len()));
        for byte in Sha256::digest(&bytes) {
            let _ = write!(said, "{byte:02x}");
        }
        Self {
            bytes,
            said: said.into(),
        }
    }

    /// The bytes.
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// What stands for it: `photo, 12.3 kB, sha256 1a2b…`, with all 64 digits. Two pictures are the same if these are.
    pub fn said(&self) -> &Arc<str> {
        &self.said
    }

    /// Of which kind it is, by its first bytes, the width and height that it must have, and its end; else what is wrong.
    pub fn kind(&self) -> Result<Kind, Flaw> {
        let (kind, dimensions) = match &*self.bytes {
            [0xFF, 0xD8, 0xFF, ..] => (Kind::Jpeg, jpeg_dimensions(&self.bytes)),
            [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, rest @ ..] => {
                (Kind::Png, png_dimensions(rest))
            }
            [b'G', b'I', b'F', b'8', ..] => return Err(Flaw::Other("a GIF")),
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => {
                return Err(Flaw::Other("a WebP picture"));
            }
            [b'B', b'M', ..] => return Err(Flaw::Other("a BMP picture")),
            _ => return Err(Flaw::NoPicture),
        };
        let said = dimensions.is_some_and(|(width, height)| width > 0 && height > 0);
        if !said {
            return Err(Flaw::Damaged("it says no width and height"));
        }
        let ends = match kind {
            Kind::Jpeg => {
                let padding = |byte: &u8| matches!(byte, 0 | b'\r' | b'\n');
                let last = self.bytes.iter().rposition(|byte| !padding(byte));
                let whole = last.and_then(|last| self.bytes.get(..=last));
                whole.is_some_and(|bytes| bytes.ends_with(&[0xFF, 0xD9]))
            }
            Kind::Png => self.bytes.ends_with(b"IEND\xAE\x42\x60\x82"),
        };
        if ends {
            Ok(kind)
        } else {
            Err(Flaw::Damaged("its end is missing"))
        }
    }
}

/// What stands for it, for no log shows a picture.
impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)
    }
}

/// What stands for a picture, with as much of the digest as people read; every other text as it is.
pub fn short(text: &str) -> &str {
    let digits = text
        .strip_prefix(WORD)
        .and_then(|rest| rest.split_once(DIGEST))
        .map(|(_, digits)| digits)
        .filter(|digits| digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit()));
    let length = digits.map_or(text.len(), |_| text.len() - 64 + SHOWN_DIGITS);
    text.get(..length).unwrap_or(text)
}

/// So many bytes, as people say it.
pub fn size(bytes: usize) -> String {
    let tenths = bytes.saturating_add(50) / 100;
    format!("{}.{} kB", tenths / 10, tenths % 10)
}

/// Width and height in the frame header, which is the first segment of the kinds SOF0 to SOF15.
fn jpeg_dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.get(2..)?;
    loop {
        let marker;
        (marker, rest) = match rest {
            [0xFF, 0xFF, ..] => {
                rest = rest.get(1..)?;
                continue;
            }
            [0xFF, marker, rest @ ..] => (*marker, rest),
            _ => return None,
        };
        match marker {
            0x01 | 0xD0..=0xD8 => {}
            // The picture itself begins, or ends, and no frame was announced.
            0xD9 | 0xDA => return None,
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                let [_, _, _, h1, h0, w1, w0, ..] = rest else {
                    return None;
                };
                let number = |high: &u8, low: &u8| u32::from(u16::from_be_bytes([*high, *low]));
                return Some((number(w1, w0), number(h1, h0)));
            }
            _ => {
                let [l1, l0, ..] = rest else {
                    return None;
                };
                rest = rest.get(usize::from(u16::from_be_bytes([*l1, *l0]))..)?;
            }
        }
    }
}

/// Width and height of the header chunk, which is the first one.
fn png_dimensions(rest: &[u8]) -> Option<(u32, u32)> {
    let [
        _,
        _,
        _,
        _,
        b'I',
        b'H',
        b'D',
        b'R',
        w3,
        w2,
        w1,
        w0,
        h3,
        h2,
        h1,
        h0,
        ..,
    ] = rest
    else {
        return None;
    };
    let number = |bytes: [&u8; 4]| u32::from_be_bytes(bytes.map(|byte| *byte));
    Some((number([w3, w2, w1, w0]), number([h3, h2, h1, h0])))
}

#[cfg(test)]
mod tests {
    use super::{Kind, Picture, short, size};

    /// The head of a JPEG of 96 by 64, as cameras write it: with a segment before the frame.
    const JPEG: &[u8] = &[
        0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xFF, 0xC2, 0, 11, 8, 0, 64, 0, 96, 1, 1, 0x11,
        0, 0xFF, 0xD9,
    ];

    #[test]
    fn a_picture_is_known_by_its_head() {
        assert_eq!(Picture::new(JPEG).kind(), Ok(Kind::Jpeg));
        let mut png =
            b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x60\0\0\0\x40\x08....\0\0\0\0IEND\xAE\x42\x60\x82".to_vec();
        assert_eq!(Picture::new(png.clone()).kind(), Ok(Kind::Png));
        png[19] = 0;
        assert!(Picture::new(png).kind().is_err());
        for (bytes, why) in [
            (&b""[..], "no picture"),
            (b"<html>", "no picture"),
            (&JPEG[..22], "end is missing"),
            (b"GIF89a", "GIF"),
            (b"RIFF....WEBPVP8", "WebP"),
            (&JPEG[..12], "damaged"),
            (&[0xFF, 0xD8, 0xFF, 0xD9], "damaged"),
            (&[0xFF, 0xD8, 0xFF, 0xE0, 0xFF, 0xFF], "damaged"),
        ] {
            let said = Picture::new(bytes).kind().unwrap_err().to_string();
            assert!(said.contains(why), "{said} {why}");
        }
    }

    #[test]
    fn what_stands_for_it_tells_one_from_another_and_shows_none() {
        let one = Picture::new(&b"abc"[..]);
        assert_eq!(
            &**one.said(),
            "photo, 0.0 kB, sha256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(format!("{one:?}"), &**one.said());
        assert_ne!(one.said(), Picture::new(&b"abd"[..]).said());
        assert_eq!(short(one.said()), "photo, 0.0 kB, sha256 ba7816bf");
        assert_eq!(short("photo, of a horse"), "photo, of a horse");
        assert_eq!(size(12_345), "12.3 kB");
        assert_eq!(size(102_400), "102.4 kB");
    }
}
