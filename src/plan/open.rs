//! Open accounts: enabled accounts of people who should have none, or whom nobody looks after (S4, G14).

use super::draft::Open;
use super::time::whole_days;
use super::world::World;
use super::{Action, Change, OpenAccount, OpenReason, Target};
use std::collections::BTreeMap;

/// The open accounts, oldest first. Accounts that a tripped guard would leave enabled, or that an earlier run could
/// not disable, are among them.
pub(crate) fn accounts(
    world: &World<'_>,
    open: &[Open],
    actions: &[Action],
    trips: bool,
) -> Vec<OpenAccount> {
    let mut found: BTreeMap<crate::directory::ObjectId, OpenAccount> = BTreeMap::new();
    let now = world.input.now;
    let mut add = |open: &Open| {
        let object = world.object(open.account);
        let guid = object.guid();
        let since = world
            .input
            .prior
            .open_since
            .get(&guid)
            .copied()
            .unwrap_or(now);
        found.entry(open.account).or_insert_with(|| OpenAccount {
            guid,
            dn: object.dn().clone(),
            person: open.person.clone(),
            who: open.who.clone(),
            why: open.why,
            since,
            days: whole_days(since, now),
        });
    };
    for one in open {
        add(one);
    }
    for action in actions {
        let Change::Disable {
            account: Target::Existing { guid, .. },
            ..
        } = &action.change
        else {
            continue;
        };
        let why = if trips {
            OpenReason::Guard
        } else if world.input.prior.failed.contains(guid) {
            OpenReason::Failed
        } else {
            continue;
        };
        if let Some(account) = world.input.directory.by_guid(*guid) {
            add(&Open {
                account,
                person: action.person.clone(),
                who: action.who.clone(),
                why,
            });
        }
    }
    let mut accounts: Vec<OpenAccount> = found.into_values().collect();
    accounts.sort_by(|a, b| (a.since, &a.dn).cmp(&(b.since, &b.dn)));
    accounts
}
