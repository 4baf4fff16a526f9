//! What goes wrong on request: each fault, and that nothing of it is left when it is over.

use std::time::{Duration, Instant};

use tenure::personio_sim::{Fault, Kind, Options};

use super::harness::{Asking, options, people, value};

const V1: &str = "/v1/company/employees?limit=10";
const V2: &str = "/v2/persons";

/// Twenty-five people, and faults; requests are counted from after the log-in.
fn with(faults: &[&str]) -> Asking {
    let options = Options {
        slow: Duration::from_millis(300),
        ..options()
    };
    let asking = Asking::new(people(25), options).logged_in();
    asking.sim.set(|options| {
        options.faults = faults.iter().map(|text| text.parse().unwrap()).collect();
    });
    asking.sim.recount();
    asking
}

#[test]
fn a_fault_befalls_the_request_that_it_names_and_no_other() {
    let asking = with(&["503@2*2"]);
    let statuses: Vec<u16> = (0..5).map(|_| asking.get(V1).status).collect();
    assert_eq!(statuses, [200, 503, 503, 200, 200]);
    let asking = with(&["429@v2/persons:2"]);
    assert_eq!(asking.get(V1).status, 200);
    assert_eq!(asking.get(V2).status, 200);
    assert_eq!(asking.get(V1).status, 200);
    assert_eq!(asking.get(V2).status, 429);
    assert_eq!(asking.get(V2).status, 200);
}

#[test]
fn a_storm_of_429_has_no_retry_after() {
    let asking = with(&["429@1*3"]);
    for path in [V1, V2, V1] {
        let got = asking.get(path);
        assert_eq!((got.status, got.header("retry-after")), (429, None));
    }
    assert_eq!(asking.get(V2).status, 200);
}

#[test]
fn a_401_may_be_a_whim_and_may_be_the_end_of_the_token() {
    let asking = with(&["401@1"]);
    assert_eq!(asking.get(V2).status, 401);
    assert_eq!(asking.get(V2).status, 200);
    let mut asking = with(&["expired@2"]);
    assert_eq!(asking.get(V2).status, 200);
    assert_eq!(asking.get(V2).status, 401);
    assert_eq!(asking.get(V2).status, 401, "until somebody logs in");
    asking.log_in();
    assert_eq!(asking.get(V2).status, 200);
}

#[test]
fn a_server_or_a_proxy_may_fail() {
    let asking = with(&["503@1", "502@2", "html@3"]);
    let got = asking.get(V2);
    assert_eq!(
        (got.status, got.at("/errors/0/title").is_string()),
        (503, true)
    );
    let got = asking.get(V2);
    assert_eq!(got.status, 502);
    assert!(got.text.starts_with("<html>"));
    let got = asking.get(V2);
    assert_eq!(
        (got.status, got.header("content-type")),
        (200, Some("text/html"))
    );
    assert!(got.text.starts_with("<html>"));
}

#[test]
fn a_connection_may_break_in_the_body() {
    let asking = with(&["broken@1"]);
    let error = asking.try_get(V2).unwrap_err();
    assert!(
        error.is_body() || error.is_decode() || error.is_request(),
        "{error:?}"
    );
    assert_eq!(asking.get(V2).status, 200);
}

#[test]
fn a_body_may_end_in_the_middle_and_look_whole() {
    let asking = with(&["cut@1"]);
    let got = asking.get(V2);
    assert_eq!(got.status, 200);
    assert_eq!(
        got.header("content-length"),
        Some(got.text.len().to_string().as_str())
    );
    assert!(serde_json::from_str::<serde_json::Value>(&got.text).is_err());
}

#[test]
fn a_page_may_hold_fewer_than_it_says() {
    let asking = with(&["short@1", "short@2"]);
    let got = asking.get(V1);
    assert_eq!(got.rows().len(), 9);
    assert_eq!(got.at("/metadata/total_elements"), 25);
    assert_eq!(asking.get(V2).rows().len(), 9);
    assert_eq!(asking.get(V1).rows().len(), 10);
}

#[test]
fn a_list_may_be_empty_and_say_that_this_is_all() {
    let asking = with(&["empty@1", "empty@2"]);
    let got = asking.get(V1);
    assert_eq!(got.rows().len(), 0);
    assert_eq!(got.at("/metadata/total_elements"), 0);
    let got = asking.get(V2);
    assert_eq!((got.rows().len(), got.next()), (0, None));
}

#[test]
fn a_total_may_change() {
    let asking = with(&["total@2"]);
    let totals: Vec<_> = (0..3)
        .map(|_| asking.get(V1).at("/metadata/total_elements"))
        .collect();
    assert_eq!(totals, [25, 26, 25]);
}

#[test]
fn a_cursor_may_lead_to_where_it_stands() {
    let asking = with(&["self-cursor@2*5"]);
    let first = asking.get(V2);
    let second = first.next().unwrap();
    let third = asking.get(&second);
    let again = third.next().unwrap();
    assert_eq!(third.ids(), (11..=20).collect::<Vec<u64>>());
    let same = asking.get(&again);
    assert_eq!(same.ids(), third.ids());
    assert_eq!(same.next().as_ref(), Some(&again));
}

#[test]
fn a_cursor_may_lead_back_to_the_beginning() {
    let asking = with(&["first-cursor@3"]);
    let second = asking.get(&asking.get(V2).next().unwrap());
    let third = asking.get(&second.next().unwrap());
    assert_eq!(third.ids(), (21..=25).collect::<Vec<u64>>());
    // Where the list ends, it begins.
    let fourth = asking.get(&third.next().unwrap());
    assert_eq!(fourth.ids(), (1..=10).collect::<Vec<u64>>());
}

#[test]
fn version_1_may_answer_its_first_page_again() {
    let asking = with(&["self-cursor@1"]);
    let got = asking.get("/v1/company/employees?limit=10&offset=10");
    assert_eq!(got.ids(), (1..=10).collect::<Vec<u64>>());
}

#[test]
fn a_page_may_be_the_one_before() {
    let asking = with(&["repeated@2"]);
    let first = asking.get(V2);
    let second = asking.get(&first.next().unwrap());
    assert_eq!(second.json(), first.json());
}

#[test]
fn somebody_may_stand_there_twice() {
    let asking = with(&["duplicate@1", "again@3"]);
    assert_eq!(asking.get(V1).ids(), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1]);
    asking.get(V1);
    let got = asking.get("/v1/company/employees?limit=10&offset=10");
    // As many as there should be, and somebody of the first page.
    assert_eq!(got.ids(), [1, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
    assert_eq!(got.at("/metadata/total_elements"), 25);
}

#[test]
fn somebody_of_the_first_page_may_come_again_in_version_2_too() {
    let asking = with(&["again@2"]);
    let next = asking.get(V2).next().unwrap();
    let got = asking.get(&next);
    assert_eq!(got.ids(), [1, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
    assert!(got.next().is_some());
}

#[test]
fn rows_shift_when_somebody_is_deleted_or_comes() {
    let asking = with(&["deleted@2"]);
    assert_eq!(asking.get(V1).ids().last(), Some(&10));
    let got = asking.get("/v1/company/employees?limit=10&offset=10");
    assert_eq!(got.ids().first(), Some(&12), "11 is on no page");
    assert_eq!(got.at("/metadata/total_elements"), 24);
    let asking = with(&["inserted@2"]);
    let next = asking.get(V2).next().unwrap();
    assert_eq!(
        asking.get(&next).ids().first(),
        Some(&10),
        "10 is on two pages"
    );
    let asking = with(&["created@2"]);
    assert_eq!(asking.get(V1).at("/metadata/total_elements"), 25);
    assert_eq!(asking.get(V1).at("/metadata/total_elements"), 26);
    let got = asking.get("/v1/company/employees?limit=10&offset=20");
    assert_eq!(got.ids().last(), Some(&26));
}

#[test]
fn somebody_may_change_meanwhile() {
    let asking = with(&["changed@2"]);
    asking.get(V1);
    let got = asking.get("/v1/company/employees?limit=10&offset=10");
    let changed = got
        .rows()
        .iter()
        .filter(|row| value(row, "preferred_name") == "Changed")
        .count();
    assert_eq!(changed, 1);
}

#[test]
fn a_clock_may_be_wrong() {
    let asking = with(&["skewed@2"]);
    assert_eq!(
        asking.get(V1).header("date"),
        Some("Mon, 02 Mar 2026 08:00:00 GMT")
    );
    assert_eq!(
        asking.get(V1).header("date"),
        Some("Mon, 02 Mar 2026 08:10:00 GMT")
    );
}

#[test]
fn an_attribute_may_be_missing_for_everybody() {
    let asking = with(&["no-status@1*3"]);
    for row in asking.get(V1).rows() {
        assert!(row["attributes"].get("status").is_none());
        assert_eq!(value(&row, "last_name"), "Last");
    }
    assert!(
        asking
            .get(V2)
            .rows()
            .iter()
            .all(|row| row.get("status").is_none())
    );
    let employments = asking.get("/v2/persons/1/employments").rows();
    assert!(employments.iter().all(|row| row.get("status").is_none()));
}

#[test]
fn an_answer_may_take_its_time() {
    let asking = with(&["slow@1"]);
    let begun = Instant::now();
    // Others are answered meanwhile.
    let slow = std::thread::scope(|scope| {
        let slow = scope.spawn(|| asking.get(V2).status);
        std::thread::sleep(Duration::from_millis(50));
        slow.join().unwrap()
    });
    assert_eq!(slow, 200);
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[test]
fn a_log_in_may_fail_too() {
    let asking = with(&["503@v2/auth/token:1", "429@v1/auth:1"]);
    assert_eq!(asking.form("/v2/auth/token", "").status, 503);
    assert_eq!(asking.form("/v2/auth/token", "").status, 400);
    assert_eq!(asking.form("/v1/auth", "").status, 429);
    assert_eq!(asking.form("/v1/auth", "").status, 403);
}

#[test]
fn every_fault_can_be_written() {
    let page = std::fs::read_to_string("docs/personio-sim.md").unwrap();
    for (kind, name) in Kind::ALL {
        assert!(page.contains(&format!("`{name}`")), "the page lacks {name}");
        let fault: Fault = format!("{name}@v2/persons:3*2").parse().unwrap();
        assert_eq!((fault.kind, fault.at, fault.times), (*kind, 3, 2));
        assert_eq!(fault.endpoint.as_deref(), Some("v2/persons"));
        assert_eq!(&kind.to_string(), name);
    }
    for wrong in ["no-such@1", "429@0", "429@x", "429@1*0", "429@v2/persons:"] {
        let problem = wrong.parse::<Fault>().unwrap_err();
        assert!(!problem.is_empty(), "{wrong}");
    }
}
