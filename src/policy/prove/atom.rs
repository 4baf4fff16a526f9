//! Terms and atoms: what a condition is made of, each known by one number.
//!
//! A *term* is an expression that has a value or has none: an attribute, the day, a function of something. Two
//! expressions that are written alike are one term. An *atom* is a question about terms that holds or does not.

use crate::policy::builtin::Builtin;
use crate::policy::eval::Value;
use crate::policy::pattern::Pattern;
use crate::policy::types::Type;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The number of a term.
pub(super) type TermId = u32;

/// A place on the line of whole numbers on which ordered values lie: nought, the clock, or a term.
pub(super) type Point = u32;

/// Nought, from which constants are counted.
pub(super) const ZERO: Point = 0;
/// The day in the person's zone.
pub(super) const TODAY: Point = 1;
/// The last local time of which it holds that `now` is not before it.
pub(super) const REACHED: Point = 2;
/// The last local time of which it holds that `now` is after it.
pub(super) const PASSED: Point = 3;
/// The first of the points that are terms.
pub(super) const TERMS: Point = 4;

/// Nanoseconds of a day, in which dates and local times are counted.
pub(super) const DAY: i128 = 86_400_000_000_000;
/// Into how many parts a number is divided: as many as the language's numbers have digits behind the point.
pub(super) const PARTS: i128 = 1_000_000_000_000_000_000;
/// `never`, which is later than every date.
pub(super) const NEVER: i128 = 1_000_000_000 * DAY;

/// Where a term comes from, if its value can be chosen.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Root {
    /// An attribute of the person.
    Field(u32),
    /// An attribute of the person to whom an attribute refers.
    Of(u32, u32),
    /// A `param`, and what it is here: it is the same for everybody, and another elsewhere.
    Param(Value),
    /// Anything else: nothing is known but that it has one value.
    Opaque,
}

/// A term.
#[derive(Debug)]
pub(super) struct Term {
    pub(super) ty: Type,
    pub(super) root: Root,
    /// It may be missing.
    pub(super) optional: bool,
    /// It is not before that one, or not after it.
    pub(super) beside: Option<(TermId, bool)>,
    /// Every text that it can be, where that is known; and `true` and `false` of a condition.
    pub(super) choices: Option<Arc<[Arc<str>]>>,
}

/// A question about terms.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Atom {
    /// The term has a value.
    Present(TermId),
    /// The term has a value, and it is this text (or `true`, or `false`).
    Is(TermId, Arc<str>),
    /// The term has a value, and the test of that number holds for it.
    Fits(TermId, u32),
    /// The list has this element.
    Member(TermId, Arc<str>),
    /// The first point is at most so far behind the second.
    Within(Point, Point, i128),
    /// Two terms have values, and the same one.
    Same(TermId, TermId),
    /// Anything else that holds or does not.
    Opaque(Arc<str>),
}

/// A test of a text.
#[derive(Debug)]
pub(super) enum TextTest {
    Pattern(Pattern),
    /// A function that gives a condition, with what it is given beside the text.
    Call(&'static Builtin, Vec<Value>),
}

impl TextTest {
    /// Whether it holds for a text.
    pub(super) fn holds(&self, text: &str) -> bool {
        match self {
            Self::Pattern(pattern) => pattern.is_match(text),
            Self::Call(function, rest) => {
                let mut values = vec![Value::Text(text.into())];
                values.extend(rest.iter().cloned());
                (function.run)(&values) == Some(Value::Bool(true))
            }
        }
    }
}

/// All terms, tests and atoms that were met.
#[derive(Debug, Default)]
pub(super) struct Atoms {
    terms: Vec<Term>,
    term_of: FxHashMap<Arc<str>, TermId>,
    tests: Vec<TextTest>,
    test_of: FxHashMap<Arc<str>, u32>,
    known: Vec<Atom>,
    atom_of: FxHashMap<Atom, u32>,
}

impl Atoms {
    /// The term that is written so; made by `make` where it is met for the first time.
    pub(super) fn term(&mut self, key: &str, make: impl FnOnce() -> Term) -> TermId {
        if let Some(known) = self.term_of.get(key) {
            return *known;
        }
        let id = number(self.terms.len());
        self.terms.push(make());
        self.term_of.insert(key.into(), id);
        id
    }

    /// Whether a term may be missing, after it has been met where it is or is not.
    pub(super) fn may_be_missing(&mut self, term: TermId, here: bool) -> bool {
        match self.terms.get_mut(term as usize) {
            Some(known) => {
                known.optional |= here;
                known.optional
            }
            None => here,
        }
    }

    /// The test that is written so.
    pub(super) fn test(&mut self, key: &str, make: impl FnOnce() -> TextTest) -> u32 {
        if let Some(known) = self.test_of.get(key) {
            return *known;
        }
        let id = number(self.tests.len());
        self.tests.push(make());
        self.test_of.insert(key.into(), id);
        id
    }

    /// The number of an atom.
    pub(super) fn atom(&mut self, atom: Atom) -> u32 {
        if let Some(known) = self.atom_of.get(&atom) {
            return *known;
        }
        let id = number(self.known.len());
        self.known.push(atom.clone());
        self.atom_of.insert(atom, id);
        id
    }

    pub(super) fn get(&self, atom: u32) -> Option<&Atom> {
        self.known.get(atom as usize)
    }

    pub(super) fn term_at(&self, term: TermId) -> Option<&Term> {
        self.terms.get(term as usize)
    }

    pub(super) fn test_at(&self, test: u32) -> Option<&TextTest> {
        self.tests.get(test as usize)
    }

    /// How many atoms there are.
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// The term that a point is.
    pub(super) fn term_of_point(&self, point: Point) -> Option<(TermId, &Term)> {
        let id = point.checked_sub(TERMS)?;
        Some((id, self.term_at(id)?))
    }

    /// Between two values at that point lie whole multiples of this; nothing for nought, which is a multiple of all.
    pub(super) fn step(&self, point: Point) -> Option<i128> {
        match point {
            ZERO => None,
            TODAY => Some(DAY),
            REACHED | PASSED => Some(1),
            _ => match self.term_of_point(point)?.1.ty {
                Type::Date => Some(DAY),
                Type::Int => Some(PARTS),
                _ => Some(1),
            },
        }
    }
}

fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
