//! A notice as it is sent: what the outbox keeps, read back into the types that let nothing hostile into a head.

use crate::state::delivery::{Target, Way};
use crate::state::outbox::Kept;
use crate::text::mail::{Address, HeadLine};
use crate::text::{is_no_letter, visible};
use secrecy::SecretString;
use serde::Deserialize;
use zeroize::Zeroizing;

/// What stands in the outbox, sealed.
#[derive(Debug, Deserialize)]
struct Content {
    to: Vec<String>,
    subject: String,
    body: String,
}

/// A notice on its way.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its id for ever.
    pub id: String,
    /// Its name in the policy.
    pub notice: String,
    /// What happened.
    pub event: String,
    /// About whom, by HR key; empty where it is a digest.
    pub person: String,
    /// To whom.
    pub to: Vec<Address>,
    /// The subject.
    pub subject: HeadLine,
    /// The body; characters that hide or rearrange text are made visible.
    pub body: SecretString,
    /// A password stands in it: what a server says after it has seen that is not repeated.
    pub secret: bool,
}

impl Message {
    /// The message of a notice; none once its values or its person were forgotten.
    pub fn of(kept: &Kept) -> Result<Option<Self>, &'static str> {
        let about = match (&kept.person, kept.digest) {
            (Some(person), _) => person.to_string(),
            (None, Some(_)) => String::new(),
            (None, None) => return Ok(None),
        };
        let Some(text) = kept.content.known() else {
            return Ok(None);
        };
        let content: Content =
            serde_json::from_str(text).map_err(|_| "what it says cannot be read")?;
        let addresses = content.to.iter().map(|text| Address::parse(text));
        let to: Option<Vec<Address>> = addresses.collect();
        Ok(Some(Self {
            id: kept.id.clone(),
            notice: kept.notice.clone(),
            event: kept.event.clone(),
            person: about,
            to: to.ok_or("one of its addresses is none")?,
            subject: HeadLine::new(&content.subject),
            body: harmless(&content.body).into(),
            secret: false,
        }))
    }

    /// Whom a delivery of it reaches, for people.
    pub(super) fn whom(&self, target: Target) -> String {
        let to = self.to.get(target.position as usize);
        match (target.way, to) {
            (Way::Mail, Some(to)) => to.to_string(),
            (Way::Mail, None) | (Way::Http, _) => target.way.word().to_owned(),
        }
    }

    /// One that is sent at once and kept nowhere, for a password stands in its body.
    pub fn at_once(
        (id, notice, event): (&str, &str, &str),
        person: String,
        to: &[Address],
        subject: &HeadLine,
        body: &str,
    ) -> Self {
        Self {
            id: id.to_owned(),
            notice: notice.to_owned(),
            event: event.to_owned(),
            person,
            to: to.to_vec(),
            subject: subject.clone(),
            body: harmless(body).into(),
            secret: true,
        }
    }
}

/// A text of several lines in which nothing hides or rearranges anything.
fn harmless(text: &str) -> String {
    let odd = |c: char| is_no_letter(c) && !matches!(c, '\n' | '\t');
    let mut text = Zeroizing::new(text.replace("\r\n", "\n"));
    if !text.chars().any(odd) {
        return std::mem::take(&mut text);
    }
    let mut shown = String::with_capacity(8 * text.len());
    for c in text.chars() {
        if odd(c) {
            shown.push_str(&visible(c.encode_utf8(&mut [0; 4])));
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn a_body_has_lines_and_nothing_that_hides() {
        assert_eq!(harmless("a\r\nb\tc\n.\n"), "a\nb\tc\n.\n");
        assert_eq!(harmless("a\u{202E}b\u{0}\r"), "a\\u{202e}b\\u{0}\\u{d}");
        // A joiner is part of how some languages are written, and of some faces.
        assert_eq!(harmless("می\u{200C}خواهم"), "می\u{200C}خواهم");
    }
}
