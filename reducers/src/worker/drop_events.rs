//! What a worker does when it reaches an event that drops others: those that it had parked are dropped, and what waited
//! for them alone is folded. Only then does the checkpoint pass. If the process ends before that, it begins again, with
//! the same result.
//!
//! Those that the worker knew of when it reached them are passed over already. One that was folded before it was
//! dropped cannot be taken out of the rows: then the event that says so is parked, which shows it and blocks nothing.

use data_set::write::{Reason, Step};
use domain::EventsDropped;
use event_store::{Dropped, RecordedEvent};

use super::commit::commit;
use super::cursor::Cursor;
use super::decide::Decided;
use super::error::WorkerError;
use super::projection_worker::ProjectionWorker;
use crate::parking::{keys_of_undecodable, parked_event, settle, too_late};

pub(super) async fn drop_events(
    worker: &ProjectionWorker,
    cursor: &mut Cursor,
    recorded: &RecordedEvent,
    decision: &EventsDropped,
) -> Result<(), WorkerError> {
    // What is parked may wait for an event that was dropped by a worker which ended before it was done.
    if !cursor.parked.is_empty() {
        // Of many such events in a row the first one's walk does the work of all.
        cursor.dropped = Dropped::read(&*worker.log, worker.fold.name()).await?;
        cursor.dropped.add(recorded.position, decision);
        settle(worker.context(&cursor.key), &cursor.dropped).await?;
        cursor.renew(worker).await?;
    }
    let late = too_late(worker.context(&cursor.key), recorded.position, decision).await?;
    let step = Step::advance(&worker.pool, &cursor.key, cursor.checkpoint, cursor.behind(recorded)).await?;
    let mut decided = Decided::default();
    if let Some(why) = late {
        let keys = keys_of_undecodable(&*worker.fold, recorded);
        decided.park(parked_event(recorded, Reason::TooLate, why.to_string(), &keys), keys);
    }
    commit(worker, cursor, step, recorded, decided).await
}
