//! Making a plan: the input, and the way from it to a [`Plan`].

use super::builder::Builder;
use super::correlate::{self, Correlation, Verdict};
use super::draft::{Draft, Open};
use super::freeze::Frozen;
use super::world::World;
use super::{
    Action, Change, Finding, FindingKind, Header, NextChange, Notice, OpenReason, Plan, SourceRead,
    StageCount, Target, approval, guard, invariant, notice, open, order, quality, step, vanished,
};
use super::{emergency, exceptions, freeze};
use crate::directory::{self, Dn, ObjectId};
use crate::hr::{self, PersonId};
use crate::policy::{Ruleset, Standing, Telling, Wish};
use crate::state::Prior;
use jiff::{SignedDuration, Timestamp};
use rustc_hash::{FxHashMap, FxHashSet};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

/// How long a plan may be applied at most (S5).
pub const MAX_AGE: SignedDuration = SignedDuration::from_hours(24);

/// Everything that a plan is made of.
#[derive(Debug, Clone)]
pub struct Input<'a> {
    /// What holds for everybody.
    pub rules: &'a Ruleset,
    /// Which attributes a person has.
    pub schema: &'a hr::Schema,
    /// The people, all of them.
    pub people: &'a hr::Snapshot,
    /// What the policy wants for each person, sorted by person; one for each, quarantined ones included
    /// where their good values decide something.
    pub wishes: &'a [Wish],
    /// The directory.
    pub directory: &'a directory::Snapshot,
    /// What earlier runs left behind.
    pub prior: &'a Prior,
    /// Below which names anything may be written; relative units stand below the first.
    pub bases: &'a [Dn],
    /// As of which instant.
    pub now: Timestamp,
    /// What the caller asked for.
    pub options: Options<'a>,
}

/// What the caller asked for.
#[derive(Debug, Clone, Default)]
pub struct Options<'a> {
    /// Made with `--at`: shown, never applied.
    pub hypothetical: bool,
    /// Actions only for these; names, guards and uniqueness are judged over everybody.
    pub only: Option<BTreeSet<PersonId>>,
    /// `--only` as typed.
    pub only_text: Vec<Arc<str>>,
    /// The people source pins its clock.
    pub clock_pinned: bool,
    /// What the people were read from.
    pub people_source: Arc<str>,
    /// Sensitive HR values stand in reasons as they are: for somebody at a terminal, and never kept (S11).
    pub reveal: bool,
    /// Who says what notices say; without, nothing is told and nothing is remembered of it.
    pub telling: Option<&'a dyn Telling>,
}

/// The plan: pure, and the same for the same input in whatever order it comes.
pub fn plan(input: &Input<'_>) -> Plan {
    if !input.wishes.is_sorted_by(|a, b| a.person < b.person) {
        let mut wishes = input.wishes.to_vec();
        wishes.sort_by(|a, b| a.person.cmp(&b.person));
        wishes.dedup_by(|a, b| a.person == b.person);
        return plan(&Input {
            wishes: &wishes,
            ..input.clone()
        });
    }
    let (directory, mut plan) = rayon::join(|| directory_digest(input), || make(input));
    plan.header.directory = directory;
    plan
}

/// The plan but for the digest of the directory, which is as much work again and waits for nothing.
fn make(input: &Input<'_>) -> Plan {
    let world = World::new(input);
    let correlation = correlate::in_world(&world);
    let draft = drafted(&world, &correlation);
    finish(&world, &correlation, draft)
}

/// What each notice of the policy would say about one person, were it sent after this plan; pure as the plan is.
pub fn previews(input: &Input<'_>, person: &PersonId) -> Vec<notice::Preview> {
    let world = World::new(input);
    let correlation = correlate::in_world(&world);
    let mut draft = drafted(&world, &correlation);
    let mut actions = std::mem::take(&mut draft.actions);
    step::leave_out(&mut draft, &mut actions);
    order::links_first(&mut actions);
    let frozen = frozen(&world, &mut draft, &mut actions);
    let all = vec![true; actions.len()];
    let actions = order::ordered(actions, &all);
    let told = told(&world, &mut draft, &actions, frozen.as_ref());
    notice::previews(&world, &draft, (&actions, &told), person)
}

/// What is to be done, before it is ordered and judged.
fn drafted(world: &World<'_>, correlation: &Correlation) -> Draft {
    let input = world.input;
    let mut builder = Builder::new(world);
    // Who looks after accounts already has begun: an account that somebody else makes later is an orphan, no beginning.
    let begun = input
        .prior
        .accounts
        .values()
        .any(|known| known.person.is_some());
    if input.rules.confirmed.is_none() && correlation.holds_people && !begun {
        unconfirmed(&mut builder, correlation);
    } else {
        builder.people(correlation);
        shared(&mut builder, correlation);
        vanished::report(&mut builder, correlation);
        ignored(&mut builder, correlation);
        builder.report_groups();
        builder.report_lacking();
    }
    if input.options.telling.is_some() {
        builder.draft.tied = tied_of(correlation);
    }
    quarantined(&mut builder);
    exceptions::report(&mut builder);
    emergency::report(&mut builder, correlation);
    quality::unmet(&mut builder, correlation);
    builder.draft
}

/// An account that may be one of several people's, each of whom gets a new one: a human may know better.
fn shared(builder: &mut Builder<'_, '_>, correlation: &Correlation) {
    for shared in &correlation.shared {
        let made = |person: &&PersonId| {
            let mut actions = builder.draft.actions.iter();
            actions.any(|action| {
                matches!(action.change, Change::CreateAccount { .. })
                    && action.person.as_ref() == Some(*person)
            })
        };
        let people: Vec<&PersonId> = shared.people.iter().filter(made).collect();
        let Some(first) = people.first() else {
            continue;
        };
        let list: Vec<String> = people.iter().map(ToString::to_string).collect();
        let text = format!(
            "may belong to {}: a rule asks the same for each of them, so it proposes nobody, and each gets a new account",
            list.join(" or ")
        );
        let name = builder.world.name_of(shared.account);
        let finding = Finding::new(FindingKind::Unsettled, name.clone(), text)
            .about(builder.dn(Some(shared.account)))
            .because(builder.world.reason(shared.rule, None))
            .help(format!(
                "`link {first} to \"{name}\"` if it is theirs, `ignore \"{name}\"` if it is nobody's"
            ));
        builder.draft.find(finding);
    }
}

/// The further accounts of each person.
fn tied_of(correlation: &Correlation) -> FxHashMap<PersonId, Vec<ObjectId>> {
    let mut owners: FxHashMap<ObjectId, &PersonId> = FxHashMap::default();
    for entry in &correlation.people {
        owners.extend(
            entry
                .verdict
                .account()
                .map(|account| (account, &entry.person)),
        );
    }
    let mut tied: FxHashMap<PersonId, Vec<ObjectId>> = FxHashMap::default();
    for one in &correlation.tied {
        if let Some(owner) = owners.get(&one.owner) {
            tied.entry((*owner).clone()).or_default().push(one.account);
        }
    }
    tied
}

/// Before the first verdicts a run creates and changes nothing (S7).
fn unconfirmed(builder: &mut Builder<'_, '_>, correlation: &Correlation) {
    let text = "the directory holds accounts of people, and nobody has yet said whose they are: this plan \
                creates and changes nothing";
    builder.draft.find(
        Finding::new(FindingKind::Note, "the first run".into(), text).help(
            "run `tenure match --confirm`; it writes `link` lines and `confirmed` into the policy",
        ),
    );
    for entry in &correlation.people {
        let kind = match &entry.verdict {
            Verdict::Proposed { .. } | Verdict::Ambiguous { .. } => FindingKind::Unsettled,
            Verdict::Namesake { .. } => FindingKind::Namesake,
            Verdict::Conflict { .. } => FindingKind::Conflict,
            Verdict::Anchored(_) | Verdict::Linked { .. } | Verdict::Without => continue,
        };
        let text = match &entry.verdict {
            Verdict::Ambiguous { why, .. } | Verdict::Conflict { why, .. } => why.clone(),
            Verdict::Anchored(_)
            | Verdict::Linked { .. }
            | Verdict::Proposed { .. }
            | Verdict::Namesake { .. }
            | Verdict::Without => "an account may be theirs".into(),
        };
        let accounts: Vec<Dn> = entry
            .verdict
            .accounts()
            .iter()
            .flat_map(|account| builder.dn(Some(*account)))
            .collect();
        let who = builder.unnamed(&entry.person);
        builder.draft.find(
            Finding::new(kind, who, text)
                .of(&entry.person)
                .about(accounts),
        );
    }
}

/// People whom an `ignore` line takes out although their account was looked after: released, not forgotten (S4).
fn ignored(builder: &mut Builder<'_, '_>, correlation: &Correlation) {
    let input = builder.world.input;
    for (person, rule) in &correlation.left_out {
        let continued = input.rules.continues.iter();
        if continued.into_iter().any(|line| line.former == *person) {
            continue;
        }
        let memory = builder.world.person_memory(person);
        let Some(account) = memory
            .and_then(|memory| memory.account)
            .and_then(|guid| input.directory.by_guid(guid))
        else {
            continue;
        };
        let who = builder.world.name_of(account);
        let text = "an `ignore` line takes this person out; the account stays as it is";
        let finding = Finding::new(FindingKind::Released, who.clone(), text)
            .of(person)
            .about(builder.dn(Some(account)))
            .because(builder.world.reason(*rule, None))
            .help("disable or hand over the account, or take the line out");
        builder.draft.find(finding);
        builder.open(Some(account), Some(person), &who, OpenReason::Released);
    }
}

/// Quarantined records that no wish spoke of.
fn quarantined(builder: &mut Builder<'_, '_>) {
    let input = builder.world.input;
    for record in input.people.quarantined() {
        if record
            .id
            .as_ref()
            .is_some_and(|id| builder.reported_quarantine.contains(id))
        {
            continue;
        }
        let who: Arc<str> = match (&record.name, &record.id) {
            (Some(name), _) => name.clone(),
            (None, Some(id)) => format!("person {id}").into(),
            (None, None) => "a record without an id".into(),
        };
        let text = record
            .reasons
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("; ");
        let mut finding = Finding::new(FindingKind::Quarantined, who.clone(), text);
        if let Some(reason) = record.reasons.first() {
            finding = finding.help(reason.mend.as_str());
        }
        if let Some(id) = &record.id {
            let memory = builder.world.person_memory(id);
            let account = memory
                .and_then(|memory| memory.account)
                .and_then(|guid| input.directory.by_guid(guid));
            finding = finding.of(id).about(builder.dn(account));
            builder.open(account, Some(id), &who, OpenReason::Quarantined);
        }
        builder.draft.find(finding);
    }
}

/// Leaves out what a freeze holds back, and what would be remembered of it.
fn frozen(world: &World<'_>, draft: &mut Draft, actions: &mut Vec<Action>) -> Option<Frozen> {
    let frozen = freeze::leave_out(world, actions)?;
    let memory = &mut draft.memory.people;
    memory.retain(|(person, _)| !frozen.people.contains(person));
    draft.findings.push(frozen.finding.clone());
    Some(frozen)
}

/// What is told, but for what a freeze holds back.
fn told(
    world: &World<'_>,
    draft: &mut Draft,
    actions: &[Action],
    frozen: Option<&Frozen>,
) -> Vec<Notice> {
    let mut notices = notice::notices(world, draft, actions);
    if let Some(frozen) = frozen {
        // That something waits is told: what takes access away waits in a freeze as well.
        notices.retain(|notice| notice.regardless || !frozen.people.contains(&notice.person));
        let changed = &mut draft.memory.notices.changed;
        changed.retain(|((_, person), _)| !frozen.people.contains(person));
    }
    notices
}

fn finish(world: &World<'_>, correlation: &Correlation, mut draft: Draft) -> Plan {
    let input = world.input;
    let mut actions = std::mem::take(&mut draft.actions);
    step::leave_out(&mut draft, &mut actions);
    order::links_first(&mut actions);
    let frozen = frozen(world, &mut draft, &mut actions);
    approval::mark(world, &mut actions, approval::Strangers::Pass);
    approval::say_what_lapsed(&actions, &mut draft);
    let (mut broken, unjudged) = invariant::judge(world, correlation, &actions);
    draft.findings.extend(unjudged);
    emergency::outranks(world, &mut broken, &mut draft);
    let kept = match &input.options.only {
        Some(people) => order::only(&actions, people),
        None => vec![true; actions.len()],
    };
    let narrowed = kept.iter().any(|kept| !kept);
    let (all, actions) = if narrowed {
        let all = actions.clone();
        (Some(all), order::ordered(actions, &kept))
    } else {
        (None, order::ordered(actions, &kept))
    };
    let notices = told(world, &mut draft, &actions, frozen.as_ref());
    let judged: &[Action] = all.as_deref().unwrap_or(&actions);
    // A digest is one message, whatever it collects.
    let messages = notices.iter().filter(|one| one.digest.is_none()).count();
    let guards = guard::judge(world, &draft, judged, &actions, messages);
    if let Some(people) = &input.options.only
        && (emergency::is_all_of_it(input)
            || actions
                .iter()
                .all(|action| order::takes_away(&action.change)))
    {
        // S10: `--only` still ends one person, whatever others are in.
        broken.retain(|one| people.contains(&one.person));
    }
    let trips = guards.iter().any(|guard| guard.tripped) || !broken.is_empty();
    unapproved(world, &mut draft, &actions);
    let open_accounts = open::accounts(world, &draft.open, &actions, trips);
    draft.findings.sort_by(|a, b| {
        let order = (a.kind, quality::rank(a)).cmp(&(b.kind, quality::rank(b)));
        order.then_with(|| (&a.person, &a.who, &a.text).cmp(&(&b.person, &b.who, &b.text)))
    });
    draft.findings.dedup();
    let next_change = due(input, &draft.timers, |wish| wish.next_change);
    let next_change = next_change.map(|(_, at)| at).min();
    let mut next_changes = next_changes(input, &draft.timers);
    let next_shown = next_changes.iter().map(|one| one.at).min();
    if let Some(people) = &input.options.only {
        next_changes.retain(|one| people.contains(&one.person));
    }
    let on_failure = std::mem::take(&mut draft.on_failure);
    let mut memory = draft.memory;
    if let Some(people) = &input.options.only {
        memory.people.retain(|(person, _)| people.contains(person));
        memory.ends_agreed.retain(|person| people.contains(person));
    }
    memory.people.sort_by(|a, b| a.0.cmp(&b.0));
    memory.accounts.sort_by_key(|entry| entry.0);
    memory.memberships.sort_by_key(|entry| entry.0);
    memory.values.sort_by(|a, b| a.0.cmp(&b.0));
    memory.open_since = open_accounts
        .iter()
        .map(|open| (open.guid, open.since))
        .collect();
    memory.open_since.sort_unstable();
    memory.people_read = u32::try_from(input.people.len()).unwrap_or(u32::MAX);
    let unseen = input.rules.exceptions.iter();
    memory.exceptions_seen = unseen
        .filter(|exception| !input.prior.exceptions_seen.contains_key(&exception.digest))
        .map(|exception| (exception.digest.clone(), input.now))
        .collect();
    // With `--only` nobody is told what the others lost, so they lose it again in the next run.
    if input.options.only.is_none() {
        let lost = guard::lost_by_attribute(world).into_iter();
        memory.counts = lost
            .map(|(attribute, lost)| (guard::values_word(&attribute).into(), lost))
            .collect();
    }
    memory.exceptions_seen.sort();
    memory.exceptions_seen.dedup();
    memory.notices.changed.sort();
    Plan {
        header: Header {
            admin_groups: world.admin_groups(&actions),
            ..header(input, next_change)
        },
        actions,
        guards,
        broken,
        notices,
        on_failure,
        findings: draft.findings,
        open_accounts,
        stages: stages(input),
        next_change: next_shown,
        next_changes,
        memory,
    }
}

/// Accounts that stay enabled until somebody has said yes (S4).
fn unapproved(world: &World<'_>, draft: &mut Draft, actions: &[Action]) {
    for (action, waits) in actions.iter().zip(order::waiting(actions)) {
        if waits
            && let Change::Disable {
                account: Target::Existing { guid, .. },
                ..
            } = &action.change
            && let Some(account) = world.input.directory.by_guid(*guid)
        {
            let refused = action.refused().is_some();
            draft.open.push(Open {
                account,
                person: action.person.clone(),
                who: action.who.clone(),
                why: if refused {
                    OpenReason::Rejected
                } else {
                    OpenReason::Approval
                },
            });
        }
    }
}

/// When something becomes due for whom; of one person the wish and each timer.
fn due<'a>(
    input: &'a Input<'_>,
    timers: &'a [(PersonId, Timestamp)],
    of: fn(&Wish) -> Option<Timestamp>,
) -> impl Iterator<Item = (&'a PersonId, Timestamp)> {
    let wishes = input.wishes.iter();
    let wishes = wishes.filter_map(move |wish| Some((&wish.person, of(wish)?)));
    let timers = timers.iter().map(|(person, at)| (person, *at));
    wishes.chain(timers).filter(|(_, at)| *at > input.now)
}

/// The next instant that may be shown for each person for whom one is known, by person.
fn next_changes(input: &Input<'_>, timers: &[(PersonId, Timestamp)]) -> Vec<NextChange> {
    let due = due(input, timers, |wish| wish.next_shown);
    let mut all: Vec<NextChange> = due
        .map(|(person, at)| NextChange {
            person: person.clone(),
            at,
        })
        .collect();
    all.sort_unstable();
    all.dedup_by(|later, earlier| later.person == earlier.person);
    all
}

fn header(input: &Input<'_>, next_change: Option<Timestamp>) -> Header {
    let latest = input.now.checked_add(MAX_AGE).unwrap_or(Timestamp::MAX);
    let domain = input.directory.domain();
    Header {
        now: input.now,
        clock_pinned: input.options.clock_pinned,
        hypothetical: input.options.hypothetical,
        takes_back: None,
        admin_groups: Vec::new(),
        only: input.options.only_text.clone(),
        frozen: freeze::holding(input.prior, input.now).cloned(),
        expires: next_change.map_or(latest, |at| at.min(latest)),
        policy: input.rules.digest.clone(),
        people: input.people.digest().to_string().into(),
        people_source: input.options.people_source.clone(),
        sources: sources(input),
        directory: Arc::default(),
        domain: domain.guid,
        domain_name: domain.base.text().clone(),
        controller: domain.controller.clone(),
        state: input.prior.id,
        generation: input.prior.generation,
    }
}

fn sources(input: &Input<'_>) -> Vec<SourceRead> {
    let read = input.people.sources().iter();
    let sources = read.map(|source| SourceRead {
        name: source.name.clone(),
        digest: source.digest.to_string().into(),
        records: source.records,
    });
    sources.collect()
}

/// The digest of what the plan read of the directory: places, bits and the attributes that the policy names.
fn directory_digest(input: &Input<'_>) -> Arc<str> {
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    let fixed = [
        "userAccountControl",
        "sAMAccountName",
        "adminCount",
        "member",
    ];
    for (_, object) in input.directory.iter() {
        if !(object.is_user() || object.is_group() || object.is_unit()) {
            continue;
        }
        add(object.dn().as_str().as_bytes());
        add(&object.guid().to_ad_bytes());
        let lines = input.rules.lines.iter().map(|line| &*line.attribute);
        for attribute in fixed.into_iter().chain(lines) {
            let mut values: Vec<&[u8]> = object
                .all(attribute)
                .iter()
                .map(directory::Value::bytes)
                .collect();
            if values.is_empty() {
                continue;
            }
            values.sort_unstable();
            add(attribute.as_bytes());
            for value in values {
                add(value);
            }
        }
    }
    let bytes: [u8; 32] = hash.finalize().into();
    let mut text = String::with_capacity(64);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text.into()
}

fn stages(input: &Input<'_>) -> Vec<StageCount> {
    let mut counts: BTreeMap<usize, u32> = BTreeMap::new();
    let mut held = 0;
    let mut bad: FxHashSet<&PersonId> = FxHashSet::default();
    let quarantined = input.people.quarantined();
    bad.extend(quarantined.iter().filter_map(|record| record.id.as_ref()));
    for wish in input.wishes.iter().filter(|wish| wish.absent.is_none()) {
        match &wish.standing {
            Standing::In { stage, .. } => *counts.entry(stage.0 as usize).or_default() += 1,
            Standing::Held { .. } if bad.contains(&wish.person) => {}
            Standing::Held { .. } => held += 1,
        }
    }
    let named = input.rules.stages.iter().enumerate();
    let mut stages: Vec<StageCount> = named
        .filter_map(|(index, stage)| {
            let people = counts.get(&index).copied()?;
            Some(StageCount {
                stage: stage.name.clone(),
                people,
            })
        })
        .collect();
    let quarantined = u32::try_from(quarantined.len()).unwrap_or(u32::MAX);
    for (stage, people) in [("held", held), ("quarantined", quarantined)] {
        if people > 0 {
            stages.push(StageCount {
                stage: stage.into(),
                people,
            });
        }
    }
    stages
}
