//! `rookery keys`: keys for installations of separate services.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;

use crate::signing_keys;

/// Manage the keys that sign tokens
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make a signing key and its public half, for the separate services
    ///
    /// Writes signing-key.pem, for `rookery token --key`, and jwks.json, for ROOKERY_JWT_JWKS_FILE. A key that is there
    /// already is kept.
    Init {
        /// Folder for both files. Made if missing.
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.command {
        Command::Init { dir } => {
            let keys = signing_keys::read_or_create(dir)?;
            let mut out = std::io::stdout();
            writeln!(out, "{}", keys.key_file.display())?;
            writeln!(out, "{}", keys.jwks_file.display())?;
            Ok(())
        }
    }
}
