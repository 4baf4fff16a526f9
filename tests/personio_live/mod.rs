//! Personio over HTTP, against the simulator: both generations give the same people as the recording, and whatever goes
//! wrong on the way ends in exactly these people or in an error that says what to do.

mod absences;
mod conformance;
mod connection;
mod employments;
mod faults;
pub(crate) mod front;
mod photos;
mod requests;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use tenure::hr::{Origin, Schema, Snapshot, type_records};
use tenure::personio::client::{self, Api, Error, Last, Patience, Settings, World};
use tenure::personio_sim::{CLIENT_ID, CLIENT_SECRET, Company, Options, Sim};

/// The recorded pages of the example company, by name.
pub(crate) fn recorded() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/people");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (
                path.file_name().unwrap().to_str().unwrap().to_owned(),
                std::fs::read(&path).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}

pub(crate) fn borrowed(files: &[(String, Vec<u8>)]) -> Vec<(&str, &[u8])> {
    files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect()
}

/// The example company.
pub(crate) fn kestrel() -> Company {
    Company::parse(&borrowed(&recorded()), Timestamp::UNIX_EPOCH).unwrap()
}

/// What the example's policy names of a person.
pub(crate) fn schema() -> Arc<Schema> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = tenure::workspace::Workspace::open(None, root).unwrap();
    workspace.policy(None).unwrap().policy.unwrap().schema
}

/// The clock of the example: the simulator's, and ours.
pub(crate) fn now() -> Timestamp {
    "2026-03-02T09:00:00+01:00".parse().unwrap()
}

/// A simulator without limits.
pub(crate) fn options() -> Options {
    Options {
        limits: false,
        now: Some(now()),
        slow: Duration::from_millis(700),
        ..Options::default()
    }
}

/// A connection that is as patient as a test can be.
pub(crate) fn settings(sim: &Sim, api: Api) -> Settings {
    let secret = |text| SecretString::from(text);
    Settings {
        api,
        limited: false,
        patience: Patience {
            connect: Duration::from_secs(5),
            answer: Duration::from_millis(500),
            attempts: 4,
            pause: Duration::from_millis(5),
            longest: Duration::from_millis(20),
        },
        ..Settings::new(sim.url(), secret(CLIENT_ID), secret(CLIENT_SECRET))
    }
}

pub(crate) const WORLD: World<'static> = World {
    now: &now,
    progress: &|_, _| {},
};

/// Everybody, typed.
pub(crate) fn read(
    settings: &Settings,
    schema: &Arc<Schema>,
    last: &Last,
) -> Result<Snapshot, Error> {
    let read = client::read(settings, schema, last, &WORLD)?;
    Ok(type_records(schema, read.records, Origin::new("live")).unwrap())
}

/// Everybody as a text that shows every value.
pub(crate) fn shown(snapshot: &Snapshot) -> String {
    crate::hr::show::snapshot(snapshot)
}

/// What the recording says of the people whom the simulator has, as the same text.
pub(crate) fn expected(schema: &Arc<Schema>) -> Snapshot {
    let files = recorded();
    let records = tenure::personio::read_recording(&borrowed(&files), schema).unwrap();
    type_records(schema, records, Origin::new("live")).unwrap()
}

/// The ids of everybody, as the last run had them.
pub(crate) fn last(snapshot: &Snapshot) -> Last {
    let quarantined = snapshot
        .quarantined()
        .iter()
        .filter_map(|record| record.id.clone());
    let people = snapshot.people().iter().map(|person| person.id().clone());
    Last {
        ids: people
            .chain(quarantined)
            .map(|id| id.to_string().into())
            .collect(),
    }
}
