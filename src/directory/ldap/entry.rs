//! One entry of an answer: read strictly, and made an object of our own.

use ldap3::asn1::{PL, StructureTag};

use crate::directory::dn::Dn;
use crate::directory::guid::Guid;
use crate::directory::object::Object;
use crate::directory::value::{AttributeName, Value};

/// An entry as it came over the wire.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its name, as the server spells it.
    pub(super) dn: String,
    attributes: Vec<Attribute>,
}

#[derive(Debug)]
struct Attribute {
    name: String,
    /// Where the values that follow begin, if there are more than came (MS-ADTS 3.1.1.3.1.3.3).
    more: Option<usize>,
    values: Vec<Vec<u8>>,
}

/// An attribute of which only the first values came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rest {
    pub(super) attribute: AttributeName,
    /// The number of the first value that is missing.
    pub(super) from: usize,
}

impl Entry {
    /// Reads `SearchResultEntry` (RFC 4511, section 4.5.2); none where it is not one.
    pub(super) fn read(tag: StructureTag) -> Option<Self> {
        let mut parts = constructed(tag)?.into_iter();
        let dn = text(parts.next()?)?;
        let mut attributes = Vec::new();
        for attribute in constructed(parts.next()?)? {
            let mut parts = constructed(attribute)?.into_iter();
            let description = text(parts.next()?)?;
            let values = constructed(parts.next()?)?;
            let values: Option<Vec<Vec<u8>>> = values.into_iter().map(primitive).collect();
            let (name, more) = described(&description)?;
            attributes.push(Attribute {
                name,
                more,
                values: values?,
            });
        }
        Some(Self { dn, attributes })
    }

    /// Whether nothing of it may be read.
    pub(super) fn is_closed(&self) -> bool {
        self.attributes.is_empty()
    }

    /// The values of an attribute.
    pub(super) fn bytes(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        let of = self
            .attributes
            .iter()
            .filter(move |attribute| attribute.is(name));
        of.flat_map(|attribute| attribute.values.iter().map(Vec::as_slice))
    }

    /// The first value of an attribute, where it is text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.bytes(name).next()?).ok()
    }

    /// All values of an attribute that are text.
    pub(super) fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.bytes(name)
            .filter_map(|value| std::str::from_utf8(value).ok())
    }

    /// The GUID.
    pub(super) fn guid(&self) -> Option<Guid> {
        Guid::from_ad_bytes(self.bytes("objectGUID").next()?)
    }

    /// The number of the first value that is missing; none where all came.
    pub(super) fn more(&self, name: &str) -> Option<usize> {
        let of = self
            .attributes
            .iter()
            .filter(|attribute| attribute.is(name));
        of.filter_map(|attribute| attribute.more).max()
    }

    /// The object, and what is still to be read of it; in words why it is none.
    pub(super) fn object(self) -> Result<(Object, Vec<Rest>), String> {
        let guid = self
            .guid()
            .ok_or_else(|| format!("`{}` has no objectGUID", crate::text::visible(&self.dn)))?;
        let dn = Dn::parse(&self.dn)
            .map_err(|error| format!("`{}` is no name: {error}", crate::text::visible(&self.dn)))?;
        let mut object = Object::new(dn, guid);
        let mut rest = Vec::new();
        for Attribute { name, more, values } in self.attributes {
            let name = AttributeName::new(&name);
            if name.is("objectGUID") || name.is("distinguishedName") {
                continue;
            }
            if let Some(from) = more {
                let attribute = name.clone();
                rest.push(Rest { attribute, from });
            }
            if values.is_empty() {
                continue;
            }
            let values = values
                .into_iter()
                .map(|value| typed(&name, value))
                .collect();
            object.set(name, values);
        }
        Ok((object, rest))
    }

    /// The values of one attribute, as an object has them.
    pub(super) fn values(self, name: &AttributeName) -> Vec<Value> {
        let of = self
            .attributes
            .into_iter()
            .filter(|attribute| attribute.is(name.as_str()));
        of.flat_map(|attribute| attribute.values)
            .map(|value| typed(name, value))
            .collect()
    }
}

impl Attribute {
    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

fn typed(name: &AttributeName, value: Vec<u8>) -> Value {
    if name
        .schema()
        .is_some_and(|schema| schema.syntax.is_binary())
    {
        return Value::from(value);
    }
    String::from_utf8(value).map_or_else(|error| Value::from(error.into_bytes()), Value::from)
}

/// Name and range of `member;range=0-1499`; none where the range is none.
fn described(description: &str) -> Option<(String, Option<usize>)> {
    let mut parts = description.split(';');
    let name = parts.next()?.to_owned();
    let mut more = None;
    for option in parts {
        let lower = option.to_ascii_lowercase();
        let Some(range) = lower.strip_prefix("range=") else {
            continue;
        };
        let (_, last) = range.split_once('-')?;
        if last != "*" {
            more = Some(last.parse::<usize>().ok()?.checked_add(1)?);
        }
    }
    Some((name, more))
}

fn constructed(tag: StructureTag) -> Option<Vec<StructureTag>> {
    match tag.payload {
        PL::C(parts) => Some(parts),
        PL::P(bytes) => bytes.is_empty().then(Vec::new),
    }
}

fn primitive(tag: StructureTag) -> Option<Vec<u8>> {
    match tag.payload {
        PL::P(bytes) => Some(bytes),
        PL::C(_) => None,
    }
}

fn text(tag: StructureTag) -> Option<String> {
    String::from_utf8(primitive(tag)?).ok()
}

#[cfg(test)]
mod tests {
    use super::{Entry, described};
    use crate::directory::value::Value;
    use ldap3::asn1::{PL, StructureTag, TagClass};

    fn octets(bytes: &[u8]) -> StructureTag {
        StructureTag {
            class: TagClass::Universal,
            id: 4,
            payload: PL::P(bytes.to_vec()),
        }
    }

    fn sequence(parts: Vec<StructureTag>) -> StructureTag {
        StructureTag {
            class: TagClass::Universal,
            id: 16,
            payload: PL::C(parts),
        }
    }

    fn entry(dn: &[u8], attributes: &[(&str, &[&[u8]])]) -> StructureTag {
        let attributes = attributes.iter().map(|(name, values)| {
            let values = values.iter().map(|value| octets(value)).collect();
            sequence(vec![octets(name.as_bytes()), sequence(values)])
        });
        sequence(vec![octets(dn), sequence(attributes.collect())])
    }

    #[test]
    fn an_entry_becomes_an_object() {
        let guid = [7; 16];
        let tag = entry(
            b"CN=Ada King,DC=x",
            &[
                ("objectguid", &[&guid]),
                ("cn", &[b"Ada King"]),
                ("member", &[]),
                ("member;range=0-1", &[b"CN=a,DC=x", b"CN=b,DC=x"]),
                ("thumbnailPhoto", &[b"abc"]),
                ("description", &[b"\xff\xfe"]),
            ],
        );
        let entry = Entry::read(tag).unwrap();
        assert_eq!(entry.more("member"), Some(2));
        let (object, rest) = entry.object().unwrap();
        assert_eq!(object.guid().to_ad_bytes(), guid);
        assert_eq!(object.all("member").len(), 2);
        assert_eq!(rest.len(), 1);
        assert_eq!(rest[0].from, 2);
        assert!(matches!(object.all("thumbnailPhoto")[0], Value::Picture(_)));
        assert!(matches!(object.all("description")[0], Value::Bytes(_)));
        assert!(!object.has("objectGUID"));
    }

    #[test]
    fn what_is_no_entry_is_none() {
        assert!(Entry::read(octets(b"x")).is_none());
        assert!(Entry::read(sequence(vec![])).is_none());
        assert!(Entry::read(sequence(vec![octets(b"CN=a"), octets(b"x")])).is_none());
        assert!(Entry::read(entry(b"\xff", &[])).is_none());
        let nameless = Entry::read(entry(b"CN=a,DC=x", &[("cn", &[b"a"])])).unwrap();
        assert!(nameless.object().is_err());
        let broken = Entry::read(entry(b"a", &[("objectGUID", &[&[7; 16]])])).unwrap();
        assert!(broken.object().is_err());
    }

    #[test]
    fn a_range_tells_where_to_go_on() {
        assert_eq!(described("member"), Some(("member".into(), None)));
        assert_eq!(
            described("member;range=0-1499"),
            Some(("member".into(), Some(1500)))
        );
        assert_eq!(
            described("member;Range=1500-*"),
            Some(("member".into(), None))
        );
        assert_eq!(described("cert;binary"), Some(("cert".into(), None)));
        assert_eq!(described("member;range=x"), None);
        assert_eq!(described("member;range=0-x"), None);
    }
}
