use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::notices::{certified, free_port};
use super::{Place, Ran, assert_none, company, personal, proved};

/// A server that a test started; it ends with this, or with the test process.
struct Server {
    child: Child,
    port: u16,
    keys: (String, String),
    folder: TempDir,
}

/// The Python that has moto, installed once.
fn python() -> &'static str {
    static PYTHON: OnceLock<String> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/archive/install");
        let done = Command::new(script)
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        assert!(done.status.success());
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    })
}

impl Server {
    #[track_caller]
    fn start(folder: TempDir, arguments: &[&str]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/archive/s3.py");
        let mut child = Command::new(python())
            .args(["-W", "ignore"])
            .arg(script)
            .arg(folder.path())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = || {
            let mut line = String::new();
            out.read_line(&mut line).unwrap();
            line.trim().to_owned()
        };
        let (port, keys) = (line().parse().unwrap(), (line(), line()));
        Self {
            child,
            port,
            keys,
            folder,
        }
    }

    fn plain(arguments: &[&str]) -> Self {
        Self::start(TempDir::new().unwrap(), arguments)
    }

    fn config(&self) -> String {
        format!(
            "[archive]\ns3 = \"http://127.0.0.1:{}/bucket/audit/trail\"\nregion = \"eu-central-1\"\n",
            self.port
        )
    }

    /// What it answers the next times.
    fn answers(&self, answers: &Value) {
        std::fs::write(self.folder.path().join("answers.json"), answers.to_string()).unwrap();
    }

    /// A request to what is beside S3.
    fn ask(&self, method: &str, key: &str, content: &str) -> Value {
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let length = content.len();
        write!(
            stream,
            "{method} /_objects/{key} HTTP/1.0\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{content}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// Everything in the bucket, as the server has it.
    fn objects(&self) -> BTreeMap<String, String> {
        serde_json::from_value(self.ask("GET", "", "")).unwrap()
    }

    fn tenure(&self, place: &Place, arguments: &[&str]) -> Ran {
        Ran::of(
            place
                .command(arguments)
                .env("TENURE_ARCHIVE_ACCESS_KEY", &self.keys.0)
                .env("TENURE_ARCHIVE_SECRET_KEY", &self.keys.1),
        )
    }

    #[track_caller]
    fn expect(&self, code: i32, place: &Place, arguments: &[&str]) -> Ran {
        let ran = self.tenure(place, arguments);
        assert_eq!(ran.code, code, "tenure {arguments:?}\n{ran}");
        ran
    }

    /// Runs on so many further days, each of which changes something.
    fn runs(&self, place: &Place, titles: &[&str]) {
        for title in titles {
            let text = place.read("people.csv");
            let finn = text
                .lines()
                .find(|line| line.starts_with("6,"))
                .unwrap()
                .to_owned();
            place.change(
                "people.csv",
                &finn,
                &format!("6,Finn,Ro,active,Lab,{title}"),
            );
            self.expect(0, place, &["apply", "--yes", "--quiet"]);
        }
    }

    #[track_caller]
    fn verify(&self, place: &Place) -> Value {
        proved(&self.expect(
            0,
            place,
            &["audit", "verify", "--archive", "--format", "json"],
        ))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Signed so that Amazon's own library agrees, listed in pages of two, and each object put there once.
#[test]
fn every_run_puts_its_entries_into_the_bucket_once() {
    let server = Server::plain(&["--page", "2"]);
    let place = company(&server.config());
    let ran = server.expect(0, &place, &["apply", "--yes", "--quiet"]);
    assert!(!ran.said("error"), "{ran}");
    let first = server.objects();
    assert_eq!(first.len(), 1, "{first:?}");
    server.runs(
        &place,
        &["Porter", "Nurse", "Cook", "Baker", "Smith", "Guard"],
    );
    let all = server.objects();
    assert_eq!(all.len(), 7);
    assert!(
        all.keys().all(|key| key.starts_with("audit/trail/")),
        "{:?}",
        all.keys()
    );
    let told = server.verify(&place);
    assert_eq!(
        (&told["objects"], &told["first"], &told["not_archived"]),
        (&7.into(), &1.into(), &0.into())
    );
    let ran = server.expect(0, &place, &["audit", "archive"]);
    assert!(ran.said("everything is archived already"), "{ran}");
    assert_eq!(server.objects(), all);
    let content: String = all.values().cloned().collect();
    assert_none(&content, &personal(&place));
}

#[test]
fn what_is_older_than_keep_goes_and_nothing_that_is_not_ours() {
    let server = Server::plain(&["--page", "2"]);
    let place = company(&format!("{}keep = \"1 month\"\n", server.config()));
    server.expect(0, &place, &["apply", "--yes", "--quiet"]);
    server.runs(&place, &["Porter", "Nurse", "Cook"]);
    let first = server.objects();
    let strange = ["audit/trail/notes", "audit/trail-of-others/x", "other/x"];
    for key in strange {
        server.ask("PUT", key, "of somebody else");
    }
    let own = first
        .keys()
        .next()
        .unwrap()
        .rsplit_once('/')
        .unwrap()
        .0
        .to_owned();
    let beside = format!("{own}/000000000001-000000000001-20200101T000000Z-00.jsonl");
    server.ask("PUT", &beside, "of somebody else");
    place.change("tenure.toml", "2026-02-02T09", "2026-05-02T09");
    server.runs(&place, &["Baker"]);
    let after = server.objects();
    let ours = after
        .keys()
        .filter(|key| key.starts_with(&own) && **key != beside)
        .count();
    assert_eq!(ours, 1, "{:?}", after.keys());
    for key in strange.iter().chain([&&*beside]) {
        assert_eq!(after[*key], "of somebody else");
    }
    let told = server.verify(&place);
    assert_eq!(told["not_archived"], 0);
}

/// Whatever the store does, the run has ended as it has, it is said, and the next one archives all.
#[test]
fn a_store_that_is_no_good_holds_up_no_run_and_loses_nothing() {
    let server = Server::plain(&[]);
    let place = company(&server.config());
    let titles = ["Porter", "Nurse", "Cook", "Baker", "Smith", "Guard"];
    let cases = [
        (
            json!([["GET", "503 SlowDown", 1]]),
            "archive-unreachable",
            "SlowDown, said & done",
        ),
        (
            json!([["GET", "nonsense", 1]]),
            "archive-refused",
            "its list of objects cannot be read",
        ),
        (
            json!([["PUT", "500 InternalError", 1]]),
            "archive-unreachable",
            "InternalError",
        ),
        (
            json!([["PUT", "501 NotImplemented", 1]]),
            "archive-refused",
            "knows `If-None-Match`",
        ),
        (
            json!([["PUT", "403 AccessDenied", 1]]),
            "archive-credentials",
            "check `access_key`",
        ),
        (
            json!([["PUT", "vanish", 1]]),
            "archive-unreachable",
            "the connection broke off",
        ),
    ];
    for ((answers, code, what), title) in cases.into_iter().zip(titles) {
        place.change(
            "people.csv",
            place.read("people.csv").lines().nth(6).unwrap(),
            &format!("6,Finn,Ro,active,Lab,{title}"),
        );
        server.answers(&answers);
        let ran = server.expect(0, &place, &["apply", "--yes", "--quiet"]);
        assert!(
            ran.said(&format!("error[{code}]")) && ran.said(what),
            "{code}: {ran}"
        );
        server.answers(&json!([]));
    }
    // The last one was put there, and nobody was told.
    let ran = server.expect(0, &place, &["audit", "archive"]);
    assert!(ran.said("archived"), "{ran}");
    let told = server.verify(&place);
    assert_eq!(
        (&told["first"], &told["not_archived"]),
        (&1.into(), &0.into())
    );
}

#[test]
fn keys_clocks_and_buckets_that_are_wrong_are_told_as_what_they_are() {
    let server = Server::plain(&[]);
    let place = company(&server.config());
    server.expect(0, &place, &["apply", "--yes", "--quiet"]);
    let with = |id: &str, secret: &str| {
        let mut command = place.command(&["audit", "archive"]);
        command
            .env("TENURE_ARCHIVE_ACCESS_KEY", id)
            .env("TENURE_ARCHIVE_SECRET_KEY", secret);
        Ran::of(&mut command)
    };
    let wrong = "x9".repeat(20);
    for (id, secret, code) in [
        (&server.keys.0, &wrong, "SignatureDoesNotMatch"),
        (
            &"AKIANOBODY".to_owned(),
            &server.keys.1,
            "InvalidAccessKeyId",
        ),
    ] {
        let ran = with(id, secret);
        assert_eq!(ran.code, 1, "{ran}");
        assert!(
            ran.said("error[archive-credentials]") && ran.said(code),
            "{ran}"
        );
        assert!(!ran.said(&wrong) && !ran.said(&server.keys.1), "{ran}");
    }
    let ran = place.expect(1, &["audit", "archive"]);
    assert!(ran.said("error[no-secret]"), "{ran}");

    std::fs::write(server.folder.path().join("skew"), "3600").unwrap();
    let ran = server.expect(1, &place, &["audit", "archive"]);
    assert!(
        ran.said("error[archive-clock]") && ran.said("timedatectl"),
        "{ran}"
    );
    std::fs::write(server.folder.path().join("skew"), "-600").unwrap();
    server.expect(0, &place, &["audit", "archive"]);

    place.change("tenure.toml", "/bucket/audit", "/buckets/audit");
    let ran = server.expect(1, &place, &["audit", "archive"]);
    assert!(
        ran.said("error[archive-no-place]") && ran.said("NoSuchBucket"),
        "{ran}"
    );
    place.change(
        "tenure.toml",
        &server.port.to_string(),
        &free_port().to_string(),
    );
    let ran = server.expect(1, &place, &["audit", "verify", "--archive"]);
    assert!(ran.said("error[archive-unreachable]"), "{ran}");
}

#[test]
fn a_server_that_cannot_prove_who_it_is_gets_nothing() {
    let place = Place::empty();
    let server = Server::start(certified(&place, "127.0.0.1"), &["--tls"]);
    let config = server.config().replace("http://", "https://");
    let twin = company(&config);
    let ran = server.expect(0, &twin, &["apply", "--yes", "--quiet"]);
    assert!(
        ran.said("error[archive-certificate]") && ran.said("ca = "),
        "{ran}"
    );
    twin.write("ca.pem", place.read("ca.pem"));
    let text = twin.read("tenure.toml");
    twin.write("tenure.toml", format!("{text}ca = \"ca.pem\"\n"));
    server.expect(0, &twin, &["audit", "archive"]);
    assert_eq!(server.verify(&twin)["not_archived"], 0);
}

#[test]
fn what_is_removed_from_a_bucket_is_found_missing() {
    let server = Server::plain(&[]);
    let place = company(&server.config());
    server.expect(0, &place, &["apply", "--yes", "--quiet"]);
    server.runs(&place, &["Porter", "Nurse"]);
    let second = server.objects().into_keys().nth(1).unwrap();
    server.ask("DELETE", &second, "");
    let ran = server.expect(1, &place, &["audit", "verify", "--archive"]);
    assert!(
        ran.said("error[archive-broken]") && ran.said("has no entry"),
        "{ran}"
    );
}

/// The object is there, and whoever put it there was killed before it knew.
#[cfg(unix)]
#[test]
fn a_run_that_is_killed_while_it_archives_leaves_nothing_to_mend() {
    let server = Server::plain(&[]);
    let place = company(&server.config());
    server.answers(&json!([["PUT", "hang", 1]]));
    let mut child = place
        .command(&["apply", "--yes", "--quiet"])
        .env("TENURE_ARCHIVE_ACCESS_KEY", &server.keys.0)
        .env("TENURE_ARCHIVE_SECRET_KEY", &server.keys.1)
        .spawn()
        .unwrap();
    let hanging = server.folder.path().join("hanging");
    for _ in 0..300 {
        if hanging.exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success());
    let before = server.objects();
    assert_eq!(before.len(), 1);
    let ran = server.expect(0, &place, &["audit", "archive"]);
    assert!(ran.said("everything is archived already"), "{ran}");
    assert_eq!(server.objects(), before);
    server.runs(&place, &["Porter"]);
    assert_eq!(server.verify(&place)["not_archived"], 0);
}
