//! `notify`: what is told to whom, and when.

mod digest;

use super::{Allowed, Lower, What};
use crate::diagnostic::{Diagnostic, Span};
use crate::policy::around::{EventRule, NoticeEvent, NoticeRule};
use crate::policy::codes;
use crate::policy::compile::sha256_hex;
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node, Piece};
use crate::policy::notice::Fact;
use crate::policy::program::NoticeBody;
use crate::policy::ruleset::{Duration, RuleKind, TimeUnit};
use crate::policy::types::Type;
use crate::syntax::ast::{
    self, Event, ExprKind, Name, Notify, NotifyBody, NotifyStatement, Template, Transition,
};
use crate::text::mail::Address;
use std::sync::Arc;

/// How much of a digest tells events apart: their names and words, not secrets.
const KEY_DIGITS: usize = 16;

/// What may be read beside a person where something is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Told {
    /// `account.x`, as it is after the run.
    pub(crate) account: bool,
    /// Whether `{password}` may.
    pub(crate) password: Password,
    /// What is known beside because a notice tells of nothing else: what fails, or what is expected and is not so.
    pub(crate) only: Option<Fact>,
    /// A notice: so that a `{password}` that is not there gets its own message.
    pub(crate) notice: bool,
}

/// Whether a password may be told where the walk is, and why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Password {
    /// None is made then.
    #[default]
    NotMade,
    /// One is, and this is not the body.
    Outside,
    /// It would go by mail, and the policy does not let it.
    Open,
    /// It may.
    Told,
}

impl Lower<'_> {
    /// `notify "…" { … }`; `file` is the text of the file that the body names, with its place.
    pub(crate) fn notify(&mut self, item: &ast::FileItem<Notify>, file: Option<(Template, Span)>) {
        let notify = &item.body;
        let known = self.rules.notices.iter();
        if known
            .into_iter()
            .any(|known| known.name == notify.name.value)
        {
            let message = format!("the notice `{}` stands here twice", notify.name.value);
            self.report(
                Diagnostic::new(&codes::DUPLICATE, notify.name.span, message)
                    .label("again")
                    .help("one notice may have several `on`; another text is another notice"),
            );
        }
        let on = self.events(notify);
        let all_are =
            |event: &NoticeEvent| !on.is_empty() && on.iter().all(|one| one.event == *event);
        let made = all_are(&NoticeEvent::Password);
        let private = self.rules.password.plain_mail || self.posted.has(&notify.name.value);
        let in_body = match (made, private) {
            (false, _) => Password::NotMade,
            (true, false) => Password::Open,
            (true, true) => Password::Told,
        };
        let told = Told {
            account: true,
            password: match in_body {
                Password::NotMade => Password::NotMade,
                Password::Outside | Password::Open | Password::Told => Password::Outside,
            },
            only: if all_are(&NoticeEvent::Failure) {
                Some(Fact::Failures)
            } else {
                all_are(&NoticeEvent::Expectation).then_some(Fact::Expectation)
            },
            notice: true,
        };
        let allowed = Allowed {
            assigned: true,
            ..Allowed::default()
        };
        let before = std::mem::replace(&mut self.told, told);
        let body = self.allowing(allowed, |lower| lower.notice_body(item, file, in_body));
        self.told = before;
        let Some(body) = body else {
            return;
        };
        let nodes = body.to.iter().map(|(node, _)| node);
        let nodes: Vec<&Node> = nodes.chain([&body.subject, &body.body]).collect();
        let rule = self.rule(RuleKind::Notify, item.span, nodes);
        let mut password = false;
        body.body
            .walk(&mut |node| password |= matches!(node.kind, Kind::Password));
        let digest = self.digest(notify, &on, &body.subject);
        self.rules.notices.push(NoticeRule {
            name: notify.name.value.clone(),
            on,
            password,
            digest,
            rule,
        });
        self.program.notices.push(body);
    }

    fn notice_body(
        &mut self,
        item: &ast::FileItem<Notify>,
        file: Option<(Template, Span)>,
        in_body: Password,
    ) -> Option<NoticeBody> {
        let mut file = file;
        let mut to: Vec<(Node, Arc<str>)> = Vec::new();
        let (mut subject, mut body) = (None, None);
        for statement in &item.body.statements {
            match statement {
                NotifyStatement::On(..) | NotifyStatement::Digest(..) => {}
                NotifyStatement::To(exprs, _) => {
                    for expr in exprs {
                        let written = self.sources.slice(expr.span).into();
                        let node = self.expr(expr);
                        to.extend(self.recipient(node).map(|node| (node, written)));
                    }
                }
                NotifyStatement::Subject(expr) => {
                    let node = self.prose(expr);
                    self.only_one(&mut subject, node, expr.span, "subject");
                }
                NotifyStatement::Body(NotifyBody::Text(expr), span) => {
                    let outside = std::mem::replace(&mut self.told.password, in_body);
                    let node = self.prose(expr);
                    self.told.password = outside;
                    self.only_one(&mut body, node, *span, "body");
                }
                NotifyStatement::Body(NotifyBody::File(_), span) => {
                    let outside = std::mem::replace(&mut self.told.password, in_body);
                    let node = match file.take() {
                        Some((template, span)) => self.template(&template, span),
                        // What is wrong with the file has been reported.
                        None => Node::error(*span),
                    };
                    self.told.password = outside;
                    self.only_one(&mut body, node, *span, "body");
                }
            }
        }
        let said = |found: bool, word: &str, help: &str| {
            (!found).then(|| (word.to_owned(), help.to_owned()))
        };
        let has = |is: fn(&NotifyStatement) -> bool| item.body.statements.iter().any(is);
        let missing = [
            said(
                has(|one| matches!(one, NotifyStatement::On(..))),
                "on",
                "say when it is sent: `on create`",
            ),
            said(
                has(|one| matches!(one, NotifyStatement::To(..))),
                "to",
                "say to whom it goes: `to supervisor.email`",
            ),
            said(subject.is_some(), "subject", "write `subject \"…\"`"),
            said(
                body.is_some(),
                "body",
                "write `body file \"mails/….md\"`, or `body \"…\"`",
            ),
        ];
        let (missing, helps): (Vec<String>, Vec<String>) = missing.into_iter().flatten().unzip();
        if !missing.is_empty() {
            let words: Vec<&str> = missing.iter().map(String::as_str).collect();
            let message = format!(
                "the notice `{}` has no {}",
                item.body.name.value,
                super::declare::quoted(&words)
            );
            self.report(
                Diagnostic::new(&codes::MISSING_ITEM, item.body.name.span, message)
                    .label("not whole")
                    .help(helps.join("; ")),
            );
            return None;
        }
        let (subject, body) = (subject?, body?);
        for node in to.iter().map(|(node, _)| node).chain([&subject, &body]) {
            self.tells_nothing_sensitive(node, "a notice is read by whoever gets it");
        }
        Some(NoticeBody { to, subject, body })
    }

    fn only_one(&mut self, slot: &mut Option<Node>, node: Node, span: Span, word: &str) {
        if let Some(first) = slot {
            let first = first.span;
            self.report(
                Diagnostic::new(
                    &codes::DUPLICATE,
                    span,
                    format!("a notice has one `{word}`"),
                )
                .label("again")
                .also(first, "first here"),
            );
            return;
        }
        *slot = Some(node);
    }

    /// A text that people read; a hole in it may be missing.
    pub(super) fn prose(&mut self, expr: &ast::Expr) -> Node {
        let node = self.expr(expr);
        if node.ty.is_textual() {
            return node;
        }
        self.wrong(
            Diagnostic::new(
                &codes::WRONG_TYPE,
                node.span,
                format!("a text is needed, and this is {}", node.ty),
            )
            .label(node.ty.to_string())
            .help("print it in one: \"{x}\""),
        )
    }

    fn recipient(&mut self, node: Node) -> Option<Node> {
        let is_text = |ty: &Type| ty.is_textual();
        let fits = match &node.ty {
            Type::List(item) => is_text(item),
            ty => is_text(ty),
        };
        if let (true, Kind::Const(Value::Text(text))) = (fits, &node.kind)
            && Address::parse(text).is_none()
        {
            self.report(
                Diagnostic::new(
                    &codes::BAD_NOTICE,
                    node.span,
                    format!("`{text}` is no mail address"),
                )
                .label("nothing can be sent there")
                .help("write it as `name@example.com`, or name a field that holds an address"),
            );
            return None;
        }
        if fits {
            return Some(node);
        }
        let help = match node.ty {
            Type::Person => "name an address of that person, such as `supervisor.email`",
            _ => "write an address, or a field that holds one",
        };
        self.report(
            Diagnostic::new(
                &codes::WRONG_TYPE,
                node.span,
                format!("a mail address is needed, and this is {}", node.ty),
            )
            .label(node.ty.to_string())
            .help(help),
        );
        None
    }

    fn events(&mut self, notify: &Notify) -> Vec<EventRule> {
        let mut events = Vec::new();
        for statement in &notify.statements {
            let NotifyStatement::On(event, span) = statement else {
                continue;
            };
            let mut read = None;
            let event = match event {
                Event::Create => NoticeEvent::Create,
                Event::Password => NoticeEvent::Password,
                Event::Delete => NoticeEvent::Delete,
                Event::Postpone => NoticeEvent::Postpone,
                Event::Problem => NoticeEvent::Problem,
                Event::Failure => NoticeEvent::Failure,
                Event::Expectation => NoticeEvent::Expectation,
                Event::Approval(every) => {
                    if let Some(every) = every {
                        self.is_of_days(*every, *span);
                    }
                    NoticeEvent::Approval(*every)
                }
                Event::Transition(Transition::Enter(into, from)) => NoticeEvent::Enter {
                    into: self.stages_named(into),
                    from: self.stages_named(from),
                },
                Event::Transition(Transition::Exit(stages)) => {
                    NoticeEvent::Exit(self.stages_named(stages))
                }
                Event::ChangeOf(names) => {
                    let fields = names.iter().filter_map(|name| self.watched_field(name));
                    NoticeEvent::ChangeOf(fields.collect())
                }
                Event::When(condition) => {
                    let allowed = Allowed {
                        clock: true,
                        ..Allowed::default()
                    };
                    let node = self.allowing(allowed, |lower| lower.condition(condition));
                    let index = u32::try_from(self.program.watches.len()).unwrap_or(u32::MAX);
                    self.program.watches.push(node.clone());
                    read = Some(node);
                    NoticeEvent::When(index)
                }
            };
            let rule = self.rule(RuleKind::Notify, *span, &read);
            let words: Vec<&str> = self.sources.slice(*span).split_whitespace().collect();
            let digest = sha256_hex(&[&notify.name.value, &words.join(" ")]);
            let key = digest.get(..KEY_DIGITS).unwrap_or(&digest).into();
            events.push(EventRule { event, key, rule });
        }
        events
    }

    /// Reminders come with days: nobody is asked twice within one.
    fn is_of_days(&mut self, every: Duration, span: Span) {
        let days = !matches!(every.unit, TimeUnit::Minute | TimeUnit::Hour);
        if days && every.count > 0 {
            return;
        }
        self.report(
            Diagnostic::new(
                &codes::BAD_NOTICE,
                span,
                "a reminder comes once a day at most",
            )
            .label("more often than a day")
            .help("write it in days or weeks: `on approval every 3 days`"),
        );
    }

    /// The HR attribute whose changes are told.
    fn watched_field(&mut self, name: &Name) -> Option<u32> {
        match self.names.get(&name.value).map(|declared| declared.what) {
            Some(What::Field(position)) => {
                self.used.insert(name.value.clone());
                Some(position)
            }
            Some(_) => {
                self.used.insert(name.value.clone());
                let message = format!("`{}` is no field of `person`", name.value);
                self.report(
                    Diagnostic::new(&codes::WRONG_TYPE, name.span, message)
                        .label("its changes are not kept")
                        .help("name the fields that it is made of, or write `on when …`"),
                );
                None
            }
            None => {
                let kind = ExprKind::Name(name.value.clone());
                let _ = self.expr(&ast::Expr {
                    kind,
                    span: name.span,
                });
                None
            }
        }
    }

    /// What leaves the house holds nothing that nobody else should see (S11); `risk` says who sees it.
    pub(crate) fn tells_nothing_sensitive(&mut self, node: &Node, risk: &str) {
        let culprits: Vec<&Node> = match &node.kind {
            Kind::Template(pieces) => pieces
                .iter()
                .filter_map(|piece| match piece {
                    Piece::Hole(hole) if hole.marks.sensitive => Some(hole),
                    Piece::Hole(_) | Piece::Literal(_) => None,
                })
                .collect(),
            _ if node.marks.sensitive => vec![node],
            _ => Vec::new(),
        };
        for culprit in culprits {
            let words = self.sources.slice(culprit.span);
            let help = match culprit.kind {
                // No expression of the language, so there is no disclosing it.
                Kind::Fact(_) => {
                    "if that is meant, declare the field that says who reports to whom `open`"
                        .to_owned()
                }
                _ => format!(
                    "if that is meant, write `let told = disclose({words})` and tell that, or declare the field `open`"
                ),
            };
            self.report(
                Diagnostic::new(
                    &codes::SENSITIVE_FLOW,
                    culprit.span,
                    format!("this is a sensitive value, and {risk}"),
                )
                .label("sensitive")
                .help(help),
            );
        }
    }
}
