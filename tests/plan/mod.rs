//! The planner, rule by rule: small companies made by hand, whole plans compared.

mod account;
mod approvals;
pub(crate) mod bench;
mod correlate;
mod diff;
mod file;
mod groups;
mod groups_made;
mod guard;
mod invariants;
mod laws;
mod names;
mod stages;
mod vanished;
