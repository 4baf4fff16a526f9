//! Many memberships of one group as one operation.
//!
//! A group takes 500 names as fast as one. If the directory refuses the whole because of one of them, it is asked
//! for the halves, and so on down to the single name: every action has its own answer, the one that it would have
//! had alone. What concerns the group, not a name, is said once and holds for all.

use std::sync::Arc;

use super::attempt::{MAX_LOST_ANSWERS, Success, attempt};
use super::seen::{Trouble, View};
use crate::directory::port::{self, Error, Operation, ResultCode};
use crate::directory::{Dn, Guid, Value};
use crate::plan::{Action, ActionId, Change};

/// The most names in one operation: AD takes about 5000 values at once, and splitting stays cheap.
pub(super) const MAX_NAMES: usize = 500;

/// A membership to be given or taken.
#[derive(Clone)]
pub(super) struct Membership<'p> {
    pub(super) id: ActionId,
    pub(super) action: &'p Action,
    /// It was begun before a crash, or an answer was lost: what looks done was done by us.
    pub(super) in_doubt: bool,
}

/// What became of each.
pub(super) type Answers = Vec<(ActionId, Result<Success, Trouble>)>;

/// A membership with the names that it is about.
#[derive(Clone)]
struct Named<'p> {
    of: Membership<'p>,
    member: Guid,
    name: Dn,
}

/// Gives or takes memberships of one group, all of them one way.
pub(super) fn attempt_all(view: &View<'_>, all: Vec<Membership<'_>>) -> Answers {
    let mut answers = Answers::new();
    let mut left = Vec::new();
    let mut of_group = None;
    for one in all {
        match named(view, &one) {
            Ok((group, joins, named)) => {
                of_group = Some((group, joins, one.action));
                left.push(named);
            }
            Err(trouble) => answers.push((one.id, Err(trouble))),
        }
    }
    if let Some((group, joins, action)) = of_group {
        let mut batch = Batch {
            view,
            group,
            joins,
            answers,
        };
        let left = batch.without_done(left);
        if let Some((group, _)) = action.change.membership()
            && let Err(trouble) = view.group(group)
        {
            let left = left.iter();
            let answers = left.map(|one| (one.of.id, Err(trouble.clone())));
            batch.answers.extend(answers);
            return batch.answers;
        }
        batch.change(left);
        answers = batch.answers;
    }
    answers
}

fn named<'p>(view: &View<'_>, one: &Membership<'p>) -> Result<(Guid, bool, Named<'p>), Trouble> {
    let change = &one.action.change;
    let Some((group, account)) = change.membership() else {
        return Err(Trouble::failed("this is no membership"));
    };
    let member = view.guid(account)?;
    let named = Named {
        of: one.clone(),
        member,
        name: view.place(member, account),
    };
    let joins = matches!(change, Change::AddMember { .. });
    Ok((view.guid(group)?, joins, named))
}

/// Memberships of one group at work.
struct Batch<'a> {
    view: &'a View<'a>,
    group: Guid,
    joins: bool,
    answers: Answers,
}

impl Batch<'_> {
    /// Looks up those in doubt; yields what is left to do.
    fn without_done<'p>(&mut self, all: Vec<Named<'p>>) -> Vec<Named<'p>> {
        let mut left = Vec::new();
        for one in all {
            if !one.of.in_doubt {
                left.push(one);
                continue;
            }
            match self.view.line.is_member(self.group, &one.name) {
                Ok(is_member) if is_member == self.joins => self.done(&one),
                Ok(_) => left.push(one),
                Err(error) => self.answers.push((one.of.id, Err(error.into()))),
            }
        }
        left
    }

    fn done(&mut self, one: &Named<'_>) {
        let success = Success {
            member: Some(one.member),
            ..Success::new(self.group, false)
        };
        self.answers.push((one.of.id, Ok(success)));
    }

    fn all_get(&mut self, all: &[Named<'_>], error: &Error) {
        let answers = all.iter();
        self.answers
            .extend(answers.map(|one| (one.of.id, Err(error.clone().into()))));
    }

    /// Changes all of them, or finds out whose name stands in the way.
    fn change(&mut self, mut all: Vec<Named<'_>>) {
        let mut lost = 0;
        loop {
            match all.as_slice() {
                [] => return,
                [one] => {
                    let answer = attempt(self.view, (one.of.id, one.of.action), one.of.in_doubt);
                    self.answers.push((one.of.id, answer));
                    return;
                }
                [..] => {}
            }
            let sent = self.view.line.send(&self.operation(&all));
            let unanswered = matches!(sent.answer, Err(Error::Unreachable { .. }));
            if sent.in_doubt || unanswered {
                for one in &mut all {
                    one.of.in_doubt = true;
                }
            }
            match sent.answer {
                Ok(_) => {
                    for one in &all {
                        self.done(one);
                    }
                    return;
                }
                Err(error) if unanswered => {
                    lost += 1;
                    all = self.without_done(all);
                    if lost >= MAX_LOST_ANSWERS {
                        self.all_get(&all, &error);
                        return;
                    }
                }
                Err(error) if concerns_the_group(&error) => {
                    self.all_get(&all, &error);
                    return;
                }
                Err(_) => {
                    let mut all = self.without_done(all);
                    let half = all.split_off(all.len().div_ceil(2));
                    self.change(all);
                    self.change(half);
                    return;
                }
            }
        }
    }

    fn operation(&self, all: &[Named<'_>]) -> Operation {
        let names = all
            .iter()
            .map(|one| Value::Text(Arc::clone(one.name.text())));
        let (mut delete, mut add) = (Vec::new(), Vec::new());
        if self.joins {
            add.extend(names);
        } else {
            delete.extend(names);
        }
        Operation::Modify {
            target: port::Target::Guid(self.group),
            changes: vec![port::Change {
                attribute: "member".into(),
                delete,
                add,
            }],
        }
    }
}

/// Whether a refusal would be the same for each name alone.
fn concerns_the_group(error: &Error) -> bool {
    match error {
        Error::Refused { code, .. } => matches!(
            code,
            ResultCode::InsufficientAccessRights
                | ResultCode::StrongerAuthRequired
                | ResultCode::InvalidCredentials
                | ResultCode::UndefinedAttributeType
                | ResultCode::Busy
                | ResultCode::Unavailable
                | ResultCode::TimeLimitExceeded
        ),
        Error::Renamed { .. }
        | Error::Unreachable { .. }
        | Error::Storage { .. }
        | Error::Stopped { .. } => true,
    }
}
