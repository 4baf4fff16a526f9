//! A small domain, a state store beside it, and ways to break both.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use tenure::apply::{
    ApplyError, Author, Boundary, Executor, Handed, Handover, NoHandover, NotHanded, Outcome,
    Owner, Pace, Patience, Place, Refusal, Situation, Status, Watch,
};
use tenure::directory::ldif::EmbeddedDirectory;
use tenure::directory::port::{self, Change, Directory, Operation, ResultCode, Target};
use tenure::directory::{Dn, Guid, Object, Snapshot};
use tenure::plan::{ActionId, Plan};
use tenure::state::{Found, Holder, Lock, Mark, Prior, Store};

pub(crate) const LDIF: &str = "\
version: 1

dn: DC=example,DC=com
objectClass: domainDNS
objectGUID:: AAAAAAAAAAAAAAAAAAAAAQ==
objectSid: S-1-5-21-1-2-3

dn: OU=Staff,DC=example,DC=com
objectClass: organizationalUnit

dn: OU=Leavers,DC=example,DC=com
objectClass: organizationalUnit

dn: CN=Ada King,OU=Staff,DC=example,DC=com
objectClass: user
sAMAccountName: aking
userAccountControl: 66048
department: Engineering
description: by hand

dn: CN=Bob Babbage,OU=Staff,DC=example,DC=com
objectClass: user
sAMAccountName: bbabbage
userAccountControl: 512
sn: Babbage
department: Sales
title: Seller
description: Very senior

dn: CN=Cleo Old,OU=Leavers,DC=example,DC=com
objectClass: user
sAMAccountName: cold
userAccountControl: 514

dn: CN=SG-Staff,OU=Staff,DC=example,DC=com
objectClass: group
sAMAccountName: SG-Staff
groupType: -2147483646
member: CN=Ada King,OU=Staff,DC=example,DC=com

dn: CN=SG-Sales,OU=Staff,DC=example,DC=com
objectClass: group
sAMAccountName: SG-Sales
groupType: -2147483646
member: CN=Bob Babbage,OU=Staff,DC=example,DC=com

dn: CN=SG-Payslips,OU=Staff,DC=example,DC=com
objectClass: group
sAMAccountName: SG-Payslips
groupType: -2147483646
";

pub(crate) fn dn(text: &str) -> Dn {
    Dn::parse(&format!("{text},DC=example,DC=com")).unwrap()
}

/// Below which everything is written.
pub(crate) fn base() -> Dn {
    Dn::parse("DC=example,DC=com").unwrap()
}

/// The one instant of all tests here.
pub(crate) fn now() -> Timestamp {
    "2026-03-02T08:00:00Z".parse().unwrap()
}

/// One action after the other, as the plan has them, and with little patience.
pub(crate) fn one_by_one() -> Pace {
    in_flight(1)
}

/// So many operations in flight, and little patience.
pub(crate) fn in_flight(in_flight: usize) -> Pace {
    Pace {
        in_flight,
        patience: Patience {
            attempts: 5,
            looks: 5,
            pause: Duration::from_millis(1),
            longest: Duration::from_millis(8),
        },
        ..Pace::default()
    }
}

/// A domain and a state store.
pub(crate) struct World {
    folder: PathBuf,
    pub(crate) directory: Arc<Faults>,
    /// How many seconds later it is than the beginning.
    pub(crate) later: AtomicI64,
    /// One after the other unless a test says so.
    pub(crate) pace: Pace,
    lock: Lock,
    _temporary: Option<tempfile::TempDir>,
}

impl World {
    /// A new one, its directory in memory.
    pub(crate) fn new() -> Self {
        Self::of(LDIF)
    }

    /// The same of another domain.
    pub(crate) fn of(ldif: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let embedded =
            EmbeddedDirectory::in_memory("test", ldif.as_bytes(), Arc::new(now)).unwrap();
        let path = folder.path().to_owned();
        Self::with(path, Arc::new(Faults::new(embedded)), "host", Some(folder))
    }

    /// Another machine at the same directory, with a state of its own.
    pub(crate) fn beside(&self, host: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        let mut world = Self::with(path, Arc::clone(&self.directory), host, Some(folder));
        world.pace = self.pace;
        world
    }

    /// Another machine at the same directory, with a copy of this one's state as it is now.
    pub(crate) fn copied_to(&self, host: &str) -> Self {
        let world = self.beside(host);
        drop(self.store());
        for end in ["", "-wal"] {
            let name = format!("state.db{end}");
            if self.folder.join(&name).exists() {
                std::fs::copy(self.folder.join(&name), world.folder.join(&name)).unwrap();
            }
        }
        world
    }

    /// The one in that folder, its directory in a file; made where there is none.
    pub(crate) fn in_folder(folder: &Path) -> Self {
        let file = folder.join("directory.ldif");
        if !file.exists() {
            std::fs::write(&file, LDIF).unwrap();
        }
        let embedded = EmbeddedDirectory::open(&file, Arc::new(now)).unwrap();
        let directory = Arc::new(Faults::new(embedded));
        Self::with(folder.to_owned(), directory, "host", None)
    }

    fn with(
        folder: PathBuf,
        directory: Arc<Faults>,
        host: &str,
        temporary: Option<tempfile::TempDir>,
    ) -> Self {
        let holder = Holder {
            pid: 1,
            host: host.into(),
            user: "ada".into(),
            since: now(),
        };
        let lock = Lock::take(&folder.join("state.db"), &holder, Duration::ZERO).unwrap();
        Self {
            folder,
            directory,
            later: AtomicI64::new(0),
            pace: one_by_one(),
            lock,
            _temporary: temporary,
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join("state.db")
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(&self.path(), now()).unwrap()
    }

    pub(crate) fn prior(&self) -> Prior {
        self.store().prior().unwrap()
    }

    pub(crate) fn domain(&self) -> Option<Guid> {
        self.directory.snapshot().unwrap().domain().guid
    }

    /// What the directory says to which state it belongs.
    pub(crate) fn mark(&self) -> Option<Mark> {
        let found = Found::in_directory(&self.directory.embedded, &[base()]).unwrap();
        found.map(|found| found.mark.unwrap())
    }

    /// The object of that name.
    #[track_caller]
    pub(crate) fn object(&self, name: &str) -> Arc<Object> {
        self.find(name).unwrap_or_else(|| panic!("no {name}"))
    }

    pub(crate) fn find(&self, name: &str) -> Option<Arc<Object>> {
        self.directory.embedded.read(&Target::Dn(dn(name))).unwrap()
    }

    pub(crate) fn guid(&self, name: &str) -> Guid {
        self.object(name).guid()
    }

    /// Somebody else puts one value in the place of another.
    #[track_caller]
    pub(crate) fn by_hand(
        &self,
        name: &str,
        attribute: &str,
        old: Option<&str>,
        new: Option<&str>,
    ) {
        let changes = vec![Change::replace(
            attribute,
            old.map(Into::into),
            new.map(Into::into),
        )];
        self.do_by_hand(&Operation::Modify {
            target: Target::Dn(dn(name)),
            changes,
        });
    }

    #[track_caller]
    pub(crate) fn do_by_hand(&self, operation: &Operation) {
        self.directory.embedded.perform(operation).unwrap();
    }

    /// What time it is by the clock of the runs; plans are always made at the beginning.
    pub(crate) fn time(&self) -> Timestamp {
        now() + jiff::SignedDuration::from_secs(self.later.load(Ordering::SeqCst))
    }

    /// Takes the directory over from whatever state it belongs to.
    pub(crate) fn rebuild(&self, plan: &Plan) -> Result<Outcome, ApplyError> {
        self.run(plan, &mut Script::default(), &mut NoHandover, None, true)
    }

    pub(crate) fn apply(&self, plan: &Plan) -> Result<Outcome, ApplyError> {
        self.apply_with(plan, &mut Script::default(), &mut NoHandover, None)
    }

    pub(crate) fn apply_watched(
        &self,
        plan: &Plan,
        watch: &mut Script,
    ) -> Result<Outcome, ApplyError> {
        self.apply_with(plan, watch, &mut NoHandover, None)
    }

    pub(crate) fn apply_with(
        &self,
        plan: &Plan,
        watch: &mut dyn Watch,
        handover: &mut dyn Handover,
        pages: Option<u32>,
    ) -> Result<Outcome, ApplyError> {
        self.run(plan, watch, handover, pages, false)
    }

    fn run(
        &self,
        plan: &Plan,
        watch: &mut dyn Watch,
        handover: &mut dyn Handover,
        pages: Option<u32>,
        takes_over: bool,
    ) -> Result<Outcome, ApplyError> {
        let mut store = self.store();
        if let Some(pages) = pages {
            store.limit_pages(pages).unwrap();
        }
        let state = store.identity().unwrap();
        let situation = Situation {
            now: now(),
            state: &state,
            domain: self.domain(),
            domain_name: "DC=example,DC=com",
            policy: "policy-1",
            people_source: "people/",
            people: None,
            overridden: &[],
            approved: &[],
        };
        let author = Author {
            who: "ada".into(),
            host: "host".into(),
            ..Author::default()
        };
        let mut executor = Executor {
            store: &mut store,
            lock: &self.lock,
            directory: &*self.directory,
            hr: &tenure::hr::port::ReadOnly,
            bases: &[base()],
            takes_over,
            pace: self.pace,
            handover,
            steps: &tenure::apply::NoSteps,
            pictures: &tenure::apply::Pictures::default(),
            watch,
            clock: &|| self.time(),
        };
        executor.apply(plan, &situation, &author)
    }

    pub(crate) fn resume(&self) -> Result<Option<Outcome>, ApplyError> {
        self.resume_watched(&mut Script::default())
    }

    pub(crate) fn resume_watched(
        &self,
        watch: &mut dyn Watch,
    ) -> Result<Option<Outcome>, ApplyError> {
        let here = Place {
            controller: None,
            domain: self.domain(),
        };
        self.finish(watch, |executor| executor.resume(&here))
    }

    /// Has something done with a run that was broken off.
    pub(crate) fn finish<T>(
        &self,
        watch: &mut dyn Watch,
        finish: impl FnOnce(&mut Executor<'_>) -> T,
    ) -> T {
        let mut store = self.store();
        let mut executor = Executor {
            store: &mut store,
            lock: &self.lock,
            directory: &*self.directory,
            hr: &tenure::hr::port::ReadOnly,
            bases: &[base()],
            takes_over: false,
            pace: self.pace,
            handover: &mut NoHandover,
            steps: &tenure::apply::NoSteps,
            pictures: &tenure::apply::Pictures::default(),
            watch,
            clock: &|| self.time(),
        };
        finish(&mut executor)
    }

    pub(crate) fn lock(&self) -> &Lock {
        &self.lock
    }

    /// Everything that a run leaves behind, with names in place of GUIDs, which differ from world to world.
    pub(crate) fn picture(&self) -> String {
        let snapshot = self.directory.snapshot().unwrap();
        let mut names = BTreeMap::new();
        let mut picture = String::new();
        for (_, object) in snapshot.iter() {
            if *object.dn() == dn("CN=tenure") {
                continue;
            }
            names.insert(object.guid().to_string(), object.dn().to_string());
            writeln!(picture, "{}", object.dn()).unwrap();
            let mut lines: Vec<_> = object
                .attributes()
                .filter(|(name, _)| !name.is("objectSid") && !name.as_str().starts_with("uSN"))
                .map(|(name, values)| {
                    let mut values: Vec<_> =
                        values.iter().map(|value| format!("{value:?}")).collect();
                    values.sort();
                    format!("  {name}: {}\n", values.join(" "))
                })
                .collect();
            lines.sort();
            picture.extend(lines);
        }
        let prior = Prior {
            id: uuid::Uuid::nil(),
            salt: tenure::state::Salt::default(),
            generation: 0,
            ..self.prior()
        };
        let mut prior = format!("{prior:#?}");
        for run in self
            .store()
            .prior()
            .unwrap()
            .guard_counts
            .iter()
            .map(|count| count.run)
        {
            prior = prior.replace(&run.to_string(), "RUN");
        }
        for (guid, name) in names {
            prior = prior.replace(&guid, &name);
        }
        // The order of maps follows the GUIDs; sorted lines are the same whatever they are.
        let mut lines: Vec<_> = prior.lines().map(str::trim).collect();
        lines.sort_unstable();
        picture.push_str(&lines.join("\n"));
        picture
    }
}

/// The embedded directory, with faults: it counts operations and refuses or loses them on demand.
pub(crate) struct Faults {
    pub(crate) embedded: EmbeddedDirectory,
    performed: AtomicUsize,
    pub(crate) fault: Mutex<Option<Fault>>,
    away: AtomicBool,
    /// What happens to every operation, whenever it comes.
    pub(crate) weather: Weather,
    /// How the next write of the mark is answered, in place of writing it.
    pub(crate) mark_fault: Mutex<Option<port::Error>>,
    /// The answer to the next write of the mark is lost.
    pub(crate) mark_unanswered: AtomicBool,
    /// How often an object was read, and a membership asked for.
    pub(crate) reads: AtomicUsize,
    pub(crate) asked: AtomicUsize,
    pub(crate) done: Mutex<Vec<&'static str>>,
}

fn lost() -> port::Error {
    port::Error::Unreachable {
        message: "the line is dead".into(),
    }
}

/// Whether it writes the mark of the state, which is no action.
pub(crate) fn is_mark(operation: &Operation) -> bool {
    match operation {
        Operation::Add { dn, .. } => dn.to_string().starts_with("CN=tenure,"),
        Operation::Modify { changes, .. } => {
            let mut changes = changes.iter();
            changes.any(|change| change.attribute.is("serviceBindingInformation"))
        }
        Operation::Move { .. } | Operation::Delete { .. } | Operation::SetPassword { .. } => false,
    }
}

/// Something that goes wrong at the operation with that number, from 0.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// It is refused with this, so many times.
    Refuse(usize, port::Error, usize),
    /// It is done, but no answer comes.
    LoseAnswer(usize),
    /// It is not done, and no answer comes.
    LoseRequest(usize),
    /// It is done, and from then on nothing is answered.
    LeaveAfter(usize),
    /// It is not done, and from then on nothing is answered.
    LeaveBefore(usize),
}

impl Faults {
    fn new(embedded: EmbeddedDirectory) -> Self {
        Self {
            embedded,
            performed: AtomicUsize::new(0),
            fault: Mutex::new(None),
            away: AtomicBool::new(false),
            weather: Weather::default(),
            mark_fault: Mutex::new(None),
            mark_unanswered: AtomicBool::new(false),
            reads: AtomicUsize::new(0),
            asked: AtomicUsize::new(0),
            done: Mutex::new(Vec::new()),
        }
    }

    pub(crate) fn inject(&self, fault: Fault) {
        *self.fault.lock().unwrap() = Some(fault);
    }

    /// Whatever was wrong with it is so no longer.
    pub(crate) fn heal(&self) {
        *self.fault.lock().unwrap() = None;
        self.away.store(false, Ordering::SeqCst);
    }

    fn is_there(&self) -> Result<(), port::Error> {
        if self.away.load(Ordering::SeqCst) {
            return Err(lost());
        }
        Ok(())
    }

    /// Operations that were really done, by kind.
    pub(crate) fn done(&self) -> Vec<&'static str> {
        self.done.lock().unwrap().clone()
    }
}

impl Directory for Faults {
    fn snapshot(&self) -> Result<Snapshot, port::Error> {
        self.embedded.snapshot()
    }

    fn read(&self, target: &Target) -> Result<Option<Arc<Object>>, port::Error> {
        self.is_there()?;
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.embedded.read(target)
    }

    fn address_holders(&self, address: &str) -> Result<Vec<Guid>, port::Error> {
        self.is_there()?;
        self.embedded.address_holders(address)
    }

    fn is_member(&self, group: Guid, member: &Dn) -> Result<bool, port::Error> {
        self.is_there()?;
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.embedded.is_member(group, member)
    }

    fn perform(&self, operation: &Operation) -> Result<Guid, port::Error> {
        self.is_there()?;
        if is_mark(operation) {
            let fault = self.mark_fault.lock().unwrap().take();
            if let Some(error) = fault {
                return Err(error);
            }
            let answer = self.embedded.perform(operation);
            if self.mark_unanswered.swap(false, Ordering::SeqCst) {
                return Err(lost());
            }
            return answer;
        }
        self.weather.before(operation)?;
        let number = self.performed.fetch_add(1, Ordering::SeqCst);
        let fault = self.fault.lock().unwrap().clone();
        match fault {
            Some(Fault::Refuse(from, error, times)) if (from..from + times).contains(&number) => {
                return Err(error);
            }
            Some(Fault::LoseRequest(at)) if at == number => return Err(lost()),
            Some(Fault::LeaveBefore(at)) if at == number => {
                self.away.store(true, Ordering::SeqCst);
                return Err(lost());
            }
            _ => {}
        }
        let guid = self.embedded.perform(operation)?;
        self.weather.made(operation, guid);
        self.done.lock().unwrap().push(match operation {
            Operation::Add { .. } => "add",
            Operation::Modify { .. } => "modify",
            Operation::Move { .. } => "move",
            Operation::Delete { .. } => "delete",
            Operation::SetPassword { .. } => "password",
        });
        match fault {
            Some(Fault::LoseAnswer(at)) if at == number => Err(lost()),
            Some(Fault::LeaveAfter(at)) if at == number => {
                self.away.store(true, Ordering::SeqCst);
                Err(lost())
            }
            _ => self.weather.after(operation).map(|()| guid),
        }
    }
}

/// What happens to every operation, whenever it comes: it hangs on the operation and on a seed, not on the order.
#[derive(Debug, Default)]
pub(crate) struct Weather {
    pub(crate) seed: u64,
    /// The seed of the delays, which are no matter of what happens.
    pub(crate) delays: u64,
    /// The longest delay before and after an operation.
    pub(crate) delay: Duration,
    /// In a thousand: operations that are refused for good, as often as they come.
    pub(crate) refused: u64,
    /// In a thousand: operations at which the directory is busy, once or twice.
    pub(crate) busy: u64,
    /// In a thousand: operations of which the request or the answer is lost, the first time.
    pub(crate) lost: u64,
    /// Memberships, too, are lost.
    pub(crate) lost_members: bool,
    pub(crate) met: Mutex<BTreeMap<u64, u32>>,
    pub(crate) names: Mutex<BTreeMap<Guid, String>>,
}

impl Weather {
    fn draw(&self, what: &str, of: &str) -> u64 {
        use std::hash::{Hash as _, Hasher as _};
        let mut hasher = std::collections::hash_map::DefaultHasher::new();
        (self.seed, what, of).hash(&mut hasher);
        hasher.finish()
    }

    fn happens(&self, what: &str, of: &str, in_a_thousand: u64) -> bool {
        self.draw(what, of) % 1000 < in_a_thousand
    }

    /// Whether it refuses this for good.
    pub(crate) fn refuses(&self, part: &str) -> bool {
        self.happens("refused", part, self.refused)
    }

    fn wait(&self, what: &str, of: &str) {
        let most = u64::try_from(self.delay.as_micros()).unwrap();
        if most > 0 {
            let drawn = self.draw(what, &format!("{} {of}", self.delays));
            std::thread::sleep(Duration::from_micros(drawn % most));
        }
    }

    /// How often this has come.
    fn times(&self, what: &str, of: &str) -> u32 {
        let mut met = self.met.lock().unwrap();
        let times = met.entry(self.draw(what, of)).or_default();
        *times += 1;
        *times
    }

    /// Remembers under which name something was made: GUIDs differ from world to world.
    fn made(&self, operation: &Operation, guid: Guid) {
        if let Operation::Add { dn, .. } = operation {
            let mut names = self.names.lock().unwrap();
            names.insert(guid, dn.to_string());
        }
    }

    /// What an operation is, each of its members for itself.
    fn parts(&self, operation: &Operation) -> Vec<String> {
        let name = |guid: &Guid| {
            let names = self.names.lock().unwrap();
            names.get(guid).cloned().unwrap_or_else(|| guid.to_string())
        };
        match operation {
            Operation::Modify { target, changes } => {
                let target = match target {
                    Target::Guid(guid) => name(guid),
                    Target::Dn(dn) => dn.to_string(),
                };
                let [change] = &**changes else {
                    return vec![format!("{target} {changes:?}")];
                };
                if !change.attribute.is("member") {
                    return vec![format!("{target} {change:?}")];
                }
                let names = change.delete.iter().chain(&change.add);
                names.map(|name| format!("{target} {name:?}")).collect()
            }
            Operation::SetPassword { guid, .. } => vec![format!("password {}", name(guid))],
            Operation::Move { guid, to, .. } => vec![format!("move {} {to}", name(guid))],
            Operation::Delete { guid, .. } => vec![format!("delete {}", name(guid))],
            Operation::Add { dn, .. } => vec![format!("add {dn}")],
        }
    }

    fn before(&self, operation: &Operation) -> Result<(), port::Error> {
        let parts = self.parts(operation);
        let whole = parts.concat();
        let refuse = |code: ResultCode| port::Error::Refused {
            code,
            win32: None,
            dn: "CN=x".into(),
            message: "the weather".into(),
        };
        self.wait("before", &whole);
        if parts.iter().any(|part| self.refuses(part)) {
            return Err(refuse(ResultCode::ConstraintViolation));
        }
        if self.happens("busy", &whole, self.busy) && self.times("busy", &whole) <= 2 {
            return Err(refuse(ResultCode::Busy));
        }
        if self.is_lost("request", operation, &whole) {
            return Err(lost());
        }
        Ok(())
    }

    fn after(&self, operation: &Operation) -> Result<(), port::Error> {
        let whole = self.parts(operation).concat();
        self.wait("after", &whole);
        if self.is_lost("answer", operation, &whole) {
            return Err(lost());
        }
        Ok(())
    }

    fn is_lost(&self, what: &str, operation: &Operation, whole: &str) -> bool {
        let membership = matches!(operation, Operation::Modify { changes, .. } if changes[0].attribute.is("member"));
        (self.lost_members || !membership)
            && self.happens(what, whole, self.lost)
            && self.times(what, whole) == 1
    }
}

/// Follows a run, writes down what it saw, crashes or cancels where it is told.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(crate) crash_at: Option<usize>,
    pub(crate) cancel_after: Option<usize>,
    pub(crate) seen: Vec<Boundary>,
    pub(crate) ended: Vec<(ActionId, Status)>,
    pub(crate) begun: Option<(usize, usize)>,
}

impl Script {
    pub(crate) fn crash_at(boundary: usize) -> Self {
        Self {
            crash_at: Some(boundary),
            ..Self::default()
        }
    }
}

impl Watch for Script {
    fn begun(&mut self, _run: uuid::Uuid, actions: usize, behind: usize) {
        self.begun = Some((actions, behind));
    }

    fn ended(&mut self, action: ActionId, status: Status) {
        self.ended.push((action, status));
    }

    fn cancelled(&self) -> bool {
        self.cancel_after
            .is_some_and(|after| self.ended.len() >= after)
    }

    fn at(&mut self, boundary: Boundary) -> ControlFlow<()> {
        self.seen.push(boundary);
        if self
            .crash_at
            .is_some_and(|crash| crash + 1 == self.seen.len())
        {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

/// Does something at each boundary.
pub(crate) struct At<F>(pub(crate) F);

impl<F: FnMut(Boundary)> Watch for At<F> {
    fn at(&mut self, boundary: Boundary) -> ControlFlow<()> {
        (self.0)(boundary);
        ControlFlow::Continue(())
    }
}

/// Keeps what was handed over.
#[derive(Debug, Default)]
pub(crate) struct Courier {
    pub(crate) delivered: Mutex<Vec<(String, String)>>,
}

impl Handover for Courier {
    fn hand_over(
        &self,
        to: &Owner<'_>,
        password: &secrecy::SecretString,
    ) -> Result<Handed, NotHanded> {
        self.delivered
            .lock()
            .unwrap()
            .push((to.who.to_owned(), password.expose_secret().to_owned()));
        Ok(Handed::Over)
    }
}

/// The refusals of a plan that was not applied.
#[track_caller]
pub(crate) fn refusals(answer: Result<Outcome, ApplyError>) -> Vec<Refusal> {
    match answer {
        Err(ApplyError::Refused { refusals }) => refusals,
        other => panic!("{other:?}"),
    }
}
