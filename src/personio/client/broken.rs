//! What a request came to that got no answer: in words, and without the address, which may hold what was asked for.

use std::error::Error as _;

use rustls::CertificateError;

use super::Error;
use super::http::MESSAGE_CHARS;
use crate::text::excerpt;

/// Why nothing came.
pub(super) enum Failed {
    /// No connection at all, in words: few more attempts help.
    Refused(String),
    /// The connection broke off, in words; another attempt may help.
    Broken(String),
    /// No attempt helps.
    Finally(Error),
}

/// How whoever builds a tunnel through a proxy calls what went wrong. It has no type that we could see.
const TUNNEL: &str = "tunnel error: ";

/// What a failed request came to.
pub(super) fn broken(error: &reqwest::Error) -> Failed {
    let mut kind = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke off"
    };
    let mut innermost = None;
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(untrusted) = tls(inner).and_then(untrusted)
            && error.is_connect()
        {
            return Failed::Finally(untrusted);
        }
        let text = inner.to_string();
        match text.strip_prefix(TUNNEL) {
            Some("proxy authorization required") => return Failed::Finally(no_credentials()),
            Some("unsuccessful") => {
                return Failed::Refused("the proxy does not let it through".to_owned());
            }
            Some(_) => kind = "no connection to the proxy",
            None => {}
        }
        innermost = Some(text);
        cause = inner.source();
    }
    let why = innermost.map_or_else(
        || kind.to_owned(),
        |innermost| format!("{kind}: {}", excerpt(&innermost, MESSAGE_CHARS)),
    );
    if error.is_connect() && !error.is_timeout() {
        return Failed::Refused(why);
    }
    Failed::Broken(why)
}

/// A proxy that wants a name and a password, or others.
pub(super) fn no_credentials() -> Error {
    Error::Proxy {
        why: "it wants a name and a password, or others (status 407)".to_owned(),
        help: "write them into the address of the proxy, in a place that nobody else may read: `proxy = { file = \"proxy\" }` \
               in `tenure.toml`, and `http://name:password@proxy.example.com:3128` in that file",
    }
}

/// What TLS says, where it is the cause; it hides within errors of reading and writing.
fn tls<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e rustls::Error> {
    if let Some(tls) = error.downcast_ref() {
        return Some(tls);
    }
    tls(error.downcast_ref::<std::io::Error>()?.get_ref()?)
}

/// The error of a server that cannot prove who it is; nothing for what may pass.
fn untrusted(error: &rustls::Error) -> Option<Error> {
    const OWN: &str = "if the server is your own, or a firewall of yours opens TLS, write the certificate of its authority as \
                       `ca = \"ca.pem\"` beside `url` in `tenure.toml`; else somebody stands between Personio and this machine";
    const CLOCK: &str =
        "renew it if the server is your own; else check the clock of this machine (`timedatectl`)";
    if matches!(error, rustls::Error::InvalidMessage(_)) {
        return Some(Error::Certificate {
            why: "whoever answers does not speak TLS".to_owned(),
            help: "check the host and the port of `url` in `tenure.toml`",
        });
    }
    let rustls::Error::InvalidCertificate(bad) = error else {
        return None;
    };
    let unknown = matches!(
        bad,
        CertificateError::UnknownIssuer | CertificateError::BadSignature
    );
    let other_name = matches!(
        bad,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
    );
    let over = matches!(
        bad,
        CertificateError::Expired | CertificateError::ExpiredContext { .. }
    );
    let (why, help) = if unknown {
        let why = "its certificate is signed by nobody whom this machine trusts";
        (why.to_owned(), OWN)
    } else if other_name {
        (
            "its certificate is another host's".to_owned(),
            "check `url` in `tenure.toml`: it must name the host as the certificate does",
        )
    } else if over {
        ("its certificate is expired".to_owned(), CLOCK)
    } else {
        (format!("its certificate is no good: {bad}"), CLOCK)
    };
    let why = excerpt(&why, MESSAGE_CHARS);
    Some(Error::Certificate { why, help })
}
