//! The compiled policy: what evaluation needs beside the [`Ruleset`].

use super::eval::Value;
use super::ir::Node;
use super::ruleset::{Extent, NamePattern, RuleId, Ruleset, StageAccount, StageId};
use super::types::Type;
use super::wish::{Absent, Mode};
use crate::diagnostic::Span;
use crate::hr::{self, PersonId};
use crate::syntax::ast::ElseAction;
use jiff::civil::Date;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A checked policy.
#[derive(Debug)]
pub struct Policy {
    /// What holds for everybody.
    pub rules: Ruleset,
    /// What the policy knows of a person.
    pub schema: Arc<hr::Schema>,
    /// Its tests, in the order of files; no plan knows of them.
    pub tests: Vec<super::trial::Test>,
    pub(crate) program: Program,
}

impl Policy {
    /// Whether it says what becomes of people whom HR no longer has: then their last records are kept.
    pub fn speaks_of_vanished(&self) -> bool {
        self.program.vanished.is_some()
    }

    /// What the question that was asked with it reads, as [`super::Rule::reads`] says it; nothing where none was.
    pub fn question_reads(&self) -> &[u32] {
        &self.program.question_reads
    }
}

/// What evaluation walks.
#[derive(Debug, Default)]
pub(crate) struct Program {
    /// What is counted, where somebody asks for it.
    pub(crate) counts: Option<super::coverage::Counts>,
    /// What a first password is computed by.
    pub(crate) initial: Option<Node>,
    pub(crate) lets: Vec<Let>,
    pub(crate) functions: Vec<Function>,
    pub(crate) tables: Vec<TableData>,
    pub(crate) timezone: Option<(Node, RuleId)>,
    pub(crate) lifecycle: Vec<LifecycleRow>,
    pub(crate) stages: Vec<StageBody>,
    pub(crate) anchor: Option<Node>,
    pub(crate) adopt: Vec<AdoptBody>,
    pub(crate) uniques: Vec<Vec<Try>>,
    pub(crate) profile: Vec<Line>,
    pub(crate) unit: Option<UnitBody>,
    pub(crate) groups: Vec<GroupRow>,
    pub(crate) lists: Vec<GroupRow>,
    pub(crate) forbids: Vec<GroupRow>,
    /// Conditions of `approve` items, with their rules.
    pub(crate) approvals: Vec<(Node, RuleId)>,
    /// Conditions of the invariants, in their order.
    pub(crate) invariants: Vec<Node>,
    /// The row of `lifecycle` for people whom HR no longer has.
    pub(crate) vanished: Option<Absent>,
    pub(crate) exceptions: FxHashMap<PersonId, Vec<ExceptionBody>>,
    /// In the order of [`Ruleset::expects`].
    pub(crate) expects: Vec<Node>,
    /// In the order of [`Ruleset::notices`].
    pub(crate) notices: Vec<NoticeBody>,
    /// The conditions of `on when …`.
    pub(crate) watches: Vec<Node>,
    /// What each step is sent, by name, in the order of [`Ruleset::awaits`].
    pub(crate) awaits: Vec<Vec<(Arc<str>, Node)>>,
    /// In the order of [`Ruleset::writebacks`].
    pub(crate) writebacks: Vec<Node>,
    /// What is asked of people from outside the policy.
    pub(crate) question: Option<Node>,
    /// What that reads, sorted: positions in the schema, and behind them those of [`Ruleset::related`].
    pub(crate) question_reads: Vec<u32>,
    /// The names of an employment's fields.
    pub(crate) employment: Vec<Arc<str>>,
    /// Position of the attribute that says when a person began, if the policy has it.
    pub(crate) started: Option<u32>,
}

/// What a notice says to whom.
#[derive(Debug)]
pub(crate) struct NoticeBody {
    /// Each with the words of its author.
    pub(crate) to: Vec<(Node, Arc<str>)>,
    pub(crate) subject: Node,
    pub(crate) body: Node,
}

/// `let`.
#[derive(Debug)]
pub(crate) struct Let {
    pub(crate) name: Arc<str>,
    pub(crate) node: Node,
}

/// `fn`.
#[derive(Debug)]
pub(crate) struct Function {
    /// The slots of its parameters.
    pub(crate) params: Vec<u32>,
    pub(crate) body: Node,
}

/// A lookup table with its rows.
#[derive(Debug)]
pub(crate) struct TableData {
    pub(crate) name: Arc<str>,
    pub(crate) columns: Vec<Column>,
    /// None where the author names a column that is not there.
    pub(crate) key: Option<usize>,
    pub(crate) rows: Vec<Vec<Option<Value>>>,
    pub(crate) index: FxHashMap<Arc<str>, u32>,
}

/// A column of a table.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) name: Arc<str>,
    pub(crate) ty: Type,
    pub(crate) optional: bool,
}

impl TableData {
    /// The row with that key.
    pub(crate) fn find(&self, key: &Value) -> Option<u32> {
        match key.as_text() {
            Some(text) => self.index.get(text).copied(),
            None => self.index.get(key.to_string().as_str()).copied(),
        }
    }

    /// A cell.
    pub(crate) fn cell(&self, row: u32, column: u32) -> Option<&Value> {
        self.rows.get(row as usize)?.get(column as usize)?.as_ref()
    }
}

/// A row of `lifecycle`; without condition it always holds.
#[derive(Debug)]
pub(crate) struct LifecycleRow {
    pub(crate) condition: Option<Node>,
    /// It is for those alone whom HR no longer has.
    pub(crate) vanished: bool,
    pub(crate) stage: StageId,
    pub(crate) rule: RuleId,
}

/// What a stage or an exception says.
#[derive(Debug, Default)]
pub(crate) struct StageBody {
    pub(crate) account: Option<(StageAccount, RuleId)>,
    pub(crate) unit: Option<(UnitClause, RuleId)>,
    pub(crate) groups: Option<(RestrictionBody, RuleId)>,
    pub(crate) lists: Option<(RestrictionBody, RuleId)>,
    pub(crate) profile_untouched: bool,
    /// Each with every name that it can have.
    pub(crate) grants: Vec<(Node, Vec<Arc<str>>, RuleId)>,
    pub(crate) lines: Vec<Line>,
}

/// What a stage says of the unit.
#[derive(Debug)]
pub(crate) enum UnitClause {
    Value(Node),
    Untouched,
}

/// How a stage restricts a block.
#[derive(Debug)]
pub(crate) struct RestrictionBody {
    pub(crate) extent: Extent,
    pub(crate) except: Vec<NamePattern>,
}

/// `adopt when`: what must hold of the person, and what of the account.
#[derive(Debug)]
pub(crate) struct AdoptBody {
    pub(crate) rule: RuleId,
    pub(crate) person: Vec<Node>,
    pub(crate) account: Vec<AccountQuestion>,
}

/// A question to an account whose right side is a value of the person.
#[derive(Debug)]
pub(crate) enum AccountQuestion {
    Equal(Arc<str>, Node),
    Matches(Arc<str>, NamePattern),
    Present(Arc<str>),
    Missing(Arc<str>),
}

/// `try`: what stands before and after `{n}`; without it, `after` is `None`.
#[derive(Debug)]
pub(crate) struct Try {
    pub(crate) before: Node,
    pub(crate) after: Option<Node>,
}

/// A profile line or a `set` or `clear` of a stage.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) attribute: &'static crate::directory::schema::Attribute,
    pub(crate) mode: Mode,
    /// `None` clears.
    pub(crate) value: Option<Node>,
    pub(crate) otherwise: Option<ElseAction>,
    pub(crate) rule: RuleId,
    /// The attribute's name where it is written.
    pub(crate) span: Span,
}

/// `unit { … }`.
#[derive(Debug)]
pub(crate) struct UnitBody {
    pub(crate) rows: Vec<(Node, Node, RuleId)>,
    pub(crate) otherwise: Option<(Node, RuleId)>,
    pub(crate) rule: RuleId,
}

/// A row of `groups`, `lists` or `forbid`.
#[derive(Debug)]
pub(crate) struct GroupRow {
    pub(crate) condition: Option<Node>,
    pub(crate) groups: Vec<Node>,
    /// For each of them, every name that it can have.
    pub(crate) names: Vec<Vec<Arc<str>>>,
    pub(crate) rule: RuleId,
}

/// `exception for …`.
#[derive(Debug)]
pub(crate) struct ExceptionBody {
    /// Digest of its text.
    pub(crate) digest: Arc<str>,
    pub(crate) until: Date,
    pub(crate) stage: Option<(StageId, RuleId)>,
    pub(crate) body: StageBody,
}
