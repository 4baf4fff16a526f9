//! Open accounts: every reason why nobody deals with an enabled account, each shown and counted in days (S4, G14).

use super::bench::{Company, IDENTITY, LEAVER, UNMANAGED, enter, found, id, open, shown};
use tenure::plan::FindingKind;
use tenure::policy::{LinkRule, LinkTarget, StageAccount, Standing, TemplatePart, TiedRule};

/// Ada, whose account is looked after, with a further one.
fn ada() -> Company {
    let mut company = Company::new()
        .account("ada", "Ada King", "1")
        .member("ada", "SG-Staff")
        .account("adm-ada", "Ada Admin", "")
        .person(1, "Ada King");
    company.rules.tied.push(TiedRule {
        parts: vec![
            TemplatePart::Literal("adm-".into()),
            TemplatePart::Account("sAMAccountName".into()),
        ],
        rule: IDENTITY,
    });
    company.run();
    assert_eq!(open(&company.plan()), Vec::<String>::new());
    company
}

/// What is open now and, once the run is done, five days later.
#[track_caller]
fn stays_open(company: &mut Company, expected: &[&str]) {
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    let now: Vec<String> = expected
        .iter()
        .map(|who| format!("{who}, 0 days"))
        .collect();
    assert_eq!(open(&plan), now);
    company.later(5);
    let later: Vec<String> = expected
        .iter()
        .map(|who| format!("{who}, 5 days"))
        .collect();
    assert_eq!(open(&company.run()), later);
}

fn hold(company: &mut Company) {
    company.wish_mut(1).standing = Standing::Held {
        reason: "status cannot be read".into(),
        rule: None,
        ends: None,
    };
    company.wish_mut(1).account = StageAccount::Hold;
}

#[test]
fn with_an_owner_who_vanished() {
    let mut company = ada();
    company.people.clear();
    company.wishes.clear();
    stays_open(&mut company, &["ada (adm-ada): Vanished", "ada: Vanished"]);
    assert_eq!(
        found(&company.plan(), FindingKind::Tied),
        ["ada (adm-ada): `adm-ada` is enabled, and HR no longer has its owner"]
    );
    company.switch_by_hand("adm-ada", false);
    assert_eq!(open(&company.plan()), ["ada: Vanished, 5 days"]);
}

#[test]
fn with_an_owner_whom_the_policy_released() {
    let mut company = ada();
    enter(company.wish_mut(1), UNMANAGED);
    stays_open(
        &mut company,
        &["ada (adm-ada): Released", "Ada King: Released"],
    );
}

#[test]
fn with_an_owner_whom_a_line_takes_out() {
    let mut company = ada();
    let ignored = tenure::policy::IgnoreRule::Person(id(1), IDENTITY);
    company.rules.ignores.push(ignored);
    stays_open(&mut company, &["ada (adm-ada): Released", "ada: Released"]);
}

#[test]
fn with_an_owner_who_is_held() {
    let mut company = ada();
    hold(&mut company);
    stays_open(&mut company, &["ada (adm-ada): Held", "Ada King: Held"]);
}

#[test]
fn with_an_owner_whose_account_is_in_conflict() {
    let mut company = ada();
    company.push(
        tenure::directory::Object::new(
            super::bench::dn("CN=Ada Two,OU=Staff"),
            tenure::directory::Guid::derived(&["two"]),
        )
        .with("objectClass", ["top", "person", "user"])
        .with("sAMAccountName", ["ada2"])
        .with("employeeID", ["1"])
        .with("userAccountControl", ["512"]),
    );
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    let mut lines = open(&plan);
    lines.sort();
    assert_eq!(
        lines,
        [
            "Ada King: Conflict, 0 days",
            "Ada King: Conflict, 0 days",
            "ada (adm-ada): Conflict, 0 days",
        ]
    );
}

#[test]
fn with_an_owner_who_left_and_no_line_that_ties_it_any_more() {
    let mut company = ada();
    company.rules.tied.clear();
    enter(company.wish_mut(1), LEAVER);
    let plan = company.run();
    assert_eq!(
        shown(&plan),
        [
            "disable ada king (time)",
            "remove ada king from sg-staff (time)"
        ]
    );
    assert_eq!(open(&plan), ["Ada King (adm-ada): Tied, 0 days"]);
    assert_eq!(
        found(&plan, FindingKind::Tied),
        [
            "Ada King (adm-ada): `adm-ada` is enabled, and its owner left, but no `tied` line finds it any more"
        ]
    );
}

#[test]
fn one_that_an_earlier_run_could_not_disable() {
    let mut company = ada();
    enter(company.wish_mut(1), LEAVER);
    let ada = company.object("ada").guid();
    company.prior.failed.insert(ada);
    company.prior.open_since.insert(ada, company.now);
    company.later(2);
    assert_eq!(open(&company.plan()), ["Ada King: Failed, 2 days"]);
    company.run();
    assert_eq!(open(&company.plan()), Vec::<String>::new());
}

#[test]
fn one_whose_person_was_never_settled_and_has_left() {
    let mut company = Company::new()
        .account("ada", "Ada King", "")
        .account("ada2", "Ada Two", "")
        .person_with(1, "Ada King", |wish| enter(wish, LEAVER));
    for login in ["ada", "ada2"] {
        company.rules.links.push(LinkRule {
            person: id(2),
            account: LinkTarget::Login(login.into()),
            rule: IDENTITY,
        });
    }
    let name = tenure::policy::AccountTest::Equal("displayName".into(), "Ada King".into());
    company.wish_mut(1).adopt.push(tenure::policy::AdoptQuery {
        rule: IDENTITY,
        tests: vec![name],
    });
    let plan = company.plan();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(open(&plan), ["Ada King: Held, 0 days"]);
}
