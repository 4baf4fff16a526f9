//! What went through the front, in the order in which it came.

use super::fault::On;
use super::message::{Kind, Request};

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Which connection it came by, counted from 1.
    pub(crate) connection: u64,
    pub(crate) kind: Kind,
    /// The object it is about; of a bind the name, of an extended operation its identifier.
    pub(crate) dn: String,
    /// The attributes it names, never a value.
    pub(crate) attributes: Vec<String>,
    pub(crate) controls: Vec<String>,
    /// The domain controller was asked.
    pub(crate) sent: bool,
    /// The result, the domain controller's or the front's; none if none came yet.
    pub(crate) code: Option<u32>,
    /// The client was told the result.
    pub(crate) told: bool,
}

impl Seen {
    pub(super) fn of(request: &Request, connection: u64) -> Self {
        Self {
            connection,
            kind: request.kind,
            dn: request.dn().to_owned(),
            attributes: request.attributes(),
            controls: request.controls(),
            sent: false,
            code: None,
            told: false,
        }
    }

    pub(crate) fn is(&self, on: On) -> bool {
        on.includes(self.kind)
    }

    /// The domain controller did it, whether or not the client knows.
    pub(crate) fn done(&self) -> bool {
        self.sent && self.code == Some(0)
    }
}

/// Everything seen since the log was last begun.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// How many were forgotten before.
    forgotten: usize,
    seen: Vec<Seen>,
}

impl Log {
    /// Writes one down and gives its number.
    pub(super) fn push(&mut self, seen: Seen) -> usize {
        self.seen.push(seen);
        self.forgotten + self.seen.len() - 1
    }

    /// The one of that number, unless it is forgotten.
    pub(super) fn at(&mut self, number: usize) -> Option<&mut Seen> {
        self.seen.get_mut(number.checked_sub(self.forgotten)?)
    }

    pub(super) fn all(&self) -> Vec<Seen> {
        self.seen.clone()
    }

    pub(super) fn forget(&mut self) {
        self.forgotten += self.seen.len();
        self.seen.clear();
    }
}
