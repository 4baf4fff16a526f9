//! Attributes, links, overlays (S13, S16).

use super::bench::{
    Company, EXCEPTION, LEAVER, PROFILE, STAGE, enter, found, id, line, shown, values,
};
use tenure::hr::{Person, Value};
use tenure::plan::{ActionId, Change, FindingKind};
use tenure::policy::{Desired, Mode, RuleKind, StageAccount};

fn ada() -> Company {
    Company::new()
        .account("ada", "Ada King", "1")
        .member("ada", "SG-Staff")
        .person(1, "Ada King")
}

fn with(mode: Mode, value: Desired) -> Company {
    let mut company = ada();
    let wish = company.wish_mut(1);
    wish.attributes.push(line("title", mode, value));
    company
}

#[test]
fn an_address_that_ad_holds_equal_is_not_written() {
    let mut company = ada();
    let mail = line("mail", Mode::Always, values(&["ADA@example.com"]));
    company.wish_mut(1).attributes.push(mail);
    company
        .object_mut("ada")
        .set("mail", vec!["ada@Example.com".into()]);
    assert_eq!(shown(&company.run()), Vec::<String>::new());
    company
        .object_mut("ada")
        .set("mail", vec!["a.king@example.com".into()]);
    assert_eq!(
        shown(&company.run()),
        ["modify ada king: mail: a.king@example.com -> ada@example.com (byhand)"]
    );
}

#[test]
fn the_capitals_of_what_people_read_are_written() {
    let mut company = with(Mode::Always, values(&["Engineer"]));
    company
        .object_mut("ada")
        .set("title", vec!["ENGINEER".into()]);
    let plan = company.run();
    let changed = plan.actions.iter().find_map(|action| match &action.change {
        Change::Modify { attributes, .. } => Some(attributes),
        _ => None,
    });
    let changed = &changed.unwrap()[0];
    assert_eq!(
        (&*changed.before[0], &*changed.after[0]),
        ("ENGINEER", "Engineer")
    );
    company
        .object_mut("ada")
        .set("title", vec!["Engineer".into()]);
    assert_eq!(shown(&company.run()), Vec::<String>::new());
}

#[test]
fn modes_say_when_a_value_is_written() {
    let cases = [
        (
            Mode::Always,
            "modify ada king: title: clerk -> engineer (first)",
        ),
        (
            Mode::Adding,
            "modify ada king: title: clerk -> clerk|engineer (first)",
        ),
    ];
    for (mode, expected) in cases {
        let mut company = with(mode, values(&["Engineer"]));
        if mode == Mode::Adding {
            company.wish_mut(1).attributes[4].attribute = "otherTelephone".into();
        }
        let attribute = company.wish_mut(1).attributes[4].attribute.clone();
        company
            .object_mut("ada")
            .set(&*attribute, vec!["Clerk".into()]);
        let expected = expected.replace("title", &attribute.to_lowercase());
        assert_eq!(shown(&company.run()), [expected]);
    }
    for mode in [Mode::Once, Mode::IfEmpty] {
        let mut company = with(mode, values(&["Engineer"]));
        company.object_mut("ada").set("title", vec!["Clerk".into()]);
        assert_eq!(shown(&company.run()), Vec::<String>::new(), "{mode:?}");
    }
    let mut empty = with(Mode::IfEmpty, values(&["Engineer"]));
    assert_eq!(
        shown(&empty.run()),
        ["modify ada king: title:  -> engineer (first)"]
    );
}

#[test]
fn clear_keep_and_held_are_three_things() {
    for (value, expected, held) in [
        (Desired::Clear, 1, 0),
        (Desired::Keep, 0, 0),
        (Desired::Held("the site is not known".into()), 0, 1),
    ] {
        let mut company = with(Mode::Always, value);
        company.object_mut("ada").set("title", vec!["Clerk".into()]);
        let plan = company.run();
        assert_eq!(shown(&plan).len(), expected);
        assert_eq!(found(&plan, FindingKind::Held).len(), held);
    }
}

#[test]
fn a_value_that_does_not_fit_is_held_never_cut() {
    let long = "x".repeat(200);
    let mut company = with(Mode::Always, values(&[&long]));
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    let held = found(&plan, FindingKind::Held);
    assert!(
        held[0].starts_with("Ada King: title stays as it is: `xxx"),
        "{held:?}"
    );
    assert!(
        held[0].ends_with("it is 200 characters long, at most 128 are allowed"),
        "{held:?}"
    );
}

#[test]
fn what_others_own_is_never_written() {
    for attribute in [
        "userAccountControl",
        "memberOf",
        "objectSid",
        "mS-DS-ConsistencyGuid",
    ] {
        let mut company = ada();
        company
            .wish_mut(1)
            .attributes
            .push(line(attribute, Mode::Always, values(&["514"])));
        assert_eq!(shown(&company.run()), Vec::<String>::new(), "{attribute}");
    }
}

#[test]
fn a_manager_is_the_account_that_exists_or_is_made() {
    let mut company = ada();
    let manager = |number, otherwise| {
        line(
            "manager",
            Mode::Always,
            Desired::Person(id(number), Box::new(otherwise)),
        )
    };
    company
        .wish_mut(1)
        .attributes
        .push(manager(2, Desired::Clear));
    let mut company = company.person_with(2, "Bob Boss", |wish| {
        wish.attributes.push(manager(1, Desired::Clear));
    });
    let plan = company.run();
    let lines = shown(&plan);
    assert!(
        lines.contains(
            &"modify ada king: manager:  -> cn=bob boss,ou=staff,dc=example,dc=com (first)"
                .to_owned()
        ),
        "{lines:?}"
    );
    let create = lines
        .iter()
        .position(|line| line.starts_with("create"))
        .unwrap();
    let modify = lines
        .iter()
        .position(|line| line.starts_with("modify ada"))
        .unwrap();
    assert!(
        plan.actions[modify]
            .after
            .contains(&ActionId(u32::try_from(create).unwrap()))
    );
}

#[test]
fn a_manager_without_an_account_by_policy_is_the_else_and_an_unknown_one_is_held() {
    let mut company = ada();
    let manager = line(
        "manager",
        Mode::Always,
        Desired::Person(id(2), Box::new(Desired::Clear)),
    );
    company.wish_mut(1).attributes.push(manager);
    company.object_mut("ada").set(
        "manager",
        vec!["CN=SG-Staff,OU=Staff,DC=example,DC=com".into()],
    );
    let plan = company.plan();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Held),
        ["Ada King: manager stays as it is: which account person 2 has is not known"]
    );
    let mut company = company.person_with(2, "Bob", |wish| enter(wish, LEAVER));
    assert_eq!(
        shown(&company.run()),
        ["modify ada king: manager: cn=sg-staff,ou=staff,dc=example,dc=com ->  (first)"]
    );
}

#[test]
fn links_are_written_before_what_they_name_moves() {
    let mut company = Company::new()
        .unit("OU=Berlin")
        .account("ada", "Ada King", "1")
        .account("bob", "Bob Boss", "2")
        .member("ada", "SG-Staff")
        .member("bob", "SG-Staff")
        .person_with(1, "Ada King", |wish| {
            let boss = Desired::Person(id(2), Box::new(Desired::Clear));
            wish.attributes.push(line("manager", Mode::Always, boss));
        })
        .person(2, "Bob Boss");
    company.wish_mut(2).unit =
        tenure::policy::UnitWish::In(super::bench::dn("OU=Berlin"), super::bench::UNIT);
    assert_eq!(
        shown(&company.run()),
        [
            "modify ada king: manager:  -> cn=bob boss,ou=staff,dc=example,dc=com (first)",
            "move bob boss to cn=bob boss,ou=berlin (first)",
        ]
    );
    let moved = company.object("ada").first("manager");
    assert_eq!(moved, Some("CN=Bob Boss,OU=Berlin,DC=example,DC=com"));
}

#[test]
fn a_change_of_login_upn_or_mail_is_a_kind_of_its_own() {
    let mut company = ada();
    company
        .object_mut("ada")
        .set("mail", vec!["old@example.com".into()]);
    company
        .wish_mut(1)
        .attributes
        .push(line("mail", Mode::Always, values(&["new@example.com"])));
    let plan = company.run();
    assert_eq!(plan.actions[0].counts, [tenure::policy::GuardKind::Login]);
    assert_eq!(plan.actions[0].reserves.len(), 1);
}

#[test]
fn each_change_says_what_made_it_due() {
    let mut company = ada();
    company.run();
    company
        .object_mut("ada")
        .set("department", vec!["Marketing".into()]);
    assert_eq!(
        shown(&company.run()),
        ["modify ada king: department: marketing -> sales (byhand)"]
    );
    let moved = [
        Some(Value::Int(1)),
        Some(Value::Text("Finance".into())),
        Some(Value::Text("active".into())),
        Some(Value::Text("2099-12-31".into())),
    ];
    company.people = vec![Person::new(id(1), moved)];
    company.wish_mut(1).attributes[1].value = values(&["Finance"]);
    let plan = company.run();
    assert_eq!(
        shown(&plan),
        ["modify ada king: department: sales -> finance (hr)"]
    );
    let reason = &plan.actions[0].reasons[0];
    assert_eq!((&*reason.file, reason.line), ("company.tenure", 30));
    assert_eq!(
        reason.values,
        [
            ("department".into(), "Finance".into()),
            ("last_day".into(), "•••".into())
        ],
        "a sensitive value is masked"
    );
    company.rules.digest = "policy-2".into();
    company.wish_mut(1).attributes[1].value = values(&["Money"]);
    assert_eq!(
        shown(&company.run()),
        ["modify ada king: department: finance -> money (policy)"]
    );
    company.wish_mut(1).attributes[1].value = values(&["Cash"]);
    assert_eq!(
        shown(&company.run()),
        ["modify ada king: department: money -> cash (time)"]
    );
}

/// The leaver's description and cleared title, as an overlay.
fn leave(company: &mut Company) {
    let wish = company.wish_mut(1);
    wish.attributes.retain(|line| &*line.attribute != "title");
    for (attribute, value) in [
        ("description", values(&["gone"])),
        ("title", Desired::Clear),
    ] {
        let mut line = line(attribute, Mode::Always, value);
        line.overlay = true;
        line.rule = STAGE;
        wish.attributes.push(line);
    }
    enter(wish, LEAVER);
}

#[test]
fn what_a_stage_sets_its_end_gives_back() {
    let mut company = ada();
    company
        .object_mut("ada")
        .set("description", vec!["the first".into()]);
    company
        .object_mut("ada")
        .set("title", vec!["Countess".into()]);
    let before = company.object("ada").clone();
    company.run();
    leave(&mut company);
    assert_eq!(
        shown(&company.run())[2],
        "modify ada king: description: the first -> gone, title: countess ->  (time)"
    );
    company.wishes = vec![super::bench::wish(1, "Ada King")];
    let plan = company.run();
    assert_eq!(
        shown(&plan)[0],
        "modify ada king: description: gone -> the first, title:  -> countess (time)"
    );
    for attribute in ["description", "title", "department", "userAccountControl"] {
        assert_eq!(
            company.object("ada").all(attribute),
            before.all(attribute),
            "{attribute}"
        );
    }
    let account = company.object("ada").guid();
    assert_eq!(company.prior.accounts[&account].overlays, []);
}

#[test]
fn what_somebody_changed_since_does_not_come_back() {
    let mut company = ada();
    company
        .object_mut("ada")
        .set("title", vec!["Countess".into()]);
    company.run();
    leave(&mut company);
    company.run();
    company
        .object_mut("ada")
        .set("title", vec!["Pensioner".into()]);
    company.wishes = vec![super::bench::wish(1, "Ada King")];
    let plan = company.plan();
    assert_eq!(
        found(&plan, FindingKind::Overlay),
        [
            "Ada King: the title from before stage `leaver` does not come back: somebody changed it since"
        ]
    );
    company.run();
    assert_eq!(company.object("ada").first("title"), Some("Pensioner"));
}

#[test]
fn a_rule_that_decides_beats_the_former_value() {
    let mut company = with(Mode::Always, values(&["Engineer"]));
    company.run();
    leave(&mut company);
    company.run();
    company.wishes = vec![super::bench::wish(1, "Ada King")];
    company
        .wish_mut(1)
        .attributes
        .push(line("title", Mode::Always, values(&["Chief"])));
    let plan = company.run();
    let Change::Modify { attributes, .. } = &plan.actions[0].change else {
        panic!("{:?}", plan.actions[0].change);
    };
    let title = attributes
        .iter()
        .find(|change| &*change.attribute == "title")
        .unwrap();
    assert!(title.lifts && title.overlay.as_deref() == Some("leaver"));
    assert_eq!(*title.after, ["Chief".into()]);
}

#[test]
fn an_exceptions_value_ends_with_it_though_the_stage_stays() {
    let mut company = ada();
    assert_eq!(
        company.rules.rules[EXCEPTION.0 as usize].kind,
        RuleKind::Exception
    );
    company.run();
    let mut laid = line("title", Mode::Always, values(&["Acting"]));
    laid.overlay = true;
    laid.rule = EXCEPTION;
    company.wish_mut(1).attributes.push(laid);
    assert_eq!(
        shown(&company.run()),
        ["modify ada king: title:  -> acting (time)"]
    );
    company.wish_mut(1).attributes.pop();
    assert_eq!(
        shown(&company.run()),
        ["modify ada king: title: acting ->  (time)"]
    );
    let stays = company.wish_mut(1);
    assert_eq!((stays.account, PROFILE), (StageAccount::Enabled, PROFILE));
}

#[test]
fn the_place_drifts_back_and_says_by_hand() {
    let mut company = ada().unit("OU=Else");
    company.run();
    let moved = super::bench::dn("CN=Ada King,OU=Else");
    company.object_mut("ada").set_dn(moved.clone());
    company
        .object_mut("SG-Staff")
        .set("member", vec![moved.as_str().into()]);
    assert_eq!(
        shown(&company.run()),
        ["move ada king to cn=ada king,ou=staff (byhand)"]
    );
}
