//! Each thing that changes without an update of the object that shows it, and what an account may not see, one by one.
//!
//! What the domain controller itself does is looked at first, with `ldapsearch`: a test of a trap that is none would
//! show nothing.

use tenure::directory::ldap::{Refreshed, Server, Settings, Why};
use tenure::directory::{Dn, Guid};

use super::super::live::settings;
use super::view::View;
use crate::domain::front::{Fault, Front, Kind};
use crate::domain::{Client, Domain};

/// Everything that a trap is set with.
struct Place {
    domain: Domain,
    client: Client,
    staff: String,
    elsewhere: String,
}

impl Place {
    fn new() -> Self {
        let domain = Domain::start();
        let (staff, elsewhere) = (domain.unit("Staff"), domain.unit("Elsewhere"));
        let client = domain.client();
        let place = Self {
            domain,
            client,
            staff,
            elsewhere,
        };
        let Self {
            staff, elsewhere, ..
        } = &place;
        place.add(&format!("OU=Berlin,{staff}"), "organizationalUnit", "");
        place.add(&format!("OU=Deep,{elsewhere}"), "organizationalUnit", "");
        let berlin = format!("OU=Berlin,{staff}");
        place.add(&format!("CN=Ann,{berlin}"), "user", "sAMAccountName: ann");
        let of_ann =
            format!("sAMAccountName: bob\nmanager: CN=Ann,{berlin}\nsecretary: CN=Ann,{berlin}");
        place.add(&format!("CN=Bob,{staff}"), "user", &of_ann);
        place.add(&format!("CN=Outsider,OU=Deep,{elsewhere}"), "contact", "");
        let members = format!(
            "sAMAccountName: all\nmember: CN=Ann,{berlin}\nmember: CN=Bob,{staff}\n\
             member: CN=Outsider,OU=Deep,{elsewhere}\nmanagedBy: CN=Ann,{berlin}"
        );
        place.add(&format!("CN=All,{staff}"), "group", &members);
        let of_all = format!("sAMAccountName: outer\nmember: CN=All,{staff}");
        place.add(&format!("CN=Outer,OU=Deep,{elsewhere}"), "group", &of_all);
        place
    }

    fn add(&self, dn: &str, class: &str, more: &str) {
        self.client
            .add(&format!("dn: {dn}\nobjectClass: {class}\n{more}\n"))
            .done();
    }

    fn rename(&self, dn: &str, rdn: &str, above: &str) {
        let text = format!(
            "dn: {dn}\nchangetype: modrdn\nnewrdn: {rdn}\ndeleteoldrdn: 1\nnewsuperior: {above}\n"
        );
        self.client.modify(&text).done();
    }

    fn delete(&self, dn: &str) {
        let text = format!("dn: {dn}\nchangetype: delete\n");
        self.client.modify(&text).done();
    }

    fn change(&self, dn: &str, change: &str) {
        let text = format!("dn: {dn}\nchangetype: modify\n{change}\n");
        self.client.modify(&text).done();
    }

    /// The number of the last update of an object, as the domain controller says it.
    fn usn(&self, name: &str) -> String {
        let filter = format!("(name={name})");
        let found = self
            .client
            .search(self.domain.base_dn(), &filter, &["uSNChanged"]);
        found.only().one("uSNChanged")
    }

    /// What is kept of the whole domain, and of one base.
    fn views(&self) -> [View; 2] {
        let settings = settings(&self.domain, self.domain.administrator());
        let mut views = [
            View::of("the whole domain", &settings, &[]),
            View::of("one base", &settings, &[&self.staff]),
        ];
        for view in &mut views {
            view.refresh();
        }
        views
    }

    /// Does something that gives none of these a new update, and follows it.
    #[track_caller]
    fn unnoticed(&self, by: &[&str], what: &str, act: impl FnOnce(&Self)) {
        let mut views = self.views();
        let before: Vec<String> = by.iter().map(|name| self.usn(name)).collect();
        act(self);
        let after: Vec<String> = by.iter().map(|name| self.usn(name)).collect();
        assert_eq!(before, after, "{by:?} do not tell of it");
        for view in &mut views {
            view.follows(what);
        }
    }
}

#[test]
fn what_is_below_a_unit_that_is_renamed_or_moved() {
    let place = Place::new();
    let (staff, elsewhere) = (&place.staff, &place.elsewhere);
    place.unnoticed(&["Ann", "Bob", "All"], "a rename", |place| {
        place.rename(&format!("OU=Berlin,{staff}"), "OU=Hamburg", staff);
    });
    place.unnoticed(&["Ann", "Bob", "All"], "a rename in its case", |place| {
        place.rename(&format!("OU=Hamburg,{staff}"), "OU=HAMBURG", staff);
    });
    // Out of the base and in again: below the base, nobody tells that she is gone.
    place.unnoticed(&["Ann", "Bob", "All"], "a move away", |place| {
        place.rename(&format!("OU=Hamburg,{staff}"), "OU=Hamburg", elsewhere);
    });
    place.unnoticed(&["Ann", "Bob", "All"], "a move back", |place| {
        place.rename(&format!("OU=Hamburg,{elsewhere}"), "OU=Berlin", staff);
    });
    // Into the base with somebody who has no name that anybody reads elsewhere.
    let quiet = format!("OU=Quiet,{elsewhere}");
    place.add(&quiet, "organizationalUnit", "");
    place.add(&format!("OU=Still,{quiet}"), "organizationalUnit", "");
    place.add(&format!("CN=Nobody,OU=Still,{quiet}"), "contact", "");
    place.unnoticed(&["Nobody"], "a move into the base", |place| {
        place.rename(&quiet, "OU=Quiet", staff);
    });
    // And with whom a group names: of him nothing is left but that name.
    let nobody = format!("add: member\nmember: CN=Nobody,OU=Still,OU=Quiet,{staff}");
    place.change(&format!("CN=All,{staff}"), &nobody);
    place.unnoticed(&["Nobody", "All"], "a move out of it", |place| {
        place.rename(&format!("OU=Quiet,{staff}"), "OU=Quiet", elsewhere);
    });
    // A unit that no reading of one base has, with a group and with somebody without a name of his own.
    place.unnoticed(
        &["Outer", "Outsider", "All"],
        "a rename elsewhere",
        |place| {
            place.rename(&format!("OU=Deep,{elsewhere}"), "OU=Deeper", elsewhere);
        },
    );
    place.unnoticed(&["Outer", "Outsider", "All"], "its parent's", |place| {
        place.rename(elsewhere, "OU=Far away", place.domain.base_dn());
    });
}

#[test]
fn who_names_somebody_that_is_renamed_moved_deleted_or_brought_back() {
    let place = Place::new();
    let (staff, elsewhere) = (&place.staff, &place.elsewhere);
    let by = ["Bob", "All"];
    place.unnoticed(&by, "a rename", |place| {
        let berlin = format!("OU=Berlin,{staff}");
        place.rename(&format!("CN=Ann,{berlin}"), "CN=Anna", &berlin);
    });
    place.unnoticed(&by, "a move out of the base", |place| {
        place.rename(&format!("CN=Anna,OU=Berlin,{staff}"), "CN=Anna", elsewhere);
    });
    place.unnoticed(&by, "a deletion", |place| {
        place.delete(&format!("CN=Anna,{elsewhere}"));
    });
    place.unnoticed(&by, "her return", |place| {
        let deleted = format!("CN=Deleted Objects,{}", place.domain.base_dn());
        let seeing = place
            .client
            .clone()
            .with(&["-E", "!1.2.840.113556.1.4.417"]);
        let was = seeing.search(&deleted, "(sAMAccountName=ann)", &["objectGUID"]);
        let record = format!(
            "dn: {}\nchangetype: modify\ndelete: isDeleted\n-\nreplace: distinguishedName\n\
             distinguishedName: CN=Ann,OU=Berlin,{staff}\n",
            was.only().dn
        );
        let client = place.client.clone().with(&super::walk::SHOW_DELETED);
        client.modify(&record).done();
    });
    place.unnoticed(&["All"], "a deletion of who has no name", |place| {
        place.delete(&format!("CN=Outsider,OU=Deep,{elsewhere}"));
    });
    place.unnoticed(&["Outer"], "a deletion of a group with members", |place| {
        place.delete(&format!("CN=All,{staff}"));
    });
}

/// What a group gains or loses is an update of the group, and of nobody in it; so is a primary group of who has it.
#[test]
fn memberships_are_of_the_group() {
    let place = Place::new();
    let staff = &place.staff;
    let group = format!("CN=All,{staff}");
    let mut views = place.views();
    let (members, all) = (place.usn("Ann"), place.usn("All"));
    place.change(
        &group,
        &format!("delete: member\nmember: CN=Ann,OU=Berlin,{staff}"),
    );
    assert_eq!(place.usn("Ann"), members);
    assert_ne!(place.usn("All"), all, "a group tells who is in it");
    for view in &mut views {
        view.follows("one less");
    }
    place.change(
        &group,
        &format!("add: member\nmember: CN=Ann,OU=Berlin,{staff}"),
    );
    for view in &mut views {
        view.follows("one more");
    }
    let ann = place.usn("Ann");
    let sid = place.domain.sid(&group);
    let rid = sid.rsplit('-').next().unwrap();
    let change = format!("replace: primaryGroupID\nprimaryGroupID: {rid}");
    place.change(&format!("CN=Ann,OU=Berlin,{staff}"), &change);
    assert_ne!(place.usn("Ann"), ann);
    for view in &mut views {
        view.follows("another primary group");
    }
}

#[test]
fn what_takes_its_access_list_from_above() {
    let place = Place::new();
    let reader = place.domain.account("reader", &place.elsewhere);
    let staff = &place.staff;
    let mut view = View::of(
        "somebody else",
        &settings(&place.domain, &reader),
        &[staff.as_str()],
    );
    view.refresh();
    place.unnoticed(
        &["Ann", "Bob", "All"],
        "a right that is handed on",
        |place| {
            place
                .domain
                .give(staff, &reader, "(A;CI;CCDCLCSWRPWPDTLOCRSDRC;;;{sid})");
        },
    );
    view.follows("a right of its own");
    // What lies in the unit goes out of sight, and comes back.
    let berlin = format!("OU=Berlin,{staff}");
    let is_there = |view: &View| {
        let ann = Dn::parse(&format!("CN=Ann,{berlin}")).unwrap();
        view.snapshot().by_dn(&ann).is_some()
    };
    assert!(is_there(&view));
    let hidden = "(D;;LC;;;{sid})";
    place.domain.give(&berlin, &reader, hidden);
    view.follows("a right that was taken");
    assert!(!is_there(&view));
    place.domain.take(&berlin, &reader, hidden);
    view.follows("a right that was given back");
    assert!(is_there(&view));
}

/// Of which the account may not read the update number: it is read each time.
#[test]
fn an_object_that_does_not_tell_its_updates() {
    /// `schemaIDGUID` of `uSNChanged`.
    const UPDATE: &str = "bf967a6f-0de6-11d0-a285-00aa003049e2";
    let place = Place::new();
    let staff = &place.staff;
    let reader = place.domain.account("reader", &place.elsewhere);
    let bob = format!("CN=Bob,{staff}");
    place
        .domain
        .give(&bob, &reader, &format!("(OD;;RP;{UPDATE};;{{sid}})"));
    let mut view = View::of("a reader", &settings(&place.domain, &reader), &[staff]);
    view.refresh();
    let is_silent = |view: &View, dn: &str| {
        let snapshot = view.snapshot();
        let object = &snapshot[snapshot.by_dn(&Dn::parse(dn).unwrap()).unwrap()];
        object.has("sAMAccountName") && !object.has("uSNChanged")
    };
    assert!(is_silent(&view, &bob));
    place.change(&bob, "replace: telephoneNumber\ntelephoneNumber: 1");
    view.follows("a change");
    place.rename(&bob, "CN=Robert", staff);
    view.follows("a rename");
    assert!(is_silent(&view, &format!("CN=Robert,{staff}")));
    place.delete(&format!("CN=Robert,{staff}"));
    view.follows("a deletion");
}

/// A unit is renamed after what lies in it was read, and before it is itself: both spell its name, and not alike.
#[test]
fn a_container_that_is_renamed_while_it_is_read() {
    /// Which search it waits for: the last update, the schema, the head, the base, the groups, then this one.
    const SUFFIXES: usize = 6;
    let place = Place::new();
    let (staff, elsewhere) = (&place.staff, &place.elsewhere);
    let front = Front::before(&place.domain).start();
    let by_front = Settings {
        servers: vec![Server::parse(&front.ldaps_url()).unwrap()],
        // Each further one asks as it is opened.
        connections: 1,
        ..settings(&place.domain, place.domain.administrator())
    };
    let mut view = View::of("one base", &by_front, &[staff]);
    front.forget();
    let pause = std::time::Duration::from_secs(2);
    front.fault(Fault::Delay(pause), Kind::Search, SUFFIXES);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while front.count(Kind::Search) < SUFFIXES {
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            place.rename(&format!("OU=Deep,{elsewhere}"), "OU=DEEP", elsewhere);
        });
        view.refresh();
    });
    let outer = Dn::parse(&format!("CN=Outer,OU=Deep,{elsewhere}")).unwrap();
    let spelled = |view: &View| {
        let snapshot = view.snapshot();
        snapshot[snapshot.by_dn(&outer).unwrap()].dn().to_string()
    };
    assert!(spelled(&view).contains("OU=Deep"), "it was read before");
    view.follows("what happened in between");
    assert!(spelled(&view).contains("OU=DEEP"));
}

#[test]
fn a_read_base_that_moves() {
    let place = Place::new();
    let (staff, elsewhere) = (&place.staff, &place.elsewhere);
    let berlin = format!("OU=Berlin,{staff}");
    let mut view = View::of(
        "one base",
        &settings(&place.domain, place.domain.administrator()),
        &[berlin.as_str()],
    );
    view.refresh();
    for (base, above) in [
        (&berlin, staff),
        (staff, &place.domain.base_dn().to_owned()),
    ] {
        place.rename(base, "OU=Other", above);
        let before = view.current.snapshot().unwrap().clone();
        let error = view.try_refresh().unwrap_err().to_string();
        assert!(error.contains("refuses a read base"), "{error}");
        assert!(std::sync::Arc::ptr_eq(
            &before,
            view.current.snapshot().unwrap()
        ));
        // Something else takes its name.
        place.add(base, "organizationalUnit", "");
        if *base == *staff {
            place.add(&berlin, "organizationalUnit", "");
        }
        let refreshed = view.refresh();
        let moved = Why::BaseMoved(Dn::parse(&berlin).unwrap());
        assert_eq!(refreshed, Refreshed::Whole(moved));
        view.is_true("another unit of that name");
        view.follows("nothing");
    }
    place.rename(
        &format!("OU=Other,{}", place.domain.base_dn()),
        "OU=X",
        elsewhere,
    );
    view.follows("a move of what was the base once");
}

/// Ranges of 1,500 values, pages of 1,000 objects; who is in it is renamed, moved and deleted.
#[test]
fn a_group_that_comes_in_ranges() {
    let place = Place::new();
    let staff = &place.staff;
    let name = |number: usize| format!("CN=Member {number:05},OU=Many,{staff}");
    place.add(&format!("OU=Many,{staff}"), "organizationalUnit", "");
    let mut text = String::new();
    for number in 0..1_700 {
        text.push_str(&format!("dn: {}\nobjectClass: contact\n\n", name(number)));
    }
    text.push_str(&format!("dn: CN=Everybody,{staff}\nobjectClass: group\n"));
    for number in 0..1_650 {
        text.push_str(&format!("member: {}\n", name(number)));
    }
    place.client.add(&text).done();
    let front = Front::before(&place.domain).windows().start();
    let by_front = Settings {
        servers: vec![Server::parse(&front.ldaps_url()).unwrap()],
        ..settings(&place.domain, place.domain.administrator())
    };
    let mut view = View::of("as Windows", &by_front, &[staff.as_str()]);
    view.refresh();
    let group = Dn::parse(&format!("CN=Everybody,{staff}")).unwrap();
    let count = |view: &View| {
        let snapshot = view.snapshot();
        snapshot[snapshot.by_dn(&group).unwrap()]
            .all("member")
            .len()
    };
    assert_eq!(count(&view), 1_650);
    let usn = place.usn("Everybody");
    place.rename(&name(3), "CN=Renamed", &format!("OU=Many,{staff}"));
    place.rename(&name(1_640), "CN=Moved", staff);
    place.delete(&name(1_600));
    assert_eq!(place.usn("Everybody"), usn);
    let refreshed = view.follows("three of its members changed");
    assert_eq!(count(&view), 1_649);
    assert!(
        matches!(refreshed, Refreshed::Changes { read, .. } if read < 20),
        "{refreshed:?}"
    );
    let joined = format!("add: member\nmember: {}", name(1_690));
    place.change(&format!("CN=Everybody,{staff}"), &joined);
    view.follows("one more");
    assert_eq!(count(&view), 1_650);
    // All of them at once.
    place.rename(&format!("OU=Many,{staff}"), "OU=Most", staff);
    let refreshed = view.refresh();
    assert!(
        matches!(refreshed, Refreshed::Whole(Why::TooMuch { again, of }) if again > of / 2),
        "{refreshed:?}"
    );
    view.is_true("all of them moved");
}

/// Who may not list what was deleted looks who is still there.
#[test]
fn a_deletion_that_is_not_seen() {
    let place = Place::new();
    let front = Front::before(&place.domain).windows().start();
    let login = place.domain.service_account();
    let by_front = Settings {
        servers: vec![Server::parse(&front.ldaps_url()).unwrap()],
        ..settings(&place.domain, login)
    };
    let staff = &place.staff;
    let mut view = View::of("without the right", &by_front, &[staff.as_str()]);
    view.refresh();
    place.delete(&format!("CN=Ann,OU=Berlin,{staff}"));
    place.delete(&format!("CN=Outsider,OU=Deep,{}", place.elsewhere));
    view.follows("two deletions");
    let deleted = |view: &View| {
        let all = view.snapshot().iter();
        all.filter(|(_, object)| object.flag("isDeleted")).count()
    };
    assert_eq!(deleted(&view), 0, "what is deleted is not seen");
    let mut trusted = View::of(
        "with the right",
        &Settings {
            servers: by_front.servers.clone(),
            ..settings(&place.domain, place.domain.administrator())
        },
        &[staff.as_str()],
    );
    trusted.refresh();
    place.delete(&format!("CN=Bob,{staff}"));
    view.follows("one more");
    trusted.follows("one more");
    assert_eq!((deleted(&view), deleted(&trusted)), (0, 2));
}

/// A guid is what everything is known by.
#[test]
fn two_that_take_each_others_names() {
    let place = Place::new();
    let staff = &place.staff;
    let mut views = place.views();
    let berlin = format!("OU=Berlin,{staff}");
    let guid = |view: &View, dn: &str| -> Guid {
        let snapshot = view.snapshot();
        snapshot[snapshot.by_dn(&Dn::parse(dn).unwrap()).unwrap()].guid()
    };
    let (ann, bob) = (format!("CN=Ann,{berlin}"), format!("CN=Bob,{staff}"));
    let before = views
        .each_ref()
        .map(|view| (guid(view, &ann), guid(view, &bob)));
    place.rename(&ann, "CN=X", &berlin);
    place.rename(&bob, "CN=Ann", &berlin);
    place.rename(&format!("CN=X,{berlin}"), "CN=Bob", staff);
    for (view, (was_ann, was_bob)) in views.iter_mut().zip(before) {
        view.follows("the swap");
        assert_eq!((guid(view, &bob), guid(view, &ann)), (was_ann, was_bob));
    }
}
