//! Looks for a way to make formulas hold together: atoms are decided one by one, and what follows is followed.

use super::atom::{Atom, Atoms};
use super::formula::Formula;
use super::theory::Facts;

/// What was found.
#[derive(Debug)]
pub(super) enum Found {
    /// There is no way: proved.
    Nothing,
    /// The atoms that hold and those that do not; all others may be as they like.
    Way(Vec<(Atom, bool)>),
    /// It takes more steps than are given.
    TooLarge,
}

/// Whether there is a way, within that many steps.
pub(super) fn solve(atoms: &Atoms, formulas: Vec<Formula>, steps: usize) -> Found {
    let mut search = Search {
        facts: Facts::new(atoms),
        values: vec![None; atoms.len()],
        trail: Vec::new(),
        steps,
        atoms,
    };
    match search.hold(formulas) {
        Some(true) => {
            let trail = search.trail.iter();
            let way = trail.filter_map(|(atom, holds)| Some((atoms.get(*atom)?.clone(), *holds)));
            Found::Way(way.collect())
        }
        Some(false) => Found::Nothing,
        None => Found::TooLarge,
    }
}

/// What a way says of a formula: nothing where it hangs on atoms that may be as they like.
pub(super) fn truth(atoms: &Atoms, way: &[(Atom, bool)], formula: &Formula) -> Option<bool> {
    match formula {
        Formula::True => Some(true),
        Formula::False => Some(false),
        Formula::Literal(atom, holds) => {
            let what = atoms.get(*atom)?;
            let known = way.iter().find(|(known, _)| known == what);
            known.map(|(_, value)| value == holds)
        }
        Formula::And(parts) => {
            let truths = || parts.iter().map(|part| truth(atoms, way, part));
            if truths().any(|truth| truth == Some(false)) {
                return Some(false);
            }
            truths().all(|truth| truth == Some(true)).then_some(true)
        }
        Formula::Or(parts) => {
            let truths = || parts.iter().map(|part| truth(atoms, way, part));
            if truths().any(|truth| truth == Some(true)) {
                return Some(true);
            }
            truths().all(|truth| truth == Some(false)).then_some(false)
        }
    }
}

struct Search<'a> {
    atoms: &'a Atoms,
    facts: Facts<'a>,
    values: Vec<Option<bool>>,
    trail: Vec<(u32, bool)>,
    steps: usize,
}

impl Search<'_> {
    /// Makes all of them hold; `None` when the steps are used up. What was decided stays only where it succeeds.
    fn hold(&mut self, formulas: Vec<Formula>) -> Option<bool> {
        let begin = self.trail.len();
        let mut open = formulas;
        // What follows at once, until nothing more does.
        loop {
            let mut rest = Vec::with_capacity(open.len());
            let mut decided = false;
            for formula in open {
                match self.simplified(&formula)? {
                    Formula::True => {}
                    Formula::False => {
                        self.back_to(begin);
                        return Some(false);
                    }
                    Formula::Literal(atom, holds) => {
                        if !self.decide(atom, holds)? {
                            self.back_to(begin);
                            return Some(false);
                        }
                        decided = true;
                    }
                    Formula::And(parts) => {
                        rest.extend(parts.iter().cloned());
                        decided = true;
                    }
                    or @ Formula::Or(_) => rest.push(or),
                }
            }
            open = rest;
            if !decided {
                break;
            }
        }
        // The alternative with the fewest ways first: it decides most.
        let ways = |formula: &Formula| match formula {
            Formula::Or(parts) => parts.len(),
            Formula::True | Formula::False | Formula::Literal(..) | Formula::And(_) => 0,
        };
        let Some(at) = (0..open.len()).min_by_key(|at| open.get(*at).map(ways)) else {
            return Some(true);
        };
        let Formula::Or(parts) = open.swap_remove(at) else {
            return Some(true);
        };
        let mut before: Vec<Formula> = Vec::new();
        for part in parts.iter() {
            let mut next = open.clone();
            next.push(part.clone());
            // The ways that were tried hold nobody, so they need not be tried again.
            next.extend(before.iter().cloned());
            if self.hold(next)? {
                return Some(true);
            }
            before.push(part.not());
        }
        self.back_to(begin);
        Some(false)
    }

    /// What is left of a formula after what is decided.
    fn simplified(&mut self, formula: &Formula) -> Option<Formula> {
        self.step()?;
        Some(match formula {
            Formula::True | Formula::False => formula.clone(),
            Formula::Literal(atom, holds) => {
                match self.values.get(*atom as usize).copied().flatten() {
                    Some(value) if value == *holds => Formula::True,
                    Some(_) => Formula::False,
                    None => formula.clone(),
                }
            }
            Formula::And(parts) => {
                let mut kept = Vec::with_capacity(parts.len());
                for part in parts.iter() {
                    match self.simplified(part)? {
                        Formula::False => return Some(Formula::False),
                        part => kept.push(part),
                    }
                }
                Formula::and(kept)
            }
            Formula::Or(parts) => {
                let mut kept = Vec::with_capacity(parts.len());
                for part in parts.iter() {
                    match self.simplified(part)? {
                        Formula::True => return Some(Formula::True),
                        part => kept.push(part),
                    }
                }
                Formula::or(kept)
            }
        })
    }

    /// Decides an atom; whether it can be together with what was decided before.
    fn decide(&mut self, atom: u32, holds: bool) -> Option<bool> {
        let Some(slot) = self.values.get_mut(atom as usize) else {
            return Some(true);
        };
        match slot {
            Some(value) => return Some(*value == holds),
            None => *slot = Some(holds),
        }
        self.trail.push((atom, holds));
        let Some(what) = self.atoms.get(atom) else {
            return Some(true);
        };
        self.facts.add(what, holds, &mut self.steps)
    }

    fn back_to(&mut self, length: usize) {
        while self.trail.len() > length {
            let Some((atom, holds)) = self.trail.pop() else {
                return;
            };
            if let Some(slot) = self.values.get_mut(atom as usize) {
                *slot = None;
            }
            if let Some(what) = self.atoms.get(atom) {
                self.facts.take_back(what, holds);
            }
        }
    }

    fn step(&mut self) -> Option<()> {
        self.steps = self.steps.checked_sub(1)?;
        Some(())
    }
}
