//! Emergency ends (S1): somebody was ended at once, and HR does not say so yet.
//!
//! Which stage they are in is part of the wish. Here stands what a reader must know of it in every plan, until HR
//! agrees or a human lifts it.

use super::builder::Builder;
use super::subject::who;
use super::{Correlation, Finding, FindingKind, Input};
use crate::policy::Standing;

/// Reports each end that holds, and forgets those on which HR agrees by now.
pub(crate) fn report(builder: &mut Builder<'_, '_>, correlation: &Correlation) {
    let input = builder.world.input;
    for (person, end) in &input.prior.ends {
        let found = input
            .wishes
            .binary_search_by(|wish| wish.person.cmp(person));
        let wish = found.ok().and_then(|index| input.wishes.get(index));
        let holds = match wish {
            Some(wish) => wish.ended,
            // Whoever HR no longer has is as it was: that is no word of HR.
            None => true,
        };
        if !holds {
            builder.draft.memory.ends_agreed.push(person.clone());
            continue;
        }
        let account = correlation
            .people
            .iter()
            .find(|entry| entry.person == *person)
            .and_then(|entry| entry.verdict.account());
        let who = match wish {
            Some(wish) => who(builder, wish, account),
            None => builder.unnamed(person),
        };
        let stage = match wish.map(|wish| &wish.standing) {
            Some(Standing::In { .. }) => format!("is in `{}`", end.stage),
            Some(Standing::Held { .. }) => "the account is off".to_owned(),
            None => "HR does not have this person".to_owned(),
        };
        let text = format!(
            "ended at once by {} on {}: {stage} until HR says so or it is lifted ({})",
            end.by, end.since, end.because
        );
        let finding = Finding::new(FindingKind::Note, who, text)
            .of(person)
            .about(builder.dn(account))
            .help("end the employment in HR, or `tenure terminate … --lift`");
        builder.draft.find(finding);
    }
}

/// Whether a plan is for people whom a human ended at once, and for nobody else.
pub(crate) fn is_all_of_it(input: &Input<'_>) -> bool {
    let only = input.options.only.as_ref();
    only.is_some_and(|only| {
        !only.is_empty()
            && only
                .iter()
                .all(|person| input.prior.ends.contains_key(person))
    })
}
