//! Every write to the ledger, in the order in which the broker took them, read without any code of the workspace.

use anyhow::{Context, Result, ensure};
use async_nats::jetstream;
use serde_json::Value;

use crate::check::log;

const STREAM: &str = "KV_JOBS_0";
const PREFIX: &str = "$KV.JOBS_0.";
/// Not a window, but the lock of a job. What comes of it is seen in the windows.
const LOCK: &str = ".lock";
/// Of one window that are kept; more than it gets in a minute of beats.
const WRITES_MAX: i64 = 10_000;
pub const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// An entry of the ledger, as one write left it.
#[derive(Debug, Clone)]
pub struct Write {
    /// Microseconds since 1970, by the broker's clock.
    pub at: i64,
    /// Job and window.
    pub key: String,
    pub entry: Value,
}

impl Write {
    pub fn job(&self) -> &str {
        self.key.split('.').next().unwrap_or_default()
    }

    pub fn text(&self, field: &str) -> &str {
        self.entry[field].as_str().unwrap_or_default()
    }

    pub fn number(&self, field: &str) -> i64 {
        self.entry[field].as_i64().unwrap_or(-1)
    }

    /// A runner has it.
    pub fn is_held(&self) -> bool {
        self.text("state") == "running" && self.text("claim") != NOBODY
    }

    /// The process that has it.
    pub fn runner(&self) -> Option<u32> {
        self.text("runner").rsplit('/').next()?.parse().ok()
    }
}

#[derive(Debug, Default)]
pub struct Trail {
    writes: Vec<Write>,
    read: u64,
}

impl Trail {
    /// From now on the broker keeps every write, not only the last one of each window.
    pub async fn keep(urls: &str) -> Result<Self> {
        let context = jetstream::new(log::connect(urls).await?);
        let mut stream = context.get_stream(STREAM).await.context("the ledger")?;
        let mut config = stream.info().await?.config.clone();
        config.max_messages_per_subject = WRITES_MAX;
        context.update_stream(config).await.context("keep every write to the ledger")?;
        Ok(Self::default())
    }

    /// With what was written meanwhile.
    pub async fn refresh(&mut self, urls: &str) -> Result<&[Write]> {
        for stored in log::stored(urls, STREAM, self.read + 1).await? {
            ensure!(stored.sequence == self.read + 1, "the ledger lost a write");
            let key = stored.subject.strip_prefix(PREFIX).context("a key of the ledger")?.to_owned();
            self.read = stored.sequence;
            if key.ends_with(LOCK) {
                continue;
            }
            let entry: Value = serde_json::from_slice(&stored.data).context("an entry of the ledger")?;
            self.writes.push(Write { at: stored.time, key, entry });
        }
        Ok(&self.writes)
    }
}

/// Of each window, in the order in which they were claimed first.
pub fn last_writes(trail: &[Write]) -> Vec<&Write> {
    let mut last: Vec<&Write> = Vec::new();
    for write in trail {
        match last.iter_mut().find(|known| known.key == write.key) {
            Some(known) => *known = write,
            None => last.push(write),
        }
    }
    last
}

/// When a window ends, in seconds since 1970.
pub fn end_of(write: &Write) -> Option<i64> {
    Some(log::micros(write.text("end"))? / 1_000_000)
}
