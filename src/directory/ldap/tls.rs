//! Whom a connection trusts: an authority of the company, or those that this machine knows.

use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{CertificateError, ClientConfig, RootCertStore};

use super::error::{Certificate, Error};

const HELP: &str =
    "`ca` names a file with one or more certificates as PEM (`-----BEGIN CERTIFICATE-----`)";

/// The TLS of all connections; host names and chains are always checked.
pub(super) fn config(ca: Option<&[u8]>) -> Result<Arc<ClientConfig>, Error> {
    let setting = |what: String| Error::Setting { what, help: HELP };
    let mut roots = RootCertStore::empty();
    if let Some(pem) = ca {
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate
                .map_err(|_| setting("`ca` holds no certificate that can be read".into()))?;
            roots
                .add(certificate)
                .map_err(|error| setting(format!("`ca` holds no usable certificate: {error}")))?;
        }
        if roots.is_empty() {
            return Err(setting("`ca` holds no certificate".into()));
        }
    } else {
        // One unreadable file among many is no reason to trust nobody.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            let what = "this machine trusts no authority, and `ca` names none";
            return Err(setting(what.into()));
        }
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| setting(format!("TLS cannot be set up: {error}")))?;
    Ok(Arc::new(
        config.with_root_certificates(roots).with_no_client_auth(),
    ))
}

/// What a failed handshake says of the server's certificate; none where it was not the certificate.
pub(super) fn certificate_problem(error: &rustls::Error) -> Option<Certificate> {
    let rustls::Error::InvalidCertificate(problem) = error else {
        return None;
    };
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the library names many more, and adds to them"
    )]
    Some(match problem {
        // An authority of the same name has another key.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => Certificate::Untrusted,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Certificate::OtherName
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Certificate::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Certificate::NotYet
        }
        _ => Certificate::Unusable,
    })
}
