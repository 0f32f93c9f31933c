//! `rookery token`: a bearer token for the API, and revoking one.

mod revoke;

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use tokens::{Role, Roles};
use tokens::{SigningKey, TokenIssuer};

use crate::data_dir::{DataDir, DataDirArgument};
use crate::period;
use crate::signing_keys::{self, AUDIENCE, ISSUER};

/// Print a token for the API, and nothing else
///
/// It is signed with the key of the data directory, which is made if there is none yet, so it does not matter whether
/// `rookery up` runs. For the separate services give --key, --issuer and --audience as they are configured.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "\
Example:
  TOKEN=$(rookery token --account 1 --roles user,analyst)
  curl -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:8080/v1/messages
  echo $TOKEN | rookery token revoke -")]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Id of the account that the token speaks for
    #[arg(long, value_name = "ID", required = true, value_parser = clap::value_parser!(i64).range(1..))]
    account: Option<i64>,
    /// What the token may do: any of user, analyst, consumer, operator, moderator, admin
    #[arg(long, value_name = "ROLE,...", value_delimiter = ',', required = true, value_parser = role)]
    roles: Vec<Role>,
    /// How long it is good: a number with s, m, h or d
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = period::parse)]
    lifetime: Duration,
    #[command(flatten)]
    data: DataDirArgument,
    /// Sign with this key (Ed25519, PKCS#8 in PEM) instead of the data directory's
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Who issues it
    #[arg(long, value_name = "NAME", default_value = ISSUER)]
    issuer: String,
    /// Whom it is for
    #[arg(long, value_name = "NAME", default_value = AUDIENCE)]
    audience: String,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make a token void before it expires
    Revoke(revoke::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if let Some(Command::Revoke(revoke)) = &arguments.command {
        return revoke::run(revoke);
    }
    let account = arguments.account.context("--account is missing")?;
    let key = match &arguments.key {
        Some(file) => SigningKey::read_pem(file)?,
        None => key_of(&DataDir::open(&arguments.data.data_dir)?)?,
    };
    let issuer = TokenIssuer::new(&key, &arguments.issuer, &arguments.audience);
    let roles: Roles = arguments.roles.iter().copied().collect();
    let token = issuer.issue(account, roles, SystemTime::now(), arguments.lifetime)?;
    writeln!(std::io::stdout(), "{token}")?;
    Ok(())
}

/// Somebody who names the wrong folder gets a token that is good nowhere, and should hear why.
fn key_of(data: &DataDir) -> Result<SigningKey> {
    let keys = data.keys();
    let is_new = !signing_keys::is_there(&keys);
    let key = signing_keys::read_or_create(&keys)?.key;
    if is_new {
        writeln!(
            std::io::stderr(),
            "rookery: made a new key in {}; a Rookery with another data directory does not know it (--data-dir)",
            keys.display()
        )?;
    }
    Ok(key)
}

fn role(name: &str) -> Result<Role, String> {
    Role::from_name(name).ok_or_else(|| format!("the roles are {}", Role::ALL.map(Role::name).join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_role_is_answered_with_the_known_ones() {
        assert_eq!(role("analyst"), Ok(Role::Analyst));
        assert_eq!(
            role("root"),
            Err("the roles are user, analyst, consumer, operator, moderator, admin".to_owned())
        );
    }
}
