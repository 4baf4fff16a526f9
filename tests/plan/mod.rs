//! The planner, rule by rule: small companies made by hand, whole plans compared.

mod access;
mod account;
pub(crate) mod bench;
mod clean;
mod correlate;
mod diff;
mod file;
mod groups;
mod guard;
mod laws;
mod names;
mod open;
