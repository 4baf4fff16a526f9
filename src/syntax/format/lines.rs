//! Where lines begin: at statements, at comments, where the source breaks a line that may be broken, and
//! where a line would be too long.

use super::WIDTH;
use super::tokens::{Block, Join, Token, Tokens};
use crate::syntax::ast::Comment;

/// Blank lines between items at most; inside a block there is one.
const MAX_BLANK_LINES: usize = 2;

/// One line of the result.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// Blank lines before it.
    pub(super) blank: usize,
    /// How far it is indented.
    pub(super) indent: usize,
    /// Its first token.
    pub(super) first: usize,
    /// Behind its last token; equal to `first` where it is a comment alone.
    pub(super) end: usize,
    /// The comment at its end, and where that begins in the source.
    pub(super) comment: Option<(String, usize)>,
}

/// The lines of a file; and of each token how many blanks are before it inside a line.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) all: Vec<Line>,
    pub(super) gaps: Vec<usize>,
    /// Of each block, whether it stands on one line.
    pub(super) inline: Vec<bool>,
}

/// Breaks a file into lines. `None` where a piece of the source would be lost.
pub(super) fn lines(text: &str, tokens: &Tokens<'_>, comments: &[Comment]) -> Option<Lines> {
    let between = Between::new(text, &tokens.all, comments)?;
    let inline = inline_blocks(text, tokens, &between);
    let gaps = gaps(text, tokens, &inline);
    let breaks = breaks(tokens, &between, &inline, &gaps);
    let mut build = Build {
        text,
        lines: Vec::new(),
        last_end: 0,
    };
    for (index, token) in tokens.all.iter().enumerate() {
        build.comments(&between, index, tokens);
        if breaks.get(index).copied().unwrap_or(true) {
            let depth = depth(tokens, token);
            let most = match token.join {
                Join::Statement => most_blank(depth, index, tokens),
                Join::Glue
                | Join::Blank
                | Join::Soft(_)
                | Join::Inside
                | Join::Closing
                | Join::End => 0,
            };
            let blank = build.blank(token.start, most);
            build.lines.push(Line {
                blank,
                indent: token.indent,
                first: index,
                end: index,
                comment: None,
            });
        }
        build.lines.last_mut()?.end = index + 1;
        build.last_end = token.end;
    }
    build.comments(&between, tokens.all.len(), tokens);
    Some(Lines {
        all: build.lines,
        gaps,
        inline,
    })
}

/// The comments before each token and behind the last.
struct Between<'c> {
    comments: Vec<Vec<&'c Comment>>,
    /// Whether the source has a line end right before the token, in each place.
    newline: Vec<bool>,
}

impl<'c> Between<'c> {
    /// `None` where anything else than blanks and comments stands between two tokens.
    fn new(text: &str, tokens: &[Token<'_>], all: &'c [Comment]) -> Option<Self> {
        let mut found = Self {
            comments: Vec::new(),
            newline: Vec::new(),
        };
        let mut rest = all.iter().peekable();
        let mut at = 0;
        let starts = tokens.iter().map(|token| (token.start, token.end));
        for (start, end) in starts.chain([(text.len(), text.len())]) {
            let mut here = Vec::new();
            let mut newline = false;
            while let Some(comment) = rest.next_if(|next| (next.span.start as usize) < start) {
                newline |= blanks(text.get(at..comment.span.start as usize)?)?;
                at = comment.span.end as usize;
                here.push(comment);
            }
            newline |= blanks(text.get(at..start)?)?;
            found.comments.push(here);
            found.newline.push(newline);
            at = end;
        }
        rest.peek().is_none().then_some(found)
    }

    fn is_broken(&self, index: usize) -> bool {
        self.newline.get(index).copied().unwrap_or(false) || self.has_comment(index)
    }

    fn has_comment(&self, index: usize) -> bool {
        self.comments
            .get(index)
            .is_some_and(|here| !here.is_empty())
    }
}

/// Whether there is a line end among blanks; `None` if there is anything else.
fn blanks(text: &str) -> Option<bool> {
    let blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\u{c}');
    text.chars().all(blank).then(|| text.contains('\n'))
}

/// How wide the tokens up to each are when everything stands on one line.
fn widths(tokens: &[Token<'_>]) -> Vec<usize> {
    let mut widths = vec![0];
    let mut sum = 0;
    for token in tokens {
        sum += token.width()
            + match token.join {
                Join::Glue | Join::Inside | Join::Closing => 0,
                Join::Blank | Join::Soft(_) | Join::End => 1,
                Join::Statement => 2,
            };
        widths.push(sum);
    }
    widths
}

/// Which blocks stay on one line: those that stand on one, if their statement fits.
fn inline_blocks(text: &str, tokens: &Tokens<'_>, between: &Between<'_>) -> Vec<bool> {
    let widths = widths(&tokens.all);
    let width = |index: usize| widths.get(index).copied().unwrap_or(0);
    let mut inline = vec![false];
    for block in tokens.blocks.iter().skip(1) {
        let inside = inline.get(block.parent).copied().unwrap_or(false);
        let commented = (block.open + 1..=block.close).any(|index| between.has_comment(index));
        let stays = if block.close == block.open + 1 {
            !commented
        } else {
            let source = place(tokens, block).and_then(|place| text.get(place));
            let one_line = source.is_some_and(|source| !source.contains('\n'));
            let fits = tokens.statements.get(block.statement).is_some_and(|one| {
                let indent = tokens.all.get(one.first).map_or(0, |first| first.indent);
                indent + width(one.end) - width(one.first) <= WIDTH + 1
            });
            one_line && fits
        };
        inline.push(inside || stays);
    }
    inline
}

fn place(tokens: &Tokens<'_>, block: &Block) -> Option<std::ops::Range<usize>> {
    let open = tokens.all.get(block.open)?;
    let close = tokens.all.get(block.close)?;
    Some(open.end..close.start)
}

/// How many blanks stand before each token inside a line. Statements on one line are set apart by two or
/// three, as the source has it.
fn gaps(text: &str, tokens: &Tokens<'_>, inline: &[bool]) -> Vec<usize> {
    let mut gaps: Vec<usize> = tokens
        .all
        .iter()
        .map(|token| match token.join {
            Join::Glue | Join::Inside | Join::Closing => 0,
            Join::Blank | Join::Soft(_) | Join::Statement | Join::End => 1,
        })
        .collect();
    for (block, _) in tokens
        .blocks
        .iter()
        .zip(inline)
        .filter(|(_, inline)| **inline)
    {
        if block.close == block.open + 1
            && let Some(gap) = gaps.get_mut(block.close)
        {
            *gap = 0;
        }
        let mut width = None;
        for index in block.open + 2..block.close {
            let (Some(before), Some(token)) = (tokens.all.get(index - 1), tokens.all.get(index))
            else {
                continue;
            };
            let own = tokens.statements.get(token.statement).is_some_and(|one| {
                tokens
                    .blocks
                    .get(one.block)
                    .is_some_and(|of| of.open == block.open)
            });
            if token.join == Join::Statement && own {
                let source = text.get(before.end..token.start).unwrap_or_default();
                let wanted = *width.get_or_insert(source.len().clamp(2, 3));
                if let Some(gap) = gaps.get_mut(index) {
                    *gap = wanted;
                }
            }
        }
    }
    gaps
}

/// Before which tokens a line begins.
fn breaks(
    tokens: &Tokens<'_>,
    between: &Between<'_>,
    inline: &[bool],
    gaps: &[usize],
) -> Vec<bool> {
    let all = &tokens.all;
    let mut breaks = Vec::with_capacity(all.len());
    let mut open: Vec<usize> = Vec::new();
    let mut blocks = tokens.blocks.iter().enumerate().skip(1).collect::<Vec<_>>();
    blocks.sort_by_key(|(_, block)| block.close);
    let mut closing = blocks.into_iter().peekable();
    for (index, token) in all.iter().enumerate() {
        let broken = match token.join {
            Join::Statement => {
                let block = tokens
                    .statements
                    .get(token.statement)
                    .map_or(0, |one| one.block);
                !inline.get(block).copied().unwrap_or(false)
            }
            Join::End => {
                let block = closing.next_if(|(_, block)| block.close <= index);
                block.is_some_and(|(block, _)| !inline.get(block).copied().unwrap_or(false))
            }
            Join::Soft(_) | Join::Inside => between.is_broken(index),
            Join::Closing => open
                .pop()
                .is_some_and(|opened| breaks.get(opened + 1).copied().unwrap_or(false)),
            Join::Glue | Join::Blank => false,
        };
        breaks.push(broken || index == 0 || between.has_comment(index));
        if matches!(&*token.text, "(" | "[") {
            open.push(index);
        }
    }
    let starts: Vec<usize> = (0..all.len())
        .filter(|index| breaks.get(*index).copied().unwrap_or(false))
        .collect();
    let ends = starts.iter().skip(1).copied().chain([all.len()]);
    for (start, end) in starts.iter().copied().zip(ends) {
        shorten(all, gaps, start, end, &mut breaks);
    }
    breaks
}

/// Breaks a line that is too long: at the place that belongs least together, as late as fits.
fn shorten(all: &[Token<'_>], gaps: &[usize], start: usize, end: usize, breaks: &mut [bool]) {
    let mut start = start;
    loop {
        let Some(line) = all.get(start..end) else {
            return;
        };
        let mut column = line.first().map_or(0, |first| first.indent);
        let mut places = Vec::new();
        for (offset, token) in line.iter().enumerate() {
            let gap = gaps.get(start + offset).copied().unwrap_or(0);
            if let (Join::Soft(level), true) = (token.join, offset > 0) {
                places.push((level, column <= WIDTH, start + offset));
            }
            column += token.width() + if offset > 0 { gap } else { 0 };
        }
        if column <= WIDTH {
            return;
        }
        let Some(lowest) = places.iter().map(|(level, ..)| *level).min() else {
            return;
        };
        let mut fitting = places.iter().filter(|(level, ..)| *level == lowest);
        let first = fitting.clone().next();
        let Some((.., at)) = fitting.rfind(|(_, fits, _)| *fits).or(first) else {
            return;
        };
        if let Some(broken) = breaks.get_mut(*at) {
            *broken = true;
        }
        shorten(all, gaps, start, *at, breaks);
        start = *at;
    }
}

/// How many blocks are around a token.
fn depth(tokens: &Tokens<'_>, token: &Token<'_>) -> usize {
    let block = tokens
        .statements
        .get(token.statement)
        .map_or(0, |one| one.block);
    tokens.blocks.get(block).map_or(0, |block| block.depth)
}

/// How many blank lines may stand before a token that begins a statement: none where its block begins.
fn most_blank(depth: usize, index: usize, tokens: &Tokens<'_>) -> usize {
    match depth {
        0 => MAX_BLANK_LINES,
        _ if follows_brace(index, tokens) => 0,
        _ => 1,
    }
}

/// Whether the token before one opens a block.
fn follows_brace(index: usize, tokens: &Tokens<'_>) -> bool {
    let before = index
        .checked_sub(1)
        .and_then(|before| tokens.all.get(before));
    before.is_some_and(|before| before.text == "{")
}

struct Build<'t> {
    text: &'t str,
    lines: Vec<Line>,
    last_end: usize,
}

impl Build<'_> {
    /// The comments before a token, or at the end of the file.
    fn comments(&mut self, between: &Between<'_>, index: usize, tokens: &Tokens<'_>) {
        let next = tokens.all.get(index);
        let all = between.comments.get(index).map_or(&[][..], Vec::as_slice);
        for comment in all {
            let (start, end) = (comment.span.start as usize, comment.span.end as usize);
            let words = self.text.get(start..end).unwrap_or_default();
            let words = words.trim_end().to_owned();
            let fresh = self
                .lines
                .last_mut()
                .filter(|line| line.comment.is_none() && !comment.own_line);
            if let Some(line) = fresh {
                line.comment = Some((words, start));
            } else {
                let most = match next {
                    None => MAX_BLANK_LINES,
                    Some(token) => match token.join {
                        Join::Statement => most_blank(depth(tokens, token), index, tokens),
                        Join::End if !follows_brace(index, tokens) => 1,
                        Join::Glue
                        | Join::Blank
                        | Join::Soft(_)
                        | Join::Inside
                        | Join::Closing
                        | Join::End => 0,
                    },
                };
                // Behind a comment that is the first thing in its block, there may be a blank line.
                let behind = self.lines.last().is_some_and(|line| line.first == line.end);
                let most = if behind { most.max(1) } else { most };
                let blank = self.blank(start, most);
                let inside = next.is_some_and(|token| token.join == Join::End);
                self.lines.push(Line {
                    blank,
                    indent: next.map_or(0, |token| token.indent + if inside { 2 } else { 0 }),
                    first: index,
                    end: index,
                    comment: Some((words, start)),
                });
            }
            self.last_end = end;
        }
    }

    /// The blank lines that the source has before a place, as far as there may be any.
    fn blank(&self, start: usize, most: usize) -> usize {
        if self.lines.is_empty() {
            return 0;
        }
        let before = self.text.get(self.last_end..start).unwrap_or_default();
        before.matches('\n').count().saturating_sub(1).min(most)
    }
}
