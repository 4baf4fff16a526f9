//! The policy: what the syntax tree means.
//!
//! Names are bound, types are known, and every rule that the author wrote has a [`RuleId`]. A checked
//! policy has two faces: the [`Ruleset`] says what holds for everybody and is plain data; evaluation
//! gives a [`Wish`] for one person at one instant, plain data too. Knows no network, no file and no clock.
//!
//! Begin with [`Wish`].

mod builtin;
mod check;
pub mod codes;
mod compile;
mod eval;
pub mod explain;
mod ir;
mod lower;
mod pattern;
mod program;
pub mod ruleset;
mod types;
pub mod wish;

pub use compile::{FileKey, Input, compile, wanted_files};
pub use eval::{Evaluator, wishes, wishes_without};
pub use program::Policy;
pub use ruleset::{
    AccountTest, AdoptRule, AnchorRule, Block, BlockRules, Confirmation, ContinuesRule,
    ExceptionRule, ExclusiveRule, Extent, GuardKind, IgnoreRule, LimitRule, LineRule, LinkRule,
    LinkTarget, NamePattern, OverrideRule, PasswordRules, Prefer, ProtectRule, Reserved, ResetRule,
    Rule, RuleId, RuleKind, Ruleset, StageAccount, StageId, StageRule, TemplatePart, TiedRule,
    UniqueRule,
};
pub use wish::{
    AdoptQuery, AssignedPart, AttributeWish, BlockWish, Candidate, Desired, GroupWish, Mode,
    Restriction, Standing, UniqueWish, UnitWish, Wish,
};
