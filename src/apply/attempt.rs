//! Does one action: looks, sends its operation, and tells success from conflict and failure.

use std::sync::Arc;

use super::deed::{Deed, Made};
use super::seen::{Seen, Told, Trouble, View};
use super::{Handed, NotHanded, Owner, password, step};
use crate::directory::port::{self, Operation, ResultCode, win32};
use crate::directory::{AttributeName, Guid, Object};
use crate::plan::{Action, ActionId, Change, Notice, Target};
use crate::state::NameSpace;

/// How many passwords are made before the domain's refusal counts (S20).
const MAX_PASSWORDS: u32 = 3;

/// What to do about a password that nobody got.
const ANOTHER: &str = "apply again once that is mended: the account then gets another password, and is enabled afterwards";

/// How often an operation is sent whose answer is lost; each time it is looked whether it was done.
/// One connection that is cut takes the answers of all that travelled on it along.
pub(super) const MAX_LOST_ANSWERS: u32 = 6;

/// Said where the policy computed a password for the plan, and does not now.
const NOT_COMPUTED: &str = "HR no longer has what the password is computed from";

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
    /// It was begun before, and nothing says how far that came.
    pub(super) again: bool,
}

impl Success {
    pub(super) fn new(object: Guid, already: bool) -> Self {
        Self {
            object,
            member: None,
            already,
            handed: None,
            again: false,
        }
    }
}

/// Does the operation, unless the directory shows that it is done or overtaken.
///
/// `in_doubt`: it was begun before a crash, or an answer was lost, so what looks done was done by us.
pub(super) fn attempt(
    view: &View<'_>,
    (id, action): (ActionId, &Action),
    in_doubt: bool,
) -> Result<Success, Trouble> {
    let change = &action.change;
    if let Change::Await { .. } = change {
        return step::ask(view, action);
    }
    let membership = change.membership();
    let member = membership
        .map(|(_, account)| view.guid(account))
        .transpose()?;
    let done = |object, already| Success {
        member,
        ..Success::new(object, already)
    };
    // A group's members are many: whether one is among them, the operation itself tells. So it does where something of
    // that name stands already.
    let makes = matches!(
        change,
        Change::CreateAccount { .. } | Change::CreateGroup { .. }
    );
    let mut seen = None;
    if in_doubt || (membership.is_none() && !makes) {
        match view.seen(change)? {
            Seen::Before(account) => seen = account,
            Seen::After(object) if in_doubt => return Ok(done(object, false)),
            // An adoption whose anchor stands there already, and its end, write the state alone.
            Seen::After(object) => {
                let of_the_state = matches!(change, Change::Adopt { .. } | Change::Release { .. });
                return Ok(done(object, !of_the_state));
            }
            Seen::Else(text) => return Err(Trouble::conflict(text)),
        }
    }
    if let Some((group, _)) = membership {
        view.group(group)?;
    }
    if let Err(trouble) = still_free(view, action) {
        return Err(if makes {
            in_the_way(view, change, trouble)
        } else {
            trouble
        });
    }
    match view.deed(change, seen.as_ref())? {
        Deed::Password {
            account,
            must_change,
            made,
        } => {
            let letters = view.letters(id);
            let to = Receiver {
                action,
                account: &account,
                seen,
                letters: &letters,
            };
            give_password(view, to, (must_change, made), in_doubt)
        }
        Deed::Operation(operation) => match settled(view, change, &operation, in_doubt) {
            Ok(object) => Ok(done(object, false)),
            Err(Unsettled::Refused(error)) => match membership {
                Some((group, _)) if is_so_already(change, &error) => {
                    Ok(done(view.guid(group)?, true))
                }
                None if makes => Err(in_the_way(view, change, error.into())),
                Some(_) | None => Err(error.into()),
            },
            Err(Unsettled::Trouble(trouble)) => Err(trouble),
        },
    }
}

/// What keeps something from being made, told by what stands under its name, if something does.
fn in_the_way(view: &View<'_>, change: &Change, trouble: Trouble) -> Trouble {
    if matches!(trouble, Trouble::Lost(_)) {
        return trouble;
    }
    match view.seen(change) {
        // Somebody else's group may be nested anywhere: nobody is put into it unseen.
        Ok(Seen::After(_)) => Trouble::conflict("it exists already"),
        Ok(Seen::Else(text)) => Trouble::conflict(text),
        Ok(Seen::Before(_)) => trouble,
        Err(lost) => lost,
    }
}

/// Why an operation is not done.
enum Unsettled {
    /// The directory refused it.
    Refused(port::Error),
    /// What was found when looking for what became of it.
    Trouble(Trouble),
}

impl From<Trouble> for Unsettled {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// Sends an operation until it is known whether it was done: where the answer is lost, the directory is looked at
/// once it is back.
fn settled(
    view: &View<'_>,
    change: &Change,
    operation: &Operation,
    mut in_doubt: bool,
) -> Result<Guid, Unsettled> {
    let mut lost = 0;
    loop {
        let sent = view.line.send(operation);
        in_doubt |= sent.in_doubt;
        let error = match sent.answer {
            Ok(object) => return Ok(object),
            Err(error) => error,
        };
        if matches!(error, port::Error::Unreachable { .. }) {
            in_doubt = true;
            lost += 1;
            match view.seen(change)? {
                Seen::After(object) => return Ok(object),
                Seen::Before(_) if lost < MAX_LOST_ANSWERS => {}
                Seen::Before(_) => return Err(Trouble::Lost(error).into()),
                Seen::Else(text) => return Err(Trouble::conflict(text).into()),
            }
        } else if in_doubt && error.is_conflict() {
            // It may be our own earlier attempt that is in the way.
            return match view.seen(change)? {
                Seen::After(object) => Ok(object),
                Seen::Before(_) | Seen::Else(_) => Err(Unsettled::Refused(error)),
            };
        } else {
            return Err(Unsettled::Refused(error));
        }
    }
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
        | Change::Await { .. }
        | Change::Delete { .. } => return Ok(()),
    };
    let given = action.reserves.iter();
    for (_, address) in given.filter(|(space, _)| *space == NameSpace::Address) {
        let holders = view.line.address_holders(address)?;
        if holders.iter().any(|holder| Some(*holder) != own) {
            let text = format!("`{address}` was given to another object since the plan was made");
            return Err(Trouble::conflict(text));
        }
    }
    Ok(())
}

/// Whose password is made.
struct Receiver<'a> {
    action: &'a Action,
    account: &'a Target,
    /// The account as it was just read.
    seen: Option<Arc<Object>>,
    /// The notices that bring it.
    letters: &'a [&'a Notice],
}

/// Makes passwords until the domain takes one, each kept for its owner before it is sent; `in_doubt`: an earlier one
/// may be in effect, and nobody has it for certain.
fn give_password(
    view: &View<'_>,
    to: Receiver<'_>,
    (must_change, made): (bool, Made),
    in_doubt: bool,
) -> Result<Success, Trouble> {
    let Receiver {
        action,
        account,
        seen,
        letters,
    } = to;
    let guid = view.guid(account)?;
    let names = ["sAMAccountName", "userPrincipalName"].map(AttributeName::new);
    let object = seen.map_or_else(|| view.account_with(account, &names), Ok)?;
    let owner = Owner {
        run: view.run,
        person: action.person.as_ref(),
        who: &action.who,
        account: guid,
        dn: &view.place(guid, account),
        login: object.account_name(),
        user_principal_name: object.first("userPrincipalName"),
        must_change,
        notices: letters,
    };
    let (mut refused, mut lost) = (0, 0);
    loop {
        let password = match made {
            Made::Random(length) => {
                password::make(length).map_err(|error| Trouble::failed(error.to_string()))?
            }
            Made::Computed => view
                .handover
                .computed(&owner)
                .ok_or_else(|| Trouble::conflict(NOT_COMPUTED))?,
        };
        view.handover.prepare(&owner, &password).map_err(|error| {
            if in_doubt || lost > 0 {
                not_handed(&error, guid)
            } else {
                Trouble::failed(error.to_string())
            }
        })?;
        let operation = Operation::SetPassword {
            guid,
            password: password.clone(),
            must_change,
        };
        match view.line.send(&operation).answer {
            Ok(object) => {
                // Nothing says yet that it is set: killed here, another one is made, and until that is handed over and
                // recorded nothing enables the account (S20).
                let handed = view.handover.hand_over(&owner, &password);
                let handed = handed.map_err(|error| not_handed(&error, guid))?;
                return Ok(Success {
                    handed: Some(handed),
                    again: in_doubt,
                    ..Success::new(object, false)
                });
            }
            // Nobody can see which password an account has: once the directory is back, it gets another one.
            Err(error @ port::Error::Unreachable { .. }) => {
                lost += 1;
                if lost >= MAX_LOST_ANSWERS {
                    return Err(error.into());
                }
                view.account(account)?;
            }
            Err(error) if error.is_password_policy() => {
                refused += 1;
                // Another one is the same where it is computed.
                if refused >= MAX_PASSWORDS || made == Made::Computed {
                    return Err(error.into());
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// A password is set, perhaps, and nobody has it.
fn not_handed(error: &NotHanded, account: Guid) -> Trouble {
    let told = Told {
        text: error.to_string(),
        mend: Some(ANOTHER),
    };
    Trouble::NotHanded(told, account)
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
