//! What the policy wants of a person, as a plain picture: the reference's chapters from 'Lifecycle and stages' to
//! 'Groups and lists'.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use tenure::directory::Dn;
use tenure::syntax::ast::{
    AccountClause, Clause, ElseAction, ExceptionClause, Expr, ExprKind, Extent, LifecycleCondition,
    Modifier, Part, ProfileLine, ProfileStatement, Rows, Stage, UnitRule,
};

use super::ask::{Ask, Locals};
use super::groups::Block;
use super::time;
use super::value::{Answer, Moment, NEVER, Value};
use crate::policy::bench::BASE;

/// What is compared, by its name: `stage`, `unit`, `attribute info`, `group SG-X` …
pub(super) type Picture = BTreeMap<String, String>;

/// What speaks of a person beside the rules: exceptions that hold, in the order written, then the stage.
pub(super) struct Voice<'a> {
    pub(super) clauses: Vec<&'a Clause>,
}

/// Everything that the policy wants of one person.
pub(super) fn picture(ask: &mut Ask<'_>) -> Picture {
    let mut picture = Picture::new();
    let mut say = |name: &str, text: String| picture.insert(name.to_owned(), text);

    let zone = zone(ask);
    let zone_is_known = zone.is_some();
    // What is past in the zone in which a day ends last is past everywhere.
    let zone = zone.unwrap_or_else(|| "Etc/GMT+12".to_owned());
    ask.zone = TimeZone::get(&zone).unwrap();
    say("zone", zone);

    let policy = ask.policy;
    let key = ask.who.key.clone().unwrap_or_default();
    let mut exceptions = Vec::new();
    for exception in policy
        .exceptions
        .iter()
        .filter(|one| *one.person.value == *key)
    {
        let after = jiff::ToSpan::day(1);
        let end = time::begin(exception.until.value + after, &ask.zone);
        ask.changes.borrow_mut().push(end);
        if ask.today() <= exception.until.value {
            exceptions.push(exception);
        }
    }
    let named = exceptions.iter().find_map(|exception| {
        exception.clauses.iter().find_map(|clause| match clause {
            ExceptionClause::Stage(name) => Some(name.value.to_string()),
            ExceptionClause::Clause(_) => None,
        })
    });
    let stage = match named {
        Some(stage) if !ask.who.quarantined => Ok(stage),
        _ => lifecycle(ask, zone_is_known),
    };
    let mut given = None;
    match stage {
        Ok(stage) => {
            say("stage", stage.clone());
            if stage != "hold" {
                given = Some(stage);
            }
        }
        Err(true) => _ = say("stage", "held, ends".to_owned()),
        Err(false) => _ = say("stage", "held".to_owned()),
    }
    if let Some(stage) = given.and_then(|name| stage_named(ask, &name)) {
        let mut voices: Vec<Voice<'_>> = exceptions
            .iter()
            .map(|exception| Voice {
                clauses: exception.clauses.iter().filter_map(plain).collect(),
            })
            .collect();
        voices.push(Voice {
            clauses: stage.clauses.iter().collect(),
        });
        wanted(ask, &voices, &mut picture);
    }
    if !ask.who.quarantined {
        asked(ask, &mut picture);
    }
    let mut changes = ask.changes.borrow().clone();
    changes.retain(|at| *at > ask.now);
    let next = changes.iter().min().map(ToString::to_string);
    picture.insert(
        "next".to_owned(),
        next.unwrap_or_else(|| "never".to_owned()),
    );
    picture
}

/// The name of the person's zone; none where it is unknown.
fn zone(ask: &Ask<'_>) -> Option<String> {
    match ask.value(ask.policy.timezone.as_ref().unwrap(), &Locals::new()) {
        Answer::Is(zone) => Some(zone.to_string()),
        Answer::Unknown => None,
        Answer::Missing => unreachable!("the checker lets no zone be missing"),
    }
}

/// The stage, or whether it is at least certain that the account is off.
fn lifecycle(ask: &Ask<'_>, zone_is_known: bool) -> Result<String, bool> {
    let mut possible = Vec::new();
    let mut certain = zone_is_known && !ask.who.quarantined;
    let mut decided = false;
    for row in &ask.policy.lifecycle {
        let holds = match &row.condition {
            // Nobody here has vanished.
            LifecycleCondition::Vanished(..) => continue,
            LifecycleCondition::Otherwise(_) => Some(true),
            LifecycleCondition::When(condition) => {
                let mark = ask.tally.mark();
                let holds = ask.holds(condition, &Locals::new());
                ask.tally.note("lifecycle row", holds, mark);
                holds
            }
        };
        if holds == Some(false) {
            continue;
        }
        possible.push(row.stage.value.to_string());
        if holds == Some(true) {
            decided = true;
            break;
        }
        certain = false;
    }
    if certain && decided {
        return Ok(possible[0].clone());
    }
    let ends = |name: &String| {
        let stage = stage_named(ask, name);
        stage.is_some_and(|stage| {
            let account = stage.clauses.iter().find_map(account);
            matches!(
                account,
                Some(AccountClause::Disabled | AccountClause::DeletedAfter(_))
            )
        })
    };
    Err(decided && possible.iter().all(ends))
}

/// None for the built-in `hold`.
fn stage_named<'a>(ask: &Ask<'a>, name: &str) -> Option<&'a Stage> {
    ask.policy
        .stages
        .iter()
        .find(|stage| *stage.name.value == *name)
}

fn plain(clause: &ExceptionClause) -> Option<&Clause> {
    match clause {
        ExceptionClause::Clause(clause) => Some(clause),
        ExceptionClause::Stage(_) => None,
    }
}

fn account(clause: &Clause) -> Option<AccountClause> {
    match clause {
        Clause::Account(account, _) => Some(*account),
        _ => None,
    }
}

/// Account, unit, profile, groups and lists of somebody whose stage is known.
fn wanted(ask: &Ask<'_>, voices: &[Voice<'_>], picture: &mut Picture) {
    let clauses = || {
        voices
            .iter()
            .flat_map(|voice| voice.clauses.iter().copied())
    };
    let account = clauses().find_map(account).unwrap();
    let mut say = |name: &str, text: String| picture.insert(name.to_owned(), text);
    let word = match account {
        AccountClause::Enabled => "enabled",
        AccountClause::Prepared => "prepared",
        AccountClause::Disabled => "disabled",
        AccountClause::DeletedAfter(_) => "deleted",
        AccountClause::Untouched => "untouched",
    };
    say("account", word.to_owned());
    if account == AccountClause::Untouched {
        return;
    }
    let unit = clauses().find_map(|clause| match clause {
        Clause::Unit(rule, _) => Some(rule),
        _ => None,
    });
    say(
        "unit",
        match unit {
            Some(UnitRule::Untouched) => "untouched".to_owned(),
            Some(UnitRule::Value(value)) => place(ask, value),
            None => unit_of_rows(ask, ask.policy.unit.as_ref().unwrap()),
        },
    );
    for (attribute, text) in profile(ask, voices) {
        picture.insert(format!("attribute {attribute}"), text);
    }
    Block::groups(ask, voices).describe("group", picture);
    Block::lists(ask, voices).describe("list", picture);
}

fn unit_of_rows(ask: &Ask<'_>, rows: &Rows) -> String {
    for row in &rows.rows {
        let mark = ask.tally.mark();
        let holds = ask.holds(&row.condition, &Locals::new());
        ask.tally.note("unit row", holds, mark);
        match holds {
            Some(true) => return place(ask, &row.result),
            Some(false) => {}
            None => return "held".to_owned(),
        }
    }
    place(ask, &rows.otherwise.as_ref().unwrap().1)
}

/// A unit: a hole inside a value is escaped, one in the place of a whole component is a unit already.
fn place(ask: &Ask<'_>, expr: &Expr) -> String {
    let ExprKind::Text(template) = &expr.kind else {
        return match ask.value(expr, &Locals::new()) {
            Answer::Is(unit) => below_base(&unit.to_string()),
            _ => "held".to_owned(),
        };
    };
    let mut unit = String::new();
    for part in &template.parts {
        match part {
            Part::Literal(text, _) => unit.push_str(text),
            Part::Hole(expr, _) => match ask.value(expr, &Locals::new()) {
                Answer::Is(Value::Unit(piece)) => unit.push_str(&piece),
                Answer::Is(value) => {
                    for one in value.to_string().chars() {
                        if ",+\"\\<>;=#".contains(one) {
                            unit.push('\\');
                        }
                        unit.push(one);
                    }
                }
                _ => return "held".to_owned(),
            },
        }
    }
    below_base(&unit)
}

fn below_base(unit: &str) -> String {
    let whole = if unit.to_uppercase().contains("DC=") {
        unit.to_owned()
    } else {
        format!("{unit},{BASE}")
    };
    Dn::parse(&whole).unwrap().to_string()
}

/// The profile's lines, with what exceptions and the stage lay over them.
fn profile(ask: &Ask<'_>, voices: &[Voice<'_>]) -> BTreeMap<String, String> {
    let mut lines = BTreeMap::new();
    let clauses = || {
        voices
            .iter()
            .flat_map(|voice| voice.clauses.iter().copied())
    };
    let untouched = clauses().any(|clause| matches!(clause, Clause::ProfileUntouched(_)));
    for statement in ask.policy.profile.iter().filter(|_| !untouched) {
        match statement {
            ProfileStatement::Line(line) => {
                lines.insert(line.attribute.value.to_string(), attribute(ask, line));
            }
            ProfileStatement::Clear(names, _) => {
                let clear = names
                    .iter()
                    .map(|name| (name.value.to_string(), "clear".to_owned()));
                lines.extend(clear);
            }
            // Says in writing what holds of every attribute without a line.
            ProfileStatement::Keep(..) => {}
        }
    }
    let mut laid = BTreeSet::new();
    for clause in clauses() {
        let overlays = match clause {
            Clause::Set(line) => vec![(line.attribute.value.to_string(), attribute(ask, line))],
            Clause::Clear(names, _) => {
                let clear = names
                    .iter()
                    .map(|name| (name.value.to_string(), "clear".to_owned()));
                clear.collect()
            }
            _ => Vec::new(),
        };
        for (name, text) in overlays {
            // The first that says something of it counts.
            if laid.insert(name.clone()) {
                lines.insert(name, text + " (stage)");
            }
        }
    }
    lines
}

fn attribute(ask: &Ask<'_>, line: &ProfileLine) -> String {
    let modifier = line.modifier.as_ref().map(|one| one.value);
    let mode = match modifier {
        _ if line.adding.is_some() => " adding",
        Some(Modifier::Once) => " once",
        Some(Modifier::IfEmpty) => " if empty",
        Some(Modifier::Else(_)) | None => "",
    };
    let otherwise = match modifier {
        Some(Modifier::Else(ElseAction::Clear)) => "clear",
        _ => "keep",
    };
    let mark = ask.tally.mark();
    let value = ask.value(&line.value, &Locals::new());
    let there = match &value {
        Answer::Is(_) => Some(true),
        Answer::Missing => Some(false),
        Answer::Unknown => None,
    };
    ask.tally.note("profile line", there, mark);
    let text = match value {
        Answer::Unknown => "held".to_owned(),
        Answer::Missing => otherwise.to_owned(),
        // Which account they have, and whether they are known, the planner finds out.
        Answer::Is(Value::Person(key)) => format!("person {key}, else {otherwise}"),
        Answer::Is(Value::List(list)) if list.items.contains(&Answer::Unknown) => "held".to_owned(),
        Answer::Is(Value::List(list)) => {
            let mut seen = BTreeSet::new();
            let values: Vec<String> = list
                .items
                .iter()
                .filter_map(|item| match item {
                    Answer::Is(value) => ldap(value),
                    other => unreachable!("no list holds {other:?}"),
                })
                // An attribute has each value once.
                .filter(|value| seen.insert(value.to_lowercase()))
                .collect();
            if values.is_empty() {
                otherwise.to_owned()
            } else {
                values.join(" | ")
            }
        }
        Answer::Is(value) => ldap(&value).unwrap_or_else(|| otherwise.to_owned()),
    };
    text + mode
}

/// A value as LDAP writes it; a date that is `never` is no value of an attribute.
fn ldap(value: &Value) -> Option<String> {
    Some(match value {
        Value::Date(NEVER) => return None,
        Value::Bool(truth) => truth.to_string().to_uppercase(),
        Value::Moment(Moment::Never) => i64::MAX.to_string(),
        // Tenths of microseconds since 1601.
        Value::Moment(Moment::At(at)) => {
            ((at.as_second() + 11_644_473_600) * 10_000_000).to_string()
        }
        other => other.to_string(),
    })
}

/// Conditions that are only watched, and those that HR's record should meet.
fn asked(ask: &Ask<'_>, picture: &mut Picture) {
    for (index, condition) in ask.policy.watches.iter().enumerate() {
        let holds = ask.holds(condition, &Locals::new());
        picture.insert(format!("watch {index}"), format!("{holds:?}"));
    }
    for (index, condition) in ask.policy.expects.iter().enumerate() {
        let unmet = ask.holds(condition, &Locals::new()) == Some(false);
        picture.insert(format!("expect {index} unmet"), unmet.to_string());
    }
}

/// Whether `except` stands in a restriction, and what it names.
pub(super) fn excepted(extent: &Extent) -> &[Expr] {
    match extent {
        Extent::None { except } | Extent::NoneOfOurs { except } | Extent::Except(except) => except,
        Extent::Untouched => &[],
    }
}
