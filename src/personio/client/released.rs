//! Whether what is not there was not sent: Personio leaves out, without a word, what a credential may not read, and a
//! last day that is never sent reads like one that nobody has (G6).
//!
//! An attribute is released if the list of the credential's attributes has it, or if it was sent. Of the last day that
//! is not enough, for `null` everywhere proves nothing: without that list somebody who is inactive must have one. And a
//! termination that is null does not tell what would be sent in it.

use std::sync::Arc;

use serde::Deserialize;

use super::error::Missing;
use super::http::{Http, Outcome, Request, Unusable};
use super::pace::Endpoint;
use super::{Error, Version};
use crate::diagnostic::did_you_mean;
use crate::hr::{Attribute, RawRecord, RawValue, Schema};
use crate::personio::wire::v2::{attribute_of, is_within};

/// Personio's name of the last day of employment.
const LAST_DAY: &str = "termination_date";

/// Personio's name of the state of employment.
const STATUS: &str = "status";

/// The attributes of a credential, as `/v1/company/employees/attributes` lists them.
#[derive(Debug, Clone, Default)]
pub(super) struct Listed(Vec<ListedAttribute>);

/// One of them.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ListedAttribute {
    /// Its name, as `dynamic_2817401`.
    pub(super) key: String,
    /// A second name that is the same in every company, as `date_of_birth`.
    pub(super) universal_id: Option<String>,
}

impl Listed {
    /// Asks for the list; `None` where the credential may not read it.
    pub(super) async fn ask(http: &Http<'_>) -> Result<Option<Self>, Error> {
        #[derive(Deserialize)]
        struct Body {
            success: Option<bool>,
            data: Vec<ListedAttribute>,
        }
        let parse = |body: &[u8]| match serde_json::from_slice::<Body>(body) {
            Ok(Body { data, .. }) if data.is_empty() => {
                Err(Unusable("it lists no attribute at all".to_owned()))
            }
            Ok(Body {
                success: Some(true),
                data,
            }) => Ok(Self(data)),
            Ok(_) => Err(Unusable("it does not say `\"success\": true`".to_owned())),
            Err(_) => Err(Unusable("it is no list of attributes".to_owned())),
        };
        let request = Request::get(
            Endpoint::Attributes,
            "/v1/company/employees/attributes",
            &[],
        );
        match http.exchange(&request, parse).await {
            Ok(Outcome::Found(listed)) => Ok(Some(listed)),
            // Credentials are refused that are of the second generation alone.
            Ok(Outcome::Forbidden(_) | Outcome::Nothing)
            | Err(Error::Credentials { .. } | Error::Refused { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The key under which Personio sends what the policy calls `source`.
    pub(super) fn key(&self, source: &str) -> Option<&str> {
        let named = |one: &&ListedAttribute| {
            one.key == source || one.universal_id.as_deref() == Some(source)
        };
        self.0.iter().find(named).map(|one| one.key.as_str())
    }

    /// All of them.
    pub(super) fn attributes(&self) -> &[ListedAttribute] {
        &self.0
    }
}

/// Proves what [`prove`] does, and asks for the list once more before somebody is told that it lacks something.
pub(super) async fn prove_asking(
    http: &Http<'_>,
    records: &mut [RawRecord],
    schema: &Schema,
    listed: Option<Listed>,
    version: Version,
) -> Result<(), Error> {
    let assumed = &http.settings().assume_released;
    let proved = prove(records, schema, listed.as_ref(), assumed, version);
    match (proved, listed) {
        (Err(Error::NotReleased { .. } | Error::Unproved { .. }), Some(_)) => {
            let again = Listed::ask(http).await?;
            prove(records, schema, again.as_ref(), assumed, version)
        }
        (proved, _) => proved,
    }
}

/// Proves that each attribute of the policy is released, and sets what was not sent of somebody to nothing where that is
/// what it means: in version 2, which leaves out what is nothing, and of what the credential's list has. Else it stays
/// unknown, and whoever lacks it is set aside.
fn prove(
    records: &mut [RawRecord],
    schema: &Schema,
    listed: Option<&Listed>,
    assumed: &[Arc<str>],
    version: Version,
) -> Result<(), Error> {
    if records.is_empty() {
        return Ok(());
    }
    let is_assumed = |source: &str| assumed.iter().any(|one| one.as_ref() == source);
    let is_listed = |source: &str| listed.is_some_and(|listed| listed.key(source).is_some());
    let mut missing = Vec::new();
    let mut unproved = Vec::new();
    for (index, source) in schema.sources().iter().enumerate() {
        let sent = records.iter().any(|record| is_sent(record, index));
        // Version 1 sends what is released, be it null; and what everybody must have somebody has.
        let required = schema
            .attributes_from(index)
            .any(|attribute| !attribute.optional);
        let may_be_nothing = version == Version::Two && !required && is_listed(source);
        if !sent && !may_be_nothing && !is_assumed(source) {
            let hidden = version == Version::Two && is_within(source);
            let of_source = of_source(schema, index, listed);
            if listed.is_none() && !required && hidden {
                unproved.extend(of_source);
            } else {
                missing.extend(of_source);
            }
        } else if !sent || version == Version::Two || is_listed(source) {
            for record in &mut *records {
                if let Some(value @ None) = record.fields.get_mut(index) {
                    *value = Some(RawValue::Null);
                }
            }
        }
    }
    for field in employments(records, schema, &is_listed, &is_assumed) {
        if listed.is_none() && field.optional && field.source.contains('.') {
            unproved.push(of_field(field));
        } else {
            missing.push(of_field(field));
        }
    }
    if !missing.is_empty() {
        return Err(Error::NotReleased { missing });
    }
    if !unproved.is_empty() {
        return Err(Error::Unproved {
            missing: unproved,
            why: "nobody has one, and the credential may not list its attributes",
        });
    }
    if is_listed(LAST_DAY) || is_assumed(LAST_DAY) {
        return Ok(());
    }
    if let Some(last_day) = position(schema, LAST_DAY) {
        let status = position(schema, STATUS);
        let all = records.iter().map(|record| &*record.fields);
        seen(all, status, last_day).map_err(|why| Error::Unproved {
            missing: of_source(schema, last_day, listed),
            why,
        })?;
    }
    let Some((index, fields)) = employed(schema) else {
        return Ok(());
    };
    let status = fields
        .iter()
        .position(|field| field.source.as_ref() == STATUS);
    for (at, field) in fields.iter().enumerate() {
        if attribute_of(&field.source) == Some(LAST_DAY) && !is_assumed(&field.source) {
            let all = records.iter().flat_map(|record| objects(record, index));
            seen(all, status, at).map_err(|why| Error::Unproved {
                missing: vec![of_field(field)],
                why,
            })?;
        }
    }
    Ok(())
}

/// The same for the fields of employments: which of them nobody's employments have and nothing proves; what is proved
/// and was not sent of one is nothing there.
fn employments<'s>(
    records: &mut [RawRecord],
    schema: &'s Schema,
    is_listed: &impl Fn(&str) -> bool,
    is_assumed: &impl Fn(&str) -> bool,
) -> Vec<&'s Attribute> {
    let mut missing = Vec::new();
    let Some((index, fields)) = employed(schema) else {
        return missing;
    };
    for (at, field) in fields.iter().enumerate() {
        let name = attribute_of(&field.source);
        let assumed = is_assumed(&field.source) || name.is_some_and(is_assumed);
        let may_be_nothing = field.optional && name.is_some_and(is_listed);
        let sent = |object: &[Option<RawValue>]| {
            !matches!(
                object.get(at).and_then(Option::as_ref),
                None | Some(RawValue::Unusable(_))
            )
        };
        let is_sent = records
            .iter()
            .flat_map(|record| objects(record, index))
            .any(sent);
        if !is_sent && !may_be_nothing && !assumed {
            missing.push(field);
            continue;
        }
        for record in &mut *records {
            let Some(Some(RawValue::List(items))) = record.fields.get_mut(index) else {
                continue;
            };
            for item in items {
                if let RawValue::Record(object) = item
                    && let Some(value @ None) = object.get_mut(at)
                {
                    *value = Some(RawValue::Null);
                }
            }
        }
    }
    missing
}

/// The source of the employments, and the fields of each, where the policy wants them.
fn employed(schema: &Schema) -> Option<(usize, &[Attribute])> {
    let (position, fields) = schema.employments()?;
    Some((schema.source_of(position)?, fields))
}

/// The employments of a record.
fn objects(record: &RawRecord, index: usize) -> impl Iterator<Item = &[Option<RawValue>]> {
    let items: &[RawValue] = if let Some(RawValue::List(items)) = field(record, index) {
        items
    } else {
        &[]
    };
    items.iter().filter_map(|item| {
        if let RawValue::Record(fields) = item {
            return Some(&**fields);
        }
        None
    })
}

/// Proves by those who are inactive that a last day would be sent: one of them must have it, or why that proves nothing.
fn seen<'r>(
    all: impl Iterator<Item = &'r [Option<RawValue>]>,
    status: Option<usize>,
    last_day: usize,
) -> Result<(), &'static str> {
    let value = |fields: &'r [Option<RawValue>], index| fields.get(index).and_then(Option::as_ref);
    let inactive = |fields: &&'r [Option<RawValue>]| match status {
        Some(status) => {
            matches!(value(fields, status), Some(RawValue::Text(text)) if text.eq_ignore_ascii_case("inactive"))
        }
        None => true,
    };
    let dated = |fields| match value(fields, last_day) {
        Some(RawValue::Text(text)) => !text.trim().is_empty(),
        Some(RawValue::Null | RawValue::Unusable(_)) | None => false,
        Some(_) => true,
    };
    let mut anybody = false;
    for fields in all.filter(inactive) {
        if dated(fields) {
            return Ok(());
        }
        anybody = true;
    }
    Err(match (status, anybody) {
        (Some(_), true) => {
            "nobody who is inactive has one, and the credential may not list its attributes"
        }
        (Some(_), false) => "nobody is inactive, and the credential may not list its attributes",
        (None, _) => "nobody has one, and the credential may not list its attributes",
    })
}

fn of_field(field: &Attribute) -> Missing {
    Missing {
        attribute: field.name.clone(),
        source: field.source.clone(),
        near: None,
    }
}

/// The attributes of the policy that come from that source.
pub(super) fn of_source(schema: &Schema, index: usize, listed: Option<&Listed>) -> Vec<Missing> {
    let attributes = schema.attributes_from(index);
    let missing = attributes.map(|attribute| {
        let keys = listed.map(Listed::attributes).unwrap_or_default();
        let keys = keys.iter().map(|one| one.key.as_str());
        Missing {
            attribute: attribute.name.clone(),
            source: attribute.source.clone(),
            near: did_you_mean(&attribute.source, keys).map(str::to_owned),
        }
    });
    missing.collect()
}

fn position(schema: &Schema, source: &str) -> Option<usize> {
    schema
        .sources()
        .iter()
        .position(|one| one.as_ref() == source)
}

/// Whether a record has an attribute, be it null; what stands in its place where it cannot be is no sign of it.
fn is_sent(record: &RawRecord, index: usize) -> bool {
    !matches!(field(record, index), None | Some(RawValue::Unusable(_)))
}

fn field(record: &RawRecord, index: usize) -> Option<&RawValue> {
    record.fields.get(index).and_then(Option::as_ref)
}
