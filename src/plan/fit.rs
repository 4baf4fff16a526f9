//! Whether a value may be written: what AD can store, and what should never stand in a directory.

use super::world::World;
use crate::directory::schema;
use crate::policy::AttributeWish;
use crate::text::{excerpt, is_no_letter};
use std::sync::Arc;

/// The longest value that a finding repeats, in characters.
const MAX_SHOWN: usize = 80;

/// Attributes in which AD keeps several lines.
const MULTI_LINE: [&str; 5] = [
    "streetAddress",
    "info",
    "comment",
    "postalAddress",
    "homePostalAddress",
];

/// Whether AD can store these values; else why not.
pub(crate) fn fits(line: &AttributeWish, values: &[Arc<str>]) -> Result<(), Arc<str>> {
    let Some(schema) = schema::attribute(&line.attribute) else {
        return Ok(());
    };
    if !schema.is_writable() {
        return Err(format!("{} is not written by a profile", line.attribute).into());
    }
    if schema.single && values.len() > 1 {
        return Err(format!("{} takes one value, not {}", line.attribute, values.len()).into());
    }
    for value in values {
        if let Err(unfit) = schema.check(value) {
            return Err(format!("`{value}` does not fit {}: {unfit}", line.attribute).into());
        }
    }
    Ok(())
}

/// Whether these values may be kept in a directory that everybody reads (S15); else why not.
///
/// AD takes control characters and such as turn the writing round; every list and mail client that shows them is then
/// the victim, and two accounts that look alike are two.
pub(crate) fn clean(attribute: &str, values: &[Arc<str>]) -> Result<(), Arc<str>> {
    let lines = MULTI_LINE
        .iter()
        .any(|name| name.eq_ignore_ascii_case(attribute));
    let stray = |c: &char| is_no_letter(*c) && !(lines && matches!(c, '\r' | '\n'));
    let found = values
        .iter()
        .find_map(|value| Some((value, value.chars().find(stray)?)));
    let Some((value, stray)) = found else {
        return Ok(());
    };
    let what = if stray.is_control() {
        "the control character"
    } else {
        "the invisible character"
    };
    let shown = excerpt(value, MAX_SHOWN);
    let code = u32::from(stray);
    Err(format!("`{shown}` has {what} U+{code:04X}, which {attribute} does not take").into())
}

/// Whether a logon name ends as one of this forest does (S14); else why not.
pub(crate) fn suffix(
    world: &World<'_>,
    attribute: &str,
    values: &[Arc<str>],
) -> Result<(), Arc<str>> {
    if !attribute.eq_ignore_ascii_case("userPrincipalName") {
        return Ok(());
    }
    let behind = |value: &Arc<str>| value.rsplit_once('@').map(|(_, suffix)| suffix.to_owned());
    let strange = values
        .iter()
        .filter_map(behind)
        .find(|suffix| !world.is_upn_suffix(suffix));
    match strange {
        Some(suffix) => {
            let shown = excerpt(&suffix, MAX_SHOWN);
            Err(format!("`{shown}` is no UPN suffix of this forest").into())
        }
        None => Ok(()),
    }
}
