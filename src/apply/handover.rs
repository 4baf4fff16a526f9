//! Who gets a new password.
//!
//! A password lives from the moment it is made to the moment it is handed over, in memory alone (G10).
//! Whoever implements [`Handover`] gets it once, after the directory took it.

use secrecy::SecretString;

use crate::directory::{Dn, Guid};
use crate::hr::PersonId;

/// Takes a password to where its owner finds it.
pub trait Handover {
    /// Hands over the password that the directory has just taken.
    fn hand_over(&mut self, to: &Owner<'_>, password: &SecretString) -> Handed;
}

/// Whose password it is.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    /// The person.
    pub person: Option<&'a PersonId>,
    /// How the person is shown.
    pub who: &'a str,
    /// The account.
    pub account: Guid,
    /// Where it is.
    pub dn: &'a Dn,
}

/// What became of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handed {
    /// It is on its way to its owner.
    Over,
    /// Nobody knows it: it has to be set anew by hand before the first logon.
    ToNobody,
}

/// Hands nothing over: the password is set, unknown to everybody, and the state says so.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoHandover;

impl Handover for NoHandover {
    fn hand_over(&mut self, _to: &Owner<'_>, _password: &SecretString) -> Handed {
        Handed::ToNobody
    }
}
