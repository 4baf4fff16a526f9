//! A plan as a person reads it before saying yes.
//!
//! From the top: of what and when; each person with every change, by the kind of event; what the plan does
//! not do and why; accounts that are open; guards; how many people are in which stage; last a summary in a
//! sentence. A plan for more than [`MAX_PEOPLE_IN_FULL`] people shows one line a person unless
//! [`Detail::Full`] is asked for; nobody is ever left out, and JSON has every value.
//!
//! Begin with [`PlanView`].

pub(super) mod change;
mod concern;
mod guard;
mod notice;
pub(super) mod people;
mod row;
pub(super) mod summary;
mod why;

use super::page::{Line, Page};
use super::{Options, words};
use crate::directory::Dn;
use crate::hr::PersonId;
use crate::plan::{Action, Change, Plan};
use crate::state::Prior;
use people::Event;
use rustc_hash::{FxHashMap, FxHashSet};

/// Up to how many people a plan shows every value: about as many as a person reads in half an hour.
pub const MAX_PEOPLE_IN_FULL: usize = 200;

/// How much is shown of each person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// Every value, and one line a person in a plan for more than [`MAX_PEOPLE_IN_FULL`].
    #[default]
    Auto,
    /// Every value, however long it gets.
    Full,
}

/// A plan to be shown.
#[derive(Debug, Clone, Copy)]
pub struct PlanView<'a> {
    /// Which.
    pub plan: &'a Plan,
    /// The state that it was made with, where known: it tells from which stage people come.
    pub prior: Option<&'a Prior>,
    /// How much.
    pub detail: Detail,
}

impl PlanView<'_> {
    /// The plan as text.
    pub fn render(&self, options: &Options) -> String {
        let mut page = Page::new(options.width);
        let scene = Scene::new(self, options);
        summary::header(&scene, &mut page);
        scene.sections(&mut page);
        concern::approvals(&scene, &mut page);
        notice::notices(&scene, &mut page);
        concern::findings(&scene, &mut page);
        concern::open_accounts(&scene, &mut page);
        guard::invariants(&scene, &mut page);
        guard::guards(&scene, &mut page);
        summary::stages(&scene, &mut page);
        summary::last(&scene, &mut page);
        page.finish()
    }
}

impl PlanView<'_> {
    /// What the plan does and finds, without what it says of the whole: for the plan of one person.
    pub(in crate::cli) fn render_body(&self, options: &Options) -> String {
        let mut page = Page::new(options.width);
        let scene = Scene::new(self, options);
        scene.sections(&mut page);
        concern::findings(&scene, &mut page);
        concern::open_accounts(&scene, &mut page);
        page.finish()
    }
}

/// Everything that a part of the view needs to know.
struct Scene<'a> {
    plan: &'a Plan,
    prior: Option<&'a Prior>,
    options: &'a Options,
    base: Dn,
    blocks: Vec<people::Block<'a>>,
    /// One line a person.
    compact: bool,
    /// Names that two groups of this plan bear; these are told by their place.
    shared_names: FxHashSet<String>,
    /// Actions that wait for approval or need one that does, by where they are: views hold no numbers.
    waiting: FxHashSet<*const Action>,
}

impl<'a> Scene<'a> {
    fn new(view: &PlanView<'a>, options: &'a Options) -> Self {
        let plan = view.plan;
        let blocks = people::blocks(plan);
        let long = blocks.len() > MAX_PEOPLE_IN_FULL;
        Self {
            plan,
            prior: view.prior,
            options,
            base: Dn::parse(&plan.header.domain_name).unwrap_or_else(|_| Dn::root()),
            compact: long && view.detail == Detail::Auto,
            blocks,
            shared_names: shared_names(plan),
            waiting: plan
                .actions
                .iter()
                .zip(plan.waiting())
                .filter(|(_, waits)| *waits)
                .map(|(action, _)| std::ptr::from_ref(action))
                .collect(),
        }
    }

    /// Whether an action of this plan waits for approval, or needs one that does.
    fn waits(&self, action: &Action) -> bool {
        self.waiting.contains(&std::ptr::from_ref(action))
    }

    fn sections(&self, page: &mut Page) {
        let palette = &self.options.palette;
        for event in Event::ALL {
            let blocks: Vec<_> = self
                .blocks
                .iter()
                .filter(|block| block.event == event)
                .collect();
            if blocks.is_empty() {
                continue;
            }
            let (title, one, many) = event.words();
            let count = match event {
                Event::Units | Event::UnitsGone | Event::Groups => {
                    blocks.iter().map(|block| block.actions.len()).sum()
                }
                Event::Joining
                | Event::Starting
                | Event::TakenOver
                | Event::Released
                | Event::Changing
                | Event::Leaving
                | Event::Deleted => blocks.len(),
            };
            self.heading(page, title, &words::count(count, one, many));
            for block in blocks {
                block.show(self, page);
            }
        }
        if self.compact {
            page.blank();
            let text = format!(
                "One line each, for more than {MAX_PEOPLE_IN_FULL} people change: `--verbose` shows every value, \
                 `--format json` has all."
            );
            page.line(0, 0, &Line::new().styled(palette.dim, &text));
        }
    }

    fn heading(&self, page: &mut Page, title: &str, count: &str) {
        let palette = &self.options.palette;
        page.blank();
        let line = Line::new().styled(palette.heading, title);
        page.line(0, 2, &line.styled(palette.dim, &format!("  {count}")));
    }

    fn place(&self, dn: &Dn) -> String {
        words::place(dn, &self.base)
    }

    /// A group by its name, or by its place where another one of this plan has the same name.
    fn group(&self, dn: &Dn) -> String {
        let name = words::leaf(dn);
        if self.shared_names.contains(&name) {
            self.place(dn)
        } else {
            name
        }
    }

    /// `Anna Schmidt · 4711`.
    fn person(&self, who: &str, person: Option<&PersonId>) -> Line {
        let palette = &self.options.palette;
        let line = Line::new().styled(palette.name, who);
        match person.map(ToString::to_string) {
            Some(id) if who != format!("person {id}") => {
                line.styled(palette.dim, &format!(" · {id}"))
            }
            Some(_) | None => line,
        }
    }
}

fn shared_names(plan: &Plan) -> FxHashSet<String> {
    let mut seen: FxHashMap<String, &Dn> = FxHashMap::default();
    let mut shared = FxHashSet::default();
    for action in &plan.actions {
        let (Change::AddMember { group, .. } | Change::RemoveMember { group, .. }) = &action.change
        else {
            continue;
        };
        let name = words::leaf(group.dn());
        match seen.get(&name) {
            Some(other) if *other != group.dn() => {
                shared.insert(name);
            }
            Some(_) => {}
            None => {
                seen.insert(name, group.dn());
            }
        }
    }
    shared
}
