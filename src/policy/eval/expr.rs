//! Values of expressions.

use super::Value;
use super::time;
use crate::directory::{Dn, Rdn};
use crate::hr::{self, PersonId};
use crate::policy::ir::{Component, Kind, Node, Piece};
use crate::policy::program::Program;
use crate::syntax::ast::CompareOp;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

/// The longest text that a policy makes. A longer one is not known: nothing is cut silently, and values that each
/// double the one before do not fill the memory.
const MAX_MADE_BYTES: usize = 256 * 1024;

fn too_long() -> Unknown {
    let limit = MAX_MADE_BYTES / 1024;
    Unknown::new(format!("the policy makes a text of more than {limit} KiB"))
}

/// Why a value is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unknown {
    /// In words, without a full stop.
    pub(crate) why: Arc<str>,
}

impl Unknown {
    pub(super) fn new(why: impl Into<Arc<str>>) -> Self {
        Self { why: why.into() }
    }
}

/// A value, nothing, or not known.
pub(crate) type Outcome = Result<Option<Value>, Unknown>;

/// Whose values are read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Record<'a> {
    Known(&'a hr::Person),
    /// Only what is good is known.
    Quarantined(&'a hr::Quarantined),
}

impl Record<'_> {
    fn get(&self, position: u32) -> Outcome {
        match self {
            Self::Known(person) => known(person.get(position as usize)),
            Self::Quarantined(record) => match record.get(position as usize) {
                Ok(value) => known(value),
                Err(reason) => Err(Unknown::new(format!(
                    "HR's record cannot be read: {reason}"
                ))),
            },
        }
    }
}

/// A value of HR, where it is known.
fn known(value: Option<&hr::Value>) -> Outcome {
    if let Some(hr::Value::Photo(photo)) = value
        && let hr::Photo::Unknown(why) = &**photo
    {
        return Err(Unknown::new(why.clone()));
    }
    Ok(value.map(Value::from_hr))
}

/// One person at one instant.
#[derive(Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) program: &'a Program,
    pub(crate) people: &'a hr::Snapshot,
    pub(crate) record: Record<'a>,
    pub(crate) zone: TimeZone,
    pub(crate) now: Timestamp,
    pub(crate) today: Date,
    lets: RefCell<Vec<Option<Outcome>>>,
    /// Parameters and variables by their slots, the innermost last.
    pub(super) locals: RefCell<Vec<(u32, Outcome)>>,
    next_hidden: Cell<Option<Timestamp>>,
    next_shown: Cell<Option<Timestamp>>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(
        program: &'a Program,
        people: &'a hr::Snapshot,
        record: Record<'a>,
        zone: TimeZone,
        now: Timestamp,
    ) -> Self {
        let today = zone.to_datetime(now).date();
        Self {
            program,
            people,
            record,
            zone,
            now,
            today,
            lets: RefCell::new(vec![None; program.lets.len()]),
            locals: RefCell::default(),
            next_hidden: Cell::new(None),
            next_shown: Cell::new(None),
        }
    }

    /// The earliest instant at which a comparison that was met would change.
    pub(crate) fn next_change(&self) -> Option<Timestamp> {
        earlier(self.next_shown.get(), self.next_hidden.get())
    }

    /// The same without comparisons with what must not be shown: the instant would tell it (S11).
    pub(crate) fn next_shown(&self) -> Option<Timestamp> {
        self.next_shown.get()
    }

    /// The same of those comparisons alone.
    pub(crate) fn next_hidden(&self) -> Option<Timestamp> {
        self.next_hidden.get()
    }

    pub(crate) fn will_change(&self, at: Option<Timestamp>) {
        self.next_shown.set(earlier(self.next_shown.get(), at));
    }

    /// The same where the instant tells a value that must not be shown.
    fn will_change_unseen(&self, at: Option<Timestamp>) {
        self.next_hidden.set(earlier(self.next_hidden.get(), at));
    }

    /// Whether a condition holds.
    pub(crate) fn holds(&self, node: &Node) -> Result<bool, Unknown> {
        let holds = self.decided(node);
        if let (Some(counts), Ok(holds)) = (&self.program.counts, &holds) {
            counts.count(node.span, *holds);
        }
        holds
    }

    fn decided(&self, node: &Node) -> Result<bool, Unknown> {
        match &node.kind {
            Kind::Not(inner) => Ok(!self.holds(inner)?),
            Kind::And(parts) => self.decide(parts, false),
            Kind::Or(parts) => self.decide(parts, true),
            Kind::Compare { op, left, right } => self.compare(*op, left, right),
            Kind::In { item, list } => {
                if let (Some(text), Kind::List(nodes)) = (self.plain_text(item), &list.kind)
                    && nodes
                        .iter()
                        .all(|node| matches!(node.kind, Kind::Const(Value::Text(_))))
                {
                    let same = |node: &Node| self.plain_text(node) == Some(text);
                    return Ok(text.is_some() && nodes.iter().any(same));
                }
                self.contains(list, item)
            }
            Kind::Matches { text, pattern, .. } => {
                if let Some(text) = self.plain_text(text) {
                    return Ok(text.is_some_and(|text| pattern.is_match(text)));
                }
                let text = self.value(text)?;
                Ok(text
                    .is_some_and(|text| text.as_text().is_some_and(|text| pattern.is_match(text))))
            }
            Kind::Present(inner) => self.is_present(inner),
            Kind::Missing(inner) => Ok(!self.is_present(inner)?),
            _ => Ok(self.value(node)? == Some(Value::Bool(true))),
        }
    }

    /// `and` (`decisive` false) and `or` (`decisive` true): one decisive part decides whatever the others are.
    fn decide(&self, parts: &[Node], decisive: bool) -> Result<bool, Unknown> {
        let mut unknown = None;
        for part in parts {
            match self.holds(part) {
                Ok(holds) if holds == decisive => return Ok(decisive),
                Ok(_) => {}
                Err(why) => unknown = unknown.or(Some(why)),
            }
        }
        unknown.map_or(Ok(!decisive), Err)
    }

    fn compare(&self, op: CompareOp, left: &Node, right: &Node) -> Result<bool, Unknown> {
        let is_clock = |node: &Node| matches!(node.kind, Kind::Now | Kind::Today);
        if is_clock(left) {
            return self.compare_clock(op, &left.kind, right);
        }
        if is_clock(right) {
            return self.compare_clock(time::mirrored(op), &right.kind, left);
        }
        if let (CompareOp::Equal | CompareOp::NotEqual, Some(left), Some(right)) =
            (op, self.plain_text(left), self.plain_text(right))
        {
            let equal = left.is_some() && left == right;
            return Ok(equal == (op == CompareOp::Equal));
        }
        let (left, right) = (self.value(left)?, self.value(right)?);
        let (Some(left), Some(right)) = (left, right) else {
            return Ok(op == CompareOp::NotEqual);
        };
        Ok(match op {
            CompareOp::Equal => left.same(&right),
            CompareOp::NotEqual => !left.same(&right),
            CompareOp::Less
            | CompareOp::LessOrEqual
            | CompareOp::Greater
            | CompareOp::GreaterOrEqual => left
                .order(&right)
                .is_some_and(|order| time::satisfies(op, order)),
        })
    }

    fn compare_clock(&self, op: CompareOp, clock: &Kind, with: &Node) -> Result<bool, Unknown> {
        let sensitive = with.marks.sensitive;
        let with = self.value(with)?;
        let flips = |at: Option<Timestamp>| {
            if sensitive {
                self.will_change_unseen(at);
            } else {
                self.will_change(at);
            }
        };
        let here = match (clock, &with) {
            (Kind::Now, Some(Value::Instant(instant))) => {
                flips(time::flip_of_now(op, *instant, self.now));
                Value::Instant(self.now)
            }
            (Kind::Today, Some(Value::Date(date))) => {
                flips(time::flip_of_today(op, *date, self.now, &self.zone));
                Value::Date(self.today)
            }
            (Kind::Now, _) => Value::Instant(self.now),
            _ => Value::Date(self.today),
        };
        let Some(with) = with else {
            return Ok(op == CompareOp::NotEqual);
        };
        Ok(here
            .order(&with)
            .is_some_and(|order| time::satisfies(op, order)))
    }

    /// The text of a constant or of a field of a good record, without a copy; `None` for anything else.
    ///
    /// Rules that ask one field are most of a policy, and they are asked of everybody.
    #[expect(
        clippy::option_option,
        reason = "not simple, missing and a text are three answers"
    )]
    fn plain_text<'n>(&'n self, node: &'n Node) -> Option<Option<&'n str>> {
        match (&node.kind, self.record) {
            (Kind::Const(Value::Text(text)), _) => Some(Some(text)),
            (Kind::Field(position), Record::Known(person)) => {
                match person.get(*position as usize) {
                    None => Some(None),
                    Some(hr::Value::Text(text) | hr::Value::OneOf(text)) => Some(Some(text)),
                    Some(_) => None,
                }
            }
            _ => None,
        }
    }

    /// The value of an expression.
    pub(crate) fn value(&self, node: &Node) -> Outcome {
        match &node.kind {
            Kind::Const(value) => Ok(Some(value.clone())),
            Kind::Field(position) => self.record.get(*position),
            Kind::Let(index) => self.let_value(*index),
            Kind::Template(pieces) => Ok(self.text(pieces)?.map(|text| Value::Text(text.into()))),
            Kind::List(nodes) => {
                let mut values = Vec::with_capacity(nodes.len());
                for node in nodes {
                    values.extend(self.value(node)?);
                }
                Ok((!values.is_empty()).then(|| Value::List(values.into())))
            }
            Kind::Not(_)
            | Kind::And(_)
            | Kind::Or(_)
            | Kind::Compare { .. }
            | Kind::In { .. }
            | Kind::Matches { .. }
            | Kind::Present(_)
            | Kind::Missing(_) => Ok(Some(Value::Bool(self.holds(node)?))),
            Kind::Else(first, second) => match self.value(first)? {
                Some(value) => Ok(Some(value)),
                None => self.value(second),
            },
            Kind::At(date, at) => Ok(self.at(self.value(date)?, self.value(at)?)),
            Kind::Shift { base, by, back } => {
                Ok(self.shift(self.value(base)?, self.value(by)?, *back))
            }
            Kind::Now => Ok(Some(Value::Instant(self.now))),
            Kind::Today => Ok(Some(Value::Date(self.today))),
            Kind::Lookup { table, key } => {
                let Some(key) = self.value(key)? else {
                    return Ok(None);
                };
                let rows = self.program.tables.get(*table as usize);
                Ok(rows
                    .and_then(|rows| rows.find(&key))
                    .map(|row| Value::Row(*table, row)))
            }
            Kind::Column { row, column } => {
                let Some(Value::Row(table, row)) = self.value(row)? else {
                    return Ok(None);
                };
                let table = self.program.tables.get(table as usize);
                Ok(table.and_then(|table| table.cell(row, *column)).cloned())
            }
            Kind::Of { person, field } => match self.value(person)? {
                Some(Value::Person(id)) => self.of(&id, *field, person.marks.sensitive),
                _ => Ok(None),
            },
            Kind::Part { employment, field } => match self.value(employment)? {
                Some(Value::Employment(employment)) => {
                    Ok(employment.get(*field as usize).map(Value::from_hr))
                }
                _ => Ok(None),
            },
            Kind::Reports { .. } => self.reports(node),
            Kind::Local(slot) => self.local(*slot),
            Kind::Invoke { function, args } => self.invoke(*function, args),
            Kind::Quantified {
                quantifier,
                variable,
                list,
                condition,
            } => self.quantified(*quantifier, *variable, list, condition),
            Kind::Call { function, args } => {
                let mut values = Vec::with_capacity(args.len());
                for arg in args {
                    let Some(value) = self.value(arg)? else {
                        return Ok(None);
                    };
                    values.push(value);
                }
                Ok((function.run)(&values))
            }
            Kind::Choose { rows, otherwise } => {
                for (condition, result) in rows {
                    if self.holds(condition)? {
                        return self.value(result);
                    }
                }
                if let (Some(counts), Some(node)) = (&self.program.counts, otherwise) {
                    counts.count(node.span, true);
                }
                otherwise.as_ref().map_or(Ok(None), |node| self.value(node))
            }
            Kind::Unit(components) => Ok(self.unit(components)?.map(Value::Unit)),
            Kind::Unique(_)
            | Kind::Account(_)
            | Kind::Password
            | Kind::Fact(_)
            | Kind::Counter
            | Kind::Error => Ok(None),
        }
    }

    fn let_value(&self, index: u32) -> Outcome {
        let index = index as usize;
        if let Some(Some(known)) = self.lets.borrow().get(index) {
            return known.clone();
        }
        let Some(definition) = self.program.lets.get(index) else {
            return Ok(None);
        };
        let outcome = self.value(&definition.node);
        if let Some(slot) = self.lets.borrow_mut().get_mut(index) {
            *slot = Some(outcome.clone());
        }
        outcome
    }

    /// A template's text; missing where a hole is.
    pub(crate) fn text(&self, pieces: &[Piece]) -> Result<Option<String>, Unknown> {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Hole(node) => match self.value(node)? {
                    Some(value) => text.push_str(&value.to_string()),
                    None => return Ok(None),
                },
            }
            if text.len() > MAX_MADE_BYTES {
                return Err(too_long());
            }
        }
        Ok((!text.is_empty()).then_some(text))
    }

    fn unit(&self, components: &[Component]) -> Result<Option<Dn>, Unknown> {
        let mut dn = Dn::root();
        for component in components.iter().rev() {
            match component {
                Component::Unit(node) => match self.value(node)? {
                    // A whole name stands as it is, whatever it is put before.
                    Some(Value::Unit(unit)) if unit.names_domain() => dn = unit,
                    Some(Value::Unit(unit)) => dn = Dn::join(&unit, &dn),
                    _ => return Ok(None),
                },
                Component::Rdn { attribute, value } => {
                    let Some(text) = self.text(value)? else {
                        return Ok(None);
                    };
                    let Ok(rdn) = Rdn::new(attribute, &text) else {
                        return Ok(None);
                    };
                    dn = dn.child(&rdn);
                }
            }
        }
        Ok(Some(dn))
    }

    fn of(&self, id: &PersonId, field: u32, sensitive: bool) -> Outcome {
        Record::Known(self.other(id, sensitive)?).get(field)
    }

    fn at(&self, date: Option<Value>, at: Option<Value>) -> Option<Value> {
        match (date?, at?) {
            (Value::Never, _) => Some(Value::Never),
            (Value::Date(date), Value::Time(at)) => {
                let instant = time::instant(date, at, &self.zone).map(Value::Instant);
                instant.or_else(|| time::is_last_year(date).then_some(Value::Never))
            }
            _ => None,
        }
    }

    fn shift(&self, base: Option<Value>, by: Option<Value>, back: bool) -> Option<Value> {
        let (base, Value::Duration(by)) = (base?, by?) else {
            return None;
        };
        let shifted = match base {
            Value::Never => return Some(Value::Never),
            Value::Date(date) => time::shift_date(date, by, back).map(Value::Date),
            Value::Instant(instant) => {
                time::shift_instant(instant, by, back, &self.zone).map(Value::Instant)
            }
            _ => return None,
        };
        // Past the end of the calendar.
        shifted.or((!back).then_some(Value::Never))
    }
}

fn earlier(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
