//! The simulator of Personio, through real HTTP: each endpoint, each oddity, each fault, each habit.
//!
//! Begin with `harness`; `example` shows that the people of the example are served as they were recorded.

mod admin;
mod auth;
mod example;
mod faults;
mod habits;
mod harness;
mod limits;
mod quirks;
mod v1;
mod v2;
mod webhooks;
