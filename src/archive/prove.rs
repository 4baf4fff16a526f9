//! Whether an archive is whole: by itself, and against the trail of the state where that is there.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::Shelf;
use super::error::{Error, Failed};
use super::object::{Name, Object, hex};
use crate::state::{Chain, Store, Written};

/// How many entries of the state are compared at a time.
const STEP: usize = 10_000;

/// What is in an archive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proved {
    /// The trail of each state, by its id.
    pub stretches: Vec<Stretch>,
    /// How many objects are not ours; they are left alone.
    pub strange: usize,
}

impl Proved {
    /// Whether nothing is wrong anywhere.
    pub fn is_whole(&self) -> bool {
        self.stretches
            .iter()
            .all(|stretch| stretch.wrong.is_empty())
    }
}

/// The trail of one state, as far as it is archived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The id of the state.
    pub state: Uuid,
    /// How many objects it is in.
    pub objects: usize,
    /// How many entries it has.
    pub entries: usize,
    /// The first entry, and the last.
    pub ends: Option<(Written, Written)>,
    /// The hash of the last entry, in hexadecimal digits.
    pub head: String,
    /// Whether it was compared with the state: how many of its entries the state still has, and how many entries of the
    /// state are not archived yet.
    pub compared: Option<(usize, usize)>,
    /// What is wrong with it, in words, each with where.
    pub wrong: Vec<String>,
}

/// Reads the whole archive, and compares it with the state where there is one.
pub fn prove(shelf: &dyn Shelf, store: Option<&Store>) -> Result<Proved, Failed> {
    let mut proved = Proved::default();
    let mut names: BTreeMap<Uuid, Vec<Name>> = BTreeMap::new();
    shelf.list("", "", &mut |text| {
        match Name::parse(text) {
            Some(name) => names.entry(name.state).or_default().push(name),
            None => proved.strange += 1,
        }
        true
    })?;
    let own = store.map(|store| store.identity().map(|identity| (store, identity.id)));
    let own = own.transpose()?;
    for (state, mut names) in names {
        names.sort();
        let (mut stretch, hashes) = alone(shelf, state, &names)?;
        if let Some((store, _)) = own.filter(|(_, own)| *own == state) {
            compare(store, &hashes, &mut stretch)?;
        }
        proved.stretches.push(stretch);
    }
    Ok(proved)
}

/// The objects of a state by themselves, with the hash of each entry.
fn alone(
    shelf: &dyn Shelf,
    state: Uuid,
    names: &[Name],
) -> Result<(Stretch, BTreeMap<i64, Vec<u8>>), Error> {
    let mut stretch = Stretch {
        state,
        objects: names.len(),
        entries: 0,
        ends: None,
        head: String::new(),
        compared: None,
        wrong: Vec::new(),
    };
    let mut hashes: BTreeMap<i64, Vec<u8>> = BTreeMap::new();
    let mut last: Option<(i64, Written)> = None;
    for name in names {
        let content = shelf.get(&name.to_string())?;
        let read = content.ok_or_else(|| "it is listed, and is not there".to_owned());
        let object = match read.and_then(|content| Object::read(name, &content)) {
            Ok(object) => object,
            Err(what) => {
                stretch.wrong.push(format!("{name}: {what}"));
                continue;
            }
        };
        let told = object.breaks.iter();
        stretch.wrong.extend(
            told.map(|what| format!("{name}: broken already when it was archived: {what}")),
        );
        let mut chain = begin(&object, &hashes, last.as_ref().map(|(seq, _)| *seq));
        for link in &object.links {
            if let Some(found) = chain.take(link) {
                stretch.wrong.push(format!("{name}: {found}"));
            }
            match hashes.insert(link.seq, link.hash.clone()) {
                Some(other) if other != link.hash => stretch.wrong.push(format!(
                    "{name}: entry {} is archived twice, and not as the same",
                    link.seq
                )),
                Some(_) => {}
                None => stretch.entries += 1,
            }
            let written = link.written();
            if stretch.ends.is_none() {
                stretch.ends = Some((written.clone(), written.clone()));
            }
            if last.as_ref().is_none_or(|(seq, _)| *seq < link.seq) {
                stretch.head = hex(&link.hash);
                last = Some((link.seq, written));
            }
        }
    }
    if let (Some((_, end)), Some((_, last))) = (&mut stretch.ends, last) {
        *end = last;
    }
    Ok((stretch, hashes))
}

/// The chain that an object goes on with: that of the entry before its first, where an object has it; behind the newest
/// where one is missing between; and where nothing came before, whatever it says itself, for the beginning of an archive
/// goes by its age.
fn begin(object: &Object, hashes: &BTreeMap<i64, Vec<u8>>, last: Option<i64>) -> Chain {
    let Some(first) = object.links.first() else {
        return Chain::behind(0, Vec::new());
    };
    let before = first.seq.wrapping_sub(1);
    match (hashes.get(&before), last) {
        (Some(hash), _) => Chain::behind(before, hash.clone()),
        (None, Some(last)) if last < before => Chain::behind(last, Vec::new()),
        // The very first entry of all follows nothing.
        (None, _) if before == 0 => Chain::behind(0, crate::state::ORIGIN.to_vec()),
        (None, _) => Chain::behind(before, first.previous.clone()),
    }
}

/// Whether the state has the same entries.
fn compare(
    store: &Store,
    hashes: &BTreeMap<i64, Vec<u8>>,
    stretch: &mut Stretch,
) -> Result<(), Failed> {
    let (base, hash) = store.audit_base()?;
    let (head, _) = store.audit_head()?;
    let (mut same, mut waiting) = (0, 0);
    let mut differs = |seq: i64, known: &[u8]| {
        let archived = hashes.get(&seq).map(Vec::as_slice);
        match archived {
            Some(archived) if archived == known => same += 1,
            Some(_) => stretch.wrong.push(format!(
                "entry {seq} of the state is another one than the archived one"
            )),
            None => {}
        }
        archived.is_none()
    };
    if base > 0 {
        differs(base, &hash);
    }
    let newest = hashes.keys().next_back().copied().unwrap_or(0);
    let mut behind = base;
    loop {
        let links = store.links(behind, STEP)?;
        let Some(last) = links.last() else {
            break;
        };
        behind = last.seq;
        for link in &links {
            if differs(link.seq, &link.hash) && link.seq > newest {
                waiting += 1;
            }
        }
    }
    if newest > head {
        stretch.wrong.push(format!(
            "the archive has entries up to {newest}, and the trail of the state ends at {head}: its end was cut off, or the \
             state is an older copy"
        ));
    }
    stretch.compared = Some((same, waiting));
    Ok(())
}
