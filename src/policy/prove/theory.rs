//! What cannot be together: what is known of texts, of lists, and of the order of dates and numbers.
//!
//! Sound and not complete: what it calls impossible is impossible, what it lets pass may still be.

use super::atom::{
    Atom, Atoms, DAY, NEVER, PARTS, PASSED, Point, REACHED, TERMS, TODAY, TermId, TextTest, ZERO,
};
use super::read::{of_date, of_time};
use crate::policy::pattern::Pattern;
use crate::policy::types::Type;
use jiff::civil::{Date, Time};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What has been decided of one term.
#[derive(Debug, Default)]
struct OfTerm {
    present: Option<bool>,
    is: Option<Arc<str>>,
    is_not: Vec<Arc<str>>,
    fits: Vec<(u32, bool)>,
    members: usize,
    /// How many terms are known to be there only if this one is, or to be the same as another.
    needed: usize,
}

/// A difference of two points: the first is at most so far behind the second.
pub(super) type Edge = (Point, Point, i128);

/// Facts that can be together.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    atoms: &'a Atoms,
    terms: FxHashMap<TermId, OfTerm>,
    edges: Vec<Edge>,
    same: Vec<(TermId, TermId, bool)>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(atoms: &'a Atoms) -> Self {
        Self {
            atoms,
            terms: FxHashMap::default(),
            edges: Vec::new(),
            same: Vec::new(),
        }
    }

    /// Adds a fact; whether it can be together with the others. `None` when the steps are used up.
    pub(super) fn add(&mut self, atom: &Atom, holds: bool, steps: &mut usize) -> Option<bool> {
        match atom {
            Atom::Opaque(_) => return Some(true),
            Atom::Present(term) => self.terms.entry(*term).or_default().present = Some(holds),
            Atom::Is(term, text) => {
                let known = self.terms.entry(*term).or_default();
                if !holds {
                    known.is_not.push(text.clone());
                } else if known.is.is_some() {
                    // Kept as a second one, so that taking it back finds it.
                    known.is_not.push(text.clone());
                    return Some(false);
                } else {
                    known.is = Some(text.clone());
                }
            }
            Atom::Fits(term, test) => {
                let known = self.terms.entry(*term).or_default();
                known.fits.push((*test, holds));
            }
            Atom::Member(term, _) => {
                let known = self.terms.entry(*term).or_default();
                known.members += usize::from(holds);
            }
            Atom::Same(a, b) => {
                self.same.push((*a, *b, holds));
                for term in [a, b] {
                    self.terms.entry(*term).or_default().needed += usize::from(holds);
                }
                let equal = self.agree(*a, *b, holds);
                let possible = equal && self.can_be(*a, steps)? && self.can_be(*b, steps)?;
                return Some(possible);
            }
            Atom::Within(a, b, most) => {
                self.edges.push(edge(self.atoms, (*a, *b, *most), holds));
                return self.ordered(steps);
            }
        }
        match atom {
            Atom::Present(term)
            | Atom::Is(term, _)
            | Atom::Fits(term, _)
            | Atom::Member(term, _) => self.can_be(*term, steps),
            Atom::Same(..) | Atom::Within(..) | Atom::Opaque(_) => Some(true),
        }
    }

    /// Takes the last fact back.
    pub(super) fn take_back(&mut self, atom: &Atom, holds: bool) {
        match atom {
            Atom::Opaque(_) => {}
            Atom::Present(term) => self.terms.entry(*term).or_default().present = None,
            Atom::Is(term, text) => {
                let known = self.terms.entry(*term).or_default();
                if holds && known.is.as_ref() == Some(text) {
                    known.is = None;
                } else {
                    known.is_not.pop();
                }
            }
            Atom::Fits(term, _) => {
                self.terms.entry(*term).or_default().fits.pop();
            }
            Atom::Member(term, _) => {
                let known = self.terms.entry(*term).or_default();
                known.members -= usize::from(holds);
            }
            Atom::Same(a, b) => {
                self.same.pop();
                for term in [a, b] {
                    self.terms.entry(*term).or_default().needed -= usize::from(holds);
                }
            }
            Atom::Within(..) => {
                self.edges.pop();
            }
        }
    }

    /// Whether a term can be all that is said of it.
    fn can_be(&self, term: TermId, steps: &mut usize) -> Option<bool> {
        let Some(known) = self.terms.get(&term) else {
            return Some(true);
        };
        *steps = steps.checked_sub(1 + known.fits.len() * known.fits.len())?;
        let fitting = known.fits.iter().any(|(_, holds)| *holds);
        let there = known.is.is_some() || fitting || known.members > 0 || known.needed > 0;
        if there && known.present == Some(false) {
            return Some(false);
        }
        let test = |test: u32| self.atoms.test_at(test);
        let all = |text: &str| {
            known
                .fits
                .iter()
                .all(|(one, holds)| test(*one).is_none_or(|test| test.holds(text) == *holds))
        };
        if let Some(text) = &known.is {
            let others = self.same.iter();
            let mut others = others.filter(|(a, b, _)| *a == term || *b == term);
            let agree = others.all(|(a, b, same)| self.agree(*a, *b, *same));
            return Some(agree && !known.is_not.contains(text) && all(text));
        }
        let choices = self.atoms.term_at(term).and_then(|one| one.choices.clone());
        let must_be = known.present == Some(true)
            || fitting
            || self.atoms.term_at(term).is_some_and(|one| !one.optional);
        if let (Some(choices), true) = (choices, must_be) {
            *steps = steps.checked_sub(choices.len())?;
            let free = |choice: &&Arc<str>| !known.is_not.contains(choice) && all(choice);
            return Some(choices.iter().any(|choice| free(&choice)));
        }
        let holding = known.fits.iter().filter(|(_, holds)| *holds);
        for (one, _) in holding {
            for (other, holds) in &known.fits {
                let (Some(one), Some(other)) = (test(*one), test(*other)) else {
                    continue;
                };
                let never = if *holds {
                    apart(one, other)
                } else {
                    implies(one, other)
                };
                if never {
                    return Some(false);
                }
            }
        }
        Some(true)
    }

    /// Whether two terms that are the same, or are not, can be what is said of them.
    fn agree(&self, a: TermId, b: TermId, same: bool) -> bool {
        let is = |term| self.terms.get(&term).and_then(|known| known.is.as_ref());
        match (is(a), is(b)) {
            (Some(a), Some(b)) => (a == b) == same,
            _ => true,
        }
    }

    /// Whether the order of all points can be as it is said: whether no way round leads back before its beginning.
    fn ordered(&self, steps: &mut usize) -> Option<bool> {
        match distances(&self.all_edges(), steps) {
            Distances::Possible(_) => Some(true),
            Distances::Impossible => Some(false),
            Distances::TooLarge => None,
        }
    }

    fn all_edges(&self) -> Vec<Edge> {
        let mut edges = self.edges.clone();
        let points: BTreeSet<Point> = edges.iter().flat_map(|(a, b, _)| [*a, *b]).collect();
        edges.extend(bounds(self.atoms, &points));
        edges
    }
}

/// The edge of a fact, or of its opposite.
pub(super) fn edge(atoms: &Atoms, (a, b, most): Edge, holds: bool) -> Edge {
    if holds {
        return (a, b, most);
    }
    // Not `a - b <= most` is `b - a < -most`, and between two values lies a whole step.
    let step = match (atoms.step(a), atoms.step(b)) {
        (Some(one), Some(other)) if one == other => one,
        (Some(step), None) | (None, Some(step)) => step,
        _ => 1,
    };
    let floor = most.div_euclid(step) * step;
    (b, a, floor.saturating_neg().saturating_sub(step))
}

/// What is known of points whatever is asked: ends of the calendar, and the clock.
pub(super) fn bounds(atoms: &Atoms, points: &BTreeSet<Point>) -> Vec<Edge> {
    let mut edges = Vec::new();
    let mut between = |point: Point, least: i128, most: i128| {
        edges.push((point, ZERO, most));
        edges.push((ZERO, point, -least));
    };
    let (first, last) = (of_date(Date::MIN), of_date(Date::MAX));
    for point in points {
        if *point == TODAY {
            between(TODAY, first, last);
            continue;
        }
        let Some((_, term)) = atoms.term_of_point(*point) else {
            continue;
        };
        match term.ty {
            Type::Date if matches!(term.root, super::atom::Root::Field(_)) => {
                between(*point, first, last);
            }
            Type::Date => between(*point, first, NEVER),
            Type::Int => {
                let least = i128::from(i64::MIN) * PARTS;
                between(*point, least, i128::from(i64::MAX) * PARTS);
            }
            Type::Time => between(*point, 0, of_time(Time::MAX)),
            _ => {}
        }
    }
    let has = |point: Point| points.contains(&point);
    if has(REACHED) && has(PASSED) {
        edges.push((PASSED, REACHED, 0));
    }
    if has(TODAY) && has(REACHED) {
        // Yesterday is over, whatever the clocks did at midnight; the day after tomorrow has not begun.
        edges.push((TODAY, REACHED, 1));
        edges.push((REACHED, TODAY, 2 * DAY - 1));
    }
    if has(TODAY) && has(PASSED) {
        edges.push((TODAY, PASSED, DAY + 1));
        edges.push((PASSED, TODAY, 2 * DAY - 1));
    }
    for point in points {
        let Some((_, term)) = atoms.term_of_point(*point) else {
            continue;
        };
        if let Some((base, after)) = term.beside {
            let base = base.saturating_add(TERMS);
            edges.push(if after {
                (base, *point, 0)
            } else {
                (*point, base, 0)
            });
        }
    }
    edges
}

/// What is known of points from how far they may be apart.
pub(super) enum Distances {
    /// They can be so: how far behind nought each of them may be.
    Possible(FxHashMap<Point, i128>),
    /// They cannot.
    Impossible,
    /// The steps are used up.
    TooLarge,
}

/// How far each point may be behind the others.
pub(super) fn distances(edges: &[Edge], steps: &mut usize) -> Distances {
    let mut far: FxHashMap<Point, i128> = FxHashMap::default();
    for (a, b, _) in edges {
        far.insert(*a, 0);
        far.insert(*b, 0);
    }
    // Bellman and Ford: after as many rounds as there are points nothing changes, or it never ends.
    for _ in 0..=far.len() {
        let mut changed = false;
        for (a, b, most) in edges {
            let Some(left) = steps.checked_sub(1) else {
                return Distances::TooLarge;
            };
            *steps = left;
            let (Some(at), Some(from)) = (far.get(a).copied(), far.get(b).copied()) else {
                continue;
            };
            // Too far to be counted is too far to say anything.
            if let Some(reach) = from.checked_add(*most)
                && reach < at
            {
                far.insert(*a, reach);
                changed = true;
            }
        }
        if !changed {
            return Distances::Possible(far);
        }
    }
    Distances::Impossible
}

/// Whether points can be so far apart.
pub(super) fn possible(edges: &[Edge], steps: &mut usize) -> bool {
    matches!(distances(edges, steps), Distances::Possible(_))
}

/// Whether no text passes both tests.
fn apart(one: &TextTest, other: &TextTest) -> bool {
    let (TextTest::Pattern(one), TextTest::Pattern(other)) = (one, other) else {
        return false;
    };
    match (one, other) {
        (Pattern::Exactly(text), pattern) | (pattern, Pattern::Exactly(text)) => {
            !pattern.is_match(text)
        }
        (Pattern::Begins(a), Pattern::Begins(b)) => !a.starts_with(&**b) && !b.starts_with(&**a),
        (Pattern::Ends(a), Pattern::Ends(b)) => !a.ends_with(&**b) && !b.ends_with(&**a),
        _ => false,
    }
}

/// Whether every text that passes one test passes the other.
fn implies(one: &TextTest, other: &TextTest) -> bool {
    let (TextTest::Pattern(one), TextTest::Pattern(other)) = (one, other) else {
        return false;
    };
    match (one, other) {
        (Pattern::Exactly(text), pattern) => pattern.is_match(text),
        (Pattern::Begins(a), Pattern::Begins(b)) => a.starts_with(&**b),
        (Pattern::Ends(a), Pattern::Ends(b)) => a.ends_with(&**b),
        (Pattern::Begins(a) | Pattern::Ends(a) | Pattern::Contains(a), Pattern::Contains(b)) => {
            a.contains(&**b)
        }
        _ => false,
    }
}
