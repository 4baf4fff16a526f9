//! What both generations do with a list of people: compare it with the last one, and ask for whoever is missing.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::Error;
use super::http::{Http, Outcome, Request, Unusable};
use super::pace::Endpoint;
use crate::hr::{RawRecord, RawValue, Schema};

/// Up to so many people may be missing before their share counts.
const FEW: usize = 20;

/// How many people are asked for at a time.
const AT_A_TIME: usize = 4;

/// Whom the last good run had.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Last {
    /// Their ids in Personio; empty if there was no run, or if the policy's key is not Personio's `id`.
    pub ids: BTreeSet<Arc<str>>,
}

/// Whether the policy knows people by Personio's `id`, so that one can be asked for.
pub fn keyed_by_id(schema: &Schema) -> bool {
    let key = schema.attributes().get(schema.key());
    key.is_some_and(|key| key.source.as_ref() == "id")
}

/// The id of a record, as a text.
pub(super) fn id_of(record: &RawRecord, schema: &Schema) -> Option<Arc<str>> {
    let key = schema.source_of(schema.key())?;
    match record.fields.get(key)?.as_ref()? {
        RawValue::Integer(number) => Some(number.to_string().into()),
        RawValue::Text(text) => Some(text.as_str().into()),
        RawValue::Null
        | RawValue::Decimal(_)
        | RawValue::Bool(_)
        | RawValue::List(_)
        | RawValue::Record(_)
        | RawValue::Reference(_)
        | RawValue::Photo(_)
        | RawValue::Unusable(_) => None,
    }
}

/// Those of the last run whom the list lacks, in their order; refused where they are too many to be believed.
pub(super) fn missing(last: &Last, listed: &BTreeSet<Arc<str>>) -> Result<Vec<Arc<str>>, Error> {
    let missing: Vec<Arc<str>> = last.ids.difference(listed).cloned().collect();
    if missing.len() > FEW && missing.len() * 2 > last.ids.len() {
        return Err(Error::Shrunk {
            before: last.ids.len(),
            now: listed.len(),
            missing: missing.len(),
        });
    }
    Ok(missing)
}

/// Those of these people whom Personio has; asked for one by one, for 404 alone means that somebody is gone.
pub(super) async fn still_there(
    http: &Http<'_>,
    endpoint: Endpoint,
    ids: &[Arc<str>],
) -> Result<Vec<Arc<str>>, Error> {
    let ask = async |id: Arc<str>| -> Result<Option<Arc<str>>, Error> {
        let path = path_of(endpoint, &id);
        let request = Request::get(endpoint, path, &[]);
        match http.exchange(&request, is_object).await? {
            Outcome::Found(()) => Ok(Some(id)),
            Outcome::Nothing => Ok(None),
            Outcome::Forbidden(says) => Err(super::right_to_people(endpoint, says)),
        }
    };
    let asked = stream::iter(ids.iter().cloned().map(ask)).buffer_unordered(AT_A_TIME);
    let found: Vec<Option<Arc<str>>> = asked.try_collect().await?;
    let mut found: Vec<Arc<str>> = found.into_iter().flatten().collect();
    found.sort();
    Ok(found)
}

/// The address of one person.
pub(super) fn path_of(endpoint: Endpoint, id: &str) -> String {
    let id = escaped(id);
    if endpoint == Endpoint::Employee {
        format!("/v1/company/employees/{id}")
    } else {
        format!("/v2/persons/{id}")
    }
}

/// An id as one segment of a path: ids are numbers and UUIDs, and whatever else is in one ends no segment.
pub(super) fn escaped(id: &str) -> String {
    let mut escaped = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~') {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

fn is_object(body: &[u8]) -> Result<(), Unusable> {
    serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body)
        .map(drop)
        .map_err(|_| Unusable("the answer is no JSON object".to_owned()))
}
