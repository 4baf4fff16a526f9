//! A plan that was read yesterday, and a directory that somebody changed since (G3).

use super::firm::UNIT;
use super::{Desk, Firm};
use crate::domain::front::{Front, On};

const KEPT: [&str; 8] = [
    "apply",
    "plan.json",
    "--yes",
    "--override",
    "revoke",
    "--override",
    "values",
    "--because=test",
];

fn keep_plan(firm: &Firm) -> Desk {
    let desk = firm.own_desk();
    desk.expect(3, &["plan", "-o", "plan.json"]);
    desk
}

#[test]
fn what_a_hand_changed_is_a_conflict_and_stays_as_the_hand_left_it() {
    let firm = Firm::busy();
    let (expected, _) = Firm::undisturbed();
    let desk = keep_plan(&firm);
    let client = firm.domain.client();
    let staff = |name: &str| format!("CN={name},OU=Staff,{UNIT}");
    let replace = |name: &str, attribute: &str, value: &str| {
        format!(
            "dn: {}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n\n",
            staff(name)
        )
    };
    let by_hand = [
        replace("Finn Roa", "title", "Guest"),
        replace("Anna Berga", "department", "Elsewhere"),
        // Carl marries, and somebody has given him his new name already, in another spelling.
        format!(
            "dn: {}\nchangetype: modrdn\nnewrdn: CN=Carl By Hand\ndeleteoldrdn: 1\n\n",
            staff("Carl Nya")
        ),
        // Ben leaves, and is disabled already.
        replace("Ben Odea", "userAccountControl", "514"),
        // Eva is to be deleted, and somebody needs her account.
        format!(
            "dn: CN=Eva Alta,OU=Leavers,{UNIT}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 512\n\n"
        ),
        // Anna is in the group already, and out of the other one.
        format!(
            "dn: CN=SG-Sales,OU=Groups,{UNIT}\nchangetype: modify\nadd: member\nmember: {}\n\n",
            staff("Anna Berga")
        ),
        format!(
            "dn: CN=SG-Lab,OU=Groups,{UNIT}\nchangetype: modify\ndelete: member\nmember: {}\n\n",
            staff("Anna Bergb")
        ),
    ];
    client.modify(&by_hand.concat()).done();
    let ran = desk.expect(4, &KEPT);
    let said = |text: &str| ran.err.lines().any(|line| line.contains(text));
    for text in [
        "title of CN=Finn Roa",
        "department of CN=Anna Berga",
        "is now called CN=Carl By Hand",
        "was enabled since",
    ] {
        assert!(said(text), "{text}: {ran}");
    }
    let now = firm.directory();
    for line in [
        format!("{} | title: Guest", staff("Finn Roa")),
        format!("{} | cn: Carl By Hand", staff("Carl By Hand")),
        format!("CN=Eva Alta,OU=Leavers,{UNIT} | userAccountControl: 512"),
    ] {
        assert!(now.contains(&line), "{line}");
    }
    assert!(
        now.iter()
            .any(|line| line.starts_with("CN=Anna Berga,")
                && line.ends_with("department: Elsewhere"))
    );
    // Nobody else suffered by it.
    let touched = [
        "Finn Roa",
        "Anna Berga",
        "Carl Nya",
        "Carl Ny-Dahla",
        "Carl By Hand",
        "Eva Alta",
    ];
    let others = |lines: &[String]| -> Vec<String> {
        let others = lines
            .iter()
            .filter(|line| !touched.iter().any(|name| line.contains(name)));
        others.cloned().collect()
    };
    assert_eq!(others(&now), others(&expected.directory));
}

#[test]
fn a_plan_that_is_too_old_or_of_another_controller_is_refused() {
    let firm = Firm::busy();
    let desk = keep_plan(&firm);
    let before = firm.directory();
    let front = Front::before(&firm.domain).controller("DC2").start();
    let other = firm.desk(&[&front.ldaps_url()]);
    other.place.write("plan.json", desk.place.read("plan.json"));
    let ran = other.expect(1, &KEPT);
    assert!(ran.said("error[ldap-other-controller]"), "{ran}");
    assert_eq!(front.count(On::Write), 0);
    desk.place
        .change("tenure.toml", "2026-03-10T09", "2026-03-12T09");
    let ran = desk.expect(1, &KEPT);
    assert!(ran.said("error[plan-expired]"), "{ran}");
    assert_eq!(firm.directory(), before);
}
