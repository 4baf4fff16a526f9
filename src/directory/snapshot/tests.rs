use std::sync::Arc;

use super::{Domain, Snapshot, SnapshotError};
use crate::directory::{Dn, Guid, Object, Sid};

fn dn(text: &str) -> Dn {
    Dn::parse(text).unwrap()
}

fn object(name: &str) -> Object {
    Object::new(dn(name), Guid::derived(&[name]))
}

fn snapshot(objects: Vec<Object>) -> Result<Snapshot, SnapshotError> {
    let domain = Domain {
        base: dn("DC=example,DC=com"),
        sid: Sid::parse("S-1-5-21-1-2-3"),
        guid: None,
        highest_usn: None,
        controller: None,
        lacks: Vec::new(),
    };
    Snapshot::new(domain, objects.into_iter().map(Arc::new).collect())
}

fn names<'a>(
    snapshot: &'a Snapshot,
    ids: impl IntoIterator<Item = &'a super::ObjectId>,
) -> Vec<&'a str> {
    ids.into_iter()
        .map(|id| snapshot[*id].dn().as_str())
        .collect()
}

fn example() -> Snapshot {
    let base = "DC=example,DC=com";
    let group = |name: &str| object(&format!("CN={name},OU=Groups,{base}"));
    let user = |name: &str| {
        object(&format!("CN={name},OU=Staff,{base}"))
            .with("sAMAccountName", [name])
            .with("mail", [format!("{name}@example.com")])
    };
    snapshot(vec![
        user("zoe").with("manager", [format!("cn=ada , ou=staff,{base}")]),
        user("ada")
            .with(
                "proxyAddresses",
                ["SMTP:ada@example.com", "smtp:Info@example.com"],
            )
            .with("primaryGroupID", ["513"]),
        object(base),
        object(&format!("OU=Staff,{base}")),
        object(&format!("OU=Groups,{base}")),
        group("all").with(
            "member",
            [
                format!("CN=zoe,OU=Staff,{base}"),
                format!("CN=Ada,OU=Staff,{base}"),
                format!("CN=gone,OU=Staff,{base}"),
                format!("CN=few,OU=Groups,{base}"),
            ],
        ),
        group("few").with("member", [format!("CN=ada,OU=Staff,{base}")]),
        group("users").with(
            "objectSid",
            [Sid::parse("S-1-5-21-1-2-3-513").unwrap().to_bytes()],
        ),
    ])
    .unwrap()
}

#[test]
fn objects_stand_in_the_order_of_the_tree() {
    let all = example();
    let order: Vec<&str> = all.iter().map(|(_, object)| object.dn().as_str()).collect();
    assert_eq!(
        order,
        [
            "DC=example,DC=com",
            "OU=Groups,DC=example,DC=com",
            "CN=all,OU=Groups,DC=example,DC=com",
            "CN=few,OU=Groups,DC=example,DC=com",
            "CN=users,OU=Groups,DC=example,DC=com",
            "OU=Staff,DC=example,DC=com",
            "CN=ada,OU=Staff,DC=example,DC=com",
            "CN=zoe,OU=Staff,DC=example,DC=com",
        ]
    );
    assert_eq!(all.domain().dns_name(), "example.com");
}

#[test]
fn everything_is_found_by_each_of_its_names() {
    let all = example();
    let ada = all.by_dn(&dn("cn=ADA,ou=staff,dc=example,dc=com")).unwrap();
    assert_eq!(all.by_guid(all[ada].guid()), Some(ada));
    assert_eq!(all.by_account_name("ADA"), Some(ada));
    assert_eq!(all.holders("mail", "Ada@Example.com"), [ada]);
    assert_eq!(all.holders("employeeID", "1"), []);
    assert_eq!(all.address_holders("info@example.com"), [ada]);
    assert_eq!(all.address_holders("ada@example.com"), [ada]);
    let staff = all.by_dn(&dn("OU=Staff,DC=example,DC=com")).unwrap();
    assert_eq!(all.children(staff).len(), 2);
    assert_eq!(all.parent(ada), Some(staff));
    assert_eq!(all.under(&dn("OU=Staff,DC=example,DC=com")).count(), 3);
    assert_eq!(all.under(&dn("OU=Staf,DC=example,DC=com")).count(), 0);
    assert_eq!(all.under(&Dn::root()).count(), all.len());
}

#[test]
fn links_are_seen_from_both_ends() {
    let all = example();
    let ada = all.by_account_name("ada").unwrap();
    let zoe = all.by_account_name("zoe").unwrap();
    let group = all
        .by_dn(&dn("CN=all,OU=Groups,DC=example,DC=com"))
        .unwrap();
    assert_eq!(
        names(&all, &all.members(group)),
        [
            "CN=few,OU=Groups,DC=example,DC=com",
            "CN=ada,OU=Staff,DC=example,DC=com",
            "CN=zoe,OU=Staff,DC=example,DC=com",
        ]
    );
    assert_eq!(
        names(&all, &all.groups(ada)),
        [
            "CN=all,OU=Groups,DC=example,DC=com",
            "CN=few,OU=Groups,DC=example,DC=com"
        ]
    );
    assert_eq!(all.links("manager").targets(zoe), [ada]);
    assert_eq!(all.links("manager").sources(ada), [zoe]);
    let primary = all.primary_group(ada).unwrap();
    assert_eq!(all[primary].dn().rdn().unwrap().value(), "users");
}

#[test]
fn an_export_without_forward_links_is_read_from_the_back_end() {
    let all = snapshot(vec![
        object("CN=g,DC=x"),
        object("CN=u,DC=x").with("memberOf", ["cn=G,dc=X"]),
    ])
    .unwrap();
    let user = all.by_dn(&dn("CN=u,DC=x")).unwrap();
    assert_eq!(names(&all, &all.groups(user)), ["CN=g,DC=x"]);
}

#[test]
fn doubles_are_refused() {
    assert_eq!(
        snapshot(vec![object("CN=a,DC=x"), object("cn=A,dc=x")]).unwrap_err(),
        SnapshotError::DuplicateDn(dn("CN=a,DC=x"))
    );
    let twin = Object::new(dn("CN=b,DC=x"), Guid::derived(&["CN=a,DC=x"]));
    assert_eq!(
        snapshot(vec![object("CN=a,DC=x"), twin]).unwrap_err(),
        SnapshotError::DuplicateGuid(dn("CN=a,DC=x"), dn("CN=b,DC=x"))
    );
}
