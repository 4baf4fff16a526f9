//! Laws over random companies: the same plan whatever the order, nothing protected written, nothing both given
//! and taken, and nothing left to do afterwards.

use super::bench::{
    Company, EMPLOYEE, FORBID, GROUPS, LEAVER, PREHIRE, PURGED, UNMANAGED, enter, group, id, line,
    values,
};
use proptest::prelude::*;
use std::collections::BTreeSet;
use tenure::plan::{Change, Plan, Target, file};
use tenure::policy::ruleset::Limit;
use tenure::policy::{Desired, GuardKind, LimitRule, Mode, UnitWish};

/// What is random about one person.
#[derive(Debug, Clone)]
struct Someone {
    name: usize,
    stage: usize,
    next: usize,
    account: bool,
    enabled: bool,
    protected: bool,
    groups: Vec<usize>,
    granted: Vec<usize>,
    forbidden: Option<usize>,
    boss: i64,
    unit: usize,
    department: usize,
}

const NAMES: [&str; 4] = ["Ada King", "Bob Ross", "Zoë Groß", "Ada Lovelace"];
const UNITS: [&str; 3] = ["OU=Staff", "OU=Berlin,OU=Staff", "OU=Leavers"];
const GROUP_NAMES: [&str; 4] = ["SG-0", "SG-1", "SG-2", "SG-Protected"];

fn someone() -> impl Strategy<Value = Someone> {
    let facts = (0..4_usize, 0..5_usize, 0..5_usize, any::<[bool; 3]>());
    let groups = prop::collection::vec(0..4_usize, 0..3);
    let granted = prop::collection::vec(0..4_usize, 0..3);
    let places = (
        prop::option::of(0..4_usize),
        1..8_i64,
        0..3_usize,
        0..2_usize,
    );
    (facts, groups, granted, places).prop_map(|(facts, groups, granted, places)| Someone {
        name: facts.0,
        stage: facts.1,
        next: facts.2,
        account: facts.3[0],
        enabled: facts.3[1],
        protected: facts.3[2] && facts.3[1],
        groups,
        granted,
        forbidden: places.0,
        boss: places.1,
        unit: places.2,
        department: places.3,
    })
}

fn company(people: &[Someone]) -> Company {
    let mut company = Company::new();
    for name in GROUP_NAMES {
        company = company.group(name);
    }
    company.join("SG-2", "SG-1");
    let protect = tenure::policy::NamePattern::new("*-Protected").unwrap();
    company
        .rules
        .protected
        .push(tenure::policy::ProtectRule::Group(protect, GROUPS));
    for kind in GuardKind::ALL {
        let limit = Limit {
            percent: None,
            count: Some(1_000),
            more: false,
        };
        company.rules.limits.insert(
            kind,
            LimitRule {
                limit,
                rule: GROUPS,
            },
        );
    }
    for (index, someone) in people.iter().enumerate() {
        let number = i64::try_from(index).unwrap() + 1;
        let name = NAMES[someone.name];
        if someone.account {
            let login = format!("old{number}");
            let uac = if someone.enabled { "512" } else { "514" };
            company = company.account_with(
                &login,
                &format!("{name} {number}"),
                &number.to_string(),
                |object| {
                    let object = object.with("userAccountControl", [uac]);
                    if someone.protected {
                        object.with("adminCount", ["1"])
                    } else {
                        object
                    }
                },
            );
            for group in someone.groups.iter().collect::<BTreeSet<_>>() {
                company.join(&login, GROUP_NAMES[*group]);
            }
        }
        company = company.person_with(number, name, |_| ());
        wish(&mut company, number, someone, someone.stage);
    }
    company
}

fn wish(company: &mut Company, number: i64, someone: &Someone, stage: usize) {
    let wish = company.wish_mut(number);
    *wish = super::bench::wish(number, NAMES[someone.name]);
    let granted: BTreeSet<usize> = someone.granted.iter().copied().collect();
    wish.groups.granted = granted
        .iter()
        .map(|index| group(GROUP_NAMES[*index], GROUPS))
        .collect();
    if let Some(index) = someone.forbidden {
        wish.groups.forbidden = vec![group(GROUP_NAMES[index], FORBID)];
    }
    let boss = Desired::Person(id(someone.boss), Box::new(Desired::Clear));
    wish.attributes.push(line("manager", Mode::Always, boss));
    wish.attributes[1].value = values(&[["Sales", "Finance"][someone.department]]);
    wish.unit = UnitWish::In(super::bench::dn(UNITS[someone.unit]), super::bench::UNIT);
    if stage == 2 {
        let mut overlay = line("description", Mode::Always, values(&["gone"]));
        overlay.overlay = true;
        wish.attributes.push(overlay);
    }
    enter(wish, [EMPLOYEE, PREHIRE, LEAVER, PURGED, UNMANAGED][stage]);
    wish.attributes
        .sort_by(|a, b| a.attribute.cmp(&b.attribute));
}

/// Nothing protected is written, nothing is both given and taken, and each action stands behind its own.
fn is_lawful(company: &Company, plan: &Plan) {
    let mut given = BTreeSet::new();
    let mut taken = BTreeSet::new();
    for (index, action) in plan.actions.iter().enumerate() {
        for before in action.after.iter().chain(&action.behind) {
            assert!((before.0 as usize) < index);
        }
        let written = match &action.change {
            Change::AddMember { group, account } => {
                given.insert((account.dn().clone(), group.dn().clone()));
                vec![group]
            }
            Change::RemoveMember { group, account, .. } => {
                taken.insert((account.dn().clone(), group.dn().clone()));
                vec![group]
            }
            Change::CreateUnit { .. }
            | Change::CreateGroup { .. }
            | Change::CreateAccount { .. }
            | Change::DeleteUnit { .. } => vec![],
            Change::Adopt { account, .. }
            | Change::Release { account, .. }
            | Change::SetPassword { account, .. }
            | Change::Modify { account, .. }
            | Change::Move { account, .. }
            | Change::Enable { account, .. }
            | Change::Disable { account, .. }
            | Change::WriteBack { account, .. }
            | Change::Await { account, .. }
            | Change::Delete { account } => vec![account],
        };
        for target in written {
            let Target::Existing { guid, .. } = target else {
                continue;
            };
            let object = company
                .objects
                .iter()
                .find(|object| object.guid() == *guid)
                .unwrap();
            assert!(!object.has("adminCount"), "{action:?}");
            assert_ne!(object.account_name(), Some("SG-Protected"), "{action:?}");
        }
    }
    assert!(given.is_disjoint(&taken), "{given:?} {taken:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn plans_are_lawful_and_leave_nothing_to_do(people in prop::collection::vec(someone(), 1..8)) {
        let mut company = company(&people);
        for round in 0..3 {
            is_lawful(&company, &company.plan());
            company.run();
            company.later(20);
            for (index, someone) in people.iter().enumerate() {
                let stage = if round == 0 { someone.next } else { someone.stage };
                wish(&mut company, i64::try_from(index).unwrap() + 1, someone, stage);
            }
        }
    }

    #[test]
    fn the_order_of_the_input_leaves_no_trace(
        people in prop::collection::vec(someone(), 1..8),
        seed in any::<u64>(),
    ) {
        let mut company = company(&people);
        for _ in 0..2 {
            let plan = file::write(&company.plan());
            let mut shuffled = Company { ..clone_of(&company) };
            let turn = usize::try_from(seed % 97).unwrap();
            let (wishes, objects) = (shuffled.wishes.len(), shuffled.objects.len());
            shuffled.wishes.rotate_left(turn % wishes);
            shuffled.objects.rotate_left(turn % objects);
            shuffled.objects.reverse();
            shuffled.people.reverse();
            prop_assert_eq!(file::write(&shuffled.plan()), plan);
            company.run();
            company.later(40);
        }
    }
}

fn clone_of(company: &Company) -> Company {
    Company {
        rules: company.rules.clone(),
        schema: company.schema.clone(),
        people: company.people.clone(),
        wishes: company.wishes.clone(),
        objects: company.objects.clone(),
        prior: company.prior.clone(),
        now: company.now,
        bases: company.bases.clone(),
        only: company.only.clone(),
    }
}
