//! The planner, rule by rule: small companies made by hand, whole plans compared.

mod access;
mod account;
mod approvals;
pub(crate) mod bench;
mod clean;
mod correlate;
mod diff;
mod file;
mod groups;
mod groups_made;
mod guard;
mod invariants;
mod laws;
mod names;
mod next_changes;
mod open;
mod stages;
mod vanished;
