//! Notices sent by the real binary, to a real mail server and to an address that judges signatures by itself.
//!
//! The mail server is aiosmtpd of Debian's packages, in `tests/notices/mail.py`; `tests/notices/hook.py` takes what is
//! posted and verifies it with Python's own `hmac`. Both know nothing of this program. Begin with [`company`].

mod commands;
mod digests;
#[cfg(debug_assertions)] // a release build has nothing that would halt it
mod killed;
mod mail;
mod passwords;
mod post;
mod steps;
mod turned_away;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use serde_json::Value;
use tempfile::TempDir;
use tenure::state::Store;

use super::{Place, Ran, company as small};

/// Python of the system, for which Debian's packages are.
const PYTHON: &str = "/usr/bin/python3";

/// The secret of the signatures.
const SECRET: &str = "a secret that nobody guesses";

/// One notice for each account that is made, to two people.
const WELCOME: &str = r#"notify "welcome" {
  on      create
  to      "helpdesk@small.example", "it@small.example"
  subject "New colleague: {first_name} {last_name}"
  body    "The login of {first_name} is {account.sAMAccountName}.\n.\nBye"
}
"#;

/// A server that a test started; it ends with this, or with the test process.
struct Server {
    child: Child,
    port: u16,
    folder: TempDir,
}

impl Server {
    #[track_caller]
    fn start(script: &str, folder: TempDir, arguments: &[&str]) -> Self {
        crate::domain::tools();
        let mut child = Command::new(PYTHON)
            .args(["-W", "ignore"])
            .arg(
                Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join("tests/notices")
                    .join(script),
            )
            .arg(folder.path())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let port = line.trim().parse();
        let port = port.unwrap_or_else(|_| panic!("{script} does not run: {:?}", child.wait()));
        Self {
            child,
            port,
            folder,
        }
    }

    /// A mail server.
    #[track_caller]
    fn mail(arguments: &[&str]) -> Self {
        Self::start("mail.py", TempDir::new().unwrap(), arguments)
    }

    /// An address that is posted to.
    #[track_caller]
    fn hook() -> Self {
        Self::start("hook.py", TempDir::new().unwrap(), &[SECRET])
    }

    /// What it answers the next times instead of taking it.
    fn answers(&self, file: &str, answers: &Value) {
        std::fs::write(self.folder.path().join(file), answers.to_string()).unwrap();
    }

    /// What it took, in order.
    fn taken(&self) -> Vec<Value> {
        let read = |number: usize| {
            let file = self.folder.path().join(format!("{number}.json"));
            let text = std::fs::read_to_string(file).ok()?;
            Some(serde_json::from_str(&text).unwrap())
        };
        (1..).map_while(read).collect()
    }

    /// The mails that it took.
    fn mails(&self) -> Vec<Mail> {
        self.taken().iter().map(Mail::of).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// A mail as a server took it.
#[derive(Debug)]
struct Mail {
    to: Vec<String>,
    tls: bool,
    login: Option<String>,
    raw: String,
}

impl Mail {
    fn of(taken: &Value) -> Self {
        let raw = base64::engine::general_purpose::STANDARD
            .decode(taken["raw"].as_str().unwrap())
            .unwrap();
        let to = taken["to"].as_array().unwrap().iter();
        Self {
            to: to.map(|to| to.as_str().unwrap().to_owned()).collect(),
            tls: taken["tls"].as_bool().unwrap(),
            login: taken["login"].as_str().map(str::to_owned),
            raw: String::from_utf8(raw).unwrap(),
        }
    }

    fn head(&self) -> &str {
        self.raw.split("\r\n\r\n").next().unwrap()
    }

    /// The lines of the head with this name, unfolded.
    fn headers(&self, name: &str) -> Vec<String> {
        let unfolded = self.head().replace("\r\n ", " ").replace("\r\n\t", " ");
        let lines = unfolded
            .split("\r\n")
            .filter_map(|line| line.split_once(": "));
        lines
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
            .collect()
    }

    #[track_caller]
    fn header(&self, name: &str) -> String {
        let all = self.headers(name);
        assert_eq!(all.len(), 1, "{name} in {}", self.raw);
        all[0].clone()
    }

    /// Subject, sender and text, as Python's library reads them, which knows nothing of ours.
    fn read(&self) -> Value {
        const READER: &str = "import email.policy, json, sys\n\
            m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)\n\
            json.dump({'subject': m['subject'], 'from': str(m['from']), 'to': str(m['to']), \
            'body': m.get_content().replace('\\r\\n', '\\n'), 'mime': m['mime-version'], 'type': m.get_content_type(), 'defects': [str(d) for d in m.defects]}, sys.stdout)";
        let mut child = Command::new(PYTHON)
            .args(["-c", READER])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), self.raw.as_bytes()).unwrap();
        serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap()
    }
}

/// The small company with a policy that tells, and with more in its configuration.
fn company(policy: &str, config: &str) -> Place {
    let place = small::small();
    place.write("policy/told.tenure", policy);
    configure(&place, config);
    place
}

/// Writes the configuration anew, with this at its end.
fn configure(place: &Place, config: &str) {
    let mark = "\n# How notices are sent.\n";
    let text = place.read("tenure.toml");
    let text = text.split(mark).next().unwrap();
    place.write("tenure.toml", format!("{text}{mark}{config}"));
}

/// `[mail]` to a server on this machine, without TLS.
fn plain(server: &Server) -> String {
    format!(
        "[mail]\nsmtp = \"smtp://127.0.0.1:{}\"\nplain = true\nfrom = \"Tenure <tenure@small.example>\"\n",
        server.port
    )
}

/// `[http]` to an address of this machine.
fn http(server: &Server) -> String {
    format!(
        "[http]\nurl = \"http://127.0.0.1:{}/tenure\"\nsecret = {{ env = \"HOOK_SECRET\" }}\n",
        server.port
    )
}

/// The program with the secrets that the configurations name.
fn tenure(place: &Place, arguments: &[&str]) -> Ran {
    Ran::of(
        place
            .command(arguments)
            .env("HOOK_SECRET", SECRET)
            .env("MAIL_PASSWORD", "right"),
    )
}

#[track_caller]
fn expect(code: i32, place: &Place, arguments: &[&str]) -> Ran {
    let ran = tenure(place, arguments);
    assert_eq!(ran.code, code, "tenure {arguments:?}\n{ran}");
    ran
}

/// The outbox as the command lists it.
#[track_caller]
fn outbox(place: &Place) -> Vec<Value> {
    let ran = expect(0, place, &["notices", "--format", "json"]);
    let listed: Value = serde_json::from_str(&ran.out).unwrap();
    listed["notices"].as_array().unwrap().clone()
}

/// Each notice as `PERSON STATUS ATTEMPTS`.
#[track_caller]
fn statuses(place: &Place) -> Vec<String> {
    let line = |one: &Value| {
        let person = one["person"].as_str().unwrap_or("-");
        format!(
            "{person} {} {}",
            one["status"].as_str().unwrap(),
            one["attempts"]
        )
    };
    outbox(place).iter().map(line).collect()
}

/// What stands on the trail about notices, without when; the trail is whole.
fn trail(place: &Place) -> Vec<Value> {
    let store = Store::open_existing(&place.path(".tenure/state.db"));
    let store = store.unwrap().unwrap();
    store.verify_audit().unwrap();
    let all = store.audit_trail().unwrap().into_iter();
    all.filter(|entry| entry.event.starts_with("notice"))
        .map(|entry| serde_json::from_str(&entry.facts).unwrap())
        .collect()
}

/// An authority of our own, `ca.pem` in the place, and a certificate of it for that name in the folder of a server.
pub(super) fn certified(place: &Place, name: &str) -> TempDir {
    let key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority
        .distinguished_name
        .push(DnType::CommonName, "an authority of ours");
    let own = authority.self_signed(&key).unwrap();
    let issuer = Issuer::new(authority, key);
    let server = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&server, &issuer).unwrap();
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("cert.pem"), certificate.pem()).unwrap();
    std::fs::write(folder.path().join("key.pem"), server.serialize_pem()).unwrap();
    place.write("ca.pem", own.pem());
    folder
}

/// A port at which nobody listens.
pub(super) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A file that holds a secret.
#[cfg(unix)]
fn owners_alone(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
}
