//! How a batch is written: whole where nothing is parked and nothing is wrong with it, else piece by piece. An event that
//! gives others up is a piece of its own (`give_up.rs`).

use data_set::write::{self, ParkedEvent, Reason, Step, WriteError};
use event_store::RecordedEvent;

use super::give_up::give_up;
use super::{BadEvent, Lane, LaneError, OnBad, Place};
use crate::fold::{Changes, Fold, KnownEvent};
use crate::quarantine::{
    Claims, Quarantine, Seen, claims_of_bad, claims_of_refused, complete, describe, park, pass_over, piece,
    see,
};
use crate::status::Progress;

/// What all events of a batch come to; `None` where one of them is bad, or gives others up.
pub(crate) fn fold_whole(fold: &dyn Fold, events: &[RecordedEvent]) -> Option<Box<dyn Changes>> {
    let mut known = Vec::with_capacity(events.len());
    for recorded in events {
        match see(fold, recorded) {
            Seen::Known(event) => known.push(event),
            Seen::Foreign => {}
            Seen::Bad(..) | Seen::Drop(_) | Seen::Dropped(_) => return None,
        }
    }
    Some(fold.fold(known))
}

/// Writes a batch, or as much of it as there is before an error.
pub(crate) async fn write_all(
    lane: &Lane,
    key: &write::ProjectionKey,
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
    key: &write::ProjectionKey,
    place: &mut Place,
    events: &[RecordedEvent],
) -> Result<(), LaneError> {
    let seen: Vec<Seen> = events.iter().map(|recorded| place.see(&*lane.fold, recorded)).collect();
    let (mut at, mut most) = (0, events.len());
    while at < events.len() {
        if let Seen::Drop(decision) = &seen[at] {
            give_up(lane, key, place, &events[at], decision).await?;
            at += 1;
            continue;
        }
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

/// At least one event. While nothing is parked nothing is looked up, so only what is alone ends a piece.
fn next_piece(lane: &Lane, place: &Place, seen: &[Seen]) -> usize {
    if place.quarantine.is_empty() {
        let is_alone = |seen: &Seen| matches!(seen, Seen::Bad(..) | Seen::Drop(_));
        seen.iter().position(is_alone).unwrap_or(seen.len()).max(1)
    } else {
        piece(seen, |known| lane.fold.claims(known))
    }
}

async fn write_piece(
    lane: &Lane,
    key: &write::ProjectionKey,
    place: &mut Place,
    events: &[RecordedEvent],
    seen: &[Seen],
    refused: Option<&(dyn std::error::Error + Sync)>,
) -> Result<(), LaneError> {
    let Some(last) = events.last() else { return Ok(()) };
    let mut step = Step::advance(&lane.pool, key, place.checkpoint, place.at(last)).await?;
    let decided = decide(&*lane.fold, &mut step, &place.quarantine, events, seen, refused).await?;
    finish(lane, place, step, last, decided).await
}

/// What becomes of the events of a piece.
#[derive(Debug, Default)]
pub(super) struct Decided {
    folded: Vec<KnownEvent>,
    /// With those that are passed over.
    parked: Vec<ParkedEvent>,
    /// Of those that others have to wait for.
    claims: Vec<Claims>,
}

impl Decided {
    pub(super) fn park(&mut self, parked: ParkedEvent, claims: Claims) {
        self.parked.push(parked);
        self.claims.push(claims);
    }
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
    let is_plain = |seen: &Seen| matches!(seen, Seen::Known(_) | Seen::Foreign);
    if quarantine.is_empty() && refused.is_none() && seen.iter().all(is_plain) {
        decided.folded = seen.iter().filter_map(known).cloned().collect();
        return Ok(decided);
    }
    let claim = |(recorded, seen): (&RecordedEvent, &Seen)| match seen {
        Seen::Known(known) if refused.is_some() => claims_of_refused(fold, known),
        Seen::Known(known) => fold.claims(known),
        Seen::Foreign | Seen::Drop(_) | Seen::Dropped(_) => Claims::default(),
        Seen::Bad(..) => claims_of_bad(fold, recorded),
    };
    let mut claims: Vec<Claims> = events.iter().zip(seen).map(claim).collect();
    complete(fold, step, &mut claims).await?;
    let mut waiting = Quarantine::default();
    for ((recorded, seen), claims) in events.iter().zip(seen).zip(claims) {
        let obstacle = quarantine.obstacle(&claims).or_else(|| waiting.obstacle(&claims));
        let parked = match (seen, refused, obstacle) {
            (Seen::Foreign | Seen::Drop(_), ..) => continue,
            (Seen::Dropped(by), ..) => {
                decided.parked.push(pass_over(fold, recorded, *by));
                continue;
            }
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
        decided.park(parked, claims);
    }
    Ok(decided)
}

fn known(seen: &Seen) -> Option<&KnownEvent> {
    match seen {
        Seen::Known(known) => Some(known),
        Seen::Foreign | Seen::Bad(..) | Seen::Drop(_) | Seen::Dropped(_) => None,
    }
}

pub(super) async fn finish(
    lane: &Lane,
    place: &mut Place,
    mut step: Step,
    last: &RecordedEvent,
    decided: Decided,
) -> Result<(), LaneError> {
    let bad = decided.parked.iter().find(|event| event.reason.is_bad());
    if let Some(bad) = bad.filter(|_| lane.on_bad == OnBad::Stop) {
        // It is the only event of its piece.
        return Err(BadEvent::of(last.position, bad).into());
    }
    if !decided.folded.is_empty() {
        lane.fold.fold(decided.folded).write(&mut step).await?;
    }
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
    if event.reason == Reason::Dropped {
        tracing::info!(
            projection,
            event.position = event.position,
            detail,
            "an event is passed over, given up"
        );
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
