//! What a front is and does, all of which can be changed while it runs.

use std::time::Duration;

/// Everything that can be set.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings {
    /// Whether it behaves as Windows does.
    pub(super) windows: bool,
    /// Whether passwords are taken in the clear, as many a domain still does.
    pub(super) plain_binds: bool,
    /// Who may list CN=Deleted Objects besides the administrator: names as one binds by them, in small letters.
    pub(super) may_list_deleted: Vec<String>,
    /// Another domain controller than the true one.
    pub(super) controller: Option<Controller>,
    /// How far its clock is ahead.
    pub(super) skew_seconds: i64,
    /// Whether it takes no changes.
    pub(super) read_only: bool,
    /// What it has not got.
    pub(super) hidden: Vec<Hidden>,
    /// Connections are closed after so long without a word.
    pub(super) idle: Option<Duration>,
    /// What becomes of new connections.
    pub(super) welcome: Welcome,
}

/// What becomes of new connections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Welcome {
    /// They are served.
    #[default]
    Served,
    /// They are taken and then left alone.
    Stalled,
    /// They are refused.
    Refused,
}

/// Which domain controller it says that it is.
#[derive(Debug, Clone)]
pub(super) struct Controller {
    pub(super) name: String,
    /// Of its copy of the directory.
    pub(super) invocation_id: [u8; 16],
}

/// An object, or objects, that it has not got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hidden {
    Dn(String),
    /// In the byte order of the directory.
    Guid([u8; 16]),
    /// Everything that was made after that update.
    CreatedAfter(u64),
}
