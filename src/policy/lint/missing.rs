//! Conditions that hold because HR says nothing.

use super::dates::deep;
use super::{Lint, Linter, codes};
use crate::diagnostic::Diagnostic;
use crate::policy::ir::{Kind, Node};
use crate::policy::prove::Claim;
use crate::policy::types::Type;

/// `!=` and `not` in what is expected, told or written, of a value that may be missing. Where access hangs on it the
/// checker refuses it; in `forbid` and its like a missing value closes, as it should.
pub(super) const NEGATED: Lint = Lint {
    codes: &[&codes::NEGATED_MISSING],
    run: |linter| {
        let program = &linter.policy.program;
        let written = program.profile.iter();
        let written = written.chain(program.stages.iter().flat_map(|body| &body.lines));
        let written = written.filter_map(|line| line.value.as_ref());
        let written = written.filter(|node| node.ty == Type::Bool);
        let told = program.expects.iter().chain(&program.watches);
        let conditions: Vec<&Node> = told.chain(written).collect();
        for node in conditions {
            negated(linter, node);
        }
    },
};

fn negated<'a>(linter: &mut Linter<'a>, condition: &'a Node) {
    let Some(mut span) = condition.marks.hollow_true else {
        return;
    };
    // Behind the name of a `let` stands another place.
    let value = loop {
        let mut found: Option<&Node> = None;
        deep(linter, condition, &mut |node| {
            let named = matches!(node.kind, Kind::Let(_)) || node.ty != Type::Bool;
            if node.span == span && named && found.is_none() {
                found = Some(node);
            }
        });
        match found {
            Some(node) if node.ty != Type::Bool => break node,
            Some(Node {
                kind: Kind::Let(index),
                ..
            }) => {
                let definition = linter.policy.program.lets.get(*index as usize);
                match definition.and_then(|one| one.node.marks.hollow_true) {
                    Some(inner) if inner != span => span = inner,
                    _ => return,
                }
            }
            _ => return,
        }
    };
    let missing = Node::condition(Kind::Missing(Box::new(value.clone())), value.span);
    let claims: [Claim<'_>; 2] = [(condition, true), (&missing, true)];
    let Some(example) = linter.example(&claims) else {
        return;
    };
    let words = linter.words(span);
    let message = format!("this also holds of people of whom HR does not say `{words}`");
    let help = format!(
        "for example: {}; ask first, as in `{words} is present and …`, or say so: `{words} is missing or …`",
        example.words
    );
    let diagnostic = Diagnostic::new(&codes::NEGATED_MISSING, span, message)
        .label("may be missing")
        .help(help);
    // Only the condition itself is written somewhere.
    linter.shown(diagnostic, &[(condition, true)], example);
}
