//! `retention { … }`: how long the state keeps what runs did.

use super::Lower;
use crate::policy::around::Retention;
use crate::policy::ruleset::RuleKind;
use crate::syntax::ast;

impl Lower<'_> {
    /// `retention { values 180 days  trail 3 years }`; what is not said has its default.
    pub(crate) fn retention(&mut self, item: &ast::FileItem<ast::Retention>) {
        let default = Retention::default();
        let rule = self.rule(RuleKind::Retention, item.span, []);
        self.rules.retention = Retention {
            values: item.body.values.unwrap_or(default.values),
            trail: item.body.trail.unwrap_or(default.trail),
            rule: Some(rule),
        };
    }
}
