//! What must be so on every day, told from the lives alone: neither planner nor evaluator is asked.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tenure::directory::{Guid, Snapshot};

use super::history::{OFFICES, Said};

/// How long a grant is kept that nothing gives any more, in days.
const LINGERS: i32 = 14;

/// How many days before its first day an account is made.
const LEAD: i32 = 7;

/// For how many days an account must have been off before it is deleted.
const OFF: i32 = 30;

/// What is remembered from day to day, to judge the next one.
#[derive(Debug, Default)]
pub(super) struct Witness {
    /// Whose each login name ever was.
    logins: BTreeMap<String, i64>,
    /// Since when each account was seen to be off.
    off_since: BTreeMap<Guid, Timestamp>,
    /// When each membership last had a reason.
    reasons: BTreeMap<(i64, String), Timestamp>,
    /// Which accounts there were.
    known: BTreeMap<Guid, i64>,
}

/// What an account looks like, as far as it is judged.
struct Account<'a> {
    guid: Guid,
    person: i64,
    login: &'a str,
    enabled: bool,
    shown: &'a str,
    department: &'a str,
    groups: BTreeSet<String>,
}

impl Witness {
    /// What is wrong after the run at that instant; `open` are the accounts that the plan says nobody deals with.
    pub(super) fn judge(
        &mut self,
        now: Timestamp,
        said: &[Said],
        all: &Snapshot,
        open: &BTreeSet<Guid>,
    ) -> Vec<String> {
        let mut wrong = Vec::new();
        let accounts = accounts(all);
        let mut of_person: BTreeMap<i64, &Account<'_>> = BTreeMap::new();
        for account in &accounts {
            if of_person.insert(account.person, account).is_some() {
                wrong.push(format!("{} has two accounts", account.person));
            }
            let owner = *self
                .logins
                .entry(account.login.to_lowercase())
                .or_insert(account.person);
            if owner != account.person {
                wrong.push(format!(
                    "{} is called {}, as {owner} was",
                    account.person, account.login
                ));
            }
        }
        self.deletions(now, &accounts, &mut wrong);
        for one in said {
            let today = today(now, one.office);
            let account = of_person.get(&one.id).copied();
            self.one(now, today, one, (account, open), &mut wrong);
        }
        let known: BTreeSet<i64> = said.iter().map(|one| one.id).collect();
        for account in &accounts {
            if !known.contains(&account.person) {
                wrong.push(format!("HR never had {}", account.person));
            }
        }
        self.off_since = accounts
            .iter()
            .filter(|account| !account.enabled)
            .map(|account| {
                let since = self.off_since.get(&account.guid).copied();
                (account.guid, since.unwrap_or(now))
            })
            .collect();
        self.known = accounts.iter().map(|one| (one.guid, one.person)).collect();
        wrong
    }

    /// Nobody is deleted before the account was seen to be off for the whole time.
    fn deletions(&self, now: Timestamp, accounts: &[Account<'_>], wrong: &mut Vec<String>) {
        let there: BTreeSet<Guid> = accounts.iter().map(|account| account.guid).collect();
        for (guid, person) in self.known.iter().filter(|(guid, _)| !there.contains(guid)) {
            let off = self.off_since.get(guid).map(|since| days(*since, now));
            if off.is_none_or(|off| off < OFF) {
                wrong.push(format!("{person} is deleted, after {off:?} days off"));
            }
        }
    }

    fn one(
        &mut self,
        now: Timestamp,
        today: Date,
        one: &Said,
        (account, open): (Option<&Account<'_>>, &BTreeSet<Guid>),
        wrong: &mut Vec<String>,
    ) {
        let id = one.id;
        let works = one.hired <= today && one.end.is_none_or(|end| today <= end);
        if let Some(account) = account.filter(|account| account.enabled && (!works || one.broken))
            && !open.contains(&account.guid)
        {
            wrong.push(format!(
                "{id} is on, and stands in no list of open accounts"
            ));
        }
        if one.broken {
            // Nothing is given and nothing is known of what it had a reason for.
            return;
        }
        if let Some(account) = account
            && account.enabled
            && !works
        {
            wrong.push(format!("{id} is on and does not work here"));
        }
        let Some(account) = account else {
            if works {
                wrong.push(format!("{id} works here without an account"));
            }
            if one.end.is_none_or(|end| today <= end) && one.hired <= plus(today, LEAD) {
                wrong.push(format!(
                    "{id} comes within {LEAD} days, and nothing is prepared"
                ));
            }
            return;
        };
        if works && !account.enabled {
            wrong.push(format!("{id} works here, and the account is off"));
        }
        if works {
            let name = format!("{} {}", one.first, one.last);
            if account.shown != name {
                wrong.push(format!("{id} is {name}, and is shown as {}", account.shown));
            }
            if account.department != one.department {
                wrong.push(format!(
                    "{id} is of {}, and stands in {}",
                    one.department, account.department
                ));
            }
        }
        self.memberships(now, one, account, works, wrong);
    }

    fn memberships(
        &mut self,
        now: Timestamp,
        one: &Said,
        account: &Account<'_>,
        works: bool,
        wrong: &mut Vec<String>,
    ) {
        let id = one.id;
        let mut due: BTreeSet<String> = BTreeSet::new();
        if works {
            due.insert("SG-Staff".to_owned());
            due.insert(format!("SG-{}", one.department));
            if one.office == 0 {
                due.insert("SG-BER".to_owned());
            }
        }
        for group in due.difference(&account.groups) {
            wrong.push(format!("{id} is not in {group}"));
        }
        for group in account.groups.difference(&due) {
            let last = self.reasons.get(&(id, group.clone()));
            let lingers = works && last.is_some_and(|last| days(*last, now) <= LINGERS + 1);
            if !lingers {
                wrong.push(format!("{id} is in {group} without a reason"));
            }
        }
        if works {
            // What lost its reason a short while ago is still there.
            let mine = self
                .reasons
                .range((id, String::new())..(id + 1, String::new()));
            for ((_, group), last) in mine {
                if days(*last, now) < LINGERS - 1 && !account.groups.contains(group) {
                    wrong.push(format!("{id} lost {group} too early"));
                }
            }
        } else {
            self.reasons.retain(|(person, _), _| *person != id);
        }
        for group in due {
            self.reasons.insert((id, group), now);
        }
    }
}

/// The accounts of people below the base.
fn accounts(all: &Snapshot) -> Vec<Account<'_>> {
    let members = all.links("member");
    let people = all.iter().filter(|(_, object)| object.is_user());
    let accounts = people.filter_map(|(id, object)| {
        let person = object.first("employeeID")?.parse().ok()?;
        let groups = members.sources(id).iter();
        Some(Account {
            guid: object.guid(),
            person,
            login: object.account_name()?,
            enabled: object.enabled(),
            shown: object.first("displayName").unwrap_or_default(),
            department: object.first("department").unwrap_or_default(),
            groups: groups
                .map(|group| all[*group].account_name().unwrap_or_default().to_owned())
                .collect(),
        })
    });
    accounts.collect()
}

/// The day at an office.
pub(super) fn today(now: Timestamp, office: usize) -> Date {
    let zone = TimeZone::get(OFFICES[office].1).unwrap();
    now.to_zoned_datetime(zone).date()
}

fn plus(day: Date, days: i32) -> Date {
    day.saturating_add(jiff::Span::new().days(days))
}

fn days(from: Timestamp, to: Timestamp) -> i32 {
    i32::try_from(to.duration_since(from).as_secs() / 86_400).unwrap()
}
