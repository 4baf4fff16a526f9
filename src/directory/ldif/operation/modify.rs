//! Changing attributes: every value that goes is tested, every value that comes is checked, all or nothing.

use std::collections::BTreeMap;

use super::{Stamp, existing, rules};
use crate::directory::filetime::to_filetime;
use crate::directory::guid::Guid;
use crate::directory::ldif::load::HAS_PASSWORD;
use crate::directory::ldif::memory::Memory;
use crate::directory::ldif::record::{Edit, EditKind};
use crate::directory::ldif::step::{Keys, Step};
use crate::directory::object::Object;
use crate::directory::port::{Change, Error, ResultCode, Target, win32};
use crate::directory::rules::refuse;
use crate::directory::value::{AttributeName, Value};

/// Attributes that an object can not be without.
const REQUIRED: [&str; 5] = [
    "sAMAccountName",
    "groupType",
    "userAccountControl",
    "objectCategory",
    "instanceType",
];

pub(super) fn prepare(
    memory: &Memory,
    target: &Target,
    changes: &[Change],
    stamp: Stamp,
) -> Result<(Vec<Step>, Guid), Error> {
    let object = existing(memory, target)?;
    if let Some(edits) = members_only(memory, object, changes)? {
        return Ok(done(object, edits, stamp));
    }
    let mut edits = Vec::new();
    let mut after: BTreeMap<AttributeName, Vec<Value>> = BTreeMap::new();
    for change in changes {
        let name = &change.attribute;
        check_changeable(memory, object, name)?;
        rules::check_values(memory, object, name, &change.add)?;
        let before = after
            .remove(name)
            .unwrap_or_else(|| object.all(name.as_str()).to_vec());
        let values = exchanged(memory, object, change, &before)?;
        after.insert(name.clone(), values);
        for (kind, values) in [
            (EditKind::Delete, &change.delete),
            (EditKind::Add, &change.add),
        ] {
            if !values.is_empty() {
                edits.push(Edit {
                    kind,
                    attribute: name.clone(),
                    values: values.clone(),
                });
            }
        }
    }
    if edits.is_empty() {
        return Ok((Vec::new(), object.guid()));
    }
    let mut changed = Object::clone(object);
    for (name, values) in after {
        check_number(object, &name, &values)?;
        changed.set(name, values);
    }
    check_whole(memory, object, &changed, changes)?;
    edits.extend(consequences(object, &changed, stamp));
    Ok(done(object, edits, stamp))
}

fn done(object: &Object, mut edits: Vec<Edit>, stamp: Stamp) -> (Vec<Step>, Guid) {
    edits.extend(stamp.edits());
    let step = Step::Modify {
        dn: object.dn().clone(),
        edits,
    };
    (vec![step], object.guid())
}

/// The edits of a change that only adds members, without looking at those that are there; none for any
/// other change. Groups of a hundred thousand members are filled one by one.
fn members_only(
    memory: &Memory,
    object: &Object,
    changes: &[Change],
) -> Result<Option<Vec<Edit>>, Error> {
    let [change] = changes else {
        return Ok(None);
    };
    let adds = change.attribute.is("member") && change.delete.is_empty() && !change.add.is_empty();
    if !adds {
        return Ok(None);
    }
    rules::check_values(memory, object, &change.attribute, &change.add)?;
    for target in change.add.iter().filter_map(|value| memory.named(value)) {
        if memory.is_member(object.guid(), target.guid()) {
            return Err(already_member(object));
        }
    }
    rules::check_members(memory, object, &change.add)?;
    Ok(Some(vec![Edit {
        kind: EditKind::Add,
        attribute: change.attribute.clone(),
        values: change.add.clone(),
    }]))
}

fn already_member(group: &Object) -> Error {
    refuse(
        ResultCode::EntryAlreadyExists,
        win32::ALREADY_A_MEMBER,
        group.dn(),
        "somebody who is to come is a member already",
    )
}

fn check_changeable(memory: &Memory, object: &Object, name: &AttributeName) -> Result<(), Error> {
    let dn = object.dn();
    let naming = dn.rdn().is_some_and(|rdn| name.is(rdn.attribute()));
    if naming || name.is("name") {
        let message = format!("`{name}` is changed by renaming the object");
        let code = ResultCode::NotAllowedOnRdn;
        return Err(refuse(code, win32::RDN_BY_RENAME, dn, message));
    }
    if name.is("objectClass") || name.is("objectCategory") || name.is("primaryGroupID") {
        let message = format!("`{name}` is not changed here");
        let code = ResultCode::UnwillingToPerform;
        return Err(refuse(code, win32::WILL_NOT_PERFORM, dn, message));
    }
    rules::check_attribute(memory, dn, name)
}

/// The values of the attribute after the change; refused unless all that go are there and none that comes.
fn exchanged(
    memory: &Memory,
    object: &Object,
    change: &Change,
    before: &[Value],
) -> Result<Vec<Value>, Error> {
    let name = &change.attribute;
    let dn = object.dn();
    // What is in the directory is spelt as its target; comparing spellings is then enough.
    let spell = |values: &[Value]| -> (Vec<Value>, bool) {
        if !name.is_dn() {
            return (values.to_vec(), false);
        }
        let targets: Vec<_> = values.iter().map(|value| memory.named(value)).collect();
        let exact = targets.iter().all(Option::is_some);
        let spelt = values.iter().zip(targets).map(|(value, target)| {
            target.map_or_else(
                || value.clone(),
                |target| Value::Text(target.dn().text().clone()),
            )
        });
        (spelt.collect(), exact)
    };
    let (delete, exact) = spell(&change.delete);
    let gone = Keys::new(name, &delete, exact);
    let mut values: Vec<Value> = Vec::with_capacity(before.len());
    values.extend(before.iter().filter(|value| !gone.contains(value)).cloned());
    if before.len() - values.len() != delete.len() {
        if name.is("member") {
            let message = "somebody who is to go is no member";
            let code = ResultCode::UnwillingToPerform;
            return Err(refuse(code, win32::NOT_A_MEMBER, dn, message));
        }
        let message = format!("`{name}` does not have a value that is to go");
        return Err(refuse(
            ResultCode::NoSuchAttribute,
            win32::NO_VALUE,
            dn,
            message,
        ));
    }
    let (add, exact) = spell(&change.add);
    let new = Keys::new(name, &add, exact);
    if values.iter().any(|value| new.contains(value)) {
        if name.is("member") {
            return Err(already_member(object));
        }
        let message = format!("`{name}` has a value already that is to come");
        let code = ResultCode::AttributeOrValueExists;
        return Err(refuse(code, win32::VALUE_EXISTS, dn, message));
    }
    values.extend(add);
    Ok(values)
}

fn check_number(object: &Object, name: &AttributeName, values: &[Value]) -> Result<(), Error> {
    let dn = object.dn();
    if rules::is_single(name) && values.len() > 1 {
        let message = format!("`{name}` takes one value and has one");
        let code = ResultCode::AttributeOrValueExists;
        return Err(refuse(code, win32::SINGLE_VALUE, dn, message));
    }
    if values.is_empty() && REQUIRED.iter().any(|required| name.is(required)) {
        let message = format!("an object of this class can not be without `{name}`");
        let code = ResultCode::ObjectClassViolation;
        return Err(refuse(code, win32::CLASS_VIOLATION, dn, message));
    }
    Ok(())
}

/// The rules that look at the object as a whole.
fn check_whole(
    memory: &Memory,
    before: &Object,
    after: &Object,
    changes: &[Change],
) -> Result<(), Error> {
    let touches = |name: &str| changes.iter().any(|change| change.attribute.is(name));
    if touches("sAMAccountName") || touches("userPrincipalName") {
        rules::check_unique(memory, after)?;
    }
    if touches("userAccountControl") {
        rules::check_enabled(after, rules::has_password(before))?;
    }
    if touches("pwdLastSet") && !matches!(after.integer("pwdLastSet"), Some(0 | -1)) {
        let message = "pwdLastSet can be set to 0 or -1 only";
        return Err(refuse(
            ResultCode::Other,
            win32::INVALID_PARAMETER,
            after.dn(),
            message,
        ));
    }
    for change in changes
        .iter()
        .filter(|change| change.attribute.is("member"))
    {
        rules::check_members(memory, after, &change.add)?;
    }
    if touches("groupType") {
        check_conversion(memory, before, after)?;
    }
    Ok(())
}

/// A group changes its scope only where all memberships still go together.
fn check_conversion(memory: &Memory, before: &Object, after: &Object) -> Result<(), Error> {
    let dn = after.dn();
    let new = rules::check_group_type(dn, after.first("groupType").unwrap_or_default())?;
    if let Some(old) = before.group_type() {
        use crate::directory::group_type::Scope::{DomainLocal, Global};
        if matches!(
            (old.scope(), new.scope()),
            (Global, DomainLocal) | (DomainLocal, Global)
        ) {
            let message = "a group goes between global and domain local by way of universal";
            let code = ResultCode::UnwillingToPerform;
            return Err(refuse(code, win32::BAD_GROUP_TYPE, dn, message));
        }
    }
    for member in after
        .all("member")
        .iter()
        .filter_map(|value| memory.named(value))
    {
        rules::check_scope(after, member)?;
    }
    let holds = |group: &Object| group.values("member").any(|text| text == dn.as_str());
    for group in memory.referrers(after.guid()).filter(|group| holds(group)) {
        rules::check_scope(group, after)?;
    }
    Ok(())
}

/// What the directory itself changes along.
fn consequences(before: &Object, after: &Object, stamp: Stamp) -> Vec<Edit> {
    let mut edits = Vec::new();
    // Once disabled, nothing else would tell that an account in use had a password.
    if before.enabled() && !after.enabled() && rules::has_password(before) {
        edits.push(Edit::replace(HAS_PASSWORD, "TRUE"));
    }
    if after.integer("pwdLastSet") == Some(-1) {
        let ticks = to_filetime(stamp.now).unwrap_or_default();
        edits.push(Edit::replace("pwdLastSet", ticks.to_string()));
    }
    if before.first("groupType") != after.first("groupType")
        && let Some(kind) = rules::account_type(after)
    {
        edits.push(Edit::replace("sAMAccountType", kind));
    }
    edits
}
