//! `tenure forecast`: what will be done when, from the dates that HR shows today.

use super::args::{ForecastArgs, ForecastFormat, Global};
use super::directory::Source;
use super::plan::options;
use super::planning;
use super::report::Report;
use super::session::{self, Reading};
use super::view::forecast as view;
use super::{Exit, Output, check, days, reveal};
use crate::forecast::{self, Forecast, Start, Wanted};
use crate::state::{Found, Store};
use crate::workspace::Workspace;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _};
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

/// How far is looked where nobody says how far.
const USUAL_DAYS: i32 = 30;

/// The farthest end: contracts are seldom known longer, and HR and policy will be others by then.
const LONGEST_YEARS: i32 = 2;

/// How long a forecast may take before something moves on the terminal.
const PATIENCE: Duration = Duration::from_millis(700);

/// Makes the forecast and shows it; nothing real is changed.
pub(super) fn run(
    global: &Global,
    arguments: &ForecastArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let checked = check::policy(&workspace, None, output)?;
    let reading = session::read(&workspace, checked.policy, None)?;
    let until = end(&reading, arguments.until.as_deref())?;
    if arguments.reveal {
        let human = arguments.format == ForecastFormat::Human;
        reveal::journal(&workspace, output, reading.now, "forecast", human, None)?;
    }
    let wanted = Wanted {
        until,
        reveal: arguments.reveal,
    };
    let forecast = forecast(&workspace, &reading, wanted)?;
    output.result(&match arguments.format {
        ForecastFormat::Human => {
            let options = options(output.width, output.color);
            view::human(&forecast, reading.pinned, &options)
        }
        ForecastFormat::Json => view::json(&forecast, arguments.names),
        ForecastFormat::Ics => view::ics(&forecast, arguments.names),
    });
    Ok(Exit::Ok)
}

fn forecast(workspace: &Workspace, reading: &Reading, wanted: Wanted) -> Result<Forecast, Report> {
    let source = Source::of(workspace, &reading.policy, None)?;
    let directory = source.snapshot(workspace)?;
    let found = Found::in_snapshot(&directory, &workspace.config.write);
    let prior = planning::belongs(workspace, found.as_ref())??;
    let gone = planning::gone(workspace, &reading.policy, &reading.people, &prior)?;
    let state = Store::in_memory(&workspace.path(&workspace.config.state), reading.now)?;
    let start = Start {
        policy: &reading.policy,
        people: &reading.people,
        gone: &gone,
        directory: &directory,
        state,
        bases: &workspace.config.write,
        now: reading.now,
    };
    let bar = ProgressBar::hidden();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
        bar.set_style(style);
    }
    let (began, visible) = (Instant::now(), std::io::stderr().is_terminal());
    let forecast = forecast::forecast(start, wanted, &mut |_| {
        if visible && bar.is_hidden() && began.elapsed() > PATIENCE {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.set_message(
                "looking ahead, from one instant at which something is due to the next",
            );
        }
        bar.tick();
    });
    bar.finish_and_clear();
    Ok(forecast?)
}

/// The last instant that is looked at: that of `--until`, a day as a whole, else thirty days from now.
fn end(reading: &Reading, until: Option<&str>) -> Result<Timestamp, Report> {
    let home = reading.policy.rules.home_zone.as_deref();
    let zone = home.and_then(|name| TimeZone::get(name).ok());
    let zone = zone.unwrap_or_else(TimeZone::system);
    let now = reading.now.to_zoned_datetime(zone.clone());
    let later = |span: Span| {
        let later = now.checked_add(span);
        later.map_or(Timestamp::MAX, |later| later.timestamp())
    };
    let Some(until) = until else {
        return Ok(later(USUAL_DAYS.days()));
    };
    let end = days::last(until, &zone)?;
    let (wrong, help) = if end <= reading.now {
        let now = reading.now.to_zoned_datetime(zone);
        let message = format!(
            "`{until}` is not ahead: here it is {}",
            now.strftime("%Y-%m-%d %H:%M %:z")
        );
        (message, "name a day that is still to come")
    } else if end > later(LONGEST_YEARS.years().days(1)) {
        let message = format!("`{until}` is more than {LONGEST_YEARS} years ahead");
        (
            message,
            "name an earlier day: by then HR and the policy will say something else",
        )
    } else {
        return Ok(end);
    };
    Err(Report::text("bad-until", wrong).help(help))
}

impl From<forecast::Error> for Report {
    fn from(error: forecast::Error) -> Self {
        match error {
            forecast::Error::State(error) => error.into(),
            forecast::Error::Directory(error) => error.into(),
            forecast::Error::Apply(error) => error.into(),
        }
    }
}
