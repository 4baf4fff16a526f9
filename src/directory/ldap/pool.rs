//! A few connections to one domain controller, opened when they are needed and again when they broke.
//!
//! Many operations travel on each at a time. A connection that is opened anew must lead to the same copy of the
//! directory as before (S9): behind one name there may be several domain controllers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ldap3::Ldap;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Mutex;

use super::connect::Dial;
use super::error::Error;
use super::root::Root;
use super::search::Fault;
use super::settings::{Server, Settings};
use super::tls;
use crate::directory::snapshot::Controller;

/// How often a read is tried, and a connection opened, before the domain controller counts as lost.
const ATTEMPTS: u32 = 4;

/// The first pause between two attempts; each further one is four times as long.
const PAUSE: Duration = Duration::from_millis(250);

/// After how many operations a connection is opened anew: the library keeps a few bytes for each.
const MAX_OPERATIONS: usize = 200_000;

/// Result codes of a server that is busy, shutting down, or over its time (RFC 4511, appendix A).
const PASSING: [u32; 3] = [51, 52, 3];

/// The connections.
pub(super) struct Pool {
    runtime: Runtime,
    dial: Dial,
    server: Server,
    controller: Controller,
    lines: Vec<Mutex<Option<Line>>>,
    next: AtomicUsize,
}

struct Line {
    ldap: Ldap,
    operations: usize,
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "what is called again and again is written where it is called"
)]
impl Pool {
    /// Finds the domain controller that a run works on: the one that is pinned, else the PDC emulator if it is among
    /// those that are named, else the first that can be used.
    pub(super) fn open(settings: &Settings) -> Result<(Self, Root), Error> {
        let (runtime, dial) = ready(settings)?;
        let (server, ldap, root) = runtime.block_on(choose(&dial, settings))?;
        let count = settings.connections.max(1);
        let mut lines: Vec<Mutex<Option<Line>>> = (1..count).map(|_| Mutex::new(None)).collect();
        lines.push(Mutex::new(Some(Line {
            ldap,
            operations: 0,
        })));
        let pool = Self {
            runtime,
            dial,
            server,
            controller: root.controller.clone(),
            // The one that is open is the first to be used.
            next: AtomicUsize::new(lines.len() - 1),
            lines,
        };
        Ok((pool, root))
    }

    /// The domain controller.
    pub(super) fn server(&self) -> &Server {
        &self.server
    }

    /// How long an answer may take.
    pub(super) fn patience(&self) -> Duration {
        self.dial.patience.answer
    }

    /// Reads, again after a pause where the connection broke or the server is busy.
    pub(super) fn read<T>(
        &self,
        read: impl AsyncFn(&mut Ldap) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.runtime.block_on(async {
            let mut pause = PAUSE;
            let mut attempt = 1;
            loop {
                let fault = match self.line().await {
                    Ok(mut ldap) => match read(&mut ldap).await {
                        Ok(result) => return Ok(result),
                        Err(fault) => fault,
                    },
                    Err(error) => Fault::Lost(error.to_string()),
                };
                let passing = match &fault {
                    Fault::Lost(_) => true,
                    Fault::Refused(answer) => PASSING.contains(&answer.rc),
                    Fault::Broken(_) => false,
                };
                if !passing || attempt >= ATTEMPTS {
                    return Err(fault);
                }
                attempt += 1;
                tokio::time::sleep(pause).await;
                pause = pause.saturating_mul(4);
            }
        })
    }

    /// Writes, once: whether an operation without an answer was done, nobody knows.
    pub(super) fn write<T>(
        &self,
        write: impl AsyncFn(&mut Ldap) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.runtime.block_on(async {
            let mut pause = PAUSE;
            let mut attempt = 1;
            loop {
                match self.line().await {
                    Ok(mut ldap) => return write(&mut ldap).await,
                    Err(error) if attempt >= ATTEMPTS => {
                        return Err(Fault::Lost(error.to_string()));
                    }
                    Err(_) => {}
                }
                attempt += 1;
                tokio::time::sleep(pause).await;
                pause = pause.saturating_mul(4);
            }
        })
    }

    /// Reads from where the same host answers for the whole forest, over a connection of its own.
    pub(super) fn read_forest<T>(
        &self,
        read: impl AsyncFn(&mut Ldap) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let catalog = self.server.global_catalog();
        self.runtime.block_on(async {
            let ldap = self.dial.open(&catalog).await;
            let mut ldap = ldap.map_err(|error| Fault::Lost(error.to_string()))?;
            read(&mut ldap).await
        })
    }

    /// A connection that stands.
    async fn line(&self) -> Result<Ldap, Error> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let Some(line) = self.lines.get(turn % self.lines.len()) else {
            return Err(self
                .dial
                .silent(&self.server, "while a connection was chosen"));
        };
        let mut line = line.lock().await;
        if let Some(Line { ldap, operations }) = line.as_mut()
            && !ldap.is_closed()
            && *operations < MAX_OPERATIONS
        {
            *operations += 1;
            return Ok(ldap.clone());
        }
        *line = None;
        let mut ldap = self.dial.open(&self.server).await?;
        let root = Root::of(&mut ldap, &self.server, self.patience()).await?;
        if !root.controller.is_same_copy(&self.controller) {
            return Err(Error::OtherController {
                server: self.server.to_string(),
                wanted: Box::new(self.controller.clone()),
                found: Box::new(root.controller),
            });
        }
        let operations = 1;
        *line = Some(Line {
            ldap: ldap.clone(),
            operations,
        });
        Ok(ldap)
    }
}

/// Whether one server can be used by itself.
pub(super) fn try_one(settings: &Settings, server: &Server) -> Result<(), Error> {
    let (runtime, dial) = ready(settings)?;
    runtime.block_on(async { usable(&dial, server, settings).await.map(|_| ()) })
}

/// What connections are opened with.
pub(super) fn ready(settings: &Settings) -> Result<(Runtime, Dial), Error> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Error::Setting {
            what: format!("no threads for connections can be started: {error}"),
            help: "look at the limits of this process",
        })?;
    let dial = Dial {
        tls: tls::config(settings.ca.as_deref())?,
        bind: settings.bind.clone(),
        patience: settings.patience,
    };
    Ok((runtime, dial))
}

/// Tries the servers in their order, and yields to the PDC emulator where that is one of them.
async fn choose(dial: &Dial, settings: &Settings) -> Result<(Server, Ldap, Root), Error> {
    let mut tried = Vec::new();
    for server in &settings.servers {
        let (mut ldap, root) = match usable(dial, server, settings).await {
            Ok(found) => found,
            Err(error) if error.is_of_one_server() => {
                tried.push(error);
                continue;
            }
            Err(error) => return Err(error),
        };
        if settings.servers.len() > 1 && settings.pinned.is_none() {
            let primary = root.primary(&mut ldap, dial.patience.answer).await;
            let named = |other: &&Server| *other != server && Some(&other.host) == primary.as_ref();
            if let Some(primary) = settings.servers.iter().find(named)
                && let Ok((ldap, root)) = usable(dial, primary, settings).await
            {
                return Ok((primary.clone(), ldap, root));
            }
        }
        return Ok((server.clone(), ldap, root));
    }
    if tried.len() == 1
        && let Some(error) = tried.pop()
    {
        return Err(error);
    }
    Err(Error::NoneOf {
        tried: tried.into(),
    })
}

async fn usable(dial: &Dial, server: &Server, settings: &Settings) -> Result<(Ldap, Root), Error> {
    let mut ldap = dial.open(server).await?;
    let root = Root::of(&mut ldap, server, dial.patience.answer).await?;
    if root.is_read_only {
        return Err(Error::ReadOnly {
            server: server.to_string(),
        });
    }
    if let Some(wanted) = &settings.pinned
        && !wanted.is_same_copy(&root.controller)
    {
        return Err(Error::OtherController {
            server: server.to_string(),
            wanted: Box::new(wanted.clone()),
            found: Box::new(root.controller),
        });
    }
    Ok((ldap, root))
}
