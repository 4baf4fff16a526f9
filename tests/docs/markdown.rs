//! Sections and fenced blocks of our documents.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A fenced block, and what stands behind the fence: ```` ```csv sites.csv here=2 ````.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// The first word behind the fence.
    pub(crate) language: String,
    /// A word without `=`, if there is one: the name of a file.
    pub(crate) name: Option<String>,
    /// Words with `=`.
    orders: Vec<(String, String)>,
    /// The text between the fences, with its line end.
    pub(crate) text: String,
    /// The line of the document in which the fence stands, from 1.
    pub(crate) line: usize,
}

impl Block {
    /// The value of an order: `here` of `here=2`.
    pub(crate) fn order(&self, key: &str) -> Option<&str> {
        let found = self.orders.iter().find(|(known, _)| known == key);
        found.map(|(_, value)| value.as_str())
    }
}

/// The fenced blocks, in order.
#[track_caller]
pub(crate) fn blocks(document: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in document.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let mut words = info.split(' ');
                let language = words.next().unwrap_or_default().to_owned();
                let mut block = Block {
                    language,
                    name: None,
                    orders: Vec::new(),
                    text: String::new(),
                    line: index + 1,
                };
                for word in words {
                    match word.split_once('=') {
                        Some((key, value)) => {
                            block.orders.push((key.to_owned(), value.to_owned()));
                        }
                        None => block.name = Some(word.to_owned()),
                    }
                }
                open = Some(block);
            }
            (Some(_), Some(rest)) => {
                assert_eq!(rest, "", "line {}: a fence inside a block", index + 1);
                found.extend(open.take());
            }
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    found
}

/// The headings of the second level with what stands below each.
pub(crate) fn sections(document: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut fenced = false;
    for line in document.lines() {
        fenced ^= line.starts_with("```");
        match line.strip_prefix("## ").filter(|_| !fenced) {
            Some(heading) => found.push((heading.to_owned(), String::new())),
            None => {
                if let Some((_, body)) = found.last_mut() {
                    body.push_str(line);
                    body.push('\n');
                }
            }
        }
    }
    found
}

/// Held by whoever reads a document to write it anew: two tests write the reference.
pub(crate) fn writing() -> MutexGuard<'static, ()> {
    static WRITING: Mutex<()> = Mutex::new(());
    WRITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The document with the blocks of one language replaced, in order.
pub(crate) fn rewritten(document: &str, language: &str, texts: &[String]) -> String {
    let mut new = String::new();
    let mut texts = texts.iter();
    let mut open = false;
    let mut replaced = false;
    for line in document.split_inclusive('\n') {
        if let Some(info) = line.strip_prefix("```") {
            open = !open;
            replaced = open && info.split([' ', '\n']).next() == Some(language);
            new.push_str(line);
            if replaced {
                new.push_str(texts.next().map_or("", |text| text.as_str()));
            }
        } else if !replaced {
            new.push_str(line);
        }
        replaced &= open;
    }
    assert_eq!(texts.next(), None, "more outputs than blocks of {language}");
    new
}

/// What a document consists of, as far as it is run.
#[derive(Debug)]
pub(crate) enum Part {
    Heading(String),
    Block(Block),
    Table {
        header: Vec<String>,
        rows: Vec<Vec<String>>,
        /// The line of the header, from 1.
        line: usize,
    },
}

/// Headings, blocks and tables, in order.
pub(crate) fn parts(document: &str) -> Vec<Part> {
    let mut blocks = blocks(document).into_iter();
    let mut found: Vec<Part> = Vec::new();
    let mut fenced = false;
    let mut in_table = false;
    for (index, line) in document.lines().enumerate() {
        if line.starts_with("```") {
            fenced = !fenced;
            if fenced {
                found.extend(blocks.next().map(Part::Block));
            }
            continue;
        }
        if fenced {
            continue;
        }
        if line.starts_with('#') {
            found.push(Part::Heading(
                line.trim_start_matches('#').trim().to_owned(),
            ));
        }
        if !line.starts_with('|') {
            in_table = false;
            continue;
        }
        let cells = cells(line);
        if let Some(Part::Table { rows, .. }) = found.last_mut().filter(|_| in_table) {
            if !cells.iter().all(|cell| cell.chars().all(|c| c == '-')) {
                rows.push(cells);
            }
            continue;
        }
        in_table = true;
        found.push(Part::Table {
            header: cells,
            rows: Vec::new(),
            line: index + 1,
        });
    }
    found
}

/// The cells of a row; `\|` is no border.
fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
    let hidden = inner.replace("\\|", "\u{0}");
    let cells = hidden.split('|');
    cells
        .map(|cell| cell.replace('\u{0}', "|").trim().to_owned())
        .collect()
}
