//! Removing an object that has nothing below it; links to it go with it.

use super::unmoved;
use crate::directory::dn::Dn;
use crate::directory::guid::Guid;
use crate::directory::ldif::memory::Memory;
use crate::directory::ldif::step::Step;
use crate::directory::object::Object;
use crate::directory::port::{Error, ResultCode, win32};
use crate::directory::rules::refuse;

pub(super) fn prepare(memory: &Memory, guid: Guid, dn: &Dn) -> Result<(Vec<Step>, Guid), Error> {
    let object = unmoved(memory, guid, dn)?;
    let dn = object.dn();
    let children = memory.below(dn).count();
    if children > 0 {
        let message = format!("there are {children} objects below it");
        let code = ResultCode::NotAllowedOnNonLeaf;
        return Err(refuse(code, win32::CHILDREN_EXIST, dn, message));
    }
    let unwilling =
        |reason, message: &str| Err(refuse(ResultCode::UnwillingToPerform, reason, dn, message));
    if *dn == memory.domain.base || object.is_built_in() {
        return unwilling(win32::WILL_NOT_PERFORM, "the directory itself needs it");
    }
    let rid = object.sid().map(|sid| i64::from(sid.rid()));
    let primary = |object: &Object| object.integer("primaryGroupID") == rid;
    if object.is_group() && rid.is_some() && memory.iter().any(|object| primary(object)) {
        let message = "it is the primary group of somebody";
        return unwilling(win32::HAS_PRIMARY_MEMBERS, message);
    }
    Ok((vec![Step::Delete(dn.clone())], guid))
}
