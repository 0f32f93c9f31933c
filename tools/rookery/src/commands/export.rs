//! `rookery export`: a data set into a file.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use data_set::export::{DataSet, SNAPSHOT_MAX_DEFAULT, Snapshot};
use data_set::pool::PoolOptions;
use export::{Format, Receipt, pump, sidecar};

use crate::connections;
use crate::data_dir::DataDirArgument;

const NAME: &str = "rookery-export";
const BUFFER_BYTES: usize = 64 * 1024;
/// The one connection that an export has is beside the pool.
const POOL_CONNECTIONS: u32 = 1;

/// Take a data set away in a file
///
/// Writes all rows of a view of `published`, or what changed behind a position and what went, as they are at one
/// position of the log. The file says which: Parquet in its metadata, for CSV and NDJSON a file `<FILE>.receipt.json`
/// beside it. `rookery receipt verify` proves it later. A file has its name only once it is complete.
///
/// Connects as `rookery up` wrote it into its data directory, or as ROOKERY_DATABASE_URL (of the owner, or of somebody
/// who may read what the query API reads) says.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    data: DataDirArgument,
    /// The view, such as `messages`
    #[arg(value_name = "DATA SET", value_parser = data_set_named)]
    data_set: DataSet,
    /// parquet, csv or ndjson; by default what the file's name ends with, else parquet
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// Only rows that changed behind this position, and the keys of those that went: that of an earlier export
    #[arg(long, value_name = "POSITION", value_parser = clap::value_parser!(i64).range(0..))]
    since: Option<i64>,
    /// The file; without it standard output, and the receipt goes to standard error
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The longest that the snapshot is held; until it ends, dead rows stay in the database
    #[arg(long, value_name = "TIME", value_parser = crate::period::parse, default_value = "30s")]
    snapshot_max: Duration,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    debug_assert_eq!(SNAPSHOT_MAX_DEFAULT, Duration::from_secs(30), "the default above says so");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let receipt = runtime.block_on(export(arguments))?;
    let text = serde_json::to_string(&receipt)?;
    match &arguments.out {
        None => writeln!(io::stderr(), "{text}")?,
        Some(path) => {
            let Receipt { rows, position, log_lineage, .. } = &receipt;
            writeln!(
                io::stdout(),
                "{rows} rows at position {position} of log {log_lineage} in {}",
                path.display()
            )?;
        }
    }
    Ok(())
}

async fn export(arguments: &Arguments) -> Result<Receipt> {
    let Arguments { data_set, since, snapshot_max, .. } = arguments;
    let format = format(arguments)?;
    let url = connections::data_set_url(&arguments.data)?;
    let pool = data_set::pool::connect(url.expose(), &PoolOptions::reader(NAME, POOL_CONNECTIONS))?;
    let snapshot =
        Snapshot::take(&pool, data_set.clone(), *snapshot_max).await.context("is the system running?")?;
    match &arguments.out {
        None => {
            let out = BufWriter::with_capacity(BUFFER_BYTES, io::stdout());
            let (mut out, receipt) = pump(snapshot, data_set.clone(), *since, format, out).await?;
            out.flush()?;
            Ok(receipt)
        }
        Some(path) => {
            let draft = draft(path)?;
            let written = to_file(snapshot, arguments, format, path, &draft).await;
            if written.is_err() {
                // It is no whole file; the error is reported.
                std::fs::remove_file(&draft).ok();
            }
            written
        }
    }
}

/// What reads the file goes by its name.
fn format(arguments: &Arguments) -> Result<Format> {
    let ending = arguments.out.as_deref().and_then(Path::extension).and_then(OsStr::to_str);
    let named = ending.and_then(|ending| ending.parse().ok());
    match (arguments.format, named) {
        (Some(format), Some(named)) if format != named => bail!("a file of {format} is not named .{named}"),
        (Some(format), _) | (None, Some(format)) => Ok(format),
        (None, None) => Ok(Format::Parquet),
    }
}

async fn to_file(
    snapshot: Snapshot,
    arguments: &Arguments,
    format: Format,
    path: &Path,
    draft: &Path,
) -> Result<Receipt> {
    let Arguments { data_set, since, .. } = arguments;
    let file = File::create(draft).with_context(|| format!("write {}", draft.display()))?;
    let out = BufWriter::with_capacity(BUFFER_BYTES, file);
    let (mut out, receipt) = pump(snapshot, data_set.clone(), *since, format, out).await?;
    out.flush()?;
    out.get_ref().sync_all()?;
    let written = || format!("write {}", path.display());
    if format == Format::Parquet {
        std::fs::rename(draft, path).with_context(written)?;
        return Ok(receipt);
    }
    // A file without a receipt is incomplete; so the one of an earlier file goes first, and this one's comes last.
    let beside = sidecar(path);
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("replace {}", beside.display()));
        }
        Ok(()) | Err(_) => {}
    }
    std::fs::rename(draft, path).with_context(written)?;
    let mut out = File::create(draft).with_context(written)?;
    out.write_all(&serde_json::to_vec_pretty(&receipt)?)?;
    out.sync_all()?;
    std::fs::rename(draft, &beside).with_context(|| format!("write {}", beside.display()))?;
    Ok(receipt)
}

/// Beside the file, so that it can be renamed.
fn draft(path: &Path) -> Result<PathBuf> {
    if path.is_dir() {
        bail!("{} is a folder; name a file", path.display());
    }
    let mut name = path.file_name().ok_or_else(|| anyhow!("{} names no file", path.display()))?.to_owned();
    name.push(format!(".{}.part", std::process::id()));
    Ok(path.with_file_name(name))
}

fn data_set_named(name: &str) -> Result<DataSet, String> {
    data_set::export::find(name).ok_or_else(|| {
        let names: Vec<&str> = data_set::export::all().map(|data_set| data_set.name).collect();
        format!("expected one of {}", names.join(", "))
    })
}
