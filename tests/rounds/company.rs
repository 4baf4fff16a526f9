//! A company whose days pass: its policy, its HR table, its directory and its state.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use jiff::{Timestamp, ToSpan as _};
use tenure::apply::{Author, Executor, NoHandover, Situation, Unwatched, history};
use tenure::directory::ldif::EmbeddedDirectory;
use tenure::directory::port::{self, Change, Directory as _, Operation, Target};
use tenure::directory::{Dn, Guid, Object, Uac};
use tenure::forecast::{self, Forecast, Start, Wanted};
use tenure::hr;
use tenure::plan::{self, FindingKind, Plan};
use tenure::policy::{self, Policy};
use tenure::state::{Holder, Lock, Prior, Store};

use crate::plan::bench::{found, shown};
use crate::policy::bench::{BASE, Bench, people};

const POLICY: &str = include_str!("company.tenure");

/// Units and groups, nobody in them.
const EMPTY: &str = "\
version: 1

dn: DC=example,DC=com
objectClass: domainDNS
objectGUID:: AAAAAAAAAAAAAAAAAAAAAQ==
objectSid: S-1-5-21-1-2-3

dn: OU=Company,DC=example,DC=com
objectClass: organizationalUnit

dn: OU=Staff,OU=Company,DC=example,DC=com
objectClass: organizationalUnit

dn: OU=Berlin,OU=Staff,OU=Company,DC=example,DC=com
objectClass: organizationalUnit

dn: OU=Groups,OU=Company,DC=example,DC=com
objectClass: organizationalUnit
";

/// Security groups, then one distribution list.
pub(crate) const GROUPS: [&str; 11] = [
    "SG-Staff",
    "SG-License-E3",
    "SG-License-E5",
    "SG-BER",
    "SG-HNL",
    "SG-Git",
    "SG-Finance",
    "SG-Payslips",
    "SG-Project-X",
    "SG-Hand",
    "DL-Everyone",
];

/// The columns of HR's table.
const COLUMNS: &str = "id,first_name,last_name,email,status,contract,hire_date,last_day,department,\
                       office,supervisor,kind";

/// One row of HR's table.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) first: &'static str,
    pub(crate) last: &'static str,
    pub(crate) status: &'static str,
    pub(crate) contract: &'static str,
    pub(crate) hired: String,
    pub(crate) ends: String,
    pub(crate) department: &'static str,
    pub(crate) office: &'static str,
    pub(crate) boss: String,
    pub(crate) kind: &'static str,
}

impl Row {
    pub(crate) fn new(id: i64, first: &'static str, last: &'static str) -> Self {
        Self {
            id,
            first,
            last,
            status: "active",
            contract: "internal",
            hired: "2020-01-01".into(),
            ends: String::new(),
            department: "Engineering",
            office: "Berlin",
            boss: String::new(),
            kind: "permanent",
        }
    }
}

pub(crate) struct Company {
    pub(crate) rows: Vec<Row>,
    pub(crate) policy: Arc<Policy>,
    directory: EmbeddedDirectory,
    now: Arc<Mutex<Timestamp>>,
    folder: tempfile::TempDir,
    lock: Lock,
}

/// The policy, with texts replaced.
pub(crate) fn policy(changes: &[(&str, &str)]) -> Arc<Policy> {
    let mut text = POLICY.to_owned();
    for (old, new) in changes {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    Arc::new(Bench::new().without("groups").policy(&text).right())
}

/// The policy, with other stages and another lifecycle.
pub(crate) fn policy_with(lifecycle: &str, rest: &[(&str, &str)]) -> Arc<Policy> {
    let (head, tail) = POLICY.split_once("lifecycle {").unwrap();
    let (_, tail) = tail.split_once("unique common_name {").unwrap();
    let mut text = format!("{head}{lifecycle}\nunique common_name {{{tail}");
    for (old, new) in rest {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    Arc::new(Bench::new().without("groups").policy(&text).right())
}

fn usual_policy() -> Arc<Policy> {
    static USUAL: OnceLock<Arc<Policy>> = OnceLock::new();
    USUAL.get_or_init(|| policy(&[])).clone()
}

/// A name below the company's unit.
pub(crate) fn dn(relative: &str) -> Dn {
    Dn::parse(&format!("{relative},{BASE}")).unwrap()
}

impl Company {
    /// These people in HR, and these records beside units and groups in the directory.
    pub(crate) fn new(rows: Vec<Row>, accounts: &str) -> Self {
        let now = Arc::new(Mutex::new("2026-03-02T08:00:00Z".parse().unwrap()));
        let clock = now.clone();
        let mut ldif = EMPTY.to_owned();
        for group in GROUPS {
            let kind = if group.starts_with("DL-") {
                2
            } else {
                -2_147_483_646
            };
            let mail = if group.starts_with("DL-") {
                format!("mail: {group}@example.com\n")
            } else {
                String::new()
            };
            write!(
                ldif,
                "\ndn: CN={group},OU=Groups,{BASE}\nobjectClass: group\n\
                 sAMAccountName: {group}\ngroupType: {kind}\n{mail}"
            )
            .unwrap();
        }
        ldif.push_str(accounts);
        let directory = EmbeddedDirectory::in_memory(
            "company",
            ldif.as_bytes(),
            Arc::new(move || *clock.lock().unwrap()),
        )
        .unwrap_or_else(|error| panic!("{error}\n{ldif}"));
        let folder = tempfile::tempdir().unwrap();
        let holder = Holder {
            pid: 1,
            host: "host".into(),
            user: "ada".into(),
            since: Timestamp::UNIX_EPOCH,
        };
        let lock = Lock::take(&folder.path().join("state.db"), &holder, Duration::ZERO).unwrap();
        Self {
            rows,
            policy: usual_policy(),
            directory,
            now,
            folder,
            lock,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    pub(crate) fn later(&self, days: i64) {
        *self.now.lock().unwrap() += (days * 24).hours();
    }

    /// The clock stands at this instant.
    pub(crate) fn at(&self, now: Timestamp) {
        *self.now.lock().unwrap() = now;
    }

    /// What a forecast says, sensitive dates included.
    pub(crate) fn forecast(&self, until: Timestamp) -> Forecast {
        let directory = self.directory.snapshot().unwrap();
        let start = Start {
            policy: &self.policy,
            people: &self.people(),
            gone: &[],
            directory: &directory,
            state: Store::in_memory(&self.folder.path().join("state.db"), self.now()).unwrap(),
            bases: &[Dn::parse(BASE).unwrap()],
            now: self.now(),
        };
        let wanted = Wanted {
            until,
            reveal: true,
        };
        forecast::forecast(start, wanted, &mut |_| {}).unwrap()
    }

    pub(crate) fn row(&mut self, id: i64) -> &mut Row {
        self.rows.iter_mut().find(|row| row.id == id).unwrap()
    }

    fn store(&self) -> Store {
        Store::open(&self.folder.path().join("state.db"), self.now()).unwrap()
    }

    pub(crate) fn prior(&self) -> Prior {
        self.store().prior().unwrap()
    }

    fn people(&self) -> hr::Snapshot {
        let mut csv = format!("{COLUMNS}\n");
        for row in &self.rows {
            writeln!(
                csv,
                "{},{},{},{}.{}@example.com,{},{},{},{},{},{},{},{}",
                row.id,
                row.first,
                row.last,
                row.first,
                row.last,
                row.status,
                row.contract,
                row.hired,
                row.ends,
                row.department,
                row.office,
                row.boss,
                row.kind
            )
            .unwrap();
        }
        people(&csv, &self.policy.schema)
    }

    pub(crate) fn plan(&self) -> Plan {
        self.planned(plan::plan)
    }

    /// The plan that takes the last run back.
    pub(crate) fn undoing(&self) -> Plan {
        self.undoing_nth(0)
    }

    /// The plan that takes back the run before the last one.
    pub(crate) fn undoing_of_the_one_before(&self) -> Plan {
        self.undoing_nth(1)
    }

    fn undoing_nth(&self, nth: usize) -> Plan {
        let store = self.store();
        let last = history::history(&store, 2).unwrap().remove(nth);
        let details = history::run(&store, last.id).unwrap().unwrap();
        let past = history::past(&store, &details).unwrap();
        self.planned(|input| plan::undo(input, &past, &plan::plan(input)))
    }

    fn planned(&self, make: impl FnOnce(&plan::Input<'_>) -> Plan) -> Plan {
        let people = self.people();
        let prior = self.prior();
        let overrides = plan::overrides(&self.policy.rules, &prior, self.now());
        let wishes = policy::wishes_under(&self.policy, &people, self.now(), &overrides);
        let directory = self.directory.snapshot().unwrap();
        make(&plan::Input {
            rules: &self.policy.rules,
            schema: &self.policy.schema,
            people: &people,
            wishes: &wishes,
            directory: &directory,
            prior: &prior,
            bases: &[Dn::parse(BASE).unwrap()],
            now: self.now(),
            options: plan::Options {
                people_source: people.origin().description.clone(),
                ..plan::Options::default()
            },
        })
    }

    /// Carries a plan out; every action must succeed.
    #[track_caller]
    pub(crate) fn apply(&self, plan: &Plan) {
        self.apply_past(plan, &[plan::GuardKind::Revoke]);
    }

    /// The same, past these guards.
    #[track_caller]
    pub(crate) fn apply_past(&self, plan: &Plan, overridden: &[plan::GuardKind]) {
        let people = self.people();
        let mut store = self.store();
        let state = store.identity().unwrap();
        let now = self.now();
        let situation = Situation {
            now,
            state: &state,
            domain: plan.header.domain,
            domain_name: &plan.header.domain_name,
            policy: &self.policy.rules.digest,
            people_source: &people.origin().description,
            people: None,
            overridden,
            approved: &[],
        };
        let mut executor = Executor {
            store: &mut store,
            lock: &self.lock,
            directory: &self.directory,
            hr: &hr::port::ReadOnly,
            bases: &[Dn::parse(BASE).unwrap()],
            takes_over: false,
            pace: tenure::apply::Pace::default(),
            handover: &mut NoHandover,
            steps: &tenure::apply::NoSteps,
            pictures: &tenure::apply::Pictures::default(),
            watch: &mut Unwatched,
            clock: &|| now,
        };
        let outcome = executor
            .apply(plan, &situation, &Author::default())
            .unwrap();
        assert!(
            outcome.counts.all_done(),
            "{:#?}\n{:#?}",
            outcome.ended,
            shown(plan)
        );
    }

    /// Plans and applies; planned again there is nothing left to do (G4).
    #[track_caller]
    pub(crate) fn run(&self) -> Plan {
        let plan = self.plan();
        self.apply(&plan);
        let again = self.plan();
        assert_eq!(shown(&again), Vec::<String>::new(), "planned again");
        plan
    }

    /// What a run does, as short lines.
    #[track_caller]
    pub(crate) fn done(&self) -> Vec<String> {
        shown(&self.run())
    }

    /// What a plan would do, as short lines.
    pub(crate) fn due(&self) -> Vec<String> {
        shown(&self.plan())
    }

    pub(crate) fn found(&self, kind: FindingKind) -> Vec<String> {
        found(&self.plan(), kind)
    }

    /// The account that bears that anchor.
    pub(crate) fn account_of(&self, id: i64) -> Option<Arc<Object>> {
        let all = self.directory.snapshot().unwrap();
        let found = all.holders("employeeID", &id.to_string());
        found.first().map(|id| Arc::new(all[*id].clone()))
    }

    /// The day that lies so many days from now, as HR writes it.
    pub(crate) fn day(&self, days: i64) -> String {
        let day = self.now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        (day + days.days()).to_string()
    }

    /// What an account is and is in: attributes but passwords, clocks and counters, then groups.
    pub(crate) fn picture(&self, id: i64) -> Vec<String> {
        let all = self.directory.snapshot().unwrap();
        let Some(account) = all.holders("employeeID", &id.to_string()).first().copied() else {
            return Vec::new();
        };
        let object = &all[account];
        let mut lines = vec![object.dn().to_string()];
        for (name, values) in object.attributes() {
            let skip = ["whenChanged", "pwdLastSet", "unicodePwd", "lastLogon"];
            if skip.iter().any(|skip| name.is(skip))
                || name.as_str().starts_with("uSN")
                || name.as_str().starts_with("tenure-")
            {
                continue;
            }
            lines.push(format!("{name}: {values:?}"));
        }
        let groups = all.links("member");
        let mut groups: Vec<String> = groups
            .sources(account)
            .iter()
            .map(|group| all[*group].account_name().unwrap_or_default().to_owned())
            .collect();
        groups.sort();
        lines.push(format!("groups: {}", groups.join(", ")));
        lines.sort();
        lines
    }

    /// What everything in the directory is, object by object, but for clocks, counters, passwords and that one may be
    /// missing.
    pub(crate) fn everything(&self) -> BTreeMap<Guid, Vec<String>> {
        const PASSING: [&str; 4] = ["whenChanged", "pwdLastSet", "unicodePwd", "lastLogon"];
        let all = self.directory.snapshot().unwrap();
        let mut objects = BTreeMap::new();
        for (_, object) in all.iter() {
            if object.dn().rdn().is_some_and(|rdn| rdn.value() == "tenure") {
                continue;
            }
            let mut lines = vec![object.dn().to_string()];
            for (name, values) in object.attributes() {
                let passes = PASSING.iter().any(|skip| name.is(skip));
                if passes
                    || name.as_str().starts_with("uSN")
                    || name.as_str().starts_with("tenure-")
                {
                    continue;
                }
                let mut values: Vec<String> =
                    values.iter().map(|value| format!("{value:?}")).collect();
                if name.is("userAccountControl") {
                    let uac = object.uac().unwrap().without(Uac::PASSWORD_NOT_REQUIRED);
                    values = vec![uac.to_string()];
                }
                values.sort();
                lines.push(format!("{name}: {}", values.join(", ")));
            }
            lines.sort();
            objects.insert(object.guid(), lines);
        }
        objects
    }

    /// Somebody else puts one value in the place of another.
    #[track_caller]
    pub(crate) fn by_hand(
        &self,
        relative: &str,
        attribute: &str,
        old: Option<&str>,
        new: Option<&str>,
    ) {
        let changes = vec![Change::replace(
            attribute,
            old.map(Into::into),
            new.map(Into::into),
        )];
        self.operate(&Operation::Modify {
            target: Target::Dn(dn(relative)),
            changes,
        });
    }

    /// Somebody else adds or removes a member.
    #[track_caller]
    pub(crate) fn member_by_hand(&self, group: &str, account: &str, is: bool) {
        let member = dn(account).text().clone();
        let (old, new) = if is {
            (None, Some(&*member))
        } else {
            (Some(&*member), None)
        };
        self.by_hand(&format!("CN={group},OU=Groups"), "member", old, new);
    }

    pub(crate) fn try_operate(&self, operation: &Operation) -> Result<(), port::Error> {
        self.directory.perform(operation).map(drop)
    }

    #[track_caller]
    pub(crate) fn operate(&self, operation: &Operation) {
        self.directory.perform(operation).unwrap();
    }
}

/// An account as the directory's file has it.
pub(crate) fn account(relative: &str, login: &str, more: &str) -> String {
    format!("\ndn: {relative},{BASE}\nobjectClass: user\nsAMAccountName: {login}\n{more}")
}
