//! How many requests are taken, and what is said of it.

use tenure::personio_sim::{CLIENT_ID, CLIENT_SECRET, Options};

use super::harness::{Asking, options, people};

fn limited() -> Asking {
    let options = Options {
        limits: true,
        ..options()
    };
    Asking::new(people(1), options).logged_in()
}

#[test]
fn version_1_takes_15_requests_in_a_second() {
    let asking = limited();
    let statuses: Vec<u16> = (0..40)
        .map(|_| asking.get("/v1/company/employees").status)
        .collect();
    let taken = statuses.iter().filter(|status| **status == 200).count();
    assert!(taken >= 15, "{statuses:?}");
    assert!(
        statuses[..15].iter().all(|status| *status == 200),
        "{statuses:?}"
    );
    let refused = statuses.iter().filter(|status| **status == 429).count();
    // However slow the machine is, forty requests do not take three seconds.
    assert!(refused > 0 && taken + refused == 40, "{statuses:?}");
}

#[test]
fn a_refusal_does_not_say_when_to_come_again() {
    let asking = limited();
    let got = (0..40)
        .map(|_| asking.get("/v1/company/employees"))
        .find(|got| got.status == 429)
        .unwrap();
    assert_eq!(got.header("retry-after"), None);
    assert_eq!(got.at("/success"), false);
}

#[test]
fn logging_in_too_often_is_followed_by_a_pause() {
    let asking = limited();
    let form = format!("client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}");
    let statuses: Vec<u16> = (0..62)
        .map(|_| asking.form("/v1/auth", &form).status)
        .collect();
    assert!(
        statuses[..60].iter().all(|status| *status == 200),
        "{statuses:?}"
    );
    assert_eq!(statuses[60..], [429, 429]);
}

#[test]
fn version_2_says_with_each_answer_what_is_left() {
    let asking = limited();
    let left = |path: &str| {
        let got = asking.get(path);
        assert_eq!(got.header("x-ratelimit-replenish-rate"), Some("30"));
        assert_eq!(got.header("x-ratelimit-burst-capacity"), Some("100"));
        assert_eq!(got.header("x-ratelimit-requested-tokens"), Some("1"));
        got.header("x-ratelimit-remaining")
            .unwrap()
            .parse::<u32>()
            .unwrap()
    };
    assert_eq!(left("/v2/persons"), 99);
    assert!(left("/v2/persons") <= 99);
    // Each endpoint has a bucket of its own, whatever ids stand in the path.
    assert_eq!(left("/v2/persons/1/employments"), 99);
    assert!(left("/v2/persons/2/employments") <= 99);
    let got = asking.get("/v2/absence-periods");
    assert_eq!(got.header("x-ratelimit-replenish-rate"), Some("10"));
}

#[test]
fn an_empty_bucket_refuses_and_fills_again() {
    let asking = limited();
    let mut refused = None;
    for _ in 0..400 {
        let got = asking.get("/v2/persons/1");
        if got.status == 429 {
            refused = Some(got);
            break;
        }
    }
    let refused = refused.expect("nothing was refused");
    assert_eq!(refused.header("retry-after"), None);
    assert_eq!(refused.header("x-ratelimit-remaining"), Some("0"));
    assert!(refused.at("/errors/0/title").is_string());
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert_eq!(asking.get("/v2/persons/1").status, 200);
}

#[test]
fn without_limits_nothing_is_refused() {
    let asking = Asking::new(people(1), options()).logged_in();
    assert!((0..150).all(|_| asking.get("/v2/persons").status == 200));
    assert!((0..20).all(|_| asking.get("/v1/company/employees").status == 200));
    let got = asking.get("/v2/persons");
    assert_eq!(got.header("x-ratelimit-remaining"), Some("100"));
}
