//! What holds for a group beside the rows that give it: the terms of its block, its declaration, whose yes it
//! needs, and what rules it out.

use crate::directory::Dn;
use crate::policy::{GuardKind, Never, Policy, RuleId, Wish};

/// What holds for that group, each with its rule.
pub(super) fn of_group(policy: &Policy, wish: &Wish, name: &str) -> Vec<(&'static str, RuleId)> {
    let rules = &policy.rules;
    let is = |group: &str| group.to_lowercase() == name.to_lowercase();
    let dn = Dn::parse(name).unwrap_or_else(|_| Dn::root());
    let mut terms = Vec::new();
    for block in rules.blocks.iter().filter(|block| block.names_group(name)) {
        terms.extend(
            block
                .manage
                .map(|(_, rule)| ("what may be taken away", rule)),
        );
        terms.extend(
            block
                .linger
                .map(|(_, rule)| ("when it ends for want of a rule", rule)),
        );
        let kept = block.keep.iter();
        let kept = kept.filter(|(pattern, _)| pattern.matches(name, &dn));
        terms.extend(kept.map(|(_, rule)| ("kept for want of a rule", *rule)));
        terms.extend(
            block
                .create
                .as_ref()
                .map(|create| ("made if it is missing", create.rule)),
        );
    }
    terms.extend(
        rules
            .declared(name)
            .map(|declared| ("declared", declared.rule)),
    );
    let privileged = rules.privileged.iter().filter(|rule| is(&rule.group));
    terms.extend(privileged.map(|rule| ("privileged", rule.rule)));
    let approvals = rules.approvals.iter().filter(|rule| {
        rule.kinds.contains(&GuardKind::Grant)
            && (rule.groups.is_empty() || rule.groups.iter().any(|group| is(group)))
            && (!rule.conditional || wish.approvals.contains(&rule.rule))
    });
    terms.extend(approvals.map(|rule| ("waits for a person's yes", rule.rule)));
    let invariants = wish.invariants.iter();
    let invariants = invariants.filter_map(|one| rules.invariants.get(one.index as usize));
    let invariants = invariants.filter(|rule| {
        rule.never.iter().any(|never| match never {
            Never::Group(group) => is(group),
            Never::Unit(_) | Never::Account(_) | Never::Stage(_) => false,
        })
    });
    terms.extend(invariants.map(|rule| ("no plan may give it", rule.rule)));
    terms
}

/// Groups that are named by no row, but declared, privileged or ruled out.
pub(super) fn named(policy: &Policy) -> impl Iterator<Item = &str> {
    let rules = &policy.rules;
    let declared = rules.groups.iter().map(|rule| &*rule.name);
    let privileged = rules.privileged.iter().map(|rule| &*rule.group);
    let never = rules.invariants.iter().flat_map(|rule| &rule.never);
    let ruled_out = never.filter_map(|never| match never {
        Never::Group(group) => Some(&**group),
        Never::Unit(_) | Never::Account(_) | Never::Stage(_) => None,
    });
    declared.chain(privileged).chain(ruled_out)
}
