//! What a run asks of people: the questions of its plan, as the state keeps them until somebody answers.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::plan::{Action, Approval, Plan, file};
use crate::state::{Asked, Asking, Private, Question, StoreError, Writer};

/// Remembers what the actions of a plan wait for; what is no longer asked is forgotten, where the plan is a whole one.
pub(super) fn ask(writer: &mut Writer<'_>, plan: &Plan, at: Timestamp) -> Result<(), StoreError> {
    let header = &plan.header;
    let asked = plan.actions.iter();
    let asked = asked.filter_map(|action| Some((action, action.approval.as_ref()?)));
    // For some people alone, in a freeze, or to take a run back: the others are still asked.
    let whole = header.only.is_empty() && header.frozen.is_none() && header.takes_back.is_none();
    if whole {
        let ids = asked.clone().map(|(_, approval)| &*approval.id);
        writer.drop_approvals(ids, at)?;
    }
    for (action, approval) in asked {
        let person = action.person.as_ref();
        if approval.lapsed.is_some() {
            writer.asked_anew(&approval.id, person, at)?;
        }
        let asked = Asked {
            asked: approval.asked,
            first: approval.first,
            until: Some(approval.until),
            given: approval.given.clone(),
            refused: approval.refused.clone(),
            told: BTreeMap::new(),
        };
        let asking = Asking {
            id: &approval.id,
            person,
            asked: &asked,
            what: Some(&file::action_to_json(action)),
        };
        writer.ask(&asking, at)?;
    }
    Ok(())
}

/// The action that a question is about, with the rule that asks; `None` where it was forgotten.
pub fn question_of(question: &Question) -> Option<(Action, Approval)> {
    let Private::Known(text) = &question.what else {
        return None;
    };
    let action = file::action_from_json(text).ok()?;
    let approval = action.approval.clone()?;
    Some((action, approval))
}
