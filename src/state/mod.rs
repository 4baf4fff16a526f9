//! The state: what this tool did and saw, and what the next plan must therefore know.
//!
//! [`Prior`] is the state as the planner reads it: plain data, taken from the store in one transaction.
//! The store itself (SQLite), the journal and the lock stand beside it. The state belongs to one
//! directory (S5) and knows HR keys and directory GUIDs, never a whole HR record.

pub mod prior;

pub use prior::{
    AccountMemory, ByHand, GuardCount, ManagedValue, Membership, MembershipOwner, NameSpace,
    Overlay, PersonMemory, Prior, Reservation, ValueOwner,
};
