//! What a notice says to whom, as far as policy and HR decide it. Data; the planner fills in the rest.

use crate::hr::PersonId;
use std::fmt;
use std::sync::Arc;

/// What stands in a notice where a value is missing.
pub const NOTHING: &str = "–";

/// What stands in a notice where a value cannot be told: the record of whom it hangs on cannot be read.
pub const UNTOLD: &str = "(unknown)";

/// What stands where failures are told until the run has ended.
pub const LATER: &str = "(known when the run has ended)";

/// What a notice may tell that no record of HR has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// `{approvals}`: what waits for somebody's answer, a question a line.
    Approvals,
    /// `{direct_reports}`: the accounts of those who report to the person.
    DirectReports,
    /// `{owned_groups}`: the groups that name the account as their manager.
    OwnedGroups,
    /// `{tied_accounts}`: the further accounts of the person, each with how it is after the run.
    TiedAccounts,
    /// `{failures}`: what failed, known when the run ends.
    Failures,
    /// `{expectation}`: what is expected of the data and is not so, with since when.
    Expectation,
}

impl Fact {
    /// All, with the names by which they are read.
    pub const ALL: [(&str, Self); 6] = [
        ("approvals", Self::Approvals),
        ("direct_reports", Self::DirectReports),
        ("owned_groups", Self::OwnedGroups),
        ("tied_accounts", Self::TiedAccounts),
        ("failures", Self::Failures),
        ("expectation", Self::Expectation),
    ];

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found.map(|(_, fact)| *fact)
    }
}

/// A piece of a text that is finished only when the directory is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextPart {
    /// Text as it stands.
    Literal(Arc<str>),
    /// The name that this `unique` (by index) gives.
    Unique(u32),
    /// The first value of this attribute of the account, as it is after the run.
    Account(Arc<str>),
    /// Something that only directory and plan know of the person.
    Fact(Fact),
    /// The password that is made: known only when it is, and to nobody who reads a plan.
    Password,
}

/// One notice for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeWish {
    /// To whom.
    pub to: Vec<Recipient>,
    /// The subject.
    pub subject: Vec<TextPart>,
    /// The body.
    pub body: Vec<TextPart>,
}

/// Somebody to whom a notice goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The expression in its author's words.
    pub written: Arc<str>,
    /// Addresses in order; the first of which every piece is there counts.
    pub addresses: Vec<Vec<TextPart>>,
    /// Why it cannot be told, where it cannot.
    pub unknown: Option<Arc<str>>,
}

/// What a step is sent: each value by its name, as far as policy and HR decide it; `None` where there is none.
pub type StepWish = Vec<(Arc<str>, Option<Vec<TextPart>>)>;

/// A value for HR, as far as policy and HR decide it; `None` where there is none to be written.
pub type WrittenValue = Option<Vec<TextPart>>;

/// Says what notices say and what is written back to HR, person by person, when it is asked.
///
/// Most people have no news on most days: so these texts are not part of every wish.
pub trait Telling: fmt::Debug + Sync {
    /// That notice (by its index in [`super::Ruleset::notices`]) for that person; none where HR has no record.
    fn notice(&self, person: &PersonId, notice: usize) -> Option<NoticeWish>;

    /// What that step (by its index in [`super::Ruleset::awaits`]) is sent about that person; why it cannot be told, where
    /// it cannot.
    fn step(&self, person: &PersonId, step: usize) -> Result<StepWish, Arc<str>>;

    /// What that line (by its index in [`super::Ruleset::writebacks`]) writes for that person.
    fn written(&self, person: &PersonId, line: usize) -> WrittenValue;
}
