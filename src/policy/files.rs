//! Files that a policy names beside its tables: lists of names and the texts of notices.

use super::codes;
use super::compile::{FileKey, Input};
use super::lower::Lower;
use super::ruleset::Reserved;
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::ast::{
    self, File, FileItem, Item, NotifyBody, NotifyStatement, Template, UniqueStatement,
};
use std::sync::Arc;

/// The files that policies refer to, to be read before they are compiled.
pub fn wanted_files(files: &[File]) -> Vec<FileKey> {
    let mut wanted = Vec::new();
    for file in files {
        for item in &file.items {
            if let Item::Table(table) = item {
                wanted.push((file.id, table.body.from.value.clone()));
            }
            if let Item::Unique(unique) = item {
                let names = reserved_files(&unique.body);
                wanted.extend(names.map(|name| (file.id, name.value.clone())));
            }
            if let Item::Notify(notify) = item {
                let names = body_files(&notify.body);
                wanted.extend(names.map(|name| (file.id, name.value.clone())));
            }
        }
    }
    wanted.sort();
    wanted.dedup();
    wanted
}

fn body_files(notify: &ast::Notify) -> impl Iterator<Item = &ast::Name> {
    notify
        .statements
        .iter()
        .filter_map(|statement| match statement {
            NotifyStatement::Body(NotifyBody::File(name), _) => Some(name),
            NotifyStatement::Body(NotifyBody::Text(_), _)
            | NotifyStatement::On(..)
            | NotifyStatement::To(..)
            | NotifyStatement::Subject(_)
            | NotifyStatement::Digest(..) => None,
        })
}

fn reserved_files(unique: &ast::Unique) -> impl Iterator<Item = &ast::Name> {
    unique
        .statements
        .iter()
        .filter_map(|statement| match statement {
            UniqueStatement::ReservedFrom(name) => Some(name),
            UniqueStatement::Try(_) | UniqueStatement::ReuseAfter(..) => None,
        })
}

/// The names that `reserved from` lists: the first column of a CSV file.
pub(super) fn reserved(
    lower: &mut Lower<'_>,
    item: &FileItem<ast::Unique>,
    input: &Input<'_>,
) -> Reserved {
    let mut names: Vec<Arc<str>> = Vec::new();
    for name in reserved_files(&item.body) {
        let key = (item.word.file, name.value.clone());
        match input.tables.get(&key) {
            Some(Ok(file)) => {
                let text = input
                    .sources
                    .get(*file)
                    .map(|source| source.text.clone())
                    .unwrap_or_default();
                match crate::text::table::Table::read(&text) {
                    Ok(table) => {
                        let cells = table.rows.iter().filter_map(|row| row.cells.first());
                        names.extend(cells.map(|cell| Arc::from(cell.text.trim().to_lowercase())));
                    }
                    Err(error) => lower.report(
                        Diagnostic::new(
                            &codes::BAD_TABLE,
                            Span::new(*file, error.start, error.end),
                            error.problem.to_string(),
                        )
                        .also(name.span, "read for this"),
                    ),
                }
            }
            Some(Err(why)) => lower.report(
                Diagnostic::new(
                    &codes::BAD_TABLE,
                    name.span,
                    format!("`{}` cannot be read", name.value),
                )
                .label(why.clone()),
            ),
            None => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names.sort();
    names.dedup();
    Reserved(names)
}

/// The text of the file that a notice's body names, with its place.
pub(super) fn notice_file(
    lower: &mut Lower<'_>,
    item: &FileItem<ast::Notify>,
    input: &Input<'_>,
) -> Option<(Template, Span)> {
    let name = body_files(&item.body).next()?;
    let key = (item.word.file, name.value.clone());
    match input.tables.get(&key)? {
        Ok(file) => {
            let source = input.sources.get(*file)?;
            let (template, found) = crate::syntax::parse_body(*file, &source.text);
            for diagnostic in found {
                lower.report(diagnostic.also(name.span, "the body of this notice"));
            }
            let end = u32::try_from(source.text.len()).unwrap_or(u32::MAX);
            Some((template, Span::new(*file, 0, end)))
        }
        Err(why) => {
            lower.report(
                Diagnostic::new(
                    &codes::BAD_NOTICE,
                    name.span,
                    format!("the text `{}` cannot be read", name.value),
                )
                .label(why.clone())
                .help("the path is relative to the file in which it is written"),
            );
            None
        }
    }
}
