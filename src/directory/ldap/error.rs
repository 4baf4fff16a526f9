//! Why there is no directory to work with: each way in which a connection fails, and what to do about it.

use std::sync::Arc;

use crate::directory::dn::Dn;
use crate::directory::snapshot::Controller;

/// Why a domain controller cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// A setting that cannot be right.
    #[error("{what}")]
    Setting {
        /// What is wrong.
        what: String,
        /// What to write.
        help: &'static str,
    },
    /// Its name is not known.
    #[error("nobody knows the name `{host}`")]
    Unresolved {
        /// The name.
        host: String,
    },
    /// Nobody takes the connection, or the host is silent.
    #[error("{server} cannot be reached: {why}")]
    Unreachable {
        /// Host and port.
        server: String,
        /// In the words of the system.
        why: String,
    },
    /// It takes the connection and says nothing.
    #[error("{server} did not answer within {seconds} s {when}")]
    Silent {
        /// Host and port.
        server: String,
        /// How long it was waited for.
        seconds: u64,
        /// While what was done.
        when: &'static str,
    },
    /// Its certificate proves nothing.
    #[error("the certificate of {server} {}", problem.words())]
    Certificate {
        /// Host and port.
        server: String,
        /// Why not.
        problem: Certificate,
    },
    /// There is no TLS to be had from it.
    #[error("{server} speaks no TLS: {why}")]
    NoTls {
        /// Host and port.
        server: String,
        /// In the words of the library.
        why: String,
    },
    /// It refuses the account or its password.
    #[error("{server} does not take the account `{account}`: {}", problem.words())]
    Credentials {
        /// Host and port.
        server: String,
        /// As which it was tried.
        account: String,
        /// Why not.
        problem: Credentials,
    },
    /// Kerberos gives no ticket, or the server takes none.
    #[error("there is no Kerberos ticket for {server}: {why}")]
    Kerberos {
        /// Host and port.
        server: String,
        /// In the words of the library.
        why: String,
    },
    /// It refuses something that every domain controller does.
    #[error("{server} refuses {what}: {why}")]
    Refused {
        /// Host and port.
        server: String,
        /// What was asked.
        what: &'static str,
        /// Its code and its words.
        why: String,
    },
    /// It answers, but not as a domain controller does.
    #[error("{server} is no domain controller: {why}")]
    NoController {
        /// Host and port.
        server: String,
        /// What is missing.
        why: String,
    },
    /// It takes no changes.
    #[error("{server} is a read-only domain controller")]
    ReadOnly {
        /// Host and port.
        server: String,
    },
    /// It is another one than the plan was made on (S9).
    #[error("the plan was made on {wanted}, and {server} is {found}")]
    OtherController {
        /// Host and port.
        server: String,
        /// Which one is wanted.
        wanted: Box<Controller>,
        /// Which one it is.
        found: Box<Controller>,
    },
    /// Its clock and this machine's differ (S5).
    #[error("the clock of {server} and this machine's are {minutes} minutes apart")]
    Clock {
        /// Host and port.
        server: String,
        /// How far.
        minutes: i64,
    },
    /// A base that it does not have.
    #[error("{server} has no `{base}`, which `{setting}` names")]
    NoBase {
        /// Host and port.
        server: String,
        /// Which setting.
        setting: &'static str,
        /// Which base.
        base: Dn,
    },
    /// The connection broke while it was read, again and again.
    #[error("the connection to {server} was lost while {what} was read: {why}")]
    Lost {
        /// Host and port.
        server: String,
        /// What was read.
        what: String,
        /// In the words of the system.
        why: String,
    },
    /// What it sent cannot be a directory.
    #[error("{server} sent what cannot be: {why}")]
    Broken {
        /// Host and port.
        server: String,
        /// In words.
        why: String,
    },
    /// None of several can be used; each says why.
    #[error("no domain controller can be used: {}", each(.tried))]
    NoneOf {
        /// What each said.
        tried: Arc<[Error]>,
    },
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificate {
    /// Nobody whom we trust has signed it.
    Untrusted,
    /// It is for another name.
    OtherName,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYet,
    /// Something else.
    Unusable,
}

/// Why an account is not let in (MS-ERREF 2.2, as AD writes it behind `data`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credentials {
    /// No such account, or another password.
    Wrong,
    /// The account is disabled.
    Disabled,
    /// The account has expired.
    AccountExpired,
    /// The password has expired.
    PasswordExpired,
    /// The password must be changed first.
    MustChange,
    /// Too many wrong passwords.
    LockedOut,
    /// Not at this hour.
    Hours,
    /// Not from this machine.
    Workstation,
    /// A plain password is not taken without TLS.
    NeedsTls,
    /// Something else.
    Refused,
}

impl Certificate {
    const fn words(self) -> &'static str {
        match self {
            Self::Untrusted => "is signed by nobody whom this machine trusts",
            Self::OtherName => "is for another name",
            Self::Expired => "has expired",
            Self::NotYet => "is not valid yet",
            Self::Unusable => "cannot be used",
        }
    }

    const fn help(self) -> &'static str {
        match self {
            Self::Untrusted => {
                "name the certificate of the company's authority: `ca = \"company-ca.pem\"`"
            }
            Self::OtherName => {
                "write the server's full name in `url`, as its certificate has it among the alternative names"
            }
            Self::Expired => "renew the certificate of the domain controller",
            Self::NotYet => "set the clock of this machine, or of the authority that signed it",
            Self::Unusable => {
                "give the domain controller a certificate for server authentication with its name in it"
            }
        }
    }
}

impl Credentials {
    /// Reads AD's message, `… comment: AcceptSecurityContext error, data 52e, v1db1`.
    pub(super) fn of(message: &str) -> Self {
        let data = message.split("data ").nth(1);
        let code = data.and_then(|rest| rest.split([',', ' ']).next());
        match code.map(str::to_lowercase).as_deref() {
            Some("52e" | "525" | "52f") => Self::Wrong,
            Some("530") => Self::Hours,
            Some("531") => Self::Workstation,
            Some("532") => Self::PasswordExpired,
            Some("533") => Self::Disabled,
            Some("701") => Self::AccountExpired,
            Some("773") => Self::MustChange,
            Some("775") => Self::LockedOut,
            _ => Self::Refused,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Wrong => "there is no such account, or the password is another one",
            Self::Disabled => "the account is disabled",
            Self::AccountExpired => "the account has expired",
            Self::PasswordExpired => "its password has expired",
            Self::MustChange => "its password must be changed before it is used",
            Self::LockedOut => "the account is locked after too many wrong passwords",
            Self::Hours => "the account may not log on at this hour",
            Self::Workstation => "the account may not log on from this machine",
            Self::NeedsTls => "without TLS it takes no password",
            Self::Refused => "it gives no reason",
        }
    }

    const fn help(self) -> &'static str {
        match self {
            Self::Wrong => {
                "look at `bind` (`name@domain` or a distinguished name) and at where `password` lies"
            }
            Self::Disabled => "enable the service account",
            Self::AccountExpired => "take the expiry date off the service account",
            Self::PasswordExpired | Self::MustChange => {
                "give the service account a new password, one that does not expire or is renewed in time"
            }
            Self::LockedOut => "unlock the service account, and find who tries wrong passwords",
            Self::Hours => "allow the service account all hours",
            Self::Workstation => "allow the service account this machine",
            Self::NeedsTls => "write the address as `ldaps://…`",
            Self::Refused => "look at the security log of the domain controller",
        }
    }
}

impl Error {
    /// The stable name of the kind of error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Setting { .. } => "bad-config",
            Self::Unresolved { .. }
            | Self::Unreachable { .. }
            | Self::Silent { .. }
            | Self::Lost { .. }
            | Self::NoneOf { .. } => "ldap-unreachable",
            Self::Certificate { .. } | Self::NoTls { .. } => "ldap-certificate",
            Self::Credentials { .. } | Self::Kerberos { .. } => "ldap-credentials",
            Self::Refused { .. } => "ldap-refused",
            Self::NoController { .. } | Self::ReadOnly { .. } | Self::Broken { .. } => {
                "ldap-no-controller"
            }
            Self::OtherController { .. } => "ldap-other-controller",
            Self::Clock { .. } => "clock-skew",
            Self::NoBase { .. } => "no-base",
        }
    }

    /// What to do about it, as an act.
    pub fn help(&self) -> String {
        match self {
            Self::Setting { help, .. } => (*help).to_owned(),
            Self::Unresolved { .. } => {
                "write the full name of a domain controller in `url`, or ask a name server of the domain".into()
            }
            Self::Unreachable { .. } => {
                "see that the domain controller runs and that no firewall is between: port 636 for `ldaps://`, 389 for `ldap://`".into()
            }
            Self::Silent { .. } => {
                "look at the load of the domain controller and at firewalls between; nothing was changed".into()
            }
            Self::Certificate { problem, .. } => problem.help().into(),
            Self::NoTls { .. } => {
                "give the domain controller a certificate; without TLS no password travels".into()
            }
            Self::Credentials { problem, .. } => problem.help().into(),
            Self::Kerberos { .. } => {
                "look at the keytab or ticket with `klist`, at `krb5.conf`, and at the clocks: Kerberos allows five minutes".into()
            }
            Self::Refused { .. } => "look at what the service account may do: `tenure doctor`".into(),
            Self::NoController { .. } => {
                "name a domain controller of Active Directory in `url`".into()
            }
            Self::ReadOnly { .. } => "name a writable domain controller in `url`".into(),
            Self::OtherController { .. } => {
                "plan again on this one, or apply when the other one is back".into()
            }
            Self::Clock { .. } => {
                "set the clock that is wrong: dates decide who has access".into()
            }
            Self::NoBase { setting, .. } => {
                format!("correct `{setting}` in tenure.toml, or let the service account read it")
            }
            Self::Lost { .. } => "try again; nothing was changed by reading".into(),
            Self::Broken { .. } => "this is not what Active Directory sends: look at what stands between".into(),
            Self::NoneOf { tried } => tried.first().map(Self::help).unwrap_or_default(),
        }
    }

    /// Whether another domain controller may do better.
    pub(super) const fn is_of_one_server(&self) -> bool {
        match self {
            Self::Setting { .. }
            | Self::Credentials { .. }
            | Self::Kerberos { .. }
            | Self::NoBase { .. }
            | Self::NoneOf { .. } => false,
            Self::Unresolved { .. }
            | Self::Unreachable { .. }
            | Self::Silent { .. }
            | Self::Certificate { .. }
            | Self::NoTls { .. }
            | Self::Refused { .. }
            | Self::NoController { .. }
            | Self::ReadOnly { .. }
            | Self::OtherController { .. }
            | Self::Clock { .. }
            | Self::Lost { .. }
            | Self::Broken { .. } => true,
        }
    }
}

fn each(tried: &[Error]) -> String {
    let texts: Vec<String> = tried.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::Credentials;

    #[test]
    fn the_reason_stands_behind_data() {
        let of = |data: &str| {
            Credentials::of(&format!(
                "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data {data}, v1db1"
            ))
        };
        assert_eq!(of("52e"), Credentials::Wrong);
        assert_eq!(of("533"), Credentials::Disabled);
        assert_eq!(of("701"), Credentials::AccountExpired);
        assert_eq!(of("532"), Credentials::PasswordExpired);
        assert_eq!(of("773"), Credentials::MustChange);
        assert_eq!(of("775"), Credentials::LockedOut);
        assert_eq!(of("0"), Credentials::Refused);
        assert_eq!(Credentials::of(""), Credentials::Refused);
    }
}
