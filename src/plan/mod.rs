//! The plan: what would change, why, and whether it may.
//!
//! [`plan`](fn@plan) is a pure function of wishes, directory, state and an instant. A [`Plan`] is plain
//! data: it holds actions with their reasons, and everything that a person must know before saying yes
//! (guards, findings, open accounts). Knows neither syntax nor any adapter, and does nothing.
//!
//! Begin with [`Plan`], then [`Action`].

pub mod action;
pub mod finding;
#[expect(
    clippy::module_inception,
    reason = "the plan itself is the module's main story"
)]
pub mod plan;

pub use action::{Action, ActionId, AttributeChange, Cause, Change, Reason, Reversible, Target};
pub use finding::{Finding, FindingKind, OpenAccount, OpenReason};
pub use plan::{GuardVerdict, Header, Plan, StageCount};
