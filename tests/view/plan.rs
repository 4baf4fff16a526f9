//! `tenure plan` for people.

use super::builder::{
    Draft, account, at, dn, everything, finding, group, guard, options, reason, texts, value,
};
use tenure::cli::view::Palette;
use tenure::cli::view::plan::{Detail, PlanView};
use tenure::directory::Rdn;
use tenure::plan::{
    AttributeChange, Cause, Change, FindingKind, GuardVerdict, Reversible, StageCount,
};
use tenure::policy::GuardKind;

fn show(draft: &Draft, width: usize, palette: Palette) -> String {
    let view = PlanView {
        plan: &draft.plan,
        prior: Some(&draft.prior),
        detail: Detail::Auto,
    };
    view.render(&options(width, palette))
}

fn plain(draft: &Draft, width: usize) -> String {
    show(draft, width, Palette::plain())
}

#[test]
fn everything_that_a_plan_can_say_at_100_columns() {
    insta::assert_snapshot!(plain(&everything(), 100));
}

#[test]
fn nothing_to_do_says_when_the_next_change_is_due() {
    let draft = Draft::new().with(|plan| plan.next_change = Some(at("2026-03-05T23:00:00Z")));
    insta::assert_snapshot!(plain(&draft, 100));
}

#[test]
fn everything_at_60_columns_stays_within_them() {
    let text = plain(&everything(), 60);
    assert_within(&text, 60);
    insta::assert_snapshot!(text);
}

#[test]
fn everything_at_160_columns() {
    let text = plain(&everything(), 160);
    assert_within(&text, 160);
    insta::assert_snapshot!(text);
}

#[test]
fn colour_adds_escape_codes_and_nothing_else() {
    let (coloured, plain) = (
        show(&everything(), 100, Palette::colour()),
        plain(&everything(), 100),
    );
    let stripped = anstream::adapter::strip_str(&coloured).to_string();
    assert_eq!(stripped, plain);
    let joining = coloured.split("Starting").next().unwrap();
    insta::assert_snapshot!(joining.replace('\u{1b}', "␛"));
}

#[test]
fn the_first_line_names_a_pinned_clock_another_time_and_the_few_it_is_for() {
    let draft = Draft::new().with(|plan| {
        plan.header.clock_pinned = true;
        plan.header.hypothetical = true;
        plan.header.only = vec!["4711".into(), "site == \"Berlin\"".into()];
        plan.next_change = None;
    });
    insta::assert_snapshot!(plain(&draft, 160));
}

#[test]
fn a_plan_made_for_another_time_is_never_applied() {
    let draft = one_change().with(|plan| plan.header.hypothetical = true);
    let text = plain(&draft, 100);
    assert!(
        text.contains("made with --at: shown, never applied"),
        "{text}"
    );
    assert!(
        text.contains("This plan looks at another time and is never applied."),
        "{text}"
    );
    assert!(!text.contains("tenure apply"), "{text}");
}

#[test]
fn a_plan_that_no_guard_stops_says_how_it_is_applied() {
    let text = plain(&one_change(), 100);
    assert!(
        text.contains("Nothing is applied until tenure apply."),
        "{text}"
    );
}

#[test]
fn a_sensitive_value_is_never_shown() {
    for (before, after) in [
        (vec![], vec!["geheim"]),
        (vec!["geheim"], vec![]),
        (vec!["geheim", "b"], vec!["b", "geheim2"]),
    ] {
        let change = AttributeChange {
            sensitive: true,
            ..value("description", &before, &after)
        };
        let draft = Draft::new().of("1", "A", Cause::Hr).does(Change::Modify {
            account: account("CN=A"),
            attributes: vec![change],
        });
        let text = plain(&draft, 100);
        assert!(!text.contains("geheim") && text.contains("•••"), "{text}");
    }
}

#[test]
fn hostile_text_is_harmless_wherever_it_comes_from() {
    let evil = "\u{1b}[2J\u{202e}evil\r\n+ fake";
    let draft = Draft::new()
        .of("\u{61}1", evil, Cause::Hr)
        .stage(evil, evil)
        .because(evil, 1, evil, &[(evil, evil)])
        .does(Change::CreateAccount {
            dn: dn("OU=Staff").child(&Rdn::new("CN", evil).unwrap()),
            attributes: vec![(evil.into(), texts(&[evil]))],
            anchor: None,
            sensitive: Vec::new(),
        })
        .does(Change::Modify {
            account: account("CN=A"),
            attributes: vec![value(evil, &[evil, "a"], &[evil, "b"])],
        })
        .does_with(
            Change::RemoveMember {
                group: group("G"),
                account: account("CN=A"),
                stage: Some(evil.into()),
            },
            |action| {
                action.reversible = Reversible::Partly(evil.into());
            },
        )
        .with(|plan| {
            let mut one = finding(FindingKind::Note, evil, Some("7"), evil);
            one.help = Some(evil.into());
            one.reason = Some(reason(evil, 3, evil, &[(evil, evil)]));
            plan.findings.push(one);
            plan.guards.push(GuardVerdict {
                source: evil.into(),
                ..guard(GuardKind::Create, 1, 0, 20)
            });
            plan.stages.push(StageCount {
                stage: evil.into(),
                people: 3,
            });
            plan.header.people_source = evil.into();
            plan.header.domain_name = evil.into();
            plan.header.policy = evil.into();
            plan.header.only = vec![evil.into()];
        });
    let text = plain(&draft, 100);
    let harmful: Vec<char> = text
        .chars()
        .filter(|c| *c != '\n' && tenure::text::is_hostile(*c))
        .collect();
    assert_eq!(harmful, Vec::<char>::new());
    assert!(!text.lines().any(|line| line.starts_with("+ fake")));
    insta::assert_snapshot!(text);
}

#[test]
fn two_groups_of_one_name_are_told_by_their_place() {
    let draft = Draft::new()
        .of("1", "A", Cause::Hr)
        .does(Change::AddMember {
            group: account("CN=SG-Git,OU=Old"),
            account: account("CN=A"),
        })
        .does(Change::AddMember {
            group: account("CN=SG-Git,OU=New"),
            account: account("CN=A"),
        })
        .does(Change::AddMember {
            group: group("SG-All"),
            account: account("CN=A"),
        });
    let text = plain(&draft, 100);
    assert!(
        text.contains("+ CN=SG-Git,OU=Old\n    + CN=SG-Git,OU=New\n    + SG-All\n"),
        "{text}"
    );
}

#[test]
fn very_many_memberships_of_one_person_stand_in_one_row() {
    let mut draft = Draft::new().of("1", "Ida Xu", Cause::Hr);
    for index in 0..24 {
        draft = draft.does(Change::AddMember {
            group: group(&format!("SG-{index}")),
            account: account("CN=A"),
        });
    }
    draft = draft.does_with(
        Change::RemoveMember {
            group: group("SG-Hand"),
            account: account("CN=A"),
            stage: None,
        },
        |action| action.not_ours = true,
    );
    insta::assert_snapshot!(plain(&draft, 100));
}

#[test]
fn people_of_one_name_keep_their_ids_and_stand_in_their_order() {
    let change = |draft: Draft, id: &str, who: &str| {
        draft.of(id, who, Cause::Hr).does(Change::AddMember {
            group: group("SG-Git"),
            account: account("CN=A"),
        })
    };
    let draft = change(
        change(change(Draft::new(), "20", "Mia"), "3", "Mia"),
        "1",
        "ada",
    );
    let text = plain(&draft, 100);
    let order: Vec<usize> = ["ada · 1", "Mia · 3", "Mia · 20"]
        .iter()
        .map(|who| text.find(who).unwrap())
        .collect();
    assert!(order.is_sorted(), "{text}");
}

#[test]
fn a_plan_for_thousands_is_one_line_each() {
    let draft = thousands();
    let text = plain(&draft, 100);
    assert_eq!(
        text.lines().filter(|line| line.starts_with("  ~ ")).count(),
        5000
    );
    let ends: Vec<&str> = text
        .lines()
        .take(8)
        .chain(
            text.lines()
                .rev()
                .take(9)
                .collect::<Vec<_>>()
                .into_iter()
                .rev(),
        )
        .collect();
    insta::assert_snapshot!(ends.join("\n"));
    let view = PlanView {
        plan: &draft.plan,
        prior: None,
        detail: Detail::Full,
    };
    let full = view.render(&options(100, Palette::plain()));
    assert_eq!(
        full.matches("\"Engineer\" → \"Senior Engineer\"").count(),
        5000
    );
}

#[test]
fn the_same_plan_is_the_same_text() {
    assert_eq!(plain(&everything(), 80), plain(&everything(), 80));
}

fn one_change() -> Draft {
    Draft::new()
        .of("1", "Ida Xu", Cause::Hr)
        .does(Change::AddMember {
            group: group("SG-Git"),
            account: account("CN=A"),
        })
}

fn thousands() -> Draft {
    let mut draft = Draft::new();
    for index in 0..5000 {
        let who = format!("Person {index:04}");
        draft = draft.of(&index.to_string(), &who, Cause::Policy).does_with(
            Change::Modify {
                account: account("CN=A"),
                attributes: vec![value("title", &["Engineer"], &["Senior Engineer"])],
            },
            |action| action.not_ours = index % 1000 == 0,
        );
    }
    draft
}

fn assert_within(text: &str, width: usize) {
    for line in text.lines() {
        assert!(
            unicode_width::UnicodeWidthStr::width(line) <= width,
            "{line}"
        );
        assert_eq!(line, line.trim_end());
    }
}
