//! `tenure query`: who meets a condition of the policy's language.

use super::args::{Global, QueryArgs, TableFormat};
use super::plan::options;
use super::report::Report;
use super::session::{self, Reading};
use super::view::query::{self as view, Table};
use super::{Exit, Output, check, reveal};
use crate::diagnostic::did_you_mean;
use crate::hr::Person;
use crate::policy::explain::MASK;
use crate::policy::{Evaluator, Policy, Standing};

/// What a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    /// An attribute, by its position in the schema.
    Attribute(usize),
    /// What is read of somebody else, by its place in the policy's list.
    Related(usize),
    /// The stage.
    Stage,
}

/// Lists who meets the condition.
pub(super) fn run(
    global: &Global,
    arguments: &QueryArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let checked = check::policy(&workspace, Some(&arguments.condition), output)?;
    if let Some(policy) = &checked.policy {
        let columns = columns(policy, &arguments.columns)?;
        let hidden = hidden(policy, &columns);
        if !arguments.reveal
            && let Some(name) = hidden
        {
            return Err(sensitive(&name));
        }
    }
    let reading = session::read(&workspace, checked.policy, arguments.at.as_deref())?;
    if arguments.reveal {
        let human = arguments.format == TableFormat::Table;
        reveal::journal(&workspace, output, reading.now, "query", human, None)?;
    }
    let columns = columns(&reading.policy, &arguments.columns)?;
    let (table, untold) = answer(&reading, &columns);
    output.result(&match arguments.format {
        TableFormat::Table => view::human(&table, &options(output.width, output.color)),
        TableFormat::Csv => view::csv(&table),
        TableFormat::Json => view::json(&table, reading.now),
    });
    for (count, why) in [
        (
            reading.people.quarantined().len(),
            "cannot be asked: HR's record breaks the schema; `tenure plan` tells why",
        ),
        (
            untold,
            "cannot be told: what the condition reads is not known",
        ),
    ] {
        if count > 0 {
            let people = if count == 1 { "person" } else { "people" };
            output.say(&format!("{count} {people} {why}"));
        }
    }
    Ok(Exit::Ok)
}

/// Who meets it, and of how many it cannot be told.
fn answer(reading: &Reading, columns: &[Column]) -> (Table, usize) {
    let policy = &reading.policy;
    let evaluator = Evaluator::new(policy, &reading.people, reading.now);
    let mut untold = 0;
    let mut rows = Vec::new();
    for person in reading.people.people() {
        match evaluator.asked(person) {
            Some(true) => {
                let cell = |column: &Column| cell(reading, &evaluator, person, *column);
                rows.push(columns.iter().map(cell).collect());
            }
            Some(false) => {}
            None => untold += 1,
        }
    }
    let header = columns.iter().map(|column| name(policy, *column)).collect();
    (Table { header, rows }, untold)
}

fn cell<'a>(
    reading: &'a Reading,
    evaluator: &Evaluator<'a>,
    person: &'a Person,
    column: Column,
) -> Option<String> {
    let rules = &reading.policy.rules;
    match column {
        Column::Attribute(position) => person.get(position).map(ToString::to_string),
        Column::Related(index) => {
            let path = rules.related.get(index)?;
            let text = reading.people.read_related(person.id(), path);
            // Each line is somebody and what is read of them; of reports the people themselves.
            let value = |line: &str| {
                line.split_once(' ')
                    .map_or_else(|| line.to_owned(), |(_, value)| value.to_owned())
            };
            let lines = text.lines().filter(|line| !line.is_empty());
            let shown: Vec<String> = lines.map(value).collect();
            (!shown.is_empty()).then(|| shown.join(", "))
        }
        Column::Stage => match evaluator.wish(person).standing {
            Standing::In { stage, .. } => rules.stage(stage).map(|stage| stage.name.to_string()),
            Standing::Held { .. } => Some("held".to_owned()),
        },
    }
}

fn name(policy: &Policy, column: Column) -> String {
    let name = match column {
        Column::Attribute(position) => {
            let attribute = policy.schema.attributes().get(position);
            attribute.map(|attribute| attribute.name.clone())
        }
        Column::Related(index) => policy
            .rules
            .related
            .get(index)
            .map(|path| path.name.clone()),
        Column::Stage => Some("stage".into()),
    };
    name.map_or_else(|| MASK.to_owned(), |name| name.to_string())
}

/// The columns that are asked for, else the key and what the condition reads.
fn columns(policy: &Policy, asked: &[String]) -> Result<Vec<Column>, Report> {
    let attributes = policy.schema.attributes();
    if asked.is_empty() {
        let mut columns = vec![Column::Attribute(policy.schema.key())];
        for position in policy.question_reads() {
            let position = *position as usize;
            let column = match position.checked_sub(attributes.len()) {
                None => Column::Attribute(position),
                Some(index) => Column::Related(index),
            };
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        return Ok(columns);
    }
    let find = |name: &String| {
        let name = name.trim();
        if let Some(position) = policy.schema.position(name) {
            return Ok(Column::Attribute(position));
        }
        if name == "stage" {
            return Ok(Column::Stage);
        }
        let names = attributes.iter().map(|attribute| &*attribute.name);
        let near = did_you_mean(name, names.chain(["stage"]));
        let help = near.map_or_else(
            || "name fields of `person`, or `stage`, with `,` between several".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        Err(Report::text("no-such-field", format!("`person` has no field `{name}`")).help(help))
    };
    asked.iter().map(find).collect()
}

/// A sensitive value that the question reads or a column would show: whoever is in the answer tells of it (S11).
fn hidden(policy: &Policy, columns: &[Column]) -> Option<String> {
    let attributes = policy.schema.attributes();
    let asked = policy.question_reads().iter().map(|position| {
        let position = *position as usize;
        match position.checked_sub(attributes.len()) {
            None => Column::Attribute(position),
            Some(index) => Column::Related(index),
        }
    });
    let is_sensitive = |column: &Column| match column {
        Column::Attribute(position) => attributes
            .get(*position)
            .is_some_and(|attribute| attribute.sensitive),
        Column::Related(index) => {
            let path = policy.rules.related.get(*index);
            path.is_some_and(|path| path.is_sensitive(&policy.schema))
        }
        Column::Stage => false,
    };
    let mut all = asked.chain(columns.iter().copied());
    all.find(is_sensitive).map(|column| name(policy, column))
}

fn sensitive(name: &str) -> Report {
    Report::text(
        "sensitive-question",
        format!(
            "`{name}` is sensitive: who meets the condition, or what stands in the column, tells it"
        ),
    )
    .help("ask for something else, or with `--reveal` at a terminal, which is kept on the trail")
}
