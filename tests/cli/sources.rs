//! People from several sources, what is expected of their data, and how long what was done is kept.

use super::Place;
use super::company::{self, CONFIG, PEOPLE, POLICY};

const EXTERNALS: &str = "\
id,first_name,last_name,status,department,title
1,Gil,Hart,active,Lab,Guest
2,Ida,Jung,active,,Guest
3,Kai,Lind,active,Lab,Guest
4,Mia,Noll,active,Lab,Guest
";

fn config(people: &str) -> String {
    CONFIG.replace("[people]\ncsv = \"people.csv\"\n", people)
}

const TWO: &str = "[people]\n\
    clock = \"2026-02-02T09:00:00+01:00\"\n\n\
    [people.staff]\ncsv = \"people.csv\"\n\n\
    [people.\"externals.csv\"]\ncsv = \"externals.csv\"\n";

/// The small company with externals in a table of their own.
pub(super) fn two_sources(statement: &str) -> Place {
    let place = company::small();
    let policy = POLICY.replace("id         : int     key", "id         : text    key");
    place.write(
        "policy/policy.tenure",
        format!("source \"staff\"\nsource \"externals.csv\" prefix \"x\" {statement}\n\n{policy}"),
    );
    place.write("externals.csv", EXTERNALS);
    place.write(
        "tenure.toml",
        config(TWO).replace(
            "\nclock = \"2026-02-02T09:00:00+01:00\"\n\n[directory]",
            "\n[directory]",
        ),
    );
    place
}

#[test]
fn people_of_two_sources_are_planned_and_applied_as_one_company() {
    let place = two_sources("lose at most 50%");
    let plan = place.plan();
    let made: Vec<String> = plan
        .deeds()
        .into_iter()
        .filter(|deed| deed.starts_with("create_account"))
        .collect();
    assert_eq!(made.len(), 8, "{made:?}");
    assert!(
        made.contains(&"create_account of x2: first".to_owned()),
        "{made:?}"
    );
    let sources = &plan.0["header"]["sources"];
    let read: Vec<(&str, u64, usize)> = sources
        .as_array()
        .unwrap()
        .iter()
        .map(|source| {
            (
                source["name"].as_str().unwrap(),
                source["records"].as_u64().unwrap(),
                source["digest"].as_str().unwrap().len(),
            )
        })
        .collect();
    assert_eq!(read, [("externals.csv", 4, 64), ("staff", 6, 64)]);
    let shown = place.expect(2, &["plan"]).out;
    assert!(
        shown.contains("people from externals.csv, staff (people.csv)"),
        "{shown}"
    );
    assert!(shown.contains(": 4 · staff "), "{shown}");
    place.expect(0, &["apply", "--yes"]);
    let copy = place.read(company::COPY);
    assert!(copy.contains("employeeID: x2\n"), "{copy}");
    place.expect(0, &["plan"]);
}

#[test]
fn a_small_source_that_is_cut_short_is_seen_by_its_own_guard() {
    let place = two_sources("lose at most 25%");
    place.expect(0, &["apply", "--yes"]);
    // One of four is within its limit; of ten people two would be the company's.
    place.write(
        "externals.csv",
        EXTERNALS.replace("4,Mia,Noll,active,Lab,Guest\n", ""),
    );
    place.expect(0, &["plan"]);
    let short = EXTERNALS.lines().take(3).collect::<Vec<_>>().join("\n") + "\n";
    place.write("externals.csv", short);
    let shown = place.expect(3, &["plan"]).out;
    assert!(
        shown.contains("source \"externals.csv\" prefix \"x\" lose at most 25%"),
        "{shown}"
    );
    let ran = place.expect(3, &["apply", "--yes"]);
    assert!(!ran.err.contains("run "), "{ran}");
}

#[test]
fn one_source_that_cannot_be_read_is_all_of_them() {
    let place = two_sources("");
    place.write("externals.csv", "id,first_name\n1,Gil\n");
    let before = place.content();
    let ran = place.expect(1, &["apply", "--yes"]);
    assert!(
        ran.said("error[csv-no-column]: externals.csv lacks"),
        "{ran}"
    );
    place.write(
        "externals.csv",
        "id,first_name,last_name,status,department,title\n",
    );
    let ran = place.expect(1, &["plan"]);
    assert!(
        ran.said("error[no-people]: externals.csv: HR lists nobody"),
        "{ran}"
    );
    place.write(
        "externals.csv",
        before[&place.path("externals.csv")].clone(),
    );
    assert_eq!(
        place.written_since(&before),
        Vec::<std::path::PathBuf>::new()
    );
}

#[test]
fn one_key_in_two_sources_is_refused() {
    let place = two_sources("");
    place.change("people.csv", "6,Finn", "x2,Finn");
    let ran = place.expect(1, &["plan"]);
    assert!(
        ran.said("error[person-in-two-sources]: two sources have people of one key: x2 is in `externals.csv` and `staff`"),
        "{ran}"
    );
}

#[test]
fn policy_and_configuration_must_agree_about_sources() {
    let place = two_sources("");
    let say = |place: &Place| {
        let said = place.expect(1, &["check"]).out.replace('│', " ");
        said.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    place.change("tenure.toml", "[people.staff]", "[people.personio]");
    let said = say(&place);
    assert!(
        said.contains("does not say where the source `staff` is"),
        "{said}"
    );
    assert!(
        said.contains("has a source `personio` that the policy does not name"),
        "{said}"
    );
    assert!(
        said.contains("policy.tenure:1") && said.contains("tenure.toml"),
        "{said}"
    );
    place.write("policy/policy.tenure", POLICY);
    let said = say(&place);
    assert!(
        said.contains("has the sources `externals.csv`, `personio`, and the policy names none"),
        "{said}"
    );
    // One source with a name needs no word of the policy.
    place.write(
        "tenure.toml",
        config("[people.staff]\ncsv = \"people.csv\"\n[people]\n"),
    );
    place.expect(0, &["check"]);
    place.expect(2, &["plan"]);
    place.write("tenure.toml", CONFIG);
    place.write(
        "policy/policy.tenure",
        format!("source \"staff\"\n{POLICY}"),
    );
    let said = say(&place);
    assert!(
        said.contains("does not say where the source `staff` is"),
        "{said}"
    );
}

#[test]
fn what_is_expected_of_the_data_is_told_by_rule_and_changes_nothing() {
    let place = company::small();
    let before = place.plan();
    place.write(
        "policy/quality.tenure",
        "expect \"a department\" when department is present\n\
         expect \"a title, but for those who join\" when title is present or status == \"onboarding\"\n",
    );
    place.write("people.csv", format!("{PEOPLE}7,Gus,Hof,inactive,,\n"));
    let plan = place.plan();
    assert_eq!(plan.deeds(), before.deeds());
    assert_eq!(plan.findings("expectation"), ["3", "7", "7"]);
    insta::assert_snapshot!(section(&place.expect(2, &["plan"]).out, "Data quality"));
    insta::assert_snapshot!(section(
        &place.expect(2, &["plan", "--format", "markdown"]).out,
        "### Data quality"
    ));
    place.expect(0, &["apply", "--yes"]);
    let again = place.plan();
    assert_eq!(again.deeds(), Vec::<String>::new());
    assert_eq!(
        again.findings("expectation"),
        ["3", "7", "7"],
        "as long as it is so"
    );
}

/// A part of an output, from its heading to the next blank line.
fn section(text: &str, heading: &str) -> String {
    let start = text
        .find(heading)
        .unwrap_or_else(|| panic!("no {heading:?}\n{text}"));
    let lines = text[start..].lines();
    let skip_blank = usize::from(heading.starts_with('#')) * 2;
    let mut kept: Vec<&str> = Vec::new();
    for (number, line) in lines.enumerate() {
        if number >= skip_blank && line.is_empty() {
            break;
        }
        kept.push(line);
    }
    kept.join("\n")
}

#[test]
fn values_are_kept_for_as_long_as_the_policy_says() {
    let place = company::small();
    place.change(
        "policy/policy.tenure",
        "password {",
        "retention { values 20 days  trail 50 days }\n\npassword {",
    );
    place.expect(0, &["apply", "--yes"]);
    let told = |place: &Place, run: &str| place.expect(0, &["show", run]).out;
    assert!(told(&place, "last").contains("Anna Berg"));
    // A month later the names of the first run are gone, that it was stays; the second run is told whole.
    company::make_it_later(&place);
    place.expect(0, &["apply", "--yes"]);
    let runs = place.expect(0, &["history", "--format", "json"]).out;
    let runs: serde_json::Value = serde_json::from_str(&runs).unwrap();
    let ids: Vec<&str> = runs["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["id"].as_str().unwrap())
        .collect();
    let [second, first] = ids.as_slice() else {
        panic!("two runs: {runs}");
    };
    assert!(!told(&place, first).contains("Anna Berg"));
    assert!(told(&place, second).contains("Anna Berg"));
    // Another month later nothing is to be done, and the first run is gone nevertheless.
    place.change("tenure.toml", "2026-03-10T09", "2026-04-09T09");
    place.run(&["apply", "--yes"]);
    place.expect(1, &["show", first]);
}
