//! `tenure explain`: what a person has now beside what the policy wants, and what the next plan does about it.

use serde_json::Value;

use super::ldif::Ldif;
use super::{Place, company};

/// A month later, with hands that were busier than HR: 1 changes departments, and somebody wrote her title and put
/// her into a group; 2 leaves.
fn place() -> Place {
    let place = company::a_busy_month_later();
    let mut ldif = Ldif::parse(&place.read(company::COPY));
    let anna = ldif.having("employeeID", "1");
    anna.set("title", "Queen of Chemistry");
    let dn = anna.dn();
    let sales = ldif.having("sAMAccountName", "SG-Sales");
    sales.0.push(("member".to_owned(), dn.into_bytes()));
    place.write(company::COPY, ldif.text());
    place
}

fn json(place: &Place, arguments: &[&str]) -> Value {
    let arguments = [&["explain"], arguments, &["--format", "json"]].concat();
    serde_json::from_str(&place.expect(0, &arguments).out).unwrap()
}

#[test]
fn a_person_s_account_is_told_with_all_that_differs() {
    let place = place();
    insta::assert_snapshot!("a_person", place.expect(0, &["explain", "1"]).out);
    insta::assert_snapshot!("a_leaver", place.expect(0, &["explain", "2"]).out);
    insta::assert_snapshot!("a_new_one", place.expect(0, &["explain", "7"]).out);
}

#[test]
fn an_attribute_is_told_with_its_value_now_and_whose_it_is() {
    let place = place();
    insta::assert_snapshot!(
        "an_attribute",
        place.expect(0, &["explain", "1", "title"]).out
    );
    let title = &json(&place, &["1", "title"])["attribute"];
    assert_eq!(title["now"][0]["value"], "Queen of Chemistry");
    assert_eq!(
        title["now"][0]["owner"],
        Value::Null,
        "no run has seen it yet"
    );
    assert_eq!(title["next"], serde_json::json!(["Buyer"]));
    let name = &json(&place, &["1", "sn"])["attribute"];
    assert_eq!(name["now"][0]["owner"], "set");
    assert_eq!(name["now"][0]["since"], "2026-02-02T08:00:00Z");
    assert_eq!(name["next"], Value::Null);
}

#[test]
fn a_group_is_told_with_the_membership_now_and_by_whom() {
    let place = place();
    for (group, member, owner, next) in [
        ("SG-All", true, Some("granted"), None),
        ("SG-Lab", true, Some("granted"), Some("remove")),
        // Somebody was faster than the rule.
        ("SG-Sales", true, None, None),
    ] {
        let now = &json(&place, &["1", group])["now"];
        assert_eq!(now["member"], member, "{group} {now}");
        assert_eq!(now["owner"].as_str(), owner, "{group} {now}");
        assert_eq!(now["next"].as_str(), next, "{group} {now}");
    }
    insta::assert_snapshot!("a_group", place.expect(0, &["explain", "1", "SG-Lab"]).out);
    let now = &json(&place, &["7", "SG-Sales"])["now"];
    assert_eq!(now["member"], false);
    assert_eq!(now["next"], "add");
}

#[test]
fn the_account_and_the_next_plan_are_told_as_data() {
    let place = place();
    let leaver = json(&place, &["2"]);
    assert_eq!(leaver["account"]["enabled"], true);
    assert_eq!(leaver["account"]["managed"], true);
    assert_eq!(
        leaver["account"]["wanted"],
        "deleted, once disabled long enough"
    );
    let actions = leaver["next"]["actions"].as_array().unwrap();
    assert!(
        actions
            .iter()
            .any(|action| !action["change"]["disable"].is_null())
    );
    let plan = place.plan();
    let of_person = plan
        .actions()
        .iter()
        .filter(|action| action["person"] == "2");
    assert_eq!(actions.len(), of_person.count());
    assert_eq!(json(&place, &["7"])["account"]["exists"], false);
}

#[test]
fn a_further_account_is_shown_under_its_owner() {
    let place = Place::example();
    let told = place.expect(0, &["explain", "4030"]);
    assert!(told.out.contains("\nfurther account CN="), "{told}");
    let tied = &json(&place, &["4030"])["account"]["tied"];
    assert_eq!(tied.as_array().map(Vec::len), Some(1), "{tied}");
}

#[test]
fn without_a_directory_the_policy_is_told_alone() {
    let place = company::small();
    std::fs::remove_file(place.path("directory.ldif")).unwrap();
    let told = place.expect(0, &["explain", "1"]);
    assert!(told.said("the directory is left aside"), "{told}");
    assert!(told.out.contains("stage employee"), "{told}");
    assert!(!told.out.contains("the next plan"), "{told}");
    assert_eq!(json(&place, &["1"])["account"], Value::Null);
}

#[test]
fn a_key_is_nobody_s_to_see() {
    let place = company::applied();
    let mut ldif = Ldif::parse(&place.read(company::COPY));
    let anna = ldif.having("employeeID", "1");
    let key = b"X509:<SHA1-PUKEY>DEADBEEF".to_vec();
    anna.0.push(("altSecurityIdentities".to_owned(), key));
    place.write(company::COPY, ldif.text());
    let told = place.expect(0, &["explain", "1", "altSecurityIdentities"]);
    assert!(
        !told.out.contains("DEADBEEF") && told.out.contains("•••"),
        "{told}"
    );
}
