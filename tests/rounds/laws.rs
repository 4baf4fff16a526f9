//! Laws over random companies and random days: every action of every plan succeeds, and nothing is left (G4).

use super::company::{Company, GROUPS, Row, account, dn};
use crate::plan::bench::shown;
use proptest::prelude::*;
use std::fmt::Write as _;
use tenure::directory::port::{Change, Operation, Target};
use tenure::plan::FindingKind;

const NAMES: [(&str, &str); 6] = [
    ("Ada", "King"),
    ("Ada", "King"),
    ("Bob", "Ross"),
    ("Zoë", "Groß"),
    (
        "Łukasz",
        "Kowalczyk-Brzęczyszczykiewicz-Wielkopolski-Pomorski-Mazowiecki",
    ),
    ("", "Nobody"),
];
const STATUSES: [&str; 5] = ["active", "onboarding", "leave", "inactive", "paused"];
const CONTRACTS: [&str; 4] = ["internal", "internal", "internal", "external"];
const HIRED: [&str; 5] = ["2020-01-01", "2026-03-10", "2026-03-20", "2026-05-01", ""];
const ENDS: [&str; 5] = ["", "", "2026-03-03", "2025-11-01", "2019-01-01"];
const DEPARTMENTS: [&str; 4] = ["Engineering", "Finance", "Sales", ""];
const OFFICES: [&str; 4] = ["Berlin", "Honolulu", "Atlantis", ""];
const KINDS: [&str; 3] = ["permanent", "trainee", ""];
const UNITS: [&str; 3] = ["OU=Staff", "OU=Berlin,OU=Staff", "OU=Groups"];

/// What HR says of somebody: places in the lists above.
pub(super) type Facts = [usize; 9];

/// An account that is there before the first run.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says one thing of an account, in any combination"
)]
#[derive(Debug, Clone)]
pub(super) struct Existing {
    /// It bears the anchor, the mail address only, or neither.
    tie: usize,
    enabled: bool,
    protected: bool,
    drifted: bool,
    tied: bool,
    unit: usize,
    groups: Vec<usize>,
}

/// What happens between two runs.
#[derive(Debug, Clone)]
pub(super) enum Event {
    Hr { who: usize, facts: Facts },
    Gone { who: usize },
    Joins { facts: Facts },
    Given { who: usize, group: usize },
    Taken { who: usize, group: usize },
    Written { who: usize },
    Switched { who: usize },
}

pub(super) fn facts() -> impl Strategy<Value = Facts> {
    any::<[u8; 9]>().prop_map(|bytes| bytes.map(usize::from))
}

pub(super) fn existing() -> impl Strategy<Value = Existing> {
    let groups = prop::collection::vec(0..GROUPS.len(), 0..4);
    (0..3_usize, any::<[bool; 4]>(), 0..UNITS.len(), groups).prop_map(
        |(tie, flags, unit, mut groups)| {
            groups.sort_unstable();
            groups.dedup();
            Existing {
                tie,
                enabled: flags[0],
                protected: flags[1] && flags[0] && flags[2],
                drifted: flags[2],
                tied: flags[3],
                unit,
                groups,
            }
        },
    )
}

pub(super) fn event() -> impl Strategy<Value = Event> {
    let who = || 0..8_usize;
    prop_oneof![
        4 => (who(), facts()).prop_map(|(who, facts)| Event::Hr { who, facts }),
        1 => who().prop_map(|who| Event::Gone { who }),
        1 => facts().prop_map(|facts| Event::Joins { facts }),
        1 => (who(), 0..GROUPS.len()).prop_map(|(who, group)| Event::Given { who, group }),
        1 => (who(), 0..GROUPS.len()).prop_map(|(who, group)| Event::Taken { who, group }),
        1 => who().prop_map(|who| Event::Written { who }),
        1 => who().prop_map(|who| Event::Switched { who }),
    ]
}

fn pick(list: &[&'static str], place: usize) -> &'static str {
    list[place % list.len()]
}

fn row(id: i64, facts: &Facts) -> Row {
    let (first, last) = NAMES[facts[0] % NAMES.len()];
    let boss = facts[6] % 10;
    Row {
        id,
        first,
        last,
        // Most records are good.
        status: if facts[1] > 250 {
            "paused"
        } else {
            pick(&STATUSES[..4], facts[1])
        },
        contract: pick(&CONTRACTS, facts[2]),
        hired: pick(if facts[3] > 240 { &HIRED } else { &HIRED[..4] }, facts[3]).into(),
        ends: pick(&ENDS, facts[4]).into(),
        department: pick(&DEPARTMENTS, facts[5]),
        office: pick(&OFFICES, facts[7]),
        boss: if boss == 0 {
            String::new()
        } else {
            boss.to_string()
        },
        kind: pick(&KINDS, facts[8]),
    }
}

/// Where that account is.
fn place(id: i64, row: &Row, existing: &Existing) -> String {
    let last = row.last.split('-').next().unwrap_or_default();
    format!("CN={} {last} {id},{}", row.first, UNITS[existing.unit])
}

fn records(id: i64, row: &Row, existing: &Existing) -> String {
    let login = format!("old{id}");
    let name = place(id, row, existing);
    let uac = if existing.enabled { 512 } else { 514 };
    let mut more = format!("userAccountControl: {uac}\n");
    match existing.tie {
        0 => writeln!(more, "employeeID: {id}").unwrap(),
        1 => writeln!(more, "mail: {}.{}@example.com", row.first, row.last).unwrap(),
        _ => {}
    }
    if existing.protected {
        more.push_str("adminCount: 1\n");
    }
    if existing.drifted {
        more.push_str("department: Elsewhere\ndescription: by hand\ntelephoneNumber: 110\n");
    }
    let mut text = account(&name, &login, &more);
    if existing.tied {
        let name = format!("CN=adm {id},OU=Staff");
        text.push_str(&account(
            &name,
            &format!("adm-{login}"),
            "userAccountControl: 512\n",
        ));
    }
    text
}

pub(super) fn company(people: &[(Facts, Option<Existing>)]) -> Company {
    let mut rows = Vec::new();
    let mut members: Vec<(usize, String)> = Vec::new();
    let mut accounts = String::new();
    for (id, (facts, there)) in (1_i64..).zip(people) {
        let row = row(id, facts);
        if let Some(there) = there {
            accounts.push_str(&records(id, &row, there));
            let name = place(id, &row, there);
            members.extend(there.groups.iter().map(|group| (*group, name.clone())));
        }
        rows.push(row);
    }
    let company = Company::new(rows, &accounts);
    for (group, name) in members {
        company.member_by_hand(GROUPS[group], &name, true);
    }
    company
}

pub(super) fn happens(company: &mut Company, event: &Event) {
    let count = company.rows.len();
    let person = |who: usize| company.rows.get(who % count.max(1)).map(|row| row.id);
    match event {
        Event::Hr { who, facts } => {
            if let Some(id) = person(*who) {
                *company.row(id) = row(id, facts);
            }
        }
        Event::Gone { who } => {
            if count > 1 {
                company.rows.remove(who % count);
            }
        }
        Event::Joins { facts } => {
            let id = company.rows.iter().map(|row| row.id).max().unwrap_or(0) + 1;
            company.rows.push(row(id, facts));
        }
        Event::Given { who, group } | Event::Taken { who, group } => {
            let Some(found) = person(*who).and_then(|id| company.account_of(id)) else {
                return;
            };
            let member = found.dn().text().clone();
            let change = match event {
                Event::Given { .. } => Change::replace("member", None, Some((&*member).into())),
                _ => Change::replace("member", Some((&*member).into()), None),
            };
            // Who is a member already, or is none, stays so.
            let _ = company.try_operate(&Operation::Modify {
                target: Target::Dn(dn(&format!("CN={},OU=Groups", GROUPS[*group]))),
                changes: vec![change],
            });
        }
        Event::Written { who } | Event::Switched { who } => {
            let Some(found) = person(*who).and_then(|id| company.account_of(id)) else {
                return;
            };
            let change = if let Event::Written { .. } = event {
                let old = found.first("department").map(Into::into);
                Change::replace("department", old, Some("By Hand".into()))
            } else {
                let old = found.first("userAccountControl").unwrap();
                let new = if found.enabled() { "514" } else { "512" };
                Change::replace("userAccountControl", Some(old.into()), Some(new.into()))
            };
            let _ = company.try_operate(&Operation::Modify {
                target: Target::Guid(found.guid()),
                changes: vec![change],
            });
        }
    }
}

/// Found among 20,000 histories: what the end of a stage gives back may name an account that was renamed meanwhile.
#[test]
fn a_manager_who_has_another_name_by_the_end_of_a_stage_does_not_come_back_and_is_told() {
    let nobody: Facts = [0; 9];
    let mut people = vec![(nobody, None); 5];
    people[2].0 = [0, 84, 0, 60, 212, 0, 55, 0, 0];
    let mut company = company(&people);
    company.run();
    company.later(12);
    company.run();
    let renamed = [158, 143, 128, 0, 0, 0, 0, 0, 0];
    happens(
        &mut company,
        &Event::Hr {
            who: 4,
            facts: renamed,
        },
    );
    company.later(23);
    company.run();
    let back = [0, 234, 12, 1, 0, 0, 0, 0, 0];
    happens(
        &mut company,
        &Event::Hr {
            who: 2,
            facts: back,
        },
    );
    let plan = company.run();
    let told: Vec<&str> = plan
        .findings
        .iter()
        .filter(|one| one.kind == FindingKind::Overlay)
        .map(|one| &*one.text)
        .collect();
    assert_eq!(
        told,
        [
            "the manager from before stage `leaver` does not come back: there is no `CN=Ada King \
             (5),OU=Berlin,OU=Staff,OU=Company,DC=example,DC=com` any more, or it has another name"
        ]
    );
}

/// Found among 20,000 histories: a name is free as soon as its holder has gone elsewhere, and not a plan later (G4).
#[test]
fn an_account_moves_to_the_name_that_another_one_leaves_in_the_same_plan() {
    let facts: [Facts; 4] = [
        [0, 12, 0, 20, 24, 0, 0, 30, 0],
        [0, 0, 0, 0, 0, 0, 0, 58, 0],
        [156, 4, 60, 0, 0, 0, 0, 13, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0],
    ];
    let people: Vec<_> = facts.into_iter().map(|facts| (facts, None)).collect();
    let mut company = company(&people);
    company.run();
    let facts = [0, 58, 28, 29, 0, 0, 0, 185, 0];
    happens(&mut company, &Event::Hr { who: 0, facts });
    company.run();
    let facts = [0, 3, 0, 0, 0, 0, 0, 0, 0];
    happens(&mut company, &Event::Hr { who: 6, facts });
    company.later(9);
    let moves: Vec<String> = shown(&company.run())
        .into_iter()
        .filter(|line| line.starts_with("move"))
        .collect();
    assert_eq!(
        moves,
        [
            "move ada king to cn=ada king,ou=leavers,ou=company (hr)",
            "move ada king to cn=ada king,ou=honolulu,ou=staff,ou=company (hr)",
        ]
    );
}

proptest! {
    #![proptest_config(super::sample(24))]

    #[test]
    fn every_plan_succeeds_wholly_and_leaves_nothing_to_do(
        people in prop::collection::vec((facts(), prop::option::of(existing())), 1..7),
        days in prop::collection::vec((prop::collection::vec(event(), 0..4), 0..30_i64), 0..5),
    ) {
        let mut company = company(&people);
        company.run();
        for (events, wait) in &days {
            for event in events {
                happens(&mut company, event);
            }
            company.later(*wait);
            company.run();
        }
    }
}
