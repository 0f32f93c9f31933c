//! Whether one connection is at work, and since when it is not.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// What time is counted from.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Written by the connection's own task and its streams, read by whoever looks for idle ones.
#[derive(Debug)]
pub(in crate::serve) struct Pulse {
    /// Requests between their head and the head of their answer.
    busy: AtomicUsize,
    /// Answers whose body is not handed over as a whole.
    answering: AtomicUsize,
    /// Bytes wait for the peer to take them; [`super::super::paced::Paced`] has a limit for that.
    is_writing: AtomicBool,
    /// Nanoseconds from the start to the last beginning or end of the above, or part of an answer.
    moved: AtomicU64,
    is_closing: AtomicBool,
    close: Notify,
}

impl Pulse {
    pub(in crate::serve) fn new() -> Self {
        Self {
            busy: AtomicUsize::new(0),
            answering: AtomicUsize::new(0),
            is_writing: AtomicBool::new(false),
            moved: AtomicU64::new(now()),
            is_closing: AtomicBool::new(false),
            close: Notify::new(),
        }
    }

    pub(in crate::serve) fn begin(self: &Arc<Self>) -> Busy {
        Busy::count(self, Counted::Request)
    }

    pub(in crate::serve) fn answer(self: &Arc<Self>) -> Busy {
        Busy::count(self, Counted::Answer)
    }

    pub(super) fn has_moved(&self) {
        self.moved.store(now(), Ordering::Relaxed);
    }

    pub(in crate::serve) fn writes(&self, is_writing: bool) {
        self.is_writing.store(is_writing, Ordering::Relaxed);
    }

    /// No request waits for us. What is still being sent can be cut where room is needed.
    pub(in crate::serve) fn is_idle(&self) -> bool {
        self.busy.load(Ordering::Relaxed) == 0
    }

    /// Idle for longer than a peer may be: `between` requests, or `within` an answer.
    pub(in crate::serve) fn is_silent(&self, between: Duration, within: Duration) -> bool {
        let is_answering = self.answering.load(Ordering::Relaxed) > 0;
        let longest = if is_answering { within } else { between };
        let silent = Duration::from_nanos(now().saturating_sub(self.moved()));
        self.is_idle() && !self.is_writing.load(Ordering::Relaxed) && silent >= longest
    }

    pub(super) fn moved(&self) -> u64 {
        self.moved.load(Ordering::Relaxed)
    }

    pub(super) fn is_closing(&self) -> bool {
        self.is_closing.load(Ordering::Relaxed)
    }

    /// Asks the connection to end. Once is enough.
    pub(super) fn close(&self, reason: &'static str) {
        if !self.is_closing.swap(true, Ordering::Relaxed) {
            metrics::counter!("http_connections_ended_total", "reason" => reason).increment(1);
            self.close.notify_one();
        }
    }

    pub(in crate::serve) async fn closed(&self) {
        self.close.notified().await;
    }

    #[cfg(test)]
    pub(super) fn has_moved_at(&self, nanos: u64) {
        self.moved.store(nanos, Ordering::Relaxed);
    }
}

fn now() -> u64 {
    // Fits for five centuries.
    u64::try_from(START.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

#[derive(Debug, Clone, Copy)]
enum Counted {
    Request,
    Answer,
}

/// One request or answer under way, until it is dropped.
#[derive(Debug)]
pub(in crate::serve) struct Busy {
    pulse: Arc<Pulse>,
    counted: Counted,
}

impl Busy {
    fn count(pulse: &Arc<Pulse>, counted: Counted) -> Self {
        let busy = Self { pulse: Arc::clone(pulse), counted };
        busy.counter().fetch_add(1, Ordering::Relaxed);
        pulse.has_moved();
        busy
    }

    pub(super) fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    fn counter(&self) -> &AtomicUsize {
        match self.counted {
            Counted::Request => &self.pulse.busy,
            Counted::Answer => &self.pulse.answering,
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        // First, so that nobody takes it for idle since long ago.
        self.pulse.has_moved();
        self.counter().fetch_sub(1, Ordering::Relaxed);
    }
}
