//! A snapshot of any directory as a file that reads back as the same objects.

use std::collections::BTreeMap;

use super::header::Header;
use super::load::HAS_PASSWORD;
use super::write;
use crate::directory::dn::Dn;
use crate::directory::guid::Guid;
use crate::directory::object::Object;
use crate::directory::snapshot::Snapshot;
use crate::directory::value::AttributeName;

/// What a unit is taken for of which no more is known than that something lies in it.
const PLACE: [&str; 2] = ["top", "container"];

/// What an object is taken for of which no more was read than its names.
const NAMED: [&str; 1] = ["top"];

/// The snapshot as LDIF, each object as `changed` leaves it.
///
/// Of a domain controller not everything is read: what lies outside of the bases is known by its names alone. Such an
/// object has a class here, and what it lies in is there, for a file is believed whole or not at all.
pub fn export(snapshot: &Snapshot, mut changed: impl FnMut(&Object) -> Object) -> String {
    let mut objects: BTreeMap<Dn, Object> = BTreeMap::new();
    for (_, object) in snapshot.iter() {
        let mut object = changed(object);
        if !object.has("objectClass") {
            object.set("objectClass", NAMED.map(Into::into).to_vec());
        }
        objects.insert(object.dn().clone(), object);
    }
    let base = &snapshot.domain().base;
    let names: Vec<Dn> = objects.keys().cloned().collect();
    for name in names {
        let mut place = name.parent();
        while let Some(dn) = place
            && dn.is_under(base)
            && !objects.contains_key(&dn)
        {
            let guid = Guid::derived(&["object", dn.key()]);
            let object = Object::new(dn.clone(), guid).with("objectClass", PLACE);
            place = dn.parent();
            objects.insert(dn, object);
        }
    }
    let header = Header {
        usn: snapshot.domain().highest_usn,
        ..Header::default()
    };
    write::file(&header, objects.values())
}

/// Whether an attribute says something of a file alone, and of no directory.
pub fn is_of_files(name: &AttributeName) -> bool {
    name.is(HAS_PASSWORD)
}
