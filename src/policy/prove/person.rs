//! From a way in which formulas hold to a person of whom they are true, judged by the evaluator.
//!
//! What an attribute has to be is known of texts, truths, dates and numbers. What stands behind a function is tried: the
//! texts that the conditions name are put in until the evaluator agrees, or until [`MAX_TRIES`].

mod line;

use super::atom::{Atom, Atoms, Root, TermId};
use super::{Claim, Known, MAX_TRIES};
use crate::hr::{self, Attribute, Origin, PersonId, Snapshot};
use crate::policy::eval::{Evaluator, Record, Value, time};
use crate::policy::explain::MASK;
use crate::policy::ir::{Kind, Node};
use crate::policy::program::Policy;
use crate::policy::types::Type;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use line::Places;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

/// The key of the person to whom the example refers, who stands beside it.
const OTHER: i64 = 2;

/// Somebody of whom conditions are true, as the evaluator says.
#[derive(Debug, Clone)]
pub(crate) struct Example {
    /// The person, and whoever they refer to.
    pub(crate) people: Vec<hr::Person>,
    /// The instant at which it is true.
    pub(crate) now: Timestamp,
    /// What the conditions read of the person: `status = "leave", last_day missing`.
    pub(crate) words: String,
}

/// What is known of one attribute.
#[derive(Debug, Default, Clone)]
struct Wanted {
    present: Option<bool>,
    is: Option<Arc<str>>,
    is_not: Vec<Arc<str>>,
    fits: Vec<(u32, bool)>,
    members: Vec<Arc<str>>,
    not_members: Vec<Arc<str>>,
}

/// What a person is built from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whole<'b> {
    pub(super) policy: &'b Policy,
    pub(super) known: &'b dyn Known,
    pub(super) atoms: &'b Atoms,
}

/// Builds the person, and asks the evaluator whether all claims are true of them.
pub(super) fn build(
    whole: Whole<'_>,
    way: &[(Atom, bool)],
    claims: &[Claim<'_>],
) -> Option<Example> {
    let Whole {
        policy,
        known,
        atoms,
    } = whole;
    let mut reads = Reads::default();
    for (node, _) in claims {
        reads.add(node, known);
    }
    let places = Places::find(atoms, way, &reads)?;
    let mut wanted: BTreeMap<TermId, Wanted> = BTreeMap::new();
    for (atom, holds) in way {
        let (term, fact) = match atom {
            Atom::Present(term)
            | Atom::Is(term, _)
            | Atom::Fits(term, _)
            | Atom::Member(term, _) => (*term, atom),
            Atom::Within(..) | Atom::Same(..) | Atom::Opaque(_) => continue,
        };
        let one = wanted.entry(term).or_default();
        match fact {
            Atom::Present(_) => one.present = Some(*holds),
            Atom::Is(_, text) if *holds => one.is = Some(text.clone()),
            Atom::Is(_, text) => one.is_not.push(text.clone()),
            Atom::Fits(_, test) => one.fits.push((*test, *holds)),
            Atom::Member(_, text) if *holds => one.members.push(text.clone()),
            Atom::Member(_, text) => one.not_members.push(text.clone()),
            Atom::Within(..) | Atom::Same(..) | Atom::Opaque(_) => {}
        }
    }
    let builder = Builder {
        policy,
        atoms,
        wanted,
        places,
        reads,
        same: same(way),
    };
    let found = (0..MAX_TRIES).find_map(|attempt| {
        let draft = builder.draft(attempt)?;
        builder.judged(draft, claims)
    });
    debug_assert!(
        found.is_some() || !builder.understands(way),
        "the evaluator is of another opinion about {way:?}"
    );
    found
}

/// Terms that are the same.
fn same(way: &[(Atom, bool)]) -> Vec<(TermId, TermId)> {
    let pairs = way.iter().filter_map(|(atom, holds)| match atom {
        Atom::Same(a, b) if *holds => Some((*a, *b)),
        _ => None,
    });
    pairs.collect()
}

/// What conditions read.
#[derive(Debug, Default)]
struct Reads {
    fields: BTreeSet<u32>,
    others: BTreeSet<(u32, u32)>,
    clock: bool,
    texts: BTreeSet<Arc<str>>,
    lets: BTreeSet<u32>,
    functions: BTreeSet<u32>,
}

impl Reads {
    fn add(&mut self, node: &Node, known: &dyn Known) {
        let (mut lets, mut functions) = (Vec::new(), Vec::new());
        node.walk(&mut |node| match &node.kind {
            Kind::Field(position) => _ = self.fields.insert(*position),
            Kind::Of { person, field } => {
                if let Kind::Field(position) = person.kind {
                    self.others.insert((position, *field));
                }
            }
            Kind::Now | Kind::Today => self.clock = true,
            Kind::Const(Value::Text(text)) => _ = self.texts.insert(text.clone()),
            Kind::Let(index) => lets.push(*index),
            Kind::Invoke { function, .. } => functions.push(*function),
            Kind::Lookup { table, .. } => {
                if let Some(table) = known.table(*table)
                    && let Some(key) = table.key
                {
                    let keys = table.rows.iter().take(8);
                    let keys = keys.filter_map(|row| row.get(key)?.as_ref()?.as_text().cloned());
                    self.texts.extend(keys);
                }
            }
            _ => {}
        });
        for index in lets {
            if self.lets.insert(index)
                && let Some(node) = known.definition(index)
            {
                self.add(node, known);
            }
        }
        for function in functions {
            if self.functions.insert(function)
                && let Some((body, _)) = known.function(function)
            {
                self.add(body, known);
            }
        }
    }
}

/// Values that are tried.
struct Draft {
    own: Vec<Option<hr::Value>>,
    other: Option<Vec<Option<hr::Value>>>,
}

struct Builder<'b> {
    policy: &'b Policy,
    atoms: &'b Atoms,
    wanted: BTreeMap<TermId, Wanted>,
    places: Places,
    reads: Reads,
    same: Vec<(TermId, TermId)>,
}

impl Builder<'_> {
    /// Whether everything in a way is understood to the end, so that its person has to be as it says: attributes of the
    /// person that are there or not, are a text or not, and lie somewhere.
    fn understands(&self, way: &[(Atom, bool)]) -> bool {
        let key = u32::try_from(self.policy.schema.key()).unwrap_or(u32::MAX);
        let plain = |term: TermId| {
            self.atoms.term_at(term).is_some_and(|one| {
                let simple = matches!(
                    one.ty,
                    Type::Text | Type::OneOf(_) | Type::Bool | Type::Int | Type::Date
                );
                simple && matches!(one.root, Root::Field(position) if position != key)
            })
        };
        let point = |point: line::At| match point {
            line::At::Fixed => true,
            line::At::Clock => false,
            line::At::Term(term) => plain(term),
        };
        way.iter().all(|(atom, _)| match atom {
            Atom::Present(term) => plain(*term),
            Atom::Is(term, text) => plain(*term) && text.trim() == &**text,
            Atom::Within(a, b, _) => point(line::at(*a)) && point(line::at(*b)),
            Atom::Fits(..) | Atom::Member(..) | Atom::Same(..) | Atom::Opaque(_) => false,
        })
    }

    fn attributes(&self) -> &[Attribute] {
        self.policy.schema.attributes()
    }

    /// The values of one attempt: in the first those that have to be, later others where that is not said.
    fn draft(&self, attempt: usize) -> Option<Draft> {
        let own = self.record(attempt, 1, Root::Field)?;
        let refers = !self.reads.others.is_empty();
        let position = self
            .reads
            .others
            .first()
            .map_or(0, |(position, _)| *position);
        let other = refers
            .then(|| self.record(attempt, OTHER, |field| Root::Of(position, field)))
            .flatten();
        Some(Draft { own, other })
    }

    fn record(
        &self,
        attempt: usize,
        id: i64,
        root: impl Fn(u32) -> Root,
    ) -> Option<Vec<Option<hr::Value>>> {
        let attributes = (0_u32..).zip(self.attributes());
        let mut values = Vec::new();
        for (position, attribute) in attributes {
            let term = self.term(&root(position));
            values.push(self.attribute(attribute, position, term, attempt, id)?);
        }
        Some(values)
    }

    /// The term of that origin, if a condition speaks of it.
    fn term(&self, root: &Root) -> Option<TermId> {
        let terms = self.wanted.keys().copied().chain(self.places.terms());
        let mut terms = terms.chain(self.same.iter().flat_map(|(a, b)| [*a, *b]));
        terms.find(|term| {
            self.atoms
                .term_at(*term)
                .is_some_and(|one| one.root == *root)
        })
    }

    /// The value of an attribute; `None` where there is none that would do.
    #[expect(
        clippy::option_option,
        reason = "no value, and no way to find one, are two answers"
    )]
    fn attribute(
        &self,
        attribute: &Attribute,
        position: u32,
        term: Option<TermId>,
        attempt: usize,
        id: i64,
    ) -> Option<Option<hr::Value>> {
        let wanted = term.and_then(|term| self.wanted.get(&term)).cloned();
        let wanted = wanted.unwrap_or_default();
        if wanted.present == Some(false) {
            return attribute.optional.then_some(None);
        }
        let placed = term.and_then(|term| self.places.of_term(term));
        let free = wanted.is.is_none()
            && wanted.members.is_empty()
            && placed.is_none()
            && wanted.present != Some(true)
            && !wanted.fits.iter().any(|(_, holds)| *holds)
            && !term.is_some_and(|term| self.same.iter().any(|(a, b)| *a == term || *b == term));
        let tried = free && attempt > 0 && self.reads.fields.contains(&position) && id == 1;
        if free && attribute.optional && !tried && !attribute.key {
            return Some(None);
        }
        let seed = attempt.wrapping_mul(31).wrapping_add(position as usize * 7);
        if tried && attribute.optional && seed.is_multiple_of(3) {
            return Some(None);
        }
        let value = match &attribute.ty {
            hr::Type::Text => self
                .text(attribute, &wanted, term, seed, attempt)
                .map(|text| {
                    let text = if attribute.key && free {
                        id.to_string().into()
                    } else {
                        text
                    };
                    hr::Value::Text(text)
                }),
            hr::Type::OneOf(choices) => {
                let free: Vec<&Arc<str>> = choices
                    .iter()
                    .filter(|choice| self.suits(&wanted, choice))
                    .collect();
                let at = if tried { seed % free.len().max(1) } else { 0 };
                free.get(at)
                    .map(|choice| hr::Value::OneOf((*choice).clone()))
            }
            hr::Type::Bool => {
                let truth = wanted.is.as_deref().map(|text| text == "true");
                let truth = truth.unwrap_or(wanted.is_not.iter().any(|text| &**text == "false"));
                Some(hr::Value::Bool(truth))
            }
            hr::Type::Int if attribute.key && placed.is_none() => Some(hr::Value::Int(id)),
            hr::Type::Int | hr::Type::Number | hr::Type::Date | hr::Type::Time => {
                let at =
                    placed.unwrap_or_else(|| line::usual(&attribute.ty, &self.places, seed, tried));
                line::value(&attribute.ty, at)
            }
            hr::Type::Person => Some(hr::Value::Person(PersonId::from(OTHER))),
            hr::Type::Timezone => Some(hr::Value::Timezone("Europe/Berlin".into())),
            hr::Type::Duration => Some(hr::Value::Duration(hr::Duration::days(1))),
            hr::Type::List(item) => list(item, &wanted),
            hr::Type::Photo | hr::Type::Employment(_) => None,
        };
        match value {
            Some(value) => Some(Some(value)),
            None => attribute.optional.then_some(None),
        }
    }

    /// Whether a text is what is wanted.
    fn suits(&self, wanted: &Wanted, text: &Arc<str>) -> bool {
        let fits = |(test, holds): &(u32, bool)| {
            let test = self.atoms.test_at(*test);
            test.is_none_or(|test| test.holds(text) == *holds)
        };
        wanted.is.as_ref().is_none_or(|is| is == text)
            && !wanted.is_not.contains(text)
            && wanted.fits.iter().all(fits)
    }

    /// A text that suits; in later attempts another one.
    fn text(
        &self,
        attribute: &Attribute,
        wanted: &Wanted,
        term: Option<TermId>,
        seed: usize,
        attempt: usize,
    ) -> Option<Arc<str>> {
        if let Some(text) = &wanted.is {
            return self.suits(wanted, text).then(|| text.clone());
        }
        // The same as another attribute, of which more is known.
        let twin = self.same.iter().find_map(|(a, b)| match term? {
            term if term == *a => Some(*b),
            term if term == *b => Some(*a),
            _ => None,
        });
        if let Some(text) = twin.and_then(|twin| self.wanted.get(&twin)?.is.clone()) {
            return Some(text);
        }
        if twin.is_some() {
            return Some("Same".into());
        }
        let usual: Arc<str> = match &*attribute.name {
            "first_name" => "Ada".into(),
            "last_name" => "King".into(),
            _ => "Other".into(),
        };
        let mut pool: Vec<Arc<str>> = vec![usual];
        pool.extend(
            wanted
                .fits
                .iter()
                .flat_map(|(test, _)| self.made_for(*test)),
        );
        pool.extend(self.reads.texts.iter().cloned());
        let fitting: Vec<&Arc<str>> = pool
            .iter()
            .filter(|text| self.suits(wanted, text))
            .collect();
        let at = if attempt == 0 {
            0
        } else {
            seed % fitting.len().max(1)
        };
        fitting.get(at).map(|text| (*text).clone())
    }

    /// Texts that may pass a test.
    fn made_for(&self, test: u32) -> Vec<Arc<str>> {
        use super::atom::TextTest;
        use crate::policy::pattern::Pattern;
        let Some(test) = self.atoms.test_at(test) else {
            return Vec::new();
        };
        match test {
            TextTest::Pattern(Pattern::Exactly(text)) => vec![text.clone()],
            TextTest::Pattern(Pattern::Begins(text)) => {
                vec![format!("{text}x").trim().into(), text.trim_end().into()]
            }
            TextTest::Pattern(Pattern::Ends(text)) => {
                vec![format!("x{text}").trim().into(), text.trim_start().into()]
            }
            TextTest::Pattern(Pattern::Contains(text)) => vec![format!("x{text}x").into()],
            TextTest::Pattern(Pattern::Regex(regex)) => {
                // What stands in it without special characters, as people write alternatives.
                let plain = regex
                    .as_str()
                    .trim_start_matches("(?s)^")
                    .trim_end_matches('$');
                let words = plain.split(['|', '(', ')']);
                let bare = words.map(|word| word.replace(".*", "x").replace("\\.", "."));
                let bare = bare.map(|word| word.replace(['\\', '^', '?', ':', '+', '*'], ""));
                let bare = bare.filter(|word| !word.trim().is_empty());
                bare.map(|word| word.trim().into()).collect()
            }
            TextTest::Call(_, values) => {
                let texts = values.iter().filter_map(|value| value.as_text().cloned());
                texts
                    .flat_map(|text| {
                        [
                            text.clone(),
                            format!("{text}x").into(),
                            format!("x{text}").into(),
                        ]
                    })
                    .collect()
            }
        }
    }

    /// The example, if the evaluator says so.
    fn judged(&self, draft: Draft, claims: &[Claim<'_>]) -> Option<Example> {
        let policy = self.policy;
        let id = |values: &[Option<hr::Value>]| {
            let key = values.get(policy.schema.key())?.as_ref()?;
            PersonId::parse(&key.to_string()).ok()
        };
        let mut values = draft.own.iter().chain(draft.other.iter().flatten());
        let mut types = self
            .attributes()
            .iter()
            .cycle()
            .map(|attribute| &attribute.ty);
        if !values.all(|value| {
            types
                .next()
                .is_some_and(|ty| can_be_sent(ty, value.as_ref()))
        }) {
            return None;
        }
        let mine = id(&draft.own)?;
        let mut people = vec![hr::Person::new(mine.clone(), draft.own)];
        if let Some(other) = draft.other {
            let other = hr::Person::new(id(&other)?, other);
            if *other.id() != mine {
                people.push(other);
            }
        }
        let snapshot = Snapshot::new(
            policy.schema.clone(),
            people.clone(),
            Vec::new(),
            Origin::new("example"),
        )
        .ok()?;
        let person = snapshot.get(&mine)?;
        let noon = self.places.instant(&TimeZone::UTC)?;
        let zone = Evaluator::new(policy, &snapshot, noon)
            .scope(Record::Known(person))
            .ok()?
            .0
            .zone
            .clone();
        let now = self.places.instant(&zone)?;
        let evaluator = Evaluator::new(policy, &snapshot, now);
        let (scope, _) = evaluator.scope(Record::Known(person)).ok()?;
        let all = claims
            .iter()
            .all(|(node, wanted)| scope.holds(node) == Ok(*wanted));
        let words = self.words(person, people.get(1), scope.today, now);
        all.then_some(Example { people, now, words })
    }

    /// What the conditions read of the person.
    fn words(
        &self,
        person: &hr::Person,
        other: Option<&hr::Person>,
        today: Date,
        now: Timestamp,
    ) -> String {
        let mut facts = Vec::new();
        let attributes = self.attributes();
        let fact = |name: &str, of: &Attribute, value: Option<&hr::Value>| match value {
            None => format!("{name} missing"),
            // Made up, and yet not to be read where such values are never read.
            Some(_) if of.sensitive => format!("{name} = {MASK}"),
            Some(value @ (hr::Value::Text(_) | hr::Value::OneOf(_))) => {
                format!("{name} = \"{value}\"")
            }
            Some(value) => format!("{name} = {value}"),
        };
        let through: BTreeSet<u32> = self
            .reads
            .others
            .iter()
            .map(|(position, _)| *position)
            .collect();
        for position in &self.reads.fields {
            let value = person.get(*position as usize);
            let seen = through.contains(position) && value.is_some();
            if let (Some(attribute), false) = (attributes.get(*position as usize), seen) {
                facts.push(fact(&attribute.name, attribute, value));
            }
        }
        for (position, field) in &self.reads.others {
            let names = (
                attributes.get(*position as usize),
                attributes.get(*field as usize),
            );
            if let ((Some(through), Some(attribute)), Some(other)) = (names, other)
                && person.get(*position as usize).is_some()
            {
                let name = format!("{}.{}", through.name, attribute.name);
                facts.push(fact(&name, attribute, other.get(*field as usize)));
            }
        }
        let mut words = facts.join(", ");
        if self.reads.clock {
            let comma = if words.is_empty() { "" } else { ", " };
            let _ = write!(words, "{comma}today = {today}");
            if self.places.reads_the_hour() {
                let _ = write!(words, ", now = {now}");
            }
        }
        if words.is_empty() {
            words.push_str("anybody");
        }
        words
    }
}

/// Whether HR could send a value: as a text it is read as the same again.
fn can_be_sent(ty: &hr::Type, value: Option<&hr::Value>) -> bool {
    match (ty, value) {
        (_, None) | (hr::Type::List(_) | hr::Type::Person | hr::Type::Employment(_), _) => true,
        (_, Some(value)) => {
            hr::read_text(ty, &value.to_string()).is_ok_and(|read| read.as_ref() == Some(value))
        }
    }
}

/// A list with the elements that are wanted.
fn list(item: &hr::Type, wanted: &Wanted) -> Option<hr::Value> {
    let hr::Type::Text = item else {
        let hr::Type::OneOf(choices) = item else {
            return None;
        };
        let free = choices
            .iter()
            .filter(|one| !wanted.not_members.contains(one));
        let chosen: Vec<hr::Value> = if wanted.members.is_empty() {
            free.take(1).cloned().map(hr::Value::OneOf).collect()
        } else {
            wanted
                .members
                .iter()
                .cloned()
                .map(hr::Value::OneOf)
                .collect()
        };
        return (!chosen.is_empty()).then(|| hr::Value::List(chosen.into()));
    };
    let texts = if wanted.members.is_empty() {
        vec!["Something".into()]
    } else {
        wanted.members.clone()
    };
    Some(hr::Value::List(
        texts.into_iter().map(hr::Value::Text).collect(),
    ))
}

/// The instant of a local date and time.
fn instant(date: Date, at: jiff::civil::Time, zone: &TimeZone) -> Option<Timestamp> {
    time::instant(date, at, zone)
}
