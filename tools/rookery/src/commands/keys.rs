//! `rookery keys`: the keys that sign tokens.

mod rotate;

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;

use crate::data_dir::DataDirArgument;
use crate::signing_keys;

/// Manage the keys that sign tokens
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make the key of operators' tokens and its public half, for the separate services
    ///
    /// Writes signing-key.pem, for `rookery token --key`, and jwks.json, for ROOKERY_JWT_JWKS_FILE. A key that is there
    /// already is kept. The tokens of sessions are signed with other keys, which the dispatcher makes itself.
    Init {
        /// Folder for both files. Made if missing.
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
    },
    /// Sign the tokens of sessions with a new key from now on
    ///
    /// Dispatchers take it over within seconds. Tokens of the old key stay good until they expire, for an hour at most;
    /// sessions go on. The keys lie beside the log of ROOKERY_NATS_URL or ROOKERY_EVENT_STORE_URL (or the same with
    /// _FILE), else of the `rookery up` which runs on the data directory.
    Rotate {
        #[command(flatten)]
        data: DataDirArgument,
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
        Command::Rotate { data } => rotate::run(data),
    }
}
