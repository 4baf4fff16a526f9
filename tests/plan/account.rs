//! Enabling, disabling, passwords, deletion (S1, S2, S3, S17, G11, G13).

use super::bench::{
    Company, EMPLOYEE, EXCEPTION, IDENTITY, LEAVER, LIFECYCLE, PREHIRE, PURGED, STAGE, enter,
    found, id, open, shown,
};
use tenure::hr::{Attribute, Person, Schema, Type, Value};
use tenure::plan::{Change, FindingKind};
use tenure::policy::{Ended, ResetRule, StageAccount, Standing, UnitWish};
use tenure::state::EmergencyEnd;

fn ada() -> Company {
    Company::new()
        .account("ada", "Ada King", "1")
        .member("ada", "SG-Staff")
        .person(1, "Ada King")
}

#[test]
fn a_joiner_is_made_with_a_password_enabled_and_given_groups() {
    let mut company = Company::new().person(1, "Ada King");
    let plan = company.run();
    assert_eq!(
        shown(&plan),
        [
            "create cn=ada king,ou=staff as ada (first)",
            "password ada king (first)",
            "enable ada king (first)",
            "add ada king to sg-staff (first)",
        ]
    );
    let Change::CreateAccount { attributes, .. } = &plan.actions[0].change else {
        panic!("{:?}", plan.actions[0]);
    };
    let names: Vec<&str> = attributes.iter().map(|(name, _)| &**name).collect();
    assert_eq!(
        names,
        ["department", "displayName", "employeeID", "sAMAccountName"]
    );
}

#[test]
fn a_prepared_account_is_off_until_its_day() {
    let mut company = Company::new().person_with(1, "Ada King", |wish| enter(wish, PREHIRE));
    assert_eq!(
        shown(&company.run()),
        [
            "create cn=ada king,ou=staff as ada (first)",
            "add ada king to sg-staff (first)"
        ]
    );
    enter(company.wish_mut(1), EMPLOYEE);
    assert_eq!(
        shown(&company.run()),
        ["password ada king (time)", "enable ada king (time)"]
    );
}

#[test]
fn a_leaver_is_disabled_and_loses_groups_at_once() {
    let mut company = ada().group("SG-Hand").member("ada", "SG-Hand");
    company.run();
    enter(company.wish_mut(1), LEAVER);
    assert_eq!(
        shown(&company.run()),
        [
            "disable ada king (time)",
            "remove ada king from sg-hand, not ours (time)",
            "remove ada king from sg-staff (time)",
        ]
    );
}

#[test]
fn what_a_human_disabled_stays_disabled() {
    let mut company = ada();
    company.run();
    company.switch_by_hand("ada", false);
    let plan = company.run();
    assert_eq!(
        found(&plan, FindingKind::DisabledByHand),
        ["Ada King: should be enabled, but somebody else disabled it; it stays disabled"]
    );
    enter(company.wish_mut(1), LEAVER);
    company.run();
    enter(company.wish_mut(1), EMPLOYEE);
    let plan = company.run();
    assert_eq!(
        found(&plan, FindingKind::DisabledByHand).len(),
        1,
        "not ours to enable"
    );
    let wish = company.wish_mut(1);
    wish.account_rule = EXCEPTION;
    assert_eq!(shown(&company.run()), ["enable ada king (time)"]);
}

#[test]
fn what_this_tool_disabled_comes_back_with_the_stage() {
    let mut company = ada();
    company.run();
    enter(company.wish_mut(1), LEAVER);
    company.run();
    let wish = company.wish_mut(1);
    enter(wish, EMPLOYEE);
    wish.groups = super::bench::wish(1, "Ada King").groups;
    assert_eq!(
        shown(&company.run()),
        ["enable ada king (time)", "add ada king to sg-staff (time)"]
    );
}

#[test]
fn an_exception_that_ended_lets_the_stage_be_entered_again() {
    let mut company = ada();
    company.run();
    let wish = company.wish_mut(1);
    wish.account = StageAccount::Disabled;
    wish.account_rule = EXCEPTION;
    assert_eq!(shown(&company.run()), ["disable ada king (time)"]);
    let wish = company.wish_mut(1);
    wish.account = StageAccount::Enabled;
    wish.account_rule = STAGE;
    assert_eq!(shown(&company.run()), ["enable ada king (time)"]);
}

#[test]
fn a_leavers_account_enabled_by_hand_is_disabled_again() {
    let mut company = ada();
    company.run();
    enter(company.wish_mut(1), LEAVER);
    company.run();
    company.switch_by_hand("ada", true);
    let plan = company.run();
    assert_eq!(shown(&plan), ["disable ada king (byhand)"]);
    assert_eq!(found(&plan, FindingKind::EnabledByHand).len(), 1);
}

#[test]
fn a_rehire_gets_a_new_password_where_the_policy_says_so() {
    let mut company = ada();
    company.rules.password.resets.push(ResetRule {
        enter: vec![EMPLOYEE, PREHIRE],
        from: vec![LEAVER],
        rule: LIFECYCLE,
    });
    company.run();
    enter(company.wish_mut(1), LEAVER);
    company.run();
    enter(company.wish_mut(1), EMPLOYEE);
    let plan = company.run();
    assert_eq!(
        shown(&plan),
        ["password ada king (time)", "enable ada king (time)"]
    );
    assert_eq!(
        plan.actions[0].counts,
        [tenure::policy::GuardKind::Password]
    );
}

#[test]
fn a_working_person_is_not_put_back_before_the_start() {
    let mut company = ada();
    company.run();
    enter(company.wish_mut(1), PREHIRE);
    let plan = company.plan();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(found(&plan, FindingKind::Held).len(), 1);
}

/// Ada at work, in a company where the status is a choice, and a stage that disables before the first day.
fn ada_starts(started: &str, status: &str) -> Company {
    let mut company = ada();
    company.schema = Schema::new(vec![
        Attribute::new("id", Type::Int).key(),
        Attribute::new("department", Type::Text).optional(),
        Attribute::new(
            "status",
            Type::OneOf(["active".into(), "inactive".into()].into()),
        ),
        Attribute::new("last_day", Type::Text).optional(),
    ])
    .unwrap();
    set_status(&mut company, status);
    company.wish_mut(1).started = Some(started.parse().unwrap());
    company
}

fn set_status(company: &mut Company, status: &str) {
    let mut values: Vec<Option<Value>> = company.people[0].values().to_vec();
    values[2] = Some(Value::Text(status.into()));
    company.people[0] = Person::new(id(1), values);
}

const HELD_AT_WORK: &str = "Ada King: is at work and would be disabled only because the first day lies ahead; \
                            nothing changes";

#[test]
fn a_first_day_that_moves_ahead_disables_nobody_who_works() {
    let mut company = ada_starts("2020-01-01", "active");
    company.run();
    company.wish_mut(1).started = Some("2026-04-01".parse().unwrap());
    enter(company.wish_mut(1), LEAVER);
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(found(&plan, FindingKind::Held), [HELD_AT_WORK]);
    assert_eq!(open(&plan), ["Ada King: Held, 0 days"]);
    let help = plan.findings[0].help.as_deref().unwrap();
    assert!(help.contains("correct the first day"), "{help}");
    company.later(3);
    assert_eq!(open(&company.run()), ["Ada King: Held, 3 days"]);
}

#[test]
fn a_contract_that_is_called_off_ends_the_account_whatever_the_first_day() {
    let mut company = ada_starts("2020-01-01", "active");
    company.run();
    company.wish_mut(1).started = Some("2026-04-01".parse().unwrap());
    enter(company.wish_mut(1), LEAVER);
    company.run();
    set_status(&mut company, "inactive");
    let plan = company.run();
    assert_eq!(
        shown(&plan),
        [
            "disable ada king (hr)",
            "remove ada king from sg-staff (hr)"
        ]
    );
}

#[test]
fn an_exception_ends_the_account_of_who_works_before_the_first_day() {
    let mut company = ada_starts("2020-01-01", "active");
    company.run();
    company.wish_mut(1).started = Some("2026-04-01".parse().unwrap());
    enter(company.wish_mut(1), LEAVER);
    company.wish_mut(1).account_rule = EXCEPTION;
    assert_eq!(shown(&company.plan())[0], "disable ada king (time)");
}

#[test]
fn who_logs_on_is_at_work_at_the_first_sight_unless_the_row_reads_a_choice() {
    let mut company = ada_starts("2026-04-01", "active");
    company
        .object_mut("ada")
        .set("lastLogonTimestamp", vec!["134000000000000000".into()]);
    enter(company.wish_mut(1), LEAVER);
    company.rules.rules[LIFECYCLE.0 as usize].reads = vec![3];
    let plan = company.plan();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(found(&plan, FindingKind::Held), [HELD_AT_WORK]);
    company.rules.rules[LIFECYCLE.0 as usize].reads = vec![2, 3];
    assert_eq!(shown(&company.plan())[0], "disable ada king (first)");
    company.rules.rules[LIFECYCLE.0 as usize].reads = vec![3];
    company.object_mut("ada").set("lastLogonTimestamp", vec![]);
    assert_eq!(
        shown(&company.plan())[0],
        "disable ada king (first)",
        "nobody works with it yet"
    );
}

#[test]
fn the_clock_of_a_deletion_is_our_own() {
    let mut company = ada();
    company.switch_by_hand("ada", false);
    enter(company.wish_mut(1), PURGED);
    let plan = company.run();
    assert_eq!(
        shown(&plan),
        ["remove ada king from sg-staff, not ours (first)"]
    );
    assert_eq!(
        found(&plan, FindingKind::Waiting),
        ["Ada King: the time until its deletion begins now"]
    );
    company.later(29);
    assert_eq!(shown(&company.plan()), Vec::<String>::new());
    company.later(1);
    let plan = company.run();
    assert_eq!(shown(&plan), ["delete ada king (time)"]);
    assert_eq!(
        plan.actions[0].reversible,
        tenure::plan::Reversible::Partly(
            "only by reanimation: memberships and what AD drops stay lost".into()
        )
    );
}

#[test]
fn a_lost_state_starts_the_clock_again() {
    let mut company = ada();
    enter(company.wish_mut(1), PURGED);
    company.run();
    company.later(40);
    company.prior = tenure::state::Prior::default();
    assert_eq!(shown(&company.plan()), Vec::<String>::new());
}

#[test]
fn a_logon_since_starts_the_clock_again() {
    let mut company = ada();
    enter(company.wish_mut(1), PURGED);
    company.run();
    company.later(40);
    let ticks = tenure::directory::filetime::to_filetime(company.now).unwrap() - 10_000_000;
    company
        .object_mut("ada")
        .set("lastLogonTimestamp", vec![ticks.to_string().into()]);
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Waiting),
        [
            "Ada King: somebody logged on since it was disabled; the time until its deletion begins again"
        ]
    );
}

#[test]
fn what_must_be_settled_first_blocks_a_deletion() {
    for (attribute, value, why) in [
        ("msExchRecipientTypeDetails", "4", "it is a shared mailbox"),
        (
            "msExchLitigationHoldEnabled",
            "TRUE",
            "its mailbox is under litigation hold",
        ),
        ("adminCount", "1", "its adminCount is 1"),
    ] {
        let mut company = ada();
        enter(company.wish_mut(1), PURGED);
        company.run();
        company.later(40);
        company.object_mut("ada").push(attribute, value.into());
        let plan = company.plan();
        assert_eq!(shown(&plan), Vec::<String>::new(), "{attribute}");
        assert_eq!(
            found(&plan, FindingKind::Blocked),
            [format!("Ada King: cannot be deleted: {why}")]
        );
    }
}

#[test]
fn a_held_person_who_certainly_left_is_disabled_and_no_more() {
    let mut company = ada();
    company.run();
    company.wish_mut(1).standing = Standing::Held {
        reason: "`department` is not a text".into(),
        rule: None,
        ends: Some((LEAVER, LIFECYCLE)),
    };
    assert_eq!(shown(&company.run()), ["disable ada king (time)"]);
    assert!(company.object("SG-Staff").has("member"));
}

#[test]
fn a_held_person_is_open_while_enabled() {
    let mut company = ada();
    company.run();
    company.wish_mut(1).standing = Standing::Held {
        reason: "the supervisor is unknown".into(),
        rule: None,
        ends: None,
    };
    let plan = company.plan();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(open(&plan), ["Ada King: Held, 0 days"]);
}

#[test]
fn an_emergency_end_outranks_hr_until_hr_says_the_same() {
    let mut company = ada();
    company.run();
    let end = EmergencyEnd {
        stage: "leaver".into(),
        since: company.now,
        by: "kim@desk".into(),
        because: "a lost laptop".into(),
    };
    company.prior.ends.insert(id(1), end);
    enter(company.wish_mut(1), LEAVER);
    company.wish_mut(1).ended = Some(Ended::AgainstHr);
    let plan = company.run();
    assert!(
        shown(&plan).contains(&"disable ada king (ordered)".to_owned()),
        "{:?}",
        shown(&plan)
    );
    assert!(plan.findings.iter().any(|finding| {
        finding.text.contains("ended at once by kim@desk") && finding.text.contains("a lost laptop")
    }));
    assert_eq!(plan.memory.ends_agreed, Vec::new());
    company.wish_mut(1).ended = Some(Ended::WithHr);
    assert_eq!(company.plan().memory.ends_agreed, [id(1)]);
    // As long as the account is on, that HR says the same is not enough.
    company
        .object_mut("ada")
        .set("userAccountControl", vec!["512".into()]);
    let plan = company.plan();
    assert_eq!(plan.memory.ends_agreed, Vec::new());
    assert!(
        shown(&plan)
            .iter()
            .any(|line| line.starts_with("disable ada king"))
    );
}

#[test]
fn no_account_is_made_where_nothing_says_where() {
    let company = Company::new().person_with(1, "Ada King", |wish| {
        wish.unit = UnitWish::Untouched(STAGE);
    });
    let plan = company.plan();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Held),
        ["Ada King: no unit says where the account would be made"]
    );
}

#[test]
fn an_account_that_is_gone_is_not_made_anew() {
    let mut company = ada();
    company.run();
    company
        .objects
        .retain(|object| object.account_name() != Some("ada"));
    company.object_mut("SG-Staff").set("member", Vec::new());
    let plan = company.plan();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(found(&plan, FindingKind::Conflict).len(), 1);
}

#[test]
fn a_stage_is_not_entered_while_its_enable_is_blocked() {
    let mut company = ada();
    company.run();
    enter(company.wish_mut(1), LEAVER);
    company.run();
    company
        .object_mut("ada")
        .set("adminCount", vec!["1".into()]);
    enter(company.wish_mut(1), EMPLOYEE);
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(found(&plan, FindingKind::Blocked).len(), 1);
    company.object_mut("ada").set("adminCount", vec![]);
    let plan = company.run();
    assert_eq!(
        found(&plan, FindingKind::DisabledByHand),
        Vec::<String>::new()
    );
    assert_eq!(shown(&plan)[0], "enable ada king (time)");
}

#[test]
fn an_ignored_person_whose_account_was_looked_after_is_released() {
    let mut company = ada();
    company.run();
    company
        .rules
        .ignores
        .push(tenure::policy::IgnoreRule::Person(id(1), IDENTITY));
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Released),
        ["ada: an `ignore` line takes this person out; the account stays as it is"]
    );
    assert_eq!(open(&plan), ["ada: Released, 0 days"]);
}

#[test]
fn a_tied_account_that_outlives_its_owners_is_an_open_account() {
    let mut company = ada().account("adm-ada", "Ada Admin", "");
    company.rules.tied.push(tenure::policy::TiedRule {
        parts: vec![
            tenure::policy::TemplatePart::Literal("adm-".into()),
            tenure::policy::TemplatePart::Account("sAMAccountName".into()),
        ],
        rule: IDENTITY,
    });
    company.run();
    enter(company.wish_mut(1), PURGED);
    company.run();
    company.later(31);
    assert_eq!(shown(&company.run()), ["delete ada king (time)"]);
    company.switch_by_hand("adm-ada", true);
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Tied),
        ["Ada King (adm-ada): `adm-ada` is enabled, and its owner's own account is gone"]
    );
    assert_eq!(open(&plan), ["Ada King (adm-ada): Tied, 0 days"]);
}

#[test]
fn a_protected_account_is_not_taken_over_in_silence() {
    let mut company = Company::new()
        .account_with("ada", "Ada King", "", |object| {
            object.with("adminCount", ["1"])
        })
        .member("ada", "SG-Staff")
        .person(1, "Ada King");
    company.rules.links.push(tenure::policy::LinkRule {
        person: id(1),
        account: tenure::policy::LinkTarget::Login("ada".into()),
        rule: IDENTITY,
    });
    assert_eq!(
        found(&company.run(), FindingKind::Blocked),
        ["Ada King: cannot be taken over: its adminCount is 1"]
    );
}

#[test]
fn a_password_is_at_least_as_long_as_the_domain_asks() {
    for (least, expected) in [("8", 20), ("24", 24)] {
        let mut company = Company::new().person(1, "Ada King");
        company.objects[0].set("minPwdLength", vec![least.into()]);
        let plan = company.plan();
        let lengths: Vec<u32> = plan
            .actions
            .iter()
            .filter_map(|action| match action.change {
                Change::SetPassword { length, .. } => Some(length),
                _ => None,
            })
            .collect();
        assert_eq!(lengths, [expected]);
    }
}
