//! How much Windows gives at once (MS-ADTS 3.1.1.3.4.6, "LDAP Policies"), and takes.

use super::super::ber::{Node, SEQUENCE, SET};
use super::super::message::{Answer, Ask, Refusal, Request};

/// `MaxPageSize`: entries in a page, or in an answer without pages.
pub(in super::super) const MAX_PAGE_SIZE: u32 = 1000;

/// `MaxValRange`: values of an attribute in an answer.
const MAX_VALUES: usize = 1500;

/// Microsoft's limit for one transaction; more members are to be added in several.
const MAX_CHANGES: usize = 5000;

const PAGED: &str = "1.2.840.113556.1.4.319";

/// Too many values for one transaction.
pub(super) fn refuse(ask: &Ask) -> Option<Refusal> {
    let Ask::Modify { changes, .. } = ask else {
        return None;
    };
    let values: usize = changes.iter().map(|(_, (_, values))| values.len()).sum();
    let text = "00002024: SvcErr: DSID-02050BBD, problem 5008 (ADMIN_LIMIT_EXCEEDED), data -1026";
    (values > MAX_CHANGES).then(|| Refusal::new(11, text))
}

/// Cuts the page that is asked for to the size that Windows gives, and tells whether there is one.
pub(in super::super) fn cut_page(request: &mut Request) -> bool {
    let Some(message) = request.node.children_mut() else {
        return false;
    };
    let controls = message.get_mut(2).and_then(Node::children_mut);
    let mut paged = controls
        .into_iter()
        .flatten()
        .filter(|control| control.child(0).as_bytes() == PAGED.as_bytes());
    let Some(value) = paged
        .next()
        .and_then(Node::children_mut)
        .and_then(|parts| parts.last_mut())
    else {
        return false;
    };
    if let Ok(wish) = Node::parse(value.as_bytes())
        && wish.child(0).as_number() > MAX_PAGE_SIZE
    {
        let size = Node::number(wish.child(0).tag, MAX_PAGE_SIZE);
        let wish = Node::nodes(SEQUENCE, vec![size, wish.child(1).clone()]);
        *value = Node::bytes(value.tag, wish.encode());
    }
    true
}

/// Gives the first 1,500 values of an attribute that has more, under a name with their range. An attribute without a
/// range in its name stays too, empty.
pub(in super::super) fn cut_ranges(answer: &mut Answer) {
    let Some(attributes) = answer.attributes_mut() else {
        return;
    };
    let mut cut = Vec::with_capacity(attributes.len());
    for attribute in attributes.drain(..) {
        if attribute.child(1).children().len() <= MAX_VALUES {
            cut.push(attribute);
            continue;
        }
        let name = attribute.child(0).as_text();
        let first = match name.split_once(";range=") {
            None => {
                cut.push(named(&name, Vec::new()));
                0
            }
            Some((_, range)) => range
                .split('-')
                .next()
                .and_then(|first| first.parse().ok())
                .unwrap_or(0),
        };
        let bare = name.split(';').next().unwrap_or_default();
        let values = attribute.child(1).children()[..MAX_VALUES].to_vec();
        let last = first + MAX_VALUES - 1;
        cut.push(named(&format!("{bare};range={first}-{last}"), values));
    }
    *attributes = cut;
}

fn named(name: &str, values: Vec<Node>) -> Node {
    Node::nodes(SEQUENCE, vec![Node::text(name), Node::nodes(SET, values)])
}
