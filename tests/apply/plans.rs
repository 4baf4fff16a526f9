//! Plans made by hand.

use std::sync::Arc;

use tenure::directory::Dn;
use tenure::hr::PersonId;
use tenure::plan::plan::Memory;
use tenure::plan::{
    Action, ActionId, AttributeChange, Cause, Change, GuardKind, Header, Plan, Reason, Reversible,
    Target,
};
use tenure::state::{NameSpace, PersonMemory};

use super::World;
use super::world::{dn, now};

pub(crate) fn person(id: i64) -> PersonId {
    PersonId::from(id)
}

fn texts(values: &[&str]) -> Vec<Arc<str>> {
    values.iter().map(|value| Arc::from(*value)).collect()
}

fn reason() -> Reason {
    Reason {
        text: "always".into(),
        file: "a.tenure".into(),
        line: 1,
        values: Vec::new(),
    }
}

/// A change of one attribute.
pub(crate) fn attribute(name: &str, before: &[&str], after: &[&str]) -> AttributeChange {
    AttributeChange {
        attribute: name.into(),
        before: texts(before),
        after: texts(after),
        refers_to: None,
        reason: reason(),
        cause: Cause::Hr,
        overlay: None,
        lifts: false,
        sensitive: false,
    }
}

/// The same change as an overlay of a stage, or as its end.
pub(crate) fn overlay(change: AttributeChange, stage: &str, lifts: bool) -> AttributeChange {
    AttributeChange {
        overlay: Some(stage.into()),
        lifts,
        ..change
    }
}

/// Builds a plan for a world, action by action.
pub(crate) struct Plans {
    pub(crate) plan: Plan,
}

impl Plans {
    pub(crate) fn new(world: &World) -> Self {
        let state = world.store().identity().unwrap();
        let header = Header {
            takes_back: None,
            admin_groups: Vec::new(),
            now: now(),
            clock_pinned: false,
            hypothetical: false,
            only: Vec::new(),
            frozen: None,
            expires: now() + jiff::SignedDuration::from_hours(24),
            policy: "policy-1".into(),
            people: "people-1".into(),
            people_source: "people/".into(),
            sources: Vec::new(),
            directory: "directory-1".into(),
            domain: world.domain(),
            domain_name: "DC=example,DC=com".into(),
            controller: None,
            state: state.id,
            generation: state.generation,
        };
        let memory = Memory {
            people_read: 3,
            ..Memory::default()
        };
        let plan = Plan {
            header,
            actions: Vec::new(),
            guards: Vec::new(),
            broken: Vec::new(),
            notices: Vec::new(),
            on_failure: Vec::new(),
            findings: Vec::new(),
            open_accounts: Vec::new(),
            stages: Vec::new(),
            next_change: None,
            next_changes: Vec::new(),
            memory,
        };
        Self { plan }
    }

    /// Adds an action that needs those before it.
    pub(crate) fn add(&mut self, of: Option<i64>, change: Change, after: &[ActionId]) -> ActionId {
        let id = ActionId(u32::try_from(self.plan.actions.len()).unwrap());
        self.plan.actions.push(Action {
            formerly: None,
            change,
            person: of.map(person),
            who: of
                .map_or_else(String::new, |id| format!("Person {id}"))
                .into(),
            reasons: vec![reason()],
            cause: Cause::Hr,
            after: after.to_vec(),
            behind: Vec::new(),
            reversible: Reversible::Yes,
            not_ours: false,
            counts: Vec::new(),
            reserves: Vec::new(),
            approval: None,
        });
        id
    }

    pub(crate) fn action(&mut self, id: ActionId) -> &mut Action {
        &mut self.plan.actions[id.0 as usize]
    }

    /// Remembers a stage of a person at the end.
    pub(crate) fn stage(&mut self, id: i64, stage: &str) {
        let memory = PersonMemory {
            stage: Some(stage.into()),
            entered: Some(now()),
            ..PersonMemory::default()
        };
        self.plan.memory.people.push((person(id), memory));
    }
}

/// What exists.
pub(crate) fn existing(world: &World, name: &str) -> Target {
    Target::Existing {
        guid: world.guid(name),
        dn: dn(name),
    }
}

/// An account that is made.
pub(crate) fn create(place: Dn, login: &str, id: &str) -> Change {
    Change::CreateAccount {
        dn: place,
        attributes: vec![
            ("employeeID".into(), texts(&[id])),
            ("sAMAccountName".into(), texts(&[login])),
            (
                "userPrincipalName".into(),
                texts(&[&format!("{login}@example.com")]),
            ),
        ],
        anchor: Some("employeeID".into()),
        sensitive: Vec::new(),
    }
}

pub(crate) const ADA: &str = "CN=Ada King,OU=Staff";
pub(crate) const BOB: &str = "CN=Bob Babbage,OU=Staff";
pub(crate) const CLEO: &str = "CN=Cleo Old,OU=Leavers";
pub(crate) const ZOE: &str = "CN=Zoe Miller,OU=Paris,OU=Staff";

/// A plan with every kind of change: Zoe joins, Bob leaves, Ada's manager changes, Cleo's account goes.
pub(crate) fn everything(world: &World) -> Plan {
    let mut plans = Plans::new(world);
    let (ada, bob, cleo) = (
        existing(world, ADA),
        existing(world, BOB),
        existing(world, CLEO),
    );
    let group = |name: &str| existing(world, &format!("CN={name},OU=Staff"));

    let unit = plans.add(
        None,
        Change::CreateUnit {
            dn: dn("OU=Paris,OU=Staff"),
        },
        &[],
    );
    let zoe = plans.add(Some(1), create(dn(ZOE), "zmiller", "1"), &[unit]);
    plans.action(zoe).counts = vec![GuardKind::Create];
    plans.action(zoe).reserves = vec![
        (NameSpace::Login, "zmiller".into()),
        (NameSpace::Address, "zmiller@example.com".into()),
    ];
    let made = Target::Made {
        by: zoe,
        dn: dn(ZOE),
    };
    let password = plans.add(
        Some(1),
        Change::SetPassword {
            account: made.clone(),
            must_change: true,
            length: 16,
            computed: false,
        },
        &[zoe],
    );
    let enable = plans.add(
        Some(1),
        Change::Enable {
            account: made.clone(),
            before: None,
        },
        &[password],
    );
    plans.action(enable).counts = vec![GuardKind::Enable];
    let grant = plans.add(
        Some(1),
        Change::AddMember {
            group: group("SG-Staff"),
            account: made.clone(),
        },
        &[zoe],
    );
    plans.action(grant).counts = vec![GuardKind::Grant];

    let adopt = Change::Adopt {
        account: bob.clone(),
        anchor: "employeeID".into(),
        before: None,
        after: "2".into(),
        linked: true,
    };
    let adopt = plans.add(Some(2), adopt, &[]);
    let disable = plans.add(
        Some(2),
        Change::Disable {
            account: bob.clone(),
            before: Some(512),
        },
        &[adopt],
    );
    plans.action(disable).counts = vec![GuardKind::Disable];
    let to = dn("CN=Bob Babbage (left),OU=Leavers");
    let moved = Change::Move {
        account: bob.clone(),
        to,
        overlay: Some("leaver".into()),
    };
    let moved = plans.add(Some(2), moved, &[adopt]);
    let attributes = vec![
        attribute("department", &["Sales"], &["None"]),
        overlay(
            attribute("description", &["Very senior"], &["No longer with us"]),
            "leaver",
            false,
        ),
        attribute("telephoneNumber", &[], &["+33 1"]),
        overlay(attribute("title", &["Seller"], &[]), "leaver", false),
    ];
    plans.add(
        Some(2),
        Change::Modify {
            account: bob.clone(),
            attributes,
        },
        &[moved],
    );
    let remove = Change::RemoveMember {
        group: group("SG-Sales"),
        account: bob.clone(),
        stage: Some("leaver".into()),
    };
    let remove = plans.add(Some(2), remove, &[adopt]);
    plans.action(remove).counts = vec![GuardKind::Revoke];
    plans.add(
        Some(2),
        Change::AddMember {
            group: group("SG-Payslips"),
            account: bob,
        },
        &[moved],
    );

    let mut manager = attribute("manager", &[], &[&dn(ZOE).to_string()]);
    manager.refers_to = Some(zoe);
    let attributes = vec![
        manager,
        attribute("department", &["Engineering"], &["Research"]),
    ];
    plans.add(
        Some(3),
        Change::Modify {
            account: ada,
            attributes,
        },
        &[zoe],
    );
    let delete = plans.add(Some(4), Change::Delete { account: cleo }, &[]);
    plans.action(delete).counts = vec![GuardKind::Delete];
    plans.action(delete).reversible = Reversible::No;

    for (id, stage) in [
        (1, "employee"),
        (2, "leaver"),
        (3, "employee"),
        (4, "purged"),
    ] {
        plans.stage(id, stage);
    }
    plans.plan
}
