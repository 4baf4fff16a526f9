//! Findings and open accounts, to and from the file.

use super::convert::{dn, guid, instant, person_if, text};
use super::{Bad, wire};
use crate::plan::{Finding, OpenAccount};

impl From<&Finding> for wire::Finding {
    fn from(finding: &Finding) -> Self {
        Self {
            kind: finding.kind.into(),
            person: text(finding.person.as_ref()),
            who: finding.who.to_string(),
            accounts: finding.accounts.iter().map(ToString::to_string).collect(),
            text: finding.text.to_string(),
            help: text(finding.help.as_ref()),
            reason: finding.reason.as_ref().map(Into::into),
        }
    }
}

impl TryFrom<wire::Finding> for Finding {
    type Error = Bad;

    fn try_from(finding: wire::Finding) -> Result<Self, Bad> {
        Ok(Self {
            kind: finding.kind.into(),
            person: person_if(finding.person)?,
            who: finding.who.into(),
            accounts: finding
                .accounts
                .iter()
                .map(|name| dn(name))
                .collect::<Result<_, Bad>>()?,
            text: finding.text.into(),
            help: finding.help.map(Into::into),
            reason: finding.reason.map(Into::into),
        })
    }
}

impl From<&OpenAccount> for wire::OpenAccount {
    fn from(open: &OpenAccount) -> Self {
        Self {
            guid: open.guid.to_string(),
            dn: open.dn.to_string(),
            person: text(open.person.as_ref()),
            who: open.who.to_string(),
            why: open.why.into(),
            since: open.since.to_string(),
            days: open.days,
        }
    }
}

impl TryFrom<wire::OpenAccount> for OpenAccount {
    type Error = Bad;

    fn try_from(open: wire::OpenAccount) -> Result<Self, Bad> {
        Ok(Self {
            guid: guid(&open.guid)?,
            dn: dn(&open.dn)?,
            person: person_if(open.person)?,
            who: open.who.into(),
            why: open.why.into(),
            since: instant(&open.since)?,
            days: open.days,
        })
    }
}
