//! An archive against itself, without a log.

use crate::archive::Archive;
use crate::error::ArchiveError;
use crate::files;
use crate::manifest::{Entry, SEGMENT_END};
use crate::segment::Reader;
use crate::{OnProgress, Phase, Progress};

/// Between two reports of progress.
const REPORT_EVENTS: u64 = 4_096;

/// A part of the archive that is wrong, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub file: String,
    pub why: String,
}

/// Reads every segment to its end. One that is damaged does not hide the next one.
pub fn verify(archive: &Archive, on_progress: &mut OnProgress<'_>) -> Result<Vec<Problem>, ArchiveError> {
    let mut problems = Vec::new();
    let total = archive.last();
    for entry in &archive.manifest.segments {
        match read_through(archive, entry, &mut |events| {
            on_progress(Progress { phase: Phase::Verifying, events, total });
        }) {
            Ok(()) => {}
            Err(ArchiveError::Damaged { file, why }) => problems.push(Problem { file, why }),
            Err(error) => return Err(error),
        }
    }
    for file in files::names(&archive.dir, SEGMENT_END)? {
        if !archive.manifest.segments.iter().any(|segment| segment.file == file) {
            let why = "it is not in the manifest, and does not go on where that ends".to_owned();
            problems.push(Problem { file, why });
        }
    }
    Ok(problems)
}

fn read_through(archive: &Archive, entry: &Entry, on_event: &mut dyn FnMut(u64)) -> Result<(), ArchiveError> {
    let mut reader = Reader::open(&archive.dir, &archive.manifest, entry)?;
    while let Some(event) = reader.next()? {
        let sequence = event.sequence.get();
        if sequence.is_multiple_of(REPORT_EVENTS) || sequence == entry.last {
            on_event(sequence);
        }
    }
    Ok(())
}
