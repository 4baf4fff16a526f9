//! The first plan of the example, held person by person and account by account against what is expected.

use std::collections::{BTreeMap, BTreeSet};

use tenure::directory::{self, Object};
use tenure::hr::PersonId;
use tenure::plan::{
    Change, Correlation, FindingKind, Input, Options, Plan, Target, Verdict, correlate, plan,
};
use tenure::policy::Wish;
use tenure::state::Prior;

use super::{Example, example, expected};

/// What a first run sees and plans: the state is empty.
struct First {
    directory: directory::Snapshot,
    correlation: Correlation,
    plan: Plan,
}

fn first(example: &Example) -> First {
    let configuration = &example.workspace.config;
    let ldif = example.workspace.directory_file().unwrap();
    let directory = directory::ldif::read(&ldif).unwrap();
    let mut wishes: Vec<Wish> = example.wishes().into_values().collect();
    wishes.sort_by(|a, b| a.person.cmp(&b.person));
    let prior = Prior::default();
    let input = Input {
        rules: &example.policy.rules,
        schema: &example.policy.schema,
        people: &example.people,
        wishes: &wishes,
        directory: &directory,
        prior: &prior,
        bases: &configuration.write,
        now: example.people.origin().clock.unwrap(),
        options: Options {
            clock_pinned: true,
            ..Options::default()
        },
    };
    let correlation = correlate(&input);
    let plan = plan(&input);
    First {
        directory,
        correlation,
        plan,
    }
}

/// What happens to one person, in the words of `verdicts.csv`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    actions: BTreeSet<String>,
    attributes: BTreeSet<String>,
    grants: usize,
    revokes: usize,
    findings: BTreeSet<String>,
    login: String,
}

fn words(text: &str) -> BTreeSet<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn number(text: &str) -> usize {
    if text.is_empty() {
        0
    } else {
        text.parse().unwrap()
    }
}

fn expected_outcomes() -> BTreeMap<String, Outcome> {
    let row = |row: BTreeMap<String, String>| Outcome {
        actions: words(&row["actions"]),
        attributes: words(&row["attributes"]),
        grants: number(&row["grants"]),
        revokes: number(&row["revokes"]),
        findings: words(&row["finding"]),
        login: row["login"].clone(),
    };
    let verdicts = expected("verdicts.csv");
    verdicts
        .into_iter()
        .map(|(id, columns)| (id, row(columns)))
        .collect()
}

fn outcomes(first: &First) -> BTreeMap<String, Outcome> {
    let people = expected("verdicts.csv").into_keys();
    let mut outcomes: BTreeMap<String, Outcome> =
        people.map(|id| (id, Outcome::default())).collect();
    for action in &first.plan.actions {
        let Some(person) = &action.person else {
            continue;
        };
        if on_a_second_account(first, &action.change) {
            continue;
        }
        count(
            outcomes.get_mut(&person.to_string()).unwrap(),
            &action.change,
        );
    }
    for finding in &first.plan.findings {
        if let Some(person) = &finding.person {
            let outcome = outcomes.get_mut(&person.to_string()).unwrap();
            outcome
                .findings
                .insert(finding_word(finding.kind).to_owned());
        }
    }
    outcomes
}

fn on_a_second_account(first: &First, change: &Change) -> bool {
    let (Change::Disable { account, .. } | Change::RemoveMember { account, .. }) = change else {
        return false;
    };
    first
        .correlation
        .tied
        .iter()
        .any(|tied| first.directory.shared(tied.account).unwrap().dn() == account.dn())
}

fn count(outcome: &mut Outcome, change: &Change) {
    let word = match change {
        // What a new account gets only once it exists is part of making it.
        Change::CreateUnit { .. }
        | Change::CreateGroup { .. }
        | Change::Modify {
            account: Target::Made { .. },
            ..
        } => return,
        Change::CreateAccount { attributes, .. } => {
            let login = attributes
                .iter()
                .find(|(name, _)| &**name == "sAMAccountName");
            outcome.login = login.unwrap().1[0].to_string();
            "create"
        }
        Change::Adopt { .. } => "adopt",
        Change::Release { .. } => "release",
        Change::DeleteUnit { .. } => "delete-unit",
        Change::SetPassword { .. } => "password",
        Change::Modify { attributes, .. } => {
            let names = attributes.iter().map(|change| change.attribute.to_string());
            outcome.attributes.extend(names);
            "modify"
        }
        Change::Move { account, to, .. } if account.dn().parent() == to.parent() => "rename",
        Change::Move { .. } => "move",
        Change::Enable { .. } => "enable",
        Change::Disable { .. } => "disable",
        Change::WriteBack { .. } => "write-back",
        Change::Await { .. } => "await",
        Change::Delete { .. } => "delete",
        Change::AddMember { .. } => {
            outcome.grants += 1;
            return;
        }
        Change::RemoveMember { .. } => {
            outcome.revokes += 1;
            return;
        }
    };
    outcome.actions.insert(word.to_owned());
}

fn finding_word(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Quarantined => "quarantined",
        FindingKind::Held => "held",
        FindingKind::Conflict => "conflict",
        FindingKind::Unsettled => "unsettled",
        FindingKind::Namesake => "namesake",
        FindingKind::DisabledByHand => "disabled-by-hand",
        FindingKind::EnabledByHand => "enabled-by-hand",
        FindingKind::Blocked => "blocked",
        FindingKind::Released => "released",
        FindingKind::Vanished => "vanished",
        FindingKind::Missing => "missing",
        FindingKind::Overlay => "overlay",
        FindingKind::Proposed => "proposed",
        FindingKind::Lingering => "lingering",
        FindingKind::Waiting => "waiting",
        FindingKind::Tied => "tied",
        FindingKind::Untold => "untold",
        FindingKind::Expectation => "expectation",
        FindingKind::Exception => "exception",
        FindingKind::ChangedSince => "changed-since",
        FindingKind::Final => "final",
        FindingKind::Note => "note",
    }
}

#[test]
fn everybody_gets_what_is_expected_and_nothing_else() {
    let first = first(&example());
    let expected = expected_outcomes();
    let wrong: Vec<String> = outcomes(&first)
        .iter()
        .filter(|(id, outcome)| expected[*id] != **outcome)
        .map(|(id, outcome)| format!("{id}: {outcome:?}\n  expected {:?}", expected[id]))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn everybody_has_the_account_that_is_expected() {
    let first = first(&example());
    let mut wrong = Vec::new();
    for (id, row) in expected("verdicts.csv") {
        let found = match first.correlation.of(&PersonId::parse(&id).unwrap()) {
            None => "left out",
            Some(Verdict::Anchored(_)) => "anchored",
            Some(Verdict::Linked { .. }) => "linked",
            Some(Verdict::Proposed { .. }) => "proposed",
            Some(Verdict::Namesake { .. }) => "namesake",
            Some(Verdict::Ambiguous { .. }) => "ambiguous",
            Some(Verdict::Conflict { .. }) => "conflict",
            Some(Verdict::Without) => "none",
        };
        if found != row["match"] {
            wrong.push(format!(
                "{id} {}: {found}, expected {}",
                row["name"], row["match"]
            ));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_account_is_somebodys_or_has_its_verdict() {
    let first = first(&example());
    let object = |id| -> &Object { first.directory.shared(id).unwrap() };
    let login = |id| object(id).account_name().unwrap().to_owned();
    let mut matched: BTreeMap<String, String> = BTreeMap::new();
    for entry in &first.correlation.people {
        let word = match &entry.verdict {
            Verdict::Anchored(_) | Verdict::Linked { .. } | Verdict::Without => continue,
            Verdict::Proposed { .. } => "proposed for",
            Verdict::Namesake { .. } => "namesake of",
            Verdict::Ambiguous { .. } => "ambiguous for",
            Verdict::Conflict { .. } => "in conflict for",
        };
        for account in entry.verdict.accounts() {
            matched.insert(login(*account), format!("{word} {}", entry.person));
        }
    }
    for tied in &first.correlation.tied {
        let owner = first
            .correlation
            .people
            .iter()
            .find(|entry| entry.verdict.account() == Some(tied.owner));
        matched.insert(
            login(tied.account),
            format!("tied to {}", owner.unwrap().person),
        );
    }
    for orphan in &first.correlation.orphans {
        matched.insert(login(*orphan), "orphan".to_owned());
    }
    let owned: BTreeSet<String> = first
        .correlation
        .people
        .iter()
        .filter_map(|entry| entry.verdict.account())
        .map(login)
        .collect();
    let judged = expected("accounts.csv");
    let mut wrong = Vec::new();
    for (_, object) in first
        .directory
        .iter()
        .filter(|(_, object)| object.is_user())
    {
        let login = object.account_name().unwrap();
        if owned.contains(login) {
            continue;
        }
        // Those of which `match` says nothing belong to no person by their nature.
        let found = matched.get(login).map(String::as_str);
        let verdict = judged.get(login).map(|row| row["verdict"].as_str());
        let natural = [
            "protected",
            "service",
            "ignored",
            "service account",
            "computer",
            "mailbox",
        ];
        let agreed = match (found, verdict) {
            (Some(found), Some(verdict)) => found == verdict,
            (None, Some(verdict)) => natural.contains(&verdict),
            (_, None) => false,
        };
        if !agreed {
            wrong.push(format!("{login}: {found:?}, expected {verdict:?}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    let missing: Vec<&String> = judged
        .keys()
        .filter(|login| first.directory.by_account_name(login).is_none())
        .collect();
    assert_eq!(missing, Vec::<&String>::new());
}

#[test]
fn no_guard_stops_the_first_plan() {
    let first = first(&example());
    let tripped: Vec<_> = first
        .plan
        .guards
        .iter()
        .filter(|guard| guard.tripped)
        .collect();
    assert!(tripped.is_empty(), "{tripped:?}");
}

#[test]
fn the_open_accounts_are_those_that_a_human_must_look_at() {
    let first = first(&example());
    let open: BTreeSet<String> = first
        .plan
        .open_accounts
        .iter()
        .map(|open| {
            let id = first.directory.by_guid(open.guid).unwrap();
            let object = first.directory.shared(id).unwrap();
            format!("{} {:?}", object.account_name().unwrap(), open.why)
        })
        .collect();
    let open: Vec<&str> = open.iter().map(String::as_str).collect();
    assert_eq!(
        open,
        [
            "adm-kadlerfels Tied",
            "huebelacker Quarantined",
            "kadlerfels Blocked",
            "mquintao Quarantined",
            "wmwangi Held",
        ]
    );
}
