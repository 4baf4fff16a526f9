//! The connection as it is configured: where to, trusted by whom, through which proxy.

use std::time::Duration;

use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderValue};
use rustls::crypto::aws_lc_rs;
use secrecy::ExposeSecret as _;

use super::{Error, Settings};

fn setup(what: impl Into<String>, help: &'static str) -> Error {
    Error::Setup {
        what: what.into(),
        help,
    }
}

/// The address; without TLS only this machine's own, since the secret travels on it.
pub(super) fn address(text: &str) -> Result<Url, Error> {
    const HELP: &str = "write `url = \"https://api.personio.de\"`, or leave it out";
    let url = Url::parse(text)
        .map_err(|error| setup(format!("`{text}` is no address: {error}"), HELP))?;
    if url.path() != "/"
        || url.query().is_some()
        || !url.username().is_empty()
        || url.password().is_some()
    {
        return Err(setup(
            "the address has more in it than a host and a port",
            HELP,
        ));
    }
    if url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)) {
        return Ok(url);
    }
    Err(setup(
        format!("`{text}` would send the secret in the clear"),
        "use `https`; `http` is for a simulator on this machine",
    ))
}

/// Whether an address is this machine's own.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_matches(['[', ']']);
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Whether the address of a configuration is this machine's own, as a simulator's is.
pub(crate) fn is_local(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| is_loopback(&url))
}

/// The proxy of a connection. It reads along where there is no TLS, so then it must be on this machine, too.
fn proxy(address: &str, to: &str) -> Result<reqwest::Proxy, Error> {
    const HELP: &str = "write `proxy = \"http://proxy.example.com:3128\"`";
    let wrong = || setup("`proxy` is no address of a proxy", HELP);
    let url = Url::parse(address).map_err(|_| wrong())?;
    if to.starts_with("http:") && !is_loopback(&url) {
        return Err(setup(
            "the proxy would see the secret, which is sent without TLS",
            "leave `proxy` out: an address of this machine needs none",
        ));
    }
    reqwest::Proxy::all(address).map_err(|_| wrong())
}

/// The client of a connection: TLS, proxy, time-outs, and the headers that every request has.
pub(super) fn client(settings: &Settings) -> Result<reqwest::Client, Error> {
    // Whoever is second is told that there is one already, which is as good.
    let _ = aws_lc_rs::default_provider().install_default();
    let patience = &settings.patience;
    let mut headers = HeaderMap::new();
    let mut header = |name: &'static str, key: &str, text: &str| {
        let value = HeaderValue::from_str(text);
        let value = value.map_err(|_| {
            setup(
                format!("`{key}` is no text for a header"),
                "write it in capitals: `TENURE`",
            )
        });
        headers.insert(name, value?);
        Ok(())
    };
    header("x-personio-app-id", "app_id", &settings.app_id)?;
    if let Some(partner) = &settings.partner_id {
        header("x-personio-partner-id", "partner_id", partner)?;
    }
    header("accept", "accept", "application/json")?;
    let mut builder = reqwest::Client::builder()
        .default_headers(headers)
        .user_agent(concat!("tenure/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(patience.connect)
        .timeout(patience.answer)
        .pool_idle_timeout(Duration::from_secs(20))
        // Nothing of Personio redirects; whoever does is somebody else, and would get the token.
        .redirect(reqwest::redirect::Policy::none());
    if let Some(pem) = &settings.ca {
        const HELP: &str = "`ca` names a file with one or more certificates as PEM (`-----BEGIN CERTIFICATE-----`)";
        let certificates = reqwest::Certificate::from_pem_bundle(pem)
            .map_err(|_| setup("`ca` holds no certificate that can be read", HELP))?;
        if certificates.is_empty() {
            return Err(setup("`ca` holds no certificate", HELP));
        }
        builder = builder.tls_certs_merge(certificates);
    }
    if let Some(proxy) = &settings.proxy {
        builder = builder.proxy(self::proxy(proxy.expose_secret(), &settings.url)?);
    } else if is_local(&settings.url) {
        builder = builder.no_proxy();
    }
    builder
        .build()
        .map_err(|error| setup(error.to_string(), "check `ca` and `proxy` in `tenure.toml`"))
}
