//! `identity`: which account is whose.

use super::{Cursor, Lower};
use crate::syntax::ast::{
    Adopt, Anchor, Confirmed, Continues, Identity, IdentityStatement, Ignore, Link,
};
use crate::syntax::grammar::{Pair, Rule};

impl<'t> Lower<'t> {
    pub(super) fn identity(&mut self, pair: Pair<'t>) -> Option<Identity> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_IDENTITY)?;
        let statements = self.block(&mut cursor, Rule::identity_clause, Self::identity_clause);
        Some(Identity { statements })
    }

    fn identity_clause(&mut self, pair: Pair<'t>) -> Option<IdentityStatement> {
        let span = self.span(&pair);
        let mut cursor = Cursor::of(pair);
        Some(match cursor.next()?.as_rule() {
            Rule::KW_ANCHOR => {
                let attribute = self.name(&cursor.take(Rule::attribute)?);
                cursor.take(Rule::ASSIGN)?;
                let value = self.next_expr(&mut cursor)?;
                IdentityStatement::Anchor(Anchor {
                    attribute,
                    value,
                    span,
                })
            }
            Rule::KW_ADOPT => {
                cursor.take(Rule::KW_WHEN)?;
                let condition = self.next_expr(&mut cursor)?;
                IdentityStatement::Adopt(Adopt { condition, span })
            }
            Rule::KW_LINK => {
                let person = self.person_key(&mut cursor)?;
                cursor.take(Rule::KW_TO)?;
                let account = self.literal(&mut cursor)?;
                IdentityStatement::Link(Link {
                    person,
                    account,
                    span,
                })
            }
            Rule::KW_TIED => IdentityStatement::Tied(self.string(&mut cursor)?, span),
            Rule::KW_IGNORE => IdentityStatement::Ignore(if cursor.skip(Rule::KW_PERSON) {
                Ignore::Person(self.person_key(&mut cursor)?, span)
            } else if cursor.skip(Rule::KW_WHEN) {
                Ignore::When(self.next_expr(&mut cursor)?, span)
            } else {
                Ignore::Accounts(self.expr_list(&mut cursor)?, span)
            }),
            Rule::KW_PERSON => {
                let person = self.person_key(&mut cursor)?;
                cursor.take(Rule::KW_CONTINUES)?;
                let former = self.person_key(&mut cursor)?;
                IdentityStatement::Continues(Continues {
                    person,
                    former,
                    span,
                })
            }
            Rule::KW_CONFIRMED => {
                let date = self.date(&cursor.take(Rule::date)?).value;
                IdentityStatement::Confirmed(Confirmed { date, span })
            }
            _ => return None,
        })
    }
}
