//! The bench itself under test, with the tools of `OpenLDAP` as the client.

use std::time::{Duration, Instant};

mod controller;
mod domain;
mod faults;
mod passing;
mod windows;

/// Waits until it is so; not for ever, and long enough for a busy machine.
#[track_caller]
fn soon(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_mins(1), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// An account as a change record, disabled and without a password.
fn user(name: &str, unit: &str) -> String {
    format!("dn: CN={name},{unit}\nobjectClass: user\nsAMAccountName: {name}\n\n")
}

/// A change of one attribute.
fn replace(dn: &str, attribute: &str, value: &str) -> String {
    format!("dn: {dn}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n\n")
}
