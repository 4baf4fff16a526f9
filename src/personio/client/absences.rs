//! The absence of each person that counts on the day of the reading, for a policy that names one.
//!
//! They are another list beside the people, so it is whole or the reading fails. Neither generation promises that, so it
//! is read until it is the same twice; and only from yesterday on, for what is over is nobody's business here. Version 1
//! pages by numbers that begin at 1; a 0 would be page 1 once more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Span;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::http::{Http, Outcome, Request, Unusable};
use super::list::id_of;
use super::pace::Endpoint;
use super::{Error, Said, Version, v2};
use crate::hr::{RawRecord, RawValue, Schema};
use crate::personio::wire::absence::{self, Absence};

/// What a policy may name, as `from "absence.type"`.
const NAMES: &[&str] = &["absence.type", "absence.from", "absence.until"];

/// The most absences of one page of version 1.
const OLD_LIMIT: u64 = 200;

/// How often a list is read before it counts as one that never is the same twice.
const ATTEMPTS: u32 = 4;

/// The most pages.
const MAX_PAGES: u64 = 100_000;

/// How many days ahead the next absence may begin.
const AHEAD: i32 = 3 * 366;

/// Whether HR's name is one of an absence, and of no attribute.
pub(super) fn is_absence(source: &str) -> bool {
    NAMES.contains(&source)
}

/// Fills in the absence of each person, where the policy names anything of it.
pub(super) async fn fill(
    http: &Http<'_>,
    schema: &Schema,
    version: Version,
    records: &mut [RawRecord],
) -> Result<(), Error> {
    let index = |name: &str| {
        let mut sources = schema.sources().iter();
        sources.position(|source| source.as_ref() == name)
    };
    let [ty, from, until] = ["absence.type", "absence.from", "absence.until"].map(index);
    if ty.is_none() && from.is_none() && until.is_none() {
        return Ok(());
    }
    let today = (http.world().now)().to_zoned_datetime(TimeZone::UTC).date();
    let days = (shifted(today, -1), shifted(today, AHEAD));
    let mut before: Option<BTreeSet<Absence>> = None;
    let mut attempts = 0;
    let all = loop {
        if attempts == ATTEMPTS {
            let why = "the list of absences never was whole, and the same twice".to_owned();
            return Err(Error::Incomplete { why, attempts });
        }
        attempts += 1;
        let read = match version {
            Version::One => old(http, days).await?,
            Version::Two => new(http, days).await?,
        };
        if read.is_some() && read == before {
            break read.unwrap_or_default();
        }
        before = read;
    };
    let names = match (version, ty) {
        (Version::Two, Some(_)) => Some(v2::absence_types(http).await?),
        (Version::One | Version::Two, _) => None,
    };
    let counting = counting(all, days.1);
    for record in records {
        let id = id_of(record, schema);
        let absence = id.and_then(|id| counting.get(&id));
        let mut set = |index: Option<usize>, value: Option<String>| {
            if let Some(slot) = index.and_then(|index| record.fields.get_mut(index)) {
                *slot = Some(value.map_or(RawValue::Null, RawValue::Text));
            }
        };
        let name = absence.map(|absence| match &names {
            // A name that its list does not have is told, for it would read like no absence.
            Some(names) => names.get(&absence.ty).cloned(),
            None => Some(absence.ty.clone()),
        });
        set(from, absence.map(|absence| absence.from.to_string()));
        set(
            until,
            absence.and_then(|absence| Some(absence.until?.to_string())),
        );
        match name {
            Some(None) => {
                if let Some(slot) = ty.and_then(|index| record.fields.get_mut(index)) {
                    let what = "an absence whose kind Personio's list of kinds does not have";
                    *slot = Some(RawValue::Unusable(what.to_owned()));
                }
            }
            Some(Some(name)) => set(ty, Some(name.to_string())),
            None => set(ty, None),
        }
    }
    Ok(())
}

/// Of each person the absence that covers today; of several the one that ends last. Else the next one to begin.
fn counting(all: BTreeSet<Absence>, horizon: Date) -> BTreeMap<Arc<str>, Absence> {
    let rank = |absence: &Absence| {
        let begins = absence.from.max(absence.today);
        let ends = absence.until.unwrap_or(Date::MAX);
        (
            begins,
            std::cmp::Reverse(ends),
            absence.from,
            absence.ty.clone(),
        )
    };
    let mut counting: BTreeMap<Arc<str>, Absence> = BTreeMap::new();
    for absence in all {
        let over = absence.until.is_some_and(|until| until < absence.today);
        if over || absence.from > horizon {
            continue;
        }
        let known = counting.get(&absence.person);
        if known.is_none_or(|known| rank(&absence) < rank(known)) {
            counting.insert(absence.person.clone(), absence);
        }
    }
    counting
}

fn shifted(day: Date, days: i32) -> Date {
    day.checked_add(Span::new().days(days)).unwrap_or(day)
}

/// Who is away from the one day to the other, as version 1 has it; nothing where the pages do not fit together.
async fn old(http: &Http<'_>, days: (Date, Date)) -> Result<Option<BTreeSet<Absence>>, Error> {
    let (from, until) = (days.0.to_string(), days.1.to_string());
    let limit = OLD_LIMIT.to_string();
    let now = (http.world().now)();
    let (mut all, mut ids) = (BTreeSet::new(), BTreeSet::new());
    let (mut held, mut total) = (0, None);
    for number in 1..=MAX_PAGES {
        let offset = number.to_string();
        let query = [
            ("start_date", from.as_str()),
            ("end_date", until.as_str()),
            ("limit", limit.as_str()),
            ("offset", offset.as_str()),
        ];
        let endpoint = Endpoint::TimeOffs;
        let request = Request::get(endpoint, "/v1/company/time-offs", &query);
        let parse = |body: &[u8]| absence::old(body, now).map_err(Unusable);
        let page = match http.exchange(&request, parse).await? {
            Outcome::Found(page) => page,
            Outcome::Nothing => return Ok(None),
            Outcome::Forbidden(says) => return Err(right(endpoint, says)),
        };
        held += page.rows as u64;
        ids.extend(page.ids);
        all.extend(page.absences);
        if page.number != number || *total.get_or_insert(page.total) != page.total {
            return Ok(None);
        }
        if number >= page.pages {
            let whole = held == page.total && ids.len() as u64 == page.total;
            return Ok(whole.then_some(all));
        }
    }
    Ok(None)
}

/// Who is away from the one day on, as version 2 has it; nothing where somebody stands in the list twice. An absence with
/// an open end overlaps every day from its beginning on, and so is in it.
async fn new(http: &Http<'_>, days: (Date, Date)) -> Result<Option<BTreeSet<Absence>>, Error> {
    let from = format!("{}T00:00:00", days.0);
    let query = [("limit", "100"), ("ends_at.date_time.gte", from.as_str())];
    let now = (http.world().now)();
    let parse = |body: &[u8]| absence::new(body, now).map_err(Unusable);
    let endpoint = Endpoint::AbsencePeriods;
    let listed = v2::pages(http, endpoint, "/v2/absence-periods", &query, parse, right).await?;
    let (mut all, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for (id, absence) in listed {
        if !ids.insert(id) {
            return Ok(None);
        }
        all.extend(absence);
    }
    Ok(Some(all))
}

/// The right to read absences, which the credential lacks.
fn right(endpoint: Endpoint, says: Said) -> Error {
    Error::Right {
        what: "read absences",
        says,
        scope: if endpoint == Endpoint::TimeOffs {
            "absences:read"
        } else {
            "personio:absences:read"
        },
    }
}
