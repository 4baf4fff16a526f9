//! `digest daily at 08:00`: many notices as one message, and what may not stand in one.

use crate::diagnostic::{Diagnostic, Span};
use crate::policy::around::{Digest, EventRule, NoticeEvent};
use crate::policy::codes;
use crate::policy::ir::{Kind, Node, Piece};
use crate::policy::lower::Lower;
use crate::syntax::ast::{Notify, NotifyStatement};

impl Lower<'_> {
    /// When the notice is sent with all that it collected until then; none where each is sent by itself.
    pub(super) fn digest(
        &mut self,
        notify: &Notify,
        on: &[EventRule],
        subject: &Node,
    ) -> Option<Digest> {
        let mut found: Option<(Digest, Span)> = None;
        for statement in &notify.statements {
            let NotifyStatement::Digest(day, at, span) = statement else {
                continue;
            };
            if let Some((_, first)) = found {
                self.report(
                    Diagnostic::new(&codes::DUPLICATE, *span, "a notice has one `digest`")
                        .label("again")
                        .also(first, "first here"),
                );
                continue;
            }
            let digest = Digest { day: *day, at: *at };
            found = Some((digest, *span));
        }
        let has = |event: &NoticeEvent| on.iter().any(|one| one.event == *event);
        let Some((digest, span)) = found else {
            if has(&NoticeEvent::Expectation) {
                let message = format!(
                    "`{}` would be a message for each person and expectation",
                    notify.name.value
                );
                self.report(
                    Diagnostic::new(&codes::BAD_NOTICE, notify.name.span, message)
                        .label("no digest")
                        .help("collect them: write `digest weekly on monday at 08:00`"),
                );
            }
            return None;
        };
        if has(&NoticeEvent::Password) {
            let message = "a password is told at once, and this notice would wait for its time";
            self.report(
                Diagnostic::new(&codes::BAD_NOTICE, span, message)
                    .label("later")
                    .help("take the `digest` out, or write `on password` in a notice of its own"),
            );
        }
        if !is_common(subject) {
            let message = "a digest is about several people, and has one subject";
            self.report(
                Diagnostic::new(&codes::BAD_NOTICE, subject.span, message)
                    .label("not the same for everybody")
                    .help("say who it is in the `body`, which stands once for each of them"),
            );
        }
        Some(digest)
    }
}

/// Whether a text is the same for everybody.
fn is_common(subject: &Node) -> bool {
    match &subject.kind {
        Kind::Const(_) | Kind::Error => true,
        Kind::Template(pieces) => pieces.iter().all(|piece| match piece {
            Piece::Literal(_) => true,
            Piece::Hole(hole) => is_common(hole),
        }),
        _ => false,
    }
}
