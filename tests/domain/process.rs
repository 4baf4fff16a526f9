//! The process of a domain controller, which `tests/samba/up --stay` starts and looks after.
//!
//! It ends with its standard input. So it is held by a pipe, whose other end the system closes with this process.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use super::Options;

/// A script of `tests/samba`.
pub(super) fn script(name: &str) -> Command {
    Command::new(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/samba")
            .join(name),
    )
}

/// Sees to it once that Samba is there; without it there is no test.
#[track_caller]
pub(super) fn install() {
    static INSTALLED: OnceLock<Result<(), String>> = OnceLock::new();
    let installed = INSTALLED.get_or_init(|| {
        let output = script("install")
            .output()
            .map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        output.status.success().then_some(()).ok_or(said)
    });
    if let Err(why) = installed {
        panic!("the test domain cannot be: {why}");
    }
}

/// An empty folder that is ours, and the lock that says so.
pub(super) fn new_folder() -> (PathBuf, File) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let temporary = std::env::temp_dir();
    // Samba's sockets have paths of at most 107 bytes.
    let below = if temporary.as_os_str().len() <= 50 {
        temporary
    } else {
        "/tmp".into()
    };
    let folder = below.join(format!("tenure-domain-{}-{number}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    let held = File::create(folder.join("held")).unwrap();
    held.lock().unwrap();
    (folder, held)
}

/// What `up` says of the domain.
pub(super) struct Env(BTreeMap<String, String>);

impl Env {
    fn parse(text: &str) -> Self {
        let pairs = text.lines().filter_map(|line| {
            let (name, quoted) = line.split_once('=')?;
            let value = quoted.strip_prefix('\'')?.strip_suffix('\'')?;
            Some((name.to_owned(), value.to_owned()))
        });
        Self(pairs.collect())
    }

    #[track_caller]
    pub(super) fn get(&self, name: &str) -> String {
        let value = self.0.get(name);
        value
            .unwrap_or_else(|| panic!("`up` said no {name}: {:?}", self.0))
            .clone()
    }
}

/// A domain controller that answers.
#[derive(Debug)]
pub(super) struct Running {
    /// The script, which waits for Samba.
    up: Child,
    pid: u32,
}

impl Running {
    #[track_caller]
    pub(super) fn start(folder: &Path, options: &Options) -> (Self, Env) {
        let yes = |wish: bool| if wish { "yes" } else { "no" };
        let mut up = script("up");
        if let Some(template) = &options.template {
            up.env("SAMBA_TEMPLATE", template);
        }
        let mut up = up
            .arg("--stay")
            .arg(folder)
            .env("SAMBA_REALM", options.realm)
            .env("SAMBA_EXCHANGE", yes(options.exchange))
            .env("SAMBA_RECYCLE_BIN", yes(options.recycle_bin))
            .env("SAMBA_STRONG_AUTH", options.strong_auth)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Both end when it answers, or when it is given up.
        let (mut said, mut complaint) = (String::new(), String::new());
        up.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        up.stderr
            .take()
            .unwrap()
            .read_to_string(&mut complaint)
            .unwrap();
        let env = Env::parse(&said);
        assert!(
            env.0.contains_key("SAMBA_PID"),
            "no domain: {:?}: {complaint}",
            up.wait()
        );
        let pid = env.get("SAMBA_PID").parse().unwrap();
        (Self { up, pid }, env)
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    pub(super) fn stop(mut self) {
        drop(self.up.stdin.take());
        self.up.wait().unwrap();
    }

    pub(super) fn kill(mut self) {
        let killed = Command::new("kill")
            .args(["-KILL", &self.pid.to_string()])
            .status();
        assert!(killed.unwrap().success());
        self.up.wait().unwrap();
    }
}
