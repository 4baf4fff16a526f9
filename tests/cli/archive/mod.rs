//! The archive of the audit trail, through the real binary: in a folder, and in a bucket of a server that is not ours.
//!
//! The server is moto, in `tests/archive/s3.py`, which checks each signature with Amazon's own library. Begin with
//! [`folder`].

mod bucket;
mod folder;

use super::{Place, Ran, company};
use serde_json::Value;

const STATE: &str = ".tenure/state.db";

/// The small company, with more in its configuration.
fn company(config: &str) -> Place {
    let place = company::small();
    let text = place.read("tenure.toml");
    place.write("tenure.toml", format!("{text}\n{config}"));
    place
}

/// What an archive says of itself.
#[track_caller]
fn proved(ran: &Ran) -> Value {
    let told: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran}"));
    told["states"][0].clone()
}

/// Every text of the trail that is about a person: keys, names, logins, values, places.
fn personal(place: &Place) -> Vec<String> {
    let out = place.expect(0, &["audit", "export"]).out;
    let mut all = Vec::new();
    for line in out.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        for field in ["name", "account", "object"] {
            all.extend(entry[field].as_str().map(str::to_owned));
        }
        for change in entry["changes"].as_array().into_iter().flatten() {
            for side in ["before", "after"] {
                let values = change[side].as_array().into_iter().flatten();
                all.extend(values.filter_map(Value::as_str).map(str::to_owned));
            }
        }
    }
    // `yes` and a number of one digit stand in every JSON.
    all.retain(|text| text.chars().count() > 3);
    all.sort();
    all.dedup();
    all
}

/// Nothing of these texts is there, nor in the middle of anything.
#[track_caller]
fn assert_none(content: &str, texts: &[String]) {
    assert!(texts.len() > 20, "{texts:?}");
    let lower = content.to_lowercase();
    for text in texts {
        assert!(!lower.contains(&text.to_lowercase()), "{text} is archived");
    }
}
