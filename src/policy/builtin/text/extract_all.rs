//! `extract_all`.

use super::extract::meant;
use super::split::parts;
use crate::policy::builtin::args::text;
use crate::policy::builtin::{Builtin, Kind, Presence, param};
use crate::policy::eval::Value;

pub(super) static EXTRACT_ALL: Builtin = Builtin {
    name: "extract_all",
    on: Kind::Text,
    params: &[param("pattern", Kind::Regex)],
    result: Kind::Texts,
    presence: Presence::Maybe,
    summary: "All that a regular expression finds in a text, each as `extract` gives it.",
    details: "",
    examples: &[
        (
            "\"SAP-12, CRM-7\".extract_all(/[A-Z]+-[0-9]+/)",
            "[\"SAP-12\", \"CRM-7\"]",
        ),
        ("\"a=1, b=2\".extract_all(/=([0-9])/)", "[\"1\", \"2\"]"),
        ("\"Sales\".extract_all(/[0-9]+/)", "missing"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let Value::Search(search) = args.get(1)? else {
        return None;
    };
    let found = search.regex().captures_iter(text(args, 0)?);
    parts(found.filter_map(|found| meant(&found)))
}
