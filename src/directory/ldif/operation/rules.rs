//! The rules that several operations share: values, names, links, memberships, passwords.

use crate::directory::dn::{Dn, Rdn};
use crate::directory::group_type::{GroupType, Scope};
use crate::directory::guid::Guid;
use crate::directory::ldif::load::{self, HAS_PASSWORD};
use crate::directory::ldif::memory::Memory;
use crate::directory::ldif::step::Keys;
use crate::directory::object::Object;
use crate::directory::port::{Error, ResultCode, win32};
use crate::directory::rules::{self, refuse};
use crate::directory::schema::{Link, attribute};
use crate::directory::uac::Uac;
use crate::directory::value::{AttributeName, Value};

/// Attributes that follow from others or from the name, and are never given.
const COMPUTED: [&str; 4] = ["objectGUID", "objectSid", "distinguishedName", HAS_PASSWORD];

/// Whether somebody may write this attribute at all.
pub(super) fn check_attribute(memory: &Memory, dn: &Dn, name: &AttributeName) -> Result<(), Error> {
    if !memory.knows(name) {
        return Err(refuse(
            ResultCode::NoSuchAttribute,
            win32::NO_ATTRIBUTE,
            dn,
            format!("the schema has no attribute `{name}`"),
        ));
    }
    let unwilling = |message: String| {
        Err(refuse(
            ResultCode::UnwillingToPerform,
            win32::WILL_NOT_PERFORM,
            dn,
            message,
        ))
    };
    if load::holds_a_password(name) {
        return unwilling(format!("`{name}` is set by an operation of its own"));
    }
    let known = name.schema();
    if known.is_some_and(|attribute| matches!(attribute.link, Link::Back(_))) {
        return unwilling(format!(
            "`{name}` is kept by the directory from the other end"
        ));
    }
    let computed = COMPUTED.iter().any(|computed| name.is(computed));
    if computed || known.is_some_and(|attribute| attribute.system) {
        return unwilling(format!("`{name}` is kept by the directory itself"));
    }
    Ok(())
}

/// Whether these values can be stored, each for itself and together.
pub(super) fn check_values(
    memory: &Memory,
    object: &Object,
    name: &AttributeName,
    values: &[Value],
) -> Result<(), Error> {
    let dn = object.dn();
    if Keys::new(name, values, false).len() != values.len() {
        return Err(refuse(
            ResultCode::AttributeOrValueExists,
            win32::VALUE_EXISTS,
            dn,
            format!("a value of `{name}` is given twice"),
        ));
    }
    for value in values {
        rules::value_fits(dn, object.is_user() && !object.is_computer(), name, value)?;
        if name.is_dn() && value.text().is_some() && !name.is("objectCategory") {
            check_target(memory, dn, name, value)?;
        }
    }
    Ok(())
}

fn check_target(
    memory: &Memory,
    dn: &Dn,
    name: &AttributeName,
    value: &Value,
) -> Result<(), Error> {
    if memory.named(value).is_some() {
        return Ok(());
    }
    let target = value.text().unwrap_or_default();
    let message = format!("`{name}` names `{target}`, which does not exist");
    if name.is("member") {
        let code = ResultCode::NoSuchObject;
        return Err(refuse(code, win32::NO_SUCH_MEMBER, dn, message));
    }
    let code = ResultCode::ConstraintViolation;
    Err(refuse(code, win32::NO_LINK_TARGET, dn, message))
}

/// Whether a unit may have an object of this name; `own` is the object that may have it already.
pub(super) fn check_place(memory: &Memory, dn: &Dn, own: Option<Guid>) -> Result<Rdn, Error> {
    let Some(rdn) = dn.rdn() else {
        let message = "the name is empty";
        return Err(refuse(ResultCode::InvalidDnSyntax, None, dn, message));
    };
    if rdn.pairs().count() > 1 {
        let message = "a name has one value";
        return Err(refuse(ResultCode::NamingViolation, None, dn, message));
    }
    let parent = dn.parent().unwrap_or_else(Dn::root);
    let above_all = parent == memory.domain.base;
    if !above_all && memory.find(&parent).is_none() {
        return Err(refuse(
            ResultCode::NoSuchObject,
            win32::NO_SUCH_OBJECT,
            dn,
            format!("`{parent}` does not exist"),
        ));
    }
    if let Some(other) = memory.at(dn).filter(|other| Some(*other) != own) {
        let other = memory.get(other).map(|other| other.dn().to_string());
        return Err(refuse(
            ResultCode::EntryAlreadyExists,
            win32::OBJECT_ALREADY_EXISTS,
            dn,
            format!("`{}` exists already", other.unwrap_or_default()),
        ));
    }
    rules::name_fits(dn)?;
    Ok(rdn)
}

/// Whether logon names are free.
pub(super) fn check_unique(memory: &Memory, object: &Object) -> Result<(), Error> {
    let taken = |holder: Option<Guid>| holder.filter(|holder| *holder != object.guid());
    if let Some(name) = object.account_name()
        && taken(memory.account(name)).is_some()
    {
        return Err(refuse(
            ResultCode::EntryAlreadyExists,
            win32::OBJECT_ALREADY_EXISTS,
            object.dn(),
            format!("sAMAccountName `{name}` is already in use"),
        ));
    }
    if let Some(name) = object.first("userPrincipalName")
        && taken(memory.logon(name)).is_some()
    {
        return Err(refuse(
            ResultCode::ConstraintViolation,
            win32::UPN_NOT_UNIQUE,
            object.dn(),
            format!("userPrincipalName `{name}` is already in use"),
        ));
    }
    Ok(())
}

/// Whether an account that can be used has a password (or needs none).
pub(super) fn check_enabled(object: &Object, had_password: bool) -> Result<(), Error> {
    let Some(uac) = object.uac() else {
        return Ok(());
    };
    let open = uac.is_enabled() && !uac.contains(Uac::PASSWORD_NOT_REQUIRED);
    if open && !had_password {
        return Err(refuse(
            ResultCode::UnwillingToPerform,
            win32::PASSWORD_RESTRICTION,
            object.dn(),
            "the account has no password and can not be enabled",
        ));
    }
    Ok(())
}

/// Whether an account has a password, as far as anything tells.
pub(super) fn has_password(object: &Object) -> bool {
    let set = object.integer("pwdLastSet").is_some_and(|ticks| ticks > 0);
    let used = object
        .uac()
        .is_some_and(|uac| uac.is_enabled() && !uac.contains(Uac::PASSWORD_NOT_REQUIRED));
    object.flag(HAS_PASSWORD) || set || used
}

/// Whether the group may have these new members.
pub(super) fn check_members(memory: &Memory, group: &Object, new: &[Value]) -> Result<(), Error> {
    let own_rid = group.sid().map(|sid| i64::from(sid.rid()));
    for member in new.iter().filter_map(|value| memory.named(value)) {
        let primary = member.integer("primaryGroupID");
        if primary.is_some() && primary == own_rid {
            return Err(refuse(
                ResultCode::EntryAlreadyExists,
                win32::OBJECT_ALREADY_EXISTS,
                group.dn(),
                format!(
                    "`{}` is a member already: it is its primary group",
                    member.dn()
                ),
            ));
        }
        check_scope(group, member)?;
    }
    Ok(())
}

/// Whether the scopes of group and member go together.
pub(super) fn check_scope(group: &Object, member: &Object) -> Result<(), Error> {
    let scopes = group.group_type().zip(member.group_type());
    let Some((outer, inner)) = scopes.map(|(a, b)| (a.scope(), b.scope())) else {
        return Ok(());
    };
    if outer.admits(inner) {
        return Ok(());
    }
    let reason = match (outer, inner) {
        (Scope::Global, Scope::Universal) => win32::GLOBAL_HOLDS_UNIVERSAL,
        (Scope::Global, _) => win32::GLOBAL_HOLDS_LOCAL,
        (Scope::Universal | Scope::DomainLocal | Scope::BuiltInLocal, _) => {
            win32::UNIVERSAL_HOLDS_LOCAL
        }
    };
    Err(refuse(
        ResultCode::UnwillingToPerform,
        reason,
        group.dn(),
        format!("a {outer} group takes no {inner} one (`{}`)", member.dn()),
    ))
}

/// Whether a value of `groupType` is one.
pub(super) fn check_group_type(dn: &Dn, value: &str) -> Result<GroupType, Error> {
    GroupType::parse(value).ok_or_else(|| {
        refuse(
            ResultCode::UnwillingToPerform,
            win32::BAD_GROUP_TYPE,
            dn,
            format!("`{value}` names no scope of a group, or several"),
        )
    })
}

/// `sAMAccountType`, which follows from the class (MS-SAMR 2.2.1.9).
pub(super) fn account_type(object: &Object) -> Option<&'static str> {
    if object.is_computer() {
        return Some("805306369");
    }
    if object.is_user() {
        return Some("805306368");
    }
    let kind = object.group_type()?;
    Some(match (kind.scope(), kind.is_security()) {
        (Scope::Global | Scope::Universal, true) => "268435456",
        (Scope::Global | Scope::Universal, false) => "268435457",
        (Scope::DomainLocal | Scope::BuiltInLocal, true) => "536870912",
        (Scope::DomainLocal | Scope::BuiltInLocal, false) => "536870913",
    })
}

/// Whether an attribute of that name has one value at most.
pub(super) fn is_single(name: &AttributeName) -> bool {
    attribute(name.as_str()).is_some_and(|attribute| attribute.single)
}
