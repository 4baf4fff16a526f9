//! What digests collect: whatever comes in whatever order, each item goes to each address once, and nothing else does.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use tenure::hr::PersonId;
use tenure::state::digest::Collect;
use tenure::state::outbox::Due;
use uuid::Uuid;

use super::{Bench, at};

const ADDRESSES: [&str; 3] = ["hr@x.example", "it@x.example", "ö@x.example"];
const NOTICES: [&str; 2] = ["who came", "data \"quality\""];
const TEXTS: [&str; 4] = ["a line", "Zoë 'x' \"y\" \\ {}", "two\nlines", "ends\n\n"];

/// Something that becomes due: for which notice, about whom, to which addresses, what it says, when its digest goes.
#[derive(Debug, Clone)]
struct Item {
    notice: usize,
    person: i64,
    to: Vec<usize>,
    text: usize,
    due: i64,
}

fn item() -> impl Strategy<Value = Item> {
    let to = proptest::sample::subsequence(vec![0, 1, 2], 1..=3);
    (0..2_usize, 1..5_i64, to, 0..4_usize, 0..40_i64).prop_map(|(notice, person, to, text, due)| {
        Item {
            notice,
            person,
            to,
            text,
            due,
        }
    })
}

/// Puts items away, a run each.
fn collect(bench: &Bench, items: &[Item]) {
    for (number, item) in items.iter().enumerate() {
        let to: Vec<&str> = item.to.iter().map(|index| ADDRESSES[*index]).collect();
        let content = json!({ "to": to, "subject": "s", "body": TEXTS[item.text] }).to_string();
        let person = PersonId::from(item.person);
        let due = Due {
            position: 0,
            notice: NOTICES[item.notice],
            event: "create",
            person: &person,
            content: &content,
        };
        let collect = Collect {
            at: at(item.due),
            key: "key",
            recipients: to.len(),
        };
        let run = Uuid::from_u128(number as u128 + 1);
        let put = bench.write(|writer| writer.notice_collected(run, (&due, &collect), at(0)));
        put.unwrap();
    }
}

/// What is said in one digest: about whom, as which item, and the text.
type Said = (String, usize, String);

/// What each digest says whose items these are, by notice and address; texts in the order of people.
fn foreseen(items: &[&Item]) -> BTreeMap<(String, String), Vec<String>> {
    let mut all: BTreeMap<(String, String), Vec<Said>> = BTreeMap::new();
    for (number, item) in items.iter().enumerate() {
        for address in &item.to {
            let key = (
                NOTICES[item.notice].to_owned(),
                ADDRESSES[*address].to_owned(),
            );
            let text = TEXTS[item.text].trim_end().to_owned();
            let said = (item.person.to_string(), number, text);
            all.entry(key).or_default().push(said);
        }
    }
    all.into_iter()
        .map(|(key, mut texts)| {
            texts.sort();
            (key, texts.into_iter().map(|(_, _, text)| text).collect())
        })
        .collect()
}

/// What the outbox has that was not forgotten: how many items, and what it says.
fn kept(bench: &Bench) -> BTreeMap<(String, String), (usize, String)> {
    let kept = bench.store().outbox().unwrap();
    kept.iter()
        .filter_map(|kept| {
            let content: Value = serde_json::from_str(kept.content.known()?).unwrap();
            let to = content["to"].as_array().unwrap();
            assert_eq!(to.len(), 1);
            let key = (kept.notice.clone(), to[0].as_str().unwrap().to_owned());
            let body = content["body"].as_str().unwrap().to_owned();
            Some((key, (kept.digest.unwrap(), body)))
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if crate::is_long() { 500 } else { 24 }))]

    #[test]
    fn each_item_goes_to_each_address_once_when_its_time_has_come(
        items in vec(item(), 0..12), now in 0..40_i64, forgotten in proptest::option::of(1..5_i64),
        voided in any::<proptest::sample::Index>(),
    ) {
        let bench = Bench::new();
        collect(&bench, &items);
        let mut left: Vec<&Item> = items.iter().collect();
        // All that is collected is listed as it was put away.
        let mut listed = bench.store().collected().unwrap();
        listed.sort_by_key(|one| one.run);
        let read: Vec<_> = listed
            .iter()
            .map(|one| (one.notice.clone(), one.person.clone(), one.due))
            .collect();
        let wrote: Vec<_> = items
            .iter()
            .map(|one| (NOTICES[one.notice].to_owned(), PersonId::from(one.person), at(one.due)))
            .collect();
        prop_assert_eq!(read, wrote);
        // One is taken back by hand.
        if !items.is_empty() {
            let chosen = voided.index(items.len());
            bench.write(|writer| writer.collected_void(&listed[chosen], "test", at(1))).unwrap();
            left.remove(chosen);
            prop_assert_eq!(bench.store().collected().unwrap().len(), left.len());
        }
        let due: Vec<&Item> = left.iter().copied().filter(|one| one.due <= now).collect();
        prop_assert_eq!(bench.store().digest_is_due(at(now)).unwrap(), !due.is_empty());
        bench.write(|writer| writer.digests_begin(at(now)).map(drop)).unwrap();
        let wanted = foreseen(&due);
        let sent = kept(&bench);
        prop_assert_eq!(sent.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>());
        for (key, (items, body)) in &sent {
            let texts = &wanted[key];
            let apart = if texts.iter().any(|text| text.contains('\n')) { "\n\n" } else { "\n" };
            prop_assert_eq!(*items, texts.len());
            prop_assert_eq!(body, &texts.join(apart));
        }
        // Once more nothing begins anew.
        bench.write(|writer| {
            assert_eq!(writer.digests_begin(at(now)).unwrap(), 0);
            Ok(())
        }).unwrap();
        // Who is forgotten stands in none that is read afterwards.
        if let Some(person) = forgotten {
            let id = PersonId::from(person);
            bench.write(|writer| writer.forget(&id, at(2))).unwrap();
            let others: Vec<&Item> = due.iter().copied().filter(|one| one.person != person).collect();
            prop_assert_eq!(
                kept(&bench).keys().cloned().collect::<Vec<_>>(),
                foreseen(&others).keys().cloned().collect::<Vec<_>>()
            );
        }
        bench.store().check_integrity().unwrap();
    }
}
