//! Control characters, and such as turn the writing round, do not reach the directory: the value is held (S15).

use super::bench::{Company, found, line, shown, values};
use tenure::plan::FindingKind;
use tenure::policy::{Desired, Mode};

/// Ada, whose department is this, and who has an account or not.
fn ada(department: &str, account: bool) -> Company {
    let mut company = Company::new();
    if account {
        company = company
            .account("ada", "Ada King", "1")
            .member("ada", "SG-Staff");
    }
    company.person_with(1, "Ada King", |wish| {
        wish.attributes
            .retain(|line| &*line.attribute != "department");
        wish.attributes
            .push(line("department", Mode::Always, values(&[department])));
    })
}

fn made(company: &mut Company) -> Vec<String> {
    let mut lines = shown(&company.run());
    lines.retain(|line| line.starts_with("create") || line.starts_with("modify"));
    lines
}

#[test]
fn what_turns_the_writing_round_is_held_and_told() {
    for (text, told) in [
        (
            "Sa\u{202e}les",
            "`Sa\\u{202e}les` has the invisible character U+202E",
        ),
        (
            "\u{2066}Sales",
            "`\\u{2066}Sales` has the invisible character U+2066",
        ),
        (
            "Sales\u{7}",
            "`Sales\\u{7}` has the control character U+0007",
        ),
        (
            "Sales\u{1b}[31m",
            "`Sales\\u{1b}[31m` has the control character U+001B",
        ),
        (
            "Sa\u{9b}les",
            "`Sa\\u{9b}les` has the control character U+009B",
        ),
        (
            "Two\nlines",
            "`Two\\u{a}lines` has the control character U+000A",
        ),
        (
            "Sa\u{200b}les",
            "`Sa\\u{200b}les` has the invisible character U+200B",
        ),
    ] {
        let mut company = ada(text, true);
        assert_eq!(made(&mut company), Vec::<String>::new(), "{text:?}");
        assert_eq!(
            found(&company.plan(), FindingKind::Held),
            [format!(
                "Ada King: department stays as it is: {told}, which department does not take"
            )]
        );
    }
}

#[test]
fn what_a_script_needs_is_written() {
    // Persian, with the joiner that is part of the word; and a family of one glyph.
    for text in ["می\u{200c}خواهم", "\u{1f469}\u{200d}\u{1f680}"] {
        let mut company = ada(text, true);
        let lines = made(&mut company);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!(company.object("ada").first("department"), Some(text));
    }
}

#[test]
fn several_lines_are_kept_where_the_directory_keeps_several() {
    let info = |text: &str| {
        let mut company = ada("Sales", true);
        let wish = company.wish_mut(1);
        wish.attributes
            .push(line("info", Mode::Always, values(&[text])));
        wish.attributes
            .sort_by(|a, b| a.attribute.cmp(&b.attribute));
        company
    };
    assert_eq!(made(&mut info("one\r\ntwo")).len(), 1);
    assert_eq!(made(&mut info("one\u{2028}two")), Vec::<String>::new());
}

#[test]
fn a_new_account_is_made_without_it_and_not_at_all_where_its_name_has_one() {
    let mut company = ada("Sa\u{202e}les", false);
    assert_eq!(made(&mut company).len(), 1);
    let account = company.object("ada");
    assert_eq!(account.first("department"), None);
    let held = found(&company.plan(), FindingKind::Held);
    assert!(held[0].contains("U+202E"), "{held:?}");
    let mut first = ada("Sa\u{202e}les", false);
    let told = found(&first.run(), FindingKind::Held);
    assert!(told[0].contains("is made without it"), "{told:?}");

    let mut named = ada("Sales", false);
    for wish in &mut named.wish_mut(1).attributes {
        if &*wish.attribute == "cn" {
            wish.value = Desired::Values(vec!["Ada\u{202e} King".into()]);
        }
    }
    assert_eq!(made(&mut named), Vec::<String>::new());
    let held = found(&named.plan(), FindingKind::Held);
    assert!(held[0].contains("which cn does not take"), "{held:?}");
}

#[test]
fn what_is_there_already_is_no_reason_to_stop() {
    let mut company = ada("Sales", true);
    company
        .object_mut("ada")
        .set("department", vec!["Sa\u{202e}les".into()]);
    assert_eq!(made(&mut company).len(), 1, "it is mended");
}
