//! Emergency ends (S1): somebody was ended at once, and the order holds until HR says the same and the account is off.
//!
//! Which stage they are in is part of the wish. Here stands what a reader must know of it in every plan, and what
//! does not stand in its way.

use super::builder::Builder;
use super::draft::Draft;
use super::subject::who;
use super::world::World;
use super::{Broken, Change, Correlation, Finding, FindingKind, Input, OpenReason, Target};
use crate::directory::ObjectId;
use crate::hr::PersonId;
use crate::policy::{Ended, Wish};

/// Reports each end that holds, and forgets those that have done their work.
pub(crate) fn report(builder: &mut Builder<'_, '_>, correlation: &Correlation) {
    let input = builder.world.input;
    for (person, end) in &input.prior.ends {
        let wish = builder.world.wish(person);
        let accounts = Accounts::of(builder, correlation, person);
        let agrees = wish.is_some_and(|wish| wish.ended == Some(Ended::WithHr));
        if agrees && !accounts.any_on(builder) {
            builder.draft.memory.ends_agreed.push(person.clone());
            continue;
        }
        let own = accounts.own.first().copied();
        let who = match wish {
            Some(wish) => who(builder, wish, own),
            None => builder.unnamed(person),
        };
        let state = accounts.state(builder, correlation, (person, wish), &end.stage);
        let text = format!(
            "ended at once by {} on {}, until HR says so or it is lifted: {state} ({})",
            end.by, end.since, end.because
        );
        let finding = Finding::new(FindingKind::Note, who.clone(), text)
            .of(person)
            .about(accounts.own.iter().flat_map(|id| builder.dn(Some(*id))))
            .help("end the employment in HR, or `tenure terminate … --lift`");
        builder.draft.find(finding);
        for account in accounts.left_on(builder) {
            builder.open(Some(account), Some(person), &who, OpenReason::Held);
        }
    }
}

/// The accounts of somebody who was ended.
struct Accounts {
    /// The one that is certainly theirs, by the directory or else by the state; without it those that may be theirs.
    own: Vec<ObjectId>,
    /// Whether it is certain.
    certain: bool,
    /// Further ones.
    tied: Vec<ObjectId>,
}

impl Accounts {
    fn of(builder: &Builder<'_, '_>, correlation: &Correlation, person: &PersonId) -> Self {
        let entry = correlation
            .people
            .iter()
            .find(|entry| entry.person == *person);
        let remembered = || {
            let memory = builder.world.person_memory(person)?;
            builder.world.input.directory.by_guid(memory.account?)
        };
        let certain = entry
            .and_then(|entry| entry.verdict.account())
            .or_else(remembered);
        let tied = correlation.tied.iter();
        let tied = tied.filter(|tied| Some(tied.owner) == certain);
        Self {
            own: match (certain, entry) {
                (Some(account), _) => vec![account],
                (None, Some(entry)) => entry.verdict.accounts().to_vec(),
                (None, None) => Vec::new(),
            },
            certain: certain.is_some(),
            tied: tied.map(|tied| tied.account).collect(),
        }
    }

    fn any_on(&self, builder: &Builder<'_, '_>) -> bool {
        let mut all = self.own.iter().chain(&self.tied);
        all.any(|account| builder.world.object(*account).enabled())
    }

    /// Those that are on and that this plan leaves so.
    fn left_on(&self, builder: &Builder<'_, '_>) -> Vec<ObjectId> {
        let all = self.own.iter().chain(&self.tied).copied();
        all.filter(|account| {
            let object = builder.world.object(*account);
            object.enabled() && !is_disabled(builder, object.guid())
        })
        .collect()
    }

    /// What has become of them, in words.
    fn state(
        &self,
        builder: &Builder<'_, '_>,
        correlation: &Correlation,
        (person, wish): (&PersonId, Option<&Wish>),
        stage: &str,
    ) -> String {
        let left_out = correlation.left_out.iter().any(|(id, _)| id == person);
        let on = !self.left_on(builder).is_empty();
        match self.own.as_slice() {
            [] => "no account is known to be theirs".to_owned(),
            _ if on && left_out => {
                "the account is on, and a line of the policy takes this person out".to_owned()
            }
            _ if on && !self.certain => {
                "which account is theirs is not settled, and nothing is disabled".to_owned()
            }
            _ if on => "an account is on, and this plan does not disable it".to_owned(),
            _ if wish.is_none() => {
                "the account is off, and HR does not have this person".to_owned()
            }
            _ if self.any_on(builder) => "the account goes off".to_owned(),
            _ => format!("the account is off, in `{stage}`"),
        }
    }
}

fn is_disabled(builder: &Builder<'_, '_>, account: crate::directory::Guid) -> bool {
    builder.draft.actions.iter().any(|action| {
        matches!(
            &action.change,
            Change::Disable { account: Target::Existing { guid, .. }, .. } if *guid == account
        )
    })
}

/// Takes out of what stops the plan whatever is about somebody who was ended: it is told, and stops nobody's end.
pub(crate) fn outranks(world: &World<'_>, broken: &mut Vec<Broken>, draft: &mut Draft) {
    let ended = |one: &Broken| world.input.prior.ends.contains_key(&one.person);
    for one in broken.iter().filter(|one| ended(one)) {
        let text = format!(
            "breaks the invariant \"{}\" ({}), which does not hold up an end",
            one.title, one.text
        );
        draft.findings.push(
            Finding::new(FindingKind::Note, one.who.clone(), text)
                .of(&one.person)
                .about(vec![one.account.clone()])
                .because(one.reason.clone()),
        );
    }
    broken.retain(|one| !ended(one));
}

/// Whether a plan is for people whom a human ended at once, and for nobody else.
pub(crate) fn is_all_of_it(input: &Input<'_>) -> bool {
    let only = input.options.only.as_ref();
    only.is_some_and(|only| {
        !only.is_empty()
            && only
                .iter()
                .all(|person| input.prior.ends.contains_key(person))
    })
}
