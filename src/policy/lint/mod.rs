//! Lints: what a policy that is right may still not be meant to say.
//!
//! A lint either proves what it says ([`super::prove`]) or names somebody of whom it is true, and the evaluator has been
//! asked about exactly that person; the rest reads the text. Lints are asked only of a policy without errors, by
//! `tenure check` alone: nothing that a plan does hangs on them.
//!
//! Begin with [`lint`]; [`Lint`] is what each of them is, `codes` are their names and pages.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "asks for one or two forms of an expression; every other form has the same answer"
)]

mod account;
mod allow;
pub mod codes;
mod data;
mod dates;
mod groups;
mod levels;
mod missing;
mod nodes;
mod oversight;
mod rows;
mod statements;
mod texts;
mod unused;

pub use allow::allowed;
pub use data::{Data, lint_with};
pub use levels::{Level, Levels, UnknownCode};

use super::compile::Input;
use super::ir::Node;
use super::program::Policy;
use super::prove::{Checked, Claim, Example, Prover, Verdict};
use crate::diagnostic::{Code, Diagnostic, Sources, Span};
use crate::hr;
use crate::syntax::ast::{File, Item};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a lint said, and why that is so.
#[derive(Debug)]
pub struct Finding {
    /// What is said.
    pub diagnostic: Diagnostic,
    /// What was proved, or shown, if it is a matter of conditions.
    pub proof: Option<Proof>,
}

/// Why a finding about conditions is true. A condition is named by where it stands.
#[derive(Debug, Clone)]
pub enum Proof {
    /// These conditions are never like this together: each place, and whether it holds.
    Never(Vec<(Span, bool)>),
    /// They are, of the first of these people at this instant.
    Example {
        /// Each place, and whether the condition there holds.
        claims: Vec<(Span, bool)>,
        /// The person, and whoever they refer to.
        people: Vec<hr::Person>,
        /// The instant.
        now: Timestamp,
    },
}

/// What all lints found, and what could not be asked.
#[derive(Debug, Default)]
pub struct Findings {
    /// What was found.
    pub found: Vec<Finding>,
    /// Conditions about which nothing is claimed, because proving anything of them takes too many steps.
    pub too_large: BTreeSet<Span>,
}

/// A lint: the codes that it reports, and how it looks for them.
pub(crate) struct Lint {
    pub(crate) codes: &'static [&'static Code],
    pub(crate) run: fn(&mut Linter<'_>),
}

/// Every lint that looks at the policy alone.
static LINTS: &[Lint] = &[
    rows::CONSTANT,
    rows::ROWS,
    rows::REDUNDANT,
    groups::GRANTS,
    groups::FORBIDDEN,
    groups::NOBODY,
    groups::EXCLUSIVE,
    missing::NEGATED,
    dates::STATUS,
    dates::ENDS,
    dates::EXCEPTIONS,
    account::ALIAS,
    account::PASSWORD,
    account::FITS,
    account::LOGIN,
    oversight::INVARIANTS,
    oversight::APPROVALS,
    oversight::GUARDS,
    texts::SPELLING,
    texts::PATTERNS,
    texts::REPEATED,
    unused::COLUMNS,
    unused::FIELDS,
];

/// Asks all lints about a policy that is right; `said` is what the checker said of it. Only the dates of exceptions are
/// judged by `now`, as days of the policy's own zone.
pub fn lint(policy: &Policy, input: &Input<'_>, said: &[Diagnostic], now: Timestamp) -> Findings {
    let home = policy.rules.home_zone.as_deref().and_then(hr::time_zone);
    let today = home.unwrap_or(TimeZone::UTC).to_datetime(now).date();
    let known = Checked {
        policy,
        sources: input.sources,
        params: params(input.files),
    };
    let mut linter = Linter {
        policy,
        files: input.files,
        sources: input.sources,
        today: Some(today),
        said,
        prover: Prover::new(&known),
        findings: Findings::default(),
        lint: None,
    };
    for lint in LINTS {
        linter.lint = Some(lint);
        (lint.run)(&mut linter);
    }
    linter.findings
}

fn params(files: &[File]) -> BTreeSet<Arc<str>> {
    let items = files.iter().flat_map(|file| &file.items);
    let names = items.filter_map(|item| match item {
        Item::Param(param) => Some(param.body.name.value.clone()),
        _ => None,
    });
    names.collect()
}

/// What every lint is asked with.
pub(crate) struct Linter<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) files: &'a [File],
    pub(crate) sources: &'a Sources,
    pub(crate) today: Option<Date>,
    said: &'a [Diagnostic],
    prover: Prover<'a>,
    findings: Findings,
    lint: Option<&'static Lint>,
}

impl<'a> Linter<'a> {
    /// All items of the policy.
    pub(crate) fn items(&self) -> impl Iterator<Item = &'a Item> + use<'a> {
        self.files.iter().flat_map(|file| &file.items)
    }

    /// The words of a place.
    pub(crate) fn words(&self, span: Span) -> String {
        let words: Vec<&str> = self.sources.slice(span).split_whitespace().collect();
        words.join(" ")
    }

    /// Whether the checker has said that of a stretch that holds this place.
    pub(crate) fn was_said(&self, code: &Code, span: Span) -> bool {
        self.said.iter().any(|one| {
            let place = one.primary.span;
            one.code == code
                && place.file == span.file
                && place.start <= span.start
                && span.end <= place.end
        })
    }

    /// Whether all of this can be at once: not if it is proved that it cannot.
    pub(crate) fn never(&mut self, claims: &[Claim<'_>]) -> bool {
        match self.prover.ask(claims) {
            Verdict::Never => true,
            Verdict::Open => false,
            Verdict::TooLarge => {
                let spans = claims.iter().map(|(node, _)| node.span);
                self.findings.too_large.extend(spans.take(1));
                false
            }
        }
    }

    /// Somebody of whom all of this is true.
    pub(crate) fn example(&mut self, claims: &[Claim<'_>]) -> Option<Example> {
        self.prover.example(self.policy, claims)
    }

    /// How an expression is known.
    pub(crate) fn key(&self, node: &Node) -> Arc<str> {
        self.prover.key(node)
    }

    /// Every text that an expression can be, where those are few.
    pub(crate) fn texts(&mut self, node: &Node) -> Option<Vec<Arc<str>>> {
        self.prover.texts(node)
    }

    /// Reports what was read in the text.
    pub(crate) fn say(&mut self, diagnostic: Diagnostic) {
        self.push(diagnostic, None);
    }

    /// Reports what was proved.
    pub(crate) fn proved(&mut self, diagnostic: Diagnostic, claims: &[Claim<'_>]) {
        self.push(diagnostic, Some(Proof::Never(places(claims))));
    }

    /// Reports what an example shows; the person stands in the help.
    pub(crate) fn shown(&mut self, diagnostic: Diagnostic, claims: &[Claim<'_>], example: Example) {
        let proof = Proof::Example {
            claims: places(claims),
            people: example.people,
            now: example.now,
        };
        self.push(diagnostic, Some(proof));
    }

    fn push(&mut self, diagnostic: Diagnostic, proof: Option<Proof>) {
        debug_assert!(
            self.lint
                .is_some_and(|lint| lint.codes.contains(&diagnostic.code)),
            "a lint reports its own codes"
        );
        self.findings.found.push(Finding { diagnostic, proof });
    }
}

fn places(claims: &[Claim<'_>]) -> Vec<(Span, bool)> {
    claims
        .iter()
        .map(|(node, holds)| (node.span, *holds))
        .collect()
}
