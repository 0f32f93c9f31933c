//! `rookery receipt`: what an export says of itself, held against the log.

mod compare;
mod expected;
mod verify;

use anyhow::Result;
use clap::Subcommand;

/// Prove an export
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Verify(verify::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.command {
        Command::Verify(arguments) => verify::run(arguments),
    }
}
