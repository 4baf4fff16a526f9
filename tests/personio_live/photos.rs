//! Photos, where the policy names them: the same from both generations, asked for of those who have one, and never taken
//! for missing where they could not be read.

use std::sync::Arc;

use super::{kestrel, options, read, settings};
use tenure::hr::{Attribute, Photo, Schema, Snapshot, Type, Value};
use tenure::personio::client::{Api, Error, Last};
use tenure::personio_sim::{Company, Credential, Fault, Options, Sim};

fn schema() -> Arc<Schema> {
    let photo = Attribute::new("photo", Type::Photo)
        .from("profile_picture")
        .optional();
    let all = vec![Attribute::new("id", Type::Int).key(), photo];
    Arc::new(Schema::new(all).unwrap())
}

fn jpeg(mark: u8) -> Vec<u8> {
    let mut bytes = vec![
        0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0, 64, 0, 64, 1, 1, 0x11, 0, 0xFF, 0xDA,
    ];
    bytes.resize(4_000, mark);
    bytes.extend([0xFF, 0xD9]);
    bytes
}

/// So many people, the first of whom have a photo.
fn company(people: usize, photos: usize) -> Company {
    let mut company = kestrel();
    company.people.truncate(people);
    for (person, mark) in company.people.iter().take(photos).zip(0..) {
        company.photos.insert(person.id, jpeg(mark));
    }
    company
}

/// What each person has, in the order of ids: a mark, nothing, or why it is not known.
fn photos(snapshot: &Snapshot) -> Vec<Result<Option<u8>, String>> {
    let of = |person: &tenure::hr::Person| match person.get(1) {
        None => Ok(None),
        Some(Value::Photo(photo)) => match &**photo {
            Photo::Known(picture) => Ok(Some(picture.bytes()[100])),
            Photo::Unknown(why) => Err(why.to_string()),
        },
        Some(other) => panic!("{other:?}"),
    };
    snapshot.people().iter().map(of).collect()
}

fn fault(text: &str) -> Options {
    Options {
        faults: vec![text.parse::<Fault>().unwrap()],
        ..options()
    }
}

#[test]
fn both_generations_give_everybody_the_own_photo_and_nobody_another() {
    for api in [Api::V1, Api::V2] {
        let company = company(20, 12);
        let marks: Vec<Option<u8>> = {
            let mut ids: Vec<(u64, Option<u8>)> = (0u8..20)
                .zip(&company.people)
                .map(|(mark, person)| (person.id, (mark < 12).then_some(mark)))
                .collect();
            ids.sort_unstable();
            ids.into_iter().map(|(_, mark)| mark).collect()
        };
        let sim = Sim::start(company, options()).unwrap();
        let found = read(&settings(&sim, api), &schema(), &Last::default()).unwrap();
        let expected: Vec<_> = marks.into_iter().map(Ok).collect();
        assert_eq!(photos(&found), expected, "{api:?}");
        let asked = sim.requests();
        let pictures = asked.iter().filter(|line| line.contains("profile-picture"));
        // Version 1 says of whom there is one, version 2 has an address for everybody.
        let count = if api == Api::V1 { 12 } else { 20 };
        assert_eq!(pictures.clone().count(), count, "{asked:#?}");
        assert!(
            pictures
                .clone()
                .all(|line| line.ends_with("/profile-picture/96"))
        );
    }
}

#[test]
fn nobody_is_asked_for_a_photo_that_the_policy_does_not_name() {
    let ids = Arc::new(Schema::new(vec![Attribute::new("id", Type::Int).key()]).unwrap());
    for api in [Api::V1, Api::V2] {
        let sim = Sim::start(company(5, 5), options()).unwrap();
        read(&settings(&sim, api), &ids, &Last::default()).unwrap();
        assert!(!sim.requests().iter().any(|line| line.contains("picture")));
    }
}

#[test]
fn what_can_be_asked_for_again_is_and_what_cannot_is_unknown_and_not_missing() {
    for kind in [
        "429", "503", "502", "html", "broken", "cut", "slow", "401", "expired",
    ] {
        let sim = Sim::start(
            company(3, 1),
            fault(&format!("{kind}@v1/profile-picture:1")),
        )
        .unwrap();
        let found = read(&settings(&sim, Api::V1), &schema(), &Last::default()).unwrap();
        let read: Vec<_> = photos(&found).into_iter().flatten().flatten().collect();
        assert_eq!(read, [0], "{kind}");
    }
    for (kind, why) in [
        ("429", "takes no more requests"),
        ("503", "fails"),
        ("html", "it is no picture"),
        ("cut", "its end is missing"),
    ] {
        let fault = fault(&format!("{kind}@v1/profile-picture:1*9"));
        let sim = Sim::start(company(3, 1), fault).unwrap();
        let found = read(&settings(&sim, Api::V1), &schema(), &Last::default()).unwrap();
        let mut unknown = photos(&found).into_iter().filter_map(Result::err);
        let said = unknown
            .next()
            .unwrap_or_else(|| panic!("{kind} is taken for none"));
        assert!(said.contains(why), "{kind}: {said}");
        assert_eq!(unknown.next(), None);
    }
    // A connection that is lost for good is lost for everything.
    let sim = Sim::start(company(3, 1), fault("broken@v1/profile-picture:1*9")).unwrap();
    let error = read(&settings(&sim, Api::V1), &schema(), &Last::default()).unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
}

#[test]
fn where_many_photos_cannot_be_read_the_reading_ends() {
    let sim = Sim::start(company(80, 80), fault("503@v1/profile-picture:1*999")).unwrap();
    let error = read(&settings(&sim, Api::V1), &schema(), &Last::default()).unwrap_err();
    assert!(matches!(error, Error::Failing { .. }), "{error}");
}

#[test]
fn that_nobody_has_a_photo_has_to_be_proved() {
    // Released, and nobody has one.
    let mut none = company(3, 1);
    let whose = none.people[0].id;
    let sim = Sim::start(none.clone(), options()).unwrap();
    let first = read(&settings(&sim, Api::V2), &schema(), &Last::default()).unwrap();
    assert_eq!(photos(&first).into_iter().flatten().flatten().count(), 1);
    none.photos.clear();
    none.photos.insert(u64::MAX, jpeg(0));
    let sim = Sim::start(none, options()).unwrap();
    let found = read(&settings(&sim, Api::V2), &schema(), &Last::default()).unwrap();
    assert_eq!(photos(&found), vec![Ok(None); 3]);
    // Not released: 404 for everybody, who all have an address in version 2.
    let blind = Options {
        credentials: vec![Credential {
            attributes: Some(["id".to_owned()].into()),
            ..Credential::default()
        }],
        ..options()
    };
    for api in [Api::V1, Api::V2] {
        let sim = Sim::start(company(3, 3), blind.clone()).unwrap();
        let error = read(&settings(&sim, api), &schema(), &Last::default()).unwrap_err();
        assert!(
            matches!(error, Error::NotReleased { .. }),
            "{api:?} {error}"
        );
    }
    assert!(whose > 0);
}
