//! `rookery verify`: folds the log a second time and compares the data set with it.

mod bar;
mod print;

use std::io::Write;

use anyhow::{Context, Result, bail};
use domain::{AccountId, Position};
use event_store::{EventLog, JetStreamConfig, JetStreamLog};
use oracle::{Report, Scope, Verification};

use crate::cli::DataDirArgument;
use crate::connections;
use bar::Bar;

const NAME: &str = "rookery-verify";

/// Compare the data set with the log, and mend it
///
/// Folds the log a second time, with a slow fold that shares no code with the reducers, and compares every row of the
/// data set with what comes out, at one moment, while everything goes on. Needs about as much memory as the rows have
/// data. Ends with code 1 where something differs and was not mended.
///
/// Connects as `rookery up` wrote it into its data directory, or as ROOKERY_NATS_URL and ROOKERY_DATABASE_URL (of the
/// owner) say.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    data: DataDirArgument,
    /// Only rows of accounts and messages that events from this position on are about
    #[arg(long, value_name = "POSITION", value_parser = position)]
    from: Option<Position>,
    /// Only rows of accounts and messages that events up to this position are about
    #[arg(long, value_name = "POSITION", value_parser = position)]
    to: Option<Position>,
    /// Only rows of this account: what it made and did, and what others did to it and to its messages
    #[arg(long, value_name = "ID", conflicts_with_all = ["from", "to"])]
    account: Option<AccountId>,
    /// Mend the rows that differ, while the reducers wait, and say which
    #[arg(long)]
    repair: bool,
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let report = runtime.block_on(look(arguments))?;
    let text = if arguments.json { serde_json::to_string_pretty(&report)? } else { print::text(&report) };
    writeln!(std::io::stdout(), "{}", text.trim_end())?;
    if report.is_sound() {
        return Ok(());
    }
    let differences = report.differences();
    bail!("{differences} rows or events differ from the log; `rookery verify --repair` mends rows")
}

async fn look(arguments: &Arguments) -> Result<Report> {
    let (log, data_set) =
        (connections::log_url(&arguments.data)?, connections::data_set_url(&arguments.data)?);
    let mut config = JetStreamConfig::new(log.expose(), NAME);
    config.create = false;
    let log = JetStreamLog::open(&config).await.context("open the log")?;
    let pool = data_set::audit::connect(data_set.expose(), NAME)?;
    let bar = Bar::new();
    let show = |progress: oracle::Progress<'_>| bar.show(progress);
    let verification =
        Verification { progress: &show, ..Verification::new(&log, &pool, scope(arguments, &log)) };
    let report = if arguments.repair {
        oracle::repair(&verification).await
    } else {
        oracle::verify(&verification).await
    };
    bar.clear();
    Ok(report?)
}

fn scope(arguments: &Arguments, log: &dyn EventLog) -> Scope {
    match (arguments.account, arguments.from, arguments.to) {
        (Some(account), ..) => Scope::Account(account),
        (None, None, None) => Scope::All,
        (None, from, to) => Scope::Range {
            from: from.unwrap_or_default(),
            to: to.unwrap_or(Position::new(domain::Sequence::MAX, log.shard())),
        },
    }
}

fn position(text: &str) -> Result<Position, String> {
    let position = text.parse().ok().and_then(Position::from_i64);
    position.ok_or_else(|| "expected a position, such as the header Event-Position has".to_owned())
}
