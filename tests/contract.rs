//! Every request to an endpoint that Personio describes officially is valid by that description: `tests/contract FILE`.
//!
//! The description is served by Prism, which answers what it finds invalid with an error of its own. Between it and our
//! reader stands a server that passes everything on and counts; what Prism's examples say is no company, so what the
//! reader makes of them is of no interest here.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use secrecy::SecretString;
use tenure::hr::{Attribute, Schema, Type};
use tenure::personio::client::{Api, Last, Patience, Settings, World, Writer, examine, read};

/// Which requests came, how often, and those that were not valid.
#[derive(Debug, Default)]
struct Seen {
    valid: BTreeMap<String, u32>,
    invalid: Vec<String>,
}

#[derive(Clone)]
struct Shared {
    prism: String,
    client: reqwest::Client,
    seen: Arc<Mutex<Seen>>,
}

async fn pass(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut headers = headers;
    headers.remove("host");
    let sent = shared
        .client
        .request(method.clone(), format!("{}{uri}", shared.prism));
    let answer = sent
        .headers(headers)
        .body(body.clone())
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let kind = answer.headers().get("content-type").cloned();
    let bytes = answer.bytes().await.unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let path = regex::Regex::new(r"/[0-9]+")
        .unwrap()
        .replace_all(uri.path(), "/{id}")
        .into_owned();
    let what = format!("{method} {path}");
    {
        let mut seen = shared.seen.lock().unwrap();
        if text.contains("stoplight.io/prism/errors") {
            seen.invalid.push(format!("{what} {uri}: {status} {text}"));
        } else {
            *seen.valid.entry(what).or_default() += 1;
        }
    }
    let mut response = Response::new(axum::body::Body::from(bytes));
    *response.status_mut() = status;
    if let Some(kind) = kind {
        response.headers_mut().insert("content-type", kind);
    }
    response
}

#[test]
#[ignore = "needs Prism and the official description: tests/contract FILE"]
fn every_request_is_valid_by_the_official_description() {
    let prism = std::env::var("PRISM_URL").unwrap();
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let seen = Arc::new(Mutex::new(Seen::default()));
    let shared = Shared {
        prism,
        client: reqwest::Client::builder().no_proxy().build().unwrap(),
        seen: seen.clone(),
    };
    let listener = runtime
        .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
        .unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().fallback(pass).with_state(shared);
    runtime.spawn(async move { axum::serve(listener, app).await });
    // What the description has: persons and employments, but none of the tables that they refer to.
    let schema = Schema::new(vec![
        Attribute::new("id", Type::Int).key(),
        Attribute::new("first_name", Type::Text),
        Attribute::new("status", Type::Text),
        Attribute::new("last_day", Type::Date)
            .from("termination_date")
            .optional(),
    ])
    .unwrap();
    let world = World {
        now: &jiff::Timestamp::now,
        progress: &|_, _| {},
    };
    let last = Last {
        ids: ["7".into(), "8".into()].into(),
    };
    for api in [Api::V1, Api::V2] {
        let secret = |text| SecretString::from(text);
        let settings = Settings {
            api,
            partner_id: Some("TENURE_TEST".to_owned()),
            limited: false,
            patience: Patience {
                attempts: 2,
                pause: std::time::Duration::from_millis(5),
                ..Patience::default()
            },
            ..Settings::new(url.clone(), secret("papi-client"), secret("papi-secret"))
        };
        // The examples are no whole company, which is told; each of these asks for something else.
        let _ = read(&settings, &schema, &last, &world);
        let _ = examine(&settings, &schema, &[], &world);
        let writer = Writer::new(&settings, world).unwrap();
        let before = writer.value("7", "dynamic_1").unwrap();
        if api == Api::V1 {
            let _ = writer.write("7", "dynamic_1", before.as_deref(), "x");
        }
    }
    let seen = seen.lock().unwrap();
    let count: u32 = seen.valid.values().sum();
    let mut report = format!("{count} requests, valid by the official description:\n");
    for (what, count) in &seen.valid {
        writeln!(report, "{count:>6}  {what}").unwrap();
    }
    std::io::Write::write_all(&mut std::io::stdout(), report.as_bytes()).unwrap();
    assert!(seen.invalid.is_empty(), "{:#?}", seen.invalid);
    for what in [
        "POST /v1/auth",
        "POST /v2/auth/token",
        "GET /v1/company/employees",
        "GET /v1/company/employees/attributes",
        "GET /v1/company/employees/{id}",
        "PATCH /v1/company/employees/{id}",
        "GET /v2/persons",
        "GET /v2/persons/{id}",
        "GET /v2/persons/{id}/employments",
    ] {
        assert!(seen.valid.contains_key(what), "{what} was not asked for");
    }
}
