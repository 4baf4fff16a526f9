//! `tenure match`: which account is whose, as a table, as JSON and as CSV.
//!
//! [`MatchView::rows`] makes rows out of a [`Correlation`]; the three forms show the same rows. In CSV a cell
//! is harmless to a spreadsheet ([`super::csv`]).
//!
//! Begin with [`MatchView`].

use super::csv::cell;
use super::page::{Line, Page};
use super::{Options, json, words};
use crate::directory::filetime::{from_filetime, from_generalized_time};
use crate::directory::kind::Mailbox;
use crate::directory::{ObjectId, Snapshot};
use crate::hr::{self, PersonId};
use crate::plan::{Correlation, Verdict};
use crate::policy::{RuleId, Ruleset};
use crate::text::visible;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rustc_hash::FxHashMap;
use serde_json::json;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr as _;

/// Up to how many rows of one verdict the table shows where nothing is to be settled; CSV and JSON have all.
pub const MAX_SETTLED_ROWS: usize = 200;

/// Within how many days a logon was lately.
const LATELY_DAYS: i64 = 30;
const LATELY: SignedDuration = SignedDuration::from_hours(24 * LATELY_DAYS);

/// The widest name that takes part in the alignment.
const MAX_NAME: usize = 34;

/// A correlation to be shown, and what its names mean.
#[derive(Debug, Clone, Copy)]
pub struct MatchView<'a> {
    /// Which accounts are whose.
    pub correlation: &'a Correlation,
    /// Where the accounts are.
    pub directory: &'a Snapshot,
    /// What the rules are.
    pub rules: &'a Ruleset,
    /// Who the people are.
    pub people: &'a hr::Snapshot,
    /// Whose account is enabled although HR says that they left.
    pub leavers: &'a [(PersonId, ObjectId)],
    /// As of which instant.
    pub now: Timestamp,
}

/// What the directory says of one account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Facts {
    login: String,
    dn: String,
    enabled: bool,
    created: Option<Date>,
    /// About 14 days accurate (MS-ADA1, lastLogonTimestamp).
    last_logon: Option<Timestamp>,
    /// `adminCount` is 1.
    is_protected: bool,
    /// Whose mailbox it is, where it is no person's.
    mailbox: Option<&'static str>,
}

/// What was found, in a word; what a human has to settle comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The anchor says whose it is.
    Anchored,
    /// A `link` line says so.
    Linked,
    /// A further account of the same human.
    Tied,
    /// The policy takes this person out.
    LeftOut,
    /// A person without an account.
    WithoutAccount,
    /// An account without a person.
    WithoutPerson,
    /// A rule proposes it.
    Proposed,
    /// It would be proposed, but is older than the person's first day.
    Namesake,
    /// Several accounts, or several people.
    Ambiguous,
    /// Facts contradict each other.
    Conflict,
}

impl Kind {
    const ALL: [Self; 10] = [
        Self::Anchored,
        Self::Linked,
        Self::Tied,
        Self::LeftOut,
        Self::WithoutAccount,
        Self::WithoutPerson,
        Self::Proposed,
        Self::Namesake,
        Self::Ambiguous,
        Self::Conflict,
    ];

    /// The word for it in machine output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Anchored => "anchored",
            Self::Linked => "linked",
            Self::Tied => "tied",
            Self::LeftOut => "left-out",
            Self::WithoutAccount => "person-without-account",
            Self::WithoutPerson => "account-without-person",
            Self::Proposed => "proposed",
            Self::Namesake => "namesake",
            Self::Ambiguous => "ambiguous",
            Self::Conflict => "conflict",
        }
    }

    /// Whether a human has to say something.
    pub const fn to_settle(self) -> bool {
        match self {
            Self::Proposed | Self::Namesake | Self::Ambiguous | Self::Conflict => true,
            Self::Anchored
            | Self::Linked
            | Self::Tied
            | Self::LeftOut
            | Self::WithoutAccount
            | Self::WithoutPerson => false,
        }
    }

    const fn heading(self) -> (&'static str, &'static str) {
        match self {
            Self::Anchored => ("Anchored", "certain, by the anchor"),
            Self::Linked => ("Linked", "certain, by a line of the policy"),
            Self::Tied => ("Tied", "further accounts of the same human"),
            Self::LeftOut => ("Left out", "by a line of the policy"),
            Self::WithoutAccount => ("People without an account", ""),
            Self::WithoutPerson => ("Accounts without a person", "never touched"),
            Self::Proposed => ("Proposed", "a rule says it may be theirs"),
            Self::Namesake => ("Namesakes?", "the account is older than the first day"),
            Self::Ambiguous => ("Ambiguous", "several accounts, or several people"),
            Self::Conflict => ("Conflicts", "facts contradict each other"),
        }
    }
}

/// One verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which.
    pub kind: Kind,
    /// Whose.
    pub person: Option<PersonId>,
    /// Their name in HR, empty where it is not known.
    pub name: String,
    /// The accounts that it speaks of.
    pub accounts: Vec<ObjectId>,
    /// The rule, as `file:line`; empty where there is none.
    pub rule: String,
    /// What else is to be said, empty for nothing.
    pub note: String,
}

impl MatchView<'_> {
    /// All verdicts, by kind and person.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        let mut owners: FxHashMap<ObjectId, &PersonId> = FxHashMap::default();
        for entry in &self.correlation.people {
            let verdict = &entry.verdict;
            owners.extend(verdict.account().map(|account| (account, &entry.person)));
            let (kind, rule, note) = self.said(verdict);
            rows.push(Row {
                kind,
                person: Some(entry.person.clone()),
                name: self.name(&entry.person),
                accounts: verdict.accounts().to_vec(),
                rule,
                note,
            });
        }
        for tied in &self.correlation.tied {
            let person = owners.get(&tied.owner).copied();
            rows.push(Row {
                kind: Kind::Tied,
                person: person.cloned(),
                name: person.map_or_else(String::new, |person| self.name(person)),
                accounts: vec![tied.account],
                rule: self.rule(tied.rule),
                note: String::new(),
            });
        }
        for (person, rule) in &self.correlation.left_out {
            rows.push(Row {
                kind: Kind::LeftOut,
                person: Some(person.clone()),
                name: self.name(person),
                accounts: Vec::new(),
                rule: self.rule(*rule),
                note: String::new(),
            });
        }
        rows.extend(self.correlation.orphans.iter().map(|account| Row {
            kind: Kind::WithoutPerson,
            person: None,
            name: String::new(),
            accounts: vec![*account],
            rule: String::new(),
            note: String::new(),
        }));
        rows.sort_by_key(|row| row.kind);
        rows
    }

    /// How many verdicts a human has to settle.
    pub fn to_settle(&self) -> usize {
        self.rows()
            .iter()
            .filter(|row| row.kind.to_settle())
            .count()
    }

    fn said(&self, verdict: &Verdict) -> (Kind, String, String) {
        match verdict {
            Verdict::Anchored(_) => (Kind::Anchored, String::new(), String::new()),
            Verdict::Linked { rule, .. } => (Kind::Linked, self.rule(*rule), String::new()),
            Verdict::Proposed { rule, .. } => (Kind::Proposed, self.rule(*rule), String::new()),
            Verdict::Namesake {
                rule,
                created,
                started,
                ..
            } => {
                let note = match started {
                    Some(started) => format!("created {created}, first day {started}"),
                    None => format!("created {created}, before the first day"),
                };
                (Kind::Namesake, self.rule(*rule), note)
            }
            Verdict::Ambiguous { rule, why, .. } => {
                (Kind::Ambiguous, self.rule(*rule), why.to_string())
            }
            Verdict::Conflict { why, .. } => (Kind::Conflict, String::new(), why.to_string()),
            Verdict::Without => (Kind::WithoutAccount, String::new(), String::new()),
        }
    }

    fn rule(&self, id: RuleId) -> String {
        let rule = self.rules.rule(id);
        rule.map_or_else(String::new, |rule| format!("{}:{}", rule.file, rule.line))
    }

    fn name(&self, person: &PersonId) -> String {
        match self.people.standing(person) {
            hr::Standing::Known(known) => self
                .people
                .schema()
                .name_of(known.values())
                .unwrap_or_default(),
            hr::Standing::Quarantined(record) => {
                record.name.as_deref().unwrap_or_default().to_owned()
            }
            hr::Standing::Unknown => String::new(),
        }
    }

    fn account(&self, id: ObjectId) -> Facts {
        let Some(object) = self.directory.shared(id) else {
            return Facts::default();
        };
        let instant = |name: &str| object.first(name).and_then(from_generalized_time);
        Facts {
            login: object.account_name().unwrap_or_default().to_owned(),
            dn: object.dn().as_str().to_owned(),
            enabled: object.enabled(),
            created: instant("whenCreated").map(day),
            last_logon: object.integer("lastLogonTimestamp").and_then(from_filetime),
            is_protected: object.is_admin_count(),
            mailbox: object
                .mailbox()
                .filter(|kind| *kind != Mailbox::Personal)
                .map(mailbox_word),
        }
    }

    /// Whose account is enabled and was used lately, although HR says that they left: what to look at first.
    fn still_used(&self) -> Vec<(&PersonId, ObjectId, Timestamp)> {
        let since = self.now.saturating_sub(LATELY).unwrap_or(Timestamp::MIN);
        let leavers = self.leavers.iter();
        leavers
            .filter_map(|(person, account)| {
                let facts = self.account(*account);
                let used = facts.last_logon.filter(|used| *used >= since)?;
                facts.enabled.then_some((person, *account, used))
            })
            .collect()
    }

    fn still_used_section(&self, page: &mut Page, options: &Options) {
        let palette = &options.palette;
        let used = self.still_used();
        if used.is_empty() {
            return;
        }
        page.blank();
        let number = words::number(used.len());
        let heading = Line::new().styled(palette.heading, "Left, and still used").styled(
            palette.dim,
            &format!("  {number}: HR says that they left; the account is enabled and was used in the last {LATELY_DAYS} days"),
        );
        page.line(0, 2, &heading);
        for (person, account, at) in used {
            let facts = self.account(account);
            let line = Line::new()
                .styled(palette.dim, &person.to_string())
                .plain("  ")
                .styled(palette.name, &self.name(person))
                .plain("  ")
                .then(Line::of(&facts.login))
                .styled(palette.warn, &format!("  last logon about {}", day(at)));
            page.line(2, 4, &line);
        }
    }

    /// The verdicts as a table for people.
    pub fn table(&self, options: &Options) -> String {
        let mut page = Page::new(options.width);
        let rows = self.rows();
        self.still_used_section(&mut page, options);
        for kind in Kind::ALL {
            let of_kind: Vec<&Row> = rows.iter().filter(|row| row.kind == kind).collect();
            if !of_kind.is_empty() {
                self.section(&mut page, options, kind, &of_kind);
            }
        }
        page.blank();
        page.line(0, 2, &closing(options, &rows));
        page.finish()
    }

    fn section(&self, page: &mut Page, options: &Options, kind: Kind, rows: &[&Row]) {
        let palette = &options.palette;
        let (title, meaning) = kind.heading();
        page.blank();
        let number = words::number(rows.len());
        let colon = if meaning.is_empty() { "" } else { ": " };
        let heading = Line::new().styled(palette.heading, title);
        page.line(
            0,
            2,
            &heading.styled(palette.dim, &format!("  {number}{colon}{meaning}")),
        );
        if !kind.to_settle() && rows.len() > MAX_SETTLED_ROWS {
            let text = "too many for a table: `--format csv` and `--format json` have them";
            return page.line(2, 4, &Line::new().styled(palette.dim, text));
        }
        let id = |row: &Row| {
            row.person
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default()
        };
        let ids = rows.iter().map(|row| id(row).width()).max().unwrap_or(0);
        let names = rows.iter().map(|row| visible(&row.name).width());
        let names = names.filter(|width| *width <= MAX_NAME).max().unwrap_or(0);
        let column = [ids, names]
            .iter()
            .filter(|width| **width > 0)
            .map(|width| width + 2)
            .sum::<usize>();
        let accounts = rows.iter().flat_map(|row| &row.accounts);
        let logins = accounts.map(|id| visible(&self.account(*id).login).width());
        let logins = logins.filter(|width| *width <= MAX_NAME).max().unwrap_or(0);
        for row in rows {
            let mut line = Line::new();
            if ids > 0 {
                line = line.styled(palette.dim, &id(row)).padded(ids).plain("  ");
            }
            if names > 0 {
                line = line
                    .then(Line::new().styled(palette.name, &row.name).padded(names))
                    .plain("  ");
            }
            let told = [row.rule.as_str(), row.note.as_str()];
            let told: Vec<&str> = told.into_iter().filter(|text| !text.is_empty()).collect();
            let mut why = Line::new().styled(palette.dim, &told.join("  "));
            if !row.accounts.is_empty() && !why.is_empty() {
                why = Line::new().styled(palette.dim, "← ").then(why);
            }
            let mut accounts = row
                .accounts
                .iter()
                .map(|account| self.account_line(options, row.kind, *account, logins));
            line = line.then(accounts.next().unwrap_or_default());
            if row.accounts.len() == 1
                && !why.is_empty()
                && line.width() + why.width() + 4 <= page.width()
            {
                page.line(2, column + 2, &line.plain("  ").then(why));
                continue;
            }
            if row.accounts.is_empty() {
                page.line(2, column + 2, &line.then(why));
                continue;
            }
            page.line(2, column + 4, &line);
            for account in accounts {
                page.line(column + 2, column + 4, &account);
            }
            if !why.is_empty() {
                page.line(column + 2, column + 4, &why);
            }
        }
    }

    fn account_line(&self, options: &Options, kind: Kind, id: ObjectId, logins: usize) -> Line {
        let palette = &options.palette;
        let base = &self.directory.domain().base;
        let facts = self.account(id);
        let place = self
            .directory
            .shared(id)
            .map(|object| words::place(object.dn(), base));
        let mut line = Line::of(&facts.login)
            .padded(logins)
            .plain("  ")
            .styled(palette.dim, &place.unwrap_or_default());
        if !facts.enabled {
            line = line.styled(palette.warn, "  disabled");
        }
        // What tells accounts apart matters where somebody has to choose.
        if kind.to_settle() || kind == Kind::WithoutPerson {
            let told = facts.told();
            if !told.is_empty() {
                line = line.styled(palette.dim, &format!("  {told}"));
            }
        }
        line
    }

    /// The verdicts as CSV (RFC 4180), a line for each account of a verdict.
    pub fn csv(&self) -> String {
        let mut out = String::from(
            "verdict,person,name,login,dn,enabled,rule,note,created,last_logon,protected,mailbox,left_and_used\r\n",
        );
        let used: Vec<ObjectId> = self.still_used().iter().map(|(_, id, _)| *id).collect();
        let yes = |truth: bool| if truth { "yes" } else { "no" };
        for row in self.rows() {
            let person = row
                .person
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            let word = row.kind.word();
            let start = [word, person.as_str(), row.name.as_str()]
                .map(cell)
                .join(",");
            let (rule, note) = (cell(&row.rule), cell(&row.note));
            if row.accounts.is_empty() {
                let _ = write!(out, "{start},,,,{rule},{note},,,,,\r\n");
            }
            for id in &row.accounts {
                let facts = self.account(*id);
                let what = [&facts.login, &facts.dn].map(|text| cell(text)).join(",");
                let behind = [
                    facts.created.map(|day| day.to_string()).unwrap_or_default(),
                    facts
                        .last_logon
                        .map(|at| day(at).to_string())
                        .unwrap_or_default(),
                    yes(facts.is_protected).to_owned(),
                    facts.mailbox.unwrap_or_default().to_owned(),
                    yes(used.contains(id)).to_owned(),
                ];
                let _ = write!(
                    out,
                    "{start},{what},{},{rule},{note},{}\r\n",
                    yes(facts.enabled),
                    behind.join(",")
                );
            }
        }
        out
    }

    /// The verdicts as JSON.
    pub fn json(&self) -> String {
        let rows = self.rows();
        let to_settle = rows.iter().filter(|row| row.kind.to_settle()).count();
        let one = |row: &Row| {
            let accounts: Vec<serde_json::Value> = row
                .accounts
                .iter()
                .map(|id| {
                    let facts = self.account(*id);
                    let guid = self
                        .directory
                        .shared(*id)
                        .map(|object| object.guid().to_string());
                    json!({
                        "guid": guid,
                        "login": facts.login,
                        "dn": facts.dn,
                        "enabled": facts.enabled,
                        "created": facts.created.map(|day| day.to_string()),
                        "last_logon": facts.last_logon.map(|at| day(at).to_string()),
                        "protected": facts.is_protected,
                        "mailbox": facts.mailbox,
                    })
                })
                .collect();
            let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            json!({
                "verdict": row.kind.word(),
                "person": row.person.as_ref().map(ToString::to_string),
                "name": text(&row.name),
                "accounts": accounts,
                "rule": text(&row.rule),
                "note": text(&row.note),
            })
        };
        let matches: Vec<serde_json::Value> = rows.iter().map(one).collect();
        let value = json!({
            "format": "tenure-match/1",
            "holds_people": self.correlation.holds_people,
            "to_settle": to_settle,
            "left_and_used": self
                .still_used()
                .iter()
                .map(|(person, id, _)| json!({ "person": person.to_string(), "login": self.account(*id).login }))
                .collect::<Vec<_>>(),
            "matches": matches,
        });
        json::pretty(&value)
    }
}

impl Facts {
    /// What else tells it from another account.
    fn told(&self) -> String {
        let mut told = Vec::new();
        if let Some(created) = self.created {
            told.push(format!("created {created}"));
        }
        match self.last_logon {
            Some(at) => told.push(format!("last logon about {}", day(at))),
            None if self.created.is_some() => told.push("never logged on".to_owned()),
            None => {}
        }
        if self.is_protected {
            told.push("protected".to_owned());
        }
        told.extend(self.mailbox.map(|kind| format!("{kind} mailbox")));
        told.join(", ")
    }
}

/// The day of an instant in the directory's own zone, which is UTC.
fn day(at: Timestamp) -> Date {
    jiff::tz::TimeZone::UTC.to_datetime(at).date()
}

const fn mailbox_word(kind: Mailbox) -> &'static str {
    match kind {
        Mailbox::Personal => "personal",
        Mailbox::Shared => "shared",
        Mailbox::Room => "room",
        Mailbox::Equipment => "equipment",
        Mailbox::Linked => "linked",
        Mailbox::System => "system",
    }
}

fn closing(options: &Options, rows: &[Row]) -> Line {
    let palette = &options.palette;
    let certain = |row: &&Row| matches!(row.kind, Kind::Anchored | Kind::Linked);
    let certain = rows.iter().filter(certain).count();
    let open = rows.iter().filter(|row| row.kind.to_settle()).count();
    let certain = words::count(certain, "account is", "accounts are");
    let line = Line::new().styled(
        palette.name,
        &format!("{certain} certain, {} to settle. ", words::number(open)),
    );
    if open == 0 {
        return line;
    }
    line.styled(palette.help, "tenure match --confirm")
        .plain(" writes what a rule proposes into the policy as `link` lines; the rest needs a `link` line by hand.")
}
