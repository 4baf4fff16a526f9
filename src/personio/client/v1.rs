//! The first generation: one list that holds everything, in pages of which each tells how many there are.
//!
//! Pages are counted in people and unsorted, so somebody who comes or goes meanwhile shifts the rows behind. The totals
//! of all pages have to agree with each other and with what arrived, nobody may stand in them twice; else everything is
//! read again. Sources: <https://developer.personio.de/docs/pagination-adoption-guide-for-v1-get-employees-endpoint>.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};

use super::absences;
use super::http::{Http, Outcome, Request, Unusable};
use super::list::{self, Last, id_of};
use super::pace::Endpoint;
use super::pictures;
use super::released::{self, Listed};
use super::{Error, Version, right_to_people};
use crate::hr::{RawRecord, Schema};
use crate::personio::paging::{self, Page};
use crate::personio::recording::{File, read_file};

/// The most people of one page since 2025.
const LIMIT: usize = 100;

/// How many pages are asked for at a time.
const AT_A_TIME: usize = 4;

/// How often the list is read before it counts as one that is never whole.
const ATTEMPTS: u32 = 3;

/// People of whom it can be said that all of them lack an attribute.
const MANY: usize = 10;

/// The most pages: at 100 people each, ten million.
const MAX_PAGES: usize = 100_000;

/// `updated_since` has no offset, and nothing says in whose zone it is: this is before any of them.
const ANY_ZONE: SignedDuration = SignedDuration::from_hours(15);

const PATH: &str = "/v1/company/employees";

/// All people.
pub(super) async fn read(
    http: &Http<'_>,
    schema: &Schema,
    last: &Last,
) -> Result<Vec<RawRecord>, Error> {
    if let Some((position, _)) = schema.employments() {
        let source = schema.source_of(position).unwrap_or_default();
        return Err(Error::OtherVersion {
            version: 1,
            missing: released::of_source(schema, source, None),
        });
    }
    let listed = Listed::ask(http).await?;
    let projection = projection(schema, listed.as_ref());
    let mut attempts = 1;
    let began = (http.world().now)();
    let (mut records, ids) = loop {
        match whole(http, schema, &projection, last).await {
            Err(Error::Incomplete { .. } | Error::Hidden { .. } | Error::Shrunk { .. })
                if attempts < ATTEMPTS =>
            {
                attempts += 1;
            }
            Err(Error::Incomplete { why, .. }) => return Err(Error::Incomplete { why, attempts }),
            other => break other?,
        }
    };
    renew(http, schema, &projection, began, &mut records, &ids).await?;
    absences::fill(http, schema, Version::One, &mut records).await?;
    pictures::fill(http, schema, &mut records).await?;
    released::prove_asking(http, &mut records, schema, listed, Version::One).await?;
    Ok(records)
}

/// One reading of the whole list, or why it was not whole.
async fn whole(
    http: &Http<'_>,
    schema: &Schema,
    projection: &[String],
    last: &Last,
) -> Result<(Vec<RawRecord>, BTreeMap<Arc<str>, usize>), Error> {
    let mut files = vec![page(http, schema, projection, 0, None).await?];
    let total = files
        .iter()
        .flat_map(|file| &file.pages)
        .find_map(|page| page.metadata);
    let pages = total.map_or(1, |total| {
        usize::try_from(total.pages).unwrap_or(usize::MAX)
    });
    if pages > MAX_PAGES {
        let why = format!("it says that it has {pages} pages");
        return Err(incomplete(why));
    }
    let of = total.and_then(|total| usize::try_from(total.people).ok());
    let read = std::sync::atomic::AtomicUsize::new(0);
    let report = |file: &File| {
        let order = std::sync::atomic::Ordering::Relaxed;
        let before = read.fetch_add(file.records.len(), order);
        (http.world().progress)(before + file.records.len(), of);
    };
    files.iter().for_each(report);
    let report = &report;
    let others = (1..pages).map(|number| async move {
        let file = page(http, schema, projection, number, None).await?;
        report(&file);
        Ok::<File, Error>(file)
    });
    let others: Vec<File> = stream::iter(others)
        .buffered(AT_A_TIME)
        .try_collect()
        .await?;
    files.extend(others);
    let told: Vec<Page> = files
        .iter()
        .flat_map(|file| file.pages.iter().cloned())
        .collect();
    paging::check_complete(&told).map_err(|error| incomplete(error.to_string()))?;
    same_attributes(&files)?;
    let records: Vec<RawRecord> = files.into_iter().flat_map(|file| file.records).collect();
    if records.is_empty() {
        return Err(incomplete("it lists nobody".to_owned()));
    }
    let mut ids = BTreeMap::new();
    for (index, record) in records.iter().enumerate() {
        let Some(id) = id_of(record, schema) else {
            continue;
        };
        if ids.insert(id.clone(), index).is_some() {
            return Err(incomplete(format!("{id} stands in it twice")));
        }
    }
    let listed: BTreeSet<Arc<str>> = ids.keys().cloned().collect();
    let missing = list::missing(last, &listed)?;
    let hidden = list::still_there(http, Endpoint::Employee, &missing).await?;
    if hidden.is_empty() {
        return Ok((records, ids));
    }
    Err(Error::Hidden { ids: hidden })
}

/// Refuses a page on which nobody has an attribute that everybody of another page has: attributes are sent of everybody
/// or of nobody, or of those who have a value. Of few people nothing can be said.
fn same_attributes(files: &[File]) -> Result<(), Error> {
    let large: Vec<&File> = files
        .iter()
        .filter(|file| file.records.len() >= MANY)
        .collect();
    let sources = large
        .iter()
        .flat_map(|file| &file.records)
        .map(|record| record.fields.len())
        .max();
    for index in 0..sources.unwrap_or_default() {
        let sent = |record: &RawRecord| record.fields.get(index).is_some_and(Option::is_some);
        let by_everybody = large.iter().any(|file| file.records.iter().all(sent));
        let by_nobody = large.iter().any(|file| !file.records.iter().any(sent));
        if by_everybody && by_nobody {
            let why = "one page has attributes that another one lacks";
            return Err(incomplete(why.to_owned()));
        }
    }
    Ok(())
}

/// Takes in who changed while the list was read, as they are now.
///
/// What the list said of them was true a moment ago, so nothing depends on this answer: whoever is new waits for the next
/// run, and an answer that is not whole is left alone.
async fn renew(
    http: &Http<'_>,
    schema: &Schema,
    projection: &[String],
    began: Timestamp,
    records: &mut [RawRecord],
    ids: &BTreeMap<Arc<str>, usize>,
) -> Result<(), Error> {
    let since = began.checked_sub(ANY_ZONE).unwrap_or(began);
    let since = since.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    for number in 0..MAX_PAGES {
        let changed = match page(http, schema, projection, number, Some(&since)).await {
            Ok(changed) => changed,
            Err(Error::Refused { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        for record in changed.records {
            let known = id_of(&record, schema).and_then(|id| ids.get(&id).copied());
            if let Some(before) = known.and_then(|index| records.get_mut(index))
                && has_all(&record, before)
            {
                before.fields = record.fields;
            }
        }
        let told = changed.pages.first().and_then(|page| page.metadata);
        if told.is_none_or(|told| told.page + 1 >= told.pages || told.page != number as u64) {
            break;
        }
    }
    Ok(())
}

/// Whether a record has every attribute that the one before it has.
fn has_all(record: &RawRecord, before: &RawRecord) -> bool {
    let mut both = before.fields.iter().zip(&record.fields);
    both.all(|(before, now)| before.is_none() || now.is_some())
}

/// One page, counted from 0.
async fn page(
    http: &Http<'_>,
    schema: &Schema,
    projection: &[String],
    number: usize,
    since: Option<&str>,
) -> Result<File, Error> {
    let limit = LIMIT.to_string();
    let offset = (number * LIMIT).to_string();
    let mut query = vec![("limit", limit.as_str()), ("offset", offset.as_str())];
    query.extend(projection.iter().map(|key| ("attributes[]", key.as_str())));
    query.extend(since.map(|since| ("updated_since", since)));
    let name = match since {
        None => format!("Personio's page {number}"),
        Some(_) => "Personio's list of changes".to_owned(),
    };
    let parse = |body: &[u8]| {
        let file = read_file(&name, body, schema).map_err(|error| Unusable(error.to_string()))?;
        match file.pages.as_slice() {
            [_] => Ok(file),
            _ => Err(Unusable("it holds several answers".to_owned())),
        }
    };
    match http
        .exchange(&Request::get(Endpoint::Employees, PATH, &query), parse)
        .await?
    {
        Outcome::Found(file) => Ok(file),
        Outcome::Nothing => Err(Error::BadAnswer {
            endpoint: Endpoint::Employees,
            why: "status 404".to_owned(),
            attempts: 1,
        }),
        Outcome::Forbidden(says) => Err(right_to_people(Endpoint::Employees, says)),
    }
}

/// The keys to ask for; none, which asks for everything, where some name of the policy cannot be led to a key.
fn projection(schema: &Schema, listed: Option<&Listed>) -> Vec<String> {
    let Some(listed) = listed else {
        return Vec::new();
    };
    let sources = schema.sources().iter();
    let keys = sources
        .filter(|source| !absences::is_absence(source))
        .map(|source| match listed.key(source) {
            Some(key) => Some(key.to_owned()),
            // The list need not have it, but it always comes.
            None if source.as_ref() == "id" => Some("id".to_owned()),
            None => None,
        });
    keys.collect::<Option<Vec<String>>>().unwrap_or_default()
}

fn incomplete(why: String) -> Error {
    Error::Incomplete { why, attempts: 1 }
}
