//! The first password, where the policy computes it.

use super::{Scope, Teller, Unknown};
use crate::hr::PersonId;
use crate::policy::program::Policy;
use crate::policy::wish::PasswordWish;
use secrecy::SecretString;
use zeroize::Zeroizing;

/// What is said where HR does not have what it is computed from.
const MISSING: &str =
    "the password of the policy's rule cannot be computed: a value that it needs is missing in HR";

/// Which password an account would get; of one that is computed only what AD's rules ask for.
pub(super) fn wish(policy: &Policy, scope: &Scope<'_>) -> PasswordWish {
    if policy.program.initial.is_none() {
        return PasswordWish::Random;
    }
    match computed(policy, scope) {
        Ok(Some(password)) => PasswordWish::Computed {
            length: u32::try_from(password.encode_utf16().count()).unwrap_or(u32::MAX),
            kinds: kinds(&password),
        },
        Ok(None) => PasswordWish::Held(MISSING.into()),
        Err(Unknown { why }) => PasswordWish::Held(
            format!("the password of the policy's rule is not known: {why}").into(),
        ),
    }
}

/// The password of somebody, in clear.
fn computed(policy: &Policy, scope: &Scope<'_>) -> Result<Option<Zeroizing<String>>, Unknown> {
    let Some(node) = &policy.program.initial else {
        return Ok(None);
    };
    let value = scope.value(node)?;
    Ok(value.map(|value| Zeroizing::new(value.into_text().to_string())))
}

/// How many of AD's kinds of characters there are (Microsoft Learn, "Password must meet complexity requirements").
fn kinds(password: &str) -> u32 {
    let kinds: [fn(char) -> bool; 5] = [
        char::is_uppercase,
        char::is_lowercase,
        |c| c.is_ascii_digit(),
        |c| c.is_ascii_punctuation() || c == ' ',
        |c| c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase(),
    ];
    kinds
        .iter()
        .map(|kind| u32::from(password.chars().any(kind)))
        .sum()
}

impl Teller<'_> {
    /// The first password of a person, where the policy computes it and HR has what it needs.
    pub fn initial(&self, person: &PersonId) -> Option<SecretString> {
        let found = self.asked(person, |scope| computed(self.policy(), scope))?;
        Some(SecretString::from(found.ok()??.as_str()))
    }
}
