//! The archive: the chain of the audit trail in objects of a folder or of an S3-compatible store, each written once.
//!
//! An object holds a stretch of the chain: of each entry what its hash covers, so that whoever has the objects alone can
//! prove that nothing was changed, dropped or slipped in. Values are not in it, not even sealed: who has the state has
//! them there, for as long as `retention` keeps them and nobody was forgotten; without the state, a sealed value is no use
//! to anybody, and only one copy more that neither of the two reaches (S12).
//!
//! What was archived is known by what the archive lists, not by what the state remembers: so a run that was killed, or a
//! store that was down, leaves nothing to mend, and the next run goes on behind the newest object that agrees with the
//! state. Knows the state and how servers are judged; clocks and secrets are given to it.
//!
//! Begin with [`fill`] and [`prove`], then [`Object`].

mod error;
mod fill;
mod folder;
mod object;
mod prove;
mod s3;
mod sign;
mod xml;

pub use error::{Error, Failed, Trouble};
pub use fill::{Filled, fill};
pub use folder::Folder;
pub use object::{Name, Object};
pub use prove::{Proved, Stretch, prove};
pub use s3::{S3, Settings, Url};

/// Where objects lie. A name has the id of the state before a `/`; an object that is there is never written again.
pub trait Shelf {
    /// Where that is, for messages.
    fn place(&self) -> String;

    /// Calls `each` with every name that begins with `prefix` and comes behind `behind`, in order, until it says no.
    fn list(
        &self,
        prefix: &str,
        behind: &str,
        each: &mut dyn FnMut(&str) -> bool,
    ) -> Result<(), Error>;

    /// Puts an object there; whether it was not there before. What is there stays as it is.
    fn put(&self, name: &str, content: &[u8]) -> Result<bool, Error>;

    /// An object; `None` where there is none of that name.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Error>;

    /// Removes an object; that there is none of that name is as good.
    fn remove(&self, name: &str) -> Result<(), Error>;
}

/// The longest object that is read, in bytes; ours are shorter by far.
const MAX_OBJECT_BYTES: usize = 256 << 20;
