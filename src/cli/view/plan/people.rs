//! People by the kind of event: who joins, who starts or comes back, who changes, who leaves.

use super::row::{self, Row};
use super::{Scene, change};
use crate::cli::view::page::{Line, Page};
use crate::cli::view::words;
use crate::hr::PersonId;
use crate::plan::{Action, Cause, Change, Plan, Reversible};
use crate::state::PersonMemory;
use std::collections::BTreeMap;

/// What happens to a person, as an administrator calls it; the order is that of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::cli::view) enum Event {
    /// Nobody's: units.
    Units,
    /// Nobody's: units that go.
    UnitsGone,
    /// Nobody's: groups.
    Groups,
    /// An account is made.
    Joining,
    /// An account that exists is enabled.
    Starting,
    /// An account becomes this person's.
    TakenOver,
    /// An account is this person's no longer.
    Released,
    /// Values, memberships, places.
    Changing,
    /// An account is disabled.
    Leaving,
    /// An account is deleted.
    Deleted,
}

impl Event {
    pub(in crate::cli::view) const ALL: [Self; 10] = [
        Self::Units,
        Self::UnitsGone,
        Self::Groups,
        Self::Joining,
        Self::Starting,
        Self::TakenOver,
        Self::Released,
        Self::Changing,
        Self::Leaving,
        Self::Deleted,
    ];

    /// The heading, and what is counted.
    pub(in crate::cli::view) const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Units => ("New units", "unit", "units"),
            Self::UnitsGone => ("Units that go", "unit", "units"),
            Self::Groups => ("New groups", "group", "groups"),
            Self::Joining => ("Joining", "account is made", "accounts are made"),
            Self::Starting => (
                "Starting or coming back",
                "account is enabled",
                "accounts are enabled",
            ),
            Self::TakenOver => (
                "Taken over",
                "account that exists becomes a person's",
                "accounts that exist become people's",
            ),
            Self::Released => (
                "Released",
                "account is a person's no longer",
                "accounts are people's no longer",
            ),
            Self::Changing => ("Changing", "account", "accounts"),
            Self::Leaving => (
                "Leaving or pausing",
                "account is disabled",
                "accounts are disabled",
            ),
            Self::Deleted => ("Deleted", "account", "accounts"),
        }
    }

    fn of(change: &Change) -> Self {
        match change {
            Change::CreateUnit { .. } => Self::Units,
            Change::DeleteUnit { .. } => Self::UnitsGone,
            Change::CreateGroup { .. } => Self::Groups,
            Change::CreateAccount { .. } => Self::Joining,
            Change::Enable { .. } => Self::Starting,
            Change::Adopt { .. } => Self::TakenOver,
            Change::Release { .. } => Self::Released,
            Change::Disable { .. } => Self::Leaving,
            Change::Delete { .. } => Self::Deleted,
            Change::SetPassword { .. }
            | Change::Modify { .. }
            | Change::Move { .. }
            | Change::AddMember { .. }
            | Change::RemoveMember { .. }
            | Change::WriteBack { .. }
            | Change::Await { .. } => Self::Changing,
        }
    }

    /// Which event names a block that has several: the one that weighs most.
    const fn weight(self) -> u8 {
        match self {
            Self::Units | Self::UnitsGone | Self::Groups => 0,
            Self::Changing => 1,
            Self::TakenOver | Self::Released => 2,
            Self::Starting => 3,
            Self::Joining => 4,
            Self::Leaving => 5,
            Self::Deleted => 6,
        }
    }
}

/// All that happens to one account, or the units that are made.
pub(in crate::cli::view) struct Block<'a> {
    pub(in crate::cli::view) event: Event,
    pub(in crate::cli::view) person: Option<&'a PersonId>,
    pub(in crate::cli::view) who: &'a str,
    pub(in crate::cli::view) actions: Vec<&'a Action>,
}

/// The blocks of a plan, sorted by name.
pub(in crate::cli::view) fn blocks(plan: &Plan) -> Vec<Block<'_>> {
    let mut found: BTreeMap<(String, Option<&PersonId>, &str), Vec<&Action>> = BTreeMap::new();
    for action in &plan.actions {
        let key = match (&action.person, &action.change) {
            (None, Change::CreateUnit { .. }) => (String::new(), None, ""),
            (None, Change::DeleteUnit { .. }) => (String::new(), None, "units"),
            (None, Change::CreateGroup { .. }) => (String::new(), None, "groups"),
            (person, _) => (action.who.to_lowercase(), person.as_ref(), &*action.who),
        };
        found.entry(key).or_default().push(action);
    }
    let mut blocks = Vec::with_capacity(found.len());
    for ((_, person, who), mut actions) in found {
        let events = actions.iter().map(|action| Event::of(&action.change));
        let event = events.max_by_key(|event| event.weight());
        actions.sort_by_key(|action| change::rank(&action.change));
        blocks.push(Block {
            event: event.unwrap_or(Event::Changing),
            person,
            who,
            actions,
        });
    }
    blocks
}

impl Block<'_> {
    pub(super) fn show(&self, scene: &Scene<'_>, page: &mut Page) {
        let units = matches!(self.event, Event::Units | Event::UnitsGone | Event::Groups);
        if scene.compact && !units {
            return self.compact(scene, page);
        }
        if units {
            let rows: Vec<Row> = self
                .actions
                .iter()
                .flat_map(|action| change::rows(scene, action, action.cause))
                .collect();
            return row::show(page, 2, &rows);
        }
        let main = self.main_cause();
        page.blank();
        page.line(2, 6, &self.title(scene, main));
        let rows = change::all_rows(scene, &self.actions, main);
        row::show(page, 4, &rows);
    }

    fn title(&self, scene: &Scene<'_>, main: Cause) -> Line {
        let palette = &scene.options.palette;
        let mut line = scene.person(self.who, self.person);
        if let Some(stage) = self.stage(scene) {
            line = line.plain("   ").then(stage);
        }
        line.styled(palette.dim, &format!("   {}", words::cause(main)))
    }

    /// `active → leaving`, where the state knows.
    fn stage(&self, scene: &Scene<'_>) -> Option<Line> {
        let person = self.person?;
        let people = &scene.plan.memory.people;
        let next = people
            .binary_search_by(|(other, _)| other.cmp(person))
            .ok()
            .and_then(|found| people.get(found))
            .map(|(_, memory)| memory);
        let before = scene.prior.and_then(|prior| prior.people.get(person));
        let name = |memory: Option<&'_ PersonMemory>| memory?.stage.as_deref().map(str::to_owned);
        let (from, to) = (name(before), name(next.or(before)));
        let line = Line::new();
        match (from, to) {
            (Some(from), Some(to)) if from == to => Some(line.plain(&to)),
            (Some(from), Some(to)) => Some(line.plain(&from).plain(" → ").plain(&to)),
            (None, Some(to)) => Some(line.plain("→ ").plain(&to)),
            (_, None) => None,
        }
    }

    /// The cause of most of it; the first of several.
    fn main_cause(&self) -> Cause {
        let mut counts: BTreeMap<Cause, usize> = BTreeMap::new();
        for action in &self.actions {
            *counts.entry(action.cause).or_default() += 1;
        }
        let most = counts
            .iter()
            .max_by_key(|(cause, count)| (**count, std::cmp::Reverse(**cause)));
        most.map_or(Cause::First, |(cause, _)| *cause)
    }

    fn compact(&self, scene: &Scene<'_>, page: &mut Page) {
        let palette = &scene.options.palette;
        let (glyph, style) = match self.event {
            Event::Units | Event::Groups | Event::Joining | Event::Starting => ("+", palette.add),
            Event::TakenOver | Event::Released => (">", palette.place),
            Event::Changing => ("~", palette.change),
            Event::UnitsGone | Event::Leaving | Event::Deleted => ("-", palette.remove),
        };
        let mut line = Line::new()
            .styled(style, glyph)
            .plain(" ")
            .then(scene.person(self.who, self.person))
            .plain("   ")
            .plain(&change::in_short(&self.actions));
        let strange = self.actions.iter().filter(|action| action.not_ours).count();
        if strange > 0 {
            line = line.styled(palette.warn, &format!("  {strange} not ours"));
        }
        let waits = self.actions.iter().filter(|action| scene.waits(action));
        let waits = waits.count();
        if waits > 0 {
            line = line.styled(palette.warn, &format!("  {waits} waiting for approval"));
        }
        let lost = self
            .actions
            .iter()
            .filter(|action| action.reversible != Reversible::Yes)
            .count();
        if lost > 0 {
            line = line.styled(palette.danger, &format!("  {lost} not wholly undone"));
        }
        page.line(2, 6, &line);
    }
}
