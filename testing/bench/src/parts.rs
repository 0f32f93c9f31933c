//! The parts of a run. Each starts what it needs from nothing, so that none inherits another's load.

mod archive;
mod consume;
mod count;
mod edit;
mod export;
mod fold;
mod greedy;
mod keys;
mod memory;
mod people;
mod post;
mod read;
mod stream;
mod visible;
mod webhooks;

use std::time::Duration;

use crate::archive::Times;
use crate::identity::Callers;
use crate::load::closed::Timing;
use crate::memory_book::MemoryBook;
use crate::programs::Programs;

pub(crate) use archive::ArchiveParts;

/// Callers of the widest load, each with an account of its own.
const CALLERS: i64 = 64;

/// How much is done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    /// Messages of the archive.
    pub(crate) events: u64,
    pub(crate) times: Times,
    /// Of every closed loop.
    timing: Timing,
    /// Of the open loop.
    visible: Duration,
    /// Requests per size of data.
    counts: usize,
    /// Posts to 1,000 followers each.
    fan_out_posts: u64,
    /// Streams that nothing is told.
    idle_streams: usize,
    /// Events that consumers take.
    consumed: u64,
    /// That are sent.
    webhook_events: u64,
    /// Before idle memory is looked at.
    idle: Duration,
}

impl Scale {
    pub(crate) const FULL: Self = Self {
        events: 1_000_000,
        times: Times::Year,
        timing: Timing { warm_up: Duration::from_secs(2), measured: Duration::from_secs(8) },
        visible: Duration::from_secs(20),
        counts: 1_000,
        fan_out_posts: 3_000,
        idle_streams: 5_000,
        consumed: 300_000,
        webhook_events: 50_000,
        idle: Duration::from_secs(5),
    };
    pub(crate) const QUICK: Self = Self {
        events: 100_000,
        times: Times::Year,
        timing: Timing { warm_up: Duration::from_millis(500), measured: Duration::from_secs(2) },
        visible: Duration::from_secs(4),
        counts: 200,
        fan_out_posts: 500,
        idle_streams: 500,
        consumed: 30_000,
        webhook_events: 10_000,
        idle: Duration::from_secs(1),
    };
}

/// What all parts share.
#[derive(Debug)]
pub(crate) struct Parts {
    programs: Programs,
    scale: Scale,
    memory: MemoryBook,
}

impl Parts {
    pub(crate) fn new(programs: Programs, scale: Scale) -> Self {
        Self { programs, scale, memory: MemoryBook::default() }
    }

    /// Memory was watched in every part; it is shown once.
    pub(crate) fn finish(&self) {
        self.memory.print();
    }
}

fn callers(servers: &crate::servers::Servers) -> anyhow::Result<Callers> {
    Callers::make(servers.dir(), CALLERS)
}
