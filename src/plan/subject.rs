//! One person as the planner goes about them: which account, which aim, and who is left alone and why.
//!
//! [`Aim`] is what the policy means for the account once everything that may stand in the way has been
//! weighed: quarantine, conflicts, unsettled proposals, an emergency end, a human's decision (S1, S4, S7).

use super::before_start;
use super::builder::Builder;
use super::correlate::Verdict;
use super::draft::Open;
use super::names::Assigned;
use super::world::World;
use super::{ActionId, Finding, FindingKind, OpenReason, Target};
use crate::directory::{Dn, ObjectId};
use crate::hr::PersonId;
use crate::policy::ruleset::Duration;
use crate::policy::{Desired, GuardKind, RuleId, RuleKind, StageAccount, StageId, Standing, Wish};
use crate::state::{AccountMemory, PersonMemory};
use std::sync::Arc;

/// A person who is planned for.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) wish: &'a Wish,
    pub(crate) who: Arc<str>,
    /// Their account, where they have one.
    pub(crate) account: Option<ObjectId>,
    /// The line that gives it to them only now; the anchor is to be written.
    pub(crate) adopted: Option<Adoption>,
    pub(crate) person_memory: Option<&'a PersonMemory>,
    /// What the state remembers of the account, if as this person's.
    pub(crate) known: Option<&'a AccountMemory>,
    pub(crate) stage: StageId,
    pub(crate) stage_rule: RuleId,
    pub(crate) aim: Aim,
    pub(crate) names: Assigned,
    /// The account as actions name it; none where there is none and none is made.
    pub(crate) target: Option<Target>,
    /// What every action on the account waits for: its adoption or creation.
    pub(crate) first: Vec<ActionId>,
}

/// How an account comes to its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Adoption {
    /// The `link` line or `adopt` rule.
    pub(crate) rule: RuleId,
    /// Whether a human says so.
    pub(crate) linked: bool,
}

/// What is to become of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    /// Made if need be, and enabled.
    Enabled,
    /// Made if need be, and off until its day.
    Prepared,
    /// Off, if it exists.
    Disabled,
    /// Off, and deleted after that time.
    Deleted(Duration),
    /// Off, and nothing else: all that a held person's good values allow (S4).
    EndOnly,
}

impl Aim {
    /// Whether it makes an account where there is none.
    pub(crate) fn makes(self) -> bool {
        match self {
            Self::Enabled | Self::Prepared => true,
            Self::Disabled | Self::Deleted(_) | Self::EndOnly => false,
        }
    }

    /// Whether it ends access.
    pub(crate) fn ends(self) -> bool {
        match self {
            Self::Disabled | Self::Deleted(_) | Self::EndOnly => true,
            Self::Enabled | Self::Prepared => false,
        }
    }
}

impl Subject<'_> {
    /// Whether this tool has looked after this account before.
    pub(crate) fn managed(&self) -> bool {
        self.known.is_some()
    }

    /// Whether the person came into the stage since the last applied run; a first sight is no change.
    pub(crate) fn entered_now(&self, builder: &Builder<'_, '_>) -> bool {
        let Some(memory) = self.person_memory else {
            return false;
        };
        let Some(before) = &memory.stage else {
            return false;
        };
        builder.world.input.rules.stage_named(before) != Some(self.stage)
    }

    /// The stage at the last applied run, if it still has a name.
    pub(crate) fn stage_before(&self, builder: &Builder<'_, '_>) -> Option<StageId> {
        let name = self.person_memory?.stage.as_ref()?;
        builder.world.input.rules.stage_named(name)
    }
}

/// How a person is shown: the name that the account bears or will bear, else the HR number.
pub(crate) fn who(builder: &Builder<'_, '_>, wish: &Wish, account: Option<ObjectId>) -> Arc<str> {
    if let Some(account) = account {
        let object = builder.world.object(account);
        return match object.first("displayName") {
            Some(name) => name.into(),
            None => builder.world.name_of(account),
        };
    }
    for attribute in ["displayName", "cn"] {
        let line = wish
            .attributes
            .iter()
            .find(|line| line.attribute.eq_ignore_ascii_case(attribute));
        if let Some(Desired::Values(values)) = line.map(|line| &line.value)
            && let Some(value) = values.first()
        {
            return value.clone();
        }
    }
    builder.unnamed(&wish.person)
}

/// Weighs one person; none where nothing at all is to be done.
pub(crate) fn weigh<'a>(
    builder: &mut Builder<'_, 'a>,
    wish: &'a Wish,
    verdict: &Verdict,
) -> Option<Subject<'a>> {
    let account = verdict.account();
    let who = who(builder, wish, account);
    let person_memory = builder.world.person_memory(&wish.person);
    let known = account
        .and_then(|account| builder.world.account_memory(account))
        .filter(|known| known.person.as_ref() == Some(&wish.person) && !known.tied);
    let (stage, stage_rule, state) = match &wish.standing {
        Standing::In { stage, rule } => (*stage, *rule, Some(wish.account)),
        Standing::Held { reason, rule, ends } => {
            let surely = ends.filter(|_| account.is_some());
            report_held(
                builder,
                wish,
                &who,
                account,
                reason,
                *rule,
                surely.is_some(),
            );
            let (stage, rule) = surely?;
            (stage, rule, None)
        }
    };
    if let Some(StageAccount::Untouched) = state {
        released(builder, wish, &who, account, known);
        return None;
    }
    if let Some(StageAccount::Hold) = state {
        let text = format!(
            "held in stage `{}`: nothing changes",
            builder.world.stage_name(stage)
        );
        let reason = builder.world.reason(stage_rule, Some(&wish.person));
        builder.draft.find(
            Finding::new(FindingKind::Held, who.clone(), text)
                .of(&wish.person)
                .about(builder.dn(account))
                .because(reason),
        );
        builder.open(account, Some(&wish.person), &who, OpenReason::Held);
        return None;
    }
    let aim = match state {
        Some(StageAccount::Enabled) => Aim::Enabled,
        Some(StageAccount::Prepared) => Aim::Prepared,
        Some(StageAccount::Disabled) => Aim::Disabled,
        // Nobody is deleted for want of a record (G6).
        Some(StageAccount::DeletedAfter(_)) if wish.absent.is_some() => Aim::Disabled,
        Some(StageAccount::DeletedAfter(time)) => Aim::Deleted(time),
        None | Some(StageAccount::Untouched | StageAccount::Hold) => Aim::EndOnly,
    };
    let (account, adopted) = settled(builder, wish, verdict, &who, aim)?;
    let adopted = adopted.filter(|_| known.is_none() || !bears_anchor(builder, wish, account));
    let mut subject = Subject {
        wish,
        who,
        account,
        adopted,
        person_memory,
        known,
        stage,
        stage_rule,
        aim,
        names: Assigned::new(),
        target: account.map(|account| builder.existing(account)),
        first: Vec::new(),
    };
    if let Some(why) = before_start::put_back(builder, &subject) {
        builder.draft.postponed.insert(wish.person.clone());
        let text = format!("{why}; nothing changes");
        builder.draft.find(
            Finding::new(FindingKind::Held, subject.who.clone(), text)
                .of(&wish.person)
                .about(builder.dn(account))
                .because(builder.world.reason(stage_rule, Some(&wish.person)))
                .help("correct the first day in HR, or write an `exception` that says what holds"),
        );
        let who = subject.who.clone();
        builder.open(account, Some(&wish.person), &who, OpenReason::Held);
        return None;
    }
    if subject.aim == Aim::EndOnly {
        subject.adopted = None;
    }
    Some(subject)
}

fn bears_anchor(builder: &Builder<'_, '_>, wish: &Wish, account: Option<ObjectId>) -> bool {
    let (Some(rule), Some(account)) = (&builder.world.input.rules.anchor, account) else {
        return true;
    };
    let found = builder.world.object(account).first(&rule.attribute);
    found.is_some() && found == wish.anchor.as_deref()
}

/// The account that is certainly theirs and the line that gives it; none where a human must speak first.
fn settled(
    builder: &mut Builder<'_, '_>,
    wish: &Wish,
    verdict: &Verdict,
    who: &Arc<str>,
    aim: Aim,
) -> Option<(Option<ObjectId>, Option<Adoption>)> {
    let finding =
        |kind: FindingKind, text: &str| Finding::new(kind, who.clone(), text).of(&wish.person);
    match verdict {
        Verdict::Anchored(account) => return Some((Some(*account), None)),
        Verdict::Linked { account, rule } => {
            return Some((
                Some(*account),
                Some(Adoption {
                    rule: *rule,
                    linked: true,
                }),
            ));
        }
        Verdict::Without => return Some((None, None)),
        Verdict::Proposed { account, rule } if builder.may_adopt => {
            return Some((
                Some(*account),
                Some(Adoption {
                    rule: *rule,
                    linked: false,
                }),
            ));
        }
        Verdict::Proposed { account, rule } => {
            let name = builder.world.name_of(*account);
            let text = format!("`{name}` may be theirs; nothing is done until somebody says so");
            let help = format!("link {} to \"{name}\"", wish.person);
            let found = finding(FindingKind::Unsettled, &text)
                .about(builder.dn(Some(*account)))
                .help(help)
                .because(builder.world.reason(*rule, None));
            builder.draft.find(found);
        }
        Verdict::Namesake {
            account,
            rule,
            created,
            started,
        } => {
            let name = builder.world.name_of(*account);
            let text = match started {
                Some(started) => format!(
                    "`{name}` may be a namesake's: it was created on {created}, they start on {started}"
                ),
                None => format!(
                    "`{name}` may be a namesake's: it was created on {created}, before they started"
                ),
            };
            let help = format!(
                "link {} to \"{name}\" if it is theirs, else ignore \"{name}\"",
                wish.person
            );
            let found = finding(FindingKind::Namesake, &text)
                .about(builder.dn(Some(*account)))
                .help(help)
                .because(builder.world.reason(*rule, None));
            builder.draft.find(found);
        }
        Verdict::Ambiguous {
            accounts,
            rule,
            why,
        } => {
            let dns: Vec<Dn> = accounts
                .iter()
                .flat_map(|account| builder.dn(Some(*account)))
                .collect();
            let found = finding(FindingKind::Unsettled, why)
                .about(dns)
                .help(format!(
                    "link {} to the account that is theirs",
                    wish.person
                ))
                .because(builder.world.reason(*rule, None));
            builder.draft.find(found);
        }
        Verdict::Conflict { accounts, why } => {
            // An account that is gone is what the stage wants; a new `link` line that leads nowhere is a mistake.
            let links = &builder.world.input.rules.links;
            let known = builder.world.person_memory(&wish.person).is_some();
            let linked = !known && links.iter().any(|link| link.person == wish.person);
            if accounts.is_empty() && !aim.makes() && !linked {
                return None;
            }
            let dns: Vec<Dn> = accounts
                .iter()
                .flat_map(|account| builder.dn(Some(*account)))
                .collect();
            let found = finding(FindingKind::Conflict, why).about(dns).help(format!(
                "write `link {} to \"…\"`, or mend the anchor; until then nothing changes",
                wish.person
            ));
            builder.draft.find(found);
            for account in accounts {
                builder.open(
                    Some(*account),
                    Some(&wish.person),
                    who,
                    OpenReason::Conflict,
                );
            }
            return None;
        }
    }
    if aim.ends() {
        for account in verdict.accounts() {
            builder.open(Some(*account), Some(&wish.person), who, OpenReason::Held);
        }
    }
    None
}

fn report_held(
    builder: &mut Builder<'_, '_>,
    wish: &Wish,
    who: &Arc<str>,
    account: Option<ObjectId>,
    reason: &str,
    rule: Option<RuleId>,
    ends: bool,
) {
    let quarantined = builder.world.quarantined(&wish.person);
    let (kind, why) = match quarantined {
        Some(_) => (FindingKind::Quarantined, OpenReason::Quarantined),
        None => (FindingKind::Held, OpenReason::Held),
    };
    let mend = quarantined.and_then(|record| record.reasons.first());
    let mut finding = Finding::new(kind, who.clone(), reason)
        .of(&wish.person)
        .about(builder.dn(account));
    if let Some(mend) = mend {
        finding = finding.help(mend.mend.as_str());
    }
    if let Some(rule) = rule {
        finding = finding.because(builder.world.reason(rule, Some(&wish.person)));
    }
    builder.draft.find(finding);
    builder.reported_quarantine.insert(wish.person.clone());
    if !ends {
        builder.open(account, Some(&wish.person), who, why);
    }
}

/// A person whom a managed stage led to an untouched one.
fn released(
    builder: &mut Builder<'_, '_>,
    wish: &Wish,
    who: &Arc<str>,
    account: Option<ObjectId>,
    known: Option<&AccountMemory>,
) {
    // An account that nobody looks after yet is remembered once it bears the person's number.
    let theirs =
        account.filter(|account| known.is_some() || bears_anchor(builder, wish, Some(*account)));
    builder.remember_stage(wish, theirs, false);
    if known.is_none() {
        return;
    }
    let text = "the policy no longer looks after this account; it stays as it is";
    let reason = builder.world.reason(wish.account_rule, Some(&wish.person));
    builder.draft.find(
        Finding::new(FindingKind::Released, who.clone(), text)
            .of(&wish.person)
            .about(builder.dn(account))
            .because(reason)
            .help("disable or hand over the account, or give the person a stage that manages it"),
    );
    builder.open(account, Some(&wish.person), who, OpenReason::Released);
}

impl Builder<'_, '_> {
    /// The place of an account, as findings take it.
    pub(crate) fn dn(&self, account: Option<ObjectId>) -> Vec<Dn> {
        account
            .map(|account| self.world.object(account).dn().clone())
            .into_iter()
            .collect()
    }

    /// The account as actions name it.
    pub(crate) fn existing(&self, id: ObjectId) -> Target {
        let object = self.world.object(id);
        Target::Existing {
            guid: object.guid(),
            dn: object.dn().clone(),
        }
    }

    /// Notes an account that nobody deals with, if it is enabled.
    pub(crate) fn open(
        &mut self,
        account: Option<ObjectId>,
        person: Option<&PersonId>,
        who: &Arc<str>,
        why: OpenReason,
    ) {
        if let Some(account) = account
            && self.world.object(account).enabled()
        {
            self.draft.open.push(Open {
                account,
                person: person.cloned(),
                who: who.clone(),
                why,
            });
        }
    }

    /// How a person without any name is shown.
    pub(crate) fn unnamed(&self, person: &PersonId) -> Arc<str> {
        unnamed(self.world, person)
    }

    /// Whether an `adopt` limit above zero stands in the policy: then proposals become actions.
    pub(crate) fn adopts(&self) -> bool {
        let rules = self.world.input.rules;
        rules.limits.get(&GuardKind::Adopt).is_some_and(|rule| {
            rule.limit.count.is_some_and(|count| count > 0)
                || rule.limit.percent.is_some_and(|percent| percent > 0)
        })
    }

    /// Whether a rule belongs to a stage.
    pub(crate) fn of_stage(&self, rule: RuleId) -> bool {
        let rule = self.world.input.rules.rule(rule);
        rule.is_some_and(|rule| rule.kind == RuleKind::Stage)
    }
}

/// How a person is shown by what HR says.
pub(crate) fn unnamed(world: &World<'_>, person: &PersonId) -> Arc<str> {
    let input = world.input;
    let quarantined = || world.quarantined(person)?.name.clone();
    let in_hr = || {
        let record = input.people.get(person)?;
        input.schema.name_of(record.values()).map(Arc::from)
    };
    quarantined()
        .or_else(in_hr)
        .unwrap_or_else(|| format!("person {person}").into())
}
