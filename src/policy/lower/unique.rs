//! `unique`: candidates for a name, best first.

use super::{Allowed, Lower};
use crate::diagnostic::{Diagnostic, Span};
use crate::policy::codes;
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node, Piece};
use crate::policy::program::Try;
use crate::policy::ruleset::{Reserved, Reuse, RuleKind, UniqueRule};
use crate::policy::types::{Marks, Type};
use crate::syntax::ast::{self, UniqueStatement};

impl Lower<'_> {
    /// `unique … { … }`; `reserved` are the names of its `reserved from` file.
    pub(crate) fn unique(&mut self, item: &ast::FileItem<ast::Unique>, reserved: Reserved) {
        let mut tries = Vec::new();
        let before = self.diagnostics.len();
        let mut reuse_after = None;
        for statement in &item.body.statements {
            match statement {
                UniqueStatement::Try(expr) => {
                    let allowed = Allowed {
                        counter: true,
                        assigned: false,
                        clock: false,
                    };
                    let node = self.allowing(allowed, |lower| lower.expr_as(expr, &Type::Text));
                    self.discloses_nothing(&node, "the names that it gives");
                    tries.extend(self.candidate(node));
                }
                UniqueStatement::ReuseAfter(length, _) => {
                    reuse_after = Some(length.map_or(Reuse::Never, Reuse::After));
                }
                UniqueStatement::ReservedFrom(_) => {}
            }
        }
        if tries.is_empty() && !item.body.statements.is_empty() {
            let any_try = item
                .body
                .statements
                .iter()
                .any(|statement| matches!(statement, UniqueStatement::Try(_)));
            if !any_try {
                self.report(
                    Diagnostic::new(
                        &codes::BAD_UNIQUE,
                        item.body.name.span,
                        format!("`{}` has no `try`", item.body.name.value),
                    )
                    .help("write `try` and what the name should be"),
                );
            }
        }
        let all_right = self.diagnostics.len() == before;
        if let (Some(first), true, true) = (
            tries.first(),
            all_right,
            tries.iter().all(|one| one.after.is_none()),
        ) {
            let span = first.before.span;
            self.report(
                Diagnostic::new(
                    &codes::BAD_UNIQUE,
                    item.body.name.span,
                    format!("`{}` has no candidate with a number", item.body.name.value),
                )
                .label("two people of one name would be stuck")
                .also(span, "taken by the first of them")
                .help(
                    "add a last candidate such as `try \"{base}{n}\"`; `{n}` counts from 2 to 99",
                ),
            );
        }
        let nodes: Vec<Node> = tries.iter().map(|one| one.before.clone()).collect();
        let rule = self.rule(RuleKind::Unique, item.span, &nodes);
        self.rules.uniques.push(UniqueRule {
            name: item.body.name.value.clone(),
            rule,
            reuse_after,
            reserved,
        });
        self.program.uniques.push(tries);
    }

    /// Splits a candidate at `{n}`.
    fn candidate(&mut self, node: Node) -> Option<Try> {
        let mut counters: Vec<Span> = Vec::new();
        node.walk(&mut |node| {
            if matches!(node.kind, Kind::Counter) {
                counters.push(node.span);
            }
        });
        let Some(counter) = counters.first() else {
            return (node.ty != Type::Error).then_some(Try {
                before: node,
                after: None,
            });
        };
        let at = match &node.kind {
            Kind::Template(pieces) => pieces.iter().position(
                |piece| matches!(piece, Piece::Hole(hole) if matches!(hole.kind, Kind::Counter)),
            ),
            _ => None,
        };
        let (Some(at), Kind::Template(pieces), 1) = (at, &node.kind, counters.len()) else {
            self.report(
                Diagnostic::new(
                    &codes::BAD_UNIQUE,
                    *counter,
                    "`{n}` stands once, as a hole of its own",
                )
                .label("not here")
                .help("write it as in `\"{base}{n}\"`"),
            );
            return None;
        };
        if at == 0 {
            self.report(
                Diagnostic::new(&codes::BAD_UNIQUE, *counter, "a name cannot begin with `{n}`")
                    .label("nothing stands before it")
                    .help("what stands before `{n}` gives way when the name grows too long: put the name there"),
            );
            return None;
        }
        let (before, rest) = pieces.split_at_checked(at)?;
        let after = rest.get(1..).unwrap_or_default();
        let part = |pieces: &[Piece]| match pieces {
            [] => Node::constant(Value::Text("".into()), Type::Text, node.span),
            pieces => Node {
                kind: Kind::Template(pieces.to_vec()),
                ty: Type::Text,
                marks: Marks { ..node.marks },
                span: node.span,
            },
        };
        Some(Try {
            before: part(before),
            after: Some(part(after)),
        })
    }
}
