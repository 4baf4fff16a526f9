//! What a rule reads of other people, as a path that begins at the person it is about.
//!
//! A plan says what made a change due; for that it must see that the department of a supervisor is another
//! than at the last run. So each path is read to one text, the same whatever the order of records.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use super::{PersonId, Schema, Snapshot, Standing, Value};

/// One step of a path, from people to people; the last one may lead to values of any kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The attribute at that position.
    Attribute(u32),
    /// The field at that position of each of their employments.
    Employments(u32),
    /// Who reports to them directly.
    Reports,
    /// Who reports to them at any depth.
    AllReports,
}

/// What is read of other people: `supervisor.department`, `reports`, `all_reports.office`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelatedPath {
    /// The path in the policy's words.
    pub name: Arc<str>,
    /// Its steps, at least one.
    pub steps: Vec<Step>,
}

impl RelatedPath {
    /// Whether it leads through, or to, what must not be shown.
    pub fn is_sensitive(&self, schema: &Schema) -> bool {
        let attributes = schema.attributes();
        self.steps.iter().any(|step| match step {
            Step::Attribute(position) => attributes
                .get(*position as usize)
                .is_some_and(|attribute| attribute.sensitive),
            Step::Employments(field) => schema
                .employments()
                .and_then(|(_, fields)| fields.get(*field as usize))
                .is_some_and(|field| field.sensitive),
            Step::Reports | Step::AllReports => schema
                .supervisor()
                .and_then(|position| attributes.get(position))
                .is_some_and(|attribute| attribute.sensitive),
        })
    }
}

impl Snapshot {
    /// What stands at the end of a path that begins at that person: ids and values in the order of ids.
    ///
    /// What cannot be known is part of it, so that it counts as a change when it becomes known.
    pub fn read_related(&self, person: &PersonId, path: &RelatedPath) -> String {
        let mut people: BTreeSet<PersonId> = BTreeSet::from([person.clone()]);
        let Some((last, steps)) = path.steps.split_last() else {
            return String::new();
        };
        let mut text = String::new();
        for step in steps {
            people = self.step(&people, *step, &mut text);
        }
        match last {
            Step::Attribute(_) | Step::Employments(_) => {
                for id in &people {
                    let value = match self.values(id, *last) {
                        Ok(values) if values.is_empty() => "-".to_owned(),
                        Ok(values) => {
                            let values: Vec<String> =
                                values.into_iter().map(ToString::to_string).collect();
                            values.join(", ")
                        }
                        Err(Unreadable) => "?".to_owned(),
                    };
                    let _ = writeln!(text, "{id} {value}");
                }
            }
            Step::Reports | Step::AllReports => {
                for id in self.step(&people, *last, &mut text) {
                    let _ = writeln!(text, "{id}");
                }
            }
        }
        text
    }

    fn step(
        &self,
        people: &BTreeSet<PersonId>,
        step: Step,
        text: &mut String,
    ) -> BTreeSet<PersonId> {
        let mut next = BTreeSet::new();
        for id in people {
            let team = match step {
                Step::Attribute(_) | Step::Employments(_) => {
                    match self.values(id, step) {
                        Ok(values) => next.extend(values.into_iter().flat_map(people_of)),
                        Err(Unreadable) => text.push_str("?\n"),
                    }
                    continue;
                }
                Step::Reports => self.reports(id),
                Step::AllReports => self.all_reports(id),
            };
            next.extend(team.members.into_iter().cloned());
            if team.unknown.is_some() {
                text.push_str("?\n");
            }
        }
        next
    }

    /// What a step reads of somebody's record.
    fn values(&self, id: &PersonId, step: Step) -> Result<Vec<&Value>, Unreadable> {
        let position = match step {
            Step::Attribute(position) => Some(position as usize),
            Step::Employments(_) => self.schema().employments().map(|(position, _)| position),
            Step::Reports | Step::AllReports => None,
        };
        let Some(position) = position else {
            return Ok(Vec::new());
        };
        let value = match self.standing(id) {
            Standing::Known(person) => person.get(position),
            Standing::Quarantined(record) => record.get(position).map_err(|_| Unreadable)?,
            Standing::Unknown => return Err(Unreadable),
        };
        let Step::Employments(field) = step else {
            return Ok(value.into_iter().collect());
        };
        let Some(Value::List(employments)) = value else {
            return Ok(Vec::new());
        };
        let fields = employments.iter().filter_map(|one| {
            if let Value::Employment(employment) = one {
                return employment.get(field as usize);
            }
            None
        });
        Ok(fields.collect())
    }
}

/// Nobody knows what stands there.
struct Unreadable;

fn people_of(value: &Value) -> Vec<PersonId> {
    match value {
        Value::Person(id) => vec![id.clone()],
        Value::List(items) => items.iter().flat_map(people_of).collect(),
        Value::Text(_)
        | Value::Int(_)
        | Value::Number(_)
        | Value::Bool(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::Duration(_)
        | Value::Timezone(_)
        | Value::Photo(_)
        | Value::OneOf(_)
        | Value::Employment(_) => Vec::new(),
    }
}
