//! The directory of a scenario: what stands in it from the beginning, what hands change, what it refuses.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use secrecy::SecretString;
use tenure::directory::port::{self, Directory, Operation, ResultCode, Target};
use tenure::directory::{AttributeName, Dn, Guid, Object, Snapshot, Uac, Value};

/// Units that are there from the beginning, each below the one before it that it names.
const UNITS: [&str; 8] = [
    "OU=Staff",
    "OU=Berlin,OU=Staff",
    "OU=Lisbon,OU=Staff",
    "OU=Auckland,OU=Staff",
    "OU=Honolulu,OU=Staff",
    "OU=Finance,OU=Staff",
    "OU=Leavers",
    "OU=Groups",
];

/// Groups that are there from the beginning, security groups and distribution lists.
const GROUPS: [&str; 13] = [
    "SG-Staff",
    "SG-Finance",
    "SG-Lab",
    "SG-Sales",
    "SG-VPN",
    "SG-License-E3",
    "SG-License-E5",
    "SG-Payslips",
    "SG-Project-X",
    "SG-Hand",
    "SG-BER",
    "DL-Everyone",
    "DL-Berlin",
];

/// Global security group, universal distribution group.
const SECURITY: &str = "-2147483646";
const DISTRIBUTION: &str = "8";

/// Any good password.
const PASSWORD: &str = "Correct-Horse-7-Battery";

/// A directory that refuses whatever is about a name that has one of these parts.
pub(super) struct Watched {
    directory: Box<dyn Directory>,
    base: Dn,
    /// Words of operations that fail today.
    pub(super) refused: Mutex<BTreeSet<String>>,
}

impl Watched {
    /// With its units and groups.
    pub(super) fn furnished(directory: Box<dyn Directory>, base: Dn) -> Self {
        let refused = Mutex::default();
        let watched = Self {
            directory,
            base,
            refused,
        };
        watched.furnish();
        watched
    }

    fn find(&self, login: &str) -> (Snapshot, Object) {
        let all = self.directory.snapshot().unwrap();
        let found = all.by_account_name(login);
        let object = all[found.unwrap_or_else(|| panic!("nobody is called {login}"))].clone();
        (all, object)
    }

    fn dn(&self, relative: &str) -> Dn {
        Dn::join(&Dn::parse(relative).unwrap(), &self.base)
    }

    fn perform(&self, operation: &Operation) -> Guid {
        let done = self.directory.perform(operation);
        done.unwrap_or_else(|error| panic!("{operation:?}: {error}"))
    }

    /// Somebody changes the directory: `aking disable`, `aking set description=x`, `aking clear mail`, `aking join SG-X`,
    /// `aking leave SG-X`, `aking move OU=Staff`, `aking delete`.
    pub(super) fn hand(&self, deed: &str) {
        let (login, deed) = deed.split_once(' ').unwrap();
        let (_, object) = self.find(login);
        let (verb, rest) = deed.split_once(' ').unwrap_or((deed, ""));
        let modify = |object: &Object, changes: Vec<port::Change>| {
            self.perform(&Operation::Modify {
                target: Target::Dn(object.dn().clone()),
                changes,
            });
        };
        let set = |attribute: &str, new: Option<String>| {
            let old = object.first(attribute).map(Value::from);
            let change = port::Change::replace(attribute, old, new.map(|new| Value::from(&*new)));
            modify(&object, vec![change]);
        };
        match verb {
            "enable" | "disable" => {
                let uac = object.uac().unwrap();
                let uac = if verb == "enable" {
                    uac.without(Uac::ACCOUNT_DISABLED)
                } else {
                    uac.with(Uac::ACCOUNT_DISABLED)
                };
                set("userAccountControl", Some(uac.bits().to_string()));
            }
            "set" => {
                let (name, value) = rest.split_once('=').unwrap();
                set(name, Some(value.to_owned()));
            }
            "clear" => set(rest, None),
            "join" | "leave" => {
                let (_, group) = self.find(rest);
                let member = Value::from(object.dn().as_str());
                let change = if verb == "join" {
                    port::Change::replace("member", None, Some(member))
                } else {
                    port::Change::replace("member", Some(member), None)
                };
                modify(&group, vec![change]);
            }
            "move" => {
                let rdn = object.dn().rdn().unwrap();
                let to = self.dn(&format!("{}={},{rest}", rdn.attribute(), rdn.value()));
                self.perform(&Operation::Move {
                    guid: object.guid(),
                    from: object.dn().clone(),
                    to,
                });
            }
            "delete" => {
                self.perform(&Operation::Delete {
                    guid: object.guid(),
                    dn: object.dn().clone(),
                });
            }
            _ => panic!("what is `{deed}`?"),
        }
    }

    /// Units and groups.
    fn furnish(&self) {
        let add = |relative: &str, attributes: &[(&str, &str)]| {
            let attributes = attributes.iter();
            let attributes = attributes
                .map(|(name, value)| (AttributeName::new(name), vec![Value::from(*value)]));
            let dn = if relative.is_empty() {
                self.base.clone()
            } else {
                self.dn(relative)
            };
            self.perform(&Operation::Add {
                dn,
                attributes: attributes.collect(),
            });
        };
        add("", &[("objectClass", "organizationalUnit")]);
        for unit in UNITS {
            add(unit, &[("objectClass", "organizationalUnit")]);
        }
        for group in GROUPS {
            let kind = if group.starts_with("SG-") {
                SECURITY
            } else {
                DISTRIBUTION
            };
            let mail = format!("{}@example.com", group.to_lowercase());
            let mail = (kind == DISTRIBUTION).then_some(("mail", mail.as_str()));
            let attributes = [
                Some(("objectClass", "group")),
                Some(("sAMAccountName", group)),
                Some(("groupType", kind)),
                mail,
            ];
            let attributes: Vec<(&str, &str)> = attributes.into_iter().flatten().collect();
            add(&format!("CN={group},OU=Groups"), &attributes);
        }
    }

    /// A record of the case: names are relative to the base, an account that is enabled gets a password.
    pub(super) fn add_record(&self, record: &str) {
        let mut lines = record.lines().map(|line| line.split_once(": ").unwrap());
        let (_, name) = lines.next().unwrap();
        let dn = self.dn(name);
        let mut attributes: Vec<(AttributeName, Vec<Value>)> = Vec::new();
        let mut uac = None;
        for (attribute, value) in lines {
            if attribute == "userAccountControl" {
                uac = Some(value.to_owned());
                continue;
            }
            let name = AttributeName::new(attribute);
            let value = if name.is_dn() {
                Value::from(self.dn(value).as_str())
            } else {
                Value::from(value)
            };
            match attributes.iter_mut().find(|(known, _)| *known == name) {
                Some((_, values)) => values.push(value),
                None => attributes.push((name, vec![value])),
            }
        }
        let guid = self.perform(&Operation::Add {
            dn: dn.clone(),
            attributes,
        });
        let Some(uac) = uac else { return };
        self.perform(&Operation::SetPassword {
            guid,
            password: SecretString::from(PASSWORD),
            must_change: false,
        });
        let made = self
            .directory
            .read(&Target::Dn(dn.clone()))
            .unwrap()
            .unwrap();
        let before = made.first("userAccountControl").map(Value::from);
        if made.first("userAccountControl") != Some(&*uac) {
            self.perform(&Operation::Modify {
                target: Target::Dn(dn),
                changes: vec![port::Change::replace(
                    "userAccountControl",
                    before,
                    Some(Value::from(&*uac)),
                )],
            });
        }
    }
}

impl Directory for Watched {
    fn snapshot(&self) -> Result<Snapshot, port::Error> {
        self.directory.snapshot()
    }

    fn read(&self, target: &Target) -> Result<Option<Arc<Object>>, port::Error> {
        self.directory.read(target)
    }

    fn read_some(
        &self,
        target: &Target,
        attributes: &[AttributeName],
    ) -> Result<Option<Arc<Object>>, port::Error> {
        self.directory.read_some(target, attributes)
    }

    fn address_holders(&self, address: &str) -> Result<Vec<Guid>, port::Error> {
        self.directory.address_holders(address)
    }

    fn is_member(&self, group: Guid, member: &Dn) -> Result<bool, port::Error> {
        self.directory.is_member(group, member)
    }

    fn perform(&self, operation: &Operation) -> Result<Guid, port::Error> {
        let about = match operation {
            Operation::Add { dn, .. } | Operation::Delete { dn, .. } => format!("add {dn}"),
            Operation::Modify { target, changes } => {
                let object = self.directory.read(target)?;
                let name = object.map_or_else(String::new, |object| object.dn().to_string());
                let names: Vec<&str> = changes.iter().map(|one| one.attribute.as_str()).collect();
                format!("modify {name} {}", names.join(" "))
            }
            Operation::Move { from, .. } => format!("move {from}"),
            Operation::SetPassword { .. } => "password".to_owned(),
        };
        let refused = self.refused.lock().unwrap();
        if let Some(part) = refused
            .iter()
            .find(|part| part.split(' ').all(|word| about.contains(word)))
        {
            return Err(port::Error::Refused {
                code: ResultCode::UnwillingToPerform,
                win32: None,
                dn: about.clone(),
                message: format!("refused by the scenario: {part}"),
            });
        }
        drop(refused);
        self.directory.perform(operation)
    }
}
