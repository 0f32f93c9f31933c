//! `rookery consumers add`.

use std::io::Write;
use std::time::Duration;

use anyhow::{Result, bail};
use domain::{AccountId, Position};
use event_store::{WholeSubjectsError, whole_subjects};
use event_store_nats::consumers::{Begin, Consumers, is_answered, user};
use service_kit::config::Secret;
use tokio::time::Instant;

use super::SHARD;
use super::users::ConsumerUsers;

/// How long the broker of `rookery up` may take to let it in.
const LET_IN_LIMIT: Duration = Duration::from_secs(10);
const RETRY: Duration = Duration::from_millis(200);

/// Add a consumer, and print its address with its password
///
/// It gets all types that share a subject with one that was asked for, from the beginning of the log unless said
/// otherwise. Once more with the same words, nothing changes and the address is printed again. A broker that `rookery up`
/// does not run has to be told to read its configuration again (SIGHUP, twice).
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  rookery consumers add search --types rookery.message.posted.v1,rookery.message.deleted.v1 --with-private-fields")]
pub(super) struct Arguments {
    /// 1 to 32 of a-z, 0-9 and -, beginning with a letter: the name of the durable
    #[arg(value_name = "NAME")]
    name: String,
    /// Types with their versions, with commas
    #[arg(long, value_name = "TYPE,...", required = true, value_delimiter = ',')]
    types: Vec<String>,
    /// Only those in subjects of this account
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
    /// Begin behind this position; `latest` behind what is there now
    #[arg(long, value_name = "POSITION", value_parser = begin, default_value = "0")]
    after: Begin,
    /// Also types with private fields, which the broker cannot leave out
    #[arg(long)]
    with_private_fields: bool,
}

fn begin(text: &str) -> Result<Begin, String> {
    let position = |number: i64| Position::from_i64(number).map(Begin::After);
    match (text, text.parse()) {
        ("latest", _) => Ok(Begin::Now),
        (_, Ok(0)) => Ok(Begin::Beginning),
        (_, number) => {
            let found = number.ok().and_then(position);
            found.ok_or_else(|| "a position is a number like 256; or 0, or latest".to_owned())
        }
    }
}

pub(super) async fn run(
    consumers: &Consumers,
    url: &Secret,
    users: &ConsumerUsers,
    arguments: &Arguments,
) -> Result<()> {
    let name = &arguments.name;
    let subjects = match whole_subjects(
        SHARD,
        &arguments.types,
        arguments.account,
        arguments.with_private_fields,
    ) {
        Err(error @ WholeSubjectsError::PrivateFields { .. }) => {
            bail!(
                "{error}: take it by GET /v1/events, or add --with-private-fields if this consumer may see them"
            )
        }
        Err(error @ WholeSubjectsError::Private { .. }) => {
            bail!("{error}, and the broker filters by subjects alone: take it by GET /v1/events")
        }
        subjects => subjects?,
    };
    // The durable first: a user without one could do nothing. Whatever is interrupted is done by the same words again.
    consumers.add(name, &subjects, arguments.after).await?;
    let password = users.add(name)?;
    let address = address(url.expose(), &format!("{}:{password}", user(name)));
    let mut err = std::io::stderr();
    writeln!(err, "{name} gets: {}", subjects.types.join(", "))?;
    if !is_let_in(&address, name).await {
        writeln!(
            err,
            "The broker does not know it yet: have it read its configuration again (SIGHUP, twice)"
        )?;
    }
    writeln!(std::io::stdout(), "{address}")?;
    Ok(())
}

/// The same brokers, as somebody else.
fn address(operator: &str, login: &str) -> String {
    let servers = operator.split(',').map(|url| {
        let (scheme, rest) = url.trim().split_once("://").unwrap_or(("nats", url.trim()));
        let server = rest.rsplit_once('@').map_or(rest, |(_, server)| server);
        format!("{scheme}://{login}@{server}")
    });
    servers.collect::<Vec<_>>().join(",")
}

async fn is_let_in(address: &str, name: &str) -> bool {
    let until = Instant::now() + LET_IN_LIMIT;
    while !is_answered(address, SHARD, name).await {
        if Instant::now() >= until {
            return false;
        }
        tokio::time::sleep(RETRY).await;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_names_the_same_brokers() {
        assert_eq!(address("nats://operator:x@a:1", "c:p"), "nats://c:p@a:1");
        assert_eq!(address("tls://a:1, nats://o:x@b:2", "c:p"), "tls://c:p@a:1,nats://c:p@b:2");
    }

    #[test]
    fn it_begins_where_it_is_told() {
        assert_eq!(begin("0"), Ok(Begin::Beginning));
        assert_eq!(begin("latest"), Ok(Begin::Now));
        assert_eq!(begin("512"), Ok(Begin::After(Position::from_i64(512).expect("one"))));
        for bad in ["", "-1", "x", "1e3"] {
            assert!(begin(bad).is_err(), "{bad}");
        }
    }
}
