//! `fn`: what a call gives, and what flows through it.

use super::bench::Bench;

#[test]
fn a_function_is_called_by_name_and_behind_a_dot() {
    let wishes = Bench::new()
        .policy(
            "fn short(t : text, length : int) : text = t.take(length).upper() else \"X\"
             fn greet(name : text, title : text?) : text = choose {
               when title is present => \"{title} {name}\"
               otherwise             => \"Dear {name}\"
             }
             fn twice(t : text) : text = t.greet(t)
             let tag = short(last_name, 2)
             profile {
               cn             = \"{first_name} {last_name} {id}\"
               sAMAccountName = login  once
               mail           = \"{login}@{domain}\"  once
               info           = last_name.greet(nickname)
               description    = \"{tag.twice()}\"
             }",
        )
        .people("id,nickname\n1,Countess\n2,\n")
        .only("info description")
        .wishes();
    insta::assert_snapshot!(wishes, @r#"
    1 employee
      description = ["KI KI"]
      info = ["Countess King"]
    2 employee
      description = ["KI KI"]
      info = ["Dear King"]
    "#);
}

#[test]
fn a_function_reads_what_belongs_to_the_person_and_what_it_is_given_of_others() {
    let wishes = Bench::new()
        .policy(
            "fn at_home(p : person) : bool = p.office == \"Berlin\" and department == \"IT\"
             groups {
               when supervisor is present and at_home(supervisor) => \"SG-Home\"
             }",
        )
        .people("id,office,department,supervisor\n1,Berlin,,\n2,Paris,IT,1\n3,Berlin,IT,2\n4,Paris,HR,1\n")
        .only("groups")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      groups SG-BER, SG-Staff
    2 employee
      groups SG-Home, SG-Staff
    3 employee
      groups SG-BER, SG-Staff
    4 employee
      groups SG-Staff
    ");
}

#[test]
fn names_of_groups_and_units_are_known_through_functions() {
    let bench = Bench::new()
        .policy(
            "fn of_kind(k : one of (\"permanent\", \"trainee\"), s : text) : text = \"SG-{k}-{s}\"
             fn place(s : unit) : unit = \"{s},OU=Sites\"
             groups { when kind is present and site is present => of_kind(kind, site.code) }
             unit {
               when site is present => place(site.folder)
               otherwise            => \"OU=Staff\"
             }",
        )
        .people("id,kind,office\n1,trainee,Berlin\n");
    let policy = bench.right();
    let blocks = policy.rules.blocks_of(tenure::policy::Block::Groups);
    let mut names: Vec<&str> = blocks
        .flat_map(|block| block.names.iter().map(AsRef::as_ref))
        .collect();
    names.sort_by_key(|name| name.to_lowercase());
    assert_eq!(
        names,
        [
            "SG-BER",
            "SG-HNL",
            "SG-permanent-BER",
            "SG-permanent-HNL",
            "SG-Staff",
            "SG-trainee-BER",
            "SG-trainee-HNL"
        ]
    );
    insta::assert_snapshot!(bench.only("groups unit").wishes(), @r"
    1 employee
      unit OU=Berlin,OU=Sites,OU=Company,DC=example,DC=com
      groups SG-BER, SG-Staff, SG-trainee-BER
    ");
}

#[test]
fn what_does_not_reach_the_result_does_not_spoil_it() {
    // Free text that is only looked at, and a sensitive value of which nothing is kept.
    let bench = Bench::new().policy(
        "fn code(t : text) : text = choose { when t == \"IT\" => \"A\" otherwise => \"B\" }
         fn lead(a : text, b : text) : text = a
         groups { when department is present => \"SG-{code(department)}\" }",
    );
    // A hole holds no call of its own.
    assert_ne!(bench.complaints(), "");
    let bench = Bench::new().policy(
        "fn code(t : text) : text = choose { when t == \"IT\" => \"A\" otherwise => \"B\" }
         fn lead(a : text, b : text) : text = \"{a}\"
         groups { when department is present => \"SG-{department.code()}\" }
         profile {
           cn             = \"{first_name} {last_name} {id}\"
           sAMAccountName = login  once
           mail           = \"{login}@{domain}\"  once
           info           = lead(last_name, illness else \"-\")
         }",
    );
    assert_eq!(bench.complaints(), "");
}

#[test]
fn an_unknown_argument_holds_only_what_reads_it() {
    let wishes = Bench::new()
        .policy(
            "fn both(a : text?, b : text?) : bool = a == \"IT\" or b == \"IT\"
             groups { when both(department, supervisor.department) => \"SG-It\" }",
        )
        .people("id,department,supervisor\n1,IT,99\n2,HR,99\n3,HR,1\n")
        .only("groups")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      groups SG-It, SG-Staff
    2 employee
      groups SG-Staff
      groups hold SG-It: HR has no record of 99
    3 employee
      groups SG-It, SG-Staff
    ");
}

#[test]
fn a_call_is_explained_in_words_with_what_it_read() {
    let explained = Bench::new()
        .policy(
            "fn leads(p : person, where_to : text) : bool = p.office == where_to and department == \"IT\"
             groups { when supervisor is present and supervisor.leads(\"Berlin\") => \"SG-Home\" }",
        )
        .people("id,office,department,supervisor\n1,Berlin,,\n2,Paris,IT,1\n")
        .explains(2);
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
    Decides: when supervisor is present and supervisor.leads("Berlin") => "SG-Home"
      holds: supervisor is present
        supervisor: 1
      holds: supervisor.leads("Berlin")
        supervisor: 1
        department: "IT"
    Decides: always => "SG-Staff"
    Fails: when site is present => "SG-{site.code}"
      does not hold: site is present
        site: missing
    "#);
}
