//! Closed loops: so many callers, each of whom sends the next request when the last one is answered.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::task::JoinSet;

use super::http::Connection;
use crate::stats::Sample;

/// For how long a load runs before it counts, and then while it does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    pub(crate) warm_up: Duration,
    pub(crate) measured: Duration,
}

/// When a caller counts and when it ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    begin: Instant,
    end: Instant,
}

impl Window {
    pub(crate) fn opening(timing: Timing) -> Self {
        let begin = Instant::now() + timing.warm_up;
        Self { begin, end: begin + timing.measured }
    }

    pub(crate) fn is_over(&self) -> bool {
        Instant::now() >= self.end
    }

    /// Counts what began and ended inside of the window.
    pub(crate) fn count(&self, sample: &mut Sample, began: Instant, succeeded: bool) {
        sample.elapsed = self.end - self.begin;
        let ended = Instant::now();
        if began < self.begin || ended > self.end {
            return;
        }
        if succeeded { sample.push(ended - began) } else { sample.failures += 1 }
    }
}

/// Sends requests over kept connections, one caller each. `requests(caller)` gives that caller's requests for ever.
pub(crate) async fn requests<Next>(
    address: SocketAddr,
    callers: usize,
    timing: Timing,
    expected: u16,
    requests: impl Fn(usize) -> Next + Send + 'static,
) -> Result<Sample>
where
    Next: FnMut() -> String + Send + 'static,
{
    super::on_one_thread(move || async move {
        let mut connections = Vec::with_capacity(callers);
        for caller in 0..callers {
            connections.push((Connection::open(address).await?, requests(caller)));
        }
        let window = Window::opening(timing);
        let mut running = JoinSet::new();
        for (mut connection, mut next) in connections {
            running.spawn(async move {
                let mut sample = Sample::default();
                while !window.is_over() {
                    let request = next();
                    let began = Instant::now();
                    let answer = connection.exchange(request.as_bytes()).await?;
                    window.count(&mut sample, began, answer.status == expected);
                }
                anyhow::Ok(sample)
            });
        }
        gather(running).await
    })
    .await
}

/// The sum of what all callers measured.
pub(crate) async fn gather(mut running: JoinSet<Result<Sample>>) -> Result<Sample> {
    let mut sum = Sample::default();
    while let Some(sample) = running.join_next().await {
        sum.absorb(sample.context("a caller failed")??);
    }
    Ok(sum)
}
