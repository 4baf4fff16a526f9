//! From records to objects: what an export must hold to be believed, and what may be filled in.
//!
//! Filled in: the GUID of an entry written by hand (derived from its name, so that it is the same in every
//! run), its naming attribute, and forward links where the export has the back ends only. All else that is
//! missing or contradicts itself is refused, for a plan over half a directory is a wrong plan.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::error::{Located, Problem, excerpt};
use super::header::Header;
use super::record::{Body, Record, Records};
use crate::directory::dn::Dn;
use crate::directory::guid::Guid;
use crate::directory::object::Object;
use crate::directory::schema::{Attribute, Link, Syntax, attributes};
use crate::directory::sid::Sid;
use crate::directory::snapshot::Domain;
use crate::directory::value::{AttributeName, Value};

/// The most entries of one file.
pub(super) const MAX_ENTRIES: usize = 5_000_000;

/// Says that an account has a password: the password itself is never stored, and `pwdLastSet` is 0 while
/// it must be changed.
pub(crate) const HAS_PASSWORD: &str = "tenure-hasPassword";

/// Attributes that hold passwords: only an operation of its own sets one.
const PASSWORDS: [&str; 7] = [
    "unicodePwd",
    "userPassword",
    "unixUserPassword",
    "dBCSPwd",
    "ntPwdHistory",
    "lmPwdHistory",
    "supplementalCredentials",
];

/// Whether an attribute holds the password of an account.
pub(super) fn holds_a_password(name: &AttributeName) -> bool {
    PASSWORDS.iter().any(|password| name.is(password))
}

/// All that a file says.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) header: Header,
    pub(super) domain: Domain,
    pub(super) objects: Vec<Object>,
}

/// Reads a decoded file.
pub(super) fn load(text: &str) -> Result<Loaded, Located> {
    let mut objects = Vec::new();
    let mut lines = Vec::new();
    for record in Records::new(text) {
        let record = record?;
        if objects.len() >= MAX_ENTRIES {
            let limit = MAX_ENTRIES;
            return Err((record.line, Problem::TooManyEntries { limit }));
        }
        lines.push(record.line);
        objects.push(object(record)?);
    }
    if objects.is_empty() {
        return Err((0, Problem::Empty));
    }
    let base = base(&objects, &lines)?;
    let header = Header::read(text);
    check_names(&objects, &lines, &base)?;
    check_doubles(&objects, &lines)?;
    settle_links(&mut objects);
    let domain = domain(base, &objects, header.usn);
    Ok(Loaded {
        header,
        domain,
        objects,
    })
}

/// The object that a record of an entry describes.
pub(super) fn object(record: Record) -> Result<Object, Located> {
    let line = record.line;
    let values = match record.body {
        Body::Entry(values) => values,
        Body::Modify(_) => return Err((line, change("modify"))),
        Body::Move(_) => return Err((line, change("modrdn"))),
        Body::Delete => return Err((line, change("delete"))),
    };
    let mut object = Object::new(record.dn, Guid::NIL);
    let mut guid = None;
    let mut password = false;
    for (name, value, line) in values {
        match name.as_str() {
            "distinguishedName" => continue,
            "objectGUID" => {
                guid = Some(Guid::from_ad_bytes(value.bytes()).ok_or_else(|| {
                    let attribute = name.as_str().to_owned();
                    (line, Problem::BadIdentity { attribute })
                })?);
                continue;
            }
            "objectSid" if Sid::from_bytes(value.bytes()).is_none() => {
                let attribute = name.as_str().to_owned();
                return Err((line, Problem::BadIdentity { attribute }));
            }
            // A secret has no business in a file; that there is one is all we keep.
            "unicodePwd" | "userPassword" => {
                password = true;
                continue;
            }
            // Nor have the passwords of computers and of older days (S12).
            _ if holds_a_password(&name) || name.schema().is_some_and(Attribute::is_secret) => {
                continue;
            }
            _ => check_value(&name, &value, line)?,
        }
        let single = name.schema().is_some_and(|attribute| attribute.single);
        if object.push(name.clone(), value) > 1 && single {
            let attribute = name.as_str().to_owned();
            return Err((line, Problem::SeveralValues { attribute }));
        }
    }
    object.set_guid(guid.unwrap_or_else(|| Guid::derived(&["object", object.dn().key()])));
    if password {
        object.set(HAS_PASSWORD, vec!["TRUE".into()]);
    }
    settle_name(&mut object, line)?;
    let dn = || excerpt(object.dn().as_str());
    if !object.has("objectClass") {
        return Err((line, Problem::NoClass { dn: dn() }));
    }
    if object.is_user() && !object.is_deleted() && !object.has("userAccountControl") {
        return Err((line, Problem::NoAccountControl { dn: dn() }));
    }
    Ok(object)
}

fn change(kind: &str) -> Problem {
    Problem::Change {
        kind: kind.to_owned(),
    }
}

/// Refuses what could be misunderstood; a text that is too long for AD hurts nobody who only reads it.
fn check_value(name: &AttributeName, value: &Value, line: u32) -> Result<(), Located> {
    let Some((attribute, text)) = name.schema().zip(value.text()) else {
        return Ok(());
    };
    if matches!(attribute.syntax, Syntax::Text | Syntax::CaseExactText) {
        return Ok(());
    }
    attribute.check_off_account(text).map_err(|reason| {
        let problem = Problem::Unfit {
            attribute: name.as_str().to_owned(),
            value: excerpt(text),
            reason,
        };
        (line, problem)
    })
}

/// `cn` and `ou` say what the name says; who leaves them out is understood.
fn settle_name(object: &mut Object, line: u32) -> Result<(), Located> {
    let Some(rdn) = object.dn().rdn() else {
        return Ok(());
    };
    let name = AttributeName::new(rdn.attribute());
    let value = rdn.value();
    match object.first(name.as_str()) {
        None => object.set(name, vec![value.into()]),
        Some(written)
            if !object
                .values(name.as_str())
                .any(|text| name.equal(text, &value)) =>
        {
            return Err((
                line,
                Problem::NameContradicts {
                    attribute: name.as_str().to_owned(),
                    value: excerpt(written),
                    dn: excerpt(object.dn().as_str()),
                },
            ));
        }
        Some(_) => {}
    }
    Ok(())
}

/// The name of the domain: that of its head, or the `DC=` components that the first name ends with.
fn base(objects: &[Object], lines: &[u32]) -> Result<Dn, Located> {
    let head = objects
        .iter()
        .filter(|object| object.classes().has("domainDNS"))
        .min_by_key(|object| object.dn().depth());
    if let Some(head) = head {
        return Ok(head.dn().clone());
    }
    let first = objects.first().map(Object::dn).cloned();
    let first = first.unwrap_or_else(Dn::root);
    let is_dc = |dn: &Dn| {
        dn.components()
            .all(|rdn| rdn.attribute().eq_ignore_ascii_case("DC"))
    };
    let mut base = first.clone();
    while !is_dc(&base) {
        base = base.parent().unwrap_or_else(Dn::root);
    }
    if base.is_root() {
        let dn = excerpt(first.as_str());
        let line = lines.first().copied().unwrap_or_default();
        return Err((line, Problem::NoDomain { dn }));
    }
    Ok(base)
}

fn check_names(objects: &[Object], lines: &[u32], base: &Dn) -> Result<(), Located> {
    let mut seen: FxHashMap<&str, u32> =
        FxHashMap::with_capacity_and_hasher(objects.len(), FxBuildHasher);
    for (object, line) in objects.iter().zip(lines) {
        let dn = object.dn();
        if let Some(first) = seen.insert(dn.key(), *line) {
            let dn = excerpt(dn.as_str());
            return Err((*line, Problem::DuplicateDn { dn, first }));
        }
        if !dn.is_under(base) {
            let dn = excerpt(dn.as_str());
            let base = excerpt(base.as_str());
            return Err((*line, Problem::OutsideDomain { dn, base }));
        }
    }
    for (object, line) in objects.iter().zip(lines) {
        let up = object.dn().parent_key();
        // What holds the base itself is not of this domain; the base may be understood without an entry.
        let known = object.dn() == base || up == base.key() || seen.contains_key(up);
        if !known && !object.is_deleted() {
            let parent = object.dn().parent().unwrap_or_else(Dn::root);
            return Err((
                *line,
                Problem::MissingParent {
                    dn: excerpt(object.dn().as_str()),
                    parent: excerpt(parent.as_str()),
                },
            ));
        }
    }
    Ok(())
}

/// What no directory holds twice.
fn check_doubles(objects: &[Object], lines: &[u32]) -> Result<(), Located> {
    type Text = fn(&Object) -> Option<String>;
    let identities: [(&'static str, Text); 3] = [
        ("objectGUID", |object| Some(object.guid().to_string())),
        ("objectSid", |object| Some(object.sid()?.to_string())),
        ("sAMAccountName", |object| {
            let name = object.account_name().filter(|_| !object.is_deleted())?;
            Some(crate::directory::fold::fold(name).into_owned())
        }),
    ];
    for (attribute, text) in identities {
        let mut seen: FxHashMap<String, usize> =
            FxHashMap::with_capacity_and_hasher(objects.len(), FxBuildHasher);
        for (index, object) in objects.iter().enumerate() {
            let Some(key) = text(object) else { continue };
            let Some(first) = seen.insert(key.clone(), index) else {
                continue;
            };
            let other = objects.get(first).map_or("", |other| other.dn().as_str());
            return Err((
                lines.get(index).copied().unwrap_or_default(),
                Problem::DuplicateValue {
                    attribute,
                    value: excerpt(&key),
                    other: excerpt(other),
                    first: lines.get(first).copied().unwrap_or_default(),
                },
            ));
        }
    }
    Ok(())
}

/// Lets every link name its target as the target is spelt, shares that text, and keeps forward ends only.
///
/// The forward end is believed wherever the file has any; only a file that has none at all of an attribute
/// (an export of `memberOf` without `member`) is completed from the back end.
fn settle_links(objects: &mut [Object]) {
    let mut by_key: FxHashMap<Arc<str>, usize> =
        FxHashMap::with_capacity_and_hasher(objects.len(), FxBuildHasher);
    let mut by_text: FxHashMap<Arc<str>, usize> =
        FxHashMap::with_capacity_and_hasher(objects.len(), FxBuildHasher);
    let mut names = Vec::with_capacity(objects.len());
    for (index, object) in objects.iter().enumerate() {
        by_key.insert(object.dn().key().into(), index);
        by_text.insert(object.dn().text().clone(), index);
        names.push(object.dn().text().clone());
    }
    let find = |value: &Value| -> Option<usize> {
        let text = value.text()?;
        if let Some(index) = by_text.get(text) {
            return Some(*index);
        }
        by_key.get(Dn::parse(text).ok()?.key()).copied()
    };
    let mut present: BTreeSet<AttributeName> = BTreeSet::new();
    for object in objects.iter_mut() {
        let named: Vec<AttributeName> = object
            .attributes()
            .filter(|(name, _)| name.is_dn())
            .map(|(name, _)| name.clone())
            .collect();
        for name in named {
            if !present.contains(&name) {
                present.insert(name.clone());
            }
            let spell = |value: &Value| {
                let text = find(value).and_then(|index| names.get(index));
                text.map_or_else(|| value.clone(), |text| Value::Text(text.clone()))
            };
            let values = object.all(name.as_str()).iter().map(spell).collect();
            object.set(name, values);
        }
    }
    for attribute in attributes() {
        let Link::Back(forward) = attribute.link else {
            continue;
        };
        if !present.contains(&AttributeName::Known(attribute)) {
            continue;
        }
        let complete = present.contains(&AttributeName::new(forward));
        let mut links = Vec::new();
        for (index, object) in objects.iter_mut().enumerate() {
            let (inside, outside): (Vec<Value>, Vec<Value>) = object
                .all(attribute.name)
                .iter()
                .cloned()
                .partition(|value| find(value).is_some());
            if inside.is_empty() {
                continue;
            }
            links.extend(inside.iter().filter_map(find).map(|source| (source, index)));
            object.set(attribute, outside);
        }
        if complete {
            continue;
        }
        for (source, target) in links {
            if let Some((object, name)) = objects.get_mut(source).zip(names.get(target)) {
                object.push(forward, Value::Text(name.clone()));
            }
        }
    }
}

fn domain(base: Dn, objects: &[Object], usn: Option<u64>) -> Domain {
    let head = objects.iter().find(|object| *object.dn() == base);
    let sid = head.and_then(Object::sid);
    let sid = sid.or_else(|| objects.iter().find_map(|object| object.sid()?.domain()));
    let sid = sid.or_else(|| derived_sid(&base));
    let numbers = objects
        .iter()
        .filter_map(|object| object.integer("uSNChanged"));
    let highest = numbers
        .filter_map(|number| u64::try_from(number).ok())
        .max();
    Domain {
        guid: Some(head.map_or_else(|| Guid::derived(&["domain", base.key()]), Object::guid)),
        base,
        sid,
        highest_usn: highest.max(usn),
        controller: None,
        lacks: Vec::new(),
    }
}

/// The SID of a domain of which no export tells one: the same for the same name.
fn derived_sid(base: &Dn) -> Option<Sid> {
    let bytes = Guid::derived(&["sid", base.key()]).to_ad_bytes();
    let word = |from: usize| {
        let bytes = bytes.iter().skip(from).take(4);
        bytes.fold(0, |sum: u32, byte| sum << 8 | u32::from(*byte))
    };
    Sid::new(5, [21, word(0), word(4), word(8)])
}
