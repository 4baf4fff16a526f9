//! Invariants, approvals and guards that hold nothing back.

use super::{Lint, codes};
use crate::diagnostic::Diagnostic;
use crate::policy::prove::Claim;
use crate::policy::ruleset::StageAccount;
use crate::syntax::ast::{GuardKind, GuardStatement, Item};

/// Invariants that another one implies.
pub(super) const INVARIANTS: Lint = Lint {
    codes: &[&codes::IMPLIED_INVARIANT],
    run: |linter| {
        let policy = linter.policy;
        let conditions = &policy.program.invariants;
        let rules = &policy.rules.invariants;
        let all: Vec<_> = rules.iter().zip(conditions).collect();
        for (index, (rule, condition)) in all.iter().enumerate() {
            if linter.never(&[(condition, true)]) {
                continue;
            }
            for (other_index, (other, wider)) in all.iter().enumerate() {
                let covered = rule.never.iter().all(|never| other.never.contains(never));
                if index == other_index || !covered {
                    continue;
                }
                let claims: [Claim<'_>; 2] = [(condition, true), (wider, false)];
                if !linter.never(&claims) {
                    continue;
                }
                // Of two that say the same the later one is told of.
                let same = other.never.iter().all(|never| rule.never.contains(never))
                    && linter.never(&[(wider, true), (condition, false)]);
                if same && index < other_index {
                    continue;
                }
                let message = format!("`{}` is implied by `{}`", rule.title, other.title);
                let diagnostic =
                    Diagnostic::new(&codes::IMPLIED_INVARIANT, condition.span, message)
                        .label("promises nothing more")
                        .also(wider.span, "says this of more people")
                        .help("remove it, or say more with it");
                linter.proved(diagnostic, &claims);
                break;
            }
        }
    },
};

/// Approvals of what no rule ever does.
pub(super) const APPROVALS: Lint = Lint {
    codes: &[&codes::IDLE_APPROVAL],
    run: |linter| {
        let policy = linter.policy;
        let stages = policy.rules.stages.iter().map(|stage| stage.account);
        let exceptions = policy.program.exceptions.values().flatten();
        let exceptions = exceptions.filter_map(|one| one.body.account.map(|(account, _)| account));
        let accounts: Vec<StageAccount> = stages.chain(exceptions).collect();
        let deletes = accounts
            .iter()
            .any(|account| matches!(account, StageAccount::DeletedAfter(_)));
        let disables = accounts.iter().any(|account| account.ends());
        let resets = !policy.rules.password.resets.is_empty();
        let items: Vec<&Item> = linter.items().collect();
        for item in items {
            let Item::Approve(item) = item else {
                continue;
            };
            for kind in &item.body.kinds {
                let why = match kind.value {
                    GuardKind::Delete if !deletes => "no stage deletes an account",
                    GuardKind::Disable if !disables => "no stage disables an account",
                    GuardKind::Password if !resets => "nothing resets a password",
                    _ => continue,
                };
                let message = format!("`{}` never waits: {why}", kind.value.word());
                linter.say(
                    Diagnostic::new(&codes::IDLE_APPROVAL, kind.span, message)
                        .label("holds nothing back")
                        .help("remove it, or write the rule that it is for"),
                );
            }
        }
    },
};

/// Limits that no run can exceed.
pub(super) const GUARDS: Lint = Lint {
    codes: &[&codes::GUARD_NEVER_TRIPS],
    run: |linter| {
        let items: Vec<&Item> = linter.items().collect();
        for item in items {
            let Item::Guard(item) = item else {
                continue;
            };
            for statement in &item.body.statements {
                let GuardStatement::Limit(kind, limit, span) = statement else {
                    continue;
                };
                // Of accounts of people; a membership or a message is none, and one person has many.
                let whole = limit.percent.is_some_and(|percent| percent >= 100)
                    && (limit.count.is_none() || limit.more);
                let counts_people = !matches!(
                    kind.value,
                    GuardKind::Grant
                        | GuardKind::Revoke
                        | GuardKind::Notify
                        | GuardKind::Writeback
                        | GuardKind::Create
                        | GuardKind::Adopt
                        | GuardKind::Enable
                );
                if whole && counts_people {
                    let message =
                        format!("no run can exceed this limit of `{}`", kind.value.word());
                    linter.say(
                        Diagnostic::new(&codes::GUARD_NEVER_TRIPS, *span, message)
                            .label("everybody at once is allowed")
                            .help("write how many there are in a bad week, such as `at most 5%`"),
                    );
                }
            }
        }
    },
};
