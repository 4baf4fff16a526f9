//! A real Active Directory domain for tests: a Samba domain controller of its own on a loopback address.
//!
//! [`Domain::start`] gives a fresh one in about half a second, [`Domain::shared`] the one of this test run, for tests
//! that keep to a unit of their own. The scripts are in `tests/samba`; the first test that needs a domain has them
//! install what is missing. Where that cannot be, the test fails and says why. A domain controller ends with the test
//! process, however that ends.
//!
//! Begin with [`Domain`], then [`Client`], which asks it with the tools of `OpenLDAP`: readers that know nothing of ours.
//! [`front`] is what stands before a domain controller to make it strict, faulty or another one.

mod client;
pub(crate) mod front;
mod process;
mod service;
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

pub(crate) use client::Client;
use process::Running;
pub(crate) use service::unicode_pwd;

/// Sees to it that the tools are there that tests ask with.
pub(crate) fn tools() {
    process::install();
}

/// How a domain is made.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// The Kerberos realm; the base DN follows from it.
    pub(crate) realm: &'static str,
    /// Whether the schema has Exchange's attributes.
    pub(crate) exchange: bool,
    /// Whether the recycle bin is on.
    pub(crate) recycle_bin: bool,
    /// Samba's `ldap server require strong auth`.
    pub(crate) strong_auth: &'static str,
    /// A domain that was packed with what is in it, instead of a fresh one.
    pub(crate) template: Option<PathBuf>,
}

impl Default for Options {
    /// The domain of the example company.
    fn default() -> Self {
        Self {
            realm: "KESTREL.EXAMPLE",
            exchange: true,
            recycle_bin: false,
            strong_auth: "allow_sasl_over_tls",
            template: None,
        }
    }
}

/// Who logs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) dn: String,
    pub(crate) upn: String,
    pub(crate) password: String,
}

/// A domain with its one domain controller, which ends with this.
#[derive(Debug)]
pub(crate) struct Domain {
    folder: PathBuf,
    options: Options,
    /// None while it is stopped.
    running: Mutex<Option<Running>>,
    known: Known,
    service: OnceLock<Login>,
    /// Locked as long as this lives, so that nobody tidies the folder up between a stop and a start.
    _held: std::fs::File,
}

/// What does not change from start to start.
#[derive(Debug)]
struct Known {
    ip: String,
    host: String,
    base_dn: String,
    administrator: Login,
}

impl Domain {
    /// A fresh domain, with nothing in it but what every domain has.
    pub(crate) fn start() -> Self {
        Self::start_with(Options::default())
    }

    /// A fresh domain of another kind.
    pub(crate) fn start_with(options: Options) -> Self {
        process::install();
        let (folder, held) = process::new_folder();
        let (running, env) = Running::start(&folder, &options);
        let known = Known {
            ip: env.get("SAMBA_IP"),
            host: env.get("SAMBA_HOST"),
            base_dn: env.get("SAMBA_BASE_DN"),
            administrator: Login {
                dn: env.get("SAMBA_ADMINISTRATOR_DN"),
                upn: env.get("SAMBA_ADMINISTRATOR_UPN"),
                password: env.get("SAMBA_PASSWORD"),
            },
        };
        Self {
            folder,
            options,
            running: Mutex::new(Some(running)),
            known,
            service: OnceLock::new(),
            _held: held,
        }
    }

    /// The domain of this test run; whoever uses it keeps to a unit of its own ([`Domain::unit`]).
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Domain> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Where everything of it lies.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The address of the domain controller.
    pub(crate) fn ip(&self) -> &str {
        &self.known.ip
    }

    /// The name of the domain controller, which its certificate has; no name server knows it.
    pub(crate) fn host(&self) -> &str {
        &self.known.host
    }

    /// The Kerberos realm.
    pub(crate) fn realm(&self) -> &str {
        self.options.realm
    }

    /// Whether the schema has Exchange's attributes.
    pub(crate) fn has_exchange(&self) -> bool {
        self.options.exchange
    }

    /// The head of the domain.
    pub(crate) fn base_dn(&self) -> &str {
        &self.known.base_dn
    }

    /// LDAP inside TLS.
    pub(crate) fn ldaps_url(&self) -> String {
        format!("ldaps://{}:636", self.ip())
    }

    /// LDAP in the clear, or `StartTLS`.
    pub(crate) fn ldap_url(&self) -> String {
        format!("ldap://{}:389", self.ip())
    }

    /// The authority that signed the certificate.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.folder.join("private/tls/ca.pem")
    }

    /// A Kerberos configuration that knows this domain alone.
    pub(crate) fn krb5_conf(&self) -> PathBuf {
        self.folder.join("krb5.conf")
    }

    /// Who may do everything.
    pub(crate) fn administrator(&self) -> &Login {
        &self.known.administrator
    }

    /// The process of the domain controller; none while it is stopped.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.running.lock().unwrap().as_ref().map(Running::pid)
    }

    /// Ends the domain controller; what it knows stays.
    pub(crate) fn stop(&self) {
        if let Some(running) = self.running.lock().unwrap().take() {
            running.stop();
        }
    }

    /// Ends it as a power failure would.
    pub(crate) fn kill(&self) {
        if let Some(running) = self.running.lock().unwrap().take() {
            running.kill();
        }
    }

    /// Starts it anew at the same address, with what it knew.
    pub(crate) fn restart(&self) {
        self.stop();
        let (running, _) = Running::start(&self.folder, &self.options);
        *self.running.lock().unwrap() = Some(running);
    }

    /// Keeps what it knows now for [`Domain::rewind`].
    pub(crate) fn keep(&self) {
        self.stop();
        copy_databases(&self.folder, &self.folder.join("kept"));
        self.restart();
    }

    /// Knows again what it knew at [`Domain::keep`], and nothing else.
    pub(crate) fn rewind(&self) {
        self.kill();
        copy_databases(&self.folder.join("kept"), &self.folder);
        self.restart();
    }

    /// Knows what another one kept, and nothing else; that is what it goes back to from now on.
    pub(crate) fn become_like(&self, other: &Self) {
        self.kill();
        copy_databases(&other.folder.join("kept"), &self.folder.join("kept"));
        let certificates = self.folder.join("private/tls");
        std::fs::remove_dir_all(self.folder.join("kept/private/tls")).unwrap();
        let copied = copy(&certificates, &self.folder.join("kept/private/tls"));
        assert!(copied);
        copy_databases(&self.folder.join("kept"), &self.folder);
        self.restart();
    }

    /// Asks as administrator.
    pub(crate) fn client(&self) -> Client {
        Client::new(&self.ldaps_url(), &self.ca_file(), self.administrator())
    }

    /// Makes a unit of that name below the head of the domain and gives its DN; the shared domain has many.
    pub(crate) fn unit(&self, name: &str) -> String {
        let dn = format!("OU={name},{}", self.base_dn());
        self.client()
            .add(&format!("dn: {dn}\nobjectClass: organizationalUnit\n"))
            .done();
        dn
    }
}

/// Copies what a domain controller knows from one folder to another.
fn copy_databases(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for name in ["private", "state"] {
        let _ = std::fs::remove_dir_all(to.join(name));
        assert!(copy(&from.join(name), &to.join(name)));
    }
}

fn copy(from: &Path, to: &Path) -> bool {
    let mut command = std::process::Command::new("cp");
    command.args(["-a", "--sparse=always"]).args([from, to]);
    command.status().unwrap().success()
}

impl Drop for Domain {
    fn drop(&mut self) {
        self.stop();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
