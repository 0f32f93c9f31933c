//! What belongs to an archive.

use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::ArchiveError;
use crate::files::{self, hexadecimal};

pub(crate) const FILE: &str = "manifest.json";
/// Of the files as they are described in ADR 10. Another format gets another number.
pub(crate) const FORMAT: &str = "rookery-archive/2";
pub(crate) const SEGMENT_END: &str = ".ndjson.zst";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    pub format: String,
    pub shard: u8,
    pub lineage: String,
    pub segments: Vec<Entry>,
}

/// A segment, as the manifest knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Entry {
    pub file: String,
    pub first: u64,
    pub last: u64,
    /// Of the event lines.
    pub bytes: u64,
    /// `sha256` of the segment before.
    pub previous: String,
    /// Of `previous`, a line end, and the event lines.
    pub sha256: String,
    pub file_bytes: u64,
    /// Of the file as it lies on the disk: `sha256sum` says the same.
    pub file_sha256: String,
}

/// The name of the segment that begins with a sequence.
pub(crate) fn segment_name(first: u64) -> String {
    format!("{first:020}{SEGMENT_END}")
}

impl Manifest {
    pub(crate) fn new(shard: u8, lineage: String) -> Self {
        Self { format: FORMAT.to_owned(), shard, lineage, segments: Vec::new() }
    }

    /// The last archived sequence.
    pub fn last(&self) -> u64 {
        self.segments.last().map_or(0, |segment| segment.last)
    }

    /// What the next segment builds on.
    pub(crate) fn chain_end(&self) -> String {
        match self.segments.last() {
            Some(segment) => segment.sha256.clone(),
            None => self.root(),
        }
    }

    /// The beginning of the chain, so that a segment of another log fits nowhere.
    fn root(&self) -> String {
        hexadecimal(Sha256::new_with_prefix(format!("{}\n{}\n{}\n", self.format, self.shard, self.lineage)))
    }

    /// `None` where there is none.
    pub(crate) fn read(dir: &Path) -> Result<Option<Self>, ArchiveError> {
        let Some(bytes) = files::read_if_there(&dir.join(FILE))? else { return Ok(None) };
        let damaged = |why: String| ArchiveError::damaged(FILE, why);
        let manifest: Self = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        if manifest.format != FORMAT {
            return Err(damaged(format!("its format is {}, and this code knows {FORMAT}", manifest.format)));
        }
        manifest.check_chain().map_err(damaged)?;
        Ok(Some(manifest))
    }

    /// Whether the segments follow each other, as far as the manifest can tell.
    fn check_chain(&self) -> Result<(), String> {
        let (mut next, mut previous) = (1, self.root());
        for segment in &self.segments {
            let Entry { file, first, last, .. } = segment;
            if *first != next || last < first || *file != segment_name(*first) {
                return Err(format!("{file} holds {first} to {last}, where {next} should come next"));
            }
            if segment.previous != previous {
                return Err(format!("{file} does not build on the segment before it"));
            }
            (next, previous) = (last + 1, segment.sha256.clone());
        }
        Ok(())
    }

    pub(crate) fn write(&self, dir: &Path) -> Result<(), ArchiveError> {
        let mut text = serde_json::to_vec_pretty(self)
            .map_err(|error| ArchiveError::damaged(FILE, error.to_string()))?;
        text.push(b'\n');
        files::write_whole(dir, FILE, &[&text])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive does not name the log's format, and what is restored gets the number of the program that does it.
    #[test]
    fn another_format_of_the_log_gets_another_format_of_archives() {
        assert_eq!((event_store::LOG_FORMAT, FORMAT), ("1", "rookery-archive/2"), "both move together");
    }
}
