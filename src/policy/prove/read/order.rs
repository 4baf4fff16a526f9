//! Dates, times, numbers and the clock as points on lines of whole numbers.
//!
//! An instant `DATE at TIME` is known by its local time. In every zone a later local time is no earlier instant, whatever
//! summer time does, so `now >= DATE at TIME` holds up to one last local time and for none behind it: the point
//! [`REACHED`]; the same is true of `>` and [`PASSED`].

use super::super::atom::{
    Atom, DAY, NEVER, PARTS, PASSED, Point, REACHED, TERMS, TODAY, TermId, ZERO,
};
use super::{Cases, Formula, Line, Node, Reader, Simple, Type, Value, truth_of};
use crate::hr;
use crate::policy::eval::time;
use crate::policy::ir::Kind;
use crate::syntax::ast::CompareOp;
use jiff::civil::{Date, Time};

/// How far a local time may lie from the calendar's ends and surely have an instant.
const EDGE: i128 = 3 * DAY;

/// The line on which values of a type lie.
pub(super) fn line(ty: &Type) -> Option<Line> {
    match ty {
        Type::Int | Type::Number => Some(Line::Number),
        Type::Date => Some(Line::Date),
        Type::Time => Some(Line::Time),
        // Of an instant that is not `DATE at TIME` the local time is not known.
        _ => None,
    }
}

/// Where a constant lies.
pub(super) fn constant(value: &Value) -> Option<(Line, i128)> {
    Some(match value {
        Value::Int(number) => (Line::Number, i128::from(*number) * PARTS),
        Value::Number(number) => (Line::Number, number.parts()),
        Value::Date(date) => (Line::Date, of_date(*date)),
        Value::Never => (Line::Date, NEVER),
        Value::Time(time) => (Line::Time, of_time(*time)),
        _ => return None,
    })
}

/// Where a day begins, in nanoseconds since the first of 1970.
pub(in crate::policy::prove) fn of_date(date: Date) -> i128 {
    let epoch = Date::constant(1970, 1, 1);
    let days = epoch.until(date).map_or(0, |span| span.get_days());
    i128::from(days) * DAY
}

/// Nanoseconds since midnight.
pub(in crate::policy::prove) fn of_time(time: Time) -> i128 {
    let midnight = Time::midnight().duration_until(time);
    midnight.as_nanos()
}

impl Reader<'_> {
    /// `DATE at TIME`.
    pub(super) fn at(&mut self, date: &Node, at: &Node, node: &Node) -> Cases {
        let (dates, times) = (self.value(date), self.value(at));
        let mut cases = Vec::new();
        for (when, date) in &dates.0 {
            for (also, time) in &times.0 {
                let here = Formula::and([when.clone(), also.clone()]);
                let (Simple::Line(Line::Date, term, days), Simple::Line(Line::Time, None, hours)) =
                    (date, time)
                else {
                    return self.inside(node, date_of(node));
                };
                if term.is_none() && *days == NEVER {
                    cases.push((here, Simple::Line(Line::Instant, None, NEVER)));
                    continue;
                }
                // At the calendar's beginning there may be no such instant, at its end it is never.
                let first = of_date(Date::MIN) + EDGE;
                let early = self.within(ZERO, point(*term), days.saturating_sub(first));
                let key = format!("edge {} {days} {hours}", point(*term));
                let edge = self.literal(Atom::Opaque(key.into()));
                let exists = Formula::or([early, edge]);
                cases.push((
                    Formula::and([here, exists]),
                    Simple::Line(Line::Instant, *term, days + hours),
                ));
            }
        }
        Cases(cases)
    }

    /// `DATE + DURATION`.
    pub(super) fn shift(&mut self, base: &Node, by: &Node, back: bool, node: &Node) -> Cases {
        let (bases, lengths) = (self.value(base), self.value(by));
        let mut cases = Vec::new();
        for (when, start) in &bases.0 {
            for (also, length) in &lengths.0 {
                let here = Formula::and([when.clone(), also.clone()]);
                let Simple::Other(Value::Duration(length)) = length else {
                    return self.made_of([base, by].into_iter(), node, true);
                };
                let Simple::Line(Line::Date, term, at) = start else {
                    return self.made_of([base, by].into_iter(), node, true);
                };
                cases.extend(self.shifted(here, (*term, *at), *length, back));
            }
        }
        Cases(cases)
    }

    fn shifted(
        &mut self,
        here: Formula,
        (term, at): (Option<TermId>, i128),
        length: hr::Duration,
        back: bool,
    ) -> Vec<(Formula, Simple)> {
        let date = |term, at| Simple::Line(Line::Date, term, at);
        if term.is_none() {
            // A constant: the evaluator's own arithmetic.
            if at == NEVER {
                return vec![(here, date(None, NEVER))];
            }
            let shifted = to_date(at).and_then(|day| time::shift_date(day, length, back));
            let shifted = shifted.map(of_date).or((!back).then_some(NEVER));
            return shifted
                .map(|at| (here, date(None, at)))
                .into_iter()
                .collect();
        }
        let days = i128::from(length.days) * DAY;
        if length != hr::Duration::days(length.days) || days < 0 {
            return self.shifted_by_months(here, (term, at), length, back);
        }
        let place = point(term);
        let (first, last) = (of_date(Date::MIN), of_date(Date::MAX));
        if back {
            // `never` stays; what would lie before the calendar's beginning is missing.
            let inside = Formula::and([
                self.within(place, ZERO, last - at),
                self.within(ZERO, place, at - days - first),
            ]);
            let never = self.within(place, ZERO, last - at).not();
            vec![
                (Formula::and([here.clone(), inside]), date(term, at - days)),
                (Formula::and([here, never]), date(None, NEVER)),
            ]
        } else {
            let inside = self.within(place, ZERO, last - at - days);
            let never = inside.not();
            vec![
                (Formula::and([here.clone(), inside]), date(term, at + days)),
                (Formula::and([here, never]), date(None, NEVER)),
            ]
        }
    }

    /// By months, or by hours: the result is not before the base, or not after it, and that is all that is known.
    fn shifted_by_months(
        &mut self,
        here: Formula,
        (term, at): (Option<TermId>, i128),
        length: hr::Duration,
        back: bool,
    ) -> Vec<(Formula, Simple)> {
        let key = format!("{term:?} and {at} by {length:?} {back}");
        let beside = match (
            term,
            at,
            length.months >= 0 && length.days >= 0 && length.seconds >= 0,
        ) {
            (Some(base), 0, true) => Some((base, !back)),
            _ => None,
        };
        let result = self.atoms.term(&key, || super::Term {
            ty: Type::Date,
            root: super::Root::Opaque,
            optional: back,
            beside,
            choices: None,
        });
        let present = if back {
            self.literal(Atom::Present(result))
        } else {
            Formula::True
        };
        vec![(
            Formula::and([here, present]),
            Simple::Line(Line::Date, Some(result), 0),
        )]
    }

    /// A comparison with the clock, which stands alone on one side.
    pub(super) fn compare_clock(
        &mut self,
        op: CompareOp,
        left: &Node,
        right: &Node,
        node: &Node,
    ) -> Option<Formula> {
        let (op, clock, with) = match (&left.kind, &right.kind) {
            (Kind::Now | Kind::Today, _) => (op, &left.kind, right),
            (_, Kind::Now | Kind::Today) => (time::mirrored(op), &right.kind, left),
            _ => return None,
        };
        let cases = self.value(with);
        let (op, opposite) = match op {
            CompareOp::NotEqual => (CompareOp::Equal, true),
            other => (other, false),
        };
        let mut ways = Vec::new();
        for (when, simple) in &cases.0 {
            let holds = match (clock, simple) {
                (Kind::Today, Simple::Line(Line::Date, term, at)) => {
                    self.order(op, (TODAY, 0), (point(*term), *at))
                }
                (Kind::Now, Simple::Line(Line::Instant, term, at)) => {
                    let here = (point(*term), *at);
                    // `now >= x` up to the last local time that is reached, `now > x` up to the last that is passed.
                    let reached = self.order(CompareOp::LessOrEqual, here, (REACHED, 0));
                    let passed = self.order(CompareOp::LessOrEqual, here, (PASSED, 0));
                    match op {
                        CompareOp::GreaterOrEqual => reached,
                        CompareOp::Greater => passed,
                        CompareOp::Less => reached.not(),
                        CompareOp::LessOrEqual => passed.not(),
                        CompareOp::Equal | CompareOp::NotEqual => {
                            Formula::and([reached, passed.not()])
                        }
                    }
                }
                _ => {
                    let key = format!("{op:?} {} {simple:?}", self.key_of(node));
                    self.literal(Atom::Opaque(key.into()))
                }
            };
            ways.push(Formula::and([when.clone(), holds]));
        }
        Some(Formula::or(ways).is(!opposite))
    }

    /// A comparison of two values of one line.
    pub(super) fn ordered(
        &mut self,
        line: Line,
        op: CompareOp,
        a: (Option<TermId>, i128),
        b: (Option<TermId>, i128),
        key: &str,
    ) -> Formula {
        if line == Line::Instant {
            // Two local times may be one instant.
            let key = format!("{key} {op:?} {a:?} {b:?}");
            return self.literal(Atom::Opaque(key.into()));
        }
        self.order(op, (point(a.0), a.1), (point(b.0), b.1))
    }

    fn order(&mut self, op: CompareOp, a: (Point, i128), b: (Point, i128)) -> Formula {
        // a + x <= b + y  is  a - b <= y - x.
        let at_most = |reader: &mut Self, a: (Point, i128), b: (Point, i128)| {
            reader.within(a.0, b.0, b.1.saturating_sub(a.1))
        };
        match op {
            CompareOp::LessOrEqual => at_most(self, a, b),
            CompareOp::GreaterOrEqual => at_most(self, b, a),
            CompareOp::Less => at_most(self, b, a).not(),
            CompareOp::Greater => at_most(self, a, b).not(),
            CompareOp::Equal => Formula::and([at_most(self, a, b), at_most(self, b, a)]),
            CompareOp::NotEqual => Formula::and([at_most(self, a, b), at_most(self, b, a)]).not(),
        }
    }

    /// `a - b <= most`.
    fn within(&mut self, a: Point, b: Point, most: i128) -> Formula {
        if a == b {
            return truth_of(most >= 0);
        }
        let most = match (self.atoms.step(a), self.atoms.step(b)) {
            (Some(one), Some(other)) if one == other => most.div_euclid(one) * one,
            (Some(step), None) | (None, Some(step)) => most.div_euclid(step) * step,
            _ => most,
        };
        // One way to write it, so that its opposite is known as such.
        if a > b {
            let step = match (self.atoms.step(a), self.atoms.step(b)) {
                (Some(one), Some(other)) if one == other => one,
                (Some(step), None) | (None, Some(step)) => step,
                _ => 1,
            };
            return self
                .literal(Atom::Within(
                    b,
                    a,
                    most.saturating_neg().saturating_sub(step),
                ))
                .not();
        }
        self.literal(Atom::Within(a, b, most))
    }
}

/// The place of a term, or nought.
pub(super) fn point(term: Option<TermId>) -> Point {
    term.map_or(ZERO, |term| term.saturating_add(TERMS))
}

/// The day that begins there.
pub(in crate::policy::prove) fn to_date(at: i128) -> Option<Date> {
    let days = i64::try_from(at.div_euclid(DAY)).ok()?;
    let span = jiff::Span::new().try_days(days).ok()?;
    Date::constant(1970, 1, 1).checked_add(span).ok()
}

/// The date of `DATE at TIME`.
fn date_of(node: &Node) -> &Node {
    match &node.kind {
        Kind::At(date, _) => date,
        _ => node,
    }
}
