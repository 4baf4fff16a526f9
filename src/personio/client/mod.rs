//! People from Personio as it is now, over HTTP: all of them, or nobody (G6); and values that go back there.
//!
//! `connect` makes the connection, `pace` keeps the limits of each endpoint, `token` the log-in, `http` sends one request
//! and sends it again where that helps. `v1` and `v2` each read the whole company in their generation's way and give the
//! same records for it; `absences` adds who is away and `pictures` what people look like, where the policy asks; `list` compares them with the last run, and `released` tells an attribute that is not sent from
//! one that has no value. A runtime of threads is made here for as long as a reading takes, and nothing outside knows of
//! it.
//!
//! Begin with [`read`].

mod absences;
mod broken;
mod connect;
mod doctor;
mod error;
mod http;
mod list;
mod pace;
pub(crate) mod pictures;
mod released;
mod settings;
mod token;
mod v1;
mod v2;
mod write;

pub(crate) use connect::is_local;
pub use doctor::{Examined, Finding, examine};
pub use error::{Error, Missing, Said};
pub use list::{Last, keyed_by_id};
pub use pace::Endpoint;
pub use settings::{APP_ID, Api, PHOTO_WIDTH, Patience, Settings, URL};
pub use write::Writer;

use std::fmt;

use jiff::Timestamp;

use self::http::{Http, Version};
use crate::hr::{RawRecord, Schema};

/// What a reading needs of the world.
#[derive(Clone, Copy)]
pub struct World<'w> {
    /// The clock of this machine: never one that was asked for, since it is compared with Personio's (S5).
    pub now: &'w (dyn Fn() -> Timestamp + Sync),
    /// Told how many people are read, and of how many if that is known.
    pub progress: &'w (dyn Fn(usize, Option<usize>) + Sync),
}

impl fmt::Debug for World<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").finish_non_exhaustive()
    }
}

/// People as Personio has them.
#[derive(Debug)]
pub struct Read {
    /// Of everybody what the schema names.
    pub records: Vec<RawRecord>,
    /// Which generation was asked: 1 or 2.
    pub version: u8,
}

/// Reads everybody, untyped and with what the schema names alone (S12); nobody unless the list is whole (G6).
pub fn read(
    settings: &Settings,
    schema: &Schema,
    last: &Last,
    world: &World<'_>,
) -> Result<Read, Error> {
    let http = Http::new(settings, *world)?;
    runtime()?.block_on(async {
        let one = async || {
            let records = v1::read(&http, schema, last).await?;
            Ok::<_, Error>(Read {
                records,
                version: 1,
            })
        };
        let two = async || {
            let records = v2::read(&http, schema, last).await?;
            Ok(Read {
                records,
                version: 2,
            })
        };
        match settings.api {
            Api::V1 => one().await,
            Api::V2 => two().await,
            Api::Auto => match two().await {
                // What the second cannot give, the first may; if it cannot, either, the newer one is worth mending.
                Err(why) if why.is_right() => one().await.map_err(|_| why),
                other => other,
            },
        }
    })
}

fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    let built = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    built.map_err(|error| Error::Setup {
        what: format!("no threads: {error}"),
        help: "look at the limits of this machine (`ulimit -u`)",
    })
}

/// The right to read people, which the credential lacks.
fn right_to_people(endpoint: Endpoint, says: Said) -> Error {
    let two = http::version(endpoint) == Version::Two;
    Error::Right {
        what: "read people",
        says,
        scope: if two {
            "personio:persons:read"
        } else {
            "employees:read"
        },
    }
}
