//! A wish: what the policy wants for one person at one instant. Data; the planner resolves it.

use super::{AccountTest, Extent, NamePattern, RuleId, StageAccount, StageId};
use crate::directory::Dn;
use crate::hr::PersonId;
use std::sync::Arc;

/// What the policy wants for one person.
///
/// Everything in it is decided but three things that only the directory and the state can decide: which
/// candidate of a `unique` is free, which account a manager has, and what is there already.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// Whose.
    pub person: PersonId,
    /// Which stage, or why none could be decided.
    pub standing: Standing,
    /// What that stage, or an exception, means for the account.
    pub account: StageAccount,
    /// The rule that says so.
    pub account_rule: RuleId,
    /// The person's time zone, by its IANA name.
    pub zone: Arc<str>,
    /// The first day of work, where the policy can tell: an account that is older is a namesake's (S7).
    pub started: Option<jiff::civil::Date>,
    /// Value of the anchor attribute.
    pub anchor: Option<Arc<str>>,
    /// Which accounts `adopt` would propose; all tests of a query must hold. In the policy's order.
    pub adopt: Vec<AdoptQuery>,
    /// Candidates for each `unique`, in the order of [`super::Ruleset::uniques`].
    pub uniques: Vec<UniqueWish>,
    /// Where the account belongs.
    pub unit: UnitWish,
    /// Which password it would get.
    pub password: PasswordWish,
    /// Attribute by attribute, sorted by name; one entry each: an overlay of the stage replaces the line.
    pub attributes: Vec<AttributeWish>,
    /// Security groups.
    pub groups: BlockWish,
    /// Distribution lists.
    pub lists: BlockWish,
    /// The conditional `approve` items that hold, or of which it cannot be told; sorted.
    pub approvals: Vec<RuleId>,
    /// The invariants that are about this person, by their place in [`super::Ruleset::invariants`]; sorted.
    pub invariants: Vec<InvariantWish>,
    /// HR no longer has this person: this is what the last complete record makes of them once the row of
    /// `vanished` holds.
    pub absent: Option<Absent>,
    /// A human ended this person at once (S1).
    pub ended: Option<Ended>,
    /// What HR's record should be like and is not: positions in [`super::Ruleset::expects`].
    pub unmet: Vec<u32>,
    /// Whether what `on when …` of notices watches holds, in the order of the policy; `None` where it cannot be
    /// told, and nothing at all of a record that cannot be read.
    pub watches: Vec<Option<bool>>,
    /// Earliest instant at which a comparison that was met would change.
    pub next_change: Option<jiff::Timestamp>,
    /// The same without comparisons with sensitive values, whose dates it would tell (S11): what outputs may show.
    pub next_shown: Option<jiff::Timestamp>,
    /// The same of comparisons with sensitive values alone: at this instant nothing of the person may be shown.
    pub next_hidden: Option<jiff::Timestamp>,
}

/// Which password an account would get, if one were due: never the password itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PasswordWish {
    /// A random one.
    #[default]
    Random,
    /// One that is computed from what HR knows.
    Computed {
        /// How long it is, in UTF-16 units.
        length: u32,
        /// How many of AD's kinds of characters it has: upper case, lower case, digits, all others.
        kinds: u32,
    },
    /// None: what it is computed from is missing or not known. Why, in words without a full stop.
    Held(Arc<str>),
}

/// How an order that ends a person at once stands to HR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// HR says otherwise: the stage is the one that was named with the order.
    AgainstHr,
    /// HR says the same: the stage is HR's own.
    WithHr,
}

/// An invariant whose condition holds for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvariantWish {
    /// Which, in [`super::Ruleset::invariants`].
    pub index: u32,
    /// Why it cannot be told whether it holds; `None` where it does.
    pub unknown: Option<Arc<str>>,
}

/// `vanished for 14 days => …`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absent {
    /// How long HR must have been without the person.
    pub after: super::ruleset::Duration,
    /// The row.
    pub rule: RuleId,
}

/// Which stage a person is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Decided.
    In {
        /// The stage.
        stage: StageId,
        /// The row of `lifecycle`, or the exception.
        rule: RuleId,
    },
    /// Not decided: nothing changes, but where `ends` is certain the account is disabled (S4).
    Held {
        /// Why, in a sentence without a full stop.
        reason: Arc<str>,
        /// The rule that could not be decided.
        rule: Option<RuleId>,
        /// The stage, whose account is disabled, that the values which are good decide.
        ends: Option<(StageId, RuleId)>,
    },
}

/// `adopt when …` for one person.
#[derive(Debug, Clone, PartialEq)]
pub struct AdoptQuery {
    /// The statement.
    pub rule: RuleId,
    /// All must hold; at least one is [`AccountTest::Equal`], so that an index can answer it.
    pub tests: Vec<AccountTest>,
}

/// The candidates of one `unique` for one person, best first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UniqueWish {
    /// In order; a candidate whose text is missing is left out.
    pub candidates: Vec<Candidate>,
}

/// A candidate for a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Candidate {
    /// A name as it stands.
    Fixed(Arc<str>),
    /// With `{n}` from 2 to 99 behind `before` and `hinge`; `before` gives way to the length.
    Numbered {
        /// The name itself.
        before: Arc<str>,
        /// The author's own text between the name and the number, which never gives way; often empty.
        hinge: Arc<str>,
        /// After the number.
        after: Arc<str>,
    },
}

/// Where the account belongs.
#[derive(Debug, Clone, PartialEq)]
pub enum UnitWish {
    /// In this unit (absolute).
    In(Dn, RuleId),
    /// Where it is; a new account cannot be made.
    Untouched(RuleId),
    /// Not decided; it stays where it is.
    Held(Arc<str>, RuleId),
}

/// One attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeWish {
    /// LDAP name as the schema spells it.
    pub attribute: Arc<str>,
    /// How it is kept.
    pub mode: Mode,
    /// Its value.
    pub value: Desired,
    /// The line.
    pub rule: RuleId,
    /// Whether a stage or an exception says so (S16): on exit the former value comes back.
    pub overlay: bool,
}

/// How a profile line keeps its attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Kept equal.
    Always,
    /// Written when the account is created, then never.
    Once,
    /// Written where AD is empty.
    IfEmpty,
    /// Values are added and never removed.
    Adding,
}

/// What an attribute should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Desired {
    /// These values in LDAP text form (`TRUE`, digits, generalized time …); at least one, none empty.
    Values(Vec<Arc<str>>),
    /// One value that depends on assigned names.
    Assigned(Vec<AssignedPart>),
    /// The DN of that person's account; where by policy they have none, the second.
    Person(PersonId, Box<Desired>),
    /// Emptied.
    Clear,
    /// Left as it is.
    Keep,
    /// Not decided (an unknown person, a value that does not fit): left as it is and reported.
    Held(Arc<str>),
}

/// A piece of a value that depends on assigned names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AssignedPart {
    /// Text.
    Literal(Arc<str>),
    /// The name that this `unique` (by index) gives.
    Unique(u32),
}

/// What is wanted of one block of groups.
///
/// The order of 'Groups: one order': `granted` is rows and exceptions after the stage's restriction, and
/// the stage's own grants. The planner then removes `forbidden` and resolves exclusive groups.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockWish {
    /// Groups to have, by name or DN, sorted, one entry each.
    pub granted: Vec<GroupWish>,
    /// How the stage restricts the others.
    pub restriction: Restriction,
    /// Groups never to have.
    pub forbidden: Vec<GroupWish>,
    /// Groups whose rule could not be decided: a membership that is there stays.
    pub held: Vec<(GroupWish, Arc<str>)>,
}

/// A group and the rule that speaks of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupWish {
    /// sAMAccountName, or a DN where it has a `=`.
    pub group: Arc<str>,
    /// The rule.
    pub rule: RuleId,
}

/// What a stage does to the memberships that are not granted.
#[derive(Debug, Clone, PartialEq)]
pub struct Restriction {
    /// How far.
    pub extent: Extent,
    /// Left alone whatever the extent: neither given nor taken.
    pub except: Vec<NamePattern>,
    /// The stage's statement; `None` where it has none.
    pub rule: Option<RuleId>,
}
