//! LDAP's messages as the bench needs them: what is asked, what is answered (RFC 4511).

use super::ber::{ENUMERATED, INTEGER, Node, OCTETS, SEQUENCE};

pub(super) const ENTRY: u8 = 0x64;
pub(super) const SEARCH_DONE: u8 = 0x65;
pub(super) const REFERENCE: u8 = 0x73;
pub(super) const EXTENDED_ANSWER: u8 = 0x78;

pub(super) const START_TLS: &str = "1.3.6.1.4.1.1466.20037";
pub(super) const WHO_AM_I: &str = "1.3.6.1.4.1.4203.1.11.3";
const NOTICE_OF_DISCONNECTION: &str = "1.3.6.1.4.1.1466.20036";

/// What kind of operation it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Bind,
    Unbind,
    Search,
    Add,
    Modify,
    Rename,
    Delete,
    Compare,
    Abandon,
    Extended,
}

impl Kind {
    pub(super) fn is_write(self) -> bool {
        matches!(self, Self::Add | Self::Modify | Self::Rename | Self::Delete)
    }

    fn of(tag: u8) -> Option<Self> {
        Some(match tag {
            0x60 => Self::Bind,
            0x42 => Self::Unbind,
            0x63 => Self::Search,
            0x66 => Self::Modify,
            0x68 => Self::Add,
            0x4a => Self::Delete,
            0x6c => Self::Rename,
            0x6e => Self::Compare,
            0x50 => Self::Abandon,
            0x77 => Self::Extended,
            _ => return None,
        })
    }

    /// The tag of the answer that ends it; none where there is none.
    fn answer(self) -> Option<u8> {
        Some(match self {
            Self::Bind => 0x61,
            Self::Search => SEARCH_DONE,
            Self::Modify => 0x67,
            Self::Add => 0x69,
            Self::Delete => 0x6b,
            Self::Rename => 0x6d,
            Self::Compare => 0x6f,
            Self::Extended => EXTENDED_ANSWER,
            Self::Unbind | Self::Abandon => return None,
        })
    }
}

/// An attribute and its values.
pub(super) type Attribute = (String, Vec<Vec<u8>>);

/// How a modification changes an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Add,
    Delete,
    Replace,
}

/// What is asked, as far as the bench looks into it.
#[derive(Debug, Clone)]
pub(super) enum Ask {
    Bind {
        name: String,
        simple: bool,
    },
    Search {
        base: String,
        size_limit: u32,
        attributes: Vec<String>,
    },
    Add {
        dn: String,
        attributes: Vec<Attribute>,
    },
    Modify {
        dn: String,
        changes: Vec<(How, Attribute)>,
    },
    Rename {
        dn: String,
        new_rdn: String,
    },
    Delete {
        dn: String,
    },
    Extended {
        oid: String,
    },
    Other,
}

/// A message from the client.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) id: u32,
    pub(super) kind: Kind,
    pub(super) ask: Ask,
    /// The whole message, to be changed before it goes on.
    pub(super) node: Node,
}

impl Request {
    /// None where it is no request of LDAP.
    pub(super) fn of(node: Node) -> Option<Self> {
        let op = node.child(1);
        let kind = Kind::of(op.tag)?;
        let text = |at: usize| op.child(at).as_text();
        let ask = match kind {
            Kind::Bind => Ask::Bind {
                name: text(1),
                simple: op.child(2).tag == 0x80,
            },
            Kind::Search => Ask::Search {
                base: text(0),
                size_limit: op.child(3).as_number(),
                attributes: op.child(7).children().iter().map(Node::as_text).collect(),
            },
            Kind::Add => Ask::Add {
                dn: text(0),
                attributes: op.child(1).children().iter().map(attribute).collect(),
            },
            Kind::Modify => Ask::Modify {
                dn: text(0),
                changes: op.child(1).children().iter().map(change).collect(),
            },
            Kind::Rename => Ask::Rename {
                dn: text(0),
                new_rdn: text(1),
            },
            Kind::Delete => Ask::Delete { dn: op.as_text() },
            Kind::Extended => Ask::Extended { oid: text(0) },
            Kind::Unbind | Kind::Compare | Kind::Abandon => Ask::Other,
        };
        Some(Self {
            id: node.child(0).as_number(),
            kind,
            ask,
            node,
        })
    }

    /// The object that it is about.
    pub(super) fn dn(&self) -> &str {
        match &self.ask {
            Ask::Bind { name, .. } => name,
            Ask::Search { base, .. } => base,
            Ask::Add { dn, .. }
            | Ask::Modify { dn, .. }
            | Ask::Rename { dn, .. }
            | Ask::Delete { dn } => dn,
            Ask::Extended { oid } => oid,
            Ask::Other => "",
        }
    }

    /// The attributes that it names.
    pub(super) fn attributes(&self) -> Vec<String> {
        match &self.ask {
            Ask::Search { attributes, .. } => attributes.clone(),
            Ask::Add { attributes, .. } => {
                attributes.iter().map(|(name, _)| name.clone()).collect()
            }
            Ask::Modify { changes, .. } => {
                let names = changes.iter().map(|(_, (name, _))| name.clone());
                names.collect()
            }
            Ask::Bind { .. }
            | Ask::Rename { .. }
            | Ask::Delete { .. }
            | Ask::Extended { .. }
            | Ask::Other => Vec::new(),
        }
    }

    /// The identifiers of the controls that go with it.
    pub(super) fn controls(&self) -> Vec<String> {
        let controls = self.node.child(2).children().iter();
        controls.map(|control| control.child(0).as_text()).collect()
    }

    /// The last word on this request, said by us.
    pub(super) fn refusal(&self, refusal: &Refusal) -> Vec<u8> {
        let tag = self.kind.answer().unwrap_or(EXTENDED_ANSWER);
        let mut parts = vec![
            Node::number(ENUMERATED, refusal.code),
            Node::text(""),
            Node::text(&refusal.text),
        ];
        if let Some(url) = &refusal.referral {
            parts.push(Node::nodes(0xa3, vec![Node::text(url)]));
        }
        message(self.id, Node::nodes(tag, parts)).encode()
    }

    /// Success, with what an extended operation gives back.
    pub(super) fn success(&self, value: Option<&str>) -> Vec<u8> {
        let tag = self.kind.answer().unwrap_or(EXTENDED_ANSWER);
        let mut parts = vec![Node::number(ENUMERATED, 0), Node::text(""), Node::text("")];
        parts.extend(value.map(|value| Node::bytes(0x8b, value)));
        message(self.id, Node::nodes(tag, parts)).encode()
    }
}

pub(super) fn attribute(node: &Node) -> Attribute {
    let values = node.child(1).children().iter();
    let values = values.map(|value| value.as_bytes().to_vec()).collect();
    (node.child(0).as_text(), values)
}

fn change(node: &Node) -> (How, Attribute) {
    let how = match node.child(0).as_number() {
        0 => How::Add,
        1 => How::Delete,
        _ => How::Replace,
    };
    (how, attribute(node.child(1)))
}

/// A result that is no success, as the server would say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u32,
    pub(super) text: String,
    pub(super) referral: Option<String>,
}

impl Refusal {
    pub(super) fn new(code: u32, text: impl Into<String>) -> Self {
        Self {
            code,
            text: text.into(),
            referral: None,
        }
    }
}

/// A message from the server.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) node: Node,
}

impl Answer {
    pub(super) fn id(&self) -> u32 {
        self.node.child(0).as_number()
    }

    pub(super) fn tag(&self) -> u8 {
        self.node.child(1).tag
    }

    /// Whether no more of this request comes: neither an entry nor a referral to somewhere else.
    pub(super) fn is_last(&self) -> bool {
        !matches!(self.tag(), ENTRY | REFERENCE | 0x79)
    }

    pub(super) fn code(&self) -> u32 {
        self.node.child(1).child(0).as_number()
    }

    pub(super) fn text(&self) -> String {
        self.node.child(1).child(2).as_text()
    }

    /// Puts another result in the place of this one; controls, such as a cookie, go with the old one.
    pub(super) fn set(&mut self, refusal: &Refusal) {
        let (id, tag) = (self.id(), self.tag());
        let parts = vec![
            Node::number(ENUMERATED, refusal.code),
            Node::text(""),
            Node::text(&refusal.text),
        ];
        self.node = message(id, Node::nodes(tag, parts));
    }

    /// Takes the text away that Samba says with a success.
    pub(super) fn silence(&mut self) {
        if let Some(part) = self.op_mut().and_then(|op| op.get_mut(2)) {
            *part = Node::text("");
        }
    }

    /// What the operation consists of.
    pub(super) fn op_mut(&mut self) -> Option<&mut Vec<Node>> {
        self.node.children_mut()?.get_mut(1)?.children_mut()
    }

    /// The name of an entry.
    pub(super) fn dn(&self) -> String {
        self.node.child(1).child(0).as_text()
    }

    /// The attributes of an entry, each a sequence of its name and the set of its values.
    pub(super) fn attributes_mut(&mut self) -> Option<&mut Vec<Node>> {
        self.op_mut()?.get_mut(1)?.children_mut()
    }

    /// A referral to somewhere else, in the middle of a search.
    pub(super) fn reference(id: u32, url: &str) -> Self {
        Self {
            node: message(id, Node::nodes(REFERENCE, vec![Node::text(url)])),
        }
    }

    /// The server's word that it goes away (RFC 4511, 4.4.1).
    pub(super) fn notice_of_disconnection() -> Self {
        let parts = vec![
            Node::number(ENUMERATED, 52),
            Node::text(""),
            Node::text("The server is going down."),
            Node::bytes(0x8a, NOTICE_OF_DISCONNECTION),
        ];
        Self {
            node: message(0, Node::nodes(EXTENDED_ANSWER, parts)),
        }
    }
}

pub(super) fn message(id: u32, op: Node) -> Node {
    Node::nodes(SEQUENCE, vec![Node::number(INTEGER, id), op])
}

/// An equality, as a filter has it.
pub(super) fn equals(attribute: &str, value: impl Into<Vec<u8>>) -> Node {
    Node::nodes(
        0xa3,
        vec![Node::text(attribute), Node::bytes(OCTETS, value)],
    )
}
