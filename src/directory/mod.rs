//! Active Directory as data: names, identities, attributes, objects, snapshots, and the port to a directory.
//!
//! Nothing here knows people, policies or plans, and nothing but the adapters ([`ldif`] and [`ldap`])
//! does any I/O. A [`Snapshot`] is all that was read at one instant; the planner works on it alone.
//! [`port::Directory`] is what the executor writes through.
//!
//! Begin with [`Dn`], [`schema::attribute`], [`Object`] and [`Snapshot`].

pub mod dn;
pub mod filetime;
pub mod fold;
pub mod group_type;
pub mod guid;
pub mod kind;
pub mod ldap;
pub mod ldif;
pub mod links;
pub mod meaning;
pub mod object;
pub mod port;
pub mod rights;
mod rules;
pub mod schema;
pub mod security;
pub mod sid;
pub mod snapshot;
pub mod uac;
pub mod value;

pub use dn::{Dn, DnError, Rdn};
pub use group_type::{GroupType, Scope};
pub use guid::Guid;
pub use object::{Object, SharedObject};
pub use sid::Sid;
pub use snapshot::{Controller, Domain, ObjectId, Snapshot};
pub use uac::Uac;
pub use value::{AttributeName, Value};
