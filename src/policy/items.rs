//! The items of a policy by kind, out of all its files; and which of them it has once, and must have.

use super::codes;
use super::lower::Lower;
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::ast::{self, File, FileItem, Item};

/// Items of one kind in the order of their files' names, so that the order of reading does not matter.
#[derive(Debug, Default)]
pub(super) struct Items<'a> {
    pub(super) person: Vec<&'a FileItem<ast::PersonItem>>,
    pub(super) employment: Vec<&'a FileItem<ast::EmploymentItem>>,
    pub(super) params: Vec<&'a FileItem<ast::Param>>,
    pub(super) tables: Vec<&'a FileItem<ast::Table>>,
    pub(super) lets: Vec<&'a FileItem<ast::Let>>,
    pub(super) fns: Vec<&'a FileItem<ast::Fn>>,
    pub(super) uniques: Vec<&'a FileItem<ast::Unique>>,
    pub(super) timezone: Vec<&'a FileItem<ast::Timezone>>,
    pub(super) lifecycle: Vec<&'a FileItem<ast::Lifecycle>>,
    pub(super) stages: Vec<&'a FileItem<ast::Stage>>,
    pub(super) identity: Vec<&'a FileItem<ast::Identity>>,
    pub(super) profiles: Vec<&'a FileItem<ast::Profile>>,
    pub(super) password: Vec<&'a FileItem<ast::Password>>,
    pub(super) unit: Vec<&'a FileItem<ast::Unit>>,
    pub(super) groups: Vec<&'a FileItem<ast::Groups>>,
    pub(super) lists: Vec<&'a FileItem<ast::Groups>>,
    pub(super) forbids: Vec<&'a FileItem<ast::Forbid>>,
    pub(super) exclusives: Vec<&'a FileItem<ast::Exclusive>>,
    pub(super) exceptions: Vec<&'a FileItem<ast::Exception>>,
    pub(super) guard: Vec<&'a FileItem<ast::Guard>>,
    pub(super) group_declarations: Vec<&'a FileItem<ast::GroupDeclaration>>,
    pub(super) privileged: Vec<&'a FileItem<ast::PrivilegedGroup>>,
    pub(super) approvals: Vec<&'a FileItem<ast::Approve>>,
    pub(super) invariants: Vec<&'a FileItem<ast::Invariant>>,
    pub(super) sources: Vec<&'a FileItem<ast::Source>>,
    pub(super) retention: Vec<&'a FileItem<ast::Retention>>,
    pub(super) expects: Vec<&'a FileItem<ast::Expect>>,
    pub(super) notices: Vec<&'a FileItem<ast::Notify>>,
    pub(super) awaits: Vec<&'a FileItem<ast::Await>>,
    pub(super) writeback: Vec<&'a FileItem<ast::Writeback>>,
    pub(super) tests: Vec<&'a FileItem<ast::Test>>,
}

impl<'a> Items<'a> {
    /// All items of all files.
    pub(super) fn sort(files: &[&'a File]) -> Self {
        let mut items = Self::default();
        for item in files.iter().flat_map(|file| &file.items) {
            match item {
                Item::Person(item) => items.person.push(item),
                Item::Employment(item) => items.employment.push(item),
                Item::Param(item) => items.params.push(item),
                Item::Table(item) => items.tables.push(item),
                Item::Let(item) => items.lets.push(item),
                Item::Fn(item) => items.fns.push(item),
                Item::Unique(item) => items.uniques.push(item),
                Item::Timezone(item) => items.timezone.push(item),
                Item::Lifecycle(item) => items.lifecycle.push(item),
                Item::Stage(item) => items.stages.push(item),
                Item::Identity(item) => items.identity.push(item),
                Item::Profile(item) => items.profiles.push(item),
                Item::Password(item) => items.password.push(item),
                Item::Unit(item) => items.unit.push(item),
                Item::Groups(item) => items.groups.push(item),
                Item::Lists(item) => items.lists.push(item),
                Item::Forbid(item) => items.forbids.push(item),
                Item::Exclusive(item) => items.exclusives.push(item),
                Item::Exception(item) => items.exceptions.push(item),
                Item::Guard(item) => items.guard.push(item),
                Item::Source(item) => items.sources.push(item),
                Item::GroupDeclaration(item) => items.group_declarations.push(item),
                Item::PrivilegedGroup(item) => items.privileged.push(item),
                Item::Invariant(item) => items.invariants.push(item),
                Item::Approve(item) => items.approvals.push(item),
                Item::Notify(item) => items.notices.push(item),
                Item::Await(item) => items.awaits.push(item),
                Item::Writeback(item) => items.writeback.push(item),
                Item::Retention(item) => items.retention.push(item),
                Item::Expect(item) => items.expects.push(item),
                Item::Test(item) => items.tests.push(item),
            }
        }
        items
    }
}

/// Items that a policy has once, and those that it must have.
pub(super) fn once_each(lower: &mut Lower<'_>, items: &Items<'_>, files: &[&File]) {
    fn words<T>(items: &[&FileItem<T>]) -> Vec<Span> {
        items.iter().map(|item| item.word).collect()
    }
    let once: [(&str, Vec<Span>, Option<&str>); 11] = [
        (
            "person",
            words(&items.person),
            Some("write `person { … }`: it says what HR knows of a person"),
        ),
        ("employment", words(&items.employment), None),
        (
            "timezone",
            words(&items.timezone),
            Some("write `timezone \"Europe/Berlin\"`, or wherever people are"),
        ),
        (
            "lifecycle",
            words(&items.lifecycle),
            Some("write `lifecycle { … }`: it says in which stage a person is"),
        ),
        (
            "identity",
            words(&items.identity),
            Some("write `identity { anchor employeeID = id }`"),
        ),
        ("password", words(&items.password), None),
        (
            "unit",
            words(&items.unit),
            Some("write `unit { otherwise => \"OU=…\" }`: it says where accounts stand"),
        ),
        ("guard", words(&items.guard), None),
        ("retention", words(&items.retention), None),
        ("writeback", words(&items.writeback), None),
        (
            "profile",
            words(&items.profiles).into_iter().take(1).collect(),
            Some("write `profile { … }`: it says what attributes an account has"),
        ),
    ];
    // The first file by name, not by the order of reading.
    let first = files.first().map(|file| file.id);
    let anywhere = first.map_or_else(Span::default, |id| Span::new(id, 0, 0));
    for (word, places, needed) in once {
        if let (None, Some(help)) = (places.first(), needed) {
            lower.report(
                Diagnostic::new(
                    &codes::MISSING_ITEM,
                    anywhere,
                    format!("the policy has no `{word}`"),
                )
                .help(help),
            );
        }
        if let [first, again @ ..] = places.as_slice() {
            for span in again {
                lower.report(
                    Diagnostic::new(
                        &codes::DUPLICATE,
                        *span,
                        format!("`{word}` stands once in a policy"),
                    )
                    .label("again")
                    .also(*first, "first here")
                    .help("put the statements into one"),
                );
            }
        }
    }
}
