//! Puts into the archive what is not there yet, and takes out what is too old.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Shelf;
use super::error::{Error, Failed, Trouble};
use super::object::{Name, Object};
use crate::state::{Chain, Store};

/// How many entries an object has at most: some megabytes.
const MAX_ENTRIES: usize = 10_000;

/// How many entries before its end the archive is looked for first: an archive that is up to date ends there, and years
/// of names need not be listed.
const NEAR: u64 = 20_000;

/// What was done to an archive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filled {
    /// How many objects were put there.
    pub objects: usize,
    /// How many entries are in those.
    pub entries: usize,
    /// How many objects were removed for their age.
    pub removed: usize,
    /// What is broken in the trail, as far as it was archived now, in words.
    pub breaks: Vec<String>,
    /// The archive has entries that this trail has not, or has others of that number.
    pub disagrees: bool,
}

/// Archives what is not archived yet, and removes what holds nothing that was written at `since` or later; nothing is
/// removed without it. The newest object stays whatever its age.
pub fn fill(store: &Store, shelf: &dyn Shelf, since: Option<Timestamp>) -> Result<Filled, Failed> {
    let mut filled = Filled::default();
    let state = store.identity()?.id;
    let (head, _) = store.audit_head()?;
    let near = u64::try_from(head).unwrap_or(0).saturating_sub(NEAR);
    let mut newest = end(
        store,
        &names(shelf, &Name::before(state, near), state)?,
        &mut filled,
    )?;
    if newest.is_none() && near > 0 {
        filled.disagrees = false;
        let all = names(shelf, "", state)?;
        newest = end(store, &all, &mut filled)?;
    }
    // Whatever was dropped from the trail before it was archived is a gap in the archive, and no break of the trail.
    let (base, hash) = store.audit_base()?;
    let mut chain = match newest.filter(|(last, _)| *last >= base) {
        Some((last, hash)) => Chain::behind(last, hash),
        None => Chain::behind(base, hash),
    };
    loop {
        let links = store.links(chain.last(), MAX_ENTRIES)?;
        let Some(object) = Object::of(state, links, &mut chain) else {
            break;
        };
        put(shelf, &object)?;
        filled.objects += 1;
        filled.entries += object.links.len();
        filled.breaks.extend(object.breaks);
    }
    if let Some(since) = since {
        filled.removed = prune(shelf, state, since)?;
    }
    Ok(filled)
}

/// All names of a state behind that one.
fn names(shelf: &dyn Shelf, behind: &str, state: uuid::Uuid) -> Result<Vec<Name>, Error> {
    let mut found = Vec::new();
    shelf.list(&Name::folder(state), behind, &mut |name| {
        found.extend(Name::parse(name));
        true
    })?;
    Ok(found)
}

/// Number and hash of the last entry that is archived and stands on the trail as it is archived.
fn end(
    store: &Store,
    names: &[Name],
    filled: &mut Filled,
) -> Result<Option<(i64, Vec<u8>)>, Failed> {
    let mut ends: BTreeSet<(u64, &str)> = BTreeSet::new();
    ends.extend(names.iter().map(|name| (name.last, &*name.hash)));
    for (last, hash) in ends.into_iter().rev() {
        let Ok(seq) = i64::try_from(last) else {
            continue;
        };
        match store.audit_hash(seq)? {
            Some(known) if super::object::hex(&known) == hash => return Ok(Some((seq, known))),
            Some(_) => filled.disagrees = true,
            // Dropped from the trail by its age, or never there.
            None => {
                let (base, _) = store.audit_base()?;
                filled.disagrees |= seq > base;
            }
        }
    }
    Ok(None)
}

/// Puts an object there; one that is there has to be the same.
fn put(shelf: &dyn Shelf, object: &Object) -> Result<(), Error> {
    let (name, content) = (object.name.to_string(), object.content());
    if shelf.put(&name, &content)? {
        return Ok(());
    }
    if shelf.get(&name)?.is_some_and(|there| there == content) {
        return Ok(());
    }
    Err(Error {
        place: format!("{}, {name}", shelf.place()),
        trouble: Trouble::Broken,
        what: "another object of that name is there; it is left as it is".to_owned(),
        help: "look who could write there, and keep it; `tenure audit verify --archive` tells what is wrong with it. Once it is \
               moved away, the next run puts the right one there",
    })
}

/// Removes objects of that state in which everything is older; how many.
fn prune(shelf: &dyn Shelf, state: uuid::Uuid, since: Timestamp) -> Result<usize, Error> {
    let mut old: Vec<Name> = Vec::new();
    let mut more = false;
    shelf.list(&Name::folder(state), "", &mut |text| {
        // What is not named as ours is not ours.
        let Some(name) = Name::parse(text) else {
            return true;
        };
        let is_old = name.at.is_some_and(|at| at < since);
        // One that says no time keeps nobody from looking at those behind it.
        let goes_on = is_old || name.at.is_none();
        if is_old {
            old.push(name);
        } else {
            more = true;
        }
        goes_on
    })?;
    if !more {
        // The newest tells how far the archive reaches.
        old.pop();
    }
    for name in &old {
        shelf.remove(&name.to_string())?;
    }
    Ok(old.len())
}
