//! A front as another domain controller of the same domain.

use super::super::front::{Front, Kind};
use super::super::{Client, Domain};
use super::{replace, user};

fn root(client: &Client) -> super::super::client::Entry {
    let wanted = [
        "dsServiceName",
        "serverName",
        "dnsHostName",
        "currentTime",
        "supportedCapabilities",
    ];
    client.read("", &wanted).only()
}

fn seconds(client: &Client) -> i64 {
    let time = root(client).one("currentTime");
    let time =
        jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", time.trim_end_matches(".0Z")).unwrap();
    time.duration_since(jiff::civil::DateTime::ZERO).as_secs()
}

#[test]
fn it_has_a_name_and_a_copy_of_its_own() {
    let domain = Domain::shared();
    let front = Front::before(domain).controller("DC2").start();
    let (first, second) = (root(&domain.client()), root(&front.client()));
    let (one, two) = (first.one("dsServiceName"), second.one("dsServiceName"));
    assert_eq!(two, one.replace("CN=DC1", "CN=DC2"));
    assert_eq!(
        second.one("serverName"),
        first.one("serverName").replace("CN=DC1", "CN=DC2")
    );
    assert_eq!(second.one("dnsHostName"), "dc2.kestrel.example");
    let copy = |client: &Client, dn: &str| {
        client
            .read(dn, &["invocationId", "distinguishedName"])
            .only()
    };
    let (here, there) = (copy(&domain.client(), &one), copy(&front.client(), &two));
    assert_eq!(
        (there.dn.as_str(), there.one("distinguishedName").as_str()),
        (two.as_str(), two.as_str())
    );
    assert_ne!(
        here.attributes["invocationId"],
        there.attributes["invocationId"]
    );
    assert_eq!(there.attributes["invocationId"][0].len(), 16);
    assert_eq!(copy(&front.client(), &two), there, "it stays the same");
    assert_eq!(domain.client().read(&two, &["cn"]).code, 32);
    let other = Front::before(domain).controller("DC2").start();
    assert_ne!(
        copy(&other.client(), &two).attributes["invocationId"],
        there.attributes["invocationId"]
    );
}

#[test]
fn its_clock_is_ahead_or_behind() {
    let domain = Domain::shared();
    let front = Front::before(domain).skew(3600).start();
    let ahead = seconds(&front.client()) - seconds(&domain.client());
    assert!((3595..=3605).contains(&ahead), "{ahead}");
    front.skew(-300);
    let behind = seconds(&domain.client()) - seconds(&front.client());
    assert!((295..=305).contains(&behind), "{behind}");
    front.skew(0);
    assert!((seconds(&front.client()) - seconds(&domain.client())).abs() < 5);
}

#[test]
fn it_takes_no_changes_and_says_so() {
    let domain = Domain::shared();
    let unit = domain.unit("Read only");
    let front = Front::before(domain).read_only().start();
    let client = front.client();
    let answer = client.add(&user("readonly", &unit));
    assert!(
        answer.code == 10 && answer.text.contains("0000202B"),
        "{answer:?}"
    );
    assert!(
        answer.text.contains("ldap://dc1.kestrel.example/"),
        "{}",
        answer.text
    );
    assert_eq!(client.modify(&replace(&unit, "description", "x")).code, 10);
    assert!(
        root(&client)
            .all("supportedCapabilities")
            .contains(&"1.2.840.113556.1.4.1920".to_owned())
    );
    let service = root(&client).one("dsServiceName");
    let settings = client
        .read(&service, &["objectClass", "msDS-isRODC"])
        .only();
    assert!(
        settings
            .all("objectClass")
            .contains(&"nTDSDSARO".to_owned())
    );
    assert_eq!(settings.one("msDS-isRODC"), "TRUE");
    let truth = domain
        .client()
        .read(&service, &["objectClass", "msDS-isRODC"])
        .only();
    assert!(
        truth.one("msDS-isRODC") == "FALSE"
            && !truth.all("objectClass").contains(&"nTDSDSARO".to_owned())
    );
    front.read_only(false);
    client.add(&user("readonly", &unit)).done();
}

#[test]
fn what_is_hidden_is_not_there() {
    let domain = Domain::shared();
    let unit = domain.unit("Hidden");
    domain
        .client()
        .add(&(user("hide1", &unit) + &user("hide2", &unit) + &user("hide3", &unit)))
        .done();
    let dn = |name: &str| format!("CN={name},{unit}");
    let front = Front::before(domain).start();
    let client = front.client();
    let names = || {
        let mut dns = client.search(&unit, "(objectClass=user)", &["cn"]).dns();
        dns.sort();
        dns
    };
    assert_eq!(names(), [dn("hide1"), dn("hide2"), dn("hide3")]);
    front.hide(&dn("hide1").to_uppercase());
    let guid = domain.client().read(&dn("hide2"), &["objectGUID"]).only();
    let guid: [u8; 16] = guid.attributes["objectGUID"][0]
        .as_slice()
        .try_into()
        .unwrap();
    front.hide_guid(guid);
    assert_eq!(names(), [dn("hide3")]);
    client.read(&dn("hide1"), &["cn"]).refused(32, "0000208D");
    let by_guid = format!("<GUID={}>", uuid::Uuid::from_bytes_le(guid));
    client.read(&by_guid, &["cn"]).refused(32, "0000208D");
    domain.client().read(&by_guid, &["cn"]).only();
    client
        .modify(&replace(&dn("hide2"), "title", "x"))
        .refused(32, "0000208D");
    client
        .modify(&format!("dn: {}\nchangetype: delete\n", dn("hide1")))
        .refused(32, "0000208D");
    client.modify(&replace(&dn("hide3"), "title", "x")).done();
    front.catch_up();
    assert_eq!(names().len(), 3);
    assert!(
        client
            .read(&dn("hide2"), &["title"])
            .only()
            .all("title")
            .is_empty()
    );
}

#[test]
fn what_was_made_since_has_not_come_to_it() {
    let domain = Domain::shared();
    let unit = domain.unit("Lagging");
    domain.client().add(&user("lag1", &unit)).done();
    let front = Front::before(domain).controller("DC2").start();
    front.lag();
    domain.client().add(&user("lag2", &unit)).done();
    let client = front.client();
    let new = format!("CN=lag2,{unit}");
    assert_eq!(
        client.search(&unit, "(objectClass=user)", &["cn"]).dns(),
        [format!("CN=lag1,{unit}")]
    );
    client.read(&new, &["cn"]).refused(32, "");
    let group = format!("CN=laggards,{unit}");
    // It was made after, too, so it is a group that the other one knows not either.
    let member = |group: &str, member: &str| {
        format!("dn: {group}\nchangetype: modify\nadd: member\nmember: {member}\n")
    };
    client.modify(&member(&group, &new)).refused(32, "");
    let admins = format!("CN=Guests,CN=Builtin,{}", domain.base_dn());
    client.modify(&member(&admins, &new)).refused(32, "");
    assert!(
        domain
            .client()
            .read(&new, &["memberOf"])
            .only()
            .all("memberOf")
            .is_empty()
    );
    // The accident: asked to make it again, it would.
    client.add(&user("lag2", &unit)).done();
    client
        .add(&user("lag2", domain.base_dn()).replace("CN=lag2", "CN=other"))
        .done();
    let doubled = front
        .log()
        .into_iter()
        .filter(|seen| seen.kind == Kind::Add && seen.code == Some(0) && !seen.sent);
    assert_eq!(doubled.count(), 2);
    client.add(&user("lag1", &unit)).refused(68, "");
    assert_eq!(
        domain
            .client()
            .search(domain.base_dn(), "(sAMAccountName=lag2)", &["cn"])
            .dns(),
        [new.as_str()]
    );
    front.catch_up();
    client.read(&new, &["cn"]).only();
    client.add(&user("lag2", &unit)).refused(68, "");
}
