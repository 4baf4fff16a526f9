//! Giving an object another name or place; all below it and every link to it follows.

use super::{Stamp, rules, unmoved};
use crate::directory::dn::Dn;
use crate::directory::guid::Guid;
use crate::directory::ldif::memory::Memory;
use crate::directory::ldif::step::Step;
use crate::directory::port::{Error, ResultCode, win32};
use crate::directory::rules::refuse;

pub(super) fn prepare(
    memory: &Memory,
    guid: Guid,
    from: &Dn,
    to: &Dn,
    stamp: Stamp,
) -> Result<(Vec<Step>, Guid), Error> {
    let object = unmoved(memory, guid, from)?;
    let dn = object.dn();
    if dn.same_spelling(to) {
        return Ok((Vec::new(), guid));
    }
    let unwilling = |message: &str| {
        let code = ResultCode::UnwillingToPerform;
        Err(refuse(code, win32::WILL_NOT_PERFORM, dn, message))
    };
    if *dn == memory.domain.base || object.flag("isCriticalSystemObject") {
        return unwilling("the directory itself needs it where it is");
    }
    if !to.is_under(&memory.domain.base) {
        return unwilling("the new name lies outside the domain");
    }
    if to != dn && to.is_under(dn) {
        return unwilling("an object can not be moved into itself");
    }
    let rdn = rules::check_place(memory, to, Some(guid))?;
    let naming = dn.rdn().map(|rdn| rdn.attribute().to_owned());
    let naming = naming.unwrap_or_default();
    if !rdn.attribute().eq_ignore_ascii_case(&naming) {
        let message = format!("the object is named by `{naming}`");
        return Err(refuse(ResultCode::NamingViolation, None, to, message));
    }
    // The parent keeps its own spelling, however it was asked for.
    let parent = to.parent().and_then(|parent| memory.find(&parent));
    let to = parent.map_or_else(|| to.clone(), |parent| parent.dn().child(&rdn));
    let steps = vec![
        Step::Move {
            from: dn.clone(),
            to: to.clone(),
        },
        stamp.step(to),
    ];
    Ok((steps, guid))
}
