//! The mark: which state a directory belongs to, written in the directory itself (S5).
//!
//! One `serviceConnectionPoint` of ours below a write base tells the id of the state, its generation, and while
//! a run is at work which one holds the directory, and until when. It is the one write that is no action: nobody plans it, and it is
//! never found, in conflict or undone. Reading and writing it needs nothing but the port's ordinary operations, so
//! every directory can do it, and the old values are tested as in every other change.
//!
//! The state is always written first, so it is never behind its own mark: whoever is older than the mark was
//! restored, or copied before another copy went on. A mark that was never written, or went, is written anew.
//!
//! Begin with [`Found`] and [`Mark::belongs_to`].

use crate::directory::port::{Change, Directory, Error, Operation, Target};
use crate::directory::{AttributeName, Dn, Guid, Object, Rdn, Snapshot, Value};
use jiff::{SignedDuration, Timestamp};
use std::fmt;
use uuid::Uuid;

/// What the object is called below its write base.
const NAME: &str = "tenure";

/// The word by which a search finds it, whatever it is called.
const KEYWORD: &str = "tenure";

/// What stands for the end of a lease that has none.
const NO_END: &str = "-";

/// How far two clocks may differ (S5).
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(2);

/// The longest name of a holder, in characters.
const MAX_HOLDER: usize = 256;

const CLASS: &str = "serviceConnectionPoint";
const KEYWORDS: &str = "keywords";
const BINDING: &str = "serviceBindingInformation";

/// To whom a directory belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Which state.
    pub state: Uuid,
    /// Its generation when the mark was written.
    pub generation: u64,
    /// The run that is at work; none between runs.
    pub lease: Option<Lease>,
}

/// A run at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Which run.
    pub run: Uuid,
    /// Since when.
    pub since: Timestamp,
    /// Until when it holds everybody else off, unless it is renewed; none where the clock of the run stands still, and
    /// so could not tell: then it holds off nobody who is not kept away by other means.
    pub until: Option<Timestamp>,
    /// Whose, as `user on host`.
    pub who: String,
}

/// The mark as it stands in a directory; what it says may be unreadable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    guid: Guid,
    values: Vec<Value>,
    /// What it says; none if that is not what this program writes.
    pub mark: Option<Mark>,
}

/// Why a state may not be used with a directory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Foreign {
    /// The directory belongs to another state, or what it says cannot be read.
    #[error("the directory belongs to {}, and this state is {}", marked(.mark.as_ref()), named(*.state))]
    Unknown {
        /// What the directory says.
        mark: Option<Mark>,
        /// The state here; nil where there is none.
        state: Uuid,
    },
    /// This state, or a copy of it, went on elsewhere.
    #[error(
        "the directory was last changed with generation {} of this state, and here is an older one, generation {here}{}",
        .mark.generation, at_work(.mark.lease.as_ref())
    )]
    Older {
        /// What the directory says.
        mark: Mark,
        /// The generation here.
        here: u64,
    },
    /// A run is at work elsewhere.
    #[error("the directory is held by {}", .lease)]
    Held {
        /// Which.
        lease: Lease,
    },
    /// A run that this state knows nothing of was at work, and did not come to its end.
    #[error("a run that this state knows nothing of was at work in the directory and is not finished{}", at_work(Some(.lease)))]
    Astray {
        /// Which.
        lease: Lease,
    },
}

impl Foreign {
    /// A stable name for it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "state-unknown",
            Self::Older { .. } | Self::Astray { .. } => "state-older",
            Self::Held { .. } => "directory-held",
        }
    }

    /// What to do about it, as an act.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Unknown { .. } | Self::Older { .. } => {
                "put the right state in its place, or take the directory over with `tenure match --rebuild`"
            }
            Self::Held { .. } => {
                "wait for that run; if it died, its own machine may finish it at once with `tenure resume`, and others once \
                 its time is over"
            }
            Self::Astray { .. } => {
                "finish that run with the state that began it; if that is lost, take the directory over with `tenure match --rebuild`"
            }
        }
    }
}

/// The last characters are kept: a machine is known by its whole name.
fn holder(user: &str, host: &str) -> String {
    let who = crate::text::visible(&format!("{user} on {host}")).into_owned();
    let more = who.chars().count().saturating_sub(MAX_HOLDER);
    who.chars().skip(more).collect()
}

fn marked(mark: Option<&Mark>) -> String {
    match mark {
        Some(mark) => format!(
            "the state {} (generation {}){}",
            mark.state,
            mark.generation,
            at_work(mark.lease.as_ref())
        ),
        None => "a state that its mark does not name".to_owned(),
    }
}

fn named(state: Uuid) -> String {
    if state.is_nil() {
        "empty".to_owned()
    } else {
        state.to_string()
    }
}

fn at_work(lease: Option<&Lease>) -> String {
    lease.map_or_else(String::new, |lease| format!(" ({lease})"))
}

impl fmt::Display for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            run,
            since,
            until,
            who,
        } = self;
        write!(f, "run {run} of {who}, since {since}")?;
        match until {
            Some(until) => write!(f, ", until {until} unless it is renewed"),
            None => Ok(()),
        }
    }
}

impl Lease {
    /// The lease of a run of that holder, with no end.
    pub fn new(run: Uuid, since: Timestamp, user: &str, host: &str) -> Self {
        Self {
            run,
            since,
            until: None,
            who: holder(user, host),
        }
    }

    /// Whether it holds others off at that instant; clocks may differ by two minutes.
    pub fn lasts(&self, now: Timestamp) -> bool {
        let longest = |until: Timestamp| until.checked_add(CLOCK_TOLERANCE);
        self.until
            .is_some_and(|until| now < longest(until).unwrap_or(Timestamp::MAX))
    }

    /// Whether the run is one of that machine.
    pub fn is_held_on(&self, host: &str) -> bool {
        self.who.ends_with(&holder("", host))
    }

    fn text(&self) -> String {
        let until = self.until.map(|until| until.to_string());
        let until = until.as_deref().unwrap_or(NO_END);
        format!("lease={} {} {until} {}", self.run, self.since, self.who)
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, ' ');
        Some(Self {
            run: parts.next()?.parse().ok()?,
            since: parts.next()?.parse().ok()?,
            until: match parts.next()? {
                NO_END => None,
                until => Some(until.parse().ok()?),
            },
            who: crate::text::visible(parts.next()?).into_owned(),
        })
    }
}

impl Mark {
    /// Whether a state of that id and generation may be used with the directory that says this.
    pub fn belongs_to(&self, state: Uuid, generation: u64) -> Result<(), Foreign> {
        if self.state != state {
            return Err(Foreign::Unknown {
                mark: Some(self.clone()),
                state,
            });
        }
        if generation < self.generation {
            return Err(Foreign::Older {
                mark: self.clone(),
                here: generation,
            });
        }
        Ok(())
    }

    fn values(&self) -> Vec<Value> {
        let mut texts = vec![
            format!("state={}", self.state),
            format!("generation={}", self.generation),
        ];
        texts.extend(self.lease.as_ref().map(Lease::text));
        texts.into_iter().map(Value::from).collect()
    }

    fn read(values: &[Value]) -> Option<Self> {
        let one = |name: &str| -> Result<Option<&str>, ()> {
            let texts = values.iter().filter_map(Value::text);
            let mut found = texts.filter_map(|text| text.strip_prefix(name)?.strip_prefix('='));
            match (found.next(), found.next()) {
                (value, None) => Ok(value),
                (_, Some(_)) => Err(()),
            }
        };
        let lease = match one("lease").ok()? {
            Some(text) => Some(Lease::read(text)?),
            None => None,
        };
        Some(Self {
            state: one("state").ok()??.parse().ok()?,
            generation: one("generation").ok()??.parse().ok()?,
            lease,
        })
    }
}

impl Found {
    /// The mark in a snapshot, below any of these bases.
    pub fn in_snapshot(directory: &Snapshot, bases: &[Dn]) -> Option<Self> {
        let names = bases.iter().filter_map(name_below);
        names
            .filter_map(|dn| directory.by_dn(&dn))
            .find_map(|id| Self::of(&directory[id]))
    }

    /// The mark in the directory as it is now, below any of these bases.
    pub fn in_directory(directory: &dyn Directory, bases: &[Dn]) -> Result<Option<Self>, Error> {
        for dn in bases.iter().filter_map(name_below) {
            let object = directory.read(&Target::Dn(dn))?;
            let found = object.and_then(|object| Self::of(&object));
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Whether a state of that id and generation may be used with this directory.
    pub fn belongs_to(&self, state: Uuid, generation: u64) -> Result<(), Foreign> {
        match &self.mark {
            Some(mark) => mark.belongs_to(state, generation),
            None => Err(Foreign::Unknown { mark: None, state }),
        }
    }

    /// The lease that it tells of.
    pub fn lease(&self) -> Option<&Lease> {
        self.mark.as_ref()?.lease.as_ref()
    }

    fn of(object: &Object) -> Option<Self> {
        let has = |name: &str, wanted: &str| {
            let mut values = object.values(name);
            values.any(|value| value.eq_ignore_ascii_case(wanted))
        };
        let is_ours = has("objectClass", CLASS) && has(KEYWORDS, KEYWORD);
        is_ours.then(|| Self {
            guid: object.guid(),
            values: object.all(BINDING).to_vec(),
            mark: Mark::read(object.all(BINDING)),
        })
    }
}

/// Writes the mark below the first base, or where one was found, which must still say what it said.
pub fn write(
    directory: &dyn Directory,
    bases: &[Dn],
    found: Option<&Found>,
    mark: &Mark,
) -> Result<Found, Error> {
    let values = mark.values();
    let operation = match found {
        None => made(bases, &values),
        Some(found) => match changed(found, &values) {
            None => return Ok(found.clone()),
            Some(operation) => operation,
        },
    };
    let guid = directory.perform(&operation)?;
    Ok(Found {
        guid,
        values,
        mark: Some(mark.clone()),
    })
}

fn made(bases: &[Dn], values: &[Value]) -> Operation {
    let one = |name: &str, value: &str| (AttributeName::new(name), vec![Value::from(value)]);
    Operation::Add {
        dn: bases.iter().find_map(name_below).unwrap_or_else(Dn::root),
        attributes: vec![
            one("objectClass", CLASS),
            one(KEYWORDS, KEYWORD),
            one("serviceClassName", NAME),
            (BINDING.into(), values.to_vec()),
        ],
    }
}

/// The change from what was found; none where it says that already.
fn changed(found: &Found, values: &[Value]) -> Option<Operation> {
    let change = Change {
        attribute: BINDING.into(),
        delete: without(&found.values, values),
        add: without(values, &found.values),
    };
    let nothing = change.delete.is_empty() && change.add.is_empty();
    (!nothing).then(|| Operation::Modify {
        target: Target::Guid(found.guid),
        changes: vec![change],
    })
}

fn name_below(base: &Dn) -> Option<Dn> {
    Rdn::new("CN", NAME).ok().map(|rdn| base.child(&rdn))
}

fn without(values: &[Value], others: &[Value]) -> Vec<Value> {
    let left = values.iter().filter(|value| !others.contains(value));
    left.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::{Lease, Mark};
    use crate::directory::Value;
    use uuid::Uuid;

    #[test]
    fn a_mark_is_read_as_it_is_written_and_nothing_else_is() {
        let lease = Lease::new(
            Uuid::from_u128(7),
            "2026-03-02T08:00:00Z".parse().unwrap(),
            "ada king",
            "host\u{202e}",
        );
        assert!(!lease.who.contains('\u{202e}'), "{lease:?}");
        for lease in [None, Some(lease)] {
            let mark = Mark {
                state: Uuid::from_u128(1),
                generation: 12,
                lease,
            };
            assert_eq!(Mark::read(&mark.values()).as_ref(), Some(&mark));
        }
        for texts in [
            &["state=1", "generation=2"][..],
            &["state=00000000-0000-0000-0000-000000000001"],
            &[
                "state=00000000-0000-0000-0000-000000000001",
                "generation=1",
                "generation=2",
            ],
            &[
                "state=00000000-0000-0000-0000-000000000001",
                "generation=1",
                "lease=x",
            ],
        ] {
            let values: Vec<Value> = texts.iter().map(|text| Value::from(*text)).collect();
            assert_eq!(Mark::read(&values), None, "{texts:?}");
        }
    }
}
