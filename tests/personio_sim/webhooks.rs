//! Webhooks: what is told, to whom, and how often.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use super::harness::{Asking, options, people};

/// Listens, answers with these statuses and then with 204, and passes on what it heard.
fn listener(statuses: &'static [u16]) -> (String, Receiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (heard, hears) = channel();
    std::thread::spawn(move || {
        let mut statuses = statuses.iter();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut text = Vec::new();
            let mut buffer = [0; 4096];
            let (head, body) = loop {
                let read = stream.read(&mut buffer).unwrap_or(0);
                text.extend_from_slice(&buffer[..read]);
                let so_far = String::from_utf8_lossy(&text).into_owned();
                let whole = so_far.split_once("\r\n\r\n").and_then(|(head, body)| {
                    let body = serde_json::from_str::<Value>(body).ok()?;
                    Some((head.to_owned(), body))
                });
                match whole {
                    Some(whole) => break whole,
                    None if read == 0 => return,
                    None => {}
                }
            };
            let status = statuses.next().unwrap_or(&204);
            let answer =
                format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
            if heard.send((head, body)).is_err() {
                return;
            }
        }
    });
    (url, hears)
}

fn hear(hears: &Receiver<(String, Value)>) -> (String, Value) {
    hears.recv_timeout(Duration::from_secs(10)).unwrap()
}

fn asking() -> Asking {
    Asking::new(people(3), options()).logged_in()
}

#[test]
fn a_change_is_told_with_ids_alone_and_the_token_as_it_was_given() {
    let (url, hears) = listener(&[]);
    let asking = asking();
    let hook = json!({"url": url, "status": "ENABLED", "auth_type": "TOKEN", "token": "Bearer of-the-hook"});
    let made = asking.json("POST", "/v2/webhooks", &hook);
    assert_eq!(made.status, 201, "{}", made.text);
    let body = json!({"email": "new@b.example"});
    assert_eq!(asking.json("PATCH", "/v2/persons/2", &body).status, 204);
    let (head, told) = hear(&hears);
    assert!(
        head.to_lowercase()
            .contains("authorization: bearer of-the-hook"),
        "{head}"
    );
    assert_eq!(told["event_name"], "person.updated");
    assert_eq!(told["payload"]["person_id"], "2");
    assert!(told["company_id"].is_string());
    assert!(!told.to_string().contains("new@b.example"));

    asking.json(
        "POST",
        "/_sim/people",
        &json!({"id": 7, "hire_date": "2026-03-10", "status": "onboarding"}),
    );
    assert_eq!(hear(&hears).1["event_name"], "person.created");
    assert_eq!(hear(&hears).1["event_name"], "employment.created");
    asking.json("PATCH", "/_sim/people/7", &json!({"position": "Engineer"}));
    assert_eq!(hear(&hears).1["event_name"], "employment.updated");
    asking.json(
        "POST",
        "/_sim/clock",
        &json!({"now": "2026-03-10T08:00:00Z"}),
    );
    let (_, started) = hear(&hears);
    assert_eq!(started["event_name"], "employment.started");
    assert_eq!(started["payload"]["person_id"], "7");
    asking.json("DELETE", "/_sim/people/7", &json!({}));
    assert_eq!(hear(&hears).1["event_name"], "person.deleted");
}

#[test]
fn a_webhook_is_off_unless_it_is_switched_on() {
    let (url, hears) = listener(&[]);
    let asking = asking();
    assert_eq!(
        asking
            .json("POST", "/v2/webhooks", &json!({"url": url}))
            .status,
        201
    );
    let other = json!({"url": url, "status": "ENABLED", "enabled_events": ["person.deleted"]});
    asking.json("POST", "/v2/webhooks", &other);
    let listed = asking.get("/v2/webhooks").rows();
    assert_eq!(
        listed.iter().map(|row| &row["status"]).collect::<Vec<_>>(),
        ["DISABLED", "ENABLED"]
    );
    asking.json("PATCH", "/v2/persons/1", &json!({"first_name": "A"}));
    asking.json("DELETE", "/_sim/people/3", &json!({}));
    assert_eq!(hear(&hears).1["event_name"], "person.deleted");
    assert!(hears.try_recv().is_err(), "it was told once");
    // One that is deleted tells nothing more.
    for row in listed {
        let path = format!("/v2/webhooks/{}", row["id"].as_str().unwrap());
        assert_eq!(asking.json("DELETE", &path, &json!({})).status, 204);
    }
    assert_eq!(asking.get("/v2/webhooks").rows().len(), 0);
}

#[test]
fn a_listener_that_fails_is_told_again_and_one_that_refuses_is_not() {
    let (url, hears) = listener(&[503, 500, 204, 404]);
    let asking = asking();
    asking.json(
        "POST",
        "/v2/webhooks",
        &json!({"url": url, "status": "ENABLED"}),
    );
    asking.json("PATCH", "/v2/persons/1", &json!({"first_name": "A"}));
    let told: Vec<Value> = (0..3).map(|_| hear(&hears).1).collect();
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
    asking.json("PATCH", "/v2/persons/2", &json!({"first_name": "A"}));
    assert_eq!(hear(&hears).1["payload"]["person_id"], "2");
    asking.json("PATCH", "/v2/persons/3", &json!({"first_name": "A"}));
    assert_eq!(
        hear(&hears).1["payload"]["person_id"],
        "3",
        "404 is not asked again"
    );
}

#[test]
fn other_machines_are_told_nothing() {
    let asking = asking();
    for url in ["https://hr.example/hook", "http://10.0.0.1/", "no address"] {
        let got = asking.json(
            "POST",
            "/v2/webhooks",
            &json!({"url": url, "status": "ENABLED"}),
        );
        assert_eq!(got.status, 422, "{url}");
    }
}
