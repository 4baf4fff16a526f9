//! Why an archive cannot be used, and what to do about it.

/// What went wrong with an archive. No variant holds anything about a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Error {
    /// The archive, or the object in it.
    pub place: String,
    /// Of which kind it is.
    pub trouble: Trouble,
    /// In words.
    pub what: String,
    /// What to do.
    pub help: &'static str,
}

/// Of which kind an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Nobody answers, or nobody has time; another attempt may help.
    Unreachable,
    /// Whoever answers cannot prove to be who it should be.
    Certificate,
    /// The keys are not known, or may not do this.
    Credentials,
    /// The clocks disagree.
    Clock,
    /// There is no such folder or bucket.
    NoPlace,
    /// The store answers something else than it should.
    Refused,
    /// The folder cannot be written or read.
    Unwritable,
    /// An object is not what was written.
    Broken,
}

impl Error {
    /// The stable name of the kind of error.
    pub fn code(&self) -> &'static str {
        match self.trouble {
            Trouble::Unreachable => "archive-unreachable",
            Trouble::Certificate => "archive-certificate",
            Trouble::Credentials => "archive-credentials",
            Trouble::Clock => "archive-clock",
            Trouble::NoPlace => "archive-no-place",
            Trouble::Refused => "archive-refused",
            Trouble::Unwritable => "archive-unwritable",
            Trouble::Broken => "archive-broken",
        }
    }
}

impl From<crate::state::StoreError> for Failed {
    fn from(error: crate::state::StoreError) -> Self {
        Self::State(error)
    }
}

/// Why the trail was not archived.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The state cannot be read.
    #[error(transparent)]
    State(crate::state::StoreError),
    /// The archive cannot be used.
    #[error(transparent)]
    Archive(#[from] Error),
}
