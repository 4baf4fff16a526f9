//! Which account is whose: questions with values of the person, and verdicts.

use tenure::policy::{IgnoreRule, LinkTarget};

use super::bench::Bench;

#[test]
fn questions_to_accounts_carry_the_persons_values() {
    let wishes = Bench::new()
        .policy(
            "identity {
               anchor employeeID = id
               adopt when account.mail == email
               adopt when account.sAMAccountName == base and account.sn == last_name and department == \"IT\"
             }",
        )
        .people("id,email,department\n1,ada@example.com,\n2,,IT\n3,,\n")
        .only("adopt")
        .wishes();
    insta::assert_snapshot!(wishes, @r#"
    1 employee
      adopt [Equal("mail", "ada@example.com")]
    2 employee
      adopt [Equal("sAMAccountName", "aking"), Equal("sn", "King")]
    3 employee
    "#);
}

#[test]
fn verdicts_are_part_of_the_rules() {
    let policy = Bench::new()
        .policy(
            "identity {
               anchor employeeID = id
               link 4 to \"aking\"
               link 5 to \"CN=Ada,OU=Company,DC=example,DC=com\"
               person 12 continues 4
               ignore \"svc-*\"
               ignore person 1042
               ignore when account.sAMAccountName matches \"test-*\" and account.mail is missing
               tied \"adm-{account.sAMAccountName}\"
               confirmed 2026-02-27
             }",
        )
        .right();
    let links = &policy.rules.links;
    assert!(matches!(&links[0].account, LinkTarget::Login(login) if &**login == "aking"));
    assert!(matches!(&links[1].account, LinkTarget::Dn(_)));
    assert_eq!(policy.rules.continues.len(), 1);
    assert_eq!(policy.rules.tied.len(), 1);
    assert_eq!(
        policy.rules.confirmed.as_ref().unwrap().date.to_string(),
        "2026-02-27"
    );
    let kinds: Vec<&str> = policy
        .rules
        .ignores
        .iter()
        .map(|ignore| match ignore {
            IgnoreRule::Accounts(..) => "accounts",
            IgnoreRule::When(..) => "when",
            IgnoreRule::Person(..) => "person",
        })
        .collect();
    assert_eq!(kinds, ["accounts", "person", "when"]);
}

#[test]
fn every_rule_says_where_it_stands() {
    let policy = Bench::new()
        .file("deep/er/groups.tenure", "\n\ngroups {\n  when department == \"IT\" and\n       kind is present => \"SG-It\"\n}\n")
        .right();
    let found = policy
        .rules
        .rules
        .iter()
        .find(|rule| &*rule.file == "deep/er/groups.tenure");
    let rule = found.unwrap();
    assert_eq!(rule.line, 4);
    assert_eq!(
        &*rule.text,
        "when department == \"IT\" and kind is present => \"SG-It\""
    );
    let names: Vec<&str> = rule
        .reads
        .iter()
        .map(|position| &*policy.schema.attributes()[*position as usize].name)
        .collect();
    assert_eq!(names, ["department", "kind"]);
}
