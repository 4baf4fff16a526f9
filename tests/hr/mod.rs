//! People: typing, quarantine, CSV, digests.

mod csv;
mod employments;
mod laws;
pub(crate) mod show;
mod snapshots;
mod sources;
