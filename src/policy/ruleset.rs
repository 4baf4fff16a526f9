//! What a checked policy says for everybody: stages, identity, blocks of groups, guards. Plain data.

mod groups;
mod oversight;

use super::around::{AwaitRule, ExpectRule, NoticeRule, Retention, SourceRule, WritebackRule};
use crate::directory::Dn;
use crate::hr::{PersonId, Schema};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use groups::{Block, BlockRules, CreateRule, ExclusiveRule, GroupRule, Prefer};
pub use oversight::{ApproveRule, InvariantRule, Never, NeverAccount, PrivilegedRule};

/// The lengths and kinds that the author writes, as in the syntax tree.
pub use crate::syntax::ast::{Duration, GroupKind, GroupScope, GuardKind, Limit, Manage, TimeUnit};

/// One rule that the author wrote; index into [`Ruleset::rules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u32);

/// A stage; index into [`Ruleset::stages`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StageId(pub u32);

/// A rule as it is shown to people: where it stands and what it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What kind of statement it is.
    pub kind: RuleKind,
    /// The statement in its author's words, on one line.
    pub text: Arc<str>,
    /// File, relative to the policy folder.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: u32,
    /// The statement as it stands in the policy's texts.
    pub span: crate::diagnostic::Span,
    /// What it reads of HR, through `let`s and functions too, sorted: positions in the [`crate::hr::Schema`], and
    /// behind them those of [`Ruleset::related`].
    pub reads: Vec<u32>,
    /// Whether it reads the clock, through `let`s too.
    pub reads_clock: bool,
}

/// Kinds of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleKind {
    /// A row of `lifecycle`.
    Lifecycle,
    /// A statement of a stage.
    Stage,
    /// A statement of `identity`.
    Identity,
    /// A line of `profile`.
    Profile,
    /// A statement of `password`.
    Password,
    /// A row of `unit`.
    Unit,
    /// A row of `groups`.
    Groups,
    /// A row of `lists`.
    Lists,
    /// `forbid`.
    Forbid,
    /// `exclusive`.
    Exclusive,
    /// A `group` that is declared, or said to be privileged.
    Group,
    /// `approve`.
    Approve,
    /// `invariant`.
    Invariant,
    /// A statement of an `exception`.
    Exception,
    /// A statement of `guard`.
    Guard,
    /// `unique`.
    Unique,
    /// `source`.
    Source,
    /// `expect`.
    Expect,
    /// `notify`.
    Notify,
    /// `await`.
    Await,
    /// A line of `writeback`.
    Writeback,
    /// `retention`.
    Retention,
}

/// Everything that holds for every person.
#[derive(Debug, Clone, Default)]
pub struct Ruleset {
    /// All rules; [`RuleId`] indexes it.
    pub rules: Vec<Rule>,
    /// All stages; [`StageId`] indexes it.
    pub stages: Vec<StageRule>,
    /// Which attribute ties an account to its person.
    pub anchor: Option<AnchorRule>,
    /// Which accounts may be proposed for whom.
    pub adopt: Vec<AdoptRule>,
    /// Verdicts: this person, that account.
    pub links: Vec<LinkRule>,
    /// What is looked at by nobody.
    pub ignores: Vec<IgnoreRule>,
    /// Further accounts of the same human.
    pub tied: Vec<TiedRule>,
    /// HR records that continue others.
    pub continues: Vec<ContinuesRule>,
    /// When the first verdicts were written (S7).
    pub confirmed: Option<Confirmation>,
    /// Every attribute that a profile line or a stage names, sorted by name.
    pub lines: Vec<LineRule>,
    /// What gives names.
    pub uniques: Vec<UniqueRule>,
    /// Passwords.
    pub password: PasswordRules,
    /// Every `groups` and `lists` item, each a block of its own.
    pub blocks: Vec<BlockRules>,
    /// Groups that are declared.
    pub groups: Vec<GroupRule>,
    /// Groups that the author says are privileged (S15).
    pub privileged: Vec<PrivilegedRule>,
    /// What a person must say yes to.
    pub approvals: Vec<ApproveRule>,
    /// For how long a question waits before it is asked anew, where the author says so.
    pub approvals_at_most: Option<(Duration, RuleId)>,
    /// What no plan may break.
    pub invariants: Vec<InvariantRule>,
    /// Groups of which one person may have one.
    pub exclusives: Vec<ExclusiveRule>,
    /// The limits that the author wrote; defaults are the planner's (S10).
    pub limits: BTreeMap<GuardKind, LimitRule>,
    /// Limits raised for one day.
    pub overrides: Vec<OverrideRule>,
    /// All exceptions, sorted (S18).
    pub exceptions: Vec<ExceptionRule>,
    /// For how long an exception holds at most, where the author says so.
    pub exceptions_at_most: Option<(Duration, RuleId)>,
    /// The time zone that `timezone` gives where nothing else decides it: days that concern everybody are days there.
    pub home_zone: Option<Arc<str>>,
    /// What is never written.
    pub protected: Vec<ProtectRule>,
    /// Where people come from, by name; none where the configuration alone says it.
    pub sources: Vec<SourceRule>,
    /// What HR's data should be like; an index is that of [`crate::policy::Wish::unmet`].
    pub expects: Vec<ExpectRule>,
    /// What is told to whom.
    pub notices: Vec<NoticeRule>,
    /// What other systems have to answer before something is done.
    pub awaits: Vec<AwaitRule>,
    /// What HR gets to know.
    pub writebacks: Vec<WritebackRule>,
    /// How long the state keeps what runs did.
    pub retention: Retention,
    /// What rules read of other people.
    pub related: Vec<crate::hr::RelatedPath>,
    /// Every attribute of the directory that the policy names, to read, to write or to compare.
    pub directory_attributes: BTreeSet<&'static str>,
    /// Every group that a rule or a stage can give and no block makes, by name or DN.
    pub named_groups: Vec<Arc<str>>,
    /// What stands behind the `@` of logon names, as far as the policy alone says it.
    pub upn_suffixes: Vec<Arc<str>>,
    /// Digest of all policy files, tables and parameters, as 64 hex digits.
    pub digest: Arc<str>,
}

impl Ruleset {
    /// The rule of that id.
    pub fn rule(&self, id: RuleId) -> Option<&Rule> {
        self.rules.get(id.0 as usize)
    }

    /// Whether a rule reads what must not be shown, of the person or of others.
    pub fn reads_sensitive(&self, schema: &Schema, rule: RuleId) -> bool {
        let Some(rule) = self.rule(rule) else {
            return false;
        };
        let attributes = schema.attributes();
        rule.reads.iter().any(|position| {
            let position = *position as usize;
            let Some(attribute) = attributes.get(position) else {
                let path = self.related.get(position.saturating_sub(attributes.len()));
                return path.is_some_and(|path| path.is_sensitive(schema));
            };
            attribute.sensitive
        })
    }

    /// Whether a notice brings new passwords to somebody.
    pub fn tells_passwords(&self) -> bool {
        self.notices.iter().any(|notice| notice.password)
    }

    /// What makes a new password first, if anything does: the item where there is one, else a stage.
    pub fn makes_passwords(&self) -> Option<RuleId> {
        let early = self.password.early.is_some();
        let gives = |stage: &&StageRule| match stage.account {
            StageAccount::Enabled => true,
            StageAccount::Prepared => early,
            StageAccount::Disabled
            | StageAccount::DeletedAfter(_)
            | StageAccount::Untouched
            | StageAccount::Hold => false,
        };
        let stage = self.stages.iter().find(gives).map(|stage| stage.rule);
        let reset = self.password.resets.first().map(|reset| reset.rule);
        let any = stage.or(reset)?;
        Some(self.password.rule.unwrap_or(any))
    }

    /// The stage of that id.
    pub fn stage(&self, id: StageId) -> Option<&StageRule> {
        self.stages.get(id.0 as usize)
    }

    /// The stage of that name, or the one that had it before (`was`).
    pub fn stage_named(&self, name: &str) -> Option<StageId> {
        let is = |stage: &StageRule| &*stage.name == name;
        let was = |stage: &StageRule| stage.was.iter().any(|old| &**old == name);
        let index = self
            .stages
            .iter()
            .position(is)
            .or_else(|| self.stages.iter().position(was))?;
        u32::try_from(index).ok().map(StageId)
    }

    /// The blocks of that kind, in the policy's order.
    pub fn blocks_of(&self, kind: Block) -> impl Iterator<Item = &BlockRules> {
        self.blocks.iter().filter(move |block| block.kind == kind)
    }

    /// Whether a row of `lists` can give a group of that name.
    pub fn is_list(&self, group: &str) -> bool {
        self.blocks_of(Block::Lists)
            .any(|block| block.names_group(group))
    }

    /// What is declared of the group of that name.
    pub fn declared(&self, group: &str) -> Option<&GroupRule> {
        let name = group.to_lowercase();
        self.groups
            .iter()
            .find(|rule| rule.name.to_lowercase() == name)
    }
}

/// A stage of the lifecycle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageRule {
    /// The author's name for it; `hold` is built in.
    pub name: Arc<str>,
    /// Names it had before.
    pub was: Vec<Arc<str>>,
    /// What it means for the account.
    pub account: StageAccount,
    /// The `account` statement.
    pub rule: RuleId,
    /// `profile untouched`.
    pub profile_untouched: bool,
}

/// The five states of an account (S3), and the built-in `hold`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StageAccount {
    /// Exists (made if need be) and is enabled.
    Enabled,
    /// Exists (made if need be) and is disabled until its day.
    Prepared,
    /// If it exists, it is disabled; never made.
    Disabled,
    /// Disabled; deleted once this tool has seen it disabled for that long (G11).
    DeletedAfter(Duration),
    /// Not looked at.
    Untouched,
    /// Nothing changes and the person is reported each run.
    Hold,
}

impl StageAccount {
    /// Whether the account is off for good, as far as this stage goes.
    pub const fn ends(self) -> bool {
        match self {
            Self::Disabled | Self::DeletedAfter(_) => true,
            Self::Enabled | Self::Prepared | Self::Untouched | Self::Hold => false,
        }
    }
}

/// `anchor ATTRIBUTE = …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnchorRule {
    /// LDAP name of the attribute.
    pub attribute: Arc<str>,
    /// The statement.
    pub rule: RuleId,
}

/// `adopt when …`: a conjunction. What it asks of the person is in the wish ([`crate::policy::AdoptQuery`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptRule {
    /// The statement.
    pub rule: RuleId,
}

/// A simple question to an account; all of a list must hold.
#[derive(Debug, Clone, PartialEq)]
pub enum AccountTest {
    /// The attribute has this value, under AD's matching rule.
    Equal(Arc<str>, Arc<str>),
    /// The attribute is present and matches the pattern.
    Matches(Arc<str>, NamePattern),
    /// The attribute has a value.
    Present(Arc<str>),
    /// The attribute has none.
    Missing(Arc<str>),
}

/// `link KEY to "…"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRule {
    /// Whose.
    pub person: PersonId,
    /// Which account.
    pub account: LinkTarget,
    /// The statement.
    pub rule: RuleId,
}

/// An account as a policy names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkTarget {
    /// By sAMAccountName.
    Login(Arc<str>),
    /// By distinguished name.
    Dn(Dn),
}

/// What is looked at by nobody.
#[derive(Debug, Clone, PartialEq)]
pub enum IgnoreRule {
    /// Accounts by name or place.
    Accounts(NamePattern, RuleId),
    /// Accounts by attributes.
    When(Vec<AccountTest>, RuleId),
    /// A person of HR.
    Person(PersonId, RuleId),
}

/// A name pattern: a glob on sAMAccountName (or a group's name), or a DN that is meant exactly.
#[derive(Debug, Clone)]
pub enum NamePattern {
    /// A name, possibly with `*` and `?`; compared without case on the whole name.
    Glob {
        /// As written.
        text: Arc<str>,
        /// Compiled.
        regex: regex::Regex,
    },
    /// A distinguished name.
    Dn(Dn),
}

impl PartialEq for NamePattern {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Glob { text: a, .. }, Self::Glob { text: b, .. }) => a == b,
            (Self::Dn(a), Self::Dn(b)) => a == b,
            (Self::Glob { .. }, Self::Dn(_)) | (Self::Dn(_), Self::Glob { .. }) => false,
        }
    }
}

impl NamePattern {
    /// Reads a pattern: a DN where the text has a `=` and parses as one, else a glob.
    ///
    /// None where it is neither: a text that cannot be compiled (too long).
    pub fn new(text: &str) -> Option<Self> {
        if text.contains('=')
            && let Ok(dn) = Dn::parse(text)
        {
            return Some(Self::Dn(dn));
        }
        let mut pattern = String::from("(?is)^");
        for c in text.chars() {
            match c {
                '*' => pattern.push_str(".*"),
                '?' => pattern.push('.'),
                _ => pattern.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
            }
        }
        pattern.push('$');
        let regex = regex::Regex::new(&pattern).ok()?;
        Some(Self::Glob {
            text: text.into(),
            regex,
        })
    }

    /// Whether an object of that name at that place is meant.
    pub fn matches(&self, name: &str, dn: &Dn) -> bool {
        match self {
            Self::Glob { regex, .. } => regex.is_match(name),
            Self::Dn(exact) => exact == dn,
        }
    }
}

/// `tied "adm-{account.sAMAccountName}"`: the sAMAccountName of the further account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TiedRule {
    /// Its pieces.
    pub parts: Vec<TemplatePart>,
    /// The statement.
    pub rule: RuleId,
}

/// A piece of a template over an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePart {
    /// Text as it stands.
    Literal(Arc<str>),
    /// The first value of the owner's attribute; a missing one makes the whole missing.
    Account(Arc<str>),
}

/// `person NEW continues OLD`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContinuesRule {
    /// The record that counts.
    pub person: PersonId,
    /// The record that it continues, which is planned for no more.
    pub former: PersonId,
    /// The statement.
    pub rule: RuleId,
}

/// `confirmed DATE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// When.
    pub date: jiff::civil::Date,
    /// The statement.
    pub rule: RuleId,
}

/// An attribute that the policy writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineRule {
    /// LDAP name.
    pub attribute: Arc<str>,
    /// The profile line, where there is one; else only stages write it.
    pub profile: Option<RuleId>,
}

/// `unique NAME { … }`; index is that of [`crate::policy::UniqueWish`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UniqueRule {
    /// Its name.
    pub name: Arc<str>,
    /// The item.
    pub rule: RuleId,
    /// How long a released name stays taken; `None` is the default of S14.
    pub reuse_after: Option<Reuse>,
    /// Names known elsewhere.
    pub reserved: Reserved,
}

/// `reuse after …`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// Not at all.
    Never,
    /// After that time.
    After(Duration),
}

/// Names that are taken elsewhere, folded to lower case, sorted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reserved(pub Vec<Arc<str>>);

/// `password { … }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordRules {
    /// Length of a random password.
    pub length: u32,
    /// `initial …`: it is computed from what HR knows, and not random.
    pub computed: bool,
    /// `change at first logon`.
    pub change_at_first_logon: bool,
    /// `sealed to`: public keys of `age`, all of them right; none where nobody gets to know passwords.
    pub sealed_to: Vec<Arc<str>>,
    /// `hand over … before`: how long before the first day a prepared account gets its password.
    pub early: Option<Duration>,
    /// `allow plain password mail`: a notice with one may go by mail.
    pub plain_mail: bool,
    /// When a new one is made for an account that exists.
    pub resets: Vec<ResetRule>,
    /// The item; `None` where the policy has none and defaults hold.
    pub rule: Option<RuleId>,
}

impl Default for PasswordRules {
    fn default() -> Self {
        Self {
            length: 20,
            computed: false,
            change_at_first_logon: true,
            sealed_to: Vec::new(),
            early: None,
            plain_mail: false,
            resets: Vec::new(),
            rule: None,
        }
    }
}

/// `reset on enter … from …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetRule {
    /// Into one of these.
    pub enter: Vec<StageId>,
    /// Out of one of these; any if empty.
    pub from: Vec<StageId>,
    /// The statement.
    pub rule: RuleId,
}

/// A limit that the author wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitRule {
    /// How much.
    pub limit: Limit,
    /// The statement.
    pub rule: RuleId,
}

/// `exception for KEY until DATE`: what it says is in the wishes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExceptionRule {
    /// For whom.
    pub person: PersonId,
    /// The last day on which it holds.
    pub until: jiff::civil::Date,
    /// Digest of its text: an exception that says something else is another one.
    pub digest: Arc<str>,
    /// Its statement about the account, if it has one.
    pub account: Option<RuleId>,
    /// The item.
    pub rule: RuleId,
}

/// A limit raised for one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverrideRule {
    /// Which guard.
    pub kind: GuardKind,
    /// How many.
    pub count: u32,
    /// Which day, in the policy's own zone ([`Ruleset::home_zone`]).
    pub on: jiff::civil::Date,
    /// Why.
    pub because: Arc<str>,
    /// The statement.
    pub rule: RuleId,
}

/// What is never written.
#[derive(Debug, Clone, PartialEq)]
pub enum ProtectRule {
    /// Groups by name or DN.
    Group(NamePattern, RuleId),
    /// A unit with all that is below it; relative ones are resolved against the first write base.
    Unit(Dn, RuleId),
    /// Accounts by name or DN.
    Account(NamePattern, RuleId),
    /// Accounts by attributes.
    AccountWhen(Vec<AccountTest>, RuleId),
}

/// How far a stage restricts a block; see [`crate::policy::Restriction`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extent {
    /// As the rows say.
    AsRules,
    /// None, by hand too.
    None,
    /// None of ours.
    NoneOfOurs,
    /// Not looked at.
    Untouched,
}
