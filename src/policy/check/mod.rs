//! Checks over checked expressions: missing values and rule lists that leave somebody out.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "asks for one or two forms of an expression; every other form has the same answer"
)]

mod exhaustive;
mod missing;
