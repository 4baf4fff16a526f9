//! The archive of the trail: what was put there, and whether it is whole.

use super::audit::ending;
use super::page::{Line, Page};
use super::{Options, json, words};
use crate::archive::{Filled, Proved, Stretch};
use serde_json::{Value, json};

/// How many things that are wrong are named of each state.
pub const NAMED: usize = 10;

/// What was done, in a line.
pub fn filled(filled: &Filled) -> String {
    let entries = words::count(filled.entries, "entry", "entries");
    let mut text = match filled.objects {
        0 => "everything is archived already".to_owned(),
        objects => format!(
            "{entries} archived, in {}",
            words::count(objects, "object", "objects")
        ),
    };
    if filled.removed > 0 {
        let removed = words::count(filled.removed, "object", "objects");
        text.extend(["; ", &removed, " removed, older than `keep`"]);
    }
    text
}

/// What an archive holds, and how it is with it.
pub fn proved(proved: &Proved, options: &Options) -> String {
    let mut page = Page::new(options.width);
    if proved.stretches.is_empty() {
        page.line(0, 0, &Line::of("The archive is empty."));
    }
    for stretch in &proved.stretches {
        shown(&mut page, stretch, options);
    }
    if proved.strange > 0 {
        let strange = words::count(proved.strange, "object is", "objects are");
        page.line(
            0,
            2,
            &Line::of(&format!("{strange} not of this program, and left alone.")),
        );
    }
    page.finish()
}

fn shown(page: &mut Page, stretch: &Stretch, options: &Options) {
    let palette = &options.palette;
    let entries = words::count(stretch.entries, "entry", "entries");
    let objects = words::count(stretch.objects, "object", "objects");
    let verdict = if stretch.wrong.is_empty() {
        Line::new()
            .styled(palette.add, "The archive is whole")
            .plain(&format!(
                ": {entries} in {objects}, each the one that was written."
            ))
    } else {
        Line::new()
            .styled(palette.danger, "The archive is not whole")
            .plain(&format!(": {entries} in {objects}."))
    };
    page.line(0, 0, &verdict);
    let mut fact = |label: &str, text: &str| {
        let line = Line::new().styled(palette.dim, label).padded(9).plain(text);
        page.line(2, 11, &line);
    };
    fact("state", &stretch.state.to_string());
    if let Some((first, last)) = &stretch.ends {
        fact("first", &ending(first, &options.zone));
        fact("last", &ending(last, &options.zone));
    }
    fact("head", &stretch.head);
    match stretch.compared {
        None => fact(
            "trail",
            "not compared: the state here is another one, or there is none",
        ),
        Some((same, 0)) => {
            let same = words::count(same, "entry is", "entries are");
            fact(
                "trail",
                &format!("{same} in the state, too, and all of the state is archived"),
            );
        }
        Some((same, waiting)) => {
            let same = words::count(same, "entry is", "entries are");
            let waits = words::count(waiting, "is", "are");
            fact(
                "trail",
                &format!("{same} in the state, too; {waits} not archived yet"),
            );
        }
    }
}

/// The same for machines.
pub fn proved_json(proved: &Proved) -> String {
    let one = |stretch: &Stretch| -> Value {
        let (first, last) = stretch
            .ends
            .as_ref()
            .map(|(first, last)| (first.seq, last.seq))
            .unzip();
        json!({
            "state": stretch.state.to_string(),
            "whole": stretch.wrong.is_empty(),
            "objects": stretch.objects,
            "entries": stretch.entries,
            "first": first,
            "last": last,
            "head": stretch.head,
            "in_state": stretch.compared.map(|(same, _)| same),
            "not_archived": stretch.compared.map(|(_, waiting)| waiting),
            "wrong": stretch.wrong,
        })
    };
    let states: Vec<Value> = proved.stretches.iter().map(one).collect();
    json::pretty(&json!({
        "format": "tenure-archive/1",
        "whole": proved.is_whole(),
        "states": states,
        "strange": proved.strange,
    }))
}
