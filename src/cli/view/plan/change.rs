//! Actions as rows: what changes from what to what, and why.

use super::Scene;
use super::row::Row;
use super::why::why;
use crate::cli::view::page::Line;
use crate::cli::view::words;
use crate::directory::filetime::AccountExpires;
use crate::directory::group_type::GroupType;
use crate::directory::{AttributeName, Dn};
use crate::plan::{
    Action, Approval, AttributeChange, Cause, Change, Reversible, StepRequest, Target,
};
use crate::text::{excerpt, picture};
use anstyle::Style;
use std::sync::Arc;

/// The longest value that is shown, in characters; JSON has all of it.
const MAX_VALUE: usize = 400;

/// Up to how many memberships given or taken have a row each.
const MAX_MEMBERSHIPS_APART: usize = 20;

/// What stands for a value that is not shown (S11).
const HIDDEN: &str = "•••";

/// In which order actions on one account are told.
pub(super) const fn rank(change: &Change) -> u8 {
    match change {
        Change::Delete { .. } | Change::DeleteUnit { .. } => 0,
        Change::CreateUnit { .. }
        | Change::CreateGroup { .. }
        | Change::CreateAccount { .. }
        | Change::Adopt { .. }
        | Change::Release { .. } => 1,
        Change::Enable { .. } | Change::Disable { .. } => 2,
        Change::SetPassword { .. } => 3,
        Change::Move { .. } => 4,
        Change::Modify { .. } => 5,
        Change::AddMember { .. } => 6,
        Change::RemoveMember { .. } => 7,
        Change::Await { .. } => 8,
        Change::WriteBack { .. } => 9,
    }
}

/// All changes of one account; memberships in one row where they are many.
pub(super) fn all_rows(scene: &Scene<'_>, actions: &[&Action], main: Cause) -> Vec<Row> {
    let member = |action: &&&Action| {
        matches!(
            action.change,
            Change::AddMember { .. } | Change::RemoveMember { .. }
        )
    };
    let many = actions.iter().filter(member).count() > MAX_MEMBERSHIPS_APART;
    let each = actions.iter().filter(|action| !(many && member(action)));
    let mut rows: Vec<Row> = each.flat_map(|action| rows(scene, action, main)).collect();
    let enabled = actions
        .iter()
        .any(|action| matches!(action.change, Change::Enable { .. }));
    let made = actions
        .iter()
        .position(|action| matches!(action.change, Change::CreateAccount { .. }));
    if let (false, Some(0), Some(row)) = (enabled, made, rows.first_mut()) {
        row.marks.push(Line::new().styled(
            scene.options.palette.dim,
            "prepared: disabled and without a password until its day",
        ));
    }
    if many {
        rows.extend(bundled(scene, actions));
    }
    rows
}

/// Memberships in a row for each direction, ours and not ours.
fn bundled(scene: &Scene<'_>, actions: &[&Action]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (taken, strange) in [(false, false), (false, true), (true, false), (true, true)] {
        let names: Vec<String> = actions
            .iter()
            .filter(|action| action.not_ours == strange)
            .filter_map(|action| match &action.change {
                Change::AddMember { group, .. } if !taken => Some(scene.group(group.dn())),
                Change::RemoveMember { group, .. } if taken => Some(scene.group(group.dn())),
                Change::AddMember { .. }
                | Change::RemoveMember { .. }
                | Change::CreateUnit { .. }
                | Change::CreateGroup { .. }
                | Change::CreateAccount { .. }
                | Change::Adopt { .. }
                | Change::Release { .. }
                | Change::DeleteUnit { .. }
                | Change::SetPassword { .. }
                | Change::Modify { .. }
                | Change::Move { .. }
                | Change::Enable { .. }
                | Change::Disable { .. }
                | Change::WriteBack { .. }
                | Change::Await { .. }
                | Change::Delete { .. } => None,
            })
            .collect();
        if names.is_empty() {
            continue;
        }
        let mut row = if taken { removed(scene) } else { added(scene) };
        row.label = words::count(names.len(), "group", "groups");
        row.value = vec![Line::of(&names.join(", "))];
        if strange {
            row.marks.push(not_ours(scene));
        }
        rows.push(row);
    }
    rows
}

/// The rows of one action; its cause is told where it is not the main one.
pub(super) fn rows(scene: &Scene<'_>, action: &Action, main: Cause) -> Vec<Row> {
    let mut rows = match &action.change {
        Change::CreateUnit { dn } => vec![whole(added(scene), &scene.place(dn))],
        Change::CreateGroup {
            dn,
            group_type,
            description,
            ..
        } => vec![group(scene, dn, *group_type, description.as_deref())],
        Change::CreateAccount {
            dn,
            attributes,
            sensitive,
            ..
        } => created(scene, dn, attributes, sensitive),
        Change::Adopt {
            account,
            anchor,
            before,
            after,
            linked,
        } => adopted(scene, account, (anchor, before.as_ref(), after), *linked),
        Change::Release {
            account,
            anchor,
            before,
            after,
            ..
        } => released(scene, account, (anchor, before, after.as_ref())),
        Change::SetPassword {
            must_change,
            length,
            computed,
            ..
        } => {
            let then = if *must_change {
                ", to be changed at the first logon"
            } else {
                ""
            };
            let text = if *computed {
                format!("as the policy computes it{then}")
            } else {
                format!("random, {length} characters{then}")
            };
            vec![labelled(changed(scene), "password", Line::of(&text))]
        }
        Change::Modify { attributes, .. } => {
            let one = |change: &AttributeChange| modified(scene, change, main);
            attributes.iter().map(one).collect()
        }
        Change::Move {
            account,
            to,
            overlay,
        } => moved(scene, account, to, overlay.as_deref()),
        Change::Enable { account, .. } => vec![state(scene, added(scene), "enabled", account)],
        Change::Disable { account, .. } => vec![state(scene, removed(scene), "disabled", account)],
        Change::AddMember { group, .. } => vec![whole(added(scene), &scene.group(group.dn()))],
        Change::RemoveMember { group, .. } => vec![whole(removed(scene), &scene.group(group.dn()))],
        Change::WriteBack {
            source,
            before,
            after,
            login,
            ..
        } => vec![written_back(
            scene,
            source,
            (before.as_ref(), after),
            *login,
        )],
        Change::Await { step, .. } => vec![asked(scene, step)],
        Change::Delete { account } => vec![state(scene, removed(scene), "deleted", account)],
        Change::DeleteUnit { unit } => vec![whole(removed(scene), &scene.place(unit.dn()))],
    };
    let cause = (action.cause != main).then_some(action.cause);
    let words = matches!(action.change, Change::RemoveMember { .. });
    if let (false, Some(first)) = (
        matches!(action.change, Change::Modify { .. }),
        rows.first_mut(),
    ) {
        first.why = why(scene, &action.reasons, cause, words);
    }
    if let Some(last) = rows.last_mut() {
        last.marks.extend(marks(scene, action));
    }
    rows
}

fn marks(scene: &Scene<'_>, action: &Action) -> Vec<Line> {
    let palette = &scene.options.palette;
    let mut marks = Vec::new();
    if action.not_ours {
        marks.push(not_ours(scene));
    }
    match &action.approval {
        Some(Approval {
            refused: Some(refused),
            given: None,
            ..
        }) => {
            let text = format!("x rejected by {}: {}", refused.by, refused.because);
            marks.push(Line::new().styled(palette.danger, &text));
        }
        Some(approval) if approval.given.is_none() => {
            let text = format!("? waits for approval {}", approval.id);
            marks.push(Line::new().styled(palette.warn, &text));
        }
        Some(approval) => {
            let by = approval.given.as_ref().map_or("", |given| &*given.by);
            let text = format!("approved by {by}");
            marks.push(Line::new().styled(palette.dim, &text));
        }
        None if scene.waits(action) => {
            marks.push(Line::new().styled(palette.warn, "? waits with what it needs"));
        }
        None => {}
    }
    match &action.reversible {
        Reversible::Yes => {}
        Reversible::Partly(what) => {
            let line = Line::new().styled(palette.warn, "! undone only in part: ");
            marks.push(line.plain(what));
        }
        Reversible::No => marks.push(Line::new().styled(palette.danger, "! cannot be undone")),
    }
    marks
}

fn not_ours(scene: &Scene<'_>) -> Line {
    let palette = &scene.options.palette;
    Line::new().styled(palette.warn, "! not ours")
}

fn row(style: Style, glyph: &str) -> Row {
    Row {
        glyph: Line::new().styled(style, glyph),
        ..Row::default()
    }
}

fn added(scene: &Scene<'_>) -> Row {
    row(scene.options.palette.add, "+")
}

fn changed(scene: &Scene<'_>) -> Row {
    row(scene.options.palette.change, "~")
}

fn removed(scene: &Scene<'_>) -> Row {
    row(scene.options.palette.remove, "-")
}

fn relocated(scene: &Scene<'_>) -> Row {
    row(scene.options.palette.place, ">")
}

fn whole(mut row: Row, text: &str) -> Row {
    row.value = vec![Line::of(text)];
    row
}

fn labelled(mut row: Row, label: &str, value: Line) -> Row {
    label.clone_into(&mut row.label);
    row.value = vec![value];
    row
}

fn state(scene: &Scene<'_>, row: Row, word: &str, account: &Target) -> Row {
    match account {
        Target::Existing { dn, .. } => {
            let place = Line::new().styled(scene.options.palette.dim, &scene.place(dn));
            labelled(row, word, place)
        }
        Target::Made { .. } => whole(row, word),
    }
}

fn group(scene: &Scene<'_>, dn: &Dn, kind: GroupType, description: Option<&str>) -> Row {
    let what = if kind.is_security() {
        "security"
    } else {
        "distribution"
    };
    let mut value = Line::of(&format!("{what}, {}", kind.scope()));
    if let Some(text) = description {
        value = value.styled(scene.options.palette.dim, &format!("  {}", quoted(text)));
    }
    labelled(added(scene), &scene.place(dn), value)
}

fn created(
    scene: &Scene<'_>,
    dn: &Dn,
    attributes: &[(Arc<str>, Vec<Arc<str>>)],
    sensitive: &[Arc<str>],
) -> Vec<Row> {
    let account = labelled(added(scene), "account", Line::of(&scene.place(dn)));
    let one = |(attribute, values): &(Arc<str>, Vec<Arc<str>>)| {
        let mut row = labelled(added(scene), attribute, Line::new());
        let hidden = sensitive.contains(attribute);
        row.value = values
            .iter()
            .map(|value| {
                if hidden {
                    Line::of(HIDDEN)
                } else {
                    Line::of(&shown(scene, attribute, value))
                }
            })
            .collect();
        row
    };
    std::iter::once(account)
        .chain(attributes.iter().map(one))
        .collect()
}

fn adopted(
    scene: &Scene<'_>,
    account: &Target,
    (anchor, before, after): (&str, Option<&Arc<str>>, &Arc<str>),
    linked: bool,
) -> Vec<Row> {
    let by = if linked {
        "a `link` line says so"
    } else {
        "a rule proposes it"
    };
    let place = Line::of(&scene.place(account.dn()));
    let place = place.styled(scene.options.palette.dim, &format!("  {by}"));
    let mut rows = vec![labelled(relocated(scene), "account", place)];
    if before != Some(after) {
        let value = shown(scene, anchor, after);
        rows.push(match before {
            None => labelled(added(scene), anchor, Line::of(&value)),
            Some(before) => {
                let before = shown(scene, anchor, before);
                labelled(
                    changed(scene),
                    anchor,
                    Line::of(&format!("{before} → {value}")),
                )
            }
        });
    }
    rows
}

fn released(
    scene: &Scene<'_>,
    account: &Target,
    (anchor, before, after): (&str, &Arc<str>, Option<&Arc<str>>),
) -> Vec<Row> {
    let place = Line::of(&scene.place(account.dn()));
    let place = place.styled(
        scene.options.palette.dim,
        "  no longer looked after, until a rule or a `link` line takes it over again",
    );
    let mut rows = vec![labelled(relocated(scene), "account", place)];
    if after != Some(before) {
        let value = shown(scene, anchor, before);
        rows.push(match after {
            None => labelled(removed(scene), anchor, Line::of(&value)),
            Some(after) => {
                let after = shown(scene, anchor, after);
                labelled(
                    changed(scene),
                    anchor,
                    Line::of(&format!("{value} → {after}")),
                )
            }
        });
    }
    rows
}

fn moved(scene: &Scene<'_>, account: &Target, to: &Dn, overlay: Option<&str>) -> Vec<Row> {
    let from = account.dn();
    let mut rows = Vec::new();
    let (old, new) = (from.parent(), to.parent());
    if old != new {
        let place = |dn: Option<Dn>| dn.map_or_else(String::new, |dn| scene.place(&dn));
        let text = format!("{} → {}", place(old), place(new));
        let mut row = labelled(relocated(scene), "unit", Line::of(&text));
        if let Some(stage) = overlay {
            row.marks.push(while_stage(scene, stage));
        }
        rows.push(row);
    }
    let (old, new) = (words::leaf(from), words::leaf(to));
    if old != new || rows.is_empty() {
        let text = format!("{} → {}", quoted(&old), quoted(&new));
        rows.push(labelled(relocated(scene), "cn", Line::of(&text)));
    }
    rows
}

fn while_stage(scene: &Scene<'_>, stage: &str) -> Line {
    let text = format!("for the time of stage `{stage}`");
    Line::new().styled(scene.options.palette.dim, &text)
}

/// A value that HR gets to know; with the address of HR itself people sign in.
fn written_back(
    scene: &Scene<'_>,
    source: &str,
    (before, after): (Option<&Arc<str>>, &Arc<str>),
    login: bool,
) -> Row {
    let line = match before {
        Some(before) => format!("{} → {}", quoted(before), quoted(after)),
        None => quoted(after),
    };
    let mut row = labelled(changed(scene), &format!("{source} in HR"), Line::of(&line));
    if login {
        let palette = &scene.options.palette;
        let mark = Line::new().styled(palette.warn, "! changes the login to HR");
        row.marks.push(mark);
    }
    row
}

/// What another system is asked, since when and until when, and what waits for it.
fn asked(scene: &Scene<'_>, step: &StepRequest) -> Row {
    let palette = &scene.options.palette;
    let until = words::instant(step.until(scene.plan.header.now), &scene.options.zone);
    let text = match step.begun {
        None => format!("asked for, on {}", step.event),
        Some(begun) => {
            let begun = words::instant(begun, &scene.options.zone);
            format!("asked for again, on {}: waiting since {begun}", step.event)
        }
    };
    let mut row = labelled(
        changed(scene),
        &format!("step {}", step.name),
        Line::of(&text),
    );
    for (name, value) in &step.fields {
        let value = value
            .as_deref()
            .map_or_else(|| "nothing".to_owned(), quoted);
        row.value.push(Line::of(&format!("{name} = {value}")));
    }
    let over = step.begun.is_some() && step.until(scene.plan.header.now) <= scene.plan.header.now;
    let due = if over { "was due by" } else { "due by" };
    let style = if over { palette.danger } else { palette.warn };
    let what = if step.enable {
        "the account stays off"
    } else {
        "its groups wait"
    };
    let line = Line::new().styled(
        style,
        &format!("? {what} until it is answered, {due} {until}"),
    );
    row.marks.push(line);
    if let Some(at) = step.not_before {
        let at = words::instant(at, &scene.options.zone);
        let line = Line::new().styled(palette.dim, &format!("not asked again before {at}"));
        row.marks.push(line);
    }
    row
}

fn modified(scene: &Scene<'_>, change: &AttributeChange, main: Cause) -> Row {
    let show = |value: &Arc<str>| {
        if change.sensitive {
            HIDDEN.to_owned()
        } else {
            shown(scene, &change.attribute, value)
        }
    };
    let (before, after) = (&change.before, &change.after);
    let row = match (before.is_empty(), after.is_empty()) {
        (true, _) => added(scene),
        (false, true) => removed(scene),
        (false, false) => changed(scene),
    };
    let mut row = labelled(row, &change.attribute, Line::new());
    row.value = match (before.as_slice(), after.as_slice()) {
        ([old], [new]) => vec![Line::of(&format!("{} → {}", show(old), show(new)))],
        ([], values) | (values, []) => values.iter().map(|value| Line::of(&show(value))).collect(),
        (_, _) if change.sensitive => vec![Line::of(&format!("{HIDDEN} → {HIDDEN}"))],
        (before, after) => differences(scene, before, after, &show),
    };
    if change.refers_to.is_some()
        && let Some(first) = row.value.first_mut()
    {
        *first = first
            .clone()
            .styled(scene.options.palette.dim, "  made by this plan");
    }
    let cause = (change.cause != main).then_some(change.cause);
    row.why = why(scene, std::slice::from_ref(&change.reason), cause, false);
    if let (Some(stage), false) = (change.overlay.as_deref(), change.lifts) {
        row.marks.push(while_stage(scene, stage));
    }
    row
}

/// Of several values those that come and go, and how many stay.
fn differences(
    scene: &Scene<'_>,
    before: &[Arc<str>],
    after: &[Arc<str>],
    show: &dyn Fn(&Arc<str>) -> String,
) -> Vec<Line> {
    let palette = &scene.options.palette;
    let added = after.iter().filter(|value| !before.contains(value));
    let gone = before.iter().filter(|value| !after.contains(value));
    let plus = added.map(|value| Line::new().styled(palette.add, "+ ").plain(&show(value)));
    let minus = gone.map(|value| Line::new().styled(palette.remove, "- ").plain(&show(value)));
    let mut lines: Vec<Line> = plus.chain(minus).collect();
    let kept = before.iter().filter(|value| after.contains(value)).count();
    if kept > 0 {
        let text = if kept == 1 {
            "1 stays".to_owned()
        } else {
            format!("{kept} stay")
        };
        lines.push(Line::new().styled(palette.dim, &text));
    }
    lines
}

fn quoted(value: &str) -> String {
    format!("\"{}\"", excerpt(picture::short(value), MAX_VALUE))
}

/// A value as an administrator reads it: instants as such, objects by their place, all else in quotes.
fn shown(scene: &Scene<'_>, attribute: &str, value: &str) -> String {
    let name = AttributeName::new(attribute);
    if name.is("accountExpires") {
        let expires = value.parse().ok().and_then(AccountExpires::from_value);
        match expires {
            Some(AccountExpires::Never) => return "never".to_owned(),
            Some(AccountExpires::At(at)) => return words::instant(at, &scene.options.zone),
            None => {}
        }
    }
    match Dn::parse(value) {
        Ok(dn) if name.is_dn() => scene.place(&dn),
        Ok(_) | Err(_) => quoted(value),
    }
}

/// What one action does, in a few words; a membership with its group.
pub(super) fn in_short_of(scene: &Scene<'_>, action: &Action) -> String {
    match &action.change {
        Change::AddMember { group, .. } => format!("+ {}", scene.group(group.dn())),
        Change::RemoveMember { group, .. } => format!("- {}", scene.group(group.dn())),
        Change::CreateUnit { .. }
        | Change::CreateGroup { .. }
        | Change::CreateAccount { .. }
        | Change::Adopt { .. }
        | Change::Release { .. }
        | Change::DeleteUnit { .. }
        | Change::SetPassword { .. }
        | Change::Modify { .. }
        | Change::Move { .. }
        | Change::Enable { .. }
        | Change::Disable { .. }
        | Change::WriteBack { .. }
        | Change::Await { .. }
        | Change::Delete { .. } => in_short(&[action]),
    }
}

/// What happens to an account, in a few words.
pub(in crate::cli::view) fn in_short(actions: &[&Action]) -> String {
    let mut words: Vec<String> = Vec::new();
    let (mut given, mut taken) = (0_usize, 0_usize);
    for action in actions {
        match &action.change {
            Change::CreateUnit { .. } => words.push("unit".into()),
            Change::CreateGroup { .. } => words.push("group".into()),
            Change::CreateAccount { .. } => words.push("create".into()),
            Change::Adopt { .. } => words.push("take over".into()),
            Change::Release { .. } => words.push("release".into()),
            Change::DeleteUnit { .. } => words.push("delete unit".into()),
            Change::SetPassword { .. } => words.push("password".into()),
            Change::Modify { attributes, .. } => {
                words.extend(attributes.iter().map(|change| change.attribute.to_string()));
            }
            Change::Move { account, to, .. } => {
                if account.dn().parent() != to.parent() {
                    words.push("move".into());
                }
                if words::leaf(account.dn()) != words::leaf(to) {
                    words.push("rename".into());
                }
            }
            Change::Enable { .. } => words.push("enable".into()),
            Change::Disable { .. } => words.push("disable".into()),
            Change::AddMember { .. } => given += 1,
            Change::RemoveMember { .. } => taken += 1,
            Change::WriteBack { source, .. } => words.push(format!("{source} in HR")),
            Change::Await { step, .. } => words.push(format!("step {}", step.name)),
            Change::Delete { .. } => words.push("delete".into()),
        }
    }
    for (sign, count) in [('+', given), ('-', taken)] {
        if count > 0 {
            words.push(format!("{sign}{}", words::count(count, "group", "groups")));
        }
    }
    words.join(", ")
}
