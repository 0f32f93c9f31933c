//! Who posts and reads: accounts with tokens of a key made for this run, verified by the services as in production.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Result;
use tokens::{Role, Roles};
use tokens::{SigningKey, TokenIssuer, write_jwks};

pub(crate) const ISSUER: &str = "https://bench.example";
pub(crate) const AUDIENCE: &str = "rookery-bench";
/// Longer than any run.
const LIFETIME: Duration = Duration::from_secs(24 * 3_600);
/// Accounts of the callers; no account of the archive has such an id.
pub(crate) const FIRST_ACCOUNT: i64 = 1_000_000_000;

#[derive(Debug)]
pub(crate) struct Callers {
    pub(crate) jwks_file: PathBuf,
    /// A token per account, each with the roles `user`, `analyst`, `consumer` and `operator`.
    pub(crate) tokens: Vec<String>,
}

impl Callers {
    pub(crate) fn make(dir: &Path, accounts: i64) -> Result<Self> {
        Self::of(dir, FIRST_ACCOUNT..FIRST_ACCOUNT + accounts)
    }

    /// With accounts that the log knows.
    pub(crate) fn of(dir: &Path, tokens: impl Iterator<Item = i64>) -> Result<Self> {
        let key = SigningKey::generate()?;
        let jwks_file = dir.join("jwks.json");
        write_jwks(&jwks_file, [&key])?;
        let issuer = TokenIssuer::new(&key, ISSUER, AUDIENCE);
        let roles = [Role::User, Role::Analyst, Role::Consumer, Role::Operator]
            .into_iter()
            .fold(Roles::none(), Roles::with);
        let tokens = tokens
            .map(|account| issuer.issue(account, roles, SystemTime::now(), LIFETIME))
            .collect::<Result<_, _>>()?;
        Ok(Self { jwks_file, tokens })
    }
}
