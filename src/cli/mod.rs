//! The command line: one file for each command, shared flags in `args`, all output through [`Output`].
//!
//! Machine output goes to stdout, everything else to stderr. Exit codes are those of [`Exit`]; scripts
//! rely on them.
//!
//! Begin with [`run`].

mod apply;
mod approvals;
mod args;
mod ask;
mod at_work;
mod audit;
mod check;
mod codes;
mod completions;
mod days;
mod diff;
mod directory;
mod disk;
mod doctor;
mod explain;
mod explain_code;
mod findings;
mod fmt;
mod forecast;
mod forget;
mod freeze;
mod history;
mod init;
mod matching;
mod notices;
mod only;
mod operator;
mod output;
mod passwords;
mod people;
mod personio_sim;
mod plan;
mod planning;
mod privacy;
mod query;
mod report;
mod repository;
mod resume;
mod reveal;
mod revision;
mod scratch;
mod sealed;
mod session;
mod snapshot;
mod steps;
mod terminate;
mod test;
mod undo;
pub mod view;
mod who;

pub use args::{Cli, Command, command};
pub use explain_code::every_code;
pub use output::Output;

use clap::Parser;
use std::ffi::OsString;
use std::process::{ExitCode, Termination};

/// How a command ends; the numbers are a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing to do.
    Ok,
    /// An error; it has been reported.
    Error,
    /// There are changes, or something to settle.
    Changes,
    /// A guard stops the plan.
    Guard,
    /// Some actions failed.
    Failed,
    /// There are open accounts, and `--fail-on open` was given.
    Open,
    /// The command line is wrong.
    Usage,
}

impl Exit {
    /// The process's exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Error => 1,
            Self::Changes => 2,
            Self::Guard => 3,
            Self::Failed => 4,
            Self::Open => 5,
            Self::Usage => 64,
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}

/// Reads the command line and does what it says.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let helped = !error.use_stderr();
            // A closed pipe is no error of ours.
            let _ = error.print();
            return if helped { Exit::Ok } else { Exit::Usage };
        }
    };
    let mut output = Output::new(&cli.global);
    if writes_trail(&cli.command)
        && let Err(report) = snapshot::refuse(&cli.global)
    {
        report.show(&mut output);
        return Exit::Error;
    }
    let result = match &cli.command {
        Command::Check(arguments) => check::run(&cli.global, arguments, &mut output),
        Command::Fmt(arguments) => fmt::run(&cli.global, arguments, &mut output),
        Command::Init(arguments) => init::run(arguments, &mut output),
        Command::Test(arguments) => test::run(&cli.global, arguments, &mut output),
        Command::Plan(arguments) => plan::run(&cli.global, arguments, &mut output),
        Command::Diff(arguments) => diff::run(&cli.global, arguments, &mut output),
        Command::Snapshot(arguments) => snapshot::run(&cli.global, arguments, &mut output),
        Command::Query(arguments) => query::run(&cli.global, arguments, &mut output),
        Command::Apply(arguments) => apply::run(&cli.global, arguments, &mut output),
        Command::Forecast(arguments) => forecast::run(&cli.global, arguments, &mut output),
        Command::Resume(arguments) => resume::run(&cli.global, arguments, &mut output),
        Command::Match(arguments) => matching::run(&cli.global, arguments, &mut output),
        Command::Notices(arguments) => notices::run(&cli.global, arguments, &mut output),
        Command::Steps(arguments) => steps::run(&cli.global, arguments, &mut output),
        Command::History(arguments) => history::history(&cli.global, arguments, &mut output),
        Command::Show(arguments) => history::show(&cli.global, arguments, &mut output),
        Command::Undo(arguments) => undo::run(&cli.global, arguments, &mut output),
        Command::Terminate(arguments) => terminate::run(&cli.global, arguments, &mut output),
        Command::Freeze(arguments) => freeze::run(&cli.global, arguments, &mut output),
        Command::Approvals(arguments) => approvals::list(&cli.global, arguments, &mut output),
        Command::Approve(arguments) => approvals::approve(&cli.global, arguments, &mut output),
        Command::Reject(arguments) => approvals::reject(&cli.global, arguments, &mut output),
        Command::Audit(command) => audit::run(&cli.global, command, &mut output),
        Command::Who(arguments) => who::run(&cli.global, arguments, &mut output),
        Command::Forget(arguments) => forget::run(&cli.global, arguments, &mut output),
        Command::Privacy(arguments) => privacy::run(&cli.global, arguments, &mut output),
        Command::Explain(arguments) => explain::run(&cli.global, arguments, &mut output),
        Command::ExplainCode(arguments) => explain_code::run(arguments, &mut output),
        Command::Doctor(arguments) => doctor::run(&cli.global, arguments, &mut output),
        Command::PersonioSim(arguments) => personio_sim::run(&cli.global, arguments, &mut output),
        Command::Completions(arguments) => Ok(completions::completions(arguments, &mut output)),
        Command::Man(arguments) => completions::man(arguments, &mut output),
    };
    let exit = match result {
        Ok(exit) => exit,
        Err(report) => {
            report.show(&mut output);
            Exit::Error
        }
    };
    if writes_trail(&cli.command) {
        audit::archive::after(&cli.global, &mut output);
    }
    exit
}

/// Whether a command may have written the audit trail, which is then archived: runs, orders, and what is sent or forgotten.
fn writes_trail(command: &Command) -> bool {
    match command {
        Command::Apply(_)
        | Command::Resume(_)
        | Command::Undo(_)
        | Command::Terminate(_)
        | Command::Approve(_)
        | Command::Reject(_)
        | Command::Forget(_)
        | Command::Match(_) => true,
        Command::Freeze(arguments) => arguments.lift || arguments.until.is_some(),
        Command::Notices(arguments) => arguments.send || !arguments.void.is_empty(),
        Command::Steps(arguments) => arguments.again.is_some(),
        Command::Check(_)
        | Command::Fmt(_)
        | Command::Init(_)
        | Command::Test(_)
        | Command::Plan(_)
        | Command::Diff(_)
        | Command::Snapshot(_)
        | Command::Query(_)
        | Command::Approvals(_)
        | Command::Forecast(_)
        | Command::History(_)
        | Command::Show(_)
        | Command::Audit(_)
        | Command::Who(_)
        | Command::Privacy(_)
        | Command::Explain(_)
        | Command::ExplainCode(_)
        | Command::Doctor(_)
        | Command::PersonioSim(_)
        | Command::Completions(_)
        | Command::Man(_) => false,
    }
}
