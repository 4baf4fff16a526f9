//! Completions and man pages, from the one definition of the flags.

use super::args::{CompletionsArgs, ManArgs, command};
use super::report::Report;
use super::{Exit, Output};

/// Prints completions for a shell.
pub(super) fn completions(arguments: &CompletionsArgs, output: &mut Output) -> Exit {
    let mut bytes = Vec::new();
    clap_complete::generate(arguments.shell, &mut command(), "tenure", &mut bytes);
    output.result(&String::from_utf8_lossy(&bytes));
    Exit::Ok
}

/// Writes a man page for each command.
pub(super) fn man(arguments: &ManArgs, output: &mut Output) -> Result<Exit, Report> {
    let failed = |error: std::io::Error| {
        Report::new("unwritable", &error)
            .help("name a folder that exists and that you may write to")
    };
    std::fs::create_dir_all(&arguments.folder).map_err(failed)?;
    clap_mangen::generate_to(command(), &arguments.folder).map_err(failed)?;
    output.say(&format!("man pages are in {}", arguments.folder.display()));
    Ok(Exit::Ok)
}
