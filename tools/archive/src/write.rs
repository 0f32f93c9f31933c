//! From the log into segments, behind what is archived already.

use std::path::Path;

use domain::Sequence;
use event_store::EventLog;

use crate::archive::Archive;
use crate::error::ArchiveError;
use crate::files::{self, DRAFT};
use crate::segment::Draft;
use crate::{OnProgress, Phase, Progress};

/// Events that are taken from the log at once.
const BATCH: usize = 1_000;

/// Of one segment. It is held in memory, compressed, until it is whole.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub events: u64,
    /// Of the lines before they are compressed.
    pub bytes: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { events: 100_000, bytes: 64 << 20 }
    }
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Archived {
    /// The last archived sequence before and after.
    pub before: u64,
    pub after: u64,
    /// Segments that were written.
    pub segments: usize,
}

/// Copies the log up to the head that it has now.
///
/// # Errors
/// Where the archive is damaged at its end, is of another log, or holds what the log does not; nothing is written then.
/// Where the log or the disk fails on the way, whole segments stay and the next run goes on behind them.
pub async fn archive(
    log: &dyn EventLog,
    dir: &Path,
    bounds: Bounds,
    on_progress: &mut OnProgress<'_>,
) -> Result<Archived, ArchiveError> {
    files::make_dir(dir)?;
    let _lock = files::lock(dir)?;
    for draft in files::names(dir, DRAFT)? {
        let path = dir.join(draft);
        std::fs::remove_file(&path).map_err(ArchiveError::io(&path))?;
    }
    let mut archive = Archive::open_or_create(dir, log.shard().0, &log.lineage())?;
    if archive.unlisted > 0 {
        archive.manifest.write(dir)?;
    }
    let head = log.head().await?.get();
    check(&archive, log, head).await?;
    let before = archive.last();
    let mut segments = 0;
    if head > before {
        let mut tail = log.tail_stored(sequence(before)).await?;
        let mut draft = Draft::behind(&archive.manifest)?;
        while archive.last() < head {
            let events = tail.next_batch(BATCH).await.ok_or(ArchiveError::TailEnded)??;
            for event in events.into_iter().filter(|event| event.sequence.get() <= head) {
                draft.push(&event)?;
                let is_full = draft.events() >= bounds.events || draft.bytes() >= bounds.bytes;
                if is_full || event.sequence.get() == head {
                    let entry = draft.finish(dir, &archive.manifest)?;
                    archive.manifest.segments.push(entry);
                    archive.manifest.write(dir)?;
                    segments += 1;
                    draft = Draft::behind(&archive.manifest)?;
                }
            }
            let events = archive.last() + draft.events() - before;
            on_progress(Progress { phase: Phase::Archiving, events, total: head - before });
        }
    }
    Ok(Archived { before, after: archive.last(), segments })
}

/// The log has to be the one that the archive began with, and to hold its last event still.
async fn check(archive: &Archive, log: &dyn EventLog, head: u64) -> Result<(), ArchiveError> {
    let (archived, found) = (&archive.manifest.lineage, log.lineage().to_string());
    if *archived != found {
        return Err(ArchiveError::OtherLog { archived: archived.clone(), found });
    }
    if archive.manifest.shard != log.shard().0 {
        return Err(ArchiveError::OtherShard { archived: archive.manifest.shard, found: log.shard().0 });
    }
    let last = archive.last();
    if head < last {
        return Err(ArchiveError::LogIsShorter { head, archived: last });
    }
    let mut newest = archive.events(last);
    let Some(archived) = newest.next()? else { return Ok(()) };
    // To its end, so that its hash is compared too.
    while newest.next()?.is_some() {}
    let mut tail = log.tail_stored(sequence(last - 1)).await?;
    let found = tail.next_batch(1).await.ok_or(ArchiveError::TailEnded)??;
    let is_same = found.into_iter().next().is_some_and(|found| {
        // A log that was restored has other headers of delivery.
        found.without_delivery() == archived.without_delivery()
    });
    if is_same { Ok(()) } else { Err(ArchiveError::Differs { sequence: last }) }
}

/// Sequences of an archive came from a log, so they are in range.
pub(crate) fn sequence(value: u64) -> Sequence {
    Sequence::new(value).unwrap_or(Sequence::MAX)
}
