//! Another domain controller: the same directory under another name, with another clock, not as far as the first.

use super::behind::{Behind, Scope};
use super::ber::{Node, OCTETS, SET};
use super::message::{Answer, Ask, ENTRY, How, Refusal, Request, equals};
use super::settings::{Controller, Hidden, Settings};

/// What a read-only domain controller says that it can (MS-ADTS 3.1.1.3.4.3).
const PARTIAL_SECRETS: &str = "1.2.840.113556.1.4.1920";

/// The name of the one domain controller of a test domain.
const FIRST: &str = "DC1";

/// Puts the true name in a request where the client uses the other one.
pub(super) fn translate_request(request: &mut Request, controller: &Controller) {
    let Some(op) = request
        .node
        .children_mut()
        .and_then(|message| message.get_mut(1))
    else {
        return;
    };
    if let (Ask::Search { .. }, Some(base)) =
        (&request.ask, op.children_mut().and_then(|op| op.get_mut(0)))
    {
        *base = Node::text(&named(&base.as_text(), &controller.name, FIRST));
    }
}

/// Makes an entry say of the domain controller what this one would.
pub(super) fn translate_entry(answer: &mut Answer, settings: &Settings) {
    if answer.tag() != ENTRY {
        return;
    }
    let dn = answer.dn();
    let is_root = dn.is_empty();
    let is_ours = dn
        .to_ascii_lowercase()
        .contains(&server(FIRST).to_ascii_lowercase());
    if !is_root && !is_ours {
        return;
    }
    if let (Some(controller), Some(name)) = (
        &settings.controller,
        answer.op_mut().and_then(|op| op.get_mut(0)),
    ) {
        *name = Node::text(&named(&dn, FIRST, &controller.name));
    }
    for attribute in answer.attributes_mut().into_iter().flatten() {
        let name = attribute.child(0).as_text();
        if let Some(values) = attribute.children_mut().and_then(|parts| parts.get_mut(1)) {
            values_of(&name, values, settings);
        }
    }
}

fn values_of(name: &str, values: &mut Node, settings: &Settings) {
    let texts: Vec<String> = values.children().iter().map(Node::as_text).collect();
    let set =
        |texts: &[String]| Node::nodes(SET, texts.iter().map(|text| Node::text(text)).collect());
    match name.to_ascii_lowercase().as_str() {
        "currenttime" => {
            let skewed: Vec<String> = texts
                .iter()
                .map(|text| skew(text, settings.skew_seconds))
                .collect();
            *values = set(&skewed);
        }
        "supportedcapabilities" if settings.read_only => {
            *values = set(&[texts, vec![PARTIAL_SECRETS.to_owned()]].concat());
        }
        "objectclass" if settings.read_only && texts.iter().any(|class| class == "nTDSDSA") => {
            *values = set(&[texts, vec!["nTDSDSARO".to_owned()]].concat());
        }
        "msds-isrodc" if settings.read_only => *values = set(&["TRUE".to_owned()]),
        name => {
            let Some(controller) = &settings.controller else {
                return;
            };
            match name {
                "invocationid" => {
                    *values = Node::nodes(SET, vec![Node::bytes(OCTETS, controller.invocation_id)]);
                }
                "dsservicename" | "servername" | "distinguishedname" => {
                    let renamed: Vec<String> = texts
                        .iter()
                        .map(|text| named(text, FIRST, &controller.name))
                        .collect();
                    *values = set(&renamed);
                }
                "dnshostname" => {
                    let (_, domain) = texts[0].split_once('.').unwrap();
                    *values = set(&[format!("{}.{domain}", controller.name.to_lowercase())]);
                }
                _ => {}
            }
        }
    }
}

fn server(name: &str) -> String {
    format!("CN={name},CN=Servers,")
}

/// A name in which one server stands in the place of the other.
fn named(dn: &str, from: &str, to: &str) -> String {
    let at = dn
        .to_ascii_lowercase()
        .find(&server(from).to_ascii_lowercase());
    at.map_or_else(
        || dn.to_owned(),
        |at| {
            format!(
                "{}{}{}",
                &dn[..at],
                server(to),
                &dn[at + server(from).len()..]
            )
        },
    )
}

/// An instant of the directory, so many seconds later.
fn skew(time: &str, seconds: i64) -> String {
    let format = "%Y%m%d%H%M%S";
    let read = jiff::civil::DateTime::strptime(format, time.trim_end_matches(".0Z")).unwrap();
    let later = read
        .checked_add(jiff::SignedDuration::from_secs(seconds))
        .unwrap();
    format!("{}.0Z", later.strftime(format))
}

/// What a read-only domain controller says to every change: who takes them.
pub(super) fn read_only(behind: &Behind, request: &Request) -> Option<Refusal> {
    request.kind.is_write().then(|| Refusal {
        code: 10,
        text: format!(
            "0000202B: RefErr: DSID-0310084A, data 0, 1 access points\n\tref 1: '{}'\n",
            behind.host
        ),
        referral: Some(format!("ldap://{}/{}", behind.host, request.dn())),
    })
}

/// Whatever is hidden, as one filter.
fn hidden(settings: &Settings) -> Node {
    let each = settings.hidden.iter().map(|hidden| match hidden {
        Hidden::Dn(dn) => equals("distinguishedName", dn.as_str()),
        Hidden::Guid(guid) => equals("objectGUID", *guid),
        Hidden::CreatedAfter(usn) => {
            let next = (usn + 1).to_string();
            Node::nodes(0xa5, vec![Node::text("uSNCreated"), Node::text(&next)])
        }
    });
    Node::nodes(0xa1, each.collect())
}

/// Lets a search find only what is not hidden.
pub(super) fn narrow(request: &mut Request, settings: &Settings) {
    if settings.hidden.is_empty() || request.dn().is_empty() {
        return;
    }
    let op = request
        .node
        .children_mut()
        .and_then(|message| message.get_mut(1));
    if let Some(filter) = op.and_then(Node::children_mut).and_then(|op| op.get_mut(6)) {
        let not_hidden = Node::nodes(0xa2, vec![hidden(settings)]);
        *filter = Node::nodes(0xa0, vec![filter.clone(), not_hidden]);
    }
}

/// What becomes of an operation on something that this domain controller has not got.
pub(super) enum Unknown {
    /// It says that there is no such object.
    Refused(Refusal),
    /// It makes a second one: the accident that a client must not have.
    Doubled,
}

/// Whether the operation is about something hidden.
pub(super) async fn unknown(
    behind: &Behind,
    request: &Request,
    settings: &Settings,
) -> Option<Unknown> {
    if settings.hidden.is_empty() || request.dn().is_empty() {
        return None;
    }
    let is_hidden = async |dn: &str| {
        let found = behind.search(dn, Scope::Base, hidden(settings), &[]).await;
        !found.is_empty()
    };
    let no_object = || {
        let text = format!(
            "0000208D: NameErr: DSID-03100245, problem 2001 (NO_OBJECT), data 0, best match of:\n\t'{}'\n",
            behind.base_dn
        );
        Some(Unknown::Refused(Refusal::new(32, text)))
    };
    match &request.ask {
        Ask::Bind { .. } | Ask::Extended { .. } | Ask::Other => None,
        Ask::Add { dn, attributes } => {
            let name = attributes
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case("sAMAccountName"));
            let taken = match name.and_then(|(_, values)| values.first()) {
                Some(value) => {
                    let same = equals("sAMAccountName", value.clone());
                    let filter = Node::nodes(0xa0, vec![same, hidden(settings)]);
                    let found = behind
                        .search(&behind.base_dn, Scope::Subtree, filter, &[])
                        .await;
                    !found.is_empty()
                }
                None => false,
            };
            (taken || is_hidden(dn).await).then_some(Unknown::Doubled)
        }
        Ask::Modify { dn, changes } => {
            if is_hidden(dn).await {
                return no_object();
            }
            for (how, (name, values)) in changes {
                if *how == How::Delete || !name.eq_ignore_ascii_case("member") {
                    continue;
                }
                for value in values {
                    if is_hidden(&String::from_utf8_lossy(value)).await {
                        return no_object();
                    }
                }
            }
            None
        }
        Ask::Search { .. } | Ask::Rename { .. } | Ask::Delete { .. } => {
            if is_hidden(request.dn()).await {
                no_object()
            } else {
                None
            }
        }
    }
}
