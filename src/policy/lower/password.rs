//! `password`: how one is made, and when a new one.

use super::Lower;
use crate::diagnostic::Diagnostic;
use crate::policy::codes;
use crate::policy::ruleset::{PasswordRules, ResetRule, RuleKind, StageId};
use crate::syntax::ast::{self, Expr, Name, PasswordStatement, Transition};
use age::x25519::Recipient;
use std::sync::Arc;

/// The shortest password that this tool makes, and the longest that AD takes from it.
const LENGTHS: std::ops::RangeInclusive<u32> = 12..=120;

/// With what a secret key of `age` begins.
const SECRET_KEY: &str = "AGE-SECRET-KEY-";

impl Lower<'_> {
    /// `password { … }`.
    pub(crate) fn password(&mut self, item: &ast::FileItem<ast::Password>) {
        let rule = self.rule(RuleKind::Password, item.span, []);
        let mut password = PasswordRules {
            change_at_first_logon: false,
            rule: Some(rule),
            ..PasswordRules::default()
        };
        for statement in &item.body.statements {
            match statement {
                PasswordStatement::Random(length, span) => {
                    if !LENGTHS.contains(length) {
                        let message = format!(
                            "a random password has {} to {} characters",
                            LENGTHS.start(),
                            LENGTHS.end()
                        );
                        self.report(
                            Diagnostic::new(&codes::VALUE_DOES_NOT_FIT, *span, message)
                                .label("outside")
                                .help("write a number between these, such as `random 16`"),
                        );
                    }
                    password.length = *length;
                }
                PasswordStatement::SealedTo(keys, _) => {
                    for key in keys {
                        password.sealed_to.extend(self.sealing_key(key));
                    }
                }
                PasswordStatement::ChangeAtFirstLogon(_) => password.change_at_first_logon = true,
                PasswordStatement::ResetOn(Transition::Enter(enter, from), span) => {
                    let rule = self.rule(RuleKind::Password, *span, []);
                    let enter = self.stages_named(enter);
                    let from = self.stages_named(from);
                    password.resets.push(ResetRule { enter, from, rule });
                }
                PasswordStatement::ResetOn(Transition::Exit(_), span) => self.report(
                    Diagnostic::new(
                        &codes::STAGE_CONTRADICTION,
                        *span,
                        "a password is reset when a stage is entered",
                    )
                    .label("not on `exit`")
                    .help("write `reset on enter … from …`"),
                ),
                PasswordStatement::HandOverBefore(time, _) => password.early = Some(*time),
                PasswordStatement::AllowPlainMail(_) => password.plain_mail = true,
            }
        }
        self.rules.password = password;
    }

    /// A public key to which passwords are sealed.
    fn sealing_key(&mut self, key: &Expr) -> Option<Arc<str>> {
        let text = self.literal_text(key)?;
        let Err(why) = text.parse::<Recipient>() else {
            return Some(text);
        };
        // The text is not shown: it may be a secret.
        let diagnostic = if text.to_uppercase().starts_with(SECRET_KEY) {
            Diagnostic::new(
                &codes::BAD_RECIPIENT,
                key.span,
                "this is a secret key: whoever reads the policy could open every password",
            )
            .label("secret")
            .help("make a new pair with `age-keygen`, and write its public key, `age1…`")
        } else {
            let message = format!("this is no public key of `age`: {why}");
            Diagnostic::new(&codes::BAD_RECIPIENT, key.span, message)
                .label("not a recipient")
                .help("write the public key that `age-keygen` prints, `age1…`")
        };
        self.report(diagnostic);
        None
    }

    pub(crate) fn stages_named(&mut self, names: &[Name]) -> Vec<StageId> {
        names
            .iter()
            .filter_map(|name| self.stage_named(name))
            .collect()
    }
}
