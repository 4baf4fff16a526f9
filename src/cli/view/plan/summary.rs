//! The first lines and the last ones.

use super::Scene;
use crate::cli::view::page::{Line, Page};
use crate::cli::view::words::{self, count};
use crate::plan::{Change, Plan, Reversible};
use std::collections::BTreeSet;

/// Of what the plan is, as of when, and how long it holds.
pub(super) fn header(scene: &Scene<'_>, page: &mut Page) {
    let header = &scene.plan.header;
    let palette = &scene.options.palette;
    let zone = &scene.options.zone;
    let mut first = match &header.takes_back {
        None => Line::new().styled(palette.heading, "Plan").plain(" for "),
        Some(taken) => Line::new()
            .styled(palette.heading, "Plan that takes back")
            .plain(" run ")
            .styled(palette.name, &taken.run.to_string())
            .plain(" in "),
    };
    first = first
        .styled(palette.name, &header.domain_name)
        .plain(" as of ")
        .styled(palette.name, &words::instant(header.now, zone));
    if header.clock_pinned {
        first = first.styled(palette.warn, ", the clock that the people source pins");
    }
    if header.hypothetical {
        first = first.styled(palette.warn, ", made with --at: shown, never applied");
    }
    page.line(0, 2, &first);
    if !header.only.is_empty() {
        let only = format!("only for {}", header.only.join(", "));
        page.line(2, 4, &Line::new().styled(palette.warn, &only));
    }
    let mut facts = format!(
        "people from {} · policy {}",
        header.people_source,
        words::short(&header.policy)
    );
    if !header.hypothetical {
        facts.push_str(" · valid until ");
        facts.push_str(&words::instant(header.expires, zone));
    }
    page.line(2, 4, &Line::new().styled(palette.dim, &facts));
    if !header.sources.is_empty() {
        let sources = header.sources.iter().map(|source| {
            let (digest, number) = (
                words::short(&source.digest),
                words::number(source.records as usize),
            );
            format!("{} {digest}: {number}", source.name)
        });
        let sources: Vec<String> = sources.collect();
        page.line(2, 4, &Line::new().styled(palette.dim, &sources.join(" · ")));
    }
}

/// How many people are in which stage.
pub(super) fn stages(scene: &Scene<'_>, page: &mut Page) {
    let stages = &scene.plan.stages;
    let people: usize = stages.iter().map(|stage| stage.people as usize).sum();
    if people == 0 {
        return;
    }
    scene.heading(page, "People", &words::number(people));
    let each: Vec<String> = stages
        .iter()
        .map(|stage| format!("{} {}", words::number(stage.people as usize), stage.stage))
        .collect();
    page.line(2, 2, &Line::of(&each.join(" · ")));
}

/// Everything in a sentence, and what happens next.
pub(super) fn last(scene: &Scene<'_>, page: &mut Page) {
    let palette = &scene.options.palette;
    let plan = scene.plan;
    page.blank();
    let tally = Tally::of(plan);
    if plan.is_empty() {
        let line = Line::new().styled(palette.name, "Nothing to do");
        let waits = plan.findings.len();
        page.line(
            0,
            2,
            &if plan.header.takes_back.is_some() {
                line.plain(": everything is as it was before that run, but for what stands above.")
            } else if waits == 0 {
                line.plain(": the directory is as the policy wants it.")
            } else {
                line.plain(", and ")
                    .plain(&count(waits, "thing", "things"))
                    .plain(" above to know.")
            },
        );
    } else {
        page.line(0, 2, &Line::new().styled(palette.name, &tally.sentence()));
        let warnings = tally.warnings();
        if !warnings.is_empty() {
            page.line(0, 2, &Line::new().styled(palette.warn, &warnings));
        }
    }
    let mut next = Line::new();
    let tripped = plan.guards.iter().filter(|guard| guard.tripped).count();
    let stops = [
        (tripped, "guard stops it", "guards stop it"),
        (
            plan.broken.len(),
            "invariant would be broken",
            "invariants would be broken",
        ),
    ];
    let stops: Vec<String> = stops
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| count(number, one, many))
        .collect();
    if !stops.is_empty() {
        let stops = stops.join(" and ");
        next = next.styled(
            palette.danger,
            &format!("This plan is not applied: {stops}. "),
        );
    } else if plan.header.hypothetical && !plan.is_empty() {
        next = next.plain("This plan looks at another time and is never applied. ");
    } else if !plan.is_empty() {
        let command = match &plan.header.takes_back {
            None => "tenure apply".to_owned(),
            Some(taken) => format!("tenure undo {} --yes", taken.run),
        };
        next = next
            .plain("Nothing is applied until ")
            .styled(palette.help, &command)
            .plain(". ");
    }
    if plan.header.takes_back.is_some() {
        let again = "The next plan does again what the policy says, unless the policy or HR changes before; `tenure \
                     freeze` holds what it would give.";
        let next = if plan.is_empty() {
            next
        } else {
            next.plain(again)
        };
        if !next.is_empty() {
            page.line(0, 2, &next);
        }
        return;
    }
    next = match plan.next_change {
        None => next.plain("No further change is due by any date that may be shown."),
        Some(at) => next.plain(&format!(
            "The next change is due {}, {}.",
            words::instant(at, &scene.options.zone),
            words::until(plan.header.now, at)
        )),
    };
    page.line(0, 2, &next);
}

/// Everything in two sentences: what is done, and what of it weighs more; the second may be empty.
pub(in crate::cli::view) fn sentences(plan: &Plan) -> (String, String) {
    let tally = Tally::of(plan);
    (tally.sentence(), tally.warnings())
}

/// How much of what.
#[derive(Debug, Default)]
struct Tally {
    create: usize,
    enable: usize,
    take_over: usize,
    release: usize,
    change: usize,
    relocate: usize,
    disable: usize,
    delete: usize,
    reset: usize,
    give: usize,
    take: usize,
    units: usize,
    units_gone: usize,
    groups: usize,
    waiting: usize,
    write_back: usize,
    ask: usize,
    notices: usize,
    final_ones: usize,
    partly: usize,
    not_ours: usize,
}

impl Tally {
    fn of(plan: &Plan) -> Self {
        let mut tally = Self {
            waiting: plan.waiting().into_iter().filter(|waits| *waits).count(),
            notices: plan.notices.len(),
            ..Self::default()
        };
        let made: BTreeSet<_> = plan
            .actions
            .iter()
            .filter(|action| matches!(action.change, Change::CreateAccount { .. }))
            .map(|action| (&action.person, &action.who))
            .collect();
        for action in &plan.actions {
            let exists = !made.contains(&(&action.person, &action.who));
            match &action.change {
                Change::CreateUnit { .. } => tally.units += 1,
                Change::CreateGroup { .. } => tally.groups += 1,
                Change::CreateAccount { .. } => tally.create += 1,
                Change::Adopt { .. } => tally.take_over += 1,
                Change::Release { .. } => tally.release += 1,
                Change::SetPassword { .. } => tally.reset += usize::from(exists),
                Change::Modify { .. } => tally.change += usize::from(exists),
                Change::Move { .. } => tally.relocate += 1,
                Change::Enable { .. } => tally.enable += usize::from(exists),
                Change::Disable { .. } => tally.disable += 1,
                Change::AddMember { .. } => tally.give += 1,
                Change::RemoveMember { .. } => tally.take += 1,
                Change::WriteBack { .. } => tally.write_back += 1,
                Change::Await { .. } => tally.ask += 1,
                Change::Delete { .. } => tally.delete += 1,
                Change::DeleteUnit { .. } => tally.units_gone += 1,
            }
            tally.not_ours += usize::from(action.not_ours);
            match action.reversible {
                Reversible::Yes => {}
                Reversible::Partly(_) => tally.partly += 1,
                Reversible::No => tally.final_ones += 1,
            }
        }
        tally
    }

    fn sentence(&self) -> String {
        let parts = |all: &[(usize, &str)]| {
            let some = all.iter().filter(|(n, _)| *n > 0);
            let some: Vec<String> = some
                .map(|(n, what)| format!("{} to {what}", words::number(*n)))
                .collect();
            some.join(", ")
        };
        let accounts = parts(&[
            (self.create, "create"),
            (self.enable, "enable"),
            (self.take_over, "take over"),
            (self.release, "release"),
            (self.change, "change"),
            (self.relocate, "move or rename"),
            (self.reset, "give a new password"),
            (self.disable, "disable"),
            (self.delete, "delete"),
        ]);
        let memberships = parts(&[(self.give, "give"), (self.take, "take")]);
        let units = parts(&[(self.units, "make"), (self.units_gone, "delete")]);
        let groups = parts(&[(self.groups, "make")]);
        let hr = parts(&[(self.write_back, "write back")]);
        let steps = parts(&[(self.ask, "ask for")]);
        let notices = parts(&[(self.notices, "send")]);
        let named = [
            ("Accounts", accounts),
            ("memberships", memberships),
            ("groups", groups),
            ("units", units),
            ("values of HR", hr),
            ("steps of other systems", steps),
            ("notices", notices),
        ];
        let named = named.iter().filter(|(_, text)| !text.is_empty());
        let text: Vec<String> = named
            .map(|(what, text)| format!("{what}: {text}"))
            .collect();
        let text = text.join("; ");
        let mut letters = text.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).chain(['.']).collect()
    }

    fn warnings(&self) -> String {
        let mut parts = Vec::new();
        if self.waiting > 0 {
            parts.push(count(
                self.waiting,
                "waits for approval",
                "wait for approval",
            ));
        }
        if self.final_ones > 0 {
            parts.push(format!(
                "{} cannot be undone",
                words::number(self.final_ones)
            ));
        }
        if self.partly > 0 {
            parts.push(format!("{} only in part", words::number(self.partly)));
        }
        if self.not_ours > 0 {
            parts.push(count(
                self.not_ours,
                "touches what is not ours: somebody else gave it",
                "touch what is not ours: somebody else gave it",
            ));
        }
        if parts.is_empty() {
            return String::new();
        }
        format!("Of these {}.", parts.join(", "))
    }
}
