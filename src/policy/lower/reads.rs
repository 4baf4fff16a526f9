//! Which HR attributes an expression reads, through `let`s too.

use super::Lower;
use crate::policy::ir::{Kind, Node};
use std::collections::BTreeSet;

/// What an expression reads.
#[derive(Debug, Default)]
pub(crate) struct Reads {
    pub(crate) fields: BTreeSet<u32>,
    pub(crate) clock: bool,
    lets: BTreeSet<u32>,
}

impl Reads {
    pub(crate) fn add(&mut self, node: &Node, lower: &Lower<'_>) {
        let mut lets = Vec::new();
        node.walk(&mut |node| match &node.kind {
            Kind::Field(position) => {
                self.fields.insert(*position);
            }
            Kind::Let(index) => lets.push(*index),
            Kind::Now | Kind::Today => self.clock = true,
            _ => {}
        });
        for index in lets {
            if self.lets.insert(index)
                && let Some(node) = lower.let_node(index)
            {
                self.add(node, lower);
            }
        }
    }
}
