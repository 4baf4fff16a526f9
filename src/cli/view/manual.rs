//! The pages of codes on a terminal: Markdown with as much of its form as a terminal has.
//!
//! The pages are our own and of one shape (the tests hold it), so only what they use is known here: headings,
//! paragraphs, lists, `code` and fenced blocks. Begin with [`page`].

use super::Options;
use super::page::{Line, Page};
use crate::diagnostic::{Code, Severity};
use anstyle::Style;
use serde_json::{Value, json};

/// How far text stands below its heading, and code below text.
const INDENT: usize = 2;

/// What a line of an example ends with that shows the mistake.
const MARK: &str = "# ← here";

/// The page of a code: its name and what it reports, then the sections.
pub fn page(code: &Code, options: &Options) -> String {
    let palette = &options.palette;
    let mut page = Page::new(options.width);
    let kind = match code.severity {
        Severity::Error => Line::new().styled(palette.danger, "error"),
        Severity::Warning => Line::new().styled(palette.warn, "warning"),
        Severity::Note => Line::new().styled(palette.dim, "note"),
    };
    let title = Line::new().styled(palette.name, code.name).plain("   ");
    page.line(0, 0, &title.then(kind));
    page.line(0, 0, &prose(code.summary, options));
    let mut fence: Option<Fence> = None;
    for line in code.docs.lines().skip(1) {
        match (&mut fence, line.strip_prefix("```")) {
            (None, Some(info)) => fence = Some(Fence::open(info, &mut page, options)),
            (Some(_), Some(_)) => fence = None,
            (Some(fence), None) => fence.line(line, &mut page, options),
            (None, None) => text(line, &mut page, options),
        }
    }
    page.finish()
}

/// All codes with what they report, one a line.
pub fn list(codes: &[&Code], options: &Options) -> String {
    let palette = &options.palette;
    let mut page = Page::new(options.width);
    let widest = codes.iter().map(|code| code.name.len()).max().unwrap_or(0) + 2;
    for code in codes {
        let name = Line::new().styled(palette.name, code.name).padded(widest);
        let kind = match code.severity {
            Severity::Error => Line::new(),
            Severity::Warning => Line::new().styled(palette.warn, "warning: "),
            Severity::Note => Line::new().styled(palette.dim, "note: "),
        };
        page.line(
            0,
            widest,
            &name.then(kind).then(prose(code.summary, options)),
        );
    }
    page.finish()
}

/// A page as data; `page` is Markdown.
pub fn page_json(code: &Code) -> Value {
    let mut value = entry(code);
    if let Some(object) = value.as_object_mut() {
        object.insert("page".to_owned(), Value::from(code.docs));
    }
    value
}

/// All codes as data.
pub fn list_json(codes: &[&Code]) -> Value {
    let entries: Vec<Value> = codes.iter().map(|code| entry(code)).collect();
    json!({ "codes": entries })
}

fn entry(code: &Code) -> Value {
    let severity = code.severity.word();
    json!({ "code": code.name, "severity": severity, "summary": code.summary })
}

/// A line outside fenced blocks: a heading, an element of a list, a paragraph or nothing.
fn text(line: &str, page: &mut Page, options: &Options) {
    if line.is_empty() {
        page.blank();
    } else if let Some(heading) = line.strip_prefix("## ") {
        page.blank();
        let heading = Line::new().styled(options.palette.heading, heading);
        page.line(0, 0, &heading);
    } else {
        let hang = if line.starts_with("- ") { 2 } else { 0 };
        page.line(INDENT, INDENT + hang, &prose(line, options));
    }
}

/// Words with `code` among them.
fn prose(text: &str, options: &Options) -> Line {
    let mut line = Line::new();
    for (place, part) in text.split('`').enumerate() {
        line = if place % 2 == 0 {
            line.plain(part)
        } else {
            line.styled(options.palette.help, &format!("`{part}`"))
        };
    }
    line
}

/// A fenced block that is being shown.
struct Fence {
    /// The line that shows the mistake, where no comment in it can say so.
    here: Option<usize>,
    number: usize,
}

impl Fence {
    /// Reads what stands behind the fence: the language, the name of a file, `here=LINE`.
    fn open(info: &str, page: &mut Page, options: &Options) -> Self {
        let mut here = None;
        for word in info.split(' ').skip(1) {
            match word.split_once('=') {
                None => {
                    let name = Line::new().styled(options.palette.dim, &format!("in {word}:"));
                    page.line(INDENT * 2, INDENT * 2, &name);
                }
                Some(("here", line)) => here = line.parse().ok(),
                Some(_) => {}
            }
        }
        Self { here, number: 0 }
    }

    fn line(&mut self, line: &str, page: &mut Page, options: &Options) {
        self.number += 1;
        if line.is_empty() {
            page.blank();
            return;
        }
        let warn = options.palette.warn;
        let marked = self.here == Some(self.number);
        let gutter = Line::new().styled(warn, if marked { "→ " } else { "  " });
        let style = |style: Style, text: &str| Line::new().styled(style, text);
        let code = match line.strip_suffix(MARK) {
            Some(code) => style(Style::new(), code).then(style(warn, MARK)),
            None => style(Style::new(), line),
        };
        page.line(INDENT, INDENT * 4, &gutter.then(code));
    }
}
