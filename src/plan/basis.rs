//! What a plan of a whole policy is made of before anybody is evaluated.

use super::{Input, Options, overrides};
use crate::directory::{self, Dn};
use crate::hr::{self, Quarantined};
use crate::policy::{self, Policy};
use crate::state::Prior;
use jiff::Timestamp;

/// Policy, people, directory and state at an instant.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The people, all of them.
    pub people: &'a hr::Snapshot,
    /// The last complete records of people whom HR no longer has, where the policy asks for them.
    pub gone: &'a [hr::Person],
    /// The directory.
    pub directory: &'a directory::Snapshot,
    /// What earlier runs left behind.
    pub prior: &'a Prior,
    /// Below which names anything may be written.
    pub bases: &'a [Dn],
    /// As of which instant.
    pub now: Timestamp,
}

impl Basis<'_> {
    /// Evaluates the policy for everybody, and hands on what a plan is then made of; who says what notices say is
    /// part of it.
    pub fn with_input<T>(&self, options: Options<'_>, make: impl FnOnce(&Input<'_>) -> T) -> T {
        let Self {
            policy,
            people,
            prior,
            now,
            ..
        } = *self;
        let overrides = overrides(&policy.rules, prior, now);
        let teller = policy::Teller::new(policy, people, now);
        let mut wishes = policy::wishes_under(policy, people, now, &overrides);
        wishes.extend(policy::absent_wishes(
            policy, people, self.gone, now, &overrides,
        ));
        // Whom HR does not have and a human ended at once: nothing is known of them but that.
        let (problem, mend) = (
            "is not known: HR does not have this person",
            "let HR say who it is",
        );
        let lost = prior.ends.keys().filter(|person| {
            matches!(people.standing(person), hr::Standing::Unknown)
                && !self.gone.iter().any(|gone| gone.id() == *person)
        });
        let lost = lost.map(|id| Quarantined::unread(&policy.schema, id.clone(), problem, mend));
        let lost: Vec<Quarantined> = lost.collect();
        let evaluator = policy::Evaluator::new(policy, people, now).under(&overrides);
        wishes.extend(
            lost.iter()
                .filter_map(|record| evaluator.wish_of_quarantined(record)),
        );
        wishes.sort_by(|a, b| a.person.cmp(&b.person));
        make(&Input {
            rules: &policy.rules,
            schema: &policy.schema,
            people,
            wishes: &wishes,
            directory: self.directory,
            prior,
            bases: self.bases,
            now,
            options: Options {
                telling: Some(&teller),
                ..options
            },
        })
    }
}
