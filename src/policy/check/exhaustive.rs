//! Whether a list of conditions leaves somebody out.
//!
//! It is asked whether anybody can be whom none of them takes ([`crate::policy::prove`]). What is proved holds; what is
//! not proved may still be impossible for reasons that this does not see, and then the author writes `otherwise`.

use crate::diagnostic::{Diagnostic, Span};
use crate::policy::codes;
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node};
use crate::policy::lower::Lower;
use crate::policy::program::TableData;
use crate::policy::prove::{Claim, Known, Prover, Way};
use crate::policy::types::Type;
use crate::syntax::ast::CompareOp;

/// Somebody whom no row takes.
#[derive(Debug)]
pub(crate) struct Example {
    /// In words: `no row takes a person with status == "leave"`.
    pub(crate) text: String,
    /// Whether it is certain; always, but where it takes too many steps to prove anything.
    pub(crate) certain: bool,
}

/// What is true of the person of an example.
struct Fact {
    words: String,
    node: Node,
    holds: bool,
}

/// Where the definitions stand while a policy is being checked.
impl Known for Lower<'_> {
    fn field(&self, position: u32) -> Option<(Type, bool)> {
        let field = self.fields.get(position as usize)?;
        Some((field.ty.clone(), field.optional))
    }

    fn definition(&self, index: u32) -> Option<&Node> {
        self.let_node(index)
    }

    fn function(&self, index: u32) -> Option<(&Node, &[u32])> {
        self.function_body(index)
    }

    fn param(&self, _: &Node) -> Option<&str> {
        // Rows have to take everybody here; what a `param` is elsewhere is checked elsewhere.
        None
    }

    fn table(&self, index: u32) -> Option<&TableData> {
        self.program.tables.get(index as usize)
    }
}

impl Lower<'_> {
    /// Warns of the first row that never decides, because those before it take everybody.
    pub(crate) fn reached(&mut self, rows: &[(&Node, Span)]) {
        let tests: Vec<&Node> = rows.iter().map(|(test, _)| *test).collect();
        let Some((_, before_last)) = tests.split_last() else {
            return;
        };
        if tests.iter().any(|node| is_wrong(node)) {
            return;
        }
        let mut prover = Prover::trusting(self, before_last);
        let mut all_taken = |count: usize| {
            let first = before_last.get(..count).unwrap_or_default();
            matches!(prover.way(&none(first)), Ok(None))
        };
        if !all_taken(before_last.len()) {
            return;
        }
        let never = (0..before_last.len()).find(|count| all_taken(*count));
        let never = never.unwrap_or(before_last.len());
        if let Some((_, span)) = rows.get(never) {
            self.report(
                Diagnostic::new(&codes::UNREACHABLE, *span, "this row never decides")
                    .label("never reached")
                    .help("the rows before it take everybody: remove it, or put it further up"),
            );
        }
    }

    /// Somebody whom none of the conditions takes, if there may be one.
    pub(crate) fn uncovered(&self, conditions: &[&Node]) -> Option<Example> {
        if conditions.iter().any(|node| is_wrong(node)) {
            return None;
        }
        let mut prover = Prover::trusting(self, conditions);
        let Ok(way) = prover.way(&none(conditions)) else {
            let text = "there are too many conditions to prove that somebody is always taken";
            return Some(Example {
                text: text.to_owned(),
                certain: false,
            });
        };
        let facts = self.facts(&mut prover, &way?, conditions);
        Some(Example {
            text: describe(&facts),
            certain: true,
        })
    }

    /// What matters of somebody: without any of these facts a row might take them.
    fn facts(&self, prover: &mut Prover<'_>, way: &Way, conditions: &[&Node]) -> Vec<Fact> {
        let mut facts: Vec<Fact> = Vec::new();
        for condition in conditions {
            self.leaves(condition, &mut |leaf| {
                let fact = self.fact(prover, way, leaf);
                if let Some(fact) = fact
                    && facts.iter().all(|known| known.words != fact.words)
                {
                    facts.push(fact);
                }
            });
        }
        let taken = Node::condition(
            Kind::Or(conditions.iter().map(|node| (*node).clone()).collect()),
            Span::default(),
        );
        let mut at = 0;
        while at < facts.len() {
            let others = facts.iter().enumerate().filter(|(index, _)| *index != at);
            let mut claims: Vec<Claim<'_>> =
                others.map(|(_, fact)| (&fact.node, fact.holds)).collect();
            claims.push((&taken, true));
            if matches!(prover.way(&claims), Ok(None)) {
                facts.remove(at);
            } else {
                at += 1;
            }
        }
        facts
    }

    /// What a way says of a simple condition, in words.
    fn fact(&self, prover: &mut Prover<'_>, way: &Way, leaf: &Node) -> Option<Fact> {
        if let Some(value) = choice(leaf) {
            let missing = || Node::condition(Kind::Missing(Box::new(value.clone())), leaf.span);
            let chosen = prover.chosen(way, value);
            let chosen = chosen.or_else(|| {
                // What comes from a table is no value of its own, and may still be missing.
                (prover.says(way, &missing()) == Some(true)).then_some(None)
            });
            let words = self.words(value);
            let inner = Box::new(value.clone());
            if let Some(chosen) = chosen {
                return Some(match chosen {
                    None => Fact {
                        words: format!("{words} is missing"),
                        node: missing(),
                        holds: true,
                    },
                    Some(text) => Fact {
                        words: format!("{words} == {text:?}"),
                        node: Node::condition(
                            Kind::Compare {
                                op: CompareOp::Equal,
                                left: inner,
                                right: Box::new(Node::constant(
                                    Value::Text(text),
                                    value.ty.clone(),
                                    leaf.span.after(),
                                )),
                            },
                            leaf.span,
                        ),
                        holds: true,
                    },
                });
            }
        }
        let holds = prover.says(way, leaf)?;
        Some(Fact {
            words: self.said(leaf, holds),
            node: leaf.clone(),
            holds,
        })
    }

    /// Calls `visit` with the simple conditions of a condition, in their order.
    fn leaves(&self, node: &Node, visit: &mut dyn FnMut(&Node)) {
        match &node.kind {
            Kind::Not(inner) => self.leaves(inner, visit),
            Kind::And(parts) | Kind::Or(parts) => {
                for part in parts {
                    self.leaves(part, visit);
                }
            }
            Kind::Let(index) => match self.let_node(*index) {
                Some(definition) => self.leaves(definition, visit),
                None => visit(node),
            },
            Kind::Const(_) => {}
            _ => visit(node),
        }
    }

    /// A simple condition that holds, or does not, in words.
    fn said(&self, leaf: &Node, holds: bool) -> String {
        if holds {
            return self.words(leaf);
        }
        if let Kind::Compare { op, left, right } = &leaf.kind {
            let both = !left.marks.missing && !right.marks.missing;
            let opposite = match op {
                CompareOp::GreaterOrEqual if both => Some("<"),
                CompareOp::LessOrEqual if both => Some(">"),
                CompareOp::NotEqual => Some("=="),
                _ => None,
            };
            if let Some(op) = opposite {
                return format!("{} {op} {}", self.words(left), self.words(right));
            }
        }
        if let Kind::Missing(inner) = &leaf.kind {
            return format!("{} is present", self.words(inner));
        }
        format!("not ({})", self.words(leaf))
    }

    fn words(&self, node: &Node) -> String {
        let words = self.sources.slice(node.span).split_whitespace();
        words.collect::<Vec<_>>().join(" ")
    }
}

/// That none of them holds.
fn none<'n>(conditions: &[&'n Node]) -> Vec<Claim<'n>> {
    conditions.iter().map(|node| (*node, false)).collect()
}

/// Whether anything in it has been reported: then nothing can be proved, and one message is enough.
fn is_wrong(node: &Node) -> bool {
    let mut wrong = false;
    node.walk(&mut |node| wrong |= node.ty == Type::Error);
    wrong
}

/// The value that a simple condition asks about, if it is one of a list of texts.
fn choice(leaf: &Node) -> Option<&Node> {
    let is =
        |node: &&Node| matches!(node.ty, Type::OneOf(_)) && !matches!(node.kind, Kind::Const(_));
    match &leaf.kind {
        Kind::Compare { left, right, .. } => [&**left, right].into_iter().find(is),
        Kind::In { item, .. } => Some(&**item).filter(is),
        Kind::Present(inner) | Kind::Missing(inner) => Some(&**inner).filter(is),
        _ => None,
    }
}

fn describe(facts: &[Fact]) -> String {
    if facts.is_empty() {
        return "no row takes anybody".to_owned();
    }
    let words: Vec<&str> = facts.iter().map(|fact| &*fact.words).collect();
    format!("no row takes a person with {}", words.join(" and "))
}
