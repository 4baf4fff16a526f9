//! Profile lines: an attribute of AD and where its value comes from.

use super::{Allowed, Lower};
use crate::diagnostic::{Diagnostic, Fix, Span, did_you_mean};
use crate::directory::schema::{self, Attribute, Ownership, Syntax};
use crate::policy::codes;
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node, Piece};
use crate::policy::program::Line;
use crate::policy::ruleset::RuleKind;
use crate::policy::types::Type;
use crate::policy::wish::Mode;
use crate::syntax::ast::{self, ElseAction, Modifier, Name, ProfileLine, ProfileStatement};

impl Lower<'_> {
    /// `profile { … }`; there may be several.
    pub(crate) fn profile(&mut self, item: &ast::FileItem<ast::Profile>) {
        for statement in &item.body.statements {
            let line = match statement {
                ProfileStatement::Line(line) => {
                    self.named_lines.insert(line.attribute.value.to_lowercase());
                    let allowed = Allowed {
                        assigned: true,
                        clock: false,
                        counter: false,
                    };
                    self.allowing(allowed, |lower| lower.line(line, RuleKind::Profile))
                }
                ProfileStatement::Clear(names, span) => {
                    for name in names {
                        let line = self.clear_line(name, *span, RuleKind::Profile);
                        self.add_profile_line(line);
                    }
                    continue;
                }
                ProfileStatement::Keep(names, _) => {
                    for name in names {
                        let _ = self.attribute(name);
                    }
                    continue;
                }
            };
            self.add_profile_line(line);
        }
    }

    fn add_profile_line(&mut self, line: Option<Line>) {
        let mut lines = std::mem::take(&mut self.program.profile);
        self.add_line(&mut lines, line);
        self.program.profile = lines;
    }

    /// Adds a line, one for each attribute.
    pub(crate) fn add_line(&mut self, lines: &mut Vec<Line>, line: Option<Line>) {
        let Some(line) = line else {
            return;
        };
        let mut written = lines.iter();
        if let Some(first) = written.find(|first| first.attribute == line.attribute) {
            let message = format!("`{}` has two lines", line.attribute.name);
            self.report(
                Diagnostic::new(&codes::DUPLICATE, line.span, message)
                    .label("again")
                    .also(first.span, "first here")
                    .help("keep one of the two; to decide between values write a `choose`"),
            );
            return;
        }
        lines.push(line);
    }

    /// The attribute of that name, which a policy may write.
    pub(crate) fn attribute(&mut self, name: &Name) -> Option<&'static Attribute> {
        let attribute = self.known_attribute(name)?;
        match attribute.ownership {
            Ownership::Policy => Some(attribute),
            Ownership::Elsewhere(pointer) | Ownership::Never(pointer) => {
                self.report(
                    Diagnostic::new(
                        &codes::ATTRIBUTE_NOT_OURS,
                        name.span,
                        format!("`{}` is not written by a policy line", attribute.name),
                    )
                    .label("not here")
                    .help(pointer),
                );
                None
            }
        }
    }

    /// The attribute of that name, whoever writes it.
    pub(crate) fn known_attribute(&mut self, name: &Name) -> Option<&'static Attribute> {
        let found = schema::attribute(&name.value);
        if let Some(attribute) = found {
            self.rules.directory_attributes.insert(attribute.name);
        } else {
            let near = did_you_mean(
                &name.value,
                schema::attributes().map(|attribute| attribute.name),
            );
            self.report(
                Diagnostic::new(
                    &codes::UNKNOWN_ATTRIBUTE,
                    name.span,
                    format!("the directory has no attribute `{}`", name.value),
                )
                .label("unknown attribute")
                .help(
                    "write the name that the schema has: `title` for Job Title, `mail` for E-mail",
                )
                .help_did_you_mean(near),
            );
        }
        found
    }

    /// `clear ATTRIBUTE`.
    pub(crate) fn clear_line(&mut self, name: &Name, span: Span, kind: RuleKind) -> Option<Line> {
        let attribute = self.attribute(name)?;
        if is_required(attribute) {
            self.report(
                Diagnostic::new(
                    &codes::VALUE_DOES_NOT_FIT,
                    name.span,
                    format!("an account is never without `{}`", attribute.name),
                )
                .label("cannot be cleared")
                .help("take it out of the list"),
            );
            return None;
        }
        let rule = self.rule(kind, span, []);
        Some(Line {
            attribute,
            mode: Mode::Always,
            value: None,
            otherwise: None,
            rule,
            span: name.span,
        })
    }

    /// `ATTRIBUTE = EXPR MODIFIER`.
    pub(crate) fn line(&mut self, line: &ProfileLine, kind: RuleKind) -> Option<Line> {
        let attribute = self.attribute(&line.attribute);
        let value = self.expr(&line.value);
        let attribute = attribute?;
        let modifier = line.modifier.as_ref().map(|modifier| modifier.value);
        let (mode, otherwise) = match (line.adding.is_some(), modifier) {
            (true, Some(Modifier::Else(action))) => (Mode::Adding, Some(action)),
            (true, _) => (Mode::Adding, None),
            (false, Some(Modifier::Once)) => (Mode::Once, None),
            (false, Some(Modifier::IfEmpty)) => (Mode::IfEmpty, Some(ElseAction::Keep)),
            (false, Some(Modifier::Else(action))) => (Mode::Always, Some(action)),
            (false, None) => (Mode::Always, None),
        };
        if value.ty == Type::Error {
            return None;
        }
        if value.marks.missing && otherwise.is_none() {
            self.report(
                Diagnostic::new(
                    &codes::MAYBE_MISSING,
                    value.span,
                    format!("the value of `{}` may be missing", attribute.name),
                )
                .label("may be missing")
                .help(
                    "say what happens then: `else keep`, `else clear`, or `else` and another value",
                )
                .fix(Fix {
                    title: "clear it where it is missing".to_owned(),
                    edits: vec![(value.span.after(), " else clear".to_owned())],
                }),
            );
            return None;
        }
        if let (Some(modifier), Some(Modifier::Else(_)), false) = (
            &line.modifier,
            modifier,
            value.marks.missing || value.ty == Type::Person,
        ) {
            self.report(
                Diagnostic::new(
                    &codes::USELESS_ELSE,
                    modifier.span,
                    "this is never used: the value is never missing",
                )
                .label("never used")
                .also(value.span, "always there")
                .help("remove it")
                .fix(Fix {
                    title: "remove it".to_owned(),
                    edits: vec![(modifier.span, String::new())],
                }),
            );
        }
        if otherwise == Some(ElseAction::Clear) && is_required(attribute) {
            self.report(
                Diagnostic::new(
                    &codes::VALUE_DOES_NOT_FIT,
                    line.span,
                    format!("an account is never without `{}`", attribute.name),
                )
                .label("cannot be cleared")
                .help("end with `else` and a value that is always there"),
            );
            return None;
        }
        self.fits(attribute, &value)?;
        self.discloses_nothing(&value, &format!("`{}`", attribute.name));
        let rule = self.rule(kind, line.span, [&value]);
        Some(Line {
            attribute,
            mode,
            value: Some(value),
            otherwise,
            rule,
            span: line.attribute.span,
        })
    }

    /// Whether values of the type can be written as the attribute's syntax says.
    fn fits(&mut self, attribute: &'static Attribute, value: &Node) -> Option<()> {
        let element = match &value.ty {
            Type::List(item) if !attribute.single => item,
            ty => ty,
        };
        let fits = match attribute.syntax {
            Syntax::Text | Syntax::CaseExactText => matches!(
                element,
                Type::Text
                    | Type::OneOf(_)
                    | Type::Int
                    | Type::Number
                    | Type::Date
                    | Type::Time
                    | Type::Timezone
            ),
            Syntax::Integer | Syntax::LargeInteger => *element == Type::Int,
            Syntax::FileTime => {
                *element == Type::Instant || matches!(value.kind, Kind::Const(Value::Never))
            }
            Syntax::GeneralizedTime => *element == Type::Instant,
            Syntax::Boolean => *element == Type::Bool,
            // Several people would be several accounts, of which some may not be there yet.
            Syntax::Dn => value.ty == Type::Person,
            Syntax::Octets if attribute.is_picture() => value.ty == Type::Photo,
            Syntax::Octets | Syntax::Sid | Syntax::Guid | Syntax::Class => false,
        };
        if !fits {
            let help = match attribute.syntax {
                Syntax::FileTime | Syntax::GeneralizedTime => {
                    "write a point in time: `last_day at 18:00`"
                }
                Syntax::Boolean => "write `true`, `false` or a condition",
                Syntax::Dn => "write a person, such as `supervisor`",
                Syntax::Integer | Syntax::LargeInteger => "write a whole number",
                Syntax::Text | Syntax::CaseExactText => {
                    "write a text, or print the value in one: \"{x}\""
                }
                Syntax::Octets if attribute.is_picture() => {
                    "write a photo: `person` has it as `photo : photo? from \"profile_picture\"`"
                }
                Syntax::Octets | Syntax::Sid | Syntax::Guid | Syntax::Class => {
                    "this attribute holds no text"
                }
            };
            self.report(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    value.span,
                    format!("`{}` does not hold {}", attribute.name, value.ty),
                )
                .label(value.ty.to_string())
                .help(help),
            );
            return None;
        }
        self.literal_fits(attribute, value)
    }

    /// Whether the literal part alone breaks the attribute's limits.
    fn literal_fits(&mut self, attribute: &'static Attribute, value: &Node) -> Option<()> {
        let problem = match &value.kind {
            Kind::Const(Value::Text(text)) => {
                attribute.check(text).err().map(|unfit| unfit.to_string())
            }
            Kind::Template(pieces) => {
                let literal = pieces.iter().map(|piece| match piece {
                    Piece::Literal(text) => text.encode_utf16().count(),
                    Piece::Hole(_) => 0,
                });
                let length: usize = literal.sum();
                let max = attribute
                    .max_on_account()
                    .map_or(usize::MAX, |max| max as usize);
                (length > max).then(|| {
                    format!("it is longer than {max} characters before anything is filled in")
                })
            }
            _ => None,
        };
        let Some(problem) = problem else {
            return Some(());
        };
        self.report(
            Diagnostic::new(
                &codes::VALUE_DOES_NOT_FIT,
                value.span,
                format!("`{}` cannot hold this: {problem}", attribute.name),
            )
            .label("does not fit")
            .help("shorten it, or write it into an attribute that holds it"),
        );
        None
    }

    /// A sensitive value may not flow where everybody in the domain reads it (S11).
    pub(crate) fn discloses_nothing(&mut self, value: &Node, to: &str) {
        if value.marks.sensitive {
            let words = self.sources.slice(value.span).to_owned();
            self.report(
                Diagnostic::new(
                    &codes::SENSITIVE_FLOW,
                    value.span,
                    format!(
                        "this holds a sensitive value, and everybody in the domain can read {to}"
                    ),
                )
                .label("sensitive")
                .help(format!(
                    "if that is meant, write `disclose({words})`, or declare the field `open`"
                )),
            );
        }
    }

    /// Lines that every policy needs that makes accounts.
    pub(crate) fn required_lines(&mut self, at: Span) {
        for name in ["cn", "sAMAccountName"] {
            // A line that is wrong has been reported as such.
            if !self.named_lines.contains(&name.to_lowercase()) {
                self.report(
                    Diagnostic::new(&codes::MISSING_ITEM, at, format!("`profile` has no line for `{name}`"))
                        .label("an account cannot be made without it")
                        .help(match name {
                            "cn" => "write `cn = …`, best with a `unique`: it is unique within its unit",
                            _ => "write `sAMAccountName = … once`, best with a `unique`: it is unique in the domain",
                        }),
                );
            }
        }
    }
}

impl Lower<'_> {
    /// The anchor is written by the tool itself: a line could tie an account to somebody else.
    pub(crate) fn anchor_is_not_written(&mut self) {
        let Some(anchor) = self.rules.anchor.clone() else {
            return;
        };
        let exceptions = self.program.exceptions.values().flatten();
        let bodies = self
            .program
            .stages
            .iter()
            .chain(exceptions.map(|exception| &exception.body));
        let lines = bodies.flat_map(|body| &body.lines);
        let mut spans: Vec<Span> = lines
            .chain(&self.program.profile)
            .filter(|line| line.attribute.name == &*anchor.attribute)
            .map(|line| line.span)
            .collect();
        spans.sort();
        for span in spans {
            let message = format!("`{}` is the anchor, which no line writes", anchor.attribute);
            self.report(
                Diagnostic::new(&codes::ATTRIBUTE_NOT_OURS, span, message)
                    .label("ties the account to its person")
                    .help("remove the line: `anchor` in `identity` says what stands there"),
            );
        }
    }
}

/// Attributes that an account is never without.
fn is_required(attribute: &Attribute) -> bool {
    matches!(attribute.name, "cn" | "sAMAccountName")
}
