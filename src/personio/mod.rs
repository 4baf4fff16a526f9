//! People from Personio: recorded answers of `GET /v1/company/employees`, turned into raw records of [`crate::hr`].
//!
//! A recording is complete or it is refused (G6): every page there exactly once, totals that agree, no page cut off.
//! Personio's JSON lives and dies in `wire`; what leaves is a [`RawRecord`](crate::hr::RawRecord) with only
//! the attributes that the schema names. This module reads no file and no network, and knows `hr` alone.
//!
//! Begin with [`read_recording`], then `paging` for what complete means.

pub mod client;
mod error;
mod paging;
mod recording;
mod wire;

pub use error::{Error, NeverSent};
pub use recording::read_recording;
