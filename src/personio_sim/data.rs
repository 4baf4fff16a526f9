//! Sample data: recorded answers of version 1, or a list of people of our own, as JSON or CSV.
//!
//! A list of our own has a record for each person with the names that version 1 uses: `id`, `first_name`, `hire_date`,
//! `department`, `dynamic_1`. Everything but the id may be left out. Who has several employments has a record for
//! each, the latest first. Absences stand beside `people`, as `{"people": […], "absences": […]}`.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::company::{Absence, Company, Custom, Day, Employment, Person, Table, Termination};
use crate::text::decode;
use crate::text::table::Table as CsvTable;

/// Where a record keeps values that its attributes cannot have.
const VERBATIM: &str = "_verbatim";

/// Where a record keeps a photo, as Base64: attributes have its address alone.
const PHOTO: &str = "photo";

/// How names of custom attributes begin.
const DYNAMIC: &str = "dynamic_";

/// Why sample data cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct BadData {
    /// The file.
    pub file: String,
    /// What is wrong, and where.
    pub problem: String,
}

/// One record before it is a person: values by the names of version 1.
type Flat = Map<String, Json>;

impl Company {
    /// The company of these files, by name and content; a name that ends in `.csv` is a CSV.
    pub fn parse(files: &[(&str, &[u8])], now: Timestamp) -> Result<Self, BadData> {
        let mut company = Self::default();
        for (name, bytes) in files {
            let wrong = |problem: String| BadData {
                file: (*name).to_owned(),
                problem,
            };
            let text = decode(bytes).map_err(|problem| wrong(problem.to_string()))?;
            let records = if name.to_lowercase().ends_with(".csv") {
                of_csv(&text).map_err(wrong)?
            } else {
                company.of_json(&text).map_err(wrong)?
            };

            for (number, record) in (1..).zip(records) {
                company
                    .add(&record, now)
                    .map_err(|problem| wrong(format!("record {number}: {problem}")))?;
            }
        }
        Ok(company)
    }

    fn of_json(&mut self, text: &str) -> Result<Vec<Flat>, String> {
        let json: Json =
            serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
        for absence in json
            .get("absences")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
        {
            self.add_absence(absence)?;
        }
        let records = match &json {
            Json::Array(records) => records,
            Json::Object(object) => {
                let list = object.get("data").or_else(|| object.get("people"));
                list.and_then(Json::as_array)
                    .ok_or("it has neither `people` nor the `data` of a recorded answer")?
            }
            _ => return Err("it is no list of people".to_owned()),
        };
        let flat = records.iter().map(|record| match record.get("attributes") {
            Some(Json::Object(attributes)) => Ok(self.flatten(attributes)),
            Some(_) => Err("`attributes` is no object".to_owned()),
            None => match record {
                Json::Object(record) => Ok(record.clone()),
                _ => Err("a person is no object".to_owned()),
            },
        });
        flat.collect()
    }

    /// The values of a recorded person; what a custom attribute is, and the ids of tables, are kept.
    fn flatten(&mut self, attributes: &Map<String, Json>) -> Flat {
        let mut flat = Flat::new();
        let mut odd = Flat::new();
        for (key, attribute) in attributes {
            let text = |name: &str| attribute.get(name).and_then(Json::as_str);
            if key.starts_with(DYNAMIC) {
                self.custom.entry(key.clone()).or_insert_with(|| Custom {
                    label: text("label").unwrap_or(key).to_owned(),
                    ty: text("type").unwrap_or("standard").to_owned(),
                    universal_id: text("universal_id").map(str::to_owned),
                });
            }
            let value = attribute.get("value").cloned().unwrap_or_default();
            let value = match (key.as_str(), &value) {
                ("department", Json::Object(_)) => named(&mut self.departments, &value),
                ("team", Json::Object(_)) => named(&mut self.teams, &value),
                ("office", Json::Object(_)) => named(&mut self.workplaces, &value),
                ("subcompany", Json::Object(_)) => named(&mut self.legal_entities, &value),
                ("supervisor", Json::Object(_)) => {
                    let id = value.pointer("/attributes/id");
                    let id = id.and_then(|id| id.get("value").or(Some(id)));
                    id.cloned().unwrap_or_default()
                }
                ("cost_centers", Json::Array(items)) => {
                    let items = items.iter().map(|item| {
                        let percentage = item
                            .pointer("/attributes/percentage")
                            .and_then(Json::as_u64);
                        let name = named(&mut self.cost_centers, item);
                        serde_json::json!({"name": name, "percentage": percentage.unwrap_or(100)})
                    });
                    Json::Array(items.collect())
                }
                _ => value,
            };
            let odd_day = value.as_str().is_some_and(|text| day(text).is_some());
            if is_odd(key, &value) {
                odd.insert(key.clone(), value.clone());
            }
            // A day that is none can be told in version 2 too.
            if odd_day || !is_odd(key, &value) {
                flat.insert(key.clone(), value);
            }
        }
        flat.insert(VERBATIM.to_owned(), Json::Object(odd));
        flat
    }

    fn add(&mut self, flat: &Flat, now: Timestamp) -> Result<(), String> {
        let id = number(flat, "id")?.ok_or("it has no `id`")?;
        let employment = self.employment(id, flat)?;
        if let Some(photo) = flat.get(PHOTO) {
            self.set_photo(id, photo)?;
        }
        if let Some(person) = self.person_mut(id) {
            person.employments.push(employment);
            return Ok(());
        }
        let verbatim = match flat.get(VERBATIM) {
            Some(Json::Object(odd)) => odd.clone().into_iter().collect(),
            _ => BTreeMap::new(),
        };
        let mut custom = BTreeMap::new();
        let mut only_v1 = BTreeMap::new();
        for (key, value) in flat {
            if key.starts_with(DYNAMIC) {
                custom.insert(key.clone(), value.clone());
                let ty = if value.is_array() { "tags" } else { "standard" };
                self.custom.entry(key.clone()).or_insert_with(|| Custom {
                    label: key.clone(),
                    ty: ty.to_owned(),
                    universal_id: None,
                });
            } else if matches!(
                key.as_str(),
                "work_schedule"
                    | "holiday_calendar"
                    | "absence_entitlement"
                    | "fix_salary"
                    | "hourly_salary"
            ) {
                only_v1.insert(key.clone(), value.clone());
            }
        }
        self.people.push(Person {
            id,
            first_name: text(flat, "first_name"),
            last_name: text(flat, "last_name"),
            preferred_name: text(flat, "preferred_name"),
            email: text(flat, "email"),
            gender: text(flat, "gender"),
            created_at: instant(flat, "created_at")?.unwrap_or(now),
            updated_at: instant(flat, "last_modified_at")?.unwrap_or(now),
            custom,
            only_v1,
            verbatim,
            employments: vec![employment],
        });
        Ok(())
    }

    /// Gives somebody a photo, as Base64; an empty one takes it away.
    fn set_photo(&mut self, id: u64, photo: &Json) -> Result<(), String> {
        let encoded = photo.as_str().unwrap_or_default();
        let bytes = STANDARD.decode(encoded);
        let bytes = bytes.map_err(|_| format!("the `{PHOTO}` of {id} is not Base64"))?;
        if bytes.is_empty() {
            self.photos.remove(&id);
        } else {
            self.photos.insert(id, bytes);
        }
        Ok(())
    }

    /// Adds `{"person": 4001, "type": "Parental leave", "start": "2026-01-01", "end": "2026-03-31"}`.
    fn add_absence(&mut self, absence: &Json) -> Result<(), String> {
        let flat = absence.as_object().ok_or("an absence is no object")?;
        let person = number(flat, "person")?.ok_or("an absence has no `person`")?;
        let status = text(flat, "status");
        let start = date(flat, "start")?.and_then(|day| day.date());
        let absence = Absence {
            id: 17_000_001 + u64::try_from(self.absences.len()).unwrap_or(0),
            person,
            ty: self.absence_types.id(&text(flat, "type"), 195_001),
            start: start.ok_or("an absence has no `start`")?,
            end: date(flat, "end")?.and_then(|day| day.date()),
            status: if status.is_empty() {
                "approved".to_owned()
            } else {
                status
            },
            updated_at: instant(flat, "updated_at")?.unwrap_or(Timestamp::UNIX_EPOCH),
        };
        self.absences.push(absence);
        Ok(())
    }

    /// Writes values of a person anew, by the names of version 1; an empty text or null takes a value away.
    pub(super) fn rewrite(&mut self, id: u64, fields: &Flat) -> Result<String, String> {
        let index = self.people.iter().position(|person| person.id == id);
        let index = index.ok_or_else(|| format!("there is no person {id}"))?;
        let Some(before) = self.people.get(index).cloned() else {
            return Err(format!("there is no person {id}"));
        };
        let mut flat = self.flat(&before);
        for (key, value) in fields {
            if key == PHOTO {
                self.set_photo(id, value)?;
                continue;
            }
            if !flat.contains_key(key) && !key.starts_with(DYNAMIC) {
                return Err(format!("there is no attribute `{key}`"));
            }
            flat.insert(key.clone(), value.clone());
        }
        let mut employment = self.employment(id, &flat)?;
        let mut alone = Self {
            custom: self.custom.clone(),
            ..Self::default()
        };
        alone.add(&flat, before.updated_at)?;
        self.custom = alone.custom;
        let Some(after) = alone.people.pop() else {
            return Err("nobody".to_owned());
        };
        if let Some(person) = self.people.get_mut(index) {
            if let Some(current) = person.employment_mut() {
                employment.id.clone_from(&current.id);
                *current = employment;
            }
            for key in fields.keys() {
                person.verbatim.remove(key);
            }
            person.custom = after.custom;
            person.first_name = after.first_name;
            person.last_name = after.last_name;
            person.preferred_name = after.preferred_name;
            person.email = after.email;
            person.gender = after.gender;
        }
        let names: Vec<&str> = fields.keys().map(String::as_str).collect();
        Ok(format!("{id}: {}", names.join(", ")))
    }

    /// A person as a record of values by the names of version 1.
    fn flat(&self, person: &Person) -> Flat {
        let none = Employment::default();
        let employment = person.employment().unwrap_or(&none);
        let end = employment.termination.clone().unwrap_or_default();
        let date = |day: Option<&Day>| day.map_or(Json::Null, |day| Json::from(day.0.as_str()));
        let name = |table: &Table, id: Option<u64>| Json::from(id.map_or("", |id| table.name(id)));
        let centers = employment.cost_centers.iter().map(|(id, percentage)| {
            serde_json::json!({"name": self.cost_centers.name(*id), "percentage": percentage})
        });
        let mut flat = Flat::new();
        for (key, value) in [
            ("id", Json::from(person.id)),
            ("first_name", person.first_name.as_str().into()),
            ("last_name", person.last_name.as_str().into()),
            ("preferred_name", person.preferred_name.as_str().into()),
            ("email", person.email.as_str().into()),
            ("gender", person.gender.as_str().into()),
            ("status", employment.status.as_str().into()),
            ("employment_type", employment.ty.as_str().into()),
            ("position", employment.position.as_str().into()),
            (
                "weekly_working_hours",
                employment.weekly_working_hours.as_str().into(),
            ),
            ("hire_date", date(employment.hire_date.as_ref())),
            (
                "probation_period_end",
                date(employment.probation_period_end.as_ref()),
            ),
            (
                "contract_end_date",
                date(employment.contract_end_date.as_ref()),
            ),
            ("termination_date", date(end.date.as_ref())),
            ("last_working_day", date(end.last_working_day.as_ref())),
            ("termination_type", end.ty.as_str().into()),
            ("termination_reason", end.reason.as_str().into()),
            (
                "supervisor",
                employment.supervisor.map_or(Json::Null, Json::from),
            ),
            ("office", name(&self.workplaces, employment.office)),
            ("department", name(&self.departments, employment.department)),
            ("team", name(&self.teams, employment.team)),
            (
                "subcompany",
                name(&self.legal_entities, employment.subcompany),
            ),
            ("cost_centers", Json::Array(centers.collect())),
        ] {
            flat.insert(key.to_owned(), value);
        }
        for (key, value) in &person.custom {
            flat.insert(key.clone(), value.clone());
        }
        flat
    }

    fn employment(&mut self, person: u64, flat: &Flat) -> Result<Employment, String> {
        let before = self
            .person(person)
            .map_or(0, |person| person.employments.len());
        let date = |name: &str| date(flat, name);
        let end = Termination {
            date: date("termination_date")?,
            last_working_day: date("last_working_day")?,
            ty: text(flat, "termination_type"),
            reason: text(flat, "termination_reason"),
        };
        let status = text(flat, "status").to_lowercase();
        let hours = match flat.get("weekly_working_hours") {
            Some(Json::Number(number)) => number.to_string(),
            _ => text(flat, "weekly_working_hours"),
        };
        Ok(Employment {
            id: format!("{person:08x}-0000-4000-8000-{before:012x}"),
            status: if status.is_empty() {
                "active".to_owned()
            } else {
                status
            },
            ty: match text(flat, "employment_type").to_lowercase() {
                ty if ty.is_empty() => "internal".to_owned(),
                ty => ty,
            },
            position: text(flat, "position"),
            weekly_working_hours: hours,
            hire_date: date("hire_date")?,
            probation_period_end: date("probation_period_end")?,
            contract_end_date: date("contract_end_date")?,
            termination: (end != Termination::default()).then_some(end),
            supervisor: number(flat, "supervisor")?,
            office: of_table(&mut self.workplaces, flat, "office", 1_310_000),
            department: of_table(&mut self.departments, flat, "department", 4_090_000),
            team: of_table(&mut self.teams, flat, "team", 4_190_000),
            subcompany: of_table(&mut self.legal_entities, flat, "subcompany", 70_000),
            cost_centers: cost_centers(&mut self.cost_centers, flat),
            updated_at: None,
        })
    }
}

fn of_csv(text: &str) -> Result<Vec<Flat>, String> {
    let table = CsvTable::read(text).map_err(|error| format!("line {}: {}", error.line, error))?;
    let names: Vec<&str> = table.header.iter().map(|cell| &*cell.text).collect();
    let rows = table.rows.iter().map(|row| {
        let cells = row
            .cells
            .iter()
            .map(|cell| Json::String(cell.text.trim().to_owned()));
        let names = names.iter().map(|name| (*name).to_owned());
        names.zip(cells).collect()
    });
    Ok(rows.collect())
}

/// The name of `{"attributes": {"id": …, "name": …}}`, whose id is kept in the table.
fn named(table: &mut Table, wrapper: &Json) -> Json {
    let name = wrapper
        .pointer("/attributes/name")
        .and_then(Json::as_str)
        .unwrap_or_default();
    if let Some(id) = wrapper.pointer("/attributes/id").and_then(Json::as_u64) {
        table.names.entry(id).or_insert_with(|| name.to_owned());
    }
    Json::String(name.to_owned())
}

fn of_table(table: &mut Table, flat: &Flat, key: &str, first: u64) -> Option<u64> {
    let name = text(flat, key);
    (!name.is_empty()).then(|| table.id(&name, first))
}

fn cost_centers(table: &mut Table, flat: &Flat) -> Vec<(u64, u64)> {
    let items = match flat.get("cost_centers") {
        Some(Json::Array(items)) => items.clone(),
        Some(Json::String(text)) if !text.is_empty() => vec![Json::String(text.clone())],
        _ => Vec::new(),
    };
    let ids = items.iter().map(|item| {
        let name = item.as_str().or_else(|| item.get("name")?.as_str());
        let percentage = item.get("percentage").and_then(Json::as_u64).unwrap_or(100);
        (table.id(name.unwrap_or_default(), 82_900), percentage)
    });
    ids.collect()
}

fn text(flat: &Flat, key: &str) -> String {
    let text = flat.get(key).and_then(Json::as_str).unwrap_or_default();
    text.to_owned()
}

/// Whether a recorded value is none that the attribute can have; such a one is served as it was recorded.
fn is_odd(key: &str, value: &Json) -> bool {
    let known = value.as_str();
    match key {
        "hire_date"
        | "contract_end_date"
        | "probation_period_end"
        | "termination_date"
        | "last_working_day" => match known {
            Some(text) => {
                let day = text.get(..10).unwrap_or(text);
                day.parse::<jiff::civil::Date>().is_err()
            }
            None => !value.is_null(),
        },
        "first_name"
        | "last_name"
        | "preferred_name"
        | "email"
        | "gender"
        | "position"
        | "weekly_working_hours"
        | "termination_type"
        | "termination_reason" => known.is_none(),
        "status" | "employment_type" => {
            known.is_none_or(|word| word.is_empty() || word != word.to_lowercase())
        }
        "supervisor" => !value.is_null() && value.as_u64().is_none(),
        _ => false,
    }
}

fn number(flat: &Flat, key: &str) -> Result<Option<u64>, String> {
    match flat.get(key) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) if text.trim().is_empty() => Ok(None),
        Some(Json::String(text)) => text
            .trim()
            .parse()
            .map(Some)
            .map_err(|_| format!("`{key}` is no number: {text}")),
        Some(value) => value
            .as_u64()
            .map(Some)
            .ok_or(format!("`{key}` is no number: {value}")),
    }
}

/// A day, from as much of a text as is one: offsets belong to midnight, and are written anew.
fn date(flat: &Flat, key: &str) -> Result<Option<Day>, String> {
    let text = text(flat, key);
    match day(text.trim()) {
        _ if text.trim().is_empty() => Ok(None),
        Some(day) => Ok(Some(day)),
        None => Err(format!("`{key}` is no date: {text}")),
    }
}

/// What has the shape of a day, if the text begins with such.
fn day(text: &str) -> Option<Day> {
    let day = text.get(..10)?;
    let shaped = day
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-');
    shaped.then(|| Day(day.to_owned()))
}

fn instant(flat: &Flat, key: &str) -> Result<Option<Timestamp>, String> {
    let text = text(flat, key);
    if text.is_empty() {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|_| format!("`{key}` is no instant: {text}"))
}
