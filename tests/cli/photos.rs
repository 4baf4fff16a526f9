//! Photos, from a recording into the directory: which are taken, what is shown of them, and where their bytes lie.

use serde_json::{Value, json};

use super::company::{self, COPY, POLICY};
use super::controller::Company;
use super::ldif::Ldif;
use super::{Place, Ran};

/// A JPEG of 64 by 64 whose content is of that length.
pub(super) fn jpeg(mark: u8, length: usize) -> Vec<u8> {
    let mut bytes = vec![
        0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0, 64, 0, 64, 1, 1, 0x11, 0, 0xFF, 0xDA,
    ];
    bytes.resize(length - 2, mark);
    bytes.extend([0xFF, 0xD9]);
    bytes
}

/// A PNG of 64 by 64.
pub(super) fn png(mark: u8) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x40\0\0\0\x40\x08".to_vec();
    bytes.resize(2_000, mark);
    bytes.extend(b"\0\0\0\0IEND\xAE\x42\x60\x82");
    bytes
}

/// A recording of these people: id, first name, and whether Personio has an address for a picture.
fn recording(people: &[(u32, &str, bool)]) -> String {
    let of = |value: Value| json!({"label": "x", "value": value});
    let data = people.iter().map(|(id, name, pictured)| {
        let url = format!("https://api.personio.de/v1/company/employees/{id}/profile-picture");
        json!({"type": "Employee", "attributes": {
            "id": of(json!(id)),
            "first_name": of(json!(name)),
            "last_name": of(json!("Vik")),
            "status": of(json!("active")),
            "department": of(Value::Null),
            "title": of(Value::Null),
            "profile_picture": of(if *pictured { json!(url) } else { Value::Null }),
        }})
    });
    let data: Vec<Value> = data.collect();
    json!({
        "success": true,
        "metadata": {"total_elements": data.len(), "current_page": 0, "total_pages": 1},
        "offset": 0, "limit": 100, "data": data,
    })
    .to_string()
}

const EVERYBODY: [(u32, &str, bool); 7] = [
    (11, "Ada", true),
    (12, "Bo", true),
    (13, "Cleo", false),
    (14, "Dan", true),
    (15, "Eli", true),
    (16, "Fay", true),
    (17, "Gus", true),
];

/// The small company, whose people have photos: a JPEG, a PNG, none, a GIF, one that was not recorded, one that is too
/// large and one whose end is missing.
fn pictured(line: &str) -> Place {
    let place = company::small();
    place.change(
        "tenure.toml",
        "csv = \"people.csv\"",
        "personio_v1 = \"hr/*.json\"",
    );
    let policy = POLICY
        .replace(
            "title      : text?\n",
            "title      : text?\n  photo      : photo? from \"profile_picture\"\n",
        )
        .replace("profile {", &format!("profile {{\n  {line}"));
    place.write("policy/policy.tenure", policy);
    place.write("hr/people.json", recording(&EVERYBODY));
    place.write("hr/photos/11.jpg", jpeg(1, 9_000));
    place.write("hr/photos/12.png", png(2));
    place.write("hr/photos/14.jpg", b"GIF89a\x40\0\x40\0");
    place.write("hr/photos/16.jpg", jpeg(6, 102_401));
    place.write("hr/photos/17.jpg", &jpeg(7, 9_000)[..8_000]);
    place
}

const LINE: &str = "thumbnailPhoto = photo else keep";

/// The photo of somebody in the working copy.
fn photo_of(place: &Place, name: &str) -> Vec<u8> {
    let ldif = Ldif::parse(&place.read(COPY));
    let mut entries = ldif.0.into_iter();
    let entry = entries
        .find(|entry| entry.all("givenName") == [name])
        .unwrap();
    let mut values = entry.0.into_iter();
    values
        .find(|(known, _)| known == "thumbnailPhoto")
        .map(|(_, value)| value)
        .unwrap_or_default()
}

fn findings(place: &Place) -> Vec<(String, String)> {
    let plan = place.plan();
    let all = plan.0["findings"].as_array().unwrap();
    let held = all
        .iter()
        .filter(|one| one["text"].as_str().unwrap().contains("Photo"));
    let said = |one: &Value| {
        let text = |key: &str| one[key].as_str().unwrap().to_owned();
        (text("person"), text("text"))
    };
    held.map(said).collect()
}

/// Whether an output holds 12 bytes of a picture in a row, as they are or as Base64.
fn shows_bytes(ran: &Ran) -> bool {
    let all = format!("{}{}", ran.out, ran.err);
    all.contains("/9j/") || all.contains("AQEBAQEBAQEB") || all.contains("iVBORw0K")
}

#[test]
fn photos_are_written_and_what_does_not_fit_is_held_and_told() {
    let place = pictured(LINE);
    let shown = place.expect(2, &["plan", "--format", "json"]);
    assert!(!shows_bytes(&shown), "{shown}");
    assert!(shown.out.contains("photo, 9.0 kB, sha256 "), "{shown}");
    let human = place.expect(2, &["plan"]);
    assert!(!shows_bytes(&human), "{human}");
    let told = findings(&place);
    let people: Vec<&str> = told.iter().map(|(person, _)| person.as_str()).collect();
    assert_eq!(people, ["14", "15", "16", "17"], "{told:#?}");
    for ((_, text), why) in told.iter().zip([
        "it is a GIF; a JPEG or a PNG is needed",
        "is not recorded",
        "it has 102401 bytes, at most 102400 are allowed",
        "its end is missing",
    ]) {
        assert!(text.contains(why), "{text} / {why}");
    }
    place.expect(0, &["apply", "--yes", "--quiet"]);
    assert_eq!(photo_of(&place, "Ada"), jpeg(1, 9_000));
    assert_eq!(photo_of(&place, "Bo"), png(2));
    for name in ["Cleo", "Dan", "Eli", "Fay", "Gus"] {
        assert!(photo_of(&place, name).is_empty(), "{name}");
    }
    assert!(place.plan().actions().is_empty());
}

#[test]
fn a_photo_that_changed_is_changed_and_one_that_is_unknown_is_not_cleared() {
    let place = pictured("thumbnailPhoto = photo else clear");
    place.expect(0, &["apply", "--yes", "--quiet"]);
    // Ada has another one; Bo's is not recorded any more, which is not the same as having none.
    place.write("hr/photos/11.jpg", jpeg(9, 5_000));
    std::fs::remove_file(place.path("hr/photos/12.png")).unwrap();
    let plan = place.plan();
    assert_eq!(plan.deeds(), ["modify of 11: hr"]);
    let change = &plan.actions()[0];
    let said = change["change"]["modify"]["attributes"][0].clone();
    let value = |key: &str| said[key][0].as_str().unwrap().to_owned();
    assert!(value("before").starts_with("photo, 9.0 kB, sha256 "));
    assert!(value("after").starts_with("photo, 5.0 kB, sha256 "));
    let reversible = change["reversible"].to_string();
    assert!(reversible.contains("is not kept"), "{reversible}");
    place.expect(0, &["apply", "--yes", "--quiet"]);
    assert_eq!(photo_of(&place, "Ada"), jpeg(9, 5_000));
    assert_eq!(photo_of(&place, "Bo"), png(2));
    // That there is none is a fact.
    let mut people = EVERYBODY;
    people[1].2 = false;
    place.write("hr/people.json", recording(&people));
    assert_eq!(place.plan().deeds(), ["modify of 12: hr"]);
    place.expect(0, &["apply", "--yes", "--quiet"]);
    assert!(photo_of(&place, "Bo").is_empty());
}

#[test]
fn a_kept_plan_is_refused_where_the_photo_is_another_one_by_now() {
    let place = pictured(LINE);
    place.expect(2, &["plan", "-o", "plan.json"]);
    assert!(!place.read("plan.json").contains("/9j/"));
    place.write("hr/photos/11.jpg", jpeg(3, 4_000));
    let ran = place.expect(1, &["apply", "plan.json", "--yes"]);
    assert!(ran.said("plan-other-people"), "{ran}");
    place.write("hr/photos/11.jpg", jpeg(1, 9_000));
    place.expect(0, &["apply", "plan.json", "--yes"]);
    assert_eq!(photo_of(&place, "Ada"), jpeg(1, 9_000));
}

#[test]
fn an_undo_says_that_a_photo_does_not_come_back_and_takes_a_first_one_away() {
    let place = pictured(LINE);
    place.expect(0, &["apply", "--yes", "--quiet"]);
    let mut people = EVERYBODY;
    people[2].2 = true;
    place.write("hr/people.json", recording(&people));
    place.write("hr/photos/13.jpg", jpeg(3, 4_000));
    place.write("hr/photos/11.jpg", jpeg(9, 5_000));
    let ran = place.expect(0, &["apply", "--yes"]);
    let run = ran.err.split("tenure show ").nth(1).unwrap();
    let run = run.split('`').next().unwrap();
    let undo = place.run(&["undo", run]);
    let said = format!("{}{}", undo.out, undo.err);
    assert!(
        said.contains("does not come back: photos are not kept"),
        "{undo}"
    );
    place.expect(0, &["undo", run, "--yes"]);
    assert!(photo_of(&place, "Cleo").is_empty());
    assert_eq!(photo_of(&place, "Ada"), jpeg(9, 5_000));
}

#[test]
fn no_byte_of_a_photo_is_kept_beside_the_directory_and_forgetting_takes_what_stands_for_it() {
    let place = pictured(LINE);
    place.expect(0, &["apply", "--yes", "--quiet"]);
    let plan_text = place.expect(0, &["audit", "export"]);
    assert!(!shows_bytes(&plan_text), "{plan_text}");
    assert!(
        plan_text.out.contains("photo, 9.0 kB, sha256 "),
        "{plan_text}"
    );
    let privacy = place.expect(0, &["privacy"]);
    assert!(privacy.out.contains("profile_picture"), "{privacy}");
    assert!(privacy.out.contains("thumbnailPhoto"), "{privacy}");
    let digest = plan_text
        .out
        .split("photo, 9.0 kB, sha256 ")
        .nth(1)
        .unwrap();
    let digest = digest[..64].to_owned();
    let beside = |wanted: &[u8]| {
        let content = place.content();
        let files = content.into_iter().filter(|(path, bytes)| {
            let path = path.to_string_lossy();
            let is_state = path.contains(".tenure/") && !path.ends_with("directory.ldif");
            is_state && bytes.windows(wanted.len()).any(|window| window == wanted)
        });
        files.map(|(path, _)| path).collect::<Vec<_>>()
    };
    assert_eq!(beside(&[1; 40]), Vec::<std::path::PathBuf>::new());
    let people: Vec<_> = EVERYBODY.into_iter().filter(|one| one.0 != 11).collect();
    place.write("hr/people.json", recording(&people));
    std::fs::remove_file(place.path("hr/photos/11.jpg")).unwrap();
    place.expect(0, &["forget", "11", "--because", "request", "--yes"]);
    assert!(beside(digest.as_bytes()).is_empty());
    let export = place.expect(0, &["audit", "export"]);
    assert!(!export.out.contains(&digest), "{export}");
    place.expect(0, &["audit", "verify"]);
}

#[test]
fn a_photo_goes_nowhere_but_into_an_attribute_that_holds_one() {
    for (line, code) in [
        ("info = \"{photo}\" else keep", "wrong-type"),
        ("info = photo else keep", "wrong-type"),
        ("thumbnailPhoto = \"abc\"", "wrong-type"),
        ("thumbnailLogo = photo else keep", "wrong-type"),
        ("thumbnailPhoto = photo", "maybe-missing"),
    ] {
        let ran = pictured(line).expect(1, &["check"]);
        assert!(ran.out.contains(code) || ran.said(code), "{line}\n{ran}");
    }
    for (field, message) in [
        (
            "photo? from \"dynamic_7\"",
            "a photo is read from `profile_picture`",
        ),
        ("photo from \"profile_picture\"", "a photo may be missing"),
        (
            "list of photo? from \"profile_picture\"",
            "a person has one photo",
        ),
    ] {
        let place = pictured("");
        place.change(
            "policy/policy.tenure",
            "photo? from \"profile_picture\"",
            field,
        );
        let ran = place.expect(1, &["check"]);
        assert!(format!("{ran}").contains(message), "{field}\n{ran}");
    }
    let place = pictured("info = \"one\" if empty");
    place.change(
        "policy/policy.tenure",
        "  always ",
        "  when photo == photo => \"SG-Lab\"\n  always ",
    );
    let ran = place.expect(1, &["check"]);
    assert!(format!("{ran}").contains("wrong-type"), "{ran}");
}

/// `jpegPhoto` holds JPEG alone; whose photo is unknown, is held where a rule asks for it.
#[test]
fn jpeg_photo_is_a_jpeg_and_an_unknown_photo_decides_no_group() {
    let place = pictured("jpegPhoto = photo else keep");
    place.change(
        "policy/policy.tenure",
        "  always ",
        "  when photo is present => \"SG-Sales\"\n  always ",
    );
    let told = findings(&place);
    let bo = told.iter().find(|(person, _)| person == "12").unwrap();
    assert!(bo.1.contains("`jpegPhoto` holds JPEG alone"), "{bo:?}");
    place.expect(0, &["apply", "--yes", "--quiet"]);
    let ldif = Ldif::parse(&place.read(COPY));
    let group = ldif
        .0
        .iter()
        .find(|entry| entry.all("cn") == ["SG-Sales"])
        .unwrap();
    let mut members = group.all("member");
    members.sort();
    let names: Vec<&str> = members.iter().map(|one| &one[3..6]).collect();
    assert_eq!(names, ["Ada", "Bo ", "Dan", "Fay", "Gus"]);
}

/// In a real directory, read back by another's tool: the bytes as they were, changed, and cleared.
#[test]
fn a_domain_keeps_the_photo_as_it_is() {
    let company = Company::example();
    let place = &company.place;
    for page in 0..4 {
        let file = format!("rules/people/page-{page}.json");
        let mut json: Value = serde_json::from_str(&place.read(&file)).unwrap();
        for person in json["data"].as_array_mut().unwrap() {
            let id = person["attributes"]["id"]["value"].clone();
            let url = if matches!(id.as_u64(), Some(4011 | 4012)) {
                json!(format!(
                    "https://api.personio.de/v1/company/employees/{id}/profile-picture"
                ))
            } else {
                Value::Null
            };
            person["attributes"]["profile_picture"] = json!({"label": "Photo", "value": url});
        }
        place.write(&file, json.to_string());
    }
    place.change(
        "rules/person.tenure",
        "  supervisor    : person?",
        "  supervisor    : person?\n  photo : photo? from \"profile_picture\"",
    );
    place.change(
        "rules/profile.tenure",
        "profile {",
        "profile {\n  thumbnailPhoto = photo else clear\n  jpegPhoto = photo else clear",
    );
    let read = |name: &str| {
        let found = company.domain.client().search(
            company.domain.base_dn(),
            "(|(employeeID=4011)(employeeID=4012))",
            &["employeeID", "thumbnailPhoto", "jpegPhoto"],
        );
        let mut photos = found.done().entries;
        photos.sort_by_key(|entry| entry.one("employeeID"));
        let all = photos
            .iter()
            .map(|entry| entry.attributes.get(name).cloned().unwrap_or_default());
        all.collect::<Vec<_>>()
    };
    place.write("rules/people/photos/4011.jpg", jpeg(1, 100_000));
    place.write("rules/people/photos/4012.jpg", jpeg(2, 3_000));
    company.expect(0, &["apply", "--yes", "--quiet"]);
    assert_eq!(
        read("thumbnailPhoto"),
        [[jpeg(1, 100_000)], [jpeg(2, 3_000)]]
    );
    assert_eq!(read("jpegPhoto"), [[jpeg(1, 100_000)], [jpeg(2, 3_000)]]);
    assert!(company.plan().actions().is_empty());
    place.write("rules/people/photos/4011.jpg", jpeg(3, 9_000));
    company.expect(0, &["apply", "--yes", "--quiet"]);
    assert_eq!(read("thumbnailPhoto"), [[jpeg(3, 9_000)], [jpeg(2, 3_000)]]);
    assert!(company.plan().actions().is_empty());
    let page = place.read("rules/people/page-0.json");
    let gone = (0..4).find_map(|page| {
        let file = format!("rules/people/page-{page}.json");
        let mut json: Value = serde_json::from_str(&place.read(&file)).unwrap();
        let people = json["data"].as_array_mut().unwrap();
        let person = people
            .iter_mut()
            .find(|one| one["attributes"]["id"]["value"] == 4011)?;
        person["attributes"]["profile_picture"]["value"] = Value::Null;
        Some((file, json.to_string()))
    });
    let (file, text) = gone.unwrap();
    place.write(&file, text);
    drop(page);
    company.expect(0, &["apply", "--yes", "--quiet"]);
    let empty: Vec<Vec<u8>> = Vec::new();
    assert_eq!(read("thumbnailPhoto"), [empty, vec![jpeg(2, 3_000)]]);
}
