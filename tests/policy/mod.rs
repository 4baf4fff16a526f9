//! Policies over people: what `language.md` calls 'Meaning', page by page.

pub(crate) mod bench;
mod employments;
mod functions;
mod groups;
mod identity;
pub(crate) mod laws;
mod library;
mod lifecycle;
mod lists;
mod long_texts;
mod missing;
mod profile;
mod relations;
pub(crate) mod show;
mod tables;
mod time;
mod units;
