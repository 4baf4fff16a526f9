//! Units: names that are escaped, tables that give them, and what may not stand in one.

use super::bench::Bench;

#[test]
fn what_stands_in_a_hole_is_escaped() {
    let table = "office,code,folder,zone,phone\n\
        A,\"Sales, Europe\",OU=A,Europe/Berlin,\n\
        B,#1+2,OU=B,Europe/Berlin,\n\
        C,\"a \"\"b\"\" \\ <c>;d=e\",OU=C,Europe/Berlin,\n\
        D,\"OU=Evil,DC=x\",OU=D,Europe/Berlin,\n";
    let wishes = Bench::new()
        .table("sites.csv", table)
        .policy("unit { when site is present => \"OU={site.code},OU=Staff\" otherwise => \"OU=Staff\" }")
        .people("id,office\n1,A\n2,B\n3,C\n4,D\n")
        .only("unit")
        .wishes();
    insta::assert_snapshot!(wishes, @r#"
    1 employee
      unit OU=Sales\, Europe,OU=Staff,OU=Company,DC=example,DC=com
    2 employee
      unit OU=\#1\+2,OU=Staff,OU=Company,DC=example,DC=com
    3 employee
      unit OU=a \"b\" \\ \<c\>\;d\=e,OU=Staff,OU=Company,DC=example,DC=com
    4 employee
      unit OU=OU\=Evil\,DC\=x,OU=Staff,OU=Company,DC=example,DC=com
    "#);
}

#[test]
fn an_office_that_is_known_need_not_be_in_the_table() {
    let bench = Bench::new().policy(
        "unit {
               when kind == \"trainee\"   => \"OU=Trainees,OU=Company,DC=example,DC=com\"
               when kind == \"permanent\" => \"OU={kind},OU=Staff\"
               when office == \"Berlin\"  => \"{site.folder}\"
               otherwise                => \"OU=A\\\\, B,OU=Staff\"
             }",
    );
    // `office == \"Berlin\"` says that there is an office, not that the table has it.
    let complaints = bench.complaints();
    assert!(complaints.contains("error[maybe-missing]"), "{complaints}");
}

#[test]
fn a_column_of_units_may_be_several_deep() {
    let table =
        "office,code,folder,zone,phone\nLab,LAB,\"OU=Lab\\, big,OU=Site A\",Europe/Berlin,\n";
    let wishes = Bench::new()
        .table("sites.csv", table)
        .people("id,office\n1,Lab\n2,\n")
        .only("unit")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      unit OU=Lab\, big,OU=Site A,OU=Staff,OU=Company,DC=example,DC=com
    2 employee
      unit OU=Staff,OU=Company,DC=example,DC=com
    ");
}
