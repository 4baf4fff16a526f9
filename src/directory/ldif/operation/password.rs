//! Setting a password: tested against the domain's policy, then forgotten; that there is one is all we keep.

use secrecy::{ExposeSecret as _, SecretString};

use super::{Stamp, existing};
use crate::directory::filetime::to_filetime;
use crate::directory::guid::Guid;
use crate::directory::ldif::load::HAS_PASSWORD;
use crate::directory::ldif::memory::Memory;
use crate::directory::ldif::record::Edit;
use crate::directory::ldif::step::Step;
use crate::directory::object::Object;
use crate::directory::port::{Error, ResultCode, Target, win32};
use crate::directory::rules::refuse;

/// The shortest password where the head of the domain does not say (AD's default).
const DEFAULT_MIN_LENGTH: i64 = 7;
/// The longest password that AD takes, in UTF-16 units.
const MAX_LENGTH: usize = 256;
/// The bit of `pwdProperties` that asks for several kinds of characters.
const COMPLEX: i64 = 1;
/// Of how many kinds a complex password must have characters.
const COMPLEX_KINDS: usize = 3;

pub(super) fn prepare(
    memory: &Memory,
    guid: Guid,
    password: &SecretString,
    must_change: bool,
    stamp: Stamp,
) -> Result<(Vec<Step>, Guid), Error> {
    let object = existing(memory, &Target::Guid(guid))?;
    let dn = object.dn();
    if !object.is_user() {
        let message = "only accounts have passwords";
        let code = ResultCode::UnwillingToPerform;
        return Err(refuse(code, win32::WILL_NOT_PERFORM, dn, message));
    }
    let head = memory.find(&memory.domain.base);
    if let Err(message) = check(head.map(|head| &**head), object, password.expose_secret()) {
        let code = ResultCode::UnwillingToPerform;
        return Err(refuse(code, win32::PASSWORD_RESTRICTION, dn, message));
    }
    let ticks = if must_change {
        0
    } else {
        to_filetime(stamp.now).unwrap_or_default()
    };
    let mut edits = vec![
        Edit::replace("pwdLastSet", ticks.to_string()),
        Edit::replace(HAS_PASSWORD, "TRUE"),
    ];
    edits.extend(stamp.edits());
    let step = Step::Modify {
        dn: dn.clone(),
        edits,
    };
    Ok((vec![step], guid))
}

/// Whether the domain's policy takes it (Microsoft Learn, "Password must meet complexity requirements").
fn check(head: Option<&Object>, account: &Object, password: &str) -> Result<(), String> {
    let setting = |name: &str| head.and_then(|head| head.integer(name));
    let min = setting("minPwdLength").unwrap_or(DEFAULT_MIN_LENGTH).max(1);
    let length = password.encode_utf16().count();
    if i64::try_from(length).unwrap_or(i64::MAX) < min {
        return Err(format!("the password is shorter than {min} characters"));
    }
    if length > MAX_LENGTH {
        return Err(format!(
            "the password is longer than {MAX_LENGTH} characters"
        ));
    }
    if setting("pwdProperties").unwrap_or(COMPLEX) & COMPLEX == 0 {
        return Ok(());
    }
    let kinds: [fn(char) -> bool; 5] = [
        char::is_lowercase,
        char::is_uppercase,
        |c| c.is_ascii_digit(),
        |c| c.is_ascii_punctuation() || c == ' ',
        |c| c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase(),
    ];
    let used = kinds
        .iter()
        .filter(|kind| password.chars().any(kind))
        .count();
    if used < COMPLEX_KINDS {
        return Err("the password has too few kinds of characters".to_owned());
    }
    let name = account.account_name().unwrap_or_default().to_lowercase();
    if name.chars().count() > 2 && password.to_lowercase().contains(&name) {
        return Err("the password contains the name of the account".to_owned());
    }
    Ok(())
}
