//! People from Personio: its answers, recorded or asked for, turned into raw records of [`crate::hr`].
//!
//! A recording is complete or it is refused (G6): every page there exactly once, totals that agree, no page cut off. So is
//! what [`client`] reads over HTTP, the only part that knows a network. Personio's JSON lives and dies in `wire`; what
//! leaves is a [`RawRecord`](crate::hr::RawRecord) with only the attributes that the schema names. No file is read here.
//!
//! Begin with [`read_recording`] and [`client::read`], then `paging` for what complete means.

pub mod client;
mod error;
mod paging;
mod recording;
mod wire;

pub use error::{Error, NeverSent};
pub use recording::read_recording;
pub use wire::record::{Recording, record};
