//! What a policy names in the directory, so that somebody can look beforehand whether it is there.

use super::Lower;
use super::groups::Given;
use crate::policy::program::Line;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Stands for what only a person tells; no text of a policy has it.
const UNKNOWN: &str = "\u{0}";

impl Lower<'_> {
    /// Remembers which groups must be there, and which suffixes logon names get.
    pub(crate) fn named_in_directory(&mut self) {
        let mut groups: BTreeMap<String, Arc<str>> = BTreeMap::new();
        let mut add = |name: &Arc<str>| {
            groups.insert(name.to_lowercase(), name.clone());
        };
        let blocks = self.rules.blocks.iter();
        blocks
            .filter(|block| block.create.is_none())
            .flat_map(|block| &block.names)
            .for_each(&mut add);
        self.bodies()
            .flat_map(|body| &body.grants)
            .flat_map(|(_, names, _)| names)
            .for_each(&mut add);
        // What a block makes is not missed where a stage grants it.
        groups.retain(|_, name| {
            let mut blocks = self.rules.blocks.iter();
            !blocks.any(|block| block.create.is_some() && block.names_group(name))
        });
        let is_logon = |line: &&Line| line.attribute.name == "userPrincipalName";
        let lines = self.program.profile.iter().filter(is_logon);
        let unknown: Arc<str> = UNKNOWN.into();
        let mut suffixes: Vec<Arc<str>> = lines
            .filter_map(|line| line.value.as_ref())
            .filter_map(|value| self.possible(value, &Given::new(), Some(&unknown)))
            .flatten()
            .filter_map(|text| text.rsplit_once('@').map(|(_, suffix)| suffix.into()))
            .filter(|suffix: &Arc<str>| !suffix.contains(UNKNOWN))
            .collect();
        suffixes.sort();
        suffixes.dedup();
        self.rules.named_groups = groups.into_values().collect();
        self.rules.upn_suffixes = suffixes;
    }
}
