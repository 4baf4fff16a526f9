//! Data quality: what HR's records should be like and are not. Told by rule, and nothing is done about it.

use super::builder::Builder;
use super::correlate::Correlation;
use super::{Finding, FindingKind};
use crate::hr::PersonId;
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// A finding for each person and expectation that is not met; people whom an `ignore` line takes out have none.
pub(crate) fn unmet(builder: &mut Builder<'_, '_>, correlation: &Correlation) {
    let world = builder.world;
    let out: FxHashSet<&PersonId> = correlation.left_out.iter().map(|(id, _)| id).collect();
    for wish in world.input.wishes {
        if out.contains(&wish.person) {
            continue;
        }
        for index in &wish.unmet {
            let Some(expect) = world.input.rules.expects.get(*index as usize) else {
                continue;
            };
            let who = builder.unnamed(&wish.person);
            let finding = Finding::new(FindingKind::Expectation, who, expect.title.clone())
                .of(&wish.person)
                .because(world.reason(expect.rule, Some(&wish.person)));
            builder.draft.find(finding);
        }
    }
}

/// By what findings of one kind are put together before they are ordered by person: the rule that was not met.
pub(crate) fn rank(finding: &Finding) -> Option<(&Arc<str>, u32, &Arc<str>)> {
    let reason = finding.reason.as_ref()?;
    (finding.kind == FindingKind::Expectation).then_some((&reason.file, reason.line, &finding.text))
}
