//! A stream while it is read.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use data_set::read::{ChangeKey, ReadError};
use futures::stream;
use http_kit::{ClientAddress, Share};
use service_kit::Chain;
use tokio::time::sleep;

use super::Streams;
use super::event;
use super::follow::follow;
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
    let reading =
        Reading { streams, guest, reached: begin, seat: None, has_begun: false, is_over: false, _open: open };
    Body::from_stream(stream::unfold(reading, |mut reading| async {
        let ending = reading.streams.ending.clone();
        let bytes = ending.run_until_cancelled(reading.next()).await??;
        Some((Ok::<_, Infallible>(bytes), reading))
    }))
}

impl Reading {
    async fn next(&mut self) -> Option<Bytes> {
        if !std::mem::replace(&mut self.has_begun, true) {
            let retry = rand::random_range(RETRY_MILLISECONDS);
            let place = event::heartbeat(self.reached);
            return Some([event::retry(retry).as_bytes(), &place].concat().into());
        }
        loop {
            if self.is_over {
                return None;
            }
            // Only those that are told what happens are watched by others.
            let reads = self.seat.as_ref().is_none_or(|seat| self.reached < seat.frontier);
            if reads && let Some(reason) = self.why_over().await {
                return Some(self.end(reason));
            }
            let Some(seat) = &mut self.seat else {
                let page = self.read(i64::MAX).await?;
                if page.is_last {
                    self.sit_down().await?;
                }
                if !page.bytes.is_empty() {
                    return Some(page.bytes.into());
                }
                continue;
            };
            if self.reached < seat.frontier {
                let frontier = seat.frontier;
                let page = self.read(frontier.position).await?;
                if !page.bytes.is_empty() {
                    return Some(page.bytes.into());
                }
                if page.is_last && self.reached < frontier {
                    // The data fell back, as behind a replica: it has to come again.
                    sleep(RETRY_INTERVAL).await;
                }
                continue;
            }
            let Item { before, end, content } = seat.next().await?;
            if end < self.reached || end == self.reached && before < end {
                continue;
            }
            match content {
                Some(bytes) if before >= self.reached => {
                    self.reached = end;
                    return Some(bytes);
                }
                // It was told of something that it has, or has to read for itself.
                _ => seat.frontier = end,
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

    async fn sit_down(&mut self) -> Option<()> {
        let hub = &self.streams.hub;
        let mut tries = 0;
        let (seat, is_first) = loop {
            match hub.join(&self.guest).await {
                Ok(joined) => break joined?,
                Err(error) => self.rest(&error, &mut tries).await?,
            }
        };
        if is_first {
            tokio::spawn(follow(Arc::clone(hub)));
        }
        self.seat = Some(seat);
        Some(())
    }

    /// The next part up to a position. No more than a few read at a time, so that other queries have connections.
    async fn read(&mut self, until: i64) -> Option<Page> {
        let mut tries = 0;
        loop {
            let _turn = self.streams.readers.acquire().await.ok()?;
            let Guest { viewer, filter, .. } = &self.guest;
            match page(&self.streams.hub.pool, *viewer, filter, self.reached, until).await {
                Ok(page) => {
                    // A replica that is behind shows nothing new.
                    self.reached = self.reached.max(page.end);
                    return Some(page);
                }
                Err(error) => {
                    drop(_turn);
                    self.rest(&error, &mut tries).await?;
                }
            }
        }
    }

    async fn rest(&self, error: &ReadError, tries: &mut u32) -> Option<()> {
        *tries += 1;
        if *tries >= TRIES_MAX || !error.retryable() {
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
