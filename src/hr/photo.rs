//! The photo of a person, or that nobody knows what it is.

use std::fmt;
use std::sync::Arc;

use crate::text::picture::Picture;

/// The largest photo that is taken in, in bytes; a directory takes a tenth of it.
pub const MAX_PHOTO_BYTES: usize = 1_000_000;

/// A photo as HR has it. That there is none is no value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Photo {
    /// This one.
    Known(Picture),
    /// It could not be read: whether there is one, and which, is not known, so nothing may follow from it (G6). Why, in
    /// words without a full stop.
    Unknown(Arc<str>),
}

impl Photo {
    /// The photo of these bytes; not known where they are more than [`MAX_PHOTO_BYTES`].
    pub fn of(bytes: Vec<u8>) -> Self {
        if bytes.len() > MAX_PHOTO_BYTES {
            let size = crate::text::picture::size(bytes.len());
            return Self::Unknown(format!("the photo has {size}, at most 1000 kB are read").into());
        }
        Self::Known(Picture::new(bytes))
    }
}

/// What stands for it: never its bytes.
impl fmt::Display for Photo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(picture) => f.write_str(picture.said()),
            Self::Unknown(_) => f.write_str("a photo that could not be read"),
        }
    }
}
