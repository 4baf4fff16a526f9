//! Between a plan and its file, both ways.

use super::told::notices;
use super::{Bad, wire};
use crate::directory::{Controller, Dn, Guid};
use crate::hr::PersonId;
use crate::plan::order::made_by;
use crate::plan::{
    Action, ActionId, Approval, Broken, GuardVerdict, Header, NextChange, Plan, Reason, Reversible,
    SourceRead, StageCount, TakesBack,
};
use crate::state::{Freeze, Given, Refused};
use jiff::Timestamp;
use std::sync::Arc;

pub(super) fn texts(values: &[Arc<str>]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

pub(super) fn shared(values: Vec<String>) -> Vec<Arc<str>> {
    values.into_iter().map(Into::into).collect()
}

pub(super) fn text<T: ToString>(value: Option<&T>) -> Option<String> {
    value.map(ToString::to_string)
}

pub(super) fn instant(value: &str) -> Result<Timestamp, Bad> {
    value.parse().map_err(|_| Bad::new("instant", value))
}

pub(super) fn instant_if(value: Option<String>) -> Result<Option<Timestamp>, Bad> {
    value.map(|value| instant(&value)).transpose()
}

pub(super) fn guid(value: &str) -> Result<Guid, Bad> {
    Guid::parse(value).ok_or_else(|| Bad::new("GUID", value))
}

pub(super) fn guid_if(value: Option<String>) -> Result<Option<Guid>, Bad> {
    value.map(|value| guid(&value)).transpose()
}

pub(super) fn dn(value: &str) -> Result<Dn, Bad> {
    Dn::parse(value).map_err(|_| Bad::new("distinguished name", value))
}

pub(super) fn person(value: &str) -> Result<PersonId, Bad> {
    PersonId::parse(value).map_err(|_| Bad::new("id of a person", value))
}

pub(super) fn person_if(value: Option<String>) -> Result<Option<PersonId>, Bad> {
    value.map(|value| person(&value)).transpose()
}

pub(super) fn numbers(ids: &[ActionId]) -> Vec<u32> {
    ids.iter().map(|id| id.0).collect()
}

pub(super) fn ids(numbers: Vec<u32>) -> Vec<ActionId> {
    numbers.into_iter().map(ActionId).collect()
}

impl From<&Plan> for wire::Plan {
    fn from(plan: &Plan) -> Self {
        Self {
            header: (&plan.header).into(),
            actions: plan.actions.iter().map(Into::into).collect(),
            guards: plan.guards.iter().map(Into::into).collect(),
            broken: plan.broken.iter().map(Into::into).collect(),
            notices: plan.notices.iter().map(Into::into).collect(),
            on_failure: plan.on_failure.iter().map(Into::into).collect(),
            findings: plan.findings.iter().map(Into::into).collect(),
            open_accounts: plan.open_accounts.iter().map(Into::into).collect(),
            stages: plan
                .stages
                .iter()
                .map(|stage| wire::StageCount {
                    stage: stage.stage.to_string(),
                    people: stage.people,
                })
                .collect(),
            next_change: text(plan.next_change.as_ref()),
            next_changes: plan
                .next_changes
                .iter()
                .map(|one| wire::NextChange {
                    person: one.person.to_string(),
                    at: one.at.to_string(),
                })
                .collect(),
            memory: (&plan.memory).into(),
        }
    }
}

impl TryFrom<wire::Plan> for Plan {
    type Error = Bad;

    fn try_from(plan: wire::Plan) -> Result<Self, Bad> {
        let count = plan.actions.len();
        let actions: Vec<Action> = collect(plan.actions)?;
        for (index, action) in actions.iter().enumerate() {
            let later = |id: &&ActionId| id.0 as usize >= index;
            let made: Vec<ActionId> = made_by(&action.change).collect();
            let named = action.after.iter().chain(&action.behind).chain(&made);
            if let Some(id) = named.clone().find(later) {
                return Err(Bad(format!(
                    "action {index} waits for action {}, which does not come before it ({count} actions)",
                    id.0
                )));
            }
        }
        Ok(Self {
            header: plan.header.try_into()?,
            actions,
            guards: plan.guards.into_iter().map(Into::into).collect(),
            broken: collect(plan.broken)?,
            notices: notices(plan.notices, count)?,
            on_failure: collect(plan.on_failure)?,
            findings: collect(plan.findings)?,
            open_accounts: collect(plan.open_accounts)?,
            stages: plan
                .stages
                .into_iter()
                .map(|stage| StageCount {
                    stage: stage.stage.into(),
                    people: stage.people,
                })
                .collect(),
            next_change: instant_if(plan.next_change)?,
            next_changes: plan
                .next_changes
                .into_iter()
                .map(|one| {
                    Ok(NextChange {
                        person: person(&one.person)?,
                        at: instant(&one.at)?,
                    })
                })
                .collect::<Result<_, Bad>>()?,
            memory: plan.memory.try_into()?,
        })
    }
}

pub(super) fn collect<A, B: TryFrom<A, Error = Bad>>(items: Vec<A>) -> Result<Vec<B>, Bad> {
    items.into_iter().map(TryInto::try_into).collect()
}

impl From<&Header> for wire::Header {
    fn from(header: &Header) -> Self {
        Self {
            now: header.now.to_string(),
            clock_pinned: header.clock_pinned,
            hypothetical: header.hypothetical,
            takes_back: header.takes_back.as_ref().map(|taken| wire::TakesBack {
                run: taken.run.to_string(),
                new_policy: taken.new_policy,
                policy_before: text(taken.policy_before.as_ref()),
                forgets: taken.forgets.iter().map(ToString::to_string).collect(),
            }),
            admin_groups: header
                .admin_groups
                .iter()
                .map(ToString::to_string)
                .collect(),
            only: texts(&header.only),
            frozen: header.frozen.as_ref().map(|freeze| wire::Frozen {
                until: freeze.until.to_string(),
                since: freeze.since.to_string(),
                by: freeze.by.to_string(),
                because: freeze.because.to_string(),
            }),
            expires: header.expires.to_string(),
            policy: header.policy.to_string(),
            people: header.people.to_string(),
            people_source: header.people_source.to_string(),
            sources: header
                .sources
                .iter()
                .map(|source| wire::SourceRead {
                    name: source.name.to_string(),
                    digest: source.digest.to_string(),
                    records: source.records,
                })
                .collect(),
            directory: header.directory.to_string(),
            domain: text(header.domain.as_ref()),
            domain_name: header.domain_name.to_string(),
            controller: header
                .controller
                .as_ref()
                .map(|controller| wire::Controller {
                    service: controller.service.clone(),
                    host: controller.host.clone(),
                    invocation: controller.invocation.to_string(),
                }),
            state: header.state.to_string(),
            generation: header.generation,
        }
    }
}

impl TryFrom<wire::Header> for Header {
    type Error = Bad;

    fn try_from(header: wire::Header) -> Result<Self, Bad> {
        Ok(Self {
            now: instant(&header.now)?,
            clock_pinned: header.clock_pinned,
            hypothetical: header.hypothetical,
            takes_back: header.takes_back.map(takes_back).transpose()?,
            admin_groups: header
                .admin_groups
                .iter()
                .map(|text| guid(text))
                .collect::<Result<_, Bad>>()?,
            only: shared(header.only),
            frozen: header.frozen.map(frozen).transpose()?,
            expires: instant(&header.expires)?,
            policy: header.policy.into(),
            people: header.people.into(),
            people_source: header.people_source.into(),
            sources: header
                .sources
                .into_iter()
                .map(|source| SourceRead {
                    name: source.name.into(),
                    digest: source.digest.into(),
                    records: source.records,
                })
                .collect(),
            directory: header.directory.into(),
            domain: guid_if(header.domain)?,
            domain_name: header.domain_name.into(),
            controller: header.controller.map(controller).transpose()?,
            state: header
                .state
                .parse()
                .map_err(|_| Bad::new("id of a state", &header.state))?,
            generation: header.generation,
        })
    }
}

fn frozen(frozen: wire::Frozen) -> Result<Freeze, Bad> {
    Ok(Freeze {
        until: instant(&frozen.until)?,
        since: instant(&frozen.since)?,
        by: frozen.by.into(),
        because: frozen.because.into(),
    })
}

fn takes_back(taken: wire::TakesBack) -> Result<TakesBack, Bad> {
    Ok(TakesBack {
        run: taken
            .run
            .parse()
            .map_err(|_| Bad::new("id of a run", &taken.run))?,
        new_policy: taken.new_policy,
        policy_before: taken.policy_before.map(Into::into),
        forgets: taken
            .forgets
            .iter()
            .map(|text| guid(text))
            .collect::<Result<_, Bad>>()?,
    })
}

fn controller(controller: wire::Controller) -> Result<Controller, Bad> {
    Ok(Controller {
        invocation: Guid::parse(&controller.invocation)
            .ok_or_else(|| Bad::new("id of a domain controller", &controller.invocation))?,
        service: controller.service,
        host: controller.host,
    })
}

impl From<&Action> for wire::Action {
    fn from(action: &Action) -> Self {
        Self {
            change: (&action.change).into(),
            person: text(action.person.as_ref()),
            who: action.who.to_string(),
            reasons: action.reasons.iter().map(Into::into).collect(),
            cause: action.cause.into(),
            after: numbers(&action.after),
            behind: numbers(&action.behind),
            reversible: match &action.reversible {
                Reversible::Yes => wire::Reversible::Yes,
                Reversible::Partly(what) => wire::Reversible::Partly(what.to_string()),
                Reversible::No => wire::Reversible::No,
            },
            not_ours: action.not_ours,
            counts: action.counts.iter().copied().map(Into::into).collect(),
            reserves: action
                .reserves
                .iter()
                .map(|(space, name)| wire::Name {
                    space: (*space).into(),
                    name: name.to_string(),
                })
                .collect(),
            approval: action.approval.as_ref().map(Into::into),
            formerly: action
                .formerly
                .as_deref()
                .map(|formerly| Box::new(formerly.into())),
        }
    }
}

impl TryFrom<wire::Action> for Action {
    type Error = Bad;

    fn try_from(action: wire::Action) -> Result<Self, Bad> {
        Ok(Self {
            change: action.change.try_into()?,
            person: person_if(action.person)?,
            who: action.who.into(),
            reasons: action.reasons.into_iter().map(Into::into).collect(),
            cause: action.cause.into(),
            after: ids(action.after),
            behind: ids(action.behind),
            reversible: match action.reversible {
                wire::Reversible::Yes => Reversible::Yes,
                wire::Reversible::Partly(what) => Reversible::Partly(what.into()),
                wire::Reversible::No => Reversible::No,
            },
            not_ours: action.not_ours,
            counts: action.counts.into_iter().map(Into::into).collect(),
            reserves: action
                .reserves
                .into_iter()
                .map(|name| (name.space.into(), name.name.into()))
                .collect(),
            approval: action.approval.map(TryInto::try_into).transpose()?,
            formerly: action
                .formerly
                .map(|formerly| Ok(Box::new((*formerly).try_into()?)))
                .transpose()?,
        })
    }
}

impl From<&Approval> for wire::Approval {
    fn from(approval: &Approval) -> Self {
        Self {
            id: approval.id.to_string(),
            rule: (&approval.rule).into(),
            asked: approval.asked.to_string(),
            first: (approval.first != approval.asked).then(|| approval.first.to_string()),
            until: Some(approval.until.to_string()),
            lapsed: approval.lapsed.map(Into::into),
            given: approval.given.as_ref().map(|given| wire::Given {
                by: given.by.to_string(),
                at: given.at.to_string(),
                expires: given.expires.to_string(),
                because: text(given.because.as_ref()),
            }),
            refused: approval.refused.as_ref().map(|refused| wire::Refused {
                by: refused.by.to_string(),
                at: refused.at.to_string(),
                until: refused.until.to_string(),
                because: refused.because.to_string(),
            }),
        }
    }
}

impl TryFrom<wire::Approval> for Approval {
    type Error = Bad;

    fn try_from(approval: wire::Approval) -> Result<Self, Bad> {
        let given = approval.given.map(|given| {
            Ok(Given {
                by: given.by.into(),
                at: instant(&given.at)?,
                expires: instant(&given.expires)?,
                because: given.because.map(Into::into),
            })
        });
        let refused = approval.refused.map(|refused| {
            Ok(Refused {
                by: refused.by.into(),
                at: instant(&refused.at)?,
                until: instant(&refused.until)?,
                because: refused.because.into(),
            })
        });
        let asked = instant(&approval.asked)?;
        Ok(Self {
            id: approval.id.into(),
            rule: approval.rule.into(),
            asked,
            first: instant_if(approval.first)?.unwrap_or(asked),
            until: instant_if(approval.until)?.unwrap_or(Timestamp::MAX),
            lapsed: approval.lapsed.map(Into::into),
            given: given.transpose()?,
            refused: refused.transpose()?,
        })
    }
}

impl From<&Broken> for wire::Broken {
    fn from(broken: &Broken) -> Self {
        Self {
            title: broken.title.to_string(),
            person: broken.person.to_string(),
            who: broken.who.to_string(),
            account: broken.account.to_string(),
            text: broken.text.to_string(),
            reason: (&broken.reason).into(),
        }
    }
}

impl TryFrom<wire::Broken> for Broken {
    type Error = Bad;

    fn try_from(broken: wire::Broken) -> Result<Self, Bad> {
        Ok(Self {
            title: broken.title.into(),
            person: person(&broken.person)?,
            who: broken.who.into(),
            account: dn(&broken.account)?,
            text: broken.text.into(),
            reason: broken.reason.into(),
        })
    }
}

impl From<&Reason> for wire::Reason {
    fn from(reason: &Reason) -> Self {
        Self {
            text: reason.text.to_string(),
            file: reason.file.to_string(),
            line: reason.line,
            values: reason
                .values
                .iter()
                .map(|(name, value)| wire::ValueRead {
                    name: name.to_string(),
                    value: value.to_string(),
                })
                .collect(),
        }
    }
}

impl From<wire::Reason> for Reason {
    fn from(reason: wire::Reason) -> Self {
        Self {
            text: reason.text.into(),
            file: reason.file.into(),
            line: reason.line,
            values: reason
                .values
                .into_iter()
                .map(|read| (read.name.into(), read.value.into()))
                .collect(),
        }
    }
}

impl From<&GuardVerdict> for wire::GuardVerdict {
    fn from(guard: &GuardVerdict) -> Self {
        Self {
            kind: guard.kind.into(),
            count: guard.count,
            recent: guard.recent,
            limit: guard.limit,
            source: guard.source.to_string(),
            tripped: guard.tripped,
            actions: numbers(&guard.actions),
        }
    }
}

impl From<wire::GuardVerdict> for GuardVerdict {
    fn from(guard: wire::GuardVerdict) -> Self {
        Self {
            kind: guard.kind.into(),
            count: guard.count,
            recent: guard.recent,
            limit: guard.limit,
            source: guard.source.into(),
            tripped: guard.tripped,
            actions: ids(guard.actions),
        }
    }
}
