//! What a policy may do to a directory, whatever people and accounts there are: the rights that it needs.

use crate::directory::rights::{Needs, Right};
use crate::policy::{Ruleset, StageAccount};

/// The naming attributes that a rename or a move writes (MS-ADTS 3.1.1.5.4.1, "Modify DN: Security Considerations").
const NAMING: [&str; 2] = ["cn", "name"];

/// What carrying out the plans of this policy needs to be allowed.
///
/// Accounts are moved, renamed and put into groups by nearly every policy, units that are missing are made, and each
/// state marks its directory; what else is needed, the stages and lines tell.
pub fn needs(rules: &Ruleset) -> Needs {
    let mut needs = Needs::default();
    let mut need = |right: Right| {
        needs.rights.insert(right);
    };
    for right in [
        Right::RemoveAccounts,
        Right::CreateAccounts,
        Right::WriteMembers,
        Right::CreateUnits,
        Right::CreateMark,
        Right::WriteMark,
    ] {
        need(right);
    }
    let mut write = |attribute: &str| need(Right::WriteAccount(attribute.to_owned()));
    for attribute in NAMING {
        write(attribute);
    }
    for line in &rules.lines {
        write(&line.attribute);
    }
    if let Some(anchor) = &rules.anchor {
        write(&anchor.attribute);
    }
    let mut gives = !rules.password.resets.is_empty();
    for stage in &rules.stages {
        match stage.account {
            StageAccount::Enabled | StageAccount::Prepared => {
                gives = true;
                write("userAccountControl");
            }
            StageAccount::Disabled | StageAccount::DeletedAfter(_) => write("userAccountControl"),
            StageAccount::Untouched | StageAccount::Hold => {}
        }
    }
    if gives {
        write("pwdLastSet");
        need(Right::ResetPasswords);
    }
    let makes = rules.blocks.iter().any(|block| block.create.is_some());
    if makes || rules.groups.iter().any(|group| group.unit.is_some()) {
        need(Right::CreateGroups);
    }
    needs
}
