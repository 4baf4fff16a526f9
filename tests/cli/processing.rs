//! `tenure privacy`: the record of processing, from the policy alone.

use super::{Place, company};

#[test]
fn the_record_of_the_example() {
    let place = Place::example();
    let before = place.content();
    // Whatever is changed in the example changes its digest; here it matters what the record says.
    let ran = place.expect(0, &["privacy", "--format", "json"]);
    let record: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let digest = &record["policy"].as_str().unwrap()[..10];
    let told = |arguments: &[&str]| {
        let out = place.expect(0, arguments).out;
        assert!(out.contains(digest), "{out}");
        out.replace(digest, "0123456789")
    };
    insta::assert_snapshot!("record_of_processing", told(&["privacy"]));
    let markdown = told(&["privacy", "--format", "markdown"]);
    insta::assert_snapshot!("record_of_processing_markdown", markdown);
    assert_eq!(
        place.written_since(&before),
        Vec::<std::path::PathBuf>::new()
    );
}

#[test]
fn each_attribute_says_what_hangs_on_it() {
    let place = company::small();
    // Neither people nor a directory are needed.
    for file in ["people.csv", "directory.ldif"] {
        std::fs::remove_file(place.path(file)).unwrap();
    }
    let ran = place.expect(0, &["privacy", "--format", "json"]);
    let record: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let uses = |name: &str| -> Vec<String> {
        let attributes = record["attributes"].as_array().unwrap();
        let attribute = attributes.iter().find(|one| one["name"] == name).unwrap();
        let uses = attribute["uses"].as_array().unwrap().iter();
        uses.map(|one| {
            let groups = one["groups"].as_array().map(|names| {
                let names: Vec<&str> = names.iter().map(|name| name.as_str().unwrap()).collect();
                names.join("+")
            });
            let what = one["what"].as_str().map(str::to_owned).or(groups);
            format!(
                "{} {}",
                one["to"].as_str().unwrap(),
                what.unwrap_or_default()
            )
        })
        .collect()
    };
    assert_eq!(uses("status"), ["stage ", "stage ", "stage "]);
    assert_eq!(
        uses("department"),
        [
            "attribute department",
            "unit ",
            "groups SG-Lab",
            "groups SG-Sales"
        ]
    );
    assert_eq!(uses("title"), ["attribute title", "groups SG-Buyers"]);
    // A login leads back to the names that it is made of, through `unique` and `let`.
    assert_eq!(
        uses("first_name"),
        [
            "attribute cn",
            "attribute givenName",
            "attribute sAMAccountName"
        ]
    );
    assert_eq!(
        uses("id"),
        ["attribute sAMAccountName", "anchor employeeID"]
    );
    assert_eq!(record["kept"]["values"], "180 days");
    assert_eq!(record["kept"]["trail"], "3 years");
}

#[test]
fn who_reports_to_whom_is_hrs_word_also_where_a_notice_lists_reports() {
    let place = Place::example();
    let told = |place: &Place| {
        let ran = place.expect(0, &["privacy", "--format", "json"]);
        let record: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let attributes = record["attributes"].as_array().unwrap();
        let supervisor = attributes.iter().find(|one| one["name"] == "supervisor");
        supervisor.unwrap()["uses"]
            .to_string()
            .contains("left behind")
    };
    assert!(!told(&place));
    let notices = place.read("rules/notices.tenure");
    let more = "\nnotify \"left behind\" { on enter leaver  to \"it@kestrel.example\"  subject \"gone\"  \
                body \"{direct_reports}\" }\n";
    place.write("rules/notices.tenure", notices + more);
    assert!(told(&place));
}
