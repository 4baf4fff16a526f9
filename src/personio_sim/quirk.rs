//! Oddities of the wire: each was seen, or stands in one of Personio's own examples.

use std::fmt;
use std::str::FromStr;

/// An oddity that is there for all answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quirk {
    /// `2018-09-10T00:00:00+0200`.
    CompactDates,
    /// `2018-09-10` in version 1 too.
    PlainDates,
    /// Null for an empty text.
    NullTexts,
    /// What is empty is not there, in version 1 too.
    AbsentEmpty,
    /// Attributes of version 1 have neither a type nor a universal id, as until 2023.
    Untyped,
    /// `offset` and `limit` of version 1 are texts.
    TextPaging,
    /// Words of a closed list are in capitals everywhere.
    Upper,
    /// Words of a closed list are in small letters everywhere.
    Lower,
    /// The type of an employment is not set in version 2.
    NoEmploymentType,
    /// A termination in version 2 has neither type nor reason nor last day at work.
    BareTermination,
    /// An address of a next page has no host.
    RelativeLinks,
    /// Custom attributes without a value are there in version 2, as an empty text or list.
    EmptyCustom,
}

impl Quirk {
    /// All of them, each with its name and what it does.
    pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (
            Self::CompactDates,
            "compact-dates",
            "v1 writes the offset of a date without a colon",
        ),
        (
            Self::PlainDates,
            "plain-dates",
            "v1 writes a date as YYYY-MM-DD",
        ),
        (
            Self::NullTexts,
            "null-texts",
            "v1 writes null for an empty text",
        ),
        (
            Self::AbsentEmpty,
            "absent-empty",
            "v1 leaves out what is empty",
        ),
        (
            Self::Untyped,
            "untyped",
            "v1 writes neither type nor universal_id",
        ),
        (
            Self::TextPaging,
            "text-paging",
            "v1 writes offset and limit as texts",
        ),
        (
            Self::Upper,
            "upper-case",
            "statuses and types are in capitals everywhere",
        ),
        (
            Self::Lower,
            "lower-case",
            "statuses and types are in small letters everywhere",
        ),
        (
            Self::NoEmploymentType,
            "no-employment-type",
            "v2 does not say whether somebody is internal",
        ),
        (
            Self::BareTermination,
            "bare-termination",
            "v2 says of a termination nothing but its date",
        ),
        (
            Self::RelativeLinks,
            "relative-links",
            "v2 writes the next page without a host",
        ),
        (
            Self::EmptyCustom,
            "empty-custom",
            "v2 lists custom attributes without a value too",
        ),
    ];

    /// A word of a closed list, given in the letters that the answer usually has.
    pub(super) fn spell(quirks: &[Self], word: &str) -> String {
        if quirks.contains(&Self::Upper) {
            word.to_uppercase()
        } else if quirks.contains(&Self::Lower) {
            word.to_lowercase()
        } else {
            word.to_owned()
        }
    }
}

impl fmt::Display for Quirk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = Self::ALL.iter().find(|(quirk, ..)| quirk == self);
        f.write_str(named.map_or("", |(_, name, _)| name))
    }
}

impl FromStr for Quirk {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(_, name, _)| *name == text);
        found.map(|(quirk, ..)| *quirk).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|(_, name, _)| *name).collect();
            format!(
                "there is no oddity `{text}`; there are {}",
                names.join(", ")
            )
        })
    }
}
