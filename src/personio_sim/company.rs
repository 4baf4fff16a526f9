//! The company that the simulator plays: people, their employments, and the tables that these refer to.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value as Json;

/// A company.
#[derive(Debug, Clone, Default)]
pub struct Company {
    /// People, in the order in which lists name them.
    pub people: Vec<Person>,
    /// Custom attributes, by key.
    pub custom: BTreeMap<String, Custom>,
    /// Departments, by id.
    pub departments: Table,
    /// Teams, by id.
    pub teams: Table,
    /// Workplaces, which version 1 calls offices.
    pub workplaces: Table,
    /// Legal entities, which version 1 calls subcompanies.
    pub legal_entities: Table,
    /// Cost centers.
    pub cost_centers: Table,
    /// Kinds of absence.
    pub absence_types: Table,
    /// Time off.
    pub absences: Vec<Absence>,
    /// What people look like, by id, as it was uploaded.
    pub photos: BTreeMap<u64, Vec<u8>>,
}

/// Days on which somebody is away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    /// The number that version 1 uses.
    pub id: u64,
    /// Whose.
    pub person: u64,
    /// The kind, by id.
    pub ty: u64,
    /// The first day.
    pub start: Date,
    /// The last day; open if there is none.
    pub end: Option<Date>,
    /// `approved`, `pending` or `rejected`.
    pub status: String,
    /// When it changed last.
    pub updated_at: Timestamp,
}

/// Names by id.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// By id.
    pub names: BTreeMap<u64, String>,
}

/// A custom attribute.
#[derive(Debug, Clone)]
pub struct Custom {
    /// What people read.
    pub label: String,
    /// The type as version 1 writes it: `standard`, `list`, `tags`, `date`, `integer`, `decimal`, `link`, `multiline`.
    pub ty: String,
    /// A name that is the same in every company.
    pub universal_id: Option<String>,
}

/// A day as the data writes it, `2026-03-02`. It may be none, as `2026-02-30`: HR systems have such.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day(pub String);

impl Day {
    /// The date, if it is one.
    pub fn date(&self) -> Option<Date> {
        self.0.parse().ok()
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self(date.to_string())
    }
}

/// A person.
#[derive(Debug, Clone)]
pub struct Person {
    /// The id, the same in both generations.
    pub id: u64,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// What they are called; empty if nothing else.
    pub preferred_name: String,
    /// The work address; empty if none.
    pub email: String,
    /// `male`, `female`, `diverse` or empty.
    pub gender: String,
    /// When the record was made.
    pub created_at: Timestamp,
    /// When anything of it changed.
    pub updated_at: Timestamp,
    /// Values of custom attributes.
    pub custom: BTreeMap<String, Json>,
    /// What only version 1 has, as it stands there.
    pub only_v1: BTreeMap<String, Json>,
    /// What version 1 says of attributes whose recorded value is none that they can have, such as a day that is none:
    /// served as it was recorded.
    pub verbatim: BTreeMap<String, Json>,
    /// Employments, the latest first; never empty.
    pub employments: Vec<Employment>,
}

/// An employment.
#[derive(Debug, Clone, Default)]
pub struct Employment {
    /// A UUID.
    pub id: String,
    /// `active`, `inactive`, `onboarding` or `leave`.
    pub status: String,
    /// `internal` or `external`.
    pub ty: String,
    /// The title.
    pub position: String,
    /// Hours, as `40` or `38.5`.
    pub weekly_working_hours: String,
    /// The first day.
    pub hire_date: Option<Day>,
    /// The day after which nobody is on probation.
    pub probation_period_end: Option<Day>,
    /// When the contract ends by itself; ends nothing.
    pub contract_end_date: Option<Day>,
    /// The end of it, if it is terminated.
    pub termination: Option<Termination>,
    /// The person to whom this one reports.
    pub supervisor: Option<u64>,
    /// By id.
    pub office: Option<u64>,
    /// By id.
    pub department: Option<u64>,
    /// By id.
    pub team: Option<u64>,
    /// By id.
    pub subcompany: Option<u64>,
    /// By id, each with its percentage.
    pub cost_centers: Vec<(u64, u64)>,
    /// When it changed last, if that was not when the person did: nothing promises that a change of an employment
    /// shows in the timestamp of the person, so it does not.
    pub updated_at: Option<Timestamp>,
}

/// How an employment ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Termination {
    /// The last day of employment.
    pub date: Option<Day>,
    /// The last day at work.
    pub last_working_day: Option<Day>,
    /// Why, in Personio's words of version 1: `employee`, `mutual-agreement`.
    pub ty: String,
    /// In HR's own words.
    pub reason: String,
}

impl Table {
    /// The id of a name, which is added if it is new.
    pub fn id(&mut self, name: &str, first: u64) -> u64 {
        let known = self.names.iter().find(|(_, known)| *known == name);
        if let Some((id, _)) = known {
            return *id;
        }
        let id = self.names.keys().next_back().map_or(first, |last| last + 1);
        self.names.insert(id, name.to_owned());
        id
    }

    /// The name of an id.
    pub fn name(&self, id: u64) -> &str {
        self.names.get(&id).map_or("", String::as_str)
    }
}

impl Person {
    /// The employment that counts: one that goes on or will, else the latest.
    pub fn employment(&self) -> Option<&Employment> {
        let current = self.employments.iter().find(|one| one.status != "inactive");
        current.or_else(|| self.employments.first())
    }

    /// When the person or any of the employments changed last: version 1 has one timestamp for both.
    pub fn modified_at(&self) -> Timestamp {
        let employments = self.employments.iter().filter_map(|one| one.updated_at);
        employments.fold(self.updated_at, Timestamp::max)
    }

    /// The same, to be changed.
    pub fn employment_mut(&mut self) -> Option<&mut Employment> {
        let current = self
            .employments
            .iter()
            .position(|one| one.status != "inactive");
        self.employments.get_mut(current.unwrap_or(0))
    }
}

impl Company {
    /// The person of that id.
    pub fn person(&self, id: u64) -> Option<&Person> {
        // Most data is in the order of ids; where it is not, a search that fails says nothing.
        let sorted = self.people.binary_search_by_key(&id, |person| person.id);
        let found = sorted.ok().and_then(|index| self.people.get(index));
        found.or_else(|| self.people.iter().find(|person| person.id == id))
    }

    /// The same, to be changed.
    pub fn person_mut(&mut self, id: u64) -> Option<&mut Person> {
        self.people.iter_mut().find(|person| person.id == id)
    }

    /// Lets the time between two instants pass as Personio does: whose last day is over becomes inactive at 00:00 UTC
    /// of the day after, whoever is onboarding becomes active on the first day. Returns who changed, and the event.
    ///
    /// What became due before is left as it is: data may well say that somebody is active whose date is long past.
    pub fn pass_time(&mut self, from: Timestamp, to: Timestamp) -> Vec<(u64, &'static str)> {
        let day = |instant| TimeZone::UTC.to_datetime(instant).date();
        if day(from) == day(to) {
            return Vec::new(); // no midnight lies between them
        }
        let due = |day: Option<Date>| {
            let midnight = day.and_then(|day| day.to_zoned_datetime(TimeZone::UTC).ok());
            midnight.is_some_and(|at| from < at.timestamp() && at.timestamp() <= to)
        };
        let mut changed = Vec::new();
        for person in &mut self.people {
            for employment in &mut person.employments {
                let ended = employment.termination.as_ref();
                let ended = ended.and_then(|end| end.date.as_ref()?.date());
                let over = due(ended.and_then(|last| last.tomorrow().ok()));
                let (next, event) = match employment.status.as_str() {
                    "active" | "leave" | "onboarding" if over => {
                        ("inactive", "employment.terminated")
                    }
                    "onboarding" if due(employment.hire_date.as_ref().and_then(Day::date)) => {
                        ("active", "employment.started")
                    }
                    _ => continue,
                };
                next.clone_into(&mut employment.status);
                employment.updated_at = Some(to);
                changed.push((person.id, event));
            }
        }
        changed
    }
}
