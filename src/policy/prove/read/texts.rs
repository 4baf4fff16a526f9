//! Every text that an expression can be, where those are few.

use super::{Reader, Simple, constant};
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node, Piece};
use std::sync::Arc;

/// The most texts that an expression may be for all of them to be looked at.
const MAX_TEXTS: usize = 1_000;

impl Reader<'_> {
    /// Every text that an expression can be, and perhaps some that it cannot.
    pub(in crate::policy::prove) fn texts(&mut self, node: &Node) -> Option<Vec<Arc<str>>> {
        let mut texts: Vec<Arc<str>> = match &node.kind {
            Kind::Let(index) => {
                let definition = self.known.definition(*index)?;
                self.texts(definition)?
            }
            Kind::Template(pieces) => {
                let mut texts = vec![String::new()];
                for piece in pieces {
                    let next = match piece {
                        Piece::Literal(text) => vec![text.clone()],
                        Piece::Hole(node) => self.texts(node)?,
                    };
                    if texts.len().saturating_mul(next.len()) > MAX_TEXTS {
                        return None;
                    }
                    let joined = texts
                        .iter()
                        .flat_map(|begin| next.iter().map(move |end| format!("{begin}{end}")));
                    texts = joined.collect();
                }
                texts.into_iter().map(Into::into).collect()
            }
            Kind::Else(first, second) => {
                let mut texts = self.texts(first)?;
                texts.extend(self.texts(second)?);
                texts
            }
            Kind::Choose { rows, otherwise } => {
                let results = rows.iter().map(|(_, result)| result);
                let mut texts = Vec::new();
                for result in results.chain(otherwise.as_deref()) {
                    texts.extend(self.texts(result)?);
                }
                texts
            }
            Kind::Call { function, args } if function.is_on_text() => {
                let (first, rest) = args.split_first()?;
                let rest: Option<Vec<Value>> = rest.iter().map(constant).collect();
                let rest = rest?;
                let run = |text: Arc<str>| {
                    let mut values = vec![Value::Text(text)];
                    values.extend(rest.iter().cloned());
                    (function.run)(&values).map(Value::into_text)
                };
                self.texts(first)?.into_iter().filter_map(run).collect()
            }
            _ => {
                let mut texts = Vec::new();
                for (_, simple) in self.value(node).0 {
                    match simple {
                        Simple::Text(text) => texts.push(text),
                        Simple::Term(term) => {
                            let choices = self.atoms.term_at(term)?.choices.clone()?;
                            texts.extend(choices.iter().cloned());
                        }
                        Simple::Bool(_) | Simple::Line(..) | Simple::Other(_) => return None,
                    }
                }
                texts
            }
        };
        texts.sort();
        texts.dedup();
        (texts.len() <= MAX_TEXTS).then_some(texts)
    }
}
