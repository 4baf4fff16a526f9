//! What a directory must do and refuse, through the port alone: the embedded one and a real domain
//! controller pass the same cases. Where Windows and Samba answer differently both codes
//! are listed. What Samba alone lets pass is asked of the embedded directory, and of Samba behind the front of the
//! test bench as far as that refuses it as Windows does.
//!
//! `cases!` at the end makes a test of each case for each directory.

use super::world::{World, refused};
use tenure::directory::port::{Change, Error, Operation, ResultCode as Code, Target};
use tenure::directory::{Dn, Guid, Rdn, Value};

const GLOBAL: &str = "-2147483646";
const LOCAL: &str = "-2147483644";
const UNIVERSAL: &str = "-2147483640";
const GOOD_PASSWORD: &str = "Correct-Horse-7-Battery";

fn a_new_user_is_disabled_and_complete(world: &World) {
    let ada = world.user("ada");
    let object = world.get(ada);
    assert_eq!(object.first("userAccountControl"), Some("546"));
    assert!(!object.enabled());
    assert_eq!(object.first("cn"), Some("ada"));
    assert_eq!(object.first("name"), Some("ada"));
    assert_eq!(
        object.values("objectClass").collect::<Vec<_>>(),
        ["top", "person", "organizationalPerson", "user"]
    );
    assert_eq!(object.first("primaryGroupID"), Some("513"));
    assert!(object.sid().is_some() && object.has("whenCreated") && object.has("uSNChanged"));
    assert!(object.is_person_account());
    assert_ne!(object.sid(), world.get(world.user("bob")).sid());
    let all = world.snapshot();
    let primary = all.primary_group(all.by_guid(ada).unwrap()).unwrap();
    assert_eq!(all[primary].account_name(), Some("Domain Users"));
}

fn account_names_are_unique_over_all_classes(world: &World) {
    let ada = world.user("ada");
    let bob = world.user("bob");
    let taken = |class: &'static str, name: &'static str| {
        world.try_add(
            "CN=other,OU=Staff",
            &[("objectClass", &[class]), ("sAMAccountName", &[name])],
        )
    };
    refused(taken("user", "ADA"), &[Code::EntryAlreadyExists], None);
    refused(taken("group", "ada"), &[Code::EntryAlreadyExists], None);
    if world.is_embedded() {
        refused(taken("user", "Ådå"), &[Code::EntryAlreadyExists], None);
    }
    let change = world.set(bob, "sAMAccountName", Some("bob"), Some("ada"));
    refused(change, &[Code::EntryAlreadyExists], None);
    world
        .set(ada, "sAMAccountName", Some("ada"), Some("Ada"))
        .unwrap();
    world.delete(ada).unwrap();
    world
        .set(bob, "sAMAccountName", Some("bob"), Some("ada"))
        .unwrap();
}

fn account_names_are_short_and_without_forbidden_characters(world: &World) {
    let named = |class: &'static str, name: &str| {
        let relative = "CN=x,OU=Staff";
        world.try_add(
            relative,
            &[("objectClass", &[class]), ("sAMAccountName", &[name])],
        )
    };
    refused(
        named("user", &"x".repeat(21)),
        &[Code::ConstraintViolation],
        None,
    );
    for c in "\"/\\[]:;|=,+*?<>@".chars() {
        let result = named("user", &format!("a{c}b"));
        refused(result, &[Code::ConstraintViolation], None);
    }
    refused(named("user", "ada."), &[Code::ConstraintViolation], None);
    refused(named("user", ""), &[Code::InvalidAttributeSyntax], None);
    named("group", &"x".repeat(21)).unwrap();
}

fn names_are_unique_in_their_unit_and_at_most_64_long(world: &World) {
    let class: &[(&str, &[&str])] = &[("objectClass", &["user"])];
    world.add("CN=Ada King,OU=Staff", class);
    let accents = world.is_embedded().then_some("CN=Adá King,OU=Staff");
    for taken in ["CN=ada king,OU=Staff"].into_iter().chain(accents) {
        refused(
            world.try_add(taken, class),
            &[Code::EntryAlreadyExists],
            None,
        );
    }
    let unit: &[(&str, &[&str])] = &[("objectClass", &["organizationalUnit"])];
    if world.is_embedded() {
        let result = world.try_add("OU=Ada King,OU=Staff", unit);
        refused(result, &[Code::EntryAlreadyExists], None);
    }
    world.add("CN=Ada King,OU=Leavers", class);
    let long = format!("CN={},OU=Staff", "x".repeat(65));
    refused(
        world.try_add(&long, class),
        &[Code::ConstraintViolation],
        None,
    );
    let result = world.try_add("CN=Ada,OU=Nowhere", class);
    // Windows calls it 208D, the others 2030.
    refused(result, &[Code::NoSuchObject], None);
    refused(
        world.try_add("CN=Unit", unit),
        &[Code::NamingViolation, Code::ObjectClassViolation],
        None,
    );
}

fn logon_names_are_unique(world: &World) {
    let upn = "ada@example.com";
    world.add(
        "CN=ada,OU=Staff",
        &[("objectClass", &["user"]), ("userPrincipalName", &[upn])],
    );
    let bob = world.user("bob");
    let result = world.set(bob, "userPrincipalName", None, Some("ADA@example.com"));
    refused(result, &[Code::ConstraintViolation], None);
    let result = world.try_add(
        "CN=eve,OU=Staff",
        &[
            ("objectClass", &["user"]),
            ("userPrincipalName", &["Ada@Example.com"]),
        ],
    );
    refused(result, &[Code::ConstraintViolation], None);
}

fn values_must_fit_their_attribute(world: &World) {
    let ada = world.user("ada");
    let set = |name, value| world.set(ada, name, None, Some(value));
    refused(
        set("shoeSize", "42"),
        &[Code::NoSuchAttribute],
        world.is_embedded().then_some(0x200A),
    );
    refused(set("department", ""), &[Code::InvalidAttributeSyntax], None);
    let long = "x".repeat(65);
    let both = [Code::ConstraintViolation, Code::InvalidAttributeSyntax];
    refused(set("department", &long), &both, None);
    refused(
        set("countryCode", "DE"),
        &[Code::InvalidAttributeSyntax],
        None,
    );
    refused(set("manager", "garbage"), &[Code::InvalidDnSyntax], None);
    let gone = world.at("CN=gone,OU=Staff").to_string();
    refused(
        set("manager", &gone),
        &[Code::ConstraintViolation],
        Some(0x20B5),
    );
    set("mail", "ada@example.com").unwrap();
    let two = [Code::AttributeOrValueExists, Code::ConstraintViolation];
    refused(set("mail", "king@example.com"), &two, None);
    set("otherTelephone", "1").unwrap();
    set("otherTelephone", "2").unwrap();
    assert_eq!(
        world.get(ada).values("otherTelephone").collect::<Vec<_>>(),
        ["1", "2"]
    );
    let attributes: &[(&str, &[&str])] = &[("objectClass", &["user"]), ("mail", &["a@x", "b@x"])];
    let result = world.try_add("CN=bob,OU=Staff", attributes);
    refused(result, &[Code::ConstraintViolation], None);
}

fn what_the_directory_keeps_itself_is_not_written(world: &World) {
    let ada = world.user("ada");
    let group = world.at("CN=Domain Users,CN=Users").to_string();
    for (name, value, code) in [
        ("memberOf", group.as_str(), Code::UnwillingToPerform),
        ("directReports", group.as_str(), Code::UnwillingToPerform),
        ("whenCreated", "20260302090000.0Z", Code::UnwillingToPerform),
        ("uSNChanged", "1", Code::UnwillingToPerform),
        ("unicodePwd", "secret", Code::UnwillingToPerform),
        ("cn", "eve", Code::NotAllowedOnRdn),
        ("name", "eve", Code::NotAllowedOnRdn),
    ] {
        let codes = [code, Code::ConstraintViolation];
        refused(world.set(ada, name, None, Some(value)), &codes, None);
    }
    let sid = vec![Change::replace(
        "objectSid",
        None,
        Some(Value::from(vec![1_u8])),
    )];
    refused(world.modify(ada, sid), &[Code::UnwillingToPerform], None);
    let class: &[(&str, &[&str])] = &[("objectClass", &["user"]), ("unicodePwd", &["x"])];
    refused(
        world.try_add("CN=b,OU=Staff", class),
        &[Code::UnwillingToPerform],
        None,
    );
    let class: &[(&str, &[&str])] = &[("objectClass", &["spaceship"])];
    refused(
        world.try_add("CN=b,OU=Staff", class),
        &[Code::ObjectClassViolation, Code::NoSuchAttribute],
        None,
    );
}

fn a_change_tests_the_old_value_and_is_atomic(world: &World) {
    let ada = world.user("ada");
    world.set(ada, "title", None, Some("Engineer")).unwrap();
    let before = world.get(ada);
    let result = world.set(ada, "title", Some("Director"), Some("CTO"));
    refused(result, &[Code::NoSuchAttribute], None);
    let result = world.set(ada, "company", Some("Example"), None);
    refused(result, &[Code::NoSuchAttribute], None);
    let result = world.set(ada, "title", None, Some("CTO"));
    refused(
        result,
        &[Code::AttributeOrValueExists, Code::ConstraintViolation],
        None,
    );
    let half = vec![
        Change::replace("department", None, Some("Research".into())),
        Change::replace("title", Some("Director".into()), Some("CTO".into())),
    ];
    refused(world.modify(ada, half), &[Code::NoSuchAttribute], None);
    assert_eq!(
        world.get(ada),
        before,
        "nothing of a refused change is done"
    );
    world
        .set(ada, "title", Some("engineer"), Some("ENGINEER"))
        .unwrap();
    assert_eq!(world.get(ada).first("title"), Some("ENGINEER"));
    world.set(ada, "title", Some("Engineer"), None).unwrap();
    assert!(!world.get(ada).has("title"));
}

fn changes_are_counted_and_dated(world: &World) {
    let ada = world.user("ada");
    let bob = world.user("bob");
    let before = world.get(ada);
    world.set(ada, "title", None, Some("Engineer")).unwrap();
    let after = world.get(ada);
    assert!(after.integer("uSNChanged") > before.integer("uSNChanged"));
    // A domain controller dates by the second.
    assert!(after.first("whenChanged") >= before.first("whenChanged"));
    assert_eq!(after.first("whenCreated"), before.first("whenCreated"));
    assert!(world.get(bob).integer("uSNChanged") < after.integer("uSNChanged"));
    let highest = world.snapshot().domain().highest_usn;
    assert_eq!(
        highest,
        after
            .integer("uSNChanged")
            .and_then(|usn| u64::try_from(usn).ok())
    );
    world.modify(ada, Vec::new()).unwrap();
    assert_eq!(world.get(ada), after, "a change of nothing is none");
}

fn an_account_without_a_password_is_not_enabled(world: &World) {
    let ada = world.user("ada");
    let enable = || world.set(ada, "userAccountControl", Some("546"), Some("512"));
    if world.is_strict() {
        refused(enable(), &[Code::UnwillingToPerform], Some(0x52D));
    }
    for weak in [
        "",
        "short",
        "onlysmallletters",
        "12345678901234567",
        "Ada-12345678",
    ] {
        if weak.contains("Ada") && !world.is_embedded() {
            continue;
        }
        let result = world.password(ada, weak);
        refused(
            result,
            &[Code::UnwillingToPerform, Code::ConstraintViolation],
            Some(0x52D),
        );
    }
    if world.is_strict() {
        refused(enable(), &[Code::UnwillingToPerform], Some(0x52D));
    }
    world.password(ada, GOOD_PASSWORD).unwrap();
    assert_eq!(world.get(ada).first("pwdLastSet"), Some("0"));
    enable().unwrap();
    assert!(world.get(ada).enabled());
    world
        .set(ada, "userAccountControl", Some("512"), Some("514"))
        .unwrap();
    world
        .set(ada, "userAccountControl", Some("514"), Some("512"))
        .unwrap();
    if world.is_strict() {
        let result = world.try_add(
            "CN=bob,OU=Staff",
            &[("objectClass", &["user"]), ("userAccountControl", &["512"])],
        );
        refused(result, &[Code::UnwillingToPerform], Some(0x52D));
    }
    let group = world.group("g", GLOBAL);
    let result = world.password(group, GOOD_PASSWORD);
    let unwilling = [Code::UnwillingToPerform, Code::InsufficientAccessRights];
    refused(result, &unwilling, None);
}

fn a_password_is_nowhere_to_be_found(world: &World) {
    let ada = world.user("ada");
    world.password(ada, GOOD_PASSWORD).unwrap();
    assert!(!format!("{:?}", world.get(ada)).contains("Horse"));
    let operation = Operation::SetPassword {
        guid: ada,
        password: GOOD_PASSWORD.into(),
        must_change: false,
    };
    assert!(!format!("{operation:?}").contains("Horse"));
    world.directory.perform(&operation).unwrap();
    assert!(world.get(ada).integer("pwdLastSet").unwrap() > 0);
}

fn members_must_exist_and_are_added_and_removed_once(world: &World) {
    let ada = world.user("ada");
    let group = world.group("engineers", GLOBAL);
    let nobody = world.at("CN=nobody,OU=Staff").to_string();
    let name = world.get(ada).dn().to_string();
    let result = world.set(group, "member", None, Some(&nobody));
    refused(result, &[Code::NoSuchObject], Some(0x525));
    world.join(group, ada).unwrap();
    refused(world.join(group, ada), &[Code::EntryAlreadyExists], None);
    let shouted = name.to_uppercase();
    let result = world.set(group, "member", None, Some(&shouted));
    refused(result, &[Code::EntryAlreadyExists], None);
    assert_eq!(
        world.groups(ada),
        [world.at("CN=engineers,OU=Staff").to_string()]
    );
    world.set(group, "member", Some(&shouted), None).unwrap();
    let result = world.set(group, "member", Some(&name), None);
    refused(result, &[Code::UnwillingToPerform], None);
    let result = world.set(group, "member", Some(&nobody), None);
    refused(result, &[Code::UnwillingToPerform], None);
    assert!(world.groups(ada).is_empty());
}

fn whether_somebody_is_a_member_is_asked_by_name_and_answered_for_direct_members(world: &World) {
    let (ada, bob) = (world.user("ada"), world.user("bob"));
    let (inner, outer) = (world.group("inner", GLOBAL), world.group("outer", LOCAL));
    let asked = |group, name: &str| world.directory.is_member(group, &world.at(name));
    world
        .set(
            inner,
            "member",
            None,
            Some(world.at("CN=ada,OU=Staff").as_str()),
        )
        .unwrap();
    world
        .set(
            outer,
            "member",
            None,
            Some(world.at("CN=inner,OU=Staff").as_str()),
        )
        .unwrap();
    assert!(asked(inner, "CN=ada,OU=Staff").unwrap());
    assert!(asked(inner, "cn=ADA,ou=staff").unwrap());
    assert!(!asked(inner, "CN=bob,OU=Staff").unwrap());
    assert!(!asked(inner, "CN=nobody,OU=Staff").unwrap());
    assert!(asked(outer, "CN=inner,OU=Staff").unwrap());
    assert!(!asked(outer, "CN=ada,OU=Staff").unwrap(), "not directly");
    world.rename(ada, "CN=ada,OU=Leavers").unwrap();
    assert!(asked(inner, "CN=ada,OU=Leavers").unwrap());
    assert!(!asked(inner, "CN=ada,OU=Staff").unwrap());
    world.delete(ada).unwrap();
    assert!(!asked(inner, "CN=ada,OU=Leavers").unwrap());
    for nothing in [bob, Guid::derived(&["nobody"])] {
        let there = world
            .directory
            .is_member(nothing, &world.at("CN=bob,OU=Staff"));
        match there {
            // Whatever is no group has no members.
            Ok(member) => assert!(!member && nothing == bob),
            Err(error) => assert_eq!(error.code(), Some(Code::NoSuchObject)),
        }
    }
}

fn a_batch_of_members_with_one_bad_name_is_refused_whole(world: &World) {
    let group = world.group("all", GLOBAL);
    let ada = world.user("ada");
    let names = [world.at("CN=ada,OU=Staff"), world.at("CN=bob,OU=Staff")];
    let change = Change {
        attribute: "member".into(),
        delete: Vec::new(),
        add: names.iter().map(|dn| Value::from(dn.as_str())).collect(),
    };
    refused(
        world.modify(group, vec![change.clone()]),
        &[Code::NoSuchObject],
        None,
    );
    assert!(world.groups(ada).is_empty());
    world.user("bob");
    world.modify(group, vec![change]).unwrap();
    assert_eq!(world.get(group).all("member").len(), 2);
}

fn the_primary_group_takes_no_member(world: &World) {
    let ada = world.user("ada");
    let all = world.snapshot();
    let users = all[all.by_account_name("Domain Users").unwrap()].guid();
    refused(world.join(users, ada), &[Code::EntryAlreadyExists], None);
    let name = world.get(ada).dn().to_string();
    let result = world.set(users, "member", Some(&name), None);
    let no_member = [Code::UnwillingToPerform, Code::NoSuchAttribute];
    refused(result, &no_member, None);
    let result = world.set(ada, "primaryGroupID", Some("513"), Some("512"));
    refused(result, &[Code::UnwillingToPerform], None);
}

fn groups_nest_by_their_scopes(world: &World) {
    let global = world.group("global", GLOBAL);
    let local = world.group("local", LOCAL);
    let universal = world.group("universal", UNIVERSAL);
    if world.is_embedded() {
        for (inner, reason) in [(local, 0x2144), (universal, 0x2145)] {
            let joined = world.join(global, inner);
            refused(joined, &[Code::UnwillingToPerform], Some(reason));
        }
    }
    if world.is_strict() {
        let joined = world.join(universal, local);
        refused(joined, &[Code::UnwillingToPerform], None);
    }
    world.join(universal, global).unwrap();
    world.join(local, universal).unwrap();
    let kind = |group, old, new| world.set(group, "groupType", Some(old), Some(new));
    refused(
        kind(global, GLOBAL, LOCAL),
        &[Code::UnwillingToPerform],
        None,
    );
    refused(kind(global, GLOBAL, "6"), &[Code::UnwillingToPerform], None);
    kind(universal, UNIVERSAL, LOCAL).unwrap();
    if world.is_embedded() {
        let widened = kind(local, LOCAL, UNIVERSAL);
        refused(widened, &[Code::UnwillingToPerform], Some(0x2146));
    }
}

fn links_follow_renames_and_moves(world: &World) {
    let boss = world.user("boss");
    let ada = world.user("ada");
    let group = world.group("all", GLOBAL);
    let team = world.add(
        "OU=Team,OU=Staff",
        &[("objectClass", &["organizationalUnit"])],
    );
    world
        .set(
            ada,
            "manager",
            None,
            Some(&world.at("cn=BOSS,OU=Staff").to_string()),
        )
        .unwrap();
    world.join(group, boss).unwrap();
    world
        .rename(boss, "CN=King\\, Ada,OU=Team,OU=Staff")
        .unwrap();
    let new = world.at("CN=King\\, Ada,OU=Team,OU=Staff").to_string();
    assert_eq!(world.get(boss).first("cn"), Some("King, Ada"));
    assert_eq!(world.get(boss).first("name"), Some("King, Ada"));
    assert_eq!(world.get(ada).first("manager"), Some(new.as_str()));
    assert_eq!(world.get(group).first("member"), Some(new.as_str()));
    world.rename(team, "OU=Crew,OU=Leavers").unwrap();
    let new = world.at("CN=King\\, Ada,OU=Crew,OU=Leavers");
    assert_eq!(world.get(boss).dn(), &new);
    assert_eq!(world.get(ada).first("manager"), Some(new.as_str()));
    assert_eq!(world.get(group).first("member"), Some(new.as_str()));
    let all = world.snapshot();
    let id = all.by_guid(boss).unwrap();
    assert_eq!(
        all.links("manager").sources(id),
        [all.by_guid(ada).unwrap()]
    );
    world
        .rename(boss, "CN=KING\\, ADA,OU=Crew,OU=Leavers")
        .unwrap();
    assert_eq!(world.get(boss).first("cn"), Some("KING, ADA"));
    assert_eq!(
        world.groups(boss),
        [world.at("CN=all,OU=Staff").to_string()]
    );
}

fn names_of_every_kind_are_made_found_moved_renamed_and_deleted(world: &World) {
    let long = "x".repeat(64);
    let names = [
        "King, Ada",
        "a+b",
        "\"quoted\"",
        "back\\slash",
        "<angle>",
        "semi;colon",
        "# first",
        "a=b",
        " leading blank",
        "trailing blank ",
        "O'Neill",
        "Ada (external)",
        "st*r",
        "sl/ash",
        "Łukasz Święcicki",
        "Νίκος Παπαδόπουλος",
        "Владимир",
        "山田 太郎",
        "محمد",
        "חנה",
        "สมชาย",
        "🦊 fox",
        "Zoe\u{308}",
        long.as_str(),
    ];
    for (number, name) in names.into_iter().enumerate() {
        let rdn = Rdn::new("CN", name).unwrap();
        let dn = world.at("OU=Staff").child(&rdn);
        let login = format!("name{number}");
        let attributes = vec![
            ("objectClass".into(), vec!["user".into()]),
            ("sAMAccountName".into(), vec![login.as_str().into()]),
            ("displayName".into(), vec![name.into()]),
        ];
        let add = Operation::Add {
            dn: dn.clone(),
            attributes,
        };
        let guid = world
            .directory
            .perform(&add)
            .unwrap_or_else(|error| panic!("{name:?}: {error}"));
        let by_name = world.directory.read(&Target::Dn(dn.clone())).unwrap();
        let object = by_name.unwrap_or_else(|| panic!("{name:?} is not found"));
        assert_eq!(object.guid(), guid, "{name:?}");
        assert_eq!(object.dn(), &dn, "{name:?}");
        let group = world.group(&format!("group{number}"), GLOBAL);
        world.join(group, guid).unwrap();
        assert!(world.directory.is_member(group, &dn).unwrap(), "{name:?}");
        let new: String = name.chars().rev().collect();
        let new = Rdn::new("CN", &new).unwrap();
        let to = world.at("OU=Leavers").child(&new);
        let rename = Operation::Move {
            guid,
            from: dn.clone(),
            to: to.clone(),
        };
        world
            .directory
            .perform(&rename)
            .unwrap_or_else(|error| panic!("{name:?}: {error}"));
        assert_eq!(world.get(guid).dn(), &to, "{name:?}");
        assert!(world.directory.is_member(group, &to).unwrap(), "{name:?}");
        let all = world.snapshot();
        assert_eq!(all.by_dn(&to), all.by_guid(guid), "{name:?}");
        world.delete(guid).unwrap();
        assert!(
            world.directory.read(&Target::Dn(to)).unwrap().is_none(),
            "{name:?}"
        );
    }
    // A name with NUL is a name of RFC 4514, and none of Active Directory.
    let nul = world.at("OU=Staff").child(&Rdn::new("CN", "a\0b").unwrap());
    let add = Operation::Add {
        dn: nul,
        attributes: vec![("objectClass".into(), vec!["user".into()])],
    };
    refused(
        world.directory.perform(&add),
        &[
            Code::InvalidDnSyntax,
            Code::ConstraintViolation,
            Code::NamingViolation,
        ],
        None,
    );
}

fn moves_are_refused_where_they_would_break_the_tree(world: &World) {
    let ada = world.user("ada");
    world.user("bob");
    let staff = world.snapshot();
    let staff = staff[staff.by_dn(&world.at("OU=Staff")).unwrap()].guid();
    refused(
        world.rename(ada, "CN=bob,OU=Staff"),
        &[Code::EntryAlreadyExists],
        None,
    );
    let missing = [Code::NoSuchObject, Code::Other];
    refused(world.rename(ada, "CN=ada,OU=Nowhere"), &missing, None);
    let naming = [Code::NamingViolation, Code::UnwillingToPerform];
    refused(world.rename(ada, "OU=ada,OU=Staff"), &naming, None);
    refused(
        world.rename(staff, "OU=Staff,OU=Staff"),
        &[Code::UnwillingToPerform],
        None,
    );
    let stale = Operation::Move {
        guid: ada,
        from: world.at("CN=ada,OU=Leavers"),
        to: world.at("CN=eve,OU=Staff"),
    };
    let error = world.directory.perform(&stale).unwrap_err();
    assert!(
        matches!(error, Error::Renamed { .. }) && error.is_conflict(),
        "{error}"
    );
    let ghost = Operation::Move {
        guid: Guid::derived(&["ghost"]),
        from: world.at("CN=a,OU=Staff"),
        to: world.at("CN=b,OU=Staff"),
    };
    refused(world.directory.perform(&ghost), &[Code::NoSuchObject], None);
}

fn a_deletion_takes_the_links_along_and_leaves_children_alone(world: &World) {
    let boss = world.user("boss");
    let ada = world.user("ada");
    let group = world.group("all", GLOBAL);
    let name = world.get(boss).dn().to_string();
    world.set(ada, "manager", None, Some(&name)).unwrap();
    world.join(group, boss).unwrap();
    world.join(group, ada).unwrap();
    let all = world.snapshot();
    let staff = all[all.by_dn(&world.at("OU=Staff")).unwrap()].guid();
    refused(
        world.delete(staff),
        &[Code::NotAllowedOnNonLeaf],
        Some(0x2015),
    );
    world.delete(boss).unwrap();
    assert!(world.directory.read(&Target::Guid(boss)).unwrap().is_none());
    assert!(!world.get(ada).has("manager"));
    assert_eq!(world.get(group).all("member").len(), 1);
    let again = Operation::Delete {
        guid: boss,
        dn: world.at("CN=boss,OU=Staff"),
    };
    refused(world.directory.perform(&again), &[Code::NoSuchObject], None);
    let users = all[all.by_account_name("Domain Users").unwrap()].guid();
    refused(
        world.delete(users),
        &[Code::UnwillingToPerform, Code::Other],
        None,
    );
    let new = world.user("boss");
    assert_ne!(new, boss, "a new object is another one, whatever its name");
    assert!(world.groups(new).is_empty());
}

fn many_who_ask_at_once_are_each_told_their_own(world: &World) {
    let people: Vec<(Guid, Dn, String)> = (0..24)
        .map(|number| {
            // Names that a filter could take for its own.
            let name = format!("CN=P (*{number})\\, Q,OU=Staff");
            let mail = format!("p{number}@x.example");
            let login = format!("p{number}");
            let guid = world.add(
                &name,
                &[
                    ("objectClass", &["user"]),
                    ("sAMAccountName", &[&login]),
                    ("mail", &[&mail]),
                ],
            );
            (guid, world.at(&name), mail)
        })
        .collect();
    let begin = std::sync::Barrier::new(people.len());
    let ask = |(guid, name, mail): &(Guid, Dn, String)| {
        begin.wait();
        let directory = &world.directory;
        let read = |target: &Target| directory.read_some(target, &["mail".into()]).unwrap();
        for _ in 0..5 {
            for target in [Target::Guid(*guid), Target::Dn(name.clone())] {
                let object = read(&target).unwrap();
                assert_eq!(object.guid(), *guid);
                assert_eq!(object.dn(), name);
                assert_eq!(object.first("mail"), Some(mail.as_str()));
                assert!(object.is_user() && !object.enabled());
            }
            let nobody = Guid::derived(&["nobody", mail]);
            assert!(read(&Target::Guid(nobody)).is_none());
            let nowhere = world.at("CN=Nobody,OU=Staff");
            assert!(read(&Target::Dn(nowhere)).is_none());
            assert_eq!(directory.address_holders(mail).unwrap(), [*guid]);
            let free = format!("free-{mail}");
            assert_eq!(directory.address_holders(&free).unwrap(), []);
        }
    };
    std::thread::scope(|scope| {
        for person in &people {
            scope.spawn(|| ask(person));
        }
    });
}

/// A test of each case for each directory.
macro_rules! cases {
    ($($case:ident),* $(,)?) => {
        mod embedded {
            $(#[test] fn $case() { super::$case(&super::World::new()); })*
        }

        mod domain_controller {
            $(#[test] fn $case() { super::$case(&super::World::live()); })*
        }

        mod windows {
            $(#[test] fn $case() { super::$case(&super::World::strict()); })*
        }
    };
}

cases!(
    a_new_user_is_disabled_and_complete,
    account_names_are_unique_over_all_classes,
    account_names_are_short_and_without_forbidden_characters,
    names_are_unique_in_their_unit_and_at_most_64_long,
    logon_names_are_unique,
    values_must_fit_their_attribute,
    what_the_directory_keeps_itself_is_not_written,
    a_change_tests_the_old_value_and_is_atomic,
    changes_are_counted_and_dated,
    an_account_without_a_password_is_not_enabled,
    a_password_is_nowhere_to_be_found,
    members_must_exist_and_are_added_and_removed_once,
    whether_somebody_is_a_member_is_asked_by_name_and_answered_for_direct_members,
    a_batch_of_members_with_one_bad_name_is_refused_whole,
    the_primary_group_takes_no_member,
    groups_nest_by_their_scopes,
    links_follow_renames_and_moves,
    names_of_every_kind_are_made_found_moved_renamed_and_deleted,
    moves_are_refused_where_they_would_break_the_tree,
    a_deletion_takes_the_links_along_and_leaves_children_alone,
    many_who_ask_at_once_are_each_told_their_own,
);
