//! Making an object: what must be given, what AD fills in.

use super::{Stamp, rules};
use crate::directory::dn::{Dn, Rdn};
use crate::directory::filetime::to_generalized_time;
use crate::directory::guid::Guid;
use crate::directory::ldif::memory::{Memory, naming_attribute};
use crate::directory::ldif::step::Step;
use crate::directory::object::Object;
use crate::directory::port::{Error, ResultCode, win32};
use crate::directory::rules::refuse;
use crate::directory::sid::rid;
use crate::directory::uac::Uac;
use crate::directory::value::{AttributeName, Value};

/// The classes that can be made: the most special one, those above it, and the category (MS-ADSC).
const CLASSES: [(&str, &[&str], &str); 7] = [
    (
        "user",
        &["top", "person", "organizationalPerson", "user"],
        "Person",
    ),
    (
        "inetOrgPerson",
        &[
            "top",
            "person",
            "organizationalPerson",
            "user",
            "inetOrgPerson",
        ],
        "Person",
    ),
    (
        "contact",
        &["top", "person", "organizationalPerson", "contact"],
        "Person",
    ),
    ("group", &["top", "group"], "Group"),
    (
        "organizationalUnit",
        &["top", "organizationalUnit"],
        "Organizational-Unit",
    ),
    ("container", &["top", "container"], "Container"),
    (
        "serviceConnectionPoint",
        &["top", "leaf", "connectionPoint", "serviceConnectionPoint"],
        "Service-Connection-Point",
    ),
];

/// The group type that AD gives to a group that names none: global, for access.
const DEFAULT_GROUP_TYPE: &str = "-2147483646";

pub(super) fn prepare(
    memory: &Memory,
    dn: &Dn,
    attributes: &[(AttributeName, Vec<Value>)],
    stamp: Stamp,
) -> Result<(Vec<Step>, Guid), Error> {
    if !dn.is_under(&memory.domain.base) {
        let message = "the name lies outside the domain";
        return Err(refuse(
            ResultCode::NoSuchObject,
            win32::NO_SUCH_OBJECT,
            dn,
            message,
        ));
    }
    let rdn = rules::check_place(memory, dn, None)?;
    let guid = Guid::derived(&["added", dn.key(), &stamp.usn.to_string()]);
    let (classes, category) = classes(dn, attributes)?;
    let mut object = Object::new(dn.clone(), guid).with("objectClass", classes.iter().copied());
    check_naming(&object, &rdn)?;
    for (name, values) in attributes {
        if name.is("objectClass") {
            continue;
        }
        rules::check_attribute(memory, dn, name)?;
        if object.has(name.as_str()) {
            return Err(twice(dn, name));
        }
        if values.is_empty() {
            let message = format!("`{name}` has no value");
            let code = ResultCode::InvalidAttributeSyntax;
            return Err(refuse(code, win32::CONSTRAINT_VIOLATION, dn, message));
        }
        rules::check_values(memory, &object, name, values)?;
        if rules::is_single(name) && values.len() > 1 {
            let message = format!("`{name}` takes one value");
            let code = ResultCode::ConstraintViolation;
            return Err(refuse(code, win32::SINGLE_VALUE, dn, message));
        }
        object.set(name.clone(), values.clone());
    }
    let written = object.first(rdn.attribute());
    let name = AttributeName::new(rdn.attribute());
    if written.is_some_and(|value| !name.equal(value, &rdn.value())) {
        let message = format!("`{name}` says something else than the name");
        return Err(refuse(ResultCode::NamingViolation, None, dn, message));
    }
    fill_in(memory, &mut object, &rdn, category, stamp);
    if object.is_group() {
        rules::check_group_type(dn, object.first("groupType").unwrap_or_default())?;
        rules::check_members(memory, &object, object.all("member"))?;
    }
    rules::check_unique(memory, &object)?;
    rules::check_enabled(&object, false)?;
    Ok((vec![Step::Add(object)], guid))
}

fn twice(dn: &Dn, name: &AttributeName) -> Error {
    let message = format!("`{name}` is given twice");
    refuse(
        ResultCode::AttributeOrValueExists,
        win32::VALUE_EXISTS,
        dn,
        message,
    )
}

type Classes = (&'static [&'static str], &'static str);

fn classes(dn: &Dn, attributes: &[(AttributeName, Vec<Value>)]) -> Result<Classes, Error> {
    let violation = |message: String| {
        let code = ResultCode::ObjectClassViolation;
        Err(refuse(code, win32::CLASS_VIOLATION, dn, message))
    };
    let given = attributes.iter().find(|(name, _)| name.is("objectClass"));
    let values = given.map_or(&[] as &[Value], |(_, values)| values.as_slice());
    let Some(last) = values.last().and_then(Value::text) else {
        return violation("objectClass is missing".to_owned());
    };
    let found = CLASSES
        .iter()
        .find(|(name, ..)| name.eq_ignore_ascii_case(last));
    let Some((_, classes, category)) = found else {
        return violation(format!("objects of class `{last}` are not made here"));
    };
    let stray = values.iter().filter_map(Value::text).find(|value| {
        !classes
            .iter()
            .any(|class| class.eq_ignore_ascii_case(value))
    });
    if let Some(stray) = stray {
        return violation(format!("`{last}` is no special kind of `{stray}`"));
    }
    Ok((classes, category))
}

fn check_naming(object: &Object, rdn: &Rdn) -> Result<(), Error> {
    let naming = naming_attribute(object);
    if rdn.attribute().eq_ignore_ascii_case(naming) {
        return Ok(());
    }
    let message = format!("an object of this class is named by `{naming}`");
    Err(refuse(
        ResultCode::NamingViolation,
        None,
        object.dn(),
        message,
    ))
}

fn fill_in(memory: &Memory, object: &mut Object, rdn: &Rdn, category: &str, stamp: Stamp) {
    let default = |object: &mut Object, name: &str, value: Value| {
        if !object.has(name) {
            object.set(name, vec![value]);
        }
    };
    default(object, rdn.attribute(), rdn.value().into());
    default(object, "name", rdn.value().into());
    let base = &memory.domain.base;
    let category = format!("CN={category},CN=Schema,CN=Configuration,{base}");
    default(object, "objectCategory", category.into());
    default(object, "instanceType", "4".into());
    if object.is_group() {
        default(object, "groupType", DEFAULT_GROUP_TYPE.into());
    }
    if object.is_user() {
        default(
            object,
            "userAccountControl",
            Uac::NEW_USER.to_string().into(),
        );
        default(object, "accountExpires", i64::MAX.to_string().into());
        default(
            object,
            "primaryGroupID",
            rid::DOMAIN_USERS.to_string().into(),
        );
        object.set("pwdLastSet", vec!["0".into()]);
    }
    if object.is_user() || object.is_group() {
        // AD invents a name that nobody would choose.
        let invented = object.guid().to_string().to_uppercase().replace('-', "");
        let invented: String = invented.chars().take(18).collect();
        default(object, "sAMAccountName", format!("${invented}").into());
        let sid = memory.next_sid();
        object.set(
            "objectSid",
            sid.map(|sid| sid.to_bytes().into()).into_iter().collect(),
        );
        let kind = rules::account_type(object).map(Value::from);
        object.set("sAMAccountType", kind.into_iter().collect());
    }
    let now = to_generalized_time(stamp.now);
    object.set("whenCreated", vec![now.clone().into()]);
    object.set("whenChanged", vec![now.into()]);
    object.set("uSNCreated", vec![stamp.usn.to_string().into()]);
    object.set("uSNChanged", vec![stamp.usn.to_string().into()]);
}
