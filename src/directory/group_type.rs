//! `groupType`: the scope of a group and whether it gives access; who may be a member of whom.
//!
//! Source: MS-ADTS 2.2.12 (Group Type Flags); Microsoft Learn, "Active Directory security groups", the
//! table of group scopes, for one domain.

use std::fmt;

/// Where members of a group may come from and where the group counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Members of the same domain, counts everywhere.
    Global,
    /// Members from everywhere, counts in its domain.
    DomainLocal,
    /// Members from the forest, counts everywhere.
    Universal,
    /// As domain local, made by AD (`CN=Builtin`).
    BuiltInLocal,
}

impl Scope {
    /// Whether a group of scope `member` may be a member of a group of this scope (in one domain).
    pub const fn admits(self, member: Self) -> bool {
        match (self, member) {
            (Self::Global, Self::Global)
            | (Self::Universal, Self::Global | Self::Universal)
            | (
                Self::DomainLocal | Self::BuiltInLocal,
                Self::Global | Self::Universal | Self::DomainLocal,
            ) => true,
            (Self::Global, Self::DomainLocal | Self::Universal)
            | (Self::Universal, Self::DomainLocal)
            | (_, Self::BuiltInLocal) => false,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Global => "global",
            Self::DomainLocal => "domain local",
            Self::Universal => "universal",
            Self::BuiltInLocal => "built-in local",
        })
    }
}

/// The value of `groupType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupType(u32);

impl GroupType {
    const BUILT_IN: u32 = 0x1;
    const GLOBAL: u32 = 0x2;
    const DOMAIN_LOCAL: u32 = 0x4;
    const UNIVERSAL: u32 = 0x8;
    const SECURITY: u32 = 0x8000_0000;

    /// A group of that scope, giving access (security) or only mail (distribution).
    pub const fn new(scope: Scope, security: bool) -> Self {
        let scope = match scope {
            Scope::Global => Self::GLOBAL,
            Scope::DomainLocal => Self::DOMAIN_LOCAL,
            Scope::Universal => Self::UNIVERSAL,
            Scope::BuiltInLocal => Self::BUILT_IN | Self::DOMAIN_LOCAL,
        };
        Self(if security {
            scope | Self::SECURITY
        } else {
            scope
        })
    }

    /// Reads the decimal text of the attribute; none where it names no scope or several.
    pub fn parse(text: &str) -> Option<Self> {
        let bits = text.parse::<i32>().ok()?.cast_unsigned();
        let scopes = bits & (Self::GLOBAL | Self::DOMAIN_LOCAL | Self::UNIVERSAL);
        scopes.is_power_of_two().then_some(Self(bits))
    }

    /// The scope.
    pub const fn scope(self) -> Scope {
        if self.0 & Self::BUILT_IN != 0 {
            Scope::BuiltInLocal
        } else if self.0 & Self::GLOBAL != 0 {
            Scope::Global
        } else if self.0 & Self::UNIVERSAL != 0 {
            Scope::Universal
        } else {
            Scope::DomainLocal
        }
    }

    /// Whether the group can give access; else it is a distribution list.
    pub const fn is_security(self) -> bool {
        self.0 & Self::SECURITY != 0
    }
}

impl fmt::Display for GroupType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.cast_signed().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::{GroupType, Scope};

    #[test]
    fn a_group_type_names_scope_and_kind() {
        for (text, scope, security) in [
            ("-2147483646", Scope::Global, true),
            ("-2147483644", Scope::DomainLocal, true),
            ("-2147483640", Scope::Universal, true),
            ("-2147483643", Scope::BuiltInLocal, true),
            ("2", Scope::Global, false),
            ("8", Scope::Universal, false),
        ] {
            let kind = GroupType::parse(text).unwrap();
            assert_eq!((kind.scope(), kind.is_security()), (scope, security));
            assert_eq!(GroupType::new(scope, security).to_string(), text);
        }
        assert_eq!(GroupType::parse("6"), None);
        assert_eq!(GroupType::parse("0"), None);
        assert_eq!(GroupType::parse("global"), None);
    }

    #[test]
    fn nesting_follows_the_scopes() {
        use Scope::{BuiltInLocal, DomainLocal, Global, Universal};
        let admitted: Vec<(Scope, Scope)> = [Global, DomainLocal, Universal, BuiltInLocal]
            .into_iter()
            .flat_map(|group| {
                [Global, DomainLocal, Universal, BuiltInLocal].map(|member| (group, member))
            })
            .filter(|(group, member)| group.admits(*member))
            .collect();
        assert_eq!(
            admitted,
            [
                (Global, Global),
                (DomainLocal, Global),
                (DomainLocal, DomainLocal),
                (DomainLocal, Universal),
                (Universal, Global),
                (Universal, Universal),
                (BuiltInLocal, Global),
                (BuiltInLocal, DomainLocal),
                (BuiltInLocal, Universal),
            ]
        );
    }
}
