//! Every change names what made it due: HR, the policy, time, or somebody's hand (S19).

use super::company::{Company, Row, dn, policy};
use tenure::directory::port::Operation;
use tenure::plan::FindingKind;

/// Ada leads Bob; Cleo has left; all are looked after, and there is nothing to do.
fn settled() -> Company {
    let mut company = Company::new(
        vec![
            Row::new(1, "Ada", "King"),
            Row {
                boss: "1".into(),
                ..Row::new(2, "Bob", "Ross")
            },
            Row::new(3, "Cleo", "Old"),
        ],
        "",
    );
    company.run();
    company.later(1);
    company.row(3).ends = "2026-03-02".into();
    company.run();
    company.later(1);
    assert_eq!(company.due(), Vec::<String>::new());
    company
}

const ADA: &str = "CN=Ada King,OU=Berlin,OU=Staff";
const BOB: &str = "CN=Bob Ross,OU=Berlin,OU=Staff";
const CLEO: &str = "CN=Cleo Old,OU=Leavers";

#[test]
fn what_hands_changed_is_put_back_by_hand_and_nothing_else() {
    let company = settled();
    company.by_hand(ADA, "department", Some("Engineering"), Some("Sales"));
    company.member_by_hand("SG-Git", ADA, false);
    company.by_hand(CLEO, "userAccountControl", Some("514"), Some("512"));
    company.operate(&Operation::Move {
        guid: company.account_of(2).unwrap().guid(),
        from: dn(BOB),
        to: dn("CN=Bob Ross,OU=Staff"),
    });
    let mut due = company.done();
    due.sort();
    assert_eq!(
        due,
        [
            "add ada king to sg-git (byhand)",
            "disable cleo old (byhand)",
            "modify ada king: department: sales -> engineering (byhand)",
            "move bob ross to cn=bob ross,ou=berlin,ou=staff,ou=company (byhand)",
        ]
    );
}

#[test]
fn a_value_that_a_hand_wrote_where_nothing_should_be_is_by_hand() {
    let mut company = settled();
    company.row(1).department = "";
    company.run();
    company.later(20);
    company.run();
    company.by_hand(ADA, "department", None, Some("Sales"));
    company.by_hand(CLEO, "telephoneNumber", None, Some("123"));
    company.by_hand(BOB, "telephoneNumber", Some("+49 30 5550-2"), None);
    let mut due = company.done();
    due.sort();
    assert_eq!(
        due,
        [
            "modify ada king: department: sales ->  (byhand)",
            "modify bob ross: telephonenumber:  -> +49 30 5550-2 (byhand)",
            "modify cleo old: telephonenumber: 123 ->  (byhand)",
        ]
    );
}

#[test]
fn a_forbidden_membership_that_a_hand_gave_is_taken_by_hand() {
    let mut company = settled();
    company.row(1).kind = "trainee";
    company.run();
    company.member_by_hand("SG-Finance", ADA, true);
    assert_eq!(
        company.done(),
        ["remove ada king from sg-finance, not ours (byhand)"]
    );
    company.member_by_hand("SG-Hand", CLEO, true);
    assert_eq!(
        company.done(),
        ["remove cleo old from sg-hand, not ours (byhand)"]
    );
}

#[test]
fn what_hr_says_otherwise_is_hr() {
    let mut company = settled();
    company.row(2).last = "Rossi";
    company.row(2).office = "Honolulu";
    company.row(1).department = "Finance";
    let mut due = company.done();
    due.sort();
    assert_eq!(
        due,
        [
            "add ada king to sg-finance (hr)",
            "add ada king to sg-license-e3 (hr)",
            "add bob ross to sg-hnl (hr)",
            "modify ada king: department: engineering -> finance (hr)",
            "modify bob ross: displayname: bob ross -> bob rossi, sn: ross -> rossi (hr)",
            "move bob ross to cn=bob rossi,ou=honolulu,ou=staff,ou=company (hr)",
            "remove ada king from sg-license-e5 (hr)",
            "unit ou=honolulu,ou=staff,ou=company (hr)",
        ]
    );
}

#[test]
fn a_rehire_is_hr_wherever_its_stage_shows() {
    let mut company = settled();
    company.row(3).ends.clear();
    let mut due = company.done();
    due.sort();
    assert_eq!(
        due,
        [
            "add cleo old to dl-everyone (hr)",
            "add cleo old to sg-ber (hr)",
            "add cleo old to sg-git (hr)",
            "add cleo old to sg-license-e5 (hr)",
            "add cleo old to sg-staff (hr)",
            "enable cleo old (hr)",
            "modify cleo old: description: no longer with us -> , telephonenumber:  -> +49 30 5550-3 (hr)",
            "move cleo old to cn=cleo old,ou=berlin,ou=staff,ou=company (hr)",
        ]
    );
}

#[test]
fn what_the_policy_says_otherwise_is_policy() {
    let mut company = settled();
    company.policy = policy(&[
        (
            "\"{first_name} {last_name}\"\n  sAM",
            "\"{last_name}, {first_name}\"\n  sAM",
        ),
        (
            "\"SG-Git\", \"SG-License-E5\"",
            "\"SG-Hand\", \"SG-License-E5\"",
        ),
        (
            "otherwise            => \"OU=Staff\"",
            "otherwise            => \"OU=Leavers\"",
        ),
    ]);
    let mut due = company.done();
    due.sort();
    assert_eq!(
        due,
        [
            "add ada king to sg-hand (policy)",
            "add bob ross to sg-hand (policy)",
            "modify ada king: displayname: ada king -> king, ada (policy)",
            "modify bob ross: displayname: bob ross -> ross, bob (policy)",
            "modify cleo old: displayname: cleo old -> old, cleo (policy)",
        ]
    );
}

#[test]
fn what_comes_with_the_day_is_time() {
    let mut company = settled();
    company.row(1).ends = "2026-03-05".into();
    assert_eq!(company.done(), Vec::<String>::new());
    company.later(4);
    let mut due = company.done();
    due.sort();
    assert_eq!(
        due,
        [
            "add ada king to sg-payslips (time)",
            "disable ada king (time)",
            "modify ada king: description:  -> no longer with us, telephonenumber: +49 30 5550-1 ->  (time)",
            "move ada king to cn=ada king,ou=leavers,ou=company (time)",
            "remove ada king from dl-everyone (time)",
            "remove ada king from sg-ber (time)",
            "remove ada king from sg-git (time)",
            "remove ada king from sg-license-e5 (time)",
            "remove ada king from sg-staff (time)",
        ]
    );
}

#[test]
fn who_a_hand_disabled_stays_disabled_and_is_reported() {
    let company = settled();
    company.by_hand(ADA, "userAccountControl", Some("512"), Some("514"));
    assert_eq!(company.done(), Vec::<String>::new());
    assert_eq!(
        company.found(FindingKind::DisabledByHand),
        ["Ada King: should be enabled, but somebody else disabled it; it stays disabled"]
    );
}

#[test]
fn what_hr_says_of_others_is_hr_where_a_rule_reads_it() {
    let mut company = Company::new(
        vec![
            Row::new(1, "Ada", "King"),
            Row {
                boss: "1".into(),
                ..Row::new(2, "Bob", "Ross")
            },
            Row::new(3, "Cleo", "Old"),
        ],
        "",
    );
    company.policy = policy(&[(
        "\ngroups {\n  always  ",
        "\ngroups {
  when supervisor.department == \"Sales\" => \"SG-Hand\"
  when any r in reports where (r.kind == \"trainee\") => \"SG-Project-X\"
  always  ",
    )]);
    company.run();
    company.later(1);
    assert_eq!(company.due(), Vec::<String>::new());
    company.row(1).department = "Sales";
    company.row(2).kind = "trainee";
    let due = company.done();
    for line in [
        "add ada king to sg-project-x (hr)",
        "add bob ross to sg-hand (hr)",
    ] {
        assert!(due.iter().any(|one| one == line), "{line} in {due:#?}");
    }
    company.later(1);
    company.row(2).boss = "3".into();
    let due = company.done();
    let line = "add cleo old to sg-project-x (hr)";
    assert!(due.iter().any(|one| one == line), "{due:#?}");
}
