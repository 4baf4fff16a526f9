//! Who gets a new password.
//!
//! A password lives from the moment it is made to the moment it is handed over, in memory alone (G10).
//! Whoever implements [`Handover`] sees to it that it reaches its owner, and nobody else.

use secrecy::SecretString;
use uuid::Uuid;

use crate::directory::{Dn, Guid};
use crate::hr::PersonId;

/// Takes a password to where its owner finds it.
///
/// It is called twice: before the directory is asked to take the password, so that none is set that could not be kept;
/// and when the directory has taken it. Between the two the password is not in effect, and one that never comes to
/// be is overwritten by the next for that account.
///
/// Many workers may call it at a time, each for another account.
pub trait Handover: Sync {
    /// The password that the policy computes for somebody; none where it computes none.
    fn computed(&self, _to: &Owner<'_>) -> Option<SecretString> {
        None
    }

    /// Keeps a password that the directory may be about to take.
    fn prepare(&self, _to: &Owner<'_>, _password: &SecretString) -> Result<(), NotHanded> {
        Ok(())
    }

    /// Hands over the password that the directory has just taken.
    fn hand_over(&self, to: &Owner<'_>, password: &SecretString) -> Result<Handed, NotHanded>;
}

/// Why a password could not be kept for its owner; it never says which.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the password could not be sealed: {0}")]
pub struct NotHanded(pub String);

/// Whose password it is.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    /// The run that sets it.
    pub run: Uuid,
    /// The person.
    pub person: Option<&'a PersonId>,
    /// How the person is shown.
    pub who: &'a str,
    /// The account.
    pub account: Guid,
    /// Where it is.
    pub dn: &'a Dn,
    /// Its sAMAccountName.
    pub login: Option<&'a str>,
    /// Its userPrincipalName.
    pub user_principal_name: Option<&'a str>,
    /// Another one must be chosen at the first logon.
    pub must_change: bool,
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
    fn hand_over(&self, _: &Owner<'_>, _: &SecretString) -> Result<Handed, NotHanded> {
        Ok(Handed::ToNobody)
    }
}
