//! Our own way: a plan made by hand, carried out by the executor on a domain controller, with its journal on a disk.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use tenure::apply::{Author, Executor, NoHandover, Pace, Situation, Unwatched};
use tenure::directory::ldap::{Bind, LdapDirectory, Patience, Reading, Server, Settings};
use tenure::directory::port::Directory;
use tenure::directory::{Dn, Guid};
use tenure::hr::PersonId;
use tenure::hr::port::ReadOnly;
use tenure::plan::plan::Memory;
use tenure::plan::{Action, Cause, Change, Header, Plan, Reason, Reversible, Target};
use tenure::state::{Holder, Identity, Lock, NameSpace, Store};

use crate::domain::Domain;
use crate::turns::{Took, timed};

pub(crate) fn dn(text: &str) -> Dn {
    Dn::parse(text).unwrap()
}

/// Connects as a run does.
pub(crate) fn connect(domain: &Domain, connections: usize, reading: Reading) -> LdapDirectory {
    let login = domain.administrator();
    let settings = Settings {
        servers: vec![Server::parse(&domain.ldaps_url()).unwrap()],
        ca: Some(std::fs::read(domain.ca_file()).unwrap()),
        bind: Bind::Simple {
            name: login.upn.clone(),
            password: SecretString::from(login.password.clone()),
        },
        patience: Patience::default(),
        connections,
        pinned: None,
    };
    LdapDirectory::connect(&settings, reading, Timestamp::now()).unwrap()
}

/// What a run reads again of each account: what always is, and what a policy names.
pub(crate) fn reading(names: &[&str]) -> Reading {
    Reading {
        bases: Vec::new(),
        attributes: names
            .iter()
            .map(|name| (*name).into())
            .collect::<BTreeSet<_>>(),
    }
}

/// Carries these actions out, from the connection to the last commit.
pub(crate) fn apply(
    domain: &Domain,
    actions: Vec<Action>,
    connections: usize,
    in_flight: usize,
    names: &[&str],
) -> Took {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("state.db");
    let holder = Holder {
        pid: 1,
        host: "host".into(),
        user: "ada".into(),
        since: Timestamp::now(),
    };
    let lock = Lock::take(&path, &holder, Duration::ZERO).unwrap();
    let mut store = Store::open(&path, Timestamp::now()).unwrap();
    let identity = store.identity().unwrap();
    let plan = plan(actions, &identity, domain.base_dn());
    let situation = Situation {
        now: plan.header.now,
        state: &identity,
        domain: None,
        domain_name: domain.base_dn(),
        policy: "policy",
        people_source: "people",
        people: None,
        overridden: &[],
        approved: &[],
    };
    // The mark of the state lies below a unit.
    let home = format!("OU=Home,{}", domain.base_dn());
    if domain.client().read(&home, &["ou"]).entries.is_empty() {
        domain.unit("Home");
    }
    timed(domain, || {
        let directory = connect(domain, connections, reading(names));
        let mut executor = Executor {
            store: &mut store,
            lock: &lock,
            directory: &directory,
            hr: &ReadOnly,
            bases: &[dn(&home)],
            // Each turn has a state of its own.
            takes_over: true,
            pace: Pace {
                in_flight,
                ..Pace::default()
            },
            handover: &mut NoHandover,
            steps: &tenure::apply::NoSteps,
            pictures: &tenure::apply::Pictures::default(),
            watch: &mut Unwatched,
            clock: &Timestamp::now,
        };
        let outcome = executor
            .apply(&plan, &situation, &Author::default())
            .unwrap();
        let first = outcome.ended.iter().find(|ended| ended.text.is_some());
        assert!(outcome.counts.all_done(), "{:?}: {first:?}", outcome.counts);
    })
}

fn plan(actions: Vec<Action>, identity: &Identity, domain: &str) -> Plan {
    let now = Timestamp::now();
    Plan {
        header: Header {
            now,
            clock_pinned: false,
            hypothetical: false,
            only: Vec::new(),
            frozen: None,
            expires: now + SignedDuration::from_hours(24),
            policy: "policy".into(),
            people: "people".into(),
            people_source: "people".into(),
            sources: Vec::new(),
            directory: "directory".into(),
            domain: None,
            domain_name: domain.into(),
            takes_back: None,
            admin_groups: Vec::new(),
            controller: None,
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

/// An action of one person, with the names that it gives.
pub(crate) fn action(number: usize, change: Change, reserves: Vec<(NameSpace, String)>) -> Action {
    let reserves = reserves.into_iter();
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
        reserves: reserves.map(|(space, name)| (space, name.into())).collect(),
        approval: None,
        formerly: None,
    }
}

pub(crate) fn reason() -> Reason {
    Reason {
        text: "always".into(),
        file: "a.tenure".into(),
        line: 1,
        values: Vec::new(),
    }
}

/// The object of that name, as it is in the domain.
pub(crate) fn existing(directory: &dyn Directory, name: &str) -> Target {
    let dn = dn(name);
    let found = directory.read(&tenure::directory::port::Target::Dn(dn.clone()));
    let guid: Guid = found.unwrap().unwrap().guid();
    Target::Existing { guid, dn }
}
