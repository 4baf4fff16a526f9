//! Names that must be unique (S14).

use super::bench::{Company, candidates, dn, found, id, line, shown, values};
use tenure::directory::{Guid, Object};
use tenure::plan::{ActionId, FindingKind};
use tenure::policy::{Mode, Reserved, UnitWish};
use tenure::state::{NameSpace, Reservation};

#[test]
fn the_smaller_key_wins_and_the_next_gets_a_number() {
    let mut company = Company::new().person(2, "Ada King").person(1, "Ada King");
    let plan = company.run();
    let made: Vec<String> = shown(&plan)
        .into_iter()
        .filter(|line| line.starts_with("create"))
        .collect();
    assert_eq!(
        made,
        [
            "create cn=ada king,ou=staff as ada (first)",
            "create cn=ada king (2),ou=staff as ada2 (first)",
        ]
    );
    assert_eq!(company.object("ada").first("employeeID"), Some("1"));
}

#[test]
fn a_login_is_taken_by_any_class_whatever_its_accents() {
    for name in ["ADA", "Adá"] {
        let mut company = Company::new().person(1, "Ada King");
        let object = Object::new(dn("CN=x,OU=Leavers"), Guid::derived(&["x"]));
        company.push(
            object
                .with("objectClass", ["group"])
                .with("sAMAccountName", [name]),
        );
        assert_eq!(
            shown(&company.plan())[0],
            "create cn=ada king,ou=staff as ada2 (first)"
        );
    }
}

#[test]
fn a_long_base_gives_way_to_the_number() {
    let long = "abcdefghijklmnopqrst";
    let mut company =
        Company::new()
            .account(long, "Other", "")
            .person_with(1, "Ada King", |wish| {
                wish.uniques[1] = candidates(&[long], Some((long, "")));
            });
    company.run();
    assert_eq!(
        company.object("abcdefghijklmnopqrs2").first("employeeID"),
        Some("1")
    );
}

#[test]
fn none_free_holds_the_person() {
    let company = Company::new()
        .account("ada", "Other", "")
        .person_with(1, "Ada King", |wish| {
            wish.uniques[1] = candidates(&["ada"], None);
        });
    let plan = company.plan();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Held),
        ["Ada King: none of the candidates of `login` is free and fits"]
    );
}

#[test]
fn reserved_names_and_names_of_deleted_accounts_stay_taken() {
    let mut company = Company::new().person(1, "Ada King");
    company.rules.uniques[1].reserved = Reserved(vec!["ada".into()]);
    let reservation = Reservation {
        person: id(9),
        since: company.now,
        released: Some("2020-01-01T00:00:00Z".parse().unwrap()),
    };
    company
        .prior
        .reservations
        .insert((NameSpace::Login, "ada2".into()), reservation.clone());
    assert!(shown(&company.plan())[0].ends_with("as ada3 (first)"));
    let long_ago = Reservation {
        released: Some("2010-01-01T00:00:00Z".parse().unwrap()),
        ..reservation
    };
    company
        .prior
        .reservations
        .insert((NameSpace::Login, "ada2".into()), long_ago);
    assert!(shown(&company.plan())[0].ends_with("as ada2 (first)"));
}

#[test]
fn a_held_name_stays_while_it_is_a_candidate() {
    let mut company = Company::new().person(1, "Ada King").person(2, "Ada King");
    company.run();
    company.people.remove(0);
    company.wishes.remove(0);
    company
        .objects
        .retain(|object| object.account_name() != Some("ada"));
    company.prior.people.remove(&id(1));
    company.object_mut("SG-Staff").set(
        "member",
        vec!["CN=Ada King (2),OU=Staff,DC=example,DC=com".into()],
    );
    assert_eq!(
        shown(&company.plan()),
        Vec::<String>::new(),
        "no rename to the free name"
    );
}

#[test]
fn a_new_surname_renames_and_keeps_the_login() {
    let mut company = Company::new().person(1, "Ada King");
    company.run();
    company.wishes[0] = super::bench::wish(1, "Ada Lovelace");
    company.wishes[0].uniques[1] = candidates(&["alovelace"], None);
    assert_eq!(
        shown(&company.run()),
        [
            "modify ada king: displayname: ada king -> ada lovelace (time)",
            "move ada king to cn=ada lovelace,ou=staff (time)",
        ]
    );
    assert_eq!(company.object("ada").first("employeeID"), Some("1"));
}

#[test]
fn a_common_name_is_unique_in_the_unit_that_it_comes_to() {
    let mut company = Company::new().unit("OU=Berlin").person(1, "Ada King");
    company.run();
    let other = Object::new(dn("CN=Ada King,OU=Berlin"), Guid::derived(&["b"]));
    company.push(other.with("objectClass", ["contact"]));
    company.wish_mut(1).unit = UnitWish::In(dn("OU=Berlin"), super::bench::UNIT);
    assert_eq!(
        shown(&company.run()),
        ["move ada king to cn=ada king (2),ou=berlin (time)"]
    );
}

#[test]
fn accounts_of_one_name_move_up_one_behind_the_other() {
    const LONG: i64 = 24;
    let unit = |number: i64| format!("OU=Room {number}");
    let moved = |last: i64| {
        let mut company = Company::new();
        for number in 1..=LONG {
            let name = format!("P{number} King");
            let login = format!("p{number}");
            let place = dn(&format!("CN=Ada King,{}", unit(number)));
            company = company
                .unit(&unit(number))
                .account_with(&login, &name, &number.to_string(), |mut account| {
                    account.set_dn(place);
                    account
                })
                .member(&login, "SG-Staff")
                .person_with(number, &name, |wish| {
                    let next = if number < LONG { number + 1 } else { last };
                    wish.unit = UnitWish::In(dn(&unit(next)), super::bench::UNIT);
                    let cn = wish.attributes.iter_mut();
                    cn.for_each(|line| {
                        if &*line.attribute == "cn" {
                            line.value = values(&["Ada King"]);
                        }
                    });
                });
        }
        company.plan()
    };
    let plan = moved(LONG + 1);
    let unit_first = std::iter::once(format!("unit ou=room {} (first)", LONG + 1));
    let moves = (2..=LONG + 1).rev();
    let moves = moves.map(|to| format!("move ada king to cn=ada king,ou=room {to} (first)"));
    assert_eq!(shown(&plan), unit_first.chain(moves).collect::<Vec<_>>());
    for (at, action) in plan.actions.iter().enumerate().skip(1) {
        assert_eq!(action.after, [ActionId(u32::try_from(at - 1).unwrap())]);
    }

    // In a circle nobody goes first.
    let circle = moved(1);
    assert_eq!(shown(&circle), Vec::<String>::new());
    let held = found(&circle, FindingKind::Held).len();
    assert_eq!(i64::try_from(held), Ok(LONG));
}

#[test]
fn an_address_is_one_name_whatever_attribute_holds_it() {
    let mut company = Company::new().person_with(1, "Ada King", |wish| {
        wish.attributes
            .push(line("mail", Mode::Always, values(&["ada@example.com"])));
    });
    let contact = Object::new(dn("CN=c,OU=Leavers"), Guid::derived(&["c"]))
        .with("objectClass", ["contact"])
        .with("proxyAddresses", ["smtp:ADA@example.com"]);
    company.push(contact);
    let plan = company.plan();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(
        found(&plan, FindingKind::Held),
        ["Ada King: `ada@example.com` is taken as mail by another object"]
    );
}

#[test]
fn missing_units_are_made_parents_first_and_only_below_a_base() {
    let mut company = Company::new().person_with(1, "Ada King", |wish| {
        wish.unit = UnitWish::In(dn("OU=Lab,OU=Berlin"), super::bench::UNIT);
    });
    let plan = company.plan();
    assert_eq!(
        shown(&plan)[..3],
        [
            "unit ou=berlin (first)",
            "unit ou=lab,ou=berlin (first)",
            "create cn=ada king,ou=lab,ou=berlin as ada (first)",
        ]
    );
    company.bases = vec![dn("OU=Staff")];
    let plan = company.plan();
    assert_eq!(shown(&plan), Vec::<String>::new());
    assert_eq!(found(&plan, FindingKind::Held).len(), 1);
    company.run();
}

#[test]
fn what_stands_between_a_long_name_and_the_number_is_never_cut() {
    let long = "Maria das Dores de Vasconcelos e Albuquerque de Castro Pimentel";
    let candidate = format!("{long} (");
    let mut company = Company::new();
    for number in 1..=2 {
        company = company.person_with(number, "Maria Pimentel", |wish| {
            wish.uniques[0] = candidates(&[long], Some((&candidate, ")")));
        });
    }
    company.run();
    let names: Vec<String> = company
        .objects
        .iter()
        .filter(|object| object.has("employeeID"))
        .map(|object| object.dn().rdn().unwrap().value())
        .collect();
    assert_eq!(
        names,
        [
            long,
            "Maria das Dores de Vasconcelos e Albuquerque de Castro Pimen (2)"
        ]
    );
}

/// The number costs a very long name many letters; when an earlier number becomes free, nobody is renamed.
#[test]
fn a_very_long_name_keeps_its_number_when_an_earlier_one_becomes_free() {
    let long = "Maria das Dores de Vasconcelos e Albuquerque de Castro Pimentel de Noronha";
    let candidate = format!("{long} (");
    let mut company = Company::new();
    for number in 1..=2 {
        company = company.person_with(number, "Maria Pimentel", |wish| {
            wish.uniques[0] = candidates(&[long], Some((&candidate, ")")));
        });
    }
    company.run();
    let first = |object: &Object| object.first("employeeID") == Some("1");
    company.objects.retain(|object| !first(object));
    company
        .people
        .retain(|person| person.id().to_string() != "1");
    company.wishes.retain(|wish| wish.person.to_string() != "1");
    assert!(company.plan().actions.is_empty());
}

#[test]
fn a_common_name_that_is_not_decided_or_does_not_fit_is_reported_and_stays() {
    let mut company = Company::new()
        .account("ada", "Ada King", "1")
        .member("ada", "SG-Staff")
        .person(1, "Ada King");
    company.run();
    let long = "x".repeat(65);
    for (value, said) in [
        (
            tenure::policy::Desired::Held("why".into()),
            "cn stays as it is: why",
        ),
        (values(&[&long]), "does not fit cn"),
    ] {
        company.wish_mut(1).attributes[0].value = value;
        let plan = company.run();
        assert_eq!(shown(&plan), Vec::<String>::new());
        let found = found(&plan, FindingKind::Held);
        assert!(found.len() == 1 && found[0].contains(said), "{found:?}");
    }
}

#[test]
fn a_logon_name_ends_as_the_forest_says_where_that_was_read() {
    let company = |address: &str, suffixes: &[&'static str]| {
        let mut company = Company::new().person_with(1, "Ada King", |wish| {
            let upn = line("userPrincipalName", Mode::Once, values(&[address]));
            wish.attributes.push(upn);
        });
        if !suffixes.is_empty() {
            let place = "CN=Partitions,CN=Configuration";
            let object = Object::new(dn(place), Guid::derived(&[place]));
            company.push(
                object
                    .with("objectClass", ["top", "crossRefContainer"])
                    .with("uPNSuffixes", suffixes.iter().copied()),
            );
        }
        company
    };
    let made = |company: &Company| {
        shown(&company.plan())
            .iter()
            .any(|line| line.starts_with("create"))
    };
    assert!(
        made(&company("ada@example.com", &["corp.example"])),
        "the domain's own"
    );
    assert!(made(&company("ada@CORP.example", &["corp.example"])));
    assert!(made(&company("ada@elsewhere.example", &[])), "nobody knows");
    let strange = company("ada@elsewhere.example", &["corp.example"]);
    assert!(!made(&strange));
    assert_eq!(
        found(&strange.plan(), FindingKind::Held),
        ["Ada King: `elsewhere.example` is no UPN suffix of this forest"]
    );
}
