//! Plans made by hand.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::sync::Arc;
use tenure::cli::view::{Options, Palette};
use tenure::directory::{Dn, Guid};
use tenure::hr::PersonId;
use tenure::plan::{
    Action, ActionId, AttributeChange, Cause, Change, Finding, FindingKind, GuardVerdict, Header,
    Memory, OpenAccount, OpenReason, Plan, Reason, Reversible, StageCount, Target,
};
use tenure::policy::GuardKind;
use tenure::state::{PersonMemory, Prior};
use uuid::Uuid;

pub(crate) const BASE: &str = "DC=northwind,DC=example";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn dn(relative: &str) -> Dn {
    Dn::parse(&format!("{relative},{BASE}")).unwrap()
}

pub(crate) fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

pub(crate) fn account(relative: &str) -> Target {
    Target::Existing {
        guid: Guid::derived(&[relative]),
        dn: dn(relative),
    }
}

pub(crate) fn group(name: &str) -> Target {
    account(&format!("CN={name},OU=Groups"))
}

pub(crate) fn texts(values: &[&str]) -> Vec<Arc<str>> {
    values.iter().map(|value| Arc::from(*value)).collect()
}

pub(crate) fn reason(file: &str, line: u32, text: &str, values: &[(&str, &str)]) -> Reason {
    Reason {
        text: text.into(),
        file: file.into(),
        line,
        values: values
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect(),
    }
}

/// `title: "Engineer" -> "Senior Engineer"`, because of a profile line.
pub(crate) fn value(attribute: &str, before: &[&str], after: &[&str]) -> AttributeChange {
    AttributeChange {
        attribute: attribute.into(),
        before: texts(before),
        after: texts(after),
        refers_to: None,
        reason: reason("profile.tenure", 12, "", &[]),
        cause: Cause::Hr,
        overlay: None,
        lifts: false,
        sensitive: false,
    }
}

pub(crate) fn finding(kind: FindingKind, who: &str, id: Option<&str>, text: &str) -> Finding {
    Finding {
        kind,
        person: id.map(person),
        who: who.into(),
        accounts: Vec::new(),
        text: text.into(),
        help: None,
        reason: None,
    }
}

pub(crate) fn guard(kind: GuardKind, count: u32, recent: u32, limit: u32) -> GuardVerdict {
    GuardVerdict {
        kind,
        count,
        recent,
        limit,
        source: "default".into(),
        tripped: count > 0 && count + recent > limit,
        actions: Vec::new(),
    }
}

pub(crate) fn open(who: &str, id: &str, relative: &str, days: u32, why: OpenReason) -> OpenAccount {
    let now = at("2026-03-02T08:00:00Z");
    OpenAccount {
        guid: Guid::derived(&[relative]),
        dn: dn(relative),
        person: Some(person(id)),
        who: who.into(),
        why,
        since: now - jiff::SignedDuration::from_hours(24 * i64::from(days)),
        days,
    }
}

/// A plan that grows action by action.
pub(crate) struct Draft {
    pub(crate) plan: Plan,
    pub(crate) prior: Prior,
    who: Option<(PersonId, Arc<str>)>,
    cause: Cause,
    reasons: Vec<Reason>,
}

impl Draft {
    pub(crate) fn new() -> Self {
        let now = at("2026-03-02T08:00:00Z");
        Self {
            plan: Plan {
                header: Header {
                    takes_back: None,
                    admin_groups: Vec::new(),
                    now,
                    clock_pinned: false,
                    hypothetical: false,
                    only: Vec::new(),
                    frozen: None,
                    expires: at("2026-03-02T17:00:00Z"),
                    policy: "3f2a9c1b04d87e6655aa".into(),
                    people: "aa".into(),
                    people_source: "people/*.json (62 people)".into(),
                    sources: Vec::new(),
                    directory: "bb".into(),
                    domain: None,
                    domain_name: BASE.into(),
                    controller: None,
                    state: Uuid::nil(),
                    generation: 3,
                },
                actions: Vec::new(),
                guards: Vec::new(),
                broken: Vec::new(),
                notices: Vec::new(),
                on_failure: Vec::new(),
                findings: Vec::new(),
                open_accounts: Vec::new(),
                stages: Vec::new(),
                next_change: Some(at("2026-03-02T17:00:00Z")),
                next_changes: Vec::new(),
                memory: Memory::default(),
            },
            prior: Prior::default(),
            who: None,
            cause: Cause::Hr,
            reasons: Vec::new(),
        }
    }

    /// Whose the next actions are.
    pub(crate) fn of(mut self, id: &str, who: &str, cause: Cause) -> Self {
        self.who = Some((person(id), who.into()));
        self.cause = cause;
        self.reasons = Vec::new();
        self
    }

    /// From which stage to which they go.
    pub(crate) fn stage(mut self, from: &str, to: &str) -> Self {
        let id = self.who.clone().unwrap().0;
        let memory = |stage: &str| PersonMemory {
            stage: Some(stage.into()),
            ..PersonMemory::default()
        };
        if !from.is_empty() {
            self.prior.people.insert(id.clone(), memory(from));
        }
        self.plan.memory.people.push((id, memory(to)));
        self.plan.memory.people.sort_by(|a, b| a.0.cmp(&b.0));
        self
    }

    /// Why the next actions are.
    pub(crate) fn because(
        mut self,
        file: &str,
        line: u32,
        text: &str,
        values: &[(&str, &str)],
    ) -> Self {
        self.reasons = vec![reason(file, line, text, values)];
        self
    }

    /// An action.
    pub(crate) fn does(self, change: Change) -> Self {
        self.does_with(change, |_| {})
    }

    /// An action that is not like others.
    pub(crate) fn does_with(mut self, change: Change, alter: impl FnOnce(&mut Action)) -> Self {
        let mut action = Action {
            formerly: None,
            change,
            person: self.who.as_ref().map(|(id, _)| id.clone()),
            who: self
                .who
                .as_ref()
                .map_or_else(|| "".into(), |(_, who)| who.clone()),
            reasons: self.reasons.clone(),
            cause: self.cause,
            after: Vec::new(),
            behind: Vec::new(),
            reversible: Reversible::Yes,
            not_ours: false,
            counts: Vec::new(),
            reserves: Vec::new(),
            approval: None,
        };
        alter(&mut action);
        self.plan.actions.push(action);
        self
    }

    /// Anything else.
    pub(crate) fn with(mut self, alter: impl FnOnce(&mut Plan)) -> Self {
        alter(&mut self.plan);
        self
    }
}

pub(crate) fn options(width: usize, palette: Palette) -> Options {
    Options {
        width,
        palette,
        zone: TimeZone::get("Europe/Berlin").unwrap(),
    }
}

pub(crate) fn made(by: u32, relative: &str) -> Target {
    Target::Made {
        by: ActionId(by),
        dn: dn(relative),
    }
}

/// One of everything that a plan can say.
pub(crate) fn everything() -> Draft {
    let zoe = || made(1, "CN=Zoë Brandão,OU=Engineering,OU=Berlin,OU=Staff");
    let anna = || account("CN=Anna Schmidt,OU=Berlin,OU=Staff");
    let draft = Draft::new()
        .because("units.tenure", 6, "", &[("site", "Berlin")])
        .does(Change::CreateUnit {
            dn: dn("OU=Engineering,OU=Berlin,OU=Staff"),
        });
    joiners(draft, &zoe)
        .of("4102", "Łukasz Nowak", Cause::Time)
        .stage("parental_leave", "active")
        .because("lifecycle.tenure", 15, "", &[("leave_until", "•••")])
        .does(Change::Enable { account: account("CN=Łukasz Nowak,OU=Leave"), before: Some(514) })
        .does_with(
            Change::SetPassword {
                account: account("CN=Łukasz Nowak,OU=Leave"),
                must_change: false,
                length: 20,
                computed: false,
            },
            |action| action.reversible = Reversible::No,
        )
        .does(Change::Move {
            account: account("CN=Łukasz Nowak,OU=Leave"),
            to: dn("CN=Łukasz Nowak,OU=Berlin,OU=Staff"),
            overlay: None,
        })
        .of("4230", "Ingrid Sørensen", Cause::First)
        .stage("", "active")
        .because("identity.tenure", 9, "", &[])
        .does(Change::Adopt {
            account: account("CN=Ingrid Sorensen,OU=Old"),
            anchor: "employeeID".into(),
            before: None,
            after: "4230".into(),
            linked: true,
        })
        .does(Change::Modify {
            account: account("CN=Ingrid Sorensen,OU=Old"),
            attributes: vec![AttributeChange { cause: Cause::First, ..value("company", &[], &["Northwind"]) }],
        })
        .of("4711", "Anna Schmidt", Cause::Hr)
        .stage("active", "active")
        .because("profile.tenure", 4, "", &[("last_name", "Schmidt")])
        .does(Change::Move {
            account: account("CN=Anna Meier,OU=Berlin,OU=Staff"),
            to: dn("CN=Anna Schmidt,OU=Berlin,OU=Staff"),
            overlay: None,
        })
        .does(Change::Modify {
            account: anna(),
            attributes: vec![
                AttributeChange {
                    refers_to: Some(ActionId(1)),
                    ..value(
                        "manager",
                        &["CN=Old Boss,OU=Berlin,OU=Staff,DC=northwind,DC=example"],
                        &["CN=Zoë Brandão,OU=Engineering,OU=Berlin,OU=Staff,DC=northwind,DC=example"],
                    )
                },
                AttributeChange {
                    reason: reason("profile.tenure", 31, "", &[("employment_type", "•••")]),
                    sensitive: true,
                    ..value("extensionAttribute3", &["a"], &["b"])
                },
                value(
                    "proxyAddresses",
                    &["SMTP:a.meier@northwind.example", "x500:/o=nw", "smtp:am@northwind.example"],
                    &["SMTP:a.schmidt@northwind.example", "smtp:a.meier@northwind.example", "x500:/o=nw", "smtp:am@northwind.example"],
                ),
                AttributeChange {
                    cause: Cause::ByHand,
                    ..value("telephoneNumber", &["+49 30 1234"], &[])
                },
                AttributeChange {
                    reason: reason("profile.tenure", 14, "", &[("job_title", "Senior Engineer")]),
                    ..value("title", &["Engineer"], &["Senior Engineer"])
                },
            ],
        })
        .because("groups.tenure", 12, "", &[("department", "Engineering"), ("site", "Berlin")])
        .does(Change::AddMember { group: group("SG-Git"), account: anna() })
        .because("groups.tenure", 22, "no rule grants it any more: \"SG-CRM\" when department == \"Sales\"", &[])
        .does(Change::RemoveMember { group: group("SG-CRM"), account: anna(), stage: None })
        .of("4007", "François d’Aubigné", Cause::Time)
        .stage("active", "left")
        .because("lifecycle.tenure", 18, "", &[("last_day", "•••")])
        .does(Change::Disable { account: account("CN=François d’Aubigné,OU=Lyon,OU=Staff"), before: Some(512) })
        .does(Change::Modify {
            account: account("CN=François d’Aubigné,OU=Lyon,OU=Staff"),
            attributes: vec![
                AttributeChange {
                    overlay: Some("left".into()),
                    cause: Cause::Time,
                    reason: reason("lifecycle.tenure", 44, "", &[]),
                    ..value("description", &[], &["left 2026-03-01"])
                },
                AttributeChange {
                    overlay: Some("parental_leave".into()),
                    lifts: true,
                    cause: Cause::Time,
                    reason: reason("", 0, "the value from before `parental_leave` comes back", &[]),
                    ..value("accountExpires", &["9223372036854775807"], &["134169156000000000"])
                },
            ],
        })
        .because("lifecycle.tenure", 41, "groups none", &[])
        .does_with(
            Change::RemoveMember {
                group: group("SG-Table-Tennis"),
                account: account("CN=François d’Aubigné,OU=Lyon,OU=Staff"),
                stage: Some("left".into()),
            },
            |action| action.not_ours = true,
        )
        .of("4007", "François d’Aubigné (adm-faubigne)", Cause::Time)
        .because("identity.tenure", 14, "", &[])
        .does(Change::Disable { account: account("CN=adm-faubigne,OU=Admins"), before: Some(512) })
        .of("3901", "Ἑλένη Παπαδοπούλου", Cause::Time)
        .stage("left", "left")
        .because("lifecycle.tenure", 40, "", &[])
        .does_with(
            Change::Delete { account: account("CN=Eleni,OU=Left") },
            |action| {
                action.reversible = Reversible::Partly(
                    "only by reanimation: memberships and what AD drops stay lost".into(),
                );
            },
        )
        .with(concerns)
}

fn joiners(draft: Draft, zoe: &dyn Fn() -> Target) -> Draft {
    draft
        .of("4810", "Zoë Brandão", Cause::Hr)
        .stage("", "active")
        .because(
            "lifecycle.tenure",
            12,
            "",
            &[("hire_date", "2026-03-02"), ("status", "active")],
        )
        .does(Change::CreateAccount {
            dn: zoe().dn().clone(),
            attributes: vec![
                ("accountExpires".into(), texts(&["9223372036854775807"])),
                ("employeeID".into(), texts(&["4810"])),
                ("givenName".into(), texts(&["Zoë"])),
                (
                    "proxyAddresses".into(),
                    texts(&[
                        "SMTP:z.brandao@northwind.example",
                        "smtp:zoe@northwind.example",
                    ]),
                ),
                ("sAMAccountName".into(), texts(&["zbrandao"])),
                ("sn".into(), texts(&["Brandão"])),
            ],
            anchor: Some("employeeID".into()),
            sensitive: Vec::new(),
        })
        .does(Change::SetPassword {
            account: zoe(),
            must_change: true,
            length: 20,
            computed: false,
        })
        .does(Change::Enable {
            account: zoe(),
            before: None,
        })
        .because("groups.tenure", 3, "", &[])
        .does(Change::AddMember {
            group: group("SG-All-Staff"),
            account: zoe(),
        })
        .because(
            "groups.tenure",
            12,
            "",
            &[("department", "Engineering"), ("site", "Berlin")],
        )
        .does(Change::AddMember {
            group: group("SG-Git"),
            account: zoe(),
        })
        .of("4811", "Ida Xu", Cause::Hr)
        .stage("", "prehire")
        .because("lifecycle.tenure", 11, "", &[("hire_date", "2026-03-16")])
        .does(Change::CreateAccount {
            dn: dn("CN=Ida Xu,OU=Berlin,OU=Staff"),
            attributes: vec![("employeeID".into(), texts(&["4811"]))],
            anchor: Some("employeeID".into()),
            sensitive: Vec::new(),
        })
}

fn concerns(plan: &mut Plan) {
    let kinds = [
        (
            FindingKind::Quarantined,
            "hire_date: `2026-13-01` is no date",
        ),
        (
            FindingKind::Held,
            "which account person 99 has is not known",
        ),
        (FindingKind::Conflict, "two people claim this account"),
        (
            FindingKind::Unsettled,
            "`CN=T. Berg,OU=Old` may be theirs; nothing is done until somebody says so",
        ),
        (
            FindingKind::Namesake,
            "`tberg` was created on 2011-02-03, before the first day 2026-01-01",
        ),
        (
            FindingKind::DisabledByHand,
            "should be enabled, but somebody else disabled it; it stays disabled",
        ),
        (
            FindingKind::EnabledByHand,
            "was disabled, and somebody enabled it; it is disabled again",
        ),
        (
            FindingKind::Blocked,
            "3 changes cannot be made: adminCount=1",
        ),
        (
            FindingKind::Released,
            "the policy no longer looks after this account; it stays as it is",
        ),
        (
            FindingKind::Vanished,
            "HR no longer has this person; nothing changes",
        ),
        (FindingKind::Missing, "the group does not exist"),
        (
            FindingKind::Overlay,
            "`description` was changed by hand since",
        ),
        (
            FindingKind::Proposed,
            "SG-Table-Tennis was theirs by hand before `parental_leave`",
        ),
        (FindingKind::Lingering, "SG-CRM ends after 2026-03-09"),
        (FindingKind::Waiting, "is deleted after 2026-05-30"),
        (
            FindingKind::Tied,
            "`adm-tberg` belongs to someone who left and cannot be disabled: adminCount=1",
        ),
        (FindingKind::Note, "no person has this site"),
    ];
    for (index, (kind, text)) in kinds.into_iter().enumerate() {
        let mut one = finding(kind, "Tove Berg", Some(&(5000 + index).to_string()), text);
        if index % 2 == 0 {
            one.help = Some("settle it by hand, then plan again".into());
            one.accounts = vec![dn("CN=Tove Berg,OU=Berlin,OU=Staff")];
            one.reason = Some(reason(
                "identity.tenure",
                9,
                "",
                &[("email", "tove@northwind.example")],
            ));
        }
        plan.findings.push(one);
    }
    for id in ["6001", "6002"] {
        let mut one = finding(FindingKind::Note, "Mo", Some(id), "has no supervisor");
        one.help = Some("name one in HR".into());
        plan.findings.push(one);
    }
    plan.findings.sort_by_key(|finding| finding.kind);
    let reasons = [
        OpenReason::Blocked,
        OpenReason::Quarantined,
        OpenReason::Held,
        OpenReason::Conflict,
        OpenReason::Released,
        OpenReason::Vanished,
        OpenReason::Tied,
        OpenReason::Guard,
        OpenReason::Failed,
    ];
    for (index, why) in reasons.into_iter().enumerate() {
        let days = [412, 31, 14, 7, 3, 2, 1, 0, 0][index];
        let place = format!("CN=Berg {index},OU=Berlin,OU=Staff");
        plan.open_accounts.push(open(
            "Tove Berg",
            &(5000 + index).to_string(),
            &place,
            days,
            why,
        ));
    }
    plan.guards = vec![
        guard(GuardKind::Create, 2, 0, 20),
        guard(GuardKind::Enable, 1, 3, 20),
        guard(GuardKind::Adopt, 0, 0, 0),
        GuardVerdict {
            source: "disable at most 2% or 1 whichever is more".into(),
            ..guard(GuardKind::Disable, 2, 1, 1)
        },
        guard(GuardKind::Revoke, 2, 0, 20),
        GuardVerdict {
            source: "at most 30% of the 11 members of `SG-CRM`".into(),
            tripped: true,
            ..guard(GuardKind::Revoke, 4, 0, 3)
        },
        guard(GuardKind::Lose, 9, 0, 3),
    ];
    plan.stages = [
        ("active", 48),
        ("parental_leave", 3),
        ("left", 9),
        ("held", 1),
        ("quarantined", 1),
    ]
    .map(|(stage, people)| StageCount {
        stage: stage.into(),
        people,
    })
    .into();
}
