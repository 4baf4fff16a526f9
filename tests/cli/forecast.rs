//! `tenure forecast`: what comes out, what is never in it, and that nothing is touched.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::company::{self, POLICY};
use super::controller::Company;
use super::{Place, Ran};

const HEADER: &str =
    "id,first_name,last_name,status,department,title,start,zone,termination_date\n";

/// The small company, where people begin on a day at half past two in the night of their zone and end at six in the
/// evening of a sensitive one, with these people.
pub(super) fn dated(people: &str) -> Place {
    let place = company::small();
    let policy = POLICY
        .replace(
            "title      : text?\n",
            "title      : text?\n  start      : date\n  zone       : timezone?\n  \
             last_day   : date?   from \"termination_date\"\n",
        )
        .replace(
            "timezone \"Europe/Berlin\"",
            "timezone zone else \"Europe/Berlin\"",
        )
        .replace(
            "lifecycle {\n",
            "lifecycle {\n  when last_day is present and now >= last_day at 18:00 => leaver\n  \
             when status == \"active\" and now < start at 02:30 => prehire\n",
        )
        .replace("  manage granted\n", "  manage granted\n  linger 3 days\n");
    place.write("policy/policy.tenure", policy);
    place.write("people.csv", format!("{HEADER}{people}"));
    place
}

fn json(place: &Place, arguments: &[&str]) -> Value {
    let all = [&["forecast", "--format", "json"], arguments].concat();
    serde_json::from_str(&place.expect(0, &all).out).unwrap()
}

/// Instants, local times and kinds of actions of a person's events, but for what is due now.
fn events(forecast: &Value, person: &str) -> Vec<String> {
    let all = forecast["events"].as_array().unwrap().iter();
    let own = all.filter(|event| event["person"] == person && event["due_now"] == false);
    own.map(|event| {
        let kinds: Vec<&String> = event["actions"].as_object().unwrap().keys().collect();
        format!("{} {} {kinds:?}", text(&event["at"]), text(&event["local"]))
    })
    .collect()
}

/// A text without the breaks of its lines.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn the_example_is_foreseen() {
    let place = Place::example();
    let before = place.content();
    insta::assert_snapshot!("example", place.expect(0, &["forecast"]).out);
    insta::assert_snapshot!(
        "example_calendar",
        place
            .expect(0, &["forecast", "--format", "ics", "--until", "2026-03-16"])
            .out
            .replace('\r', "")
    );
    assert_eq!(
        place.written_since(&before),
        Vec::<std::path::PathBuf>::new()
    );
    assert!(!place.path("rules/.tenure").exists());
}

#[test]
fn what_is_due_now_is_what_the_plan_shows_and_once_applied_it_is_not_due_any_more() {
    let place = company::small();
    let planned = place.plan().actions().len();
    let forecast = json(&place, &[]);
    let all = forecast["events"].as_array().unwrap();
    let now = all.iter().filter(|event| event["due_now"] == true);
    let kinds = now.flat_map(|event| event["actions"].as_object().unwrap());
    let kinds = kinds.filter(|(kind, _)| *kind != "change" && *kind != "notify");
    let foreseen: u64 = kinds.map(|(_, n)| n.as_u64().unwrap()).sum();
    let changes = place
        .plan()
        .kinds()
        .iter()
        .filter(|kind| **kind == "modify")
        .count();
    assert_eq!(foreseen, (planned - changes) as u64);
    place.expect(0, &["apply", "--yes"]);
    let before = place.content();
    let forecast = json(&place, &["--until", "2026-02-20"]);
    assert_eq!(forecast["events"], Value::Array(Vec::new()), "{forecast}");
    assert_eq!(
        place.written_since(&before),
        Vec::<std::path::PathBuf>::new()
    );
    // The deletion of who left is due when this tool has seen the account disabled for thirty days.
    let forecast = json(&place, &["--until", "2026-03-04T09:00:00+01:00"]);
    let wanted = ["2026-03-04T08:00:00Z 2026-03-04T09:00:00+01:00 [\"delete\"]"];
    assert_eq!(events(&forecast, "5"), wanted, "{forecast:#}");
    let until = "2026-03-04T08:59:59+01:00";
    assert_eq!(
        events(&json(&place, &["--until", until]), "5"),
        Vec::<String>::new()
    );
}

#[test]
fn an_end_that_is_past_or_far_or_none_is_refused_in_a_sentence() {
    let place = company::small();
    for (until, code, says) in [
        ("2026-02-01", "bad-until", "is not ahead"),
        ("2026-02-02T09:00:00+01:00", "bad-until", "is not ahead"),
        ("2028-03-01", "bad-until", "more than 2 years"),
        ("9999-12-31", "bad-until", "more than 2 years"),
        ("tomorrow", "bad-instant", ""),
        ("2026-02-30", "bad-instant", ""),
        ("", "bad-instant", ""),
    ] {
        let ran = place.expect(1, &["forecast", "--until", until]);
        assert!(ran.said(&format!("error[{code}]")), "{until}: {ran}");
        assert!(ran.said(says) && ran.said("help:"), "{until}: {ran}");
        assert_eq!(ran.out, "", "{until}");
    }
    place.expect(64, &["forecast", "--format", "yaml"]);
    // The day itself is in it, today, too; and two years are.
    place.expect(0, &["forecast", "--until", "2026-02-02"]);
    place.expect(0, &["forecast", "--until", "2028-02-02"]);
}

#[test]
fn a_day_that_loses_or_gains_an_hour_is_foreseen_by_the_clock_of_each_zone() {
    let place = dated(
        "11,Ada,Gap,active,Lab,,2026-03-29,Europe/Berlin,\n\
         12,Bob,Fold,active,Lab,,2026-10-25,Europe/Berlin,\n\
         13,Cleo,Ny,active,Lab,,2026-03-08,America/New_York,\n\
         14,Dan,Howe,active,Lab,,2026-10-04,Australia/Lord_Howe,\n\
         15,Eve,Never,active,Lab,,2026-03-29,Pacific/Honolulu,\n\
         16,Flo,Home,active,Lab,,2026-10-26,,\n",
    );
    let forecast = json(&place, &["--until", "2026-12-31"]);
    for (person, wanted) in [
        ("11", "2026-03-29T01:00:00Z 2026-03-29T03:00:00+02:00"),
        ("12", "2026-10-25T00:30:00Z 2026-10-25T02:30:00+02:00"),
        ("13", "2026-03-08T07:00:00Z 2026-03-08T03:00:00-04:00"),
        ("14", "2026-10-03T15:30:00Z 2026-10-04T02:30:00+11:00"),
        ("15", "2026-03-29T12:30:00Z 2026-03-29T02:30:00-10:00"),
        ("16", "2026-10-26T01:30:00Z 2026-10-26T02:30:00+01:00"),
    ] {
        let found = events(&forecast, person);
        assert_eq!(found.len(), 1, "{person}: {found:?}");
        assert!(found[0].starts_with(wanted), "{person}: {found:?}");
        assert!(found[0].contains("enable"), "{person}: {found:?}");
    }
    let told = place.expect(0, &["forecast", "--until", "2026-12-31"]);
    assert!(
        told.out
            .contains("\n2026-10-04 02:30 +11:00 Australia/Lord_Howe, in 243 days\n"),
        "{told}"
    );
}

/// The starts of Ada and Cleo may be told; Bob leaves between them.
const SECRETIVE: &str = "\
11,Ada,King,active,Lab,,2026-02-20,,\n\
12,Bob,Ross,active,Lab,,2020-01-01,,2026-02-17\n\
13,Cleo,Old,active,Sales,,2026-02-16,Pacific/Honolulu,\n";

#[test]
fn the_instant_of_a_sensitive_date_is_nowhere_nor_what_follows_from_it() {
    let place = dated(SECRETIVE);
    place.expect(0, &["apply", "--yes"]);
    let until = ["--until", "2026-06-30"];
    for format in ["human", "json", "ics"] {
        for names in [&[][..], &["--names"]] {
            let all = [&["forecast", "--format", format][..], &until, names].concat();
            let Ran { out, .. } = place.expect(0, &all);
            // His last day and, thirty days later, the deletion; in UTC as in Berlin.
            for date in ["02-17", "20260217", "03-19", "20260319"] {
                assert!(!out.contains(date), "{format} tells {date}: {out}");
            }
            assert!(
                !out.contains("bross") && !out.contains("(12)"),
                "{format}: {out}"
            );
            let ada = ["02-20 02:30", "2026-02-20T01:30:00Z", "20260220T013000Z"];
            assert!(ada.iter().any(|date| out.contains(date)), "{format}: {out}");
            let named = out.contains("aking");
            assert_eq!(
                named,
                format == "human" || !names.is_empty(),
                "{format}: {out}"
            );
        }
    }
    let forecast = json(&place, &until);
    assert_eq!(events(&forecast, "12"), Vec::<String>::new());
    let human = unwrapped(&place.expect(0, &["forecast", "--until", "2026-06-30"]).out);
    assert!(
        human.contains("What hangs on sensitive dates is left out: whose it is, when, and how much; `--reveal` shows it"),
        "{human}"
    );
    let refused = place.expect(1, &["forecast", "--reveal"]);
    assert!(refused.said("error[not-a-terminal]"), "{refused}");
}

#[test]
fn a_guard_that_would_trip_is_told_with_when_and_by_how_much_and_the_forecast_goes_on() {
    let place = dated(
        "11,Ada,King,active,Lab,,2026-02-10,,\n\
         12,Bob,Ross,active,Lab,,2026-02-10,,\n\
         13,Cleo,Old,active,Lab,,2026-02-10,,\n\
         14,Dora,New,active,Lab,,2026-02-10,America/New_York,\n\
         15,Emil,Far,active,Lab,,2026-02-12,,\n",
    );
    place.change(
        "policy/policy.tenure",
        "guard {\n",
        "guard {\n  enable  at most 2\n",
    );
    place.expect(0, &["apply", "--yes"]);
    let forecast = json(&place, &[]);
    let trips: Vec<String> = forecast["guards"]
        .as_array()
        .unwrap()
        .iter()
        .map(|trip| {
            format!(
                "{} {}: {} after {} of {}",
                text(&trip["at"]),
                text(&trip["guard"]),
                trip["count"],
                trip["recent"],
                trip["limit"]
            )
        })
        .collect();
    assert_eq!(
        trips,
        [
            "2026-02-10T01:30:00Z enable: 3 after 0 of 2",
            "2026-02-10T07:30:00Z enable: 1 after 3 of 2",
        ]
    );
    assert_eq!(
        events(&forecast, "15").len(),
        1,
        "two days later nothing stands in the way"
    );
    let told = unwrapped(&place.expect(0, &["forecast"]).out);
    let line = "✗ guard enable would trip: 3 of at most 2 (enable at most 2); from here on as if it were overridden";
    assert!(told.contains(line), "{told}");
    let line = "guard enable would trip: 1 after 3 in 24 hours of at most 2";
    assert!(told.contains(line), "{told}");
}

#[test]
fn a_guard_that_trips_by_sensitive_dates_is_told_by_the_day_and_only_where_many_share_it() {
    let leaver = |id: u32| format!("{id},P{id},Q,active,Lab,,2020-01-01,,2026-02-17\n");
    for (leavers, when) in [(4, None), (6, Some("2026-02-17"))] {
        let people: String = (11..11 + leavers).map(leaver).collect();
        let place = dated(&people);
        place.change(
            "policy/policy.tenure",
            "disable at most 50",
            "disable at most 2",
        );
        place.expect(0, &["apply", "--yes"]);
        let forecast = json(&place, &[]);
        let guards = forecast["guards"].as_array().unwrap();
        assert_eq!(guards.len(), usize::from(when.is_some()), "{forecast:#}");
        if let Some(day) = when {
            assert_eq!(
                (&guards[0]["at"], &guards[0]["day"]),
                (&Value::Null, &day.into())
            );
            assert_eq!(guards[0]["count"], Value::Null);
        }
        let told = place.expect(0, &["forecast"]).out;
        assert_eq!(told.contains("02-17"), when.is_some(), "{told}");
        let calendar = place.expect(0, &["forecast", "--format", "ics"]).out;
        assert_eq!(
            calendar.contains("DATE:20260217"),
            when.is_some(),
            "{calendar}"
        );
    }
}

#[test]
fn what_waits_for_approval_is_told_once() {
    let place = dated(
        "11,Ada,King,active,Lab,,2026-02-10,,\n12,Bob,Ross,active,Lab,,2026-02-11,,\n13,Cy,Ko,active,Lab,,2026-02-12,,\n",
    );
    let policy = place.read("policy/policy.tenure");
    place.write("policy/policy.tenure", policy + "\napprove enable\n");
    place.expect(0, &["apply", "--yes"]);
    let forecast = json(&place, &[]);
    for person in ["11", "12", "13"] {
        let found = events(&forecast, person);
        assert_eq!(found.len(), 1, "{person}: {found:?}");
        assert!(found[0].contains("enable"), "{found:?}");
    }
    let all = forecast["events"].as_array().unwrap();
    let waiting = all.iter().filter(|event| event["due_now"] == false);
    assert!(
        waiting
            .into_iter()
            .all(|event| event["waiting"].as_u64().unwrap() >= 1)
    );
}

#[test]
fn what_a_freeze_holds_back_is_due_when_it_ends() {
    let place =
        dated("11,Ada,King,active,Lab,,2026-02-10,,\n12,Bob,Ross,active,Lab,,2026-02-14,,\n");
    place.expect(0, &["apply", "--yes"]);
    let until = "2026-02-12T12:00:00Z";
    let because = ["--because", "the domain is being moved"];
    place.expect(0, &[&["freeze", "--until", until][..], &because].concat());
    let forecast = json(&place, &[]);
    assert!(
        text(&forecast["notes"][0]).contains("frozen until"),
        "{forecast:#}"
    );
    let own = events(&forecast, "11");
    assert_eq!(own.len(), 1, "{own:?}");
    assert!(
        own[0].starts_with(until) && own[0].contains("enable"),
        "{own:?}"
    );
    let all = forecast["events"].as_array().unwrap();
    let ada = all.iter().find(|event| event["person"] == "11").unwrap();
    assert_eq!(ada["stage"]["from"], "prehire", "{forecast:#}");
    assert_eq!(events(&forecast, "12").len(), 1);
}

#[test]
fn a_run_that_is_not_finished_comes_first() {
    let place = company::applied();
    let db = rusqlite::Connection::open(place.path(".tenure/state.db")).unwrap();
    db.execute_batch(
        "UPDATE run SET status = 'running';
         INSERT INTO run_plan (run, plan) SELECT id, '{}' FROM run LIMIT 1;",
    )
    .unwrap();
    drop(db);
    let ran = place.expect(1, &["forecast"]);
    assert!(ran.said("error[unfinished-run]"), "{ran}");
}

#[test]
fn each_field_of_the_data_stands_in_the_document() {
    let page = std::fs::read_to_string("docs/forecast.md").unwrap();
    let place = Place::example();
    let forecast = json(&place, &["--names", "--until", "2026-03-10"]);
    let mut keys: BTreeSet<String> = BTreeSet::new();
    let mut open = vec![&forecast];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                keys.extend(fields.keys().cloned());
                open.extend(fields.values());
            }
            Value::Array(items) => open.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let missing: Vec<&String> = keys
        .iter()
        .filter(|key| !page.contains(&format!("`{key}`")))
        .collect();
    assert_eq!(missing, Vec::<&String>::new());
}

/// The properties of the events of a calendar, read as RFC 5545 says; panics at what it forbids.
fn entries(calendar: &str) -> Vec<BTreeMap<String, String>> {
    assert!(calendar.ends_with("\r\n"), "the last line ends, too");
    assert_eq!(
        calendar.replace("\r\n", "").find(['\r', '\n']),
        None,
        "lines end with CR LF"
    );
    for line in calendar.split("\r\n") {
        assert!(line.len() <= 75, "{} bytes: {line}", line.len());
    }
    let unfolded = calendar.replace("\r\n ", "");
    let mut open: Vec<&str> = Vec::new();
    let mut all = Vec::new();
    let mut heads = BTreeMap::new();
    for line in unfolded.split_terminator("\r\n") {
        let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("{line}"));
        assert!(value.chars().all(|c| !c.is_control()), "{line}");
        match name {
            "BEGIN" => {
                open.push(value);
                if value == "VEVENT" {
                    all.push(BTreeMap::new());
                }
                continue;
            }
            "END" => {
                assert_eq!(open.pop(), Some(value));
                continue;
            }
            _ => {}
        }
        let fields = match open.as_slice() {
            ["VCALENDAR"] => &mut heads,
            ["VCALENDAR", "VEVENT"] => all.last_mut().unwrap(),
            other => panic!("{other:?}: {line}"),
        };
        let twice = fields.insert(name.to_owned(), unescaped(value));
        assert_eq!(twice, None, "{line}");
    }
    assert!(open.is_empty() && !all.is_empty());
    assert_eq!(heads["VERSION"], "2.0");
    assert!(heads.contains_key("PRODID"));
    let utc = regex::Regex::new(r"^\d{8}T\d{6}Z$").unwrap();
    let mut uids = BTreeSet::new();
    for entry in &all {
        assert!(utc.is_match(&entry["DTSTAMP"]), "{entry:?}");
        let day = entry
            .get("DTSTART;VALUE=DATE")
            .is_some_and(|day| day.len() == 8);
        assert!(day || utc.is_match(&entry["DTSTART"]), "{entry:?}");
        assert!(uids.insert(entry["UID"].clone()), "twice: {entry:?}");
    }
    all
}

/// A text as it was before it was escaped; panics at what must not stand there bare.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars();
    while let Some(c) = letters.next() {
        match c {
            '\\' => match letters.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(c @ ('\\' | ';' | ',')) => out.push(c),
                other => panic!("{other:?} is escaped in {text}"),
            },
            ',' | ';' => panic!("bare in {text}"),
            c => out.push(c),
        }
    }
    out
}

#[test]
fn the_calendar_keeps_to_the_standard_and_tells_the_same_event_under_the_same_name() {
    let place = Place::example();
    let calendar = |place: &Place, more: &[&str]| {
        let until = ["--until", "2026-03-20"];
        let all = [&["forecast", "--format", "ics"][..], &until, more].concat();
        entries(&place.expect(0, &all).out)
    };
    let bare = calendar(&place, &[]);
    let named = calendar(&place, &["--names"]);
    let uids = |all: &[BTreeMap<String, String>]| -> BTreeMap<String, String> {
        let pair = |one: &BTreeMap<String, String>| (one["UID"].clone(), one["SUMMARY"].clone());
        all.iter().map(pair).collect()
    };
    assert_eq!(uids(&bare), uids(&named));
    let ids = regex::Regex::new(r"\b[45]\d{3}\b").unwrap();
    for (one, other) in bare.iter().zip(&named) {
        let text = format!("{} {}", one["SUMMARY"], one["DESCRIPTION"]);
        assert!(!ids.is_match(&text) && !text.contains("Kalani"), "{text}");
        assert_eq!(one["DTSTAMP"], other["DTSTAMP"]);
    }
    assert!(
        named
            .iter()
            .any(|one| one["DESCRIPTION"].contains("Kalani Māhoe (4071)"))
    );
    // A day later what is to come is the same, under the same names.
    place.expect(
        0,
        &[
            "apply",
            "--yes",
            "--override",
            "disable",
            "--because",
            "a test",
        ],
    );
    place.change("rules/tenure.toml", "2026-03-02T09", "2026-03-03T09");
    let later = uids(&calendar(&place, &[]));
    let same = uids(&bare)
        .iter()
        .filter(|(uid, _)| later.contains_key(*uid))
        .count();
    assert!(
        same >= bare.len() - 3,
        "{same} of {}: {later:#?}",
        bare.len()
    );
}

#[test]
fn a_domain_is_looked_ahead_in_as_its_export_is_and_is_not_written() {
    let company = Company::delegated();
    let base = company.domain.base_dn().to_owned();
    let changed = |company: &Company| -> BTreeMap<String, String> {
        let all = company
            .domain
            .client()
            .search(&base, "(objectClass=*)", &["uSNChanged"])
            .done();
        let entries = all.entries.iter();
        entries
            .map(|entry| (entry.dn.clone(), entry.all("uSNChanged").concat()))
            .collect()
    };
    let before = changed(&company);
    let files = company.place.content();
    let arguments = ["forecast", "--format", "json", "--until", "2026-04-05"];
    let live: Value = serde_json::from_str(&company.expect(0, &arguments).out).unwrap();
    assert_eq!(changed(&company), before);
    assert_eq!(
        company.place.written_since(&files),
        Vec::<std::path::PathBuf>::new()
    );
    assert_eq!(live["failures"], Value::Array(Vec::new()), "{live:#}");
    let embedded = json(&Place::example(), &arguments[3..]);
    let deeds = |forecast: &Value| -> BTreeSet<String> {
        let all = forecast["events"].as_array().unwrap().iter();
        let later = all.filter(|event| event["due_now"] == false);
        later
            .map(|event| {
                format!(
                    "{} {} {} {}",
                    event["at"], event["person"], event["stage"], event["actions"]
                )
            })
            .collect()
    };
    let (live, embedded) = (deeds(&live), deeds(&embedded));
    assert!(live.len() > 12, "{live:#?}");
    let differs: Vec<&String> = live.symmetric_difference(&embedded).collect();
    assert_eq!(differs, Vec::<&String>::new());
}
