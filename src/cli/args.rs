//! The flags of all commands: parser, help, completions and man pages come from this one definition.

mod answer;
mod fmt;
mod init;
mod review;
mod test;
mod trail;

pub(super) use answer::{AnswerArgs, ApprovalsArgs, RejectArgs};
pub(super) use fmt::FmtArgs;
pub(super) use init::InitArgs;
pub(super) use review::{DiffArgs, DiffFormat, QueryArgs, SnapshotArgs, TableFormat};
pub(super) use test::{TestArgs, TestFormat};
pub(super) use trail::{
    AuditCommand, ExportArgs, ExportFormat, ForgetArgs, PrivacyArgs, PrivacyFormat, VerifyArgs,
    WhoArgs, WhoFormat,
};

use crate::diagnostic::render::Machine;
use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use std::ffi::OsStr;
use std::path::PathBuf;

/// Joiners, movers and leavers: policies as text become a plan for Active Directory.
#[derive(Debug, Parser)]
#[command(
    name = "tenure",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// Flags that every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags that every command takes.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The configuration [default: the nearest tenure.toml upwards, else rules/tenure.toml]
    #[arg(long, global = true, value_name = "FILE", env = "TENURE_CONFIG")]
    pub config: Option<PathBuf>,
    /// Say nothing but results and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Say more; twice, say everything
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read, type-check and lint the policy
    Check(CheckArgs),
    /// Lay the policy out in the canonical form; its meaning stays
    #[command(after_help = fmt::EXAMPLE)]
    Fmt(FmtArgs),
    /// Run the tests of the policy
    #[command(after_help = test::EXAMPLE)]
    Test(TestArgs),
    /// Show what would change
    Plan(PlanArgs),
    /// What a change of the policy does: for whom, what, and by which of its rules
    #[command(after_help = review::DIFF_EXAMPLE)]
    Diff(DiffArgs),
    /// People and directory as files, for a plan or a diff where neither can be reached
    #[command(after_help = review::SNAPSHOT_EXAMPLE)]
    Snapshot(SnapshotArgs),
    /// Who meets a condition of the policy's language
    #[command(after_help = review::QUERY_EXAMPLE)]
    Query(QueryArgs),
    /// Show what would change, ask, and do it
    Apply(ApplyArgs),
    /// What will be done when, from the dates that HR shows today
    Forecast(ForecastArgs),
    /// Finish a run that was broken off, and begin no other
    Resume(ResumeArgs),
    /// Which accounts belong to whom, and what is to settle
    Match(MatchArgs),
    /// Why an account looks as it does, and why not otherwise
    Explain(ExplainArgs),
    /// The page of a diagnostic code: what it finds, why it matters, how to mend it
    ExplainCode(ExplainCodeArgs),
    /// What waits to be told and what was sent; sends it, or shows what would be told of one person
    Notices(NoticesArgs),
    /// What other systems were asked for whom, and what of it waits
    Steps(StepsArgs),
    /// Which runs there were
    History(HistoryArgs),
    /// What one run did
    Show(ShowArgs),
    /// Show what would take a run back, ask, and do it
    Undo(UndoArgs),
    /// End somebody at once, whatever HR says, until HR agrees or it is lifted
    Terminate(TerminateArgs),
    /// Until an instant, do only what takes access away
    Freeze(FreezeArgs),
    /// What waits for approval, since when, why and by which rule, and what was answered
    Approvals(ApprovalsArgs),
    /// Say yes to what waits: the next run does it
    #[command(after_help = answer::APPROVE_EXAMPLE)]
    Approve(AnswerArgs),
    /// Say no to what waits, or take a no back
    #[command(after_help = answer::REJECT_EXAMPLE)]
    Reject(RejectArgs),
    /// The audit trail: whether it is whole, and as a file
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Who is or was in a group, by which rule and since when
    #[command(after_help = trail::WHO_EXAMPLE)]
    Who(WhoArgs),
    /// Destroy what is kept of one person
    #[command(after_help = trail::FORGET_EXAMPLE)]
    Forget(ForgetArgs),
    /// Which HR attribute goes where, who can read it there, and how long it is kept
    #[command(after_help = trail::PRIVACY_EXAMPLE)]
    Privacy(PrivacyArgs),
    /// Whether everything that a run needs is there, each shortfall with its mend
    Doctor(DoctorArgs),
    /// Write a repository of policies, with tests, a pre-commit hook and pipelines
    #[command(after_help = init::EXAMPLE)]
    Init(InitArgs),
    /// A local Personio API over sample data, for trying things out
    #[command(after_help = PERSONIO_SIM_EXAMPLE)]
    PersonioSim(PersonioSimArgs),
    /// Print completions for a shell
    #[command(hide = true)]
    Completions(CompletionsArgs),
    /// Write the man pages into a folder
    #[command(hide = true)]
    Man(ManArgs),
}

/// Flags of `tenure doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Print what the account of this program has to be given in Active Directory for this policy, and change nothing
    #[arg(long)]
    pub delegation: bool,
}

/// What the help of `tenure personio-sim` ends with.
const PERSONIO_SIM_EXAMPLE: &str = "\
Example, in two terminals of a fresh clone:
  tenure personio-sim --habit company-switch
  PERSONIO_CLIENT_ID=papi-client-sim PERSONIO_CLIENT_SECRET=papi-secret-sim tenure plan
with the lines in `tenure.toml` that the first one prints. Then something happens in HR:
  curl -X PATCH http://127.0.0.1:4010/_sim/people/4012 -d '{\"termination_date\": \"2026-03-31\"}'
docs/personio-sim.md tells the rest.";

/// Flags of `tenure personio-sim`.
#[derive(Debug, Args)]
pub struct PersonioSimArgs {
    /// Sample data: recorded answers of version 1, or people as JSON or CSV [default: the recordings that
    /// `tenure.toml` names]
    #[arg(value_name = "DATA")]
    pub data: Vec<PathBuf>,
    /// The port; 0 for any that is free
    #[arg(long, default_value_t = 4010)]
    pub port: u16,
    /// The clock, standing still [default: the one that `tenure.toml` pins, else this machine's]
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<String>,
    /// Take any number of requests
    #[arg(long)]
    pub no_limits: bool,
    /// What goes wrong, and when: `429@3`, `503@v2/persons:2*4`; `--fault help` lists all
    #[arg(long, value_name = "KIND@N")]
    pub fault: Vec<String>,
    /// Something odd that real data does; `--habit help` lists all
    #[arg(long, value_name = "NAME")]
    pub habit: Vec<String>,
    /// The attributes that are released to the credential, as `id,first_name,status` [default: all]
    #[arg(long, value_name = "ATTRIBUTES", value_delimiter = ',')]
    pub released: Vec<String>,
    /// A right that the credential lacks, as `personio:org-units:read`
    #[arg(long, value_name = "SCOPE")]
    pub without: Vec<String>,
    /// How many seconds a token lives
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
    pub token_life: u64,
    /// How version 1 writes tags
    #[arg(long, value_enum, default_value_t = TagsFormat::Data)]
    pub tags: TagsFormat,
    /// An oddity of the wire; `--quirk help` lists all
    #[arg(long, value_name = "NAME")]
    pub quirk: Vec<String>,
    /// Tell of each change in the manner of a webhook, at an address of this machine
    #[arg(long, value_name = "URL")]
    pub webhook: Vec<String>,
    /// Leave out fields without a value in version 2, instead of sending null
    #[arg(long)]
    pub omit_empty: bool,
    /// Ask for the header `Beta: true` where Personio did until 2026
    #[arg(long)]
    pub beta: bool,
}

/// How version 1 writes tags: all of these were seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TagsFormat {
    /// As the data has them
    Data,
    /// An array
    Array,
    /// A text with commas
    Commas,
    /// A text that holds an array
    Json,
}

/// Flags of `tenure check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The folder of the policy [default: as configured]
    pub path: Option<PathBuf>,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    pub format: CheckFormat,
    /// Refuse these too
    #[arg(long, value_enum, value_name = "WHAT")]
    pub deny: Vec<Deny>,
    /// Hold the policy against people and directory too, read as `tenure plan` reads them
    #[arg(long)]
    pub with_people: bool,
}

/// How to print what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// With the source, for people
    Human,
    /// In sentences, for people who listen
    Plain,
    /// For machines
    Json,
    /// For GitHub code scanning, and whatever else reads SARIF 2.1.0
    Sarif,
    /// For the log of a GitHub workflow: annotations
    Github,
    /// For GitLab: a code quality report
    Gitlab,
    /// For what reads reports of tests, in XML
    Junit,
}

impl CheckFormat {
    /// The format of it that other programs read.
    pub(super) fn machine(self) -> Option<Machine> {
        match self {
            Self::Human | Self::Plain => None,
            Self::Json => Some(Machine::Json),
            Self::Sarif => Some(Machine::Sarif),
            Self::Github => Some(Machine::Github),
            Self::Gitlab => Some(Machine::Gitlab),
            Self::Junit => Some(Machine::Junit),
        }
    }
}

/// What to refuse beside errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    /// Warnings
    Warnings,
}

/// Flags of `tenure plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Keep the plan in a file, for `tenure apply FILE`
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = PlanFormat::Human)]
    pub format: PlanFormat,
    /// As of another instant; such a plan is never applied
    #[arg(long, value_name = "INSTANT")]
    pub at: Option<String>,
    /// Actions only for these people, by HR key, or by a condition such as 'department == "Finance"';
    /// names, guards and uniqueness are judged over everybody
    #[arg(long, value_name = "PERSON or CONDITION")]
    pub only: Vec<String>,
    /// End with an exit code of its own if there are such
    #[arg(long, value_enum, value_name = "WHAT")]
    pub fail_on: Vec<FailOn>,
    /// With `--format markdown`: names, not only HR keys
    #[arg(long)]
    pub names: bool,
    /// Show sensitive HR values, on a terminal alone; that it was done is kept on the trail
    #[arg(long, conflicts_with = "output")]
    pub reveal: bool,
}

/// How to print a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people
    Human,
    /// For machines; the schema is in docs/plan.schema.json
    Json,
    /// For a merge request: counts and HR keys
    Markdown,
}

/// Flags of `tenure forecast`.
#[derive(Debug, Args)]
pub struct ForecastArgs {
    /// How far to look, that day included, at most two years [default: 30 days]
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = ForecastFormat::Human)]
    pub format: ForecastFormat,
    /// With `--format json` and `ics`: names, not only numbers
    #[arg(long)]
    pub names: bool,
    /// Show what hangs on sensitive dates, on a terminal alone; that it was done is kept on the trail
    #[arg(long)]
    pub reveal: bool,
}

/// How to print a forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ForecastFormat {
    /// For people
    Human,
    /// For machines
    Json,
    /// For a calendar: kinds and numbers
    Ics,
}

/// What `plan` may fail on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Enabled accounts of people who should have none, with which nobody deals
    Open,
}

/// Flags of `tenure apply`.
#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// A plan that `tenure plan -o` kept [default: plan now]
    pub plan: Option<PathBuf>,
    /// What it may do unasked
    #[command(flatten)]
    pub consent: Consent,
    /// Actions only for these people, by HR key
    #[arg(long, value_name = "PERSON or CONDITION", conflicts_with = "plan")]
    pub only: Vec<String>,
}

/// Flags of `tenure undo`.
#[derive(Debug, Args)]
pub struct UndoArgs {
    /// The run, by its id or the beginning of it; `last` is the latest
    pub run: String,
    /// What it may do unasked
    #[command(flatten)]
    pub consent: Consent,
    /// Keep the plan in a file, for `tenure apply FILE`
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = PlanFormat::Human)]
    pub format: PlanFormat,
    /// With `--format markdown`: names, not only HR keys
    #[arg(long)]
    pub names: bool,
}

/// What a run may do, and by whose word.
#[derive(Debug, Clone, Args)]
pub struct Consent {
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
    /// Let this guard pass, for this run
    #[arg(long, value_name = "GUARD", requires = "because")]
    pub r#override: Vec<String>,
    /// Why a guard may pass
    #[arg(long, value_name = "REASON")]
    pub because: Option<String>,
    /// Say yes to what waits for approval, by the ids that the plan shows
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub approve: Vec<String>,
}

/// Flags of `tenure terminate`.
#[derive(Debug, Args)]
pub struct TerminateArgs {
    /// Who, by HR key
    pub person: String,
    /// At once: the account is disabled, and stays so whatever HR says
    #[arg(long, required_unless_present = "lift", conflicts_with = "lift")]
    pub now: bool,
    /// Take the end back: HR and the policy decide again
    #[arg(long)]
    pub lift: bool,
    /// Why; it stands in every plan while the end holds, and on the audit trail
    #[arg(long, value_name = "REASON")]
    pub because: String,
    /// The stage that they are in until then [default: the one that `tenure.toml` names]
    #[arg(long, value_name = "STAGE", conflicts_with = "lift")]
    pub stage: Option<String>,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
}

/// Flags of `tenure freeze`; without any it says whether something is frozen.
#[derive(Debug, Args)]
pub struct FreezeArgs {
    /// Until when: `2026-12-31`, or an instant
    #[arg(long, value_name = "INSTANT", requires = "because", group = "order")]
    pub until: Option<String>,
    /// End the freeze now
    #[arg(long, requires = "because", group = "order")]
    pub lift: bool,
    /// Why; it stands in every plan while it holds, and on the audit trail
    #[arg(long, value_name = "REASON", requires = "order")]
    pub because: Option<String>,
}

/// Flags of `tenure resume`.
#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// The domain controller that the run was begun on never comes back: go on at another one
    #[arg(long, value_name = "NAME")]
    pub dc_lost: Option<String>,
}

/// Flags of `tenure match`.
#[derive(Debug, Args)]
pub struct MatchArgs {
    /// How to print it
    #[arg(long, value_enum, default_value_t = MatchFormat::Human)]
    pub format: MatchFormat,
    /// Write what the rules propose into the policy, as `link` lines
    #[arg(long)]
    pub confirm: bool,
    /// Take up a lost state from what stands in the directory
    #[arg(long, conflicts_with = "confirm")]
    pub rebuild: bool,
}

/// How to print matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MatchFormat {
    /// For people
    Human,
    /// For machines
    Json,
    /// For a spreadsheet
    Csv,
}

/// Flags of `tenure notices`.
#[derive(Debug, Args)]
pub struct NoticesArgs {
    /// Send what waits, whenever it was tried last
    #[arg(long)]
    pub send: bool,
    /// With `--send`: also what was refused for good
    #[arg(long, requires = "send")]
    pub refused: bool,
    /// Show what each notice would say about this person, by HR key; nothing is sent
    #[arg(long, value_name = "PERSON", conflicts_with_all = ["send", "void"])]
    pub preview: Option<String>,
    /// Never send this notice, by its id
    #[arg(long, value_name = "ID", conflicts_with = "send")]
    pub void: Vec<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Flags of `tenure steps`.
#[derive(Debug, Args)]
pub struct StepsArgs {
    /// Ask once more for what was refused to this person, by HR key
    #[arg(long, value_name = "PERSON", requires = "because")]
    pub again: Option<String>,
    /// Why; it stands on the audit trail
    #[arg(long, value_name = "REASON", requires = "again")]
    pub because: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Flags of `tenure history`.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// How many runs, the latest first
    #[arg(long, short = 'n', default_value_t = 20)]
    pub limit: u32,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Flags of `tenure show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The run, by its id or the beginning of it; `last` is the latest
    pub run: String,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Flags of `tenure explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The person, by HR key
    pub person: String,
    /// One attribute or group [default: stage, unit and everything that is wanted]
    #[arg(value_name = "ATTRIBUTE or GROUP")]
    pub what: Option<String>,
    /// As of another instant
    #[arg(long, value_name = "INSTANT")]
    pub at: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Show sensitive HR values, on a terminal alone; that it was done is kept on the trail
    #[arg(long)]
    pub reveal: bool,
}

/// Flags of `tenure explain-code`.
#[derive(Debug, Args)]
pub struct ExplainCodeArgs {
    /// The code, as `maybe-missing`
    #[arg(
        required_unless_present = "list",
        value_parser = CodeName,
        hide_possible_values = true
    )]
    pub code: Option<String>,
    /// All codes, with a line each
    #[arg(long, conflicts_with = "code")]
    pub list: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Reads any text, and knows the codes, so that shells can complete them. A wrong one is answered later,
/// with the nearest.
#[derive(Debug, Clone, Copy)]
struct CodeName;

impl TypedValueParser for CodeName {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let codes = super::every_code().into_iter();
        Some(Box::new(codes.map(|code| {
            PossibleValue::new(code.name).help(code.summary)
        })))
    }
}

/// How to print a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Human,
    /// For machines
    Json,
}

/// Flags of `tenure completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// For which shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Flags of `tenure man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The folder
    pub folder: PathBuf,
}

/// The definition that completions and man pages are made from.
pub fn command() -> clap::Command {
    Cli::command()
}
