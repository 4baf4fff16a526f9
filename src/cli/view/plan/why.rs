//! Why an action is planned, behind an arrow.

use super::Scene;
use crate::cli::view::page::Line;
use crate::cli::view::reason::{Measure, reason_line};
use crate::cli::view::words;
use crate::plan::{Cause, Reason};

/// The longest HR value or rule in a reason, in characters.
const MAX_IN_REASON: usize = 70;

/// The most HR values in a reason.
const MAX_VALUES_IN_REASON: usize = 5;

/// `← groups.tenure:12 (department: Sales)`; of further reasons the place alone.
pub(super) fn why(
    scene: &Scene<'_>,
    reasons: &[Reason],
    cause: Option<Cause>,
    in_words: bool,
) -> Line {
    let mut text = String::new();
    for (index, reason) in reasons.iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        text.push_str(&one_reason(reason, index == 0, in_words));
    }
    if let Some(cause) = cause {
        if !text.is_empty() {
            text.push_str(" · ");
        }
        text.push_str(words::cause(cause));
    }
    if text.is_empty() {
        return Line::new();
    }
    Line::new().styled(scene.options.palette.dim, &format!("← {text}"))
}

/// One of several reasons: of the first what it is and read, of the others their place.
fn one_reason(reason: &Reason, first: bool, in_words: bool) -> String {
    let has_place = !reason.file.is_empty();
    let values = if first && has_place {
        MAX_VALUES_IN_REASON
    } else {
        0
    };
    reason_line(
        reason,
        Measure {
            rule: first && in_words,
            values,
            chars: MAX_IN_REASON,
        },
    )
}
