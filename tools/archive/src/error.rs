use std::path::{Path, PathBuf};

use event_store::ReadError;
use event_store_nats::RestoreError;

#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("{}", path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("there is no archive in {}: it has no manifest.json", .0.display())]
    Missing(PathBuf),
    /// `file` is the part of the archive that is wrong.
    #[error("{file}: {why}")]
    Damaged { file: String, why: String },
    #[error("another run works on {}", .0.display())]
    Locked(PathBuf),
    #[error("the archive is of another log: it holds {archived}, the log is {found}")]
    OtherLog { archived: String, found: String },
    #[error("the archive is of shard {archived}, the log of shard {found}")]
    OtherShard { archived: u8, found: u8 },
    #[error(
        "the log ends at sequence {head}, but the archive holds it up to {archived}: the log lost events"
    )]
    LogIsShorter { head: u64, archived: u64 },
    #[error("event {sequence} of the log is not the one in the archive")]
    Differs { sequence: u64 },
    #[error(
        "the stream holds {head} events, and the archive only {archived}: it was not filled from this archive"
    )]
    StreamIsLonger { head: u64, archived: u64 },
    #[error("the log could not be read")]
    Log(#[from] ReadError),
    #[error("the log's tail ended")]
    TailEnded,
    #[error("the stream could not be filled")]
    Restore(#[from] RestoreError),
}

impl ArchiveError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    pub(crate) fn damaged(file: &str, why: impl Into<String>) -> Self {
        Self::Damaged { file: file.to_owned(), why: why.into() }
    }
}
