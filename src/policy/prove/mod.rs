//! Proofs about conditions: whether one can hold, and for whom.
//!
//! A condition is read as a formula over atoms with exactly the evaluator's meaning, missing values included
//! (`symbol`, `read`); a search tries to make it hold (`search`), and what cannot be together is told by what is
//! known of texts, lists and the order of dates and numbers (`theory`). Where it finds no way, there is none: that is a
//! proof. What is not understood is an atom of its own that may hold or not, so nothing is proved of it. A way that was
//! found becomes a person (`person`), and counts only after the evaluator has been asked about exactly that person.
//!
//! Begin with [`Prover`].
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "asks for one or two forms of an expression; every other form has the same answer"
)]

mod atom;
mod formula;
mod person;
mod read;
mod search;
mod symbol;
mod theory;

pub(crate) use person::Example;

use super::ir::Node;
use super::program::{Policy, TableData};
use super::types::Type;
use crate::diagnostic::Sources;
use formula::Formula;
use read::Reader;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;

/// The most steps that one question may take; with more nothing is claimed. A step is a part of a formula that is looked
/// at, or a fact that is compared with the others.
pub(crate) const MAX_STEPS: usize = 200_000;

/// The most cases that one value may have before it is taken for something of which nothing is known.
pub(crate) const MAX_CASES: usize = 64;

/// The most values that are tried for the attributes of one example.
pub(crate) const MAX_TRIES: usize = 200;

/// What is asked: that a condition holds, or that it does not.
pub(crate) type Claim<'n> = (&'n Node, bool);

/// How conditions can hold together: what is decided of each atom.
#[derive(Debug)]
pub(crate) struct Way(Vec<(atom::Atom, bool)>);

/// The question takes more steps than [`MAX_STEPS`].
#[derive(Debug)]
pub(crate) struct TooLarge;

/// Whether everything that is asked can be true of one person at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Of nobody, ever: proved.
    Never,
    /// Not proved.
    Open,
    /// The question is too large ([`MAX_STEPS`]).
    TooLarge,
}

/// Where the definitions stand that a condition refers to.
pub(crate) trait Known: Debug {
    /// The type of an attribute of the person, and whether it may be missing.
    fn field(&self, position: u32) -> Option<(Type, bool)>;
    /// What a `let` stands for.
    fn definition(&self, index: u32) -> Option<&Node>;
    /// The body of a function, and the slots of its parameters.
    fn function(&self, index: u32) -> Option<(&Node, &[u32])>;
    /// The `param` whose name stands here, if it is one: its value is that of a constant.
    fn param(&self, node: &Node) -> Option<&str>;
    /// A lookup table.
    fn table(&self, index: u32) -> Option<&TableData>;
}

/// The definitions of a checked policy.
#[derive(Debug)]
pub(crate) struct Checked<'p> {
    pub(crate) policy: &'p Policy,
    /// The texts that the nodes point into.
    pub(crate) sources: &'p Sources,
    /// The names of the `param`s.
    pub(crate) params: BTreeSet<Arc<str>>,
}

impl Known for Checked<'_> {
    fn field(&self, position: u32) -> Option<(Type, bool)> {
        let attributes = self.policy.schema.attributes();
        let attribute = attributes.get(position as usize)?;
        Some((Type::from_hr(&attribute.ty), attribute.optional))
    }

    fn definition(&self, index: u32) -> Option<&Node> {
        let definition = self.policy.program.lets.get(index as usize)?;
        Some(&definition.node)
    }

    fn function(&self, index: u32) -> Option<(&Node, &[u32])> {
        let function = self.policy.program.functions.get(index as usize)?;
        Some((&function.body, &function.params))
    }

    fn param(&self, node: &Node) -> Option<&str> {
        let name = self.params.get(self.sources.slice(node.span))?;
        Some(name)
    }

    fn table(&self, index: u32) -> Option<&TableData> {
        self.policy.program.tables.get(index as usize)
    }
}

/// Answers questions about the conditions of one policy.
#[derive(Debug)]
pub(crate) struct Prover<'p> {
    reader: Reader<'p>,
}

impl<'p> Prover<'p> {
    pub(crate) fn new(known: &'p dyn Known) -> Self {
        Self {
            reader: Reader::new(known),
        }
    }

    /// A prover that believes the checker about what is missing where a value is read, after it has seen where that is.
    /// While a policy is being checked, parameters and variables are known by nothing else.
    pub(crate) fn trusting(known: &'p dyn Known, conditions: &[&Node]) -> Self {
        let mut reader = Reader::new(known);
        reader.trust();
        for node in conditions {
            let _ = reader.condition(node);
        }
        reader.begin_again();
        Self { reader }
    }

    /// A way for all of this to be at once.
    pub(crate) fn way(&mut self, claims: &[Claim<'_>]) -> Result<Option<Way>, TooLarge> {
        let formulas = self.formulas(claims);
        match search::solve(self.reader.atoms(), formulas, MAX_STEPS) {
            search::Found::Nothing => Ok(None),
            search::Found::Way(way) => Ok(Some(Way(way))),
            search::Found::TooLarge => Err(TooLarge),
        }
    }

    /// What a way says of a value that is one of a list of texts: which of them, or that it is missing.
    #[expect(
        clippy::option_option,
        reason = "a text, missing, and nothing said are three answers"
    )]
    pub(crate) fn chosen(&mut self, way: &Way, value: &Node) -> Option<Option<Arc<str>>> {
        self.reader.chosen(&way.0, value)
    }

    /// What a way says of a condition, if it says anything.
    pub(crate) fn says(&mut self, way: &Way, condition: &Node) -> Option<bool> {
        let formula = self.reader.condition(condition);
        search::truth(self.reader.atoms(), &way.0, &formula)
    }

    /// Whether all of this can be at once.
    pub(crate) fn ask(&mut self, claims: &[Claim<'_>]) -> Verdict {
        let formulas = self.formulas(claims);
        match search::solve(self.reader.atoms(), formulas, MAX_STEPS) {
            search::Found::Nothing => Verdict::Never,
            search::Found::Way(_) => Verdict::Open,
            search::Found::TooLarge => Verdict::TooLarge,
        }
    }

    /// Somebody of whom all of this is true, as the evaluator says as well.
    pub(crate) fn example(&mut self, policy: &Policy, claims: &[Claim<'_>]) -> Option<Example> {
        let mut formulas = self.formulas(claims);
        // Elsewhere a `param` may be something else, but this example is one of here.
        formulas.extend(self.reader.params_as_they_are());
        let search::Found::Way(way) = search::solve(self.reader.atoms(), formulas, MAX_STEPS)
        else {
            return None;
        };
        let whole = person::Whole {
            policy,
            known: self.reader.known(),
            atoms: self.reader.atoms(),
        };
        person::build(whole, &way, claims)
    }

    fn formulas(&mut self, claims: &[Claim<'_>]) -> Vec<Formula> {
        let read = |(node, wanted): &Claim<'_>| self.reader.condition(node).is(*wanted);
        claims.iter().map(read).collect()
    }

    /// Every text that an expression can be, and perhaps some that it cannot; none where they are not known, or many.
    pub(crate) fn texts(&mut self, node: &Node) -> Option<Vec<Arc<str>>> {
        self.reader.texts(node)
    }

    /// How an expression is known: two that are written alike have the same key.
    pub(crate) fn key(&self, node: &Node) -> Arc<str> {
        self.reader.key_of(node)
    }
}
