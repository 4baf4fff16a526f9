//! A page of a list of the second generation: its elements, unread, and the way to the next one.

use serde::Deserialize;
use serde_json::value::RawValue as Json;

/// A list, and the way to the rest of it.
#[derive(Debug)]
pub(in crate::personio) struct Listed<T> {
    pub(in crate::personio) items: Vec<T>,
    /// The cursor of the next page; the address around it may be on any host, and is not looked at.
    pub(in crate::personio) next: Option<String>,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, rename = "_data")]
    data: Vec<&'a Json>,
    #[serde(rename = "_meta")]
    meta: Option<Meta>,
}

#[derive(Deserialize, Default)]
struct Meta {
    links: Option<Links>,
}

#[derive(Deserialize, Default)]
struct Links {
    next: Option<Link>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Link {
    Object { href: Option<String> },
    Text(String),
}

/// The elements of a page.
pub(super) fn list(body: &[u8]) -> Result<Raw<'_>, String> {
    let body: Body<'_> = serde_json::from_slice(body).map_err(|error| not_json(&error))?;
    let link = body
        .meta
        .and_then(|meta| meta.links)
        .and_then(|links| links.next);
    let href = match link {
        Some(Link::Object { href }) => href,
        Some(Link::Text(href)) => Some(href),
        None => None,
    };
    let next = match href.filter(|href| !href.is_empty()) {
        None => None,
        Some(href) => Some(cursor(&href).ok_or("the link to the next page has no `cursor`")?),
    };
    Ok((body.data, next))
}

/// The elements of a list, unread, and the cursor of the next page.
pub(super) type Raw<'a> = (Vec<&'a Json>, Option<String>);

/// The cursor of an address, absolute or relative.
fn cursor(href: &str) -> Option<String> {
    let base = reqwest::Url::parse("https://localhost/").ok()?;
    let url = base.join(href).ok()?;
    let found = url.query_pairs().find(|(key, _)| key == "cursor");
    found
        .map(|(_, cursor)| cursor.into_owned())
        .filter(|cursor| !cursor.is_empty())
}

/// What is wrong with a text that is no such page.
pub(super) fn not_json(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Eof => "it is cut off".to_owned(),
        serde_json::error::Category::Data => "it is no list of version 2".to_owned(),
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => {
            "it is not JSON".to_owned()
        }
    }
}
