//! What makes the update numbers of an older reading worthless, and that it is said.

use jiff::{SignedDuration, Timestamp};
use tenure::directory::ldap::{
    LdapDirectory, Refresh, Refreshed, Server, Settings, WHOLE_EVERY_HOURS, Why,
};

use super::super::live::settings;
use super::view::{View, reading};
use super::walk::TOPS;
use crate::domain::Domain;
use crate::domain::front::Front;

/// A domain with the units and a few people.
fn furnished() -> (Domain, String) {
    let domain = Domain::start();
    for top in TOPS {
        domain.unit(top);
    }
    let staff = format!("OU=Staff,{}", domain.base_dn());
    let mut text = String::new();
    for name in ["ann", "bob"] {
        text.push_str(&format!(
            "dn: CN={name},{staff}\nobjectClass: user\nsAMAccountName: {name}\n\n"
        ));
    }
    domain.client().add(&text).done();
    (domain, staff)
}

fn telephone(domain: &Domain, dn: &str, number: &str) {
    let change = format!("replace: telephoneNumber\ntelephoneNumber: {number}");
    let record = format!("dn: {dn}\nchangetype: modify\n{change}\n");
    domain.client().modify(&record).done();
}

#[test]
fn another_copy_of_the_directory_is_read_whole() {
    let (domain, staff) = furnished();
    let administrator = settings(&domain, domain.administrator());
    let mut view = View::of("the first", &administrator, &[]);
    view.refresh();
    let first = view.directory.controller().clone();
    let second = Front::before(&domain).controller("DC2").start();
    let by_second = Settings {
        servers: vec![Server::parse(&second.ldaps_url()).unwrap()],
        ..administrator.clone()
    };
    let other = LdapDirectory::connect(&by_second, reading(&[]), Timestamp::now()).unwrap();
    let is = other.controller().clone();
    view.directory = other;
    telephone(&domain, &format!("CN=ann,{staff}"), "1");
    let Refreshed::Whole(why) = view.refresh() else {
        panic!("increments of another copy");
    };
    assert_eq!(
        why,
        Why::OtherCopy {
            was: first.clone().into(),
            is: is.clone().into()
        }
    );
    let text = why.to_string();
    assert!(
        text.contains(&first.invocation.to_string()) && text.contains(&is.invocation.to_string()),
        "{text}"
    );
    view.is_true("another copy");
    view.follows("nothing, by the second copy");
}

#[test]
fn a_copy_that_was_put_back_is_read_whole() {
    let (domain, staff) = furnished();
    domain.keep();
    let administrator = settings(&domain, domain.administrator());
    let mut view = View::of("the domain", &administrator, &[]);
    view.refresh();
    for number in ["1", "2", "3"] {
        telephone(&domain, &format!("CN=ann,{staff}"), number);
    }
    view.follows("three changes");
    // The disk of a virtual machine is put back behind its back: the same invocation id, with fewer updates.
    domain.rewind();
    let refreshed = view.refresh();
    assert!(
        matches!(refreshed, Refreshed::Whole(Why::TakenBack { was, is }) if is < was),
        "{refreshed:?}"
    );
    view.is_true("it was put back");
    telephone(&domain, &format!("CN=bob,{staff}"), "4");
    view.follows("a change after that");
}

#[test]
fn another_reading_is_read_whole() {
    let (domain, staff) = furnished();
    let administrator = settings(&domain, domain.administrator());
    let mut view = View::of("the domain", &administrator, &[]);
    view.refresh();
    let connect = |reading| LdapDirectory::connect(&administrator, reading, Timestamp::now());
    view.directory = connect(reading(&[&staff])).unwrap();
    assert_eq!(view.refresh(), Refreshed::Whole(Why::OtherReading));
    view.is_true("other bases");
    let mut more = reading(&[&staff]);
    more.attributes.insert("title".into());
    view.directory = connect(more).unwrap();
    assert_eq!(view.refresh(), Refreshed::Whole(Why::OtherReading));
    view.follows("nothing");
    // Whom somebody manages is told by those who are managed, and by no update of this object.
    let mut untold = reading(&[&staff]);
    untold.attributes.insert("directReports".into());
    view.directory = connect(untold).unwrap();
    assert_eq!(view.refresh(), Refreshed::Whole(Why::OtherReading));
    let why = Why::Untold("directReports".into());
    assert_eq!(view.refresh(), Refreshed::Whole(why));
    view.is_true("an attribute that nobody tells of");
}

#[test]
fn once_a_day_and_when_asked_everything_is_read() {
    let (domain, _) = furnished();
    let administrator = settings(&domain, domain.administrator());
    let mut view = View::of("the domain", &administrator, &[]);
    let began = Timestamp::now();
    let mut refresh = |hours, whole| {
        let now = began + SignedDuration::from_hours(hours);
        let how = Refresh { now, whole };
        view.current.refresh(&view.directory, how, &|_| {}).unwrap()
    };
    assert_eq!(refresh(0, false), Refreshed::Whole(Why::First));
    assert!(matches!(
        refresh(WHOLE_EVERY_HOURS - 1, false),
        Refreshed::Changes { .. }
    ));
    assert_eq!(
        refresh(WHOLE_EVERY_HOURS, false),
        Refreshed::Whole(Why::Age)
    );
    assert!(matches!(
        refresh(WHOLE_EVERY_HOURS + 1, false),
        Refreshed::Changes { .. }
    ));
    // A clock that was put back tells nothing.
    assert_eq!(refresh(0, false), Refreshed::Whole(Why::Age));
    assert_eq!(refresh(1, true), Refreshed::Whole(Why::Asked));
}
