//! The second generation: persons, employments and tables, read into the attributes that version 1 has for them.
//!
//! A policy names attributes once, as version 1 calls them. Where each of them is here stands in `FIELDS`; custom
//! attributes keep their name, and what is not in the table is not in this generation.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::value::RawValue as Json;

use super::employment::{NullObject, employments};
use super::is_plain;
pub(in crate::personio) use super::page::Listed;
use super::page::{list, not_json};
use super::value::{Tags, value};
use crate::hr::{RawValue, Schema, Type};

/// The tables that ids refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::personio) enum Refers {
    /// `GET /v2/org-units?type=department`.
    Department,
    /// `GET /v2/org-units?type=team`.
    Team,
    /// `GET /v2/workplaces`.
    Workplace,
    /// `GET /v2/legal-entities`.
    LegalEntity,
    /// `GET /v2/cost-centers`.
    CostCenter,
}

/// Names by id, of each table that was read.
pub(in crate::personio) type Tables = BTreeMap<Refers, BTreeMap<Arc<str>, Arc<str>>>;

/// Where an attribute is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A field of the person.
    Person(&'static str),
    /// The address in an object of the person.
    PersonAddress(&'static str),
    /// A word of the person in capitals, where `UNSPECIFIED` is none.
    PersonWord(&'static str),
    /// A field of the employment that counts, or of an object in it.
    Employment(&'static [&'static str]),
    /// A word of it in capitals.
    EmploymentWord(&'static [&'static str]),
    /// A number of it, which version 1 writes as a text.
    EmploymentNumber(&'static str),
    /// The id of another person.
    EmploymentPerson(&'static str),
    /// The id of a row of a table, whose name counts.
    EmploymentRef(&'static str, Refers),
    /// The org unit of that type.
    Unit(&'static str, Refers),
    /// All cost centers.
    CostCenters,
}

const FIELDS: &[(&str, Place)] = &[
    ("id", Place::Person("id")),
    ("first_name", Place::Person("first_name")),
    ("last_name", Place::Person("last_name")),
    ("preferred_name", Place::Person("preferred_name")),
    ("email", Place::Person("email")),
    ("profile_picture", Place::PersonAddress("profile_picture")),
    ("gender", Place::PersonWord("gender")),
    ("created_at", Place::Person("created_at")),
    ("last_modified_at", Place::Person("updated_at")),
    ("status", Place::EmploymentWord(&["status"])),
    ("employment_type", Place::EmploymentWord(&["type"])),
    ("position", Place::Employment(&["position", "title"])),
    (
        "weekly_working_hours",
        Place::EmploymentNumber("weekly_working_hours"),
    ),
    ("hire_date", Place::Employment(&["employment_start_date"])),
    (
        "probation_period_end",
        Place::Employment(&["probation_end_date"]),
    ),
    (
        "contract_end_date",
        Place::Employment(&["contract_end_date"]),
    ),
    (
        "termination_date",
        Place::Employment(&["termination", "termination_date"]),
    ),
    (
        "last_working_day",
        Place::Employment(&["termination", "last_working_day"]),
    ),
    (
        "termination_type",
        Place::EmploymentWord(&["termination", "type"]),
    ),
    (
        "termination_reason",
        Place::Employment(&["termination", "reason"]),
    ),
    ("supervisor", Place::EmploymentPerson("supervisor")),
    ("office", Place::EmploymentRef("office", Refers::Workplace)),
    (
        "subcompany",
        Place::EmploymentRef("legal_entity", Refers::LegalEntity),
    ),
    ("department", Place::Unit("department", Refers::Department)),
    ("team", Place::Unit("team", Refers::Team)),
    ("cost_centers", Place::CostCenters),
];

/// What the schema wants of this generation.
#[derive(Debug)]
pub(in crate::personio) struct Wanted<'s> {
    schema: &'s Schema,
    /// By the order of the schema's sources.
    places: Vec<Source>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    At(Place),
    Custom,
    /// The employments as a list.
    Employments,
    /// Nowhere.
    None,
}

/// A person as it is listed.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::personio) struct Person {
    pub(in crate::personio) id: Arc<str>,
    /// When it changed last, if that is told.
    pub(in crate::personio) updated: Option<String>,
    /// The ids of the employments, as far as they are told.
    pub(in crate::personio) employments: Vec<String>,
    /// Whether all employments tell their state; nothing where there are none, or they are not read yet.
    pub(in crate::personio) states: Option<bool>,
    /// By the order of the schema's sources; those of employments are not there yet.
    pub(in crate::personio) fields: Box<[Option<RawValue>]>,
}

type Object<'a> = BTreeMap<Cow<'a, str>, &'a Json>;

impl<'s> Wanted<'s> {
    pub(in crate::personio) fn new(schema: &'s Schema) -> Self {
        let employed = schema
            .employments()
            .and_then(|(position, _)| schema.source_of(position));
        let place = |(index, source): (usize, &Arc<str>)| {
            if employed == Some(index) {
                return Source::Employments;
            }
            let known = FIELDS.iter().find(|(name, _)| *name == source.as_ref());
            match known {
                Some((_, place)) => Source::At(*place),
                None if ONLY_V1.contains(&source.as_ref()) => Source::None,
                // `dynamic_2817401`, or the name that it has in every company.
                None => Source::Custom,
            }
        };
        Self {
            schema,
            places: (0..).zip(schema.sources()).map(place).collect(),
        }
    }

    /// The sources that this generation does not have, by index.
    pub(in crate::personio) fn absent(&self) -> impl Iterator<Item = usize> {
        let places = self.places.iter().enumerate();
        places.filter_map(|(index, place)| (*place == Source::None).then_some(index))
    }

    /// The tables that are needed.
    pub(in crate::personio) fn tables(&self) -> Vec<Refers> {
        let mut tables: Vec<Refers> = self
            .places
            .iter()
            .filter_map(|place| match place {
                Source::At(Place::EmploymentRef(_, table) | Place::Unit(_, table)) => Some(*table),
                Source::At(Place::CostCenters) => Some(Refers::CostCenter),
                Source::At(_) | Source::Custom | Source::Employments | Source::None => None,
            })
            .collect();
        tables.sort_unstable();
        tables.dedup();
        tables
    }

    /// Whether employments are needed at all.
    pub(in crate::personio) fn employments(&self) -> bool {
        self.places.iter().any(|place| match place {
            Source::At(Place::Person(_) | Place::PersonAddress(_) | Place::PersonWord(_))
            | Source::Custom
            | Source::None => false,
            Source::At(_) | Source::Employments => true,
        })
    }

    /// A page of persons.
    pub(in crate::personio) fn persons(&self, body: &[u8]) -> Result<Listed<Person>, String> {
        let (items, next) = list(body)?;
        let items: Result<Vec<Person>, String> =
            items.into_iter().map(|item| self.person(item)).collect();
        Ok(Listed {
            items: items?,
            next,
        })
    }

    /// One person.
    pub(in crate::personio) fn one(&self, body: &[u8]) -> Result<Person, String> {
        // Seen both bare and within `_data`.
        let json: &Json = serde_json::from_slice(body).map_err(|error| not_json(&error))?;
        let inner = object(json).and_then(|object| object.get("_data").copied());
        self.person(inner.unwrap_or(json))
    }

    fn person(&self, json: &Json) -> Result<Person, String> {
        let object = object(json).ok_or("a person is no object")?;
        let id = object
            .get("id")
            .and_then(|id| text(id))
            .filter(|id| !id.is_empty());
        let id = id.ok_or("a person has no `id`")?;
        let custom = custom(&object)?;
        let field = |(index, place): (usize, &Source)| match place {
            Source::At(Place::Person(name)) => object.get(*name).map(|json| value(json, Tags::No)),
            Source::At(Place::PersonWord(name)) => object.get(*name).map(|json| word(json)),
            Source::At(Place::PersonAddress(name)) => {
                let found = object.get(*name)?;
                let address = self::object(found).and_then(|one| one.get("url").copied());
                Some(address.map_or(RawValue::Null, |json| value(json, Tags::No)))
            }
            Source::Custom => {
                let name = self.schema.sources().get(index)?;
                let found = custom.iter().find(|one| one.is(name))?;
                Some(found.raw(self.tags(index)))
            }
            Source::At(_) | Source::Employments | Source::None => None,
        };
        Ok(Person {
            fields: self.places.iter().enumerate().map(field).collect(),
            employments: employment_ids(&object),
            states: None,
            updated: object.get("updated_at").and_then(|json| text(json)),
            id: id.into(),
        })
    }

    fn tags(&self, index: usize) -> Tags {
        let mut attributes = self.schema.attributes_from(index);
        if attributes.any(|attribute| matches!(attribute.ty, Type::List(_))) {
            Tags::Wanted
        } else {
            Tags::No
        }
    }

    /// A page of employments, each as it came.
    pub(in crate::personio) fn employment_page(body: &[u8]) -> Result<Listed<Box<Json>>, String> {
        let (items, next) = list(body)?;
        let items = items.into_iter().map(ToOwned::to_owned).collect();
        Ok(Listed { items, next })
    }

    /// Whether a person refers to a row whose name is not known.
    pub(in crate::personio) fn is_unresolved(&self, person: &Person) -> bool {
        let refers = |place: &Source| match place {
            Source::At(Place::EmploymentRef(..) | Place::Unit(..) | Place::CostCenters) => true,
            Source::At(_) | Source::Custom | Source::Employments | Source::None => false,
        };
        let unresolved = |field: &Option<RawValue>| match field {
            Some(RawValue::Unusable(what)) => what != NO_EMPLOYMENT && what != NO_STATE,
            Some(RawValue::List(items)) => items
                .iter()
                .any(|item| matches!(item, RawValue::Unusable(_))),
            Some(_) | None => false,
        };
        self.places
            .iter()
            .zip(&person.fields)
            .any(|(place, field)| refers(place) && unresolved(field))
    }

    /// Whether these are all the employments that the person is told to have.
    pub(in crate::personio) fn has_all(person: &Person, all: &[Box<Json>]) -> bool {
        let ids: Vec<String> = all.iter().filter_map(|json| id(json)).collect();
        person.employments.iter().all(|told| ids.contains(told))
    }

    /// Fills in what the employments of a person say: of the one that counts, and of all where the policy wants them.
    pub(in crate::personio) fn employ(
        &self,
        person: &mut Person,
        all: &[Box<Json>],
        tables: &Tables,
    ) -> Result<(), String> {
        let mut objects: Vec<Object<'_>> = Vec::with_capacity(all.len());
        for json in all {
            objects.push(object(json).ok_or("an employment is no object")?);
        }
        let told = |object: &Object<'_>| object.contains_key("status");
        person.states = (!objects.is_empty()).then(|| objects.iter().all(told));
        let current = current(&objects);
        for ((index, place), field) in self.places.iter().enumerate().zip(&mut person.fields) {
            *field = match place {
                Source::At(Place::Person(_) | Place::PersonAddress(_) | Place::PersonWord(_))
                | Source::Custom
                | Source::None => continue,
                Source::Employments => Some(self.all(all, index)),
                Source::At(place) => match current {
                    Some(current) => of_employment(current, *place, tables),
                    // That nobody says when it ends does not mean that it goes on.
                    None => Some(RawValue::Unusable(NO_EMPLOYMENT.to_owned())),
                },
            };
        }
        Ok(())
    }

    /// Takes back what the employments of a person say, where one of them does not tell its state as others do: it may
    /// be the one that counts.
    pub(in crate::personio) fn unsettle(&self, person: &mut Person) {
        for (place, field) in self.places.iter().zip(&mut person.fields) {
            match place {
                Source::At(Place::Person(_) | Place::PersonAddress(_) | Place::PersonWord(_))
                | Source::Custom
                | Source::None => {}
                Source::At(_) | Source::Employments => {
                    *field = Some(RawValue::Unusable(NO_STATE.to_owned()));
                }
            }
        }
    }

    fn all(&self, all: &[Box<Json>], index: usize) -> RawValue {
        let fields = self.schema.employments().map(|(_, fields)| fields.clone());
        let own = self
            .schema
            .employments()
            .and_then(|(position, _)| self.schema.source_of(position));
        match fields {
            Some(fields) if own == Some(index) => {
                let one = |json| employments(json, &fields, NullObject::SaysNothing);
                RawValue::List(all.iter().map(|json| &**json).map(one).collect())
            }
            Some(_) | None => RawValue::Null,
        }
    }
}

/// What stands in place of what an employment would say.
const NO_EMPLOYMENT: &str = "of a person without an employment";

/// What stands in place of what employments say of which one does not tell its state.
const NO_STATE: &str = "of a person with an employment without a status";

/// What version 2 has no place for.
const ONLY_V1: &[&str] = &[
    "work_schedule",
    "holiday_calendar",
    "absence_entitlement",
    "vacation_day_balance",
    "fix_salary",
    "fix_salary_interval",
    "hourly_salary",
];

/// Id and name of a row.
type Row = (Arc<str>, Arc<str>);

/// A page of a table: names by id.
pub(in crate::personio) fn rows(body: &[u8]) -> Result<Listed<Row>, String> {
    let (items, next) = list(body)?;
    let row = |json: &Json| -> Result<Row, String> {
        let object = object(json).ok_or("a row is no object")?;
        let id = object
            .get("id")
            .and_then(|id| text(id))
            .ok_or("a row has no `id`")?;
        let name = object
            .get("name")
            .and_then(|name| text(name))
            .unwrap_or_default();
        Ok((id.into(), name.into()))
    };
    let items: Result<Vec<_>, String> = items.into_iter().map(row).collect();
    Ok(Listed {
        items: items?,
        next,
    })
}

/// Whether an attribute stands within an object of an employment: where nobody has that object, nothing shows whether the
/// attribute would be sent.
pub(in crate::personio) fn is_within(source: &str) -> bool {
    let is_deep = |place: &Place| match place {
        Place::Employment(path) | Place::EmploymentWord(path) => path.len() > 1,
        Place::Person(_)
        | Place::PersonAddress(_)
        | Place::PersonWord(_)
        | Place::EmploymentNumber(_)
        | Place::EmploymentPerson(_)
        | Place::EmploymentRef(..)
        | Place::Unit(..)
        | Place::CostCenters => false,
    };
    let found = FIELDS.iter().find(|(name, _)| *name == source);
    found.is_some_and(|(_, place)| is_deep(place))
}

/// What a credential's list of attributes calls what stands in an employment under that path, if it has a name for it.
pub(in crate::personio) fn attribute_of(path: &str) -> Option<&'static str> {
    if path == "employment_end_date" {
        return Some("termination_date");
    }
    let path = path.strip_suffix(".id").unwrap_or(path);
    let is_there = |place: &Place| match place {
        Place::Employment(names) | Place::EmploymentWord(names) => {
            path.split('.').eq(names.iter().copied())
        }
        Place::EmploymentNumber(name)
        | Place::EmploymentPerson(name)
        | Place::EmploymentRef(name, _) => path == *name,
        Place::CostCenters => path == "cost_centers",
        Place::Person(_) | Place::PersonAddress(_) | Place::PersonWord(_) | Place::Unit(..) => {
            false
        }
    };
    let found = FIELDS.iter().find(|(_, place)| is_there(place));
    found.map(|(name, _)| *name)
}

fn employment_ids(person: &Object<'_>) -> Vec<String> {
    let list = person
        .get("employments")
        .map(|json| json.get())
        .unwrap_or_default();
    let items: Vec<&Json> = serde_json::from_str(list).unwrap_or_default();
    items.into_iter().filter_map(id).collect()
}

/// The employment that counts: one that goes on or will, else the one that began last. Personio lists the latest first.
fn current<'o, 'a>(employments: &'o [Object<'a>]) -> Option<&'o Object<'a>> {
    let rank = |employment: &Object<'_>| {
        let status = employment
            .get("status")
            .and_then(|json| text(json))
            .unwrap_or_default();
        let goes_on = matches!(
            status.to_uppercase().as_str(),
            "ACTIVE" | "LEAVE" | "ONBOARDING"
        );
        let start = employment
            .get("employment_start_date")
            .and_then(|json| text(json));
        (goes_on, start.unwrap_or_default())
    };
    // The last of equals wins, and the first is the latest.
    employments
        .iter()
        .rev()
        .max_by_key(|employment| rank(employment))
}

fn of_employment(employment: &Object<'_>, place: Place, tables: &Tables) -> Option<RawValue> {
    match place {
        Place::Person(_) | Place::PersonAddress(_) | Place::PersonWord(_) => None,
        Place::Employment(path) => {
            let found = within(employment, path);
            // The official examples call one field otherwise than the schema beside them.
            let found = found.or_else(|| match path {
                [first, "last_working_day"] => within(employment, &[*first, "last_working_date"]),
                _ => None,
            });
            found.map(|json| value(json, Tags::No))
        }
        Place::EmploymentWord(path) => within(employment, path).map(word),
        Place::EmploymentNumber(name) => employment.get(name).map(|json| match json.get() {
            number if number.starts_with(|first: char| first.is_ascii_digit() || first == '-') => {
                RawValue::Text(number.to_owned())
            }
            _ => value(json, Tags::No),
        }),
        Place::EmploymentPerson(name) => employment.get(name).map(|json| match id(json) {
            Some(id) => RawValue::Reference(Box::new(RawValue::Text(id))),
            None => RawValue::Null,
        }),
        Place::EmploymentRef(name, table) => employment
            .get(name)
            .map(|json| id(json).map_or(RawValue::Null, |id| named(&id, table, tables))),
        Place::Unit(ty, table) => employment.get("org_units").map(|json| {
            let units: Vec<&Json> = serde_json::from_str(json.get()).unwrap_or_default();
            let of_type = |json: &&&Json| {
                let ty_of = object(json).and_then(|unit| unit.get("type").and_then(|ty| text(ty)));
                ty_of.is_some_and(|found| found.eq_ignore_ascii_case(ty))
            };
            let unit = units.iter().find(of_type).and_then(|unit| id(unit));
            unit.map_or(RawValue::Null, |id| named(&id, table, tables))
        }),
        Place::CostCenters => employment.get("cost_centers").map(|json| {
            let centers: Vec<&Json> = serde_json::from_str(json.get()).unwrap_or_default();
            let ids = centers.into_iter().filter_map(id);
            RawValue::List(
                ids.map(|id| named(&id, Refers::CostCenter, tables))
                    .collect(),
            )
        }),
    }
}

/// The name of a row; an id that its table does not have is told, for it would read like no department.
fn named(id: &str, table: Refers, tables: &Tables) -> RawValue {
    let name = tables.get(&table).and_then(|rows| rows.get(id));
    match name {
        Some(name) if name.is_empty() => RawValue::Null,
        Some(name) => RawValue::Text(name.to_string()),
        None => RawValue::Unusable(format!(
            "the id {id}, which Personio's list of names does not have"
        )),
    }
}

/// A custom attribute.
struct Custom<'a> {
    id: Cow<'a, str>,
    global: Option<String>,
    list: bool,
    value: Option<&'a Json>,
}

impl Custom<'_> {
    fn is(&self, name: &str) -> bool {
        self.id == name || self.global.as_deref() == Some(name)
    }

    fn raw(&self, tags: Tags) -> RawValue {
        let tags = if self.list { Tags::Told } else { tags };
        self.value.map_or(RawValue::Null, |json| value(json, tags))
    }
}

fn custom<'a>(person: &Object<'a>) -> Result<Vec<Custom<'a>>, String> {
    let Some(json) = person
        .get("custom_attributes")
        .filter(|json| json.get() != "null")
    else {
        return Ok(Vec::new());
    };
    let items: Vec<&'a Json> = serde_json::from_str(json.get())
        .map_err(|_| "`custom_attributes` is no list".to_owned())?;
    let one = |json: &'a Json| {
        let object = object(json).ok_or("a custom attribute is no object")?;
        let id = object
            .get("id")
            .and_then(|id| text(id))
            .ok_or("a custom attribute has no `id`")?;
        let ty = object
            .get("type")
            .and_then(|ty| text(ty))
            .unwrap_or_default();
        Ok(Custom {
            id: id.into(),
            global: object.get("global_id").and_then(|json| text(json)),
            list: matches!(ty.to_lowercase().as_str(), "string_list" | "tags"),
            value: object.get("value").copied(),
        })
    };
    items.into_iter().map(one).collect()
}

fn object(json: &Json) -> Option<Object<'_>> {
    json.get()
        .starts_with('{')
        .then(|| serde_json::from_str(json.get()).ok())
        .flatten()
}

/// A text, or a number as one: ids are texts that older answers write as numbers.
pub(super) fn text(json: &Json) -> Option<String> {
    let raw = json.get();
    if raw.starts_with('"') {
        return serde_json::from_str(raw).ok();
    }
    raw.starts_with(|first: char| first.is_ascii_digit())
        .then(|| raw.to_owned())
}

/// The id within `{"id": …}`.
pub(super) fn id(json: &Json) -> Option<String> {
    object(json)?
        .get("id")
        .and_then(|id| text(id))
        .filter(|id| !id.is_empty())
}

/// A word in capitals as version 1 writes it: `SUB_COMPANY_SWITCH` is `sub-company-switch`, `UNSPECIFIED` is nothing.
pub(super) fn word(json: &Json) -> RawValue {
    match text(json) {
        Some(word) if word.eq_ignore_ascii_case("unspecified") => RawValue::Null,
        Some(word) if is_plain(&word) => RawValue::Text(word.to_lowercase().replace('_', "-")),
        Some(_) | None => value(json, Tags::No),
    }
}

/// What stands under a path of names. Where an object on the way is null, that says nothing of what would be in it, not
/// even that it would be sent.
fn within<'a>(object: &Object<'a>, path: &[&str]) -> Option<&'a Json> {
    let (first, rest) = path.split_first()?;
    let json = *object.get(*first)?;
    if rest.is_empty() {
        return Some(json);
    }
    within(&self::object(json)?, rest)
}
