//! The state: what this tool did and saw, and what the next plan must therefore know.
//!
//! [`Prior`] is the state as the planner reads it: plain data, taken from the store in one transaction.
//! The store itself (`SQLite`), the journal and the lock stand beside it. The state belongs to one
//! directory (S5) and knows HR keys and directory GUIDs, never a whole HR record.
//!
//! **Invariant:** what is written is written in whole transactions, on disk when [`Store::write`] returns,
//! and by whoever holds the [`Lock`]; which directory it belongs to stands there too ([`Mark`]). **Invariant:** what the journal and the audit trail say of a person is
//! sealed under that person's key. Knows neither plans nor policies.
//!
//! Begin with [`Store`], then [`Prior`].

mod approvals;
mod audit;
mod chain;
pub(crate) mod codec;
pub mod delivery;
pub mod digest;
mod error;
mod lock;
pub mod mark;
mod orders;
pub mod outbox;
pub mod prior;
pub(crate) mod private;
pub(crate) mod read;
mod records;
mod retention;
mod steps;
mod store;
mod told;
mod verify;
mod whole;
mod write;

pub use approvals::{Answer, Asking, Question, Unanswered};
pub use audit::{Entry, Recorded, Unreadable};
pub use chain::{Break, Chain, Link, ORIGIN, Written};
pub use codec::hex;
pub use error::StoreError;
pub use lock::{Holder, Lock, LockError};
pub use mark::{Foreign, Found, Lease, Mark};

pub use orders::{EmergencyEnd, Freeze};
pub use prior::{
    AccountMemory, Asked, ByHand, Given, GuardCount, ManagedValue, Membership, MembershipOwner,
    NameSpace, Overlay, PersonMemory, Prior, Refused, Reservation, Salt, ValueOwner,
};
pub use private::Private;
pub use retention::{Keep, Pruned};
pub use steps::{StepMemory, StepNews, StepStanding};
pub use store::{Identity, SCHEMA_VERSION, Store};
pub use verify::{AuditError, Broken, Verified};
pub use write::Writer;
