//! `rookery receipt verify`: whether a file is what the log comes to at its position.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use data_set::export::{Column, DataSet, Head};
use domain::Position;
use event_store::EventLog;
use export::{Digest, Format, Receipt, Row, sort};
use verifier::{Refolded, VerifyError};

use super::compare::{Difference, compare};
use super::expected::expected;
use crate::connections;
use crate::data_dir::DataDirArgument;

/// So many rows that differ are shown.
const SHOWN_MAX: usize = 20;

/// Prove that a file is what the log comes to at its position
///
/// Folds the log up to the position of the file's receipt, with the slow fold of `rookery verify`, and compares every
/// row. Needs no database, and about 1 GiB of memory per million events. Ends with code 1 where the file is of another
/// log, or where a row is missing, too much or different, and says which.
///
/// Connects as `rookery up` wrote it into its data directory, or as ROOKERY_NATS_URL says. The log may be one that
/// `rookery restore` made from an archive.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    data: DataDirArgument,
    /// A file of `rookery export` or of GET /v1/exports
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// parquet, csv or ndjson, where the file's name does not end so
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// For a file without a receipt: the header Export-Receipt that came behind it, in a file
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
    /// For a file without a receipt: the data set that it holds; events that were parked then are not known
    #[arg(long, value_name = "DATA SET", requires = "position", conflicts_with = "receipt")]
    data_set: Option<String>,
    /// And the header Data-Position that it came with
    #[arg(long, value_name = "POSITION", requires = "data_set")]
    position: Option<i64>,
    /// And the position behind which it holds what changed
    #[arg(long, value_name = "POSITION", requires = "data_set")]
    since: Option<i64>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let format = match arguments.format {
        Some(format) => format,
        None => format_of(&arguments.file)?,
    };
    let file = arguments.file.display();
    if !arguments.file.is_file() {
        bail!(
            "there is no file {file}: take one with `rookery export`, or from GET /v1/exports (docs/EXPORTS.md)"
        );
    }
    let contents =
        export::read(&arguments.file, format).with_context(|| format!("{file} cannot be proven"))?;
    let log = runtime.block_on(connections::open_log(&arguments.data))?;
    let lineage = log.lineage().to_string();
    let receipt = receipt(arguments, contents.receipt.clone(), &lineage)?;
    let data_set = data_set_named(&receipt.data_set)?;
    let columns = export::from_receipt(&receipt, &data_set)?;
    if receipt.log_lineage != lineage {
        bail!("{file} is of log {}, but this is log {lineage}", receipt.log_lineage);
    }
    let mut rows = contents.rows(&columns).with_context(|| format!("{file} cannot be proven"))?;
    sort(&mut rows, &columns, &data_set);
    let refolded = runtime.block_on(refold(&*log, &data_set, &receipt))?;
    let mut wanted = expected(&refolded, &data_set, &columns, receipt.since)?;
    sort(&mut wanted, &columns, &data_set);
    let differences = compare(&data_set, &columns, &wanted, &rows);
    report(&receipt, &refolded, &differences, &columns, &rows, &file.to_string())
}

fn format_of(path: &Path) -> Result<Format> {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    ending.parse().map_err(|_| anyhow!("{} does not say what it is: give --format", path.display()))
}

fn data_set_named(name: &str) -> Result<DataSet> {
    data_set::export::find(name).ok_or_else(|| anyhow!("{name} is no data set that this version knows"))
}

fn receipt(arguments: &Arguments, found: Option<Receipt>, lineage: &str) -> Result<Receipt> {
    if let (Some(name), Some(position)) = (&arguments.data_set, arguments.position) {
        let head = Head { lineage: lineage.to_owned(), position, left_out: Vec::new() };
        return Ok(Receipt::without_rows(&data_set_named(name)?, arguments.since, &head));
    }
    if let Some(path) = &arguments.receipt {
        let text = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
        return serde_json::from_str(text.trim())
            .with_context(|| format!("{} is no receipt", path.display()));
    }
    found.with_context(|| {
        let beside = export::sidecar(&arguments.file);
        format!("{} has no receipt, and there is no {}", arguments.file.display(), beside.display())
    })
}

async fn refold(log: &dyn EventLog, data_set: &DataSet, receipt: &Receipt) -> Result<Refolded> {
    let position = Position::from_i64(receipt.position)
        .ok_or_else(|| anyhow!("the receipt's position {} is none", receipt.position))?;
    let left_out: BTreeSet<i64> = receipt.left_out.iter().copied().collect();
    let refolded = verifier::refold(log, data_set.projection, position, left_out, &|_, _| {}).await;
    match refolded {
        Err(VerifyError::AheadOfLog { position, head }) => {
            bail!("the file is at position {position}, but this log ends at sequence {head}")
        }
        refolded => Ok(refolded?),
    }
}

fn report(
    receipt: &Receipt,
    refolded: &Refolded,
    differences: &[Difference],
    columns: &[Column],
    rows: &[Row],
    file: &str,
) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let Receipt { data_set, position, since, log_lineage, .. } = receipt;
    let of = since.map_or(String::new(), |since| format!(", what changed behind {since}"));
    writeln!(out, "{data_set} at position {position}{of} of log {log_lineage}: {} rows", rows.len())?;
    if !refolded.parked.is_empty() {
        writeln!(
            out,
            "without {} events that the receipt says were parked: {}",
            refolded.parked.len(),
            refolded.parked.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        )?;
    }
    for difference in differences.iter().take(SHOWN_MAX) {
        writeln!(out, "{difference}")?;
    }
    if differences.len() > SHOWN_MAX {
        writeln!(out, "and {} more", differences.len() - SHOWN_MAX)?;
    }
    if !differences.is_empty() {
        bail!("{} rows of {file} are not what the log comes to", differences.len());
    }
    let mut digest = Digest::new(columns);
    rows.iter().for_each(|row| digest.add(columns, row));
    let digest = digest.finish();
    let is_made_for_it = receipt.digest.is_empty()
        || (digest.as_str(), rows.len() as u64) == (receipt.digest.as_str(), receipt.rows);
    if !is_made_for_it {
        bail!(
            "{file} is what the log comes to, but not what its receipt was made for: its digest is {digest}"
        );
    }
    writeln!(out, "it is what the log comes to, {digest}")?;
    Ok(())
}
