//! What a policy says of groups for everybody: blocks and what they manage, what is made, what excludes what.

use super::{Duration, GroupKind, GroupScope, Manage, NamePattern, RuleId};
use crate::directory::Dn;
use std::sync::Arc;

/// Which kind of block a group stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Block {
    /// `groups`: security groups.
    #[default]
    Groups,
    /// `lists`: distribution lists.
    Lists,
}

/// `groups { … }` or `lists { … }`: what holds for the groups that its own rows name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BlockRules {
    /// Which of the two.
    pub kind: Block,
    /// Every name that its rows can give, one entry each without case, sorted by the lower case.
    pub names: Vec<Arc<str>>,
    /// `keep`: for want of a rule these are not taken away.
    pub keep: Vec<(NamePattern, RuleId)>,
    /// `linger`: how long a grant outlives its rule.
    pub linger: Option<(Duration, RuleId)>,
    /// `manage`; `None` is `granted`.
    pub manage: Option<(Manage, RuleId)>,
    /// `create`: those of its groups that are missing are made.
    pub create: Option<CreateRule>,
}

impl BlockRules {
    /// Whether one of its rows can give a group of that name; names are compared without case.
    pub fn names_group(&self, group: &str) -> bool {
        let name = group.to_lowercase();
        let found = self
            .names
            .binary_search_by(|known| known.to_lowercase().cmp(&name));
        found.is_ok()
    }
}

/// `create scope global in "OU=Groups"`: how the missing groups of a block are made, unless one is declared
/// otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateRule {
    /// Where they may be used.
    pub scope: GroupScope,
    /// In which unit (absolute); `None` where each is declared with its own.
    pub unit: Option<Dn>,
    /// Their description.
    pub description: Option<Arc<str>>,
    /// The statement.
    pub rule: RuleId,
}

/// `group "SG-X" { … }`: what is declared of one group; what is not said is its block's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRule {
    /// Its name, or its DN where it has a `=`.
    pub name: Arc<str>,
    /// For access or for mail.
    pub kind: Option<GroupKind>,
    /// Where it may be used.
    pub scope: Option<GroupScope>,
    /// In which unit it is made (absolute).
    pub unit: Option<Dn>,
    /// Its description when it is made.
    pub description: Option<Arc<str>>,
    /// The item.
    pub rule: RuleId,
}

/// `exclusive G, H prefer first`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExclusiveRule {
    /// The groups, best first, by name or DN.
    pub groups: Vec<Arc<str>>,
    /// Which wins.
    pub prefer: Prefer,
    /// The old one goes before the new one comes.
    pub separate: bool,
    /// The item.
    pub rule: RuleId,
}

/// Which of several exclusive groups wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefer {
    /// The first named.
    First,
    /// The one that the account has.
    Current,
}
