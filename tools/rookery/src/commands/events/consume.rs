//! `rookery events consume`: a command for each event.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use consumers::{Backoff, Consumer, Durable, Failure, Filter, Handler, Lag, Line, Settings, Tailed, lag};
use domain::{AccountId, Position, Sequence};
use event_store::EventLog;
use jobs::{Outcome, child};
use service_kit::shutdown::Shutdown;
use time::OffsetDateTime;
use tokio::sync::watch;

use super::durables;
use crate::commands::jobs::runner_name;
use crate::connections;
use crate::data_dir::DataDirArgument;
use crate::logging::LoggingArguments;
use crate::period;

/// In the broker's list of connections.
const CLIENT_NAME: &str = "rookery-consume";
/// Between two tries of an event.
const BACKOFF: Backoff = Backoff { min: Duration::from_secs(1), max: Duration::from_secs(60) };
/// Between two looks at how far behind it is.
const LAG_PERIOD: Duration = Duration::from_secs(10);

/// Have a command done for each event, and remember how far that is
///
/// The command gets the event as a CloudEvent (JSON, one line) on its standard input, and ROOKERY_EVENT_ID,
/// ROOKERY_EVENT_TYPE, ROOKERY_EVENT_POSITION and ROOKERY_EVENT_TRY in its environment. Once it has exited with 0, the event is
/// done. Else it is tried again, after 1 s, 2 s, 4 s … 60 s or up to half less, and parked in the end; meanwhile only events of
/// the same account wait. Events of an account come in the order of the log. An event may come twice, after a crash: key what is done by its
/// position. Any number of processes may run for one durable; one works, the others stand by.
///
/// What is private, and what was deleted, is left out as it is from `GET /v1/events` (docs/CONSUMERS.md).
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  rookery events consume --durable search --types rookery.message.posted.v1 --exec 'curl --fail --json @- https://search.example/events'")]
pub(super) struct Arguments {
    /// Under which name the position is remembered: 1 to 32 of a-z, 0-9 and -, beginning with a letter
    #[arg(long, value_name = "NAME")]
    durable: String,
    /// Only these types with their versions, with commas; all unless said otherwise
    #[arg(long, value_name = "TYPE,...", value_delimiter = ',')]
    types: Vec<String>,
    /// Only events that name this account, and every deletion
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
    /// Where a new durable begins: behind this position; `latest` behind what is there now
    #[arg(long, value_name = "POSITION", value_parser = after, default_value = "0")]
    after: After,
    /// The command, for `sh -c`
    #[arg(long, value_name = "COMMAND")]
    exec: String,
    /// Of an event, before it is parked
    #[arg(long, value_name = "NUMBER", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    tries: u32,
    /// How long a try may take; then it gets TERM, and 5 s later KILL
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = period::parse)]
    timeout: Duration,
    /// Commands that run at the same time, for events of different accounts; with 1, events come in the order of the log
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=32))]
    at_once: u8,
    /// How long a process may be silent before another one takes over
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = period::parse)]
    lease: Duration,
    #[command(flatten)]
    logging: LoggingArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Position(i64),
    Latest,
}

fn after(text: &str) -> Result<After, String> {
    match (text, text.parse::<i64>()) {
        ("latest", _) => Ok(After::Latest),
        (_, Ok(position @ 0..)) => Ok(After::Position(position)),
        _ => Err("a position is a number like 256; or 0, or latest".to_owned()),
    }
}

pub(super) async fn run(data: &DataDirArgument, arguments: &Arguments) -> Result<()> {
    arguments.logging.init()?;
    let shutdown = Shutdown::on_signals()?;
    let filter = arguments.filter()?;
    let url = connections::jobs_url(data)?;
    let log =
        event_store_open::open_log(url.expose(), CLIENT_NAME).await.context("is the system running?")?;
    let after = arguments.begin(&*log).await?;
    let (progress, told) = watch::channel(None);
    let consumer = Consumer {
        log: Arc::clone(&log),
        feed: Arc::new(Tailed(Arc::clone(&log))),
        durables: durables::open(data).await?,
        handler: Arc::new(Exec {
            command: ["sh", "-c", &arguments.exec].map(str::to_owned).into(),
            timeout: arguments.timeout,
        }),
        settings: Settings {
            durable: arguments.durable.clone(),
            filter,
            after,
            runner: runner_name(),
            lease: arguments.lease,
            tries: arguments.tries,
            backoff: BACKOFF,
            at_once: usize::from(arguments.at_once),
        },
        stop: shutdown.token(),
        progress,
    };
    let telling = tokio::spawn(tell_lag(log, arguments.durable.clone(), told));
    let consumed = consumer.consume().await;
    telling.abort();
    Ok(consumed?)
}

impl Arguments {
    fn filter(&self) -> Result<Filter> {
        let mut types = self.types.clone();
        for asked in &types {
            if event_store::disclosed_types().any(|known| known == *asked) {
                continue;
            }
            match event_store::schema(asked) {
                Some(_) => bail!("events of the type {asked} are private, and not handed on"),
                None => bail!(
                    "there is no type {asked}: GET /v1/schemas lists them, like rookery.message.posted.v1"
                ),
            }
        }
        types.sort();
        types.dedup();
        Ok(Filter { types, account: self.account, tag: None })
    }

    async fn begin(&self, log: &dyn EventLog) -> Result<i64> {
        let head = log.head().await?;
        let end = if head == Sequence::ZERO { 0 } else { Position::new(head, log.shard()).get() };
        let After::Position(position) = self.after else { return Ok(end) };
        let is_ours = |position| Position::from_i64(position).is_some_and(|at| at.shard() == log.shard());
        if position > end || (position != 0 && !is_ours(position)) {
            bail!("--after {position} is no position of this log, which ends at {end}");
        }
        Ok(position)
    }
}

/// Says how far behind it is whenever that changed.
async fn tell_lag(log: Arc<dyn EventLog>, durable: String, mut told: watch::Receiver<Option<Durable>>) {
    let mut before = None;
    loop {
        let known = told.borrow_and_update().clone();
        if let Some(known) = known {
            match lag(&*log, &known, OffsetDateTime::now_utc()).await {
                Ok(Lag { events, seconds }) => {
                    let (position, waiting, parked) = (known.position, known.waiting(), known.parked.len());
                    let now = (position, events, waiting, parked);
                    if before != Some(now) {
                        tracing::info!(
                            durable,
                            position,
                            lag.events = events,
                            lag.seconds = seconds,
                            waiting,
                            parked,
                            "how far it is"
                        );
                    }
                    before = Some(now);
                }
                Err(error) => tracing::debug!(%error, "how far behind it is cannot be told"),
            }
            tokio::time::sleep(LAG_PERIOD).await;
        }
        if told.changed().await.is_err() {
            return;
        }
    }
}

#[derive(Debug)]
struct Exec {
    command: Vec<String>,
    timeout: Duration,
}

#[async_trait]
impl Handler for Exec {
    async fn handle(&self, event: &Line, tries: u32) -> Result<(), Failure> {
        let env = [
            ("ROOKERY_EVENT_ID", event.id.to_string()),
            ("ROOKERY_EVENT_TYPE", event.event_type.clone()),
            ("ROOKERY_EVENT_POSITION", event.position.to_string()),
            ("ROOKERY_EVENT_TRY", tries.to_string()),
        ];
        let outcome = match child::run(&self.command, &env, &event.json, self.timeout).await.0 {
            Outcome::Exited(0) => return Ok(()),
            Outcome::Exited(code) => format!("exited with {code}"),
            Outcome::Signalled(signal) => format!("ended by signal {signal}"),
            Outcome::TimedOut => "timed out".to_owned(),
            Outcome::NotStarted(why) => format!("not started: {why}"),
        };
        Err(outcome.into())
    }
}
