//! Policies over people: what `language.md` calls 'Meaning', page by page.

pub(crate) mod bench;
mod functions;
mod groups;
mod identity;
mod laws;
mod lifecycle;
mod missing;
mod profile;
pub(crate) mod show;
mod tables;
mod time;
mod units;
