//! Declarations: what each name of the flat name space stands for.

use super::Lower;
use crate::diagnostic::{Diagnostic, Span, did_you_mean};
use crate::hr;
use crate::policy::codes;
use crate::policy::ir::Node;
use crate::policy::types::Type;
use crate::syntax::ast::{self, Name, TypeKind};
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
    Fn(u32),
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

/// What is being checked: whoever needs it meanwhile has found a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    Let(u32),
    Function(u32),
}

/// Types that HR values and table cells can have.
pub(crate) const TYPE_NAMES: [&str; 11] = [
    "text", "int", "number", "bool", "date", "time", "duration", "timezone", "unit", "person",
    "photo",
];

impl Lower<'_> {
    /// Adds a name, or reports that it is taken and shows both places.
    pub(crate) fn declare(&mut self, name: &Name, what: What) {
        if super::relations::Relation::named(&name.value).is_some() {
            self.report(
                Diagnostic::new(
                    &codes::DUPLICATE,
                    name.span,
                    format!("`{}` is built in", name.value),
                )
                .label("declared again")
                .help("values share one name space: give it another name; HR's own goes behind `from`"),
            );
            return;
        }
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
                "photo" => hr::Type::Photo,
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

    /// A name whose declaration is wrong: known, so that its uses are not reported too.
    pub(super) fn declare_broken(&mut self, name: &Name) {
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
                What::Fn(_) => "fn",
                What::Field(_) => continue,
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

/// `` `a`, `b` and `c` ``.
pub(crate) fn quoted(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}
