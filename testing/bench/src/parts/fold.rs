//! Part `fold`: events folded per second, from zero.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use domain::Position;
use event_store::EventLog;
use event_store_nats::{JetStreamConfig, JetStreamLog};
use sqlx::{Connection, PgConnection};

use super::Parts;
use crate::archive::Archive;
use crate::bare::inserts;
use crate::memory_book::Situation;
use crate::processes::Cores;
use crate::report::{Table, met, percent, say, whole};
use crate::servers::Servers;
use crate::services::Service;

const AIM_PER_SECOND: f64 = 50_000.0;
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// A fold that does not move for so long is stuck.
const PATIENCE: Duration = Duration::from_secs(60);

/// When the fold had reached which sequence, since the process was started.
#[derive(Debug, Default)]
pub(super) struct Progress {
    steps: Vec<(Duration, u64)>,
}

impl Progress {
    /// Events per second up to where this part of them was folded, and from there on.
    #[expect(clippy::cast_precision_loss, reason = "numbers of events stay far below 2^53")]
    fn rates(&self, part: f64) -> Option<(f64, f64)> {
        let (all_time, all) = *self.steps.last()?;
        let (time, events) = *self.steps.iter().find(|(_, events)| *events as f64 >= part * all as f64)?;
        let rest = (all - events) as f64 / (all_time - time).as_secs_f64();
        Some((events as f64 / time.as_secs_f64(), rest))
    }
}

/// Waits until the data set reflects the whole log.
pub(super) async fn await_head(
    servers: &Servers,
    database_url: &str,
    mut progress: Option<&mut Progress>,
) -> Result<()> {
    let began = Instant::now();
    let mut config = JetStreamConfig::new(servers.nats_url(), "bench");
    config.create = false;
    let head = JetStreamLog::open(&config).await?.head().await?.get();
    let mut connection = PgConnection::connect(database_url).await?;
    let (mut reached, mut moved) = (0, Instant::now());
    while reached < head {
        let position: i64 =
            sqlx::query_scalar(include_str!("../sql/progress.sql")).fetch_one(&mut connection).await?;
        let sequence = Position::from_i64(position).context("positions are positive")?.sequence().get();
        if sequence > reached {
            (reached, moved) = (sequence, Instant::now());
            if let Some(progress) = &mut progress {
                progress.steps.push((began.elapsed(), sequence));
            }
        }
        ensure!(moved.elapsed() < PATIENCE, "the fold stands at {reached} of {head} events");
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    Ok(())
}

impl Parts {
    /// Folds the whole archive into an empty database with a new process, and leaves that running.
    pub(super) async fn fold(
        &mut self,
        servers: &Servers,
        database_url: &str,
    ) -> Result<(Service, Progress)> {
        let mut progress = Progress::default();
        let reducers = Service::reducers(&self.programs, servers, database_url).await?;
        let cores = Cores::watch(&[
            ("reducers", reducers.pid()),
            ("Postgres", servers.postgres_pid()),
            ("nats-server", servers.nats_pid()),
        ]);
        await_head(servers, database_url, Some(&mut progress)).await?;
        say(&format!("\nCores used by the fold: {}.", cores.describe()));
        self.memory.watch(Situation::Load, "reducers", reducers.pid());
        self.memory.watch_servers(Situation::Load, servers);
        Ok((reducers, progress))
    }

    /// The bare insert goes second, into a database of its own.
    #[expect(clippy::cast_precision_loss, reason = "numbers of events stay far below 2^53")]
    pub(super) async fn compare_fold(
        &mut self,
        servers: &Servers,
        archive: &Archive,
        folded_url: &str,
        progress: &Progress,
    ) -> Result<()> {
        let events = archive.count() as f64;
        let folded = progress.steps.last().map_or(f64::NAN, |(time, _)| events / time.as_secs_f64());
        let bare_url = servers.make_database("bare").await?;
        let spent = inserts::run(archive, folded_url, &bare_url).await?;
        let messages = events / spent.messages_and_tags.as_secs_f64();
        let all = events / (spent.messages_and_tags + spent.counts).as_secs_f64();
        let title = format!("(b) Fold of {} events from zero", whole(events));
        let mut table = Table::new(title, &["limit", "folded/s", "limit/s", "ratio", "aim"]);
        let verdict = format!("{}/s: {}", whole(AIM_PER_SECOND), met(folded >= AIM_PER_SECOND));
        for (name, limit) in
            [("insert of the same rows", all), ("insert of messages and tags alone", messages)]
        {
            let cells = [whole(folded), whole(limit), percent(folded, limit), verdict.clone()];
            table.row([name.to_owned()].into_iter().chain(cells));
        }
        table.print();
        let per_event = spent.count_rows as f64 / events;
        let (first, rest) = progress.rates(0.1).unwrap_or((f64::NAN, f64::NAN));
        say(&format!(
            "\nThe first tenth was folded at {}/s, the rest at {}/s. Folded counts: {per_event:.1} rows per event.",
            whole(first),
            whole(rest),
        ));
        Ok(())
    }
}
