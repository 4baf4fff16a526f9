//! Declarations: what each name of the flat name space stands for.

use super::Lower;
use crate::diagnostic::{Diagnostic, Span, did_you_mean};
use crate::hr;
use crate::policy::codes;
use crate::policy::ir::Node;
use crate::policy::types::Type;
use crate::syntax::ast::{self, Name, Sensitivity, TypeKind};
use std::sync::Arc;

/// A declared name.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub(crate) what: What,
    pub(crate) span: Span,
}

/// What a name stands for, by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Field(u32),
    Param(u32),
    Let(u32),
    Table(u32),
    Unique(u32),
    /// A declared function, which this version does not call yet.
    Fn,
}

/// An HR attribute as the checker sees it.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) ty: Type,
    pub(crate) optional: bool,
    pub(crate) sensitive: bool,
    /// Text that HR types freely.
    pub(crate) free: bool,
}

/// A `let` on its way to being checked.
#[derive(Debug)]
pub(crate) enum LetState<'a> {
    Waiting(&'a ast::Let),
    /// Being checked: whoever meets it again has found a cycle.
    Open(&'a ast::Let),
    Done(Arc<str>, Node),
}

/// Types that HR values and table cells can have.
pub(crate) const TYPE_NAMES: [&str; 10] = [
    "text", "int", "number", "bool", "date", "time", "duration", "timezone", "unit", "person",
];

impl Lower<'_> {
    /// Adds a name, or reports that it is taken and shows both places.
    pub(crate) fn declare(&mut self, name: &Name, what: What) {
        if let Some(first) = self.names.get(&name.value) {
            let first = first.span;
            self.report(
                Diagnostic::new(
                    &codes::DUPLICATE,
                    name.span,
                    format!("`{}` is declared twice", name.value),
                )
                .label("declared again")
                .also(first, "first declared here")
                .help("values share one name space: give one of them another name"),
            );
            return;
        }
        let declared = Declared {
            what,
            span: name.span,
        };
        self.names.insert(name.value.clone(), declared);
    }

    /// The node of a `let`, once it is checked.
    pub(crate) fn let_node(&self, index: u32) -> Option<&Node> {
        match self.lets.get(index as usize)? {
            LetState::Done(_, node) => Some(node),
            LetState::Waiting(_) | LetState::Open(_) => None,
        }
    }

    /// The HR type of a written type, reporting what a person cannot have.
    pub(crate) fn hr_type(&mut self, written: &ast::Type) -> Option<hr::Type> {
        Some(match &written.kind {
            TypeKind::OneOf(choices) => {
                hr::Type::one_of(choices.iter().map(|choice| choice.value.clone()))
            }
            TypeKind::ListOf(item) => hr::Type::List(Box::new(self.hr_type(item)?)),
            TypeKind::Named(name) => match &**name {
                "text" => hr::Type::Text,
                "int" => hr::Type::Int,
                "number" => hr::Type::Number,
                "bool" => hr::Type::Bool,
                "date" => hr::Type::Date,
                "time" => hr::Type::Time,
                "duration" => hr::Type::Duration,
                "timezone" => hr::Type::Timezone,
                "person" => hr::Type::Person,
                "unit" => {
                    self.report(
                        Diagnostic::new(
                            &codes::BAD_FIELD,
                            written.span,
                            "HR does not know units of the directory",
                        )
                        .label("a `unit` can only stand in a table")
                        .help("take a `text` from HR and look the unit up in a table"),
                    );
                    return None;
                }
                _ => {
                    self.unknown_type(name, written.span);
                    return None;
                }
            },
        })
    }

    pub(crate) fn unknown_type(&mut self, name: &str, span: Span) {
        self.report(
            Diagnostic::new(
                &codes::UNKNOWN_TYPE,
                span,
                format!("there is no type `{name}`"),
            )
            .label("unknown type")
            .help(format!(
                "types are {}, `one of (…)` and `list of …`",
                quoted(&TYPE_NAMES)
            ))
            .help_did_you_mean(did_you_mean(name, TYPE_NAMES)),
        );
    }

    /// `person { … }`: the schema that the readers keep to.
    pub(crate) fn person(&mut self, item: &ast::FileItem<ast::PersonItem>) -> Option<hr::Schema> {
        let mut attributes = Vec::new();
        let mut broken = false;
        for field in &item.body.fields {
            let Some(ty) = self.hr_type(&field.ty) else {
                self.declare_broken(&field.name);
                broken = true;
                continue;
            };
            let mut attribute = hr::Attribute::new(field.name.value.clone(), ty);
            if let Some(from) = &field.from {
                attribute = attribute.from(from.value.clone());
            }
            attribute.optional = field.ty.optional;
            attribute.key = field.key.is_some();
            attribute.sensitive = match field.sensitivity.as_ref().map(|word| word.value) {
                Some(Sensitivity::Sensitive) => true,
                Some(Sensitivity::Open) => false,
                None => hr::is_sensitive_by_nature(&attribute.source),
            };
            if let (Some(key), true) = (field.key, attribute.sensitive) {
                let message = format!("the key `{}` stands in every output", field.name.value);
                self.report(
                    Diagnostic::new(&codes::BAD_FIELD, key, message)
                        .label("a key cannot be sensitive")
                        .help("take a number of HR that may be seen, or declare it `open`"),
                );
                // Said once is enough: whatever prints the key would be told of it too.
                attribute.sensitive = false;
            }
            if attribute.key {
                self.key_type = Some(field.ty.span);
            }
            let position = u32::try_from(attributes.len()).unwrap_or(u32::MAX);
            self.declare(&field.name, What::Field(position));
            self.fields.push(Field {
                ty: Type::from_hr(&attribute.ty),
                optional: attribute.optional,
                sensitive: attribute.sensitive,
                free: is_free(&attribute.ty),
            });
            if matches!(&*attribute.source, "hire_date" | "employment_start_date") {
                self.program.started = Some(position);
            }
            attributes.push(attribute);
        }
        match hr::Schema::new(attributes) {
            Ok(schema) => Some(schema),
            Err(error) => {
                let twice = matches!(error, hr::SchemaError::Twice { .. });
                // Without the field that is broken, the others may be too few.
                if !twice && !broken {
                    self.report(
                        Diagnostic::new(&codes::BAD_FIELD, item.word, error.to_string())
                            .label("in this `person`"),
                    );
                }
                None
            }
        }
    }

    /// A name whose declaration is wrong: known, so that its uses are not reported too.
    fn declare_broken(&mut self, name: &Name) {
        let index = u32::try_from(self.params.len()).unwrap_or(u32::MAX);
        self.params.push(Node::error(name.span));
        self.declare(name, What::Param(index));
        self.used.insert(name.value.clone());
    }

    /// Warns of what is declared and never used.
    pub(crate) fn unused(&mut self) {
        let mut unused = Vec::new();
        for (name, declared) in &self.names {
            let word = match declared.what {
                What::Let(_) => "let",
                What::Table(_) => "table",
                What::Unique(_) => "unique",
                What::Param(_) => "param",
                What::Field(_) | What::Fn => continue,
            };
            if !self.used.contains(name) {
                unused.push(
                    Diagnostic::new(
                        &codes::UNUSED,
                        declared.span,
                        format!("`{word} {name}` is never used"),
                    )
                    .help("remove it, or use it"),
                );
            }
        }
        self.diagnostics.append(&mut unused);
    }
}

/// Whether values of the type are text that somebody types.
fn is_free(ty: &hr::Type) -> bool {
    match ty {
        hr::Type::Text => true,
        hr::Type::List(item) => is_free(item),
        hr::Type::Int
        | hr::Type::Number
        | hr::Type::Bool
        | hr::Type::Date
        | hr::Type::Time
        | hr::Type::Duration
        | hr::Type::Timezone
        | hr::Type::Person
        | hr::Type::OneOf(_) => false,
    }
}

/// `` `a`, `b` and `c` ``.
pub(crate) fn quoted(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}
