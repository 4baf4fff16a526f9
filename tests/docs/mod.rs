//! What the documents say is true: every example is run, every output is what comes out.
//!
//! [`markdown`] finds sections and fenced blocks, [`shell`] runs what is typed. `codes` and `world` run the pages that
//! `tenure explain-code` shows, `tour` the tour, `grammar`, `limits` and `reference` the reference, `lints` the list of lints.

mod codes;
mod grammar;
mod limits;
mod lints;
mod markdown;
mod reference;
mod shell;
mod tour;
mod world;
