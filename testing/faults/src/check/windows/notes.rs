//! What runs of jobs wrote down: each a line when it begins, and one when it ends.

use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// Where a run's notes go.
pub const NOTES: &str = "FAULTS_NOTES";
/// Where it reads.
pub const RELAY: &str = "FAULTS_RELAY";
pub const QUERY_API: &str = "FAULTS_QUERY_API";

/// A try of a window, as it was told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobTry {
    pub job: String,
    /// For its effects.
    pub key: String,
    pub number: u32,
    pub start: String,
    pub end: String,
    pub from: i64,
    pub to: i64,
    /// The process that runs it, and the one that started that.
    pub process: u32,
    pub runner: u32,
    /// By [`uptime`].
    pub began: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ended {
    /// By [`uptime`].
    pub at: u64,
    /// The positions of the events that it read between its own.
    pub seen: Vec<i64>,
    /// Of the data set, before it began.
    pub data_position: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Note {
    pub run: JobTry,
    /// `None`: it begins.
    pub ended: Option<Ended>,
}

/// A runner that was killed or frozen: what it had begun is nobody's from then on.
#[derive(Debug, Clone, Copy)]
pub struct Gone {
    pub runner: u32,
    /// By [`uptime`].
    pub at: u64,
}

/// Milliseconds since the machine was started: the one clock that all processes share and that nobody sets.
pub fn uptime() -> Result<u64> {
    let text = std::fs::read_to_string("/proc/uptime").context("/proc/uptime")?;
    let seconds: f64 = text.split(' ').next().unwrap_or_default().parse().context("the uptime")?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some years in milliseconds")]
    Ok((seconds * 1_000.0) as u64)
}

/// Each run that began, with how it ended, in the order in which they began.
pub fn read(path: &Path) -> Result<Vec<Note>> {
    let mut runs: Vec<Note> = Vec::new();
    for line in std::fs::read_to_string(path).unwrap_or_default().lines() {
        let note: Note = serde_json::from_str(line).with_context(|| format!("a note: {line}"))?;
        match runs.iter_mut().find(|known| known.run == note.run) {
            Some(known) => known.ended = note.ended,
            None => runs.push(note),
        }
    }
    Ok(runs)
}
