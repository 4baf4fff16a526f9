//! Tokens, scopes and what a credential may see.

use serde_json::json;
use tenure::personio_sim::{CLIENT_ID, CLIENT_SECRET, Credential, Options};

use super::harness::{Asking, options, people};

fn form(extra: &str) -> String {
    format!(
        "grant_type=client_credentials&client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}{extra}"
    )
}

fn with(credential: Credential) -> Asking {
    let options = Options {
        credentials: vec![credential],
        ..options()
    };
    Asking::new(people(3), options).logged_in()
}

fn without(scope: &str) -> Asking {
    let mut credential = Credential::default();
    assert!(credential.scopes.remove(scope), "{scope}");
    with(credential)
}

fn seeing(keys: &[&str]) -> Asking {
    with(Credential {
        attributes: Some(keys.iter().map(|key| (*key).to_owned()).collect()),
        ..Credential::default()
    })
}

#[test]
fn a_day_has_one_token_for_both_generations() {
    let mut asking = Asking::new(people(1), options());
    let first = asking.form("/v2/auth/token", &form(""));
    assert_eq!(first.at("/expires_in"), 86_400);
    assert_eq!(first.at("/token_type"), "Bearer");
    let ten = "2026-03-02T10:00:00+01:00".parse().unwrap();
    asking.sim.set(|options| options.now = Some(ten));
    let body = json!({"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET});
    let again = asking.json("POST", "/v1/auth", &body);
    assert_eq!(again.at("/data/token"), first.at("/access_token"));
    assert_eq!(again.at("/data/expires_in"), 82_800);

    asking.token = Some(first.at("/access_token").as_str().unwrap().to_owned());
    assert_eq!(asking.get("/v2/persons").status, 200);
    let tomorrow = "2026-03-03T09:00:00+01:00".parse().unwrap();
    asking.sim.set(|options| options.now = Some(tomorrow));
    assert_eq!(asking.get("/v2/persons").status, 401);
    let next = asking.form("/v2/auth/token", &form(""));
    assert_ne!(next.at("/access_token"), first.at("/access_token"));
}

#[test]
fn version_1_echoes_the_token_that_comes_next() {
    let mut asking = Asking::new(people(1), options());
    let token = asking.log_in();
    let got = asking.get("/v1/company/employees");
    assert_eq!(
        got.header("authorization"),
        Some(format!("Bearer {token}").as_str())
    );
    assert_eq!(asking.get("/v2/persons").header("authorization"), None);
}

#[test]
fn version_1_takes_credentials_in_the_body_alone() {
    let asking = Asking::new(people(1), options());
    let as_form = format!("client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}");
    assert_eq!(asking.form("/v1/auth", &as_form).status, 200);
    let in_address = asking.form(&format!("/v1/auth?{as_form}"), "");
    assert_eq!(in_address.status, 403);
    let wrong = asking.form("/v1/auth", "client_id=a&client_secret=b");
    assert_eq!(wrong.status, 403);
    assert_eq!(wrong.at("/success"), false);
    assert_eq!(
        wrong.at("/error"),
        json!({"code": 0, "message": "Wrong credentials"})
    );
}

#[test]
fn the_token_endpoint_says_in_its_own_words_what_is_wrong() {
    let asking = Asking::new(people(1), options());
    let error = |form: &str| {
        let got = asking.form("/v2/auth/token", form);
        assert_eq!(got.status, 400, "{}", got.text);
        assert_eq!(got.header("content-type"), Some("application/problem+json"));
        assert!(!got.at("/trace_id").as_str().unwrap().is_empty());
        got.at("/error").as_str().unwrap().to_owned()
    };
    assert_eq!(error(""), "invalid_request");
    assert_eq!(error("grant_type=client_credentials"), "invalid_request");
    assert_eq!(
        error("grant_type=password&client_id=a&client_secret=b"),
        "unsupported_grant_type"
    );
    assert_eq!(
        error("grant_type=client_credentials&client_id=a&client_secret=b"),
        "invalid_client"
    );
    assert_eq!(error(&form("&scope=no-such-scope")), "invalid_scope");
    let body = json!({"grant_type": "client_credentials"});
    let got = asking.json("POST", "/v2/auth/token", &body);
    assert_eq!(
        (got.status, got.at("/error")),
        (400, json!("invalid_request"))
    );
}

#[test]
fn a_token_may_have_less_than_its_credential() {
    let mut asking = Asking::new(people(1), options());
    let got = asking.form("/v2/auth/token", &form("&scope=personio:persons:read"));
    assert_eq!(got.at("/scope"), "personio:persons:read");
    asking.token = Some(got.at("/access_token").as_str().unwrap().to_owned());
    assert_eq!(asking.get("/v2/persons").status, 200);
    assert_eq!(asking.get("/v2/org-units?type=team").status, 403);
    // It is none of the one that has everything.
    let whole = asking.form("/v2/auth/token", &form(""));
    assert_ne!(whole.at("/access_token"), got.at("/access_token"));
}

#[test]
fn a_token_that_was_taken_back_is_none() {
    let mut asking = Asking::new(people(1), options());
    let token = asking.log_in();
    assert_eq!(
        asking
            .form("/v2/auth/revoke", &format!("token={token}"))
            .status,
        200
    );
    assert_eq!(asking.get("/v2/persons").status, 401);
    asking.token = None;
    assert_eq!(asking.get("/v1/company/employees").status, 401);
}

#[test]
fn each_part_has_its_own_way_to_say_that_a_right_is_missing() {
    let cases = [
        ("personio:persons:read", "/v2/persons", 401),
        ("personio:persons:read", "/v2/persons/1/employments", 401),
        ("personio:absences:read", "/v2/absence-periods", 403),
        ("personio:org-units:read", "/v2/org-units?type=team", 403),
        ("employees:read", "/v1/company/employees", 403),
        (
            "employees:attributes",
            "/v1/company/employees/attributes",
            403,
        ),
        ("absences:read", "/v1/company/time-offs", 403),
    ];
    for (scope, path, status) in cases {
        let asking = without(scope);
        assert_eq!(asking.get(path).status, status, "{path} without {scope}");
    }
    let asking = without("personio:persons:write");
    let got = asking.json("PATCH", "/v2/persons/1", &json!({"first_name": "A"}));
    assert_eq!(got.status, 401);
}

#[test]
fn what_is_not_released_is_left_out_without_a_word() {
    let asking = seeing(&["first_name", "status", "department"]);
    let got = asking.get("/v1/company/employees/1");
    let attributes = got.at("/data/attributes");
    let keys: Vec<&String> = attributes.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "first_name", "status", "department"]);

    let listed = asking.get("/v1/company/employees/attributes");
    let listed: Vec<String> = listed
        .rows()
        .iter()
        .map(|row| row["key"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(listed, ["id", "first_name", "status", "department"]);

    let person = asking.get("/v2/persons/1").json();
    assert_eq!(person["first_name"], "First1");
    assert!(person.get("last_name").is_none(), "{person:#}");
    let employment = asking.get("/v2/persons/1/employments").rows().remove(0);
    assert_eq!(employment["status"], "ACTIVE");
    assert!(
        employment.get("employment_start_date").is_none(),
        "{employment:#}"
    );
    assert_eq!(employment["org_units"][0]["type"], "department");
}

#[test]
fn with_nothing_released_a_person_is_an_id() {
    let asking = seeing(&[]);
    let person = asking.get("/v2/persons/1").json();
    let keys: Vec<&String> = person.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "custom_attributes", "employments", "_meta"]);
}
