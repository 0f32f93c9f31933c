//! `rookery archive`: the log in files.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, bail};
use archive::{Archive, Bounds, Phase, Progress};
use indicatif::ProgressBar;

use crate::data_dir::DataDirArgument;
use crate::{connections, progress};

/// Copy the log into files that prove themselves, or verify such files
///
/// Goes on behind what the folder holds already, up to the log's end at the start of the run; an interrupted run is
/// continued by the next one. Segments are NDJSON in Zstandard, each with the hash of the one before; `zstdcat` shows
/// them, `rookery restore` makes a log from them. Credentials, sessions and keys are no events, and not in the archive:
/// docs/operations/archive.md says how to keep them.
///
/// The log is that of ROOKERY_NATS_URL (or ROOKERY_NATS_URL_FILE), else that of the `rookery up` which runs on the data
/// directory.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  rookery archive /srv/archive              as often as you like; what is new is added
  rookery archive /srv/archive --verify     without a log; exits with 1 if anything is wrong")]
pub struct Arguments {
    /// Folder of the archive. Made if missing, for its owner alone
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Read every file against its hashes, and change nothing
    #[arg(long, conflicts_with_all = ["segment_events", "segment_bytes"])]
    verify: bool,
    /// Events in one segment at most
    #[arg(long, value_name = "NUMBER", default_value_t = Bounds::default().events, value_parser = clap::value_parser!(u64).range(1..))]
    segment_events: u64,
    /// Bytes in one segment at most, before they are compressed; it is held in memory until it is whole
    #[arg(long, value_name = "BYTES", default_value_t = Bounds::default().bytes, value_parser = clap::value_parser!(u64).range(1..))]
    segment_bytes: u64,
    #[command(flatten)]
    data: DataDirArgument,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.verify {
        return verify(arguments);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(write(arguments))
}

async fn write(arguments: &Arguments) -> Result<()> {
    let log = connections::open_log(&arguments.data).await?;
    let bounds = Bounds { events: arguments.segment_events, bytes: arguments.segment_bytes };
    let bar = progress::of_events(Phase::Archiving.words(), 0);
    let done = archive::archive(&*log, &arguments.dir, bounds, &mut |progress| show(&bar, progress)).await;
    bar.finish_and_clear();
    let done = done?;
    let mut out = std::io::stdout();
    if done.segments == 0 {
        writeln!(out, "Nothing is new; the archive holds the log up to sequence {}.", done.after)?;
    } else {
        let archive::Archived { before, after, segments } = done;
        writeln!(out, "Sequences {} to {after} archived; new segments: {segments}.", before + 1)?;
    }
    Ok(())
}

fn verify(arguments: &Arguments) -> Result<()> {
    let archive = Archive::open(&arguments.dir)?;
    let bar = progress::of_events(Phase::Verifying.words(), archive.last());
    let problems = archive::verify(&archive, &mut |progress| show(&bar, progress));
    bar.finish_and_clear();
    let problems = problems?;
    let mut out = std::io::stdout();
    for problem in &problems {
        writeln!(out, "{}: {}", problem.file, problem.why)?;
    }
    if !problems.is_empty() {
        bail!("the archive in {} is damaged", arguments.dir.display());
    }
    let segments = archive.manifest().segments.len();
    writeln!(out, "Sequences 1 to {} in {segments} segments are whole.", archive.last())?;
    writeln!(out, "Log {}, last hash {}.", archive.lineage(), archive.last_hash())?;
    Ok(())
}

pub(super) fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_message(progress.phase.words());
    bar.set_length(progress.total);
    bar.set_position(progress.events);
}
