//! The directory: the conformance suite of the port, LDIF as others write it, durability, laws.

mod bulk;
mod conformance;
mod connections;
mod durability;
mod large_group;
mod ldif_files;
pub(crate) mod live;
mod properties;
mod refresh;
mod world;
