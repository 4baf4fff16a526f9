//! A company whose days a scenario plays: its HR table, its directory, its state, the real planner and executor.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tenure::apply::{
    ApplyError, Author, Executor, NoHandover, Outcome, Pace, Patience, Reply, Situation, Steps,
    Unwatched,
};
use tenure::diagnostic::Diagnostic;
use tenure::directory::ldif::EmbeddedDirectory;
use tenure::directory::port::Directory;
use tenure::directory::{Dn, Snapshot};
use tenure::hr::{self, PersonId};
use tenure::plan::{self, GuardKind, Plan};
use tenure::policy::{self, Policy, Teller, Wish};
use tenure::state::{Answer, EmergencyEnd, Freeze, Given, Holder, Lock, Refused, Store};

use super::case::{Case, Day, instant};
use super::directory::Watched;
use super::hr::Hr;
use super::shown;
use crate::directory::live;
use crate::domain::Domain;
use crate::policy::bench::Bench;

const PRELUDE: &str = include_str!("prelude.tenure");

/// The offices of the prelude's table; the zones go from the first to the last on earth.
const SITES: &str = "office,code,folder,zone,phone\n\
    Berlin,BER,OU=Berlin,Europe/Berlin,+49 30 5550\n\
    Lisbon,LIS,OU=Lisbon,Europe/Lisbon,\n\
    Auckland,AKL,OU=Auckland,Pacific/Auckland,\n\
    Honolulu,HNL,OU=Honolulu,Pacific/Honolulu,\n\
    New York,NYC,OU=New York,America/New_York,\n";

/// Where scenarios are played.
pub(crate) enum Seat {
    /// In memory.
    Embedded,
    /// On a domain controller, which knows nothing of a scenario when the next one begins.
    Domain(Box<Domain>),
}

impl Seat {
    pub(crate) fn embedded() -> Self {
        Self::Embedded
    }

    pub(crate) fn domain() -> Self {
        let domain = Domain::start();
        domain.keep();
        Self::Domain(Box::new(domain))
    }

    fn domain_name(&self) -> String {
        match self {
            Self::Embedded => "DC=example,DC=com".to_owned(),
            Self::Domain(domain) => domain.base_dn().to_owned(),
        }
    }

    /// The write base.
    pub(crate) fn base(&self) -> String {
        format!("OU=Company,{}", self.domain_name())
    }
}

/// The policy of a case, or what is wrong with it.
pub(crate) fn policy(text: &str, base: &str) -> Result<Policy, String> {
    let bench = Bench::over(PRELUDE).table("sites.csv", SITES).below(base);
    // Blocks of groups add up; those of a case take the place of the prelude's.
    let bench = if text.lines().any(|line| line.starts_with("groups {")) {
        bench.without("groups")
    } else {
        bench
    };
    let compiled = bench.policy(text).compile();
    let errors: Vec<String> = compiled
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .map(|Diagnostic { code, message, .. }| format!("{}: {message}", code.name))
        .collect();
    compiled.policy.ok_or_else(|| errors.join("; "))
}

pub(crate) struct World {
    policy: Policy,
    base: Dn,
    hr: Hr,
    directory: Watched,
    /// What other systems answer today.
    others: Others,
    now: Arc<Mutex<Timestamp>>,
    folder: tempfile::TempDir,
    lock: Lock,
}

impl World {
    pub(super) fn new(case: &Case, seat: &Seat, policy: Policy) -> Self {
        let first = case.days.first();
        let first = first.map_or(Timestamp::UNIX_EPOCH, |day| day.at);
        let mut world = Self::company(seat, policy, Vec::new(), first);
        world.hr = Hr::of(case, &world.policy.schema);
        for record in case.ldif.split("\n\n") {
            if !record.trim().is_empty() {
                world.directory.add_record(record.trim());
            }
        }
        world
    }

    /// Nobody in HR, whose table has these columns; units and groups in the directory.
    pub(crate) fn company(
        seat: &Seat,
        policy: Policy,
        header: Vec<String>,
        first: Timestamp,
    ) -> Self {
        let now = Arc::new(Mutex::new(first));
        let directory: Box<dyn Directory> = match seat {
            Seat::Embedded => {
                let clock = now.clone();
                let ldif = "version: 1\n\ndn: DC=example,DC=com\nobjectClass: domainDNS\n\
                            objectGUID:: AAAAAAAAAAAAAAAAAAAAAQ==\nobjectSid: S-1-5-21-1-2-3\n";
                let clock = Arc::new(move || *clock.lock().unwrap());
                Box::new(EmbeddedDirectory::in_memory("company", ldif.as_bytes(), clock).unwrap())
            }
            Seat::Domain(domain) => {
                domain.rewind();
                Box::new(live::connect(domain, domain.administrator()))
            }
        };
        let folder = tempfile::tempdir().unwrap();
        let holder = Holder {
            pid: 1,
            host: "host".into(),
            user: "ada".into(),
            since: Timestamp::UNIX_EPOCH,
        };
        let lock = Lock::take(&folder.path().join("state.db"), &holder, Duration::ZERO).unwrap();
        let base = Dn::parse(&seat.base()).unwrap();
        Self {
            hr: Hr::new(&policy.schema, header),
            policy,
            directory: Watched::furnished(directory, base.clone()),
            base,
            others: Others::default(),
            now,
            folder,
            lock,
        }
    }

    /// It is then.
    pub(crate) fn at(&self, now: Timestamp) {
        *self.now.lock().unwrap() = now;
    }

    /// HR has these rows.
    pub(crate) fn set_rows(&mut self, rows: Vec<Vec<String>>) {
        self.hr.people.get_mut().rows = rows;
    }

    /// Plans, with wishes that were tampered with, and applies; the plan, and the directory after it. All must succeed.
    pub(crate) fn run(&self, tamper: &dyn Fn(&mut Vec<Wish>)) -> (Plan, Snapshot) {
        let plan = self.plan(tamper);
        let tripped: Vec<&plan::GuardVerdict> =
            plan.guards.iter().filter(|guard| guard.tripped).collect();
        assert!(tripped.is_empty(), "{tripped:?}");
        if !plan.actions.is_empty() || !plan.memory.people.is_empty() {
            let outcome = self.apply(&plan, &[], &[]).unwrap();
            assert!(outcome.counts.all_done(), "{:#?}", outcome.ended);
        }
        (plan, self.directory.snapshot().unwrap())
    }

    /// Lets things happen, plans, applies, plans again; what was planned and what failed, as lines.
    pub(super) fn day(&mut self, day: &Day) -> Vec<String> {
        *self.now.lock().unwrap() = day.at;
        let mut overridden = Vec::new();
        let mut approves = false;
        for act in &day.acts {
            match act.split_once(' ').unwrap_or((act, "")) {
                ("hr", edit) => self.hr.edit(edit),
                ("employment", edit) => self.hr.edit_employments(edit),
                ("hand", deed) => self.directory.hand(deed),
                ("terminate", order) => self.terminate(order),
                ("lift", person) => {
                    let person = PersonId::parse(person).unwrap();
                    let lifted =
                        self.order(|writer, at| writer.lift_end(&person, ("ada@host", "test"), at));
                    assert!(lifted, "{act}");
                }
                ("freeze", until) => {
                    let until = instant(until);
                    self.order(|writer, since| {
                        let (by, because) = ("ada@host".into(), "test".into());
                        writer.freeze(&Freeze {
                            until,
                            since,
                            by,
                            because,
                        })
                    });
                }
                ("thaw", "") => {
                    assert!(self.order(|writer, at| writer.thaw(("ada@host", "test"), at)));
                }
                ("override", word) => {
                    let kind = GuardKind::ALL.into_iter().find(|kind| kind.word() == word);
                    overridden.push(kind.unwrap_or_else(|| panic!("{act}")));
                }
                ("approve", "all") => approves = true,
                ("yes", person) => self.answer(person, |by, at| {
                    Answer::Yes(Given {
                        by,
                        at,
                        expires: at + SignedDuration::from_hours(7 * 24),
                        because: None,
                    })
                }),
                ("no", person) => self.answer(person, |by, at| {
                    Answer::No(Refused {
                        by,
                        at,
                        until: at + SignedDuration::from_hours(90 * 24),
                        because: "test".into(),
                    })
                }),
                ("no-lifted", person) => self.answer(person, |by, at| {
                    let because = "test".into();
                    Answer::Lifted { by, at, because }
                }),
                ("refuse", part) if part.starts_with("writeback ") => {
                    let field = part.trim_start_matches("writeback ");
                    self.hr.refused.insert(field.to_owned());
                }
                ("refuse", part) => {
                    self.directory
                        .refused
                        .lock()
                        .unwrap()
                        .insert(part.to_owned());
                }
                ("step", answer) => *self.others.0.lock().unwrap() = Some(answer.to_owned()),
                ("again", person) => {
                    let person = PersonId::parse(person).unwrap();
                    let order = ("ada@host", "test");
                    let asked = self.order(|writer, at| writer.ask_steps_again(&person, order, at));
                    assert!(!asked.is_empty(), "{act}");
                }
                _ => panic!("what is `{act}`?"),
            }
        }
        let plan = self.plan(&|_| {});
        let base = self.base.to_string();
        let mut lines = shown::plan(&plan, &base);
        let tripped = plan.guards.iter().filter(|guard| guard.tripped);
        let stopped = tripped
            .clone()
            .any(|guard| !overridden.contains(&guard.kind))
            || !plan.broken.is_empty();
        if stopped {
            return lines;
        }
        let approved: Vec<Arc<str>> = plan
            .actions
            .iter()
            .filter(|_| approves)
            .filter_map(|action| action.approval.as_ref())
            .map(|approval| approval.id.clone())
            .collect();
        match self.apply(&plan, &overridden, &approved) {
            Ok(outcome) => {
                lines.extend(shown::outcome(&outcome, &base));
                let outbox = self.store().outbox().unwrap();
                let failures = outbox.iter();
                let failures =
                    failures.filter(|kept| kept.run == outcome.run && kept.event == "failure");
                lines.extend(failures.map(|kept| shown::kept(kept, &base)));
                lines.extend(self.digests());
            }
            Err(error) => lines.push(format!("= stopped: {error}")),
        }
        let failed = lines.iter().any(|line| line.starts_with("= "));
        self.directory.refused.lock().unwrap().clear();
        self.hr.refused.clear();
        *self.others.0.lock().unwrap() = None;
        let again = self.plan(&|_| {});
        let waits = again.actions.iter().zip(again.waiting());
        let left = waits.filter(|(_, waits)| !waits).count() + again.notices.len();
        if left > 0 && !failed {
            lines.push("= PLANNED AGAIN IT IS NOT NOTHING:".to_owned());
            lines.extend(shown::plan(&again, &base));
        }
        lines
    }

    /// The digests whose time has come, as they are handed to whoever sends them.
    fn digests(&self) -> Vec<String> {
        let (mut store, now) = (self.store(), self.now());
        if !store.digest_is_due(now).unwrap() {
            return Vec::new();
        }
        let before = store.outbox().unwrap().len();
        store
            .write(&self.lock, |writer| writer.digests_begin(now))
            .unwrap();
        let begun = store.outbox().unwrap().split_off(before);
        let base = self.base.to_string();
        let lines = begun.iter().flat_map(|kept| shown::digest(kept, &base));
        lines.collect()
    }

    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    fn store(&self) -> Store {
        Store::open(&self.folder.path().join("state.db"), self.now()).unwrap()
    }

    fn order<T>(
        &self,
        order: impl FnOnce(
            &mut tenure::state::Writer<'_>,
            Timestamp,
        ) -> Result<T, tenure::state::StoreError>,
    ) -> T {
        let at = self.now();
        self.store()
            .write(&self.lock, |writer| order(writer, at))
            .unwrap()
    }

    /// Somebody answers all that waits about one person, or says why it cannot be.
    fn answer(&self, person: &str, answer: impl Fn(Arc<str>, Timestamp) -> Answer) {
        let person = PersonId::parse(person).unwrap();
        let questions = self.store().questions().unwrap();
        let about = questions.iter();
        let about = about.filter(|question| question.person.as_ref() == Some(&person));
        let ids: Vec<&str> = about.map(|question| &*question.id).collect();
        assert!(!ids.is_empty(), "nothing waits about {person}");
        let answer = answer("kim@host".into(), self.now());
        let given = self.order(|writer, _| writer.answer(&ids, &answer));
        given.unwrap_or_else(|(id, why)| panic!("{id}: {why:?}"));
    }

    fn plan(&self, tamper: &dyn Fn(&mut Vec<Wish>)) -> Plan {
        let (people, now) = (self.hr.read(), self.now());
        let store = self.store();
        let prior = store.prior().unwrap();
        let overrides = plan::overrides(&self.policy.rules, &prior, now);
        let mut wishes = policy::wishes_under(&self.policy, &people, now, &overrides);
        if self.policy.speaks_of_vanished() {
            let unknown =
                |person: &&PersonId| matches!(people.standing(person), hr::Standing::Unknown);
            let gone: Vec<PersonId> = prior.people.keys().filter(unknown).cloned().collect();
            let gone = store.last_records(people.schema(), &gone).unwrap();
            let absent = policy::absent_wishes(&self.policy, &people, &gone, now, &overrides);
            wishes.extend(absent);
            wishes.sort_by(|a, b| a.person.cmp(&b.person));
        }
        tamper(&mut wishes);
        let directory = self.directory.snapshot().unwrap();
        let teller = Teller::new(&self.policy, &people, now);
        plan::plan(&plan::Input {
            rules: &self.policy.rules,
            schema: &self.policy.schema,
            people: &people,
            wishes: &wishes,
            directory: &directory,
            prior: &prior,
            bases: std::slice::from_ref(&self.base),
            now,
            options: plan::Options {
                people_source: people.origin().description.clone(),
                telling: Some(&teller),
                ..plan::Options::default()
            },
        })
    }

    fn apply(
        &self,
        plan: &Plan,
        overridden: &[GuardKind],
        approved: &[Arc<str>],
    ) -> Result<Outcome, ApplyError> {
        let people = self.hr.read();
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
            approved,
        };
        let mut executor = Executor {
            store: &mut store,
            lock: &self.lock,
            directory: &self.directory,
            hr: &self.hr,
            bases: std::slice::from_ref(&self.base),
            takes_over: false,
            pace: Pace {
                in_flight: 1,
                lease: None,
                patience: Patience {
                    attempts: 2,
                    looks: 2,
                    pause: Duration::from_millis(1),
                    longest: Duration::from_millis(4),
                },
                ..Pace::default()
            },
            handover: &mut NoHandover,
            steps: &self.others,
            pictures: &tenure::apply::Pictures::default(),
            watch: &mut Unwatched,
            clock: &|| now,
        };
        let outcome = executor.apply(plan, &situation, &Author::default())?;
        store
            .write(&self.lock, |writer| {
                if self.policy.speaks_of_vanished() {
                    writer.keep_records(&people, now)
                } else {
                    writer.drop_records()
                }
            })
            .unwrap();
        Ok(outcome)
    }

    fn terminate(&self, order: &str) {
        let (person, stage) = order.split_once(' ').unwrap();
        let person = PersonId::parse(person).unwrap();
        self.order(|writer, since| {
            let end = EmergencyEnd {
                stage: stage.into(),
                since,
                by: "ada@host".into(),
                because: "test".into(),
            };
            writer.end_at_once(&person, &end)
        });
    }
}

/// Whoever does steps: what is answered today; without, that it is not done yet.
#[derive(Debug, Default)]
struct Others(Mutex<Option<String>>);

impl Steps for Others {
    fn ask(&self, _: &PersonId, _: &plan::StepRequest) -> Reply {
        let answer = self.0.lock().unwrap();
        match answer.as_deref() {
            Some("done") => Reply::Done,
            Some("refused") => Reply::Refused("status 422".to_owned()),
            Some(other) => panic!("what is the answer `{other}`?"),
            None => Reply::NotYet {
                says: "status 202".to_owned(),
                mend: None,
                rest: None,
            },
        }
    }
}
