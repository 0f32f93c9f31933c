//! The end of a step: rows, parked events and checkpoint are committed together.

use data_set::write::{ParkedEvent, Reason, Step};
use event_store::RecordedEvent;
use fail_points::{crash_point, planted};

use super::cursor::Cursor;
use super::decide::Decided;
use super::error::{BadEvent, WorkerError};
use super::projection_worker::{OnBad, ProjectionWorker};
use super::status::Progress;

pub(super) async fn commit(
    worker: &ProjectionWorker,
    cursor: &mut Cursor,
    mut step: Step,
    last: &RecordedEvent,
    decided: Decided,
) -> Result<(), WorkerError> {
    let bad = decided.parked.iter().find(|event| event.reason.is_bad());
    if let Some(bad) = bad.filter(|_| worker.on_bad == OnBad::Stop || planted("undecodable-stops")) {
        // It is the only event of its chunk.
        return Err(BadEvent::of(last.position, bad).into());
    }
    if !decided.folded.is_empty() {
        worker.fold.fold(decided.folded).write(&mut step).await?;
    }
    crash_point(format_args!("{}-after-rows", worker.fold.name()));
    step.park(&decided.parked).await?;
    step.commit().await?;
    cursor.checkpoint = cursor.behind(last);
    decided.keys.iter().for_each(|keys| cursor.parked.add(keys));
    decided.parked.iter().for_each(|event| tell(worker, event));
    worker.status.moved(Progress { position: last.position, recorded_at: last.recorded_at });
    Ok(())
}

fn tell(worker: &ProjectionWorker, event: &ParkedEvent) {
    let projection = worker.fold.name();
    let (reason, detail) = (event.reason.as_str(), event.detail.as_str());
    if event.reason == Reason::Dropped {
        tracing::info!(projection, event.position = event.position, detail, "a dropped event is passed over");
        return;
    }
    metrics::counter!("reducer_events_parked_total", "projection" => projection, "reason" => reason)
        .increment(1);
    if event.reason == Reason::Waiting {
        tracing::debug!(projection, event.position = event.position, detail, "an event waits");
    } else {
        tracing::error!(
            projection,
            event.position = event.position,
            reason,
            detail,
            "an event was parked; see `rookery parked list`"
        );
    }
}
