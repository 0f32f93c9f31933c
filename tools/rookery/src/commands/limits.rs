//! `rookery limits`: what the log and the buckets beside it may hold.

use std::io::Write;

use anyhow::{Context, Result, bail};
use domain::Shard;
use event_store_nats::limits;

use crate::data_dir::{DataDir, DataDirArgument};
use crate::{bytes, connections, files};

const NAME: &str = "limits";
const SHARD: Shard = Shard(0);

/// Show what the log and the buckets beside it may hold, and raise it
///
/// Of the running system in the data directory, or of the broker at ROOKERY_NATS_URL, whose user may have to be another
/// than the services' (docs/operations/room.md). The broker reserves what streams may hold, whether they hold it or
/// not.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  rookery limits raise EVENTS_0 20GiB")]
pub struct Arguments {
    #[command(flatten)]
    data: DataDirArgument,
    #[command(subcommand)]
    change: Option<Change>,
}

#[derive(Debug, clap::Subcommand)]
enum Change {
    /// Let a stream hold more from now on; nothing has to be started again
    Raise {
        /// As `rookery limits` shows it
        #[arg(value_name = "STREAM")]
        stream: String,
        /// A number of bytes, or one with KiB, MiB, GiB or TiB
        #[arg(value_name = "SIZE", value_parser = bytes::parse)]
        size: u64,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(change_and_show(arguments))
}

async fn change_and_show(arguments: &Arguments) -> Result<()> {
    let url = connections::limits_url(&arguments.data)?;
    if url.expose().starts_with("postgres") {
        bail!(
            "this log is on Postgres, which reserves nothing: ROOKERY_LOG_BYTES_MAX of the dispatcher bounds it, with \
             `rookery up` --store-bytes, from its next start on"
        );
    }
    let client = event_store_nats::connect(url.expose(), NAME).await.context("is the system running?")?;
    if let Some(Change::Raise { stream, size }) = &arguments.change {
        limits::raise(client.clone(), SHARD, stream, *size).await?;
    }
    let mut out = std::io::stdout();
    writeln!(out, "{:<16}{:>12}{:>12}{:>12}", "stream", "holds", "may hold", "left")?;
    for stream in limits::list(client.clone(), SHARD).await? {
        let left = stream.bytes_max.saturating_sub(stream.used);
        let [used, bytes_max, left] = [stream.used, stream.bytes_max, left].map(bytes::show);
        writeln!(out, "{:<16}{used:>12}{bytes_max:>12}{left:>12}", stream.name)?;
    }
    if let Some(reserved) = limits::reserved(client).await {
        let of = reserved.bytes_max.map_or_else(String::new, |most| format!(" of {}", bytes::show(most)));
        writeln!(out, "reserved by the broker: {}{of}", bytes::show(reserved.bytes))?;
    }
    // Of the data directory's own broker, the disk can be seen, too.
    let Some(data) = DataDir::find(&arguments.data.data_dir)? else { return Ok(()) };
    if files::read_if_there(&data.limits_url())?.as_deref() == Some(url.expose()) {
        let nats = data.nats();
        if let Some(most) = local_servers::configured_store_bytes(&nats)? {
            writeln!(out, "the broker may reserve: {}", bytes::show(most))?;
        }
        writeln!(out, "free on its disk: {}", bytes::show(local_servers::disk_free(&nats)?))?;
    }
    Ok(())
}
