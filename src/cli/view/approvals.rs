//! `tenure approvals`: what waits for a person, since when, by which rule and why, and what was answered.
//!
//! Begin with [`questions`]; [`questions_json`] is the same as data.

use super::history::deed;
use super::page::{Line, Page};
use super::{Options, json, words};
use crate::apply::{journal, question_of};
use crate::directory::Dn;
use crate::plan::{Action, Approval, Reason, takes_away};
use crate::state::{Given, Question, Refused};
use crate::text::visible;
use jiff::Timestamp;
use serde_json::{Value, json};

/// How a question stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing<'a> {
    /// Nobody has answered.
    Waits,
    /// Nobody answered in time: the next run asks anew.
    Over,
    /// Somebody said yes.
    Approved(&'a Given),
    /// Somebody said no.
    Rejected(&'a Refused),
}

impl<'a> Standing<'a> {
    fn of(question: &'a Question, now: Timestamp) -> Self {
        let asked = &question.asked;
        let given = asked.given.as_ref().filter(|given| given.expires > now);
        let refused = asked.refused.as_ref().filter(|refused| refused.until > now);
        let answered = asked.given.is_some() || asked.refused.is_some();
        match (refused, given) {
            (Some(refused), _) => Self::Rejected(refused),
            (None, Some(given)) => Self::Approved(given),
            (None, None) if answered || asked.until.is_some_and(|until| until <= now) => Self::Over,
            (None, None) => Self::Waits,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Waits => "waits",
            Self::Over => "over",
            Self::Approved(_) => "approved",
            Self::Rejected(_) => "rejected",
        }
    }

    /// The heading, and what it means.
    const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Waits => ("Waiting for approval", "not done until somebody says yes"),
            Self::Over => ("Not answered in time", "the next run asks anew"),
            Self::Approved(_) => ("Approved", "the next run does it"),
            Self::Rejected(_) => ("Rejected", "not done, and not asked for"),
        }
    }
}

/// A question with what it is about, where that is still known.
struct Entry<'a> {
    question: &'a Question,
    standing: Standing<'a>,
    about: Option<(Action, Approval)>,
}

impl Entry<'_> {
    /// What takes access away comes first: whoever should have none keeps it until somebody answers.
    fn turn(&self) -> u8 {
        let about = self.about.as_ref();
        let urgent = about.is_some_and(|(action, _)| takes_away(&action.change));
        u8::from(!urgent)
    }
}

fn entries(questions: &[Question], now: Timestamp) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = questions
        .iter()
        .map(|question| Entry {
            question,
            standing: Standing::of(question, now),
            about: question_of(question),
        })
        .collect();
    entries.sort_by_key(Entry::turn);
    entries
}

/// What waits and what was answered, each with all that a person needs to answer.
pub fn questions(questions: &[Question], now: Timestamp, options: &Options) -> String {
    let entries = entries(questions, now);
    let mut page = Page::new(options.width);
    let mut begun = false;
    for word in ["waits", "over", "rejected", "approved"] {
        let of_it = || entries.iter().filter(|entry| entry.standing.word() == word);
        let Some(first) = of_it().next() else {
            continue;
        };
        if std::mem::replace(&mut begun, true) {
            page.blank();
        }
        let (title, meaning) = first.standing.title();
        let count = words::number(of_it().count());
        let line = Line::new().styled(options.palette.heading, title);
        page.line(0, 2, &line.plain(&format!("  {count}: {meaning}")));
        for entry in of_it() {
            one(&mut page, entry, now, options);
        }
    }
    let waits = |entry: &&Entry<'_>| entry.standing == Standing::Waits;
    match entries.iter().filter(waits).count() {
        0 if entries.is_empty() => page.line(0, 0, &Line::of("Nothing waits for approval.")),
        0 => {}
        _ => {
            let help = "→ tenure approve ID --because …, or tenure reject ID --because …";
            page.line(0, 2, &Line::new().styled(options.palette.help, help));
        }
    }
    page.finish()
}

fn one(page: &mut Page, entry: &Entry<'_>, now: Timestamp, options: &Options) {
    let palette = &options.palette;
    let question = entry.question;
    let mut line = Line::new().styled(palette.help, &question.id).plain("  ");
    line = match (&entry.about, &question.person) {
        (Some((action, _)), person) => {
            line = line.styled(palette.name, &action.who);
            if let Some(person) = person {
                line = line.styled(palette.dim, &format!(" · {person}"));
            }
            line.plain("   ").plain(&deed(&action.change, &Dn::root()))
        }
        (None, Some(person)) => line.plain(&format!("{person}   ")),
        (None, None) => line,
    };
    if entry.about.is_none() {
        line = line.styled(
            palette.dim,
            "what it is about was forgotten; the next run says it again",
        );
    }
    let takes = entry.about.as_ref();
    if takes.is_some_and(|(action, _)| takes_away(&action.change)) {
        line = line.styled(
            palette.danger,
            "   takes access away, and it is there until then",
        );
    }
    page.line(2, 16, &line);
    let mut say = |text: &str| page.line(16, 18, &Line::new().styled(palette.dim, text));
    let asked = &question.asked;
    let zone = &options.zone;
    let mut since = format!("asked {}", words::instant(asked.asked, zone));
    if asked.first < asked.asked {
        let first = words::instant(asked.first, zone);
        since = format!("{since}, first {first} and not answered in time");
    }
    if let (Standing::Waits, Some(until)) = (entry.standing, asked.until) {
        let left = words::until(now, until);
        since = format!("{since}; to be answered {left}");
    }
    say(&since);
    if let Some((action, approval)) = &entry.about {
        say(&format!("by {}", placed(&approval.rule)));
        if let Some(reason) = action.reasons.first() {
            say(&format!("because of {}", placed(reason)));
        }
    }
    match entry.standing {
        Standing::Waits | Standing::Over => {}
        Standing::Approved(given) => {
            let until = words::instant(given.expires, zone);
            let because = given.because.as_deref().map(|why| format!(": {why}"));
            let because = because.unwrap_or_default();
            say(&format!("{} said yes, until {until}{because}", given.by));
        }
        Standing::Rejected(no) => {
            let until = words::instant(no.until, zone);
            say(&format!("{} said no, until {until}: {}", no.by, no.because));
        }
    }
}

/// A reason with its place and the values that it read.
fn placed(reason: &Reason) -> String {
    let mut text = reason.text.to_string();
    if !reason.file.is_empty() {
        text = format!("{text}   {}:{}", reason.file, reason.line);
    }
    let values = reason.values.iter();
    let values: Vec<String> = values
        .map(|(name, value)| format!("{name} is {value}"))
        .collect();
    if values.is_empty() {
        return text;
    }
    format!("{text}   {}", values.join(", "))
}

/// A question in one line.
pub fn in_short(question: &Question, base: Option<&str>) -> String {
    let base = base.and_then(|base| Dn::parse(base).ok());
    let base = base.unwrap_or_else(Dn::root);
    match question_of(question) {
        Some((action, _)) => {
            let deed = deed(&action.change, &base);
            format!(
                "{}  {}   {}",
                question.id,
                visible(&action.who),
                visible(&deed)
            )
        }
        None => question.id.to_string(),
    }
}

/// The same as data.
pub fn questions_json(questions: &[Question], now: Timestamp) -> String {
    let entries = entries(questions, now);
    let approvals = entries.iter().map(|entry| {
        let asked = &entry.question.asked;
        let action = entry.about.as_ref().map(|(action, _)| action);
        let rule = entry
            .about
            .as_ref()
            .map(|(_, approval)| reason(&approval.rule));
        json!({
            "id": &*entry.question.id,
            "status": entry.standing.word(),
            "person": entry.question.person.as_ref().map(ToString::to_string),
            "who": action.map(|action| action.who.to_string()),
            "kind": action.map(|action| journal::kind_word(&action.change)),
            "text": action.map(|action| deed(&action.change, &Dn::root())),
            "takes_away": action.map(|action| takes_away(&action.change)),
            "asked": asked.asked.to_string(),
            "first": asked.first.to_string(),
            "until": asked.until.map(|until| until.to_string()),
            "rule": rule,
            "reasons": action.map(|action| action.reasons.iter().map(reason).collect::<Vec<_>>()),
            "answer": answer(entry.standing),
        })
    });
    let approvals: Vec<Value> = approvals.collect();
    json::pretty(&json!({ "format": "tenure-approvals/1", "approvals": approvals }))
}

fn reason(reason: &Reason) -> Value {
    let place = !reason.file.is_empty();
    json!({
        "rule": &*reason.text,
        "file": place.then_some(&*reason.file),
        "line": place.then_some(reason.line),
    })
}

fn answer(standing: Standing<'_>) -> Value {
    match standing {
        Standing::Waits | Standing::Over => Value::Null,
        Standing::Approved(given) => json!({
            "by": &*given.by,
            "at": given.at.to_string(),
            "until": given.expires.to_string(),
            "because": given.because.as_deref(),
        }),
        Standing::Rejected(no) => json!({
            "by": &*no.by,
            "at": no.at.to_string(),
            "until": no.until.to_string(),
            "because": &*no.because,
        }),
    }
}
