//! Proofs of the whole: what is tried at random, in numbers that no case by hand reaches.

mod laws;
mod layout;
mod second;
