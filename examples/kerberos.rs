//! The whole command, built with Kerberos beside the usual one: `cargo build --features kerberos --example kerberos`.

use tenure::cli::{self, Exit};

fn main() -> Exit {
    cli::run(std::env::args_os())
}
