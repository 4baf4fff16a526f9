//! `userAccountControl`: the bits that say whether and how an account may log on.
//!
//! Only two of the bits are ours: [`Uac::ACCOUNT_DISABLED`], and [`Uac::PASSWORD_NOT_REQUIRED`], which is
//! cleared whenever an account is enabled. All others belong to administrators and are kept as found.
//! Source: MS-ADTS 2.2.16 (userAccountControl Bits).

use std::fmt;

/// The value of `userAccountControl`, bit by bit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uac(u32);

impl Uac {
    /// The account can not be used.
    pub const ACCOUNT_DISABLED: Self = Self(0x0002);
    /// The home folder is required.
    pub const HOME_DIRECTORY_REQUIRED: Self = Self(0x0008);
    /// Locked out after wrong passwords; only ever read.
    pub const LOCKOUT: Self = Self(0x0010);
    /// An empty password is allowed.
    pub const PASSWORD_NOT_REQUIRED: Self = Self(0x0020);
    /// The user can not change the password.
    pub const PASSWORD_CANT_CHANGE: Self = Self(0x0040);
    /// The password is stored so that it can be read.
    pub const ENCRYPTED_TEXT_PASSWORD_ALLOWED: Self = Self(0x0080);
    /// A person's account, or a service's.
    pub const NORMAL_ACCOUNT: Self = Self(0x0200);
    /// A trust between domains.
    pub const INTERDOMAIN_TRUST_ACCOUNT: Self = Self(0x0800);
    /// A computer.
    pub const WORKSTATION_TRUST_ACCOUNT: Self = Self(0x1000);
    /// A domain controller.
    pub const SERVER_TRUST_ACCOUNT: Self = Self(0x2000);
    /// The password never expires.
    pub const DONT_EXPIRE_PASSWORD: Self = Self(0x0001_0000);
    /// Only a smart card logs on.
    pub const SMARTCARD_REQUIRED: Self = Self(0x0004_0000);
    /// May act for others, everywhere.
    pub const TRUSTED_FOR_DELEGATION: Self = Self(0x0008_0000);
    /// Nobody may act for this account.
    pub const NOT_DELEGATED: Self = Self(0x0010_0000);
    /// Kerberos without pre-authentication.
    pub const DONT_REQUIRE_PREAUTHENTICATION: Self = Self(0x0040_0000);
    /// The password has expired; only ever read.
    pub const PASSWORD_EXPIRED: Self = Self(0x0080_0000);

    /// The bits that a plan may change.
    pub const OURS: Self = Self(Self::ACCOUNT_DISABLED.0 | Self::PASSWORD_NOT_REQUIRED.0);
    /// What AD gives to a new user that names none: 546.
    pub const NEW_USER: Self =
        Self(Self::NORMAL_ACCOUNT.0 | Self::ACCOUNT_DISABLED.0 | Self::PASSWORD_NOT_REQUIRED.0);

    /// The value with those bits.
    pub const fn new(bits: u32) -> Self {
        Self(bits)
    }

    /// All bits as a number.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Reads the decimal text of the attribute, which is a signed 32-bit number.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<i32>()
            .ok()
            .map(|bits| Self(bits.cast_unsigned()))
    }

    /// Whether all of these bits are set.
    pub const fn contains(self, bits: Self) -> bool {
        self.0 & bits.0 == bits.0
    }

    /// With these bits set.
    #[must_use]
    pub const fn with(self, bits: Self) -> Self {
        Self(self.0 | bits.0)
    }

    /// With these bits cleared.
    #[must_use]
    pub const fn without(self, bits: Self) -> Self {
        Self(self.0 & !bits.0)
    }

    /// Whether the account can be used.
    pub const fn is_enabled(self) -> bool {
        !self.contains(Self::ACCOUNT_DISABLED)
    }

    /// The value that lets the account be used, and only with a password.
    #[must_use]
    pub const fn enabled(self) -> Self {
        self.without(Self::OURS)
    }

    /// The value that keeps the account from being used.
    #[must_use]
    pub const fn disabled(self) -> Self {
        self.with(Self::ACCOUNT_DISABLED)
    }
}

impl fmt::Display for Uac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.cast_signed().fmt(f)
    }
}

impl fmt::Debug for Uac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uac({:#x})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Uac;

    #[test]
    fn enabling_touches_only_our_bits() {
        let found = Uac::NEW_USER.with(Uac::DONT_EXPIRE_PASSWORD);
        assert_eq!(found.enabled(), Uac::new(0x1_0200));
        assert_eq!(found.enabled().disabled(), Uac::new(0x1_0202));
        assert_eq!(Uac::NEW_USER.to_string(), "546");
        assert_eq!(Uac::parse("512"), Some(Uac::NORMAL_ACCOUNT));
        assert!(Uac::parse("512").unwrap().is_enabled());
        assert_eq!(Uac::parse("-2147483136"), Some(Uac::new(0x8000_0200)));
        assert_eq!(Uac::parse("0x200"), None);
    }
}
