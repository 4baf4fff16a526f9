//! Where items and their statements begin and end: what an `# allow(…)` can stand over.

use crate::diagnostic::Span;
use crate::syntax::ast::{
    AccountClause, AwaitStatement, Clause, ExceptionClause, File, FileItem, GroupStatement,
    GuardStatement, IdentityStatement, Ignore, Item, LifecycleRow, NotifyStatement,
    PasswordStatement, ProfileStatement, Rows, UniqueStatement,
};

/// Every item and statement of a file, outer ones before inner ones.
pub(super) fn of(file: &File) -> Vec<Span> {
    let mut spans = Vec::new();
    for item in &file.items {
        add(item, &mut spans);
    }
    spans
}

fn add(item: &Item, spans: &mut Vec<Span>) {
    fn whole<T>(item: &FileItem<T>, spans: &mut Vec<Span>) {
        spans.push(item.span);
    }
    match item {
        Item::Source(item) => whole(item, spans),
        Item::Person(item) => {
            whole(item, spans);
            spans.extend(item.body.fields.iter().map(|field| field.span));
        }
        Item::Employment(item) => {
            whole(item, spans);
            spans.extend(item.body.fields.iter().map(|field| field.span));
        }
        Item::Table(item) => {
            whole(item, spans);
            spans.extend(item.body.columns.iter().map(|field| field.span));
        }
        Item::Param(item) => whole(item, spans),
        Item::Let(item) => {
            whole(item, spans);
            choices(&item.body.value, spans);
        }
        Item::Fn(item) => {
            whole(item, spans);
            choices(&item.body.body, spans);
        }
        Item::Unique(item) => {
            whole(item, spans);
            spans.extend(
                item.body
                    .statements
                    .iter()
                    .map(|statement| match statement {
                        UniqueStatement::Try(expr) => expr.span,
                        UniqueStatement::ReuseAfter(_, span) => *span,
                        UniqueStatement::ReservedFrom(name) => name.span,
                    }),
            );
        }
        Item::Timezone(item) => whole(item, spans),
        Item::Lifecycle(item) => {
            whole(item, spans);
            spans.extend(item.body.rows.iter().map(|row: &LifecycleRow| row.span));
        }
        Item::Stage(item) => {
            whole(item, spans);
            spans.extend(item.body.clauses.iter().map(clause));
        }
        Item::Identity(item) => {
            whole(item, spans);
            spans.extend(item.body.statements.iter().map(identity));
        }
        Item::Profile(item) => {
            whole(item, spans);
            spans.extend(item.body.statements.iter().map(|one| match one {
                ProfileStatement::Line(line) => line.span,
                ProfileStatement::Clear(_, span) | ProfileStatement::Keep(_, span) => *span,
            }));
        }
        Item::Password(item) => {
            whole(item, spans);
            spans.extend(item.body.statements.iter().map(|one| match one {
                PasswordStatement::Random(_, span)
                | PasswordStatement::Initial(_, span)
                | PasswordStatement::SealedTo(_, span)
                | PasswordStatement::ChangeAtFirstLogon(span)
                | PasswordStatement::ResetOn(_, span)
                | PasswordStatement::HandOverBefore(_, span)
                | PasswordStatement::AllowPlainMail(span) => *span,
            }));
        }
        Item::Unit(item) => {
            whole(item, spans);
            rows(&item.body.rows, spans);
        }
        Item::Groups(item) | Item::Lists(item) => {
            whole(item, spans);
            spans.extend(item.body.statements.iter().map(|one| match one {
                GroupStatement::Row(row) => row.span,
                GroupStatement::Keep(_, span)
                | GroupStatement::Linger(_, span)
                | GroupStatement::Manage(_, span)
                | GroupStatement::Create(_, span) => *span,
            }));
        }
        Item::GroupDeclaration(item) => whole(item, spans),
        Item::PrivilegedGroup(item) => whole(item, spans),
        Item::Forbid(item) => whole(item, spans),
        Item::Exclusive(item) => whole(item, spans),
        Item::Invariant(item) => whole(item, spans),
        Item::Exception(item) => {
            whole(item, spans);
            spans.extend(item.body.clauses.iter().map(|one| match one {
                ExceptionClause::Stage(name) => name.span,
                ExceptionClause::Clause(inner) => clause(inner),
            }));
        }
        Item::Guard(item) => {
            whole(item, spans);
            spans.extend(item.body.statements.iter().map(|one| match one {
                GuardStatement::Limit(_, _, span)
                | GuardStatement::Exceptions(_, span)
                | GuardStatement::Approvals(_, span) => *span,
                GuardStatement::Protect(protect) => protect.span,
                GuardStatement::Override(over) => over.span,
            }));
        }
        Item::Approve(item) => whole(item, spans),
        Item::Notify(item) => {
            whole(item, spans);
            spans.extend(item.body.statements.iter().map(|one| match one {
                NotifyStatement::On(_, span)
                | NotifyStatement::To(_, span)
                | NotifyStatement::Body(_, span)
                | NotifyStatement::Digest(_, _, span) => *span,
                NotifyStatement::Subject(expr) => expr.span,
            }));
        }
        Item::Await(item) => {
            whole(item, spans);
            spans.extend(item.body.statements.iter().map(|one| match one {
                AwaitStatement::On(_, span)
                | AwaitStatement::When(_, span)
                | AwaitStatement::Before(_, span) => *span,
                AwaitStatement::Send(name, value) => name.span.to(value.span),
            }));
        }
        Item::Writeback(item) => {
            whole(item, spans);
            let lines = item.body.lines.iter();
            spans.extend(lines.map(|(name, value)| name.span.to(value.span)));
        }
        Item::Retention(item) => whole(item, spans),
        Item::Expect(item) => whole(item, spans),
        Item::Test(item) => whole(item, spans),
    }
}

/// The rows of a `choose`.
fn choices(expr: &crate::syntax::ast::Expr, spans: &mut Vec<Span>) {
    if let crate::syntax::ast::ExprKind::Choose(inner) = &expr.kind {
        rows(inner, spans);
    }
}

fn rows(rows: &Rows, spans: &mut Vec<Span>) {
    spans.extend(rows.rows.iter().map(|row| row.span));
    let otherwise = rows.otherwise.iter();
    spans.extend(otherwise.map(|(word, result)| word.to(result.span)));
}

fn clause(clause: &Clause) -> Span {
    match clause {
        Clause::Account(
            AccountClause::Enabled
            | AccountClause::Prepared
            | AccountClause::Disabled
            | AccountClause::DeletedAfter(_)
            | AccountClause::Untouched,
            span,
        )
        | Clause::Unit(_, span)
        | Clause::Groups(_, span)
        | Clause::Lists(_, span)
        | Clause::ProfileUntouched(span)
        | Clause::Grant(_, span)
        | Clause::Clear(_, span) => *span,
        Clause::Set(line) => line.span,
    }
}

fn identity(statement: &IdentityStatement) -> Span {
    match statement {
        IdentityStatement::Anchor(anchor) => anchor.span,
        IdentityStatement::Adopt(adopt) => adopt.span,
        IdentityStatement::Link(link) => link.span,
        IdentityStatement::Tied(_, span)
        | IdentityStatement::Ignore(
            Ignore::Accounts(_, span) | Ignore::Person(_, span) | Ignore::When(_, span),
        ) => *span,
        IdentityStatement::Continues(continues) => continues.span,
        IdentityStatement::Confirmed(confirmed) => confirmed.span,
    }
}
