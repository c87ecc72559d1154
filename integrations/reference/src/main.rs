//! The `reference` program; all of it is in the library, so that other programs can call it too.

use std::process::ExitCode;

fn main() -> ExitCode {
    reference::cli::main()
}
