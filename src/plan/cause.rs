//! What made a change due: HR, the policy, time, an order, or somebody's hand (S19).
//!
//! For whoever was ended at once everything follows from that order. For all others
//! HR comes first only for what the deciding rule itself reads, or for the change of stage that brought it
//! on; then a policy that is new; then anything else that HR says otherwise. So an effect of the policy is
//! never taken for one of HR because of a value that has nothing to do with it. Whose hand it was the
//! callers see: they compare what the last run left with what is there.

use super::Cause;
use super::builder::Builder;
use super::subject::Subject;
use crate::policy::{Ended, RuleId};

impl Subject<'_> {
    /// Whether there is an earlier state to compare with: the account was managed, or there was a run before
    /// the account is made.
    fn has_past(&self, builder: &Builder<'_, '_>) -> bool {
        match self.account {
            Some(_) => self.managed(),
            None => builder.world.input.prior.policy.is_some(),
        }
    }

    /// What made a change due that the stage decides.
    pub(crate) fn cause_of_stage(&self, builder: &Builder<'_, '_>) -> Cause {
        self.judged(builder, &builder.world.lifecycle_reads, &[])
    }

    /// What made a change due that this rule decides.
    pub(crate) fn cause_of(&self, builder: &Builder<'_, '_>, rule: RuleId) -> Cause {
        self.judged(builder, reads_of(builder, rule), &[])
    }

    /// What made a membership come or go; with the rule that says so, if one does.
    pub(crate) fn cause_of_membership(
        &self,
        builder: &Builder<'_, '_>,
        rule: Option<RuleId>,
    ) -> Cause {
        let reads = rule.map_or(&[][..], |rule| reads_of(builder, rule));
        self.judged(builder, reads, &builder.world.group_reads)
    }

    fn judged(&self, builder: &Builder<'_, '_>, reads: &[u32], others: &[u32]) -> Cause {
        let world = builder.world;
        let changed = |reads: &[u32]| world.hr_changed(&self.wish.person, reads);
        if !self.has_past(builder) {
            Cause::First
        } else if self.wish.ended == Some(Ended::AgainstHr) {
            Cause::Ordered
        } else if changed(reads) || (self.entered_now(builder) && changed(&world.lifecycle_reads)) {
            Cause::Hr
        } else if world.policy_changed() {
            Cause::Policy
        } else if changed(others) {
            Cause::Hr
        } else {
            Cause::Time
        }
    }

    /// Whether HR, policy, stage and clock all say what they said at the last run, as far as this rule goes:
    /// what differs then was done by hand.
    pub(crate) fn nothing_new(&self, builder: &Builder<'_, '_>, rule: RuleId) -> bool {
        let world = builder.world;
        let reads_clock = world
            .input
            .rules
            .rule(rule)
            .is_none_or(|rule| rule.reads_clock);
        self.managed()
            && !reads_clock
            && !self.entered_now(builder)
            && !world.policy_changed()
            && !world.hr_changed(&self.wish.person, reads_of(builder, rule))
    }
}

fn reads_of<'a>(builder: &Builder<'_, 'a>, rule: RuleId) -> &'a [u32] {
    let rule = builder.world.input.rules.rule(rule);
    rule.map_or(&[], |rule| &rule.reads)
}
