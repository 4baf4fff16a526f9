//! A stage that gets another name: the state remembers the old one, and nothing happens.

use super::bench::{Company, LEAVER, enter, found, line, shown, values};
use tenure::plan::FindingKind;
use tenure::policy::Mode;

/// Ada in a stage that lays an attribute over her account and takes her memberships.
fn left() -> Company {
    let mut company = Company::new()
        .account("ada", "Ada King", "1")
        .member("ada", "SG-Staff")
        .group("SG-Hand")
        .person(1, "Ada King");
    company.join("ada", "SG-Hand");
    company.run();
    lay(&mut company);
    company.run();
    company
}

fn lay(company: &mut Company) {
    let wish = company.wish_mut(1);
    enter(wish, LEAVER);
    let mut note = line("description", Mode::Always, values(&["left"]));
    note.overlay = true;
    note.rule = super::bench::STAGE;
    wish.attributes.push(note);
    wish.attributes
        .sort_by(|a, b| a.attribute.cmp(&b.attribute));
}

fn rename(company: &mut Company, name: &str) {
    let stage = &mut company.rules.stages[LEAVER.0 as usize];
    let old = std::mem::replace(&mut stage.name, name.into());
    stage.was.push(old);
    company.rules.digest = format!("policy with {name}").into();
}

#[test]
fn a_new_name_is_no_new_stage() {
    let mut company = left();
    let before = company.prior.people[&super::bench::id(1)].clone();
    rename(&mut company, "gone");
    let plan = company.run();
    assert_eq!(shown(&plan), Vec::<String>::new());
    let after = &company.prior.people[&super::bench::id(1)];
    assert_eq!(
        (after.stage.as_deref(), after.entered),
        (Some("gone"), before.entered),
        "entered when the old name was"
    );
    rename(&mut company, "departed");
    assert_eq!(shown(&company.run()), Vec::<String>::new());
}

#[test]
fn what_the_stage_laid_under_its_old_name_comes_back_at_its_end() {
    let mut company = left();
    rename(&mut company, "gone");
    company.run();
    company.wishes.clear();
    company.people.clear();
    let mut company = company.person(1, "Ada King");
    let plan = company.run();
    let mut lines = shown(&plan);
    lines.sort();
    assert_eq!(
        lines,
        [
            "add ada king to sg-staff (time)",
            "enable ada king (time)",
            "modify ada king: description: left ->  (time)",
        ]
    );
    assert_eq!(
        found(&plan, FindingKind::Proposed),
        ["Ada King: had SG-Hand by hand before; it is not given again by itself"]
    );
    assert!(
        company
            .prior
            .accounts
            .values()
            .all(|known| known.overlays.is_empty()),
        "no overlay is left over"
    );
}

#[test]
fn while_the_stage_lasts_under_its_new_name_nothing_it_took_is_proposed() {
    let mut company = left();
    rename(&mut company, "gone");
    let plan = company.run();
    assert_eq!(found(&plan, FindingKind::Proposed), Vec::<String>::new());
}
