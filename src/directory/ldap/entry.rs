//! One entry of an answer: read strictly, and made an object of our own.

use std::sync::Arc;

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

/// A value that names another object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    /// Which object.
    pub(super) to: Guid,
    /// How it is called in the value.
    pub(super) called: Arc<str>,
}

/// An object as it came, and what its values say besides.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) object: Object,
    /// What is still to be read of it.
    pub(super) rests: Vec<Rest>,
    /// Which objects its values name, where names were asked for with their identities.
    pub(super) links: Vec<Link>,
}

impl Entry {
    /// Reads `SearchResultEntry` (RFC 4511, section 4.5.2); none where it is not one.
    pub(super) fn read(tag: StructureTag) -> Option<Self> {
        let mut parts = constructed(tag)?.into_iter();
        let (dn, _) = identified(primitive(parts.next()?)?);
        let dn = String::from_utf8(dn).ok()?;
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
        let told = self.told(&|_| false)?;
        Ok((told.object, told.rests))
    }

    /// The object and whom it names; values of those attributes are names with the identity of their object.
    pub(super) fn told(self, is_name: &dyn Fn(&AttributeName) -> bool) -> Result<Told, String> {
        let guid = self
            .guid()
            .ok_or_else(|| format!("`{}` has no objectGUID", crate::text::visible(&self.dn)))?;
        let dn = Dn::parse(&self.dn)
            .map_err(|error| format!("`{}` is no name: {error}", crate::text::visible(&self.dn)))?;
        let mut object = Object::new(dn, guid);
        let (mut rests, mut links) = (Vec::new(), Vec::new());
        for Attribute { name, more, values } in self.attributes {
            let name = AttributeName::new(&name);
            if name.is("objectGUID") || name.is("distinguishedName") {
                continue;
            }
            if let Some(from) = more {
                let attribute = name.clone();
                rests.push(Rest { attribute, from });
            }
            if values.is_empty() {
                continue;
            }
            let is_name = is_name(&name);
            let mut taken = |value| {
                let (value, link) = linked(&name, value, is_name);
                links.extend(link);
                value
            };
            let values = values.into_iter().map(&mut taken).collect();
            object.set(name, values);
        }
        Ok(Told {
            object,
            rests,
            links,
        })
    }

    /// The values of one attribute, as an object has them, and whom they name.
    pub(super) fn values(self, name: &AttributeName, is_name: bool) -> Vec<(Value, Option<Link>)> {
        let of = self
            .attributes
            .into_iter()
            .filter(|attribute| attribute.is(name.as_str()));
        of.flat_map(|attribute| attribute.values)
            .map(|value| linked(name, value, is_name))
            .collect()
    }
}

impl Attribute {
    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// A value, and whom it names where it says so.
fn linked(name: &AttributeName, value: Vec<u8>, is_name: bool) -> (Value, Option<Link>) {
    if !is_name {
        return (typed(name, value), None);
    }
    let (value, to) = identified(value);
    let value = typed(name, value);
    let link = match (&value, to) {
        // The category is a class of the schema, which nobody renames.
        (Value::Text(text), Some(to)) if !name.is("objectCategory") => Some(Link {
            to,
            called: Arc::clone(text),
        }),
        (Value::Text(_) | Value::Bytes(_) | Value::Picture(_), _) => None,
    };
    (value, link)
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

/// A name and the identity of its object: `<GUID=…>;<SID=…>;CN=Ada King,DC=x` (MS-ADTS 3.1.1.3.4.1.5). A name without
/// one never begins like that.
fn identified(mut value: Vec<u8>) -> (Vec<u8>, Option<Guid>) {
    let mut guid = None;
    while value.starts_with(b"<") {
        let Some(end) = value.windows(2).position(|two| two == b">;") else {
            break;
        };
        let rest = value.split_off(end + 2);
        let text = std::str::from_utf8(&value).ok();
        let text = text.and_then(|text| text.strip_prefix("<GUID=")?.strip_suffix(">;"));
        guid = guid.or_else(|| text.and_then(Guid::parse));
        value = rest;
    }
    (value, guid)
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
    use super::{Entry, Link, described};
    use crate::directory::guid::Guid;
    use crate::directory::value::{AttributeName, Value};
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
    fn a_name_may_tell_whose_it_is() {
        let known = "12345678-abcd-ef01-0102-030405060708";
        let named = format!("<GUID={known}>;<SID=S-1-5-21-1-2-3-1104>;CN=a,DC=x");
        let tag = entry(
            named.as_bytes(),
            &[
                ("objectguid", &[&[7; 16]]),
                ("member", &[named.as_bytes(), b"CN=b,DC=x"]),
                ("description", &[named.as_bytes()]),
                ("objectCategory", &[named.as_bytes()]),
            ],
        );
        let entry = Entry::read(tag).unwrap();
        assert_eq!(entry.dn, "CN=a,DC=x");
        let told = entry.told(&AttributeName::is_dn).unwrap();
        let members: Vec<&str> = told.object.values("member").collect();
        assert_eq!(members, ["CN=a,DC=x", "CN=b,DC=x"]);
        assert_eq!(told.object.first("description"), Some(named.as_str()));
        assert_eq!(told.object.first("objectCategory"), Some("CN=a,DC=x"));
        let member = Link {
            to: Guid::parse(known).unwrap(),
            called: "CN=a,DC=x".into(),
        };
        assert_eq!(
            told.links,
            [member],
            "a text that looks like a name is none"
        );
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
