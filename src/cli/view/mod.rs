//! What people and machines are shown: plans, runs, matches, as text of one width or as data.
//!
//! A view is a pure function from a value and [`Options`] to a text: it prints nothing, reads no clock and
//! asks no terminal. Colour is a [`Palette`], chosen by the caller; with [`Palette::plain`] every output is
//! readable alone.
//!
//! **Invariant:** every text that comes from HR, a directory or a policy passes [`crate::text::visible`]
//! on its way out: [`page::Line`] does it for the terminal, [`markdown`] and `csv` for their formats;
//! [`json`] escapes instead.
//!
//! Begin with [`plan`](mod@plan), then [`page`].

pub mod approvals;
pub mod archive;
pub mod audit;
mod csv;
pub(super) mod diff;
pub mod export;
pub mod forecast;
pub mod history;
pub mod json;
pub mod manual;
pub mod markdown;
pub mod matching;
pub mod notices;
pub mod page;
pub mod palette;
pub mod plan;
pub mod privacy;
pub mod query;
mod reason;
pub mod review;
pub mod steps;
pub mod test;
pub mod who;
mod words;

pub use palette::Palette;

/// The narrowest page; a narrower terminal wraps by itself.
pub const MIN_WIDTH: usize = 40;

/// The widest page: longer lines are hard to read.
pub const MAX_WIDTH: usize = 160;

/// How a view is written.
#[derive(Debug, Clone)]
pub struct Options {
    /// Columns of a line, held between [`MIN_WIDTH`] and [`MAX_WIDTH`].
    pub width: usize,
    /// Colours.
    pub palette: Palette,
    /// In which zone instants are told.
    pub zone: jiff::tz::TimeZone,
}
