//! A simulator for one test, and a client that asks it.

use jiff::Timestamp;
use reqwest::Method;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use tenure::personio_sim::{CLIENT_ID, CLIENT_SECRET, Company, Options, Sim};

/// A simulator and who asks it.
pub(super) struct Asking {
    pub(super) sim: Sim,
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    /// Sent with every request, if there is one.
    pub(super) token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Got {
    pub(super) status: u16,
    pub(super) headers: reqwest::header::HeaderMap,
    pub(super) text: String,
}

impl Got {
    #[track_caller]
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// A place in the answer.
    #[track_caller]
    pub(super) fn at(&self, pointer: &str) -> Value {
        let json = self.json();
        let found = json.pointer(pointer);
        found
            .unwrap_or_else(|| panic!("no {pointer} in {json:#}"))
            .clone()
    }

    /// How long the list is, in whichever generation.
    pub(super) fn rows(&self) -> Vec<Value> {
        let json = self.json();
        let rows = json.get("data").or_else(|| json.get("_data"));
        rows.unwrap().as_array().unwrap().clone()
    }

    /// The path of the next page, if there is one.
    pub(super) fn next(&self) -> Option<String> {
        let json = self.json();
        let next = json.pointer("/_meta/links/next/href")?.as_str()?;
        let path = next.strip_prefix("https://api.personio.de").unwrap_or(next);
        Some(path.to_owned())
    }

    /// The ids of the list, in whichever generation.
    pub(super) fn ids(&self) -> Vec<u64> {
        self.rows().iter().map(id).collect()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The people of the example, as they were recorded.
pub(super) fn example() -> Company {
    let pages: Vec<(String, Vec<u8>)> = (0..4)
        .map(|page| {
            let name = format!("rules/people/page-{page}.json");
            let bytes = std::fs::read(Path::new(&name)).unwrap();
            (name, bytes)
        })
        .collect();
    let pages: Vec<(&str, &[u8])> = pages
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    Company::parse(&pages, monday()).unwrap()
}

/// The instant at which the example stands.
pub(super) fn monday() -> Timestamp {
    "2026-03-02T09:00:00+01:00".parse().unwrap()
}

/// A company of a few people, written as a list of our own.
pub(super) fn company(json: &str) -> Company {
    Company::parse(&[("people.json", json.as_bytes())], monday()).unwrap()
}

/// So many people, from 1.
pub(super) fn people(count: u64) -> Company {
    let people: Vec<Value> = (1..=count)
        .map(|id| {
            serde_json::json!({
                "id": id,
                "first_name": format!("First{id}"),
                "last_name": "Last",
                "hire_date": "2020-01-01",
                "department": "IT",
            })
        })
        .collect();
    company(&Value::from(people).to_string())
}

/// Without limits, at the instant of the example.
pub(super) fn options() -> Options {
    Options {
        now: Some(monday()),
        limits: false,
        ..Options::default()
    }
}

impl Asking {
    pub(super) fn new(company: Company, options: Options) -> Self {
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(
            rustls::crypto::aws_lc_rs::default_provider(),
        ))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .timeout(std::time::Duration::from_secs(10))
            .build()
            .unwrap();
        Self {
            sim: Sim::start(company, options).unwrap(),
            client,
            runtime: tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap(),
            token: None,
        }
    }

    /// The example, and a token for it.
    pub(super) fn example() -> Self {
        Self::new(example(), options()).logged_in()
    }

    pub(super) fn logged_in(mut self) -> Self {
        self.log_in();
        self
    }

    /// Takes a token of the sample credential.
    pub(super) fn log_in(&mut self) -> String {
        let form = format!(
            "grant_type=client_credentials&client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}"
        );
        let got = self.form("/v2/auth/token", &form);
        let token = got.at("/access_token").as_str().unwrap().to_owned();
        self.token = Some(token.clone());
        token
    }

    /// All rows of a list of version 2, and how many pages it took; the way is followed as links say.
    #[track_caller]
    pub(super) fn all(&self, path: &str) -> (Vec<Value>, usize) {
        let (mut rows, mut pages, mut next) = (Vec::new(), 0, Some(path.to_owned()));
        while let Some(path) = next {
            let got = self.get(&path);
            assert_eq!(got.status, 200, "{}", got.text);
            rows.extend(got.rows());
            pages += 1;
            assert!(pages < 100, "the list has no end");
            next = got.next();
        }
        (rows, pages)
    }

    pub(super) fn get(&self, path: &str) -> Got {
        self.send(self.request(Method::GET, path)).unwrap()
    }

    pub(super) fn try_get(&self, path: &str) -> reqwest::Result<Got> {
        self.send(self.request(Method::GET, path))
    }

    pub(super) fn get_with(&self, path: &str, header: (&str, &str)) -> Got {
        let request = self.request(Method::GET, path);
        self.send(request.header(header.0, header.1)).unwrap()
    }

    pub(super) fn form(&self, path: &str, form: &str) -> Got {
        let request = self.request(Method::POST, path);
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned());
        self.send(request).unwrap()
    }

    pub(super) fn json(&self, method: &str, path: &str, body: &Value) -> Got {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        self.send(self.request(method, path).json(body)).unwrap()
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.sim.url());
        let request = self.client.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    fn send(&self, request: reqwest::RequestBuilder) -> reqwest::Result<Got> {
        self.runtime.block_on(async {
            let response = request.send().await?;
            Ok(Got {
                status: response.status().as_u16(),
                headers: response.headers().clone(),
                text: response.text().await?,
            })
        })
    }
}

/// The id of a row, in whichever generation.
pub(super) fn id(row: &Value) -> u64 {
    let old = row.pointer("/attributes/id/value").and_then(Value::as_u64);
    let new = || row["id"].as_str().unwrap().parse().unwrap();
    old.unwrap_or_else(new)
}

/// The value of an attribute in version 1.
#[track_caller]
pub(super) fn value(row: &Value, key: &str) -> Value {
    let found = row.pointer(&format!("/attributes/{key}/value"));
    found
        .unwrap_or_else(|| panic!("no {key} in {row:#}"))
        .clone()
}
