//! From the syntax tree to the checked policy: names are bound, types inferred, rules numbered.
//!
//! One [`Lower`] walks the items of all files. It never stops at a mistake: something wrong becomes a
//! node of type `Error`, which silences what depends on it, so that one mistake gives one message.
//!
//! Begin with [`super::compile`], which says in which order the items are taken.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "asks for one or two forms of an expression; every other form has the same answer"
)]

mod accounts;
mod approvals;
mod blocks;
mod call;
mod choose;
mod coerce;
mod column;
mod compare;
mod declare;
mod exceptions;
mod expect;
mod expr;
mod fields;
mod foreign;
mod functions;
mod groups;
mod guard;
mod identity;
mod invariants;
mod lets;
mod lifecycle;
mod method;
mod named;
mod names;
mod narrow;
mod notify;
mod password;
mod pattern;
mod people;
mod profile;
mod quantifier;
mod reads;
mod relations;
mod retention;
mod sources;
mod stages;
mod step;
mod tables;
mod template;
mod trials;
mod unique;
mod units;
mod writeback;

pub(crate) use declare::{Declared, Field, LetState, Opening, What};
pub(crate) use functions::Function;
pub(crate) use quantifier::Local;

use super::compile::Posted;
use super::ir::Node;
use super::program::Program;
use super::ruleset::{Rule, RuleId, RuleKind, Ruleset};
use crate::diagnostic::{Diagnostic, Sources, Span};
use crate::directory::Dn;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The longest statement that is shown as a reason, in characters.
const MAX_RULE_TEXT: usize = 160;

/// What an expression may read, by where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Allowed {
    /// `{n}`.
    pub(crate) counter: bool,
    /// Names of `unique`.
    pub(crate) assigned: bool,
    /// `now` and `today` (in comparisons).
    pub(crate) clock: bool,
}

/// The walk over all items.
#[derive(Debug)]
pub(crate) struct Lower<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) bases: &'a [Dn],
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The one flat name space of values.
    pub(crate) names: BTreeMap<Arc<str>, Declared>,
    pub(crate) fields: Vec<Field>,
    /// The same as the readers of HR know them.
    pub(crate) hr_fields: Vec<crate::hr::Attribute>,
    /// The fields of an employment, with their names.
    pub(crate) employment: Vec<(Arc<str>, Field)>,
    /// The field that says to whom a person reports, if there is one.
    pub(crate) supervisor: Option<u32>,
    pub(crate) params: Vec<Node>,
    pub(crate) lets: Vec<LetState<'a>>,
    pub(crate) functions: Vec<Function<'a>>,
    /// The parameters and variables that are known where the walk is, the innermost last.
    pub(crate) locals: Vec<Local>,
    /// How many slots have been given to parameters and variables.
    pub(crate) slots: u32,
    pub(crate) used: BTreeSet<Arc<str>>,
    pub(crate) rules: Ruleset,
    /// The tests, checked.
    pub(crate) tests: Vec<crate::policy::trial::Test>,
    pub(crate) program: Program,
    /// What is known to be present where the walk is.
    pub(crate) present: Vec<narrow::Path>,
    pub(crate) allowed: Allowed,
    /// What is walked stands in the braces of a text.
    pub(crate) in_hole: bool,
    /// Attributes with a line in `profile`, right or wrong, in lower case.
    pub(crate) named_lines: BTreeSet<String>,
    /// The `let`s and functions that are being checked, outermost first.
    pub(crate) opening: Vec<Opening>,
    /// Where the rows of each block name which groups, in the order of [`Ruleset::blocks`].
    pub(crate) named_at: Vec<blocks::NamedAt>,
    /// Where the name and the kind of each declared group stand, in the order of [`Ruleset::groups`].
    pub(crate) declared_groups: Vec<(Span, Option<Span>)>,
    /// Where each privileged group is named, in the order of [`Ruleset::privileged`].
    pub(crate) privileged_at: Vec<Span>,
    /// Where each group of an `approve` is named.
    pub(crate) approved_at: Vec<(Arc<str>, Span)>,
    /// Where the type of the key is written.
    pub(crate) key_type: Option<Span>,
    /// What may be read of an account where the walk is.
    pub(crate) told: notify::Told,
    /// Which notices are posted.
    pub(crate) posted: Posted<'a>,
}

impl<'a> Lower<'a> {
    pub(crate) fn new(sources: &'a Sources, bases: &'a [Dn]) -> Self {
        Self {
            sources,
            bases,
            diagnostics: Vec::new(),
            names: BTreeMap::new(),
            fields: Vec::new(),
            hr_fields: Vec::new(),
            employment: Vec::new(),
            supervisor: None,
            params: Vec::new(),
            lets: Vec::new(),
            functions: Vec::new(),
            locals: Vec::new(),
            slots: 0,
            used: BTreeSet::new(),
            rules: Ruleset::default(),
            tests: Vec::new(),
            program: Program::default(),
            present: Vec::new(),
            allowed: Allowed::default(),
            in_hole: false,
            named_lines: BTreeSet::new(),
            opening: Vec::new(),
            named_at: Vec::new(),
            declared_groups: Vec::new(),
            privileged_at: Vec::new(),
            approved_at: Vec::new(),
            key_type: None,
            told: notify::Told::default(),
            posted: Posted::Nothing,
        }
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Whether something is wrong with what was read since then; what follows from it is not worth a message.
    pub(crate) fn broken_since(&self, begin: usize) -> bool {
        let since = self.diagnostics.iter().skip(begin);
        since.into_iter().any(Diagnostic::is_error)
    }

    /// Reports and gives a node that silences what depends on it.
    pub(crate) fn wrong(&mut self, diagnostic: Diagnostic) -> Node {
        let span = diagnostic.primary.span;
        self.report(diagnostic);
        Node::error(span)
    }

    /// Numbers a rule that reads what these expressions read.
    pub(crate) fn rule<'n>(
        &mut self,
        kind: RuleKind,
        span: Span,
        nodes: impl IntoIterator<Item = &'n Node>,
    ) -> RuleId {
        let words: Vec<&str> = self.sources.slice(span).split_whitespace().collect();
        let mut text = words.join(" ");
        if let Some((cut, _)) = text.char_indices().nth(MAX_RULE_TEXT) {
            text.truncate(cut);
            text.push('…');
        }
        let place = self.sources.place(span);
        let (file, line) = place.map_or_else(|| ("".into(), 0), |(file, at)| (file, at.line));
        let mut reads = reads::Reads::default();
        for node in nodes {
            reads.add(node, self);
        }
        let (reads, reads_clock) = self.numbered(reads);
        let id = RuleId(u32::try_from(self.rules.rules.len()).unwrap_or(u32::MAX));
        self.rules.rules.push(Rule {
            kind,
            text: text.into(),
            file,
            line,
            span,
            reads,
            reads_clock,
        });
        id
    }

    /// Walks with other permissions.
    pub(crate) fn allowing<T>(&mut self, allowed: Allowed, walk: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.allowed, allowed);
        // It stands elsewhere: a `let` is walked where it is first named.
        let in_hole = std::mem::take(&mut self.in_hole);
        let result = walk(self);
        self.allowed = before;
        self.in_hole = in_hole;
        result
    }

    /// Walks with more known to be present.
    pub(crate) fn knowing<T>(
        &mut self,
        facts: Vec<narrow::Path>,
        walk: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.present.len();
        self.present.extend(facts);
        let result = walk(self);
        self.present.truncate(before);
        result
    }
}
