//! `tenure forget`: destroys what is kept of one person, and says what that means (S12).
//!
//! First what lies beside the state goes, then the state in one transaction, then what is left of it in unused pages:
//! killed in between, the same command goes on.

use super::args::{ForgetArgs, Global};
use super::directory::Source;
use super::disk::{unwritten, write_atomically};
use super::operator::Operator;
use super::report::Report;
use super::{Exit, Output, apply, check, sealed, session};
use crate::apply::forget::{Traces, traces};
use crate::apply::journal;
use crate::hr::{PersonId, Standing};
use crate::state::{Lock, Store};
use crate::workspace::Workspace;
use serde_json::json;

/// Destroys what is kept of a person.
pub(super) fn run(
    global: &Global,
    arguments: &ForgetArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let person = PersonId::parse(&arguments.person).map_err(|error| {
        Report::new("unknown-person", &error).help("name a person by their key in HR")
    })?;
    let workspace = check::open(global)?;
    let checked = check::policy(&workspace, None, output)?;
    let reading = session::read(&workspace, checked.policy, None)?;
    let path = workspace.path(&workspace.config.state);
    if Store::open_existing(&path)?.is_none() {
        return Err(nothing(&person));
    }
    let operator = Operator::of_this_process();
    let lock = Lock::take(&path, &operator.holder(), apply::Urgency::Policy.patience())?;
    let mut store = Store::open(&path, reading.now)?;
    if let Some(run) = journal::unfinished(&store)? {
        let text = format!("the run {}, begun {}, is not finished", run.id, run.started);
        return Err(Report::text("unfinished-run", text)
            .help("run `tenure resume` first: what it has still to do names people"));
    }
    let mut found = traces(&store, &person)?;
    if found.is_empty() {
        // Whoever was interrupted behind the state comes here: what is unused is wiped all the same.
        store.wipe(&lock)?;
        return Err(nothing(&person));
    }
    if found.ended {
        return Err(Report::text(
            "still-here",
            format!("{person} was ended at once, and that order still holds"),
        )
        .help(
            "forgotten with it would be that HR is overruled; wait until HR agrees, or lift it: `tenure terminate PERSON --lift --because …`",
        ));
    }
    let in_hr = !matches!(reading.people.standing(&person), Standing::Unknown);
    let snapshot = Source::of(&workspace, &reading.policy, None)?.snapshot(&workspace)?;
    let account = found.account.and_then(|guid| snapshot.by_guid(guid));
    let account = account.and_then(|id| snapshot.shared(id));
    if let Some(login) = account.and_then(|account| account.account_name()) {
        found.names.insert(login.to_lowercase());
    }
    let account = account.map(|account| account.dn().to_string());
    if !arguments.yes && (in_hr || account.is_some()) {
        return Err(still_here(&person, in_hr, account.as_deref()));
    }
    let files = sealed::remove(&workspace, &found.password_runs, &found.names)
        .map_err(|error| unwritten(&path, &error))?;
    let written = if in_hr {
        0
    } else {
        write_backs(&workspace, &person)?
    };
    let facts = json!({
        "who": operator.holder().user,
        "host": operator.holder().host,
        "because": arguments.because,
        "values": found.values,
        "password_files": files,
    });
    store.write(&lock, |writer| {
        writer.forget_and_say(&person, &facts.to_string(), reading.now)
    })?;
    store.wipe(&lock)?;
    output.result(&told(
        &person,
        &found,
        files,
        written,
        account.is_some(),
        in_hr,
    ));
    Ok(Exit::Ok)
}

/// What was written back to recordings lies beside the state; of somebody whom HR no longer has it goes, too.
fn write_backs(workspace: &Workspace, person: &PersonId) -> Result<usize, Report> {
    let (text, gone) = workspace.written_back_without(person)?;
    if gone > 0 {
        write_atomically(&workspace.written_back(), text.as_bytes())?;
    }
    Ok(gone)
}

fn nothing(person: &PersonId) -> Report {
    Report::text("unknown-person", format!("nothing is kept of a person {person}")).help(
        "name a person by their key in HR, as `tenure history` and the plans show it; whoever was forgotten is not known any more",
    )
}

fn still_here(person: &PersonId, in_hr: bool, account: Option<&str>) -> Report {
    let why = match (in_hr, account) {
        (true, Some(account)) => format!("is in HR, and has the account {account}"),
        (true, None) => "is in HR".to_owned(),
        (false, account) => format!("has the account {}", account.unwrap_or_default()),
    };
    Report::text("still-here", format!("{person} {why}")).help(
        "`--yes` forgets them all the same. They are managed on, as if seen for the first time: the next run finds the \
         account by its anchor and keeps new values. Lost are past values and reasons, what a stage had laid over the \
         account, whose each membership and value was, and since when it is disabled; no run can be taken back for them, \
         and a deletion waits its whole time again",
    )
}

fn told(
    person: &PersonId,
    found: &Traces,
    files: usize,
    written: usize,
    has_account: bool,
    in_hr: bool,
) -> String {
    let mut lines = vec![format!("{person} is forgotten.")];
    lines.push(match found.values {
        1 => "  1 value of the trail, the outbox and the last record is destroyed; the trail is whole without it".to_owned(),
        values => format!("  {values} values of the trail, the outbox and the last record are destroyed; the trail is whole without them"),
    });
    if files > 0 {
        lines.push(format!("  {files} sealed password files are removed"));
    }
    if written > 0 {
        lines.push(format!(
            "  {written} values that were written back to the recordings are removed"
        ));
    }
    if in_hr || has_account {
        lines.push("  the next run knows them again, as if seen for the first time".to_owned());
    }
    lines.push(
        "What others keep stays there: the directory, HR, backups of the state, plan files, exports, sent notices; and \
         what the state says of others, such as whose supervisor they were."
            .to_owned(),
    );
    lines.join("\n")
}
