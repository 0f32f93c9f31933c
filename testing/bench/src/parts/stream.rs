//! Part `stream`: what idle streams cost, and how soon what was posted is with everybody who follows it.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::Parts;
use crate::corpus::Corpus;
use crate::identity::Callers;
use crate::load::http::{Connection, get, post};
use crate::load::on_one_thread;
use crate::processes::{Cores, resident};
use crate::report::{Table, met, millis, say, whole};
use crate::servers::Servers;
use crate::services::Service;
use crate::stats::Sample;

const CLIENTS: usize = 1_000;
/// Of the clients, one in so many remembers when each event came.
const SAMPLED: usize = 4;
const POSTS_PER_SECOND: u32 = 200;
/// So many connections come from one address of this machine.
const PER_ADDRESS: usize = 200;
const AIM_P99_MS: f64 = 100.0;
const AIM_IDLE_BYTES: u64 = 300_000_000;

/// When each position was answered to whoever posted it, or came to a client.
type Moments = Vec<(i64, Instant)>;

impl Parts {
    pub(crate) async fn stream(&mut self) -> Result<()> {
        let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard).context("raise the limit of open files")?;
        let servers = Servers::start(false).await?;
        let callers = Callers::make(servers.dir(), i64::try_from(CLIENTS)?)?;
        let dispatcher = Service::dispatcher(&self.programs, &servers, &callers).await?;
        let reducers = Service::reducers(&self.programs, &servers, &servers.database_url()).await?;
        let query_api = Service::query_api(&self.programs, &servers.database_url(), &callers).await?;
        let tokens: Arc<[String]> = callers.tokens.into();
        let mut table = Table::new("(n) Streams", &["", "", "aim"]);
        let idle_streams = self.scale.idle_streams;
        let (before, opened) = (resident(query_api.pid()), Instant::now());
        let idle = open_all(query_api.address, &tokens, idle_streams, "?tag=nobody-uses-it").await?;
        let opening = opened.elapsed();
        sleep(self.scale.idle).await;
        let after = resident(query_api.pid());
        let aim = AIM_IDLE_BYTES / 5_000 * u64::try_from(idle_streams)?;
        table.row([
            format!(
                "memory of the query API with {idle_streams} idle streams, without them {} MB",
                before / 1_000_000
            ),
            format!("{} MB", after / 1_000_000),
            format!("{} MB, {}", aim / 1_000_000, met(after <= aim)),
        ]);
        table.row(["opened within".to_owned(), format!("{opening:.1?}"), "no aim".to_owned()]);
        drop(idle);
        let cores = Cores::watch(&[
            ("dispatcher", dispatcher.pid()),
            ("reducers", reducers.pid()),
            ("query-api", query_api.pid()),
            ("Postgres", servers.postgres_pid()),
        ]);
        let plan = (query_api.address, dispatcher.address, self.scale.visible);
        let (mut came, delivered, expected) =
            on_one_thread(move || deliver(plan.0, plan.1, tokens, plan.2)).await?;
        let per_second = whole(f64::from(u32::try_from(delivered)?) / self.scale.visible.as_secs_f64());
        let p99 = came.percentile_ms(99);
        table.row([
            format!("events delivered/s, {POSTS_PER_SECOND} posts/s to {CLIENTS} clients ({delivered} of {expected})"),
            per_second,
            met(delivered == expected),
        ]);
        table.row([
            "from 201 to received, p50".to_owned(),
            millis(came.percentile_ms(50)),
            "no aim".to_owned(),
        ]);
        table.row(["p99".to_owned(), millis(p99), format!("{AIM_P99_MS} ms, {}", met(p99 <= AIM_P99_MS))]);
        table.print();
        say(&format!("\nCores used: {}.", cores.describe()));
        Ok(())
    }
}

async fn open_all(
    address: SocketAddr,
    tokens: &[String],
    count: usize,
    query: &str,
) -> Result<Vec<Connection>> {
    let mut streams = Vec::with_capacity(count);
    for number in 0..count {
        let last = u8::try_from(number / PER_ADDRESS + 2).context("there are enough addresses")?;
        let own = IpAddr::V4(Ipv4Addr::new(127, 0, 1, last));
        let mut stream = Connection::open_from(own, address).await?;
        let request = get(&format!("/v1/stream{query}"), Some(&tokens[number % tokens.len()]), "");
        let head = stream.begin(request.as_bytes()).await?;
        if head != 200 {
            bail!("a stream was answered with {head}");
        }
        streams.push(stream);
    }
    Ok(streams)
}

/// How long each event took to the clients that remember it, how many came to all, and how many there should be.
async fn deliver(
    query_api: SocketAddr,
    dispatcher: SocketAddr,
    tokens: Arc<[String]>,
    duration: Duration,
) -> Result<(Sample, u64, u64)> {
    let streams = open_all(query_api, &tokens, CLIENTS, "").await?;
    let (ending, delivered) = (CancellationToken::new(), Arc::new(AtomicU64::new(0)));
    let mut clients = JoinSet::new();
    for (number, stream) in streams.into_iter().enumerate() {
        let (ending, delivered) = (ending.clone(), Arc::clone(&delivered));
        clients.spawn(async move {
            let mut moments = Moments::new();
            let reading = read(stream, number.is_multiple_of(SAMPLED), &delivered, &mut moments);
            ending.run_until_cancelled(reading).await;
            moments
        });
    }
    let mut posters = JoinSet::new();
    let begin = Instant::now() + Duration::from_millis(200);
    for poster in 0..16 {
        posters.spawn(post_all(dispatcher, tokens[poster as usize].clone(), poster, begin, duration));
    }
    let mut posted = HashMap::new();
    while let Some(moments) = posters.join_next().await {
        posted.extend(moments??);
    }
    let expected = u64::try_from(posted.len() * CLIENTS)?;
    let deadline = Instant::now() + Duration::from_secs(5);
    while delivered.load(Ordering::Relaxed) < expected && Instant::now() < deadline {
        sleep(Duration::from_millis(50)).await;
    }
    ending.cancel();
    let mut came = Sample::default();
    came.elapsed = duration;
    while let Some(moments) = clients.join_next().await {
        for (position, at) in moments? {
            // It may come before the answer to whoever posted it.
            let answered = posted.get(&position).copied().unwrap_or(at);
            came.push(at.saturating_duration_since(answered));
        }
    }
    Ok((came, delivered.load(Ordering::Relaxed), expected))
}

async fn post_all(
    dispatcher: SocketAddr,
    token: String,
    poster: u32,
    begin: Instant,
    duration: Duration,
) -> Result<Moments> {
    let (mut connection, mut corpus) = (Connection::open(dispatcher).await?, Corpus::new(u64::from(poster)));
    let (mut moments, period) = (Moments::new(), Duration::from_secs(1) / POSTS_PER_SECOND);
    for turn in (poster..).step_by(16) {
        let planned = period * turn;
        if planned >= duration {
            break;
        }
        sleep_until((begin + planned).into()).await;
        let answer =
            connection.exchange(post("/v1/messages", Some(&token), &corpus.body()).as_bytes()).await?;
        let position = answer.header("event-position").context("a post was refused")?.parse()?;
        moments.push((position, Instant::now()));
    }
    Ok(moments)
}

async fn read(mut stream: Connection, is_sampled: bool, delivered: &AtomicU64, moments: &mut Moments) {
    while let Ok(lines) = stream.lines().await {
        let at = Instant::now();
        let mut id = None;
        for line in lines.split(|byte| *byte == b'\n') {
            if let Some(text) = line.strip_prefix(b"id: ") {
                id = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
            } else if line.starts_with(b"event: ") {
                delivered.fetch_add(1, Ordering::Relaxed);
                if let Some(id) = id.filter(|_| is_sampled) {
                    moments.push((id, at));
                }
            }
        }
    }
}
