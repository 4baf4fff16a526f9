//! A live directory: `cargo bench --bench directory`, against the tools of `OpenLDAP` and against a script.
//!
//! Starts Samba domains of its own and prints ratios: both sides do the same on the same server in the same run, by
//! turns, and the medians are compared. Beside each stands what the server itself had to work, which a busy machine
//! disturbs less. Only some parts: `cargo bench --bench directory -- changes members reading refresh company`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::format_push_string,
    clippy::string_slice,
    clippy::wildcard_enum_match_arm,
    clippy::format_collect,
    clippy::allow_attributes_without_reason,
    missing_docs,
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "a benchmark may panic and speak, and uses a part of the tests' domain"
)]

mod changes;
mod company;
mod members;
mod ours;
mod reading;
mod refresh;
mod turns;

#[path = "../../tests/domain/mod.rs"]
mod domain;

fn main() {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let parts: [(&str, fn()); 5] = [
        ("changes", changes::compare),
        ("members", members::compare),
        ("reading", reading::compare),
        ("refresh", refresh::compare),
        ("company", company::compare),
    ];
    for (name, part) in parts {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            part();
        }
    }
}
