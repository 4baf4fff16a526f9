//! Webhooks: events are sent to whoever asked for them, again if that fails, with the token in `Authorization` as it was given.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value as Json, json};

/// How long Personio waits for an answer (<https://developer.personio.de/v2.0/reference/webhooks>).
const PATIENCE: Duration = Duration::from_secs(3);

/// How long it is until a listener is told again. Personio goes on for three days; here it is over soon.
const PAUSES: &[Duration] = &[
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_secs(1),
];

/// Somebody who listens.
#[derive(Debug, Clone)]
pub(super) struct Webhook {
    pub(super) id: String,
    url: String,
    token: Option<String>,
    enabled: bool,
    /// Empty for all.
    events: Vec<String>,
}

impl Webhook {
    /// A webhook as it is asked for; addresses of other machines are refused, for this one serves samples alone.
    pub(super) fn of(json: &Json, number: usize) -> Result<Self, String> {
        let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
        let url = text("url").ok_or("url is required")?;
        if !is_local(&url) {
            return Err("url is no address of this machine, and no other is told".to_owned());
        }
        let events = json
            .get("enabled_events")
            .and_then(Json::as_array)
            .into_iter()
            .flatten();
        Ok(Self {
            id: format!("00000000-0000-4000-8000-{number:012}"),
            url,
            token: text("token"),
            enabled: text("status").as_deref() == Some("ENABLED"),
            events: events
                .filter_map(|event| event.as_str().map(str::to_owned))
                .collect(),
        })
    }

    pub(super) fn shown(&self) -> Json {
        let status = if self.enabled { "ENABLED" } else { "DISABLED" };
        json!({"id": self.id, "url": self.url, "status": status, "enabled_events": self.events})
    }

    fn wants(&self, event: &str) -> bool {
        self.enabled && (self.events.is_empty() || self.events.iter().any(|one| one == event))
    }
}

/// Whether an address is one of this machine.
pub(super) fn is_local(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else {
        return false;
    };
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_matches(['[', ']']);
    let address = host.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Webhooks that are there from the start, for everything and without a token; addresses of others are passed over.
pub(super) fn of_options(urls: &[String]) -> Vec<Webhook> {
    let hooks = urls.iter().enumerate().filter_map(|(number, url)| {
        Webhook::of(&json!({"url": url, "status": "ENABLED"}), number).ok()
    });
    hooks.collect()
}

/// Sends what is due, to everybody who wants it.
pub(super) async fn send(client: &reqwest::Client, hooks: &[Webhook], events: &[(String, Json)]) {
    for (event, payload) in events {
        for hook in hooks.iter().filter(|hook| hook.wants(event)) {
            let mut request = client.post(&hook.url).timeout(PATIENCE).json(payload);
            if let Some(token) = &hook.token {
                request = request.header("authorization", token);
            }
            for pause in PAUSES {
                let answer = match request.try_clone() {
                    Some(request) => request.send().await,
                    None => return,
                };
                // Who is busy or slow is told again, who refuses is not; redirects are not followed.
                let failed = match answer {
                    Ok(answer) => {
                        answer.status().is_server_error()
                            && answer.status() != StatusCode::NOT_IMPLEMENTED
                    }
                    Err(_) => true,
                };
                if !failed {
                    break;
                }
                tokio::time::sleep(*pause).await;
            }
        }
    }
}
