//! `groups { … }` and `lists { … }` as blocks, and `group`: what holds for all groups of one, and for single ones.
//!
//! Each item is a block of its own: `keep`, `linger`, `manage` and `create` hold for the groups that its own
//! rows name. A group may stand in two blocks if both say the same of it.

use super::{Allowed, Lower};
use crate::diagnostic::{Diagnostic, Span, Spanned, did_you_mean};
use crate::directory::Dn;
use crate::policy::codes;
use crate::policy::eval::Value;
use crate::policy::ir::Kind;
use crate::policy::ruleset::{
    Block, BlockRules, CreateRule, Duration, GroupRule, Manage, RuleKind,
};
use crate::syntax::ast::{self, Attach, GroupKind, GroupScope, GroupStatement};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The names that a block's rows give, each with where it stands.
pub(crate) type NamedAt = Vec<(Arc<str>, Span)>;

impl Lower<'_> {
    /// `groups { … }` or `lists { … }`; there may be several of each.
    pub(crate) fn groups(&mut self, item: &ast::FileItem<ast::Groups>, block: Block) {
        let (kind, place) = match block {
            Block::Groups => (RuleKind::Groups, "row of `groups`"),
            Block::Lists => (RuleKind::Lists, "row of `lists`"),
        };
        let allowed = Allowed {
            clock: true,
            ..Allowed::default()
        };
        let mut rules = BlockRules {
            kind: block,
            ..BlockRules::default()
        };
        let mut named: NamedAt = Vec::new();
        let mut create = None;
        for statement in &item.body.statements {
            match statement {
                GroupStatement::Row(row) => {
                    let row = self.allowing(allowed, |lower| {
                        let condition = row.condition.as_ref().map(|expr| lower.condition(expr));
                        if let Some(node) = &condition {
                            lower.opens_nothing(node, place);
                        }
                        lower.group_row(condition, &row.groups, row.span, kind)
                    });
                    for (node, names) in row.groups.iter().zip(&row.names) {
                        named.extend(names.iter().map(|name| (name.clone(), node.span)));
                    }
                    match block {
                        Block::Groups => self.program.groups.push(row),
                        Block::Lists => self.program.lists.push(row),
                    }
                }
                GroupStatement::Keep(names, span) => {
                    let rule = self.rule(kind, *span, []);
                    for name in names {
                        if let Some(pattern) = self.name_pattern(name) {
                            rules.keep.push((pattern, rule));
                        }
                    }
                }
                GroupStatement::Linger(length, span) => {
                    let rule = self.rule(kind, *span, []);
                    let taken = rules.linger.replace((*length, rule)).is_some();
                    self.said_twice(taken, *span);
                }
                GroupStatement::Manage(manage, span) => {
                    let rule = self.rule(kind, *span, []);
                    let taken = rules.manage.replace((*manage, rule)).is_some();
                    self.said_twice(taken, *span);
                }
                GroupStatement::Create(attach, span) => {
                    let rule = self.created(attach, *span, block);
                    let taken = create.replace(*span).is_some();
                    self.said_twice(taken, *span);
                    rules.create = Some(rule);
                }
            }
        }
        let mut names: BTreeMap<String, Arc<str>> = BTreeMap::new();
        for (name, _) in &named {
            names
                .entry(name.to_lowercase())
                .or_insert_with(|| name.clone());
        }
        rules.names = names.into_values().collect();
        self.fits_its_block(block, &named);
        self.has_a_place(&rules, create);
        self.agrees(&rules, &named);
        self.rules.blocks.push(rules);
        self.named_at.push(named);
    }

    fn said_twice(&mut self, taken: bool, span: Span) {
        if taken {
            let message = "this is said twice of one block";
            self.report(Diagnostic::new(&codes::DUPLICATE, span, message).label("said again"));
        }
    }

    /// `create …` of a block.
    fn created(&mut self, attach: &Attach, span: Span, block: Block) -> CreateRule {
        if let Some(kind) = &attach.kind {
            self.is_of_block(kind.value, kind.span, block, None);
        }
        let usual = match block {
            Block::Groups => GroupScope::Global,
            // Exchange takes no other for mail.
            Block::Lists => GroupScope::Universal,
        };
        CreateRule {
            scope: attach.scope.as_ref().map_or(usual, |scope| scope.value),
            unit: self.attached_unit(attach),
            description: self.attached_description(attach),
            rule: self.rule(RuleKind::Group, span, []),
        }
    }

    fn attached_unit(&mut self, attach: &Attach) -> Option<Dn> {
        let written = attach.unit.as_ref()?;
        let node = self.place(written);
        match node.kind {
            Kind::Const(Value::Unit(dn)) => Some(dn),
            Kind::Error => None,
            _ => {
                self.not_literal(written.span);
                None
            }
        }
    }

    fn attached_description(&mut self, attach: &Attach) -> Option<Arc<str>> {
        attach
            .description
            .as_ref()
            .and_then(|text| self.literal_text(text))
    }

    /// `group "SG-X" { … }`.
    pub(crate) fn group_declaration(&mut self, item: &ast::FileItem<ast::GroupDeclaration>) {
        let name = &item.body.name;
        let attach = &item.body.attach;
        let key = name.value.to_lowercase();
        let before = self
            .rules
            .groups
            .iter()
            .position(|known| known.name.to_lowercase() == key);
        if let Some(first) = before.and_then(|index| self.declared_groups.get(index)) {
            let message = format!("the group `{}` is declared twice", name.value);
            let diagnostic = Diagnostic::new(&codes::DUPLICATE, name.span, message)
                .label("declared again")
                .also(first.0, "first declared here")
                .help("put what is said of it into one");
            self.report(diagnostic);
            return;
        }
        let rule = GroupRule {
            name: name.value.clone(),
            kind: attach.kind.as_ref().map(|kind| kind.value),
            scope: attach.scope.as_ref().map(|scope| scope.value),
            unit: self.attached_unit(attach),
            description: self.attached_description(attach),
            rule: self.rule(RuleKind::Group, item.span, []),
        };
        self.rules.groups.push(rule);
        let kind = attach.kind.as_ref();
        self.declared_groups
            .push((name.span, kind.map(|kind: &Spanned<GroupKind>| kind.span)));
    }

    /// A group that is declared for access does not stand in `lists`, and one for mail not in `groups`.
    fn fits_its_block(&mut self, block: Block, named: &NamedAt) {
        let mut told = BTreeSet::new();
        for (name, span) in named {
            let key = name.to_lowercase();
            let found = self
                .rules
                .groups
                .iter()
                .position(|rule| rule.name.to_lowercase() == key);
            let Some(index) = found else {
                continue;
            };
            let kind = self.rules.groups.get(index).and_then(|rule| rule.kind);
            let place = self.declared_groups.get(index).and_then(|(_, kind)| *kind);
            if let (Some(kind), Some(place)) = (kind, place)
                && told.insert(key)
            {
                self.is_of_block(kind, *span, block, Some((name, place)));
            }
        }
    }

    fn is_of_block(
        &mut self,
        kind: GroupKind,
        span: Span,
        block: Block,
        declared: Option<(&Arc<str>, Span)>,
    ) {
        let (word, other) = match (kind, block) {
            (GroupKind::Security, Block::Groups) | (GroupKind::Distribution, Block::Lists) => {
                return;
            }
            (GroupKind::Distribution, Block::Groups) => ("groups", "lists"),
            (GroupKind::Security, Block::Lists) => ("lists", "groups"),
        };
        let what = match kind {
            GroupKind::Security => "a security group",
            GroupKind::Distribution => "a distribution list",
        };
        let diagnostic = if let Some((name, place)) = declared {
            let message = format!("`{name}` is declared as {what}, and this is `{word}`");
            Diagnostic::new(&codes::GROUP_CONTRADICTION, span, message)
                .label(format!("of `{word}` here"))
                .also(place, "declared here")
        } else {
            let message = format!("`{word}` makes no group that is {what}");
            Diagnostic::new(&codes::GROUP_CONTRADICTION, span, message).label("of another kind")
        };
        self.report(diagnostic.help(format!("name it in `{other}`, or say another kind")));
    }

    /// Nobody guesses where a group is made.
    fn has_a_place(&mut self, rules: &BlockRules, create: Option<Span>) {
        let (Some(rule), Some(span)) = (&rules.create, create) else {
            return;
        };
        if rule.unit.is_some() {
            return;
        }
        let placed = |name: &Arc<str>| {
            let declared = self.rules.declared(name);
            name.contains('=') || declared.is_some_and(|rule| rule.unit.is_some())
        };
        if let Some(name) = rules.names.iter().find(|name| !placed(name)) {
            let message = format!("nothing says in which unit `{name}` would be made");
            let diagnostic = Diagnostic::new(&codes::MISSING_ITEM, span, message)
                .label("makes what is missing")
                .help("write `create in \"OU=Groups\"`, or declare the group with its own `in`");
            self.report(diagnostic);
        }
    }

    /// Two blocks that name one group say the same of it.
    fn agrees(&mut self, rules: &BlockRules, named: &NamedAt) {
        let mut found = Vec::new();
        for (other, places) in self.rules.blocks.iter().zip(&self.named_at) {
            let differs = |(name, _): &&(Arc<str>, Span)| {
                other.names_group(name) && said_of(rules, name) != said_of(other, name)
            };
            if other.kind == rules.kind
                && let Some((name, span)) = named.iter().find(differs)
            {
                let same =
                    |(known, _): &&(Arc<str>, Span)| known.to_lowercase() == name.to_lowercase();
                let first = places.iter().find(same).map(|(_, span)| *span);
                found.push((name.clone(), *span, first));
            }
        }
        for (name, span, first) in found {
            let message = format!("`{name}` stands in two blocks that say different things of it");
            let mut diagnostic = Diagnostic::new(&codes::GROUP_CONTRADICTION, span, message)
                .label("in this block")
                .help("name it in one block, or let both say the same `manage`, `linger`, `keep` and `create`");
            if let Some(first) = first {
                diagnostic = diagnostic.also(first, "and in this one");
            }
            self.report(diagnostic);
        }
    }

    /// Warns of declarations of groups that no rule names: a misspelt one.
    pub(crate) fn unused_groups(&mut self) {
        let mut names: BTreeMap<String, Arc<str>> = BTreeMap::new();
        let mut add = |name: &Arc<str>| {
            names.insert(name.to_lowercase(), name.clone());
        };
        self.rules
            .blocks
            .iter()
            .flat_map(|block| &block.names)
            .for_each(&mut add);
        self.rules
            .exclusives
            .iter()
            .flat_map(|rule| &rule.groups)
            .for_each(&mut add);
        self.program
            .forbids
            .iter()
            .flat_map(|row| row.names.iter().flatten())
            .for_each(&mut add);
        self.bodies()
            .flat_map(|body| &body.grants)
            .flat_map(|(_, names, _)| names)
            .for_each(&mut add);
        let mut unused = Vec::new();
        for (rule, (span, _)) in self.rules.groups.iter().zip(&self.declared_groups) {
            if !names.contains_key(&rule.name.to_lowercase()) {
                let near = did_you_mean(&rule.name, names.values().map(AsRef::as_ref));
                let message = format!("no rule names the group `{}`", rule.name);
                unused.push(
                    Diagnostic::new(&codes::UNUSED, *span, message)
                        .help("name it in a row, or remove it")
                        .help_did_you_mean(near),
                );
            }
        }
        self.diagnostics.extend(unused);
    }

    /// What stages and exceptions say.
    pub(crate) fn bodies(&self) -> impl Iterator<Item = &crate::policy::program::StageBody> {
        let exceptions = self.program.exceptions.values().flatten();
        self.program
            .stages
            .iter()
            .chain(exceptions.map(|exception| &exception.body))
    }
}

/// What a block says of one of its groups.
#[derive(Debug, PartialEq)]
struct Said<'r> {
    manage: Manage,
    linger: Option<Duration>,
    kept: bool,
    made: Option<Made<'r>>,
}

/// How its missing groups are made: scope, unit, description.
type Made<'r> = (GroupScope, Option<&'r Dn>, Option<&'r Arc<str>>);

fn said_of<'r>(rules: &'r BlockRules, name: &str) -> Said<'r> {
    let dn = Dn::parse(name).unwrap_or_else(|_| Dn::root());
    Said {
        manage: rules.manage.map_or(Manage::Granted, |(manage, _)| manage),
        linger: rules.linger.map(|(length, _)| length),
        kept: rules
            .keep
            .iter()
            .any(|(pattern, _)| pattern.matches(name, &dn)),
        made: rules
            .create
            .as_ref()
            .map(|rule| (rule.scope, rule.unit.as_ref(), rule.description.as_ref())),
    }
}
