//! Several sources of people as one snapshot.
//!
//! Each source is read and typed on its own, complete or not at all. Here the keys of those with a prefix get
//! it, references are led to whom they mean, and what is one person in two sources is refused. A reference is
//! looked for within its own source first, under the prefix, then as it stands in all the others.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{
    BadPersonId, Digest, Employment, Error, Origin, Person, PersonId, Quarantined, Schema,
    Snapshot, Value,
};

/// One source as it was read, before its people stand beside those of others.
#[derive(Debug)]
pub struct SourceSnapshot {
    /// Its name in policy and configuration.
    pub name: Arc<str>,
    /// Put before each of its keys.
    pub prefix: Option<Arc<str>>,
    /// Its people.
    pub snapshot: Snapshot,
}

/// What is known of a source once its people stand beside those of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRead {
    /// Its name in policy and configuration.
    pub name: Arc<str>,
    /// Put before each of its keys.
    pub prefix: Option<Arc<str>>,
    /// What it was read from.
    pub description: Arc<str>,
    /// What it says.
    pub digest: Digest,
    /// How many records it has, good or not.
    pub records: u32,
}

/// All people of these sources, in whatever order the sources come.
pub fn merge(
    schema: &Arc<Schema>,
    mut sources: Vec<SourceSnapshot>,
    mut origin: Origin,
) -> Result<Snapshot, Error> {
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    let read: Vec<SourceRead> = sources.iter().map(SourceRead::of).collect();
    let described: Vec<String> = read.iter().map(SourceRead::shown).collect();
    origin.description = described.join(", ").into();
    let mut renamed = Vec::with_capacity(sources.len());
    for source in &sources {
        renamed.push(Renamed::of(source)?);
    }
    in_two_sources(&renamed)?;
    let mut people = Vec::new();
    let mut quarantined = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        let (own, others) = split(&renamed, index);
        let led = |id: &PersonId| own.led(id, &others);
        for person in source.snapshot.people() {
            let id = own.key(person.id());
            let values = led_values(person.values(), schema, Some(&id), &led);
            people.push(Person::new(id, values));
        }
        for record in source.snapshot.quarantined() {
            let id = record.id.as_ref().map(|id| own.key(id));
            let good = led_values(&record.good, schema, id.as_ref(), &led);
            quarantined.push(Quarantined {
                id,
                good: good.into(),
                ..record.clone()
            });
        }
    }
    let merged = Snapshot::new(schema.clone(), people, quarantined, origin);
    // Within a source ids are unique, and between them it was looked at.
    let merged = merged.map_err(|twice| Error::InTwoSources {
        ids: twice
            .ids
            .into_iter()
            .map(|(id, _)| (id, Vec::new()))
            .collect(),
    })?;
    Ok(merged.of_sources(read))
}

impl SourceRead {
    fn of(source: &SourceSnapshot) -> Self {
        Self {
            name: source.name.clone(),
            prefix: source.prefix.clone(),
            description: source.snapshot.origin().description.clone(),
            digest: source.snapshot.digest(),
            records: u32::try_from(source.snapshot.len()).unwrap_or(u32::MAX),
        }
    }

    fn shown(&self) -> String {
        if self.name == self.description {
            return self.name.to_string();
        }
        format!("{} ({})", self.name, self.description)
    }
}

/// The keys of a source as they are from now on.
struct Renamed<'a> {
    source: &'a SourceSnapshot,
    /// The new keys.
    keys: FxHashSet<PersonId>,
}

impl<'a> Renamed<'a> {
    fn of(source: &'a SourceSnapshot) -> Result<Self, Error> {
        let people = source.snapshot.people().iter().map(Person::id);
        let records = source.snapshot.quarantined().iter();
        let ids = people.chain(records.filter_map(|record| record.id.as_ref()));
        let mut keys = FxHashSet::default();
        for id in ids {
            let key = with_prefix(source.prefix.as_deref(), id).map_err(|why| Error::BadKey {
                source_name: source.name.clone(),
                id: id.clone(),
                why,
            })?;
            keys.insert(key);
        }
        Ok(Self { source, keys })
    }

    /// The key of one of its people; all of them were tried before.
    fn key(&self, id: &PersonId) -> PersonId {
        with_prefix(self.source.prefix.as_deref(), id).unwrap_or_else(|_| id.clone())
    }

    /// Whom a reference of this source means.
    fn led(&self, id: &PersonId, others: &[&Renamed<'_>]) -> PersonId {
        let own = self.key(id);
        if !self.keys.contains(&own) && others.iter().any(|other| other.keys.contains(id)) {
            return id.clone();
        }
        own
    }
}

fn with_prefix(prefix: Option<&str>, id: &PersonId) -> Result<PersonId, BadPersonId> {
    match prefix {
        Some(prefix) => PersonId::parse(&format!("{prefix}{id}")),
        None => Ok(id.clone()),
    }
}

fn split<'r, 'a>(all: &'r [Renamed<'a>], index: usize) -> (&'r Renamed<'a>, Vec<&'r Renamed<'a>>) {
    let mut others: Vec<&Renamed<'a>> = all.iter().collect();
    let own = others.remove(index);
    (own, others)
}

/// Values with their references led, and the key as it is from now on.
fn led_values(
    values: &[Option<Value>],
    schema: &Schema,
    key: Option<&PersonId>,
    led: &dyn Fn(&PersonId) -> PersonId,
) -> Vec<Option<Value>> {
    let mut values: Vec<Option<Value>> = values
        .iter()
        .map(|value| value.as_ref().map(|value| led_value(value, led)))
        .collect();
    if let (Some(slot @ Some(Value::Text(_))), Some(key)) = (values.get_mut(schema.key()), key) {
        *slot = Some(Value::Text(key.to_string().into()));
    }
    values
}

fn led_value(value: &Value, led: &dyn Fn(&PersonId) -> PersonId) -> Value {
    match value {
        Value::Person(id) => Value::Person(led(id)),
        Value::List(items) => items.iter().map(|item| led_value(item, led)).collect(),
        Value::Employment(employment) => {
            let values = employment.values().iter();
            let led: Vec<Option<Value>> = values
                .map(|value| value.as_ref().map(|value| led_value(value, led)))
                .collect();
            Value::Employment(Employment::new(led).into())
        }
        Value::Text(_)
        | Value::Int(_)
        | Value::Number(_)
        | Value::Bool(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::Duration(_)
        | Value::Timezone(_)
        | Value::Photo(_)
        | Value::OneOf(_) => value.clone(),
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<T: IntoIterator<Item = Self>>(items: T) -> Self {
        Self::List(items.into_iter().collect())
    }
}

/// Refuses people whom two sources have under one key: which of the records holds nobody can tell.
fn in_two_sources(all: &[Renamed<'_>]) -> Result<(), Error> {
    let mut found: BTreeMap<PersonId, Vec<Arc<str>>> = BTreeMap::new();
    for (index, one) in all.iter().enumerate() {
        for other in all.iter().skip(index + 1) {
            for id in one.keys.intersection(&other.keys) {
                let names = found.entry(id.clone()).or_default();
                names.push(one.source.name.clone());
                names.push(other.source.name.clone());
            }
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    let ids = found.into_iter().map(|(id, mut names)| {
        names.sort();
        names.dedup();
        (id, names)
    });
    Err(Error::InTwoSources { ids: ids.collect() })
}
