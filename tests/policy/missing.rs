//! Missing values: what compares how, and what the checker knows to be present.

use std::fmt::Write as _;

use super::bench::Bench;

/// Which of some conditions hold for a person of whom HR says nothing that it need not say, and for one of whom
/// it says everything.
fn holds(conditions: &[(&str, &str)]) -> String {
    let mut rows = String::new();
    for (name, condition) in conditions {
        writeln!(rows, "let c_{name} = {condition}").unwrap();
        let choose = format!("choose {{ when c_{name} => \"yes\" otherwise => \"no\" }}");
        writeln!(rows, "let t_{name} = {choose}").unwrap();
    }
    let holes: Vec<String> = conditions
        .iter()
        .map(|(name, _)| format!("{name} {{t_{name}}}"))
        .collect();
    let info = holes.join(", ");
    let mail = "mail = \"{login}@{domain}\" once";
    let names = "cn = last_name sAMAccountName = login once";
    writeln!(rows, "profile {{ {names} {mail} info = \"{info}\" }}").unwrap();
    Bench::new()
        .policy(&rows)
        .people("id,department,nickname,workload\n1,,,\n2,IT,Ada,40\n")
        .only("info")
        .wishes()
}

#[test]
fn equality_with_something_missing_does_not_hold_even_if_both_are() {
    let conditions = [
        ("a", "department == \"IT\""),
        ("b", "nickname == department"),
        ("c", "department in [\"IT\"]"),
        ("d", "department matches \"*\""),
        ("e", "department is missing"),
    ];
    insta::assert_snapshot!(holds(&conditions), @r#"
    1 employee
      info = ["a no, b no, c no, d no, e yes"]
    2 employee
      info = ["a yes, b no, c yes, d yes, e no"]
    "#);
}

#[test]
fn what_is_known_to_be_present_may_be_ordered_and_negated() {
    let conditions = [
        ("a", "workload is present and workload > 10"),
        ("b", "workload is missing or workload > 10"),
        ("c", "department is present and department != \"IT\""),
        ("d", "not (department is missing or department == \"IT\")"),
    ];
    insta::assert_snapshot!(holds(&conditions), @r#"
    1 employee
      info = ["a no, b yes, c no, d no"]
    2 employee
      info = ["a yes, b yes, c no, d no"]
    "#);
}

#[test]
fn an_unequal_value_in_forbid_also_holds_where_hr_says_nothing() {
    let wishes = Bench::new()
        .policy("forbid \"SG-Pay\" when kind != \"permanent\"")
        .people("id,kind\n1,\n2,permanent\n3,trainee\n")
        .only("forbidden")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      forbidden SG-Pay
    2 employee
    3 employee
      forbidden SG-Pay
    ");
}

#[test]
fn else_gives_the_first_value_that_is_there() {
    let wishes = Bench::new()
        .policy(
            "let called = nickname else department else last_name
             profile {
               cn = called
               sAMAccountName = login once
               mail = \"{login}@{domain}\" once
             }",
        )
        .people("id,nickname,department\n1,Addie,IT\n2,,IT\n3,,\n")
        .only("cn")
        .wishes();
    insta::assert_snapshot!(wishes, @r#"
    1 employee
      cn = ["Addie"]
    2 employee
      cn = ["IT"]
    3 employee
      cn = ["King"]
    "#);
}

#[test]
fn a_template_with_a_missing_hole_is_missing() {
    let wishes = Bench::new()
        .policy(
            "profile {
               cn = \"{last_name}\"
               sAMAccountName = login once
               mail = \"{login}@{domain}\" once
               telephoneNumber = \"{site.phone} / {department}\" else keep
               info = \"{nickname}\" else clear
               title = \"{nickname}\" else \"no nickname\"
             }",
        )
        .people("id,office,department,nickname\n1,Berlin,IT,Addie\n2,Honolulu,IT,\n3,Berlin,,\n4,,IT,\n")
        .only("telephoneNumber info title")
        .wishes();
    insta::assert_snapshot!(wishes, @r#"
    1 employee
      info = ["Addie"]
      telephoneNumber = ["+49 30 5550 / IT"]
      title = ["Addie"]
    2 employee
      info = clear
      telephoneNumber = keep
      title = ["no nickname"]
    3 employee
      info = clear
      telephoneNumber = keep
      title = ["no nickname"]
    4 employee
      info = clear
      telephoneNumber = keep
      title = ["no nickname"]
    "#);
}

#[test]
fn a_cell_that_is_present_says_that_its_row_is() {
    let wishes = Bench::new()
        .policy(
            "unit {
               when site.phone is present => \"{site.folder},OU=Phones\"
               when site is missing       => \"OU=Nowhere\"
               otherwise                  => \"OU=Staff\"
             }",
        )
        .people("id,office\n1,Berlin\n2,Honolulu\n3,Paris\n4,\n")
        .only("unit")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      unit OU=Berlin,OU=Phones,OU=Company,DC=example,DC=com
    2 employee
      unit OU=Staff,OU=Company,DC=example,DC=com
    3 employee
      unit OU=Nowhere,OU=Company,DC=example,DC=com
    4 employee
      unit OU=Nowhere,OU=Company,DC=example,DC=com
    ");
}

#[test]
fn rows_behind_one_that_takes_the_missing_know_the_value() {
    let wishes = Bench::new()
        .policy(
            "lifecycle {
               when contract == \"external\" => unmanaged
               when last_day is missing and status == \"inactive\" => leaver
               when last_day is missing => hold
               when today > last_day => leaver
               when today < hire_date => future
               when status in [\"active\", \"onboarding\", \"leave\", \"inactive\"] => employee
             }",
        )
        .people("id,last_day,status\n1,,active\n2,2026-03-01,active\n3,2026-03-02,active\n4,,inactive\n")
        .only("account")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 hold
      account hold
    2 leaver
      account disabled
    3 employee
      account enabled
    4 leaver
      account disabled
    ");
}

#[test]
fn a_truth_value_that_is_missing_does_not_hold() {
    let wishes = Bench::new()
        .policy("groups { when temporary => \"SG-Temp\" when temporary is present and not temporary => \"SG-Perm\" }")
        .people("id,temporary\n1,true\n2,false\n3,\n")
        .only("groups")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      groups SG-Staff, SG-Temp
    2 employee
      groups SG-Perm, SG-Staff
    3 employee
      groups SG-Staff
    ");
}

#[test]
fn lists_are_proved_to_leave_nobody_out() {
    for rows in [
        "when kind == \"permanent\" => \"a\" when kind == \"trainee\" => \"b\" when kind is missing => \"c\"",
        "when kind is present => \"a\" when kind is missing => \"b\"",
        "when kind != \"trainee\" or kind is missing => \"a\" when kind == \"trainee\" => \"b\"",
        "when hire_date < 2020-01-01 => \"a\" when hire_date >= 2020-01-01 => \"b\"",
        "when department == \"IT\" => \"a\" when not (department == \"IT\") and kind is present => \"b\" \
         when not (department == \"IT\") and kind is missing => \"c\"",
        "when status in [\"active\", \"leave\"] => \"a\" when status == \"onboarding\" or status == \"inactive\" => \"b\"",
        "when office in [\"Berlin\"] and temporary => \"a\" otherwise => \"b\"",
    ] {
        let complaints = Bench::new()
            .policy(&format!(
                "let value = choose {{ {rows} }} groups {{ when value == \"a\" => \"SG-A\" }}"
            ))
            .complaints();
        let about_list = complaints.contains("[not-exhaustive]");
        assert!(!about_list, "{rows}\n{complaints}");
    }
}
