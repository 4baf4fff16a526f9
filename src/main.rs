//! The `tenure` command: hands the command line to [`tenure::cli`].

use tenure::cli::{self, Exit};

fn main() -> Exit {
    cli::run(std::env::args_os())
}
