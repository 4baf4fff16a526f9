//! A front that was asked for nothing passes everything on as it is, and writes it down.

use super::super::front::{Certificate, Front, Kind, On, Seen};
use super::super::{Client, Domain};
use super::{replace, user};

/// What the log says of the operations on a connection besides logging on and off.
fn told(front: &Front) -> Vec<(Kind, String, Option<u32>)> {
    let all = front.log().into_iter();
    let asked = all.filter(|seen| !matches!(seen.kind, Kind::Bind | Kind::Unbind));
    asked
        .map(|Seen { kind, dn, code, .. }| (kind, dn, code))
        .collect()
}

#[test]
fn what_goes_through_is_the_same_and_is_written_down() {
    let domain = Domain::shared();
    let unit = domain.unit("Passing");
    let front = Front::before(domain).start();
    let client = front.client();
    let (ada, bob) = (format!("CN=pass1,{unit}"), format!("CN=pass2,{unit}"));
    client.add(&user("pass1", &unit)).done();
    client
        .add(&user("pass1", &unit))
        .refused(68, "already exists");
    client.modify(&replace(&ada, "title", "Engineer")).done();
    client
        .modify(&format!(
            "dn: {ada}\nchangetype: modrdn\nnewrdn: CN=pass2\ndeleteoldrdn: 1\n"
        ))
        .done();
    let found = client
        .search(&unit, "(objectClass=user)", &["title", "sn"])
        .only();
    assert_eq!(
        (found.dn.as_str(), found.one("title").as_str()),
        (bob.as_str(), "Engineer")
    );
    assert_eq!(domain.client().read(&bob, &["title", "sn"]).only(), found);
    client
        .modify(&format!("dn: {bob}\nchangetype: delete\n"))
        .done();
    assert!(domain.client().read(&bob, &["cn"]).code == 32);
    assert_eq!(
        told(&front),
        [
            (Kind::Add, ada.clone(), Some(0)),
            (Kind::Add, ada.clone(), Some(68)),
            (Kind::Modify, ada.clone(), Some(0)),
            (Kind::Rename, ada.clone(), Some(0)),
            (Kind::Search, unit.clone(), Some(0)),
            (Kind::Delete, bob.clone(), Some(0)),
        ]
    );
    let log = front.log();
    assert!(
        log.iter()
            .filter(|seen| seen.kind != Kind::Unbind)
            .all(|seen| seen.sent && seen.told)
    );
    let search = log.iter().find(|seen| seen.kind == Kind::Search).unwrap();
    assert_eq!(search.attributes, ["title", "sn"]);
    let add = log.iter().find(|seen| seen.kind == Kind::Add).unwrap();
    assert_eq!(add.attributes, ["objectClass", "sAMAccountName"]);
    assert_eq!(front.count(On::Write), 5);
    assert_eq!((front.count(Kind::Bind), front.connections()), (6, 6));
    front.forget();
    client
        .with(&["-E", "pr=100/noprompt"])
        .search(&unit, "(cn=*)", &["cn"])
        .done();
    let paged = front
        .log()
        .into_iter()
        .find(|seen| seen.kind == Kind::Search)
        .unwrap();
    assert_eq!(paged.controls, ["1.2.840.113556.1.4.319"]);
}

#[test]
fn the_log_has_no_values() {
    let domain = Domain::shared();
    let unit = domain.unit("Discreet");
    let front = Front::before(domain).start();
    let add = user("discreet", &unit).trim_end().to_owned();
    front
        .client()
        .add(&format!("{add}\ndescription: Geheimnis\n"))
        .done();
    assert!(
        front
            .client()
            .search(&unit, "(description=Geheimnis)", &["cn"])
            .done()
            .entries
            .len()
            == 1
    );
    let log = format!("{:?}", front.log());
    assert!(log.contains("discreet"));
    for secret in ["Geheimnis", &domain.administrator().password] {
        let bytes = format!("{:?}", secret.as_bytes());
        assert!(!log.contains(secret) && !log.contains(&bytes), "{log}");
    }
}

#[test]
fn every_door_is_open_and_passwords_go_in_the_clear_by_none() {
    let domain = Domain::shared();
    let front = Front::before(domain).start();
    let asked = |client: &Client| client.read(domain.base_dn(), &["dc"]);
    asked(&front.client()).only();
    asked(&front.client_at(&front.catalog_url())).only();
    let clear = front.client_at(&front.ldap_url());
    asked(&clear).refused(8, "encryption required");
    asked(&clear.clone().with(&["-ZZ"])).only();
    front.client().anonymous().read("", &["dnsHostName"]).only();
    let wrong = Client::new(
        &front.ldaps_url(),
        &domain.ca_file(),
        domain.administrator(),
    );
    let mut login = domain.administrator().clone();
    login.password.push('x');
    asked(&wrong.by(&login)).refused(49, "data 52e");
    let open = Front::before(domain).plain_binds().start();
    asked(&open.client_at(&open.ldap_url())).only();
}

#[test]
fn a_ticket_opens_a_session_through_a_front() {
    let domain = Domain::start();
    let service = domain.service_account();
    let cache = domain.ticket(service, &domain.keytab(service));
    let front = Front::before(&domain).start();
    // No name server knows the front, so that the domain controller is also called by its address.
    let controller = format!("CN=DC1,OU=Domain Controllers,{}", domain.base_dn());
    let ip = front
        .ldaps_url()
        .replace("ldaps://", "")
        .replace(":636", "");
    let ldif = format!(
        "dn: {controller}\nchangetype: modify\nadd: servicePrincipalName\nservicePrincipalName: ldap/{ip}\n"
    );
    domain.client().modify(&ldif).done();
    let conf = domain.folder().join("front.conf");
    let known = std::fs::read_to_string(domain.krb5_conf()).unwrap();
    std::fs::write(&conf, format!("{known}\n{ip} = {}\n", domain.realm())).unwrap();
    let client = front.client().by_ticket(&conf, &cache);
    client.read(domain.base_dn(), &["dc"]).only();
}

#[test]
fn a_certificate_is_as_bad_as_it_was_asked_for() {
    let domain = Domain::shared();
    for (which, is_good) in [
        (Certificate::Good, true),
        (Certificate::Expired, false),
        (Certificate::OtherName, false),
        (Certificate::OtherAuthority, false),
    ] {
        let front = Front::before(domain).certificate(which).start();
        let answer = front.client().read(domain.base_dn(), &["dc"]);
        assert_eq!(answer.code == 0, is_good, "{which:?}: {}", answer.text);
        if !is_good {
            // Somebody who does not look at it gets through: nothing else is wrong.
            let careless = front.client().careless();
            assert_eq!(
                careless.read(domain.base_dn(), &["dc"]).code,
                0,
                "{which:?}"
            );
        }
    }
}

#[test]
fn a_front_comes_back_with_its_domain_controller() {
    let domain = Domain::start();
    let front = Front::before(&domain).start();
    front.client().read(domain.base_dn(), &["dc"]).only();
    domain.stop();
    assert_ne!(front.client().read(domain.base_dn(), &["dc"]).code, 0);
    domain.restart();
    front.client().read(domain.base_dn(), &["dc"]).only();
}
