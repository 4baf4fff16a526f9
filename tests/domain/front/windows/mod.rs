//! What Windows refuses, limits or says in other words, where Samba is lax (`[AD]` in what is known of Samba).
//!
//! | file | what |
//! |---|---|
//! | `limits` | pages, sizes, ranges of values, changes in one operation |
//! | `names` | account names, common names, logon names, lengths |
//! | `passwords` | never in the clear; no account enabled without one; which code a weak one gets |
//! | `groups` | which group may be in which |
//! | `deleted` | who sees CN=Deleted Objects |
//! | `words` | the messages, of which a client must not make more than the code in front |
//!
//! The codes are those that real domain controllers gave to others; what nobody has written down is not here. No test
//! against this stands for a test against Windows.

mod deleted;
mod groups;
mod limits;
mod names;
mod passwords;
mod words;

use std::collections::BTreeMap;

pub(super) use deleted::{Audience, hide_deleted};
pub(super) use limits::{MAX_PAGE_SIZE, cut_page, cut_ranges};

use super::behind::{Behind, Scope};
use super::ber::Node;
use super::message::{Answer, Ask, Refusal};

/// How long values may be, by attribute in small letters.
pub(super) type Longest = BTreeMap<String, usize>;

/// What a rule may look at besides the request.
pub(super) struct Context<'a> {
    pub(super) behind: &'a Behind,
    /// Whether the client's connection is inside TLS.
    pub(super) encrypted: bool,
}

/// What Windows says to a request that Samba would carry out.
pub(super) async fn refuse(ask: &Ask, context: &Context<'_>) -> Option<Refusal> {
    if let Some(refusal) = limits::refuse(ask) {
        return Some(refusal);
    }
    if let Some(refusal) = names::refuse(ask, context.behind).await {
        return Some(refusal);
    }
    if let Some(refusal) = passwords::refuse(ask, context).await {
        return Some(refusal);
    }
    groups::refuse(ask, context.behind).await
}

/// Says in Windows' words and with its code what Samba says in its own.
pub(super) fn translate(answer: &mut Answer, ask: &Ask, longest: &Longest) {
    if answer.code() == 0 {
        return answer.silence();
    }
    let (code, text) = (answer.code(), answer.text());
    let refusal = names::translate(code, &text, ask, longest)
        .or_else(|| passwords::translate(code, &text, ask))
        .or_else(|| words::translate(code, &text));
    if let Some(refusal) = refusal {
        answer.set(&refusal);
    }
}

/// Asks the schema how long values may be.
pub(super) async fn longest(behind: &Behind) -> Longest {
    let schema = format!("CN=Schema,CN=Configuration,{}", behind.base_dn);
    let has_length = Node::bytes(0x87, "rangeUpper");
    let wanted = ["lDAPDisplayName", "rangeUpper"];
    let found = behind
        .search(&schema, Scope::Subtree, has_length, &wanted)
        .await;
    let each = found.iter().filter_map(|attribute| {
        let longest = attribute.text("rangeUpper").parse().ok()?;
        Some((attribute.text("lDAPDisplayName").to_lowercase(), longest))
    });
    each.collect()
}
