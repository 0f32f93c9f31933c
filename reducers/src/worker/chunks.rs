//! How a batch is written: whole where nothing is parked and nothing is wrong with it, else in chunks.

use data_set::write::{Step, WriteError};
use event_store::RecordedEvent;

use super::commit::commit;
use super::cursor::Cursor;
use super::decide::{Decided, Refusal, decide};
use super::drop_events::drop_events;
use super::error::WorkerError;
use super::projection_worker::ProjectionWorker;
use crate::parking::{ChunkLimit, Classified, chunk_length, classify};
use crate::projections::{Changes, Fold};

/// How all events of a batch change the rows; `None` where one of them cannot be decoded, or drops others.
pub(super) fn fold_whole(fold: &dyn Fold, events: &[RecordedEvent]) -> Option<Box<dyn Changes>> {
    let mut known = Vec::with_capacity(events.len());
    for recorded in events {
        match classify(fold, recorded) {
            Classified::Known(event) => known.push(event),
            Classified::Foreign => {}
            Classified::Undecodable(_) | Classified::Drop(_) | Classified::Dropped(_) => return None,
        }
    }
    Some(fold.fold(known))
}

/// Writes a batch, or as much of it as there is before an error.
pub(super) async fn write_batch(
    worker: &ProjectionWorker,
    cursor: &mut Cursor,
    events: &[RecordedEvent],
    changes: Option<Box<dyn Changes>>,
) -> Result<(), WorkerError> {
    let Some(last) = events.last() else { return Ok(()) };
    if let Some(changes) = changes.filter(|_| cursor.is_clear_for(events)) {
        let to = cursor.behind(last);
        let mut step = Step::advance(&worker.pool, &cursor.key, cursor.checkpoint, to).await?;
        match changes.write(&mut step).await {
            Ok(()) => return commit(worker, cursor, step, last, Decided::default()).await,
            // Some event of it says what no row can hold; the chunks will show which one.
            Err(WriteError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    write_chunks(worker, cursor, events).await
}

async fn write_chunks(
    worker: &ProjectionWorker,
    cursor: &mut Cursor,
    events: &[RecordedEvent],
) -> Result<(), WorkerError> {
    let classified: Vec<Classified> =
        events.iter().map(|recorded| cursor.classify(&*worker.fold, recorded)).collect();
    let (mut at, mut limit) = (0, ChunkLimit::new(events.len()));
    while at < events.len() {
        if let Classified::Drop(decision) = &classified[at] {
            drop_events(worker, cursor, &events[at], decision).await?;
            at += 1;
            continue;
        }
        let length = chunk_length(&*worker.fold, &cursor.parked, &classified[at..]).min(limit.events());
        let chunk = (&events[at..at + length], &classified[at..at + length]);
        match write_chunk(worker, cursor, chunk, None).await {
            Err(WorkerError::Write(WriteError::Refused(_))) if limit.halve(length) => continue,
            Err(WorkerError::Write(WriteError::Refused(error))) => {
                write_chunk(worker, cursor, chunk, Some(&error)).await?;
            }
            written => written?,
        }
        at += length;
        limit.grow();
    }
    Ok(())
}

async fn write_chunk(
    worker: &ProjectionWorker,
    cursor: &mut Cursor,
    (events, classified): (&[RecordedEvent], &[Classified]),
    refusal: Refusal<'_>,
) -> Result<(), WorkerError> {
    let Some(last) = events.last() else { return Ok(()) };
    let mut step = Step::advance(&worker.pool, &cursor.key, cursor.checkpoint, cursor.behind(last)).await?;
    let decided = decide(&*worker.fold, &mut step, &cursor.parked, events, classified, refusal).await?;
    commit(worker, cursor, step, last, decided).await
}
