//! Notices: what this run would tell, about whom and to whom. Sending is not the plan's.
//!
//! An event is a comparison: with the stage, the HR values and the states at the last applied run. The first
//! sight of a person who has an account already, and of an `on` line that is new, is a baseline and tells
//! nothing. What is told of an action is due once that action succeeded; what is told of a person's stage or
//! values is due once all of theirs did, and comes again in the next plan where one failed.

mod digest;
mod expectation;
mod password;
mod preview;

pub use digest::Collecting;
pub use preview::Preview;
pub(crate) use preview::previews;

pub(crate) use super::account_after::AccountAfter;
use super::account_after::Around;
use super::draft::Draft;
use super::subject::unnamed;
use super::world::World;
use super::{Action, ActionId, Change, Finding, FindingKind, Reason, reminder};
use crate::hr::PersonId;
use crate::policy::notice::{LATER, NoticeWish, Recipient};
use crate::policy::{EventRule, NoticeEvent, NoticeRule, Telling, Wish};
use crate::state::PersonMemory;
use crate::text::mail::{Address, HeadLine};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Something that is told once the plan is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its name in the policy.
    pub name: Arc<str>,
    /// What happened, as the policy says it: `create`, `enter leaver`.
    pub event: Arc<str>,
    /// About whom.
    pub person: PersonId,
    /// How the person is shown.
    pub who: Arc<str>,
    /// To whom; never empty.
    pub to: Vec<Address>,
    /// The subject.
    pub subject: HeadLine,
    /// The body; where a password will stand, `{password}` does.
    pub body: Arc<str>,
    /// Where that is, in bytes and in order. A notice that has one is sent when the password is made, with it, and lies
    /// in no outbox.
    pub password: Vec<u32>,
    /// Why.
    pub reason: Reason,
    /// Actions that must have succeeded; where there are none, all of the person's.
    pub after: Vec<ActionId>,
    /// It is told whatever becomes of the person's actions: it tells of what waits, and not of what is done.
    pub regardless: bool,
    /// The questions that it tells of, each with the key of the `on approval` line.
    pub asks: Vec<(Arc<str>, Arc<str>)>,
    /// It is collected for a digest, and no message of its own.
    pub digest: Option<Collecting>,
}

/// What is told where something of a person fails; that is known when the run has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnFailure {
    /// What the state knows the `on failure` line by: it tells when failing begins, not of each run that fails.
    pub key: Arc<str>,
    /// What would be told; failures stand in its body as [`crate::policy::notice::LATER`] until then.
    pub notice: Notice,
}

impl OnFailure {
    /// The body with what failed, a line each.
    pub fn body(&self, failures: &[String]) -> Arc<str> {
        self.notice.body.replace(LATER, &failures.join("\n")).into()
    }
}

/// What the state should remember of notices beside what was told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NoticeMemory {
    /// The keys of all `on` lines; the whole list, sorted, it replaces the former one.
    pub known: Vec<Arc<str>>,
    /// For which people what an `on` line watches has begun or ceased to be so.
    pub changed: Vec<((Arc<str>, PersonId), bool)>,
}

/// What one person has to do with events.
struct Subject<'a> {
    wish: &'a Wish,
    before: Option<&'a PersonMemory>,
    after: Option<&'a PersonMemory>,
    /// Seen for the first time, with an account.
    baseline: bool,
    /// The actions on their account, but for memberships.
    acts: &'a [ActionId],
}

/// The notices of this plan; what cannot be told is a finding, what is to be remembered goes into the draft.
pub(crate) fn notices(world: &World<'_>, draft: &mut Draft, actions: &[Action]) -> Vec<Notice> {
    let input = world.input;
    let rules = &input.rules.notices;
    let mut known: Vec<Arc<str>> = rules
        .iter()
        .flat_map(|rule| rule.on.iter())
        .flat_map(|event| expectation::keys(input.rules, event))
        .collect();
    known.sort();
    known.dedup();
    let Some(telling) = input.options.telling else {
        draft.memory.notices.known = input.prior.notices_known.iter().cloned().collect();
        return Vec::new();
    };
    draft.memory.notices.known = known;
    if rules.is_empty() {
        return Vec::new();
    }
    let acts = acts(actions);
    let remembered = std::mem::take(&mut draft.memory.people);
    let told = told_of(world, draft, actions, (&acts, &remembered), telling);
    draft.memory.people = remembered;
    told
}

/// What each person's actions are, and what will be remembered of whom.
type Facts<'a> = (
    &'a FxHashMap<PersonId, Vec<ActionId>>,
    &'a [(PersonId, PersonMemory)],
);

fn told_of(
    world: &World<'_>,
    draft: &mut Draft,
    actions: &[Action],
    (acts, remembered): Facts<'_>,
    telling: &dyn Telling,
) -> Vec<Notice> {
    let input = world.input;
    let rules = &input.rules.notices;
    let problems: FxHashSet<PersonId> = draft
        .findings
        .iter()
        .filter(|finding| is_problem(finding.kind))
        .filter_map(|finding| finding.person.clone())
        .collect();
    let after: FxHashMap<&PersonId, &PersonMemory> = remembered
        .iter()
        .map(|(person, memory)| (person, memory))
        .collect();
    let waiting = reminder::asked(actions);
    let busy: FxHashSet<&PersonId> = actions
        .iter()
        .filter_map(|action| action.person.as_ref())
        .collect();
    digest::timers(world, draft);
    let unmet = expectation::unmet(draft);
    let mut told = Vec::new();
    for wish in input.wishes {
        let person = &wish.person;
        let wanted = input.options.only.as_ref();
        if wanted.is_some_and(|only| !only.contains(person)) {
            continue;
        }
        let before = world.person_memory(person);
        let subject = Subject {
            wish,
            before,
            after: after.get(person).copied().or(before),
            baseline: before.is_none() && draft.accounts.contains_key(person),
            acts: acts.get(person).map_or(&[], Vec::as_slice),
        };
        let asked_of = waiting.get(person).map_or(&[][..], Vec::as_slice);
        for (index, rule) in rules.iter().enumerate() {
            let mut due: Option<(&EventRule, After)> = None;
            let mut failures: Vec<(usize, &EventRule)> = Vec::new();
            for event in &rule.on {
                if event.event == NoticeEvent::Expectation {
                    let begun = expectation::begun(world, draft, event, &unmet, person);
                    let text = telling.notice(person, index).filter(|_| !begun.is_empty());
                    let facts = (rule, event, &subject, actions);
                    told.extend(
                        text.iter()
                            .flat_map(|text| expectation::told(world, draft, facts, text, &begun)),
                    );
                    continue;
                }
                if event.event == NoticeEvent::Failure {
                    failures.push((index, event));
                    continue;
                }
                if let NoticeEvent::Approval(every) = &event.event {
                    let asks = reminder::due(world, (&event.key, *every), asked_of);
                    let next =
                        reminder::next(world, (&event.key, *every), asked_of, asks.is_some());
                    draft.timers.extend(next.map(|at| (person.clone(), at)));
                    if let (None, Some(asks)) = (&due, asks) {
                        due = Some((event, After::Nothing(asks)));
                    }
                    continue;
                }
                let watched = watched(event, &subject, &problems, &draft.postponed);
                let fires = match watched {
                    Watched::Now(now) => begins(world, draft, event, &subject, now).then(Vec::new),
                    // Unknown is not missing: what was so stays so until it can be told.
                    Watched::Untold => None,
                    Watched::NoState => fires(world, event, &subject, actions),
                };
                if let (None, Some(after)) = (&due, fires) {
                    due = Some((event, After::Actions(after)));
                }
            }
            for (index, event) in failures {
                let entry = (event.key.clone(), person.clone());
                if input.prior.notice_states.contains(&entry) {
                    // It fails no more unless something fails again.
                    draft.memory.notices.changed.push((entry, false));
                    continue;
                }
                let Some(text) = telling
                    .notice(person, index)
                    .filter(|_| busy.contains(person))
                else {
                    continue;
                };
                let account = account_after(world, draft, &subject, actions)
                    .among(around(draft, person, asked_of));
                let after = After::Nothing(Vec::new());
                let found = written(world, rule, event, &subject, &text, &account, after);
                match found {
                    Ok(notice) => draft.on_failure.push(OnFailure {
                        key: event.key.clone(),
                        notice,
                    }),
                    Err(finding) => draft.find(*finding),
                }
            }
            let Some((event, after)) = due else {
                continue;
            };
            let Some(text) = telling.notice(person, index) else {
                continue;
            };
            let account = account_after(world, draft, &subject, actions)
                .among(around(draft, person, asked_of));
            match written(world, rule, event, &subject, &text, &account, after) {
                Ok(notice) => told.push(notice),
                Err(finding) => draft.find(*finding),
            }
        }
    }
    told
}

/// What counts as a problem of a person.
fn is_problem(kind: FindingKind) -> bool {
    match kind {
        FindingKind::Quarantined
        | FindingKind::Held
        | FindingKind::Conflict
        | FindingKind::DisabledByHand
        | FindingKind::EnabledByHand
        | FindingKind::Blocked
        | FindingKind::Vanished => true,
        FindingKind::Unsettled
        | FindingKind::Namesake
        | FindingKind::Released
        | FindingKind::Missing
        | FindingKind::Overlay
        | FindingKind::Proposed
        | FindingKind::Lingering
        | FindingKind::Waiting
        | FindingKind::Tied
        | FindingKind::Exception
        | FindingKind::Expectation
        | FindingKind::Untold
        | FindingKind::ChangedSince
        | FindingKind::Final
        | FindingKind::Note => false,
    }
}

/// By person, the actions on an account of theirs, but for memberships.
fn acts(actions: &[Action]) -> FxHashMap<PersonId, Vec<ActionId>> {
    let mut acts: FxHashMap<PersonId, Vec<ActionId>> = FxHashMap::default();
    for (id, action) in (0_u32..).map(ActionId).zip(actions) {
        let membership = matches!(
            action.change,
            Change::AddMember { .. } | Change::RemoveMember { .. }
        );
        if let (Some(person), false) = (&action.person, membership) {
            acts.entry(person.clone()).or_default().push(id);
        }
    }
    acts
}

/// How what an event watches is now.
enum Watched {
    /// It is no state that begins, but something that happens.
    NoState,
    /// It is so, or it is not.
    Now(bool),
    /// It cannot be told.
    Untold,
}

fn watched(
    event: &EventRule,
    subject: &Subject<'_>,
    problems: &FxHashSet<PersonId>,
    postponed: &FxHashSet<PersonId>,
) -> Watched {
    let person = &subject.wish.person;
    match &event.event {
        NoticeEvent::When(index) => {
            let holds = subject.wish.watches.get(*index as usize).copied().flatten();
            holds.map_or(Watched::Untold, Watched::Now)
        }
        NoticeEvent::Problem => Watched::Now(problems.contains(person)),
        NoticeEvent::Postpone => Watched::Now(postponed.contains(person)),
        NoticeEvent::Create
        | NoticeEvent::Password
        | NoticeEvent::Delete
        | NoticeEvent::Enter { .. }
        | NoticeEvent::Exit(_)
        | NoticeEvent::Approval(_)
        | NoticeEvent::Failure
        | NoticeEvent::Expectation
        | NoticeEvent::ChangeOf(_) => Watched::NoState,
    }
}

/// Whether a state begins now; remembers where it began or ceased.
fn begins(
    world: &World<'_>,
    draft: &mut Draft,
    event: &EventRule,
    subject: &Subject<'_>,
    now: bool,
) -> bool {
    let prior = world.input.prior;
    let entry = (event.key.clone(), subject.wish.person.clone());
    let before = prior.notice_states.contains(&entry);
    if now != before {
        draft.memory.notices.changed.push((entry, now));
    }
    now && !before && !subject.baseline && prior.notices_known.contains(&event.key)
}

/// Whether an event that is a comparison or an action happens, and the actions that it hangs on.
fn fires(
    world: &World<'_>,
    event: &EventRule,
    subject: &Subject<'_>,
    actions: &[Action],
) -> Option<Vec<ActionId>> {
    let done = |is: fn(&Change) -> bool| -> Option<Vec<ActionId>> {
        let id = subject.acts.iter().find(|id| {
            let action = actions.get(id.0 as usize);
            action.is_some_and(|action| is(&action.change))
        })?;
        Some(vec![*id])
    };
    let rules = world.input.rules;
    let stage = |memory: Option<&PersonMemory>| {
        let name = memory?.stage.as_ref()?;
        rules.stage_named(name)
    };
    // A stage counts as entered once its enable has succeeded.
    let was_in =
        |memory: Option<&PersonMemory>| stage(memory.filter(|memory| memory.entered.is_some()));
    let before = was_in(subject.before);
    let after = was_in(subject.after);
    let holds = match &event.event {
        NoticeEvent::Create => {
            return done(|change| matches!(change, Change::CreateAccount { .. }));
        }
        NoticeEvent::Password => {
            return done(|change| matches!(change, Change::SetPassword { .. }));
        }
        NoticeEvent::Delete => return done(|change| matches!(change, Change::Delete { .. })),
        NoticeEvent::Enter { .. } | NoticeEvent::Exit(_) | NoticeEvent::ChangeOf(_)
            if subject.baseline =>
        {
            false
        }
        NoticeEvent::Enter { into, from } => {
            let came =
                from.is_empty() || stage(subject.before).is_some_and(|stage| from.contains(&stage));
            came && before != after && after.is_some_and(|stage| into.contains(&stage))
        }
        NoticeEvent::Exit(stages) => {
            let left = stage(subject.before).filter(|stage| stages.contains(stage));
            left.is_some() && stage(subject.after) != left
        }
        NoticeEvent::ChangeOf(positions) => {
            subject.before.is_some() && world.hr_changed(&subject.wish.person, positions)
        }
        NoticeEvent::When(_)
        | NoticeEvent::Problem
        | NoticeEvent::Postpone
        | NoticeEvent::Failure
        | NoticeEvent::Expectation
        | NoticeEvent::Approval(_) => false,
    };
    holds.then(Vec::new)
}

/// What stands around a person when something is told of them.
fn around<'a>(draft: &'a Draft, person: &'a PersonId, asked: &'a [&'a Action]) -> Around<'a> {
    Around {
        person: Some(person),
        asked,
        tied: draft.tied.get(person).map_or(&[], Vec::as_slice),
        accounts: Some(&draft.accounts),
        expectation: None,
    }
}

/// The account of somebody as it is after the run.
fn account_after<'a>(
    world: &'a World<'_>,
    draft: &'a Draft,
    subject: &Subject<'_>,
    actions: &'a [Action],
) -> AccountAfter<'a> {
    let person = &subject.wish.person;
    let account = subject
        .after
        .and_then(|memory| memory.account)
        .and_then(|guid| world.input.directory.by_guid(guid));
    let own = subject
        .acts
        .iter()
        .filter_map(|id| actions.get(id.0 as usize));
    AccountAfter::new(
        world,
        account.or(draft.accounts.get(person).copied()),
        draft.names.get(person),
        own.collect(),
    )
}

/// What must have happened before something is told.
enum After {
    /// These actions, or all of the person's where there are none.
    Actions(Vec<ActionId>),
    /// Nothing: it tells that these questions wait.
    Nothing(Vec<Arc<str>>),
}

/// The notice as it is sent; a finding where it would go to nobody.
fn written(
    world: &World<'_>,
    rule: &NoticeRule,
    event: &EventRule,
    subject: &Subject<'_>,
    text: &NoticeWish,
    account: &AccountAfter<'_>,
    after: After,
) -> Result<Notice, Box<Finding>> {
    let person = &subject.wish.person;
    let who = unnamed(world, person);
    let reason = world.reason(event.rule, Some(person));
    let (to, left_out) = addressed(text, account);
    let words = event_words(&reason);
    if to.is_empty() {
        let why = format!("`{}` goes to nobody: {}", rule.name, left_out.join("; "));
        let finding = Finding::new(FindingKind::Untold, who, why)
            .of(person)
            .because(reason)
            .help("give it an address that is always there, behind a comma");
        return Err(Box::new(finding));
    }
    let (body, password) = account.body(&text.body);
    Ok(Notice {
        name: rule.name.clone(),
        event: words,
        person: person.clone(),
        who,
        to,
        subject: HeadLine::new(&account.prose(&text.subject)),
        body,
        password,
        reason,
        digest: digest::collecting(world, rule, event),
        regardless: matches!(after, After::Nothing(_)),
        asks: match &after {
            After::Nothing(asks) => asks
                .iter()
                .map(|id| (event.key.clone(), id.clone()))
                .collect(),
            After::Actions(_) => Vec::new(),
        },
        after: match after {
            After::Nothing(_) => Vec::new(),
            After::Actions(actions) => actions,
        },
    })
}

/// An event as the policy says it, without its `on`.
fn event_words(reason: &Reason) -> Arc<str> {
    let text = &reason.text;
    text.strip_prefix("on ").unwrap_or(text).into()
}

/// To whom a notice goes, each once; and to whom not, and why.
fn addressed(text: &NoticeWish, account: &AccountAfter<'_>) -> (Vec<Address>, Vec<String>) {
    let mut to: Vec<Address> = Vec::new();
    let mut left_out = Vec::new();
    for recipient in &text.to {
        match address(recipient, account) {
            Ok(address) if !to.contains(&address) => to.push(address),
            Ok(_) => {}
            Err(why) => left_out.push(why),
        }
    }
    (to, left_out)
}

/// The address of a recipient; else why there is none.
fn address(recipient: &Recipient, account: &AccountAfter<'_>) -> Result<Address, String> {
    let written = &recipient.written;
    if let Some(why) = &recipient.unknown {
        return Err(format!("`{written}` is not known: {why}"));
    }
    let mut texts = recipient.addresses.iter();
    let Some(text) = texts.find_map(|parts| account.text(parts)) else {
        return Err(format!("`{written}` is missing"));
    };
    Address::parse(&text).ok_or_else(|| format!("`{written}` is no mail address"))
}
