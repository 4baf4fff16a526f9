//! What a policy works on: `source`, `person`, `employment`, `param`, `table`, `let`, `fn`, `unique`, `timezone`.

use super::{Cursor, Lower};
use crate::diagnostic::{Diagnostic, Span, Spanned};
use crate::syntax::ast::{
    EmploymentItem, Field, Fn, Let, Name, Param, PersonItem, Sensitivity, Source, Table, Timezone,
    Type, TypeKind, Unique, UniqueStatement,
};
use crate::syntax::codes;
use crate::syntax::grammar::{Pair, Rule};

impl<'t> Lower<'t> {
    pub(super) fn source(&mut self, pair: Pair<'t>) -> Option<Source> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_SOURCE)?;
        let name = self.literal(&mut cursor)?;
        let mut prefix = None;
        if cursor.skip(Rule::KW_PREFIX) {
            prefix = Some(self.literal(&mut cursor)?);
        }
        let mut lose = None;
        if cursor.skip(Rule::KW_LOSE) {
            lose = Some(self.at_most(&mut cursor)?);
        }
        Some(Source { name, prefix, lose })
    }

    pub(super) fn person(&mut self, pair: Pair<'t>) -> Option<PersonItem> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_PERSON)?;
        let fields = self.block(&mut cursor, Rule::field, Self::field);
        Some(PersonItem { fields })
    }

    pub(super) fn employment(&mut self, pair: Pair<'t>) -> Option<EmploymentItem> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_EMPLOYMENT)?;
        let mut from = None;
        if cursor.skip(Rule::KW_FROM) {
            from = Some(self.literal(&mut cursor)?);
        }
        let fields = self.block(&mut cursor, Rule::field, Self::field);
        Some(EmploymentItem { from, fields })
    }

    fn field(&mut self, pair: Pair<'t>) -> Option<Field> {
        let span = self.span(&pair);
        let mut cursor = Cursor::of(pair);
        let name = self.next_name(&mut cursor)?;
        cursor.take(Rule::COLON)?;
        let ty = self.next_type(&mut cursor)?;
        let mut field = Field {
            name,
            ty,
            key: None,
            from: None,
            sensitivity: None,
            span,
        };
        while let Some(mark) = cursor.take(Rule::field_mark) {
            self.field_mark(&mut field, mark)?;
        }
        Some(field)
    }

    fn field_mark(&mut self, field: &mut Field, mark: Pair<'t>) -> Option<()> {
        let mut cursor = Cursor::of(mark);
        let word = cursor.next()?;
        let at = self.span(&word);
        let before = match word.as_rule() {
            Rule::KW_KEY => field.key.replace(at),
            Rule::KW_FROM => {
                let from = self.literal(&mut cursor)?;
                field.from.replace(from).map(|from| from.span)
            }
            Rule::KW_SENSITIVE | Rule::KW_OPEN => {
                let sensitivity = if word.as_rule() == Rule::KW_OPEN {
                    Sensitivity::Open
                } else {
                    Sensitivity::Sensitive
                };
                let marked = Spanned::new(sensitivity, at);
                field.sensitivity.replace(marked).map(|mark| mark.span)
            }
            _ => return None,
        };
        if let Some(before) = before {
            self.twice(at, before, "this is said twice of one field");
        }
        Some(())
    }

    /// Reports that one thing is said at two places.
    pub(super) fn twice(&mut self, second: Span, first: Span, message: &str) {
        self.report(
            Diagnostic::new(&codes::DUPLICATE_CLAUSE, second, message)
                .label("here again")
                .also(first, "first here")
                .help("keep one of the two"),
        );
    }

    /// The next name.
    pub(super) fn next_name(&mut self, cursor: &mut Cursor<'t>) -> Option<Name> {
        let pair = cursor.take(Rule::name)?;
        Some(self.name(&pair))
    }

    /// The next type.
    fn next_type(&mut self, cursor: &mut Cursor<'t>) -> Option<Type> {
        let pair = cursor.take(Rule::type_)?;
        let span = self.span(&pair);
        let mut inner = Cursor::of(pair);
        let first = inner.next()?;
        let kind = self.type_kind(first)?;
        let optional = inner.skip(Rule::QUESTION);
        Some(Type {
            kind,
            optional,
            span,
        })
    }

    fn type_kind(&mut self, pair: Pair<'t>) -> Option<TypeKind> {
        match pair.as_rule() {
            Rule::name => Some(TypeKind::Named(pair.as_str().into())),
            Rule::one_of => self.one_of(pair),
            Rule::list_of => {
                let mut cursor = Cursor::of(pair);
                cursor.take(Rule::KW_LIST)?;
                cursor.take(Rule::KW_OF)?;
                let element = cursor.next()?;
                let span = self.span(&element);
                let kind = self.type_kind(element)?;
                Some(TypeKind::ListOf(Box::new(Type {
                    kind,
                    optional: false,
                    span,
                })))
            }
            _ => None,
        }
    }

    fn one_of(&mut self, pair: Pair<'t>) -> Option<TypeKind> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_ONE)?;
        cursor.take(Rule::KW_OF)?;
        cursor.take(Rule::LPAREN)?;
        let mut choices = vec![self.literal(&mut cursor)?];
        while let Some(comma) = cursor.take(Rule::COMMA) {
            if cursor.peek() == Some(Rule::RPAREN) {
                self.comma(&comma);
            } else {
                choices.push(self.literal(&mut cursor)?);
            }
        }
        cursor.take(Rule::RPAREN)?;
        Some(TypeKind::OneOf(choices))
    }

    pub(super) fn param(&mut self, pair: Pair<'t>) -> Option<Param> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_PARAM)?;
        let name = self.next_name(&mut cursor)?;
        cursor.take(Rule::COLON)?;
        let ty = self.next_type(&mut cursor)?;
        let mut default = None;
        if cursor.skip(Rule::ASSIGN) {
            default = Some(self.next_expr(&mut cursor)?);
        }
        Some(Param { name, ty, default })
    }

    pub(super) fn table(&mut self, pair: Pair<'t>) -> Option<Table> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_TABLE)?;
        let name = self.next_name(&mut cursor)?;
        cursor.take(Rule::KW_FROM)?;
        let from = self.literal(&mut cursor)?;
        cursor.take(Rule::KW_KEY)?;
        let key = self.next_name(&mut cursor)?;
        let columns = self.block(&mut cursor, Rule::field, Self::field);
        Some(Table {
            name,
            from,
            key,
            columns,
        })
    }

    pub(super) fn let_item(&mut self, pair: Pair<'t>) -> Option<Let> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_LET)?;
        let name = self.next_name(&mut cursor)?;
        let mut ty = None;
        if cursor.skip(Rule::COLON) {
            ty = Some(self.next_type(&mut cursor)?);
        }
        cursor.take(Rule::ASSIGN)?;
        let value = self.next_expr(&mut cursor)?;
        Some(Let { name, ty, value })
    }

    pub(super) fn fn_item(&mut self, pair: Pair<'t>) -> Option<Fn> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_FN)?;
        let name = self.next_name(&mut cursor)?;
        cursor.take(Rule::LPAREN)?;
        let mut params = Vec::new();
        while let Some(param) = cursor.take(Rule::fn_param) {
            let mut inner = Cursor::of(param);
            let name = self.next_name(&mut inner)?;
            inner.take(Rule::COLON)?;
            params.push((name, self.next_type(&mut inner)?));
            if let Some(comma) = cursor.take(Rule::COMMA)
                && cursor.peek() == Some(Rule::RPAREN)
            {
                self.comma(&comma);
            }
        }
        cursor.take(Rule::RPAREN)?;
        cursor.take(Rule::COLON)?;
        let ty = self.next_type(&mut cursor)?;
        cursor.take(Rule::ASSIGN)?;
        let body = self.next_expr(&mut cursor)?;
        Some(Fn {
            name,
            params,
            ty,
            body,
        })
    }

    pub(super) fn unique(&mut self, pair: Pair<'t>) -> Option<Unique> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_UNIQUE)?;
        let name = self.next_name(&mut cursor)?;
        let statements = self.block(&mut cursor, Rule::unique_clause, Self::unique_clause);
        Some(Unique { name, statements })
    }

    fn unique_clause(&mut self, pair: Pair<'t>) -> Option<UniqueStatement> {
        let span = self.span(&pair);
        let mut cursor = Cursor::of(pair);
        match cursor.next()?.as_rule() {
            Rule::KW_TRY => Some(UniqueStatement::Try(self.next_expr(&mut cursor)?)),
            Rule::KW_REUSE => {
                cursor.take(Rule::KW_AFTER)?;
                let after = match cursor.take(Rule::duration) {
                    Some(duration) => Some(self.duration(duration)?),
                    None => cursor.take(Rule::KW_NEVER).map(|_| None)?,
                };
                Some(UniqueStatement::ReuseAfter(after, span))
            }
            Rule::KW_RESERVED => {
                cursor.take(Rule::KW_FROM)?;
                Some(UniqueStatement::ReservedFrom(self.literal(&mut cursor)?))
            }
            _ => None,
        }
    }

    pub(super) fn timezone(&mut self, pair: Pair<'t>) -> Option<Timezone> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_TIMEZONE)?;
        let value = self.next_expr(&mut cursor)?;
        Some(Timezone { value })
    }
}
