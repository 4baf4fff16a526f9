//! `tenure audit export`: which entries of the trail are wanted, and where they go.

use crate::apply::trail::{self, TrailEntry};
use crate::cli::args::{ExportArgs, ExportFormat, Global};
use crate::cli::disk::{Readers, unwritten, write_whole};
use crate::cli::report::Report;
use crate::cli::view::export as view;
use crate::cli::{Exit, Output, days, history};
use crate::directory::Dn;
use crate::hr::PersonId;
use crate::plan::Change;
use crate::state::{AuditError, Break, Store, StoreError};
use jiff::Timestamp;
use std::io::Write as _;
use uuid::Uuid;

/// How much is gathered before it is written to a terminal or a pipe, in bytes.
const CHUNK_BYTES: usize = 64 * 1024;

/// Which entries are wanted.
#[derive(Debug, Default)]
struct Wanted {
    from: Option<Timestamp>,
    /// The first instant that is no longer wanted.
    before: Option<Timestamp>,
    person: Option<PersonId>,
    group: Option<String>,
    run: Option<Uuid>,
}

/// Writes the trail.
pub(super) fn run(
    global: &Global,
    arguments: &ExportArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let Some(store) = history::store(global)? else {
        let nothing = |_: &mut dyn FnMut(&str) -> Result<(), Report>| Ok(0);
        return write(arguments, output, nothing);
    };
    // What is exported is evidence only as far as the trail is whole: it is said first, and told by the exit code.
    let breaks = match store.verify_audit() {
        Ok(_) => Vec::new(),
        Err(AuditError::Broken(broken)) => {
            super::broken(&broken).show(output);
            broken.breaks
        }
        // What can be read is worth having all the more.
        Err(AuditError::Store(error)) => {
            Report::from(error).show(output);
            Vec::new()
        }
    };
    let wanted = Wanted::of(arguments, &store)?;
    let format = arguments.format;
    let mut told = Told { breaks, ends: None };
    let whole = told.breaks.is_empty();
    write(arguments, output, |put| {
        told.all(&store, &wanted, format, put)
    })?;
    if let Some(report) = told.ends {
        report.show(output);
        return Ok(Exit::Error);
    }
    Ok(if whole && told.breaks.is_empty() {
        Exit::Ok
    } else {
        Exit::Error
    })
}

/// What is wrong with the trail, as far as it is told.
struct Told {
    /// Where it is broken, and was not told yet; the first one first.
    breaks: Vec<Break>,
    /// Why it was not read to its end.
    ends: Option<Report>,
}

/// How the export of a trail ends before all of it was read.
enum Stop {
    /// The export cannot be written.
    Write(Report),
    /// The store cannot be read any further.
    Read(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Read(error)
    }
}

impl Told {
    /// Puts all that is wanted, in the order of the trail, each break in its place; how many entries that are.
    fn all(
        &mut self,
        store: &Store,
        wanted: &Wanted,
        format: ExportFormat,
        put: &mut dyn FnMut(&str) -> Result<(), Report>,
    ) -> Result<usize, Report> {
        let (mut entries, mut unreadable) = (0_usize, 0_usize);
        let mark = |what: &str| match format {
            ExportFormat::Json => view::broken_line(what),
            ExportFormat::Csv => view::broken_csv(what),
        };
        let read = trail::each_as_it_is(store, |entry| {
            let seq = match &entry {
                Ok(entry) => entry.seq,
                Err(entry) => entry.written.seq,
            };
            let mut own = None;
            for found in self.up_to(seq) {
                if matches!(found, Break::Changed { .. }) {
                    own = Some(found.to_string());
                } else {
                    // That something is missing belongs into every export: nobody knows whose it was.
                    put(&mark(&found.to_string())).map_err(Stop::Write)?;
                }
            }
            let line = match entry {
                Ok(entry) if !wanted.has(&entry) => return Ok(()),
                Ok(entry) => match format {
                    ExportFormat::Json => view::line(&entry, own.as_deref()),
                    ExportFormat::Csv => view::csv(&entry, own.as_deref()),
                },
                Err(entry) => {
                    unreadable += 1;
                    match format {
                        ExportFormat::Json => view::unreadable_line(&entry, own.as_deref()),
                        ExportFormat::Csv => view::unreadable_csv(&entry, own.as_deref()),
                    }
                }
            };
            entries += 1;
            put(&line).map_err(Stop::Write)
        });
        match read {
            Ok(()) => {}
            Err(Stop::Write(report)) => return Err(report),
            Err(Stop::Read(error)) => {
                put(&mark(&format!(
                    "the rest of the trail cannot be read: {error}"
                )))?;
                self.ends = Some(error.into());
                return Ok(entries);
            }
        }
        for left in std::mem::take(&mut self.breaks) {
            put(&mark(&left.to_string()))?;
        }
        if unreadable > 0 {
            let text = format!("entries of the trail that cannot be read: {unreadable}");
            let report = Report::text("audit-broken", text);
            let report = report.help(
                "each is in the export with what can be read of it; keep the file of the state as it is, and look who could \
                 write it",
            );
            self.ends = Some(report);
        }
        Ok(entries)
    }

    /// The breaks up to that entry, which are told with that.
    fn up_to(&mut self, seq: u64) -> Vec<Break> {
        let is_due = |found: &Break| found.entry().is_none_or(|entry| entry.seq <= seq);
        let due = self.breaks.iter().take_while(|found| is_due(found)).count();
        self.breaks.drain(..due).collect()
    }
}

/// Writes what `fill` puts, into the file or to stdout, and says how many entries it were.
fn write(
    arguments: &ExportArgs,
    output: &mut Output,
    fill: impl FnOnce(&mut dyn FnMut(&str) -> Result<(), Report>) -> Result<usize, Report>,
) -> Result<Exit, Report> {
    let head = match arguments.format {
        ExportFormat::Json => "",
        ExportFormat::Csv => view::csv_head(),
    };
    let mut entries = 0;
    if let Some(path) = &arguments.output {
        write_whole(path, Readers::Owner, |file| {
            let mut put = |text: &str| {
                let written = file.write_all(text.as_bytes());
                written.map_err(|error| unwritten(path, &error))
            };
            put(head)?;
            entries = fill(&mut put)?;
            Ok(())
        })?;
    } else {
        let mut text = head.to_owned();
        entries = fill(&mut |more| {
            text.push_str(more);
            if text.len() > CHUNK_BYTES {
                output.result(&text);
                text.clear();
            }
            Ok(())
        })?;
        if !text.is_empty() {
            output.result(&text);
        }
    }
    let told = match entries {
        0 => "no entry of the trail is like that".to_owned(),
        1 => "1 entry".to_owned(),
        entries => format!("{entries} entries"),
    };
    let place = arguments.output.as_ref();
    let place = place.map(|path| format!(" in {}", path.display()));
    output.say(&(told + &place.unwrap_or_default()));
    Ok(Exit::Ok)
}

impl Wanted {
    fn of(arguments: &ExportArgs, store: &Store) -> Result<Self, Report> {
        let person = arguments.person.as_deref().map(PersonId::parse).transpose();
        let person = person.map_err(|error| {
            Report::new("unknown-person", &error).help("name a person by their key in HR")
        })?;
        let run = arguments.run.as_deref();
        let run = run.map(|run| history::find(store, run)).transpose()?;
        Ok(Self {
            from: arguments.from.as_deref().map(days::begin).transpose()?,
            before: arguments.until.as_deref().map(days::end).transpose()?,
            person,
            group: arguments.group.clone(),
            run: run.map(|details| details.run.id),
        })
    }

    fn has(&self, entry: &TrailEntry) -> bool {
        self.from.is_none_or(|from| entry.at >= from)
            && self.before.is_none_or(|before| entry.at < before)
            && self.run.is_none_or(|run| entry.run == Some(run))
            && (self.person.is_none() || entry.person == self.person)
            && self
                .group
                .as_deref()
                .is_none_or(|group| is_about(entry, group))
    }
}

/// Whether an entry is about a group: of that name, or that DN.
fn is_about(entry: &TrailEntry, wanted: &str) -> bool {
    let Some(deed) = &entry.deed else {
        return false;
    };
    let change = &deed.action.change;
    let (dn, login) = match change {
        Change::CreateGroup { dn, name, .. } => (dn, Some(&**name)),
        Change::AddMember { group, .. } | Change::RemoveMember { group, .. } => (group.dn(), None),
        Change::CreateUnit { .. }
        | Change::CreateAccount { .. }
        | Change::Adopt { .. }
        | Change::Release { .. }
        | Change::SetPassword { .. }
        | Change::Modify { .. }
        | Change::Move { .. }
        | Change::Enable { .. }
        | Change::Disable { .. }
        | Change::WriteBack { .. }
        | Change::Await { .. }
        | Change::Delete { .. }
        | Change::DeleteUnit { .. } => return false,
    };
    let same = |name: &str| name.to_lowercase() == wanted.to_lowercase();
    login.is_some_and(same)
        || dn.rdn().is_some_and(|rdn| same(&rdn.value()))
        || Dn::parse(wanted).is_ok_and(|wanted| wanted == *dn)
}
