//! Does one operation of the port, each conditional on what the plan saw.
//!
//! Objects are named by GUID wherever AD takes one, so that nothing is done to another object that got the name. What
//! Windows refuses and others let pass is refused here before anything is sent.

use std::collections::HashSet;

use ldap3::{Ldap, LdapResult, Mod};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::LdapDirectory;
use super::refusal::refusal;
use super::search::{Ask, Fault};
use crate::directory::dn::Dn;
use crate::directory::guid::Guid;
use crate::directory::port::{Change, Error, Operation, ResultCode, Target, win32};
use crate::directory::rules;
use crate::directory::value::{AttributeName, Value};

type Bytes = Vec<u8>;

impl LdapDirectory {
    pub(super) fn done(&self, operation: &Operation) -> Result<Guid, Error> {
        match operation {
            Operation::Add { dn, attributes } => self.add(dn, attributes),
            Operation::Modify { target, changes } => self.modify(target, changes),
            Operation::Move { guid, from, to } => self.rename(*guid, from, to),
            Operation::Delete { guid, dn } => self.delete(*guid, dn),
            Operation::SetPassword {
                guid,
                password,
                must_change,
            } => self.set_password(*guid, password, *must_change),
        }
    }

    fn add(&self, dn: &Dn, attributes: &[(AttributeName, Vec<Value>)]) -> Result<Guid, Error> {
        rules::name_fits(dn)?;
        let is_account = attributes.iter().any(|(name, values)| {
            let is_user = |value: &Value| value.text().is_some_and(is_account_class);
            name.is("objectClass") && values.iter().any(is_user)
        });
        let mut all: Vec<(Bytes, HashSet<Bytes>)> = Vec::new();
        for (name, values) in attributes {
            for value in values {
                rules::value_fits(dn, is_account, name, value)?;
            }
            let values = values.iter().map(|value| value.bytes().to_vec()).collect();
            all.push((name.as_str().into(), values));
        }
        self.send(dn.as_str(), async |ldap| {
            accepted(ldap.add(dn.as_str(), all.clone()).await?)
        })?;
        self.guid_of(dn)
    }

    fn modify(&self, target: &Target, changes: &[Change]) -> Result<Guid, Error> {
        let name = base_of(target);
        let subject = match target {
            Target::Dn(dn) => dn.clone(),
            Target::Guid(_) => Dn::root(),
        };
        let mut modifications: Vec<Mod<Bytes>> = Vec::new();
        for Change {
            attribute,
            delete,
            add,
        } in changes
        {
            // The limit of a logon name is lower for accounts; of everything else it is the same for all classes.
            let is_account = attribute.is("sAMAccountName") && self.is_account(target)?;
            for value in add {
                rules::value_fits(&subject, is_account, attribute, value)?;
            }
            let set = |values: &[Value]| -> HashSet<Bytes> {
                values.iter().map(|value| value.bytes().to_vec()).collect()
            };
            let name: Bytes = attribute.as_str().into();
            if !delete.is_empty() {
                modifications.push(Mod::Delete(name.clone(), set(delete)));
            }
            if !add.is_empty() {
                modifications.push(Mod::Add(name, set(add)));
            }
        }
        if modifications.is_empty() {
            return self.existing(target);
        }
        self.send(&name, async |ldap| {
            accepted(ldap.modify(&name, modifications.clone()).await?)
        })?;
        match target {
            Target::Guid(guid) => Ok(*guid),
            Target::Dn(dn) => self.guid_of(dn),
        }
    }

    fn rename(&self, guid: Guid, from: &Dn, to: &Dn) -> Result<Guid, Error> {
        rules::name_fits(to)?;
        self.still_called(guid, from)?;
        let rdn = to.rdn().map(|rdn| rdn.as_str().to_owned());
        let rdn = rdn.unwrap_or_default();
        let parent = to
            .parent()
            .filter(|parent| from.parent().as_ref() != Some(parent));
        let parent = parent.as_ref().map(Dn::as_str);
        self.send(from.as_str(), async |ldap| {
            accepted(ldap.modifydn(from.as_str(), &rdn, true, parent).await?)
        })?;
        Ok(guid)
    }

    fn delete(&self, guid: Guid, dn: &Dn) -> Result<Guid, Error> {
        self.still_called(guid, dn)?;
        let name = format!("<GUID={guid}>");
        self.send(dn.as_str(), async |ldap| {
            accepted(ldap.delete(&name).await?)
        })?;
        Ok(guid)
    }

    /// Sets a password: in quotes and UTF-16 (MS-ADTS 3.1.1.3.1.5.1); with it whether it must be changed.
    fn set_password(
        &self,
        guid: Guid,
        password: &SecretString,
        must_change: bool,
    ) -> Result<Guid, Error> {
        let name = format!("<GUID={guid}>");
        if password.expose_secret().is_empty() {
            let code = ResultCode::UnwillingToPerform;
            let message = "an empty password is none";
            return Err(rules::refuse(
                code,
                win32::PASSWORD_RESTRICTION,
                name,
                message,
            ));
        }
        let quoted = Zeroizing::new(format!("\"{}\"", password.expose_secret()));
        let bytes = Zeroizing::new(
            quoted
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Bytes>(),
        );
        // 0 asks for another one at the next logon, -1 is now (MS-ADA3, pwdLastSet).
        let last_set: Bytes = if must_change { "0".into() } else { "-1".into() };
        self.send(&name, async |ldap| {
            let one = |value: Bytes| HashSet::from([value]);
            let modifications = vec![
                Mod::Replace("unicodePwd".into(), one(bytes.to_vec())),
                Mod::Replace("pwdLastSet".into(), one(last_set.clone())),
            ];
            accepted(ldap.modify(&name, modifications).await?)
        })?;
        Ok(guid)
    }

    /// Sends an operation once, and says of whom a refusal speaks.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "it is written where it is called"
    )]
    fn send(
        &self,
        dn: &str,
        operation: impl AsyncFn(&mut Ldap) -> Result<(), Fault>,
    ) -> Result<(), Error> {
        let patience = self.pool.patience();
        self.pool
            .write(async |ldap: &mut Ldap| {
                ldap.with_timeout(patience);
                operation(ldap).await
            })
            .map_err(|fault| as_error(fault, dn))
    }

    /// The GUID of what was just made or changed under its name.
    fn guid_of(&self, dn: &Dn) -> Result<Guid, Error> {
        // Done it is, but as what it is now called cannot be told: whoever asked looks again.
        let lost = |why: &str| Error::Unreachable {
            message: format!("{dn} was made, and {why}"),
        };
        match self.look(&Target::Dn(dn.clone()), &[]) {
            Ok(Some(object)) => Ok(object.guid()),
            Ok(None) => Err(lost("is not found")),
            Err(error) => Err(lost(&format!("could not be looked at: {error}"))),
        }
    }

    /// The object's name must still be the one that the plan saw.
    fn still_called(&self, guid: Guid, planned: &Dn) -> Result<(), Error> {
        let base = format!("<GUID={guid}>");
        let attributes = ["objectGUID"];
        let patience = self.pool.patience();
        let entry = self
            .pool
            .read(async |ldap: &mut Ldap| Ask::object(&base, &attributes).one(ldap, patience).await)
            .map_err(|fault| as_error(fault, planned.as_str()))?;
        let entry = entry.ok_or_else(|| gone(planned.as_str()))?;
        let now = Dn::parse(&entry.dn).map_err(|error| Error::Unreachable {
            message: format!("the directory sent a name that is none: {error}"),
        })?;
        if now == *planned {
            return Ok(());
        }
        Err(Error::Renamed {
            guid,
            now,
            planned: planned.clone(),
        })
    }

    fn existing(&self, target: &Target) -> Result<Guid, Error> {
        let object = self.found(target)?;
        object
            .map(|object| object.guid())
            .ok_or_else(|| gone(&base_of(target)))
    }

    fn is_account(&self, target: &Target) -> Result<bool, Error> {
        let object = self.found(target)?;
        Ok(object.is_some_and(|object| object.is_user() && !object.is_computer()))
    }
}

fn is_account_class(class: &str) -> bool {
    ["user", "inetOrgPerson"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(class))
}

fn accepted(answer: LdapResult) -> Result<(), Fault> {
    if answer.rc == 0 {
        return Ok(());
    }
    Err(Fault::Refused(answer))
}

pub(super) fn gone(dn: &str) -> Error {
    Error::Refused {
        code: ResultCode::NoSuchObject,
        win32: Some(win32::NO_SUCH_OBJECT),
        dn: dn.to_owned(),
        message: "it does not exist".to_owned(),
    }
}

/// How a target is named in a request (MS-ADTS 3.1.1.3.1.2.4).
pub(super) fn base_of(target: &Target) -> String {
    match target {
        Target::Guid(guid) => format!("<GUID={guid}>"),
        Target::Dn(dn) => dn.to_string(),
    }
}

pub(super) fn as_error(fault: Fault, dn: &str) -> Error {
    match fault {
        Fault::Lost(message) => Error::Unreachable { message },
        Fault::Refused(answer) => refusal(&answer, dn),
        Fault::Broken(why) => Error::Unreachable {
            message: format!("the directory sent what cannot be: {why}"),
        },
    }
}
