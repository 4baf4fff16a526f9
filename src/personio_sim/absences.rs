//! Time off: in version 1 by pages that are counted from 1, in version 2 by cursors and in local times without an offset.

use jiff::civil::Date;
use serde_json::{Value as Json, json};

use super::company::{Absence, Day};
use super::server::{Asked, Reply, State, names};
use super::v1::Writer;

/// The most on a page of version 1.
const MOST: usize = 200;

fn day(text: Option<&str>) -> Option<Date> {
    text?.get(..10)?.parse().ok()
}

/// `GET /v1/company/time-offs`: `offset` is the number of a page, and 0 is page 1 too.
pub(super) fn time_offs(state: &State, asked: &Asked<'_>, writer: &Writer<'_>) -> Reply {
    let number = |name: &str| {
        asked
            .query(name)
            .and_then(|text| text.parse::<usize>().ok())
    };
    let limit = number("limit").unwrap_or(MOST).clamp(1, MOST);
    let page = number("offset").unwrap_or(1).max(1);
    let (from, until) = (day(asked.query("start_date")), day(asked.query("end_date")));
    let people: Vec<u64> = asked
        .query
        .iter()
        .filter(|(key, _)| key == "employees[]" || key == "employees")
        .filter_map(|(_, id)| id.parse().ok())
        .collect();
    let wanted = |one: &&Absence| {
        let ends = one.end.unwrap_or(Date::MAX);
        from.is_none_or(|from| ends >= from)
            && until.is_none_or(|until| one.start <= until)
            && (people.is_empty() || people.contains(&one.person))
    };
    let found: Vec<&Absence> = state.company.absences.iter().filter(wanted).collect();
    let rows = found
        .iter()
        .skip((page - 1).saturating_mul(limit))
        .take(limit);
    let rows: Vec<Json> = rows.map(|one| time_off(state, one, writer)).collect();
    Reply::ok(json!({
        "success": true,
        "metadata": {
            "total_elements": found.len(),
            "current_page": page,
            "total_pages": found.len().div_ceil(limit).max(1),
        },
        "offset": page,
        "limit": limit,
        "data": rows,
    }))
}

fn time_off(state: &State, one: &Absence, writer: &Writer<'_>) -> Json {
    let written = |text: String| serde_json::from_str::<Json>(&text).unwrap_or_default();
    let date = |date: Date| {
        let mut text = String::new();
        writer.date(&mut text, Some(&Day::from(date)));
        written(text)
    };
    let mut employee = String::new();
    writer.reference(&mut employee, Some(one.person));
    let end = one.end.unwrap_or(one.start);
    let days = end.since(one.start).map_or(1, |span| span.get_days() + 1);
    json!({"type": "TimeOffPeriod", "attributes": {
        "id": one.id,
        "status": one.status,
        "comment": "",
        "start_date": date(one.start),
        "end_date": date(end),
        "days_count": days,
        "half_day_start": 0,
        "half_day_end": 0,
        "time_off_type": {"type": "TimeOffType", "attributes": {
            "id": one.ty,
            "name": state.company.absence_types.name(one.ty),
            "category": "other",
        }},
        "employee": written(employee),
        "certificate": {"status": "not-required"},
        "created_at": one.updated_at.to_string(),
        "updated_at": one.updated_at.to_string(),
        "id_v2": id_v2(one),
    }})
}

/// `GET /v1/company/time-off-types`.
pub(super) fn types(state: &State) -> Reply {
    let all = state.company.absence_types.names.iter().map(|(id, name)| {
        json!({"type": "TimeOffType", "attributes": {
            "id": id, "name": name, "category": "other", "unit": "day", "approval_required": true,
        }})
    });
    let all: Vec<Json> = all.collect();
    Reply::ok(json!({"success": true, "data": all}))
}

/// The absences that the filters of version 2 let pass; nothing, if one of them has no value that it could have.
pub(super) fn wanted<'a>(state: &'a State, query: &[(String, String)]) -> Option<Vec<&'a Absence>> {
    let value = |name: &str| {
        query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let date = |name: &str| match value(name) {
        None => Some(None),
        text => day(text).map(Some),
    };
    let starts = (
        date("starts_from.date_time.gte")?,
        date("starts_from.date_time.lte")?,
    );
    let ends = (
        date("ends_at.date_time.gte")?,
        date("ends_at.date_time.lte")?,
    );
    let within = |at: Date, (from, until): (Option<Date>, Option<Date>)| {
        from.is_none_or(|from| at >= from) && until.is_none_or(|until| at <= until)
    };
    let one_of = |name: &str, id: &str| value(name).is_none_or(|ids| names(ids).contains(id));
    let wanted = |one: &&Absence| {
        within(one.start, starts)
            && within(one.end.unwrap_or(Date::MAX), ends)
            && one_of("person.id", &one.person.to_string())
            && one_of("absence_type.id", &one.ty.to_string())
            && one_of("id", &id_v2(one))
    };
    Some(state.company.absences.iter().filter(wanted).collect())
}

/// An absence as version 2 writes it.
pub(super) fn period(state: &State, one: &Absence) -> Json {
    let end = one
        .end
        .map(|end| json!({"date_time": format!("{end}T18:00:00"), "type": "SECOND_HALF"}));
    json!({
        "id": id_v2(one),
        "person": {"id": one.person.to_string()},
        "absence_type": {"id": one.ty.to_string()},
        "starts_from": {"date_time": format!("{}T08:00:00", one.start), "type": "FIRST_HALF"},
        "ends_at": end,
        "timezone_id": state.options.zone.iana_name(),
        "approval": {"status": one.status.to_uppercase()},
        "comment": null,
        "created_at": one.updated_at.to_string(),
        "updated_at": one.updated_at.to_string(),
    })
}

fn id_v2(one: &Absence) -> String {
    format!("9bba303f-0fbc-4514-9958-{:012x}", one.id)
}
