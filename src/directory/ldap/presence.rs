//! Whether a domain controller is still there at all: asked before what it may have done is given up.

use tokio::time::timeout;

use super::connect::{Dial, tcp};
use super::error::Error;
use super::pool::ready;
use super::root::Root;
use super::settings::{Server, Settings};
use crate::directory::snapshot::Controller;

/// What asking for a domain controller yields.
#[derive(Debug)]
pub enum Presence {
    /// Nobody takes a connection where it stood.
    Gone,
    /// It answers, or something does at its own name: slow, without the right certificate, as whatever.
    Answers {
        /// Where.
        server: String,
    },
    /// A server of the configuration takes connections and does not say which one it is: it may be this one.
    Unclear {
        /// What it says instead.
        error: Box<Error>,
    },
}

/// Asks for a domain controller at every address of the configuration, and at its own name, whether that stands there
/// or not.
pub fn presence(settings: &Settings, wanted: &Controller) -> Result<Presence, Error> {
    let (runtime, dial) = ready(settings)?;
    runtime.block_on(async {
        let mut unclear = None;
        for server in addresses(settings, wanted) {
            let is_its_name = server.host.eq_ignore_ascii_case(&wanted.host);
            let text = server.to_string();
            match asked(&dial, &server).await {
                // It may have been moved to another site: the copy of the directory is what counts.
                Asked::Says(root) if root.controller.is_same_copy(wanted) => {
                    return Ok(Presence::Answers { server: text });
                }
                Asked::Nobody | Asked::Says(_) => {}
                Asked::Something(_) if is_its_name => {
                    return Ok(Presence::Answers { server: text });
                }
                Asked::Something(error) => {
                    unclear.get_or_insert(error);
                }
            }
        }
        Ok(unclear.map_or(Presence::Gone, |error| Presence::Unclear {
            error: error.into(),
        }))
    })
}

/// What one address yields.
enum Asked {
    /// No connection.
    Nobody,
    /// A domain controller that says which one it is.
    Says(Box<Root>),
    /// A connection, and then nothing that helps.
    Something(Error),
}

async fn asked(dial: &Dial, server: &Server) -> Asked {
    // A connection that comes about is enough to be there: what follows may be slow or refused.
    if !matches!(timeout(dial.patience.connect, tcp(server)).await, Ok(Ok(_))) {
        return Asked::Nobody;
    }
    let told = async {
        let mut ldap = dial.open(server).await?;
        Root::of(&mut ldap, server, dial.patience.answer).await
    };
    match told.await {
        Ok(root) => Asked::Says(root.into()),
        Err(error) => Asked::Something(error),
    }
}

/// The addresses of the configuration, and the name of the wanted one at each port that they have.
fn addresses(settings: &Settings, wanted: &Controller) -> Vec<Server> {
    let mut all = settings.servers.clone();
    for server in &settings.servers {
        let by_name = Server {
            host: wanted.host.clone(),
            ..server.clone()
        };
        if !all.contains(&by_name) {
            all.push(by_name);
        }
    }
    all
}
