//! Part `greedy`: what is left for everybody else when one address takes what it can get.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::post::load;
use super::{Parts, callers};
use crate::load::http::{Connection, post_with};
use crate::load::on_one_thread;
use crate::processes::Cores;
use crate::report::{Table, met, millis, percent, say, whole};
use crate::servers::Servers;
use crate::services::Service;

/// Of those who are to be served, from 127.0.0.1.
const CONNECTIONS: usize = 32;
const GREEDY_CONNECTIONS: usize = 6_000;
const GREEDY_ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 2));
/// After a refusal or a closed connection, as `Retry-After` asks for.
const PAUSE: Duration = Duration::from_secs(1);
/// All of them have tried by then.
const GATHERING: Duration = Duration::from_secs(5);
/// How soon everything is as before.
const RECOVERY: Duration = Duration::from_secs(10);
const AIM: f64 = 0.8;

/// What the greedy got.
#[derive(Debug, Default)]
struct Taken {
    accepted: AtomicU64,
    refused: AtomicU64,
    closed: AtomicU64,
}

impl Parts {
    pub(crate) async fn greedy(&mut self) -> Result<()> {
        raise_open_files()?;
        let servers = Servers::start(false).await?;
        let callers = callers(&servers)?;
        let tokens: Arc<[String]> = callers.tokens.clone().into();
        let dispatcher = Service::dispatcher(&self.programs, &servers, &callers).await?;
        let timing = self.scale.timing;
        let mut alone = load(&dispatcher, &tokens, CONNECTIONS, timing).await?;

        let (taken, token) = (Arc::new(Taken::default()), CancellationToken::new());
        let (counting, ending) = (Arc::clone(&taken), token.clone());
        let (address, own) = (dispatcher.address, callers.tokens[0].clone());
        let greedy = tokio::spawn(on_one_thread(move || be_greedy(address, own, counting, ending)));
        sleep(GATHERING).await;
        let cores = Cores::watch(&[("dispatcher", dispatcher.pid()), ("nats-server", servers.nats_pid())]);
        let (before, began) = (taken.accepted.load(Ordering::Relaxed), Instant::now());
        let mut beside = load(&dispatcher, &tokens, CONNECTIONS, timing).await?;
        #[expect(clippy::cast_precision_loss, reason = "counts of a run stay far below 2^53")]
        let theirs = (taken.accepted.load(Ordering::Relaxed) - before) as f64 / began.elapsed().as_secs_f64();
        let used = cores.describe();
        token.cancel();
        greedy.await.context("the greedy failed")??;
        sleep(RECOVERY - timing.warm_up).await;
        let mut after = load(&dispatcher, &tokens, CONNECTIONS, timing).await?;

        let title =
            format!("(m) POST at {CONNECTIONS} connections beside {GREEDY_CONNECTIONS} of one other address");
        let columns = ["", "accepted/s", "p50", "p99", "failed", "of alone", "aim"];
        let mut table = Table::new(title, &columns);
        let peak = alone.per_second();
        let goodput = beside.per_second() + theirs;
        let mut row = |name: &str, sample: &mut crate::stats::Sample, aim: String| {
            table.row([
                name.to_owned(),
                whole(sample.per_second()),
                millis(sample.percentile_ms(50)),
                millis(sample.percentile_ms(99)),
                sample.failures.to_string(),
                percent(sample.per_second(), peak),
                aim,
            ]);
        };
        row("alone", &mut alone, "no aim".to_owned());
        row("beside the greedy", &mut beside, "no aim".to_owned());
        let is_back = met(after.per_second() >= AIM * peak);
        row("10 s after them", &mut after, is_back);
        table.print();
        say(&format!(
            "\nThe greedy got {} accepted/s, so goodput was {} ({} of alone, aimed at 80 %: {}); {} refusals and {} closed \
             connections in all. Cores used meanwhile: {used}.",
            whole(theirs),
            whole(goodput),
            percent(goodput, peak),
            met(goodput >= AIM * peak),
            taken.refused.load(Ordering::Relaxed),
            taken.closed.load(Ordering::Relaxed),
        ));
        Ok(())
    }
}

async fn be_greedy(
    address: SocketAddr,
    own: String,
    taken: Arc<Taken>,
    token: CancellationToken,
) -> Result<()> {
    let mut all = tokio::task::JoinSet::new();
    let request: Arc<str> = post_with("/v1/messages", Some(&own), "", r#"{"text":"mine, all mine"}"#).into();
    for _ in 0..GREEDY_CONNECTIONS {
        let (request, taken) = (Arc::clone(&request), Arc::clone(&taken));
        all.spawn(async move {
            loop {
                take(address, &request, &taken).await;
                taken.closed.fetch_add(1, Ordering::Relaxed);
                sleep(PAUSE).await;
            }
        });
    }
    token.cancelled().await;
    all.shutdown().await;
    Ok(())
}

/// As much as one connection gives.
async fn take(address: SocketAddr, request: &str, taken: &Taken) {
    let Ok(mut connection) = Connection::open_from(GREEDY_ADDRESS, address).await else { return };
    loop {
        match connection.exchange(request.as_bytes()).await.map(|answer| answer.status) {
            Ok(201) => {
                taken.accepted.fetch_add(1, Ordering::Relaxed);
            }
            Ok(_) => {
                taken.refused.fetch_add(1, Ordering::Relaxed);
                sleep(PAUSE).await;
            }
            Err(_closed) => return,
        }
    }
}

fn raise_open_files() -> Result<()> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).context("raise the limit of open files")
}
