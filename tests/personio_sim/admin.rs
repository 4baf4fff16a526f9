//! The simulator's own face, below `/_sim/`.

use serde_json::json;

use super::harness::{Asking, options, people, value};

fn asking() -> Asking {
    Asking::new(people(3), options()).logged_in()
}

#[test]
fn somebody_comes_changes_and_goes() {
    let asking = asking();
    let body = json!({"id": 9, "first_name": "New", "hire_date": "2026-04-01", "status": "onboarding",
                      "department": "IT", "supervisor": 1});
    assert_eq!(asking.json("POST", "/_sim/people", &body).status, 200);
    assert_eq!(
        asking.json("POST", "/_sim/people", &body).status,
        400,
        "there is one already"
    );
    let row = asking.get("/v1/company/employees/9").at("/data");
    assert_eq!(value(&row, "status"), "onboarding");
    let others = asking.get("/v1/company/employees/1").at("/data");
    assert_eq!(value(&row, "department"), value(&others, "department"));

    let body = json!({"termination_date": "2026-12-31", "termination_type": "employee"});
    let path = "/_sim/people/1";
    assert_eq!(asking.json("PATCH", path, &body).status, 200);
    let person = asking.get("/v2/persons/1").json();
    assert_ne!(person["updated_at"], "2026-03-02T08:00:01Z");
    let employment = asking.get("/v2/persons/1/employments").rows().remove(0);
    assert_eq!(employment["termination"]["termination_date"], "2026-12-31");
    assert_eq!(employment["status"], "ACTIVE", "until the day is over");

    assert_eq!(
        asking.json("DELETE", "/_sim/people/2", &json!({})).status,
        200
    );
    assert_eq!(
        asking.json("DELETE", "/_sim/people/2", &json!({})).status,
        400
    );
    assert_eq!(asking.get("/v2/persons").ids(), [1, 3, 9]);
}

#[test]
fn a_wrong_change_says_what_is_wrong() {
    let asking = asking();
    for (path, body) in [
        ("/_sim/people/1", json!({"no_such": "x"})),
        ("/_sim/people/1", json!({"hire_date": "soon"})),
        ("/_sim/people/77", json!({"first_name": "A"})),
        ("/_sim/people/x", json!({"first_name": "A"})),
        ("/_sim/people/1", json!("x")),
    ] {
        let got = asking.json("PATCH", path, &body);
        assert_eq!(got.status, 400, "{path} {body}");
        assert!(!got.at("/problem").as_str().unwrap().is_empty());
    }
    let got = asking.json("POST", "/_sim/no-such", &json!({}));
    assert_eq!(got.status, 400);
}

#[test]
fn the_clock_can_be_put_and_moved() {
    let asking = asking();
    let body = json!({"now": "2026-03-05T12:00:00Z"});
    assert_eq!(asking.json("POST", "/_sim/clock", &body).status, 200);
    let got = asking.json("POST", "/_sim/clock", &json!({"advance": "90m"}));
    assert_eq!(got.at("/done"), "it is 2026-03-05T13:30:00Z");
    for wrong in [
        json!({}),
        json!({"now": "later"}),
        json!({"advance": "much"}),
    ] {
        assert_eq!(asking.json("POST", "/_sim/clock", &wrong).status, 400);
    }
}

#[test]
fn faults_and_habits_can_be_asked_for() {
    let asking = asking();
    let body = json!({"faults": ["503@v2/persons:1"]});
    assert_eq!(asking.json("POST", "/_sim/faults", &body).status, 200);
    assert_eq!(asking.get("/v2/persons").status, 503);
    assert_eq!(asking.get("/v2/persons").status, 200);
    let wrong = json!({"faults": ["503"  , "no-such@1"]});
    assert_eq!(asking.json("POST", "/_sim/faults", &wrong).status, 400);
    assert_eq!(
        asking
            .json("POST", "/_sim/habits/no-email", &json!({}))
            .status,
        200
    );
    assert_eq!(
        asking
            .json("POST", "/_sim/habits/no-such", &json!({}))
            .status,
        400
    );
}

#[test]
fn what_was_asked_is_kept_without_tokens() {
    let asking = asking();
    asking.sim.recount();
    asking.get("/v2/persons?limit=2");
    let got = asking.get("/_sim/requests");
    assert_eq!(got.json(), json!(["GET /v2/persons?limit=2"]));
    assert_eq!(asking.sim.requests(), ["GET /v2/persons?limit=2"]);
}

#[test]
fn a_simulator_that_is_dropped_is_gone() {
    let asking = asking();
    let url = asking.sim.url();
    drop(asking);
    let address = url.strip_prefix("http://").unwrap();
    assert!(std::net::TcpStream::connect(address).is_err());
}
