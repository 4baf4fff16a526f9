//! The embedded directory: LDIF files (RFC 2849), read, kept and written as Active Directory would.
//!
//! [`read`] yields a snapshot of what `ldapsearch` or `ldifde` exported; [`EmbeddedDirectory`] also takes
//! operations, refuses what AD refuses, with AD's codes, and survives a kill at any instant. A file is
//! believed whole or not at all: what is broken, missing or cut off is an [`Error`] with its line.
//!
//! From the bottom: `lines` and `record` read LDIF, `load` makes objects of it, `write` is the way back, and
//! `export` takes it for a snapshot of any directory;
//! `memory` holds them, `operation` asks the rules, `change_file` and `store` keep it on the disk.

mod change_file;
mod embedded;
mod error;
mod export;
mod header;
mod lines;
mod load;
mod memory;
mod operation;
mod record;
mod step;
mod store;
mod write;

pub use embedded::{Clock, EmbeddedDirectory, read};
pub use error::{Error, Problem};
pub use export::{export, is_of_files};
pub(crate) use load::HAS_PASSWORD;
