//! CN=Deleted Objects, which Windows shows to whom it was opened, and Samba to everybody who asks.

use super::super::message::{Answer, ENTRY};

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Audience {
    /// May list what was deleted.
    Trusted,
    /// Sees nothing of it.
    Everybody,
}

/// Whether this entry is not to be seen.
pub(in super::super) fn hide_deleted(answer: &Answer, audience: Audience) -> bool {
    let is_deleted = || {
        answer
            .dn()
            .to_ascii_lowercase()
            .contains("cn=deleted objects,dc=")
    };
    audience == Audience::Everybody && answer.tag() == ENTRY && is_deleted()
}
