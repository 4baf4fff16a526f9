//! The links of the audit trail, and where they do not fit: the part of an entry that proves itself, without any value
//! (S12).
//!
//! A link is what the hash of an entry covers. A row of goodly links proves that nobody changed, dropped, moved or
//! slipped in an entry, to whoever has nothing but the links: so the archive keeps just them.

use sha2::{Digest as _, Sha256};

/// Tells these hashes from any other, and version 1 of the way to make them.
const PURPOSE: &[u8] = b"tenure audit 1";

/// The hash before the first entry.
pub const ORIGIN: [u8; 32] = [0; 32];

/// The part of an entry that proves itself; times and ids are texts, for the hash covers them as such.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its number, from 1.
    pub seq: i64,
    /// When, by RFC 3339.
    pub at: String,
    /// What happened, in a word.
    pub event: String,
    /// In which run.
    pub run: Option<String>,
    /// What may be known for ever, as JSON.
    pub facts: String,
    /// The salted digest of what is personal.
    pub digest: Option<Vec<u8>>,
    /// The hash of the entry before.
    pub previous: Vec<u8>,
    /// The hash of this entry.
    pub hash: Vec<u8>,
}

impl Link {
    /// The hash that an entry of this content has.
    pub fn expected_hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(PURPOSE);
        let seq = self.seq.to_be_bytes();
        let run = self.run.as_deref().unwrap_or_default();
        let digest = self.digest.as_deref().unwrap_or_default();
        for part in [
            seq.as_slice(),
            &self.previous,
            self.at.as_bytes(),
            self.event.as_bytes(),
            run.as_bytes(),
            self.facts.as_bytes(),
            digest,
        ] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }

    /// The entry by what it says of itself.
    pub fn written(&self) -> Written {
        Written {
            seq: self.seq.cast_unsigned(),
            at: self.at.clone(),
            event: self.event.clone(),
        }
    }
}

/// An entry by what it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its number.
    pub seq: u64,
    /// When, as it stands there.
    pub at: String,
    /// What happened, in a word.
    pub event: String,
}

/// A place at which a trail is broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Break {
    /// An entry is missing, or was slipped in.
    #[error("the audit trail has no entry {expected}; the next one is {found}")]
    Gap {
        /// The number that should come.
        expected: u64,
        /// The number that came.
        found: i64,
        /// The entry that came.
        entry: Written,
    },
    /// An entry is not what was written.
    #[error("entry {} of the audit trail was changed: {what}", entry.seq)]
    Changed {
        /// Which.
        entry: Written,
        /// What does not agree.
        what: &'static str,
    },
    /// Entries from the beginning are gone, and no entry says that their time was up.
    #[error(
        "the audit trail begins behind entry {last}, and no entry says that those before were dropped"
    )]
    Beginning {
        /// The last one that is gone.
        last: u64,
    },
}

impl Break {
    /// The entry at which the trail breaks, as far as it is one.
    pub fn entry(&self) -> Option<&Written> {
        match self {
            Self::Beginning { .. } => None,
            Self::Gap { entry, .. } | Self::Changed { entry, .. } => Some(entry),
        }
    }

    /// The number of the first entry that is not as it should be.
    pub fn at(&self) -> u64 {
        match self {
            Self::Beginning { last } => last + 1,
            Self::Gap { expected, .. } => *expected,
            Self::Changed { entry, .. } => entry.seq,
        }
    }
}

/// How far a chain reaches, link by link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    last: i64,
    previous: Vec<u8>,
}

impl Chain {
    /// A chain that goes on behind the entry of that number and hash.
    pub fn behind(last: i64, hash: Vec<u8>) -> Self {
        Self {
            last,
            previous: hash,
        }
    }

    /// The number of the last link.
    pub fn last(&self) -> i64 {
        self.last
    }

    /// The hash of the last link.
    pub fn head(&self) -> &[u8] {
        &self.previous
    }

    /// Takes the next link, whether it fits or not; where it does not, why.
    pub fn take(&mut self, link: &Link) -> Option<Break> {
        let found = self.misfit(link);
        self.last = link.seq;
        self.previous.clone_from(&link.hash);
        found
    }

    fn misfit(&self, link: &Link) -> Option<Break> {
        let entry = link.written();
        let expected = self.last.wrapping_add(1);
        if link.seq != expected {
            return Some(Break::Gap {
                expected: expected.cast_unsigned(),
                found: link.seq,
                entry,
            });
        }
        let what = if link.previous != self.previous {
            "it does not follow the entry before it"
        } else if link.expected_hash().as_slice() != link.hash.as_slice() {
            "its hash does not agree"
        } else {
            return None;
        };
        Some(Break::Changed { entry, what })
    }
}
