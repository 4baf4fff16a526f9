//! Which account is whose, and what a human must say first (S7, S8).

use super::bench::{
    Company, EMPLOYEE, IDENTITY, LEAVER, UNMANAGED, dn, enter, found, id, open, shown,
};
use tenure::directory::Guid;
use tenure::plan::{FindingKind, Verdict, correlate};
use tenure::policy::ruleset::Limit;
use tenure::policy::{
    AccountTest, AdoptQuery, ContinuesRule, GuardKind, IgnoreRule, LimitRule, LinkRule, LinkTarget,
    NamePattern, TemplatePart, TiedRule,
};
use tenure::state::PersonMemory;

fn by_mail(address: &str) -> AdoptQuery {
    AdoptQuery {
        rule: IDENTITY,
        tests: vec![AccountTest::Equal("mail".into(), address.into())],
    }
}

/// One account without an anchor that a rule proposes for person 1.
fn proposed() -> Company {
    Company::new()
        .account_with("ada", "Ada King", "", |object| {
            object.with("mail", ["ada@example.com"])
        })
        .person_with(1, "Ada King", |wish| {
            wish.adopt = vec![by_mail("ADA@example.com")];
        })
}

fn verdict(company: &Company, number: i64) -> Verdict {
    company.with_input(|input| correlate(input).of(&id(number)).unwrap().clone())
}

#[test]
fn the_anchor_finds_the_account_and_an_up_to_date_one_is_left_alone() {
    let mut company = Company::new()
        .account("ada", "Ada King", "1")
        .member("ada", "SG-Staff")
        .person(1, "Ada King");
    assert_eq!(shown(&company.run()), Vec::<String>::new());
    assert!(matches!(verdict(&company, 1), Verdict::Anchored(_)));
}

#[test]
fn the_state_and_the_anchor_must_agree() {
    let mut company = Company::new()
        .account("ada", "Ada King", "1")
        .account("other", "Other", "")
        .person(1, "Ada King");
    let memory = PersonMemory {
        account: Some(Guid::derived(&["other"])),
        ..PersonMemory::default()
    };
    company.prior.people.insert(id(1), memory);
    let plan = company.plan();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Conflict),
        ["Ada King: the anchor stands at another account than the one that the state remembers"]
    );
    assert_eq!(open(&plan).len(), 2, "both are open until it is settled");
}

#[test]
fn an_anchor_on_two_accounts_is_nobodys() {
    let company = Company::new()
        .account("ada", "Ada King", "1")
        .account("ada2", "Ada King (2)", "1")
        .person(1, "Ada King");
    assert!(
        matches!(verdict(&company, 1), Verdict::Conflict { accounts, .. } if accounts.len() == 2)
    );
    assert_eq!(shown(&company.plan()), Vec::<String>::new());
}

#[test]
fn a_proposal_holds_the_person_and_makes_no_second_account() {
    let plan = proposed().plan();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Unsettled),
        ["Ada King: `ada` may be theirs; nothing is done until somebody says so"]
    );
}

#[test]
fn a_limit_above_zero_makes_a_proposal_an_action() {
    let mut company = proposed().group("SG-Old").member("ada", "SG-Old");
    let limit = Limit {
        percent: None,
        count: Some(1),
        more: false,
    };
    let rule = LimitRule {
        limit,
        rule: IDENTITY,
    };
    company.rules.limits.insert(GuardKind::Adopt, rule);
    let plan = company.run();
    assert_eq!(
        shown(&plan),
        [
            "adopt ada king for 1 (first)",
            "add ada king to sg-staff (first)"
        ]
    );
    assert_eq!(plan.actions[1].after, [tenure::plan::ActionId(0)]);
}

#[test]
fn a_link_line_adopts_without_a_guard() {
    let mut company = proposed();
    company.rules.links.push(LinkRule {
        person: id(1),
        account: LinkTarget::Login("ada".into()),
        rule: IDENTITY,
    });
    let plan = company.run();
    assert_eq!(shown(&plan)[0], "adopt ada king for 1 (first)");
    assert_eq!(plan.actions[0].counts, []);
}

#[test]
fn a_link_to_another_persons_account_is_a_conflict() {
    let mut company = Company::new()
        .account("bob", "Bob", "2")
        .person(1, "Ada King")
        .person(2, "Bob");
    company.rules.links.push(LinkRule {
        person: id(1),
        account: LinkTarget::Login("bob".into()),
        rule: IDENTITY,
    });
    assert!(matches!(verdict(&company, 1), Verdict::Conflict { .. }));
    assert!(matches!(verdict(&company, 2), Verdict::Anchored(_)));
}

#[test]
fn a_value_of_several_people_matches_nobody() {
    let company = Company::new()
        .account_with("info", "Info", "", |object| {
            object.with("mail", ["info@example.com"])
        })
        .person_with(1, "Ada King", |wish| {
            wish.adopt = vec![by_mail("info@example.com")];
        })
        .person_with(2, "Bob", |wish| {
            wish.adopt = vec![by_mail("info@example.com")];
        });
    assert_eq!(verdict(&company, 1), Verdict::Without);
    assert_eq!(verdict(&company, 2), Verdict::Without);
}

#[test]
fn an_account_older_than_the_first_day_is_a_namesakes() {
    let mut company = proposed();
    company
        .object_mut("ada")
        .set("whenCreated", vec!["20200101090000.0Z".into()]);
    company.wish_mut(1).started = Some("2026-01-01".parse().unwrap());
    assert_eq!(
        found(&company.plan(), FindingKind::Namesake),
        [
            "Ada King: `ada` may be a namesake's: it was created on 2020-01-01, they start on 2026-01-01"
        ]
    );
    company.wish_mut(1).started = Some("2019-12-31".parse().unwrap());
    assert!(matches!(verdict(&company, 1), Verdict::Proposed { .. }));
}

#[test]
fn only_accounts_of_people_are_candidates() {
    for (attribute, value) in [
        ("servicePrincipalName", "http/x"),
        ("adminCount", "1"),
        ("msExchRecipientTypeDetails", "4"),
        ("msExchRecipientTypeDetails", "16"),
        ("objectClass", "computer"),
        ("isCriticalSystemObject", "TRUE"),
        ("employeeID", "99"),
    ] {
        let mut company = proposed();
        company.object_mut("ada").push(attribute, value.into());
        assert_eq!(verdict(&company, 1), Verdict::Without, "{attribute}");
    }
    let mut company = proposed();
    let pattern = NamePattern::new("AD*").unwrap();
    company
        .rules
        .ignores
        .push(IgnoreRule::Accounts(pattern, IDENTITY));
    assert_eq!(verdict(&company, 1), Verdict::Without);
}

#[test]
fn before_the_first_verdicts_nothing_is_created_or_changed() {
    let mut company = proposed().person(2, "Bob");
    company.rules.confirmed = None;
    let plan = company.plan();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(found(&plan, FindingKind::Note).len(), 1);
    assert_eq!(
        found(&plan, FindingKind::Unsettled),
        ["person 1: an account may be theirs"]
    );
}

#[test]
fn an_empty_directory_needs_no_verdicts() {
    let mut company = Company::new().person(1, "Ada King");
    company.rules.confirmed = None;
    assert_eq!(shown(&company.run()).len(), 4);
    assert_eq!(
        shown(&company.plan()),
        Vec::<String>::new(),
        "what we made needs no verdict"
    );
}

#[test]
fn a_record_that_continues_another_takes_its_account_over() {
    let mut company = Company::new()
        .account("ada", "Ada King", "4711")
        .member("ada", "SG-Staff")
        .person(4711, "Ada King")
        .person(5120, "Ada King");
    company.rules.continues.push(ContinuesRule {
        person: id(5120),
        former: id(4711),
        rule: IDENTITY,
    });
    assert_eq!(shown(&company.run()), ["adopt ada king for 5120 (first)"]);
    assert_eq!(company.object("ada").first("employeeID"), Some("5120"));
}

#[test]
fn a_tied_account_ends_with_its_owner_and_is_never_enabled() {
    let mut company = Company::new()
        .account("ada", "Ada King", "1")
        .account("adm-ada", "Ada King (admin)", "")
        .member("ada", "SG-Staff")
        .person(1, "Ada King");
    company.rules.tied.push(TiedRule {
        parts: vec![
            TemplatePart::Literal("adm-".into()),
            TemplatePart::Account("sAMAccountName".into()),
        ],
        rule: IDENTITY,
    });
    company.run();
    enter(company.wish_mut(1), LEAVER);
    assert_eq!(
        shown(&company.run()),
        [
            "disable ada king (time)",
            "disable ada king (admin) (time)",
            "remove ada king from sg-staff (time)",
        ]
    );
    let tied = company.object("adm-ada").guid();
    assert!(company.prior.accounts[&tied].tied);
    company.switch_by_hand("adm-ada", true);
    assert_eq!(shown(&company.run()), ["disable ada king (admin) (byhand)"]);
    enter(company.wish_mut(1), EMPLOYEE);
    let back = shown(&company.plan());
    assert!(
        !back
            .iter()
            .any(|line| line.starts_with("enable ada king (admin)")),
        "{back:?}"
    );
}

#[test]
fn a_protected_tied_account_of_someone_who_left_is_open() {
    let mut company = Company::new()
        .account("ada", "Ada King", "1")
        .account_with("adm-ada", "Ada Admin", "", |object| {
            object.with("adminCount", ["1"])
        })
        .person_with(1, "Ada King", |wish| enter(wish, LEAVER));
    company.rules.tied.push(TiedRule {
        parts: vec![
            TemplatePart::Literal("adm-".into()),
            TemplatePart::Account("sAMAccountName".into()),
        ],
        rule: IDENTITY,
    });
    let plan = company.run();
    assert_eq!(shown(&plan), ["disable ada king (first)"]);
    assert_eq!(open(&plan), ["Ada King (adm-ada): Tied, 0 days"]);
}

#[test]
fn a_released_account_is_reported_and_open() {
    let mut company = Company::new()
        .account("ada", "Ada King", "1")
        .person(1, "Ada King");
    company.run();
    enter(company.wish_mut(1), UNMANAGED);
    let plan = company.run();
    assert_eq!(found(&plan, FindingKind::Released).len(), 1);
    company.later(3);
    assert_eq!(open(&company.plan()), ["Ada King: Released, 3 days"]);
    let never = Company::new()
        .account("bob", "Bob", "2")
        .person_with(2, "Bob", |wish| enter(wish, UNMANAGED));
    assert_eq!(
        found(&never.plan(), FindingKind::Released),
        Vec::<String>::new()
    );
}

#[test]
fn absence_is_not_a_leaver() {
    let mut company = Company::new()
        .account("ada", "Ada King", "1")
        .person(1, "Ada King");
    company.run();
    company.people.clear();
    company.wishes.clear();
    let plan = company.plan();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(found(&plan, FindingKind::Vanished).len(), 1);
    assert_eq!(open(&plan), ["ada: Vanished, 0 days"]);
}

#[test]
fn accounts_outside_the_write_bases_are_never_written() {
    let mut company = Company::new()
        .account("ada", "Ada King", "1")
        .unit("OU=Else");
    company.bases = vec![dn("OU=Else")];
    let mut company = company.person_with(1, "Ada King", |wish| enter(wish, LEAVER));
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Blocked),
        ["Ada King: 1 change cannot be made: it lies outside the write bases"]
    );
    assert_eq!(open(&plan), ["Ada King: Blocked, 0 days"]);
}
