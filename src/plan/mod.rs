//! The plan: what would change, why, and whether it may.
//!
//! [`plan`](fn@plan) is a pure function of wishes, directory, state and an instant. A [`Plan`] is plain
//! data: it holds actions with their reasons, and everything that a person must know before saying yes
//! (guards, findings, open accounts). Knows neither syntax nor any adapter, and does nothing.
//!
//! The way of a plan: `correlate` says which account is whose; `subject` weighs each person; `names`,
//! `account`, `deletion`, `diff`, `place`, `groups` and `tied` draft what is to be done; `approval` says what of
//! it waits for a person; `order` puts it in order, `guard` and `invariant` judge it, `open` lists what nobody
//! deals with. [`mod@file`] writes a plan down and reads it back. [`mod@undo`] makes the other kind of plan: the one
//! that takes back what a run did.
//!
//! Begin with [`Plan`], then [`Action`], then [`plan`](fn@plan).

pub mod action;
pub mod correlate;
pub mod file;
pub mod finding;
mod formerly;
mod freeze;
#[expect(
    clippy::module_inception,
    reason = "the plan itself is the module's main story"
)]
pub mod plan;

mod account;
mod account_after;
mod approval;
mod basis;
mod before_start;
mod builder;
mod cause;
mod deletion;
mod diff;
mod draft;
mod emergency;
mod exceptions;
mod fit;
mod groups;
mod guard;
mod invariant;
mod lacking;
mod make;
mod memory;
mod names;
mod needs;
pub mod notice;
mod open;
mod order;
mod overlay;
mod place;
mod proxy;
mod quality;
mod reminder;
mod step;
mod subject;
mod tied;
mod time;
pub mod undo;
mod vanished;
mod world;
mod writeback;

pub use crate::policy::GuardKind;
pub use action::{
    Action, ActionId, Approval, AttributeChange, Cause, Change, Lapsed, Reason, Reversible,
    StepRequest, Target,
};
pub use basis::Basis;
pub use correlate::{Correlation, Match, Tied, Verdict, correlate};
pub use exceptions::overrides;
pub use finding::{Finding, FindingKind, OpenAccount, OpenReason};
pub use formerly::Formerly;
pub(crate) use guard::revoke_word;
pub use make::{Input, MAX_AGE, Options, plan, previews};
pub use needs::needs;
pub use notice::{Collecting, Notice, NoticeMemory, OnFailure, Preview};
pub(crate) use order::{made_by, takes_away};
pub use plan::{
    Broken, GuardVerdict, Header, Memory, NextChange, Plan, SourceRead, StageCount, TakesBack,
    ValuesEntry,
};
pub use step::StepOver;
pub(crate) use time::later;
pub use undo::undo;
pub(crate) use world::tests_hold;
pub(crate) use world::value_digest;
