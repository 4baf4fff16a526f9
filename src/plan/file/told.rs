//! Notices, to and from the file.

use super::convert::{collect, ids, numbers, person};
use super::{Bad, wire};
use crate::plan::{Collecting, Notice, OnFailure};
use crate::text::mail::{Address, HeadLine};

/// Notices of a plan with so many actions.
pub(super) fn notices(notices: Vec<wire::Notice>, actions: usize) -> Result<Vec<Notice>, Bad> {
    for notice in &notices {
        if let Some(id) = notice.after.iter().find(|id| **id as usize >= actions) {
            return Err(Bad(format!(
                "the notice `{}` waits for action {id}, and there are {actions}",
                notice.name
            )));
        }
    }
    collect(notices)
}

impl From<&Notice> for wire::Notice {
    fn from(notice: &Notice) -> Self {
        Self {
            name: notice.name.to_string(),
            event: notice.event.to_string(),
            person: notice.person.to_string(),
            who: notice.who.to_string(),
            to: notice.to.iter().map(ToString::to_string).collect(),
            subject: notice.subject.to_string(),
            body: notice.body.to_string(),
            password: notice.password.clone(),
            reason: (&notice.reason).into(),
            after: numbers(&notice.after),
            regardless: notice.regardless,
            asks: notice
                .asks
                .iter()
                .map(|(key, approval)| wire::ToldOf {
                    key: key.to_string(),
                    approval: approval.to_string(),
                })
                .collect(),
            digest: notice.digest.as_ref().map(|digest| wire::Collecting {
                at: digest.at.to_string(),
                key: digest.key.to_string(),
            }),
        }
    }
}

impl TryFrom<wire::Notice> for Notice {
    type Error = Bad;

    fn try_from(notice: wire::Notice) -> Result<Self, Bad> {
        let address =
            |text: &String| Address::parse(text).ok_or_else(|| Bad::new("mail address", text));
        let subject = HeadLine::new(&notice.subject);
        if subject.as_str() != notice.subject {
            return Err(Bad::new("subject on one line", &notice.subject));
        }
        let told = Self {
            name: notice.name.into(),
            event: notice.event.into(),
            person: person(&notice.person)?,
            who: notice.who.into(),
            to: notice.to.iter().map(address).collect::<Result<_, Bad>>()?,
            subject,
            body: notice.body.into(),
            password: notice.password,
            reason: notice.reason.into(),
            after: ids(notice.after),
            regardless: notice.regardless,
            asks: notice
                .asks
                .into_iter()
                .map(|told| (told.key.into(), told.approval.into()))
                .collect(),
            digest: notice.digest.map(collecting).transpose()?,
        };
        if told.body_with("").is_none() {
            let text = format!("the notice `{}` has no place for a password", told.name);
            return Err(Bad(text));
        }
        Ok(told)
    }
}

fn collecting(digest: wire::Collecting) -> Result<Collecting, Bad> {
    let at = digest.at.parse();
    Ok(Collecting {
        at: at.map_err(|_| Bad::new("instant", &digest.at))?,
        key: digest.key.into(),
    })
}

impl From<&OnFailure> for wire::OnFailure {
    fn from(told: &OnFailure) -> Self {
        Self {
            key: told.key.to_string(),
            notice: (&told.notice).into(),
        }
    }
}

impl TryFrom<wire::OnFailure> for OnFailure {
    type Error = Bad;

    fn try_from(told: wire::OnFailure) -> Result<Self, Bad> {
        Ok(Self {
            key: told.key.into(),
            notice: told.notice.try_into()?,
        })
    }
}
