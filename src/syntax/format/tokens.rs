//! The tokens of a file, each with what it is in its statement.
//!
//! A token is a match of the grammar without matches inside, or a whole text or regex. What may stand
//! before it follows from where it stands in the tree.

use crate::syntax::grammar::{Grammar, Pair, Rule};
use pest::Parser;
use std::borrow::Cow;
use unicode_width::UnicodeWidthStr;

/// What stands before a token where nobody breaks the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    /// Nothing.
    Glue,
    /// A blank.
    Blank,
    /// A blank, or a line break if the source has one there. Where a line is too long, the lowest number
    /// is broken first.
    Soft(u8),
    /// Nothing, or the break that the source has: the first token inside brackets.
    Inside,
    /// A bracket's end; on a line of its own if the first token inside began one.
    Closing,
    /// A new line, or a gap in a block of one line: a statement.
    Statement,
    /// A new line, or a blank in a block of one line: a block's end.
    End,
}

/// What is aligned with its kind on the lines around, from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    /// What follows the first word of a statement.
    Word,
    /// What follows the kind of what is protected.
    Protected,
    /// `: type`.
    Type,
    /// `= value`.
    Value,
    /// `=> result`.
    Result,
    /// `when` behind a name.
    When,
    /// The first of `key`, `from`, `once`, `else clear`, ….
    FirstMark,
    /// The second of them.
    SecondMark,
    /// The third of them.
    ThirdMark,
    /// The block of an item that stands on one line.
    Block,
}

/// All columns, from left to right.
pub(super) const COLUMNS: [Column; 10] = [
    Column::Word,
    Column::Protected,
    Column::Type,
    Column::Value,
    Column::Result,
    Column::When,
    Column::FirstMark,
    Column::SecondMark,
    Column::ThirdMark,
    Column::Block,
];

/// One token.
#[derive(Debug)]
pub(super) struct Token<'t> {
    /// As it is written.
    pub(super) text: Cow<'t, str>,
    /// Where it begins in the source, in bytes.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// What stands before it.
    pub(super) join: Join,
    /// Whether it begins a column.
    pub(super) column: Option<Column>,
    /// Its statement.
    pub(super) statement: usize,
    /// How far it is indented if it begins a line, in blanks.
    pub(super) indent: usize,
}

impl Token<'_> {
    /// How wide it is.
    pub(super) fn width(&self) -> usize {
        self.text.width()
    }
}

/// One statement.
#[derive(Debug)]
pub(super) struct Statement {
    /// The rule that it matches; only equal ones share columns.
    pub(super) rule: Rule,
    /// The block in which it stands; 0 is the file.
    pub(super) block: usize,
    /// Its first token.
    pub(super) first: usize,
    /// Behind its last token.
    pub(super) end: usize,
    /// A field whose `one of (…)` is too long for what follows to be aligned with other fields.
    pub(super) long_type: bool,
}

/// One block in braces.
#[derive(Debug)]
pub(super) struct Block {
    /// Its opening brace.
    pub(super) open: usize,
    /// Its closing brace.
    pub(super) close: usize,
    /// The block around it.
    pub(super) parent: usize,
    /// How many blocks are around it and it.
    pub(super) depth: usize,
    /// The statement to which it belongs.
    pub(super) statement: usize,
}

/// A file in tokens.
#[derive(Debug, Default)]
pub(super) struct Tokens<'t> {
    /// All of them, in order.
    pub(super) all: Vec<Token<'t>>,
    /// All statements, in the order of their first tokens; items, and statements of blocks.
    pub(super) statements: Vec<Statement>,
    /// All blocks, in the order of their opening braces; the file itself is the first.
    pub(super) blocks: Vec<Block>,
}

/// Reads a text that has no syntax error.
pub(super) fn read(text: &str) -> Option<Tokens<'_>> {
    let file = Grammar::parse(Rule::file, text).ok()?.next()?;
    let mut walk = Walk {
        found: Tokens::default(),
        block: 0,
        base: 0,
        brackets: 0,
        pending: None,
    };
    walk.found.blocks.push(Block {
        open: 0,
        close: 0,
        parent: 0,
        depth: 0,
        statement: 0,
    });
    for item in file.into_inner() {
        if item.as_rule() != Rule::EOI {
            walk.statement(item)?;
        }
    }
    Some(walk.found)
}

struct Walk<'t> {
    found: Tokens<'t>,
    /// The block that is being read.
    block: usize,
    /// How far the statement being read is indented.
    base: usize,
    /// How many `(` and `[` are open in it.
    brackets: usize,
    /// What the next token is to have.
    pending: Option<(Join, Option<Column>)>,
}

impl<'t> Walk<'t> {
    fn statement(&mut self, pair: Pair<'t>) -> Option<()> {
        let index = self.found.statements.len();
        let first = self.found.all.len();
        self.found.statements.push(Statement {
            rule: pair.as_rule(),
            block: self.block,
            first,
            end: first,
            long_type: false,
        });
        self.pending = Some((Join::Statement, None));
        self.node(pair, index)?;
        let end = self.found.all.len();
        self.found.statements.get_mut(index)?.end = end;
        Some(())
    }

    fn node(&mut self, pair: Pair<'t>, statement: usize) -> Option<()> {
        let rule = pair.as_rule();
        if matches!(rule, Rule::text | Rule::regex) || pair.clone().into_inner().next().is_none() {
            self.token(&pair, statement);
            return Some(());
        }
        if rule == Rule::one_of
            && let Some(found) = self.found.statements.get_mut(statement)
        {
            found.long_type = true;
        }
        let mut children = pair.into_inner();
        let mut marks = 0;
        let mut position = 0;
        let mut protects = false;
        while let Some(child) = children.next() {
            let here = child.as_rule();
            if here == Rule::LBRACE {
                self.block(&child, &mut children, statement)?;
                continue;
            }
            if matches!(here, Rule::field_mark | Rule::modifier) {
                marks += 1;
            }
            protects |= here == Rule::KW_PROTECT;
            if let Some((join, column)) = self.placed(rule, here, position, marks, protects)
                && (position > 0 || join == Join::Glue)
            {
                let column = column.filter(|column| self.aligns(statement, *column));
                self.pending = Some((join, column));
            }
            self.node(child, statement)?;
            position += 1;
        }
        Some(())
    }

    /// A block: its statements up to the closing brace.
    fn block(
        &mut self,
        open: &Pair<'t>,
        children: &mut impl Iterator<Item = Pair<'t>>,
        statement: usize,
    ) -> Option<()> {
        let is_item = self.block == 0;
        self.pending = Some((Join::Blank, is_item.then_some(Column::Block)));
        let opening = self.found.all.len();
        self.token(open, statement);
        let index = self.found.blocks.len();
        let depth = self.found.blocks.get(self.block)?.depth + 1;
        self.found.blocks.push(Block {
            open: opening,
            close: opening,
            parent: self.block,
            depth,
            statement,
        });
        let outside = (self.block, self.base, self.brackets);
        let indent = self.base + 2 * self.brackets;
        (self.block, self.base, self.brackets) = (index, indent + 2, 0);
        for child in children.by_ref() {
            if child.as_rule() == Rule::RBRACE {
                (self.block, self.base, self.brackets) = outside;
                let close = self.found.all.len();
                self.pending = Some((Join::End, None));
                self.token(&child, statement);
                self.found.all.get_mut(close)?.indent = indent;
                self.found.blocks.get_mut(index)?.close = close;
                return Some(());
            }
            self.statement(child)?;
        }
        None
    }

    /// What a child of a rule has before it, where that is no mere blank.
    fn placed(
        &self,
        rule: Rule,
        child: Rule,
        position: usize,
        marks: usize,
        protects: bool,
    ) -> Option<(Join, Option<Column>)> {
        let mark = match marks {
            0 | 1 => Column::FirstMark,
            2 => Column::SecondMark,
            _ => Column::ThirdMark,
        };
        Some(match (rule, child) {
            (Rule::field | Rule::param | Rule::let_item, Rule::COLON) => {
                (Join::Blank, Some(Column::Type))
            }
            (_, Rule::ASSIGN) => (Join::Blank, Some(Column::Value)),
            (Rule::let_item | Rule::fn_item, Rule::expr) => (Join::Soft(200), None),
            (Rule::field, Rule::field_mark) | (Rule::profile_line, Rule::modifier) => {
                (Join::Soft(2), Some(mark))
            }
            (_, Rule::ARROW) => (Join::Soft(1), Some(Column::Result)),
            (Rule::expect | Rule::forbid | Rule::approve, Rule::KW_WHEN) => {
                (Join::Soft(0), Some(Column::When))
            }
            (Rule::invariant, Rule::KW_WHEN | Rule::KW_NEVER)
            | (Rule::exception, Rule::KW_UNTIL | Rule::KW_BECAUSE)
            | (Rule::exclusive, Rule::KW_PREFER)
            | (Rule::approve, Rule::approve_scope) => (Join::Soft(0), None),
            (Rule::guard_clause, Rule::KW_AT) => (Join::Blank, Some(Column::Word)),
            (Rule::guard_clause, _) if protects && position == 2 => {
                (Join::Blank, Some(Column::Protected))
            }
            (
                Rule::stage_clause
                | Rule::notify_clause
                | Rule::await_clause
                | Rule::exception_clause,
                _,
            ) if position == 1 => (Join::Blank, Some(Column::Word)),
            (Rule::expr, Rule::KW_AND | Rule::KW_OR) => (Join::Soft(self.level(2)), None),
            (Rule::args | Rule::fn_item, Rule::LPAREN)
            | (Rule::index, Rule::LBRACKET)
            | (_, Rule::DOT | Rule::COMMA | Rule::QUESTION) => (Join::Glue, None),
            _ => return None,
        })
    }

    /// Whether the lines of a statement's kind share this column: `set` lines and anchors stand by themselves.
    fn aligns(&self, statement: usize, column: Column) -> bool {
        let rule = self.found.statements.get(statement).map(|one| one.rule);
        let alone = matches!(
            rule,
            Some(Rule::stage_clause | Rule::exception_clause | Rule::identity_clause)
        );
        !alone || matches!(column, Column::Word)
    }

    /// How late a place in the brackets that are open is broken.
    fn level(&self, of: u8) -> u8 {
        let brackets = u8::try_from(self.brackets).unwrap_or(40).min(40);
        of + 2 * brackets
    }

    fn token(&mut self, pair: &Pair<'t>, statement: usize) {
        let rule = pair.as_rule();
        let closes = matches!(rule, Rule::RPAREN | Rule::RBRACKET);
        if closes {
            self.brackets = self.brackets.saturating_sub(1);
        }
        let (join, column) = match (self.pending.take(), self.before(rule)) {
            (Some(placed), None) => placed,
            (_, Some(join)) => (join, None),
            (None, None) => (Join::Blank, None),
        };
        let begins = join == Join::Statement;
        let inside = if closes {
            self.brackets
        } else {
            self.brackets.max(1)
        };
        let text = pair.as_str();
        let text = if rule == Rule::percent {
            text.split_whitespace().collect::<String>().into()
        } else {
            text.into()
        };
        self.found.all.push(Token {
            text,
            start: pair.as_span().start(),
            end: pair.as_span().end(),
            join,
            column,
            statement,
            indent: self.base + if begins { 0 } else { 2 * inside },
        });
        if matches!(rule, Rule::LPAREN | Rule::LBRACKET) {
            self.brackets += 1;
        }
    }

    /// What a token must have before it because of itself or the token before.
    fn before(&self, rule: Rule) -> Option<Join> {
        if matches!(rule, Rule::RPAREN | Rule::RBRACKET) {
            return Some(Join::Closing);
        }
        let last = self.found.all.last()?;
        match &*last.text {
            "(" | "[" => Some(Join::Inside),
            "." => Some(Join::Glue),
            "," if !matches!(rule, Rule::RBRACE) => Some(Join::Soft(self.level(3))),
            _ => None,
        }
    }
}
