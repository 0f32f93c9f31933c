//! Copies of the log in files: written behind the log's head, verified without it, and made a log again.
//!
//! ```text
//!   manifest.json                        what belongs to the archive, and the hash of every file
//!   00000000000000000001.ndjson.zst      a segment, named by its first sequence: a header line, then a line per event
//!   00000000000000100001.ndjson.zst
//!                    └── previous: the hash of the segment before it; of the first: a hash of format, shard and lineage
//! ```
//!
//! A segment never changes once it has its name. It is written aside, synced and renamed, then the manifest likewise;
//! so a crash never leaves less than what was there before. docs/adr/0010-archive-format.md has
//! the format in full. This crate knows no SQL and no HTTP, and of the log only its contract and how to fill a new one.

mod archive;
mod error;
mod files;
mod line;
mod manifest;
mod restore;
mod segment;
mod verify;
mod write;

pub use archive::Archive;
pub use error::ArchiveError;
pub use manifest::{Entry, Manifest};
pub use restore::{Restored, restore};
pub use verify::{Problem, verify};
pub use write::{Archived, Bounds, archive};

/// How far something long is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub phase: Phase,
    pub events: u64,
    /// Of this phase.
    pub total: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// From the log into segments.
    Archiving,
    /// The segments against their hashes.
    Verifying,
    /// From segments into a stream.
    Restoring,
    /// The stream against the segments.
    Comparing,
}

/// Is told now and then.
pub type OnProgress<'a> = dyn FnMut(Progress) + Send + 'a;

impl Phase {
    /// What is being done, for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Archiving => "archiving",
            Self::Verifying => "verifying",
            Self::Restoring => "restoring",
            Self::Comparing => "comparing",
        }
    }
}
