//! What a lane does when it comes to an event that gives up others: those that it had parked are dropped, and what waited for
//! them alone is folded. Only then does the checkpoint pass. Ended before that, it begins again, and comes to the same.
//!
//! Those that the worker knew of when it came to them are passed over already. One that was folded before anybody gave it up
//! cannot be taken out of the rows: then the event that says so is parked, which shows and blocks nothing.

use data_set::write::{self, Reason, Step};
use domain::EventsDropped;
use event_store::{Dropped, RecordedEvent};

use super::pieces::{Decided, finish};
use super::{Lane, LaneError, Place};
use crate::quarantine::{claims_of_bad, park};
use crate::release::{settle, too_late};

pub(super) async fn give_up(
    lane: &Lane,
    key: &write::ProjectionKey,
    place: &mut Place,
    recorded: &RecordedEvent,
    decision: &EventsDropped,
) -> Result<(), LaneError> {
    // What is parked may wait for an event that a worker dropped which was ended before it was done.
    if !place.quarantine.is_empty() {
        // Of many such events that follow each other the first one's walk does the work of all.
        place.dropped = Dropped::read(&*lane.log, lane.fold.name()).await?;
        place.dropped.add(recorded.position, decision);
        settle(&*lane.log, &lane.pool, &*lane.fold, key, &place.dropped).await?;
        place.renew(lane, key).await?;
    }
    let late = too_late(&*lane.log, &lane.pool, &*lane.fold, key, recorded.position, decision).await?;
    let step = Step::advance(&lane.pool, key, place.checkpoint, place.at(recorded)).await?;
    let mut decided = Decided::default();
    if let Some(detail) = late {
        let claims = claims_of_bad(&*lane.fold, recorded);
        decided.park(park(recorded, Reason::TooLate, detail, &claims), claims);
    }
    finish(lane, place, step, recorded, decided).await
}
