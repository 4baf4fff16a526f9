//! Attributes that the policy writes and this directory's schema does not have: nobody gets them, and the plan says so
//! before anything is written.

use super::builder::Builder;
use super::finding::{Finding, FindingKind};

impl Builder<'_, '_> {
    /// Says which attributes are left out for everybody.
    pub(crate) fn report_lacking(&mut self) {
        let rules = self.world.input.rules;
        for line in &rules.lines {
            if !self.world.lacks(&line.attribute) {
                continue;
            }
            let name = line.attribute.clone();
            let text = format!(
                "this directory's schema has no `{name}`; what the policy says of it is left out for everybody"
            );
            let mut finding = Finding::new(FindingKind::Missing, name, text)
                .help("extend the schema, or take the attribute out of the policy");
            if let Some(rule) = line.profile {
                finding = finding.because(self.world.reason(rule, None));
            }
            self.draft.find(finding);
        }
    }
}
