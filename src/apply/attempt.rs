//! Does one action: looks, sends its operation, and tells success from conflict and failure.

use std::time::Duration;

use secrecy::SecretString;

use super::deed::Deed;
use super::seen::{Seen, Trouble, View, refused};
use super::{Handed, Handover, NotHanded, Owner, password};
use crate::directory::Guid;
use crate::directory::port::{self, Directory, Operation, ResultCode, win32};
use crate::hr::port::Field;
use crate::plan::{Action, Change, Target};
use crate::state::NameSpace;

/// How often an operation is tried while the directory is busy.
const MAX_ATTEMPTS: u32 = 5;

/// How long the first pause between two attempts is; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// How many passwords are made before the domain's refusal counts (S20).
const MAX_PASSWORDS: u32 = 3;

/// An action that is done.
pub(super) struct Success {
    /// The object that it made or changed; for a membership the group.
    pub(super) object: Guid,
    /// The account that a membership is about.
    pub(super) member: Option<Guid>,
    /// It was so already: somebody else did it.
    pub(super) already: bool,
    /// What became of the password that it set.
    pub(super) handed: Option<Handed>,
}

/// Does the operation, unless the directory shows that it is done or overtaken.
///
/// `in_doubt`: it was begun before a crash, so what looks done was done by us.
pub(super) fn attempt(
    view: &View<'_>,
    action: &Action,
    in_doubt: bool,
    handover: &mut dyn Handover,
) -> Result<Success, Trouble> {
    let change = &action.change;
    let membership = membership(change);
    let member = membership
        .map(|(_, account)| view.guid(account))
        .transpose()?;
    let done = |object, already| Success {
        object,
        member,
        already,
        handed: None,
    };
    // A group's members are many: whether one is among them, the operation itself tells.
    if in_doubt || membership.is_none() {
        match view.seen(change)? {
            Seen::Before => {}
            Seen::After(object) if in_doubt => return Ok(done(object, false)),
            // Somebody else's group may be nested anywhere: nobody is put into it unseen.
            Seen::After(_)
                if matches!(
                    change,
                    Change::CreateAccount { .. } | Change::CreateGroup { .. }
                ) =>
            {
                return Err(Trouble::Conflict("it exists already".into()));
            }
            // An adoption whose anchor stands there already, and its end, write the state alone.
            Seen::After(object) => {
                let of_the_state = matches!(change, Change::Adopt { .. } | Change::Release { .. });
                return Ok(done(object, !of_the_state));
            }
            Seen::Else(text) => return Err(Trouble::Conflict(text)),
        }
    }
    still_free(view, action)?;
    match (view.deed(change)?, membership) {
        (
            Deed::Password {
                account,
                must_change,
                length,
            },
            _,
        ) => {
            let handed = give_password(view, action, &account, (must_change, length), handover)?;
            Ok(Success {
                handed: Some(handed),
                ..done(view.guid(&account)?, false)
            })
        }
        (Deed::Value, _) => write_back(view, change).map(|object| done(object, false)),
        (Deed::Operation(operation), None) => {
            Ok(done(patiently(view.directory, &operation)?, false))
        }
        (Deed::Operation(operation), Some((group, _))) => {
            match patiently(view.directory, &operation) {
                Ok(object) => Ok(done(object, false)),
                Err(error) if is_so_already(change, &error) => Ok(done(view.guid(group)?, true)),
                Err(error) => Err(error.into()),
            }
        }
    }
}

/// Writes a value back to HR; yields the account whose value it is.
fn write_back(view: &View<'_>, change: &Change) -> Result<Guid, Trouble> {
    let Change::WriteBack {
        account,
        person,
        source,
        before,
        after,
        ..
    } = change
    else {
        return Err(Trouble::Failed("nothing is written back by it".to_owned()));
    };
    let field = Field {
        person,
        name: source,
    };
    view.hr
        .write(&field, before.as_deref(), after)
        .map_err(|error| refused(&error))?;
    view.guid(account)
}

/// Asks once more, right before writing, whether the addresses that an action gives are nobody's (S14): AD itself would
/// take a second holder.
fn still_free(view: &View<'_>, action: &Action) -> Result<(), Trouble> {
    let own = match &action.change {
        Change::Modify { account, .. } => Some(view.guid(account)?),
        Change::CreateAccount { .. } => None,
        Change::CreateUnit { .. }
        | Change::CreateGroup { .. }
        | Change::Adopt { .. }
        | Change::Release { .. }
        | Change::DeleteUnit { .. }
        | Change::SetPassword { .. }
        | Change::Move { .. }
        | Change::Enable { .. }
        | Change::Disable { .. }
        | Change::AddMember { .. }
        | Change::RemoveMember { .. }
        | Change::WriteBack { .. }
        | Change::Delete { .. } => return Ok(()),
    };
    let given = action.reserves.iter();
    for (_, address) in given.filter(|(space, _)| *space == NameSpace::Address) {
        let holders = view.directory.address_holders(address)?;
        if holders.iter().any(|holder| Some(*holder) != own) {
            let text = format!("`{address}` was given to another object since the plan was made");
            return Err(Trouble::Conflict(text));
        }
    }
    Ok(())
}

/// Makes passwords until the domain takes one, and hands that over.
fn give_password(
    view: &View<'_>,
    action: &Action,
    account: &Target,
    (must_change, length): (bool, u32),
    handover: &mut dyn Handover,
) -> Result<Handed, Trouble> {
    let guid = view.guid(account)?;
    let object = view.account(account)?;
    let owner = Owner {
        run: view.run,
        person: action.person.as_ref(),
        who: &action.who,
        account: guid,
        dn: view.place(guid, account),
        login: object.account_name(),
        user_principal_name: object.first("userPrincipalName"),
        must_change,
    };
    let set = |password: &SecretString| {
        let password = password.clone();
        patiently(
            view.directory,
            &Operation::SetPassword {
                guid,
                password,
                must_change,
            },
        )
    };
    let mut made = 0;
    loop {
        made += 1;
        let password =
            password::make(length).map_err(|error| Trouble::Failed(error.to_string()))?;
        let failed = |error: NotHanded| Trouble::Failed(error.to_string());
        handover.prepare(&owner, &password).map_err(failed)?;
        match set(&password) {
            Ok(_) => return handover.hand_over(&owner, &password).map_err(failed),
            Err(error) if error.is_password_policy() && made < MAX_PASSWORDS => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Does an operation, again after a pause while the directory is busy.
fn patiently(directory: &dyn Directory, operation: &Operation) -> Result<Guid, port::Error> {
    let mut pause = FIRST_PAUSE;
    for _ in 1..MAX_ATTEMPTS {
        match directory.perform(operation) {
            // Without an answer nobody knows whether it was done: that is not tried again but looked up.
            Err(error) if error.is_retryable() && error.code().is_some() => {
                std::thread::sleep(pause);
                pause = pause.saturating_mul(2);
            }
            answer => return answer,
        }
    }
    directory.perform(operation)
}

/// Whether the refusal of a membership says that it is as wanted (MS-ADTS 3.1.1.5.3; Samba's codes differ).
fn is_so_already(change: &Change, error: &port::Error) -> bool {
    let code = error.code();
    if matches!(change, Change::AddMember { .. }) {
        return matches!(
            code,
            Some(ResultCode::AttributeOrValueExists | ResultCode::EntryAlreadyExists)
        );
    }
    let no_member = [win32::NOT_A_MEMBER, win32::NO_SUCH_MEMBER];
    code == Some(ResultCode::NoSuchAttribute)
        || error
            .win32()
            .is_some_and(|error| no_member.contains(&error))
}

/// Group and account of a membership.
fn membership(change: &Change) -> Option<(&Target, &Target)> {
    let (Change::AddMember { group, account } | Change::RemoveMember { group, account, .. }) =
        change
    else {
        return None;
    };
    Some((group, account))
}
