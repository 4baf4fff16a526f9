//! Who reports to whom, read from everybody's `supervisor` once.
//!
//! People and quarantined records with an id are *nodes*. A chain of supervisors is a path upwards, so all
//! reports of somebody, at any depth, are one stretch of a walk that visits everybody once. Whoever stands in a
//! circle is on no such walk: for them, and for nobody else, "all reports" has no answer.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{PersonId, Quarantined, Snapshot, Value};

/// No place on the walk.
const NOWHERE: u32 = u32::MAX;

/// The people who report to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team<'a> {
    /// Those of whom it is known, sorted as people are; their own records may be quarantined.
    pub members: Vec<&'a PersonId>,
    /// Why there may be more.
    pub unknown: Option<Arc<str>>,
}

/// The index of reports.
#[derive(Debug, Clone, Default)]
pub(super) struct Relations {
    nodes: FxHashMap<PersonId, u32>,
    ids: Vec<PersonId>,
    /// For each node, its stretch of `reports`.
    first: Vec<u32>,
    reports: Vec<u32>,
    /// For each node, where its own reports begin in `walk`, and where they end.
    stretch: Vec<(u32, u32)>,
    walk: Vec<u32>,
    /// Nodes to which a record without an id reports.
    nameless: Vec<u32>,
    /// Why anybody may have more reports: a record whose supervisor cannot be read.
    unknown: Option<Arc<str>>,
}

impl Snapshot {
    /// Who reports to this person directly; nobody where the schema has no supervisor.
    pub fn reports(&self, id: &PersonId) -> Team<'_> {
        self.relations().direct_team(id)
    }

    /// Who reports to this person at any depth.
    pub fn all_reports(&self, id: &PersonId) -> Team<'_> {
        self.relations().whole_team(id)
    }
}

impl Relations {
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let Some(position) = snapshot.schema().supervisor() else {
            return Self::default();
        };
        let mut relations = Self::default();
        let supervisor = |value: Option<&Value>| match value {
            Some(Value::Person(id)) => Some(id.clone()),
            _ => None,
        };
        let mut above: Vec<Option<PersonId>> = Vec::new();
        for person in snapshot.people() {
            relations.ids.push(person.id().clone());
            above.push(supervisor(person.get(position)));
        }
        let mut nameless = Vec::new();
        for record in snapshot.quarantined() {
            match (record.get(position), &record.id) {
                (Err(_), _) => {
                    let why = || unreadable(record).into();
                    relations.unknown.get_or_insert_with(why);
                    if let Some(id) = &record.id {
                        relations.ids.push(id.clone());
                        above.push(None);
                    }
                }
                (Ok(value), Some(id)) => {
                    relations.ids.push(id.clone());
                    above.push(supervisor(value));
                }
                (Ok(value), None) => nameless.extend(supervisor(value)),
            }
        }
        relations.nodes = relations.ids.iter().cloned().zip(0..).collect();
        let node = |id: &PersonId| relations.nodes.get(id).copied();
        let above: Vec<Option<u32>> = above.iter().map(|id| node(id.as_ref()?)).collect();
        let nameless: Vec<u32> = nameless.iter().filter_map(node).collect();
        relations.nameless = nameless;
        relations.nameless.sort_unstable();
        relations.index(&above);
        relations.go(&above);
        relations
    }

    /// Fills the direct reports of each node, by counting.
    fn index(&mut self, above: &[Option<u32>]) {
        let mut counts = vec![0u32; above.len() + 1];
        for node in above.iter().flatten() {
            if let Some(count) = counts.get_mut(*node as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for count in &mut counts {
            sum += *count;
            *count = sum;
        }
        self.reports = vec![0; sum as usize];
        let mut next = counts.clone();
        for (node, above) in (0u32..).zip(above) {
            let Some(slot) = above.and_then(|above| next.get_mut(above as usize)) else {
                continue;
            };
            if let Some(place) = self.reports.get_mut(*slot as usize) {
                *place = node;
            }
            *slot += 1;
        }
        self.first = counts;
    }

    /// Walks down from everybody who has nobody above, or somebody in a circle.
    fn go(&mut self, above: &[Option<u32>]) {
        let circle = in_circle(above);
        let is_in_circle = |node: u32| circle.get(node as usize).copied().unwrap_or(false);
        self.stretch = vec![(NOWHERE, NOWHERE); above.len()];
        for (root, over) in (0u32..).zip(above) {
            if is_in_circle(root) || over.is_some_and(|over| !is_in_circle(over)) {
                continue;
            }
            // A node is met twice: going down, and, marked, when all below it have been met.
            let mut open = vec![(root, false)];
            while let Some((node, left)) = open.pop() {
                let here = u32::try_from(self.walk.len()).unwrap_or(NOWHERE);
                let Some(stretch) = self.stretch.get_mut(node as usize) else {
                    continue;
                };
                if left {
                    stretch.1 = here;
                    continue;
                }
                self.walk.push(node);
                *stretch = (here.saturating_add(1), NOWHERE);
                open.push((node, true));
                open.extend(self.direct(node).iter().rev().map(|below| (*below, false)));
            }
        }
    }

    fn direct(&self, node: u32) -> &[u32] {
        let bound = |node: usize| self.first.get(node).map_or(0, |at| *at as usize);
        let (begin, end) = (bound(node as usize), bound(node as usize + 1));
        self.reports.get(begin..end).unwrap_or_default()
    }

    fn at_any_depth(&self, node: u32) -> &[u32] {
        let (begin, end) = self.stretch.get(node as usize).copied().unwrap_or((0, 0));
        self.walk
            .get(begin as usize..end as usize)
            .unwrap_or_default()
    }

    fn direct_team(&self, id: &PersonId) -> Team<'_> {
        let node = self.nodes.get(id).copied();
        let below = node.map_or(&[][..], |node| self.direct(node));
        let nameless = node.is_some_and(|node| self.has_nameless(node));
        self.team(id, below, nameless)
    }

    fn whole_team(&self, id: &PersonId) -> Team<'_> {
        let Some(node) = self.nodes.get(id).copied() else {
            return self.direct_team(id);
        };
        if self.stretch.get(node as usize) == Some(&(NOWHERE, NOWHERE)) {
            return Team {
                unknown: Some(format!("the supervisors of {id} lead in a circle").into()),
                ..self.direct_team(id)
            };
        }
        let below = self.at_any_depth(node);
        let mut all = below.iter().chain([&node]);
        self.team(id, below, all.any(|node| self.has_nameless(*node)))
    }

    fn team(&self, id: &PersonId, below: &[u32], nameless: bool) -> Team<'_> {
        let member = |node: &u32| self.ids.get(*node as usize);
        let mut members: Vec<&PersonId> = below.iter().filter_map(member).collect();
        members.sort_unstable();
        let unknown = if nameless {
            Some(format!("a record without an id reports to {id}").into())
        } else {
            self.unknown.clone()
        };
        Team { members, unknown }
    }

    fn has_nameless(&self, node: u32) -> bool {
        self.nameless.binary_search(&node).is_ok()
    }
}

fn unreadable(record: &Quarantined) -> String {
    match &record.id {
        Some(id) => format!("the supervisor of {id} cannot be read, and may be anybody"),
        None => "the supervisor of a record without an id cannot be read".to_owned(),
    }
}

/// Which nodes are their own supervisor at some height.
fn in_circle(above: &[Option<u32>]) -> Vec<bool> {
    /// Which climb met a node first.
    const NEVER: u32 = u32::MAX;
    let mut met = vec![NEVER; above.len()];
    let mut circle = vec![false; above.len()];
    let over = |node: u32| above.get(node as usize).copied().flatten();
    for begin in (0u32..).take(above.len()) {
        let mut at = Some(begin);
        while let Some(node) = at {
            match met.get_mut(node as usize) {
                Some(first) if *first == NEVER => *first = begin,
                // Met on this very climb: from here on it goes round.
                Some(first) if *first == begin => {
                    let mut round = Some(node);
                    while let Some(node) = round {
                        match circle.get_mut(node as usize) {
                            Some(known) if !*known => *known = true,
                            Some(_) | None => break,
                        }
                        round = over(node);
                    }
                    break;
                }
                Some(_) | None => break,
            }
            at = over(node);
        }
    }
    circle
}

#[cfg(test)]
mod tests {
    use super::super::{At, Place, Snapshot, Type, Value};
    use super::super::{Attribute, Origin, Person, PersonId, Quarantined, Reason, Schema};
    use std::sync::Arc;

    fn schema() -> Arc<Schema> {
        let id = Attribute::new("id", Type::Int).key();
        let boss = Attribute::new("supervisor", Type::Person).optional();
        Arc::new(Schema::new(vec![id, boss]).unwrap())
    }

    fn values(id: i64, boss: Option<i64>) -> Vec<Option<Value>> {
        let boss = boss.map(|boss| Value::Person(boss.into()));
        vec![Some(Value::Int(id)), boss]
    }

    fn snapshot(people: &[(i64, Option<i64>)], bad: Vec<Quarantined>) -> Snapshot {
        let people = people
            .iter()
            .map(|(id, boss)| Person::new((*id).into(), values(*id, *boss)))
            .collect();
        Snapshot::new(schema(), people, bad, Origin::new("test")).unwrap()
    }

    fn bad(id: Option<i64>, boss: Option<i64>, position: usize) -> Quarantined {
        Quarantined {
            id: id.map(PersonId::from),
            name: None,
            place: Place {
                file: "test".into(),
                at: At::Line(1),
            },
            reasons: vec![Reason {
                position,
                attribute: "x".into(),
                problem: "is bad".into(),
                found: None,
                mend: "mend it".into(),
            }],
            good: values(id.unwrap_or_default(), boss).into(),
        }
    }

    fn all(people: &Snapshot, id: i64) -> String {
        let team = people.all_reports(&id.into());
        let members: Vec<String> = team.members.iter().map(ToString::to_string).collect();
        format!(
            "{} {}",
            members.join(","),
            team.unknown.as_deref().unwrap_or(".")
        )
    }

    #[test]
    fn reports_of_reports_are_reports_at_any_depth() {
        let people = snapshot(
            &[
                (1, None),
                (2, Some(1)),
                (3, Some(2)),
                (4, Some(2)),
                (5, Some(1)),
                (6, Some(99)),
            ],
            vec![bad(Some(7), Some(5), 0)],
        );
        assert_eq!(all(&people, 1), "2,3,4,5,7 .");
        assert_eq!(all(&people, 2), "3,4 .");
        assert_eq!(all(&people, 5), "7 .");
        assert_eq!(all(&people, 6), " .");
        assert_eq!(people.reports(&1.into()).members.len(), 2);
    }

    #[test]
    fn a_circle_holds_those_who_stand_in_it_and_nobody_below() {
        let people = snapshot(
            &[
                (1, Some(2)),
                (2, Some(1)),
                (3, Some(2)),
                (4, Some(3)),
                (5, Some(5)),
            ],
            vec![],
        );
        assert_eq!(all(&people, 1), "2 the supervisors of 1 lead in a circle");
        assert_eq!(all(&people, 2), "1,3 the supervisors of 2 lead in a circle");
        assert_eq!(all(&people, 3), "4 .");
        assert_eq!(all(&people, 5), "5 the supervisors of 5 lead in a circle");
        assert_eq!(people.reports(&2.into()).unknown, None);
    }

    #[test]
    fn a_record_whose_supervisor_cannot_be_read_may_report_to_anybody() {
        let one = [(1, None), (2, Some(1)), (3, None)];
        let people = snapshot(&one, vec![bad(Some(9), None, 1)]);
        let why = "the supervisor of 9 cannot be read, and may be anybody";
        assert_eq!(all(&people, 1), format!("2 {why}"));
        assert_eq!(all(&people, 3), format!(" {why}"));
        let people = snapshot(&one, vec![bad(None, Some(2), 0)]);
        assert_eq!(all(&people, 1), "2 a record without an id reports to 1");
        assert_eq!(all(&people, 3), " .");
    }

    #[test]
    fn a_chain_as_long_as_a_company_is_walked_without_depth() {
        let chain: Vec<(i64, Option<i64>)> = (1..=50_000)
            .map(|id| (id, (id > 1).then_some(id - 1)))
            .collect();
        let people = snapshot(&chain, vec![]);
        assert_eq!(people.all_reports(&1.into()).members.len(), 49_999);
        assert_eq!(people.all_reports(&49_999.into()).members.len(), 1);
    }
}
