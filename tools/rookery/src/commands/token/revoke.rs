//! `rookery token revoke`: a token that is void before it expires.

use std::io::{Read, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{AccountId, Shard};
use event_store::buckets::REVOCATIONS;
use serde::Deserialize;
use tokens::TOKEN_BYTES_MAX;
use uuid::Uuid;

use crate::connections;
use crate::data_dir::DataDirArgument;

/// In the broker's list of connections.
const CLIENT_NAME: &str = "keys";
/// The longest that a token of ours is good; for one of which only the id is known.
const LIFETIME_MAX: Duration = Duration::from_secs(366 * 24 * 3_600);

/// Every service knows it within seconds. Give the token, or what is known of it: the account that it speaks for and its
/// id (`jti`). What is void lies beside the log of ROOKERY_NATS_URL or ROOKERY_EVENT_STORE_URL (or the same with _FILE),
/// else of the `rookery up` which runs on the data directory.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The token, or - to read it from standard input
    #[arg(required_unless_present_all = ["account", "id"], conflicts_with_all = ["account", "id"])]
    token: Option<String>,
    /// Id of the account that the token speaks for
    #[arg(long, value_name = "ID", requires = "id", value_parser = clap::value_parser!(i64).range(1..))]
    account: Option<i64>,
    /// The token's own id
    #[arg(long, value_name = "UUID", requires = "account")]
    id: Option<Uuid>,
    #[command(flatten)]
    data: DataDirArgument,
}

/// Which token, and until when it has to be remembered, in seconds since 1970.
#[derive(Debug, PartialEq, Eq)]
struct Token {
    account: AccountId,
    id: Uuid,
    expires: u64,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    jti: Option<Uuid>,
    sid: Option<Uuid>,
    exp: u64,
}

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    let token = match (&arguments.token, arguments.account.zip(arguments.id)) {
        (Some(dash), _) if dash == "-" => of_text(&read_input()?)?,
        (Some(text), _) => of_text(text)?,
        (None, Some((account, id))) => {
            let account = AccountId::from_i64(account).context("this is no account id")?;
            let expires = SystemTime::now() + LIFETIME_MAX;
            Token { account, id, expires: expires.duration_since(UNIX_EPOCH)?.as_secs() }
        }
        (None, None) => bail!("give a token, or --account and --id"),
    };
    let url = connections::keys_url(&arguments.data)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(revoke(url.expose(), &token))?;
    writeln!(std::io::stdout(), "{} of account {} is void", token.id, token.account)?;
    Ok(())
}

async fn revoke(url: &str, token: &Token) -> Result<()> {
    let bucket = event_store_open::find_bucket(url, CLIENT_NAME, Shard(0), REVOCATIONS).await;
    let bucket = bucket.context("no dispatcher has run on this log yet, or it is out of reach")?;
    let revoked = dispatcher::revoke_token(bucket, token.account, token.id, token.expires).await;
    revoked.context("the token was not revoked, or it is not known whether it was")
}

fn read_input() -> Result<String> {
    let mut text = String::new();
    let limit = u64::try_from(TOKEN_BYTES_MAX + 2).unwrap_or(u64::MAX);
    std::io::stdin().take(limit).read_to_string(&mut text).context("read standard input")?;
    Ok(text)
}

/// Its signature does not matter here: whoever may write to the bucket may revoke what they like.
fn of_text(text: &str) -> Result<Token> {
    let text = text.trim();
    let text = text.strip_prefix("Bearer ").unwrap_or(text);
    ensure!(text.len() <= TOKEN_BYTES_MAX, "this is too long for a token");
    let claims = text.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let claims: Claims = claims
        .and_then(|json| serde_json::from_slice(&json).ok())
        .context("this is no token of ours (header.claims.signature)")?;
    ensure!(
        claims.sid.is_none(),
        "this token belongs to a session: its owner ends that, or changes the password"
    );
    Ok(Token {
        account: claims.sub.parse().ok().context("its subject is no account id")?,
        id: claims.jti.context("it has no id")?,
        expires: claims.exp,
    })
}

#[cfg(test)]
mod tests {
    use tokens::{Role, Roles, SigningKey, TokenIssuer};

    use super::*;

    #[test]
    fn what_is_to_be_revoked_stands_in_the_token() {
        let key = SigningKey::generate().expect("there is randomness");
        let issuer = TokenIssuer::new(&key, "rookery", "rookery");
        let (now, roles) = (SystemTime::now(), Roles::none().with(Role::User));
        let token = issuer.issue(7, roles, now, Duration::from_secs(60)).expect("it signs");
        let read = of_text(&format!("Bearer {token}\n")).expect("it is one of ours");
        assert_eq!(read.account.get(), 7);
        let session = issuer.issue_for_session(7, roles, Uuid::now_v7(), now, Duration::from_secs(60));
        for bad in ["", "x", "x.y.z", &session.expect("it signs")] {
            assert!(of_text(bad).is_err(), "{bad}");
        }
    }
}
