//! Missing never opens (S2): where a condition may not hang on a value that is missing.

use crate::diagnostic::{Diagnostic, Span};
use crate::policy::codes;
use crate::policy::ir::Node;
use crate::policy::lower::Lower;

impl Lower<'_> {
    /// In `lifecycle`: every value that may be missing is decided.
    pub(crate) fn decided(&mut self, node: &Node) {
        if let Some(span) = node.marks.hollow_false.or(node.marks.hollow_true) {
            self.maybe_missing(
                span,
                "in `lifecycle` it must be decided what a missing value means",
            );
        }
    }

    /// In `unit` and `choose`: no order and no `!=` with what may be missing.
    pub(crate) fn decided_order(&mut self, node: &Node, place: &str) {
        if let Some(span) = node.marks.hollow_order.or(node.marks.hollow_true) {
            let message = format!(
                "in {place} neither an order nor `!=` may hang on a value that may be missing"
            );
            self.maybe_missing(span, &message);
        }
    }

    /// In `groups`, `lists` and `adopt`: nothing is given because a value is missing.
    pub(crate) fn opens_nothing(&mut self, node: &Node, place: &str) {
        if let Some(span) = node.marks.hollow_true {
            let message =
                format!("this {place} would also hold for people of whom HR does not say it");
            self.maybe_missing(span, &message);
        }
    }

    /// In `forbid` and `ignore`: nothing slips through because a value is missing.
    pub(crate) fn closes_always(&mut self, node: &Node, place: &str) {
        if let Some(span) = node.marks.hollow_false {
            let message =
                format!("this `{place}` would not hold for people of whom HR does not say it");
            self.maybe_missing(span, &message);
        }
    }

    fn maybe_missing(&mut self, span: Span, message: &str) {
        let words = self.sources.slice(span).to_owned();
        let (label, help) = if words.starts_with('[') {
            (
                "an element may be missing",
                "ask for the element first, as in `x is present and …`, or say what it is then: `[x else …]`".to_owned(),
            )
        } else {
            (
                "may be missing",
                format!(
                    "ask first, as in `{words} is present and …`, or say what it is then: `{words} else …`"
                ),
            )
        };
        self.report(
            Diagnostic::new(&codes::MAYBE_MISSING, span, message)
                .label(label)
                .help(help),
        );
    }
}
