//! `rookery verify`: folds the log a second time and compares the data set with it.

mod bar;
mod print;

use std::io::Write;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use domain::{AccountId, Position, Sequence};
use event_store::EventLog;
use service_kit::config::Environment;
use service_kit::health::Health;
use service_kit::ops;
use service_kit::shutdown::Shutdown;
use service_kit::telemetry::{self, TelemetryConfig};
use tokio::net::TcpListener;
use verifier::{Pace, Report, Scope, Verification};

use self::bar::Bar;
use crate::data_dir::DataDirArgument;
use crate::watch::{self, Watch};
use crate::{connections, period};

const NAME: &str = "rookery-verify";

/// Compare the data set with the log, and mend it
///
/// Folds the log a second time, with a slow fold that shares no code with the reducers, and compares every row of the
/// data set with what comes out, at one moment, while everything goes on. Needs about 1 GiB of memory per million
/// events. Ends with code 1 where something differs and was not mended.
///
/// Connects as `rookery up` wrote it into its data directory, or as ROOKERY_NATS_URL and ROOKERY_DATABASE_URL (of the
/// owner) say.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    data: DataDirArgument,
    /// Only rows of accounts and messages that events from this position on are about, and counts of tags
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
    /// Fold and compare at most so many events and rows per second, so that everybody else comes first; what is found
    /// is mended at full speed, because the reducers wait
    #[arg(long, value_name = "NUMBER")]
    rate: Option<NonZeroU32>,
    /// Stay, and compare again and again: a number with s, m, h or d
    ///
    /// Differences are told by warnings in the log and by metrics; nothing is mended. Without --rate at 2000 per
    /// second.
    #[arg(
        long, value_name = "TIME", value_parser = period::parse,
        conflicts_with_all = ["from", "to", "account", "repair", "json"]
    )]
    every: Option<Duration>,
    /// Where /livez, /readyz and /metrics are served while it stays
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8084", requires = "every")]
    listen: SocketAddr,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    if let Some(every) = arguments.every {
        return runtime.block_on(stay(arguments, every));
    }
    let report = runtime.block_on(look(arguments))?;
    let text = if arguments.json { serde_json::to_string_pretty(&report)? } else { print::text(&report) };
    writeln!(std::io::stdout(), "{}", text.trim_end())?;
    let is_narrowed = arguments.account.is_some() || arguments.from.is_some() || arguments.to.is_some();
    if is_narrowed && report.is_empty() {
        bail!("nothing was compared: no row and no event is about that");
    }
    if report.is_sound() {
        return Ok(());
    }
    let differences = report.differences();
    bail!("{differences} rows or events differ from the log; `rookery verify --repair` mends rows")
}

async fn stay(arguments: &Arguments, every: Duration) -> Result<()> {
    let mut env = Environment::from_process();
    let Some(telemetry) = TelemetryConfig::from_environment(&mut env) else {
        return Err(env.into_error().into());
    };
    telemetry::init(&telemetry)?;
    let shutdown = Shutdown::on_signals()?;
    let (log, data_set) =
        (connections::log_url(&arguments.data)?, connections::data_set_url(&arguments.data)?);
    let listener = TcpListener::bind(arguments.listen)
        .await
        .with_context(|| format!("cannot listen on {}; set --listen", arguments.listen))?;
    let ops = tokio::spawn(ops::serve(listener, Health::new(), shutdown.token()));
    let watch = Watch {
        log_url: log.expose().to_owned(),
        data_set_url: data_set.expose().to_owned(),
        every,
        rate: arguments.rate.unwrap_or(watch::RATE_DEFAULT),
    };
    watch.run(&shutdown.token()).await;
    Ok(ops.await??)
}

async fn look(arguments: &Arguments) -> Result<Report> {
    let log = connections::open_log(&arguments.data).await?;
    let data_set = connections::data_set_url(&arguments.data)?;
    let pool = data_set::audit::connect(data_set.expose(), NAME)?;
    let bar = Bar::new();
    let show = |progress: verifier::Progress<'_>| bar.show(progress);
    let pace = arguments.rate.map_or(Pace::Full, Pace::PerSecond);
    let scope = scope(arguments, &*log)?;
    let verification = Verification { progress: &show, pace, ..Verification::new(&*log, &pool, scope) };
    let report = if arguments.repair {
        verifier::repair(&verification).await
    } else {
        verifier::verify(&verification).await
    };
    bar.clear();
    Ok(report?)
}

fn scope(arguments: &Arguments, log: &dyn EventLog) -> Result<Scope> {
    Ok(match (arguments.account, arguments.from, arguments.to) {
        (Some(account), ..) => Scope::Account(account),
        (None, None, None) => Scope::All,
        (None, Some(from), Some(to)) if from > to => {
            bail!("nothing lies between: --from {} is behind --to {}", from.get(), to.get())
        }
        (None, from, to) => Scope::Range {
            from: from.unwrap_or_default(),
            to: to.unwrap_or(Position::new(Sequence::MAX, log.shard())),
        },
    })
}

fn position(text: &str) -> Result<Position, String> {
    let position = text.parse().ok().and_then(Position::from_i64);
    position.ok_or_else(|| "expected a position, such as the header Event-Position has".to_owned())
}
