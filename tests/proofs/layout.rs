//! The layout of `tenure fmt` over generated policies: nothing is lost, nothing means anything else.

use super::second::policies::Case;
use crate::syntax::layout::holds;

#[test]
fn a_generated_policy_keeps_its_meaning_and_its_layout() {
    let cases = if crate::is_long() { 2000 } else { 15 };
    for seed in 0..cases {
        let case = Case::random(seed, 3);
        assert!(
            holds(&format!("policy {seed}"), &case.text()),
            "policy {seed} cannot be parsed"
        );
    }
}
