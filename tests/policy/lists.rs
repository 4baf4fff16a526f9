//! Lists: literals, parameters, fields, and what `any`, `all` and `count` ask of their elements.

use super::bench::Bench;

fn tagged() -> Bench {
    Bench::new().people(
        "id,duties,nickname\n1,\"First aid, Works council\",Ada\n2,First aid,\n3,,\n4,\"Fire, Keys\",Bob\n",
    )
}

#[test]
fn any_all_and_count_ask_the_elements_of_a_list() {
    let bench = tagged();
    for (condition, holds) in [
        ("any d in duties where (d == \"First aid\")", "1 2"),
        ("any d in duties where (d matches \"F*\")", "1 2 4"),
        ("all d in duties where (d == \"First aid\")", "2 3"),
        ("not (all d in duties where (d matches \"F*\"))", "1 4"),
        ("count d in duties where (d matches \"F*\") == 1", "1 2 4"),
        ("count d in duties where (d matches \"*\") == 0", "3"),
        ("count d in duties where (d is present) == 2", "1 4"),
        (
            "any d in duties where (count e in duties where (e == d) == 1 and d == \"Fire\")",
            "4",
        ),
        ("\"Fire\" in duties", "4"),
        ("duties is missing", "3"),
        ("nickname in [\"Ada\", nickname]", "1 4"),
        ("first_name in [nickname]", "1"),
    ] {
        assert_eq!(bench.asks(condition), holds, "{condition}");
    }
}

#[test]
fn what_is_known_to_be_present_is_asked_for_all_and_counted() {
    let wishes = tagged()
        .policy(
            "fn each(l : list of text) : bool = all x in l where (x matches \"F*\")
             let tags = duties
             groups {
               when duties is present and all d in duties where (d == \"First aid\") => \"SG-Aid\"
               when duties is present and count d in duties where (d matches \"*\") == 2 => \"SG-Two\"
               when tags is present and each(tags) => \"SG-F\"
               when (any d in duties where (d == \"Keys\")) and all d2 in duties where (d2 != \"First aid\") => \"SG-Keys\"
             }",
        )
        .only("groups")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      groups SG-Staff, SG-Two
    2 employee
      groups SG-Aid, SG-F, SG-Staff
    3 employee
      groups SG-Staff
    4 employee
      groups SG-Keys, SG-Staff, SG-Two
    ");
}

#[test]
fn a_list_stands_wherever_a_type_may_stand() {
    let bench = Bench::new()
        .policy(
            "param floors : list of int = [1, 2]
             param kinds : list of one of (\"permanent\", \"trainee\")
             let known : list of text? = duties
             fn firsts(l : list of text, m : list of text?) : list of text? = m
             let given = firsts([\"a\"], known)
             groups {
               when workload is present and 2 in floors => \"SG-Floor\"
               when kind in kinds                       => \"SG-Kind\"
               when \"Fire\" in given                   => \"SG-Fire\"
             }",
        )
        .param("kinds", "trainee, permanent")
        .people("id,duties,kind\n1,Fire,trainee\n2,,\n")
        .only("groups");
    insta::assert_snapshot!(bench.wishes(), @r"
    1 employee
      groups SG-Fire, SG-Floor, SG-Kind, SG-Staff
    2 employee
      groups SG-Floor, SG-Staff
    ");
}

#[test]
fn a_list_of_nothing_but_missing_values_is_missing() {
    let wishes = Bench::new()
        .policy(
            "profile {
               cn             = \"{first_name} {last_name} {id}\"
               sAMAccountName = login  once
               mail           = \"{login}@{domain}\"  once
               otherMailbox   = [email, nickname]  else clear
             }",
        )
        .people("id,email,nickname\n1,a@example.com,\n2,,\n3,c@example.com,c\n")
        .only("otherMailbox")
        .wishes();
    insta::assert_snapshot!(wishes, @r#"
    1 employee
      otherMailbox = ["a@example.com"]
    2 employee
      otherMailbox = clear
    3 employee
      otherMailbox = ["c@example.com", "c"]
    "#);
}

#[test]
fn the_element_that_decides_is_named() {
    let bench = tagged().policy(
        "groups {
           when any d in duties where (d matches \"F*\")                          => \"SG-F\"
           when duties is present and all d in duties where (d matches \"F*\")    => \"SG-All\"
         }",
    );
    insta::assert_snapshot!(bench.explains(4), @r#"
    Fails: when contract == "external" => unmanaged
      does not hold: contract == "external"
        contract: "internal"
    Fails: when last_day is present and today > last_day => leaver
      does not hold: last_day is present
        last_day: •••
    Fails: when today < hire_date => future
      does not hold: today < hire_date
        today: 2026-03-02
        hire_date: 2020-01-01
    Decides: when status in ["active", "onboarding", "leave", "inactive"] => employee
      holds: status in ["active", "onboarding", "leave", "inactive"]
        status: "active"
    Decides: when any d in duties where (d matches "F*") => "SG-F"
      holds: any d in duties where (d matches "F*")
        one of `duties`: "Fire"
        duties: Fire, Keys
    Fails: when duties is present and all d in duties where (d matches "F*") => "SG-All"
      does not hold: all d in duties where (d matches "F*")
        not all of `duties`: "Keys"
        duties: Fire, Keys
    Decides: always => "SG-Staff"
    Fails: when site is present => "SG-{site.code}"
      does not hold: site is present
        site: missing
    "#);
}
