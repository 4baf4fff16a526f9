//! Who gets a new password.
//!
//! A password lives from the moment it is made to the moment it is handed over, in memory alone (G10).
//! Whoever implements [`Handover`] sees to it that it reaches its owner, and nobody else.

use secrecy::SecretString;
use uuid::Uuid;

use crate::directory::{Dn, Guid};
use crate::hr::PersonId;
use crate::plan::Notice;
use crate::state::delivery::{Delivery, Progress};

/// Takes a password to where its owner finds it.
///
/// It is called twice: before the directory is asked to take the password, so that none is set that could not be kept;
/// and when the directory has taken it. Between the two the password is not in effect, and one that never comes to
/// be is overwritten by the next for that account.
///
/// Many workers may call it at a time, each for another account.
pub trait Handover: Sync {
    /// Why no password could reach anybody now, if that is so; these notices are what would bring it. It is asked
    /// before anything is begun that leads to a password, and may ask a server.
    fn hindrance(&self, _notices: &[&Notice]) -> Option<String> {
        None
    }

    /// The password that the policy computes for somebody; none where it computes none.
    fn computed(&self, _to: &Owner<'_>) -> Option<SecretString> {
        None
    }

    /// Keeps a password that the directory may be about to take.
    fn prepare(&self, _to: &Owner<'_>, _password: &SecretString) -> Result<(), NotHanded> {
        Ok(())
    }

    /// Hands over the password that the directory has just taken. An error means that it must not be the one that
    /// stays: another one is made by a later run.
    fn hand_over(&self, to: &Owner<'_>, password: &SecretString) -> Result<Handed, NotHanded>;
}

/// Why a password could not be handed over to its owner; it never says which.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotHanded {
    /// It could not be kept.
    #[error("the password could not be sealed: {0}")]
    Sealed(String),
    /// No notice brought it to anybody, or nobody knows whether one did.
    #[error("the password was handed over to nobody: {0}")]
    Told(String),
}

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
    /// The notices of the plan that bring it.
    pub notices: &'a [&'a Notice],
}

/// What became of a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handed {
    /// It is on its way to its owner.
    Over,
    /// So it is, and these brought it, or were meant to.
    Told(Vec<Letter>),
    /// Nobody knows it: it has to be set anew by hand before the first logon.
    ToNobody,
}

/// A notice that was sent with a password. It cannot be sent again: nobody has that password any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Which of the owner's notices.
    pub notice: usize,
    /// Its id; each sending has another one, for it says something else.
    pub id: String,
    /// What became of it with each to whom it was sent: sent, failed, or perhaps sent.
    pub deliveries: Vec<Delivery>,
    /// What went wrong.
    pub problem: Option<String>,
}

impl Handed {
    /// Whether somebody has it.
    pub fn is_over(&self) -> bool {
        match self {
            Self::Over | Self::Told(_) => true,
            Self::ToNobody => false,
        }
    }

    /// What was sent with it.
    pub fn letters(&self) -> &[Letter] {
        match self {
            Self::Told(letters) => letters,
            Self::Over | Self::ToNobody => &[],
        }
    }
}

impl Letter {
    /// Whether somebody certainly has it.
    pub fn arrived(&self) -> bool {
        let mut all = self.deliveries.iter();
        all.any(|one| one.progress == Progress::Sent)
    }
}

/// Hands nothing over: the password is set, unknown to everybody, and the state says so.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoHandover;

impl Handover for NoHandover {
    fn hand_over(&self, _: &Owner<'_>, _: &SecretString) -> Result<Handed, NotHanded> {
        Ok(Handed::ToNobody)
    }
}

/// Takes it that each password reaches somebody, and does nothing: for what is only thought through.
#[derive(Debug, Clone, Copy, Default)]
pub struct AssumedHandover;

impl Handover for AssumedHandover {
    fn computed(&self, _: &Owner<'_>) -> Option<SecretString> {
        // What the domain asks of it was asked when it was planned.
        Some(SecretString::from("Assumed-7-of-what-the-policy-computes"))
    }

    fn hand_over(&self, _: &Owner<'_>, _: &SecretString) -> Result<Handed, NotHanded> {
        Ok(Handed::Over)
    }
}
