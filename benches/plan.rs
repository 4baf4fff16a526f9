//! Planning a company: `cargo bench --bench plan`.
//!
//! The company is generated, the same each time: as many accounts as people, a policy of 500 rules, and
//! drift in a tenth of the accounts. `TENURE_BENCH_PEOPLE` changes the size (100,000 without it). The
//! stages are timed apart: evaluating the wishes of everybody, and planning from them. After the timings
//! the highest memory use of the process is printed, where the system tells it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_possible_wrap,
    clippy::indexing_slicing,
    missing_docs,
    clippy::print_stderr,
    reason = "a benchmark may panic and prints its figure"
)]

use criterion::{Criterion, criterion_group};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use tenure::diagnostic::Sources;
use tenure::directory::{Dn, Domain, Guid, Object, Rdn, Snapshot};
use tenure::hr::{self, PersonId, Value};
use tenure::plan;
use tenure::policy::{self, Policy};
use tenure::state::Prior;
use tenure::syntax;

const BASE: &str = "OU=Company,DC=bench,DC=example";
const DEPARTMENTS: usize = 120;
const OFFICES: usize = 40;
/// Rows of `groups` that test a department, an office or a position; with the other rules about 500.
const GROUP_ROWS: usize = 420;

fn size() -> usize {
    std::env::var("TENURE_BENCH_PEOPLE")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(100_000)
}

/// A policy in the shape of the example, with many more rows.
fn policy_text() -> String {
    let mut text = String::from(
        r#"
person {
  id : int key
  first_name : text
  last_name : text
  email : text?
  status : one of ("onboarding", "active", "leave", "inactive")
  hire_date : date
  last_day : date? from "termination_date"
  department : text?
  office : text?
  position : text?
  supervisor : person?
}
let base = "{first_name.take(1)}{last_name}".slug().take(20) else "user{id}"
let address = "{login}@bench.example"
let end = choose {
  when last_day is present and last_day >= hire_date => last_day
  otherwise => never
}
unique login { try base try "{base}{n}" }
unique common_name { try "{first_name} {last_name} {id}" try "{first_name} {last_name} {id} ({n})" }
timezone "Europe/Berlin"
lifecycle {
  when now >= end at 18:00 => leaver
  when today < hire_date - 14 days => future
  when now < hire_date at 06:00 => prehire
  when status == "leave" => absent
  when status in ["active", "onboarding", "inactive"] => employee
}
stage future { account disabled groups none lists none }
stage prehire { account prepared }
stage employee { account enabled }
stage absent { account disabled groups untouched lists untouched }
stage leaver { account disabled unit "OU=Leavers" groups none lists none }
identity { anchor employeeID = id confirmed 2026-01-01 }
profile {
  cn = common_name
  givenName = first_name
  sn = last_name
  displayName = "{first_name} {last_name}"
  sAMAccountName = login once
  userPrincipalName = address once
  mail = address once
  department = department else clear
  title = position else clear
  manager = supervisor else clear
}
guard { create at most 200000 enable at most 200000 disable at most 200000 move at most 200000
  grant at most 10000000 revoke at most 10000000 clear at most 1000000 login at most 1000000
  rename at most 1000000 }
"#,
    );
    text.push_str("unit {\n");
    for office in 0..OFFICES {
        let _ = writeln!(
            text,
            "  when office == \"Office {office}\" => \"OU=Office {office},OU=Staff\""
        );
    }
    text.push_str("  otherwise => \"OU=Staff\"\n}\ngroups {\n  always => \"SG-Staff\"\n");
    for row in 0..GROUP_ROWS {
        let (condition, group) = match row % 3 {
            0 => (
                format!("department == \"Department {}\"", row % DEPARTMENTS),
                format!("SG-{}", row / 3),
            ),
            1 => (
                format!(
                    "office == \"Office {}\" and department == \"Department {}\"",
                    row % OFFICES,
                    row % DEPARTMENTS
                ),
                format!("SG-{}", row / 3),
            ),
            _ => (
                format!("position matches \"*Level {}*\"", row % 60),
                format!("SG-{}", row / 3),
            ),
        };
        let _ = writeln!(text, "  when {condition} => \"{group}\"");
    }
    text.push_str("}\n");
    text
}

fn compile() -> Policy {
    let mut sources = Sources::new();
    let text = policy_text();
    let id = sources.add("bench.tenure", text.as_str());
    let (file, diagnostics) = syntax::parse(id, &text);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let (policy, diagnostics) = policy::compile(&policy::Input {
        files: &[file],
        sources: &sources,
        tables: &BTreeMap::new(),
        params: &BTreeMap::new(),
        bases: &[Dn::parse(BASE).unwrap()],
        posted: policy::Posted::Nothing,
        question: None,
    });
    assert!(policy.is_some(), "{diagnostics:?}");
    policy.unwrap()
}

/// The same number for the same words each time (splitmix64).
fn draw(seed: usize, salt: u64) -> usize {
    let mut z = (seed as u64).wrapping_add(salt.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    usize::try_from((z ^ (z >> 31)) >> 1).unwrap_or(0)
}

fn text(text: impl Into<Arc<str>>) -> Value {
    Value::Text(text.into())
}

fn people(policy: &Policy, count: usize) -> hr::Snapshot {
    let departments: Vec<Arc<str>> = (0..DEPARTMENTS)
        .map(|n| format!("Department {n}").into())
        .collect();
    let offices: Vec<Arc<str>> = (0..OFFICES).map(|n| format!("Office {n}").into()).collect();
    let people = (0..count).map(|n| {
        let id = n as i64 + 1;
        let leaving = draw(n, 1).is_multiple_of(50);
        hr::Person::new(
            PersonId::from(id),
            vec![
                Some(Value::Int(id)),
                Some(text(format!("Given{}", draw(n, 2) % 5000))),
                Some(text(format!("Family{}", draw(n, 3) % 60_000))),
                None,
                Some(Value::OneOf("active".into())),
                Some(Value::Date(jiff::civil::date(2015, 1, 1))),
                leaving.then(|| Value::Date(jiff::civil::date(2026, 2, 1))),
                Some(Value::Text(departments[draw(n, 4) % DEPARTMENTS].clone())),
                Some(Value::Text(offices[draw(n, 5) % OFFICES].clone())),
                Some(text(format!("Specialist, Level {}", draw(n, 6) % 60))),
                (n > 0).then(|| Value::Person(PersonId::from((n / 8) as i64 + 1))),
            ],
        )
    });
    hr::Snapshot::new(
        policy.schema.clone(),
        people.collect(),
        Vec::new(),
        hr::Origin::new("generated"),
    )
    .unwrap()
}

fn guid(n: usize) -> Guid {
    Guid::derived(&["bench", &n.to_string()])
}

fn unit(parent: &Dn, name: &str, n: usize, objects: &mut Vec<Arc<Object>>) -> Dn {
    let dn = parent.child(&Rdn::new("OU", name).unwrap());
    let object = Object::new(dn.clone(), guid(n))
        .with("objectClass", ["top", "organizationalUnit"])
        .with("ou", [name]);
    objects.push(Arc::new(object));
    dn
}

/// A directory in which everybody has an account and the memberships of the rules, but for a tenth: those
/// have another title than HR says, and no memberships.
fn directory(people: &hr::Snapshot, wishes: &[policy::Wish]) -> Snapshot {
    let domain = Dn::parse("DC=bench,DC=example").unwrap();
    let mut objects: Vec<Arc<Object>> = Vec::new();
    let head =
        Object::new(domain.clone(), guid(1)).with("objectClass", ["top", "domain", "domainDNS"]);
    objects.push(Arc::new(head));
    let company = unit(&domain, "Company", 2, &mut objects);
    let staff = unit(&company, "Staff", 3, &mut objects);
    let leavers = unit(&company, "Leavers", 4, &mut objects);
    let groups = unit(&company, "Groups", 5, &mut objects);
    let offices: Vec<Dn> = (0..OFFICES)
        .map(|n| unit(&staff, &format!("Office {n}"), 100 + n, &mut objects))
        .collect();
    let mut members: BTreeMap<String, Vec<Arc<str>>> = BTreeMap::new();
    let mut dns: Vec<Dn> = Vec::new();
    for (n, (person, wish)) in people.people().iter().zip(wishes).enumerate() {
        let value = |position: usize| {
            person
                .get(position)
                .map(ToString::to_string)
                .unwrap_or_default()
        };
        let office = draw(n, 5) % OFFICES;
        let place = if person.get(6).is_some() {
            &leavers
        } else {
            &offices[office]
        };
        let id = person.id().to_string();
        let dn = place.child(&Rdn::new("CN", &format!("{} {} {id}", value(1), value(2))).unwrap());
        let title = if n % 10 == 0 {
            "Formerly".to_owned()
        } else {
            value(9)
        };
        let manager: Vec<String> = dns
            .get(n / 8)
            .filter(|_| n > 0)
            .map(Dn::to_string)
            .into_iter()
            .collect();
        dns.push(dn.clone());
        let object = Object::new(dn.clone(), guid(1_000_000 + n))
            .with(
                "objectClass",
                ["top", "person", "organizationalPerson", "user"],
            )
            .with(
                "objectCategory",
                ["CN=Person,CN=Schema,CN=Configuration,DC=bench,DC=example"],
            )
            .with("cn", [format!("{} {} {id}", value(1), value(2)).as_str()])
            .with("sAMAccountName", [format!("u{id}").as_str()])
            .with(
                "userPrincipalName",
                [format!("u{id}@bench.example").as_str()],
            )
            .with("mail", [format!("u{id}@bench.example").as_str()])
            .with("employeeID", [id.as_str()])
            .with("givenName", [value(1).as_str()])
            .with("sn", [value(2).as_str()])
            .with(
                "displayName",
                [format!("{} {}", value(1), value(2)).as_str()],
            )
            .with("department", [value(7).as_str()])
            .with("title", [title.as_str()])
            .with("manager", manager.iter().map(String::as_str))
            .with("userAccountControl", ["512"])
            .with("whenCreated", ["20150101080000.0Z"]);
        for granted in wish.groups.granted.iter().filter(|_| n % 10 != 0) {
            let group = members.entry(granted.group.to_string()).or_default();
            group.push(dn.text().clone());
        }
        objects.push(Arc::new(object));
    }
    members.entry("SG-Staff".to_owned()).or_default();
    for n in 0..=(GROUP_ROWS / 3) {
        members.entry(format!("SG-{n}")).or_default();
    }
    for (n, (name, dns)) in members.into_iter().enumerate() {
        let dn = groups.child(&Rdn::new("CN", &name).unwrap());
        let values: Vec<&str> = dns.iter().map(AsRef::as_ref).collect();
        let object = Object::new(dn, guid(10_000 + n))
            .with("objectClass", ["top", "group"])
            .with("sAMAccountName", [name.as_str()])
            .with("groupType", ["-2147483646"])
            .with("member", values);
        objects.push(Arc::new(object));
    }
    let domain = Domain {
        base: domain,
        sid: None,
        guid: Some(guid(1)),
        highest_usn: None,
        controller: None,
        lacks: Vec::new(),
    };
    Snapshot::new(domain, objects).unwrap()
}

fn planning(criterion: &mut Criterion) {
    let count = size();
    let now: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
    let policy = compile();
    let people = people(&policy, count);
    let directory = directory(&people, &policy::wishes(&policy, &people, now));
    let prior = Prior::default();
    let bases = [Dn::parse(BASE).unwrap()];
    let make = |wishes: &[policy::Wish]| {
        plan::plan(&plan::Input {
            rules: &policy.rules,
            schema: &policy.schema,
            people: &people,
            wishes,
            directory: &directory,
            prior: &prior,
            bases: &bases,
            now,
            options: plan::Options::default(),
        })
    };
    let mut group = criterion.benchmark_group(format!(
        "{count} people, {count} accounts, {} rules",
        policy.rules.rules.len()
    ));
    group.sample_size(10);
    group.bench_function("wishes", |bencher| {
        bencher.iter(|| policy::wishes(&policy, &people, black_box(now)));
    });
    let wishes = policy::wishes(&policy, &people, now);
    group.bench_function("plan", |bencher| bencher.iter(|| make(black_box(&wishes))));
    group.bench_function("wishes and plan", |bencher| {
        bencher.iter(|| make(&policy::wishes(&policy, &people, black_box(now))));
    });
    group.finish();
    let plan = make(&wishes);
    eprintln!(
        "{} actions, {} findings",
        plan.actions.len(),
        plan.findings.len()
    );
    if let Some(line) = peak_memory() {
        eprintln!("highest memory use of this process: {line}");
    }
}

/// The process's highest resident memory, as Linux says it.
fn peak_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().to_owned())
}

criterion_group!(benches, planning);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
}
