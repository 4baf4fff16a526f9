//! Laws of recordings, over people that nobody thought of.

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use tenure::hr::{Origin, Snapshot, type_records};
use tenure::personio::{Error, read_recording};

use crate::hr::show;

/// What HR may say of one person, good or bad.
fn person() -> impl Strategy<Value = Json> {
    let name = prop_oneof![
        Just(json!("")),
        Just(Json::Null),
        "\\PC{0,12}".prop_map(Json::from),
        Just(json!(7))
    ];
    let status = prop_oneof![
        "active|leave|ACTIVE".prop_map(Json::from),
        Just(json!(["active"]))
    ];
    let day = prop_oneof![
        Just(Json::Null),
        "20[0-2][0-9]-[01][0-9]-[0-3][0-9]".prop_map(Json::from),
        "20[0-2][0-9]-0[1-9]-1[0-9]T00:00:00\\+0[12]:?00".prop_map(Json::from),
    ];
    (name, status, day).prop_map(|(name, status, day)| {
        json!({
            "last_name": {"label": "Name", "value": name, "type": "standard"},
            "status": {"label": "Status", "value": status, "type": "standard"},
            "termination_date": {"label": "Ende", "value": day, "type": "date"},
            "gender": {"label": "Gender", "value": "", "type": "standard"},
        })
    })
}

/// People with ids in random order.
fn people() -> impl Strategy<Value = Vec<Json>> {
    prop::collection::btree_map(any::<i64>(), person(), 1..12)
        .prop_map(|people| {
            let with_id = people.into_iter().map(|(id, mut attributes)| {
                attributes["id"] = json!({"label": "ID", "value": id, "type": "integer"});
                json!({"type": "Employee", "attributes": attributes})
            });
            with_id.collect::<Vec<Json>>()
        })
        .prop_shuffle()
}

/// The pages of these people, each as text.
fn pages(people: &[Json], limit: usize) -> Vec<String> {
    let chunks: Vec<&[Json]> = people.chunks(limit).collect();
    let pages = chunks.iter().enumerate().map(|(number, chunk)| {
        json!({
            "success": true,
            "metadata": {"total_elements": people.len(), "current_page": number, "total_pages": chunks.len()},
            "offset": number * limit,
            "limit": limit,
            "data": chunk,
        })
        .to_string()
    });
    pages.collect()
}

fn read(pages: &[String]) -> Result<Snapshot, Error> {
    let files: Vec<(&str, &[u8])> = pages
        .iter()
        .map(|page| ("page.json", page.as_bytes()))
        .collect();
    let schema = show::small_schema();
    let records = read_recording(&files, &schema)?;
    Ok(type_records(&schema, records, Origin::new("law")).unwrap())
}

/// What a snapshot says, without the places of quarantined records.
fn said(snapshot: &Snapshot) -> String {
    let shown = show::snapshot(snapshot);
    let lines = shown
        .lines()
        .map(|line| line.split(", page.json").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

proptest! {
    #[test]
    fn the_order_of_people_and_pages_leaves_no_trace(
        (people, again) in people().prop_flat_map(|people| (Just(people.clone()), Just(people).prop_shuffle())),
        limit in 1usize..5,
        other in 1usize..5,
    ) {
        let first = read(&pages(&people, limit)).unwrap();
        let mut turned = pages(&again, other);
        turned.reverse();
        let second = read(&turned).unwrap();
        prop_assert_eq!(said(&first), said(&second));
        prop_assert_eq!(first.digest(), second.digest());
        prop_assert_eq!(first.len(), people.len());
    }

    #[test]
    fn what_a_person_says_is_in_the_digest(people in people(), limit in 1usize..5, which in any::<prop::sample::Index>()) {
        let first = read(&pages(&people, limit)).unwrap();
        let mut changed = people.clone();
        let at = which.index(changed.len());
        changed[at]["attributes"]["last_name"]["value"] = json!("somebody else entirely");
        let second = read(&pages(&changed, limit)).unwrap();
        prop_assert_ne!(first.digest(), second.digest());
        changed[at]["attributes"]["gender"]["value"] = json!("not asked for");
        let third = read(&pages(&changed, limit)).unwrap();
        prop_assert_eq!(second.digest(), third.digest());
    }

    #[test]
    fn a_recording_that_is_cut_off_is_never_read(people in people(), limit in 1usize..5, which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>()) {
        let mut pages = pages(&people, limit);
        let page = which.index(pages.len());
        let cut = at.index(pages[page].len());
        let bytes = &pages[page].as_bytes()[..cut];
        pages[page] = String::from_utf8_lossy(bytes).into_owned();
        prop_assert!(read(&pages).is_err());
        let lines = pages.join("\n");
        prop_assert!(read(&[lines]).is_err());
    }

    #[test]
    fn a_recording_with_a_page_too_few_or_too_many_is_never_read(people in people(), limit in 1usize..5, which in any::<prop::sample::Index>()) {
        let pages = pages(&people, limit);
        let page = which.index(pages.len());
        let mut fewer = pages.clone();
        fewer.remove(page);
        prop_assert!(read(&fewer).is_err());
        let mut more = pages.clone();
        more.push(pages[page].clone());
        prop_assert!(read(&more).is_err());
    }

    #[test]
    fn noise_is_refused_without_a_crash(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let read = read_recording(&[("noise.json", &bytes)], &show::small_schema());
        prop_assert!(read.is_err());
    }
}
