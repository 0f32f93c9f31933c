//! Part `consume`: events per second to those who take them elsewhere, and how soon a command that waits for the data is
//! answered against one whose message is polled for.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use async_nats::jetstream;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, pull};
use domain::Shard;
use event_store::whole_subjects;
use event_store_nats::consumers::{Begin, Consumers};
use futures::StreamExt;
use tokio::task::JoinSet;

use super::{Parts, callers};
use crate::archive::Archive;
use crate::corpus::Corpus;
use crate::load::closed::{self, Timing, Window, gather};
use crate::load::http::{Connection, get, post, post_with};
use crate::load::on_one_thread;
use crate::memory_book::Situation;
use crate::processes::Cores;
use crate::report::{Table, met, millis, percent, say, whole};
use crate::servers::Servers;
use crate::services::Service;
use crate::stats::Sample;

/// Events that are fetched at once: as many as a named consumer may hold unacknowledged.
const FETCH: usize = 1_000;
const AIM_OF_BARE: f64 = 0.6;
/// Who posts and waits, each over one connection.
const POSTERS: usize = 8;
const NAME: &str = "bench";
const TYPE: &str = "rookery.message.posted.v1";

impl Parts {
    pub(crate) async fn consume(&mut self) -> Result<()> {
        self.take().await?;
        self.wait().await
    }

    async fn take(&mut self) -> Result<()> {
        let servers = Servers::start(false).await?;
        let callers = callers(&servers)?;
        let count = self.scale.consumed;
        // The dispatcher makes the buckets.
        let dispatcher = Service::dispatcher(&self.programs, &servers, &callers).await?;
        Archive::new(&servers.nats_url(), self.scale.times).await?.fill_to(count).await?;
        let relay = Service::relay(&self.programs, &servers, &callers).await?;
        let url = servers.nats_url();
        let cores = Cores::watch(&[("nats-server", servers.nats_pid())]);
        let bare = on_one_thread({
            let url = url.clone();
            move || async move { pull(bare_consumer(&url).await?, count, false).await }
        })
        .await?;
        let mut notes = vec![format!("Cores used by the bare pull: {}.", cores.describe())];
        let cores = Cores::watch(&[("nats-server", servers.nats_pid())]);
        let named =
            on_one_thread(move || async move { pull(named_consumer(&url).await?, count, true).await })
                .await?;
        notes.push(format!("Cores used by the named consumer: {}.", cores.describe()));
        let cores = Cores::watch(&[("nats-server", servers.nats_pid()), ("relay", relay.pid())]);
        let (address, token) = (relay.address, callers.tokens[0].clone());
        let pages = on_one_thread(move || async move { pages(address, &token, count).await }).await?;
        notes.push(format!("Cores used by the pages: {}.", cores.describe()));
        let title = format!("(o) {count} posts, taken elsewhere");
        let mut table = Table::new(title, &["", "events/s", "ratio", "aim"]);
        table.row([
            "bare pull, nothing acknowledged".to_owned(),
            whole(bare),
            "limit".to_owned(),
            "-".to_owned(),
        ]);
        table.row([
            "named consumer, each acknowledged".to_owned(),
            whole(named),
            percent(named, bare),
            format!("60 %, {}", met(named >= AIM_OF_BARE * bare)),
        ]);
        table.row([
            "GET /v1/events, pages of 1,000".to_owned(),
            whole(pages),
            percent(pages, bare),
            "no aim".to_owned(),
        ]);
        table.print();
        notes.iter().for_each(|note| say(note));
        self.memory.watch(Situation::Load, "relay", relay.pid());
        drop(dispatcher);
        Ok(())
    }

    async fn wait(&mut self) -> Result<()> {
        let servers = Servers::start(false).await?;
        let callers = callers(&servers)?;
        // It makes the log.
        let first = Service::dispatcher(&self.programs, &servers, &callers).await?;
        let reducers = Service::reducers(&self.programs, &servers, &servers.database_url()).await?;
        let query_api = Service::query_api(&self.programs, &servers.database_url(), &callers).await?;
        drop(first);
        let dispatcher = Service::waiting_dispatcher(&self.programs, &servers, &callers, &query_api).await?;
        let tokens: Arc<[String]> = callers.tokens.into();
        let timing = self.scale.timing;
        let mut waited = {
            let tokens = Arc::clone(&tokens);
            let requests = move |caller: usize| {
                let (token, mut corpus) = (tokens[caller].clone(), Corpus::new(caller as u64));
                move || post_with("/v1/messages", Some(&token), "Prefer: wait=10\r\n", &corpus.body())
            };
            closed::requests(dispatcher.address, POSTERS, timing, 201, requests).await?
        };
        let (write, read) = (dispatcher.address, query_api.address);
        let mut polled = on_one_thread(move || poll_all(write, read, tokens, timing)).await?;
        let title = format!("(o) Posted and seen, {POSTERS} callers, each one message after the other");
        let mut table = Table::new(title, &["", "per second", "p50", "p99", "failed"]);
        for (name, sample) in
            [("POST with Prefer: wait", &mut waited), ("POST, then GET until it is there", &mut polled)]
        {
            let (p50, p99) = (millis(sample.percentile_ms(50)), millis(sample.percentile_ms(99)));
            table.row([name.to_owned(), whole(sample.per_second()), p50, p99, sample.failures.to_string()]);
        }
        table.print();
        drop(reducers);
        Ok(())
    }
}

async fn bare_consumer(url: &str) -> Result<Consumer<pull::Config>> {
    let stream = jetstream::new(async_nats::connect(url).await?).get_stream("EVENTS_0").await?;
    let config = pull::Config { ack_policy: AckPolicy::None, ..pull::Config::default() };
    Ok(stream.create_consumer(config).await?)
}

/// As `rookery consumers add` makes it.
async fn named_consumer(url: &str) -> Result<Consumer<pull::Config>> {
    let subjects = whole_subjects(Shard(0), &[TYPE.to_owned()], None, false)?;
    Consumers::connect(url, NAME, Shard(0)).await?.add(NAME, &subjects, Begin::Beginning).await?;
    let stream = jetstream::new(async_nats::connect(url).await?).get_stream("EVENTS_0").await?;
    stream.get_consumer(NAME).await.map_err(|error| anyhow::anyhow!("the durable: {error}"))
}

/// Fetches so many events; per second. Of a batch the last acknowledgement is waited for.
async fn pull(consumer: Consumer<pull::Config>, count: u64, acknowledges: bool) -> Result<f64> {
    let (began, mut taken) = (Instant::now(), 0_u64);
    while taken < count {
        let mut batch = consumer.fetch().max_messages(FETCH).messages().await?;
        let mut last = None;
        while let Some(message) = batch.next().await {
            let message = message.map_err(|error| anyhow::anyhow!("a fetch: {error}"))?;
            if acknowledges && let Some(before) = last.replace(message) {
                jetstream::Message::ack(&before).await.map_err(|error| anyhow::anyhow!("{error}"))?;
            }
            taken += 1;
        }
        if let Some(last) = last {
            last.double_ack().await.map_err(|error| anyhow::anyhow!("{error}"))?;
        }
    }
    Ok(per_second(taken, began))
}

/// Reads so many events page by page; per second.
async fn pages(address: SocketAddr, token: &str, count: u64) -> Result<f64> {
    let mut connection = Connection::open(address).await?;
    let (began, mut taken, mut after) = (Instant::now(), 0_u64, "0".to_owned());
    while taken < count {
        let request = get(&format!("/v1/events?after={after}&limit=1000"), Some(token), "");
        let answer = connection.exchange(request.as_bytes()).await?;
        if answer.status != 200 {
            bail!("a page was answered with {}", answer.status);
        }
        taken += u64::try_from(answer.body.iter().filter(|byte| **byte == b'\n').count())?;
        answer.header("data-position").context("a page says how far it is")?.clone_into(&mut after);
    }
    Ok(per_second(taken, began))
}

#[expect(clippy::cast_precision_loss, reason = "counts of a run stay far below 2^53")]
fn per_second(taken: u64, began: Instant) -> f64 {
    taken as f64 / began.elapsed().as_secs_f64()
}

async fn poll_all(
    dispatcher: SocketAddr,
    query_api: SocketAddr,
    tokens: Arc<[String]>,
    timing: Timing,
) -> Result<Sample> {
    let window = Window::opening(timing);
    let mut running = JoinSet::new();
    for caller in 0..POSTERS {
        running.spawn(poll(dispatcher, query_api, tokens[caller].clone(), caller, window));
    }
    gather(running).await
}

async fn poll(
    dispatcher: SocketAddr,
    query_api: SocketAddr,
    token: String,
    caller: usize,
    window: Window,
) -> Result<Sample> {
    let (mut write, mut read) = (Connection::open(dispatcher).await?, Connection::open(query_api).await?);
    let (mut corpus, mut sample) = (Corpus::new(caller as u64), Sample::default());
    while !window.is_over() {
        let began = Instant::now();
        let request = post("/v1/messages", Some(&token), &corpus.body());
        let answer = write.exchange(request.as_bytes()).await?;
        let id = answer.header("event-position").context("a post says where it is")?.to_owned();
        let request = get(&format!("/v1/messages/{id}"), Some(&token), "");
        while read.exchange(request.as_bytes()).await?.status == 404 {}
        window.count(&mut sample, began, true);
    }
    Ok(sample)
}
