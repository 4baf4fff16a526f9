//! How servers are judged: what a failed request or handshake says, and which of them are this machine.

use rustls::CertificateError;

/// What to do where nobody vouches for a server.
const OWN: &str = "if the server is your own, write the certificate of its authority as `ca = \"ca.pem\"` beside its \
                   address in `tenure.toml`; else somebody stands between it and this machine";

/// What to do where a certificate is another host's.
const NAME: &str =
    "check the address in `tenure.toml`: it must name the host as the certificate does";

/// What to do where a certificate is too old, or no good for another reason.
const OTHER: &str =
    "renew it if the server is your own; else check the clock of this machine (`timedatectl`)";

/// Why whoever answers is not to be trusted, and what to do, where that is the cause of an error.
pub(crate) fn distrust(
    error: &(dyn std::error::Error + 'static),
) -> Option<(String, &'static str)> {
    let mut cause = Some(error);
    while let Some(here) = cause {
        if let Some(found) = tls(here).and_then(why) {
            return Some(found);
        }
        cause = here.source();
    }
    None
}

/// Whether a host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// What TLS says; it hides within errors of reading and writing.
fn tls<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e rustls::Error> {
    if let Some(tls) = error.downcast_ref() {
        return Some(tls);
    }
    tls(error.downcast_ref::<std::io::Error>()?.get_ref()?)
}

fn why(error: &rustls::Error) -> Option<(String, &'static str)> {
    if matches!(error, rustls::Error::InvalidMessage(_)) {
        let why = "whoever answers does not speak TLS there".to_owned();
        return Some((why, "check the address and its port in `tenure.toml`"));
    }
    let rustls::Error::InvalidCertificate(bad) = error else {
        return None;
    };
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the library names many more, and adds to them"
    )]
    Some(match bad {
        // An authority of the same name has another key.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            let why = "its certificate is signed by nobody whom this machine trusts";
            (why.to_owned(), OWN)
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            ("its certificate is another host's".to_owned(), NAME)
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            ("its certificate is expired".to_owned(), OTHER)
        }
        other => (format!("its certificate is no good: {other}"), OTHER),
    })
}
