//! How values stand in the database: times as RFC 3339, GUIDs as the bytes of `objectGUID`, lists as JSON.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::Row;
use uuid::Uuid;

use super::StoreError;
use super::prior::{MembershipOwner, NameSpace, ValueOwner};
use crate::directory::Guid;
use crate::hr::PersonId;

/// The longest value that is shown in an error, in characters.
const MAX_SHOWN: usize = 60;

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A value that cannot have been written by this tool.
pub(crate) fn unreadable(what: &'static str, value: &str) -> StoreError {
    StoreError::Unreadable {
        path: PathBuf::new(),
        what,
        value: value.chars().take(MAX_SHOWN).collect(),
    }
}

pub(crate) fn time(text: &str) -> Result<Timestamp, StoreError> {
    text.parse().map_err(|_| unreadable("a time", text))
}

/// How many characters of a time are compared where texts are: up to the second they sort as time does.
const SECOND_CHARS: usize = 19;

/// A time as it stands in the database, up to the second.
pub(crate) fn second(at: &str) -> &str {
    at.get(..SECOND_CHARS).unwrap_or(at)
}

pub(crate) fn maybe_time(text: Option<&str>) -> Result<Option<Timestamp>, StoreError> {
    text.map(time).transpose()
}

pub(crate) fn person(text: &str) -> Result<PersonId, StoreError> {
    PersonId::parse(text).map_err(|_| unreadable("a person's id", text))
}

pub(crate) fn guid(bytes: &[u8]) -> Result<Guid, StoreError> {
    Guid::from_ad_bytes(bytes).ok_or_else(|| unreadable("a GUID", &format!("{bytes:02x?}")))
}

pub(crate) fn uuid(text: &str) -> Result<Uuid, StoreError> {
    Uuid::parse_str(text).map_err(|_| unreadable("a UUID", text))
}

pub(crate) fn count(number: i64) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|_| unreadable("a count", &number.to_string()))
}

/// A GUID column, where there is one.
pub(crate) fn maybe_guid(row: &Row<'_>, column: usize) -> Result<Option<Guid>, StoreError> {
    row.get::<_, Option<Vec<u8>>>(column)?
        .as_deref()
        .map(guid)
        .transpose()
}

/// A list of texts as JSON.
pub(crate) fn list_text(list: &[Arc<str>]) -> String {
    let list = list
        .iter()
        .map(|text| serde_json::Value::String(text.to_string()))
        .collect();
    serde_json::Value::Array(list).to_string()
}

pub(crate) fn list(text: &str) -> Result<Vec<Arc<str>>, StoreError> {
    serde_json::from_str(text)
        .map(|list: Vec<String>| list.into_iter().map(Arc::from).collect())
        .map_err(|_| unreadable("a list", text))
}

/// A map of texts as JSON.
pub(crate) fn map_text(map: &BTreeMap<Arc<str>, Arc<str>>) -> String {
    let map = map
        .iter()
        .map(|(key, value)| {
            (
                key.to_string(),
                serde_json::Value::String(value.to_string()),
            )
        })
        .collect();
    serde_json::Value::Object(map).to_string()
}

pub(crate) fn map(text: &str) -> Result<BTreeMap<Arc<str>, Arc<str>>, StoreError> {
    serde_json::from_str(text)
        .map(|map: BTreeMap<String, String>| {
            map.into_iter()
                .map(|(key, value)| (key.into(), value.into()))
                .collect()
        })
        .map_err(|_| unreadable("a map", text))
}

pub(crate) fn membership_owner_word(owner: MembershipOwner) -> &'static str {
    match owner {
        MembershipOwner::Granted => "granted",
        MembershipOwner::Adopted => "adopted",
        MembershipOwner::ByHand => "by hand",
    }
}

pub(crate) fn membership_owner(word: &str) -> Result<MembershipOwner, StoreError> {
    match word {
        "granted" => Ok(MembershipOwner::Granted),
        "adopted" => Ok(MembershipOwner::Adopted),
        "by hand" => Ok(MembershipOwner::ByHand),
        _ => Err(unreadable("an owner", word)),
    }
}

pub(crate) fn value_owner_word(owner: ValueOwner) -> &'static str {
    match owner {
        ValueOwner::Set => "set",
        ValueOwner::Adopted => "adopted",
        ValueOwner::ByHand => "by hand",
    }
}

pub(crate) fn value_owner(word: &str) -> Result<ValueOwner, StoreError> {
    match word {
        "set" => Ok(ValueOwner::Set),
        "adopted" => Ok(ValueOwner::Adopted),
        "by hand" => Ok(ValueOwner::ByHand),
        _ => Err(unreadable("an owner", word)),
    }
}

pub(crate) fn name_space_word(space: NameSpace) -> &'static str {
    match space {
        NameSpace::Login => "login",
        NameSpace::Address => "address",
        NameSpace::CommonName => "common name",
    }
}

pub(crate) fn name_space(word: &str) -> Result<NameSpace, StoreError> {
    match word {
        "login" => Ok(NameSpace::Login),
        "address" => Ok(NameSpace::Address),
        "common name" => Ok(NameSpace::CommonName),
        _ => Err(unreadable("a name space", word)),
    }
}
