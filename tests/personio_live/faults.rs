//! Everything that goes wrong once, at every request in turn: the exact people come of it, or a clear error.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

use super::{kestrel, last, now, options, read, schema, settings, shown};
use tenure::personio::client::{Api, Error, Last};
use tenure::personio_sim::{Company, Fault, Kind, Options, Sim};

/// What must be mended wherever it happens.
const MENDED: &[Kind] = &[
    Kind::TooMany,
    Kind::Unauthorized,
    Kind::Expired,
    Kind::Unavailable,
    Kind::BadGateway,
    Kind::Slow,
    Kind::Repeated,
    Kind::Html,
    Kind::Broken,
    Kind::Cut,
    Kind::Short,
    Kind::Empty,
    Kind::Duplicate,
    Kind::Again,
    Kind::SelfCursor,
    Kind::FirstCursor,
    Kind::Inserted,
    Kind::Total,
    Kind::Deleted,
    Kind::Created,
    Kind::Changed,
    Kind::NoStatus,
];

/// What came of one kind.
#[derive(Debug, Default)]
struct Tally {
    recovered: u32,
    refused: BTreeMap<&'static str, u32>,
}

/// So many people of the example, in both generations on several pages.
fn company(count: usize) -> Company {
    let mut company = kestrel();
    let sample = company.people.clone();
    for (person, id) in sample
        .iter()
        .cycle()
        .zip(100_000_u64..)
        .take(count.saturating_sub(sample.len()))
    {
        let mut person = person.clone();
        person.id = id;
        company.people.push(person);
    }
    company.people.truncate(count);
    company
}

/// The usual run looks at every fourth request, the long one at all.
pub(crate) fn step() -> usize {
    if crate::is_long() { 1 } else { 4 }
}

/// Injects every kind at every request of a reading, and tells what came of each.
fn matrix(api: Api, count: usize, page: usize, known: bool) -> BTreeMap<Kind, Tally> {
    let schema = schema();
    let options = || Options {
        page,
        slow: std::time::Duration::from_millis(400),
        ..options()
    };
    let sim = Sim::start(company(count), options()).unwrap();
    let mut settings = settings(&sim, api);
    settings.patience.answer = std::time::Duration::from_millis(250);
    let clean = read(&settings, &schema, &Last::default()).unwrap();
    let before = shown(&clean);
    let last = if known { last(&clean) } else { Last::default() };
    sim.recount();
    assert_eq!(shown(&read(&settings, &schema, &last).unwrap()), before);
    let requests = sim.requests();
    let mut tallies: BTreeMap<Kind, Tally> = BTreeMap::new();
    for (kind, name) in Kind::ALL {
        let tally = tallies.entry(*kind).or_default();
        for (at, request) in (1..).zip(&requests).step_by(step()) {
            sim.change(|own| *own = company(count));
            sim.set(|options| {
                options.now = Some(now());
                options.faults = vec![Fault {
                    kind: *kind,
                    endpoint: None,
                    at,
                    times: 1,
                }];
            });
            sim.recount();
            let found = read(&settings, &schema, &last);
            sim.set(|options| options.faults.clear());
            match found {
                Ok(found) => {
                    // Who came, went or changed meanwhile may be in it or not.
                    let found = shown(&found);
                    let exact = found == before
                        || found == shown(&read(&settings, &schema, &Last::default()).unwrap());
                    assert!(
                        exact,
                        "{name} at request {at} ({request}) gave other people"
                    );
                    tally.recovered += 1;
                }
                Err(error) => {
                    assert!(
                        !MENDED.contains(kind),
                        "{name} at request {at} ({request}) was not mended: {error}"
                    );
                    *tally.refused.entry(error.code()).or_default() += 1;
                }
            }
        }
    }
    let mut report = format!("{api:?}: {} requests in each reading\n", requests.len());
    for (kind, tally) in &tallies {
        let (recovered, refused) = (tally.recovered, &tally.refused);
        let _ = writeln!(report, "{kind}: recovered {recovered}, refused {refused:?}");
    }
    // With `--nocapture` for whoever counts.
    std::io::stdout().write_all(report.as_bytes()).unwrap();
    tallies
}

#[test]
fn whatever_happens_once_is_mended_or_told_in_version_1() {
    let tallies = matrix(Api::V1, 250, 100, true);
    assert!(tallies[&Kind::Skewed].refused["personio-clock"] > 0);
    assert_eq!(tallies[&Kind::Skewed].recovered, 0);
}

#[test]
fn whatever_happens_once_is_mended_or_told_in_version_2() {
    let tallies = matrix(Api::V2, 7, 3, false);
    assert!(tallies[&Kind::Skewed].refused["personio-clock"] > 0);
    assert_eq!(tallies[&Kind::Skewed].recovered, 0);
}

/// What never stops is told, and never becomes people.
#[test]
fn what_goes_on_failing_is_told() {
    let schema = schema();
    for api in [Api::V1, Api::V2] {
        let sim = Sim::start(company(94), options()).unwrap();
        let mut settings = settings(&sim, api);
        // Longer than any answer takes that is not slow on request, also where the machine has other work.
        settings.patience.answer = std::time::Duration::from_millis(600);
        let last = last(&read(&settings, &schema, &Last::default()).unwrap());
        let list = if api == Api::V1 {
            "v1/employees"
        } else {
            "v2/persons"
        };
        let mut told = Vec::new();
        for (kind, name) in Kind::ALL {
            sim.change(|own| *own = company(94));
            sim.set(|options| {
                options.slow = std::time::Duration::from_millis(1_500);
                options.faults = vec![Fault {
                    kind: *kind,
                    endpoint: Some(list.to_owned()),
                    at: 1,
                    times: u64::MAX / 2,
                }];
            });
            sim.recount();
            let found = read(&settings, &schema, &last);
            let came = match found {
                Ok(found) => {
                    // Somebody goes, comes or changes at every request: a list of one moment is a right one.
                    let moves = matches!(
                        kind,
                        Kind::Deleted
                            | Kind::Inserted
                            | Kind::Created
                            | Kind::Changed
                            | Kind::Expired
                    );
                    let harmless = match kind {
                        Kind::Duplicate | Kind::Total | Kind::Repeated => true,
                        // In version 1 all of them are on one page, which is the first.
                        Kind::Again | Kind::SelfCursor | Kind::FirstCursor => api == Api::V1,
                        // There the state of employment is an employment's.
                        Kind::NoStatus => api == Api::V2,
                        _ => false,
                    };
                    assert!(
                        moves || harmless,
                        "{api:?}: {name} gave {} people",
                        found.len()
                    );
                    "people".to_owned()
                }
                Err(error) => {
                    assert!(!error.help().is_empty());
                    format!("{}: {error}", error.code())
                }
            };
            told.push(format!("{name}: {came}"));
        }
        insta::with_settings!({filters => vec![(r"127\.0\.0\.1:\d+", "HOST")]}, {
            insta::assert_snapshot!(format!("always_{api:?}"), told.join("\n"));
        });
    }
}

/// A storm of 429 that ends is sat out.
#[test]
fn a_storm_of_429_is_sat_out() {
    let schema = schema();
    for api in [Api::V1, Api::V2] {
        let sim = Sim::start(company(94), options()).unwrap();
        let settings = settings(&sim, api);
        let before = shown(&read(&settings, &schema, &Last::default()).unwrap());
        for at in 1..=8 {
            sim.set(|options| options.faults = vec![format!("429@{at}*3").parse().unwrap()]);
            sim.recount();
            let found = read(&settings, &schema, &Last::default());
            assert_eq!(shown(&found.unwrap()), before, "{api:?} from {at}");
        }
    }
}

/// Whom the list lacks and Personio has stops the run; who is truly gone does not.
#[test]
fn everybody_of_the_last_run_is_asked_for() {
    let schema = schema();
    for api in [Api::V1, Api::V2] {
        let sim = Sim::start(company(94), options()).unwrap();
        let settings = settings(&sim, api);
        let all = read(&settings, &schema, &Last::default()).unwrap();
        let mut last = last(&all);
        last.ids.insert("777".into());
        sim.change(|company| company.people.remove(3));
        assert_eq!(
            read(&settings, &schema, &last).unwrap().len(),
            all.len() - 1
        );
        // More than half of them: the list is not believed.
        sim.change(|company| company.people.truncate(30));
        let error = read(&settings, &schema, &last).unwrap_err();
        assert!(matches!(error, Error::Shrunk { now: 30, .. }), "{error}");
    }
}
