//! Groups that rules name: which object each is, which block it stands in, and what is wrong with it.
//!
//! A group that does not exist and whose block says `create` is one that *would be made*: it is made once the
//! first person is to be in it.

use super::super::account::action_of_nobody;
use super::super::builder::Builder;
use super::super::names::account_dn;
use super::super::place::ensure_unit_for;
use super::super::subject::Subject;
use super::super::world::absolute;
use super::super::{ActionId, Change, Finding, FindingKind, Target};
use crate::directory::group_type::{GroupType, Scope};
use crate::directory::{Dn, ObjectId, schema};
use crate::policy::ruleset::{GroupKind, GroupScope};
use crate::policy::{Block, GroupRule, GroupWish, GuardKind, RuleId};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A group as a rule comes to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Named {
    /// One that exists.
    There(ObjectId),
    /// One that would be made; index into [`Groups::new`].
    New(usize),
}

/// What is known of the groups that rules name, gathered over all people.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    found: FxHashMap<Arc<str>, Option<ObjectId>>,
    new: Vec<NewGroup>,
    /// Groups that would be made, or why they cannot be, by kind of block and folded name.
    wanted: FxHashMap<(Block, String), Result<usize, Arc<str>>>,
    /// The block whose rows name a group, by kind; the first of several, which agree.
    blocks: Option<FxHashMap<(Block, ObjectId), usize>>,
    notes: BTreeMap<(Arc<str>, Trouble), GroupNote>,
}

/// A group that does not exist yet.
#[derive(Debug)]
struct NewGroup {
    name: Arc<str>,
    dn: Dn,
    group_type: GroupType,
    description: Option<Arc<str>>,
    /// The `create` of its block.
    rule: RuleId,
    /// Its declaration.
    declared: Option<RuleId>,
    made: Option<ActionId>,
}

/// For how many people, by which rule first, and why.
type GroupNote = (u32, RuleId, Arc<str>);

/// Why a group cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trouble {
    Missing,
    Unmakeable,
    WrongBlock,
    Privileged,
    Protected,
}

impl Groups {
    /// Forgets groups whose actions were dropped.
    pub(crate) fn forget_from(&mut self, first: usize) {
        for group in &mut self.new {
            group.made = group.made.filter(|id| (id.0 as usize) < first);
        }
    }
}

impl Builder<'_, '_> {
    /// The group of that name or DN, if it exists.
    pub(super) fn group(&mut self, name: &Arc<str>) -> Option<ObjectId> {
        if let Some(found) = self.groups.found.get(name) {
            return *found;
        }
        let found = self.world.group(name);
        self.groups.found.insert(name.clone(), found);
        found
    }

    /// The group of that name as rules come to it; none where it neither exists nor would be made.
    pub(super) fn named(&mut self, name: &Arc<str>) -> Option<Named> {
        if let Some(group) = self.group(name) {
            return Some(Named::There(group));
        }
        [Block::Groups, Block::Lists]
            .into_iter()
            .find_map(|kind| self.would_be_made(name, kind)?.ok())
            .map(Named::New)
    }

    /// A missing group that the block makes, or why it cannot; none where its block makes none.
    pub(super) fn would_be_made(
        &mut self,
        name: &Arc<str>,
        kind: Block,
    ) -> Option<Result<usize, Arc<str>>> {
        let rules = self.world.input.rules;
        let create = rules
            .blocks_of(kind)
            .filter(|block| block.names_group(name))
            .find_map(|block| block.create.as_ref())?;
        let key = (kind, name.to_lowercase());
        if let Some(known) = self.groups.wanted.get(&key) {
            return Some(known.clone());
        }
        let declared = rules.declared(name);
        let unit = declared
            .and_then(|rule| rule.unit.as_ref())
            .or(create.unit.as_ref());
        let scope = declared.and_then(|rule| rule.scope).unwrap_or(create.scope);
        let made = self.placed(name, unit).map(|(dn, name)| {
            self.groups.new.push(NewGroup {
                name,
                dn,
                group_type: GroupType::new(scope_of(scope), kind == Block::Groups),
                description: declared
                    .and_then(|rule| rule.description.clone())
                    .or_else(|| create.description.clone()),
                rule: create.rule,
                declared: declared.map(|rule| rule.rule),
                made: None,
            });
            self.groups.new.len() - 1
        });
        self.groups.wanted.insert(key, made.clone());
        Some(made)
    }

    /// Where a group of that name is made, and its sAMAccountName; an error where it cannot be.
    fn placed(&mut self, name: &Arc<str>, unit: Option<&Dn>) -> Result<(Dn, Arc<str>), Arc<str>> {
        let written = Dn::parse(name).ok().filter(|_| name.contains('='));
        let (unit, leaf): (Dn, Arc<str>) = match written {
            Some(dn) => {
                let dn = absolute(&dn, self.world.input);
                let leaf = dn.rdn().map(|rdn| rdn.value().into());
                (
                    dn.parent().unwrap_or_else(Dn::root),
                    leaf.unwrap_or_default(),
                )
            }
            None => match unit {
                Some(unit) => (absolute(unit, self.world.input), name.clone()),
                None => return Err("nothing says in which unit".into()),
            },
        };
        if let Some(why) = self.world.place_barrier(&unit) {
            return Err(format!("`{unit}` is no place for it: {why}").into());
        }
        for attribute in ["sAMAccountName", "cn"] {
            let unfit = schema::attribute(attribute)
                .and_then(|attribute| attribute.check_off_account(&leaf).err());
            if let Some(unfit) = unfit {
                return Err(format!("`{leaf}` does not fit {attribute}: {unfit}").into());
            }
        }
        let Some(dn) = account_dn(&unit, &leaf) else {
            return Err(format!("`{leaf}` cannot be a common name").into());
        };
        if !self.names.take_for_group(&leaf, &unit) {
            return Err(format!("`{leaf}` is the name of another object").into());
        }
        Ok((dn, leaf))
    }

    /// The group as actions name it; one that is missing is made now. None where it cannot be.
    pub(super) fn target_of(
        &mut self,
        group: Named,
        subject: &Subject<'_>,
        row: RuleId,
    ) -> Option<Target> {
        let index = match group {
            Named::There(group) => return Some(self.existing(group)),
            Named::New(index) => index,
        };
        let new = self.groups.new.get(index)?;
        let (name, dn) = (new.name.clone(), new.dn.clone());
        let (rule, declared) = (new.rule, new.declared);
        let change = Change::CreateGroup {
            dn: dn.clone(),
            name: name.clone(),
            group_type: new.group_type,
            description: new.description.clone(),
        };
        if let Some(by) = new.made {
            return Some(Target::Made { by, dn });
        }
        let cause = subject.cause_of_membership(self, Some(row));
        let unit = dn.parent().unwrap_or_else(Dn::root);
        let unit = match ensure_unit_for(self, &unit, rule, cause) {
            Ok(unit) => unit,
            Err(why) => {
                let wish = GroupWish { group: name, rule };
                self.note(&wish, Trouble::Unmakeable, &why);
                return None;
            }
        };
        let rules = [Some(row), declared, Some(rule)];
        let reasons = rules.into_iter().flatten();
        let reasons = reasons.map(|rule| self.world.reason(rule, None)).collect();
        let mut create = action_of_nobody(change, reasons, cause, &name);
        create.after.extend(unit);
        create.counts.push(GuardKind::Create);
        let by = self.draft.push(create);
        if let Some(new) = self.groups.new.get_mut(index) {
            new.made = Some(by);
        }
        Some(Target::Made { by, dn })
    }

    pub(super) fn block_of(&self, group: ObjectId) -> Block {
        match self.world.object(group).group_type() {
            Some(kind) if !kind.is_security() => Block::Lists,
            Some(_) | None => Block::Groups,
        }
    }

    /// The block whose rows name that group; none where no block of the kind does.
    pub(super) fn naming_block(&mut self, kind: Block, group: ObjectId) -> Option<usize> {
        if self.groups.blocks.is_none() {
            let mut blocks: FxHashMap<(Block, ObjectId), usize> = FxHashMap::default();
            for (index, block) in self.world.input.rules.blocks.iter().enumerate() {
                for name in &block.names {
                    if let Some(group) = self.group(name) {
                        blocks.entry((block.kind, group)).or_insert(index);
                    }
                }
            }
            self.groups.blocks = Some(blocks);
        }
        let blocks = self.groups.blocks.as_ref()?;
        blocks.get(&(kind, group)).copied()
    }

    pub(super) fn note(&mut self, wish: &GroupWish, trouble: Trouble, why: &Arc<str>) {
        let key = (wish.group.clone(), trouble);
        let note = self
            .groups
            .notes
            .entry(key)
            .or_insert_with(|| (0, wish.rule, why.clone()));
        note.0 += 1;
    }

    /// One finding for each group that rules name and that cannot be given, and for each that is declared
    /// otherwise than it is.
    pub(crate) fn report_groups(&mut self) {
        self.report_declared();
        self.report_silent_lists();
        let notes = std::mem::take(&mut self.groups.notes);
        for ((group, trouble), (people, rule, why)) in notes {
            let many = if people == 1 {
                "1 person".to_owned()
            } else {
                format!("{people} people")
            };
            let (kind, text, help) = match trouble {
                Trouble::Missing => (
                    FindingKind::Missing,
                    format!("`{group}` does not exist; a rule speaks of it for {many}"),
                    "create the group, or correct its name in the policy",
                ),
                Trouble::Unmakeable => (
                    FindingKind::Blocked,
                    format!("`{group}` cannot be made for {many}: {why}"),
                    "make the group by hand, or say in `group` where it is to be made",
                ),
                Trouble::WrongBlock => (
                    FindingKind::Note,
                    format!("{why}; {many} would be members"),
                    "name it in the other block",
                ),
                Trouble::Privileged => (
                    FindingKind::Blocked,
                    format!("`{group}` is not given to {many}: {why} is privileged"),
                    "give privileges by hand, or say `privileged group` and `approve grant` of it",
                ),
                Trouble::Protected => (
                    FindingKind::Blocked,
                    format!("`{group}` is not given to {many}: {why}"),
                    "take the group out of the rule, or out of the protection",
                ),
            };
            let reason = self.world.reason(rule, None);
            self.draft
                .find(Finding::new(kind, group, text).because(reason).help(help));
        }
    }

    /// One finding for each distribution list that rules name and that has no address: nobody can write to it.
    fn report_silent_lists(&mut self) {
        let world = self.world;
        let blocks = world.input.rules.blocks.iter();
        let blocks = blocks.filter(|block| block.kind == Block::Lists);
        let names: BTreeSet<&Arc<str>> = blocks.flat_map(|block| &block.names).collect();
        for name in names {
            let Some(list) = self.group(name) else {
                continue;
            };
            let object = world.object(list);
            let addressed = object.has("mail") || object.has("proxyAddresses");
            if addressed || self.block_of(list) != Block::Lists {
                continue;
            }
            let text = format!("`{name}` has no mail address: who is in it gets nothing by that");
            let finding = Finding::new(FindingKind::Note, name.clone(), text)
                .about(self.dn(Some(list)))
                .help("enable the list for mail, or take it out of `lists`");
            self.draft.find(finding);
        }
    }

    fn report_declared(&mut self) {
        for rule in &self.world.input.rules.groups {
            let Some(group) = self.group(&rule.name) else {
                let key = (rule.name.clone(), Trouble::Missing);
                if !self.groups.notes.contains_key(&key) && !self.is_made_when_needed(rule) {
                    let text = format!("`{}` is declared and does not exist", rule.name);
                    let finding = Finding::new(FindingKind::Missing, rule.name.clone(), text)
                        .because(self.world.reason(rule.rule, None))
                        .help("create the group, or say `create` in the block that names it");
                    self.draft.find(finding);
                }
                continue;
            };
            let Some(found) = self.world.object(group).group_type() else {
                continue;
            };
            let security = rule.kind.map(|kind| kind == GroupKind::Security);
            let scope = rule.scope.map(scope_of);
            let wanted = GroupType::new(
                scope.unwrap_or(found.scope()),
                security.unwrap_or(found.is_security()),
            );
            if (wanted.scope(), wanted.is_security()) == (found.scope(), found.is_security()) {
                continue;
            }
            let text = format!(
                "`{}` is declared {}, and is {}; it stays as it is",
                rule.name,
                in_words(wanted),
                in_words(found)
            );
            let finding = Finding::new(FindingKind::Note, rule.name.clone(), text)
                .about([self.world.object(group).dn().clone()])
                .because(self.world.reason(rule.rule, None))
                .help("change the group by hand, or its declaration");
            self.draft.find(finding);
        }
    }

    /// Whether a block that names it makes what is missing.
    fn is_made_when_needed(&self, rule: &GroupRule) -> bool {
        let mut blocks = self.world.input.rules.blocks.iter();
        blocks.any(|block| block.create.is_some() && block.names_group(&rule.name))
    }
}

fn scope_of(scope: GroupScope) -> Scope {
    match scope {
        GroupScope::Global => Scope::Global,
        GroupScope::DomainLocal => Scope::DomainLocal,
        GroupScope::Universal => Scope::Universal,
    }
}

fn in_words(kind: GroupType) -> String {
    let what = if kind.is_security() {
        "security"
    } else {
        "distribution"
    };
    format!("{what}, {}", kind.scope())
}
