//! All people at one moment: those who keep to the schema, and those who do not, with the reasons.

use std::cmp::Ordering;
use std::fmt;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use super::relations::Relations;
use super::{At, Digest, Person, PersonId, Place, Schema, SourceRead, Type, Value};

/// How many offenders an error lists by name before it only counts.
pub(crate) const MAX_LISTED: usize = 5;

/// Where the people come from, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The source as the user knows it: a file, a folder, a URL.
    pub description: Arc<str>,
    /// The instant that the source pins (S5), so that an example does not age.
    pub clock: Option<Timestamp>,
    /// When the source was read or recorded, where that is known.
    pub taken_at: Option<Timestamp>,
}

impl Origin {
    /// An origin of which no instant is known.
    pub fn new(description: impl Into<Arc<str>>) -> Self {
        Self {
            description: description.into(),
            clock: None,
            taken_at: None,
        }
    }
}

/// One thing that is wrong with a record, complete enough to be mended in HR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The position of the attribute in the schema.
    pub position: usize,
    /// The attribute's name in policies.
    pub attribute: Arc<str>,
    /// What is wrong, to be read behind the attribute's name: `is not a date`.
    pub problem: String,
    /// What was found, safe to be shown; `•••` where the attribute is sensitive, `None` where nothing was.
    pub found: Option<String>,
    /// What to do.
    pub mend: String,
}

/// The reason in one line, without the mend.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.attribute, self.problem)?;
        match &self.found {
            Some(found) => write!(f, ": {found}"),
            None => Ok(()),
        }
    }
}

/// A record that breaks the schema: nothing is given to this person, what is good is still known (S4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// What identifies the person, where the record says it.
    pub id: Option<PersonId>,
    /// The person's name, safe to be shown, where the record says it.
    pub name: Option<Arc<str>>,
    /// Where the record stands.
    pub place: Place,
    /// What is wrong, by position; never empty.
    pub reasons: Vec<Reason>,
    /// The values that keep to the schema, in its order.
    pub good: Box<[Option<Value>]>,
}

impl Quarantined {
    /// The record of somebody of whom nothing is known but the key: nothing was read.
    pub fn unread(schema: &Schema, id: PersonId, problem: &str, mend: &str) -> Self {
        let attributes = schema.attributes();
        let key = schema.key();
        let reasons = attributes.iter().enumerate();
        let reasons = reasons.filter(|(position, _)| *position != key);
        let reasons = reasons.map(|(position, attribute)| Reason {
            position,
            attribute: attribute.name.clone(),
            problem: problem.to_owned(),
            found: None,
            mend: mend.to_owned(),
        });
        let reasons = reasons.collect();
        let mut good: Vec<Option<Value>> = vec![None; attributes.len()];
        if let Some(slot) = good.get_mut(key) {
            *slot = Some(match id.number() {
                Some(number) if attributes.get(key).is_some_and(|key| key.ty == Type::Int) => {
                    Value::Int(number)
                }
                Some(_) | None => Value::Text(id.to_string().into()),
            });
        }
        Self {
            name: None,
            place: Place {
                file: "HR".into(),
                at: At::Record(0),
            },
            reasons,
            good: good.into(),
            id: Some(id),
        }
    }

    /// The value at a position, missing where HR says that there is none, or the reason why it is unknown.
    pub fn get(&self, position: usize) -> Result<Option<&Value>, &Reason> {
        match self
            .reasons
            .iter()
            .find(|reason| reason.position == position)
        {
            Some(reason) => Err(reason),
            None => Ok(self.good.get(position).and_then(Option::as_ref)),
        }
    }
}

/// What a snapshot knows about an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing<'a> {
    /// A person.
    Known(&'a Person),
    /// A record that breaks the schema.
    Quarantined(&'a Quarantined),
    /// Nothing.
    Unknown,
}

/// Several records claim to be the same person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateIds {
    /// The ids that are not unique, sorted, each with how often it stands there.
    pub ids: Vec<(PersonId, usize)>,
}

impl fmt::Display for DuplicateIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed: Vec<String> = self
            .ids
            .iter()
            .take(MAX_LISTED)
            .map(|(id, times)| format!("{id} ({times} times)"))
            .collect();
        write!(f, "person ids are not unique: {}", listed.join(", "))?;
        match self.ids.len().saturating_sub(MAX_LISTED) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

impl std::error::Error for DuplicateIds {}

/// All people of one source at one moment, each once, sorted by id.
#[derive(Debug, Clone)]
pub struct Snapshot {
    schema: Arc<Schema>,
    people: Vec<Person>,
    quarantined: Vec<Quarantined>,
    origin: Origin,
    digest: Digest,
    sources: Vec<SourceRead>,
    /// Made when it is first asked for: a policy without relations never does.
    relations: OnceLock<Relations>,
}

impl Snapshot {
    /// The snapshot of these people and quarantined records, in whatever order they come.
    pub fn new(
        schema: Arc<Schema>,
        mut people: Vec<Person>,
        mut quarantined: Vec<Quarantined>,
        origin: Origin,
    ) -> Result<Self, DuplicateIds> {
        people.sort_unstable_by(|a, b| a.id().cmp(b.id()));
        quarantined.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
        refuse_duplicates(&people, &quarantined)?;
        let digest = Digest::of(&schema, &people, &quarantined);
        Ok(Self {
            schema,
            people,
            quarantined,
            origin,
            digest,
            sources: Vec::new(),
            relations: OnceLock::new(),
        })
    }

    /// What is known of these people where HR cannot be read: who they are. So nobody is missing, and nobody is given
    /// anything.
    pub fn unread(
        schema: Arc<Schema>,
        people: impl IntoIterator<Item = PersonId>,
        origin: Origin,
    ) -> Result<Self, DuplicateIds> {
        let (problem, mend) = ("could not be read: HR gave no answer", "read HR again");
        let people = people.into_iter();
        let records = people.map(|id| Quarantined::unread(&schema, id, problem, mend));
        let records = records.collect();
        Self::new(schema, Vec::new(), records, origin)
    }

    /// The same, read from these sources.
    pub(super) fn of_sources(mut self, sources: Vec<SourceRead>) -> Self {
        self.sources = sources;
        self
    }

    /// The same with other values of its people, who are the same.
    pub(super) fn with_people(mut self, people: Vec<Person>) -> Self {
        self.digest = Digest::of(&self.schema, &people, &self.quarantined);
        self.people = people;
        self
    }

    /// The sources, by name; none where the people come from one that has no name.
    pub fn sources(&self) -> &[SourceRead] {
        &self.sources
    }

    /// The schema that the people keep to.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// The people, sorted by id.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// The quarantined records: those with an id sorted by it, then those without.
    pub fn quarantined(&self) -> &[Quarantined] {
        &self.quarantined
    }

    /// Where the people come from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What the snapshot says, in 32 bytes; see [`Digest`].
    pub fn digest(&self) -> Digest {
        self.digest
    }

    pub(super) fn relations(&self) -> &Relations {
        self.relations.get_or_init(|| Relations::of(self))
    }

    /// How many records there are, good or not.
    pub fn len(&self) -> usize {
        self.people.len() + self.quarantined.len()
    }

    /// Whether there is no record at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The index into [`Snapshot::people`] of that person.
    pub fn position(&self, id: &PersonId) -> Option<usize> {
        self.people
            .binary_search_by(|person| person.id().cmp(id))
            .ok()
    }

    /// That person, if the record is good.
    pub fn get(&self, id: &PersonId) -> Option<&Person> {
        self.people.get(self.position(id)?)
    }

    /// What is known about that id.
    pub fn standing(&self, id: &PersonId) -> Standing<'_> {
        if let Some(person) = self.get(id) {
            return Standing::Known(person);
        }
        // Those without an id stand behind all that have one, so they compare as greater.
        let found = self.quarantined.binary_search_by(|record| {
            record
                .id
                .as_ref()
                .map_or(Ordering::Greater, |other| other.cmp(id))
        });
        let record = found.ok().and_then(|index| self.quarantined.get(index));
        record.map_or(Standing::Unknown, Standing::Quarantined)
    }
}

/// Records with an id come first, by id; the others by what can be shown of them.
fn sort_key(record: &Quarantined) -> (bool, Option<&PersonId>, Option<&str>, &Place) {
    (
        record.id.is_none(),
        record.id.as_ref(),
        record.name.as_deref(),
        &record.place,
    )
}

fn refuse_duplicates(people: &[Person], quarantined: &[Quarantined]) -> Result<(), DuplicateIds> {
    let bad = quarantined.iter().filter_map(|record| record.id.as_ref());
    let mut all: Vec<&PersonId> = people.iter().map(Person::id).chain(bad).collect();
    all.sort_unstable();
    let groups = all.chunk_by(|a, b| a == b).filter(|group| group.len() > 1);
    let ids: Vec<(PersonId, usize)> = groups
        .filter_map(|group| Some(((*group.first()?).clone(), group.len())))
        .collect();
    if ids.is_empty() {
        Ok(())
    } else {
        Err(DuplicateIds { ids })
    }
}
