//! `tenure steps`: what other systems were asked for whom, what waits first.

use super::page::{Line, Page};
use super::{Options, json, words};
use crate::hr::PersonId;
use crate::state::{StepMemory, StepStanding};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is remembered of steps, by person and name.
type Steps = BTreeMap<(PersonId, Arc<str>), StepMemory>;

/// How many of those that are behind us are shown.
const SHOWN: usize = 20;

/// In which order they are told, and how each standing is said.
const STANDINGS: [(StepStanding, &str); 4] = [
    (StepStanding::Refused, "refused"),
    (StepStanding::Waiting, "waiting"),
    (StepStanding::Over, "given up"),
    (StepStanding::Answered, "done"),
];

/// As a table.
pub fn list(steps: &Steps, options: &Options) -> String {
    let palette = &options.palette;
    let mut page = Page::new(options.width);
    if steps.is_empty() {
        page.line(0, 0, &Line::of("No step was asked for yet."));
        return page.finish();
    }
    let counts = STANDINGS.iter().filter_map(|(standing, said)| {
        let number = steps.values().filter(|one| one.standing == *standing);
        let number = number.count();
        (number > 0).then(|| format!("{} {said}", words::number(number)))
    });
    let counts: Vec<String> = counts.collect();
    let title = Line::new().styled(palette.heading, "Steps");
    page.line(0, 2, &title.plain("  ").plain(&counts.join(", ")));
    page.blank();
    let mut hidden = 0;
    for (standing, said) in STANDINGS {
        let open = matches!(standing, StepStanding::Refused | StepStanding::Waiting);
        let all = steps.iter().filter(|(_, one)| one.standing == standing);
        for (place, ((person, name), step)) in all.enumerate() {
            if !open && place >= SHOWN {
                hidden += 1;
                continue;
            }
            let style = match standing {
                StepStanding::Refused => palette.danger,
                StepStanding::Waiting => palette.warn,
                StepStanding::Over | StepStanding::Answered => palette.dim,
            };
            let mut line = Line::new()
                .styled(style, said)
                .plain(&format!("  {name} of "))
                .styled(palette.name, &person.to_string());
            let at = words::instant(step.at, &options.zone);
            let begun = words::instant(step.begun, &options.zone);
            let text = match standing {
                StepStanding::Waiting => {
                    format!("  on {}, since {begun}, asked last {at}", step.event)
                }
                StepStanding::Refused | StepStanding::Over | StepStanding::Answered => {
                    format!("  on {}, {at}", step.event)
                }
            };
            line = line.styled(palette.dim, &text);
            if step.late.is_some() && open {
                line = line.styled(palette.danger, "  late");
            }
            page.line(0, 4, &line);
        }
    }
    if hidden > 0 {
        let text = format!("and {} more", words::number(hidden));
        page.line(0, 0, &Line::new().styled(palette.dim, &text));
    }
    page.finish()
}

/// The same as data.
pub fn list_json(steps: &Steps) -> String {
    let each = steps.iter().map(|((person, name), step)| {
        json!({
            "person": person.to_string(),
            "step": &**name,
            "standing": step.standing.word(),
            "on": &*step.event,
            "key": &*step.key,
            "begun": step.begun.to_string(),
            "at": step.at.to_string(),
            "not_before": step.not_before.map(|at| at.to_string()),
            "late": step.late.map(|at| at.to_string()),
        })
    });
    json::pretty(&json!({ "steps": each.collect::<Vec<_>>() }))
}
