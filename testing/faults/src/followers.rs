//! Consumers of the relay, and readers of the query API's streams, who come again wherever they were cut off.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::system::{CONSUMER, System, USER, http, signed};

/// Between two tries to open a stream.
const PAUSE: Duration = Duration::from_millis(50);
/// A stream that stands still for so long is given up for a new one.
const SILENCE: Duration = Duration::from_secs(2);
/// A try to open one.
const OPENS_WITHIN: Duration = Duration::from_secs(5);
/// Bytes after which a follower hangs up by itself, at most: so lines are cut in the middle.
const BYTES_MAX: usize = 20_000;
/// A consumer whom the load does not know.
const ACCOUNT: i64 = 1;

/// What a follower was sent, in that order.
#[derive(Debug, Clone, Default)]
pub struct Received {
    pub events: Vec<Sent>,
    /// How often it came again with a position.
    pub resumed: usize,
}

#[derive(Debug, Clone)]
pub struct Sent {
    /// As it said so itself: a position, or the `id` of a stream.
    pub id: String,
    /// Of a stream: the name of the event.
    pub name: String,
    pub data: Value,
}

#[derive(Debug, Clone, Copy)]
enum Door {
    /// The relay's `/v1/events`.
    Events,
    /// The query API's `/v1/stream`.
    Stream,
}

#[derive(Debug)]
pub struct Followers {
    relay: Follower,
    stream: Follower,
}

#[derive(Debug)]
struct Follower {
    seen: Arc<Mutex<Received>>,
    task: JoinHandle<()>,
}

/// What both were sent.
#[derive(Debug)]
pub struct Followed {
    pub relay: Received,
    pub stream: Received,
}

impl Followers {
    /// `viewer`: an account that no block is about.
    pub fn start(system: &System, viewer: i64, seed: u64) -> Option<Self> {
        let relay = system.relay.as_ref()?;
        let relay = Follower::start(Door::Events, &relay.url, ACCOUNT, seed ^ 0xe7e);
        let stream = Follower::start(Door::Stream, &system.query_api.url, viewer, seed ^ 0x57e);
        Some(Self { relay, stream })
    }

    pub fn resumed(&self) -> [usize; 2] {
        [&self.relay, &self.stream].map(|follower| lock(&follower.seen).resumed)
    }

    /// Waits until both have come to a position, or a time is up.
    pub async fn finish(self, relay_end: i64, stream_end: i64, limit: Duration) -> Followed {
        let deadline = Instant::now() + limit;
        let relay = self.relay.finish(relay_end, deadline).await;
        let stream = self.stream.finish(stream_end, deadline).await;
        Followed { relay, stream }
    }
}

fn lock(seen: &Mutex<Received>) -> std::sync::MutexGuard<'_, Received> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Follower {
    fn start(door: Door, url: &str, account: i64, seed: u64) -> Self {
        let seen = Arc::<Mutex<Received>>::default();
        let (url, of_task, random) = (url.to_owned(), Arc::clone(&seen), StdRng::seed_from_u64(seed));
        let task = tokio::spawn(async move {
            Following { door, url, account, seen: of_task, at: "0".to_owned(), random }.follow().await;
        });
        Self { seen, task }
    }

    async fn finish(self, end: i64, deadline: Instant) -> Received {
        let has_come = || lock(&self.seen).events.last().is_some_and(|sent| sent.position() >= end);
        while !has_come() && Instant::now() < deadline {
            sleep(PAUSE).await;
        }
        self.task.abort();
        lock(&self.seen).clone()
    }
}

impl Sent {
    /// Of its `id`.
    pub fn position(&self) -> i64 {
        self.id.split('-').next().and_then(|position| position.parse().ok()).unwrap_or(-1)
    }
}

struct Following {
    door: Door,
    url: String,
    account: i64,
    seen: Arc<Mutex<Received>>,
    /// The last `id`.
    at: String,
    random: StdRng,
}

impl Following {
    async fn follow(mut self) {
        let http = http();
        loop {
            let request = match self.door {
                Door::Events => {
                    let url = format!("{}/v1/events?follow=true&after={}", self.url, self.at);
                    signed(http.get(url), self.account, CONSUMER)
                }
                Door::Stream => {
                    let request = http.get(format!("{}/v1/stream", self.url));
                    signed(request, self.account, USER).header("Last-Event-ID", &self.at)
                }
            };
            match timeout(OPENS_WITHIN, request.send()).await {
                Ok(Ok(answer)) if answer.status() == StatusCode::OK => {
                    if self.at != "0" {
                        lock(&self.seen).resumed += 1;
                    }
                    self.read(answer).await;
                }
                _ => sleep(PAUSE).await,
            }
        }
    }

    /// Until it breaks off, is silent, or enough of it was read.
    async fn read(&mut self, mut answer: Response) {
        let bytes_max = self.random.random_range(1_000..BYTES_MAX);
        let end = match self.door {
            Door::Events => "\n",
            Door::Stream => "\n\n",
        };
        let (mut bytes, mut text) = (0, Vec::new());
        while bytes < bytes_max
            && let Ok(Ok(Some(chunk))) = timeout(SILENCE, answer.chunk()).await
        {
            bytes += chunk.len();
            text.extend_from_slice(&chunk);
            while let Some(at) = text.windows(end.len()).position(|part| part == end.as_bytes()) {
                let whole = String::from_utf8_lossy(&text[..at]).into_owned();
                text.drain(..at + end.len());
                self.take(&whole);
            }
        }
    }

    fn take(&mut self, text: &str) {
        let sent = match self.door {
            Door::Events => event_of_line(text),
            Door::Stream => {
                let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
                if let Some(id) = field("id: ") {
                    id.clone_into(&mut self.at);
                }
                let data = field("data: ").map(|data| serde_json::from_str(data).unwrap_or_default());
                data.zip(field("event: ")).map(|(data, name)| Sent {
                    id: self.at.clone(),
                    name: name.to_owned(),
                    data,
                })
            }
        };
        if let Some(sent) = sent {
            self.at.clone_from(&sent.id);
            lock(&self.seen).events.push(sent);
        }
    }
}

/// `None`: an empty line, which says that the relay is there.
fn event_of_line(line: &str) -> Option<Sent> {
    if line.is_empty() {
        return None;
    }
    let data: Value = serde_json::from_str(line).unwrap_or_default();
    let id = data["position"].as_str().unwrap_or_default().to_owned();
    Some(Sent { id, name: String::new(), data })
}
