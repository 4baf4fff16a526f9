//! From checked expressions to formulas and cases, with the evaluator's meaning.

mod key;
mod order;
mod tables;
mod texts;

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

/// What a parameter of a function is given: its cases, and how it is written.
type Given = BTreeMap<u32, (Cases, Arc<str>)>;

/// Reads the conditions of one policy.
#[derive(Debug)]
pub(super) struct Reader<'p> {
    known: &'p dyn Known,
    atoms: Atoms,
    given: Given,
    conditions: FxHashMap<u32, Formula>,
    values: FxHashMap<u32, Cases>,
    /// The `param`s that were met, with what they are here.
    params: RefCell<Vec<(TermId, Value)>>,
    /// Believes the checker that a value is there where it says so.
    trusting: bool,
}

impl<'p> Reader<'p> {
    pub(super) fn new(known: &'p dyn Known) -> Self {
        Self {
            known,
            atoms: Atoms::default(),
            given: Given::new(),
            conditions: FxHashMap::default(),
            values: FxHashMap::default(),
            params: RefCell::default(),
            trusting: false,
        }
    }

    pub(super) fn known(&self) -> &'p dyn Known {
        self.known
    }

    pub(super) fn atoms(&self) -> &Atoms {
        &self.atoms
    }

    /// Believes the checker that a value is there where it says so; what it says elsewhere has to be met first.
    pub(super) fn trust(&mut self) {
        self.trusting = true;
    }

    /// Reads everything anew, after all places have been met.
    pub(super) fn begin_again(&mut self) {
        self.conditions.clear();
        self.values.clear();
    }

    /// What is decided of a value that is one of a list of texts: which, or that it is missing.
    #[expect(
        clippy::option_option,
        reason = "a text, missing, and nothing decided are three answers"
    )]
    pub(super) fn chosen(
        &mut self,
        way: &[(Atom, bool)],
        value: &Node,
    ) -> Option<Option<Arc<str>>> {
        let cases = self.value(value).0;
        let [(_, Simple::Term(term))] = cases.as_slice() else {
            return None;
        };
        let term = *term;
        let choices = self.atoms.term_at(term)?.choices.clone()?;
        let says = |atom: &Atom| {
            let known = way.iter().find(|(known, _)| known == atom);
            known.map(|(_, holds)| *holds)
        };
        let spoken = way.iter().any(|(atom, _)| match atom {
            Atom::Present(known) | Atom::Is(known, _) => *known == term,
            _ => false,
        });
        if !spoken {
            return None;
        }
        if says(&Atom::Present(term)) == Some(false) {
            return Some(None);
        }
        let mut free = choices
            .iter()
            .filter(|choice| says(&Atom::Is(term, (*choice).clone())) != Some(false));
        let is = choices
            .iter()
            .find(|choice| says(&Atom::Is(term, (*choice).clone())) == Some(true));
        Some(is.or_else(|| free.next()).cloned())
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
                    let optional = self
                        .known
                        .field(*field)
                        .is_none_or(|(_, optional)| optional);
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
        let maybe = maybe && (!self.trusting || node.marks.missing);
        let ty = node.ty.clone();
        self.term(&key, ty, Root::Opaque, maybe).when(&all)
    }

    /// Something that is there only if what it is made of is.
    fn inside(&mut self, node: &Node, part: &Node) -> Cases {
        self.made_of(std::iter::once(part), node, true)
    }

    /// Something of which nothing is known but that it has one value, or none.
    fn unknown(&mut self, key: &str, node: &Node) -> Cases {
        let maybe = !self.trusting || node.marks.missing;
        self.term(key, node.ty.clone(), Root::Opaque, maybe)
    }

    fn term(&mut self, key: &str, ty: Type, root: Root, optional: bool) -> Cases {
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
        let optional = self.atoms.may_be_missing(term, optional);
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
            (Simple::Term(a), Simple::Term(b)) => self.literal(Atom::Same(*a.min(b), *a.max(b))),
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
