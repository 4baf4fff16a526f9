//! Why a directory was read whole although an older snapshot of it was at hand.

use std::fmt;

use super::current::WHOLE_EVERY_HOURS;
use crate::directory::dn::Dn;
use crate::directory::snapshot::Controller;
use crate::directory::value::AttributeName;

/// Why a directory was read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// There was no older snapshot.
    First,
    /// It was asked for.
    Asked,
    /// It is a day since that was done: nobody tells of access lists that let the account see more or less.
    Age,
    /// Another domain controller answers, or this one was restored from a backup: its update numbers are others (S9).
    OtherCopy {
        /// Which one was read before.
        was: Box<Controller>,
        /// Which one answers now.
        is: Box<Controller>,
    },
    /// It is the same copy by its name and knows fewer updates than before: its disk was put back.
    TakenBack {
        /// The last update before.
        was: u64,
        /// The last update now.
        is: u64,
    },
    /// It does not tell its update numbers.
    NoNumbers,
    /// Other read bases, or other attributes.
    OtherReading,
    /// The schema of the forest changed.
    OtherSchema,
    /// An attribute that is read changes without an update of its object.
    Untold(AttributeName),
    /// A container whose name and updates the account may not read.
    Unseen(Dn),
    /// A container was renamed or moved while the last reading was under way.
    Unsteady(Dn),
    /// A read base was renamed or moved, or something took its name.
    BaseMoved(Dn),
    /// So much changed that reading everything is less work.
    TooMuch {
        /// How many objects would be read again.
        again: usize,
        /// Of how many.
        of: usize,
    },
    /// The domain controller did not answer as it should.
    Failed(String),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => f.write_str("it was not read before"),
            Self::Asked => f.write_str("that was asked for"),
            Self::Age => write!(f, "it was not read whole for {WHOLE_EVERY_HOURS} hours"),
            Self::OtherCopy { was, is } => write!(f, "{was} was read before, and {is} answers now"),
            Self::TakenBack { was, is } => write!(
                f,
                "its domain controller had made {was} updates and now says {is}, as if its disk had been put back"
            ),
            Self::NoNumbers => {
                f.write_str("its domain controller does not tell its update numbers")
            }
            Self::OtherReading => f.write_str("other read bases or attributes are asked for"),
            Self::OtherSchema => f.write_str("the schema of the forest changed"),
            Self::Untold(name) => write!(f, "`{name}` changes without an update of its object"),
            Self::Unseen(dn) => write!(
                f,
                "the account may not see updates of `{dn}`, so a new name of it would not be noticed"
            ),
            Self::Unsteady(dn) => {
                write!(f, "`{dn}` was renamed or moved while the domain was read")
            }
            Self::BaseMoved(dn) => write!(f, "the read base `{dn}` was renamed or moved"),
            Self::TooMuch { again, of } => {
                write!(f, "{again} of {of} objects would have to be read again")
            }
            Self::Failed(why) => write!(f, "what changed could not be read: {why}"),
        }
    }
}
