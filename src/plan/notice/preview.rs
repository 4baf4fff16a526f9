//! What each notice would say about one person, whatever happens to them.

use super::{Notice, Subject, account_after, acts, addressed, digest, event_words, expectation};
use crate::hr::PersonId;
use crate::plan::account_after::Around;
use crate::plan::draft::Draft;
use crate::plan::world::World;
use crate::plan::{Action, reminder};
use crate::policy::{EventRule, NoticeRule};
use crate::text::mail::{Address, HeadLine};
use jiff::Timestamp;
use std::sync::Arc;

/// What a notice would say about one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Its name in the policy.
    pub name: Arc<str>,
    /// The events on which it is sent, in the words of the policy.
    pub events: Vec<Arc<str>>,
    /// The one that this plan brings about, if it does.
    pub now: Option<Arc<str>>,
    /// To whom.
    pub to: Vec<Address>,
    /// To whom not, and why.
    pub left_out: Vec<String>,
    /// The subject.
    pub subject: HeadLine,
    /// The body; where a password would stand, `{password}` does.
    pub body: Arc<str>,
    /// When the digest goes that it would be part of; none where it is a message of its own.
    pub digest: Option<Timestamp>,
}

/// What each notice would say about that person, whatever happens to them; `told` is what this plan tells.
pub(crate) fn previews(
    world: &World<'_>,
    draft: &Draft,
    (actions, told): (&[Action], &[Notice]),
    person: &PersonId,
) -> Vec<Preview> {
    let input = world.input;
    let wish = input.wishes.iter().find(|wish| wish.person == *person);
    let (Some(telling), Some(wish)) = (input.options.telling, wish) else {
        return Vec::new();
    };
    let acts = acts(actions);
    let before = world.person_memory(person);
    let mut remembered = draft.memory.people.iter();
    let after = remembered.find(|(known, _)| known == person);
    let subject = Subject {
        wish,
        before,
        after: after.map(|(_, memory)| memory).or(before),
        baseline: false,
        acts: acts.get(person).map_or(&[], Vec::as_slice),
    };
    let waiting = reminder::asked(actions);
    let asked_of = waiting.get(person).map_or(&[][..], Vec::as_slice);
    let unmet = expectation::preview(world, draft, person);
    let account = account_after(world, draft, &subject, actions).among(Around {
        person: Some(person),
        asked: asked_of,
        tied: draft.tied.get(person).map_or(&[], Vec::as_slice),
        accounts: Some(&draft.accounts),
        expectation: unmet.as_deref(),
    });
    let words = |event: &EventRule| event_words(&world.reason(event.rule, Some(person)));
    let preview = |(index, rule): (usize, &NoticeRule)| {
        let text = telling.notice(person, index)?;
        let (to, left_out) = addressed(&text, &account);
        let now = told
            .iter()
            .find(|notice| notice.person == *person && notice.name == rule.name);
        Some(Preview {
            name: rule.name.clone(),
            events: rule.on.iter().map(words).collect(),
            now: now.map(|notice| notice.event.clone()),
            to,
            left_out,
            subject: HeadLine::new(&account.prose(&text.subject)),
            body: account.body(&text.body).0,
            digest: digest::next(world, rule),
        })
    };
    let rules = input.rules.notices.iter().enumerate();
    rules.filter_map(preview).collect()
}
