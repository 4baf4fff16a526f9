//! the tools of `OpenLDAP` as the client of a test: they know nothing of our own reader and writer.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::Login;

/// The exit status of the tools where no answer came (`LDAP_SERVER_DOWN`, which is -1).
pub(crate) const SERVER_DOWN: i32 = 255;

/// Who asks whom, and how.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    url: String,
    ca_file: PathBuf,
    /// How it says who it is.
    who: Vec<String>,
    options: Vec<String>,
    /// Whether the certificate must be a good one.
    careful: bool,
    krb5: Option<(PathBuf, PathBuf)>,
}

/// What the server, or the tool where there was none, said at last.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The LDAP result code.
    pub(crate) code: i32,
    /// What was found.
    pub(crate) entries: Vec<Entry>,
    /// Where else one could look.
    pub(crate) referrals: Vec<String>,
    /// The rest: the message and what the tool adds.
    pub(crate) text: String,
}

/// An object as the server sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) dn: String,
    /// As the server spelled them, options such as `;range=0-1499` included.
    pub(crate) attributes: BTreeMap<String, Vec<Vec<u8>>>,
}

impl Entry {
    /// The values of an attribute as texts; none if it is not there.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let values = self.attributes.get(name).into_iter().flatten();
        values
            .map(|value| String::from_utf8_lossy(value).into_owned())
            .collect()
    }

    /// The one value, or the first.
    #[track_caller]
    pub(crate) fn one(&self, name: &str) -> String {
        let all = self.all(name);
        all.into_iter()
            .next()
            .unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }
}

impl Answer {
    fn read(output: &Output) -> Self {
        let (entries, referrals) = parse(&String::from_utf8_lossy(&output.stdout));
        Self {
            code: output.status.code().unwrap_or(-1),
            entries,
            referrals,
            text: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// It went well.
    #[track_caller]
    pub(crate) fn done(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.text);
        self
    }

    /// It was refused, with that code and that text in the message.
    #[track_caller]
    pub(crate) fn refused(self, code: i32, text: &str) -> Self {
        assert!(
            self.code == code && self.text.contains(text),
            "{code} {text:?} expected: {} {}",
            self.code,
            self.text
        );
        self
    }

    /// The only entry.
    #[track_caller]
    pub(crate) fn only(self) -> Entry {
        let answer = self.done();
        assert_eq!(answer.entries.len(), 1, "{:?}", answer.entries);
        answer.entries.into_iter().next().unwrap()
    }

    /// The names of what was found.
    #[track_caller]
    pub(crate) fn dns(self) -> Vec<String> {
        self.done()
            .entries
            .into_iter()
            .map(|entry| entry.dn)
            .collect()
    }
}

impl Client {
    pub(crate) fn new(url: &str, ca_file: &Path, login: &Login) -> Self {
        Self {
            url: url.to_owned(),
            ca_file: ca_file.to_owned(),
            who: ["-x", "-D", &login.upn, "-w", &login.password]
                .map(str::to_owned)
                .to_vec(),
            options: Vec::new(),
            careful: true,
            krb5: None,
        }
    }

    /// Somebody else asks.
    #[must_use]
    pub(crate) fn by(mut self, login: &Login) -> Self {
        self.who = ["-x", "-D", &login.upn, "-w", &login.password]
            .map(str::to_owned)
            .to_vec();
        self
    }

    /// Nobody in particular asks.
    #[must_use]
    pub(crate) fn anonymous(mut self) -> Self {
        self.who = vec!["-x".to_owned()];
        self
    }

    /// Asks with the ticket that lies in a cache; the server is meant by its name.
    #[must_use]
    pub(crate) fn by_ticket(mut self, krb5_conf: &Path, cache: &Path) -> Self {
        self.who = ["-Q", "-Y", "GSSAPI", "-O", "maxssf=0"]
            .map(str::to_owned)
            .to_vec();
        self.krb5 = Some((krb5_conf.to_owned(), cache.to_owned()));
        self
    }

    /// Takes any certificate.
    #[must_use]
    pub(crate) fn careless(mut self) -> Self {
        self.careful = false;
        self
    }

    /// With further flags of the tools, such as `-ZZ` or `-E pr=500/noprompt`.
    #[must_use]
    pub(crate) fn with(mut self, options: &[&str]) -> Self {
        self.options
            .extend(options.iter().map(|&option| option.to_owned()));
        self
    }

    /// Everything below the base that the filter fits, with these attributes.
    pub(crate) fn search(&self, base: &str, filter: &str, attributes: &[&str]) -> Answer {
        self.find("sub", base, filter, attributes)
    }

    /// One object; no entry if it is not there.
    pub(crate) fn read(&self, dn: &str, attributes: &[&str]) -> Answer {
        self.find("base", dn, "(objectClass=*)", attributes)
    }

    /// Who the server says it is that asks, or what went wrong.
    pub(crate) fn who(&self) -> String {
        let output = self.tool("ldapwhoami").output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&said).trim().to_owned()
    }

    fn find(&self, scope: &str, base: &str, filter: &str, attributes: &[&str]) -> Answer {
        let mut command = self.tool("ldapsearch");
        command
            .args([
                "-LLL",
                "-o",
                "ldif_wrap=no",
                "-b",
                base,
                "-s",
                scope,
                filter,
            ])
            .args(attributes);
        Answer::read(&command.output().unwrap())
    }

    /// Adds the records of an LDIF file; the first refusal ends it.
    pub(crate) fn add(&self, ldif: &str) -> Answer {
        self.feed("ldapadd", ldif)
    }

    /// Carries out the change records of an LDIF file.
    pub(crate) fn modify(&self, ldif: &str) -> Answer {
        self.feed("ldapmodify", ldif)
    }

    fn feed(&self, tool: &str, ldif: &str) -> Answer {
        let mut command = self.tool(tool);
        let command = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        let ldif = ldif.to_owned();
        // A tool that gives up does not read to the end.
        let writer = std::thread::spawn(move || {
            let _ = input.write_all(ldif.as_bytes());
        });
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let mut answer = Answer::read(&output);
        answer.entries.clear();
        answer
    }

    /// One of the tools, ready to ask.
    pub(crate) fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command
            .args(["-H", &self.url])
            .args(&self.who)
            .args(&self.options)
            .env("LDAPTLS_CACERT", &self.ca_file)
            .env(
                "LDAPTLS_REQCERT",
                if self.careful { "demand" } else { "never" },
            );
        if let Some((conf, cache)) = &self.krb5 {
            command.env("KRB5_CONFIG", conf).env("KRB5CCNAME", cache);
        }
        command
    }
}

/// LDIF as the tools print it: unfolded, with base64 where a value is no plain text, and referrals as comments.
fn parse(text: &str) -> (Vec<Entry>, Vec<String>) {
    let (mut entries, mut referrals) = (Vec::<Entry>::new(), Vec::new());
    for line in text.lines() {
        if let Some(referral) = line.strip_prefix("# ref") {
            referrals.push(referral.to_owned());
            continue;
        }
        if line.starts_with('#') {
            continue;
        }
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let value = match value.strip_prefix(':') {
            Some(encoded) => BASE64.decode(encoded.trim()).unwrap(),
            None => value.strip_prefix(' ').unwrap_or(value).as_bytes().to_vec(),
        };
        if name == "dn" {
            let dn = String::from_utf8(value).unwrap();
            entries.push(Entry {
                dn,
                attributes: BTreeMap::new(),
            });
        } else if let Some(entry) = entries.last_mut() {
            entry
                .attributes
                .entry(name.to_owned())
                .or_default()
                .push(value);
        }
    }
    (entries, referrals)
}
