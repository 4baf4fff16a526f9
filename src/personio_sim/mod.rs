//! A Personio API on this machine, over sample data: what users try the product with, and what its tests run against.
//!
//! Both generations are written from their documentation and from what was seen of live answers, and know nothing of
//! our own reader: what both got wrong in the same way would never be found. `company` is the model and `data` reads
//! it; `server` counts and limits requests, `auth` asks who it is, `spoil` lets them go wrong; `lists` and `writes` answer them, `v1` and `v2` write what leaves;
//! `habits` are the odd things that real data does.
//!
//! Begin with [`Sim::start`].

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a value of JSON, or a fault, that is not named is as usual; nothing here decides about accounts"
)]

mod absences;
mod admin;
mod auth;
mod company;
mod credential;
mod data;
mod fault;
mod habits;
mod limits;
mod lists;
mod quirk;
mod server;
mod spoil;
mod v1;
mod v2;
mod webhook;
mod writes;

pub use company::{Absence, Company, Custom, Day, Employment, Person, Table, Termination};
pub use credential::{CLIENT_ID, CLIENT_SECRET, Credential, SCOPES};
pub use data::BadData;
pub use fault::{Fault, Kind};
pub use habits::Habit;
pub use quirk::Quirk;
pub use server::Options;
pub use v1::Tags;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use axum::Router;
use axum::body::{Body as HttpBody, Bytes};
use axum::extract::State as Shared;
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::response::Response;
use tokio::sync::oneshot;

use self::server::{Asked, Body, Reply, State, text_of};

/// A simulator that runs until it is dropped.
#[derive(Debug)]
pub struct Sim {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sim {
    /// Serves a company on this machine alone.
    pub fn start(company: Company, options: Options) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State::new(company, options)));
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        // Whoever is second is told that there is one already, which is as good.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(io::Error::other)?;
        let served = Served {
            state: state.clone(),
            client,
        };
        let thread = std::thread::Builder::new()
            .name("personio-sim".to_owned())
            .spawn(move || {
                runtime.block_on(async move {
                    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
                        return;
                    };
                    let app = Router::new().fallback(answer).with_state(served);
                    let server = axum::serve(listener, app);
                    tokio::select! {
                        _ = async { server.await } => {}
                        _ = stopped => {}
                    }
                });
                runtime.shutdown_background();
            })?;
        Ok(Self {
            address,
            state,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The address, as `http://127.0.0.1:4711`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Changes the company, without anybody being told.
    pub fn change<T>(&self, change: impl FnOnce(&mut Company) -> T) -> T {
        change(&mut self.lock().company)
    }

    /// Changes what the simulator is like.
    pub fn set(&self, change: impl FnOnce(&mut Options)) {
        change(&mut self.lock().options);
    }

    /// Counts requests from 1 again, and forgets those so far.
    pub fn recount(&self) {
        self.lock().recount();
    }

    /// Method and address of each request so far.
    pub fn requests(&self) -> Vec<String> {
        self.lock().log.clone()
    }

    /// Waits until the simulator ends, which it does when its process does.
    pub fn join(mut self) {
        if let Some(thread) = self.thread.take() {
            // A thread that failed has said so.
            let _ = thread.join();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What each request needs.
#[derive(Clone)]
struct Served {
    state: Arc<Mutex<State>>,
    client: reqwest::Client,
}

async fn answer(
    Shared(served): Shared<Served>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let content = header("content-type").unwrap_or_default();
    let asked = Asked {
        method: &method,
        path: uri.path(),
        query: uri.query().map(server::pairs).unwrap_or_default(),
        beta: header("beta") == Some("true"),
        bearer: header("authorization")
            .and_then(|text| text.strip_prefix("Bearer "))
            .map(str::to_owned),
        form: content.starts_with("application/x-www-form-urlencoded"),
        body: &body,
    };
    let (reply, hooks, events) = {
        let mut state = served.state.lock().unwrap_or_else(PoisonError::into_inner);
        let reply = if uri.path().starts_with("/_sim/") {
            admin::answer(&mut state, &asked)
        } else {
            state.answer(&asked)
        };
        let events = std::mem::take(&mut state.events);
        let hooks = if events.is_empty() {
            Vec::new()
        } else {
            state.webhooks.clone()
        };
        (reply, hooks, events)
    };
    if !events.is_empty() {
        tokio::spawn(async move { webhook::send(&served.client, &hooks, &events).await });
    }
    if !reply.wait.is_zero() {
        tokio::time::sleep(reply.wait).await;
    }
    response(reply)
}

fn response(reply: Reply) -> Response {
    let bytes = match &reply.body {
        Body::Bytes(bytes) => bytes.clone(),
        Body::None | Body::Json(_) | Body::Text(_) => text_of(&reply.body).into_bytes(),
    };
    let length = bytes.len();
    let body = if reply.broken {
        let half: Vec<u8> = bytes.into_iter().take(length / 2).collect();
        let broken = Err(io::Error::other("broken off, as asked"));
        HttpBody::from_stream(futures_util::stream::iter([Ok(Bytes::from(half)), broken]))
    } else {
        HttpBody::from(bytes)
    };
    let mut response = Response::new(body);
    *response.status_mut() = reply.status;
    let headers = response.headers_mut();
    if !matches!(reply.body, Body::None) {
        // What version 2 says of an error has a type of its own.
        let problem = matches!(&reply.body, Body::Json(json) if json.get("errors").is_some());
        let kind = if problem {
            "application/problem+json"
        } else {
            "application/json"
        };
        headers.insert("content-type", HeaderValue::from_static(kind));
    }
    if reply.broken {
        headers.insert("content-length", HeaderValue::from(length));
    }
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    response
}
