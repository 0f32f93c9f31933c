//! Home timelines of readers who follow 200 of 10,000 authors, against the same SQL in a bare loop.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use data_set::Pool;
use data_set::pool::PoolOptions;
use data_set::read::{self, FeedRange};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use tokio::task::JoinSet;

use super::followed;
use crate::archive::{Archive, Times, append_all};
use crate::corpus::{AUTHORS, Corpus};
use crate::identity::FIRST_ACCOUNT;
use crate::load::closed::{self, Window, gather};
use crate::load::http::get;
use crate::memory_book::Situation;
use crate::parts::{CALLERS, Parts, callers, fold};
use crate::processes::Cores;
use crate::report::{Table, met, millis, percent, say, whole};
use crate::servers::Servers;
use crate::services::Service;
use crate::stats::Sample;

const CONNECTIONS: usize = 64;
const FOLLOWED: usize = 200;
/// The query API's default.
const POOL_CONNECTIONS: u32 = 16;
const LIMIT: u16 = 20;
const AIM_OF_LIMIT: f64 = 0.7;
const AIM_P99_MS: f64 = 20.0;

/// Each caller follows so many different authors, drawn evenly.
fn follows() -> impl Iterator<Item = (i64, i64)> {
    (FIRST_ACCOUNT..FIRST_ACCOUNT + CALLERS).flat_map(|reader| {
        let mut corpus = Corpus::new(reader.unsigned_abs());
        let mut followees = HashSet::new();
        while followees.len() < FOLLOWED {
            followees.insert(1 + i64::try_from(corpus.number_below(AUTHORS as u64)).unwrap_or(0));
        }
        followees.into_iter().map(move |followee| (reader, followee))
    })
}

async fn bare(pool: Pool, reader: i64, window: Window) -> Result<Sample> {
    let mut sample = Sample::default();
    while !window.is_over() {
        let began = Instant::now();
        let page = read::timeline(&pool, reader, FeedRange::Newest, LIMIT).await;
        window.count(&mut sample, began, page.is_ok());
    }
    Ok(sample)
}

impl Parts {
    pub(super) async fn timeline(&mut self) -> Result<()> {
        let servers = Servers::start(false).await?;
        let callers = callers(&servers)?;
        let mut archive = Archive::new(&servers.nats_url(), Times::Year).await?;
        let log = JetStreamLog::open(&JetStreamConfig::new(servers.nats_url(), "bench")).await?;
        // Follows come first, so that what is posted later is fanned out rather than fetched.
        append_all(&log, follows().map(|(reader, author)| followed(reader, author))).await?;
        archive.fill_to(self.scale.events).await?;
        let url = servers.database_url();
        let reducers = Service::reducers(&self.programs, &servers, &url).await?;
        fold::await_head(&servers, &url, None).await?;
        drop(reducers);
        let query_api = Service::query_api(&self.programs, &url, &callers).await?;
        let cores = Cores::watch(&[("query-api", query_api.pid()), ("Postgres", servers.postgres_pid())]);
        let tokens: Arc<[String]> = callers.tokens.into();
        let requests = move |caller: usize| {
            let token = tokens[caller % tokens.len()].clone();
            move || get(&format!("/v1/timeline?limit={LIMIT}"), Some(&token), "")
        };
        let mut ours =
            closed::requests(query_api.address, CONNECTIONS, self.scale.timing, 200, requests).await?;
        let used = cores.describe();
        let pool = data_set::pool::connect(&url, &PoolOptions::reader("bench", POOL_CONNECTIONS))
            .context("connect to the folded data")?;
        let window = Window::opening(self.scale.timing);
        let mut running = JoinSet::new();
        for reader in FIRST_ACCOUNT..FIRST_ACCOUNT + CALLERS {
            running.spawn(bare(pool.clone(), reader, window));
        }
        let mut limit = gather(running).await?;
        let title = format!(
            "(h) Home timeline of a reader who follows {FOLLOWED} of {AUTHORS} authors, {} messages, {CONNECTIONS} connections",
            whole(as_f64(archive.count()))
        );
        let mut table = Table::new(title, &["", "per second", "p50", "p99", "ratio", "aim"]);
        let ratio = ours.per_second() / limit.per_second();
        let p99 = ours.percentile_ms(99);
        let verdict = format!(
            "{} % and p99 {AIM_P99_MS} ms: {}",
            100.0 * AIM_OF_LIMIT,
            met(ratio >= AIM_OF_LIMIT && p99 <= AIM_P99_MS)
        );
        let failures = ours.failures + limit.failures;
        for (name, sample, ratio, aim) in [
            ("GET /v1/timeline", &mut ours, percent(ratio, 1.0), verdict),
            ("the same SQL", &mut limit, "-".to_owned(), "limit".to_owned()),
        ] {
            let (p50, p99) = (sample.percentile_ms(50), sample.percentile_ms(99));
            let figures = [whole(sample.per_second()), millis(p50), millis(p99)];
            table.row([name.to_owned()].into_iter().chain(figures).chain([ratio, aim]));
        }
        table.print();
        say(&format!("\nCores used: {used}. Requests that failed: {failures}."));
        self.memory.watch(Situation::Load, "query-api", query_api.pid());
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of messages stay far below 2^53")]
fn as_f64(number: u64) -> f64 {
    number as f64
}
