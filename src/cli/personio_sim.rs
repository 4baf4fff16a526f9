//! `tenure personio-sim`: a Personio API on this machine, until Ctrl-C.

use super::args::{Global, PersonioSimArgs, TagsFormat};
use super::report::Report;
use super::{Exit, Output, check};
use crate::personio_sim::{
    CLIENT_ID, CLIENT_SECRET, Company, Credential, Fault, Habit, Kind, Options, Quirk, Sim, Tags,
};
use crate::workspace::{People, Workspace};
use jiff::Timestamp;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

/// Serves sample data until the process ends.
pub(super) fn run(
    global: &Global,
    arguments: &PersonioSimArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    if let Some(list) = listed(arguments) {
        output.result(&list);
        return Ok(Exit::Ok);
    }
    let workspace = check::open(global).ok();
    let options = options(arguments, workspace.as_ref())?;
    let now = options.now.unwrap_or_else(Timestamp::now);
    let files = data(arguments, workspace.as_ref())?;
    let borrowed: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    let company = Company::parse(&borrowed, now).map_err(|error| {
        Report::new("bad-sample-data", &error)
            .help("give recorded answers of version 1, or people as JSON or CSV: docs/personio-sim.md shows all three")
    })?;
    let mut company = company;
    let mut said = Vec::new();
    for name in &arguments.habit {
        let habit: Habit = name
            .parse()
            .map_err(|problem: String| Report::text("bad-sample-data", problem))?;
        let done = habit.befall(&mut company, now);
        said.push(done.map_err(|problem| Report::text("bad-sample-data", problem))?);
    }
    let people = company.people.len();
    let pinned = options.now;
    let sim = Sim::start(company, options).map_err(|error| {
        Report::new("no-port", &error)
            .help("another program has the port: choose one with `--port`, or 0 for any")
    })?;
    output.result(&greeting(
        &sim.url(),
        people,
        pinned,
        &said,
        workspace.as_ref(),
    ));
    sim.join();
    Ok(Exit::Ok)
}

fn options(arguments: &PersonioSimArgs, workspace: Option<&Workspace>) -> Result<Options, Report> {
    let now = match &arguments.now {
        Some(text) => Some(text.parse().map_err(|_| {
            Report::text("bad-instant", format!("`{text}` is no instant"))
                .help("write it with its offset: `2026-03-02T09:00:00+01:00`")
        })?),
        None => workspace.and_then(|workspace| workspace.config.clock),
    };
    let faults: Result<Vec<Fault>, String> =
        arguments.fault.iter().map(|text| text.parse()).collect();
    let faults = faults.map_err(|problem| Report::text("bad-sample-data", problem))?;
    let quirks: Result<Vec<Quirk>, String> =
        arguments.quirk.iter().map(|text| text.parse()).collect();
    let mut credential = Credential::default();
    for scope in &arguments.without {
        if !credential.scopes.remove(scope) {
            let scopes: Vec<&str> = credential.scopes.iter().map(String::as_str).collect();
            let message = format!(
                "there is no right `{scope}`; there are {}",
                scopes.join(", ")
            );
            return Err(Report::text("bad-sample-data", message));
        }
    }
    if !arguments.released.is_empty() {
        credential.attributes = Some(arguments.released.iter().cloned().collect());
    }
    if let Some(url) = arguments.webhook.iter().find(|url| !Options::may_tell(url)) {
        let message = format!("`{url}` is no address of this machine");
        return Err(Report::text("bad-sample-data", message)
            .help("a simulator tells nobody else: write `--webhook http://127.0.0.1:8080/hook`"));
    }
    Ok(Options {
        credentials: vec![credential],
        limits: !arguments.no_limits,
        now,
        tags: match arguments.tags {
            TagsFormat::Data => Tags::AsData,
            TagsFormat::Array => Tags::Array,
            TagsFormat::Commas => Tags::Commas,
            TagsFormat::Json => Tags::JsonText,
        },
        omit_empty: arguments.omit_empty,
        beta: arguments.beta,
        token_life: Duration::from_secs(arguments.token_life),
        quirks: quirks.map_err(|problem| Report::text("bad-sample-data", problem))?,
        webhooks: arguments.webhook.clone(),
        faults,
        port: arguments.port,
        ..Options::default()
    })
}

/// The files of sample data, with their names.
fn data(
    arguments: &PersonioSimArgs,
    workspace: Option<&Workspace>,
) -> Result<Vec<(String, Vec<u8>)>, Report> {
    let mut paths: Vec<PathBuf> = arguments.data.clone();
    if paths.is_empty()
        && let Some(workspace) = workspace
    {
        for source in &workspace.config.sources {
            if let People::PersonioV1(patterns) = &source.people {
                paths.extend(workspace.recordings(patterns)?);
            }
        }
    }
    if paths.is_empty() {
        return Err(Report::text("bad-sample-data", "there is no sample data").help(
            "name a file: `tenure personio-sim people.csv`; a CSV with the columns `id`, `first_name`, `last_name`, `hire_date` is enough",
        ));
    }
    let read = |path: PathBuf| {
        let name = path.display().to_string();
        match std::fs::read(&path) {
            Ok(bytes) => Ok((name, bytes)),
            Err(error) => Err(Report::text(
                "unreadable-file",
                format!("cannot read `{name}`: {error}"),
            )
            .help("check that it exists and that you may read it")),
        }
    };
    paths.into_iter().map(read).collect()
}

/// What a newcomer needs to go on, as lines that can be copied.
fn greeting(
    url: &str,
    people: usize,
    now: Option<Timestamp>,
    said: &[String],
    workspace: Option<&Workspace>,
) -> String {
    let people = match people {
        1 => "1 person".to_owned(),
        people => format!("{people} people"),
    };
    let mut text = format!("# A Personio API over {people}, at {url}. Ctrl-C ends it.\n");
    for line in said {
        let _ = writeln!(text, "# {line}");
    }
    let file = workspace.map_or("tenure.toml".to_owned(), |workspace| {
        workspace.file.display().to_string()
    });
    let _ = write!(
        text,
        "#\n# In another terminal:\n#   export PERSONIO_CLIENT_ID={CLIENT_ID} PERSONIO_CLIENT_SECRET={CLIENT_SECRET}\n\
         # In `{file}`, in place of where people come from now:\n[people]\npersonio = {{ url = \"{url}\" }}\n"
    );
    if let Some(now) = now {
        let _ = writeln!(text, "clock = \"{now}\"");
    }
    text
}

/// The list that is asked for with `help`.
fn listed(arguments: &PersonioSimArgs) -> Option<String> {
    let mut text = String::new();
    if arguments.fault.iter().any(|fault| fault == "help") {
        let names: Vec<&str> = Kind::ALL.iter().map(|(_, name)| *name).collect();
        let _ = writeln!(
            text,
            "{}\nKIND@N is the Nth request of all, KIND@ENDPOINT:N the Nth of `v1/employees`, `v2/persons`, …; *TIMES repeats it.",
            names.join(" ")
        );
    }
    if arguments.habit.iter().any(|habit| habit == "help") {
        for (_, name, what) in Habit::ALL {
            let _ = writeln!(text, "{name:<20} {what}");
        }
    }
    if arguments.quirk.iter().any(|quirk| quirk == "help") {
        for (_, name, what) in Quirk::ALL {
            let _ = writeln!(text, "{name:<20} {what}");
        }
    }
    (!text.is_empty()).then_some(text)
}
