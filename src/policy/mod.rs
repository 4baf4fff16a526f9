//! The policy: what the syntax tree means.
//!
//! Names are bound, types are known, and every rule that the author wrote has a [`RuleId`]. A checked
//! policy has two faces: the [`Ruleset`] says what holds for everybody and is plain data; evaluation
//! gives a [`Wish`] for one person at one instant, plain data too. Knows no network, no file and no clock.
//!
//! Begin with [`Wish`].

pub mod around;
mod builtin;
mod check;
pub mod codes;
mod compile;
pub mod coverage;
mod eval;
pub mod explain;
mod files;
mod flows;
mod ir;
mod items;
pub mod lint;
mod lower;
pub mod notice;
mod pattern;
mod program;
mod prove;
pub mod ruleset;
pub mod trial;
mod types;
pub mod wish;

pub use around::{
    AwaitEvent, AwaitRule, EventRule, ExpectRule, NoticeEvent, NoticeRule, Retention, SourceRule,
    WritebackRule,
};
pub(crate) use builtin::ascii;
pub use builtin::{Example, Page, examples, page as functions_page, pages};
pub use compile::{FileKey, Input, Posted, compile};
pub use eval::{Evaluator, Overrides, Teller, absent_wishes, wishes, wishes_under};
pub use files::wanted_files;
pub use flows::{Destination, Flow, Read};
pub use notice::Telling;
pub use program::Policy;
pub use ruleset::{
    AccountTest, AdoptRule, AnchorRule, ApproveRule, Block, BlockRules, Confirmation,
    ContinuesRule, CreateRule, ExceptionRule, ExclusiveRule, Extent, GroupRule, GuardKind,
    IgnoreRule, InvariantRule, LimitRule, LineRule, LinkRule, LinkTarget, NamePattern, Never,
    NeverAccount, OverrideRule, PasswordRules, Prefer, PrivilegedRule, ProtectRule, Reserved,
    ResetRule, Rule, RuleId, RuleKind, Ruleset, StageAccount, StageId, StageRule, TemplatePart,
    TiedRule, UniqueRule,
};
pub use wish::{
    Absent, AdoptQuery, AssignedPart, AttributeWish, BlockWish, Candidate, Desired, Ended,
    GroupWish, InvariantWish, Mode, PasswordWish, Restriction, Standing, UniqueWish, UnitWish,
    Wish,
};
