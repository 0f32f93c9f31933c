//! Peers that send or read so slowly that waiting for them would be all that a connection does.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// The least that has to move while a peer is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeastRate {
    pub bytes: usize,
    pub every: Duration,
}

/// Watches one direction of one peer. Only time counts in which the peer is waited for.
#[derive(Debug)]
pub(crate) struct Meter {
    rate: LeastRate,
    moved: usize,
    /// On the heap, and only made where there is a wait: most bodies and answers move at once.
    wait: Option<Pin<Box<Sleep>>>,
}

impl Meter {
    pub(crate) fn new(rate: LeastRate) -> Self {
        Self { rate, moved: 0, wait: None }
    }

    pub(crate) fn moved(&mut self, bytes: usize) {
        let Some(wait) = &self.wait else { return };
        self.moved += bytes;
        // A wait that is over without having been noticed was ours: nobody looked for what the peer had sent.
        if self.moved >= self.rate.bytes || wait.deadline() <= Instant::now() {
            self.settled();
        }
    }

    /// Nobody waits for the peer any more.
    pub(crate) fn settled(&mut self) {
        self.moved = 0;
        self.wait = None;
    }

    /// To be asked whenever the peer is waited for; ready when it was too slow.
    pub(crate) fn poll_too_slow(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let every = self.rate.every;
        self.wait.get_or_insert_with(|| Box::pin(sleep(every))).as_mut().poll(context)
    }
}
