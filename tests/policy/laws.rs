//! Laws of every policy, tried on the example in `rules/` and on one of functions, lists and relations, with people
//! of all kinds.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use jiff::civil::Date;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use tenure::diagnostic::Span;
use tenure::hr::{Attribute, Employment, Origin, Person, PersonId, Schema, Snapshot, Type, Value};
use tenure::policy::{Evaluator, Policy, Rule, Wish};
use tenure::workspace::Workspace;

use super::bench::{Bench, wishes};
use super::show;

/// The example's policy.
static EXAMPLE: LazyLock<Policy> = LazyLock::new(|| {
    let workspace = Workspace::open(Some(Path::new("rules/tenure.toml")), Path::new(".")).unwrap();
    workspace.policy(None).unwrap().policy.unwrap()
});

/// A policy that asks employments, reports and lists, through functions too.
static VALUES: LazyLock<Policy> = LazyLock::new(|| {
    Bench::new()
        .policy(
            "employment { start : date  end : date?  status : one of (\"active\", \"ended\")  boss : person? }
             fn runs(from : date, to : date) : bool = from <= today and to >= today
             fn near(p : person?, place : text?) : bool = p.office == place
             fn tag(words : list of text?) : text? = choose {
               when any w in words where (w == \"First aid\") => \"aid\"
               when words is present                        => \"other\"
               otherwise                                    => nickname
             }
             let team = all_reports
             lifecycle {
               when contract == \"external\" => unmanaged
               when employments is present and any e in employments where (e.start.runs(e.end else never)) => employee
               when today < hire_date => future
               when last_day is present and today > last_day => leaver
               otherwise => hold
             }
             groups {
               when is_manager and all r in reports where (r.status != \"inactive\") => \"SG-Lead\"
               when any r in team where (r.kind == \"trainee\" and r.hire_date <= today) => \"SG-Teach\"
               when near(supervisor, office) => \"SG-Near\"
               when any e in employments where (e.boss.department == department) => \"SG-Same\"
               when supervisor.is_manager and count r in supervisor.reports where (r.office is present) > 1 => \"SG-Many\"
               when any r in reports where (any q in r.all_reports where (q.supervisor.office == \"Berlin\")) => \"SG-Deep\"
             }
             profile {
               cn             = \"{first_name} {last_name} {id}\"
               sAMAccountName = login       once
               mail           = \"{login}@{domain}\"  once
               info           = tag(duties)  else clear
             }",
        )
        .right()
});

/// Both, for what holds of each.
fn policies() -> [&'static Policy; 2] {
    [&EXAMPLE, &VALUES]
}

/// Words that the example's rules know, and words that hurt.
const WORDS: [&str; 16] = [
    "Berlin",
    "Honolulu",
    "München",
    "Engineering",
    "Finance",
    "Sales, Europe",
    "Head of Sales",
    "Ada",
    "O'Connor",
    " ",
    "\u{301}",
    "a,b=c+d\"<>#;\\",
    "李小龍",
    "x\u{0}y",
    "First aid",
    "\u{1F600}",
];

fn text() -> impl Strategy<Value = Arc<str>> {
    prop_oneof![
        4 => proptest::sample::select(WORDS.to_vec()).prop_map(Arc::from),
        1 => "\\PC{1,80}".prop_map(|text| Arc::from(text.as_str())),
    ]
}

/// Dates round the days on which something changes, and the ends of the calendar.
fn date() -> impl Strategy<Value = Date> {
    prop_oneof![
        6 => (-200i32..200).prop_map(|days| {
            jiff::civil::date(2026, 3, 2).checked_add(jiff::Span::new().days(days)).unwrap()
        }),
        1 => proptest::sample::select(vec![Date::MIN, Date::MAX, jiff::civil::date(2024, 2, 29)]),
    ]
}

fn value(ty: &Type) -> BoxedStrategy<Value> {
    match ty {
        Type::Text => text().prop_map(Value::Text).boxed(),
        Type::Int => (-5i64..200).prop_map(Value::Int).boxed(),
        Type::Number => (0i64..100)
            .prop_map(|number| Value::Number(number.into()))
            .boxed(),
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Date => date().prop_map(Value::Date).boxed(),
        Type::OneOf(choices) => proptest::sample::select(choices.to_vec())
            .prop_map(Value::OneOf)
            .boxed(),
        Type::Person => (0i64..12)
            .prop_map(|id| Value::Person(PersonId::from(id)))
            .boxed(),
        Type::List(item) => proptest::collection::vec(value(item), 1..3)
            .prop_map(|items| Value::List(items.into()))
            .boxed(),
        Type::Employment(fields) => fields
            .iter()
            .map(|field| {
                let some = value(&field.ty).prop_map(Some);
                if field.optional {
                    prop_oneof![1 => Just(None), 2 => some].boxed()
                } else {
                    some.boxed()
                }
            })
            .collect::<Vec<_>>()
            .prop_map(|values| Value::Employment(Arc::new(Employment::new(values))))
            .boxed(),
        Type::Time | Type::Duration | Type::Timezone | Type::Photo => {
            unreachable!("the example has no field of this type")
        }
    }
}

/// A person who keeps to the schema, whatever else is odd about them.
fn person(schema: &Schema) -> impl Strategy<Value = Vec<Option<Value>>> + use<> {
    let values: Vec<_> = schema
        .attributes()
        .iter()
        .map(|attribute: &Attribute| {
            let some = value(&attribute.ty).prop_map(Some);
            if attribute.optional {
                prop_oneof![1 => Just(None), 2 => some].boxed()
            } else {
                some.boxed()
            }
        })
        .collect();
    values
}

/// Up to eight people with keys of their own; supervisors may be themselves, each other, or nobody.
fn people(policy: &Policy) -> impl Strategy<Value = Snapshot> + use<> {
    let schema = policy.schema.clone();
    let key = schema.attributes().iter().position(|one| one.key).unwrap();
    proptest::collection::vec(person(&schema), 1..8).prop_map(move |all| {
        let people = (1i64..).zip(all).map(|(id, mut values)| {
            values[key] = Some(Value::Int(id));
            Person::new(PersonId::from(id), values)
        });
        Snapshot::new(
            schema.clone(),
            people.collect(),
            Vec::new(),
            Origin::new("law"),
        )
        .unwrap()
    })
}

fn instant() -> impl Strategy<Value = Timestamp> {
    (0i64..400 * 86_400).prop_map(|seconds| {
        let from: Timestamp = "2025-09-01T00:00:00Z".parse().unwrap();
        from.checked_add(jiff::Span::new().seconds(seconds))
            .unwrap()
    })
}

/// The same sample each time.
fn check<S: Strategy>(
    cases: u32,
    strategy: &S,
    test: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    runner.run(strategy, test).unwrap();
}

pub(crate) fn without_next(wish: &Wish) -> Wish {
    Wish {
        approvals: Vec::new(),
        invariants: Vec::new(),
        absent: None,
        next_change: None,
        next_shown: None,
        next_hidden: None,
        password: tenure::policy::PasswordWish::Random,
        ..wish.clone()
    }
}

#[test]
fn a_policy_that_passes_the_check_gives_every_person_the_same_wish_twice() {
    for policy in policies() {
        check(200, &(people(policy), instant()), |(people, now)| {
            let once = wishes(policy, &people, now);
            prop_assert_eq!(&once, &wishes(policy, &people, now));
            for wish in &once {
                let shown = show::wish(policy, wish);
                prop_assert!(!shown.contains("no row of"), "{}", shown);
            }
            Ok(())
        });
    }
}

#[test]
fn nothing_changes_before_the_next_change() {
    for policy in policies() {
        check(150, &(people(policy), instant()), |(people, now)| {
            for person in people.people() {
                let wish = Evaluator::new(policy, &people, now).wish(person);
                // Without a next change nothing ever does: look far ahead.
                let never = now.checked_add(jiff::Span::new().hours(24 * 3650)).unwrap();
                let next = wish.next_change.unwrap_or(never);
                prop_assert!(next > now);
                let almost = next.checked_sub(jiff::Span::new().nanoseconds(1)).unwrap();
                for at in [
                    almost,
                    now.checked_add(next.duration_since(now) / 2).unwrap(),
                ] {
                    let then = Evaluator::new(policy, &people, at).wish(person);
                    prop_assert_eq!(without_next(&wish), without_next(&then), "at {}", at);
                    prop_assert_eq!(wish.next_change, then.next_change);
                }
            }
            Ok(())
        });
    }
}

#[test]
fn the_order_of_files_leaves_no_trace() {
    let bench = Bench::new()
        .file("a.tenure", "groups { when department == \"IT\" => \"SG-It\" } let one = \"x\"")
        .file("b.tenure", "groups { when one == \"x\" => \"SG-X\" keep \"SG-VPN-*\" } profile { sn = last_name cn = last_name }")
        .file("c.tenure", "profile { sAMAccountName = login once mail = \"{login}@{domain}\" once }");
    let (forwards, backwards) = (bench.compile_in(false), bench.compile_in(true));
    let (one, two) = (forwards.policy.unwrap(), backwards.policy.unwrap());
    assert_eq!(one.rules.digest, two.rules.digest);
    // Each file has a number of its own, by the order in which it was read.
    let rules = |policy: &Policy| {
        let rules = policy.rules.rules.iter().cloned();
        let nowhere = |mut rule: Rule| {
            rule.span = Span::default();
            rule
        };
        rules.map(nowhere).collect::<Vec<Rule>>()
    };
    assert_eq!(rules(&one), rules(&two));
    let people = super::bench::people("id,department\n1,IT\n2,\n", &one.schema);
    let now: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
    assert_eq!(wishes(&one, &people, now), wishes(&two, &people, now));
}

#[test]
fn the_digest_tells_one_policy_from_another() {
    let digest = |bench: Bench| bench.right().rules.digest;
    let usual = digest(Bench::new());
    assert_eq!(usual, digest(Bench::new()));
    assert_eq!(usual.len(), 64);
    let param = digest(Bench::new().param("domain", "other.example"));
    let rule = digest(Bench::new().policy("groups { always => \"SG-All\" }"));
    let table = digest(Bench::new().table("sites.csv", "office,code,folder,zone,phone\n"));
    let all = [&usual, &param, &rule, &table];
    for (index, one) in all.iter().enumerate() {
        assert!(all[index + 1..].iter().all(|other| other != one));
    }
}
