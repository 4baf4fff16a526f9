//! Names: how long they may be, and which code a bad one gets.

use super::super::behind::Behind;
use super::super::dn::first_length;
use super::super::message::{Ask, Attribute, How, Refusal};
use super::Longest;

/// `sAMAccountName` of a user; the schema alone would allow 256.
const MAX_ACCOUNT_NAME: usize = 20;

/// `rangeUpper` of `cn` and `ou`.
const MAX_COMMON_NAME: usize = 64;

const INVALID_ACCOUNT_NAME: &str =
    "00000523: SysErr: DSID-031A1202, problem 22 (Invalid argument), data 0";

pub(super) async fn refuse(ask: &Ask, behind: &Behind) -> Option<Refusal> {
    match ask {
        Ask::Add { dn, attributes } => {
            let classes = values(attributes, "objectClass");
            let is_user = is_user(&classes);
            common_name(dn).or_else(|| {
                let name = values(attributes, "sAMAccountName");
                account_name(is_user, name.first().map(String::as_str))
            })
        }
        Ask::Rename { new_rdn, .. } => common_name(new_rdn),
        Ask::Modify { dn, changes } => {
            let names = changes.iter().filter(|(how, (name, _))| {
                *how != How::Delete && name.eq_ignore_ascii_case("sAMAccountName")
            });
            let names: Vec<Attribute> = names.map(|(_, attribute)| attribute.clone()).collect();
            let name = values(&names, "sAMAccountName").into_iter().next()?;
            account_name(true, Some(&name))?;
            let object = behind.read(dn, &["objectClass"]).await?;
            let classes = object.all("objectClass").iter();
            let classes: Vec<String> = classes
                .map(|class| String::from_utf8_lossy(class).into_owned())
                .collect();
            account_name(is_user(&classes), Some(&name))
        }
        Ask::Bind { .. }
        | Ask::Search { .. }
        | Ask::Delete { .. }
        | Ask::Extended { .. }
        | Ask::Other => None,
    }
}

pub(super) fn translate(code: u32, text: &str, ask: &Ask, longest: &Longest) -> Option<Refusal> {
    match code {
        19 if text.contains("sAMAccountName contains invalid") => {
            Some(Refusal::new(80, INVALID_ACCOUNT_NAME))
        }
        19 if text.contains("userPrincipalName") => Some(violation(
            "000021C8",
            "DSID-03200BBA",
            "90290 (userPrincipalName)",
        )),
        21 if text.starts_with("0000200B") => {
            let name = too_long(ask, longest)?;
            Some(violation(
                "00002082",
                "DSID-03151785",
                &format!("0 ({name})"),
            ))
        }
        _ => None,
    }
}

/// The attribute that is given a value longer than the schema allows.
fn too_long(ask: &Ask, longest: &Longest) -> Option<String> {
    let given: Vec<&Attribute> = match ask {
        Ask::Add { attributes, .. } => attributes.iter().collect(),
        Ask::Modify { changes, .. } => changes.iter().map(|(_, attribute)| attribute).collect(),
        Ask::Bind { .. }
        | Ask::Search { .. }
        | Ask::Rename { .. }
        | Ask::Delete { .. }
        | Ask::Extended { .. }
        | Ask::Other => Vec::new(),
    };
    let mut long = given.into_iter().filter(|(name, values)| {
        let most = longest.get(&name.to_lowercase());
        let length = |value: &Vec<u8>| String::from_utf8_lossy(value).chars().count();
        most.is_some_and(|&most| values.iter().any(|value| length(value) > most))
    });
    long.next().map(|(name, _)| name.clone())
}

/// A value that does not satisfy a rule of its attribute.
fn violation(error: &str, place: &str, attribute: &str) -> Refusal {
    Refusal::new(
        19,
        format!(
            "{error}: AtrErr: {place}, #1:\n\t0: {error}: {place}, problem 1005 (CONSTRAINT_ATT_TYPE), data 0, \
             Att {attribute}\n"
        ),
    )
}

/// The first part of a name, if it is too long.
fn common_name(dn: &str) -> Option<Refusal> {
    let is_too_long = first_length(dn) > MAX_COMMON_NAME;
    is_too_long.then(|| violation("00002082", "DSID-03151785", "3 (cn)"))
}

fn account_name(is_user: bool, name: Option<&str>) -> Option<Refusal> {
    let is_too_long = name?.chars().count() > MAX_ACCOUNT_NAME;
    (is_user && is_too_long).then(|| Refusal::new(80, INVALID_ACCOUNT_NAME))
}

fn is_user(classes: &[String]) -> bool {
    let has = |class: &str| {
        classes
            .iter()
            .any(|found| found.eq_ignore_ascii_case(class))
    };
    has("user") && !has("computer")
}

/// The values of an attribute as texts.
pub(super) fn values(attributes: &[Attribute], name: &str) -> Vec<String> {
    let found = attributes
        .iter()
        .filter(|(found, _)| found.eq_ignore_ascii_case(name));
    let values = found.flat_map(|(_, values)| values);
    values
        .map(|value| String::from_utf8_lossy(value).into_owned())
        .collect()
}
