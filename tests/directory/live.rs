//! The directory of a domain controller, as the program connects to it.

use crate::domain::{Domain, Login};
use jiff::Timestamp;
use secrecy::SecretString;
use tenure::directory::ldap::{
    Bind, CONNECTIONS, Error, LdapDirectory, Patience, Reading, Server, Settings,
};

/// How a domain is connected to, as this account.
pub(crate) fn settings(domain: &Domain, login: &Login) -> Settings {
    Settings {
        servers: vec![Server::parse(&domain.ldaps_url()).unwrap()],
        ca: Some(std::fs::read(domain.ca_file()).unwrap()),
        bind: Bind::Simple {
            name: login.upn.clone(),
            password: SecretString::from(login.password.clone()),
        },
        patience: Patience::default(),
        connections: CONNECTIONS,
        pinned: None,
    }
}

pub(crate) fn try_connect(settings: &Settings) -> Result<LdapDirectory, Error> {
    let attributes = tenure::directory::schema::attributes();
    let readable = attributes.filter(|attribute| !attribute.is_private());
    let reading = Reading {
        bases: Vec::new(),
        attributes: readable.map(Into::into).collect(),
    };
    LdapDirectory::connect(settings, reading, Timestamp::now())
}

#[track_caller]
pub(crate) fn connect(domain: &Domain, login: &Login) -> LdapDirectory {
    try_connect(&settings(domain, login)).unwrap()
}
