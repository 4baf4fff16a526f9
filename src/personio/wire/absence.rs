//! Absences of both generations, each as the days of one person. Nothing else of an absence is read: no comment, no
//! certificate.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use serde::Deserialize;
use serde_json::value::RawValue as Json;

use super::Count;
use super::page::{Listed, list, not_json};
use super::v2::{id, text};

/// Days on which somebody is away, by leave of whoever may give it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::personio) struct Absence {
    pub(in crate::personio) person: Arc<str>,
    /// Its name in version 1, its id in version 2.
    pub(in crate::personio) ty: Arc<str>,
    pub(in crate::personio) from: Date,
    /// The last day; none where the end is open.
    pub(in crate::personio) until: Option<Date>,
    /// Which day it is there and now.
    pub(in crate::personio) today: Date,
}

/// A page of version 1, counted from 1.
#[derive(Debug)]
pub(in crate::personio) struct OldPage {
    /// Of how many there are in all.
    pub(in crate::personio) total: u64,
    pub(in crate::personio) number: u64,
    pub(in crate::personio) pages: u64,
    /// How many stand on it, approved or not.
    pub(in crate::personio) rows: usize,
    /// Their ids.
    pub(in crate::personio) ids: Vec<String>,
    pub(in crate::personio) absences: Vec<Absence>,
}

/// Reads a page of `GET /v1/company/time-offs`.
pub(in crate::personio) fn old(body: &[u8], now: Timestamp) -> Result<OldPage, String> {
    #[derive(Deserialize)]
    struct Body<'a> {
        success: Option<bool>,
        metadata: super::Metadata,
        #[serde(borrow)]
        data: Vec<Row<'a>>,
    }
    #[derive(Deserialize)]
    struct Row<'a> {
        #[serde(borrow)]
        attributes: Off<'a>,
    }
    #[derive(Deserialize)]
    struct Off<'a> {
        #[serde(borrow)]
        id: &'a Json,
        status: String,
        start_date: String,
        end_date: Option<String>,
        time_off_type: Option<Inner<Named>>,
        #[serde(borrow)]
        employee: Option<Inner<Whose<'a>>>,
    }
    #[derive(Deserialize)]
    struct Inner<T> {
        attributes: T,
    }
    #[derive(Deserialize)]
    struct Named {
        name: Option<String>,
    }
    #[derive(Deserialize)]
    struct Whose<'a> {
        #[serde(borrow)]
        id: Labelled<'a>,
    }
    #[derive(Deserialize)]
    struct Labelled<'a> {
        #[serde(borrow)]
        value: &'a Json,
    }
    let body: Body<'_> = serde_json::from_slice(body).map_err(|error| {
        if error.is_data() {
            "it is no list of absences".to_owned()
        } else {
            not_json(&error)
        }
    })?;
    if body.success != Some(true) {
        return Err("it does not say `\"success\": true`".to_owned());
    }
    let mut ids = Vec::with_capacity(body.data.len());
    let mut absences = Vec::new();
    let rows = body.data.len();
    for Row { attributes: row } in body.data {
        ids.push(text(row.id).ok_or("an absence has no id")?);
        if !row.status.eq_ignore_ascii_case("approved") {
            continue;
        }
        // Of somebody who is deleted the absences may stay.
        let Some(employee) = row.employee else {
            continue;
        };
        let person = text(employee.attributes.id.value);
        absences.push(Absence {
            person: person.ok_or("an absence is nobody's")?.into(),
            ty: row
                .time_off_type
                .and_then(|ty| ty.attributes.name)
                .unwrap_or_default()
                .into(),
            from: day(&row.start_date)?,
            until: row.end_date.as_deref().map(day).transpose()?,
            today: now.to_zoned_datetime(offset(&row.start_date)).date(),
        });
    }
    let Count(total) = body.metadata.total_elements;
    let (Count(number), Count(pages)) = (body.metadata.current_page, body.metadata.total_pages);
    Ok(OldPage {
        total,
        number,
        pages,
        rows,
        ids,
        absences,
    })
}

/// Reads a page of `GET /v2/absence-periods`: each by its id, and nothing of those that nobody approved.
pub(in crate::personio) fn new(
    body: &[u8],
    now: Timestamp,
) -> Result<Listed<(String, Option<Absence>)>, String> {
    #[derive(Deserialize)]
    struct Period<'a> {
        #[serde(borrow)]
        id: &'a Json,
        #[serde(borrow)]
        person: &'a Json,
        #[serde(borrow)]
        absence_type: Option<&'a Json>,
        starts_from: At,
        ends_at: Option<At>,
        timezone_id: Option<String>,
        approval: Option<Approval>,
    }
    #[derive(Deserialize)]
    struct At {
        date_time: Option<String>,
    }
    #[derive(Deserialize)]
    struct Approval {
        status: Option<String>,
    }
    let (items, next) = list(body)?;
    let one = |json: &Json| -> Result<(String, Option<Absence>), String> {
        let period: Period<'_> =
            serde_json::from_str(json.get()).map_err(|_| "an absence is of an unknown shape")?;
        let own = text(period.id).ok_or("an absence has no id")?;
        let status = period.approval.and_then(|approval| approval.status);
        if !status.is_some_and(|status| status.eq_ignore_ascii_case("approved")) {
            return Ok((own, None));
        }
        let from = period.starts_from.date_time;
        let until = period.ends_at.and_then(|at| at.date_time);
        let zone = period.timezone_id.and_then(|id| TimeZone::get(&id).ok());
        let absence = Absence {
            person: id(period.person).ok_or("an absence is nobody's")?.into(),
            ty: period.absence_type.and_then(id).unwrap_or_default().into(),
            from: day(&from.ok_or("an absence has no beginning")?)?,
            until: until.as_deref().map(day).transpose()?,
            today: now.to_zoned_datetime(zone.unwrap_or(TimeZone::UTC)).date(),
        };
        Ok((own, Some(absence)))
    };
    let items: Result<Vec<_>, String> = items.into_iter().map(one).collect();
    Ok(Listed {
        items: items?,
        next,
    })
}

/// The day of a local time, which is never shifted.
fn day(text: &str) -> Result<Date, String> {
    let day = text.get(..10).and_then(|day| day.parse().ok());
    day.ok_or_else(|| "an absence begins or ends on a day that is none".to_owned())
}

/// The offset at the end of `2018-09-10T00:00:00+02:00`, or without the colon; UTC where there is none.
fn offset(text: &str) -> TimeZone {
    let digits: String = text
        .get(19..)
        .unwrap_or_default()
        .chars()
        .filter(|sign| *sign != ':')
        .collect();
    let minutes = digits.parse::<i32>().unwrap_or_default();
    let seconds = (minutes / 100 * 60 + minutes % 100) * 60;
    Offset::from_seconds(seconds).map_or(TimeZone::UTC, TimeZone::fixed)
}
