//! From checked expressions to formulas and cases, with the evaluator's meaning.

mod key;
mod order;

pub(super) use order::{of_date, of_time, to_date};

use super::atom::{Atom, Atoms, Root, Term, TermId, TextTest};
use super::formula::Formula;
use super::symbol::{Cases, Line, Simple};
use super::{Known, MAX_CASES};
use crate::policy::builtin::Presence;
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node, Piece};
use crate::policy::types::Type;
use crate::syntax::ast::CompareOp;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most texts that an expression may be for all of them to be looked at.
const MAX_TEXTS: usize = 1_000;

/// What a parameter of a function is given: its cases, and how it is written.
type Given = BTreeMap<u32, (Cases, Arc<str>)>;

/// Reads the conditions of one policy.
#[derive(Debug)]
pub(super) struct Reader<'p> {
    known: &'p Known<'p>,
    atoms: Atoms,
    given: Given,
    conditions: FxHashMap<u32, Formula>,
    values: FxHashMap<u32, Cases>,
    /// The `param`s that were met, with what they are here.
    params: RefCell<Vec<(TermId, Value)>>,
}

impl<'p> Reader<'p> {
    pub(super) fn new(known: &'p Known<'p>) -> Self {
        Self {
            known,
            atoms: Atoms::default(),
            given: Given::new(),
            conditions: FxHashMap::default(),
            values: FxHashMap::default(),
            params: RefCell::default(),
        }
    }

    pub(super) fn known(&self) -> &'p Known<'p> {
        self.known
    }

    pub(super) fn atoms(&self) -> &Atoms {
        &self.atoms
    }

    /// That each `param` is what it is here.
    pub(super) fn params_as_they_are(&mut self) -> Vec<Formula> {
        let params = self.params.borrow().clone();
        let is = |(term, value): (TermId, Value)| {
            let here = simple(&value);
            let there = self.of_term(term);
            self.compare_simple(CompareOp::Equal, &there, &here, "")
        };
        params.into_iter().map(is).collect()
    }

    /// When a condition holds.
    pub(super) fn condition(&mut self, node: &Node) -> Formula {
        match &node.kind {
            Kind::Not(inner) => self.condition(inner).not(),
            Kind::And(parts) => {
                let parts: Vec<Formula> = parts.iter().map(|part| self.condition(part)).collect();
                Formula::and(parts)
            }
            Kind::Or(parts) => {
                let parts: Vec<Formula> = parts.iter().map(|part| self.condition(part)).collect();
                Formula::or(parts)
            }
            Kind::Compare { op, left, right } => self.compare(*op, left, right, node),
            Kind::In { item, list } => self.contained(item, list, node),
            Kind::Matches { text, pattern } => {
                let test = format!("{pattern:?}");
                let test = self
                    .atoms
                    .test(&test, || TextTest::Pattern(pattern.clone()));
                self.fits(text, test)
            }
            Kind::Present(inner) => self.value(inner).present(),
            Kind::Missing(inner) => self.value(inner).present().not(),
            Kind::Let(index) => {
                if let Some(known) = self.conditions.get(index) {
                    return known.clone();
                }
                let Some(definition) = self.known.definition(*index) else {
                    return self.opaque(node);
                };
                let formula = self.outside(|reader| reader.condition(definition));
                self.conditions.insert(*index, formula.clone());
                formula
            }
            Kind::Invoke { function, args } => {
                self.invoked(*function, args, Self::condition, Self::opaque, node)
            }
            Kind::Choose { rows, otherwise } => {
                let mut before = Formula::True;
                let mut ways = Vec::new();
                for (test, result) in rows {
                    let test = self.condition(test);
                    let result = self.condition(result);
                    ways.push(Formula::and([before.clone(), test.clone(), result]));
                    before = Formula::and([before, test.not()]);
                }
                if let Some(node) = otherwise {
                    let result = self.condition(node);
                    ways.push(Formula::and([before, result]));
                }
                Formula::or(ways)
            }
            Kind::Call { function, args } if function.is_on_text() => {
                let Some((text, rest)) = args.split_first() else {
                    return self.opaque(node);
                };
                let constants: Option<Vec<Value>> = rest.iter().map(constant).collect();
                match constants {
                    Some(rest) if text.ty.is_textual() => {
                        let key = format!("{}{rest:?}", function.name);
                        let test = self.atoms.test(&key, || TextTest::Call(function, rest));
                        self.fits(text, test)
                    }
                    _ => self.is_true(node),
                }
            }
            Kind::Quantified { .. } => self.opaque(node),
            _ => self.is_true(node),
        }
    }

    /// A value of truth that holds: a missing one does not.
    fn is_true(&mut self, node: &Node) -> Formula {
        let cases = self.value(node).0.into_iter();
        let ways: Vec<Formula> = cases
            .map(|(when, simple)| {
                let holds = match simple {
                    Simple::Bool(truth) => truth_of(truth),
                    Simple::Term(term) => self.literal(Atom::Is(term, "true".into())),
                    Simple::Text(_) | Simple::Line(..) | Simple::Other(_) => Formula::False,
                };
                Formula::and([when, holds])
            })
            .collect();
        Formula::or(ways)
    }

    /// What an expression is.
    fn value(&mut self, node: &Node) -> Cases {
        let cases = self.cases(node);
        if cases.0.len() > MAX_CASES {
            // Too many to tell apart: something that has a value or not.
            let key = self.key_of(node);
            return self.unknown(&key, node);
        }
        cases
    }

    fn cases(&mut self, node: &Node) -> Cases {
        match &node.kind {
            Kind::Const(value) => match self.known.param(node) {
                Some(name) => {
                    let name = format!("param {name}");
                    self.param(&name, node, value)
                }
                None => Cases::always(simple(value)),
            },
            Kind::Field(position) => match self.known.field(*position) {
                Some((ty, optional)) => {
                    let root = Root::Field(*position);
                    self.term(&format!("f{position}"), ty, root, optional)
                }
                None => Cases::missing(),
            },
            Kind::Let(index) => {
                if let Some(known) = self.values.get(index) {
                    return known.clone();
                }
                let Some(definition) = self.known.definition(*index) else {
                    return Cases::missing();
                };
                let cases = self.outside(|reader| reader.value(definition));
                self.values.insert(*index, cases.clone());
                cases
            }
            Kind::Local(slot) => match self.given.get(slot) {
                Some((cases, _)) => cases.clone(),
                None => self.unknown(&format!("s{slot}"), node),
            },
            Kind::Invoke { function, args } => self.invoked(
                *function,
                args,
                Self::value,
                |reader, node| {
                    let key = reader.key_of(node);
                    reader.unknown(&key, node)
                },
                node,
            ),
            Kind::Not(_)
            | Kind::And(_)
            | Kind::Or(_)
            | Kind::Compare { .. }
            | Kind::In { .. }
            | Kind::Matches { .. }
            | Kind::Present(_)
            | Kind::Missing(_) => {
                let holds = self.condition(node);
                let cases = [(holds.not(), false), (holds, true)];
                let cases = cases
                    .into_iter()
                    .filter(|(when, _)| when.constant() != Some(false));
                Cases(
                    cases
                        .map(|(when, truth)| (when, Simple::Bool(truth)))
                        .collect(),
                )
            }
            Kind::Else(first, second) => {
                let first = self.value(first);
                let absent = first.present().not();
                let mut cases = first.0;
                if absent.constant() != Some(false) {
                    cases.extend(self.value(second).when(&absent).0);
                }
                Cases(cases)
            }
            Kind::Choose { rows, otherwise } => {
                let mut before = Formula::True;
                let mut cases = Vec::new();
                for (test, result) in rows {
                    let test = self.condition(test);
                    let here = Formula::and([before.clone(), test.clone()]);
                    cases.extend(self.value(result).when(&here).0);
                    before = Formula::and([before, test.not()]);
                }
                if let Some(node) = otherwise {
                    cases.extend(self.value(node).when(&before).0);
                }
                Cases(cases)
            }
            Kind::At(date, at) => self.at(date, at, node),
            Kind::Shift { base, by, back } => self.shift(base, by, *back, node),
            Kind::Column { row, column } => self.column(row, *column, node),
            Kind::Lookup { table, key } => {
                let (table, key_node) = (*table, key);
                match self.rows_by_key(table, key_node) {
                    Some(rows) => {
                        let rows = rows.into_iter().zip(0_u32..);
                        let row = |(when, row)| (when, Simple::Other(Value::Row(table, row)));
                        Cases(rows.map(row).collect())
                    }
                    None => self.inside(node, key_node),
                }
            }
            Kind::Of { person, field } => {
                let key = self.key_of(node);
                if let Kind::Field(position) = person.kind {
                    let referred = self.value(person).present();
                    let ty = node.ty.clone();
                    let optional = self.known.field(*field).is_none_or(|(_, optional)| optional);
                    // Whoever is referred to and cannot be read is unknown, not missing.
                    let root = Root::Of(position, *field);
                    return self.term(&key, ty, root, optional).when(&referred);
                }
                self.unknown(&key, node)
            }
            Kind::Template(pieces) => {
                let holes = pieces.iter().filter_map(|piece| match piece {
                    Piece::Hole(node) => Some(node),
                    Piece::Literal(_) => None,
                });
                self.made_of(holes, node, false)
            }
            Kind::Call { function, args } => {
                let literal = args.iter().skip(1).all(|arg| constant(arg).is_some());
                let maybe = match function.presence {
                    Presence::Always => false,
                    Presence::WithLiterals => !literal,
                    Presence::Maybe => true,
                };
                self.made_of(args.iter(), node, maybe)
            }
            _ => {
                let key = self.key_of(node);
                self.unknown(&key, node)
            }
        }
    }

    /// Something that is made of values: missing where one of them is, and `maybe` elsewhere.
    fn made_of<'n>(
        &mut self,
        parts: impl Iterator<Item = &'n Node>,
        node: &Node,
        maybe: bool,
    ) -> Cases {
        let parts: Vec<Formula> = parts.map(|part| self.value(part).present()).collect();
        let all = Formula::and(parts);
        let key = self.key_of(node);
        let ty = node.ty.clone();
        self.term(&key, ty, Root::Opaque, maybe).when(&all)
    }

    /// Something that is there only if what it is made of is.
    fn inside(&mut self, node: &Node, part: &Node) -> Cases {
        self.made_of(std::iter::once(part), node, true)
    }

    /// Something of which nothing is known but that it has one value, or none.
    fn unknown(&mut self, key: &str, node: &Node) -> Cases {
        self.term(key, node.ty.clone(), Root::Opaque, true)
    }

    fn term(
        &mut self,
        key: &str,
        ty: Type,
        root: Root,
        optional: bool,
    ) -> Cases {
        let choices = match &ty {
            Type::OneOf(choices) => Some(choices.clone()),
            Type::Bool => Some(["true".into(), "false".into()].into()),
            _ => None,
        };
        let term = self.atoms.term(key, || Term {
            ty,
            root,
            optional,
            beside: None,
            choices,
        });
        let present = if optional {
            self.literal(Atom::Present(term))
        } else {
            Formula::True
        };
        Cases(vec![(present, self.of_term(term))])
    }

    /// The value of a term: as a point on its line where it has one.
    fn of_term(&self, term: TermId) -> Simple {
        let line = self
            .atoms
            .term_at(term)
            .and_then(|term| order::line(&term.ty));
        match line {
            Some(line) => Simple::Line(line, Some(term), 0),
            None => Simple::Term(term),
        }
    }

    /// A `param`: what it is elsewhere is not known.
    fn param(&mut self, key: &str, node: &Node, value: &Value) -> Cases {
        let root = Root::Param(value.clone());
        let cases = self.term(key, node.ty.clone(), root, false);
        let term = match cases.0.as_slice() {
            [(_, Simple::Term(term) | Simple::Line(_, Some(term), _))] => *term,
            _ => return cases,
        };
        let mut params = self.params.borrow_mut();
        if params.iter().all(|(known, _)| *known != term) {
            params.push((term, value.clone()));
        }
        cases
    }

    /// Reads the body of a function with what it is given.
    fn invoked<T>(
        &mut self,
        function: u32,
        args: &[Node],
        read: impl FnOnce(&mut Self, &Node) -> T,
        unknown: impl FnOnce(&mut Self, &Node) -> T,
        node: &Node,
    ) -> T {
        let Some((body, slots)) = self.known.function(function) else {
            return unknown(self, node);
        };
        let mut given = Given::new();
        for (slot, arg) in slots.iter().zip(args) {
            let cases = self.value(arg);
            given.insert(*slot, (cases, self.key_of(arg)));
        }
        let before = std::mem::replace(&mut self.given, given);
        let result = read(self, body);
        self.given = before;
        result
    }

    /// Reads a definition, which knows no parameters.
    fn outside<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::take(&mut self.given);
        let result = read(self);
        self.given = before;
        result
    }

    fn compare(&mut self, op: CompareOp, left: &Node, right: &Node, node: &Node) -> Formula {
        if let Some(formula) = self.compare_clock(op, left, right, node) {
            return formula;
        }
        // What is not equal includes what is missing.
        let (op, opposite) = match op {
            CompareOp::NotEqual => (CompareOp::Equal, true),
            other => (other, false),
        };
        let (lefts, rights) = (self.value(left), self.value(right));
        if lefts.0.len() * rights.0.len() > MAX_CASES {
            return self.opaque(node);
        }
        let key = self.key_of(node);
        let mut ways = Vec::new();
        for (when, a) in &lefts.0 {
            for (also, b) in &rights.0 {
                let holds = self.compare_simple(op, a, b, &key);
                ways.push(Formula::and([when.clone(), also.clone(), holds]));
            }
        }
        Formula::or(ways).is(!opposite)
    }

    /// A comparison other than `!=` of two values that are there.
    fn compare_simple(&mut self, op: CompareOp, a: &Simple, b: &Simple, key: &str) -> Formula {
        match (a, b) {
            (Simple::Text(a), Simple::Text(b)) => truth_of(a == b),
            (Simple::Bool(a), Simple::Bool(b)) => truth_of(a == b),
            (Simple::Other(a), Simple::Other(b)) => truth_of(a.same(b)),
            (Simple::Term(term), Simple::Text(text)) | (Simple::Text(text), Simple::Term(term)) => {
                self.is(*term, text.clone())
            }
            (Simple::Term(term), Simple::Bool(truth))
            | (Simple::Bool(truth), Simple::Term(term)) => self.is(*term, truth.to_string().into()),
            (Simple::Term(a), Simple::Term(b)) if a == b => Formula::True,
            (Simple::Term(a), Simple::Term(b)) => {
                self.literal(Atom::Same(*a.min(b), *a.max(b)))
            }
            (Simple::Line(line, a, x), Simple::Line(other, b, y)) if line == other => {
                self.ordered(*line, op, (*a, *x), (*b, *y), key)
            }
            _ => {
                let key = format!("{key} of {a:?} and {b:?}");
                self.literal(Atom::Opaque(key.into()))
            }
        }
    }

    /// Whether a term is this text: one that it cannot be it is not.
    fn is(&mut self, term: TermId, text: Arc<str>) -> Formula {
        let choices = self.atoms.term_at(term).and_then(|one| one.choices.clone());
        if choices.is_some_and(|choices| !choices.contains(&text)) {
            return Formula::False;
        }
        self.literal(Atom::Is(term, text))
    }

    /// Whether a text passes a test.
    fn fits(&mut self, text: &Node, test: u32) -> Formula {
        let cases = self.value(text).0.into_iter();
        let ways: Vec<Formula> = cases
            .map(|(when, simple)| {
                let holds = match simple {
                    Simple::Text(text) => {
                        let test = self.atoms.test_at(test);
                        truth_of(test.is_some_and(|test| test.holds(&text)))
                    }
                    Simple::Term(term) => self.literal(Atom::Fits(term, test)),
                    Simple::Bool(_) | Simple::Line(..) | Simple::Other(_) => {
                        self.literal(Atom::Opaque(format!("{test} of {simple:?}").into()))
                    }
                };
                Formula::and([when, holds])
            })
            .collect();
        Formula::or(ways)
    }

    fn contained(&mut self, item: &Node, list: &Node, node: &Node) -> Formula {
        let elements: Vec<Node> = match &list.kind {
            Kind::List(nodes) => nodes.clone(),
            Kind::Const(Value::List(values)) if self.known.param(list).is_none() => {
                let constant = |value: &Value| {
                    Node::constant(value.clone(), item.ty.clone(), list.span.after())
                };
                values.iter().map(constant).collect()
            }
            _ => return self.member(item, list, node),
        };
        let items = self.value(item).0;
        let key = self.key_of(node);
        let mut ways = Vec::new();
        for element in &elements {
            let element = self.value(element);
            if items.len() * element.0.len() > MAX_CASES {
                return self.opaque(node);
            }
            for (when, a) in &items {
                for (also, b) in &element.0 {
                    let holds = self.compare_simple(CompareOp::Equal, a, b, &key);
                    ways.push(Formula::and([when.clone(), also.clone(), holds]));
                }
            }
        }
        Formula::or(ways)
    }

    /// `"First aid" in duties`.
    fn member(&mut self, item: &Node, list: &Node, node: &Node) -> Formula {
        let (items, lists) = (self.value(item), self.value(list));
        if let ([(_, Simple::Text(text))], [(when, Simple::Term(term))]) =
            (items.0.as_slice(), lists.0.as_slice())
        {
            let holds = self.literal(Atom::Member(*term, text.clone()));
            return Formula::and([when.clone(), holds]);
        }
        let there = Formula::and([items.present(), lists.present()]);
        Formula::and([there, self.opaque(node)])
    }

    fn column(&mut self, row: &Node, column: u32, node: &Node) -> Cases {
        let rows = self.value(row);
        let known = rows
            .0
            .iter()
            .map(|(when, simple)| match simple {
                Simple::Other(Value::Row(table, row)) => Some((when, *table, *row)),
                _ => None,
            })
            .collect::<Option<Vec<_>>>();
        let Some(known) = known else {
            return self.inside(node, row);
        };
        let mut cases = Vec::new();
        for (when, table, row) in known {
            let table = self.known.table(table);
            if let Some(value) = table.and_then(|table| table.cell(row, column)) {
                cases.push((when.clone(), simple(value)));
            }
        }
        Cases(cases)
    }

    /// When each row of a table is the one with that key; none where that is not known.
    fn rows_by_key(&mut self, table: u32, key: &Node) -> Option<Vec<Formula>> {
        let table = self.known.table(table)?;
        let column = table.key?;
        if table.rows.len() > MAX_CASES || !key.ty.is_textual() {
            return None;
        }
        let texts: Option<Vec<Arc<str>>> = table
            .rows
            .iter()
            .map(|row| row.get(column)?.as_ref()?.as_text().cloned())
            .collect();
        let texts = texts?;
        let keys = self.value(key);
        if texts.len() * keys.0.len() > 4 * MAX_CASES {
            return None;
        }
        let rows = texts.iter().map(|text| {
            let ways: Vec<Formula> = keys
                .0
                .iter()
                .map(|(when, simple)| {
                    let holds =
                        self.compare_simple(CompareOp::Equal, simple, &Simple::Text(text.clone()), "");
                    Formula::and([when.clone(), holds])
                })
                .collect();
            Formula::or(ways)
        });
        Some(rows.collect())
    }

    /// Every text that an expression can be, and perhaps some that it cannot.
    pub(super) fn texts(&mut self, node: &Node) -> Option<Vec<Arc<str>>> {
        let mut texts: Vec<Arc<str>> = match &node.kind {
            Kind::Let(index) => {
                let definition = self.known.definition(*index)?;
                self.texts(definition)?
            }
            Kind::Template(pieces) => {
                let mut texts = vec![String::new()];
                for piece in pieces {
                    let next = match piece {
                        Piece::Literal(text) => vec![text.clone()],
                        Piece::Hole(node) => self.texts(node)?,
                    };
                    if texts.len().saturating_mul(next.len()) > MAX_TEXTS {
                        return None;
                    }
                    let joined = texts
                        .iter()
                        .flat_map(|begin| next.iter().map(move |end| format!("{begin}{end}")));
                    texts = joined.collect();
                }
                texts.into_iter().map(Into::into).collect()
            }
            Kind::Else(first, second) => {
                let mut texts = self.texts(first)?;
                texts.extend(self.texts(second)?);
                texts
            }
            Kind::Choose { rows, otherwise } => {
                let results = rows.iter().map(|(_, result)| result);
                let mut texts = Vec::new();
                for result in results.chain(otherwise.as_deref()) {
                    texts.extend(self.texts(result)?);
                }
                texts
            }
            Kind::Call { function, args } if function.is_on_text() => {
                let (first, rest) = args.split_first()?;
                let rest: Option<Vec<Value>> = rest.iter().map(constant).collect();
                let rest = rest?;
                let run = |text: Arc<str>| {
                    let mut values = vec![Value::Text(text)];
                    values.extend(rest.iter().cloned());
                    (function.run)(&values).map(Value::into_text)
                };
                self.texts(first)?.into_iter().filter_map(run).collect()
            }
            _ => {
                let mut texts = Vec::new();
                for (_, simple) in self.value(node).0 {
                    match simple {
                        Simple::Text(text) => texts.push(text),
                        Simple::Term(term) => {
                            let choices = self.atoms.term_at(term)?.choices.clone()?;
                            texts.extend(choices.iter().cloned());
                        }
                        Simple::Bool(_) | Simple::Line(..) | Simple::Other(_) => return None,
                    }
                }
                texts
            }
        };
        texts.sort();
        texts.dedup();
        (texts.len() <= MAX_TEXTS).then_some(texts)
    }

    fn literal(&mut self, atom: Atom) -> Formula {
        Formula::Literal(self.atoms.atom(atom), true)
    }

    /// A condition of which nothing is known.
    fn opaque(&mut self, node: &Node) -> Formula {
        let key = self.key_of(node);
        self.literal(Atom::Opaque(key))
    }

    /// How an expression is written, whatever its blanks and the names of parameters are.
    pub(super) fn key_of(&self, node: &Node) -> Arc<str> {
        let mut text = String::new();
        key::write(node, &self.given, self.known, &mut text);
        text.into()
    }
}

fn truth_of(truth: bool) -> Formula {
    if truth { Formula::True } else { Formula::False }
}

/// A constant as a case.
fn simple(value: &Value) -> Simple {
    match value {
        Value::Text(text) | Value::Timezone(text) => Simple::Text(text.clone()),
        Value::Bool(truth) => Simple::Bool(*truth),
        _ => match order::constant(value) {
            Some((line, at)) => Simple::Line(line, None, at),
            None => Simple::Other(value.clone()),
        },
    }
}

/// The value that is written out.
fn constant(node: &Node) -> Option<Value> {
    match &node.kind {
        Kind::Const(value) => Some(value.clone()),
        _ => None,
    }
}
