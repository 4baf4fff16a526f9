//! Groups in one order: rows and exceptions, what the stage restricts, its own grants, what is forbidden.

use tenure::policy::Block;

use super::bench::Bench;

/// The groups of a leaver whose stage says this, with an exception that grants.
fn leaver(clauses: &str) -> String {
    Bench::new()
        .policy(&format!(
            "stage leaver {{ account disabled {clauses} }}
             exception for 1 until 2026-04-01 because \"T-1\" {{ grant \"SG-Extra\" }}"
        ))
        .people("id,office,last_day\n1,Berlin,2026-01-31\n")
        .only("groups forbidden")
        .wishes()
}

#[test]
fn a_stage_restricts_what_rows_and_exceptions_grant_and_then_grants_its_own() {
    insta::assert_snapshot!(leaver(""), @r"
    1 leaver
      groups SG-BER, SG-Extra, SG-Staff
    ");
    insta::assert_snapshot!(leaver("groups none"), @r"
    1 leaver
      groups are none
    ");
    insta::assert_snapshot!(leaver("groups none grant \"SG-Payslips\""), @r"
    1 leaver
      groups SG-Payslips
      groups are none
    ");
    insta::assert_snapshot!(leaver("groups none of ours grant \"SG-Payslips\""), @r"
    1 leaver
      groups SG-Payslips
      groups are none of ours
    ");
    insta::assert_snapshot!(leaver("groups except \"SG-St*\", \"SG-Extra\""), @r"
    1 leaver
      groups SG-BER
      groups are as rules except SG-St*, SG-Extra
    ");
    insta::assert_snapshot!(leaver("groups none except \"SG-Wifi\""), @r"
    1 leaver
      groups are none except SG-Wifi
    ");
    insta::assert_snapshot!(leaver("groups untouched"), @r"
    1 leaver
      groups are untouched
    ");
}

#[test]
fn an_exception_that_restricts_may_grant_too() {
    let wishes = Bench::new()
        .policy(
            "exception for 1 until 2026-04-01 because \"T-1\" { groups none grant \"SG-Only\" }",
        )
        .people("id\n1\n")
        .only("groups")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      groups SG-Only
      groups are none
    ");
}

#[test]
fn one_group_of_two_rows_is_granted_once_and_names_have_no_case() {
    let wishes = Bench::new()
        .policy("groups { always => \"sg-staff\" when department == \"IT\" => \"SG-STAFF\", \"SG-It\" }")
        .people("id,department\n1,IT\n")
        .only("groups")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      groups SG-It, sg-staff
    ");
}

#[test]
fn the_table_names_groups_and_exactly_those_are_managed() {
    let bench = Bench::new()
        .policy("lists { when site is present => \"DL-{site.code}\" always => \"DL-All\" }");
    let policy = bench.right();
    let names = |kind| {
        let blocks: Vec<_> = policy.rules.blocks_of(kind).collect();
        let [block] = blocks.as_slice() else {
            panic!("one block of each kind");
        };
        block.names.join(" ")
    };
    assert_eq!(names(Block::Groups), "SG-BER SG-HNL SG-Staff");
    assert_eq!(names(Block::Lists), "DL-All DL-BER DL-HNL");
}

#[test]
fn a_stage_grants_a_list_into_the_block_of_lists() {
    let wishes = Bench::new()
        .policy(
            "lists { always => \"DL-All\" }
             stage leaver { account disabled groups none lists none grant \"dl-all\", \"SG-Payslips\" }",
        )
        .people("id,last_day\n1,2026-01-31\n2,\n")
        .only("groups lists")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 leaver
      groups SG-Payslips
      groups are none
      lists dl-all
      lists are none
    2 employee
      groups SG-Staff
      lists DL-All
    ");
}

#[test]
fn what_is_forbidden_is_said_beside_what_is_granted() {
    let wishes = Bench::new()
        .policy(
            "forbid \"SG-Staff\" when contract == \"internal\" and status == \"leave\"
             forbid \"SG-Never\"",
        )
        .people("id,status\n1,leave\n2,active\n")
        .only("groups forbidden")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      groups SG-Staff
      forbidden SG-Never, SG-Staff
    2 employee
      groups SG-Staff
      forbidden SG-Never
    ");
}

#[test]
fn a_list_of_tags_is_asked_with_in() {
    let wishes = Bench::new()
        .policy("groups { when \"First aid\" in duties => \"SG-Aid\" when kind in [\"trainee\"] => \"SG-Learn\" }")
        .people("id,duties,kind\n1,\"First aid, Works council\",trainee\n2,Works council,\n3,,permanent\n")
        .only("groups")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      groups SG-Aid, SG-Learn, SG-Staff
    2 employee
      groups SG-Staff
    3 employee
      groups SG-Staff
    ");
}

#[test]
fn an_approval_and_an_invariant_are_about_those_for_whom_their_condition_holds() {
    let wishes = Bench::new()
        .policy(
            "approve disable
             approve grant \"SG-Staff\" when status == \"leave\"
             approve delete when supervisor is present and supervisor.status == \"leave\"
             invariant \"internals stay\" when contract == \"internal\" never stage unmanaged
             invariant \"on leave\" when status == \"leave\" never group \"SG-Staff\"
             invariant \"by the boss\" when supervisor is present and supervisor.status == \"leave\" never group \"SG-Staff\"",
        )
        .people("id,status,supervisor\n1,leave,\n2,active,1\n3,active,9\n")
        .only("asks never groups")
        .wishes();
    insta::assert_snapshot!(wishes, @r#"
    1 employee
      groups SG-Staff
      asks approve grant "SG-Staff" when status == "leave"
      never breaks internals stay
      never breaks on leave
    2 employee
      groups SG-Staff
      asks approve delete when supervisor is present and supervisor.status == "leave"
      never breaks internals stay
      never breaks by the boss
    3 employee
      groups hold SG-Staff: HR has no record of 9
      asks approve delete when supervisor is present and supervisor.status == "leave"
      never breaks internals stay
      never breaks by the boss (perhaps: HR has no record of 9)
    "#);
}

#[test]
fn blocks_that_say_the_same_of_a_group_may_both_name_it() {
    let policy = Bench::new()
        .policy(
            "groups { always => \"SG-Staff\" }
             groups { when site is present => \"SG-Other\" manage all linger 3 days }
             groups { when contract == \"internal\" => \"SG-Other\" linger 3 days manage all }",
        )
        .right();
    assert_eq!(policy.rules.blocks.len(), 4);
}
