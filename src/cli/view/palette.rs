//! The colours of the output, by meaning.

use anstyle::{AnsiColor, Style};

/// A style for each meaning; all of them empty where there is no colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Palette {
    /// The first line and the headings of sections.
    pub heading: Style,
    /// Whom or what it is about.
    pub name: Style,
    /// Something is given.
    pub add: Style,
    /// Something is changed.
    pub change: Style,
    /// Something is taken.
    pub remove: Style,
    /// Something goes elsewhere.
    pub place: Style,
    /// Why, where from, since when.
    pub dim: Style,
    /// Worth a second look.
    pub warn: Style,
    /// Stops the plan, or cannot be undone.
    pub danger: Style,
    /// What to do.
    pub help: Style,
}

impl Palette {
    /// No colour at all.
    pub const fn plain() -> Self {
        let none = Style::new();
        Self {
            heading: none,
            name: none,
            add: none,
            change: none,
            remove: none,
            place: none,
            dim: none,
            warn: none,
            danger: none,
            help: none,
        }
    }

    /// The sixteen colours that every terminal has and its owner chose.
    pub const fn colour() -> Self {
        const fn of(colour: AnsiColor) -> Style {
            Style::new().fg_color(Some(anstyle::Color::Ansi(colour)))
        }
        Self {
            heading: Style::new().bold().underline(),
            name: Style::new().bold(),
            add: of(AnsiColor::Green),
            change: of(AnsiColor::Yellow),
            remove: of(AnsiColor::Red),
            place: of(AnsiColor::Blue),
            dim: Style::new().dimmed(),
            warn: of(AnsiColor::Yellow).bold(),
            danger: of(AnsiColor::Red).bold(),
            help: of(AnsiColor::Cyan),
        }
    }

    /// Colours where the terminal shows them.
    pub const fn choose(colour: bool) -> Self {
        if colour {
            Self::colour()
        } else {
            Self::plain()
        }
    }
}
