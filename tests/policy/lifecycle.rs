//! Stages: who is where, what is held, what is certain, and exceptions.

use super::bench::Bench;

#[test]
fn a_record_that_cannot_be_read_gets_nothing() {
    let wishes = Bench::new()
        .people("id,hire_date,status\n1,2026-02-30,active\n")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 held: HR's record cannot be read: `hire_date` is a date that is in no calendar: `2026-02-30`
      account hold
      zone Europe/Berlin
      unit untouched
    ");
}

#[test]
fn an_end_that_is_certain_is_seen_even_in_a_record_that_cannot_be_read() {
    let wishes = Bench::new()
        .people(
            "id,hire_date,last_day\n\
             1,nonsense,2026-01-31\n\
             2,nonsense,2026-12-31\n\
             3,2020-01-01,nonsense\n",
        )
        .only("account")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 held: `hire_date` is not a date: `nonsense`, ends in leaver
      account hold
    2 held: HR's record cannot be read: `hire_date` is not a date: `nonsense`
      account hold
    3 held: HR's record cannot be read: `last_day` is not a date: •••
      account hold
    ");
}

#[test]
fn an_end_is_not_certain_where_the_zone_is_unknown_and_the_day_not_over_everywhere() {
    // Nobody knows where 1 and 2 are. On 2 March at 09:00 in Berlin, 1 March is over everywhere but in the far west.
    let bench = Bench::new()
        .policy(
            "person {
               id         : int     key
               first_name : text
               last_name  : text
               status     : one of (\"onboarding\", \"active\", \"leave\", \"inactive\")
               contract   : one of (\"internal\", \"external\")    from \"employment_type\"
               hire_date  : date
               last_day   : date?   from \"termination_date\"
               office     : text?
               zone       : timezone?
             }
             timezone zone else \"Europe/Berlin\"",
        )
        .people("id,zone,last_day\n1,Mars,2026-03-01\n2,Mars,2026-02-28\n");
    insta::assert_snapshot!(bench.only("zone").wishes(), @r"
    1 held: HR's record cannot be read: `zone` is not a time zone: `Mars`
      zone Etc/GMT+12
    2 held: HR's record cannot be read: `zone` is not a time zone: `Mars`, ends in leaver
      zone Etc/GMT+12
    ");
}

#[test]
fn unknown_is_not_missing() {
    let wishes = Bench::new()
        .policy(
            "groups {
               when supervisor.department == \"IT\" => \"SG-It\"
               when supervisor is present => \"SG-Led\"
             }
             unit {
               when supervisor.department == \"IT\" => \"OU=It\"
               otherwise => \"OU=Staff\"
             }
             profile {
               cn = \"{last_name}\"
               sAMAccountName = login once
               mail = \"{login}@{domain}\" once
               manager = supervisor else clear
               info = supervisor.last_name else clear
             }",
        )
        .people(
            "id,department,supervisor,hire_date\n\
             1,IT,,2020-01-01\n\
             2,IT,1,2020-01-01\n\
             3,IT,4,2020-01-01\n\
             4,IT,1,nonsense\n\
             5,IT,99,2020-01-01\n",
        )
        .only("unit groups info manager")
        .wishes();
    insta::assert_snapshot!(wishes, @r#"
    1 employee
      unit OU=Staff,OU=Company,DC=example,DC=com
      info = clear
      manager = clear
      groups SG-Staff
    2 employee
      unit OU=It,OU=Company,DC=example,DC=com
      info = ["King"]
      manager = person 1, else clear
      groups SG-It, SG-Led, SG-Staff
    3 employee
      unit held: the record of 4 cannot be read
      info = held: the record of 4 cannot be read
      manager = person 4, else clear
      groups SG-Led, SG-Staff
      groups hold SG-It: the record of 4 cannot be read
    5 employee
      unit held: HR has no record of 99
      info = held: HR has no record of 99
      manager = person 99, else clear
      groups SG-Led, SG-Staff
      groups hold SG-It: HR has no record of 99
    4 held: HR's record cannot be read: `hire_date` is not a date: `nonsense`
      unit untouched
    "#);
}

#[test]
fn a_lifecycle_that_reads_somebody_unknown_holds_the_whole_person() {
    let wishes = Bench::new()
        .policy(
            "lifecycle {
               when contract == \"external\" => unmanaged
               when supervisor is present and supervisor.status == \"inactive\" => leaver
               when today < hire_date => future
               when status in [\"active\", \"onboarding\", \"leave\", \"inactive\"] => employee
             }",
        )
        .people("id,supervisor,contract\n1,,internal\n2,9,internal\n3,9,external\n")
        .only("account")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      account enabled
    2 held: HR has no record of 9
      account hold
    3 unmanaged
      account untouched
    ");
}

#[test]
fn an_exception_includes_its_last_day_in_the_persons_zone() {
    let bench = Bench::new()
        .policy("exception for 1 until 2026-03-01 because \"T-1\" { grant \"SG-Extra\" }")
        .people("id,office\n1,Honolulu\n2,Honolulu\n")
        .only("groups next");
    insta::assert_snapshot!(bench.wishes(), @r"
    1 employee
      groups SG-Extra, SG-HNL, SG-Staff
      next 2026-03-02T10:00:00Z
    2 employee
      groups SG-HNL, SG-Staff
    ");
    insta::assert_snapshot!(bench.at("2026-03-02T10:00:00Z").wishes(), @r"
    1 employee
      groups SG-HNL, SG-Staff
    2 employee
      groups SG-HNL, SG-Staff
    ");
}

#[test]
fn an_exception_says_what_a_stage_says() {
    let wishes = Bench::new()
        .policy(
            "exception for 1 until 2026-04-01 because \"T-1\" { stage leaver }
             exception for 2 until 2026-04-01 because \"T-2\" { account untouched }
             exception for 3 until 2026-04-01 because \"T-3\" { unit \"OU=Lab\"  set title = \"Guest\" }
             exception for 4 until 2026-04-01 because \"T-4\" { account enabled }
             exception for 5 until 2026-02-01 because \"over\" { account disabled }",
        )
        .people("id,last_day\n1,\n2,\n3,\n4,2026-01-01\n5,\n")
        .only("account unit title groups")
        .wishes();
    insta::assert_snapshot!(wishes, @r#"
    1 leaver
      account disabled
      unit OU=Staff,OU=Company,DC=example,DC=com
      groups are none
    2 employee
      account untouched
      unit untouched
    3 employee
      account enabled
      unit OU=Lab,OU=Company,DC=example,DC=com
      title = ["Guest"] (stage)
      groups SG-Staff
    4 leaver
      account enabled
      unit OU=Staff,OU=Company,DC=example,DC=com
      groups are none
    5 employee
      account enabled
      unit OU=Staff,OU=Company,DC=example,DC=com
      groups SG-Staff
    "#);
}

#[test]
fn two_exceptions_for_one_person_add_up() {
    let wishes = Bench::new()
        .policy(
            "exception for 1 until 2026-04-01 because \"T-1\" { grant \"SG-A\" }
             exception for 1 until 2026-04-01 because \"T-2\" { grant \"SG-B\" }",
        )
        .people("id\n1\n")
        .only("groups")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      groups SG-A, SG-B, SG-Staff
    ");
}

#[test]
fn a_stage_that_was_called_otherwise_is_found_by_both_names() {
    let policy = Bench::new()
        .policy(
            "stage gone was leaver, left { account disabled }
             lifecycle {
               when status == \"inactive\" => gone
               when contract == \"external\" => unmanaged
               when today < hire_date => future
               otherwise => hold
             }
             exception for 1 until 2026-04-01 because \"T-1\" { stage employee }",
        )
        .without("stage leaver")
        .right();
    let gone = policy.rules.stage_named("gone");
    assert!(gone.is_some());
    assert_eq!(policy.rules.stage_named("left"), gone);
}
