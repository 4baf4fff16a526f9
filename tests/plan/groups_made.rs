//! Groups that are made, and what is declared of those that are there.

use super::bench::{Company, GROUPS, GUARD, STAGE, dn, found, group, shown};
use tenure::plan::{ActionId, Change, FindingKind, Target};
use tenure::policy::ruleset::{GroupKind, GroupScope};
use tenure::policy::{ApproveRule, Block, BlockRules, CreateRule, GroupRule, GuardKind};

/// Two people in the group of all, whose block makes what is missing.
fn two() -> Company {
    let mut company = Company::new()
        .account("ada", "Ada King", "1")
        .account("bob", "Bob Ross", "2")
        .member("ada", "SG-Staff")
        .member("bob", "SG-Staff")
        .person(1, "Ada King")
        .person(2, "Bob Ross");
    company.run();
    company.rules.blocks[0] = BlockRules {
        names: ["SG-New", "SG-Staff"].map(Into::into).into(),
        create: Some(CreateRule {
            scope: GroupScope::Global,
            unit: Some(dn("OU=Groups")),
            description: Some("made by tenure".into()),
            rule: GUARD,
        }),
        ..BlockRules::default()
    };
    company
}

fn declared(name: &str) -> GroupRule {
    GroupRule {
        name: name.into(),
        kind: None,
        scope: None,
        unit: None,
        description: None,
        rule: STAGE,
    }
}

fn wants(company: &mut Company, person: i64, name: &str) {
    let granted = &mut company.wish_mut(person).groups.granted;
    granted.push(group(name, GROUPS));
    granted.sort();
}

#[test]
fn a_missing_group_is_made_once_with_its_unit_before_anybody_is_in_it() {
    let mut company = two();
    wants(&mut company, 1, "SG-New");
    wants(&mut company, 2, "sg-new");
    let plan = company.run();
    assert_eq!(
        shown(&plan),
        [
            "unit ou=groups (time)",
            "group cn=sg-new,ou=groups of type -2147483646 (time)",
            "add ada king to sg-new (time)",
            "add bob ross to sg-new (time)",
        ]
    );
    let create = &plan.actions[1];
    assert_eq!(create.after, [ActionId(0)]);
    assert_eq!(create.counts, [GuardKind::Create]);
    let Change::CreateGroup {
        name, description, ..
    } = &create.change
    else {
        panic!("{create:?}");
    };
    assert_eq!(
        (&**name, description.as_deref()),
        ("SG-New", Some("made by tenure"))
    );
    let reasons: Vec<u32> = create.reasons.iter().map(|reason| reason.line).collect();
    assert_eq!(reasons, [50, 95], "the row and the block");
    for add in &plan.actions[2..] {
        let Change::AddMember { group, .. } = &add.change else {
            panic!("{add:?}");
        };
        assert!(matches!(
            group,
            Target::Made {
                by: ActionId(1),
                ..
            }
        ));
    }
}

#[test]
fn a_group_that_nobody_is_in_is_not_made() {
    assert_eq!(shown(&two().run()), Vec::<String>::new());
}

#[test]
fn without_create_a_missing_group_is_a_finding_whether_declared_or_not() {
    let mut company = two();
    company.rules.blocks[0].create = None;
    company.rules.groups = vec![declared("SG-New"), declared("SG-Idle")];
    wants(&mut company, 1, "SG-New");
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Missing),
        [
            "SG-Idle: `SG-Idle` is declared and does not exist",
            "SG-New: `SG-New` does not exist; a rule speaks of it for 1 person",
        ]
    );
}

#[test]
fn what_is_declared_of_a_group_comes_before_what_its_block_says() {
    let mut company = two();
    company.rules.groups = vec![GroupRule {
        kind: Some(GroupKind::Security),
        scope: Some(GroupScope::Universal),
        unit: Some(dn("OU=Leavers")),
        description: Some("its own".into()),
        ..declared("sg-new")
    }];
    wants(&mut company, 1, "SG-New");
    let plan = company.run();
    assert_eq!(
        shown(&plan)[0],
        "group cn=sg-new,ou=leavers of type -2147483640 (time)"
    );
}

#[test]
fn a_list_is_made_as_a_distribution_list() {
    let mut company = two();
    company.rules.blocks[1] = BlockRules {
        kind: Block::Lists,
        names: vec!["DL-New".into()],
        create: Some(CreateRule {
            scope: GroupScope::Universal,
            unit: Some(dn("OU=Staff")),
            description: None,
            rule: GUARD,
        }),
        ..BlockRules::default()
    };
    company.wish_mut(1).lists.granted = vec![group("DL-New", GROUPS)];
    assert_eq!(
        shown(&company.run()),
        [
            "group cn=dl-new,ou=staff of type 8 (time)",
            "add ada king to dl-new (time)"
        ]
    );
}

#[test]
fn a_group_of_another_kind_or_scope_than_declared_is_told_and_left_as_it_is() {
    let mut company = two();
    company.rules.groups = vec![GroupRule {
        kind: Some(GroupKind::Security),
        scope: Some(GroupScope::Universal),
        ..declared("SG-Staff")
    }];
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Note),
        [
            "SG-Staff: `SG-Staff` is declared security, universal, and is security, global; it stays as it is"
        ]
    );
}

#[test]
fn a_group_that_cannot_be_made_is_blocked_with_its_reason() {
    for (name, unit, why) in [
        ("ada", "OU=Groups", "`ada` is the name of another object"),
        (
            "SG;New",
            "OU=Groups",
            "`SG;New` does not fit sAMAccountName: it contains `;`",
        ),
        (
            "SG-New",
            "OU=Groups,DC=elsewhere,DC=org",
            "`OU=Groups,DC=elsewhere,DC=org` is no place for it: it lies outside the write bases",
        ),
        (
            "SG-New",
            "CN=Nothing",
            "`CN=Nothing,DC=example,DC=com` does not exist and is no unit that can be made",
        ),
    ] {
        let mut company = two();
        let block = &mut company.rules.blocks[0];
        block.names = vec![name.into()];
        if let Some(create) = &mut block.create {
            create.unit = Some(tenure::directory::Dn::parse(unit).unwrap());
        }
        wants(&mut company, 1, name);
        let plan = company.run();
        assert_eq!(shown(&plan), Vec::<String>::new(), "{name}");
        assert_eq!(
            found(&plan, FindingKind::Blocked),
            [format!(
                "{name}: `{name}` cannot be made for 1 person: {why}"
            )]
        );
    }
}

#[test]
fn forbid_and_exclusive_speak_of_groups_that_would_be_made_too() {
    let mut company = two();
    wants(&mut company, 1, "SG-New");
    company.wish_mut(1).groups.forbidden = vec![group("SG-NEW", super::bench::FORBID)];
    assert_eq!(shown(&company.run()), Vec::<String>::new());
    company.wish_mut(1).groups.forbidden.clear();
    company.rules.exclusives = vec![tenure::policy::ExclusiveRule {
        groups: vec!["SG-New".into(), "SG-Staff".into()],
        prefer: tenure::policy::Prefer::First,
        separate: false,
        rule: super::bench::EXCLUSIVE,
    }];
    let plan = company.run();
    assert_eq!(
        shown(&plan)[2..],
        [
            "add ada king to sg-new (time)",
            "remove ada king from sg-staff (time)"
        ]
    );
}

#[test]
fn a_group_that_waits_to_be_made_lets_everybody_wait_who_is_to_be_in_it() {
    let mut company = two();
    wants(&mut company, 1, "SG-New");
    company.rules.approvals = vec![ApproveRule {
        kinds: vec![GuardKind::Create],
        groups: Vec::new(),
        stages: Vec::new(),
        units: Vec::new(),
        above: None,
        conditional: false,
        rule: GUARD,
    }];
    let plan = company.plan();
    assert_eq!(plan.waiting(), [false, true, true]);
}
