//! Where words go: results to stdout, everything else to stderr. The only place that prints.

use super::args::{Color, Global};
use std::io::{self, IsTerminal, Write};

/// The width of lines where the terminal does not say it.
const DEFAULT_WIDTH: usize = 100;

/// The two streams, and how they may look.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts about two streams"
)]
pub struct Output {
    /// Colour on stdout.
    pub color: bool,
    /// Colour on stderr.
    pub color_err: bool,
    /// Whether stdout is a terminal.
    pub terminal: bool,
    /// Columns.
    pub width: usize,
    /// Say nothing but results and errors.
    pub quiet: bool,
    /// How much more to say.
    pub verbose: u8,
    /// Nobody reads stdout any more.
    closed: bool,
}

impl Output {
    /// The streams of this process.
    pub fn new(global: &Global) -> Self {
        let color = |terminal: bool| match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
        };
        Self {
            color: color(io::stdout().is_terminal()),
            color_err: color(io::stderr().is_terminal()),
            terminal: io::stdout().is_terminal(),
            width: terminal_width(),
            quiet: global.quiet,
            verbose: global.verbose,
            closed: false,
        }
    }

    /// Writes a result. That nobody reads on (`| head`) is no error.
    pub fn result(&mut self, text: &str) {
        if !self.closed && write(&mut io::stdout().lock(), text).is_err() {
            self.closed = true;
        }
    }

    /// Writes to people, unless they asked for quiet.
    pub fn say(&mut self, text: &str) {
        if !self.quiet {
            self.error(text);
        }
    }

    /// Writes an error, or a question.
    pub fn error(&mut self, text: &str) {
        // If nobody hears it, there is nobody to tell.
        let _ = write(&mut io::stderr().lock(), text);
    }
}

fn write(stream: &mut dyn Write, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        stream.write_all(b"\n")?;
    }
    stream.flush()
}

fn terminal_width() -> usize {
    let columns = std::env::var("COLUMNS")
        .ok()
        .and_then(|text| text.parse().ok());
    let size = console_width();
    columns.or(size).unwrap_or(DEFAULT_WIDTH).clamp(40, 200)
}

/// The width of the terminal on stderr or stdout, if one is there.
fn console_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}
