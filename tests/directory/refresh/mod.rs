//! A snapshot that is brought up to date is the snapshot that a whole reading gives, object for object and value for
//! value, whatever happened in between.
//!
//! `view` compares, `walk` changes a domain at random, `traps` has each thing that changes without saying so, `faults`
//! what goes wrong in the middle, `controllers` what makes older update numbers worthless.

mod controllers;
mod faults;
mod traps;
mod view;
mod walk;
