//! Access lists that deny a deletion are looked at before an account goes or moves, told, and never cleared (S17).

use super::bench::{Company, LEAVER, PURGED, UNIT, dn, enter, found, shown};
use tenure::directory::Value;
use tenure::plan::FindingKind;
use tenure::policy::UnitWish;

/// A descriptor with one entry that denies this to Everyone.
fn denying(mask: u32) -> Vec<Value> {
    let mut bytes = vec![1, 0, 0x04, 0x80];
    for offset in [0_u32, 0, 0, 20] {
        bytes.extend(offset.to_le_bytes());
    }
    bytes.extend([4, 0, 28, 0, 1, 0, 0, 0, 1, 0, 20, 0]);
    bytes.extend(mask.to_le_bytes());
    bytes.extend([1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    vec![bytes.into()]
}

const DELETE: u32 = 0x0001_0000;
const DELETE_CHILD: u32 = 0x2;
const WRITE: u32 = 0x20;

/// Ada, whose account would be deleted by now, with these descriptors of account and unit.
fn to_be_deleted(own: Option<u32>, above: Option<u32>) -> Company {
    let mut company =
        Company::new()
            .account("ada", "Ada King", "1")
            .person_with(1, "Ada King", |wish| enter(wish, PURGED));
    company.run();
    company.later(31);
    set(&mut company, own, above);
    company
}

fn set(company: &mut Company, own: Option<u32>, above: Option<u32>) {
    for (name, mask) in [("CN=Ada King,OU=Staff", own), ("OU=Staff", above)] {
        let object = company.objects.iter_mut();
        let object = object
            .into_iter()
            .find(|object| *object.dn() == dn(name))
            .unwrap();
        if let Some(mask) = mask {
            object.set("nTSecurityDescriptor", denying(mask));
        }
    }
}

#[test]
fn what_is_protected_from_deletion_is_not_deleted() {
    for (own, above, why) in [
        (Some(DELETE), None, "its access list denies the deletion"),
        (
            Some(WRITE),
            Some(DELETE_CHILD),
            "the access list of its unit denies the deletion of what is in it",
        ),
    ] {
        let company = to_be_deleted(own, above);
        let plan = company.plan();
        assert_eq!(shown(&plan), Vec::<String>::new());
        assert_eq!(
            found(&plan, FindingKind::Blocked),
            [format!("Ada King: cannot be deleted: {why}")]
        );
    }
}

#[test]
fn what_denies_something_else_is_deleted() {
    let company = to_be_deleted(Some(WRITE), Some(WRITE));
    let plan = company.plan();
    assert_eq!(shown(&plan), ["delete ada king (time)"]);
    assert_eq!(found(&plan, FindingKind::Note), Vec::<String>::new());
}

#[test]
fn where_no_access_list_was_read_the_plan_says_so() {
    let company = to_be_deleted(None, None);
    let plan = company.plan();
    assert_eq!(shown(&plan), ["delete ada king (time)"]);
    assert_eq!(
        found(&plan, FindingKind::Note),
        [
            "Ada King: whether an access list denies the deletion was not seen: the directory was read without \
             `nTSecurityDescriptor`"
        ]
    );
}

#[test]
fn what_is_protected_from_deletion_is_not_moved() {
    let mut company = Company::new()
        .account("ada", "Ada King", "1")
        .member("ada", "SG-Staff")
        .person_with(1, "Ada King", |wish| {
            enter(wish, LEAVER);
            wish.unit = UnitWish::In(dn("OU=Leavers"), UNIT);
        });
    let moves = |company: &Company| {
        let lines = shown(&company.plan());
        lines.iter().filter(|line| line.starts_with("move")).count()
    };
    assert_eq!(moves(&company), 1);
    set(&mut company, Some(DELETE), None);
    assert_eq!(moves(&company), 0);
    assert_eq!(
        found(&company.plan(), FindingKind::Blocked),
        [
            "Ada King: cannot be moved to `OU=Leavers,DC=example,DC=com`: its access list denies the deletion"
        ]
    );
}
