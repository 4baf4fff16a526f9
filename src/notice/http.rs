//! HTTP: a notice posted as signed JSON, to a chat, a ticket system or an automation.
//!
//! The signature is HMAC-SHA256 with a shared secret over the time in seconds, a dot, and the body as it is sent;
//! it stands in `Tenure-Signature` as `t=SECONDS,v1=HEX`. `Idempotency-Key` is the id of the notice, whatever
//! attempt this is.

use super::trust::{distrust, is_loopback};
use super::{Error, Message, PATIENCE, SAID_CHARS, Said, Verdict};
use crate::text::excerpt;
use crate::text::mail::Address;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use reqwest::header::RETRY_AFTER;
use reqwest::{Certificate, Client, Response, StatusCode, Url};
use rustls::crypto::aws_lc_rs;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use sha2::Sha256;
use std::error::Error as _;
use std::fmt::Write as _;

/// The header with time and signature.
const SIGNATURE: &str = "tenure-signature";

/// The header by which a repeat is known.
const KEY: &str = "idempotency-key";

/// Everything that posting needs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address; [`check_url`] has passed it.
    pub url: SecretString,
    /// What the signature is made with.
    pub secret: SecretString,
    /// Certificates of authorities as PEM, trusted beside those that this machine trusts.
    pub ca: Option<Vec<u8>>,
}

/// Whether it may be posted there: encrypted, or to this machine. Else what is wrong with that section of the
/// configuration, and what to write.
pub fn check_url(section: &str, text: &str) -> Result<(), (String, &'static str)> {
    const HOW: &str = "write it as `url = \"https://hooks.example.com/tenure\"`";
    let url = Url::parse(text)
        .map_err(|error| (format!("{section}: `url` is no address: {error}"), HOW))?;
    if !url.username().is_empty() || url.password().is_some() {
        let problem = format!("{section}: a name and a password do not stand in `url`");
        return Err((problem, "leave them out: the signature tells who posts"));
    }
    let local = url.host_str().is_some_and(is_loopback);
    match url.scheme() {
        "https" => Ok(()),
        "http" if local => Ok(()),
        _ => Err((
            format!("{section}: `url` would be posted to in the clear"),
            "use `https`; `http` is for this machine alone",
        )),
    }
}

/// The body.
#[derive(Debug, Serialize)]
struct Posting<'m> {
    format: &'static str,
    id: &'m str,
    notice: &'m str,
    event: &'m str,
    /// About whom; none where it is a digest.
    person: Option<&'m str>,
    to: Vec<&'m str>,
    subject: &'m str,
    body: &'m str,
}

/// Sends signed requests to one address.
#[derive(Debug)]
pub(super) struct Exchange {
    url: SecretString,
    secret: SecretString,
    client: Client,
    runtime: tokio::runtime::Runtime,
    host: String,
}

impl Exchange {
    /// Sets it up; whether anybody answers shows with the first request. `help` says what to do where it cannot be.
    pub(super) fn open(settings: &Settings, help: &'static str) -> Result<Self, Error> {
        let url = Url::parse(settings.url.expose_secret()).ok();
        let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
        let wrong = |what: String| Error::Setup {
            server: host.to_owned(),
            what,
            help,
        };
        let client = client(host, settings.ca.as_deref()).map_err(wrong)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        Ok(Self {
            url: settings.url.clone(),
            secret: settings.secret.clone(),
            client,
            runtime,
            host: host.to_owned(),
        })
    }

    /// Whether anybody answers there, and proves to be who it should be; what the answer is does not matter.
    pub(super) fn look(&self) -> Result<(), Error> {
        let request = self.client.head(self.url.expose_secret());
        match self.runtime.block_on(async { request.send().await }) {
            Ok(_) => Ok(()),
            Err(error) => {
                let server = self.host.clone();
                self.broken(&error)?;
                let why = words(&error);
                Err(Error::Unreachable { server, why })
            }
        }
    }

    /// Posts a body under an idempotency key, signed for that time; the body of the answer is not read.
    fn post(&self, key: &str, body: String, now: Timestamp) -> Result<Response, reqwest::Error> {
        let seconds = now.as_second();
        let signature = sign(&self.secret, seconds, &body);
        let request = self
            .client
            .post(self.url.expose_secret())
            .header("content-type", "application/json")
            .header(SIGNATURE, format!("t={seconds},v1={signature}"))
            .header(KEY, key)
            .body(body);
        // Within: sending needs the runtime's clock from its first step.
        self.runtime.block_on(async { request.send().await })
    }

    /// The same, and what came back; an error closes the address, for it would be met by everybody.
    pub(super) fn ask(
        &self,
        key: &str,
        body: String,
        now: Timestamp,
    ) -> Result<Result<Answered, Verdict>, Error> {
        let answer = match self.post(key, body, now) {
            Ok(answer) => answer,
            Err(error) => return self.broken(&error).map(Err),
        };
        let status = answer.status();
        let rest = answer.headers().get(RETRY_AFTER);
        Ok(Ok(Answered {
            status: status.as_u16(),
            says: format!("status {status}"),
            about_us: held_against_us(status).is_some(),
            retry_after: rest.and_then(|rest| Some(rest.to_str().ok()?.to_owned())),
        }))
    }

    /// Which host it is.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// What a request came to that got no answer.
    fn broken(&self, error: &reqwest::Error) -> Result<Verdict, Error> {
        let server = self.host.clone();
        if let Some((why, help)) = distrust(error) {
            return Err(Error::Certificate { server, why, help });
        }
        let why = words(error);
        if error.is_connect() {
            return Err(Error::Unreachable { server, why });
        }
        if error.is_builder() {
            return Ok(Verdict::Refused(why));
        }
        Ok(Verdict::Unknown(why))
    }
}

/// What was answered; the body is not read.
#[derive(Debug)]
pub(super) struct Answered {
    /// The status.
    pub(super) status: u16,
    /// The same in words.
    pub(super) says: String,
    /// It is about us or the address, whatever was asked.
    pub(super) about_us: bool,
    /// `Retry-After`, as it came.
    pub(super) retry_after: Option<String>,
}

/// Posts notices.
#[derive(Debug)]
pub(super) struct Poster(Exchange);

impl Poster {
    /// Sets it up; whether anybody answers shows with the first notice.
    pub(super) fn open(settings: &Settings) -> Result<Self, Error> {
        let help = "check `url` and `ca` of `[http]` in `tenure.toml`";
        Exchange::open(settings, help).map(Self)
    }

    /// Whether anybody answers there, and proves to be who it should be; what the answer is does not matter.
    pub(super) fn look(&self) -> Result<(), Error> {
        self.0.look()
    }

    /// Posts one notice.
    pub(super) fn post(&self, message: &Message, now: Timestamp) -> Said {
        let posting = Posting {
            format: "tenure-notice/1",
            id: &message.id,
            notice: &message.notice,
            event: &message.event,
            person: Some(&*message.person).filter(|person| !person.is_empty()),
            to: message.to.iter().map(Address::as_str).collect(),
            subject: message.subject.as_str(),
            body: message.body.expose_secret(),
        };
        let body = match serde_json::to_string(&posting) {
            Ok(body) => body,
            Err(error) => return vec![(0, Verdict::Refused(error.to_string()))].into(),
        };
        let answered = match self.0.post(&message.id, body, now) {
            Ok(answer) => self.judged(answer.status()),
            Err(error) => self.0.broken(&error),
        };
        match answered {
            Ok(verdict) => vec![(0, verdict)].into(),
            Err(error) => Said {
                verdicts: Vec::new(),
                closes: Some(error),
            },
        }
    }

    /// Why a server is left alone that answers nothing, one request after the other.
    pub(super) fn worn_out(&self) -> Error {
        Error::Unreachable {
            server: self.0.host.clone(),
            why: "one request after the other got no answer".to_owned(),
        }
    }

    /// What an answer means; what the server says beside is not read. An error is about us or the address, and would be
    /// said of every notice.
    fn judged(&self, status: StatusCode) -> Result<Verdict, Error> {
        let says = format!("status {status}");
        if status.is_success() {
            return Ok(Verdict::Taken);
        }
        match status {
            StatusCode::REQUEST_TIMEOUT
            | StatusCode::LOCKED
            | StatusCode::TOO_EARLY
            | StatusCode::TOO_MANY_REQUESTS => Ok(Verdict::NotNow(says)),
            // A code that nobody knows is as good as 400 (RFC 9110 15).
            status if status.is_client_error() => match held_against_us(status) {
                None => Ok(Verdict::Refused(says)),
                Some(help) => Err(Error::TurnedAway {
                    server: self.0.host.clone(),
                    answer: says,
                    help,
                }),
            },
            // A redirection, too: where it leads to nothing is posted, and the address can be mended.
            _ => Ok(Verdict::NotNow(says)),
        }
    }
}

/// A client of one host, with the certificates of authorities as PEM that it trusts beside those of this machine; else
/// what is wrong.
pub(crate) fn client(host: &str, ca: Option<&[u8]>) -> Result<Client, String> {
    // Whoever is second is told that there is one already, which is as good.
    let _ = aws_lc_rs::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("tenure/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(PATIENCE)
        .timeout(PATIENCE)
        // Whoever redirects would have somebody else get what is meant for the host alone.
        .redirect(reqwest::redirect::Policy::none());
    if let Some(pem) = ca {
        let certificates = Certificate::from_pem_bundle(pem)
            .map_err(|_| "`ca` holds no certificate that can be read".to_owned())?;
        if certificates.is_empty() {
            return Err("`ca` holds no certificate".to_owned());
        }
        builder = builder.tls_certs_merge(certificates);
    }
    if is_loopback(host) {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| error.to_string())
}

/// What to do about an answer that is about us or the address, whatever the notice says.
fn held_against_us(status: StatusCode) -> Option<&'static str> {
    const WHO: &str = "whoever takes notices there must verify `Tenure-Signature` with the `secret` of `[http]`, and let this \
                       machine in";
    const PROXY: &str = "the proxy between wants to know who asks: see `HTTPS_PROXY`, or have it let this machine through";
    const WHERE: &str = "check `url` of `[http]` in `tenure.toml`: nothing takes notices there";
    const HOW: &str =
        "whoever takes notices at `url` of `[http]` must take a signed `POST` with JSON";
    match status {
        StatusCode::UNAUTHORIZED
        | StatusCode::PAYMENT_REQUIRED
        | StatusCode::FORBIDDEN
        | StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS => Some(WHO),
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => Some(PROXY),
        StatusCode::NOT_FOUND
        | StatusCode::GONE
        | StatusCode::URI_TOO_LONG
        | StatusCode::MISDIRECTED_REQUEST => Some(WHERE),
        StatusCode::METHOD_NOT_ALLOWED
        | StatusCode::NOT_ACCEPTABLE
        | StatusCode::LENGTH_REQUIRED
        | StatusCode::PRECONDITION_FAILED
        | StatusCode::UNSUPPORTED_MEDIA_TYPE
        | StatusCode::EXPECTATION_FAILED
        | StatusCode::UPGRADE_REQUIRED
        | StatusCode::PRECONDITION_REQUIRED
        | StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Some(HOW),
        _ => None,
    }
}

/// The signature, in hexadecimal digits.
fn sign(secret: &SecretString, seconds: i64, body: &str) -> String {
    let mut digits = String::new();
    // A key may have any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else {
        return digits;
    };
    mac.update(seconds.to_string().as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    for byte in mac.finalize().into_bytes() {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// The innermost cause, without the address: a secret may stand in its path.
pub(crate) fn words(error: &reqwest::Error) -> String {
    let kind = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke off"
    };
    let mut innermost = None;
    let mut cause = error.source();
    while let Some(inner) = cause {
        innermost = Some(inner.to_string());
        cause = inner.source();
    }
    innermost.map_or_else(
        || kind.to_owned(),
        |innermost| format!("{kind}: {}", excerpt(&innermost, SAID_CHARS)),
    )
}
