//! What goes wrong on request, so that whoever reads can be seen to bear it.

use std::fmt;
use std::str::FromStr;

/// A kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// 429, without `Retry-After`.
    TooMany,
    /// 401.
    Unauthorized,
    /// All tokens end before the request is looked at.
    Expired,
    /// 503 with a JSON body.
    Unavailable,
    /// 502 with the page of a proxy.
    BadGateway,
    /// 200 with a page of HTML.
    Html,
    /// The connection is closed in the middle of the body.
    Broken,
    /// The text ends in the middle, and nothing else tells.
    Cut,
    /// The last element of the list is not there, and everything else is as if it were.
    Short,
    /// The page before it once more; in version 2 with the cursor that led here.
    Repeated,
    /// The list is empty, and says that this is all.
    Empty,
    /// The first element stands there twice.
    Duplicate,
    /// The first person of all stands there in place of the first one of the page: nothing but the ids tells.
    Again,
    /// The next page is this one. In version 1, which has no cursors, the first page is answered once more.
    SelfCursor,
    /// The next page is the first one.
    FirstCursor,
    /// No answer for a while.
    Slow,
    /// The first person of all is deleted before the request is looked at.
    Deleted,
    /// A person is added at the end before the request is looked at.
    Created,
    /// A person is added at the beginning before the request is looked at, and all others shift.
    Inserted,
    /// The person in the middle changes before the request is looked at.
    Changed,
    /// The total is one more than there is.
    Total,
    /// `Date` is ten minutes ahead.
    Skewed,
    /// Nobody has an attribute `status`.
    NoStatus,
}

impl Kind {
    /// All of them, each with its name.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::TooMany, "429"),
        (Self::Unauthorized, "401"),
        (Self::Expired, "expired"),
        (Self::Unavailable, "503"),
        (Self::BadGateway, "502"),
        (Self::Html, "html"),
        (Self::Broken, "broken"),
        (Self::Cut, "cut"),
        (Self::Short, "short"),
        (Self::Repeated, "repeated"),
        (Self::Empty, "empty"),
        (Self::Duplicate, "duplicate"),
        (Self::Again, "again"),
        (Self::SelfCursor, "self-cursor"),
        (Self::FirstCursor, "first-cursor"),
        (Self::Slow, "slow"),
        (Self::Deleted, "deleted"),
        (Self::Created, "created"),
        (Self::Inserted, "inserted"),
        (Self::Changed, "changed"),
        (Self::Total, "total"),
        (Self::Skewed, "skewed"),
        (Self::NoStatus, "no-status"),
    ];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = Self::ALL.iter().find(|(kind, _)| kind == self);
        f.write_str(named.map_or("", |(_, name)| name))
    }
}

/// A failure and when it happens: `KIND@N`, `KIND@N*TIMES`, `KIND@ENDPOINT:N*TIMES`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What goes wrong.
    pub kind: Kind,
    /// Requests to this endpoint are counted, as `v2/persons`; `None` for all.
    pub endpoint: Option<String>,
    /// The first request that it befalls, from 1.
    pub at: u64,
    /// How many requests it befalls from there on.
    pub times: u64,
}

impl Fault {
    /// Whether it befalls the request that is the `n`th of all, and the `m`th of its endpoint.
    pub(super) fn befalls(&self, endpoint: &str, of_all: u64, of_endpoint: u64) -> bool {
        let count = match &self.endpoint {
            None => of_all,
            Some(own) if own == endpoint => of_endpoint,
            Some(_) => return false,
        };
        count >= self.at && count - self.at < self.times
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const HOW: &str = "write `KIND@N`, `KIND@N*TIMES` or `KIND@v2/persons:N`";
        let (kind, place) = text.split_once('@').unwrap_or((text, "1"));
        let found = Kind::ALL.iter().find(|(_, name)| *name == kind);
        let Some((kind, _)) = found else {
            let names: Vec<&str> = Kind::ALL.iter().map(|(_, name)| *name).collect();
            return Err(format!(
                "there is no fault `{kind}`; there are {}",
                names.join(", ")
            ));
        };
        let (endpoint, count) = match place.rsplit_once(':') {
            Some((endpoint, count)) => (Some(endpoint.trim_matches('/').to_owned()), count),
            None => (None, place),
        };
        let (at, times) = count.split_once('*').unwrap_or((count, "1"));
        let number = |text: &str| text.trim().parse::<u64>().ok().filter(|number| *number > 0);
        let (Some(at), Some(times)) = (number(at), number(times)) else {
            return Err(format!("`{text}` does not say which request: {HOW}"));
        };
        Ok(Self {
            kind: *kind,
            endpoint,
            at,
            times,
        })
    }
}
