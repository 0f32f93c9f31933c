//! How a batch is written: whole where nothing is parked and nothing is wrong with it, else piece by piece.

use data_set::write::{self, ParkedEvent, Reason, Step, WriteError};
use event_store::RecordedEvent;

use super::{BadEvent, Lane, LaneError, OnBad, Place};
use crate::fold::{Changes, Fold, KnownEvent};
use crate::quarantine::{
    Claims, Quarantine, Seen, claims_of_bad, claims_of_refused, complete, describe, park, piece, see,
};
use crate::status::Progress;

/// What all events of a batch come to; `None` where one of them is bad.
pub(crate) fn fold_whole(fold: &dyn Fold, events: &[RecordedEvent]) -> Option<Box<dyn Changes>> {
    let mut known = Vec::with_capacity(events.len());
    for recorded in events {
        match see(recorded) {
            Seen::Known(event) => known.push(event),
            Seen::Foreign => {}
            Seen::Bad(..) => return None,
        }
    }
    Some(fold.fold(known))
}

/// Writes a batch, or as much of it as there is before an error.
pub(crate) async fn write_all(
    lane: &Lane,
    key: &write::Lane,
    place: &mut Place,
    events: &[RecordedEvent],
    changes: Option<Box<dyn Changes>>,
) -> Result<(), LaneError> {
    let Some(last) = events.last() else { return Ok(()) };
    if let Some(changes) = changes.filter(|_| place.is_clear_for(events)) {
        let mut step = Step::advance(&lane.pool, key, place.checkpoint, place.at(last)).await?;
        match changes.write(&mut step).await {
            Ok(()) => return finish(lane, place, step, last, Decided::default()).await,
            // Some event of it says what no row can hold; the pieces will show which one.
            Err(WriteError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    write_pieces(lane, key, place, events).await
}

/// Where the database refuses a piece, it is halved until the event that it refuses stands alone.
async fn write_pieces(
    lane: &Lane,
    key: &write::Lane,
    place: &mut Place,
    events: &[RecordedEvent],
) -> Result<(), LaneError> {
    let seen: Vec<Seen> = events.iter().map(|recorded| place.see(recorded)).collect();
    let (mut at, mut most) = (0, events.len());
    while at < events.len() {
        let whole = next_piece(lane, place, &seen[at..]);
        let length = whole.min(most);
        let (events, seen) = (&events[at..at + length], &seen[at..at + length]);
        match write_piece(lane, key, place, events, seen, None).await {
            Err(LaneError::Write(WriteError::Refused(_))) if length > 1 => {
                most = length / 2;
                continue;
            }
            Err(LaneError::Write(WriteError::Refused(error))) => {
                write_piece(lane, key, place, events, seen, Some(&error)).await?;
            }
            written => written?,
        }
        at += length;
        most = most.saturating_mul(2);
    }
    Ok(())
}

/// At least one event. While nothing is parked nothing is looked up, so only a bad event ends a piece.
fn next_piece(lane: &Lane, place: &Place, seen: &[Seen]) -> usize {
    if place.quarantine.is_empty() {
        seen.iter().position(|seen| matches!(seen, Seen::Bad(..))).unwrap_or(seen.len()).max(1)
    } else {
        piece(seen, |known| lane.fold.claims(known))
    }
}

async fn write_piece(
    lane: &Lane,
    key: &write::Lane,
    place: &mut Place,
    events: &[RecordedEvent],
    seen: &[Seen],
    refused: Option<&(dyn std::error::Error + Sync)>,
) -> Result<(), LaneError> {
    let Some(last) = events.last() else { return Ok(()) };
    let mut step = Step::advance(&lane.pool, key, place.checkpoint, place.at(last)).await?;
    let decided = decide(&*lane.fold, &mut step, &place.quarantine, events, seen, refused).await?;
    let given_up = place.given_up_among(events);
    if !given_up.is_empty() {
        step.pass_over(&given_up).await?;
    }
    let bad = decided.parked.iter().find(|event| event.reason != Reason::Waiting);
    if let Some(bad) = bad.filter(|_| lane.on_bad == OnBad::Stop) {
        // It is the only event of its piece.
        return Err(BadEvent::of(last.position, bad).into());
    }
    if !decided.folded.is_empty() {
        lane.fold.fold(decided.folded.clone()).write(&mut step).await?;
    }
    finish(lane, place, step, last, decided).await
}

/// What becomes of the events of a piece.
#[derive(Debug, Default)]
struct Decided {
    folded: Vec<KnownEvent>,
    parked: Vec<ParkedEvent>,
    /// Of the parked events.
    claims: Vec<Claims>,
}

async fn decide(
    fold: &dyn Fold,
    step: &mut Step,
    quarantine: &Quarantine,
    events: &[RecordedEvent],
    seen: &[Seen],
    refused: Option<&(dyn std::error::Error + Sync)>,
) -> Result<Decided, WriteError> {
    let mut decided = Decided::default();
    if quarantine.is_empty() && refused.is_none() && !seen.iter().any(|seen| matches!(seen, Seen::Bad(..))) {
        decided.folded = seen.iter().filter_map(known).cloned().collect();
        return Ok(decided);
    }
    let claim = |(recorded, seen): (&RecordedEvent, &Seen)| match seen {
        Seen::Known(known) if refused.is_some() => claims_of_refused(fold, known),
        Seen::Known(known) => fold.claims(known),
        Seen::Foreign => Claims::default(),
        Seen::Bad(..) => claims_of_bad(fold, recorded),
    };
    let mut claims: Vec<Claims> = events.iter().zip(seen).map(claim).collect();
    complete(fold, step, &mut claims).await?;
    let mut waiting = Quarantine::default();
    for ((recorded, seen), claims) in events.iter().zip(seen).zip(claims) {
        let obstacle = quarantine.obstacle(&claims).or_else(|| waiting.obstacle(&claims));
        let parked = match (seen, refused, obstacle) {
            (Seen::Foreign, ..) => continue,
            (Seen::Bad(reason, detail), ..) => park(recorded, *reason, detail.clone(), &claims),
            (Seen::Known(_), Some(error), _) => {
                park(recorded, Reason::RefusedByDatabase, describe(error), &claims)
            }
            (Seen::Known(_), None, Some(obstacle)) => {
                park(recorded, Reason::Waiting, format!("behind events on {obstacle}"), &claims)
            }
            (Seen::Known(known), None, None) => {
                decided.folded.push(known.clone());
                continue;
            }
        };
        waiting.add(&claims);
        decided.parked.push(parked);
        decided.claims.push(claims);
    }
    Ok(decided)
}

fn known(seen: &Seen) -> Option<&KnownEvent> {
    match seen {
        Seen::Known(known) => Some(known),
        Seen::Foreign | Seen::Bad(..) => None,
    }
}

async fn finish(
    lane: &Lane,
    place: &mut Place,
    mut step: Step,
    last: &RecordedEvent,
    decided: Decided,
) -> Result<(), LaneError> {
    step.crash_point("after-rows");
    step.park(&decided.parked).await?;
    step.commit().await?;
    place.checkpoint = place.at(last);
    decided.claims.iter().for_each(|claims| place.quarantine.add(claims));
    decided.parked.iter().for_each(|event| tell(lane, event));
    lane.status.moved(Progress { position: last.position, recorded_at: last.recorded_at });
    Ok(())
}

fn tell(lane: &Lane, event: &ParkedEvent) {
    let (projection, reason, detail) = (lane.fold.name(), event.reason.as_str(), event.detail.as_str());
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
