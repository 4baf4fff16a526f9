//! A policy as its files declare it: items by kind, in the order written. Nothing is worked out here.

use std::collections::BTreeMap;

use tenure::diagnostic::FileId;
use tenure::syntax::{self, ast};

/// All files of a policy as one.
#[derive(Debug, Default)]
pub(super) struct Policy {
    pub(super) fields: Vec<Field>,
    pub(super) employment: Vec<Field>,
    pub(super) tables: BTreeMap<String, Table>,
    pub(super) params: BTreeMap<String, ast::Param>,
    pub(super) lets: BTreeMap<String, ast::Let>,
    pub(super) functions: BTreeMap<String, ast::Fn>,
    pub(super) uniques: Vec<String>,
    pub(super) timezone: Option<ast::Expr>,
    pub(super) lifecycle: Vec<ast::LifecycleRow>,
    pub(super) stages: Vec<ast::Stage>,
    pub(super) exceptions: Vec<ast::Exception>,
    pub(super) profile: Vec<ast::ProfileStatement>,
    pub(super) unit: Option<ast::Rows>,
    pub(super) groups: Vec<ast::GroupRow>,
    pub(super) lists: Vec<ast::GroupRow>,
    pub(super) forbids: Vec<ast::Forbid>,
    pub(super) expects: Vec<ast::Expr>,
    /// The conditions of `notify … on when`.
    pub(super) watches: Vec<ast::Expr>,
}

/// A field of a person, of an employment or of a table.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) ty: ast::TypeKind,
    pub(super) optional: bool,
    pub(super) key: bool,
}

/// A lookup table: its columns as declared, its rows as they stand in the file.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) key: String,
    pub(super) columns: Vec<Field>,
    pub(super) rows: Vec<BTreeMap<String, String>>,
}

impl Policy {
    /// Reads the files; `tables` are the CSV files by their names.
    pub(super) fn read(files: &[String], tables: &BTreeMap<String, String>) -> Self {
        let mut policy = Self::default();
        for text in files {
            let (file, found) = syntax::parse(FileId(0), text);
            assert_eq!(found, [], "{text}");
            for item in file.items {
                policy.add(item, tables);
            }
        }
        policy
    }

    fn add(&mut self, item: ast::Item, tables: &BTreeMap<String, String>) {
        use ast::Item;
        match item {
            Item::Person(item) => self.fields = fields(&item.body.fields),
            Item::Employment(item) => self.employment = fields(&item.body.fields),
            Item::Param(item) => {
                let name = item.body.name.value.to_string();
                self.params.insert(name, item.body);
            }
            Item::Table(item) => {
                let table = Table {
                    key: item.body.key.value.to_string(),
                    columns: fields(&item.body.columns),
                    rows: rows_of_csv(&tables[&*item.body.from.value]),
                };
                self.tables.insert(item.body.name.value.to_string(), table);
            }
            Item::Let(item) => {
                let name = item.body.name.value.to_string();
                self.lets.insert(name, item.body);
            }
            Item::Fn(item) => {
                let name = item.body.name.value.to_string();
                self.functions.insert(name, item.body);
            }
            Item::Unique(item) => self.uniques.push(item.body.name.value.to_string()),
            Item::Timezone(item) => self.timezone = Some(item.body.value),
            Item::Lifecycle(item) => self.lifecycle = item.body.rows,
            Item::Stage(item) => self.stages.push(item.body),
            Item::Profile(item) => self.profile.extend(item.body.statements),
            Item::Unit(item) => self.unit = Some(item.body.rows),
            Item::Groups(item) => self.groups.extend(rows_of_block(item.body)),
            Item::Lists(item) => self.lists.extend(rows_of_block(item.body)),
            Item::Forbid(item) => self.forbids.push(item.body),
            Item::Exception(item) => self.exceptions.push(item.body),
            Item::Expect(item) => self.expects.push(item.body.condition),
            Item::Notify(item) => {
                let statements = item.body.statements.into_iter();
                self.watches.extend(statements.filter_map(|one| match one {
                    ast::NotifyStatement::On(ast::Event::When(condition), _) => Some(condition),
                    _ => None,
                }));
            }
            // Whom a step is for is watched behind what notices watch.
            Item::Await(item) => {
                let statements = item.body.statements.into_iter();
                self.watches.extend(statements.filter_map(|one| match one {
                    ast::AwaitStatement::When(condition, _) => Some(condition),
                    _ => None,
                }));
            }
            // None of these says what the policy wants of a person.
            Item::Source(_)
            | Item::Identity(_)
            | Item::Password(_)
            | Item::GroupDeclaration(_)
            | Item::PrivilegedGroup(_)
            | Item::Exclusive(_)
            | Item::Invariant(_)
            | Item::Guard(_)
            | Item::Approve(_)
            | Item::Writeback(_)
            | Item::Retention(_)
            | Item::Test(_) => {}
        }
    }
}

fn fields(declared: &[ast::Field]) -> Vec<Field> {
    let field = |field: &ast::Field| Field {
        name: field.name.value.to_string(),
        ty: field.ty.kind.clone(),
        optional: field.ty.optional,
        key: field.key.is_some(),
    };
    declared.iter().map(field).collect()
}

fn rows_of_block(block: ast::Groups) -> impl Iterator<Item = ast::GroupRow> {
    block.statements.into_iter().filter_map(|one| match one {
        ast::GroupStatement::Row(row) => Some(row),
        _ => None,
    })
}

/// The cells of each row by the names of their columns.
pub(super) fn rows_of_csv(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        let cells = header.iter().zip(record.iter());
        cells
            .map(|(name, cell)| (name.to_owned(), cell.to_owned()))
            .collect()
    };
    reader
        .records()
        .map(|record| row(record.unwrap()))
        .collect()
}
