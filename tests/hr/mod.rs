//! People: typing, quarantine, CSV, digests.

mod csv;
mod laws;
pub(crate) mod show;
mod snapshots;
mod sources;
