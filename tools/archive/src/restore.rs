//! From segments into a stream, which becomes the log that was archived.

use event_store::StoredEvent;
use event_store_nats::Restoration;

use crate::archive::Archive;
use crate::error::ArchiveError;
use crate::verify::verify;
use crate::write::sequence;
use crate::{OnProgress, Phase, Progress};

/// Of one append, before what the broker adds. The broker holds it in memory until it is whole.
const BATCH_BYTES_MAX: usize = 4 << 20;
/// Events that are compared at once.
const BATCH: usize = 1_000;

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// Events that the stream held already, left by an earlier run.
    pub found: u64,
    /// Events that the stream holds of the archive: all of them.
    pub last: u64,
    /// An earlier run was finished; nothing was changed.
    pub was_done: bool,
}

/// Fills the stream, compares all of it with the archive, and only then makes it the log. Run again after an
/// interruption, it goes on.
pub async fn restore(
    archive: &Archive,
    stream: &mut Restoration,
    on_progress: &mut OnProgress<'_>,
) -> Result<Restored, ArchiveError> {
    // All of it before the first event is written: half a log is of no use.
    if let Some(problem) = verify(archive, on_progress)?.into_iter().next() {
        return Err(ArchiveError::Damaged { file: problem.file, why: problem.why });
    }
    let (head, last) = (stream.head().await?.get(), archive.last());
    if stream.is_accepted() {
        if head < last {
            return Err(ArchiveError::LogIsShorter { head, archived: last });
        }
        compare(archive, stream, 1, last, on_progress).await?;
        return Ok(Restored { found: last, last, was_done: true });
    }
    if head > last {
        return Err(ArchiveError::StreamIsLonger { head, archived: last });
    }
    compare(archive, stream, 1, head, on_progress).await?;
    fill(archive, stream, head + 1, on_progress).await?;
    compare(archive, stream, head + 1, last, on_progress).await?;
    stream.accept().await?;
    Ok(Restored { found: head, last, was_done: false })
}

async fn fill(
    archive: &Archive,
    stream: &Restoration,
    from: u64,
    on_progress: &mut OnProgress<'_>,
) -> Result<(), ArchiveError> {
    let mut events = archive.events(from);
    let (mut batch, mut bytes) = (Vec::new(), 0);
    while let Some(event) = events.next()? {
        let size = size(&event);
        if batch.len() >= Restoration::EVENTS_MAX || (bytes + size > BATCH_BYTES_MAX && !batch.is_empty()) {
            append(archive, stream, &mut batch, on_progress).await?;
            bytes = 0;
        }
        bytes += size;
        batch.push(event);
    }
    append(archive, stream, &mut batch, on_progress).await
}

async fn append(
    archive: &Archive,
    stream: &Restoration,
    batch: &mut Vec<StoredEvent>,
    on_progress: &mut OnProgress<'_>,
) -> Result<(), ArchiveError> {
    stream.append(batch).await?;
    if let Some(last) = batch.last() {
        let events = last.sequence.get();
        on_progress(Progress { phase: Phase::Restoring, events, total: archive.last() });
    }
    batch.clear();
    Ok(())
}

fn size(event: &StoredEvent) -> usize {
    let headers = event.headers.iter();
    let headers =
        headers.map(|(name, values)| values.iter().map(|value| name.len() + value.len()).sum::<usize>());
    let block = event.header_block.as_ref().map_or(0, |block| block.len() * 4 / 3);
    event.subject.len() + event.data.len() + headers.sum::<usize>() + block
}

/// Each event of the stream from one sequence to another against the archive's.
async fn compare(
    archive: &Archive,
    stream: &Restoration,
    from: u64,
    to: u64,
    on_progress: &mut OnProgress<'_>,
) -> Result<(), ArchiveError> {
    if to < from {
        return Ok(());
    }
    let mut expected = archive.events(from);
    let mut tail = stream.tail(sequence(from - 1)).await?;
    let mut at = from - 1;
    while at < to {
        let found = tail.next_batch(BATCH).await.ok_or(ArchiveError::TailEnded)??;
        for found in found {
            if at == to {
                break;
            }
            at += 1;
            let expected = expected.next()?.map(StoredEvent::without_delivery);
            if expected != Some(found.without_delivery()) {
                return Err(ArchiveError::Differs { sequence: at });
            }
        }
        on_progress(Progress { phase: Phase::Comparing, events: at, total: archive.last() });
    }
    Ok(())
}
