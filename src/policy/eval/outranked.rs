//! What outranks the text of the policy, and what becomes of somebody whom a human ended at once (S1).

use super::wish::Evaluator;
use super::{Scope, Unknown};
use crate::hr;
use crate::policy::ruleset::{RuleId, StageAccount, StageId};
use crate::policy::wish::{Ended, Standing, Wish};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What outranks the text of the policy: facts of the state that the evaluation is told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overrides {
    /// Exceptions, by the digest of their text, that count as if they were not there (S18).
    pub lapsed: BTreeSet<Arc<str>>,
    /// Who was ended at once, and the name of the stage that they are in until HR agrees (S1).
    pub ended: BTreeMap<hr::PersonId, Arc<str>>,
}

impl<'a> Evaluator<'a> {
    /// The wish under an order that ends the person at once: HR's own stage where HR says the same and nothing turns
    /// the account on, else that of the order.
    pub(super) fn outranked(
        &self,
        wish: Wish,
        scope: &Scope<'a>,
        zone_unknown: Option<(Unknown, RuleId)>,
    ) -> Wish {
        let overrides = self.overrides;
        let Some(stage) = overrides.and_then(|overrides| overrides.ended.get(&wish.person)) else {
            return wish;
        };
        // HR's own word, without what people wrote into exceptions. That it has no record is none.
        let by_hr = self.standing(scope, zone_unknown, &[]);
        let agrees = !self.gone && self.ends(&by_hr);
        if agrees && self.ends(&wish.standing) && wish.account.ends() {
            return Wish {
                ended: Some(Ended::WithHr),
                ..wish
            };
        }
        self.ended_wish(wish, scope, by_hr, stage)
    }

    /// The wish of somebody who was ended at once, while HR says otherwise (S1): in the stage that was named then,
    /// without exceptions, and never deleted. Of a record that cannot be read, or where the policy no longer has the
    /// stage, it is no more than that the account is disabled.
    fn ended_wish(&self, wish: Wish, scope: &Scope<'a>, by_hr: Standing, stage: &str) -> Wish {
        let rules = &self.policy.rules;
        let named = rules.stage_named(stage);
        let named = named.filter(|id| rules.stage(*id).is_some_and(|stage| stage.account.ends()));
        let other = || {
            let mut all = (0_u32..).zip(&rules.stages);
            let off = all.find(|(_, stage)| stage.account.ends());
            off.map(|(id, _)| StageId(id))
        };
        let end = named.or_else(other);
        let end = end.and_then(|id| Some((id, rules.stage(id)?.rule)));
        let standing = match (by_hr, end) {
            (Standing::In { .. }, Some((stage, rule))) if named.is_some() => {
                Standing::In { stage, rule }
            }
            (Standing::In { .. }, ends) => Standing::Held {
                reason: format!(
                    "the policy has no stage `{stage}` any more in which somebody was ended at once"
                )
                .into(),
                rule: None,
                ends,
            },
            (Standing::Held { reason, rule, ends }, end) => Standing::Held {
                reason,
                rule,
                ends: ends.or(end),
            },
        };
        let ended = self.wish_in((wish.person, wish.zone), scope, standing, &[]);
        Wish {
            account: match ended.account {
                StageAccount::DeletedAfter(_) => StageAccount::Disabled,
                account => account,
            },
            ended: Some(Ended::AgainstHr),
            ..ended
        }
    }

    /// Whether that is a stage whose account is off.
    fn ends(&self, standing: &Standing) -> bool {
        let Standing::In { stage, .. } = standing else {
            return false;
        };
        let stage = self.policy.rules.stage(*stage);
        stage.is_some_and(|stage| stage.account.ends())
    }
}
