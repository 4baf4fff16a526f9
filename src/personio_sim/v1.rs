//! What the first generation answers, with its habits: labels around every value, local midnights, empty texts for what
//! is missing, tags in whichever encoding, and the credential's attributes alone.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use serde_json::Value as Json;

use super::company::{Company, Day, Employment, Person};
use super::credential::Credential;
use super::quirk::Quirk;

/// How version 1 writes tags: all three are seen in the wild.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tags {
    /// As the data has them, else as an array.
    #[default]
    AsData,
    /// `["A","B"]`.
    Array,
    /// `"A,B"`.
    Commas,
    /// `"[\"A\",\"B\"]"`.
    JsonText,
}

/// The attributes that every company has, in the order of answers: key, label, type.
const STANDARD: &[(&str, &str, &str)] = &[
    ("id", "ID", "integer"),
    ("first_name", "First name", "standard"),
    ("last_name", "Last name", "standard"),
    ("preferred_name", "Name (preferred)", "standard"),
    ("email", "Email", "standard"),
    ("gender", "Gender", "standard"),
    ("status", "Status", "standard"),
    ("position", "Position", "standard"),
    ("supervisor", "Supervisor", "standard"),
    ("employment_type", "Employment type", "standard"),
    ("weekly_working_hours", "Weekly hours", "standard"),
    ("hire_date", "Hire date", "date"),
    ("contract_end_date", "Contract ends", "date"),
    ("probation_period_end", "Probation period end", "date"),
    ("termination_date", "Termination date", "date"),
    ("termination_type", "Termination type", "standard"),
    ("termination_reason", "Termination reason", "standard"),
    ("last_working_day", "Last day of work", "date"),
    ("created_at", "Created at", "date"),
    ("last_modified_at", "Last modified", "date"),
    ("subcompany", "Subcompany", "standard"),
    ("office", "Office", "standard"),
    ("department", "Department", "standard"),
    ("team", "Team", "standard"),
    ("cost_centers", "Cost center", "standard"),
];

/// What only this generation has, where the data has it.
const ONLY_V1: &[(&str, &str, &str)] = &[
    ("work_schedule", "Work schedule", "standard"),
    ("holiday_calendar", "Public holidays", "standard"),
    ("absence_entitlement", "Absence entitlement", "standard"),
    ("fix_salary", "Fixed salary", "decimal"),
    ("hourly_salary", "Hourly salary", "decimal"),
];

/// The address of a picture, in a company where anybody has one.
const PICTURE: (&str, &str, &str) = ("profile_picture", "Profile picture", "standard");

fn has_pictures(company: &Company) -> bool {
    !company.photos.is_empty()
}

/// How a person is written.
pub(super) struct Writer<'w> {
    pub(super) company: &'w Company,
    pub(super) credential: &'w Credential,
    /// The attributes that were asked for; empty for all.
    pub(super) asked: &'w [String],
    pub(super) zone: &'w TimeZone,
    pub(super) tags: Tags,
    pub(super) quirks: &'w [Quirk],
}

impl Writer<'_> {
    /// `{"type": "Employee", "attributes": {…}}`.
    pub(super) fn person(&self, out: &mut String, person: &Person) {
        out.push_str(r#"{"type":"Employee","attributes":{"#);
        let before = out.len();
        let none = Employment::default();
        let employment = person.employment().unwrap_or(&none);
        let mut value = String::new();
        for (key, label, ty) in STANDARD {
            if self.wants(key) {
                value.clear();
                match person.verbatim.get(*key) {
                    Some(odd) => drop(write!(value, "{odd}")),
                    None => self.standard(&mut value, key, person, employment),
                }
                self.attribute(out, before, (key, label, ty, Some(key)), &value);
            }
        }
        for (key, label, ty) in ONLY_V1 {
            if let Some(known) = person.only_v1.get(*key)
                && self.wants(key)
            {
                let value = known.to_string();
                self.attribute(out, before, (key, label, ty, Some(key)), &value);
            }
        }
        if has_pictures(self.company) && self.wants(PICTURE.0) {
            let (key, label, ty) = PICTURE;
            let photo = self.company.photos.get(&person.id);
            let value = photo.map_or("null".to_owned(), |_| {
                let host = super::v2::HOST;
                format!(
                    r#""{host}/v1/company/employees/{}/profile-picture""#,
                    person.id
                )
            });
            self.attribute(out, before, (key, label, ty, Some(key)), &value);
        }
        for (key, custom) in &self.company.custom {
            let universal_id = custom.universal_id.as_deref();
            if self.wants(key) || universal_id.is_some_and(|id| self.wants_by(id, key)) {
                value.clear();
                self.custom(&mut value, &custom.ty, person.custom.get(key));
                let named = (
                    key.as_str(),
                    custom.label.as_str(),
                    custom.ty.as_str(),
                    universal_id,
                );
                self.attribute(out, before, named, &value);
            }
        }
        out.push_str("}}");
    }

    /// One attribute: its key, its label, its type and its universal id; and its value, as JSON.
    fn attribute(
        &self,
        out: &mut String,
        before: usize,
        (key, label, ty, universal_id): (&str, &str, &str, Option<&str>),
        value: &str,
    ) {
        let has = |quirk| self.quirks.contains(&quirk);
        if has(Quirk::AbsentEmpty) && matches!(value, "\"\"" | "null" | "[]") {
            return;
        }
        let value = if has(Quirk::NullTexts) && value == "\"\"" {
            "null"
        } else {
            value
        };
        if out.len() > before {
            out.push(',');
        }
        let _ = write!(out, r#""{key}":{{"label":"#);
        text(out, label);
        let _ = write!(out, r#","value":{value}"#);
        if !has(Quirk::Untyped) {
            let _ = write!(out, r#","type":"{ty}","universal_id":"#);
            match universal_id {
                Some(id) => text(out, id),
                None => out.push_str("null"),
            }
        }
        out.push('}');
    }

    /// Whether an attribute is asked for by its universal id, and may be seen.
    fn wants_by(&self, universal_id: &str, key: &str) -> bool {
        self.asked.iter().any(|one| one == universal_id) && self.credential.may_see(key)
    }

    fn wants(&self, key: &str) -> bool {
        let asked = self.asked.is_empty() || self.asked.iter().any(|one| one == key) || key == "id";
        asked && self.credential.may_see(key)
    }

    fn standard(&self, out: &mut String, key: &str, person: &Person, employment: &Employment) {
        let end = employment.termination.as_ref();
        let end_text = |of: fn(&super::company::Termination) -> &String| {
            end.map_or("", |end| of(end).as_str())
        };
        match key {
            "id" => drop(write!(out, "{}", person.id)),
            "first_name" => text(out, &person.first_name),
            "last_name" => text(out, &person.last_name),
            "preferred_name" => text(out, &person.preferred_name),
            "email" => text(out, &person.email),
            "gender" => text(out, &person.gender),
            "status" => text(out, &Quirk::spell(self.quirks, &employment.status)),
            "position" => text(out, &employment.position),
            "employment_type" => text(out, &Quirk::spell(self.quirks, &employment.ty)),
            "weekly_working_hours" => text(out, &employment.weekly_working_hours),
            "termination_type" => text(out, end_text(|end| &end.ty)),
            "termination_reason" => text(out, end_text(|end| &end.reason)),
            "hire_date" => self.date(out, employment.hire_date.as_ref()),
            "contract_end_date" => self.date(out, employment.contract_end_date.as_ref()),
            "probation_period_end" => self.date(out, employment.probation_period_end.as_ref()),
            "termination_date" => self.date(out, end.and_then(|end| end.date.as_ref())),
            "last_working_day" => self.date(out, end.and_then(|end| end.last_working_day.as_ref())),
            "created_at" => self.instant(out, person.created_at),
            "last_modified_at" => self.instant(out, person.modified_at()),
            "supervisor" => self.reference(out, employment.supervisor),
            "subcompany" => named(
                out,
                "Subcompany",
                employment.subcompany,
                &self.company.legal_entities,
            ),
            "office" => named(out, "Office", employment.office, &self.company.workplaces),
            "department" => named(
                out,
                "Department",
                employment.department,
                &self.company.departments,
            ),
            "team" => named(out, "Team", employment.team, &self.company.teams),
            "cost_centers" => {
                out.push('[');
                for (index, (id, percentage)) in employment.cost_centers.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    let _ = write!(
                        out,
                        r#"{comma}{{"type":"CostCenter","attributes":{{"id":{id},"name":"#
                    );
                    text(out, self.company.cost_centers.name(*id));
                    let _ = write!(out, r#","percentage":{percentage}}}}}"#);
                }
                out.push(']');
            }
            _ => out.push_str("null"),
        }
    }

    fn custom(&self, out: &mut String, ty: &str, value: Option<&Json>) {
        let Some(value) = value else {
            out.push_str(if ty == "date" { "null" } else { r#""""# });
            return;
        };
        if ty == "date"
            && let Some(day) = value.as_str().and_then(|text| text.get(..10))
        {
            self.date(out, Some(&Day(day.to_owned())));
            return;
        }
        let tags = tags_of(value);
        match self.tags {
            Tags::Array if ty == "tags" => drop(write!(out, "{}", Json::from(tags))),
            Tags::Commas if ty == "tags" => text(out, &tags.join(",")),
            Tags::JsonText if ty == "tags" => text(out, &Json::from(tags).to_string()),
            _ => drop(write!(out, "{value}")),
        }
    }

    /// Local midnight with the offset of that day; of a day that is none, with that of its month's first.
    pub(super) fn date(&self, out: &mut String, day: Option<&Day>) {
        let Some(Day(day)) = day else {
            out.push_str("null");
            return;
        };
        if self.quirks.contains(&Quirk::PlainDates) {
            text(out, day);
            return;
        }
        let format = if self.quirks.contains(&Quirk::CompactDates) {
            "%z"
        } else {
            "%:z"
        };
        let first = || {
            let first = format!("{}01", day.get(..8).unwrap_or_default());
            first.parse().ok()
        };
        let date: Option<jiff::civil::Date> = day.parse().ok().or_else(first);
        let zoned = date.and_then(|date| date.to_zoned_datetime(self.zone.clone()).ok());
        let offset = zoned.map_or("+00:00".to_owned(), |zoned| {
            zoned.strftime(format).to_string()
        });
        let _ = write!(out, r#""{day}T00:00:00{offset}""#);
    }

    fn instant(&self, out: &mut String, instant: jiff::Timestamp) {
        let zoned = instant.to_zoned_datetime(self.zone.clone());
        let _ = write!(out, r#""{}""#, zoned.strftime("%Y-%m-%dT%H:%M:%S%:z"));
    }

    /// A person in short, as others name them.
    pub(super) fn reference(&self, out: &mut String, id: Option<u64>) {
        let Some(person) = id.and_then(|id| self.company.person(id)) else {
            out.push_str("null");
            return;
        };
        let _ = write!(
            out,
            r#"{{"type":"Employee","attributes":{{"id":{{"label":"ID","value":{},"type":"integer","universal_id":"id"}}"#,
            person.id
        );
        for (key, label, value) in [
            ("first_name", "First name", &person.first_name),
            ("last_name", "Last name", &person.last_name),
            ("email", "Email", &person.email),
        ] {
            let _ = write!(out, r#","{key}":{{"label":"{label}","value":"#);
            text(out, value);
            let _ = write!(out, r#","type":"standard","universal_id":"{key}"}}"#);
        }
        out.push_str("}}");
    }
}

/// The attributes of a credential: `/v1/company/employees/attributes`.
pub(super) fn attributes(company: &Company, credential: &Credential) -> Json {
    let standard = STANDARD
        .iter()
        .chain(ONLY_V1)
        .chain(has_pictures(company).then_some(&PICTURE))
        .filter(|(key, ..)| credential.may_see(key));
    let mut all: Vec<Json> = standard
        .map(|(key, label, ty)| serde_json::json!({"key": key, "label": label, "type": ty, "universal_id": key, "options": []}))
        .collect();
    for (key, custom) in &company.custom {
        if credential.may_see(key) {
            all.push(serde_json::json!({
                "key": key,
                "label": custom.label,
                "type": custom.ty,
                "universal_id": custom.universal_id,
                "options": options(company, key, &custom.ty),
            }));
        }
    }
    serde_json::json!({"success": true, "data": all})
}

/// What can be chosen, as far as anybody chose it.
fn options(company: &Company, key: &str, ty: &str) -> Vec<String> {
    if !matches!(ty, "list" | "tags") {
        return Vec::new();
    }
    let values = company
        .people
        .iter()
        .filter_map(|person| person.custom.get(key));
    let mut options: Vec<String> = values
        .flat_map(|value| match (ty, value.as_str()) {
            ("list", Some("")) => Vec::new(),
            ("list", Some(text)) => vec![text.to_owned()],
            _ => tags_of(value),
        })
        .collect();
    options.sort();
    options.dedup();
    options
}

/// The tags of a value in any of its encodings.
pub(super) fn tags_of(value: &Json) -> Vec<String> {
    match value {
        Json::Array(items) => items
            .iter()
            .filter_map(Json::as_str)
            .map(str::to_owned)
            .collect(),
        Json::String(text) if text.starts_with('[') => {
            serde_json::from_str(text).unwrap_or_default()
        }
        Json::String(text) if text.is_empty() => Vec::new(),
        Json::String(text) => text.split(',').map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn named(out: &mut String, ty: &str, id: Option<u64>, table: &super::company::Table) {
    let Some(id) = id else {
        out.push_str("null");
        return;
    };
    let _ = write!(out, r#"{{"type":"{ty}","attributes":{{"id":{id},"name":"#);
    text(out, table.name(id));
    out.push_str("}}");
}

fn text(out: &mut String, text: &str) {
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}
