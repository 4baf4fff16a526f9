//! Carrying a plan out: `cargo bench --bench apply`, actions a second with 1 and with 16 operations in flight.
//!
//! The directory does nothing but answer, at once or after the time that a domain controller takes, so what is timed is
//! the executor with its journal: every action is on disk before its operation is sent, and after it. The store lies
//! in a folder below `target`, on a real disk; how long that takes to write for good is measured beside it.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a benchmark may panic and speak"
)]

use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tenure::apply::{Author, Executor, NoHandover, Pace, Situation, Unwatched};
use tenure::directory::port::{Directory, Error, Operation, Target};
use tenure::directory::{Dn, Guid, Object, Snapshot};
use tenure::hr::PersonId;
use tenure::hr::port::ReadOnly;
use tenure::plan::plan::Memory;
use tenure::plan::{
    self, Action, AttributeChange, Cause, Change, Header, Plan, Reason, Reversible,
};
use tenure::state::{Holder, Lock, Store};

/// Changes of attributes, each of an account of its own.
const CHANGES: usize = 2_000;

/// Members of one group.
const MEMBERS: usize = 2_000;

/// What a domain controller in the same network takes for a small change.
const USUAL: Duration = Duration::from_millis(3);

fn main() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    println!("flushing {:.2} ms", flush(folder.path()) * 1000.0);
    for (delay, said) in [(Duration::ZERO, "at once"), (USUAL, "after 3 ms")] {
        for (actions, what) in [
            (changes(), "attribute changes"),
            (members(), "memberships of one group"),
        ] {
            for in_flight in [1, 16] {
                let (rate, operations) = run(&actions, in_flight, delay);
                println!(
                    "answers {said:<10}  {in_flight:>2} in flight  {rate:>9.0} actions/s  {operations:>5} operations  {what}"
                );
            }
        }
    }
}

/// How long the disk takes to keep something for good, in seconds.
fn flush(folder: &Path) -> f64 {
    let mut file = std::fs::File::create(folder.join("flush")).unwrap();
    let times = 100;
    let began = Instant::now();
    for _ in 0..times {
        file.write_all(&[7; 4096]).unwrap();
        file.sync_data().unwrap();
    }
    began.elapsed().as_secs_f64() / f64::from(times)
}

/// Carries these actions out; how many a second, and by how many operations.
fn run(actions: &[Action], in_flight: usize, delay: Duration) -> (f64, usize) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("state.db");
    let holder = Holder {
        pid: 1,
        host: "host".into(),
        user: "ada".into(),
        since: now(),
    };
    let lock = Lock::take(&path, &holder, Duration::ZERO).unwrap();
    let mut store = Store::open(&path, now()).unwrap();
    let directory = Nothing {
        delay,
        objects: (0..CHANGES)
            .map(account)
            .map(|(guid, dn)| (guid, Arc::new(Object::new(dn, guid))))
            .collect(),
        operations: AtomicUsize::new(0),
    };
    let identity = store.identity().unwrap();
    let plan = plan(actions.to_vec(), &identity);
    let situation = Situation {
        now: now(),
        state: &identity,
        domain: None,
        domain_name: "DC=example,DC=com",
        policy: "policy",
        people_source: "people",
        people: None,
        overridden: &[],
        approved: &[],
    };
    let mut executor = Executor {
        store: &mut store,
        lock: &lock,
        directory: &directory,
        hr: &ReadOnly,
        bases: &[dn("DC=example,DC=com")],
        takes_over: false,
        pace: Pace {
            in_flight,
            ..Pace::default()
        },
        handover: &mut NoHandover,
        steps: &tenure::apply::NoSteps,
        pictures: &tenure::apply::Pictures::default(),
        watch: &mut Unwatched,
        clock: &now,
    };
    let began = Instant::now();
    let outcome = executor
        .apply(&plan, &situation, &Author::default())
        .unwrap();
    let took = began.elapsed().as_secs_f64();
    assert!(outcome.counts.all_done(), "{outcome:#?}");
    // The two writes of the mark are no actions.
    let operations = directory.operations.load(Ordering::SeqCst) - 2;
    (actions.len() as f64 / took, operations)
}

fn now() -> Timestamp {
    "2026-03-02T08:00:00Z".parse().unwrap()
}

fn dn(text: &str) -> Dn {
    Dn::parse(text).unwrap()
}

fn account(number: usize) -> (Guid, Dn) {
    let name = format!("CN=User {number},OU=Staff,DC=example,DC=com");
    (Guid::derived(&[&name]), dn(&name))
}

fn action(number: usize, change: Change) -> Action {
    Action {
        change,
        person: Some(PersonId::from(i64::try_from(number).unwrap())),
        who: format!("Person {number}").into(),
        reasons: vec![reason()],
        cause: Cause::Hr,
        after: Vec::new(),
        behind: Vec::new(),
        reversible: Reversible::Yes,
        not_ours: false,
        counts: Vec::new(),
        reserves: Vec::new(),
        approval: None,
        formerly: None,
    }
}

fn reason() -> Reason {
    Reason {
        text: "always".into(),
        file: "a.tenure".into(),
        line: 1,
        values: Vec::new(),
    }
}

fn changes() -> Vec<Action> {
    let change = |number| {
        let (guid, dn) = account(number);
        let attribute = AttributeChange {
            attribute: "department".into(),
            before: Vec::new(),
            after: vec!["Research".into()],
            refers_to: None,
            reason: reason(),
            cause: Cause::Hr,
            overlay: None,
            lifts: false,
            sensitive: false,
        };
        let change = Change::Modify {
            account: plan::Target::Existing { guid, dn },
            attributes: vec![attribute],
        };
        action(number, change)
    };
    (0..CHANGES).map(change).collect()
}

fn members() -> Vec<Action> {
    let group = "CN=All,OU=Staff,DC=example,DC=com";
    let change = |number| {
        let (guid, name) = account(number);
        let change = Change::AddMember {
            group: plan::Target::Existing {
                guid: Guid::derived(&[group]),
                dn: dn(group),
            },
            account: plan::Target::Existing { guid, dn: name },
        };
        action(number, change)
    };
    (0..MEMBERS).map(change).collect()
}

fn plan(actions: Vec<Action>, identity: &tenure::state::Identity) -> Plan {
    Plan {
        header: Header {
            now: now(),
            clock_pinned: false,
            hypothetical: false,
            only: Vec::new(),
            frozen: None,
            expires: now() + SignedDuration::from_hours(24),
            policy: "policy".into(),
            people: "people".into(),
            people_source: "people".into(),
            sources: Vec::new(),
            directory: "directory".into(),
            domain: None,
            domain_name: "DC=example,DC=com".into(),
            controller: None,
            takes_back: None,
            admin_groups: Vec::new(),
            state: identity.id,
            generation: identity.generation,
        },
        actions,
        guards: Vec::new(),
        broken: Vec::new(),
        notices: Vec::new(),
        on_failure: Vec::new(),
        findings: Vec::new(),
        open_accounts: Vec::new(),
        stages: Vec::new(),
        next_change: None,
        next_changes: Vec::new(),
        memory: Memory::default(),
    }
}

/// A directory in which every account is, and stays, as the plan saw it.
struct Nothing {
    delay: Duration,
    objects: HashMap<Guid, Arc<Object>>,
    operations: AtomicUsize,
}

impl Directory for Nothing {
    fn snapshot(&self) -> Result<Snapshot, Error> {
        Err(Error::Unreachable {
            message: "nobody asks for it".into(),
        })
    }

    fn read(&self, target: &Target) -> Result<Option<Arc<Object>>, Error> {
        let Target::Guid(guid) = target else {
            return Ok(None);
        };
        std::thread::sleep(self.delay);
        Ok(self.objects.get(guid).cloned())
    }

    fn address_holders(&self, _: &str) -> Result<Vec<Guid>, Error> {
        Ok(Vec::new())
    }

    fn is_member(&self, _: Guid, _: &Dn) -> Result<bool, Error> {
        Ok(false)
    }

    fn perform(&self, operation: &Operation) -> Result<Guid, Error> {
        std::thread::sleep(self.delay);
        self.operations.fetch_add(1, Ordering::SeqCst);
        let Operation::Modify {
            target: Target::Guid(guid),
            ..
        } = operation
        else {
            return Ok(Guid::derived(&["made"]));
        };
        Ok(*guid)
    }
}
