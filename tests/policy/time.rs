//! Time: days in the person's zone, instants, clamped months, changes of the clock, and when something changes next.

use super::bench::Bench;

#[test]
fn today_is_another_day_in_honolulu() {
    let bench = Bench::new()
        .people("id,office,last_day\n1,Berlin,2026-03-01\n2,Honolulu,2026-03-01\n3,,2026-03-01\n")
        .only("zone next");
    insta::assert_snapshot!(bench.wishes(), @r"
    1 leaver
      zone Europe/Berlin
    2 employee
      zone Pacific/Honolulu
      next 2026-03-02T10:00:00Z
    3 leaver
      zone Europe/Berlin
    ");
    // The flip is exact: a second before it nothing has changed, at it everything has.
    let before = bench.clone().at("2026-03-02T09:59:59Z").wishes();
    assert!(before.contains("2 employee"), "{before}");
    let at = bench.at("2026-03-02T10:00:00Z").wishes();
    assert!(at.contains("2 leaver"), "{at}");
}

/// Where one person is at an instant, if a condition makes them a leaver.
fn leaver_when(condition: &str, last_day: &str, now: &str) -> String {
    Bench::new()
        .policy(&format!(
            "lifecycle {{
               when contract == \"external\" => unmanaged
               when last_day is present and {condition} => leaver
               when today < hire_date => future
               when status in [\"active\", \"onboarding\", \"leave\", \"inactive\"] => employee
             }}"
        ))
        .people(&format!("id,last_day\n1,{last_day}\n"))
        .at(now)
        .only("next")
        .wishes()
}

#[test]
fn a_point_in_time_is_met_to_the_second() {
    let condition = "now >= last_day at 18:00";
    insta::assert_snapshot!(leaver_when(condition, "2026-03-31", "2026-03-31T15:59:59Z"), @r"
    1 employee
      next 2026-03-31T16:00:00Z
    ");
    insta::assert_snapshot!(leaver_when(condition, "2026-03-31", "2026-03-31T16:00:00Z"), @"1 leaver");
}

#[test]
fn a_time_that_the_clock_skips_is_the_first_instant_behind_it() {
    // On 29 March 2026 Berlin goes from 02:00 to 03:00.
    insta::assert_snapshot!(leaver_when("now >= last_day at 02:30", "2026-03-29", "2026-03-29T00:59:59Z"), @r"
    1 employee
      next 2026-03-29T01:00:00Z
    ");
}

#[test]
fn of_a_time_that_the_clock_shows_twice_the_first_counts() {
    // On 25 October 2026 Berlin goes from 03:00 back to 02:00.
    insta::assert_snapshot!(leaver_when("now >= last_day at 02:30", "2026-10-25", "2026-10-25T00:00:00Z"), @r"
    1 employee
      next 2026-10-25T00:30:00Z
    ");
}

#[test]
fn months_clamp_and_at_binds_looser_than_plus() {
    // 31 January and a month is 28 February, in Berlin at 18:00.
    insta::assert_snapshot!(leaver_when("now > last_day + 1 month at 18:00", "2026-01-31", "2026-02-01T00:00:00Z"), @r"
    1 employee
      next 2026-02-28T17:00:00.000000001Z
    ");
    insta::assert_snapshot!(leaver_when("today >= last_day + 1 year", "2024-02-29", "2025-01-01T00:00:00Z"), @r"
    1 employee
      next 2025-02-27T23:00:00Z
    ");
}

#[test]
fn of_several_comparisons_the_earliest_change_counts() {
    let wishes = Bench::new()
        .policy(
            "groups {
               when today < hire_date + 30 days => \"SG-New\"
               when today >= 2026-03-20 => \"SG-Spring\"
               when now > 2026-03-10 at 12:00 => \"SG-Late\"
               when today == 2026-03-02 => \"SG-Monday\"
             }",
        )
        .people("id,hire_date\n1,2026-02-10\n2,2020-01-01\n")
        .only("groups next")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      groups SG-Monday, SG-New, SG-Staff
      next 2026-03-02T23:00:00Z
    2 employee
      groups SG-Monday, SG-Staff
      next 2026-03-02T23:00:00Z
    ");
}

#[test]
fn never_is_later_than_all_and_brings_no_change() {
    let wishes = Bench::new()
        .policy(
            "let end = last_day else never
             lifecycle {
               when contract == \"external\" => unmanaged
               when now >= end + 90 days at 18:00 => leaver
               when today < hire_date => future
               when status in [\"active\", \"onboarding\", \"leave\", \"inactive\"] => employee
             }",
        )
        .people("id\n1\n")
        .only("next")
        .wishes();
    insta::assert_snapshot!(wishes, @"1 employee");
}
