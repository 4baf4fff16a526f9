//! Operations as AD would answer them: asked against the directory in memory, before anything is written.
//!
//! Each kind has a file of its own that either refuses with AD's result code or yields the [`Step`]s to do.
//! Codes are those that a domain controller was seen to give; where Samba is more lenient than Windows,
//! Windows is followed.

mod add;
mod delete;
mod modify;
mod password;
mod rename;
mod rules;

use jiff::Timestamp;

use super::memory::Memory;
use super::record::Edit;
use super::step::Step;
use crate::directory::dn::Dn;
use crate::directory::filetime::to_generalized_time;
use crate::directory::guid::Guid;
use crate::directory::object::SharedObject;
use crate::directory::port::{Error, Operation, ResultCode, Target, win32};
use crate::directory::rules::refuse;

/// When something is done, by the clock and by the directory's own count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    pub(super) now: Timestamp,
    pub(super) usn: u64,
}

impl Stamp {
    /// The edits that tell when an object was last changed.
    fn edits(self) -> [Edit; 2] {
        [
            Edit::replace("whenChanged", to_generalized_time(self.now)),
            Edit::replace("uSNChanged", self.usn.to_string()),
        ]
    }

    fn step(self, dn: Dn) -> Step {
        Step::Modify {
            dn,
            edits: self.edits().into(),
        }
    }
}

/// What an operation will do and to which object; no steps where all is so already.
pub(super) fn prepare(
    memory: &Memory,
    operation: &Operation,
    stamp: Stamp,
) -> Result<(Vec<Step>, Guid), Error> {
    match operation {
        Operation::Add { dn, attributes } => add::prepare(memory, dn, attributes, stamp),
        Operation::Modify { target, changes } => modify::prepare(memory, target, changes, stamp),
        Operation::Move { guid, from, to } => rename::prepare(memory, *guid, from, to, stamp),
        Operation::Delete { guid, dn } => delete::prepare(memory, *guid, dn),
        Operation::SetPassword {
            guid,
            password,
            must_change,
        } => password::prepare(memory, *guid, password, *must_change, stamp),
    }
}

/// The object that is meant.
pub(super) fn find<'a>(memory: &'a Memory, target: &Target) -> Option<&'a SharedObject> {
    match target {
        Target::Guid(guid) => memory.get(*guid),
        Target::Dn(dn) => memory.find(dn),
    }
}

/// Whether a name stands among the direct members of a group; a name of no object here may do so, too.
pub(super) fn is_member(memory: &Memory, group: Guid, member: &Dn) -> Result<bool, Error> {
    let found = existing(memory, &Target::Guid(group))?;
    if let Some(object) = memory.find(member) {
        return Ok(memory.is_member(group, object.guid()));
    }
    let mut values = found.values("member");
    Ok(values.any(|value| Dn::parse(value).is_ok_and(|value| value == *member)))
}

fn existing<'a>(memory: &'a Memory, target: &Target) -> Result<&'a SharedObject, Error> {
    find(memory, target).ok_or_else(|| {
        refuse(
            ResultCode::NoSuchObject,
            win32::NO_SUCH_OBJECT,
            target,
            "there is no such object",
        )
    })
}

/// The object of that GUID, if it still has the name that the plan saw.
fn unmoved<'a>(memory: &'a Memory, guid: Guid, planned: &Dn) -> Result<&'a SharedObject, Error> {
    let object = existing(memory, &Target::Guid(guid))?;
    if object.dn() == planned {
        return Ok(object);
    }
    Err(Error::Renamed {
        guid,
        now: object.dn().clone(),
        planned: planned.clone(),
    })
}
