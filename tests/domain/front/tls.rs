//! Certificates and the two ends of TLS.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, date_time_ymd,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Whatever bytes go through.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// The subject that `tests/samba/up` gives the authority.
const AUTHORITY: &str = "CA of a test domain";

/// Which certificate the front has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certificate {
    /// A good one, of the domain's authority.
    Good,
    /// Of that authority, and past its time.
    Expired,
    /// Of that authority, for another server.
    OtherName,
    /// Of an authority that nobody knows.
    OtherAuthority,
}

/// The server's end, with a certificate for these names.
pub(super) fn acceptor(
    which: Certificate,
    folder: &Path,
    names: &[String],
    ip: IpAddr,
) -> TlsAcceptor {
    let names = match which {
        Certificate::OtherName => vec!["elsewhere.example".to_owned()],
        Certificate::Good | Certificate::Expired | Certificate::OtherAuthority => {
            let mut all = names.to_vec();
            all.push(ip.to_string());
            all
        }
    };
    let mut params = CertificateParams::new(names).unwrap();
    params
        .distinguished_name
        .push(DnType::CommonName, "a domain controller");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    if which == Certificate::Expired {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    }
    let signing = match which {
        Certificate::OtherAuthority => KeyPair::generate().unwrap(),
        Certificate::Good | Certificate::Expired | Certificate::OtherName => {
            let pem = std::fs::read_to_string(folder.join("private/tls/ca.key")).unwrap();
            KeyPair::from_pem(&pem).unwrap()
        }
    };
    let mut authority = CertificateParams::default();
    authority.distinguished_name.remove(DnType::CommonName);
    authority
        .distinguished_name
        .push(DnType::CommonName, AUTHORITY);
    authority.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let issuer = Issuer::new(authority, signing);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        );
    TlsAcceptor::from(Arc::new(config.unwrap()))
}

/// The client's end, which trusts the domain's authority.
pub(super) fn connector(ca_file: &Path) -> TlsConnector {
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(ca_file).unwrap())
        .unwrap();
    let config = rustls::ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}
