//! The tests of a policy, checked: who is given, what is there already, and what is expected on which day. Data.
//!
//! A plan knows nothing of them; [`mod@crate::proving`] runs them.

use super::{AccountTest, GuardKind};
use crate::diagnostic::Span;
use crate::directory::Dn;
use crate::hr::{PersonId, Value};
use jiff::civil::{Date, Time};
use std::sync::Arc;

/// A `test`.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// Its name.
    pub name: Arc<str>,
    /// Where the name stands.
    pub span: Span,
    /// Whom it is about: the person without a name, else the first.
    pub about: PersonId,
    /// Accounts that are there before it begins.
    pub accounts: Vec<Account>,
    /// Values that others have already: attribute and value.
    pub taken: Vec<(Arc<str>, Arc<str>)>,
    /// Groups that the directory does not have.
    pub missing: Vec<Arc<str>>,
    /// Its days in the order of time; never empty.
    pub days: Vec<Day>,
}

/// One `on …` of a test, and what stands behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    /// The day.
    pub date: Date,
    /// The time in the zone of the one whom the test is about.
    pub time: Time,
    /// What HR says of whom from then on.
    pub people: Vec<Given>,
    /// What is expected once everything that is due is done.
    pub expected: Vec<Expectation>,
}

/// A person as HR has them from a day on.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// Who.
    pub id: PersonId,
    /// Values by their position in the schema; `None` is missing, even where it must not be.
    pub values: Vec<(u32, Option<Value>)>,
    /// HR no longer has this person.
    pub vanished: bool,
}

/// An account that is there before a test begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Whose it is, by the anchor; `None` is nobody's.
    pub of: Option<PersonId>,
    /// Whether it is enabled.
    pub enabled: bool,
    /// Where it is; where the policy would have its owner's otherwise.
    pub unit: Option<Dn>,
    /// The groups that it is in.
    pub groups: Vec<Arc<str>>,
    /// Its attributes, in LDAP text form.
    pub attributes: Vec<(Arc<str>, Vec<Arc<str>>)>,
}

/// An `expect`.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// Of whom.
    pub of: PersonId,
    /// It is expected not to be so.
    pub negated: bool,
    /// What.
    pub what: What,
    /// The statement.
    pub span: Span,
}

/// What is expected.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// The person is in that stage.
    Stage(Arc<str>),
    /// The account is so.
    Account(State),
    /// The account is in that unit.
    Unit(Dn),
    /// The account is in each of these groups, or, where it is not expected, in none.
    Groups(Vec<Arc<str>>),
    /// The account is in these groups and in no others, or, where the second is true, these lists.
    Exactly(Vec<Arc<str>>, bool),
    /// A notice of that name, or any, becomes due, to these addresses at least.
    Notice(Option<Arc<str>>, Vec<Arc<str>>),
    /// An action of that kind is done.
    Event(GuardKind),
    /// HR's record cannot be read.
    Quarantine,
    /// Something of the person cannot be decided, so it stays as it is.
    Held,
    /// The run would be stopped by that guard, or by any.
    Guard(Option<GuardKind>),
    /// An action of that kind, or any, waits for approval.
    Approval(Option<GuardKind>),
    /// The account answers all of these.
    Condition(Vec<AccountTest>),
}

/// How an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is there and enabled.
    Enabled,
    /// It is there, made for a day to come, and not enabled yet.
    Prepared,
    /// It is there and disabled, and not prepared.
    Disabled,
    /// It was there in this test and is no longer.
    Deleted,
    /// There is none.
    Absent,
    /// The policy does not look after it.
    Untouched,
}

impl State {
    /// All, with their words.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Enabled, "enabled"),
        (Self::Prepared, "prepared"),
        (Self::Disabled, "disabled"),
        (Self::Deleted, "deleted"),
        (Self::Absent, "absent"),
        (Self::Untouched, "untouched"),
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        let all = Self::ALL.iter();
        all.copied()
            .find(|(state, _)| *state == self)
            .map_or("", |(_, word)| word)
    }
}
