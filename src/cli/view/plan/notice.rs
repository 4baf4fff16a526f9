//! What is told to whom once the plan is applied, notice by notice.

use super::Scene;
use super::why::why;
use crate::cli::view::page::{Line, Page};
use crate::cli::view::words;
use crate::plan::Notice;
use std::collections::BTreeMap;

/// The notices by name, each with whom it is about, to whom it goes and its subject.
pub(super) fn notices(scene: &Scene<'_>, page: &mut Page) {
    let notices = &scene.plan.notices;
    if notices.is_empty() {
        return;
    }
    let palette = &scene.options.palette;
    let number = words::number(notices.len());
    scene.heading(
        page,
        "Notices",
        &format!("{number}: due once this is applied"),
    );
    let mut by_name: BTreeMap<&str, Vec<&Notice>> = BTreeMap::new();
    for notice in notices {
        by_name.entry(&notice.name).or_default().push(notice);
    }
    for (name, notices) in by_name {
        let number = words::number(notices.len());
        let line = Line::new()
            .plain(name)
            .styled(palette.dim, &format!("  {number}"));
        page.line(2, 4, &line);
        for notice in notices {
            one(scene, page, notice);
        }
    }
}

fn one(scene: &Scene<'_>, page: &mut Page, notice: &Notice) {
    let palette = &scene.options.palette;
    let who = scene.person(&notice.who, Some(&notice.person));
    let line = who
        .plain("   ")
        .styled(palette.dim, &notice.event)
        .plain("   ")
        .plain(notice.subject.as_str());
    page.line(4, 8, &line);
    if scene.compact {
        return;
    }
    let to: Vec<&str> = notice
        .to
        .iter()
        .map(crate::text::mail::Address::as_str)
        .collect();
    let why = why(scene, std::slice::from_ref(&notice.reason), None, false);
    let digest = notice.digest.as_ref().map_or_else(String::new, |digest| {
        let at = words::instant(digest.at, &scene.options.zone);
        format!(", in the digest of {at}")
    });
    let to = Line::new()
        .plain(&format!("to {}{digest}", to.join(", ")))
        .plain("  ")
        .then(why);
    page.line(8, 10, &to);
}
