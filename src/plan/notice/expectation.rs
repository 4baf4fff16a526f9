//! `on expectation`: an `expect` rule begins not to be met by a person. One event for each rule, so that each can be
//! mended for itself before the digest goes.
//!
//! A rule that tests a sensitive value is left out: that somebody does not meet it would tell the value (S11). There is
//! no baseline: a digest is one message however much there is, and what was wrong before is what it is for.

use super::{After, Around, Notice, Subject, account_after, written};
use crate::hr::PersonId;
use crate::plan::draft::Draft;
use crate::plan::reminder::home;
use crate::plan::world::World;
use crate::plan::{Action, FindingKind};
use crate::policy::notice::NoticeWish;
use crate::policy::{EventRule, NoticeEvent, NoticeRule, Ruleset};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// By person, what they do not meet, by title; `None` of whom it cannot be told.
pub(super) type Unmet = FxHashMap<PersonId, Option<FxHashSet<Arc<str>>>>;

/// What the state knows an `on` line by, and each thing that it watches.
pub(super) fn keys(rules: &Ruleset, event: &EventRule) -> Vec<Arc<str>> {
    let mut keys = vec![event.key.clone()];
    if event.event == NoticeEvent::Expectation {
        keys.extend(titles(rules).map(|title| key(event, title)));
    }
    keys
}

fn key(event: &EventRule, title: &str) -> Arc<str> {
    format!("{} {title}", event.key).into()
}

/// The expectations that may be told.
fn titles(rules: &Ruleset) -> impl Iterator<Item = &Arc<str>> {
    let told = rules.expects.iter().filter(|expect| !expect.sensitive);
    told.map(|expect| &expect.title)
}

/// What is found of everybody's data.
pub(super) fn unmet(draft: &Draft) -> Unmet {
    let mut unmet = Unmet::default();
    for finding in &draft.findings {
        let Some(person) = &finding.person else {
            continue;
        };
        if finding.kind == FindingKind::Expectation {
            let of = unmet.entry(person.clone());
            let of = of.or_insert_with(|| Some(FxHashSet::default()));
            if let Some(titles) = of {
                titles.insert(finding.text.clone());
            }
        } else if finding.kind == FindingKind::Quarantined {
            // Unknown is not met: what was so stays so until it can be told.
            unmet.insert(person.clone(), None);
        }
    }
    unmet
}

/// What begins not to be met by a person, each with its key and its line; remembers where it began or ceased.
pub(super) fn begun(
    world: &World<'_>,
    draft: &mut Draft,
    event: &EventRule,
    unmet: &Unmet,
    person: &PersonId,
) -> Vec<(Arc<str>, String)> {
    let of = match unmet.get(person) {
        None => None,
        Some(Some(titles)) => Some(titles),
        Some(None) => return Vec::new(),
    };
    let mut begun = Vec::new();
    for title in titles(world.input.rules) {
        let entry = (key(event, title), person.clone());
        let now = of.is_some_and(|titles| titles.contains(title));
        let before = world.input.prior.notice_states.contains(&entry);
        if now && !before {
            let since = home(world).to_datetime(world.input.now).date();
            begun.push((entry.0.clone(), format!("{title}, since {since}")));
        }
        if now != before {
            draft.memory.notices.changed.push((entry, now));
        }
    }
    begun
}

/// A notice for each that begins not to be met.
pub(super) fn told(
    world: &World<'_>,
    draft: &mut Draft,
    (rule, event, subject, actions): (&NoticeRule, &EventRule, &Subject<'_>, &[Action]),
    text: &NoticeWish,
    begun: &[(Arc<str>, String)],
) -> Vec<Notice> {
    let mut told = Vec::new();
    for (key, line) in begun {
        let around = Around {
            person: Some(&subject.wish.person),
            expectation: Some(line),
            ..Around::default()
        };
        let account = account_after(world, draft, subject, actions).among(around);
        let after = After::Actions(Vec::new());
        match written(world, rule, event, subject, text, &account, after) {
            Ok(notice) => told.push(notice.collected_as(key)),
            Err(finding) => draft.find(*finding),
        }
    }
    told
}

/// All that a person does not meet, a line each; none where they meet all.
pub(super) fn preview(world: &World<'_>, draft: &Draft, person: &PersonId) -> Option<String> {
    let unmet = unmet(draft).remove(person)??;
    let unmet = titles(world.input.rules).filter(|title| unmet.contains(*title));
    let lines: Vec<&str> = unmet.map(|title| &**title).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}
