//! Relations: who reports to whom, and what is known of other people.

use super::bench::Bench;

/// Ada leads Bob and Cy, Bob leads Dee and Eve; Finn has nobody.
const COMPANY: &str = "id,last_name,department,supervisor\n\
    1,Ada,Board,\n2,Bob,IT,1\n3,Cy,HR,1\n4,Dee,IT,2\n5,Eve,,2\n6,Finn,IT,\n";

#[test]
fn chains_reports_and_managers() {
    let bench = Bench::new().people(COMPANY);
    for (condition, holds) in [
        ("is_manager", "1 2"),
        ("not is_manager", "3 4 5 6"),
        ("reports is missing", "3 4 5 6"),
        ("supervisor.is_manager", "2 3 4 5"),
        ("supervisor.department == \"Board\"", "2 3"),
        ("supervisor.supervisor.department == \"Board\"", "4 5"),
        ("supervisor.supervisor.supervisor is present", ""),
        ("any r in reports where (r.department == \"IT\")", "1 2"),
        ("any r in reports where (r.is_manager)", "1"),
        ("any r in all_reports where (r.department == \"HR\")", "1"),
        ("all r in reports where (r.department == \"IT\")", "3 4 5 6"),
        (
            "count r in reports where (r.department is present) == 2",
            "1",
        ),
        (
            "count r in all_reports where (r.last_name matches \"*\") == 4",
            "1",
        ),
        (
            "any r in reports where (any q in r.reports where (q.last_name == \"Eve\"))",
            "1",
        ),
        (
            "any c in supervisor.reports where (c.last_name == \"Cy\")",
            "2 3",
        ),
        (
            "any r in reports where (r.supervisor.department == department)",
            "1 2",
        ),
        (
            "count r in supervisor.all_reports where (r.department == \"IT\") == 2",
            "2 3",
        ),
    ] {
        assert_eq!(bench.asks(condition), holds, "{condition}");
    }
}

#[test]
fn being_led_by_nobody_is_a_fact_and_may_open_and_close() {
    let wishes = Bench::new()
        .policy(
            "lifecycle {
               when contract == \"external\"                   => unmanaged
               when last_day is present and today > last_day => leaver
               when today < hire_date                        => future
               when not is_manager                           => employee
               when is_manager                               => employee
             }
             groups {
               when is_manager and all r in reports where (r.status == \"active\") => \"SG-Lead\"
               when not (any r in all_reports where (r.last_name == \"Eve\"))       => \"SG-Not-Over-Eve\"
             }
             forbid \"SG-Staff\" when any r in reports where (r.last_name == \"Dee\")",
        )
        .people(COMPANY)
        .only("groups forbidden")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      groups SG-Lead, SG-Staff
    2 employee
      groups SG-Lead, SG-Staff
      forbidden SG-Staff
    3 employee
      groups SG-Not-Over-Eve, SG-Staff
    4 employee
      groups SG-Not-Over-Eve, SG-Staff
    5 employee
      groups SG-Not-Over-Eve, SG-Staff
    6 employee
      groups SG-Not-Over-Eve, SG-Staff
    ");
}

/// Groups by what is asked of reports.
const ASKS: &str = "groups {
   when is_manager                                             => \"SG-Lead\"
   when any r in reports where (r.department == \"IT\")        => \"SG-It-Lead\"
   when any r in all_reports where (r.department == \"IT\")    => \"SG-Over-It\"
   when supervisor.department == \"Board\"                     => \"SG-Near\"
 }";

#[test]
fn a_record_that_cannot_be_read_holds_what_reads_it_and_nothing_else() {
    // Bob's status is none: his record is quarantined, his supervisor can be read.
    let wishes = Bench::new()
        .policy(ASKS)
        .people(
            "id,department,supervisor,status\n\
             1,Board,,active\n2,IT,1,gone\n3,HR,1,active\n4,IT,2,active\n5,,7,active\n7,Board,1,active\n",
        )
        .only("groups")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      groups SG-Lead, SG-Over-It, SG-Staff
      groups hold SG-It-Lead: the record of 2 cannot be read
    3 employee
      groups SG-Near, SG-Staff
    4 employee
      groups SG-Staff
      groups hold SG-Near: the record of 2 cannot be read
    5 employee
      groups SG-Near, SG-Staff
    7 employee
      groups SG-Lead, SG-Near, SG-Staff
    2 held: HR's record cannot be read: `status` is none of `onboarding`, `active`, `leave`, `inactive`: `gone`
    ");
}

#[test]
fn whose_supervisor_cannot_be_read_may_report_to_anybody() {
    let wishes = Bench::new()
        .policy(ASKS)
        .people(
            "id,department,supervisor,status\n\
             1,Board,,active\n2,IT,1,active\n3,HR,\"a b\u{200b}\",active\n4,HR,2,active\n",
        )
        .only("groups")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      groups SG-It-Lead, SG-Lead, SG-Over-It, SG-Staff
    2 employee
      groups SG-Lead, SG-Near, SG-Staff
      groups hold SG-It-Lead: the supervisor of 3 cannot be read, and may be anybody
      groups hold SG-Over-It: the supervisor of 3 cannot be read, and may be anybody
    4 employee
      groups SG-Staff
      groups hold SG-It-Lead: the supervisor of 3 cannot be read, and may be anybody
      groups hold SG-Lead: the supervisor of 3 cannot be read, and may be anybody
      groups hold SG-Over-It: the supervisor of 3 cannot be read, and may be anybody
    3 held: `supervisor` is not the id of a person: `a b\u{200b}`
    ");
}

#[test]
fn a_circle_of_supervisors_holds_only_what_walks_it() {
    let wishes = Bench::new()
        .policy(ASKS)
        .people("id,department,supervisor\n1,Board,2\n2,IT,1\n3,HR,2\n4,IT,3\n5,Board,99\n6,HR,5\n")
        .only("groups")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      groups SG-It-Lead, SG-Lead, SG-Over-It, SG-Staff
    2 employee
      groups SG-Lead, SG-Near, SG-Staff
      groups hold SG-Over-It: the supervisors of 2 lead in a circle
    3 employee
      groups SG-It-Lead, SG-Lead, SG-Over-It, SG-Staff
    4 employee
      groups SG-Staff
    5 employee
      groups SG-Lead, SG-Staff
      groups hold SG-Near: HR has no record of 99
    6 employee
      groups SG-Near, SG-Staff
    ");
}

#[test]
fn relations_are_explained_by_their_way() {
    let bench = Bench::new().policy(ASKS).people(COMPANY);
    insta::assert_snapshot!(bench.explains(2), @r#"
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
    Decides: when is_manager => "SG-Lead"
      holds: is_manager
        reports: 4, 5
    Decides: when any r in reports where (r.department == "IT") => "SG-It-Lead"
      holds: any r in reports where (r.department == "IT")
        one of `reports`: 4
        reports: 4, 5
    Decides: when any r in all_reports where (r.department == "IT") => "SG-Over-It"
      holds: any r in all_reports where (r.department == "IT")
        one of `all_reports`: 4
        all_reports: 4, 5
    Decides: when supervisor.department == "Board" => "SG-Near"
      holds: supervisor.department == "Board"
        supervisor.department: "Board"
        supervisor: 1
    Decides: always => "SG-Staff"
    Fails: when site is present => "SG-{site.code}"
      does not hold: site is present
        site: missing
    "#);
}

#[test]
fn what_a_rule_reads_of_others_is_named_by_the_way_there() {
    let policy = Bench::new()
        .policy(
            "fn near(p : person) : bool = p.supervisor.office == \"Berlin\"
             let team = reports
             groups {
               when any r in team where (r.near() and any q in r.reports where (q.kind == \"trainee\")) => \"SG-A\"
               when supervisor.department == \"IT\" => \"SG-B\"
               when is_manager => \"SG-C\"
             }",
        )
        .right();
    let names: Vec<&str> = policy
        .rules
        .related
        .iter()
        .map(|path| &*path.name)
        .collect();
    insta::assert_snapshot!(names.join("\n"), @r"
    reports
    reports.supervisor
    reports.supervisor.office
    reports.reports
    reports.reports.kind
    supervisor.department
    ");
}

#[test]
fn fifty_thousand_people_below_one_are_asked_in_one_pass() {
    let mut rows = "id,department,supervisor\n1,Board,\n".to_owned();
    for id in 2..=50_000 {
        let department = if id % 2 == 0 { "IT" } else { "HR" };
        rows.extend([&id.to_string(), ",", department, ",1\n"]);
    }
    let bench = Bench::new().people(&rows);
    // A walk over everybody for everybody would take hours.
    assert_eq!(
        bench.asks("count r in all_reports where (r.department == \"IT\") == 25000"),
        "1"
    );
}
