//! Who gets which group: twice, never, or only to lose it at once.

use super::{Lint, Linter, codes};
use crate::diagnostic::{Diagnostic, Span};
use crate::directory::Dn;
use crate::policy::ir::{Kind, Node};
use crate::policy::program::{GroupRow, StageBody};
use crate::policy::prove::Claim;
use crate::policy::ruleset::{Extent, StageAccount};
use crate::syntax::ast::{ExclusivePrefer, Expr, ExprKind, Item};
use std::collections::BTreeMap;

/// The most rows of one group that are compared with each other.
const MAX_ROWS: usize = 40;

/// A row that gives a group by its name.
type Grant<'p> = (&'p GroupRow, &'p Node);

/// What the rows of a kind give, by the group's name in small letters.
fn grants<'p>(rows: &'p [GroupRow]) -> BTreeMap<String, Vec<Grant<'p>>> {
    let mut grants: BTreeMap<String, Vec<Grant<'p>>> = BTreeMap::new();
    for row in rows {
        for (node, names) in row.groups.iter().zip(&row.names) {
            if let (Kind::Const(_), [name]) = (&node.kind, names.as_slice()) {
                grants
                    .entry(name.to_lowercase())
                    .or_default()
                    .push((row, node));
            }
        }
    }
    grants
}

fn holds(row: &GroupRow) -> Vec<Claim<'_>> {
    row.condition.iter().map(|node| (node, true)).collect()
}

/// Groups that two rows give to one person.
pub(super) const GRANTS: Lint = Lint {
    codes: &[&codes::GRANTED_TWICE],
    run: |linter| {
        let program = &linter.policy.program;
        for rows in [&program.groups, &program.lists] {
            for grants in grants(rows).values().filter(|grants| grants.len() > 1) {
                for (index, later) in grants.iter().take(MAX_ROWS).enumerate() {
                    let before = grants.iter().take(index);
                    // One finding a row is enough.
                    let _ = before.clone().any(|first| twice(linter, *first, *later));
                }
            }
        }
    },
};

fn twice(linter: &mut Linter<'_>, first: Grant<'_>, later: Grant<'_>) -> bool {
    let group = linter.words(later.1.span);
    let base = |span: Span, label: &str, message: String| {
        Diagnostic::new(&codes::GRANTED_TWICE, span, message)
            .label(label.to_owned())
            .also(first.1.span, "and here")
    };
    let mut both = holds(first.0);
    both.extend(holds(later.0));
    if both.is_empty() || linter.never(&holds(later.0)) || linter.never(&holds(first.0)) {
        return false;
    }
    // Everybody of the one row is of the other: then the other gives it anyway.
    for (one, other) in [(later, first), (first, later)] {
        let mut claims = holds(one.0);
        if let Some(node) = &other.0.condition {
            claims.push((node, false));
        }
        let covered =
            one.0.condition.is_some() && (other.0.condition.is_none() || linter.never(&claims));
        if covered {
            let message = format!("whoever gets {group} by this row gets it by another one anyway");
            let diagnostic = Diagnostic::new(&codes::GRANTED_TWICE, one.1.span, message)
                .label("adds nobody")
                .also(other.1.span, "gives it to all of them")
                .help("name the group in one of the two rows");
            if other.0.condition.is_none() {
                linter.say(diagnostic);
            } else {
                linter.proved(diagnostic, &claims);
            }
            return true;
        }
    }
    let Some(example) = linter.example(&both) else {
        return false;
    };
    let message = format!("two rows give {group} to one person");
    let help = format!(
        "for example: {}; join the rows with `or`, so that the group has one reason",
        example.words
    );
    linter.shown(
        base(later.1.span, "given here", message).help(help),
        &both,
        example,
    );
    true
}

/// Grants that a `forbid` always takes away.
pub(super) const FORBIDDEN: Lint = Lint {
    codes: &[&codes::FORBIDDEN_GRANT],
    run: |linter| {
        let program = &linter.policy.program;
        for rows in [&program.groups, &program.lists] {
            for (name, grants) in grants(rows) {
                for forbid in &program.forbids {
                    let named = |names: &Vec<std::sync::Arc<str>>| matches!(names.as_slice(), [only] if only.to_lowercase() == name);
                    let Some(at) = forbid.names.iter().position(named) else {
                        continue;
                    };
                    let place = forbid.groups.get(at).map(|node| node.span);
                    for grant in &grants {
                        forbidden(linter, *grant, forbid, place);
                    }
                }
            }
        }
    },
};

fn forbidden(linter: &mut Linter<'_>, grant: Grant<'_>, forbid: &GroupRow, place: Option<Span>) {
    let mut claims = holds(grant.0);
    if linter.never(&claims) {
        return;
    }
    if let Some(node) = &forbid.condition {
        claims.push((node, false));
        if !linter.never(&claims) {
            return;
        }
    }
    let group = linter.words(grant.1.span);
    let message = format!("everybody who gets {group} here is forbidden to have it");
    let mut diagnostic = Diagnostic::new(&codes::FORBIDDEN_GRANT, grant.1.span, message)
        .label("never takes effect")
        .help("remove the grant, or leave some of its people out of the `forbid`");
    if let Some(place) = place {
        diagnostic = diagnostic.also(place, "forbidden here");
    }
    if forbid.condition.is_some() {
        linter.proved(diagnostic, &claims);
    } else {
        linter.say(diagnostic);
    }
}

/// Rows whose people are all in stages in which the group is not given.
pub(super) const NOBODY: Lint = Lint {
    codes: &[&codes::NOBODY_GETS],
    run: |linter| {
        let program = &linter.policy.program;
        let exceptions = program.exceptions.values().flatten();
        let mut open = exceptions.map(|one| {
            one.stage.is_some() || one.body.groups.is_some() || one.body.lists.is_some()
        });
        if open.any(|open| open) {
            // Somebody may be where the rules put nobody.
            return;
        }
        for (rows, lists) in [(&program.groups, false), (&program.lists, true)] {
            for row in rows {
                nobody(linter, row, lists);
            }
        }
    },
};

fn nobody(linter: &mut Linter<'_>, row: &GroupRow, lists: bool) {
    let (Some(condition), Some(group)) = (&row.condition, row.groups.first()) else {
        return;
    };
    let [name] = row.names.first().map(Vec::as_slice).unwrap_or_default() else {
        return;
    };
    let program = &linter.policy.program;
    let stages: Vec<bool> = program
        .lifecycle
        .iter()
        .filter(|row| !row.vanished)
        .map(|row| {
            let index = row.stage.0 as usize;
            let account = linter.policy.rules.stage(row.stage).map(|one| one.account);
            let planned = !matches!(
                account,
                Some(StageAccount::Untouched | StageAccount::Hold) | None
            );
            planned
                && program
                    .stages
                    .get(index)
                    .is_none_or(|body| lets_through(body, lists, name))
        })
        .collect();
    if stages.iter().all(|lets| *lets) {
        return;
    }
    let rows: Vec<_> = program
        .lifecycle
        .iter()
        .filter(|row| !row.vanished)
        .collect();
    let mut all: Vec<Claim<'_>> = Vec::new();
    // From the last row up: most people are there.
    for at in (0..rows.len()).rev() {
        let (Some(here), Some(true)) = (rows.get(at), stages.get(at)) else {
            continue;
        };
        let mut claims: Vec<Claim<'_>> = vec![(condition, true)];
        claims.extend(here.condition.iter().map(|node| (node, true)));
        let before = rows
            .iter()
            .take(at)
            .filter_map(|row| row.condition.as_ref());
        claims.extend(before.map(|node| (node, false)));
        if !linter.never(&claims) {
            return;
        }
        all = claims;
    }
    if linter.never(&[(condition, true)]) {
        return;
    }
    let group_words = linter.words(group.span);
    let message = format!(
        "nobody gets {group_words} by this row: whoever meets it is in a stage in which the group is not given"
    );
    let diagnostic = Diagnostic::new(&codes::NOBODY_GETS, condition.span, message)
        .label("only in stages that give none")
        .help("correct the condition, or let a stage `grant` the group");
    if all.is_empty() {
        linter.say(diagnostic);
    } else {
        linter.proved(diagnostic, &all);
    }
}

/// Whether a stage gives what rows say of that group.
fn lets_through(body: &StageBody, lists: bool, name: &str) -> bool {
    let restriction = if lists { &body.lists } else { &body.groups };
    restriction.as_ref().is_none_or(|(restriction, _)| {
        restriction.extent == Extent::AsRules
            && !restriction
                .except
                .iter()
                .any(|pattern| pattern.matches(name, &Dn::root()))
    })
}

/// Groups that exclude each other, are given at once, and of which the one that somebody has counts.
pub(super) const EXCLUSIVE: Lint = Lint {
    codes: &[&codes::EXCLUSIVE_UNDECIDED],
    run: |linter| {
        let program = &linter.policy.program;
        let mut grants = grants(&program.groups);
        grants.extend(self::grants(&program.lists));
        let items: Vec<_> = linter.items().collect();
        for item in items {
            let Item::Exclusive(item) = item else {
                continue;
            };
            if item.body.prefer.value != ExclusivePrefer::Current {
                continue;
            }
            let groups: Vec<(String, Span)> = item.body.groups.iter().filter_map(literal).collect();
            undecided(linter, &groups, item.body.prefer.span, &grants);
        }
    },
};

fn undecided(
    linter: &mut Linter<'_>,
    groups: &[(String, Span)],
    span: Span,
    grants: &BTreeMap<String, Vec<Grant<'_>>>,
) {
    for (index, (one, _)) in groups.iter().enumerate() {
        for (other, _) in groups.iter().skip(index + 1) {
            let rows = |name: &String| grants.get(name).map(Vec::as_slice).unwrap_or_default();
            for first in rows(one).iter().take(MAX_ROWS) {
                for later in rows(other).iter().take(MAX_ROWS) {
                    let mut claims = holds(first.0);
                    claims.extend(holds(later.0));
                    let Some(example) = linter.example(&claims) else {
                        continue;
                    };
                    let (a, b) = (linter.words(first.1.span), linter.words(later.1.span));
                    let message = format!(
                        "whoever has neither gets {a} and {b} at once, and `current` prefers none of them"
                    );
                    let diagnostic = Diagnostic::new(&codes::EXCLUSIVE_UNDECIDED, span, message)
                        .label("decides nothing for a newcomer")
                        .also(first.1.span, "given here")
                        .also(later.1.span, "and here")
                        .help(format!("for example: {}; write `prefer first`, or give each person one of them", example.words));
                    linter.shown(diagnostic, &claims, example);
                    return;
                }
            }
        }
    }
}

/// A text that is written out, in small letters.
pub(super) fn literal(expr: &Expr) -> Option<(String, Span)> {
    match &expr.kind {
        ExprKind::Text(template) => Some((template.literal()?.to_lowercase(), expr.span)),
        ExprKind::Paren(inner) => literal(inner),
        _ => None,
    }
}
