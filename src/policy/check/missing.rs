//! Missing never opens (S2): where a condition may not hang on a value that is missing.

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::policy::codes;
use crate::policy::ir::Node;
use crate::policy::lower::{Lower, What};

impl Lower<'_> {
    /// In `lifecycle`: every value that may be missing is decided.
    pub(crate) fn decided(&mut self, node: &Node) {
        if let Some(span) = node.marks.hollow_false.or(node.marks.hollow_true) {
            self.maybe_missing(
                span,
                "in `lifecycle` it must be decided what a missing value means",
                (node.span, "is present and"),
            );
        }
    }

    /// In `unit` and `choose`: no order and no `!=` with what may be missing.
    pub(crate) fn decided_order(&mut self, node: &Node, place: &str) {
        if let Some(span) = node.marks.hollow_order.or(node.marks.hollow_true) {
            let message = format!(
                "in {place} neither an order nor `!=` may hang on a value that may be missing"
            );
            self.maybe_missing(span, &message, (node.span, "is present and"));
        }
    }

    /// In `groups`, `lists` and `adopt`: nothing is given because a value is missing.
    pub(crate) fn opens_nothing(&mut self, node: &Node, place: &str) {
        if let Some(span) = node.marks.hollow_true {
            let message =
                format!("this {place} would also hold for people of whom HR does not say it");
            self.maybe_missing(span, &message, (node.span, "is present and"));
        }
    }

    /// In `forbid` and `ignore`: nothing slips through because a value is missing.
    pub(crate) fn closes_always(&mut self, node: &Node, place: &str) {
        if let Some(span) = node.marks.hollow_false {
            let message =
                format!("this `{place}` would not hold for people of whom HR does not say it");
            self.maybe_missing(span, &message, (node.span, "is missing or"));
        }
    }

    fn maybe_missing(&mut self, span: Span, message: &str, (condition, first): (Span, &str)) {
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
        let diagnostic = Diagnostic::new(&codes::MAYBE_MISSING, span, message)
            .label(label)
            .help(help);
        let fix = self.is_field(&words).then(|| Fix {
            title: format!("ask `{words} {first} …` first"),
            edits: vec![
                (before(condition), format!("{words} {first} (")),
                (condition.after(), ")".to_owned()),
            ],
        });
        self.report(match fix {
            Some(fix) => diagnostic.fix(fix),
            None => diagnostic,
        });
    }

    /// Whether these words are a field of the person, and so a value that may be asked whether it is there.
    fn is_field(&self, words: &str) -> bool {
        let declared = self.names.get(words).map(|declared| declared.what);
        matches!(declared, Some(What::Field(_)))
    }
}

/// The empty stretch right before this one.
fn before(span: Span) -> Span {
    Span::new(span.file, span.start, span.start)
}
