//! How values are written back to HR: the only way in which anything here changes what HR says.
//!
//! Whoever carries a plan out uses it. Embedded, a file beside the state takes the values and readers lay it
//! over the recordings; a live HR system takes them itself.

use super::PersonId;

/// One value of one person, as HR calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// Whose, by the key that plans use.
    pub person: &'a PersonId,
    /// HR's name of the attribute.
    pub name: &'a str,
}

/// Why a value is not written, or not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// HR has no such person, or takes no such value.
    #[error("HR does not take it: {0}")]
    Refused(String),
    /// It could not be kept.
    #[error("it could not be kept: {0}")]
    Storage(String),
}

/// Takes values for HR.
pub trait WriteBack {
    /// The value as it is now; `None` where there is none.
    fn value(&self, field: &Field<'_>) -> Result<Option<String>, PortError>;

    /// Writes a value in place of the one that was seen, and returns once it is kept.
    fn write(&self, field: &Field<'_>, before: Option<&str>, after: &str) -> Result<(), PortError>;
}

/// An HR that takes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadOnly;

impl WriteBack for ReadOnly {
    fn value(&self, _: &Field<'_>) -> Result<Option<String>, PortError> {
        Err(PortError::Refused(
            "nothing is written back here".to_owned(),
        ))
    }

    fn write(&self, _: &Field<'_>, _: Option<&str>, _: &str) -> Result<(), PortError> {
        Err(PortError::Refused(
            "nothing is written back here".to_owned(),
        ))
    }
}
