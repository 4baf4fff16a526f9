//! `reports`, `all_reports` and `is_manager`: who says of whom that they are their supervisor.

use super::{Lower, What, narrow};
use crate::diagnostic::{Diagnostic, Span};
use crate::hr::SUPERVISOR;
use crate::policy::codes;
use crate::policy::ir::{Kind, Node};
use crate::policy::types::{Marks, Type};

/// A relation between people, as a name and behind a dot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Reports,
    AllReports,
    IsManager,
}

impl Relation {
    /// The names of all.
    pub(super) const NAMES: [&str; 3] = ["reports", "all_reports", "is_manager"];

    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "reports" => Some(Self::Reports),
            "all_reports" => Some(Self::AllReports),
            "is_manager" => Some(Self::IsManager),
            _ => None,
        }
    }
}

impl Lower<'_> {
    /// A relation of another person, or of the one who is evaluated.
    pub(super) fn relation(
        &mut self,
        relation: Relation,
        person: Option<Node>,
        span: Span,
    ) -> Node {
        let Some(field) = self.supervisor.and_then(|at| self.fields.get(at as usize)) else {
            return self.no_supervisor(span);
        };
        let sensitive = field.sensitive;
        let of = person
            .as_ref()
            .map_or_else(Marks::default, |node| node.marks);
        let marks = Marks {
            missing: true,
            sensitive: of.sensitive || sensitive,
            ..of
        };
        let unsure = of.missing.then_some(span);
        let list = self.narrowed(Node {
            kind: Kind::Reports {
                person: person.map(Box::new),
                all: relation == Relation::AllReports,
            },
            ty: Type::List(Box::new(Type::Person)),
            marks,
            span,
        });
        match relation {
            Relation::Reports | Relation::AllReports => list,
            Relation::IsManager => Node {
                kind: Kind::Present(Box::new(list)),
                ty: Type::Bool,
                // Nobody manages for want of a person of whom to ask it.
                marks: Marks {
                    missing: false,
                    hollow_false: unsure,
                    ..marks
                },
                span,
            },
        }
    }

    /// Whether that a list is missing is a fact and not a value that HR owes: nobody reports to a person who is there.
    pub(super) fn is_fact(&self, list: &Node) -> bool {
        match &list.kind {
            Kind::Reports { person, .. } => {
                person.as_ref().is_none_or(|person| !person.marks.missing)
            }
            Kind::Let(index) => self.let_node(*index).is_some_and(|node| self.is_fact(node)),
            _ => false,
        }
    }

    fn no_supervisor(&mut self, span: Span) -> Node {
        let declared = self.names.get(SUPERVISOR).map(|declared| declared.what);
        if matches!(declared, Some(What::Field(_))) {
            // `person` itself is wrong, and that was said there.
            return Node::error(span);
        }
        let people = self.fields.iter().filter(|field| field.ty == Type::Person);
        let count = people.count();
        let diagnostic = Diagnostic::new(
            &codes::UNKNOWN_NAME,
            span,
            "it is not known who reports to whom",
        );
        self.wrong(if count == 0 {
            diagnostic
                .label("needs a field that names the supervisor")
                .help(format!("declare it in `person`: `{SUPERVISOR} : person?`"))
        } else {
            diagnostic
                .label(format!("`person` refers to people in {count} fields"))
                .help(format!(
                    "call the one that counts `{SUPERVISOR}`; HR's own name for it goes behind `from`"
                ))
        })
    }
}

/// The path of somebody's reports; that some are there says that there are some at any depth, and the other way round.
pub(super) fn path(person: Option<&Node>) -> Option<String> {
    match person {
        None => Some("r".to_owned()),
        Some(person) => Some(format!("{}.r", narrow::Path::of(person)?)),
    }
}
