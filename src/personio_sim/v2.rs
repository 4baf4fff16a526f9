//! What the second generation answers: plain dates, words in capitals, ids in place of names, custom attributes as texts,
//! and an address for the next page on Personio's own host, wherever this one is.

use serde_json::{Map, Value as Json, json};

use super::company::{Company, Day, Employment, Person};
use super::credential::Credential;
use super::quirk::Quirk;
use super::v1::tags_of;

/// The host of every address in an answer.
pub(super) const HOST: &str = "https://api.personio.de";

/// How persons and employments are written.
pub(super) struct Writer<'w> {
    pub(super) company: &'w Company,
    pub(super) credential: &'w Credential,
    /// Fields without a value are left out, instead of being null.
    pub(super) omit_empty: bool,
    pub(super) quirks: &'w [Quirk],
}

impl Writer<'_> {
    /// An object of fields: each by the name that version 1 and the credential know, its name here, and its value.
    fn object(&self, fields: Vec<(&str, &str, Json)>) -> Map<String, Json> {
        let mut object = Map::new();
        for (known, name, value) in fields {
            let hidden = !known.is_empty() && !self.credential.may_see(known);
            if hidden || (self.omit_empty && value.is_null()) {
                continue;
            }
            object.insert(name.to_owned(), value);
        }
        object
    }

    pub(super) fn person(&self, person: &Person) -> Json {
        let gone = person
            .employments
            .iter()
            .all(|one| one.status == "inactive");
        let status = if gone { "INACTIVE" } else { "ACTIVE" };
        let custom = person
            .custom
            .iter()
            .filter(|(key, _)| self.credential.may_see(key));
        let custom: Vec<Json> = custom
            .filter_map(|(key, value)| self.custom(key, value))
            .collect();
        let employments: Vec<Json> = person
            .employments
            .iter()
            .map(|one| json!({"id": one.id}))
            .collect();
        let (id, href) = (
            person.id.to_string(),
            format!("{HOST}/v2/persons/{}/employments", person.id),
        );
        let picture = format!("{HOST}/v1/company/employees/{}/profile-picture", person.id);
        let gender = match person.gender.as_str() {
            "" => "UNSPECIFIED".to_owned(),
            gender => gender.to_uppercase(),
        };
        Json::Object(self.object(vec![
            ("", "id", json!(id)),
            ("email", "email", some(&person.email)),
            (
                "created_at",
                "created_at",
                json!(person.created_at.to_string()),
            ),
            (
                "last_modified_at",
                "updated_at",
                json!(person.updated_at.to_string()),
            ),
            ("first_name", "first_name", some(&person.first_name)),
            ("last_name", "last_name", some(&person.last_name)),
            (
                "preferred_name",
                "preferred_name",
                some(&person.preferred_name),
            ),
            (
                "gender",
                "gender",
                json!(Quirk::spell(self.quirks, &gender)),
            ),
            ("status", "status", json!(Quirk::spell(self.quirks, status))),
            ("", "custom_attributes", Json::Array(custom)),
            ("", "employments", Json::Array(employments)),
            (
                "profile_picture",
                "profile_picture",
                json!({"url": picture}),
            ),
            (
                "",
                "_meta",
                json!({"links": {"employments": {"href": href}}}),
            ),
        ]))
    }

    /// A custom attribute: live answers write types in small letters and every value but lists as a text.
    fn custom(&self, key: &str, value: &Json) -> Option<Json> {
        let known = self.company.custom.get(key)?;
        let keep = self.quirks.contains(&Quirk::EmptyCustom);
        let (ty, value) = match known.ty.as_str() {
            "tags" => match tags_of(value) {
                tags if tags.is_empty() && !keep => return None,
                tags => ("string_list", json!(tags)),
            },
            ty => {
                let text = match value {
                    Json::Null if keep => String::new(),
                    Json::Null => return None,
                    Json::String(text) if text.is_empty() && !keep => return None,
                    Json::String(text) if ty == "date" => text.get(..10).unwrap_or(text).to_owned(),
                    Json::String(text) => text.clone(),
                    other => other.to_string(),
                };
                let ty = match ty {
                    "date" => "date",
                    "integer" => "int",
                    "decimal" => "double",
                    _ => "string",
                };
                (ty, json!(text))
            }
        };
        let ty = Quirk::spell(self.quirks, ty);
        let mut custom = json!({"id": key, "type": ty, "value": value});
        if let (Some(id), Json::Object(custom)) = (&known.universal_id, &mut custom) {
            custom.insert("global_id".to_owned(), json!(id));
        }
        Some(custom)
    }

    pub(super) fn employment(&self, person: &Person, employment: &Employment) -> Json {
        let id = |id: Option<u64>| id.map_or(Json::Null, |id| json!({"id": id.to_string()}));
        let date = |day: Option<&Day>| day.map_or(Json::Null, |day| json!(day.0));
        let hours = employment.weekly_working_hours.as_str();
        let whole = hours.parse::<u32>().map(Json::from).ok();
        let hours = whole.or_else(|| hours.parse::<f64>().map(Json::from).ok());
        let hours = hours.unwrap_or_default();
        let units = [
            ("department", employment.department),
            ("team", employment.team),
        ];
        let units = units
            .into_iter()
            .filter(|(ty, _)| self.credential.may_see(ty));
        let units = units.filter_map(|(ty, id)| Some(json!({"type": ty, "id": id?.to_string()})));
        let centers = employment.cost_centers.iter();
        let centers: Vec<Json> = centers
            .map(|(id, weight)| json!({"id": id.to_string(), "weight": weight}))
            .collect();
        let unset = self.quirks.contains(&Quirk::NoEmploymentType) || employment.ty.is_empty();
        let ty = if unset { "unspecified" } else { &employment.ty };
        let ended = employment.termination.as_ref();
        let ended = ended.and_then(|end| end.date.as_ref());
        let mut links = Map::new();
        let at = |id| json!({"href": person_at(id)});
        links.insert("person".to_owned(), at(person.id));
        if let Some(supervisor) = employment
            .supervisor
            .filter(|_| self.credential.may_see("supervisor"))
        {
            links.insert("supervisor".to_owned(), at(supervisor));
        }
        let title = match employment.position.as_str() {
            "" => Json::Null,
            title => json!({"title": title}),
        };
        Json::Object(self.object(vec![
            ("", "id", json!(employment.id)),
            ("", "person", json!({"id": person.id.to_string()})),
            ("status", "status", json!(self.word(&employment.status))),
            ("employment_type", "type", json!(self.word(ty))),
            ("position", "position", title),
            ("weekly_working_hours", "weekly_working_hours", hours),
            (
                "weekly_working_hours",
                "full_time_weekly_working_hours",
                json!(40),
            ),
            ("termination_date", "employment_end_date", date(ended)),
            (
                "hire_date",
                "employment_start_date",
                date(employment.hire_date.as_ref()),
            ),
            (
                "probation_period_end",
                "probation_end_date",
                date(employment.probation_period_end.as_ref()),
            ),
            (
                "contract_end_date",
                "contract_end_date",
                date(employment.contract_end_date.as_ref()),
            ),
            (
                "created_at",
                "created_at",
                json!(person.created_at.to_string()),
            ),
            (
                "last_modified_at",
                "updated_at",
                json!(employment.updated_at.unwrap_or(person.updated_at).to_string()),
            ),
            ("supervisor", "supervisor", id(employment.supervisor)),
            ("office", "office", id(employment.office)),
            ("", "org_units", Json::Array(units.collect())),
            ("subcompany", "legal_entity", id(employment.subcompany)),
            ("subcompany", "sub_company", id(employment.subcompany)),
            ("cost_centers", "cost_centers", Json::Array(centers)),
            ("", "job", Json::Null),
            ("", "termination", self.termination(employment)),
            ("", "_meta", json!({"links": links})),
        ]))
    }

    /// A word of a closed list, as it is spelled here.
    fn word(&self, word: &str) -> String {
        Quirk::spell(self.quirks, &word.to_uppercase())
    }

    /// The word of this generation for one of version 1: what version 1 calls a mutual agreement has a name of its own.
    fn termination_type(&self, ty: &str) -> String {
        match ty {
            "" => String::new(),
            "mutual-agreement" => self.word("agreement"),
            ty => self.word(&ty.replace('-', "_")),
        }
    }

    /// The end of an employment. Which of its fields live answers have was never seen but for the first two.
    fn termination(&self, employment: &Employment) -> Json {
        let Some(end) = &employment.termination else {
            return if self.credential.may_see("termination_date") {
                Json::Null
            } else {
                json!({})
            };
        };
        let date = |day: Option<&Day>| day.map_or(Json::Null, |day| json!(day.0));
        if self.quirks.contains(&Quirk::BareTermination) {
            return Json::Object(self.object(vec![
                (
                    "termination_date",
                    "termination_date",
                    date(end.date.as_ref()),
                ),
                ("termination_date", "terminated_at", Json::Null),
            ]));
        }
        Json::Object(self.object(vec![
            (
                "termination_date",
                "termination_date",
                date(end.date.as_ref()),
            ),
            ("termination_date", "terminated_at", Json::Null),
            (
                "last_working_day",
                "last_working_day",
                date(end.last_working_day.as_ref()),
            ),
            (
                "termination_type",
                "type",
                some(&self.termination_type(&end.ty)),
            ),
            ("termination_reason", "reason", some(&end.reason)),
        ]))
    }
}

fn person_at(id: u64) -> String {
    format!("{HOST}/v2/persons/{id}")
}

fn some(text: &str) -> Json {
    if text.is_empty() {
        Json::Null
    } else {
        json!(text)
    }
}

/// An answer with a list, and the way to the rest of it.
pub(super) fn page(path: &str, items: &[Json], next: Option<&str>, quirks: &[Quirk]) -> Json {
    let host = if quirks.contains(&Quirk::RelativeLinks) {
        ""
    } else {
        HOST
    };
    let mut links = json!({"self": {"href": format!("{host}{path}")}});
    if let (Some(cursor), Json::Object(links)) = (next, &mut links) {
        let next = format!("{host}{path}?cursor={cursor}");
        links.insert("next".to_owned(), json!({"href": next}));
    }
    json!({"_data": items, "_meta": {"links": links}})
}

/// The body of an error.
pub(super) fn problem(title: &str, detail: &str) -> Json {
    json!({
        "personio_trace_id": "5117aced-51a0-4e11-9a11-000000000042",
        "timestamp": "2026-03-02T08:00:00Z",
        "errors": [{"title": title, "detail": detail, "type": "about:blank", "_meta": {}}],
    })
}
