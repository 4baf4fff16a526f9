//! What AD refuses of a name or a value by itself, whatever else the directory holds.
//!
//! The embedded directory asks these rules because it must refuse what AD refuses; live LDAP asks them before it sends
//! anything, because not every server does.

use super::dn::Dn;
use super::port::{Error, ResultCode, win32};
use super::schema::Unfit;
use super::value::{AttributeName, Value};

/// Whether a value can be stored; `is_account` tells which limits hold.
pub(super) fn value_fits(
    dn: &Dn,
    is_account: bool,
    name: &AttributeName,
    value: &Value,
) -> Result<(), Error> {
    if value.bytes().is_empty() {
        return Err(unfit(dn, name, Unfit::Empty));
    }
    if let Some(attribute) = name.schema() {
        let size = attribute.check_size(value.bytes().len());
        size.map_err(|reason| unfit(dn, name, reason))?;
    }
    let Some((attribute, text)) = name.schema().zip(value.text()) else {
        return Ok(());
    };
    let checked = if is_account {
        attribute.check(text)
    } else {
        attribute.check_off_account(text)
    };
    checked.map_err(|reason| unfit(dn, name, reason))
}

/// Whether the first component of a name is not too long and holds nothing that a name may not.
pub(super) fn name_fits(dn: &Dn) -> Result<(), Error> {
    let Some(rdn) = dn.rdn() else {
        return Err(refuse(
            ResultCode::InvalidDnSyntax,
            None,
            dn,
            "the name is empty",
        ));
    };
    if rdn.pairs().count() > 1 {
        return Err(refuse(
            ResultCode::NamingViolation,
            None,
            dn,
            "a name has one value",
        ));
    }
    let name = AttributeName::new(rdn.attribute());
    value_fits(dn, false, &name, &Value::from(rdn.value()))
}

fn unfit(dn: &Dn, name: &AttributeName, reason: Unfit) -> Error {
    let code = match reason {
        Unfit::TooLong { .. }
        | Unfit::TooLarge { .. }
        | Unfit::Forbidden(_)
        | Unfit::TrailingDot
        | Unfit::OnlySpacesAndDots => ResultCode::ConstraintViolation,
        Unfit::NotADn => ResultCode::InvalidDnSyntax,
        Unfit::Empty
        | Unfit::NotANumber
        | Unfit::NotABoolean
        | Unfit::NotATime
        | Unfit::NotAClass => ResultCode::InvalidAttributeSyntax,
    };
    let message = format!("a value of `{name}` does not fit: {reason}");
    refuse(code, win32::CONSTRAINT_VIOLATION, dn, message)
}

/// A refusal as AD words it.
pub(super) fn refuse(
    code: ResultCode,
    win32: impl Into<Option<u32>>,
    dn: impl std::fmt::Display,
    message: impl Into<String>,
) -> Error {
    Error::Refused {
        code,
        win32: win32.into(),
        dn: dn.to_string(),
        message: message.into(),
    }
}
