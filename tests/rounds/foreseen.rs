//! A forecast against the days themselves: jumping from predicted change to predicted change tells the history that
//! stepping through the same time in small steps makes, with the real planner, executor, directory and store.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, ToSpan as _};
use proptest::prelude::*;
use tenure::forecast::Forecast;
use tenure::plan::{Change, GuardKind, Plan};

use super::company::{Company, Row};
use super::laws::{company, existing, facts};

/// For how long is looked from hour to hour, and then less closely, in hours.
const HOURLY: i64 = 21 * 24;
const ALL: i64 = 80 * 24;
const LATER: usize = 8;

/// How often each kind of action is done to whom at which instant; nobody is units and groups.
type History = BTreeMap<(Timestamp, Option<String>), BTreeMap<&'static str, u32>>;

fn foreseen(forecast: &Forecast) -> History {
    let mut history = History::new();
    for event in forecast.events.iter().filter(|one| !one.actions.is_empty()) {
        let person = event.person.as_ref().map(ToString::to_string);
        let actions = event.actions.iter().map(|(kind, n)| (kind.word(), *n));
        history.insert((event.at, person), actions.collect());
    }
    history
}

fn happened(history: &mut History, plan: &Plan) {
    for action in &plan.actions {
        let (word, count) = match &action.change {
            Change::CreateUnit { .. } => ("create-unit", 1),
            Change::CreateGroup { .. } => ("create-group", 1),
            Change::CreateAccount { .. } => ("create", 1),
            Change::Adopt { .. } => ("adopt", 1),
            Change::Release { .. } => ("release", 1),
            Change::SetPassword { .. } => ("password", 1),
            Change::Modify { attributes, .. } => {
                ("change", u32::try_from(attributes.len()).unwrap())
            }
            Change::Move { .. } => ("move", 1),
            Change::Enable { .. } => ("enable", 1),
            Change::Disable { .. } => ("disable", 1),
            Change::AddMember { .. } => ("grant", 1),
            Change::RemoveMember { .. } => ("revoke", 1),
            Change::WriteBack { .. } => ("writeback", 1),
            Change::Await { .. } => ("step", 1),
            Change::Delete { .. } => ("delete", 1),
            Change::DeleteUnit { .. } => ("delete-unit", 1),
        };
        let person = action.person.as_ref().map(ToString::to_string);
        let all = history.entry((plan.header.now, person)).or_default();
        *all.entry(word).or_default() += count;
    }
}

/// The instants at which the days are looked at: hour by hour, later less often, and to the minute and the second
/// around what was predicted.
fn steps(company: &Company, forecast: &Forecast) -> BTreeSet<Timestamp> {
    let start = company.now();
    let hours = (0..=HOURLY).chain((HOURLY..=ALL).step_by(LATER));
    let mut steps: BTreeSet<Timestamp> = hours.map(|hour| start + hour.hours()).collect();
    for event in &forecast.events {
        let at = event.at;
        let near = (-3..=3).map(|minute: i64| at + minute.minutes());
        steps.extend(near.chain([at - 1.second()]));
    }
    steps.retain(|at| *at >= start && *at <= forecast.until);
    steps
}

/// The forecast, and what then really happens.
fn both(company: &Company) -> (History, History) {
    let forecast = company.forecast(company.now() + ALL.hours());
    assert_eq!(forecast.failures, []);
    let steps = steps(company, &forecast);
    let mut history = History::new();
    for at in steps {
        company.at(at);
        let plan = company.plan();
        // A run with nothing to do and nothing to remember would change nothing.
        let memory = &plan.memory;
        let remembers = !(memory.people.is_empty()
            && memory.accounts.is_empty()
            && memory.memberships.is_empty()
            && memory.values.is_empty());
        if plan.actions.is_empty() && !remembers && at != forecast.from {
            continue;
        }
        happened(&mut history, &plan);
        company.apply_past(&plan, &GuardKind::ALL);
    }
    (foreseen(&forecast), history)
}

/// What stands in one of two histories alone.
fn differs(foreseen: &History, happened: &History) -> Vec<String> {
    let keys: BTreeSet<_> = foreseen.keys().chain(happened.keys()).collect();
    let other = keys
        .into_iter()
        .filter(|key| foreseen.get(*key) != happened.get(*key));
    let told = other.map(|key| {
        let (here, there) = (foreseen.get(key), happened.get(key));
        format!(
            "{} of {:?}: foreseen {here:?}, happened {there:?}",
            key.0, key.1
        )
    });
    told.collect()
}

/// Somebody of whom something is due in the days that are looked at, by dates so many days from the first.
fn soon() -> impl Strategy<Value = Row> {
    let starts = prop_oneof![2 => -40..60_i64, 1 => Just(-2000)];
    let ends = prop::option::of(-75..70_i64);
    let picks = (0..3_usize, 0..4_usize, 0..3_usize, 0..6_usize);
    (starts, ends, picks, any::<bool>()).prop_map(|(starts, ends, picks, led)| {
        let first = "2026-03-02".parse::<jiff::civil::Date>().unwrap();
        let day = |days: i64| (first + days.days()).to_string();
        let mut row = Row::new(0, ["Ada", "Bob", "Zoë"][picks.0], "King");
        row.hired = day(starts);
        row.ends = ends.map_or_else(String::new, day);
        row.office = ["Berlin", "Honolulu", "Berlin", "Atlantis"][picks.1];
        row.department = ["Engineering", "Finance", "Sales"][picks.2];
        row.kind = if picks.1 == 1 { "trainee" } else { "permanent" };
        row.status = ["active", "active", "active", "active", "leave", "inactive"][picks.3];
        if led {
            "1".clone_into(&mut row.boss);
        }
        row
    })
}

proptest! {
    #![proptest_config(super::sample(3))]

    #[test]
    fn what_is_foreseen_happens_then_and_nothing_else_does(
        people in prop::collection::vec((facts(), prop::option::of(existing())), 2..7),
    ) {
        let company = company(&people);
        let (foreseen, happened) = both(&company);
        let differs = differs(&foreseen, &happened);
        prop_assert!(differs.is_empty(), "{}", differs.join("\n"));
    }

    #[test]
    fn many_dates_in_one_company_are_each_foreseen_to_the_instant(
        mut rows in prop::collection::vec(soon(), 3..9),
    ) {
        for (id, row) in (1..).zip(&mut rows) {
            row.id = id;
        }
        let company = Company::new(rows, "");
        let (foreseen, happened) = both(&company);
        let differs = differs(&foreseen, &happened);
        prop_assert!(differs.is_empty(), "{}", differs.join("\n"));
    }
}

/// A company of whom something is due again and again: what the sample may lack.
fn eventful() -> Company {
    let mut rows = Vec::new();
    for (id, first, hired, ends, office) in [
        (1, "Ada", "2020-01-01", "2026-03-06", "Berlin"),
        (2, "Bob", "2026-03-20", "", "Honolulu"),
        (3, "Cleo", "2026-03-29", "2026-03-31", "Berlin"),
        (4, "Dora", "2020-01-01", "2026-01-10", "Honolulu"),
        (5, "Emil", "2026-04-02", "", "Atlantis"),
    ] {
        let mut row = Row::new(id, first, "King");
        (row.hired, row.ends, row.office) = (hired.to_owned(), ends.to_owned(), office);
        row.kind = if id == 2 { "trainee" } else { "permanent" };
        rows.push(row);
    }
    Company::new(rows, "")
}

#[test]
fn a_life_of_joining_leaving_lingering_and_deletion_is_foreseen_to_the_instant() {
    let company = eventful();
    company.run();
    let (foreseen, happened) = both(&company);
    assert_eq!(differs(&foreseen, &happened), Vec::<String>::new());
    let kinds: BTreeSet<&str> = foreseen
        .values()
        .flat_map(BTreeMap::keys)
        .copied()
        .collect();
    for kind in [
        "create", "enable", "password", "disable", "delete", "grant", "revoke", "move",
    ] {
        assert!(kinds.contains(kind), "{kind} of {kinds:?}");
    }
    let instants: BTreeSet<Timestamp> = foreseen.keys().map(|(at, _)| *at).collect();
    assert!(instants.len() > 8, "{instants:?}");
}
