//! Why something is done, on one line: `groups.tenure:12 when … => … (department: Sales)`.

use crate::plan::Reason;
use crate::text::excerpt;

/// How much of a reason is told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    /// The rule, where its place is told; without a place it always is.
    pub(super) rule: bool,
    /// How many HR values at most.
    pub(super) values: usize,
    /// How long the rule and each value may be, in characters.
    pub(super) chars: usize,
}

impl Measure {
    /// All of it.
    pub(super) const WHOLE: Self = Self {
        rule: true,
        values: usize::MAX,
        chars: usize::MAX,
    };
}

/// A reason, as far as it is told.
pub(super) fn reason_line(reason: &Reason, measure: Measure) -> String {
    let mut parts = Vec::new();
    let has_place = !reason.file.is_empty();
    if has_place {
        parts.push(format!("{}:{}", reason.file, reason.line));
    }
    if measure.rule || !has_place {
        parts.push(excerpt(&reason.text, measure.chars));
    }
    if measure.values > 0 && !reason.values.is_empty() {
        let values = reason.values.iter().take(measure.values);
        let values =
            values.map(|(name, value)| format!("{name}: {}", excerpt(value, measure.chars)));
        let values = values.collect::<Vec<_>>().join(", ");
        let more = if reason.values.len() > measure.values {
            ", …"
        } else {
            ""
        };
        parts.push(format!("({values}{more})"));
    }
    parts.join(" ")
}
