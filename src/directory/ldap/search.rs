//! Searches: paged, complete or not at all, and long attributes to their end.

use std::time::Duration;

use ldap3::asn1::{PL, parse_tag};
use ldap3::controls::{PagedResults, RawControl};
use ldap3::{Ldap, LdapError, LdapResult, Scope};

use super::connect::in_words;
use super::entry::{Entry, Link, Rest};
use super::filter::Filter;
use crate::directory::value::Value;

/// As many as AD gives at most (`MaxPageSize`; MS-ADTS 3.1.1.3.4.6).
const PAGE: i32 = 1_000;

/// The most ranges of one attribute: at 1,500 values each more members than any group has.
const MAX_RANGES: usize = 100_000;

/// RFC 2696.
const PAGED: &str = "1.2.840.113556.1.4.319";

/// MS-ADTS 3.1.1.3.4.1: deleted objects are seen, those as well that the recycle bin has given up (and once it is
/// switched on, all that were deleted before); and of security descriptors the access list alone (which takes no
/// privilege).
const SHOW_RECYCLED: &str = "1.2.840.113556.1.4.2064";
const SD_FLAGS: &str = "1.2.840.113556.1.4.801";
const DACL: [u8; 5] = [0x30, 0x03, 0x02, 0x01, 0x04];

/// MS-ADTS 3.1.1.3.4.1.5: names come with the identities of their objects, as text.
const EXTENDED_DN: &str = "1.2.840.113556.1.4.529";
const AS_TEXT: [u8; 5] = [0x30, 0x03, 0x02, 0x01, 0x01];

/// `noSuchObject`.
const NO_SUCH_OBJECT: u32 = 32;

/// A referral in an answer, which is not followed: it leads to another naming context.
const REFERENCE: u64 = 19;

/// What is searched for.
#[derive(Debug, Clone)]
pub(super) struct Ask<'a> {
    pub(super) base: &'a str,
    pub(super) scope: Scope,
    pub(super) filter: Filter,
    pub(super) attributes: &'a [&'a str],
    /// Deleted objects as well.
    pub(super) deleted: bool,
    /// Page by page; a search for a few that are known needs none.
    pub(super) paged: bool,
    /// Names with the identities of their objects.
    pub(super) identified: bool,
}

/// Why a search has no result.
#[derive(Debug)]
pub(super) enum Fault {
    /// The connection broke, or no answer came in time.
    Lost(String),
    /// The server refuses.
    Refused(LdapResult),
    /// What came is no answer.
    Broken(String),
}

impl From<LdapError> for Fault {
    fn from(error: LdapError) -> Self {
        Self::Lost(in_words(&error))
    }
}

impl<'a> Ask<'a> {
    /// One object of that name (or `<GUID=…>`).
    pub(super) fn object(base: &'a str, attributes: &'a [&'a str]) -> Self {
        Self {
            base,
            scope: Scope::Base,
            filter: Filter::all(),
            attributes,
            deleted: false,
            paged: false,
            identified: false,
        }
    }

    /// Everything at and below that name.
    pub(super) fn below(base: &'a str, filter: Filter, attributes: &'a [&'a str]) -> Self {
        Self {
            base,
            scope: Scope::Subtree,
            filter,
            attributes,
            deleted: false,
            paged: true,
            identified: false,
        }
    }

    fn controls(&self, size: i32, cookie: Vec<u8>) -> Vec<RawControl> {
        let mut controls = Vec::new();
        if self.paged {
            controls.push(PagedResults { size, cookie }.into());
        }
        if self.deleted {
            controls.push(control(SHOW_RECYCLED, None));
        }
        if self.attributes.contains(&"nTSecurityDescriptor") {
            controls.push(control(SD_FLAGS, Some(DACL.to_vec())));
        }
        if self.identified {
            controls.push(control(EXTENDED_DN, Some(AS_TEXT.to_vec())));
        }
        controls
    }

    /// Hands over each entry; on success those were all.
    pub(super) async fn each(
        &self,
        ldap: &mut Ldap,
        patience: Duration,
        mut take: impl FnMut(Entry) -> Result<(), String>,
    ) -> Result<(), Fault> {
        let mut cookie = Vec::new();
        let mut head = None;
        loop {
            let mut first = None;
            let mut take = |entry: Entry| {
                if first.is_none() {
                    first = Some(entry.dn.clone());
                }
                take(entry)
            };
            let answer = self
                .page(ldap, patience, (PAGE, cookie.clone()), &mut take)
                .await?;
            if !self.paged {
                return Ok(());
            }
            let next = next_cookie(&answer).ok_or_else(|| {
                Fault::Broken("a page that does not say whether it is the last".to_owned())
            })?;
            if next.is_empty() {
                return Ok(());
            }
            // A cookie is the server's own business: Samba's names the search, and is the same for every page.
            if next == cookie && first == head {
                return Err(Fault::Broken("the same page without end".to_owned()));
            }
            (cookie, head) = (next, first);
        }
    }

    /// Asks once, for so many behind that cookie.
    async fn page(
        &self,
        ldap: &mut Ldap,
        patience: Duration,
        (size, cookie): (i32, Vec<u8>),
        take: &mut impl FnMut(Entry) -> Result<(), String>,
    ) -> Result<LdapResult, Fault> {
        let filter = self.filter.to_string();
        ldap.with_timeout(patience)
            .with_controls(self.controls(size, cookie));
        let mut stream = ldap
            .streaming_search(self.base, self.scope, &filter, self.attributes)
            .await?;
        while let Some(item) = stream.next().await? {
            if item.0.id == REFERENCE {
                continue;
            }
            let entry = Entry::read(item.0)
                .ok_or_else(|| Fault::Broken("an entry that is none".to_owned()))?;
            take(entry).map_err(Fault::Broken)?;
        }
        let answer = stream.finish().await;
        if answer.rc == 0 {
            Ok(answer)
        } else {
            Err(Fault::Refused(answer))
        }
    }

    /// Some object, if there is any.
    pub(super) async fn first(
        &self,
        ldap: &mut Ldap,
        patience: Duration,
    ) -> Result<Option<Entry>, Fault> {
        let mut found = None;
        let mut take = |entry| {
            found.get_or_insert(entry);
            Ok(())
        };
        self.page(ldap, patience, (1, Vec::new()), &mut take)
            .await?;
        Ok(found)
    }

    /// The one object, if there is one.
    pub(super) async fn one(
        &self,
        ldap: &mut Ldap,
        patience: Duration,
    ) -> Result<Option<Entry>, Fault> {
        let mut found = None;
        let searched = self
            .each(ldap, patience, |entry| {
                found = Some(entry);
                Ok(())
            })
            .await;
        match searched {
            Ok(()) => Ok(found),
            Err(Fault::Refused(answer)) if answer.rc == NO_SUCH_OBJECT => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}

/// The values of an attribute that did not come with its object; where they are names and are `identified`, whom they
/// name.
pub(super) async fn rest_of(
    ldap: &mut Ldap,
    patience: Duration,
    base: &str,
    rest: &Rest,
    identified: bool,
) -> Result<Vec<(Value, Option<Link>)>, Fault> {
    let mut values = Vec::new();
    let mut from = rest.from;
    for _ in 0..MAX_RANGES {
        let wanted = format!("{};range={from}-*", rest.attribute);
        let attributes = [wanted.as_str()];
        let ask = Ask {
            identified,
            ..Ask::object(base, &attributes)
        };
        let Some(entry) = ask.one(ldap, patience).await? else {
            return Err(Fault::Broken("an object that is gone".to_owned()));
        };
        let more = entry.more(rest.attribute.as_str());
        let came = entry.values(&rest.attribute, identified);
        let none = came.is_empty();
        values.extend(came);
        match more {
            // Beyond the end AD sends nothing, or the attribute without values.
            None => return Ok(values),
            Some(next) if next > from && !none => from = next,
            Some(_) => break,
        }
    }
    Err(Fault::Broken(format!(
        "`{}` without an end",
        rest.attribute
    )))
}

fn control(oid: &str, value: Option<Vec<u8>>) -> RawControl {
    RawControl {
        ctype: oid.to_owned(),
        crit: true,
        val: value,
    }
}

/// Where the next page begins; empty after the last (RFC 2696). The library's own reader of it panics on nonsense.
fn next_cookie(answer: &LdapResult) -> Option<Vec<u8>> {
    let mut controls = answer.ctrls.iter().map(|control| &control.1);
    let control = controls.find(|control| control.ctype == PAGED)?;
    let (_, tag) = parse_tag(control.val.as_deref()?).ok()?;
    let PL::C(parts) = tag.payload else {
        return None;
    };
    match parts.into_iter().nth(1)?.payload {
        PL::P(cookie) => Some(cookie),
        PL::C(_) => None,
    }
}
