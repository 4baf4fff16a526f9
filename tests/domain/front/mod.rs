//! The strict front: an LDAP server before a domain controller that passes everything on, counts it, and is as bad or as
//! strict as a test wants.
//!
//! [`Front::before`] begins one; it has a loopback address of its own and the usual ports, inside TLS, in the clear with
//! `StartTLS`, and the global catalogue. Three things can be asked of it, at the start or at any time:
//!
//! - a [`Fault`] at the n-th operation of a kind;
//! - to behave as Windows does where Samba is lax ([`Build::windows`], told in `windows`);
//! - to be another domain controller of the same domain, with another clock, read-only, or without objects that
//!   have not come to it yet ([`Build::controller`], told in `controller`).
//!
//! [`Front::log`] tells what went through. It knows the protocol by itself and shares nothing with the program.

mod behind;
mod ber;
mod connection;
mod controller;
mod dn;
mod fault;
mod log;
mod message;
mod settings;
mod shared;
mod tls;
mod windows;
mod wire;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

pub(crate) use fault::{Fault, On};
pub(crate) use log::Seen;
pub(crate) use message::Kind;
pub(crate) use tls::Certificate;

use super::{Client, Domain, Login};
use behind::Behind;
use fault::Rule;
use settings::{Controller, Hidden, Settings, Welcome};
use shared::{Door, Shared};

/// A port that nobody serves: who has it has the address.
const CLAIM: u16 = 1;

/// `MaxConnIdleTime`: after so long without a word Windows closes a connection.
const IDLE: Duration = Duration::from_mins(15);

/// A front that is not there yet.
pub(crate) struct Build<'a> {
    domain: &'a Domain,
    settings: Settings,
    certificate: Certificate,
    rules: Vec<Rule>,
}

/// An LDAP server before a domain controller; it ends with this.
pub(crate) struct Front {
    shared: Arc<Shared>,
    ip: IpAddr,
    ca_file: PathBuf,
    administrator: Login,
    connections: Arc<AtomicU64>,
    _claim: std::net::TcpListener,
    runtime: Option<Runtime>,
}

impl Build<'_> {
    /// As Windows is where Samba is lax.
    #[must_use]
    pub(crate) fn windows(mut self) -> Self {
        self.settings.windows = true;
        self.settings.idle = Some(IDLE);
        self
    }

    /// Takes passwords in the clear, as many a domain still does.
    #[must_use]
    pub(crate) fn plain_binds(mut self) -> Self {
        self.settings.plain_binds = true;
        self
    }

    /// With another certificate.
    #[must_use]
    pub(crate) fn certificate(mut self, which: Certificate) -> Self {
        self.certificate = which;
        self
    }

    /// As another domain controller of that name, with a copy of the directory of its own.
    #[must_use]
    pub(crate) fn controller(mut self, name: &str) -> Self {
        self.settings.controller = Some(Controller {
            name: name.to_owned(),
            invocation_id: *uuid::Uuid::new_v4().as_bytes(),
        });
        self
    }

    /// As one that takes no changes.
    #[must_use]
    pub(crate) fn read_only(mut self) -> Self {
        self.settings.read_only = true;
        self
    }

    /// With a clock so many seconds ahead.
    #[must_use]
    pub(crate) fn skew(mut self, seconds: i64) -> Self {
        self.settings.skew_seconds = seconds;
        self
    }

    /// With a fault at the n-th operation, counted from 1.
    #[must_use]
    pub(crate) fn fault(mut self, fault: Fault, on: impl Into<On>, nth: usize) -> Self {
        self.rules.push(Rule::new(fault, on.into(), nth, 1));
        self
    }

    /// Loses the answer of the n-th operation, which is done, and cuts the connection.
    #[must_use]
    pub(crate) fn swallow(self, on: impl Into<On>, nth: usize) -> Self {
        self.fault(Fault::Swallow, on, nth)
    }

    pub(crate) fn start(self) -> Front {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let (ip, claim, listeners) = own_address();
        let listeners = listeners.map(|listener| {
            let _inside = runtime.enter();
            TcpListener::from_std(listener).unwrap()
        });
        let (domain, behind) = (self.domain, Behind::new(self.domain));
        let longest = if self.settings.windows {
            runtime.block_on(windows::longest(&behind))
        } else {
            windows::Longest::new()
        };
        let dns = domain.realm().to_lowercase();
        let names = [
            domain.host().to_owned(),
            format!("dc2.{dns}"),
            dns,
            "localhost".to_owned(),
        ];
        let administrator = domain.administrator();
        let shared = Arc::new(Shared {
            behind,
            acceptor: tls::acceptor(self.certificate, domain.folder(), &names, ip),
            settings: watch::Sender::new(self.settings),
            cuts: watch::Sender::new(0),
            longest,
            rules: self.rules.into(),
            log: log::Log::default().into(),
            administrator: [
                administrator.dn.to_lowercase(),
                administrator.upn.to_lowercase(),
            ],
            realm: domain.realm().to_owned(),
        });
        let connections = Arc::new(AtomicU64::new(0));
        for (door, listener) in Door::ALL.into_iter().zip(listeners) {
            runtime.spawn(listen(shared.clone(), door, listener, connections.clone()));
        }
        Front {
            shared,
            ip,
            ca_file: domain.ca_file(),
            administrator: administrator.clone(),
            connections,
            _claim: claim,
            runtime: Some(runtime),
        }
    }
}

/// A loopback address of our own, with its ports.
fn own_address() -> (IpAddr, std::net::TcpListener, [std::net::TcpListener; 3]) {
    for last in 1..=250 {
        let ip = IpAddr::from(Ipv4Addr::new(127, 65, 0, last));
        let bind = |port: u16| {
            let listener = std::net::TcpListener::bind(SocketAddr::new(ip, port)).ok()?;
            listener.set_nonblocking(true).ok()?;
            Some(listener)
        };
        let Some(claim) = bind(CLAIM) else { continue };
        if let [Some(tls), Some(plain), Some(catalog)] = Door::ALL.map(|door| bind(door.port())) {
            return (ip, claim, [tls, plain, catalog]);
        }
    }
    panic!("no loopback address is free, or ports below 1024 are root's");
}

/// Takes connections, except while they are refused.
async fn listen(shared: Arc<Shared>, door: Door, listener: TcpListener, count: Arc<AtomicU64>) {
    let address = listener.local_addr().unwrap();
    let mut settings = shared.settings.subscribe();
    let mut listener = Some(listener);
    loop {
        let refused = settings.borrow_and_update().welcome == Welcome::Refused;
        if refused {
            listener = None;
        } else if listener.is_none() {
            listener = Some(bind_again(address).await);
        }
        let accepted = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            accepted = accepted => {
                if let Ok((stream, _)) = accepted {
                    let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                    tokio::spawn(connection::serve(shared.clone(), stream, door, number));
                }
            }
            changed = settings.changed() => if changed.is_err() { return },
        }
    }
}

/// The port is ours, but somebody may be looking whether it is open.
async fn bind_again(address: SocketAddr) -> TcpListener {
    loop {
        if let Ok(listener) = TcpListener::bind(address).await {
            return listener;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

impl Front {
    /// A front before that domain, which passes everything on.
    pub(crate) fn before(domain: &Domain) -> Build<'_> {
        Build {
            domain,
            settings: Settings::default(),
            certificate: Certificate::Good,
            rules: Vec::new(),
        }
    }

    /// LDAP inside TLS.
    pub(crate) fn ldaps_url(&self) -> String {
        format!("ldaps://{}:636", self.ip)
    }

    /// LDAP in the clear, or `StartTLS`.
    pub(crate) fn ldap_url(&self) -> String {
        format!("ldap://{}:389", self.ip)
    }

    /// The global catalogue.
    pub(crate) fn catalog_url(&self) -> String {
        format!("ldaps://{}:3269", self.ip)
    }

    /// Asks as administrator.
    pub(crate) fn client(&self) -> Client {
        Client::new(&self.ldaps_url(), &self.ca_file, &self.administrator)
    }

    /// Asks as administrator by another of its doors.
    pub(crate) fn client_at(&self, url: &str) -> Client {
        Client::new(url, &self.ca_file, &self.administrator)
    }

    /// From now on, a fault at the n-th operation, counted from 1.
    pub(crate) fn fault(&self, fault: Fault, on: impl Into<On>, nth: usize) {
        self.faults(fault, on, nth, 1);
    }

    /// From now on, a fault at so many operations from the n-th.
    pub(crate) fn faults(&self, fault: Fault, on: impl Into<On>, nth: usize, times: usize) {
        let rule = Rule::new(fault, on.into(), nth, times);
        self.shared.rules.lock().unwrap().push(rule);
    }

    /// Nothing goes wrong any more.
    pub(crate) fn mend(&self) {
        self.shared.rules.lock().unwrap().clear();
    }

    /// Cuts every connection now.
    pub(crate) fn cut(&self) {
        self.shared.cut();
    }

    fn set(&self, what: impl FnOnce(&mut Settings)) {
        self.shared.settings.send_modify(what);
    }

    /// Refuses new connections.
    pub(crate) fn refuse_connections(&self) {
        self.welcome(Welcome::Refused);
    }

    /// Takes new connections and leaves them alone.
    pub(crate) fn stall_connections(&self) {
        self.welcome(Welcome::Stalled);
    }

    /// Serves new connections again.
    pub(crate) fn serve_connections(&self) {
        self.welcome(Welcome::Served);
    }

    /// On return the ports are open, or not, as it was asked for.
    fn welcome(&self, welcome: Welcome) {
        self.set(|settings| settings.welcome = welcome);
        let is_bound = |door: Door| std::net::TcpListener::bind((self.ip, door.port())).is_err();
        for door in Door::ALL {
            while is_bound(door) == (welcome == Welcome::Refused) {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }

    /// Closes connections after so long without a word; none lets them be.
    pub(crate) fn close_idle(&self, after: Option<Duration>) {
        self.set(|settings| settings.idle = after);
    }

    /// Puts its clock so many seconds ahead.
    pub(crate) fn skew(&self, seconds: i64) {
        self.set(|settings| settings.skew_seconds = seconds);
    }

    /// Whether it takes no changes.
    pub(crate) fn read_only(&self, read_only: bool) {
        self.set(|settings| settings.read_only = read_only);
    }

    /// Lets somebody list CN=Deleted Objects, which otherwise only the administrator may where it is as Windows.
    pub(crate) fn let_list_deleted(&self, login: &Login) {
        let names = [login.dn.to_lowercase(), login.upn.to_lowercase()];
        self.set(|settings| settings.may_list_deleted.extend(names));
    }

    /// Has not got the object of that name.
    pub(crate) fn hide(&self, dn: &str) {
        self.set(|settings| settings.hidden.push(Hidden::Dn(dn.to_owned())));
    }

    /// Has not got the object with that GUID, in the byte order of the directory.
    pub(crate) fn hide_guid(&self, guid: [u8; 16]) {
        self.set(|settings| settings.hidden.push(Hidden::Guid(guid)));
    }

    /// Gets no new object from now on, as while replication stands still.
    pub(crate) fn lag(&self) {
        let behind = self.shared.behind.clone();
        let root = self
            .runtime()
            .block_on(async move { behind.read("", &["highestCommittedUSN"]).await });
        let usn = root.unwrap().text("highestCommittedUSN").parse().unwrap();
        self.set(|settings| settings.hidden.push(Hidden::CreatedAfter(usn)));
    }

    /// Has got everything again.
    pub(crate) fn catch_up(&self) {
        self.set(|settings| settings.hidden.clear());
    }

    /// What went through since the start or the last [`Front::forget`], in the order in which it came.
    pub(crate) fn log(&self) -> Vec<Seen> {
        self.shared.log.lock().unwrap().all()
    }

    /// Begins the log anew.
    pub(crate) fn forget(&self) {
        self.shared.log.lock().unwrap().forget();
    }

    /// How many operations of a kind came.
    pub(crate) fn count(&self, on: impl Into<On>) -> usize {
        let on = on.into();
        self.log().iter().filter(|seen| seen.is(on)).count()
    }

    /// How many connections came.
    pub(crate) fn connections(&self) -> u64 {
        self.connections.load(Ordering::SeqCst)
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().unwrap()
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
