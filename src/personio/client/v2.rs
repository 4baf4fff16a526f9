//! The second generation: persons, the employments of each, and the names that they refer to.
//!
//! Nothing tells how many people there are, and only persons tell when they changed. So persons are listed twice, before
//! their employments are read and after: whoever is in both lists and did not change was read whole, all others are asked
//! for by id. That costs one request for fifty people, beside the one for each person's employments.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::value::RawValue as Json;

use super::absences;
use super::http::{Http, Outcome, Request, Unusable};
use super::list::{self, Last, escaped, path_of};
use super::pace::Endpoint;
use super::pictures;
use super::released::{self, Listed as Released};
use super::{Error, Said, Version, right_to_people};
use crate::hr::{At, Place, RawRecord, Schema};
use crate::personio::wire::v2::{Listed, Person, Refers, Tables, Wanted, rows};

/// The most persons, and employments, of one page.
const LIMIT: &str = "50";

/// The most rows of a table's page.
const ROWS: &str = "100";

/// How many people's employments are asked for at a time.
const AT_A_TIME: usize = 16;

/// The most pages of one list: at 50 people each, ten million.
const MAX_PAGES: usize = 200_000;

/// How often everything is read before a list counts as one that is never whole.
const ATTEMPTS: u32 = 3;

/// Up to so many people may differ between two lists before their share counts.
const FEW: usize = 20;

/// All people.
pub(super) async fn read(
    http: &Http<'_>,
    schema: &Schema,
    last: &Last,
) -> Result<Vec<RawRecord>, Error> {
    let wanted = Wanted::new(schema);
    let absent = wanted.absent();
    let missing: Vec<_> = absent
        .flat_map(|index| released::of_source(schema, index, None))
        .collect();
    if !missing.is_empty() {
        return Err(Error::OtherVersion {
            version: 2,
            missing,
        });
    }
    let mut attempts = 1;
    let people = loop {
        match whole(http, &wanted, last, attempts == ATTEMPTS).await {
            Err(Error::Incomplete { .. } | Error::Hidden { .. } | Error::Shrunk { .. })
                if attempts < ATTEMPTS =>
            {
                attempts += 1;
            }
            Err(Error::Incomplete { why, .. }) => return Err(Error::Incomplete { why, attempts }),
            other => break other?,
        }
    };
    let file: Arc<str> = "Personio".into();
    let mut records: Vec<RawRecord> = (1..)
        .zip(people.into_values())
        .map(|(number, person)| RawRecord {
            place: Place {
                file: file.clone(),
                at: At::Record(number),
            },
            fields: person.fields,
        })
        .collect();
    absences::fill(http, schema, Version::Two, &mut records).await?;
    pictures::fill(http, schema, &mut records).await?;
    let released = Released::ask(http).await?;
    released::prove_asking(http, &mut records, schema, released, Version::Two).await?;
    Ok(records)
}

/// One reading of everybody, by id.
async fn whole(
    http: &Http<'_>,
    wanted: &Wanted<'_>,
    last: &Last,
    finally: bool,
) -> Result<BTreeMap<Arc<str>, Person>, Error> {
    let mut tables = Tables::new();
    for table in wanted.tables() {
        tables.insert(table, names(http, table).await?);
    }
    let listed = AtomicUsize::new(0);
    let first = persons(http, wanted, &|count| {
        let before = listed.fetch_add(count, Ordering::Relaxed);
        (http.world().progress)(before + count, None);
    })
    .await?;
    if first.is_empty() {
        return Err(incomplete("it lists nobody".to_owned()));
    }
    // Before thousands of requests are spent on a list that is not believed.
    list::missing(last, &first.keys().cloned().collect())?;
    let of = first.len();
    let done = AtomicUsize::new(0);
    let mut people = BTreeMap::new();
    let complete = async |person: Person| {
        let person = employed(http, wanted, &tables, person).await?;
        (http.world().progress)(done.fetch_add(1, Ordering::Relaxed) + 1, Some(of));
        Ok::<_, Error>(person)
    };
    let mut read = stream::iter(first.values().cloned().map(complete)).buffer_unordered(AT_A_TIME);
    while let Some(person) = read.try_next().await? {
        people.extend(person.map(|person| (person.id.clone(), person)));
    }
    drop(read);
    let second = persons(http, wanted, &|_| {}).await?;
    // Who came, went or changed meanwhile, and whom one of the lists passed over when rows shifted.
    let either: BTreeSet<&Arc<str>> = first.keys().chain(second.keys()).collect();
    let same = |id: &&&Arc<str>| {
        let before = first.get(**id);
        people.contains_key(**id) && before.is_some_and(|person| second.get(**id) == Some(person))
    };
    let doubtful: Vec<Arc<str>> = either
        .iter()
        .filter(|id| !same(id))
        .map(|id| (**id).clone())
        .collect();
    let too_many = |count: usize| count > FEW && count * 20 > either.len();
    if too_many(doubtful.len()) {
        let why = format!(
            "two lists of people, one after the other, differ in {} of them",
            doubtful.len()
        );
        return Err(incomplete(why));
    }
    // An employment that does not tell its state, where those of others do, may have been cut short on the way.
    let without_state = |people: &BTreeMap<Arc<str>, Person>| -> Vec<Arc<str>> {
        let states = |told| people.values().filter(move |one| one.states == Some(told));
        let told = states(true).next().is_some();
        let lacking = states(false).filter(|_| told);
        lacking.map(|person| person.id.clone()).collect()
    };
    let cut_short = without_state(&people);
    let again = cut_short.into_iter().filter(|id| !doubtful.contains(id));
    let again: Vec<Arc<str>> = again.collect();
    let again = if too_many(again.len()) {
        Vec::new()
    } else {
        again
    };
    for id in doubtful.into_iter().chain(again) {
        people.remove(&id);
        if let Some(person) = one(http, wanted, &id).await? {
            let person = employed(http, wanted, &tables, person).await?;
            people.extend(person.map(|person| (id, person)));
        }
    }
    for id in without_state(&people) {
        if let Some(person) = people.get_mut(&id) {
            wanted.unsettle(person);
        }
    }
    // An id without a name may be a department of just now. One that stays so is left to whoever types the record.
    if !finally && people.values().any(|person| wanted.is_unresolved(person)) {
        return Err(incomplete(
            "a name was missing in Personio's lists of names".to_owned(),
        ));
    }
    let listed: BTreeSet<Arc<str>> = people.keys().cloned().collect();
    let missing = list::missing(last, &listed)?;
    let hidden = list::still_there(http, Endpoint::Person, &missing).await?;
    if hidden.is_empty() {
        return Ok(people);
    }
    Err(Error::Hidden { ids: hidden })
}

/// Everybody as they are listed, by id; `page` is told how many are on each page.
async fn persons(
    http: &Http<'_>,
    wanted: &Wanted<'_>,
    page: &(dyn Fn(usize) + Sync),
) -> Result<BTreeMap<Arc<str>, Person>, Error> {
    let endpoint = Endpoint::Persons;
    let parse = |body: &[u8]| {
        let persons = wanted.persons(body).map_err(Unusable)?;
        page(persons.items.len());
        Ok(persons)
    };
    let listed = pages(
        http,
        endpoint,
        "/v2/persons",
        &[("limit", LIMIT)],
        parse,
        right_to_people,
    )
    .await?;
    let mut people = BTreeMap::new();
    for person in listed {
        let id = person.id.clone();
        if people.insert(id.clone(), person).is_some() {
            return Err(incomplete(format!("{id} stands in it twice")));
        }
    }
    Ok(people)
}

/// One person, without employments; `None` if they are gone.
async fn one(http: &Http<'_>, wanted: &Wanted<'_>, id: &str) -> Result<Option<Person>, Error> {
    let endpoint = Endpoint::Person;
    let path = path_of(endpoint, id);
    let parse = |body: &[u8]| wanted.one(body).map_err(Unusable);
    match http
        .exchange(&Request::get(endpoint, path, &[]), parse)
        .await?
    {
        Outcome::Found(person) => Ok(Some(person)),
        Outcome::Nothing => Ok(None),
        Outcome::Forbidden(says) => Err(right_to_people(endpoint, says)),
    }
}

/// A person with what their employments say; nothing for somebody who is deleted meanwhile. Whose employments cannot be
/// found, or lack one that the person is told to have, is asked for again, in case that changed just now.
async fn employed(
    http: &Http<'_>,
    wanted: &Wanted<'_>,
    tables: &Tables,
    mut person: Person,
) -> Result<Option<Person>, Error> {
    if !wanted.employments() {
        return Ok(Some(person));
    }
    let endpoint = Endpoint::Employments;
    let path = format!("/v2/persons/{}/employments", escaped(&person.id));
    let parse = |body: &[u8]| Wanted::employment_page(body).map_err(Unusable);
    let mut attempts = 1;
    let all = loop {
        let all = pages(
            http,
            endpoint,
            &path,
            &[("limit", LIMIT)],
            parse,
            right_to_people,
        )
        .await;
        let all: Option<Vec<Box<Json>>> = match all {
            Err(Error::BadAnswer { why, .. }) if why == NOT_FOUND => None,
            other => Some(other?),
        };
        if let Some(all) = all.filter(|all| Wanted::has_all(&person, all)) {
            break all;
        }
        if attempts == ATTEMPTS {
            return Err(incomplete(format!(
                "{} is there, and an employment of theirs is not",
                person.id
            )));
        }
        attempts += 1;
        match one(http, wanted, &person.id).await? {
            Some(renewed) => person = renewed,
            None => return Ok(None),
        }
    };
    let filled = wanted.employ(&mut person, &all, tables);
    filled.map_err(|why| Error::BadAnswer {
        endpoint,
        why,
        attempts: 1,
    })?;
    Ok(Some(person))
}

/// The names of a table, by id.
pub(super) async fn names(
    http: &Http<'_>,
    table: Refers,
) -> Result<BTreeMap<Arc<str>, Arc<str>>, Error> {
    let (endpoint, path, ty, what, scope) = match table {
        Refers::Department | Refers::Team => (
            Endpoint::OrgUnits,
            "/v2/org-units",
            Some(if table == Refers::Team {
                "team"
            } else {
                "department"
            }),
            "read departments and teams",
            "personio:org-units:read",
        ),
        Refers::Workplace => (
            Endpoint::Workplaces,
            "/v2/workplaces",
            None,
            "read offices",
            "personio:workplaces:read",
        ),
        Refers::LegalEntity => (
            Endpoint::LegalEntities,
            "/v2/legal-entities",
            None,
            "read subcompanies",
            "personio:legal-entities:read",
        ),
        Refers::CostCenter => (
            Endpoint::CostCenters,
            "/v2/cost-centers",
            None,
            "read cost centers",
            "personio:cost-centers:read",
        ),
    };
    let right = |_, says| Error::Right { what, says, scope };
    rows_twice(http, endpoint, path, ty, right).await
}

/// The names of the kinds of absence, by id.
pub(super) async fn absence_types(http: &Http<'_>) -> Result<BTreeMap<Arc<str>, Arc<str>>, Error> {
    let right = |_, says| Error::Right {
        what: "read absences",
        says,
        scope: "personio:absences:read",
    };
    rows_twice(
        http,
        Endpoint::AbsenceTypes,
        "/v2/absence-types",
        None,
        right,
    )
    .await
}

/// The rows of a table, by id.
async fn rows_twice(
    http: &Http<'_>,
    endpoint: Endpoint,
    path: &str,
    ty: Option<&str>,
    right: impl Fn(Endpoint, Said) -> Error,
) -> Result<BTreeMap<Arc<str>, Arc<str>>, Error> {
    let mut query = vec![("limit", ROWS)];
    query.extend(ty.map(|ty| ("type", ty)));
    // Nothing tells how many rows there are, either: twice the same list is a whole one.
    let mut before = None;
    for _ in 0..=ATTEMPTS {
        let listed = pages(
            http,
            endpoint,
            path,
            &query,
            |body| rows(body).map_err(Unusable),
            &right,
        )
        .await?;
        let names: BTreeMap<Arc<str>, Arc<str>> = listed.into_iter().collect();
        if before.as_ref() == Some(&names) {
            return Ok(names);
        }
        before = Some(names);
    }
    Err(incomplete(format!(
        "{endpoint} never gave the same list twice"
    )))
}

/// What a list says that is not there.
const NOT_FOUND: &str = "status 404";

/// All pages of a list. A cursor that comes again leads round in a circle: then the list is read anew, for it cannot be
/// known which of its answers was wrong.
pub(super) async fn pages<T>(
    http: &Http<'_>,
    endpoint: Endpoint,
    path: &str,
    query: &[(&str, &str)],
    parse: impl Fn(&[u8]) -> Result<Listed<T>, Unusable>,
    right: impl Fn(Endpoint, Said) -> Error,
) -> Result<Vec<T>, Error> {
    for _ in 0..ATTEMPTS {
        if let Some(items) = straight(http, endpoint, path, query, &parse, &right).await? {
            return Ok(items);
        }
    }
    Err(Error::BadAnswer {
        endpoint,
        why: "the link to the next page leads back to one that was read".to_owned(),
        attempts: ATTEMPTS,
    })
}

/// All pages of a list, one after the other; nothing where they lead round in a circle.
async fn straight<T>(
    http: &Http<'_>,
    endpoint: Endpoint,
    path: &str,
    query: &[(&str, &str)],
    parse: impl Fn(&[u8]) -> Result<Listed<T>, Unusable>,
    right: impl Fn(Endpoint, Said) -> Error,
) -> Result<Option<Vec<T>>, Error> {
    let mut items = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut cursor: Option<String> = None;
    // Some lists were not generally available once, and are 404 without this; then it is sent for all of their pages.
    let mut beta = false;
    loop {
        let mut query = query.to_vec();
        query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let request = Request {
            beta,
            ..Request::get(endpoint, path, &query)
        };
        let page = match http.exchange(&request, &parse).await? {
            Outcome::Found(page) => page,
            Outcome::Nothing if !beta && may_be_beta(endpoint) => {
                beta = true;
                continue;
            }
            Outcome::Nothing => {
                return Err(Error::BadAnswer {
                    endpoint,
                    why: NOT_FOUND.to_owned(),
                    attempts: 1,
                });
            }
            Outcome::Forbidden(says) => return Err(right(endpoint, says)),
        };
        items.extend(page.items);
        let Some(next) = page.next else {
            return Ok(Some(items));
        };
        if !seen.insert(next.clone()) {
            return Ok(None);
        }
        if seen.len() > MAX_PAGES {
            return Err(incomplete(format!("it has more than {MAX_PAGES} pages")));
        }
        cursor = Some(next);
    }
}

fn may_be_beta(endpoint: Endpoint) -> bool {
    matches!(
        endpoint,
        Endpoint::OrgUnits | Endpoint::Workplaces | Endpoint::CostCenters
    )
}

fn incomplete(why: String) -> Error {
    Error::Incomplete { why, attempts: 1 }
}
