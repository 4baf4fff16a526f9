//! Values with an order for an example: dates near the day of the example, small numbers.

use super::Reads;
use crate::hr;
use crate::policy::prove::atom::{
    Atom, Atoms, DAY, NEVER, PARTS, PASSED, Point, REACHED, TERMS, TODAY, TermId, ZERO,
};
use crate::policy::prove::read::{of_date, to_date};
use crate::policy::prove::theory::{Distances, Edge, bounds, distances, edge, possible};
use crate::policy::types::Type;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};

/// The day of an example that may be on any day: a Monday.
const USUAL_DAY: Date = Date::constant(2026, 3, 2);

/// A minute, in nanoseconds.
const MINUTE: i128 = DAY / 1440;

/// Noon, in nanoseconds of its day.
const NOON: i128 = DAY / 2;

/// The most steps that the order of one example may take.
const MAX_STEPS: usize = 100_000;

/// Where each point lies.
#[derive(Debug)]
pub(super) struct Places {
    at: BTreeMap<Point, i128>,
    hour: bool,
}

impl Places {
    /// Places for all points that are spoken of, near each other.
    pub(super) fn find(atoms: &Atoms, way: &[(Atom, bool)], reads: &Reads) -> Option<Self> {
        let mut edges: Vec<Edge> = way
            .iter()
            .filter_map(|(atom, holds)| match atom {
                Atom::Within(a, b, most) => Some(edge(atoms, (*a, *b, *most), *holds)),
                _ => None,
            })
            .collect();
        let mut points: BTreeSet<Point> = edges.iter().flat_map(|(a, b, _)| [*a, *b]).collect();
        let hour = points.contains(&REACHED) || points.contains(&PASSED);
        if reads.clock || hour {
            points.insert(TODAY);
        }
        if hour {
            points.extend([REACHED, PASSED]);
            // The local time is on its day, and no hour of this day comes twice.
            edges.push((TODAY, REACHED, 0));
            edges.push((REACHED, TODAY, DAY - 1));
            edges.push((PASSED, REACHED, -1));
            edges.push((REACHED, PASSED, 1));
        }
        edges.extend(bounds(atoms, &points));
        // No example is of a year that the calendar hardly has.
        for point in points
            .iter()
            .filter(|point| atoms.step(**point) == Some(DAY))
        {
            edges.push((*point, ZERO, of_date(Date::MAX)));
            edges.push((ZERO, *point, -of_date(Date::constant(1, 1, 1))));
        }
        let mut places = Self {
            at: BTreeMap::new(),
            hour,
        };
        let mut steps = MAX_STEPS;
        for point in points.into_iter().filter(|point| *point != ZERO) {
            let at = places.near(atoms, &edges, point, &mut steps)?;
            edges.push((point, ZERO, at));
            edges.push((ZERO, point, -at));
            places.at.insert(point, at);
        }
        possible(&edges, &mut steps).then_some(places)
    }

    /// A place for one point that agrees with all edges: best the usual one, else one at a bound.
    fn near(&self, atoms: &Atoms, edges: &[Edge], point: Point, steps: &mut usize) -> Option<i128> {
        let today = self.today();
        let step = atoms.step(point).unwrap_or(1);
        // HR writes few digits behind the point of a number, and times by the minute.
        let kind = atoms.term_of_point(point).map(|(_, term)| &term.ty);
        let apart = match kind {
            Some(Type::Number) => PARTS,
            Some(Type::Time) => MINUTE,
            _ => step,
        };
        let usual = match point {
            TODAY => of_date(USUAL_DAY),
            REACHED => today + NOON,
            PASSED => today + NOON - 1,
            _ => match step {
                DAY => today,
                _ => apart,
            },
        };
        let mut candidates = vec![usual];
        for (a, b, most) in edges {
            let place = |other: Point| match other {
                ZERO => Some(0),
                _ => self.at.get(&other).copied(),
            };
            if *a == point
                && let Some(from) = place(*b)
            {
                candidates.extend([from + most, from + most - apart, from + most - apart / 2]);
            }
            if *b == point
                && let Some(from) = place(*a)
            {
                candidates.extend([from - most, from - most + apart, from - most + apart / 2]);
            }
        }
        if apart != step {
            let half = apart / 2;
            let rounded = candidates.iter().map(|one| one.div_euclid(half) * half);
            let rounded: Vec<i128> = rounded.flat_map(|one| [one, one + half]).collect();
            candidates.splice(0..0, rounded);
        }
        for candidate in candidates {
            let mut with: Vec<Edge> = edges.to_vec();
            with.push((point, ZERO, candidate));
            with.push((ZERO, point, -candidate));
            let fits = candidate.rem_euclid(step) == 0 || matches!(point, REACHED | PASSED);
            if fits && candidate.abs() < NEVER && possible(&with, steps) {
                return Some(candidate);
            }
        }
        let Distances::Possible(far) = distances(edges, steps) else {
            return None;
        };
        let (at, zero) = (far.get(&point)?, far.get(&ZERO).copied().unwrap_or(0));
        at.checked_sub(zero)
    }

    /// The beginning of the day of the example.
    pub(super) fn today(&self) -> i128 {
        self.at.get(&TODAY).copied().unwrap_or(of_date(USUAL_DAY))
    }

    /// Where a term lies, if it has to lie somewhere.
    pub(super) fn of_term(&self, term: TermId) -> Option<i128> {
        self.at.get(&term.saturating_add(TERMS)).copied()
    }

    /// The terms that have to lie somewhere.
    pub(super) fn terms(&self) -> impl Iterator<Item = TermId> + '_ {
        self.at.keys().filter_map(|point| point.checked_sub(TERMS))
    }

    /// Whether the hour counts.
    pub(super) fn reads_the_hour(&self) -> bool {
        self.hour
    }

    /// The instant of the example in a zone.
    pub(super) fn instant(&self, zone: &TimeZone) -> Option<Timestamp> {
        let local = self.at.get(&REACHED).copied();
        let local = local.unwrap_or(self.today() + NOON);
        super::instant(to_date(local)?, time(local.rem_euclid(DAY))?, zone)
    }
}

/// What a point is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// Nought, or the day.
    Fixed,
    /// The hour, which hangs on the zone.
    Clock,
    /// A term.
    Term(TermId),
}

/// What a point is.
pub(super) fn at(point: Point) -> At {
    match point {
        ZERO | TODAY => At::Fixed,
        REACHED | PASSED => At::Clock,
        _ => At::Term(point.saturating_sub(TERMS)),
    }
}

/// The time of day that lies so far behind midnight.
fn time(nanoseconds: i128) -> Option<Time> {
    let nanoseconds = i64::try_from(nanoseconds).ok()?;
    let span = jiff::SignedDuration::from_nanos(nanoseconds);
    Time::midnight().checked_add(span).ok()
}

/// Where a value lies of which nothing is said; in later attempts elsewhere.
pub(super) fn usual(ty: &hr::Type, places: &Places, seed: usize, tried: bool) -> i128 {
    let further = match seed % 7 {
        _ if !tried => 0,
        0 => 1,
        1 => -1,
        2 => 30,
        3 => -30,
        4 => 400,
        5 => -400,
        _ => 0,
    };
    match ty {
        hr::Type::Date => places.today() + further * DAY,
        hr::Type::Time => 9 * DAY / 24,
        _ => (1 + further.max(0)) * PARTS,
    }
}

/// The value that lies there.
pub(super) fn value(ty: &hr::Type, at: i128) -> Option<hr::Value> {
    match ty {
        hr::Type::Date => to_date(at).map(hr::Value::Date),
        hr::Type::Time => time(at).map(hr::Value::Time),
        hr::Type::Int => i64::try_from(at.div_euclid(PARTS)).ok().map(hr::Value::Int),
        hr::Type::Number => hr::Decimal::of_parts(at).map(hr::Value::Number),
        _ => None,
    }
}
