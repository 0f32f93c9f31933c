//! `rookery events durables`: how far commands are.

use std::io::Write;

use anyhow::{Context, Result, bail};
use consumers::{Durables, lag};
use domain::Shard;
use event_store::buckets;
use time::OffsetDateTime;

use crate::connections;
use crate::data_dir::DataDirArgument;

const CLIENT_NAME: &str = "rookery-durables";

/// Show how far the durables of `events consume` are, or remove one
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print them: a line each, with tabs between the fields
    ///
    /// position: everything up to there is done, but for what waits and what is parked. lag_events: events of the log behind
    /// it, and those that wait; lag_seconds: how old the first of them is.
    List,
    /// Forget one, with its position and what is parked; processes that work for it end
    Remove {
        #[arg(value_name = "NAME")]
        name: String,
    },
}

pub(super) async fn open(data: &DataDirArgument) -> Result<Durables> {
    let url = connections::jobs_url(data)?;
    let bucket = event_store_open::find_bucket(url.expose(), CLIENT_NAME, Shard(0), buckets::CONSUMERS).await;
    Ok(Durables::new(bucket.context("is the system running?")?))
}

pub(super) async fn run(data: &DataDirArgument, arguments: &Arguments) -> Result<()> {
    let durables = open(data).await?;
    match &arguments.command {
        Command::List => list(data, &durables).await,
        Command::Remove { name } => match durables.remove(name).await? {
            true => Ok(()),
            false => bail!("there is no durable {name}"),
        },
    }
}

async fn list(data: &DataDirArgument, durables: &Durables) -> Result<()> {
    let url = connections::jobs_url(data)?;
    let log =
        event_store_open::open_log(url.expose(), CLIENT_NAME).await.context("is the system running?")?;
    let now = OffsetDateTime::now_utc();
    let mut lines = vec![
        "name\tposition\tlag_events\tlag_seconds\twaiting\tparked\tseen_seconds\trunner\ttypes".to_owned(),
    ];
    for (name, durable) in durables.list().await? {
        let lag = lag(&*log, &durable, now).await?;
        let (position, waiting, parked) = (durable.position, durable.waiting(), durable.parked.len());
        let seen = (now - durable.seen_at).whole_seconds().max(0);
        let runner = if durable.is_claimed() { durable.runner.as_str() } else { "-" };
        let types = if durable.types.is_empty() { "all".to_owned() } else { durable.types.join(",") };
        lines.push(format!(
            "{name}\t{position}\t{}\t{}\t{waiting}\t{parked}\t{seen}\t{runner}\t{types}",
            lag.events, lag.seconds
        ));
    }
    writeln!(std::io::stdout(), "{}", lines.join("\n"))?;
    Ok(())
}
