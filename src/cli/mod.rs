//! The command line: arguments in, views out.
//!
//! The outermost layer; it may know everything, and nothing may know it. Begin with [`view`].

pub mod view;
