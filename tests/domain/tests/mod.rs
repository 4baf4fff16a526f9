//! The bench itself under test, with the tools of `OpenLDAP` as the client.

mod domain;
