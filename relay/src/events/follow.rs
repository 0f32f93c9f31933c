//! A stream: what is there, and then what comes, for as long as its caller reads and may see it.
//!
//! A task per stream, which is woken by the one tail. Nothing waits for a stream but its own task: a caller that does
//! not read is dropped.

use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use consumers::Filter;
use event_store::ReadError;
use futures::stream;
use http::HeaderMap;
use http_kit::Share;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::access::may_take_events;
use super::history::History;
use super::{Bounds, Chunk};
use crate::AppState;
use crate::readings::Reading;
use crate::state::Opened;

/// Of what is sent at once. With the one that waits and the one that is written, a stream holds three.
const CHUNK: Bounds = Bounds { events_max: 1_000, bytes_max: 64 << 10 };
/// After so long without an event an empty line is sent, and looked whether the caller may still see events.
const HEARTBEAT: Duration = Duration::from_secs(15);
const HEARTBEAT_LINE: Bytes = Bytes::from_static(b"\n");
/// A caller that takes nothing for so long is dropped.
const STALL_MAX: Duration = Duration::from_secs(20);
/// How long one that is far behind reads before others have their turn. The last look may take as long again; both
/// together are less than a page waits.
const TURN_MAX: Duration = Duration::from_secs(2);
/// How long a turn waits for the caller to take what was read, before it ends for that.
const TURN_STALL_MAX: Duration = Duration::from_millis(250);
/// Before the log is tried again that could not be read.
const RETRY_PERIOD: Duration = Duration::from_millis(500);

/// Who follows, and what.
pub(super) struct Follower {
    pub(super) account: i64,
    pub(super) filter: Filter,
    pub(super) after: i64,
    /// Of the request: whether they still open anything.
    pub(super) headers: HeaderMap,
    pub(super) _share: Share<i64>,
}

/// Why a stream ends.
enum End {
    /// The caller left, or the service ends, or the caller may not see events any more.
    Quiet,
    SlowReader,
    Failed(ReadError),
}

pub(super) fn follow(state: AppState, opened: Opened, follower: Follower) -> Body {
    let (lines, mut sent) = mpsc::channel(1);
    tokio::spawn(async move {
        let gauge = metrics::gauge!("relay_followers");
        gauge.increment(1.0);
        let token = state.end().clone();
        let news = opened.recent.subscribe();
        let (at, now) = (follower.after, Instant::now());
        let (checked_at, sent_at) = (now, now);
        let mut stream = Stream { state, opened, follower, lines, news, at, checked_at, sent_at };
        let reason = match token.run_until_cancelled(stream.run()).await {
            None | Some(End::Quiet) => None,
            Some(End::SlowReader) => Some("slow-reader"),
            Some(End::Failed(error)) => {
                tracing::warn!(%error, "a stream of events ended");
                Some("log")
            }
        };
        if let Some(reason) = reason {
            metrics::counter!("relay_followers_dropped_total", "reason" => reason).increment(1);
        }
        gauge.decrement(1.0);
    });
    Body::from_stream(stream::poll_fn(move |context| {
        sent.poll_recv(context).map(|bytes| bytes.map(Ok::<Bytes, Infallible>))
    }))
}

struct Stream {
    state: AppState,
    opened: Opened,
    follower: Follower,
    lines: mpsc::Sender<Bytes>,
    news: watch::Receiver<i64>,
    /// All up to here was sent, or not let through.
    at: i64,
    /// When the caller was found to be allowed.
    checked_at: Instant,
    /// When anything was sent.
    sent_at: Instant,
}

impl Stream {
    async fn run(&mut self) -> End {
        loop {
            let step = match self.opened.recent.read(self.at, &self.follower.filter, &CHUNK) {
                Some(chunk) => self.pass_on(chunk).await,
                None => self.catch_up().await,
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    /// Sends what is there, or waits for more.
    async fn pass_on(&mut self, chunk: Chunk) -> Result<(), End> {
        let is_end = chunk.is_end;
        self.send(chunk).await?;
        if !is_end {
            return Ok(());
        }
        let at = self.at;
        let waited = tokio::select! {
            waited = tokio::time::timeout(HEARTBEAT, self.news.wait_for(|position| *position > at)) => waited.is_ok(),
            () = self.lines.closed() => return Err(End::Quiet),
        };
        if waited { Ok(()) } else { self.put(HEARTBEAT_LINE).await }
    }

    /// Reads what is further back than memory, for a turn.
    async fn catch_up(&mut self) -> Result<(), End> {
        let place = self.wait_for_turn().await?;
        let turn_ends = Instant::now() + TURN_MAX;
        let mut history = match History::open(&self.opened.log, self.at, place).await {
            Ok(history) => history,
            Err(error) => return self.wait_for_log(error).await,
        };
        while Instant::now() < turn_ends {
            let until = self.opened.recent.end();
            match history.next(&self.follower.filter, &CHUNK, until, TURN_MAX).await {
                Ok(chunk) if chunk.through == self.at => {
                    // The log is away; whoever waits hears that this is not.
                    drop(history);
                    self.put(HEARTBEAT_LINE).await?;
                    return Ok(());
                }
                Ok(chunk) => {
                    if chunk.is_end || !self.has_room_soon().await {
                        drop(history);
                        return self.send(chunk).await;
                    }
                    self.send(chunk).await?;
                }
                Err(error) => {
                    drop(history);
                    return self.wait_for_log(error).await;
                }
            }
        }
        Ok(())
    }

    async fn wait_for_turn(&mut self) -> Result<Reading, End> {
        let state = self.state.clone();
        // One for all heartbeats, so that it keeps its place in the line.
        let mut waiting = pin!(state.readings().enter(self.follower.account));
        loop {
            tokio::select! {
                // It is never closed.
                place = &mut waiting => return place.map_err(|_closed| End::Quiet),
                () = tokio::time::sleep(HEARTBEAT) => {
                    // The turn may come meanwhile, so a caller that does not read is not waited for here.
                    if self.lines.capacity() > 0 {
                        self.put(HEARTBEAT_LINE).await?;
                    } else if self.sent_at.elapsed() >= STALL_MAX {
                        return Err(End::SlowReader);
                    }
                }
                () = self.lines.closed() => return Err(End::Quiet),
            }
        }
    }

    /// Others do not wait for a caller that does not read.
    async fn has_room_soon(&self) -> bool {
        matches!(tokio::time::timeout(TURN_STALL_MAX, self.lines.reserve()).await, Ok(Ok(_room)))
    }

    async fn wait_for_log(&self, error: ReadError) -> Result<(), End> {
        if !matches!(error, ReadError::Unavailable(_)) {
            return Err(End::Failed(error));
        }
        tokio::select! {
            () = tokio::time::sleep(RETRY_PERIOD) => Ok(()),
            () = self.lines.closed() => Err(End::Quiet),
        }
    }

    async fn send(&mut self, chunk: Chunk) -> Result<(), End> {
        metrics::counter!("relay_events_handed_on_total").increment(chunk.lines.len() as u64);
        if !chunk.lines.is_empty() {
            self.put(chunk.body()).await?;
        } else if self.sent_at.elapsed() >= HEARTBEAT {
            // Events come, and the filter lets none through.
            self.put(HEARTBEAT_LINE).await?;
        }
        self.at = chunk.through;
        Ok(())
    }

    async fn put(&mut self, bytes: Bytes) -> Result<(), End> {
        if self.checked_at.elapsed() >= HEARTBEAT {
            // A token may have expired or been revoked, and a role been taken.
            let caller = self.state.identity().resolve(&self.follower.headers, None).await.ok().flatten();
            if caller.is_none_or(|caller| may_take_events(&caller).is_err()) {
                return Err(End::Quiet);
            }
            self.checked_at = Instant::now();
        }
        match tokio::time::timeout(STALL_MAX, self.lines.send(bytes)).await {
            Ok(Ok(())) => {
                self.sent_at = Instant::now();
                Ok(())
            }
            Ok(Err(_closed)) => Err(End::Quiet),
            Err(_elapsed) => Err(End::SlowReader),
        }
    }
}

#[cfg(test)]
mod tests;
