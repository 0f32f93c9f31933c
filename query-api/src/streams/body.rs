//! A stream while it is read.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use data_set::read::{ChangeKey, ReadError};
use futures::stream;
use http_kit::{ClientAddress, Share};
use service_kit::Chain;
use tokio::time::{Instant, sleep, timeout_at};

use super::Streams;
use super::event;
use super::hub::{Guest, Item, Seat};
use super::page::{Page, page};
use super::watch_tokens::why_over;

/// Between two tries to read the data set.
const RETRY_INTERVAL: Duration = Duration::from_millis(500);
/// After so many the stream ends; its client comes again.
const TRIES_MAX: u32 = 20;
/// Clients come again after so many milliseconds, at random, so that those of a service that ended come one by one.
const RETRY_MILLISECONDS: std::ops::Range<u32> = 500..2_500;

pub(super) struct Reading {
    streams: Streams,
    guest: Guest,
    /// Sent up to here.
    reached: ChangeKey,
    seat: Option<Seat>,
    /// A sign of life, unless something is sent before.
    due: Instant,
    /// Of the data set, in a row.
    failures: u32,
    has_begun: bool,
    is_over: bool,
    _open: Open,
}

/// What a stream takes of what all share.
#[derive(Debug)]
#[expect(dead_code, reason = "they are held")]
pub(super) struct Open {
    pub(super) of_account: Share<i64>,
    pub(super) of_address: Share<ClientAddress>,
}

pub(super) fn body(streams: Streams, guest: Guest, begin: ChangeKey, open: Open) -> Body {
    metrics::gauge!("query_streams").increment(1);
    let reading = Reading {
        streams,
        guest,
        reached: begin,
        seat: None,
        due: Instant::now(),
        failures: 0,
        has_begun: false,
        is_over: false,
        _open: open,
    };
    Body::from_stream(stream::unfold(reading, |mut reading| async {
        let ending = reading.streams.ending.clone();
        let bytes = ending.run_until_cancelled(reading.next()).await??;
        Some((Ok::<_, Infallible>(bytes), reading))
    }))
}

impl Reading {
    /// What is sent next; `None` where the stream has ended.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            let bytes = self.advance().await?;
            let now = Instant::now();
            if bytes.is_empty() && now < self.due {
                continue;
            }
            self.due = now + self.streams.limits.silence_max;
            return Some(if bytes.is_empty() { event::heartbeat(self.reached) } else { bytes });
        }
    }

    /// One move, of which nothing to send may come. It waits until a sign of life is due at the longest, and for the data
    /// set.
    async fn advance(&mut self) -> Option<Bytes> {
        if self.is_over {
            return None;
        }
        if !std::mem::replace(&mut self.has_begun, true) {
            let retry = rand::random_range(RETRY_MILLISECONDS);
            return Some([event::retry(retry).as_bytes(), &event::heartbeat(self.reached)].concat().into());
        }
        let frontier = self.seat.as_ref().map(|seat| seat.frontier);
        if frontier.is_some_and(|frontier| frontier <= self.reached) {
            return self.listen().await;
        }
        // Only those that are told what happens are watched by others.
        if let Some(reason) = self.why_over().await {
            return Some(self.end(reason));
        }
        let page = self.read(frontier.map_or(i64::MAX, |frontier| frontier.position)).await?;
        match frontier {
            None if page.is_last => self.sit_down().await?,
            Some(frontier) if page.is_last && page.bytes.is_empty() && self.reached < frontier => {
                // The data fell back, as behind a replica: it has to come again.
                sleep(RETRY_INTERVAL).await;
            }
            _ => {}
        }
        Some(page.bytes.into())
    }

    /// What it is told.
    async fn listen(&mut self) -> Option<Bytes> {
        let seat = self.seat.as_mut()?;
        let Ok(item) = timeout_at(self.due, seat.next()).await else {
            self.reached = seat.told_to().map_or(self.reached, |told_to| told_to.max(self.reached));
            return Some(Bytes::new());
        };
        let Item { before, end, content } = item?;
        if end < self.reached || end == self.reached && before < end {
            return Some(Bytes::new());
        }
        match content {
            Some(bytes) if before >= self.reached => {
                self.reached = end;
                Some(bytes)
            }
            // It was told of something of which it has a part, or that it has to read for itself: with all that waits.
            _ => {
                seat.frontier = seat.drain(end);
                Some(Bytes::new())
            }
        }
    }

    async fn why_over(&self) -> Option<&'static str> {
        let Guest { opened_at, credential, generation, .. } = &self.guest;
        if self.streams.hub.generation() != *generation {
            return Some("other-log");
        }
        why_over(&self.streams.identity, *opened_at, credential).await
    }

    fn end(&mut self, reason: &'static str) -> Bytes {
        self.is_over = true;
        match self.seat.take() {
            Some(seat) => seat.end(reason),
            None => metrics::counter!("query_streams_ended_total", "reason" => reason).increment(1),
        }
        event::ending(reason)
    }

    /// It stays without a seat where the data set is not to be read.
    async fn sit_down(&mut self) -> Option<()> {
        match self.streams.join(&self.guest).await {
            Ok(seat) => self.seat = Some(seat?),
            Err(error) => self.rest(&error).await?,
        }
        Some(())
    }

    /// The next part up to a position; nothing where it was not its turn, or that failed. No more than a few read at a
    /// time, so that other queries have connections.
    async fn read(&mut self, until: i64) -> Option<Page> {
        let Ok(turn) = timeout_at(self.due, self.streams.readers.acquire()).await else {
            return Some(Page::nothing(self.reached));
        };
        let turn = turn.ok()?;
        let Guest { viewer, filter, .. } = &self.guest;
        let page = page(&self.streams.hub.pool, *viewer, filter, self.reached, until).await;
        drop(turn);
        match page {
            Ok(page) => {
                self.failures = 0;
                // A replica that is behind shows nothing new.
                self.reached = self.reached.max(page.end);
                Some(page)
            }
            Err(error) => {
                self.rest(&error).await?;
                Some(Page::nothing(self.reached))
            }
        }
    }

    async fn rest(&mut self, error: &ReadError) -> Option<()> {
        self.failures += 1;
        if self.failures >= TRIES_MAX || !error.retryable() {
            tracing::warn!(error = %Chain(error), "a stream ends: the data set is not to be read");
            metrics::counter!("query_streams_ended_total", "reason" => "unavailable").increment(1);
            return None;
        }
        sleep(RETRY_INTERVAL).await;
        Some(())
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        metrics::gauge!("query_streams").decrement(1);
    }
}
