//! LDAP's encoding as a tree: as much of BER as LDAP allows (RFC 4511, 5.1), read and written by hand so that the bench
//! shares nothing with the client that it tests.

use std::io;

/// Deeper than any message; a filter is the only thing that nests.
const MAX_DEPTH: usize = 100;

/// Bit of a tag: what is inside are nodes.
const CONSTRUCTED: u8 = 0x20;

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const ENUMERATED: u8 = 0x0a;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// One element, with everything below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) tag: u8,
    content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Bytes(Vec<u8>),
    Nodes(Vec<Node>),
}

/// How many bytes the element takes that begins here; none while its head has not come yet.
pub(super) fn length(bytes: &[u8]) -> io::Result<Option<usize>> {
    Ok(head(bytes)?.map(|(head, content)| head + content))
}

/// The length of the head and that of the content.
fn head(bytes: &[u8]) -> io::Result<Option<(usize, usize)>> {
    let Some(&first) = bytes.get(1) else {
        return Ok(None);
    };
    if first < 0x80 {
        return Ok(Some((2, usize::from(first))));
    }
    let count = usize::from(first & 0x7f);
    if count == 0 || count > 4 {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no length"));
    }
    let Some(rest) = bytes.get(2..2 + count) else {
        return Ok(None);
    };
    let content = rest
        .iter()
        .fold(0, |length, &byte| length << 8 | usize::from(byte));
    Ok(Some((2 + count, content)))
}

impl Node {
    pub(super) fn bytes(tag: u8, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            tag,
            content: Content::Bytes(bytes.into()),
        }
    }

    pub(super) fn text(text: &str) -> Self {
        Self::bytes(OCTETS, text)
    }

    pub(super) fn number(tag: u8, number: u32) -> Self {
        let bytes = number.to_be_bytes();
        let zeros = bytes.iter().take(3).take_while(|&&byte| byte == 0).count();
        let mut short = bytes[zeros..].to_vec();
        if short[0] >= 0x80 {
            short.insert(0, 0);
        }
        Self::bytes(tag, short)
    }

    pub(super) fn nodes(tag: u8, nodes: Vec<Self>) -> Self {
        Self {
            tag: tag | CONSTRUCTED,
            content: Content::Nodes(nodes),
        }
    }

    /// Reads one whole element, which must fill the bytes.
    pub(super) fn parse(bytes: &[u8]) -> io::Result<Self> {
        let (node, rest) = Self::take(bytes, 0)?;
        if rest.is_empty() {
            Ok(node)
        } else {
            Err(broken())
        }
    }

    fn take(bytes: &[u8], depth: usize) -> io::Result<(Self, &[u8])> {
        let (head, content) = head(bytes)?.ok_or_else(broken)?;
        let inside = bytes.get(head..head + content).ok_or_else(broken)?;
        let rest = &bytes[head + content..];
        let tag = bytes[0];
        if tag & CONSTRUCTED == 0 {
            return Ok((Self::bytes(tag, inside), rest));
        }
        if depth > MAX_DEPTH {
            return Err(broken());
        }
        let (mut nodes, mut left) = (Vec::new(), inside);
        while !left.is_empty() {
            let (node, after) = Self::take(left, depth + 1)?;
            nodes.push(node);
            left = after;
        }
        Ok((Self::nodes(tag, nodes), rest))
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.size());
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(self.tag);
        let length = self.inside();
        if length < 0x80 {
            out.push(u8::try_from(length).unwrap());
        } else {
            let bytes = u32::try_from(length).unwrap().to_be_bytes();
            let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
            out.push(0x80 | u8::try_from(4 - zeros).unwrap());
            out.extend(&bytes[zeros..]);
        }
        match &self.content {
            Content::Bytes(bytes) => out.extend(bytes),
            Content::Nodes(nodes) => nodes.iter().for_each(|node| node.write(out)),
        }
    }

    fn inside(&self) -> usize {
        match &self.content {
            Content::Bytes(bytes) => bytes.len(),
            Content::Nodes(nodes) => nodes.iter().map(Self::size).sum(),
        }
    }

    fn size(&self) -> usize {
        let inside = self.inside();
        let head = match inside {
            0..0x80 => 2,
            0x80..0x100 => 3,
            0x100..0x1_0000 => 4,
            0x1_0000..0x100_0000 => 5,
            _ => 6,
        };
        head + inside
    }

    /// The bytes of an element without nodes; none of one with nodes.
    pub(super) fn as_bytes(&self) -> &[u8] {
        match &self.content {
            Content::Bytes(bytes) => bytes,
            Content::Nodes(_) => &[],
        }
    }

    pub(super) fn as_text(&self) -> String {
        String::from_utf8_lossy(self.as_bytes()).into_owned()
    }

    pub(super) fn as_number(&self) -> u32 {
        let bytes = self.as_bytes().iter();
        bytes.fold(0, |number, &byte| number << 8 | u32::from(byte))
    }

    pub(super) fn children(&self) -> &[Self] {
        match &self.content {
            Content::Bytes(_) => &[],
            Content::Nodes(nodes) => nodes,
        }
    }

    /// The child at that place; an empty one if there are not as many.
    pub(super) fn child(&self, at: usize) -> &Self {
        static NOTHING: Node = Node {
            tag: 0,
            content: Content::Bytes(Vec::new()),
        };
        self.children().get(at).unwrap_or(&NOTHING)
    }

    pub(super) fn children_mut(&mut self) -> Option<&mut Vec<Self>> {
        match &mut self.content {
            Content::Bytes(_) => None,
            Content::Nodes(nodes) => Some(nodes),
        }
    }
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "no whole element")
}
