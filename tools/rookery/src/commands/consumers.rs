//! `rookery consumers`: who takes events from the broker itself.

mod add;
mod list;
mod remove;
mod show;
mod users;

use anyhow::{Context, Result, bail};
use domain::Shard;
use event_store_nats::consumers::{Consumer, Consumers};
use service_kit::config::Secret;
use time::OffsetDateTime;

pub(super) use self::users::ConsumerUsers;
use crate::connections;
use crate::data_dir::DataDirArgument;

const NAME: &str = "consumers";
const SHARD: Shard = Shard(0);

/// Let others take events from the broker, each with a user and a durable of its own
///
/// Such a user may fetch, ask about and acknowledge its own durable and nothing else. Of the running system in the data
/// directory, or of the broker at ROOKERY_NATS_URL. A log on Postgres has no such consumers; there are
/// `GET /v1/events` and `rookery events consume`, which also leave out whatever is private (docs/CONSUMERS.md).
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    data: DataDirArgument,
    #[command(flatten)]
    users: users::UsersFileArgument,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Add(add::Arguments),
    /// Show how far each is
    List,
    Show(show::Arguments),
    Remove(remove::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let url = connections::log_url(&arguments.data)?;
        let consumers = connect(&url).await?;
        let users = || ConsumerUsers::of(&arguments.users, &arguments.data);
        match &arguments.command {
            Command::Add(arguments) => add::run(&consumers, &url, &users()?, arguments).await,
            Command::List => list::run(&consumers).await,
            Command::Show(arguments) => show::run(&consumers, arguments).await,
            Command::Remove(arguments) => remove::run(&consumers, &users()?, arguments).await,
        }
    })
}

async fn connect(url: &Secret) -> Result<Consumers> {
    if url.expose().starts_with("postgres") {
        bail!(
            "this log is on Postgres, which has no such consumers: use GET /v1/events, or `rookery events consume`"
        );
    }
    Consumers::connect(url.expose(), NAME, SHARD).await.context("is the system running?")
}

/// Whole seconds since its first event that is not acknowledged.
fn lag_seconds(consumer: &Consumer, now: OffsetDateTime) -> i64 {
    consumer.behind_since.map_or(0, |since| (now - since).whole_seconds().max(0))
}
