//! `rookery restore`: a log from an archive.

mod broker;
mod data_set;

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use archive::{Archive, Phase};
use event_store_nats::{JetStreamConfig, Restoration};

use self::broker::Broker;
use super::archive::show;
use crate::data_dir::DataDirArgument;
use crate::{bytes, progress};

const CLIENT_NAME: &str = "rookery-restore";
/// How long a batch is tried while the broker does not answer. The next run goes on after a longer outage.
const APPEND_DEADLINE: Duration = Duration::from_secs(60);

/// Make a log from an archive
///
/// Into a broker without a log: that of ROOKERY_NATS_URL (or ROOKERY_NATS_URL_FILE; its user has to be allowed to make
/// and update the stream), else the one of the data directory, which is started for it; `rookery up` must not run.
/// Sequences, ids, times and lineage are those of the archived log, so data sets and clients go on with it.
///
/// First the archive is verified, at the end the stream is compared with it, and only then anybody accepts the stream.
/// An interrupted run is continued by the next one. A stream with other events is left alone.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  rookery restore /srv/archive --data-dir /srv/rookery     then: rookery up --data-dir /srv/rookery

Only an archive that holds everything that the lost log had acknowledged may be continued under its name. Where the data
set knows events that the archive lacks, this command says so and does nothing; see docs/operations/archive.md.")]
pub struct Arguments {
    /// Folder of the archive
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    #[command(flatten)]
    data: DataDirArgument,
    /// What the log may hold; beyond it appends are refused. 8 GiB unless said otherwise
    #[arg(long, value_name = "SIZE", value_parser = bytes::parse)]
    stream_bytes: Option<u64>,
    /// What the log and what lies beside it may take on the disk of the data directory, as with `rookery up`
    #[arg(long, value_name = "SIZE", env = "ROOKERY_STORE_BYTES_MAX", value_parser = bytes::parse)]
    store_bytes: Option<u64>,
    /// Copies of every event: 1, 3 or 5
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    replicas: usize,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(restore(arguments))
}

async fn restore(arguments: &Arguments) -> Result<()> {
    let archive = Archive::open(&arguments.dir)?;
    let mut config = JetStreamConfig::new("", CLIENT_NAME);
    if let Some(bytes) = arguments.stream_bytes {
        // What is typed is no larger than the broker can count.
        config.stream_bytes_max = i64::try_from(bytes).unwrap_or(i64::MAX);
    }
    let reserves = Restoration::bytes_max(&config, archive.last()).saturating_add(config.bytes_beside());
    let needs = u64::try_from(reserves).unwrap_or(u64::MAX);
    let broker = Broker::find_or_start(arguments, &archive.lineage(), needs).await?;
    let done = fill(arguments, &archive, &broker, config).await;
    // Also after a failure, and that failure is reported.
    let stopped = broker.stop().await;
    done.and(stopped)
}

async fn fill(
    arguments: &Arguments,
    archive: &Archive,
    broker: &Broker,
    mut config: JetStreamConfig,
) -> Result<()> {
    data_set::refuse_if_ahead(broker, archive.last()).await?;
    config.url = broker.url().to_owned();
    config.replicas = arguments.replicas;
    config.append_deadline = APPEND_DEADLINE;
    let mut stream = Restoration::begin(&config, &archive.lineage(), archive.last()).await?;
    let bar = progress::of_events(Phase::Verifying.words(), archive.last());
    let done = archive::restore(archive, &mut stream, &mut |progress| show(&bar, progress)).await;
    bar.finish_and_clear();
    let done = done.context(
        "the stream is not accepted as a log; run this again to go on, and where it was full, with a larger --stream-bytes",
    )?;
    let mut out = std::io::stdout();
    if done.was_done {
        writeln!(
            out,
            "The log is there already; its sequences 1 to {} are those of the archive.",
            done.last
        )?;
    } else {
        writeln!(out, "Sequences 1 to {} restored and compared with the archive.", done.last)?;
    }
    writeln!(out, "Log {}.", archive.lineage())?;
    if broker.may_have_unknown_data_set() {
        writeln!(
            out,
            "No data set was looked at, as ROOKERY_DATABASE_URL is not set: one that was folded beyond the end of this \
             archive has to be dropped before anything is written."
        )?;
    }
    Ok(())
}
