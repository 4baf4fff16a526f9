//! What somebody else changed between plan and apply is reported, never overwritten (G3).

use tenure::apply::{Ended, Status};
use tenure::directory::port::{Operation, Target as Named};
use tenure::plan::{Change, Target};
use tenure::state::{MembershipOwner, NameSpace};

use super::plans::{ADA, BOB, CLEO, create, existing};
use super::world::dn;
use super::{Plans, World, attribute, person};

/// Applies one change after somebody else did something.
#[track_caller]
fn after(world: &World, change: Change, by_hand: impl FnOnce(&World)) -> Ended {
    let mut plans = Plans::new(world);
    plans.add(Some(9), change, &[]);
    plans.stage(9, "employee");
    by_hand(world);
    let before = world.picture();
    let mut outcome = world.apply(&plans.plan).unwrap();
    let ended = outcome.ended.pop().unwrap();
    let tree = |picture: String| picture.split("Prior {").next().unwrap().to_owned();
    if ended.status != Status::Done {
        let (before, after) = (tree(before), tree(world.picture()));
        let names = |text: &str| {
            text.lines()
                .filter(|line| line.contains('=') && !line.starts_with("Guid("))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&after), names(&before));
        assert!(
            !world.prior().people.contains_key(&person(9)),
            "the stage was entered all the same"
        );
    }
    ended
}

fn conflict(text: &str) -> (Status, Option<String>) {
    (Status::Conflict, Some(text.into()))
}

fn told(ended: Ended) -> (Status, Option<String>) {
    (ended.status, ended.text)
}

#[test]
fn a_value_that_was_changed_since_is_a_conflict() {
    let world = World::new();
    let attributes = vec![
        attribute("title", &["Seller"], &["Boss"]),
        attribute("sn", &["Babbage"], &["Byron"]),
    ];
    let change = Change::Modify {
        account: existing(&world, BOB),
        attributes,
    };
    let ended = after(&world, change, |world| {
        world.by_hand(BOB, "title", Some("Seller"), Some("Buyer"));
    });
    assert_eq!(
        told(ended),
        conflict(
            "title of CN=Bob Babbage,OU=Staff,DC=example,DC=com was changed since the plan was made"
        )
    );
    assert_eq!(world.object(BOB).first("title"), Some("Buyer"));
    assert_eq!(world.object(BOB).first("sn"), Some("Babbage"));
}

#[test]
fn a_value_that_was_empty_and_is_not_is_a_conflict() {
    let world = World::new();
    let attributes = vec![attribute("mail", &[], &["a@example.com"])];
    let change = Change::Modify {
        account: existing(&world, BOB),
        attributes,
    };
    let ended = after(&world, change, |world| {
        world.by_hand(BOB, "mail", None, Some("b@example.com"));
    });
    assert_eq!(ended.status, Status::Conflict);
}

#[test]
fn a_value_that_somebody_else_set_as_wanted_is_done_and_theirs() {
    use tenure::state::ValueOwner;
    let world = World::new();
    let attributes = vec![attribute("title", &["Seller"], &["Boss"])];
    let change = Change::Modify {
        account: existing(&world, BOB),
        attributes,
    };
    let ended = after(&world, change, |world| {
        world.by_hand(BOB, "title", Some("Seller"), Some("Boss"));
    });
    assert_eq!(
        told(ended),
        (Status::Done, Some("it was so already".into()))
    );
    let prior = world.prior();
    let [value] = &**prior
        .values
        .get(&(world.guid(BOB), "title".into()))
        .unwrap()
    else {
        panic!()
    };
    assert_eq!(value.owner, ValueOwner::ByHand);
}

#[test]
fn an_account_that_was_moved_since_is_a_conflict_for_every_change() {
    let everything: [fn(Target) -> Change; 5] = [
        |account| Change::Modify {
            account,
            attributes: vec![attribute("title", &["Seller"], &["Boss"])],
        },
        |account| Change::Move {
            account,
            to: dn("CN=Bob,OU=Staff"),
            overlay: None,
        },
        |account| Change::Disable {
            account,
            before: Some(512),
        },
        |account| Change::SetPassword {
            account,
            must_change: true,
            length: 16,
            computed: false,
        },
        |account| Change::Adopt {
            account,
            anchor: "employeeID".into(),
            before: None,
            after: "9".into(),
            linked: true,
        },
    ];
    for change in everything {
        let world = World::new();
        let change = change(existing(&world, BOB));
        let ended = after(&world, change, |world| {
            let (from, to) = (dn(BOB), dn("CN=Bob Babbage,OU=Leavers"));
            world.do_by_hand(&Operation::Move {
                guid: world.guid(BOB),
                from,
                to,
            });
        });
        assert_eq!(
            told(ended),
            conflict(
                "CN=Bob Babbage,OU=Staff,DC=example,DC=com is now called CN=Bob Babbage,OU=Leavers,DC=example,DC=com"
            )
        );
    }
}

#[test]
fn an_account_that_became_protected_is_a_conflict() {
    let world = World::new();
    let change = Change::Disable {
        account: existing(&world, BOB),
        before: Some(512),
    };
    let ended = after(&world, change, |world| {
        world.by_hand(BOB, "adminCount", None, Some("1"));
    });
    assert_eq!(ended.status, Status::Conflict);
    assert!(ended.text.unwrap().contains("adminCount is 1"));
    assert!(world.object(BOB).enabled());
}

#[test]
fn an_account_that_is_gone_is_a_conflict() {
    let world = World::new();
    let change = Change::Enable {
        account: existing(&world, CLEO),
        before: Some(514),
    };
    let ended = after(&world, change, |world| {
        world.do_by_hand(&Operation::Delete {
            guid: world.guid(CLEO),
            dn: dn(CLEO),
        });
    });
    assert_eq!(
        told(ended),
        conflict("CN=Cleo Old,OU=Leavers,DC=example,DC=com does not exist any more")
    );
}

#[test]
fn an_account_that_was_enabled_since_is_not_deleted() {
    let world = World::new();
    let change = Change::Delete {
        account: existing(&world, CLEO),
    };
    let ended = after(&world, change, |world| {
        let password = "Correct-horse-battery-1".to_owned().into();
        let guid = world.guid(CLEO);
        world.do_by_hand(&Operation::SetPassword {
            guid,
            password,
            must_change: false,
        });
        world.by_hand(CLEO, "userAccountControl", Some("514"), Some("512"));
    });
    assert_eq!(
        told(ended),
        conflict("CN=Cleo Old,OU=Leavers,DC=example,DC=com was enabled since")
    );
    assert!(world.find(CLEO).is_some());
}

#[test]
fn a_name_that_was_taken_since_is_a_conflict() {
    let world = World::new();
    let change = create(dn("CN=Zoe,OU=Staff"), "zoe", "9");
    let add = |world: &World, name: &str, login: &str| {
        world.do_by_hand(&Operation::Add {
            dn: dn(name),
            attributes: vec![
                ("objectClass".into(), vec!["user".into()]),
                ("sAMAccountName".into(), vec![login.into()]),
            ],
        });
    };
    let ended = after(&world, change.clone(), |world| {
        add(world, "CN=Zoe,OU=Staff", "other");
    });
    assert_eq!(
        told(ended),
        conflict("CN=Zoe,OU=Staff,DC=example,DC=com exists already")
    );

    let world = World::new();
    let ended = after(&world, change, |world| {
        add(world, "CN=Other,OU=Staff", "zoe");
    });
    assert_ne!(ended.status, Status::Done);
    assert!(world.find("CN=Zoe,OU=Staff").is_none());
}

#[test]
fn an_equal_account_made_by_somebody_else_is_not_taken_for_ours() {
    let world = World::new();
    let change = create(dn("CN=Zoe,OU=Staff"), "zoe", "9");
    let ended = after(&world, change, |world| {
        world.do_by_hand(&Operation::Add {
            dn: dn("CN=Zoe,OU=Staff"),
            attributes: vec![
                ("objectClass".into(), vec!["user".into()]),
                ("sAMAccountName".into(), vec!["zoe".into()]),
                ("userPrincipalName".into(), vec!["zoe@example.com".into()]),
                ("employeeID".into(), vec!["9".into()]),
            ],
        });
    });
    assert_eq!(told(ended), conflict("it exists already"));
}

#[test]
fn a_unit_that_somebody_else_made_will_do() {
    let world = World::new();
    let ended = after(
        &world,
        Change::CreateUnit {
            dn: dn("OU=Paris,OU=Staff"),
        },
        |world| {
            world.do_by_hand(&Operation::Add {
                dn: dn("OU=Paris,OU=Staff"),
                attributes: vec![("objectClass".into(), vec!["organizationalUnit".into()])],
            });
        },
    );
    assert_eq!(
        told(ended),
        (Status::Done, Some("it was so already".into()))
    );
}

#[test]
fn a_membership_that_is_as_wanted_already_is_done_but_not_a_grant() {
    let world = World::new();
    let group = "CN=SG-Payslips,OU=Staff";
    let add = Change::AddMember {
        group: existing(&world, group),
        account: existing(&world, ADA),
    };
    let member = dn(ADA).to_string();
    let ended = after(&world, add, |world| {
        world.by_hand(group, "member", None, Some(&member));
    });
    assert_eq!(
        told(ended),
        (Status::Done, Some("it was so already".into()))
    );
    let key = (world.guid(ADA), world.guid(group));
    assert_eq!(
        world.prior().memberships.get(&key).unwrap().owner,
        MembershipOwner::Adopted
    );

    let remove = Change::RemoveMember {
        group: existing(&world, group),
        account: existing(&world, ADA),
        stage: None,
    };
    let ended = after(&world, remove, |world| {
        world.by_hand(group, "member", Some(&member), None);
    });
    assert_eq!(
        told(ended),
        (Status::Done, Some("it was so already".into()))
    );
    assert_eq!(world.prior().memberships.get(&key), None);
}

#[test]
fn a_group_that_is_gone_is_a_conflict() {
    let world = World::new();
    let group = "CN=SG-Payslips,OU=Staff";
    let add = Change::AddMember {
        group: existing(&world, group),
        account: existing(&world, ADA),
    };
    let ended = after(&world, add, |world| {
        world.do_by_hand(&Operation::Delete {
            guid: world.guid(group),
            dn: dn(group),
        });
    });
    assert_eq!(ended.status, Status::Conflict, "{ended:?}");
}

#[test]
fn case_alone_is_no_conflict_and_is_changed() {
    let world = World::new();
    let attributes = vec![attribute("title", &["Seller"], &["SELLER"])];
    let change = Change::Modify {
        account: existing(&world, BOB),
        attributes,
    };
    let ended = after(&world, change, |_| {});
    assert_eq!(ended.status, Status::Done, "{ended:?}");
    assert_eq!(
        world.directory.embedded_read(BOB).as_deref(),
        Some("SELLER")
    );
}

impl super::Faults {
    fn embedded_read(&self, name: &str) -> Option<String> {
        use tenure::directory::port::Directory as _;
        let object = self.read(&Named::Dn(dn(name))).unwrap()?;
        object.first("title").map(str::to_owned)
    }
}

#[test]
fn an_address_that_another_object_was_given_since_is_a_conflict() {
    for (held_by, ends) in [(ADA, Status::Conflict), (BOB, Status::Done)] {
        let world = World::new();
        let mut plans = Plans::new(&world);
        let change = Change::Modify {
            account: existing(&world, BOB),
            attributes: vec![attribute("mail", &[], &["bob@example.com"])],
        };
        let id = plans.add(Some(9), change, &[]);
        plans.action(id).reserves = vec![(NameSpace::Address, "bob@example.com".into())];
        // In another attribute, with a prefix and in capitals: it is the same address.
        let other = Some("smtp:BOB@example.com");
        world.by_hand(held_by, "proxyAddresses", None, other);
        let ended = world.apply(&plans.plan).unwrap().ended.pop().unwrap();
        assert_eq!(ended.status, ends, "{ended:?}");
        if ends == Status::Conflict {
            let text = "`bob@example.com` was given to another object since the plan was made";
            assert_eq!(ended.text.as_deref(), Some(text));
            assert!(!world.object(BOB).has("mail"));
        }
    }
}

#[test]
fn a_group_that_became_protected_or_got_another_name_is_a_conflict() {
    let group = "CN=SG-Payslips,OU=Staff";
    let protected = |world: &World| world.by_hand(group, "adminCount", None, Some("1"));
    let renamed = |world: &World| {
        world.do_by_hand(&Operation::Move {
            guid: world.guid(group),
            from: dn(group),
            to: dn("CN=SG-Payslips,OU=Leavers"),
        });
    };
    let now_called =
        "CN=SG-Payslips,OU=Staff,DC=example,DC=com is now called CN=SG-Payslips,OU=Leavers";
    let meanwhile: [&dyn Fn(&World); 2] = [&protected, &renamed];
    for (meanwhile, says) in meanwhile.into_iter().zip(["adminCount is 1", now_called]) {
        let world = World::new();
        let add = Change::AddMember {
            group: existing(&world, group),
            account: existing(&world, ADA),
        };
        let ended = after(&world, add, meanwhile);
        assert_eq!(ended.status, Status::Conflict);
        let text = ended.text.unwrap();
        assert!(text.contains(says), "{text}");
        assert_eq!(world.directory.done(), [""; 0]);
    }
}

#[test]
fn a_protected_group_that_the_plan_names_gets_its_member() {
    let world = World::new();
    let group = "CN=SG-Payslips,OU=Staff";
    world.by_hand(group, "adminCount", None, Some("1"));
    let mut plans = Plans::new(&world);
    let add = Change::AddMember {
        group: existing(&world, group),
        account: existing(&world, ADA),
    };
    plans.add(Some(1), add, &[]);
    plans.plan.header.admin_groups = vec![world.guid(group)];
    let outcome = world.apply(&plans.plan).unwrap();
    assert!(outcome.counts.all_done(), "{outcome:?}");
}
