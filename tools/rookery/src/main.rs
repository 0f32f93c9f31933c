//! The program `rookery`.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use rookery::cli::Arguments;
use service_kit::Chain;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match Arguments::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do where even this cannot be written.
            writeln!(std::io::stderr(), "rookery: {}", Chain(error.as_ref())).ok();
            ExitCode::FAILURE
        }
    }
}
