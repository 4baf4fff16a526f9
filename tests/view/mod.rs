//! What is shown: whole outputs of plans made by hand, plain and in colour, at several widths.

mod builder;
mod history;
mod markdown;
mod matching;
mod plan;
