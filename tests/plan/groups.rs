//! Memberships: one order, whose they are, privilege (S6, S15).

use super::bench::{
    Company, EMPLOYEE, EXCLUSIVE, FORBID, GROUPS, GUARD, LEAVER, block, days, enter, found, group,
    shown, wish,
};
use tenure::plan::{ActionId, FindingKind};
use tenure::policy::ruleset::Manage;
use tenure::policy::{
    ApproveRule, BlockRules, ExclusiveRule, Extent, GuardKind, NamePattern, Prefer, PrivilegedRule,
};

/// Ada in the group of all, managed; with those further groups.
fn ada(groups: &[&str]) -> Company {
    let mut company = Company::new()
        .account("ada", "Ada King", "1")
        .member("ada", "SG-Staff")
        .person(1, "Ada King");
    for name in groups {
        company = company.group(name);
    }
    company.run();
    company
}

fn grant(company: &mut Company, names: &[&str]) {
    let mut granted: Vec<_> = names.iter().map(|name| group(name, GROUPS)).collect();
    granted.push(group("SG-Staff", GROUPS));
    granted.sort();
    company.wish_mut(1).groups.granted = granted;
}

fn exclusive(prefer: Prefer, separate: bool) -> ExclusiveRule {
    ExclusiveRule {
        groups: vec!["E5".into(), "E3".into()],
        prefer,
        separate,
        rule: EXCLUSIVE,
    }
}

#[test]
fn a_grant_comes_and_goes_for_want_of_a_rule() {
    let mut company = ada(&["SG-A"]);
    grant(&mut company, &["SG-A"]);
    assert_eq!(shown(&company.run()), ["add ada king to sg-a (time)"]);
    grant(&mut company, &[]);
    assert_eq!(shown(&company.run()), ["remove ada king from sg-a (time)"]);
}

#[test]
fn what_somebody_added_stays_and_what_somebody_took_comes_back() {
    let mut company = ada(&["SG-Hand"]);
    company.join("ada", "SG-Hand");
    assert_eq!(shown(&company.run()), Vec::<String>::new());
    company.object_mut("SG-Staff").set("member", Vec::new());
    assert_eq!(shown(&company.run()), ["add ada king to sg-staff (byhand)"]);
}

#[test]
fn keep_and_linger_hold_for_want_of_a_rule_only() {
    let mut company = ada(&["SG-VPN-1", "SG-A"]);
    company.rules.blocks[0].keep = vec![(NamePattern::new("sg-vpn-*").unwrap(), GROUPS)];
    company.rules.blocks[0].linger = Some((days(14), GROUPS));
    grant(&mut company, &["SG-A", "SG-VPN-1"]);
    company.run();
    grant(&mut company, &[]);
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Lingering),
        ["Ada King: SG-A lingers: no rule grants it any more"]
    );
    assert_eq!(
        plan.next_change.unwrap().to_string(),
        "2026-03-16T08:00:00Z"
    );
    company.later(13);
    assert_eq!(shown(&company.plan()), Vec::<String>::new());
    company.later(1);
    assert_eq!(shown(&company.run()), ["remove ada king from sg-a (time)"]);
    enter(company.wish_mut(1), LEAVER);
    let lines = shown(&company.run());
    assert!(
        lines.contains(&"remove ada king from sg-vpn-1 (time)".to_owned()),
        "{lines:?}"
    );
}

#[test]
fn manage_says_what_may_be_taken_away() {
    for (manage, expected) in [
        (Manage::Granted, vec!["remove ada king from sg-a (time)"]),
        (
            Manage::All,
            vec![
                "remove ada king from sg-a (time)",
                "remove ada king from sg-hand, not ours (time)",
            ],
        ),
        (Manage::Additions, vec![]),
    ] {
        let mut company = ada(&["SG-A", "SG-Hand", "SG-Other"]);
        company.rules.blocks[0].names = vec!["SG-A".into(), "SG-Hand".into()];
        company.join("ada", "SG-Hand");
        company.join("ada", "SG-Other");
        grant(&mut company, &["SG-A"]);
        company.run();
        company.rules.blocks[0].manage = Some((manage, GROUPS));
        grant(&mut company, &[]);
        assert_eq!(shown(&company.run()), expected, "{manage:?}");
    }
}

/// What holds for the groups that one block names.
fn terms(names: &[&str], manage: Option<Manage>, linger: Option<u32>) -> BlockRules {
    BlockRules {
        names: names.iter().map(|name| (*name).into()).collect(),
        manage: manage.map(|manage| (manage, GROUPS)),
        linger: linger.map(|count| (days(count), GROUPS)),
        ..BlockRules::default()
    }
}

#[test]
fn each_block_holds_for_the_groups_that_its_own_rows_name() {
    let mut company = ada(&["Lic-E3", "Lic-E5", "SG-A", "SG-Hand", "SG-Slow"]);
    company.rules.blocks = vec![
        terms(&["Lic-E3", "Lic-E5"], Some(Manage::All), None),
        terms(&["SG-A", "SG-Hand", "SG-Staff"], None, None),
        terms(&["SG-Slow"], None, Some(14)),
    ];
    for by_hand in ["Lic-E5", "SG-Hand"] {
        company.join("ada", by_hand);
    }
    grant(&mut company, &["Lic-E3", "SG-A", "SG-Slow"]);
    assert_eq!(
        shown(&company.run()),
        [
            "add ada king to lic-e3 (time)",
            "add ada king to sg-a (time)",
            "add ada king to sg-slow (time)",
            "remove ada king from lic-e5, not ours (byhand)",
        ],
        "a licence by hand goes, another group by hand stays"
    );
    grant(&mut company, &[]);
    let plan = company.run();
    assert_eq!(
        shown(&plan),
        [
            "remove ada king from lic-e3 (time)",
            "remove ada king from sg-a (time)",
        ],
        "what lingers in its block lingers alone"
    );
    assert_eq!(
        found(&plan, FindingKind::Lingering),
        ["Ada King: SG-Slow lingers: no rule grants it any more"]
    );
}

#[test]
fn keep_holds_in_its_own_block_only() {
    let mut company = ada(&["SG-VPN-1", "SG-VPN-2"]);
    let pattern = || vec![(NamePattern::new("SG-VPN-*").unwrap(), GROUPS)];
    company.rules.blocks = vec![
        BlockRules {
            keep: pattern(),
            ..terms(&["SG-Staff", "SG-VPN-1"], None, None)
        },
        terms(&["SG-VPN-2"], None, None),
    ];
    grant(&mut company, &["SG-VPN-1", "SG-VPN-2"]);
    company.run();
    grant(&mut company, &[]);
    assert_eq!(
        shown(&company.run()),
        ["remove ada king from sg-vpn-2 (time)"]
    );
}

#[test]
fn what_no_row_names_any_more_goes_by_the_mildest_of_its_kind() {
    let mut company = ada(&["SG-Gone", "SG-Kept"]);
    grant(&mut company, &["SG-Gone", "SG-Kept"]);
    company.run();
    grant(&mut company, &[]);
    company.rules.blocks = vec![
        terms(&["SG-Staff"], Some(Manage::All), None),
        BlockRules {
            keep: vec![(NamePattern::new("SG-Kept").unwrap(), GROUPS)],
            ..terms(&["SG-Other"], None, Some(7))
        },
    ];
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Lingering),
        ["Ada King: SG-Gone lingers: no rule grants it any more"]
    );
    company.later(7);
    assert_eq!(
        shown(&company.run()),
        ["remove ada king from sg-gone (time)"],
        "`manage all` of a block that does not name it takes nothing else"
    );
}

#[test]
fn exclusive_sees_through_nested_groups_and_names_the_way() {
    let mut company = ada(&["E5", "E3", "SG-Bundle", "SG-Team"]);
    company.join("SG-Bundle", "E3");
    company.join("SG-Team", "SG-Bundle");
    company.join("ada", "SG-Team");
    company.run();
    company.rules.exclusives = vec![exclusive(Prefer::First, false)];
    grant(&mut company, &["E5"]);
    let plan = company.run();
    assert_eq!(
        shown(&plan),
        [
            "add ada king to e5 (time)",
            "remove ada king from sg-team, not ours (time)"
        ]
    );
    let reason = &plan.actions[1].reasons[0].text;
    assert!(
        reason.ends_with("(`SG-Team` leads to `E3` over `SG-Bundle`)"),
        "{reason}"
    );
}

#[test]
fn one_group_that_leads_to_two_exclusive_ones_is_a_humans_to_mend() {
    let mut company = ada(&["E5", "E3", "SG-Both"]);
    company.join("SG-Both", "E3");
    company.join("SG-Both", "E5");
    company.join("ada", "SG-Both");
    company.rules.exclusives = vec![exclusive(Prefer::First, false)];
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Blocked),
        ["Ada King: `SG-Both` leads to `E5` and `E3`, of which there may be one"]
    );
}

#[test]
fn of_exclusive_groups_that_of_the_primary_group_stays() {
    let primary = |name: &'static str| {
        Company::new()
            .group_with(name, |object| {
                let sid = tenure::directory::Sid::parse("S-1-5-21-1-2-3-1513").unwrap();
                object.with("objectSid", [sid.to_bytes()])
            })
            .group("E3")
            .group("E5")
            .account_with("ada", "Ada King", "1", |object| {
                object.with("primaryGroupID", ["1513"])
            })
            .member("ada", "SG-Staff")
            .person(1, "Ada King")
    };
    let mut company = primary("All Users");
    company.join("All Users", "E3");
    company.run();
    company.rules.exclusives = vec![exclusive(Prefer::First, false)];
    grant(&mut company, &["E5"]);
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Blocked),
        ["Ada King: `E5` is not given: the primary group leads to `E3`, and is not taken away"]
    );
    company.rules.exclusives.clear();
    company.wish_mut(1).groups.forbidden = vec![group("E3", FORBID)];
    let plan = company.run();
    assert_eq!(
        found(&plan, FindingKind::Blocked),
        [
            "Ada King: `E3` is forbidden, but the primary group, which is not taken away, is in it: \
             `All Users` leads to `E3`"
        ]
    );
}

#[test]
fn a_privileged_group_is_given_by_its_name_and_with_a_persons_yes_only() {
    let sid = tenure::directory::Sid::parse("S-1-5-21-1-2-3-519")
        .unwrap()
        .to_bytes();
    let mut company = ada(&["SG-Below"]).group_with("Enterprise Admins", |object| {
        object.with("objectSid", [sid]).with("adminCount", ["1"])
    });
    company.join("SG-Below", "Enterprise Admins");
    grant(&mut company, &["SG-Below", "Enterprise Admins"]);
    let privileged = PrivilegedRule {
        group: "Enterprise Admins".into(),
        rule: GROUPS,
    };
    let approve = ApproveRule {
        kinds: vec![GuardKind::Grant],
        groups: vec!["enterprise admins".into()],
        stages: Vec::new(),
        units: Vec::new(),
        above: None,
        conditional: false,
        rule: GUARD,
    };
    let nothing = Vec::<String>::new();
    company.rules.privileged = vec![privileged.clone()];
    assert_eq!(shown(&company.plan()), nothing, "one line is not enough");
    company.rules.privileged.clear();
    company.rules.approvals = vec![approve.clone()];
    assert_eq!(shown(&company.plan()), nothing, "nor is the other");
    company.rules.privileged = vec![privileged];
    let plan = company.plan();
    assert_eq!(
        shown(&plan),
        ["add ada king to enterprise admins, waits (time)"],
        "what is nested in it is not named, and stays blocked"
    );
    assert_eq!(
        found(&plan, FindingKind::Blocked),
        [
            "SG-Below: `SG-Below` is not given to 1 person: `SG-Below` in `Enterprise Admins` is privileged"
        ]
    );
}

#[test]
fn none_of_ours_takes_only_what_we_gave_and_except_is_left_alone() {
    let mut company = ada(&["SG-A", "SG-Hand", "SG-Keep"]);
    company.join("ada", "SG-Hand");
    grant(&mut company, &["SG-A", "SG-Keep"]);
    company.run();
    let groups = &mut company.wish_mut(1).groups;
    groups.granted.clear();
    groups.restriction.extent = Extent::NoneOfOurs;
    groups.restriction.except = vec![NamePattern::new("SG-Keep").unwrap()];
    assert_eq!(
        shown(&company.run()),
        [
            "remove ada king from sg-a (time)",
            "remove ada king from sg-staff (time)"
        ]
    );
}

#[test]
fn untouched_means_neither_given_nor_taken() {
    let mut company = ada(&["SG-A"]);
    company.wish_mut(1).groups = block(Vec::new());
    company.wish_mut(1).groups.restriction.extent = Extent::Untouched;
    assert_eq!(shown(&company.run()), Vec::<String>::new());
}

#[test]
fn forbid_beats_every_grant_and_every_hand() {
    let mut company = ada(&["SG-Finance"]);
    company.join("ada", "SG-Finance");
    company.run();
    grant(&mut company, &["SG-Finance"]);
    company.wish_mut(1).groups.forbidden = vec![group("SG-Finance", FORBID)];
    assert_eq!(
        shown(&company.run()),
        ["remove ada king from sg-finance, not ours (time)"]
    );
}

#[test]
fn forbid_follows_nested_groups_and_names_the_way() {
    let mut company = ada(&["SG-Finance", "SG-Team"]);
    company.join("SG-Team", "SG-Finance");
    company.join("ada", "SG-Team");
    company.run();
    company.wish_mut(1).groups.forbidden = vec![group("SG-Finance", FORBID)];
    let plan = company.run();
    assert_eq!(
        shown(&plan),
        ["remove ada king from sg-team, not ours (time)"]
    );
    let reason = &plan.actions[0].reasons[0].text;
    assert!(
        reason.ends_with("(`SG-Team` leads to `SG-Finance`)"),
        "{reason}"
    );
    grant(&mut company, &["SG-Team"]);
    assert_eq!(
        shown(&company.plan()),
        Vec::<String>::new(),
        "nor is it given"
    );
}

#[test]
fn of_exclusive_groups_one_remains() {
    let mut company = ada(&["E5", "E3"]);
    company.rules.exclusives = vec![exclusive(Prefer::First, false)];
    grant(&mut company, &["E3"]);
    assert_eq!(shown(&company.run()), ["add ada king to e3 (time)"]);
    grant(&mut company, &["E3", "E5"]);
    let plan = company.run();
    assert_eq!(
        shown(&plan),
        [
            "add ada king to e5 (time)",
            "remove ada king from e3 (time)"
        ],
        "the new one comes before the old one goes"
    );
    assert_eq!(plan.actions[1].behind, [ActionId(0)]);
    company.rules.exclusives = vec![exclusive(Prefer::Current, false)];
    assert_eq!(shown(&company.run()), Vec::<String>::new());
}

#[test]
fn separate_lets_the_old_one_go_first() {
    let mut company = ada(&["E5", "E3"]);
    company.rules.exclusives = vec![exclusive(Prefer::First, true)];
    grant(&mut company, &["E3"]);
    company.run();
    grant(&mut company, &["E3", "E5"]);
    let plan = company.run();
    assert_eq!(
        shown(&plan),
        [
            "remove ada king from e3 (time)",
            "add ada king to e5 (time)"
        ]
    );
    assert_eq!(plan.actions[1].after, [ActionId(0)]);
}

#[test]
fn a_grant_that_lapsed_does_not_win_against_one_that_holds() {
    let mut company = ada(&["E5", "E3"]);
    company.rules.exclusives = vec![exclusive(Prefer::First, false)];
    company.rules.blocks[0].linger = Some((days(14), GROUPS));
    grant(&mut company, &["E5"]);
    company.run();
    grant(&mut company, &["E3"]);
    assert_eq!(
        shown(&company.run()),
        [
            "add ada king to e3 (time)",
            "remove ada king from e5 (time)"
        ]
    );
}

#[test]
fn new_grants_go_in_before_old_ones_go_out() {
    let mut company = ada(&["SG-A", "SG-B"]);
    grant(&mut company, &["SG-A"]);
    company.run();
    grant(&mut company, &["SG-B"]);
    let plan = company.run();
    assert_eq!(
        shown(&plan),
        [
            "add ada king to sg-b (time)",
            "remove ada king from sg-a (time)"
        ]
    );
    assert_eq!(
        (plan.actions[1].after.len(), &*plan.actions[1].behind),
        (0, &[ActionId(0)][..])
    );
}

#[test]
fn the_primary_group_is_neither_given_nor_taken() {
    let mut company = Company::new().group_with("Domain Users", |object| {
        object.with(
            "objectSid",
            [tenure::directory::Sid::parse("S-1-5-21-1-2-3-1513")
                .unwrap()
                .to_bytes()],
        )
    });
    company = company
        .account_with("ada", "Ada King", "1", |object| {
            object.with("primaryGroupID", ["1513"])
        })
        .member("ada", "SG-Staff")
        .member("ada", "Domain Users")
        .person_with(1, "Ada King", |wish| enter(wish, LEAVER));
    assert_eq!(
        shown(&company.run()),
        [
            "disable ada king (first)",
            "remove ada king from sg-staff, not ours (first)"
        ]
    );
}

#[test]
fn a_group_of_privilege_is_never_granted() {
    let sid = tenure::directory::Sid::parse("S-1-5-21-1-2-3-512")
        .unwrap()
        .to_bytes();
    let mut company =
        ada(&["SG-Nested"]).group_with("Domain Admins", |object| object.with("objectSid", [sid]));
    company.join("SG-Nested", "Domain Admins");
    grant(&mut company, &["SG-Nested", "Domain Admins"]);
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Blocked),
        [
            "Domain Admins: `Domain Admins` is not given to 1 person: `Domain Admins` is privileged",
            "SG-Nested: `SG-Nested` is not given to 1 person: `SG-Nested` in `Domain Admins` is privileged",
        ]
    );
}

#[test]
fn a_protected_group_is_neither_given_nor_taken() {
    let mut company = ada(&["SG-Break-Glass", "SG-Other"]);
    company.join("ada", "SG-Break-Glass");
    company.run();
    company
        .rules
        .protected
        .push(tenure::policy::ProtectRule::Group(
            NamePattern::new("SG-Break-Glass").unwrap(),
            GROUPS,
        ));
    enter(company.wish_mut(1), LEAVER);
    let plan = company.run();
    assert!(!shown(&plan).iter().any(|line| line.contains("break-glass")));
    assert_eq!(found(&plan, FindingKind::Blocked).len(), 1);
}

#[test]
fn a_group_that_is_missing_or_of_the_other_kind_is_a_finding() {
    let mut company = ada(&[]).group_with("DL-All", |object| object.with("groupType", ["2"]));
    company
        .object_mut("DL-All")
        .set("groupType", vec!["2".into()]);
    grant(&mut company, &["SG-Nowhere", "DL-All"]);
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Missing),
        ["SG-Nowhere: `SG-Nowhere` does not exist; a rule speaks of it for 1 person"]
    );
    assert_eq!(
        found(&plan, FindingKind::Note),
        [
            "DL-All: `DL-All` is a distribution list, not a security group; 1 person would be members"
        ]
    );
}

#[test]
fn by_hand_memberships_that_a_stage_took_are_proposed_on_return() {
    let mut company = ada(&["SG-Hand"]);
    company.join("ada", "SG-Hand");
    company.run();
    enter(company.wish_mut(1), LEAVER);
    company.run();
    company.wishes = vec![wish(1, "Ada King")];
    let plan = company.run();
    assert_eq!(
        shown(&plan),
        ["enable ada king (time)", "add ada king to sg-staff (time)"]
    );
    assert_eq!(
        found(&plan, FindingKind::Proposed),
        ["Ada King: had SG-Hand by hand before; it is not given again by itself"]
    );
    assert_eq!(company.wishes[0].standing, wish(1, "x").standing);
    assert_eq!(EMPLOYEE.0, 0);
}

#[test]
fn a_group_whose_rule_cannot_be_decided_is_reported_and_stays() {
    let mut company = Company::new()
        .account("ada", "Ada King", "1")
        .member("ada", "SG-Staff")
        .person(1, "Ada King");
    company.run();
    let wish = company.wish_mut(1);
    wish.groups.granted.clear();
    wish.groups.held = vec![(group("SG-Staff", GROUPS), "person 9 is not in HR".into())];
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Held),
        ["Ada King: SG-Staff not decided: person 9 is not in HR"]
    );
}
