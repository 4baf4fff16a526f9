//! Conditions that nobody or everybody meets, and rows that decide nothing.

use super::nodes::{self, Decision, Place};
use super::{Lint, Linter, codes};
use crate::diagnostic::{Diagnostic, Span};
use crate::policy::ir::{Kind, Node};
use crate::policy::prove::Claim;

/// Comparisons of two constants.
pub(super) const CONSTANT: Lint = Lint {
    codes: &[&codes::CONSTANT_COMPARISON],
    run: |linter| {
        let mut found = Vec::new();
        nodes::all(&linter.policy.program, &mut |node| {
            if is_constant_comparison(linter, node) {
                found.push(node.span);
            }
        });
        found.sort();
        found.dedup();
        for span in found {
            linter.say(
                Diagnostic::new(
                    &codes::CONSTANT_COMPARISON,
                    span,
                    "both sides of this comparison are the same for everybody, always",
                )
                .label("asks nothing")
                .help("compare with an attribute of the person; what differs between environments is a `param`"),
            );
        }
    },
};

fn is_constant_comparison(linter: &Linter<'_>, node: &Node) -> bool {
    let constant = |node: &Node| {
        let words = linter.sources.slice(node.span);
        // The name of a `param` stands for a value of here.
        let named = words.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && !matches!(words, "true" | "false" | "never");
        match &node.kind {
            Kind::Const(_) => !named,
            Kind::List(items) => items.iter().all(|item| matches!(item.kind, Kind::Const(_))),
            _ => false,
        }
    };
    match &node.kind {
        Kind::Compare { left, right, .. } => constant(left) && constant(right),
        Kind::In { item, list } => constant(item) && constant(list),
        _ => false,
    }
}

fn has_constant_comparison(linter: &Linter<'_>, node: &Node) -> bool {
    let mut found = false;
    node.walk(&mut |node| found |= is_constant_comparison(linter, node));
    found
}

/// Conditions that nobody or everybody meets, and rows that are never reached.
pub(super) const ROWS: Lint = Lint {
    codes: &[
        &codes::NEVER_MATCHES,
        &codes::ALWAYS_TRUE,
        &codes::SHADOWED_ROW,
    ],
    run: |linter| {
        for (node, place) in linter.conditions() {
            judge(linter, node, place);
        }
        for decision in linter.decisions() {
            shadowed(linter, &decision);
        }
    },
};

fn judge(linter: &mut Linter<'_>, node: &Node, place: Place) {
    if has_constant_comparison(linter, node) {
        return;
    }
    let holds: &[Claim<'_>] = &[(node, true)];
    if linter.never(holds) {
        linter.proved(
            Diagnostic::new(
                &codes::NEVER_MATCHES,
                node.span,
                "nobody can meet this condition, whatever HR says",
            )
            .label("never holds")
            .help("what it asks contradicts itself: correct it, or remove the row"),
            holds,
        );
        return;
    }
    let fails: &[Claim<'_>] = &[(node, false)];
    if place != Place::First && linter.never(fails) {
        let (message, help) = match place {
            Place::Told => (
                "this holds of everybody, whatever HR says",
                "it says nothing of anybody: correct it, or remove it",
            ),
            _ => (
                "everybody meets this condition, whatever HR says",
                "correct it, or say that it is for everybody: `always`, or no `when`",
            ),
        };
        linter.proved(
            Diagnostic::new(&codes::ALWAYS_TRUE, node.span, message)
                .label("always holds")
                .help(help),
            fails,
        );
    }
}

/// Rows whose people are all taken by rows before them.
fn shadowed(linter: &mut Linter<'_>, decision: &Decision<'_>) {
    for (index, (node, _)) in decision.rows.iter().enumerate() {
        let before = decision.rows.iter().take(index);
        let before: Vec<&Node> = before.map(|(node, _)| *node).collect();
        if before.is_empty()
            || linter.was_said(&crate::policy::codes::UNREACHABLE, node.span)
            || linter.never(&[(node, true)])
        {
            continue;
        }
        let mut all: Vec<Claim<'_>> = before.iter().map(|one| (*one, false)).collect();
        all.push((node, true));
        if !linter.never(&all) {
            continue;
        }
        let one = before
            .iter()
            .find(|one| linter.never(&[(**one, false), (node, true)]));
        let message =
            "nobody gets as far as this row: those before it take everybody whom it would take";
        let mut diagnostic = Diagnostic::new(&codes::SHADOWED_ROW, node.span, message)
            .label("takes nobody")
            .help("put it further up, or remove it");
        if let Some(one) = one {
            diagnostic = diagnostic.also(one.span, "takes all of them");
        }
        linter.proved(diagnostic, &all);
    }
}

/// Rows without which everybody gets the same.
pub(super) const REDUNDANT: Lint = Lint {
    codes: &[&codes::REDUNDANT_ROW],
    run: |linter| {
        for decision in linter.decisions() {
            redundant(linter, &decision);
        }
    },
};

fn redundant(linter: &mut Linter<'_>, decision: &Decision<'_>) {
    for (index, (node, outcome)) in decision.rows.iter().enumerate() {
        let later = decision.rows.get(index + 1..).unwrap_or_default();
        let again = later.iter().any(|(_, other)| other == outcome)
            || decision.otherwise.as_ref() == Some(outcome);
        // What decides whether something is missing is needed by the rows below.
        if !again || decides(node) || linter.never(&[(node, true)]) {
            continue;
        }
        let mut claims: Vec<Claim<'_>> = decision
            .rows
            .iter()
            .take(index)
            .map(|(one, _)| (*one, false))
            .collect();
        claims.push((node, true));
        if linter.never(&claims) {
            // It is shadowed, which is said.
            continue;
        }
        let mut first: Option<Span> = None;
        let mut same = true;
        for (other, its) in later {
            claims.push((other, true));
            if its != outcome {
                same &= linter.never(&claims);
            } else if first.is_none() && !linter.never(&claims) {
                first = Some(other.span);
            }
            if !same {
                break;
            }
            claims.pop();
            claims.push((other, false));
        }
        if same && decision.otherwise.as_ref() != Some(outcome) {
            same = linter.never(&claims);
        }
        if !same {
            continue;
        }
        let mut diagnostic = Diagnostic::new(
            &codes::REDUNDANT_ROW,
            node.span,
            "without this row everybody gets the same",
        )
        .label("changes nothing")
        .help("remove it");
        if let Some(first) = first {
            diagnostic = diagnostic.also(first, "takes them with the same outcome");
        }
        linter.say(diagnostic);
    }
}

/// Whether a condition asks if something is there.
fn decides(node: &Node) -> bool {
    let mut found = false;
    node.walk(&mut |node| found |= matches!(node.kind, Kind::Present(_) | Kind::Missing(_)));
    found
}
