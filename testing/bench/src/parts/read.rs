//! Part `read`: lists by tag and single messages through the query API, against the same SQL in a bare loop.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use data_set::Pool;
use data_set::pool::PoolOptions;
use data_set::read::{self, MessageFilter, TagFilter, TimeRange};
use tokio::task::JoinSet;

use super::Parts;
use crate::corpus::Corpus;
use crate::load::closed::{self, Timing, Window, gather};
use crate::load::http::get;
use crate::memory_book::Situation;
use crate::processes::Cores;
use crate::report::{Table, met, millis, percent, say, whole};
use crate::servers::Servers;
use crate::services::Service;
use crate::stats::Sample;

const CONNECTIONS: usize = 64;
/// The query API's default.
const POOL_CONNECTIONS: u32 = 16;
const LIMIT: u16 = 20;
/// For whom `liked` and `reposted` are looked up.
const READER: i64 = 1;
const AIM: f64 = 0.7;
/// Of the present's rate that lists of the past reach at least.
const AIM_OF_PAST: f64 = 0.5;

/// Lists of Zipf-like tags over so many connections.
pub(super) async fn lists(
    query_api: &Service,
    tokens: &Arc<[String]>,
    connections: usize,
    timing: Timing,
) -> Result<Sample> {
    let tokens = Arc::clone(tokens);
    let requests = move |caller: usize| {
        let token = tokens[caller % tokens.len()].clone();
        let mut corpus = Corpus::new(caller as u64);
        move || get(&format!("/v1/messages?tag={}&limit={LIMIT}", corpus.tag()), Some(&token), "")
    };
    closed::requests(query_api.address, connections, timing, 200, requests).await
}

/// The same as of a position.
async fn lists_as_of(
    query_api: &Service,
    tokens: &Arc<[String]>,
    position: i64,
    timing: Timing,
) -> Result<Sample> {
    let tokens = Arc::clone(tokens);
    let requests = move |caller: usize| {
        let token = tokens[caller % tokens.len()].clone();
        let mut corpus = Corpus::new(caller as u64);
        move || {
            let path = format!("/v1/messages?tag={}&limit={LIMIT}&asOf={position}", corpus.tag());
            get(&path, Some(&token), "")
        }
    };
    closed::requests(query_api.address, CONNECTIONS, timing, 200, requests).await
}

async fn singles(
    query_api: &Service,
    tokens: &Arc<[String]>,
    messages: u64,
    timing: Timing,
) -> Result<Sample> {
    let tokens = Arc::clone(tokens);
    let requests = move |caller: usize| {
        let token = tokens[caller % tokens.len()].clone();
        let mut corpus = Corpus::new(caller as u64);
        move || get(&format!("/v1/messages/{}", random_id(&mut corpus, messages)), Some(&token), "")
    };
    closed::requests(query_api.address, CONNECTIONS, timing, 200, requests).await
}

fn random_id(corpus: &mut Corpus, messages: u64) -> i64 {
    i64::try_from(corpus.number_below(messages) + 1).unwrap_or(1) << 8
}

async fn bare_list(pool: Pool, mut corpus: Corpus, window: Window) -> Result<Sample> {
    let mut sample = Sample::default();
    while !window.is_over() {
        let filter = MessageFilter {
            tag: TagFilter::of(&corpus.tag()),
            tags: None,
            author: None,
            range: TimeRange::always(),
        };
        let began = Instant::now();
        let page = read::list_messages(&pool, READER, &filter, None, LIMIT).await;
        window.count(&mut sample, began, page.is_ok());
    }
    Ok(sample)
}

async fn bare_single(pool: Pool, mut corpus: Corpus, messages: u64, window: Window) -> Result<Sample> {
    let mut sample = Sample::default();
    while !window.is_over() {
        let id = random_id(&mut corpus, messages);
        let began = Instant::now();
        let found = read::get_message(&pool, READER, false, id).await;
        window.count(&mut sample, began, found.is_ok());
    }
    Ok(sample)
}

/// So many tasks that share a pool as the query API's handlers do, on all cores, without HTTP, tokens or JSON.
async fn bare<Task>(timing: Timing, run: impl Fn(u64, Window) -> Task) -> Result<Sample>
where
    Task: Future<Output = Result<Sample>> + Send + 'static,
{
    let window = Window::opening(timing);
    let mut running = JoinSet::new();
    (0..CONNECTIONS as u64).for_each(|caller| drop(running.spawn(run(caller, window))));
    gather(running).await
}

impl Parts {
    pub(super) async fn read(
        &mut self,
        servers: &Servers,
        database_url: &str,
        query_api: &Service,
        tokens: &Arc<[String]>,
        messages: u64,
    ) -> Result<()> {
        let timing = self.scale.timing;
        let pool = data_set::pool::connect(database_url, &PoolOptions::reader("bench", POOL_CONNECTIONS))
            .context("connect to the folded data")?;
        let title =
            format!("(c) Reads over {} messages at {CONNECTIONS} connections", whole(as_f64(messages)));
        let columns = ["read", "ours/s", "p50", "p99", "limit/s", "p50", "p99", "ratio", "aim"];
        let mut table = Table::new(title, &columns);
        let processes = [("query-api", query_api.pid()), ("Postgres", servers.postgres_pid())];
        let cores = Cores::watch(&processes);
        let ours = lists(query_api, tokens, CONNECTIONS, timing).await?;
        let list_cores = cores.describe();
        let limit =
            bare(timing, |caller, window| bare_list(pool.clone(), Corpus::new(caller), window)).await?;
        let present = ours.per_second();
        table.row(row("list by tag, 20 messages", ours, limit));
        let middle = i64::try_from(messages / 2 + 1)? << 8;
        let mut past = lists_as_of(query_api, tokens, middle, timing).await?;
        let cores = Cores::watch(&processes);
        let ours = singles(query_api, tokens, messages, timing).await?;
        let single_cores = cores.describe();
        let limit =
            bare(timing, |caller, window| bare_single(pool.clone(), Corpus::new(caller), messages, window))
                .await?;
        table.row(row("one message by id", ours, limit));
        table.print();
        say(&format!("\nCores used by lists: {list_cores}. By single messages: {single_cores}."));
        say(&format!(
            "The same lists as of position {middle}, in the middle: {}/s, p50 {}, p99 {}; {} of the present's rate, aim {}: {}.",
            whole(past.per_second()),
            millis(past.percentile_ms(50)),
            millis(past.percentile_ms(99)),
            percent(past.per_second(), present),
            percent(AIM_OF_PAST, 1.0),
            met(past.failures == 0 && past.per_second() >= AIM_OF_PAST * present),
        ));
        self.memory.watch(Situation::Load, "query-api", query_api.pid());
        self.memory.watch_servers(Situation::Load, servers);
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of messages stay far below 2^53")]
fn as_f64(number: u64) -> f64 {
    number as f64
}

fn row(name: &str, mut ours: Sample, mut limit: Sample) -> Vec<String> {
    if ours.failures + limit.failures > 0 {
        say(&format!("{name}: {} of ours failed, {} of the limit's", ours.failures, limit.failures));
    }
    let mut cells = vec![name.to_owned()];
    for sample in [&mut ours, &mut limit] {
        cells.push(whole(sample.per_second()));
        cells.push(millis(sample.percentile_ms(50)));
        cells.push(millis(sample.percentile_ms(99)));
    }
    let (ours, limit) = (ours.per_second(), limit.per_second());
    cells.extend([percent(ours, limit), met(ours >= AIM * limit)]);
    cells
}
