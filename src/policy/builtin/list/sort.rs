//! `sort`.

use crate::policy::builtin::args::list;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;
use std::cmp::Ordering;

pub(super) static SORT: Builtin = Builtin {
    name: "sort",
    on: Kind::Printable,
    params: &[],
    result: Kind::Items,
    presence: Presence::Always,
    summary: "The items of a list in ascending order.",
    details: "Texts are ordered without regard to case, by their letters' places in Unicode.",
    examples: &[
        ("[\"b\", \"A\", \"c\"].sort()", "[\"A\", \"b\", \"c\"]"),
        ("[10, 9, 100].sort()", "[9, 10, 100]"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let items = list(args, 0)?.iter();
    let mut keyed: Vec<(String, &Value)> = items
        .map(|item| {
            let folded = item.as_text().map(|text| text.to_lowercase());
            (folded.unwrap_or_default(), item)
        })
        .collect();
    keyed.sort_by(
        |(a_folded, a), (b_folded, b)| match (a.as_text(), b.as_text()) {
            (Some(a), Some(b)) => (a_folded, a).cmp(&(b_folded, b)),
            (None, None) => a.order(b).unwrap_or(Ordering::Equal),
            (a, b) => a.is_some().cmp(&b.is_some()),
        },
    );
    let sorted = keyed.into_iter().map(|(_, item)| item.clone());
    Some(Value::List(sorted.collect()))
}
