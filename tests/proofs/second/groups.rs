//! The one order of groups: rows and exceptions, the stage's restriction, the stage's own grants, `forbid`.

use std::collections::{BTreeMap, BTreeSet};

use tenure::syntax::ast::{Clause, Expr, ExprKind, Extent, GroupRow, Part, TypeKind};

use super::ask::{Ask, Locals};
use super::decide::{Picture, Voice, excepted};
use super::pattern;
use super::value::Answer;

/// What is wanted of the groups, or of the lists. Names are in lower case: they are the same however written.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// Every group of which something could be said.
    about: BTreeSet<String>,
    given: BTreeSet<String>,
    held: BTreeSet<String>,
    forbidden: BTreeSet<String>,
    restriction: String,
}

impl Block {
    pub(super) fn groups(ask: &Ask<'_>, voices: &[Voice<'_>]) -> Self {
        let restriction = |clause: &Clause| match clause {
            Clause::Groups(extent, _) => Some(extent.clone()),
            _ => None,
        };
        Self::of(ask, voices, &ask.policy.groups, restriction, false)
    }

    pub(super) fn lists(ask: &Ask<'_>, voices: &[Voice<'_>]) -> Self {
        let restriction = |clause: &Clause| match clause {
            Clause::Lists(extent, _) => Some(extent.clone()),
            _ => None,
        };
        Self::of(ask, voices, &ask.policy.lists, restriction, true)
    }

    fn of(
        ask: &Ask<'_>,
        voices: &[Voice<'_>],
        rows: &[GroupRow],
        restriction: impl Fn(&Clause) -> Option<Extent>,
        of_lists: bool,
    ) -> Self {
        let mut block = Self::default();
        let restrict = |voice: &Voice<'_>| voice.clauses.iter().find_map(|one| restriction(one));
        // Whose restriction counts: that of the first who has one.
        let restricting = voices.iter().position(|voice| restrict(voice).is_some());
        let extent = restricting.and_then(|index| restrict(&voices[index]));
        block.restriction = extent.as_ref().map(shown).unwrap_or_default();

        for row in rows {
            block.row(ask, row, extent.as_ref());
        }
        for (index, voice) in voices.iter().enumerate() {
            for clause in &voice.clauses {
                let Clause::Grant(groups, _) = clause else {
                    continue;
                };
                for group in groups.iter().filter(|one| is_list(ask, one) == of_lists) {
                    // Its own grants come after what it takes.
                    let own = restricting == Some(index);
                    block.grant(ask, group, extent.as_ref().filter(|_| !own));
                }
            }
        }
        for forbid in &ask.policy.forbids {
            let mark = ask.tally.mark();
            let holds = match &forbid.condition {
                Some(condition) => ask.holds(condition, &Locals::new()),
                None => Some(true),
            };
            if forbid.condition.is_some() {
                ask.tally.note("forbid", holds, mark);
            }
            for group in &forbid.groups {
                let name = literal(group).to_lowercase();
                block.about.insert(name.clone());
                match holds {
                    Some(true) => _ = block.forbidden.insert(name),
                    Some(false) => {}
                    None => _ = block.held.insert(name),
                }
            }
        }
        block
    }

    fn row(&mut self, ask: &Ask<'_>, row: &GroupRow, extent: Option<&Extent>) {
        for group in &row.groups {
            self.about.extend(names(ask, group));
        }
        // A stage that restricts more than by `except` alone leaves nothing of the rows.
        if !matches!(extent, None | Some(Extent::Except(_))) {
            return;
        }
        let mark = ask.tally.mark();
        let holds = match &row.condition {
            Some(condition) => ask.holds(condition, &Locals::new()),
            None => Some(true),
        };
        if row.condition.is_some() {
            ask.tally.note("group row", holds, mark);
        }
        for group in &row.groups {
            match holds {
                Some(true) => self.grant(ask, group, extent),
                Some(false) => {}
                None => self.held.extend(names(ask, group)),
            }
        }
    }

    fn grant(&mut self, ask: &Ask<'_>, group: &Expr, extent: Option<&Extent>) {
        self.about.extend(names(ask, group));
        match ask.value(group, &Locals::new()) {
            Answer::Is(name) => {
                let name = name.to_string().to_lowercase();
                let spared = |pattern: &Expr| pattern::fits_name(&name, &literal(pattern));
                let lets_through = match extent {
                    None => true,
                    Some(Extent::Except(except)) => !except.iter().any(spared),
                    Some(_) => false,
                };
                if lets_through {
                    self.given.insert(name);
                }
            }
            Answer::Missing => {}
            Answer::Unknown => self.held.extend(names(ask, group)),
        }
    }

    /// A line for each group; who is held is neither given nor taken.
    pub(super) fn describe(&self, kind: &str, picture: &mut Picture) {
        for name in &self.about {
            let word = if self.held.contains(name) {
                "held"
            } else if self.given.contains(name) {
                "given"
            } else {
                "not given"
            };
            let forbidden = if self.forbidden.contains(name) {
                ", forbidden"
            } else {
                ""
            };
            picture.insert(format!("{kind} {name}"), format!("{word}{forbidden}"));
        }
        picture.insert(format!("{kind}s restricted"), self.restriction.clone());
    }
}

fn shown(extent: &Extent) -> String {
    let word = match extent {
        Extent::None { .. } => "none",
        Extent::NoneOfOurs { .. } => "none of ours",
        Extent::Untouched => "untouched",
        Extent::Except(_) => "as rules",
    };
    let mut shown = word.to_owned();
    for pattern in excepted(extent) {
        shown.push(' ');
        shown.push_str(&literal(pattern));
    }
    shown
}

/// The names for which a group of a row may stand, in lower case.
fn names(ask: &Ask<'_>, group: &Expr) -> BTreeSet<String> {
    let ExprKind::Text(template) = &group.kind else {
        unreachable!("the generator writes groups as texts");
    };
    let mut all = vec![String::new()];
    for part in &template.parts {
        let pieces = match part {
            Part::Literal(text, _) => vec![text.to_string()],
            Part::Hole(hole, _) => choices(ask, hole),
        };
        let longer = all
            .iter()
            .flat_map(|one| pieces.iter().map(move |piece| format!("{one}{piece}")));
        all = longer.collect();
    }
    all.into_iter().map(|name| name.to_lowercase()).collect()
}

/// What a hole may be: a value of a `one of`, or a cell of a table.
fn choices(ask: &Ask<'_>, hole: &Expr) -> Vec<String> {
    match &hole.kind {
        ExprKind::Name(name) => {
            let field = ask
                .policy
                .fields
                .iter()
                .find(|field| field.name == **name)
                .unwrap();
            let TypeKind::OneOf(choices) = &field.ty else {
                unreachable!("the checker lets no free text name a group");
            };
            choices
                .iter()
                .map(|choice| choice.value.to_string())
                .collect()
        }
        ExprKind::Field { base, name } => {
            let ExprKind::Name(row) = &base.kind else {
                unreachable!("the generator reads cells of a `let`");
            };
            let ExprKind::Index { base, .. } = &ask.policy.lets[&**row].value.kind else {
                unreachable!("the `let` is a row");
            };
            let ExprKind::Name(table) = &base.kind else {
                unreachable!("of a table");
            };
            let rows = &ask.policy.tables[&**table].rows;
            let cells = rows
                .iter()
                .map(|row: &BTreeMap<String, String>| row[&*name.value].clone());
            cells.filter(|cell| !cell.is_empty()).collect()
        }
        other => unreachable!("the generator writes no hole {other:?}"),
    }
}

/// A group is a list where a block of `lists` names it.
fn is_list(ask: &Ask<'_>, group: &Expr) -> bool {
    let name = literal(group).to_lowercase();
    let mut named = ask.policy.lists.iter().flat_map(|row| &row.groups);
    named.any(|one| names(ask, one).contains(&name))
}

fn literal(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Text(template) => template.literal().unwrap().to_owned(),
        other => unreachable!("the generator writes no group {other:?}"),
    }
}
