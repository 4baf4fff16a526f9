//! Stages as an author might write them, any of them: entering and leaving them in any order leaves the account equal
//! to one that never entered (S16), and what somebody did by hand meanwhile is told and not undone.

use super::company::{Company, Row, account, dn, policy_with};
use crate::plan::bench::shown;
use proptest::prelude::*;
use std::fmt::Write as _;
use tenure::directory::port::Operation;
use tenure::plan::FindingKind;

/// HR's words for the three generated stages and the usual one.
const WORDS: [(&str, &str); 4] = [
    ("leave", "internal"),
    ("inactive", "internal"),
    ("active", "external"),
    ("active", "internal"),
];

/// What a stage may lay over an account.
const ATTRIBUTES: [&str; 6] = [
    "description",
    "telephoneNumber",
    "title",
    "info",
    "manager",
    "department",
];

/// A stage as an author might write it: places in the lists of [`StageText`].
#[derive(Debug, Clone)]
struct Stage {
    account: usize,
    unit: usize,
    groups: usize,
    lists: usize,
    profile_untouched: bool,
    grants: [bool; 2],
    /// Per attribute: left alone, set, or cleared.
    lines: [usize; 6],
}

const ACCOUNTS: [&str; 4] = ["enabled", "disabled", "disabled", "prepared"];
const UNITS: [&str; 4] = [
    "",
    "  unit \"OU=Leavers\"\n",
    "  unit \"OU=Berlin,OU=Staff\"\n",
    "  unit untouched\n",
];
const EXTENTS: [&str; 5] = [
    "",
    "none",
    "none of ours",
    "none except \"SG-Hand\"",
    "untouched",
];
const GRANTS: [&str; 2] = ["SG-Payslips", "SG-Finance"];

impl Stage {
    fn text(&self, name: &str) -> String {
        let mut text = format!("stage {name} {{\n  account {}\n", ACCOUNTS[self.account]);
        text.push_str(UNITS[self.unit]);
        for (block, extent) in [("groups", self.groups), ("lists", self.lists)] {
            if extent > 0 {
                writeln!(text, "  {block} {}", EXTENTS[extent]).unwrap();
            }
        }
        if self.profile_untouched {
            text.push_str("  profile untouched\n");
        }
        for (grant, given) in GRANTS.iter().zip(self.grants) {
            if given {
                writeln!(text, "  grant \"{grant}\"").unwrap();
            }
        }
        for (attribute, line) in ATTRIBUTES.iter().zip(self.lines) {
            match line {
                1 if *attribute != "manager" => {
                    writeln!(text, "  set {attribute} = \"{name} {attribute}\"").unwrap();
                }
                2 => writeln!(text, "  clear {attribute}").unwrap(),
                _ => {}
            }
        }
        text + "}\n"
    }
}

fn stage() -> impl Strategy<Value = Stage> {
    let lines = prop::array::uniform6(0..3_usize);
    let flags = any::<[bool; 3]>();
    (0..4_usize, 0..4_usize, 0..5_usize, 0..5_usize, flags, lines).prop_map(
        |(account, unit, groups, lists, flags, lines)| Stage {
            account,
            unit,
            groups,
            lists,
            profile_untouched: flags[0],
            grants: [flags[1], flags[2]],
            lines,
        },
    )
}

/// The company whose three stages these are; Ada works, and her account has seen other hands than ours.
fn company(stages: &[Stage], unit_of_employee: &str) -> Company {
    let mut lifecycle = String::from(
        "lifecycle {\n\
           when contract == \"external\" => third\n\
           when status == \"leave\" => first\n\
           when status == \"inactive\" => second\n\
           when status in [\"active\", \"onboarding\"] => employee\n\
         }\n",
    );
    writeln!(
        lifecycle,
        "stage employee {{ account enabled {unit_of_employee} }}"
    )
    .unwrap();
    for (stage, name) in stages.iter().zip(["first", "second", "third"]) {
        lifecycle.push_str(&stage.text(name));
    }
    let mut company = Company::new(
        vec![
            Row::new(2, "Bob", "Ross"),
            Row {
                boss: "2".into(),
                ..Row::new(1, "Ada", "King")
            },
        ],
        &account(
            "CN=Ada King,OU=Staff",
            "aking",
            "userAccountControl: 66048\nemployeeID: 1\ndescription: Very senior\n\
             telephoneNumber: 110\ntitle: Countess\n",
        ),
    );
    company.policy = policy_with(&lifecycle, &[]);
    company.run();
    company
}

fn enter(company: &mut Company, stage: usize) {
    let row = company.row(1);
    (row.status, row.contract) = WORDS[stage];
}

/// The picture without what was given by hand, which a human gives again.
fn picture(company: &Company) -> Vec<String> {
    let lines = company.picture(1).into_iter();
    lines.map(|line| line.replace("SG-Hand, ", "")).collect()
}

proptest! {
    #![proptest_config(super::sample(32))]

    #[test]
    fn whatever_stages_there_are_their_end_undoes_what_they_did(
        stages in prop::array::uniform3(stage()),
        way in prop::collection::vec(0..4_usize, 1..7),
        by_hand in any::<bool>(),
    ) {
        let mut company = company(&stages, "");
        let before = picture(&company);
        if by_hand {
            company.member_by_hand("SG-Hand", "CN=Ada King,OU=Berlin,OU=Staff", true);
            company.run();
        }
        for stage in &way {
            company.later(1);
            enter(&mut company, *stage);
            company.run();
        }
        company.later(1);
        enter(&mut company, 3);
        company.run();
        // What a stage grants lingers, as every grant.
        company.later(15);
        company.run();
        prop_assert_eq!(picture(&company), before, "{:?} {:?}", stages, way);
        let prior = company.prior();
        let guid = company.account_of(1).unwrap().guid();
        prop_assert_eq!(&prior.accounts[&guid].overlays, &Vec::new(), "{:?} {:?}", stages, way);
    }
}

/// A stage that only moves the account.
fn moves() -> [Stage; 3] {
    let nothing = Stage {
        account: 1,
        unit: 1,
        groups: 4,
        lists: 4,
        profile_untouched: true,
        grants: [false; 2],
        lines: [0; 6],
    };
    [nothing.clone(), nothing.clone(), nothing]
}

fn move_by_hand(company: &Company, to: &str) {
    let account = company.account_of(1).unwrap();
    company.operate(&Operation::Move {
        guid: account.guid(),
        from: account.dn().clone(),
        to: dn(&format!("CN=Ada King,{to}")),
    });
}

fn place(company: &Company) -> String {
    company.account_of(1).unwrap().dn().to_string()
}

#[test]
fn a_move_by_hand_back_to_where_it_was_ends_the_overlay() {
    let mut company = company(&moves(), "unit untouched");
    assert!(place(&company).starts_with("CN=Ada King,OU=Staff,"));
    enter(&mut company, 0);
    company.run();
    assert!(place(&company).starts_with("CN=Ada King,OU=Leavers,"));
    move_by_hand(&company, "OU=Staff");
    enter(&mut company, 3);
    company.run();
    let guid = company.account_of(1).unwrap().guid();
    assert_eq!(company.prior().accounts[&guid].overlays, []);
    assert_eq!(company.found(FindingKind::Overlay), Vec::<String>::new());
    // Whoever puts the account there now means it: no memory of a stage brings it back.
    move_by_hand(&company, "OU=Leavers");
    assert_eq!(shown(&company.run()), Vec::<String>::new());
    assert!(place(&company).starts_with("CN=Ada King,OU=Leavers,"));
}

#[test]
fn a_move_by_hand_to_elsewhere_is_told_and_stays() {
    let mut company = company(&moves(), "unit untouched");
    enter(&mut company, 0);
    company.run();
    move_by_hand(&company, "OU=Groups");
    enter(&mut company, 3);
    let told = company.found(FindingKind::Overlay);
    assert_eq!(
        told,
        [
            "Ada King: the unit from before stage `first` does not come back: somebody moved the account since"
        ]
    );
    company.run();
    assert!(place(&company).starts_with("CN=Ada King,OU=Groups,"));
    assert_eq!(
        company.found(FindingKind::Overlay),
        Vec::<String>::new(),
        "told once"
    );
}

#[test]
fn a_move_by_hand_while_the_stage_lasts_is_taken_back_and_its_end_still_undoes_it() {
    let mut company = company(&moves(), "unit untouched");
    enter(&mut company, 0);
    company.run();
    move_by_hand(&company, "OU=Groups");
    assert_eq!(
        company.done(),
        ["move ada king to cn=ada king,ou=leavers,ou=company (byhand)"]
    );
    enter(&mut company, 3);
    company.run();
    assert!(
        place(&company).starts_with("CN=Ada King,OU=Staff,"),
        "{}",
        place(&company)
    );
}

#[test]
fn a_unit_that_an_exception_gives_is_given_back_when_it_ends() {
    let mut company = company(&moves(), "unit untouched");
    let before = company.policy.clone();
    let mut lifecycle = String::from(
        "exception for 1 until 2026-03-10 because \"a project\" { unit \"OU=Groups\" }\n\
         lifecycle {\n  when status == \"leave\" => first\n\
           when status in [\"active\", \"onboarding\", \"inactive\"] => employee\n}\n\
         stage employee { account enabled unit untouched }\n",
    );
    lifecycle.push_str(&moves()[0].text("first"));
    company.policy = policy_with(&lifecycle, &[]);
    company.run();
    assert!(place(&company).starts_with("CN=Ada King,OU=Groups,"));
    company.later(20);
    company.run();
    assert!(
        place(&company).starts_with("CN=Ada King,OU=Staff,"),
        "{}",
        place(&company)
    );
    company.policy = before;
    assert_eq!(company.due(), Vec::<String>::new());
}
