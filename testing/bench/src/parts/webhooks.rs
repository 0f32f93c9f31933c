//! Part `webhooks`: events sent per second to a receiver of this machine, against a bare client that posts the same
//! bodies over as many connections.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::{Parts, callers};
use crate::archive::{Archive, Times};
use crate::load::http::{Connection, post};
use crate::load::on_one_thread;
use crate::processes::Cores;
use crate::report::{Table, percent, say, whole};
use crate::servers::Servers;
use crate::services::Service;

/// As many as the relay has under way for one webhook.
const CONNECTIONS: usize = 8;
const MAKE_MAX: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);
/// Without an event for so long, the rest does not come.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// Takes everything, on a thread of its own, and remembers the bodies.
struct Receiver {
    address: SocketAddr,
    count: Arc<AtomicUsize>,
    bodies: Arc<Mutex<Vec<String>>>,
}

impl Parts {
    pub(crate) async fn webhooks(&mut self) -> Result<()> {
        let servers = Servers::start(false).await?;
        let callers = callers(&servers)?;
        let dispatcher = Service::dispatcher(&self.programs, &servers, &callers).await?;
        let events = self.scale.webhook_events;
        Archive::new(&servers.nats_url(), Times::Year).await?.fill_to(events).await?;
        let relay = Service::relay(&self.programs, &servers, &callers).await?;
        let receiver = Receiver::start()?;
        let expected = usize::try_from(events)?;
        let cores = Cores::watch(&[("relay", relay.pid()), ("nats-server", servers.nats_pid())]);
        make(relay.address, &callers.tokens[0], receiver.address).await?;
        let ours = receiver.rate(expected).await?;
        let used = cores.describe();
        drop((relay, dispatcher));
        let bodies =
            std::mem::take(&mut *receiver.bodies.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        let limit = bare(receiver.address, bodies).await?;
        let mut table = Table::new(
            "(p) Webhooks: events sent to a receiver of this machine",
            &["events", "sent/s", "bare posts/s", "ratio"],
        );
        table.row([whole(expected as f64), whole(ours), whole(limit), percent(ours, limit)]);
        table.print();
        say(&format!("\nCores used while they were sent: {used}."));
        Ok(())
    }
}

/// Once the relay has found its bucket.
async fn make(relay: SocketAddr, token: &str, receiver: SocketAddr) -> Result<()> {
    let body = format!(r#"{{"url":"http://{receiver}/","after":"0"}}"#);
    let deadline = Instant::now() + MAKE_MAX;
    loop {
        let mut connection = Connection::open(relay).await?;
        let answer = connection.exchange(post("/v1/webhooks", Some(token), &body).as_bytes()).await?;
        match answer.status {
            201 => return Ok(()),
            503 if Instant::now() < deadline => tokio::time::sleep(POLL).await,
            status => bail!("the webhook was answered {status}: {}", String::from_utf8_lossy(answer.body)),
        }
    }
}

impl Receiver {
    fn start() -> Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (count, bodies) = (Arc::<AtomicUsize>::default(), Arc::<Mutex<Vec<String>>>::default());
        let (counting, keeping) = (Arc::clone(&count), Arc::clone(&bodies));
        // Nobody waits for its end.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener)?;
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(take_all(stream, Arc::clone(&counting), Arc::clone(&keeping)));
                }
                anyhow::Ok(())
            })
        });
        Ok(Self { address, count, bodies })
    }

    /// Events per second from the first to the last.
    async fn rate(&self, expected: usize) -> Result<f64> {
        let (mut first, mut last) = (None, (0, Instant::now()));
        while last.0 < expected {
            tokio::time::sleep(Duration::from_millis(5)).await;
            let now = (self.count.load(Ordering::Relaxed), Instant::now());
            if now.0 > last.0 {
                first = first.or(Some(now));
                last = now;
            } else if now.1 - last.1 > SILENCE_MAX {
                bail!("{} of {expected} events came", last.0);
            }
        }
        let first = first.context("something came")?;
        Ok((last.0 - first.0) as f64 / (last.1 - first.1).as_secs_f64())
    }
}

async fn take_all(mut stream: TcpStream, count: Arc<AtomicUsize>, bodies: Arc<Mutex<Vec<String>>>) {
    let mut received = Vec::new();
    while let Some(body) = next_body(&mut stream, &mut received).await {
        count.fetch_add(1, Ordering::Relaxed);
        if let Ok(mut bodies) = bodies.lock() {
            bodies.push(body);
        }
        if stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.is_err() {
            return;
        }
    }
}

/// As much of HTTP/1.1 as both senders need: requests with a length.
async fn next_body(stream: &mut TcpStream, received: &mut Vec<u8>) -> Option<String> {
    loop {
        if let Some(head_end) = received.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = std::str::from_utf8(&received[..head_end]).ok()?.to_ascii_lowercase();
            let length = head.split("\r\n").find_map(|line| line.strip_prefix("content-length:"))?;
            let end = head_end + 4 + length.trim().parse::<usize>().ok()?;
            if received.len() >= end {
                let body = String::from_utf8(received[head_end + 4..end].to_vec()).ok()?;
                received.drain(..end);
                return Some(body);
            }
        }
        if stream.read_buf(received).await.ok()? == 0 {
            return None;
        }
    }
}

/// Posts per second.
async fn bare(receiver: SocketAddr, bodies: Vec<String>) -> Result<f64> {
    let count = bodies.len();
    let bodies = Arc::new(bodies);
    let began = Instant::now();
    on_one_thread(move || async move {
        let mut running = JoinSet::new();
        for first in 0..CONNECTIONS {
            let bodies = Arc::clone(&bodies);
            running.spawn(async move {
                let mut connection = Connection::open(receiver).await?;
                for body in bodies.iter().skip(first).step_by(CONNECTIONS) {
                    connection.exchange(post("/", None, body).as_bytes()).await?;
                }
                anyhow::Ok(())
            });
        }
        while let Some(ended) = running.join_next().await {
            ended??;
        }
        Ok(())
    })
    .await?;
    Ok(count as f64 / began.elapsed().as_secs_f64())
}
