//! `tenure match` as a table, CSV and JSON: every verdict.

use super::builder::{BASE, dn, options, person};
use std::sync::Arc;
use tenure::cli::view::Palette;
use tenure::cli::view::matching::{MAX_SETTLED_ROWS, MatchView};
use tenure::directory::{Dn, Domain, Guid, Object, ObjectId, Snapshot};
use tenure::hr;
use tenure::plan::correlate::{Correlation, Match, Tied, Verdict};
use tenure::policy::{Rule, RuleId, RuleKind, Ruleset};

struct World {
    directory: Snapshot,
    people: hr::Snapshot,
    rules: Ruleset,
    correlation: Correlation,
    leavers: Vec<(hr::PersonId, ObjectId)>,
}

impl World {
    fn view(&self) -> MatchView<'_> {
        MatchView {
            correlation: &self.correlation,
            directory: &self.directory,
            rules: &self.rules,
            people: &self.people,
            leavers: &self.leavers,
            now: "2026-03-02T08:00:00Z".parse().unwrap(),
        }
    }

    fn account(&self, login: &str) -> ObjectId {
        self.directory.by_account_name(login).unwrap()
    }
}

/// A directory of these accounts; those beginning with `x` are disabled.
fn directory(logins: &[&str]) -> Snapshot {
    let base = Dn::parse(BASE).unwrap();
    let domain = Domain {
        base,
        sid: None,
        guid: None,
        highest_usn: None,
        controller: None,
        lacks: Vec::new(),
    };
    let object = |login: &&str| {
        let place = dn(&format!(
            "CN={},OU=Staff",
            tenure::directory::dn::escape(login)
        ));
        let bits = if login.starts_with('x') { "514" } else { "512" };
        let object = Object::new(place, Guid::derived(&[login]))
            .with(
                "objectClass",
                ["top", "person", "organizationalPerson", "user"],
            )
            .with("sAMAccountName", [*login])
            .with("userAccountControl", [bits])
            .with("whenCreated", ["20190304070000.0Z"]);
        let object = match *login {
            // The end of February.
            "aschmidt" => object.with("lastLogonTimestamp", ["134157030710000000"]),
            "tberg2" => object.with("lastLogonTimestamp", ["133157030710000000"]),
            "tberg" => object
                .with("adminCount", ["1"])
                .with("msExchRecipientTypeDetails", ["4"]),
            _ => object,
        };
        Arc::new(object)
    };
    Snapshot::new(domain, logins.iter().map(object).collect()).unwrap()
}

fn people(named: &[(&str, &str)]) -> hr::Snapshot {
    let attribute = |name: &str| hr::Attribute::new(name, hr::Type::Text);
    let schema = hr::Schema::new(vec![
        attribute("id").key(),
        attribute("full_name").optional(),
    ])
    .unwrap();
    let schema = Arc::new(schema);
    let people = named.iter().map(|(id, name)| {
        let values = vec![
            Some(hr::Value::Text((*id).into())),
            Some(hr::Value::Text((*name).into())),
        ];
        hr::Person::new(person(id), values)
    });
    hr::Snapshot::new(
        schema,
        people.collect(),
        Vec::new(),
        hr::Origin::new("by hand"),
    )
    .unwrap()
}

fn rules() -> Ruleset {
    let rule = |line: u32| Rule {
        kind: RuleKind::Identity,
        text: "adopt when …".into(),
        file: "identity.tenure".into(),
        line,
        reads: Vec::new(),
        span: tenure::diagnostic::Span::default(),
        reads_clock: false,
    };
    Ruleset {
        rules: (1..6).map(rule).collect(),
        ..Ruleset::default()
    }
}

fn world(evil: &str) -> World {
    let directory = directory(&[
        "aschmidt",
        "lnowak",
        "xberg",
        "tberg",
        "tberg2",
        "jdoe",
        "adm-aschmidt",
        evil,
    ]);
    let people = people(&[
        ("4711", "Anna Schmidt"),
        ("4102", "Łukasz Nowak"),
        ("5001", "Tove Berg"),
        ("5002", "John Doe"),
        ("5003", evil),
        ("5004", "佐藤 さくら"),
        ("5005", "Left Out"),
        ("5006", "Two Ways"),
    ]);
    let mut world = World {
        directory,
        people,
        rules: rules(),
        correlation: Correlation::default(),
        leavers: Vec::new(),
    };
    let account = |login: &str| world.account(login);
    let of = |id: &str, verdict: Verdict| Match {
        person: person(id),
        verdict,
    };
    world.correlation = Correlation {
        people: vec![
            of(
                "4102",
                Verdict::Linked {
                    account: account("lnowak"),
                    rule: RuleId(2),
                },
            ),
            of("4711", Verdict::Anchored(account("aschmidt"))),
            of(
                "5001",
                Verdict::Ambiguous {
                    accounts: vec![account("tberg"), account("tberg2")],
                    rule: RuleId(1),
                    why: "the rules propose 2 accounts".into(),
                },
            ),
            of(
                "5002",
                Verdict::Namesake {
                    account: account("jdoe"),
                    rule: RuleId(1),
                    created: jiff::civil::date(2011, 2, 3),
                    started: Some(jiff::civil::date(2026, 1, 1)),
                },
            ),
            of(
                "5003",
                Verdict::Proposed {
                    account: account("xberg"),
                    rule: RuleId(0),
                },
            ),
            of("5004", Verdict::Without),
            of(
                "5006",
                Verdict::Conflict {
                    accounts: Vec::new(),
                    why: "the `link` line names `gone`, which does not exist".into(),
                },
            ),
        ],
        tied: vec![Tied {
            owner: account("aschmidt"),
            account: account("adm-aschmidt"),
            rule: RuleId(3),
        }],
        shared: Vec::new(),
        orphans: vec![account(evil)],
        left_out: vec![(person("5005"), RuleId(4))],
        holds_people: true,
    };
    // One logged on lately, one three years ago, one is disabled.
    let left = [("4711", "aschmidt"), ("5001", "tberg2"), ("5003", "xberg")];
    let left = left.map(|(id, login)| (person(id), world.account(login)));
    world.leavers = left.to_vec();
    world
}

#[test]
fn every_verdict_in_a_table() {
    insta::assert_snapshot!(
        world("=cmd|x")
            .view()
            .table(&options(100, Palette::plain()))
    );
}

#[test]
fn a_narrow_table_stays_within_its_width() {
    let text = world("=cmd|x").view().table(&options(60, Palette::plain()));
    for line in text.lines() {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 60, "{line}");
    }
}

#[test]
fn every_verdict_as_csv_without_formulas() {
    let text = world("=cmd|x").view().csv();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    for record in reader.records() {
        let record = record.unwrap();
        assert_eq!(record.len(), 13);
        assert!(
            record
                .iter()
                .all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t'])),
            "{record:?}"
        );
    }
    insta::assert_snapshot!(text);
}

#[test]
fn every_verdict_as_json() {
    let text = world("=cmd|x").view().json();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["to_settle"], 4);
    insta::assert_snapshot!(text);
}

#[test]
fn hostile_names_are_harmless_in_table_and_csv() {
    let world = world("-\u{1b}[2J\u{202e}e\n\"v");
    for text in [
        world.view().table(&options(100, Palette::plain())),
        world.view().csv().replace("\r\n", "\n"),
        world.view().json(),
    ] {
        let harmful = text
            .chars()
            .any(|c| c != '\n' && tenure::text::is_hostile(c));
        assert!(!harmful, "{text}");
    }
    assert_eq!(world.view().csv().lines().count(), 12);
}

#[test]
fn what_is_certain_is_only_counted_where_it_is_long() {
    let mut world = world("x1");
    let account = world.account("aschmidt");
    world.correlation.people = (0..=MAX_SETTLED_ROWS)
        .map(|index| Match {
            person: person(&index.to_string()),
            verdict: Verdict::Anchored(account),
        })
        .collect();
    let text = world.view().table(&options(100, Palette::plain()));
    assert!(
        text.contains("Anchored  201: certain, by the anchor\n  too many for a table"),
        "{text}"
    );
    assert_eq!(world.view().csv().matches("anchored,").count(), 201);
}
