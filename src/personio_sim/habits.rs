//! The odd things that real HR data does, each of which has surprised a directory somewhere.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::company::{Company, Employment, Person, Termination};

/// Something that real data does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// HR sets somebody inactive at once, whatever the dates say.
    InactiveByHand,
    /// Somebody's last day ends, and Personio calls them active until 00:00 UTC, which in Berlin is after midnight.
    LastDay,
    /// A termination that was called off still stands on an employment that goes on.
    StaleTermination,
    /// Somebody comes back under a new id.
    NewId,
    /// A test employee among the others.
    TestEmployee,
    /// Somebody changes to another company of the group: one employment ends, another begins.
    CompanySwitch,
    /// Somebody has no address.
    NoEmail,
    /// Somebody's address is a private one.
    PrivateEmail,
    /// A department has another name from now on.
    DepartmentRenamed,
    /// Retention deletes somebody who left.
    Retention,
}

impl Habit {
    /// All of them, each with its name and what it does.
    pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (
            Self::InactiveByHand,
            "inactive-by-hand",
            "HR sets somebody inactive at once, whatever the dates say",
        ),
        (
            Self::LastDay,
            "last-day",
            "somebody's last day ends; inactive from the next 00:00 UTC",
        ),
        (
            Self::StaleTermination,
            "stale-termination",
            "a past termination stands on an employment that goes on",
        ),
        (
            Self::NewId,
            "new-id",
            "somebody who left comes back under a new id",
        ),
        (
            Self::TestEmployee,
            "test-employee",
            "a test employee among the others",
        ),
        (
            Self::CompanySwitch,
            "company-switch",
            "one employment ends, one with another company begins",
        ),
        (Self::NoEmail, "no-email", "somebody's address is empty"),
        (
            Self::PrivateEmail,
            "private-email",
            "somebody's address is a private one",
        ),
        (
            Self::DepartmentRenamed,
            "department-renamed",
            "the largest department gets another name",
        ),
        (Self::Retention, "retention", "somebody who left is deleted"),
    ];

    /// Does it to somebody, the same one each time, and says to whom.
    pub fn befall(self, company: &mut Company, now: Timestamp) -> Result<String, String> {
        let today = now.to_zoned_datetime(TimeZone::UTC).date();
        let yesterday = today.checked_sub(Span::new().days(1)).unwrap_or(today);
        if self == Self::DepartmentRenamed {
            return rename_department(company);
        }
        if self == Self::TestEmployee {
            return Ok(add(company, "Test", "Testperson", now));
        }
        let left = matches!(self, Self::NewId | Self::Retention);
        let chosen = |person: &Person| {
            let employment = person.employment();
            employment.is_some_and(|one| {
                if left {
                    one.status == "inactive"
                } else {
                    one.status == "active" && one.termination.is_none() && one.ty == "internal"
                }
            })
        };
        let id = company
            .people
            .iter()
            .rev()
            .find(|person| chosen(person))
            .map(|person| person.id);
        let id = id.ok_or_else(|| format!("nobody is there for {self}"))?;
        if self == Self::Retention {
            company.people.retain(|person| person.id != id);
            return Ok(format!("{self}: {id} is deleted"));
        }
        if self == Self::NewId {
            let names = company
                .person(id)
                .map(|person| (person.first_name.clone(), person.last_name.clone()));
            let (first, last) = names.unwrap_or_default();
            return Ok(format!(
                "{}, who was {id}",
                add(company, &first, &last, now)
            ));
        }
        let entity = company.legal_entities.id("Second Company", 70_000);
        let Some(person) = company.person_mut(id) else {
            return Err(format!("nobody is there for {self}"));
        };
        match self {
            Self::NoEmail => person.email.clear(),
            Self::PrivateEmail => person.email = format!("private{id}@freemail.example"),
            _ => {}
        }
        let of_person = matches!(self, Self::NoEmail | Self::PrivateEmail);
        if of_person {
            person.updated_at = now;
        }
        if let Some(employment) = person.employment_mut() {
            if !of_person {
                employment.updated_at = Some(now);
            }
            let ends = |ty: &str| Termination {
                date: Some(yesterday.into()),
                ty: ty.to_owned(),
                ..Termination::default()
            };
            match self {
                Self::InactiveByHand => "inactive".clone_into(&mut employment.status),
                Self::LastDay => {
                    employment.termination = Some(Termination {
                        date: Some(today.into()),
                        ..ends("employee")
                    });
                }
                Self::StaleTermination => {
                    // Terminated once, and taken back: the date stays behind.
                    employment.termination = Some(ends("agreement"));
                }
                Self::CompanySwitch => {
                    let next = Employment {
                        id: employment.id.replacen("4000", "4001", 1),
                        hire_date: Some(today.into()),
                        subcompany: Some(entity),
                        termination: None,
                        ..employment.clone()
                    };
                    employment.termination = Some(ends("sub-company-switch"));
                    "inactive".clone_into(&mut employment.status);
                    person.employments.insert(0, next);
                }
                _ => {}
            }
        }
        Ok(format!("{self}: {id}"))
    }
}

fn add(company: &mut Company, first: &str, last: &str, now: Timestamp) -> String {
    let id = company
        .people
        .iter()
        .map(|person| person.id)
        .max()
        .unwrap_or(0)
        + 1;
    let today = now.to_zoned_datetime(TimeZone::UTC).date();
    company.people.push(Person {
        id,
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        preferred_name: String::new(),
        email: String::new(),
        gender: String::new(),
        created_at: now,
        updated_at: now,
        custom: std::collections::BTreeMap::new(),
        only_v1: std::collections::BTreeMap::new(),
        verbatim: std::collections::BTreeMap::new(),
        employments: vec![Employment {
            id: format!("{id:08x}-0000-4000-8000-000000000000"),
            status: "active".to_owned(),
            ty: "internal".to_owned(),
            weekly_working_hours: "40".to_owned(),
            hire_date: Some(today.into()),
            ..Employment::default()
        }],
    });
    format!("{id}: {first} {last} is new")
}

fn rename_department(company: &mut Company) -> Result<String, String> {
    let size = |id: u64| {
        let employments = company.people.iter().filter_map(Person::employment);
        employments.filter(|one| one.department == Some(id)).count()
    };
    let largest = company
        .departments
        .names
        .keys()
        .copied()
        .max_by_key(|id| size(*id));
    let name = largest.and_then(|id| company.departments.names.get_mut(&id));
    let name = name.ok_or("there is no department")?;
    let before = name.clone();
    name.push_str(" & Friends");
    Ok(format!("`{before}` is `{name}` from now on"))
}

impl fmt::Display for Habit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = Self::ALL.iter().find(|(habit, ..)| habit == self);
        f.write_str(named.map_or("", |(_, name, _)| name))
    }
}

impl FromStr for Habit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(_, name, _)| *name == text);
        found.map(|(habit, ..)| *habit).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|(_, name, _)| *name).collect();
            format!("there is no habit `{text}`; there are {}", names.join(", "))
        })
    }
}
