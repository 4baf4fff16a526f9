//! Employments: a rehire and a change of company are second ones.

use super::bench::Bench;

const EMPLOYMENT: &str = "employment {
   start   : date  from \"employment_start_date\"
   end     : date? from \"employment_end_date\"
   company : text?
   status  : one of (\"active\", \"ended\")
 }";

/// Ada was here twice, Bob never, Cy for two companies, Dee left.
fn company() -> Bench {
    Bench::new()
        .policy(EMPLOYMENT)
        .people("id\n1\n2\n3\n4\n")
        .employments(
            "person,start,end,company,status\n\
             1,2020-01-01,2021-12-31,North,ended\n1,2025-01-01,,North,active\n\
             3,2024-01-01,,South,active\n3,2024-06-01,2026-12-31,North,active\n\
             4,2020-01-01,2025-12-31,,ended\n",
        )
}

#[test]
fn conditions_ask_each_employment() {
    let bench = company();
    for (condition, holds) in [
        ("employments is present", "1 3 4"),
        (
            "any e in employments where (e.status == \"active\" and e.start <= today)",
            "1 3",
        ),
        ("all e in employments where (e.status == \"ended\")", "2 4"),
        (
            "employments is present and all e in employments where ((e.end else never) < today)",
            "4",
        ),
        (
            "count e in employments where (e.status == \"active\") == 2",
            "3",
        ),
        (
            "count e in employments where (e.start > 1900-01-01) > 1",
            "1 3",
        ),
        ("any e in employments where (e.company is missing)", "4"),
        (
            "any e in employments where (any f in employments where (f.company != e.company))",
            "3 4",
        ),
        (
            "any e in employments where (e.end is present and e.end >= today)",
            "3",
        ),
    ] {
        assert_eq!(bench.asks(condition), holds, "{condition}");
    }
}

#[test]
fn a_stage_of_those_who_are_employed_somewhere() {
    let wishes = company()
        .policy(
            "lifecycle {
               when contract == \"external\" => unmanaged
               when employments is missing => hold
               when any e in employments where (e.start <= today and (e.end else never) >= today) => employee
               when all e in employments where ((e.end else never) < today) => leaver
               otherwise => hold
             }",
        )
        .only("account next")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      account enabled
    2 hold
      account hold
    3 employee
      account enabled
    4 leaver
      account disabled
    ");
}

#[test]
fn one_bad_employment_quarantines_the_person_and_says_which() {
    let bench = company().employments(
        "person,start,end,company,status\n\
         1,2025-01-01,,North,active\n1,2020-01-01,2021-13-31,,ended\n\
         2,,,South,gone\n3,2024-01-01,,South,active\n",
    );
    let policy = bench.right();
    let people = bench.snapshot(&policy);
    let reasons: Vec<String> = people
        .quarantined()
        .iter()
        .flat_map(|record| {
            record
                .reasons
                .iter()
                .map(|reason| format!("{reason}; {}", reason.mend))
        })
        .collect();
    insta::assert_snapshot!(reasons.join("\n"), @r"
    `employments` 1 of 2: `end` is a date that is in no calendar: •••; correct the date in HR
    `employments` 1 of 1: `start` is missing; fill in `employment_start_date` in HR, or declare it `date?` if people may be without it
    `employments` 1 of 1: `status` is none of `active`, `ended`: `gone`; correct it in HR, or add the value to the policy's `one of (…)`
    ");
    let wishes = bench
        .policy(
            "groups { when any e in employments where (e.company == \"South\") => \"SG-South\" }",
        )
        .only("account groups")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    3 employee
      account enabled
      groups SG-South, SG-Staff
    4 employee
      account enabled
      groups SG-Staff
    1 held: `employments` 1 of 2: `end` is a date that is in no calendar: •••
      account hold
    2 held: `employments` 1 of 1: `start` is missing
      account hold
    ");
}

#[test]
fn neither_the_order_of_employments_nor_that_of_rows_leaves_a_trace() {
    let bench = company();
    let policy = bench.right();
    let digest = bench.snapshot(&policy).digest();
    let shuffled = company().employments(
        "person,start,end,company,status\n\
         4,2020-01-01,2025-12-31,,ended\n\
         3,2024-06-01,2026-12-31,North,active\n1,2025-01-01,,North,active\n\
         1,2020-01-01,2021-12-31,North,ended\n3,2024-01-01,,South,active\n",
    );
    assert_eq!(shuffled.snapshot(&policy).digest(), digest);
    let other = company().employments("person,start,status\n1,2020-01-01,ended\n");
    assert_ne!(other.snapshot(&policy).digest(), digest);
}

#[test]
fn what_is_sensitive_in_an_employment_is_not_shown() {
    let explained = company()
        .policy(
            "groups {
               when any e in employments where (e.end is present and e.end > 2026-01-01) => \"SG-Soon\"
             }",
        )
        .explains(3);
    insta::assert_snapshot!(explained, @r#"
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
    Decides: when any e in employments where (e.end is present and e.end > 2026-01-01) => "SG-Soon"
      holds: any e in employments where (e.end is present and e.end > 2026-01-01)
        one of `employments`: start 2024-06-01, end •••, company North, status active
        employments: 2 employments
    Decides: always => "SG-Staff"
    Fails: when site is present => "SG-{site.code}"
      does not hold: site is present
        site: missing
    "#);
}

#[test]
fn the_supervisor_of_an_employment_is_a_person() {
    let bench = Bench::new()
        .policy("employment { start : date  boss : person? from \"supervisor.id\" }")
        .people("id,office\n1,Berlin\n2,Paris\n3,Paris\n")
        .employments("person,start,boss\n2,2020-01-01,1\n3,2020-01-01,2\n3,2021-01-01,\n")
        .policy("groups { when any e in employments where (e.boss.office == \"Berlin\") => \"SG-Home\" }");
    let policy = bench.right();
    assert_eq!(&*policy.rules.related[0].name, "employments.boss.office");
    insta::assert_snapshot!(bench.only("groups").wishes(), @r"
    1 employee
      groups SG-BER, SG-Staff
    2 employee
      groups SG-Home, SG-Staff
    3 employee
      groups SG-Staff
    ");
}
