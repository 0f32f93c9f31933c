//! Every write to a bucket, in the order in which the broker took them, read without any code of the workspace.

use anyhow::{Context, Result, ensure};
use async_nats::jetstream;
use serde_json::Value;

use crate::check::log;

/// The ledger of jobs.
pub const JOBS: &str = "JOBS_0";
/// Not a window, but the lock of a job. What comes of it is seen in the windows.
const LOCK: &str = ".lock";
/// Of one entry that are kept; more than it gets in a minute of beats.
const WRITES_MAX: i64 = 10_000;
pub const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// An entry, as one write left it.
#[derive(Debug, Clone)]
pub struct Write {
    /// Microseconds since 1970, by the broker's clock.
    pub at: i64,
    /// Of the ledger: job and window.
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

#[derive(Debug)]
pub struct Trail {
    bucket: &'static str,
    writes: Vec<Write>,
    read: u64,
}

impl Trail {
    /// From now on the broker keeps every write, not only the last one of each entry.
    pub async fn keep(urls: &str, bucket: &'static str) -> Result<Self> {
        let context = jetstream::new(log::connect(urls).await?);
        let mut stream = context.get_stream(stream(bucket)).await.context(bucket)?;
        let mut config = stream.info().await?.config.clone();
        config.max_messages_per_subject = WRITES_MAX;
        context.update_stream(config).await.context("keep every write to a bucket")?;
        Ok(Self { bucket, writes: Vec::new(), read: 0 })
    }

    /// As far as it was read.
    pub fn writes(&self) -> &[Write] {
        &self.writes
    }

    /// With what was written meanwhile.
    pub async fn refresh(&mut self, urls: &str) -> Result<&[Write]> {
        let prefix = format!("$KV.{}.", self.bucket);
        for stored in log::stored(urls, &stream(self.bucket), self.read + 1).await? {
            ensure!(stored.sequence == self.read + 1, "{} lost a write", self.bucket);
            let key = stored.subject.strip_prefix(&prefix).context("a key of a bucket")?.to_owned();
            self.read = stored.sequence;
            if key.ends_with(LOCK) {
                continue;
            }
            let entry: Value = serde_json::from_slice(&stored.data).context("an entry of a bucket")?;
            self.writes.push(Write { at: stored.time, key, entry });
        }
        Ok(&self.writes)
    }
}

fn stream(bucket: &str) -> String {
    format!("KV_{bucket}")
}

/// Of each entry, in the order in which they were written first.
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
