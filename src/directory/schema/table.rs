//! The table of attributes, sorted by name without case; a test keeps the order.
//!
//! Limits are `rangeUpper` of AD's schema. A line reads: syntax and name, then whatever differs from
//! "single-valued, no limit, written by a policy".

use super::{Attribute, Link, Ownership, Syntax, Unique};

const STATE: &str = "say `account enabled` or `account disabled` in a stage";
const GROUPS: &str = "use `groups` or `lists`";
const GROUP: &str = "say `kind` and `scope` in a `group` block";
const PASSWORD: &str = "see `password`";
const UNIT: &str = "see `unit`";
const BY_AD: &str = "Active Directory writes it by itself";
const ADMINS: &str = "it belongs to the administrators of the directory";
const EXCHANGE: &str = "it belongs to Exchange";
const CLOUD: &str = "it ties the account to the cloud and belongs to Entra Connect";
pub(super) const KEYS: &str = "it holds keys, which are never written here";
pub(super) const SECRET: &str = "it holds a secret, which is never read nor written here";

impl Attribute {
    const fn new(name: &'static str, syntax: Syntax) -> Self {
        Self {
            name,
            syntax,
            single: true,
            max: None,
            account_max: None,
            link: Link::None,
            system: false,
            ownership: Ownership::Policy,
            unique: None,
        }
    }

    const fn multi(mut self) -> Self {
        self.single = false;
        self
    }

    const fn up_to(mut self, max: u32) -> Self {
        self.max = Some(max);
        self
    }

    const fn on_account(mut self, max: u32) -> Self {
        self.account_max = Some(max);
        self
    }

    const fn unique(mut self, within: Unique) -> Self {
        self.unique = Some(within);
        self
    }

    const fn system(mut self) -> Self {
        self.system = true;
        self
    }

    const fn elsewhere(mut self, pointer: &'static str) -> Self {
        self.ownership = Ownership::Elsewhere(pointer);
        self
    }

    const fn never(mut self, whose: &'static str) -> Self {
        self.ownership = Ownership::Never(whose);
        self
    }

    const fn forward(mut self, back: &'static str) -> Self {
        self.link = Link::Forward(back);
        self
    }

    const fn back(mut self, forward: &'static str) -> Self {
        self.link = Link::Back(forward);
        self.system = true;
        self.ownership = Ownership::Never(BY_AD);
        self
    }
}

const fn text(name: &'static str, max: u32) -> Attribute {
    Attribute::new(name, Syntax::Text).up_to(max)
}

const fn unlimited(name: &'static str) -> Attribute {
    Attribute::new(name, Syntax::Text)
}

const fn exact(name: &'static str) -> Attribute {
    Attribute::new(name, Syntax::CaseExactText)
}

const fn integer(name: &'static str) -> Attribute {
    Attribute::new(name, Syntax::Integer)
}

const fn large(name: &'static str) -> Attribute {
    Attribute::new(name, Syntax::LargeInteger)
}

const fn instant(name: &'static str) -> Attribute {
    Attribute::new(name, Syntax::FileTime)
}

const fn boolean(name: &'static str) -> Attribute {
    Attribute::new(name, Syntax::Boolean)
}

const fn names(name: &'static str) -> Attribute {
    Attribute::new(name, Syntax::Dn)
}

const fn octets(name: &'static str) -> Attribute {
    Attribute::new(name, Syntax::Octets)
}

const fn time(name: &'static str) -> Attribute {
    Attribute::new(name, Syntax::GeneralizedTime)
}

const fn sid(name: &'static str) -> Attribute {
    Attribute::new(name, Syntax::Sid)
}

const fn guid(name: &'static str) -> Attribute {
    Attribute::new(name, Syntax::Guid)
}

const fn class(name: &'static str) -> Attribute {
    Attribute::new(name, Syntax::Class)
}

pub(super) static ATTRIBUTES: &[Attribute] = &[
    instant("accountExpires"),
    integer("adminCount").never(ADMINS),
    text("adminDescription", 256),
    text("adminDisplayName", 256),
    names("altRecipient").forward("altRecipientBL"),
    names("altRecipientBL").multi().back("altRecipient"),
    unlimited("altSecurityIdentities").multi().never(KEYS),
    names("assistant"),
    names("authOrig").multi().forward("authOrigBL"),
    names("authOrigBL").multi().back("authOrig"),
    instant("badPasswordTime").system().never(BY_AD),
    integer("badPwdCount").system().never(BY_AD),
    text("businessCategory", 128).multi(),
    text("c", 3),
    unlimited("canonicalName").multi().system().elsewhere(UNIT),
    unlimited("carLicense").multi(),
    text("cn", 64).unique(Unique::Unit),
    text("co", 128),
    unlimited("comment"),
    text("company", 64),
    integer("countryCode").up_to(65535),
    octets("dBCSPwd").elsewhere(PASSWORD),
    text("dc", 255).never(BY_AD),
    text("department", 64),
    unlimited("departmentNumber").multi(),
    text("description", 1024).multi(),
    names("directReports").multi().back("manager"),
    text("displayName", 256),
    text("displayNamePrintable", 256),
    names("distinguishedName").system().elsewhere(UNIT),
    text("division", 256),
    text("dNSHostName", 2048).never(ADMINS),
    time("dSCorePropagationData").multi().system().never(BY_AD),
    text("employeeID", 16),
    text("employeeNumber", 512),
    text("employeeType", 256),
    text("extensionAttribute1", 1024),
    text("extensionAttribute10", 1024),
    text("extensionAttribute11", 2048),
    text("extensionAttribute12", 2048),
    text("extensionAttribute13", 2048),
    text("extensionAttribute14", 2048),
    text("extensionAttribute15", 2048),
    text("extensionAttribute2", 1024),
    text("extensionAttribute3", 1024),
    text("extensionAttribute4", 1024),
    text("extensionAttribute5", 1024),
    text("extensionAttribute6", 1024),
    text("extensionAttribute7", 1024),
    text("extensionAttribute8", 1024),
    text("extensionAttribute9", 1024),
    text("facsimileTelephoneNumber", 64),
    exact("gecos").up_to(10_240),
    text("generationQualifier", 64),
    integer("gidNumber"),
    text("givenName", 64),
    unlimited("gPLink").never(ADMINS),
    integer("gPOptions").never(ADMINS),
    integer("groupType").elsewhere(GROUP),
    boolean("hideDLMembership"),
    unlimited("homeDirectory"),
    text("homeDrive", 3),
    names("homeMDB").never(EXCHANGE),
    text("homePhone", 64),
    text("homePostalAddress", 4096),
    text("info", 1024),
    text("initials", 6),
    integer("instanceType").system().never(BY_AD),
    text("ipPhone", 64),
    boolean("isCriticalSystemObject").system().never(BY_AD),
    boolean("isDeleted").system().never(BY_AD),
    boolean("isRecycled").system().never(BY_AD),
    octets("jpegPhoto").multi(),
    text("keywords", 256).multi().never(ADMINS),
    text("l", 128),
    names("lastKnownParent").system().never(BY_AD),
    instant("lastLogoff").system().never(BY_AD),
    instant("lastLogon").system().never(BY_AD),
    instant("lastLogonTimestamp").system().never(BY_AD),
    unlimited("legacyExchangeDN").never(EXCHANGE),
    octets("lmPwdHistory").elsewhere(PASSWORD),
    text("location", 1024),
    instant("lockoutTime").never(ADMINS),
    exact("loginShell").up_to(1024),
    integer("logonCount").system().never(BY_AD),
    octets("logonHours").up_to(21).never(ADMINS),
    octets("logonWorkstation").never(ADMINS),
    text("mail", 256).unique(Unique::Addresses),
    text("mailNickname", 64).unique(Unique::Addresses),
    names("managedBy").forward("managedObjects"),
    names("managedObjects").multi().back("managedBy"),
    names("manager").forward("directReports"),
    names("member")
        .multi()
        .forward("memberOf")
        .elsewhere(GROUPS),
    names("memberOf").multi().back("member").elsewhere(GROUPS),
    exact("memberUid").multi().up_to(256_000).elsewhere(GROUPS),
    text("middleName", 64),
    text("mobile", 64),
    integer("mS-DS-ConsistencyChildCount").never(CLOUD),
    octets("mS-DS-ConsistencyGuid").never(CLOUD),
    exact("ms-Mcs-AdmPwd").never(SECRET),
    large("ms-Mcs-AdmPwdExpirationTime").never(SECRET),
    octets("msDS-AllowedToActOnBehalfOfOtherIdentity").never(ADMINS),
    unlimited("msDS-AllowedToDelegateTo").multi().never(ADMINS),
    unlimited("msDS-cloudExtensionAttribute1"),
    unlimited("msDS-cloudExtensionAttribute10"),
    unlimited("msDS-cloudExtensionAttribute11"),
    unlimited("msDS-cloudExtensionAttribute12"),
    unlimited("msDS-cloudExtensionAttribute13"),
    unlimited("msDS-cloudExtensionAttribute14"),
    unlimited("msDS-cloudExtensionAttribute15"),
    unlimited("msDS-cloudExtensionAttribute16"),
    unlimited("msDS-cloudExtensionAttribute17"),
    unlimited("msDS-cloudExtensionAttribute18"),
    unlimited("msDS-cloudExtensionAttribute19"),
    unlimited("msDS-cloudExtensionAttribute2"),
    unlimited("msDS-cloudExtensionAttribute20"),
    unlimited("msDS-cloudExtensionAttribute3"),
    unlimited("msDS-cloudExtensionAttribute4"),
    unlimited("msDS-cloudExtensionAttribute5"),
    unlimited("msDS-cloudExtensionAttribute6"),
    unlimited("msDS-cloudExtensionAttribute7"),
    unlimited("msDS-cloudExtensionAttribute8"),
    unlimited("msDS-cloudExtensionAttribute9"),
    text("msDS-ExternalDirectoryObjectId", 256).never(CLOUD),
    names("msDS-HostServiceAccount").multi().never(ADMINS),
    unlimited("msDS-KeyCredentialLink").multi().never(KEYS),
    octets("msDS-ManagedPassword").system().never(SECRET),
    names("msDS-parentdistname").system().never(BY_AD),
    text("msDS-PhoneticCompanyName", 64),
    text("msDS-PhoneticDepartment", 64),
    text("msDS-PhoneticDisplayName", 256),
    text("msDS-PhoneticFirstName", 64),
    text("msDS-PhoneticLastName", 64),
    text("msDS-preferredDataLocation", 10),
    unlimited("msDS-PrincipalName").system().never(BY_AD),
    names("msDS-ResultantPSO").system().never(BY_AD),
    integer("msDS-SupportedEncryptionTypes").never(ADMINS),
    integer("msDS-User-Account-Control-Computed")
        .system()
        .elsewhere(STATE),
    instant("msDS-UserPasswordExpiryTimeComputed")
        .system()
        .never(BY_AD),
    octets("msExchArchiveGUID").up_to(16).never(EXCHANGE),
    text("msExchAssistantName", 256),
    text("msExchExtensionCustomAttribute1", 2048).multi(),
    text("msExchExtensionCustomAttribute2", 2048).multi(),
    text("msExchExtensionCustomAttribute3", 2048).multi(),
    text("msExchExtensionCustomAttribute4", 2048).multi(),
    text("msExchExtensionCustomAttribute5", 2048).multi(),
    boolean("msExchHideFromAddressLists"),
    exact("msExchHomeServerName").never(EXCHANGE),
    time("msExchLitigationHoldDate").never(EXCHANGE),
    octets("msExchMailboxGuid").up_to(16).never(EXCHANGE),
    sid("msExchMasterAccountSid").never(EXCHANGE),
    unlimited("msExchPoliciesExcluded").multi(),
    unlimited("msExchPoliciesIncluded").multi(),
    integer("msExchRecipientDisplayType"),
    large("msExchRecipientTypeDetails"),
    large("msExchRemoteRecipientType"),
    boolean("msExchRequireAuthToSendTo"),
    text("msExchUsageLocation", 2),
    octets("msLAPS-EncryptedPassword").never(SECRET),
    exact("msLAPS-Password").never(SECRET),
    text("name", 255).never(BY_AD).system(),
    octets("ntPwdHistory").elsewhere(PASSWORD),
    octets("nTSecurityDescriptor").never(ADMINS),
    text("o", 64).multi(),
    names("objectCategory").never(BY_AD),
    class("objectClass").multi().never(BY_AD),
    guid("objectGUID").system().never(BY_AD),
    sid("objectSid").system().never(BY_AD),
    unlimited("operatingSystem").never(ADMINS),
    unlimited("operatingSystemVersion").never(ADMINS),
    text("otherFacsimileTelephoneNumber", 64).multi(),
    text("otherHomePhone", 64).multi(),
    text("otherIpPhone", 64).multi(),
    unlimited("otherMailbox").multi(),
    text("otherMobile", 64).multi(),
    text("otherPager", 64).multi(),
    text("otherTelephone", 64).multi(),
    text("ou", 64).multi().elsewhere(UNIT).unique(Unique::Unit),
    text("pager", 64),
    text("personalTitle", 64),
    octets("photo").multi(),
    text("physicalDeliveryOfficeName", 128),
    text("postalAddress", 4096).multi(),
    text("postalCode", 40),
    text("postOfficeBox", 40).multi(),
    integer("preferredDeliveryMethod"),
    unlimited("preferredLanguage"),
    integer("primaryGroupID").never(ADMINS),
    unlimited("profilePath"),
    text("proxyAddresses", 1123)
        .multi()
        .unique(Unique::Addresses),
    names("publicDelegates")
        .multi()
        .forward("publicDelegatesBL"),
    names("publicDelegatesBL").multi().back("publicDelegates"),
    instant("pwdLastSet").elsewhere(PASSWORD),
    unlimited("roomNumber").multi(),
    text("sAMAccountName", 256)
        .on_account(20)
        .unique(Unique::Forest),
    integer("sAMAccountType").system().never(BY_AD),
    unlimited("scriptPath"),
    names("secretary").multi(),
    names("seeAlso").multi(),
    text("serviceBindingInformation", 1024)
        .multi()
        .never(ADMINS),
    text("serviceClassName", 1024).never(ADMINS),
    text("serviceDNSName", 1024).never(ADMINS),
    unlimited("servicePrincipalName").multi().never(ADMINS),
    names("showInAddressBook").multi().never(EXCHANGE),
    boolean("showInAdvancedViewOnly").never(ADMINS),
    sid("sIDHistory").multi().system().never(BY_AD),
    text("sn", 64),
    text("st", 128),
    text("street", 1024),
    text("streetAddress", 1024),
    class("structuralObjectClass").multi().system().never(BY_AD),
    octets("supplementalCredentials").elsewhere(PASSWORD),
    integer("systemFlags").system().never(BY_AD),
    text("targetAddress", 1123).unique(Unique::Addresses),
    text("telephoneNumber", 64),
    text("textEncodedORAddress", 1024).never(EXCHANGE),
    octets("thumbnailLogo").up_to(32_767),
    octets("thumbnailPhoto").up_to(102_400),
    text("title", 128),
    sid("tokenGroups").multi().system().never(BY_AD),
    text("uid", 256).multi(),
    integer("uidNumber"),
    octets("unicodePwd").elsewhere(PASSWORD),
    exact("unixHomeDirectory").up_to(10_240),
    octets("unixUserPassword").multi().elsewhere(PASSWORD),
    unlimited("url").multi(),
    integer("userAccountControl").elsewhere(STATE),
    octets("userCertificate").multi().up_to(32_768).never(KEYS),
    octets("userPassword").multi().elsewhere(PASSWORD),
    text("userPrincipalName", 1024).unique(Unique::Addresses),
    octets("userSMIMECertificate")
        .multi()
        .up_to(32_768)
        .never(KEYS),
    text("userWorkstations", 1024),
    large("uSNChanged").system().never(BY_AD),
    large("uSNCreated").system().never(BY_AD),
    time("whenChanged").system().never(BY_AD),
    time("whenCreated").system().never(BY_AD),
    text("wWWHomePage", 2048),
];
