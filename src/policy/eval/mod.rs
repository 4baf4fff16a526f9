//! Evaluation: one person, one instant, one wish.
//!
//! Total: a checked policy cannot fail here (G9). A value is there, or missing, or *unknown*, because it
//! hangs on a person whose record cannot be read; unknown wins over everything it could change.
//!
//! Begin with [`Evaluator`], then `expr`.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "asks for one or two forms of an expression; every other form has the same answer"
)]

mod expr;
mod groups;
mod initial;
mod lines;
mod lists;
mod outranked;
pub(crate) mod time;
mod told;
mod value;
mod wish;

pub(crate) use expr::{Record, Scope, Unknown};
pub use outranked::Overrides;
pub use told::Teller;
pub(crate) use value::Value;
pub use wish::{Evaluator, absent_wishes, wishes, wishes_under};
