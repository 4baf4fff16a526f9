//! `password`: how one is made, and when a new one.

use super::{Allowed, Lower};
use crate::diagnostic::{Diagnostic, Span};
use crate::policy::codes;
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node};
use crate::policy::ruleset::{PasswordRules, ResetRule, RuleKind, StageId};
use crate::policy::types::Type;
use crate::syntax::ast::{self, Expr, Name, PasswordStatement, Transition};
use age::x25519::Recipient;
use std::sync::Arc;

/// The shortest password that this tool makes, and the longest that AD takes from it.
const LENGTHS: std::ops::RangeInclusive<u32> = 12..=120;

/// The shortest password that AD ever takes from us: none is shorter in any sensible domain, whose own rule the plan asks.
const SHORTEST: usize = 7;

/// The longest that AD stores (MS-SAMR 3.1.1.8.7).
const LONGEST: usize = 127;

/// How long a text is whatever HR says, where it has no holes.
fn fixed_length(node: &Node) -> Option<usize> {
    match &node.kind {
        Kind::Const(Value::Text(text)) => Some(text.encode_utf16().count()),
        _ => None,
    }
}

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
        let mut initial = None;
        let mut random = None;
        for statement in &item.body.statements {
            match statement {
                PasswordStatement::Random(length, span) => {
                    random = random.or(Some(*span));
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
                PasswordStatement::Initial(value, span) => {
                    initial = initial.or(Some((value, *span)));
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
        if let Some((value, span)) = initial {
            password.computed = true;
            self.initial(value, span, random, password.change_at_first_logon);
        }
        self.rules.password = password;
    }

    /// `initial EXPR`: a password that is computed from what HR knows.
    fn initial(&mut self, value: &Expr, span: Span, random: Option<Span>, changes: bool) {
        if let Some(random) = random {
            self.report(
                Diagnostic::new(&codes::DUPLICATE, span, "a password is made in one way")
                    .label("computed")
                    .also(random, "random")
                    .help("keep one of the two, best `random`"),
            );
        }
        let allowed = Allowed {
            assigned: false,
            clock: false,
            counter: false,
        };
        let node = self.allowing(allowed, |lower| lower.expr_as(value, &Type::Text));
        if node.ty == Type::Error {
            return;
        }
        if node.marks.sensitive {
            let words = self.sources.slice(node.span).to_owned();
            self.report(
                Diagnostic::new(
                    &codes::SENSITIVE_FLOW,
                    node.span,
                    "this holds a sensitive value, and whoever is handed the password reads it",
                )
                .label("sensitive")
                .help(format!(
                    "if that is meant, write `disclose({words})`, or let the password be random"
                )),
            );
        }
        if let Some(length) = fixed_length(&node)
            && !(SHORTEST..=LONGEST).contains(&length)
        {
            let message = format!(
                "AD takes passwords of up to {LONGEST} characters, none of fewer than {SHORTEST}; this one has {length}"
            );
            self.report(
                Diagnostic::new(&codes::VALUE_DOES_NOT_FIT, node.span, message)
                    .label("does not fit")
                    .help("let it be random: `random 16`"),
            );
        }
        let weak = if changes {
            Diagnostic::new(
                &codes::GUESSABLE_PASSWORD,
                span,
                "whoever knows the rule and the person knows this password",
            )
            .label("weak")
            .help("write `random 16`, and have it sealed: `sealed to \"age1…\"`")
        } else {
            Diagnostic::new(
                &codes::INITIAL_PASSWORD_STAYS,
                span,
                "a computed password stays known to whoever knows the rule",
            )
            .label("nobody has to change it")
            .help("write `change at first logon` beside it, or better `random 16` in its place")
        };
        self.report(weak);
        self.program.initial = Some(node);
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
