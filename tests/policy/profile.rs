//! Profile lines: how an attribute is kept, values that depend on assigned names, what stages lay over them.

use super::bench::Bench;

#[test]
fn each_line_says_how_its_attribute_is_kept() {
    let wishes = Bench::new()
        .policy(
            "let address = \"{login}@{domain}\"
             profile {
               cn                = \"{first_name} {last_name} {id}\"
               sAMAccountName    = login    once
               userPrincipalName = address  once
               mail              = address
               info              = \"by hand\"  if empty
               department        = department  else clear
               title             = nickname    else keep
               otherTelephone    = duties      adding else keep
               employeeNumber    = id
               manager           = supervisor  else clear
             }",
        )
        .people("id,duties,supervisor\n1,\"a, b\",\n2,,1\n")
        .only("cn sAMAccountName userPrincipalName mail info department title otherTelephone employeeNumber manager")
        .wishes();
    insta::assert_snapshot!(wishes, @r#"
    1 employee
      cn = ["Ada King 1"]
      department = clear
      employeeNumber = ["1"]
      info = ["by hand"] if empty
      mail = <0>@example.com
      manager = clear
      otherTelephone = ["a", "b"] adding
      sAMAccountName = <0> once
      title = keep
      userPrincipalName = <0>@example.com once
    2 employee
      cn = ["Ada King 2"]
      department = clear
      employeeNumber = ["2"]
      info = ["by hand"] if empty
      mail = <0>@example.com
      manager = person 1, else clear
      otherTelephone = keep adding
      sAMAccountName = <0> once
      title = keep
      userPrincipalName = <0>@example.com once
    "#);
}

#[test]
fn candidates_are_in_order_and_the_number_has_its_place() {
    let wishes = Bench::new()
        .policy(
            "unique login {
               try nickname.slug()
               try base
               try \"{base}-{n}.x\"
             }",
        )
        .people("id,nickname,last_name\n1,Zoë,Müller-Groß\n2,,\u{301}\n")
        .only("candidates")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      candidates zoe, amueller-gross, amueller-gross-[n].x
    2 employee
      candidates a, a-[n].x
    ");
}

#[test]
fn a_stage_lays_its_lines_over_those_of_the_profile() {
    let wishes = Bench::new()
        .policy(
            "profile {
               cn             = \"{last_name}\"
               sAMAccountName = login once
               mail           = \"{login}@{domain}\" once
               title          = \"Engineer\"
               department     = \"IT\"
             }
             stage leaver {
               account disabled
               set     title = \"left\"
               set     msExchHideFromAddressLists = true
               set     accountExpires = hire_date at 18:00
               clear   department, telephoneNumber
             }
             stage future { account prepared profile untouched set title = \"soon\" }",
        )
        .people("id,last_day,hire_date\n1,2026-01-31,2020-01-01\n2,,2027-01-01\n")
        .only("cn title msExchHideFromAddressLists accountExpires department telephoneNumber unit")
        .wishes();
    insta::assert_snapshot!(wishes, @r#"
    1 leaver
      unit OU=Staff,OU=Company,DC=example,DC=com
      accountExpires = ["132223716000000000"] (stage)
      cn = ["King"]
      department = clear (stage)
      msExchHideFromAddressLists = ["TRUE"] (stage)
      telephoneNumber = clear (stage)
      title = ["left"] (stage)
    2 future
      unit OU=Staff,OU=Company,DC=example,DC=com
      title = ["soon"] (stage)
    "#);
}

#[test]
fn a_sensitive_value_goes_where_it_is_disclosed_to() {
    let wishes = Bench::new()
        .policy("stage leaver { account disabled set description = disclose(\"left on {last_day}\") else keep }")
        .people("id,last_day\n1,2026-01-31\n")
        .only("description")
        .wishes();
    insta::assert_snapshot!(wishes, @r#"
    1 leaver
      description = ["left on 2026-01-31"] (stage)
    "#);
}

#[test]
fn a_sensitive_value_may_be_tested() {
    let complaints = Bench::new()
        .policy("groups { when illness == \"flu\" => \"SG-At-Home\" }")
        .complaints();
    assert_eq!(complaints, "");
}

#[test]
fn a_parameter_has_the_value_of_the_configuration() {
    let wishes = Bench::new()
        .policy(
            "param floor : int = 2
             param start : date
             groups { when hire_date >= start => \"SG-New\" }
             profile {
               cn             = \"{last_name} {floor}\"
               sAMAccountName = login once
               mail           = \"{login}@{domain}\" once
             }",
        )
        .param("domain", "test.example.org")
        .param("start", "2019-01-01")
        .people("id\n1\n")
        .only("cn mail groups")
        .wishes();
    insta::assert_snapshot!(wishes, @r#"
    1 employee
      cn = ["King 2"]
      mail = <0>@test.example.org once
      groups SG-New, SG-Staff
    "#);
}
