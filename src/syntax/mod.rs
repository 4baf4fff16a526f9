//! The syntax of policies: text in, a tree and diagnostics out.
//!
//! Knows neither HR nor a directory nor files. `pest` stays inside: nothing outside this module names a
//! grammar rule.

pub mod ast;
