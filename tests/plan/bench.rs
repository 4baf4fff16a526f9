//! A company made by hand: rules, people, accounts, state; and a directory that does what a plan says.

use jiff::{Timestamp, ToSpan};
use std::collections::BTreeSet;
use std::sync::Arc;
use tenure::directory::{Dn, Domain, Guid, Object, Sid, Snapshot, Uac};
use tenure::hr::{Attribute, Origin, Person, PersonId, Schema, Type, Value};
use tenure::plan::{self, Action, Change, FindingKind, Input, Options, Plan, Target};
use tenure::policy::ruleset::{Duration, TimeUnit};
use tenure::policy::{
    AnchorRule, AssignedPart, AttributeWish, Block, BlockRules, BlockWish, Candidate, Confirmation,
    Desired, Extent, GroupWish, LineRule, Mode, Restriction, Rule, RuleId, RuleKind, Ruleset,
    StageAccount, StageId, StageRule, Standing, UniqueRule, UniqueWish, UnitWish, Wish,
};
use tenure::state::{
    AccountMemory, GuardCount, ManagedValue, Membership, MembershipOwner, Overlay, Prior,
    Reservation, ValueOwner,
};

pub(crate) const BASE: &str = "DC=example,DC=com";

/// Rules by number; the bench has one of each kind.
pub(crate) const LIFECYCLE: RuleId = RuleId(0);
pub(crate) const STAGE: RuleId = RuleId(1);
pub(crate) const PROFILE: RuleId = RuleId(2);
pub(crate) const UNIT: RuleId = RuleId(3);
pub(crate) const GROUPS: RuleId = RuleId(4);
pub(crate) const FORBID: RuleId = RuleId(5);
pub(crate) const EXCLUSIVE: RuleId = RuleId(6);
pub(crate) const IDENTITY: RuleId = RuleId(7);
pub(crate) const EXCEPTION: RuleId = RuleId(8);
pub(crate) const GUARD: RuleId = RuleId(9);

pub(crate) const EMPLOYEE: StageId = StageId(0);
pub(crate) const PREHIRE: StageId = StageId(1);
pub(crate) const LEAVER: StageId = StageId(2);
pub(crate) const PURGED: StageId = StageId(3);
pub(crate) const UNMANAGED: StageId = StageId(4);

pub(crate) struct Company {
    pub(crate) rules: Ruleset,
    pub(crate) schema: Schema,
    pub(crate) people: Vec<Person>,
    pub(crate) wishes: Vec<Wish>,
    pub(crate) objects: Vec<Object>,
    pub(crate) prior: Prior,
    pub(crate) now: Timestamp,
    pub(crate) bases: Vec<Dn>,
    pub(crate) only: Option<BTreeSet<PersonId>>,
}

pub(crate) fn days(count: u32) -> Duration {
    Duration {
        count,
        unit: TimeUnit::Day,
    }
}

pub(crate) fn dn(relative: &str) -> Dn {
    if relative.contains("DC=") {
        return Dn::parse(relative).unwrap();
    }
    Dn::parse(&format!("{relative},{BASE}")).unwrap()
}

pub(crate) fn id(number: i64) -> PersonId {
    PersonId::from(number)
}

fn short(dn: &Dn) -> String {
    dn.as_str()
        .trim_end_matches(BASE)
        .trim_end_matches(',')
        .to_owned()
}

impl Company {
    pub(crate) fn new() -> Self {
        let rule = |kind, text: &str, line, reads: &[u32], reads_clock| Rule {
            kind,
            text: text.into(),
            file: "company.tenure".into(),
            line,
            span: tenure::diagnostic::Span::default(),
            reads: reads.to_vec(),
            reads_clock,
        };
        let stage = |name: &str, account| StageRule {
            name: name.into(),
            was: Vec::new(),
            account,
            rule: STAGE,
            profile_untouched: false,
        };
        let unique = |name: &str| UniqueRule {
            name: name.into(),
            rule: PROFILE,
            reuse_after: None,
            reserved: tenure::policy::Reserved::default(),
        };
        let line = |name: &str| LineRule {
            attribute: name.into(),
            profile: Some(PROFILE),
        };
        let rules = Ruleset {
            rules: vec![
                rule(
                    RuleKind::Lifecycle,
                    "when status == \"active\" => employee",
                    10,
                    &[2],
                    true,
                ),
                rule(RuleKind::Stage, "account …", 20, &[], false),
                rule(
                    RuleKind::Profile,
                    "department = department",
                    30,
                    &[1, 3],
                    false,
                ),
                rule(RuleKind::Unit, "otherwise => \"OU=Staff\"", 40, &[], false),
                rule(RuleKind::Groups, "always => \"SG-Staff\"", 50, &[1], false),
                rule(RuleKind::Forbid, "forbid \"SG-Finance\"", 60, &[], false),
                rule(
                    RuleKind::Exclusive,
                    "exclusive \"E5\", \"E3\"",
                    70,
                    &[],
                    false,
                ),
                rule(RuleKind::Identity, "link 1 to \"ada\"", 80, &[], false),
                rule(RuleKind::Exception, "exception for 1", 90, &[], false),
                rule(RuleKind::Guard, "disable at most 1", 95, &[], false),
            ],
            stages: vec![
                stage("employee", StageAccount::Enabled),
                stage("prehire", StageAccount::Prepared),
                stage("leaver", StageAccount::Disabled),
                stage("purged", StageAccount::DeletedAfter(days(30))),
                stage("unmanaged", StageAccount::Untouched),
            ],
            anchor: Some(AnchorRule {
                attribute: "employeeID".into(),
                rule: IDENTITY,
            }),
            confirmed: Some(Confirmation {
                date: "2026-01-01".parse().unwrap(),
                rule: IDENTITY,
            }),
            lines: ["cn", "department", "displayName", "sAMAccountName"]
                .map(line)
                .into(),
            uniques: vec![unique("common_name"), unique("login")],
            blocks: vec![
                BlockRules::default(),
                BlockRules {
                    kind: Block::Lists,
                    ..BlockRules::default()
                },
            ],
            digest: "policy-1".into(),
            ..Ruleset::default()
        };
        let schema = Schema::new(vec![
            Attribute::new("id", Type::Int).key(),
            Attribute::new("department", Type::Text).optional(),
            Attribute::new("status", Type::Text),
            Attribute::new("last_day", Type::Text)
                .optional()
                .sensitive(),
        ])
        .unwrap();
        let mut company = Self {
            rules,
            schema,
            people: Vec::new(),
            wishes: Vec::new(),
            objects: Vec::new(),
            prior: Prior {
                salt: tenure::state::Salt::new([1; 32]),
                ..Prior::default()
            },
            now: "2026-03-02T08:00:00Z".parse().unwrap(),
            bases: vec![dn(BASE)],
            only: None,
        };
        company.push(
            Object::new(dn(BASE), Guid::derived(&["domain"])).with("objectClass", ["domainDNS"]),
        );
        company
            .unit("OU=Staff")
            .unit("OU=Leavers")
            .group("SG-Staff")
    }

    pub(crate) fn push(&mut self, object: Object) {
        self.objects.push(object);
    }

    pub(crate) fn unit(mut self, relative: &str) -> Self {
        let object = Object::new(dn(relative), Guid::derived(&[relative]));
        self.push(object.with("objectClass", ["organizationalUnit"]));
        self
    }

    pub(crate) fn group(self, name: &str) -> Self {
        self.group_with(name, |object| object)
    }

    pub(crate) fn group_with(mut self, name: &str, more: impl FnOnce(Object) -> Object) -> Self {
        let object = Object::new(dn(&format!("CN={name},OU=Staff")), Guid::derived(&[name]))
            .with("objectClass", ["group"])
            .with("sAMAccountName", [name])
            .with("groupType", ["-2147483646"]);
        self.push(more(object));
        self
    }

    /// An enabled account that bears that anchor; an empty one is none.
    pub(crate) fn account(self, login: &str, name: &str, anchor: &str) -> Self {
        self.account_with(login, name, anchor, |object| object)
    }

    pub(crate) fn account_with(
        mut self,
        login: &str,
        name: &str,
        anchor: &str,
        more: impl FnOnce(Object) -> Object,
    ) -> Self {
        let mut object = Object::new(dn(&format!("CN={name},OU=Staff")), Guid::derived(&[login]))
            .with("objectClass", ["top", "person", "user"])
            .with("sAMAccountName", [login])
            .with("displayName", [name])
            .with("department", ["Sales"])
            .with("userAccountControl", ["512"]);
        if !anchor.is_empty() {
            object.set("employeeID", vec![anchor.into()]);
        }
        self.push(more(object));
        self
    }

    /// A working person of sales, in the group of all.
    pub(crate) fn person(self, number: i64, name: &str) -> Self {
        self.person_with(number, name, |_| ())
    }

    pub(crate) fn person_with(
        mut self,
        number: i64,
        name: &str,
        more: impl FnOnce(&mut Wish),
    ) -> Self {
        let values = vec![
            Some(Value::Int(number)),
            Some(Value::Text("Sales".into())),
            Some(Value::Text("active".into())),
            Some(Value::Text("2099-12-31".into())),
        ];
        self.people.push(Person::new(id(number), values));
        let mut wish = wish(number, name);
        more(&mut wish);
        wish.attributes
            .sort_by(|a, b| a.attribute.cmp(&b.attribute));
        self.wishes.push(wish);
        self
    }

    pub(crate) fn member(mut self, login: &str, group: &str) -> Self {
        self.join(login, group);
        self
    }

    pub(crate) fn join(&mut self, login: &str, group: &str) {
        let member = self.object(login).dn().clone();
        let found = self.object_mut(group);
        found.push("member", member.as_str().into());
    }

    pub(crate) fn object(&self, login: &str) -> &Object {
        let found = self
            .objects
            .iter()
            .find(|object| object.account_name() == Some(login));
        found.unwrap_or_else(|| panic!("no object `{login}`"))
    }

    pub(crate) fn object_mut(&mut self, login: &str) -> &mut Object {
        let found = self
            .objects
            .iter_mut()
            .find(|object| object.account_name() == Some(login));
        found.unwrap_or_else(|| panic!("no object `{login}`"))
    }

    pub(crate) fn wish_mut(&mut self, number: i64) -> &mut Wish {
        let found = self
            .wishes
            .iter_mut()
            .find(|wish| wish.person == id(number));
        found.unwrap()
    }

    pub(crate) fn later(&mut self, days: i64) {
        self.now += (days * 24).hours();
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let domain = Domain {
            base: dn(BASE),
            sid: Sid::parse("S-1-5-21-1-2-3"),
            guid: Some(Guid::derived(&["domain"])),
            highest_usn: None,
            controller: None,
            lacks: Vec::new(),
        };
        let objects = self.objects.iter().cloned().map(Arc::new).collect();
        Snapshot::new(domain, objects).unwrap()
    }

    pub(crate) fn with_input<T>(&self, ask: impl FnOnce(&Input<'_>) -> T) -> T {
        let people = tenure::hr::Snapshot::new(
            Arc::new(self.schema.clone()),
            self.people.clone(),
            Vec::new(),
            Origin::new("test"),
        )
        .unwrap();
        let directory = self.snapshot();
        ask(&Input {
            rules: &self.rules,
            schema: &self.schema,
            people: &people,
            wishes: &self.wishes,
            directory: &directory,
            prior: &self.prior,
            bases: &self.bases,
            now: self.now,
            options: Options {
                only: self.only.clone(),
                ..Options::default()
            },
        })
    }

    pub(crate) fn plan(&self) -> Plan {
        self.with_input(plan::plan)
    }

    /// Plans and carries it out; the plan after it must be empty (G4).
    #[track_caller]
    pub(crate) fn run(&mut self) -> Plan {
        let plan = self.plan();
        assert!(!plan.trips(), "{:?}", tripped(&plan));
        self.apply(&plan);
        let again = self.plan();
        assert_eq!(shown(&again), Vec::<String>::new(), "planned again");
        plan
    }
}

pub(crate) fn wish(number: i64, name: &str) -> Wish {
    let granted = GroupWish {
        group: "SG-Staff".into(),
        rule: GROUPS,
    };
    let login = name.split(' ').next().unwrap().to_lowercase();
    Wish {
        person: id(number),
        standing: Standing::In {
            stage: EMPLOYEE,
            rule: LIFECYCLE,
        },
        account: StageAccount::Enabled,
        account_rule: STAGE,
        zone: "Europe/Berlin".into(),
        started: None,
        anchor: Some(number.to_string().into()),
        adopt: Vec::new(),
        uniques: vec![
            candidates(&[name], Some((&format!("{name} ("), ")"))),
            candidates(&[&login], Some((&login, ""))),
        ],
        unit: UnitWish::In(dn("OU=Staff"), UNIT),
        attributes: vec![
            line(
                "cn",
                Mode::Always,
                Desired::Assigned(vec![AssignedPart::Unique(0)]),
            ),
            line("department", Mode::Always, values(&["Sales"])),
            line("displayName", Mode::Always, values(&[name])),
            line(
                "sAMAccountName",
                Mode::Once,
                Desired::Assigned(vec![AssignedPart::Unique(1)]),
            ),
        ],
        groups: block(vec![granted]),
        lists: block(Vec::new()),
        approvals: Vec::new(),
        invariants: Vec::new(),
        absent: None,
        ended: None,
        unmet: Vec::new(),
        watches: Vec::new(),
        next_change: None,
        next_shown: None,
        next_hidden: None,
        password: tenure::policy::PasswordWish::Random,
    }
}

pub(crate) fn candidates(fixed: &[&str], numbered: Option<(&str, &str)>) -> UniqueWish {
    let mut all: Vec<Candidate> = fixed
        .iter()
        .map(|name| Candidate::Fixed((*name).into()))
        .collect();
    all.extend(numbered.map(|(before, after)| {
        let name = before.trim_end_matches([' ', '(']);
        Candidate::Numbered {
            before: name.into(),
            hinge: before[name.len()..].into(),
            after: after.into(),
        }
    }));
    UniqueWish { candidates: all }
}

pub(crate) fn line(attribute: &str, mode: Mode, value: Desired) -> AttributeWish {
    AttributeWish {
        attribute: attribute.into(),
        mode,
        value,
        rule: PROFILE,
        overlay: false,
    }
}

pub(crate) fn values(texts: &[&str]) -> Desired {
    Desired::Values(texts.iter().map(|text| (*text).into()).collect())
}

pub(crate) fn block(granted: Vec<GroupWish>) -> BlockWish {
    BlockWish {
        granted,
        restriction: Restriction {
            extent: Extent::AsRules,
            except: Vec::new(),
            rule: None,
        },
        forbidden: Vec::new(),
        held: Vec::new(),
    }
}

pub(crate) fn group(name: &str, rule: RuleId) -> GroupWish {
    GroupWish {
        group: name.into(),
        rule,
    }
}

/// Puts a wish into another stage, with what the bench's stages mean.
pub(crate) fn enter(wish: &mut Wish, stage: StageId) {
    wish.standing = Standing::In {
        stage,
        rule: LIFECYCLE,
    };
    wish.account = match stage {
        EMPLOYEE => StageAccount::Enabled,
        PREHIRE => StageAccount::Prepared,
        LEAVER => StageAccount::Disabled,
        PURGED => StageAccount::DeletedAfter(days(30)),
        UNMANAGED => StageAccount::Untouched,
        _ => panic!("no such stage"),
    };
    if stage == LEAVER || stage == PURGED {
        for block in [&mut wish.groups, &mut wish.lists] {
            block.granted.clear();
            block.restriction.extent = Extent::None;
            block.restriction.rule = Some(STAGE);
        }
    }
}

/// The actions as short lines, in their order, each with its cause.
pub(crate) fn shown(plan: &Plan) -> Vec<String> {
    plan.actions.iter().map(line_of).collect()
}

fn line_of(action: &Action) -> String {
    let name = |target: &Target| target.dn().rdn().unwrap().value();
    let what = match &action.change {
        Change::CreateUnit { dn } => format!("unit {}", short(dn)),
        Change::CreateGroup { dn, group_type, .. } => {
            format!("group {} of type {group_type}", short(dn))
        }
        Change::CreateAccount { dn, attributes, .. } => {
            let login = attributes
                .iter()
                .find(|(name, _)| &**name == "sAMAccountName");
            format!("create {} as {}", short(dn), login.unwrap().1[0])
        }
        Change::Adopt { account, after, .. } => format!("adopt {} for {after}", name(account)),
        Change::Release { account, .. } => format!("release {}", name(account)),
        Change::DeleteUnit { unit } => format!("delete unit {}", short(unit.dn())),
        Change::SetPassword { account, .. } => format!("password {}", name(account)),
        Change::Modify {
            account,
            attributes,
        } => {
            let changes: Vec<String> = attributes
                .iter()
                .map(|change| {
                    let before = change.before.join("|");
                    format!(
                        "{}: {before} -> {}",
                        change.attribute,
                        change.after.join("|")
                    )
                })
                .collect();
            format!("modify {}: {}", name(account), changes.join(", "))
        }
        Change::Move { account, to, .. } => format!("move {} to {}", name(account), short(to)),
        Change::Enable { account, .. } => format!("enable {}", name(account)),
        Change::Disable { account, .. } => format!("disable {}", name(account)),
        Change::AddMember { group, account } => format!("add {} to {}", name(account), name(group)),
        Change::RemoveMember { group, account, .. } => {
            let mark = if action.not_ours { ", not ours" } else { "" };
            format!("remove {} from {}{mark}", name(account), name(group))
        }
        Change::WriteBack { field, after, .. } => format!("write {after} back as {field}"),
        Change::Await { step, .. } => format!("await {}", step.name),
        Change::Delete { account } => format!("delete {}", name(account)),
    };
    let waits = if action.waits() { ", waits" } else { "" };
    format!("{what}{waits} ({:?})", action.cause).to_lowercase()
}

pub(crate) fn found(plan: &Plan, kind: FindingKind) -> Vec<String> {
    let all = plan.findings.iter().filter(|finding| finding.kind == kind);
    all.map(|finding| format!("{}: {}", finding.who, finding.text))
        .collect()
}

pub(crate) fn tripped(plan: &Plan) -> Vec<String> {
    let tripped = plan.guards.iter().filter(|guard| guard.tripped);
    tripped
        .map(|guard| format!("{} {} of {}", guard.kind.word(), guard.count, guard.limit))
        .collect()
}

pub(crate) fn open(plan: &Plan) -> Vec<String> {
    let open = plan.open_accounts.iter();
    open.map(|open| format!("{}: {:?}, {} days", open.who, open.why, open.days))
        .collect()
}

impl Company {
    /// Carries a plan out as the executor's contract says: memory first, then what each action changed.
    pub(crate) fn apply(&mut self, plan: &Plan) {
        for (guid, memory) in &plan.memory.accounts {
            self.prior.accounts.insert(*guid, memory.clone());
        }
        for (key, row) in &plan.memory.memberships {
            self.prior.memberships.insert(*key, row.clone());
        }
        for (key, values) in &plan.memory.values {
            self.prior.values.insert(key.clone(), values.clone());
        }
        self.prior.open_since = plan.memory.open_since.iter().copied().collect();
        let mut made: Vec<Option<Guid>> = Vec::new();
        let waiting = plan.waiting();
        for (index, action) in plan.actions.iter().enumerate() {
            assert!(
                action
                    .after
                    .iter()
                    .chain(&action.behind)
                    .all(|id| (id.0 as usize) < index),
                "an action waits for one that comes later"
            );
            if waiting[index] {
                made.push(None);
                continue;
            }
            let guid = self.perform(action, &made);
            if let Some(person) = &action.person {
                for (space, name) in &action.reserves {
                    let reservation = Reservation {
                        person: person.clone(),
                        since: self.now,
                        released: None,
                    };
                    self.prior
                        .reservations
                        .insert((*space, name.clone()), reservation);
                }
            }
            let mut counted: Vec<Arc<str>> = action
                .counts
                .iter()
                .map(|kind| kind.word().into())
                .collect();
            if let Change::RemoveMember { group, .. } = &action.change {
                let group = Self::guid_of(group, &made);
                counted.push(format!("revoke {group}").into());
            }
            for kind in counted {
                self.count(&kind, 1);
            }
            made.push(guid);
        }
        for (person, memory) in &plan.memory.people {
            let mut memory = memory.clone();
            let known = self
                .prior
                .people
                .get(person)
                .and_then(|known| known.account);
            memory.account = memory.account.or(known);
            self.prior.people.insert(person.clone(), memory);
        }
        for (index, action) in plan.actions.iter().enumerate() {
            if let (Change::CreateAccount { .. } | Change::Adopt { .. }, Some(person)) =
                (&action.change, &action.person)
            {
                let memory = self.prior.people.entry(person.clone()).or_default();
                memory.account = made[index];
            }
            if let (Change::Delete { .. }, Some(person)) = (&action.change, &action.person) {
                self.prior.people.entry(person.clone()).or_default().account = None;
            }
        }
        for (kind, count) in &plan.memory.counts {
            self.count(kind, *count);
        }
        self.prior.failed.clear();
        self.prior.policy = Some(self.rules.digest.clone());
        self.prior.people_read = Some(plan.memory.people_read);
        self.prior.generation += 1;
    }

    fn count(&mut self, kind: &str, count: u32) {
        self.prior.guard_counts.push(GuardCount {
            kind: kind.into(),
            at: self.now,
            count,
            run: uuid::Uuid::nil(),
        });
    }

    fn guid_of(target: &Target, made: &[Option<Guid>]) -> Guid {
        match target {
            Target::Existing { guid, .. } => *guid,
            Target::Made { by, .. } => made[by.0 as usize].expect("made before"),
        }
    }

    fn at(&mut self, guid: Guid) -> &mut Object {
        self.objects
            .iter_mut()
            .find(|object| object.guid() == guid)
            .expect("it exists")
    }

    fn memory(&mut self, guid: Guid) -> &mut AccountMemory {
        self.prior.accounts.entry(guid).or_default()
    }

    fn note(&mut self, guid: Guid, attribute: &str, values: &[Arc<str>]) {
        let values = values.iter().map(|value| ManagedValue {
            value: value.clone(),
            owner: ValueOwner::Set,
            since: self.now,
        });
        self.prior
            .values
            .insert((guid, attribute.into()), values.collect());
    }

    fn perform(&mut self, action: &Action, made: &[Option<Guid>]) -> Option<Guid> {
        let now = self.now;
        match &action.change {
            Change::CreateUnit { dn } => {
                let guid = Guid::derived(&[dn.as_str()]);
                self.push(
                    Object::new(dn.clone(), guid).with("objectClass", ["organizationalUnit"]),
                );
                Some(guid)
            }
            Change::CreateGroup {
                dn,
                name,
                group_type,
                ..
            } => {
                let guid = Guid::derived(&[dn.as_str(), "group"]);
                let object = Object::new(dn.clone(), guid)
                    .with("objectClass", ["group"])
                    .with("sAMAccountName", [&**name])
                    .with("groupType", [group_type.to_string().as_str()]);
                self.push(object);
                Some(guid)
            }
            Change::CreateAccount {
                dn,
                attributes,
                anchor,
                ..
            } => {
                let guid = Guid::derived(&[dn.as_str(), "created"]);
                let mut object = Object::new(dn.clone(), guid)
                    .with("objectClass", ["top", "person", "user"])
                    .with("userAccountControl", ["546"]);
                for (name, values) in attributes {
                    object.set(&**name, values.iter().cloned().map(Into::into).collect());
                    self.note(guid, name, values);
                }
                let value = object.first(anchor.as_deref().unwrap()).map(Into::into);
                self.push(object);
                let person = action.person.clone();
                let memory = self.memory(guid);
                memory.person = person;
                memory.created = Some(now);
                memory.disabled_since = Some(now);
                memory.disabled_by_us = true;
                memory.anchor = value;
                Some(guid)
            }
            Change::Adopt {
                account,
                anchor,
                after,
                ..
            } => {
                let guid = Self::guid_of(account, made);
                self.at(guid).set(&**anchor, vec![after.clone().into()]);
                let person = action.person.clone();
                let memory = self.memory(guid);
                memory.person = person;
                memory.anchor = Some(after.clone());
                Some(guid)
            }
            Change::SetPassword { account, .. } => {
                let guid = Self::guid_of(account, made);
                self.memory(guid).password_set = Some(now);
                None
            }
            Change::Modify {
                account,
                attributes,
            } => {
                let guid = Self::guid_of(account, made);
                for change in attributes {
                    let found: Vec<Arc<str>> = self
                        .at(guid)
                        .values(&change.attribute)
                        .map(Into::into)
                        .collect();
                    assert_eq!(found, change.before, "the old value is tested");
                    let after = change.after.iter().cloned().map(Into::into).collect();
                    self.at(guid).set(&*change.attribute, after);
                    self.note(guid, &change.attribute, &change.after);
                    if let Some(stage) = &change.overlay {
                        let overlays = &mut self.memory(guid).overlays;
                        let old = overlays
                            .iter()
                            .position(|overlay| overlay.attribute == change.attribute)
                            .map(|index| overlays.remove(index));
                        if !change.lifts {
                            overlays.push(Overlay {
                                stage: stage.clone(),
                                attribute: change.attribute.clone(),
                                before: old.map_or(change.before.clone(), |old| old.before),
                                wrote: change.after.clone(),
                            });
                        }
                    }
                }
                None
            }
            Change::Move { account, to, .. } => {
                let guid = Self::guid_of(account, made);
                let from = self.at(guid).dn().clone();
                for object in &mut self.objects {
                    for attribute in ["member", "manager"] {
                        let values: Vec<_> = object.all(attribute).to_vec();
                        let renamed = values.into_iter().map(|value| match value.text() {
                            Some(text) if Dn::parse(text).unwrap() == from => to.as_str().into(),
                            _ => value,
                        });
                        let renamed = renamed.collect();
                        object.set(attribute, renamed);
                    }
                }
                self.at(guid).set_dn(to.clone());
                let parent = to.parent().unwrap();
                self.note(guid, "unit", &[parent.text().clone()]);
                self.note(guid, "cn", &[to.rdn().unwrap().value().into()]);
                None
            }
            Change::Enable { account, .. } => {
                let guid = Self::guid_of(account, made);
                self.switch(guid, true);
                let memory = self.memory(guid);
                memory.disabled_since = None;
                memory.disabled_by_us = false;
                None
            }
            Change::Disable { account, .. } => {
                let guid = Self::guid_of(account, made);
                self.switch(guid, false);
                let memory = self.memory(guid);
                memory.disabled_since = Some(now);
                memory.disabled_by_us = true;
                None
            }
            Change::AddMember { group, account } => {
                let (group, guid) = (Self::guid_of(group, made), Self::guid_of(account, made));
                let member = self.at(guid).dn().clone();
                self.at(group).push("member", member.as_str().into());
                let row = Membership {
                    owner: MembershipOwner::Granted,
                    since: now,
                    lapsed: None,
                    removed_by_stage: None,
                };
                self.prior.memberships.insert((guid, group), row);
                None
            }
            Change::RemoveMember {
                group,
                account,
                stage,
            } => {
                let (group, guid) = (Self::guid_of(group, made), Self::guid_of(account, made));
                let member = self.at(guid).dn().clone();
                let left: Vec<_> = self.at(group).all("member").to_vec();
                let count = left.len();
                let left: Vec<_> = left
                    .into_iter()
                    .filter(|value| Dn::parse(value.text().unwrap()).unwrap() != member)
                    .collect();
                assert_eq!(left.len() + 1, count, "it was a member");
                self.at(group).set("member", left);
                match (stage, self.prior.memberships.get_mut(&(guid, group))) {
                    (Some(stage), Some(row)) => row.removed_by_stage = Some(stage.clone()),
                    _ => drop(self.prior.memberships.remove(&(guid, group))),
                }
                None
            }
            Change::WriteBack { .. } => panic!("this bench has no HR to write to"),
            Change::Await { .. } => panic!("this bench has nobody to ask"),
            Change::Release { .. } | Change::DeleteUnit { .. } => panic!("no rule does that"),
            Change::Delete { account } => {
                let guid = Self::guid_of(account, made);
                let gone = self.at(guid).dn().clone();
                self.objects.retain(|object| object.guid() != guid);
                for object in &mut self.objects {
                    for attribute in ["member", "manager"] {
                        let values: Vec<_> = object.all(attribute).to_vec();
                        let left = values
                            .into_iter()
                            .filter(|value| Dn::parse(value.text().unwrap()).unwrap() != gone);
                        let left = left.collect();
                        object.set(attribute, left);
                    }
                }
                self.prior.accounts.remove(&guid);
                for reservation in self.prior.reservations.values_mut() {
                    if Some(&reservation.person) == action.person.as_ref() {
                        reservation.released = Some(now);
                    }
                }
                None
            }
        }
    }

    pub(crate) fn switch(&mut self, guid: Guid, on: bool) {
        let object = self.at(guid);
        let uac = object.uac().unwrap_or(Uac::NEW_USER);
        let uac = if on { uac.enabled() } else { uac.disabled() };
        object.set("userAccountControl", vec![uac.to_string().into()]);
    }

    pub(crate) fn switch_by_hand(&mut self, login: &str, on: bool) {
        let guid = self.object(login).guid();
        self.switch(guid, on);
    }
}
