//! An archive in a bucket of an S3-compatible store, addressed by path: `https://HOST/BUCKET/PREFIX`.
//!
//! An object is put under the condition that there is none of its name, which the store itself judges: so two machines
//! that archive at once do not write over each other's.

use jiff::Timestamp;
use reqwest::{Client, Method, StatusCode};
use secrecy::SecretString;
use std::fmt;

use super::error::{Error, Trouble};
use super::sign::{self, Keys, Request};
use super::{MAX_OBJECT_BYTES, Shelf, xml};
use crate::notice::http::{client, words};
use crate::notice::trust::{distrust, is_loopback};
use crate::text::{excerpt, visible};

/// The longest answer that is read where it is no object, in bytes: a thousand names are far shorter.
const MAX_ANSWER_BYTES: usize = 8 << 20;

/// The longest text of a store that is repeated, in characters.
const SAID_CHARS: usize = 200;

/// How many pages a list has at most: a hundred million names.
const MAX_PAGES: usize = 100_000;

/// What is to be done about what should not be.
const LOOK: &str = "look what answers at the address of `[archive]` in `tenure.toml`: it should be an S3-compatible store";

/// The address of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    /// `https://host:port`.
    origin: String,
    /// As it stands in the header of a request.
    host: String,
    /// `/bucket/prefix`, without a slash at its end.
    path: String,
}

impl Url {
    /// Reads `https://HOST[:PORT]/BUCKET[/PREFIX]`; `http` for this machine alone. Else what is wrong, and what to write.
    pub fn parse(text: &str) -> Result<Self, (String, &'static str)> {
        const HOW: &str = "write it as `s3 = \"https://s3.example.com/bucket/prefix\"`";
        let wrong = |what: &str| (format!("`[archive]`: `s3` {what}"), HOW);
        let url =
            reqwest::Url::parse(text).map_err(|error| wrong(&format!("is no address: {error}")))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err((
                "`[archive]`: keys do not stand in the address of `s3`".to_owned(),
                "leave them out, and say where they lie: `access_key = { env = \"NAME\" }` and `secret_key = { file = \"PATH\" }`",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("has more than a host, a bucket and a prefix"));
        }
        let host = url.host_str().ok_or_else(|| wrong("names no host"))?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(host) => {}
            _ => {
                return Err((
                    "`[archive]`: `s3` would be written to in the clear".to_owned(),
                    "use `https`; `http` is for this machine alone",
                ));
            }
        }
        // As it was typed: the reader of addresses would take `..` for a way.
        let (_, path) = text.split_once("://").unwrap_or_default();
        let (_, path) = path.split_once('/').unwrap_or_default();
        let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~');
        let is_part = |part: &&str| {
            !part.is_empty() && !matches!(*part, "." | "..") && part.chars().all(fits)
        };
        if !parts.iter().all(is_part) {
            return Err(wrong(
                "needs a bucket, and bucket and prefix have letters, digits, `-`, `_`, `.`, `~` and `/` alone",
            ));
        }
        let host = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Ok(Self {
            origin: format!("{}://{host}", url.scheme()),
            host,
            path: format!("/{}", parts.join("/")),
        })
    }

    /// The bucket, and behind it the prefix of all names.
    fn bucket(&self) -> (&str, String) {
        let path = self.path.strip_prefix('/').unwrap_or(&self.path);
        match path.split_once('/') {
            Some((bucket, prefix)) => (bucket, format!("{prefix}/")),
            None => (path, String::new()),
        }
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

/// Everything that a store needs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it is.
    pub url: Url,
    /// The region that signatures are made for.
    pub region: String,
    /// The id of the access key.
    pub access_key: SecretString,
    /// Its secret.
    pub secret_key: SecretString,
    /// Certificates of authorities as PEM, trusted beside those that this machine trusts.
    pub ca: Option<Vec<u8>>,
}

/// A bucket.
pub struct S3<'c> {
    url: Url,
    keys: Keys,
    client: Client,
    runtime: tokio::runtime::Runtime,
    /// The clock of this machine: a signature counts for some minutes.
    clock: &'c dyn Fn() -> Timestamp,
}

impl fmt::Debug for S3<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// What a store answered.
struct Answer {
    status: StatusCode,
    body: Vec<u8>,
}

impl<'c> S3<'c> {
    /// Sets it up; whether anybody answers shows with the first request.
    pub fn open(settings: &Settings, clock: &'c dyn Fn() -> Timestamp) -> Result<Self, Error> {
        let wrong = |what: String| Error {
            place: settings.url.to_string(),
            trouble: Trouble::Refused,
            what,
            help: "check `s3` and `ca` of `[archive]` in `tenure.toml`",
        };
        let host = &settings.url.host;
        let host = host.rsplit_once(':').map_or(&**host, |(host, _)| host);
        let client = client(host, settings.ca.as_deref()).map_err(wrong)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        Ok(Self {
            url: settings.url.clone(),
            keys: Keys {
                id: settings.access_key.clone(),
                secret: settings.secret_key.clone(),
                region: settings.region.clone(),
            },
            client,
            runtime,
            clock,
        })
    }

    /// The path of an object.
    fn path(&self, name: &str) -> String {
        format!("{}/{}", self.url.path, sign::encoded(name, true))
    }

    /// One request, signed, and what was answered.
    fn ask(
        &self,
        method: &Method,
        path: &str,
        query: &[(&str, String)],
        body: &[u8],
        only_new: bool,
    ) -> Result<Answer, Error> {
        let now = (self.clock)();
        let digest = sign::digest(body);
        let mut headers = vec![
            ("host", self.url.host.clone()),
            ("x-amz-content-sha256", digest.clone()),
            ("x-amz-date", sign::stamp(now)),
        ];
        if only_new {
            headers.push(("if-none-match", "*".to_owned()));
        }
        let request = Request {
            method: method.as_str(),
            path,
            query,
            headers: &headers,
            digest: &digest,
        };
        let authorization = sign::authorization(&self.keys, &request, now);
        let query = sign::query(query);
        let mark = if query.is_empty() { "" } else { "?" };
        let url = format!("{}{path}{mark}{query}", self.url.origin);
        let mut builder = self.client.request(method.clone(), url);
        for (name, value) in headers.into_iter().filter(|(name, _)| *name != "host") {
            builder = builder.header(name, value);
        }
        let builder = builder
            .header("authorization", authorization)
            .body(body.to_vec());
        let most = if method == Method::GET && query.is_empty() {
            MAX_OBJECT_BYTES
        } else {
            MAX_ANSWER_BYTES
        };
        // Within: sending needs the runtime's clock from its first step.
        let answered = self.runtime.block_on(async {
            let mut response = builder.send().await?;
            let status = response.status();
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await? {
                body.extend_from_slice(&chunk);
                if body.len() > most {
                    return Ok(None);
                }
            }
            Ok(Some(Answer { status, body }))
        });
        match answered {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) => {
                Err(self.error(Trouble::Refused, "its answer does not end".to_owned(), LOOK))
            }
            Err(error) => Err(self.broken(&error)),
        }
    }

    fn error(&self, trouble: Trouble, what: String, help: &'static str) -> Error {
        Error {
            place: self.place(),
            trouble,
            what,
            help,
        }
    }

    /// What a request came to that got no answer.
    fn broken(&self, error: &reqwest::Error) -> Error {
        match distrust(error) {
            Some((why, help)) => self.error(Trouble::Certificate, why, help),
            None => self.error(
                Trouble::Unreachable,
                words(error),
                "check the address in `tenure.toml`, and whether a firewall is between; what waits is archived by the next \
                 run, or by `tenure audit archive`",
            ),
        }
    }

    /// What an answer means that is not what was asked for.
    fn refused(&self, answer: &Answer) -> Error {
        let text = String::from_utf8_lossy(&answer.body);
        let leaves = xml::leaves(&text).unwrap_or_default();
        let said = |name: &str| {
            let found = leaves.iter().find(|(path, _)| path == name);
            found.map(|(_, text)| text.as_str())
        };
        let code = said("Error/Code").unwrap_or_default();
        let (trouble, help) = match code {
            "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "AccessDenied"
            | "InvalidToken"
            | "ExpiredToken" => (
                Trouble::Credentials,
                "check `access_key` and `secret_key` of `[archive]` in `tenure.toml`, and that they may list, read, write and \
                 delete below the prefix of `s3`",
            ),
            "RequestTimeTooSkewed" | "RequestExpired" => (
                Trouble::Clock,
                "set the clock of this machine (`timedatectl`), or that of the store: a request counts for a quarter of an hour",
            ),
            "NoSuchBucket" => (
                Trouble::NoPlace,
                "make the bucket, or correct `s3` of `[archive]` in `tenure.toml`; what waits is archived by the next run, or by \
                 `tenure audit archive`",
            ),
            "AuthorizationHeaderMalformed"
            | "PermanentRedirect"
            | "TemporaryRedirect"
            | "IllegalLocationConstraintException" => (
                Trouble::Refused,
                "check `region` of `[archive]` in `tenure.toml`, and that `s3` names the host of that region",
            ),
            "NotImplemented" => (
                Trouble::Refused,
                "the archive needs a store that knows `If-None-Match`, so that nothing is ever written over",
            ),
            _ => match answer.status {
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => (
                    Trouble::Credentials,
                    "check `access_key` and `secret_key` of `[archive]` in `tenure.toml`, and what they may do",
                ),
                status
                    if status.is_server_error()
                        || matches!(
                            status,
                            StatusCode::TOO_MANY_REQUESTS | StatusCode::CONFLICT
                        ) =>
                {
                    (
                        Trouble::Unreachable,
                        "the store has no time now; what waits is archived by the next run, or by `tenure audit archive`",
                    )
                }
                _ => (Trouble::Refused, LOOK),
            },
        };
        let mut what = format!("status {}", answer.status);
        for said in [Some(code), said("Error/Message")].into_iter().flatten() {
            if !said.is_empty() {
                what.push_str(", ");
                what.push_str(&excerpt(said, SAID_CHARS));
            }
        }
        self.error(trouble, what, help)
    }

    /// A page of names behind that one; with what to ask the next page for.
    fn page(
        &self,
        prefix: &str,
        behind: &str,
        token: Option<&str>,
    ) -> Result<(Vec<String>, Option<String>), Error> {
        let (bucket, all) = self.url.bucket();
        let mut query = vec![
            ("encoding-type", "url".to_owned()),
            ("list-type", "2".to_owned()),
            ("prefix", format!("{all}{prefix}")),
        ];
        match token {
            Some(token) => query.push(("continuation-token", token.to_owned())),
            None if behind.is_empty() => {}
            None => query.push(("start-after", format!("{all}{behind}"))),
        }
        let answer = self.ask(&Method::GET, &format!("/{bucket}"), &query, b"", false)?;
        if answer.status != StatusCode::OK {
            return Err(self.refused(&answer));
        }
        let strange = || {
            self.error(
                Trouble::Refused,
                "its list of objects cannot be read".to_owned(),
                LOOK,
            )
        };
        let text = std::str::from_utf8(&answer.body).map_err(|_| strange())?;
        let leaves = xml::leaves(text).ok_or_else(strange)?;
        let (mut names, mut truncated, mut next, mut plain) = (Vec::new(), None, None, true);
        for (path, text) in &leaves {
            match path.as_str() {
                "ListBucketResult/EncodingType" => plain = text != "url",
                "ListBucketResult/Contents/Key" => names.push(text),
                "ListBucketResult/IsTruncated" => truncated = Some(text == "true"),
                "ListBucketResult/NextContinuationToken" => next = Some(text.clone()),
                _ => {}
            }
        }
        let truncated = truncated.ok_or_else(strange)?;
        if truncated && next.as_deref().is_none_or(str::is_empty) {
            return Err(strange());
        }
        let mut own = Vec::new();
        for name in names {
            let name = if plain {
                name.clone()
            } else {
                decoded(name).ok_or_else(strange)?
            };
            // Whatever else it lists was not asked for.
            own.extend(
                name.strip_prefix(&all)
                    .filter(|name| name.starts_with(prefix))
                    .map(str::to_owned),
            );
        }
        Ok((own, next.filter(|_| truncated)))
    }
}

/// A name as it was before it was encoded for XML.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let (high, low) = (digit()?, digit()?);
                u8::try_from((high << 4) | low).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

impl Shelf for S3<'_> {
    fn place(&self) -> String {
        format!("the archive {}", visible(&self.url.to_string()))
    }

    fn list(
        &self,
        prefix: &str,
        behind: &str,
        each: &mut dyn FnMut(&str) -> bool,
    ) -> Result<(), Error> {
        let mut token: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let (names, next) = self.page(prefix, behind, token.as_deref())?;
            for name in names.iter().filter(|name| name.as_str() > behind) {
                if !each(name) {
                    return Ok(());
                }
            }
            let Some(next) = next else {
                return Ok(());
            };
            if token.as_ref() == Some(&next) {
                break;
            }
            token = Some(next);
        }
        Err(self.error(
            Trouble::Refused,
            "its list of objects does not end".to_owned(),
            LOOK,
        ))
    }

    fn put(&self, name: &str, content: &[u8]) -> Result<bool, Error> {
        let answer = self.ask(&Method::PUT, &self.path(name), &[], content, true)?;
        match answer.status {
            StatusCode::PRECONDITION_FAILED => Ok(false),
            status if status.is_success() => Ok(true),
            _ => Err(self.refused(&answer)),
        }
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let answer = self.ask(&Method::GET, &self.path(name), &[], b"", false)?;
        match answer.status {
            StatusCode::OK => Ok(Some(answer.body)),
            StatusCode::NOT_FOUND => match self.refused(&answer) {
                error if error.trouble == Trouble::NoPlace => Err(error),
                _ => Ok(None),
            },
            _ => Err(self.refused(&answer)),
        }
    }

    fn remove(&self, name: &str) -> Result<(), Error> {
        let answer = self.ask(&Method::DELETE, &self.path(name), &[], b"", false)?;
        match answer.status {
            StatusCode::NOT_FOUND => Ok(()),
            status if status.is_success() => Ok(()),
            _ => Err(self.refused(&answer)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Url, decoded};

    #[test]
    fn an_address_is_a_host_a_bucket_and_a_prefix() {
        let url = Url::parse("https://s3.example.com:9000/bucket/a/b/").unwrap();
        assert_eq!(url.to_string(), "https://s3.example.com:9000/bucket/a/b");
        assert_eq!(url.bucket(), ("bucket", "a/b/".to_owned()));
        assert_eq!(
            Url::parse("http://127.0.0.1:1/b").unwrap().bucket(),
            ("b", String::new())
        );
        for text in [
            "bucket",
            "https://s3.example.com",
            "https://s3.example.com/",
            "http://s3.example.com/b",
            "ftp://s3.example.com/b",
            "https://key:secret@s3.example.com/b",
            "https://s3.example.com/b?x",
            "https://s3.example.com/b#x",
            "https://s3.example.com/b/../c",
            "https://s3.example.com/b//c",
            "https://s3.example.com/b/é",
            "https://s3.example.com/b/a b",
        ] {
            assert!(Url::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_are_decoded() {
        assert_eq!(decoded("a%2Fb+c%C3%A9").as_deref(), Some("a/b cé"));
        for text in ["%", "%2", "%zz", "%ff"] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }
}
