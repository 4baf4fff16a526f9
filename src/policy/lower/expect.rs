//! `expect "…" when C`: what HR's data should be like.

use super::{Allowed, Lower};
use crate::diagnostic::Diagnostic;
use crate::policy::around::ExpectRule;
use crate::policy::codes;
use crate::policy::ruleset::RuleKind;
use crate::syntax::ast;

impl Lower<'_> {
    /// `expect "…" when C`; its condition may read whatever a condition may.
    pub(crate) fn expect(&mut self, item: &ast::FileItem<ast::Expect>) {
        let title = &item.body.title;
        if title.value.trim().is_empty() {
            self.report(
                Diagnostic::new(&codes::EMPTY_TEXT, title.span, "an expectation has a title")
                    .label("empty")
                    .help("say what HR's data should be like: it stands in the plan"),
            );
        }
        let same = |rule: &&ExpectRule| rule.title == title.value;
        if self.rules.expects.iter().any(|rule| same(&rule)) {
            let message = format!("`{}` is expected twice", title.value);
            self.report(
                Diagnostic::new(&codes::DUPLICATE, title.span, message)
                    .label("again")
                    .help("people are listed under the title: give each its own"),
            );
        }
        let allowed = Allowed {
            clock: true,
            ..Allowed::default()
        };
        let node = self.allowing(allowed, |lower| lower.condition(&item.body.condition));
        let rule = self.rule(RuleKind::Expect, item.span, [&node]);
        self.rules.expects.push(ExpectRule {
            title: title.value.clone(),
            sensitive: node.marks.sensitive,
            rule,
        });
        self.program.expects.push(node);
    }
}
