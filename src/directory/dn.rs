//! Distinguished names: parse, escape, compare (RFC 4514).
//!
//! A [`Dn`] keeps the spelling it was given and carries a normalised key, so that comparing, sorting and
//! hashing cost no more than for a text. Two names are equal when AD takes them for the same object: case,
//! width and the way of escaping do not count. The order is that of the tree: a unit stands before what is
//! in it, and all that is in it stands together. Relative names (`OU=Berlin,OU=Staff`) are the same type.
//!
//! Begin with [`Dn::parse`] and [`Rdn::new`].

mod escape;

pub use escape::escape;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use escape::{Atom, ESCAPE, Split, check_attribute, push_pair_key, trim_component, unescape};

/// The longest distinguished name that is read, in bytes; AD's own limit is far below.
pub const MAX_DN_BYTES: usize = 16 * 1024;

/// The deepest distinguished name that is read, in components.
pub const MAX_DN_DEPTH: usize = 256;

/// Separates components in a key; lower than all else, so that a parent sorts before its children.
const COMPONENT: char = '\0';

/// Why a text is no distinguished name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DnError {
    /// A component without `=`.
    #[error("`{component}` has no `=`; a component reads `CN=Ada King` or `OU=Berlin`")]
    NoEquals {
        /// The component as written.
        component: String,
    },
    /// No attribute or a malformed one left of `=`.
    #[error("`{attribute}` is no attribute name; left of `=` stands `CN`, `OU` or `DC`")]
    BadAttribute {
        /// What stood there.
        attribute: String,
    },
    /// Nothing right of `=`.
    #[error("`{attribute}=` has no value")]
    NoValue {
        /// The attribute left of `=`.
        attribute: String,
    },
    /// A character that must be escaped.
    #[error("`{character}` must be written `\\{character}` inside a value")]
    Unescaped {
        /// The character.
        character: char,
    },
    /// A backslash that begins no escape.
    #[error("a backslash escapes one of ` \"#+,;<=>\\` or stands before two hexadecimal digits")]
    BadEscape,
    /// Escaped bytes that are not UTF-8.
    #[error("the escaped bytes are not UTF-8")]
    NotUtf8,
    /// A `#` value that is not pairs of hexadecimal digits.
    #[error(
        "`#` begins a value in hexadecimal digits; escape it (`\\#`) if it is meant as a character"
    )]
    BadHex,
    /// More than any directory allows.
    #[error(
        "the name is longer than {MAX_DN_BYTES} bytes or deeper than {MAX_DN_DEPTH} components"
    )]
    TooLong,
    /// The root has no name of its own.
    #[error("the name is empty")]
    Empty,
}

/// A distinguished name, absolute or relative.
#[derive(Clone)]
pub struct Dn {
    text: Arc<str>,
    /// Components from the root down, each `type=value` folded, separated by [`COMPONENT`].
    key: Arc<str>,
}

impl Dn {
    /// The empty name: the parent of a name of one component.
    pub fn root() -> Self {
        Self {
            text: Arc::from(""),
            key: Arc::from(""),
        }
    }

    /// Reads a name; spaces round components are dropped, all else is kept as written.
    pub fn parse(text: &str) -> Result<Self, DnError> {
        if text.len() > MAX_DN_BYTES {
            return Err(DnError::TooLong);
        }
        if text.trim().is_empty() {
            return Ok(Self::root());
        }
        let mut shown = String::with_capacity(text.len());
        let mut keys = Vec::new();
        for component in Split::new(text, ',') {
            let rdn = Rdn::parse(component)?;
            if !shown.is_empty() {
                shown.push(',');
            }
            shown.push_str(&rdn.text);
            keys.push(rdn.key);
        }
        if keys.len() > MAX_DN_DEPTH {
            return Err(DnError::TooLong);
        }
        let mut key = String::with_capacity(shown.len());
        for component in keys.iter().rev() {
            if !key.is_empty() {
                key.push(COMPONENT);
            }
            key.push_str(component);
        }
        Ok(Self {
            text: shown.into(),
            key: key.into(),
        })
    }

    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The name as written, to be shared.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// What makes two spellings the same name; compares and sorts as the name does.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The key, to be shared.
    pub(super) fn shared_key(&self) -> &Arc<str> {
        &self.key
    }

    /// The key of the parent, without building it; empty for a name of one component.
    pub fn parent_key(&self) -> &str {
        self.key.rsplit_once(COMPONENT).map_or("", |(up, _)| up)
    }

    /// The name in full: one that is written relative means what is below the first of these bases.
    #[must_use]
    pub fn absolute(&self, bases: &[Self]) -> Self {
        if self.names_domain() || bases.iter().any(|base| self.is_under(base)) {
            return self.clone();
        }
        bases
            .first()
            .map_or_else(|| self.clone(), |base| Self::join(self, base))
    }

    /// Whether it says in which domain it is: then it is a whole name, not a piece of one.
    pub fn names_domain(&self) -> bool {
        self.components()
            .any(|rdn| rdn.attribute().eq_ignore_ascii_case("DC"))
    }

    /// Whether this is the empty name.
    pub fn is_root(&self) -> bool {
        self.key.is_empty()
    }

    /// How many components there are.
    pub fn depth(&self) -> usize {
        if self.is_root() {
            return 0;
        }
        self.key.matches(COMPONENT).count() + 1
    }

    /// The name of what holds this; none for the empty name.
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        let first = Split::new(&self.text, ',').next().unwrap_or_default();
        let rest = self.text.get(first.len() + 1..).unwrap_or_default();
        Some(Self {
            text: rest.into(),
            key: self.parent_key().into(),
        })
    }

    /// The first component; none for the empty name.
    pub fn rdn(&self) -> Option<Rdn> {
        if self.is_root() {
            return None;
        }
        let first = Split::new(&self.text, ',').next().unwrap_or_default();
        let key = self.key.rsplit(COMPONENT).next().unwrap_or_default();
        Some(Rdn {
            text: first.into(),
            key: key.into(),
        })
    }

    /// The components, the leaf first.
    pub fn components(&self) -> impl Iterator<Item = Rdn> + '_ {
        Split::new(&self.text, ',')
            .filter(|component| !component.is_empty())
            .zip(self.key.rsplit(COMPONENT))
            .map(|(text, key)| Rdn {
                text: text.into(),
                key: key.into(),
            })
    }

    /// The name of `rdn` in this.
    #[must_use]
    pub fn child(&self, rdn: &Rdn) -> Self {
        if self.is_root() {
            return Self {
                text: rdn.text.as_ref().into(),
                key: rdn.key.as_ref().into(),
            };
        }
        Self {
            text: format!("{},{}", rdn.text, self.text).into(),
            key: format!("{}{COMPONENT}{}", self.key, rdn.key).into(),
        }
    }

    /// The relative name below `base`; `OU=Berlin` and `DC=example` give `OU=Berlin,DC=example`.
    #[must_use]
    pub fn join(relative: &Self, base: &Self) -> Self {
        if relative.is_root() {
            return base.clone();
        }
        if base.is_root() {
            return relative.clone();
        }
        Self {
            text: format!("{},{}", relative.text, base.text).into(),
            key: format!("{}{COMPONENT}{}", base.key, relative.key).into(),
        }
    }

    /// Whether this is `base` or lies anywhere below it.
    pub fn is_under(&self, base: &Self) -> bool {
        match self.key.strip_prefix(base.key.as_ref()) {
            Some(rest) => rest.is_empty() || base.is_root() || rest.starts_with(COMPONENT),
            None => false,
        }
    }

    /// What this is called below `base`; none if it does not lie under it.
    pub fn relative_to(&self, base: &Self) -> Option<Self> {
        if !self.is_under(base) {
            return None;
        }
        let depth = self.depth() - base.depth();
        let mut relative = Self::root();
        let components: Vec<Rdn> = self.components().take(depth).collect();
        for rdn in components.iter().rev() {
            relative = relative.child(rdn);
        }
        Some(relative)
    }

    /// The same place below `to` that this has below `from`: what a move of `from` makes of its content.
    pub fn rebase(&self, from: &Self, to: &Self) -> Option<Self> {
        Some(Self::join(&self.relative_to(from)?, to))
    }

    /// Whether both are written alike, not only equal.
    pub fn same_spelling(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Display for Dn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Dn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dn({:?})", &*self.text)
    }
}

impl PartialEq for Dn {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Dn {}

impl Hash for Dn {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl PartialOrd for Dn {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Dn {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl std::str::FromStr for Dn {
    type Err = DnError;

    fn from_str(text: &str) -> Result<Self, DnError> {
        Self::parse(text)
    }
}

/// One component of a name, `CN=Ada King`; several pairs joined by `+` are one component.
#[derive(Clone)]
pub struct Rdn {
    text: Box<str>,
    key: Box<str>,
}

impl Rdn {
    /// The component of that attribute and (unescaped) value.
    pub fn new(attribute: &str, value: &str) -> Result<Self, DnError> {
        check_attribute(attribute)?;
        if value.is_empty() {
            return Err(DnError::NoValue {
                attribute: attribute.to_owned(),
            });
        }
        let mut key = String::with_capacity(attribute.len() + value.len() + 1);
        push_pair_key(&mut key, attribute, &Atom::Text(value.to_owned()));
        Ok(Self {
            text: format!("{attribute}={}", escape(value)).into(),
            key: key.into(),
        })
    }

    /// Reads one component as it stands in a name.
    pub fn parse(text: &str) -> Result<Self, DnError> {
        let text = trim_component(text);
        if text.is_empty() {
            return Err(DnError::Empty);
        }
        let mut pairs = Vec::new();
        let mut shown = String::with_capacity(text.len());
        for pair in Split::new(text, '+') {
            let pair = trim_component(pair);
            let Some((attribute, value)) = pair.split_once('=') else {
                return Err(DnError::NoEquals {
                    component: pair.to_owned(),
                });
            };
            let attribute = attribute.trim_end();
            let value = value.trim_start_matches(' ');
            check_attribute(attribute)?;
            if value.is_empty() {
                return Err(DnError::NoValue {
                    attribute: attribute.to_owned(),
                });
            }
            let mut key = String::with_capacity(pair.len());
            push_pair_key(&mut key, attribute, &unescape(value)?);
            pairs.push(key);
            if !shown.is_empty() {
                shown.push('+');
            }
            shown.push_str(attribute);
            shown.push('=');
            shown.push_str(value);
        }
        pairs.sort_unstable();
        Ok(Self {
            text: shown.into(),
            key: pairs.join(&format!("{ESCAPE}+")).into(),
        })
    }

    /// The component as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The attribute left of `=`; of the first pair where there are several.
    pub fn attribute(&self) -> &str {
        self.text.split_once('=').map_or("", |(left, _)| left)
    }

    /// The value right of `=` without escapes; of the first pair where there are several.
    pub fn value(&self) -> String {
        self.pairs()
            .next()
            .map(|(_, value)| value)
            .unwrap_or_default()
    }

    /// All pairs of attribute and value without escapes.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, String)> {
        Split::new(&self.text, '+').map(|pair| {
            let (attribute, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = match unescape(value) {
                Ok(Atom::Text(text) | Atom::Ber(text)) => text,
                Err(_) => value.to_owned(),
            };
            (attribute, value)
        })
    }

    /// Whether both are written alike, not only equal.
    pub fn same_spelling(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Display for Rdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Rdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rdn({:?})", &*self.text)
    }
}

impl PartialEq for Rdn {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Rdn {}

impl Hash for Rdn {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl PartialOrd for Rdn {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rdn {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

#[cfg(test)]
mod tests;
