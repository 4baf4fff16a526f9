//! The forecast: what will be done when, from the dates that HR shows today.
//!
//! A simulation by the code that does the work: plan, apply to a copy in memory, jump to the next instant at which
//! anybody's plan changes, and plan there again, as if everything that was due before had been done. So whatever
//! runs on the tool's own clock (deletions, lingering memberships, exceptions, people who vanished) runs on.
//! **Invariant:** nothing real is written and nothing is sent: directory, state and values for HR are copies,
//! passwords are made and dropped, and no clock is read.
//!
//! `world` is the copy, `line` goes from jump to jump, `news` tells what is new there, `secrecy` says of whom
//! something may be shown, `event` is what comes out.
//!
//! Begin with [`forecast`](fn@forecast), then [`Forecast`].

mod event;
mod line;
mod news;
mod secrecy;
mod world;

pub use event::{Breach, Event, Failure, Forecast, Kind, Tally, Trip, When};
pub use line::{Wanted, forecast};
pub use world::{Error, Start};
pub(crate) use world::{Planned, World};
