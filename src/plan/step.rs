//! Steps of other systems (`await`): who is asked about whom, what waits for the answer, and when it is given up.
//!
//! An event begins a step; from then on it is owed until there is a yes, whatever stage the person is in by then, and
//! what the policy puts behind it is not given before. What takes access away waits for none: who leaves is disabled
//! at once, and the step is given up. Who comes back owes it again, for there never was a yes.

use super::account::action;
use super::account_after::AccountAfter;
use super::builder::Builder;
use super::draft::Draft;
use super::order::ordered;
use super::subject::Subject;
use super::writeback::own;
use super::{
    Action, ActionId, Cause, Change, Finding, FindingKind, Reversible, StepRequest, Target,
};
use crate::hr::PersonId;
use crate::policy::notice::{StepWish, TextPart};
use crate::policy::{AwaitEvent, AwaitRule};
use crate::state::{PersonMemory, StepMemory, StepStanding};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Said of a step of somebody whose access ends.
const ENDS: &str = "the access of the person ends";

/// Said of a step whose condition no longer holds.
const NOT_FOR_THEM: &str = "its `when` no longer holds";

/// Said of a step that the policy no longer has.
const NOT_IN_POLICY: &str = "the policy no longer has it";

/// A step that does not belong to the plan any more: of whom, which, and why.
pub type StepOver = (PersonId, Arc<str>, Arc<str>);

/// Second round, behind the memberships: the steps of one person, and what waits for them.
pub(crate) fn awaits(builder: &mut Builder<'_, '_>, subject: &Subject<'_>) {
    let world = builder.world;
    let barred = subject
        .account
        .is_some_and(|account| world.barrier(account).is_some());
    for (index, rule) in world.input.rules.awaits.iter().enumerate() {
        let key = (subject.wish.person.clone(), rule.name.clone());
        let known = world.input.prior.steps.get(&key);
        if subject.aim.ends() {
            give_up(builder, subject, rule, known, ENDS);
        } else if subject.target.is_some() && !barred {
            one(builder, subject, (index, rule), known);
        }
    }
}

/// Steps that are owed and that the policy no longer has.
pub(crate) fn left_over(builder: &mut Builder<'_, '_>) {
    let input = builder.world.input;
    for ((person, name), step) in &input.prior.steps {
        let has = input.rules.awaits.iter().any(|rule| rule.name == *name);
        if !has && is_open(step) && is_wanted(builder, person) {
            let over = (person.clone(), name.clone(), NOT_IN_POLICY.into());
            builder.draft.memory.steps_over.push(over);
        }
    }
}

/// Leaves out what waits for a step that will not be done, or of which nobody can tell whether it is needed; whoever
/// that concerns is remembered as they were.
pub(crate) fn leave_out(draft: &mut Draft, actions: &mut Vec<Action>) {
    if draft.withheld.is_empty() {
        return;
    }
    let withheld = std::mem::take(&mut draft.withheld);
    let mut kept: Vec<bool> = (0_u32..)
        .map(ActionId)
        .zip(actions.iter())
        .map(|(id, _)| !withheld.contains(&id))
        .collect();
    loop {
        let is_kept = |id: &ActionId| kept.get(id.0 as usize).copied().unwrap_or(false);
        let both = kept.iter().zip(actions.iter());
        let next: Vec<bool> = both
            .map(|(kept, action)| *kept && action.after.iter().all(is_kept))
            .collect();
        if next == kept {
            break;
        }
        kept = next;
    }
    let people = std::mem::take(&mut draft.not_remembered);
    let memory = &mut draft.memory.people;
    memory.retain(|(person, _)| !people.contains(person));
    *actions = ordered(std::mem::take(actions), &kept);
}

/// What begins a step now.
struct Beginning {
    event: Arc<str>,
    occasion: Arc<str>,
    /// It is another time, whatever is known of it.
    anew: bool,
}

fn one(
    builder: &mut Builder<'_, '_>,
    subject: &Subject<'_>,
    (index, rule): (usize, &AwaitRule),
    known: Option<&StepMemory>,
) {
    let begins = begins(builder, subject, rule);
    // Which request goes on, and which begins; an answer is one to its own occasion.
    let (beginning, goes_on) = match (begins, known) {
        (Some(begins), Some(known)) if !begins.anew && known.occasion == begins.occasion => {
            (begins, Some(known))
        }
        (Some(begins), Some(known)) if !begins.anew && is_open(known) => (begins, Some(known)),
        (Some(begins), _) => (begins, None),
        (None, Some(known)) => {
            let same = Beginning {
                event: known.event.clone(),
                occasion: known.occasion.clone(),
                anew: false,
            };
            (same, Some(known))
        }
        (None, None) => return,
    };
    if goes_on.is_some_and(|known| known.standing == StepStanding::Answered) {
        return;
    }
    let condition = rule.condition.map(|index| index as usize);
    let holds = condition.map(|index| subject.wish.watches.get(index).copied().flatten());
    match holds {
        None | Some(Some(true)) => {}
        Some(Some(false)) => return give_up(builder, subject, rule, known, NOT_FOR_THEM),
        Some(None) => {
            let why = "whether it is needed cannot be told, for `when` reads what is not known";
            return withhold(builder, subject, rule, (why, true));
        }
    }
    let telling = builder.world.input.options.telling;
    let told = telling.map_or_else(
        || Err("nothing says what is sent".into()),
        |telling| telling.step(&subject.wish.person, index),
    );
    let wish = match told {
        Ok(wish) => wish,
        Err(why) => {
            let why = format!("what is sent cannot be told: {why}");
            return withhold(builder, subject, rule, (&why, true));
        }
    };
    let request = request(
        builder,
        subject,
        (rule, &wish),
        (&beginning, known, goes_on),
    );
    let Some(request) = request else {
        let at = goes_on.map(|known| known.at.to_string());
        let why = format!(
            "it was refused at {}, and what would be sent is still the same",
            at.unwrap_or_default()
        );
        return withhold(builder, subject, rule, (&why, rule.enable));
    };
    timers(builder, subject, &request);
    late(builder, subject, rule, &request);
    let Some(account) = subject.target.clone() else {
        return;
    };
    let reason = builder.world.reason(rule.rule, Some(&subject.wish.person));
    // Nothing changed where it is asked for again, but the time.
    let cause = match request.begun {
        Some(_) => Cause::Time,
        None => subject.cause_of_stage(builder),
    };
    let change = Change::Await {
        account,
        step: request,
    };
    let mut ask = action(subject, change, vec![reason], cause);
    ask.after.extend(makes_true(builder, subject, &wish));
    ask.after.sort_unstable();
    ask.after.dedup();
    ask.reversible = Reversible::No;
    let waiting = waiting(builder, subject, rule);
    let id = builder.draft.push(ask);
    for waits in waiting {
        if let Some(action) = builder.draft.actions.get_mut(waits.0 as usize) {
            action.after.push(id);
        }
        unhurried(builder, subject, waits);
    }
}

/// What takes access away does not wait for what waits: not even to be tried behind it.
fn unhurried(builder: &mut Builder<'_, '_>, subject: &Subject<'_>, waits: ActionId) {
    let person = Some(&subject.wish.person);
    let actions = builder.draft.actions.iter_mut().rev();
    let own = actions
        .take_while(|action| action.person.is_none() || action.person.as_ref() == person)
        .filter(|action| matches!(action.change, Change::RemoveMember { .. }));
    for action in own {
        action.behind.retain(|id| *id != waits);
    }
}

/// Whether an event of the rule happens now.
fn begins(builder: &Builder<'_, '_>, subject: &Subject<'_>, rule: &AwaitRule) -> Option<Beginning> {
    let world = builder.world;
    let made = subject.account.is_none();
    // A first sight of a person who has an account is no event.
    let baseline = subject.person_memory.is_none() && !made;
    let rules = world.input.rules;
    let before = subject.person_memory;
    let stage = |memory: &PersonMemory| rules.stage_named(memory.stage.as_ref()?);
    let was_in = before
        .filter(|memory| memory.entered.is_some())
        .and_then(stage);
    let name = world.stage_name(subject.stage);
    let begins = |event: &AwaitEvent| match event {
        AwaitEvent::Create => made.then(|| Beginning {
            event: "create".into(),
            occasion: format!("create {}", world.input.now).into(),
            anew: true,
        }),
        AwaitEvent::Enter { into, from } => {
            let came = from.is_empty()
                || before
                    .and_then(stage)
                    .is_some_and(|stage| from.contains(&stage));
            let enters =
                !baseline && came && was_in != Some(subject.stage) && into.contains(&subject.stage);
            enters.then(|| Beginning {
                event: format!("enter {name}").into(),
                occasion: occasion(&name, before),
                anew: false,
            })
        }
    };
    rule.on.iter().find_map(begins)
}

/// What tells this coming into a stage from another: what was remembered of the person before.
fn occasion(stage: &str, before: Option<&PersonMemory>) -> Arc<str> {
    let from = before.and_then(|before| before.stage.as_deref());
    let since = before.and_then(|before| before.entered);
    let since = since.map(|since| since.to_string());
    format!(
        "enter {stage} from {} since {}",
        from.unwrap_or("nothing"),
        since.as_deref().unwrap_or("never")
    )
    .into()
}

/// What is asked; none where that was refused already.
fn request(
    builder: &Builder<'_, '_>,
    subject: &Subject<'_>,
    (rule, wish): (&AwaitRule, &StepWish),
    (beginning, known, goes_on): (&Beginning, Option<&StepMemory>, Option<&StepMemory>),
) -> Option<StepRequest> {
    let world = builder.world;
    let person = &subject.wish.person;
    let own = own(builder, subject);
    let actions = own.iter().map(|(_, action)| *action).collect();
    let account = AccountAfter::new(world, subject.account, Some(&subject.names), actions);
    let value = |parts: &Option<Vec<TextPart>>| -> Option<Arc<str>> {
        Some(account.text(parts.as_deref()?)?.into())
    };
    let fields: Vec<(Arc<str>, Option<Arc<str>>)> = wish
        .iter()
        .map(|(name, parts)| (name.clone(), value(parts)))
        .collect();
    let mut content = String::new();
    for (name, value) in &fields {
        content.push_str(name);
        content.push(if value.is_some() { '=' } else { '-' });
        content.push_str(value.as_deref().unwrap_or_default());
        content.push('\0');
    }
    let named = format!("await {}", rule.name);
    // Without a state there is no digest; such a plan is for looking at.
    let digest = world.digest(person, &named, &content).unwrap_or_default();
    // One that was given up is begun anew: whoever was asked may have been told so.
    let goes_on = goes_on.filter(|known| is_open(known));
    let same = goes_on.filter(|known| known.digest == digest);
    if same.is_some_and(|known| known.standing == StepStanding::Refused) {
        return None;
    }
    let waits = goes_on.filter(|known| known.standing == StepStanding::Waiting);
    let (event, occasion) = match goes_on {
        Some(known) => (known.event.clone(), known.occasion.clone()),
        None => (beginning.event.clone(), beginning.occasion.clone()),
    };
    let key = if let Some(known) = same {
        known.key.clone()
    } else {
        // The clock alone does not tell two of them apart: it may stand still.
        let last = known.map_or("", |known| &*known.key);
        let unique = format!("{occasion}\0{}\0{last}\0{content}", world.input.now);
        world.digest(person, &named, &unique).unwrap_or_default()
    };
    Some(StepRequest {
        name: rule.name.clone(),
        event,
        occasion,
        key,
        digest,
        fields,
        within: rule.within,
        begun: waits.map(|known| known.begun),
        not_before: same
            .and_then(|known| known.not_before)
            .filter(|at| *at > world.input.now),
        enable: rule.enable,
    })
}

/// The instants at which a step is asked for again, and at which its time is over.
fn timers(builder: &mut Builder<'_, '_>, subject: &Subject<'_>, request: &StepRequest) {
    let now = builder.world.input.now;
    let until = request.until(now);
    for at in request.not_before.into_iter().chain([until]) {
        if at > now {
            let person = subject.wish.person.clone();
            builder.draft.timers.push((person, at));
        }
    }
}

/// Says that the time of a step is over.
fn late(
    builder: &mut Builder<'_, '_>,
    subject: &Subject<'_>,
    rule: &AwaitRule,
    request: &StepRequest,
) {
    let now = builder.world.input.now;
    let until = request.until(now);
    let Some(begun) = request.begun.filter(|_| until <= now) else {
        return;
    };
    let text = format!(
        "the step `{}` was begun at {begun} and should have been answered by {until}: {}",
        rule.name,
        what_waits(rule)
    );
    let finding = Finding::new(FindingKind::Held, subject.who.clone(), text)
        .of(&subject.wish.person)
        .about(builder.dn(subject.account))
        .because(builder.world.reason(rule.rule, Some(&subject.wish.person)))
        .help("see to it that the step is done; each run asks again, and a yes still counts");
    builder.draft.find(finding);
}

fn what_waits(rule: &AwaitRule) -> &'static str {
    match (rule.enable, rule.groups.is_some()) {
        (true, false) => "the account is not enabled before",
        (true, true) => "neither is the account enabled nor are its groups given before",
        (false, _) => "the groups that wait for it are not given before",
    }
}

/// The step stands in the way, and is not asked for.
fn withhold(
    builder: &mut Builder<'_, '_>,
    subject: &Subject<'_>,
    rule: &AwaitRule,
    (why, forgets): (&str, bool),
) {
    let text = format!("the step `{}`: {why}; {}", rule.name, what_waits(rule));
    let finding = Finding::new(FindingKind::Held, subject.who.clone(), text)
        .of(&subject.wish.person)
        .about(builder.dn(subject.account))
        .because(builder.world.reason(rule.rule, Some(&subject.wish.person)))
        .help("mend what is sent or who takes it; `tenure steps --again PERSON --because …` asks once more");
    builder.draft.find(finding);
    let waiting = waiting(builder, subject, rule);
    builder.draft.withheld.extend(waiting);
    if forgets {
        let person = subject.wish.person.clone();
        builder.draft.not_remembered.insert(person);
    }
}

/// Notes that nothing waits for the step any more.
fn give_up(
    builder: &mut Builder<'_, '_>,
    subject: &Subject<'_>,
    rule: &AwaitRule,
    known: Option<&StepMemory>,
    why: &str,
) {
    let person = &subject.wish.person;
    if known.is_some_and(is_open) && is_wanted(builder, person) {
        let over = (person.clone(), rule.name.clone(), why.into());
        builder.draft.memory.steps_over.push(over);
    }
}

/// Whether the plan is made for that person, too.
fn is_wanted(builder: &Builder<'_, '_>, person: &PersonId) -> bool {
    let only = builder.world.input.options.only.as_ref();
    only.is_none_or(|only| only.contains(person))
}

fn is_open(step: &StepMemory) -> bool {
    match step.standing {
        StepStanding::Waiting | StepStanding::Refused => true,
        StepStanding::Answered | StepStanding::Over => false,
    }
}

/// The actions of the person that are not done before there is an answer.
fn waiting(
    builder: &Builder<'_, '_>,
    subject: &Subject<'_>,
    rule: &AwaitRule,
) -> BTreeSet<ActionId> {
    let person = Some(&subject.wish.person);
    let actions = builder.draft.actions.iter().enumerate().rev();
    let own = actions
        .take_while(|(_, action)| action.person.is_none() || action.person.as_ref() == person)
        .filter(|(_, action)| action.person.is_some());
    let mut waiting = BTreeSet::new();
    for (index, action) in own {
        let id = ActionId(u32::try_from(index).unwrap_or(u32::MAX));
        match &action.change {
            Change::Enable { .. } if rule.enable => {
                waiting.insert(id);
                // The first password is made when the account is enabled, and nobody has it before.
                let passwords = action.after.iter().filter(|id| {
                    let needed = builder.draft.actions.get(id.0 as usize);
                    needed.is_some_and(|needed| matches!(needed.change, Change::SetPassword { .. }))
                });
                waiting.extend(passwords);
            }
            Change::AddMember { group, .. } if is_named(builder, rule, group) => {
                waiting.insert(id);
            }
            Change::Enable { .. }
            | Change::AddMember { .. }
            | Change::CreateUnit { .. }
            | Change::CreateGroup { .. }
            | Change::CreateAccount { .. }
            | Change::Adopt { .. }
            | Change::Release { .. }
            | Change::SetPassword { .. }
            | Change::Modify { .. }
            | Change::Move { .. }
            | Change::Disable { .. }
            | Change::RemoveMember { .. }
            | Change::WriteBack { .. }
            | Change::Await { .. }
            | Change::Delete { .. }
            | Change::DeleteUnit { .. } => {}
        }
    }
    waiting
}

/// Whether a group waits for the step.
fn is_named(builder: &Builder<'_, '_>, rule: &AwaitRule, group: &Target) -> bool {
    let Some(patterns) = &rule.groups else {
        return false;
    };
    let name = match group {
        Target::Existing { guid, .. } => {
            let object = builder.world.input.directory.by_guid(*guid);
            object.and_then(|id| builder.world.object(id).account_name())
        }
        Target::Made { by, .. } => match builder.draft.actions.get(by.0 as usize) {
            Some(Action {
                change: Change::CreateGroup { name, .. },
                ..
            }) => Some(&**name),
            Some(_) | None => None,
        },
    };
    let name = name.unwrap_or_default();
    let mut patterns_of_it = patterns.iter();
    patterns.is_empty() || patterns_of_it.any(|pattern| pattern.matches(name, group.dn()))
}

/// The actions that make so what is said of the account.
fn makes_true(builder: &Builder<'_, '_>, subject: &Subject<'_>, wish: &StepWish) -> Vec<ActionId> {
    let parts = wish.iter().filter_map(|(_, parts)| parts.as_ref());
    let read: BTreeSet<String> = parts
        .flatten()
        .filter_map(|part| match part {
            TextPart::Account(attribute) => Some(attribute.to_lowercase()),
            TextPart::Literal(_) | TextPart::Unique(_) | TextPart::Fact(_) | TextPart::Password => {
                None
            }
        })
        .collect();
    let makes = own(builder, subject).into_iter().filter(|(_, action)| {
        let mut read = read.iter();
        match &action.change {
            Change::Modify { attributes, .. } => attributes.iter().any(|change| {
                read.clone()
                    .any(|name| change.attribute.eq_ignore_ascii_case(name))
            }),
            Change::Move { .. } => read.any(|name| name == "cn" || name == "distinguishedname"),
            Change::CreateUnit { .. }
            | Change::CreateGroup { .. }
            | Change::CreateAccount { .. }
            | Change::Adopt { .. }
            | Change::Release { .. }
            | Change::SetPassword { .. }
            | Change::Enable { .. }
            | Change::Disable { .. }
            | Change::AddMember { .. }
            | Change::RemoveMember { .. }
            | Change::WriteBack { .. }
            | Change::Await { .. }
            | Change::Delete { .. }
            | Change::DeleteUnit { .. } => false,
        }
    });
    makes.map(|(id, _)| id).collect()
}
