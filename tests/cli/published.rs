//! Forecasts that are kept, compared and put into calendars: what they tell together, and that each event is there once.

use std::collections::BTreeSet;

use super::forecast::dated;

/// Somebody who keeps the forecasts of many days and compares them learns nothing of a hidden date: whether there is one,
/// and which day it is, makes no difference to any of them.
#[test]
fn a_hidden_date_makes_no_difference_to_what_is_published_day_by_day() {
    let place = |last_day: &str| {
        let place = dated(&format!(
            "11,Ada,King,active,Lab,,2026-02-20,,\n12,Bob,Ross,active,Lab,,2020-01-01,,{last_day}\n"
        ));
        place.change(
            "policy/policy.tenure",
            "disable at most 50",
            "disable at most 0",
        );
        place.expect(0, &["apply", "--yes"]);
        place
    };
    let places = ["", "2026-02-17", "2026-02-23", "2026-04-01"].map(place);
    for until in [
        "2026-02-16",
        "2026-02-17",
        "2026-02-18",
        "2026-03-19",
        "2026-03-20",
        "2026-05-20",
    ] {
        for format in ["human", "json", "ics"] {
            let told = places.each_ref().map(|place| {
                place
                    .expect(
                        0,
                        &["forecast", "--names", "--format", format, "--until", until],
                    )
                    .out
            });
            for other in &told[1..] {
                assert_eq!(&told[0], other, "{until} {format}");
            }
        }
    }
}

/// Six people of each of two zones, whose days are the same and whose evenings are not.
#[test]
fn an_event_of_a_calendar_is_there_once_whatever_trips_on_its_day() {
    let leaver = |id: u32| {
        let zone = if id < 20 {
            "Europe/Berlin"
        } else {
            "Europe/London"
        };
        format!("{id},P{id},Q,active,Lab,,2020-01-01,{zone},2026-02-17\n")
    };
    let place = dated(&(14..26).map(leaver).collect::<String>());
    place.change(
        "policy/policy.tenure",
        "disable at most 50",
        "disable at most 2",
    );
    place.expect(0, &["apply", "--yes"]);
    let calendar = place.expect(0, &["forecast", "--format", "ics"]).out;
    let uids: Vec<&str> = calendar
        .lines()
        .filter(|line| line.starts_with("UID:"))
        .collect();
    let different: BTreeSet<&&str> = uids.iter().collect();
    assert_eq!(uids.len(), different.len(), "{calendar}");
    assert!(calendar.contains("DATE:20260217"), "{calendar}");
}
