//! Laws of every policy that `check` accepts, over generated policies and people: a missing value opens nothing (S2),
//! nothing fails while it is evaluated (G9), and nothing changes before it is said to (exact time).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, ToSpan as _};
use tenure::policy::{BlockWish, Evaluator, StageAccount, Standing, Wish};

use super::second::policies::Case;
use crate::policy::bench::wishes;
use crate::policy::laws::without_next;
use crate::policy::show;

fn long() -> bool {
    std::env::var("TENURE_PROOFS").is_ok_and(|word| word == "long")
}

/// The cells of a table, without its header.
fn cells(csv: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let row = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
    let header = row(reader.headers().unwrap());
    let rows = reader.records().map(|one| row(&one.unwrap())).collect();
    (header, rows)
}

fn table(header: &[String], rows: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// What a wish does to an account that is none, or disabled.
fn opens(wish: &Wish) -> Option<&'static str> {
    let Standing::In { .. } = wish.standing else {
        return None;
    };
    match wish.account {
        StageAccount::Enabled => Some("enables"),
        StageAccount::Prepared => Some("creates"),
        StageAccount::DeletedAfter(_) => Some("deletes"),
        StageAccount::Disabled | StageAccount::Untouched | StageAccount::Hold => None,
    }
}

fn groups(block: &BlockWish) -> (BTreeSet<&str>, BTreeSet<&str>) {
    let granted = block.granted.iter().map(|one| &*one.group).collect();
    let forbidden = block.forbidden.iter().map(|one| &*one.group).collect();
    (granted, forbidden)
}

/// What somebody has or gets that they had not before a value was missing.
fn opened(before: &Wish, after: &Wish) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(what) = opens(after)
        && opens(before) != Some(what)
        && !(what == "creates" && opens(before) == Some("enables"))
    {
        found.push(format!("{what} an account"));
    }
    let stage = |wish: &Wish| match wish.standing {
        Standing::In { stage, .. } => Some(stage),
        Standing::Held { .. } => None,
    };
    if stage(before) != stage(after) || stage(after).is_none() {
        // Another stage grants and restricts by itself.
        return found;
    }
    for (one, other) in [
        (&before.groups, &after.groups),
        (&before.lists, &after.lists),
    ] {
        let (had, was_forbidden) = groups(one);
        let (has, is_forbidden) = groups(other);
        let held =
            |block: &BlockWish, group: &str| block.held.iter().any(|(one, _)| &*one.group == group);
        for group in has.difference(&had).filter(|group| !held(one, group)) {
            found.push(format!("gives {group}"));
        }
        // What is held is neither given nor taken: whether it is forbidden is not known.
        let lifted = was_forbidden.difference(&is_forbidden);
        for group in lifted.filter(|group| !held(other, group)) {
            found.push(format!("no longer forbids {group}"));
        }
    }
    found
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "how much was tried is shown to whoever asks for it"
)]
fn a_value_that_is_taken_away_opens_nothing() {
    let wanted = if long() { 100_000 } else { 4_000 };
    let (mut taken, mut differs, mut seed) = (0, 0, 0);
    let mut by_field: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    while taken < wanted && wrong.len() < 5 {
        seed += 1;
        let mut case = Case::plain(seed, 8);
        let policy = case.compiled().0.unwrap();
        let now = case.company.now;
        let (header, rows) = cells(&case.company.people);
        let people = case.snapshot(&policy);
        // A value that cannot be read holds its person; without it there is less to hold for.
        let unreadable: BTreeSet<String> = people
            .quarantined()
            .iter()
            .filter_map(|record| record.id.as_ref().map(ToString::to_string))
            .collect();
        let before = wishes(&policy, &people, now);
        for (row, column) in
            (0..rows.len()).flat_map(|row| (1..header.len()).map(move |at| (row, at)))
        {
            let (key, field) = (&rows[row][0], &header[column]);
            if rows[row][column].is_empty() || key.is_empty() || unreadable.contains(key) {
                continue;
            }
            taken += 1;
            *by_field.entry(field.clone()).or_default() += 1;
            let mut fewer = rows.clone();
            fewer[row][column].clear();
            case.company.people = table(&header, &fewer);
            let after = wishes(&policy, &case.snapshot(&policy), now);
            differs += usize::from(after != before);
            for one in &before {
                let other = after.iter().find(|other| other.person == one.person);
                let other = other.expect("a record that cannot be read has a wish");
                let own = one.person.to_string() == *key;
                // Who reports to whom is a fact, for the others and in a circle.
                let held = !one.groups.held.is_empty() || !one.lists.held.is_empty();
                if field == "supervisor"
                    && (!own || held || matches!(one.standing, Standing::Held { .. }))
                {
                    continue;
                }
                for what in opened(one, other) {
                    let word = what.rsplit(' ').next().unwrap_or_default();
                    let lines = case.text();
                    let about = lines.lines().filter(|line| {
                        ["let ", "fn "].iter().any(|begin| line.starts_with(begin))
                            || line.contains(&format!("\"{word}\""))
                            || (word == "account" && line.starts_with("when "))
                    });
                    let about: Vec<&str> = about.collect();
                    wrong.push(format!(
                        "seed {seed}: without `{field}` of {key}, the policy {what} of {}\n{}",
                        one.person,
                        about.join("\n"),
                    ));
                }
            }
        }
    }
    println!(
        "{taken} values taken away, {differs} of them change something, {seed} policies: {by_field:?}"
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let least = if long() { 1_000 } else { 40 };
    assert!(
        by_field.values().all(|count| *count >= least),
        "{by_field:?}"
    );
}

/// Texts, dates and numbers that nobody expects.
const HOSTILE: [&str; 12] = [
    "\u{202e}drawkcab\u{202c}",
    "a\u{85}b\u{200b}",
    "a,b=c+d\"<>#;\\",
    " \u{301}",
    "Παπαδόπουλος",
    "Иванов-Петров",
    "İstanbul ıslak",
    "李小龍",
    "Wolfeschlegelsteinhausenbergerdorff-Oppenheimer von und zu",
    "x",
    "=1+1",
    "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
];
const DAYS: [&str; 6] = [
    "0001-01-01",
    "9999-12-31",
    "2026-03-29",
    "2026-10-25",
    "2024-02-29",
    "2026-03-08",
];

#[test]
fn whatever_is_accepted_evaluates_for_anybody_at_any_time() {
    let cases = if long() { 3_000 } else { 40 };
    for seed in 1..=cases {
        let mut case = Case::random(seed, 12);
        let policy = case.compiled().0.unwrap();
        let (header, mut rows) = cells(&case.company.people);
        for (at, row) in rows.iter_mut().enumerate() {
            for (column, name) in header.iter().enumerate() {
                let chance = (at * 7 + column * 3 + usize::try_from(seed).unwrap()) % 11;
                let hostile = match name.as_str() {
                    "first_name" | "last_name" | "nickname" | "department" | "office" | "title"
                    | "duties" => HOSTILE[(at + column) % HOSTILE.len()],
                    "hire_date" | "last_day" | "review" | "dates" => {
                        DAYS[(at + column) % DAYS.len()]
                    }
                    "grade" | "room" | "marks" => {
                        ["9223372036854775807", "-9223372036854775808", "0"][at % 3]
                    }
                    "workload" => ["0.000000001", "-99999999999", "0"][at % 3],
                    "supervisor" | "mentor" => ["999", "1", "2"][at % 3],
                    "notice" => ["0 days", "99999 days", "1 hour"][at % 3],
                    _ => continue,
                };
                if chance > 4 {
                    hostile.clone_into(&mut row[column]);
                }
            }
        }
        case.company.people = table(&header, &rows);
        let people = case.snapshot(&policy);
        for now in [
            "0002-01-01T00:00:00Z",
            "2026-03-29T00:59:59Z",
            "2026-10-25T01:00:00Z",
            "9998-12-31T23:59:59Z",
        ] {
            let now: Timestamp = now.parse().unwrap();
            let once = wishes(&policy, &people, now);
            assert_eq!(once, wishes(&policy, &people, now), "seed {seed}");
            for wish in &once {
                let shown = show::wish(&policy, wish);
                assert!(!shown.contains("no row of"), "seed {seed}: {shown}");
            }
        }
    }
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "how much was tried is shown to whoever asks for it"
)]
fn until_the_next_change_nothing_changes_and_at_it_something_can() {
    let (cases, minutes) = if long() { (1_000, 120_i64) } else { (12, 20) };
    let (mut asked, mut due, mut changed) = (0, 0, 0);
    for seed in 1..=cases {
        let case = Case::random(seed, 10);
        let policy = case.compiled().0.unwrap();
        let people = case.snapshot(&policy);
        let now = case.company.now;
        let far = now.checked_add(jiff::Span::new().hours(24 * 400)).unwrap();
        let evaluator = |at| Evaluator::new(&policy, &people, at);
        for person in people.people() {
            let wish = evaluator(now).wish(person);
            let next = wish.next_change.unwrap_or(far);
            assert!(next > now, "seed {seed}");
            let until = next.min(far);
            let before = (1..=minutes).filter_map(|back| until.checked_sub(back.minutes()).ok());
            let after = (1..=minutes).filter_map(|on| now.checked_add(on.minutes()).ok());
            let between = (1..16).map(|part| {
                now.checked_add(until.duration_since(now) * part / 16)
                    .unwrap()
            });
            let last = until.checked_sub(1.nanosecond()).unwrap();
            for at in before.chain(after).chain(between).chain([last]) {
                if at <= now || at >= until {
                    continue;
                }
                asked += 1;
                let then = evaluator(at).wish(person);
                assert_eq!(
                    without_next(&wish),
                    without_next(&then),
                    "seed {seed} at {at}"
                );
                assert_eq!(wish.next_change, then.next_change, "seed {seed} at {at}");
            }
            if let Some(next) = wish.next_change {
                due += 1;
                let then = evaluator(next).wish(person);
                assert!(
                    then.next_change.is_none_or(|later| later > next),
                    "seed {seed} at {next}"
                );
                changed += usize::from(without_next(&wish) != without_next(&then));
            }
        }
    }
    println!(
        "{asked} instants before the next change, all as said; at {changed} of {due} next changes the wish changes"
    );
    assert!(changed * 10 > due, "{changed} of {due}");
}
