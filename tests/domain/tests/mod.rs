//! The bench itself under test, with the tools of `OpenLDAP` as the client.

mod controller;
mod domain;
mod faults;
mod passing;
mod windows;

/// An account as a change record, disabled and without a password.
fn user(name: &str, unit: &str) -> String {
    format!("dn: CN={name},{unit}\nobjectClass: user\nsAMAccountName: {name}\n\n")
}

/// A change of one attribute.
fn replace(dn: &str, attribute: &str, value: &str) -> String {
    format!("dn: {dn}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n\n")
}
