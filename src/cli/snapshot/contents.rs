//! What a snapshot is of: what was read, and what of it is left out.

use crate::cli::directory::Source;
use crate::cli::report::Report;
use crate::cli::{people, planning};
use crate::diagnostic::did_you_mean;
use crate::directory::{self, AttributeName};
use crate::hr::{self, Schema};
use crate::plan::{self, Basis, Plan};
use crate::policy::Policy;
use crate::state::{Found, Prior};
use crate::workspace::{SourceRecords, Workspace};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// What was read, and what is written.
pub(super) struct Contents {
    pub(super) records: Vec<SourceRecords>,
    pub(super) directory: directory::Snapshot,
    pub(super) prior: Prior,
    pub(super) gone: Vec<hr::Person>,
    pub(super) now: Timestamp,
}

/// What is left out.
#[derive(Debug, Default)]
pub(super) struct Without {
    /// Positions in the schema.
    pub(super) fields: BTreeSet<usize>,
    pub(super) attributes: BTreeSet<AttributeName>,
}

/// Refuses to write sensitive fields that nobody asked for.
pub(super) fn sensitive(schema: &Schema, without: &Without, consented: bool) -> Result<(), Report> {
    let fields = schema.attributes().iter().enumerate();
    let fields = fields
        .filter(|(position, attribute)| attribute.sensitive && !without.fields.contains(position));
    let names: Vec<String> = fields
        .map(|(_, attribute)| format!("`{}`", attribute.name))
        .collect();
    if consented || names.is_empty() {
        return Ok(());
    }
    Err(Report::text(
        "sensitive-snapshot",
        format!("the policy reads {}, which is sensitive, and a snapshot would hold it", names.join(", ")),
    )
    .help("keep it with `--with-sensitive`, for plans are wrong without it, or leave it out with `--without`"))
}

impl Without {
    pub(super) fn of(
        workspace: &Workspace,
        policy: &Policy,
        names: &[String],
    ) -> Result<Self, Report> {
        let mut without = Self::default();
        let reading = workspace.reading(&[policy]);
        let read = reading.wanted();
        for name in names.iter().map(|name| name.trim()) {
            let wrong = |message: String, help: String| {
                Err(Report::text("no-such-field", message).help(help))
            };
            if let Some(position) = policy.schema.position(name) {
                let optional = policy.schema.attributes().get(position);
                if !optional.is_some_and(|attribute| attribute.optional) {
                    return wrong(
                        format!("`{name}` cannot be left out: nobody is without it"),
                        "leave out fields with a `?`; without another one nobody's record could be used".to_owned(),
                    );
                }
                without.fields.insert(position);
            } else if read.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                without.attributes.insert(AttributeName::new(name));
            } else {
                let fields = policy.schema.attributes().iter();
                let known = fields
                    .map(|attribute| &*attribute.name)
                    .chain(read.iter().copied());
                let near = did_you_mean(name, known);
                let help = near.map_or_else(
                    || {
                        "name a field of `person`, or an attribute of the directory that is read"
                            .to_owned()
                    },
                    |near| format!("did you mean `{near}`?"),
                );
                return wrong(format!("nothing that is read is called `{name}`"), help);
            }
        }
        Ok(without)
    }
}

impl Contents {
    pub(super) fn read(workspace: &Workspace, policy: &Policy) -> Result<Self, Report> {
        let records = people::records(workspace, policy)?;
        let directory = Source::of(workspace, policy, None)?.snapshot(workspace)?;
        let mark = Found::in_snapshot(&directory, &workspace.config.write);
        let prior = planning::belongs(workspace, mark.as_ref())??;
        let read = workspace.people_of(policy, records.clone())?;
        let gone = planning::gone(workspace, policy, &read, &prior)?;
        let now = workspace.config.clock.unwrap_or_else(Timestamp::now);
        Ok(Self {
            records,
            directory,
            prior,
            gone,
            now,
        })
    }

    pub(super) fn basis<'a>(
        &'a self,
        workspace: &'a Workspace,
        policy: &'a Policy,
        people: &'a hr::Snapshot,
    ) -> Basis<'a> {
        Basis {
            policy,
            people,
            gone: &self.gone,
            directory: &self.directory,
            prior: &self.prior,
            bases: &workspace.config.write,
            now: self.now,
        }
    }

    pub(super) fn plan(&self, workspace: &Workspace, policy: &Policy) -> Result<Plan, Report> {
        let people = workspace.people_of(policy, self.records.clone())?;
        let basis = self.basis(workspace, policy, &people);
        Ok(basis.with_input(plan::Options::default(), plan::plan))
    }
}
