//! What becomes of the events of a chunk: each is folded, parked or passed over.

use std::error::Error;

use data_set::write::{ParkedEvent, Reason, Step, WriteError};
use event_store::RecordedEvent;
use service_kit::Chain;

use crate::parking::{
    Classified, ParkedKeys, keys_of_refused, keys_of_undecodable, look_up, parked_event, pass_over,
    undecodable,
};
use crate::projections::{ConflictKeys, Fold, KnownEvent};

/// Why the database refuses the only event of a chunk.
pub(super) type Refusal<'a> = Option<&'a (dyn Error + Sync + 'static)>;

#[derive(Debug, Default)]
pub(super) struct Decided {
    pub(super) folded: Vec<KnownEvent>,
    /// With those that are passed over.
    pub(super) parked: Vec<ParkedEvent>,
    /// Of those that others have to wait for.
    pub(super) keys: Vec<ConflictKeys>,
}

impl Decided {
    pub(super) fn park(&mut self, parked: ParkedEvent, keys: ConflictKeys) {
        self.parked.push(parked);
        self.keys.push(keys);
    }
}

pub(super) async fn decide(
    fold: &dyn Fold,
    step: &mut Step,
    before: &ParkedKeys,
    events: &[RecordedEvent],
    classified: &[Classified],
    refusal: Refusal<'_>,
) -> Result<Decided, WriteError> {
    let mut decided = Decided::default();
    let is_plain = |event: &Classified| matches!(event, Classified::Known(_) | Classified::Foreign);
    if before.is_empty() && refusal.is_none() && classified.iter().all(is_plain) {
        decided.folded = classified.iter().filter_map(known).cloned().collect();
        return Ok(decided);
    }
    let keys = keys(fold, step, events, classified, refusal).await?;
    let mut waiting = ParkedKeys::default();
    for ((recorded, event), keys) in events.iter().zip(classified).zip(keys) {
        let obstacle = before.obstacle(&keys).or_else(|| waiting.obstacle(&keys));
        let parked = match (event, refusal, obstacle) {
            (Classified::Foreign | Classified::Drop(_), ..) => continue,
            (Classified::Dropped(by), ..) => {
                decided.parked.push(pass_over(fold, recorded, *by));
                continue;
            }
            (Classified::Undecodable(error), ..) => undecodable(recorded, error, &keys),
            (Classified::Known(_), Some(error), _) => {
                parked_event(recorded, Reason::RefusedByDatabase, Chain(error).to_string(), &keys)
            }
            (Classified::Known(_), None, Some(obstacle)) => {
                parked_event(recorded, Reason::Waiting, format!("behind events on {obstacle}"), &keys)
            }
            (Classified::Known(known), None, None) => {
                decided.folded.push(known.clone());
                continue;
            }
        };
        waiting.add(&keys);
        decided.park(parked, keys);
    }
    Ok(decided)
}

async fn keys(
    fold: &dyn Fold,
    step: &mut Step,
    events: &[RecordedEvent],
    classified: &[Classified],
    refusal: Refusal<'_>,
) -> Result<Vec<ConflictKeys>, WriteError> {
    let own = |(recorded, event): (&RecordedEvent, &Classified)| match event {
        Classified::Known(known) if refusal.is_some() => keys_of_refused(fold, known),
        Classified::Known(known) => fold.conflict_keys(known),
        Classified::Foreign | Classified::Drop(_) | Classified::Dropped(_) => ConflictKeys::default(),
        Classified::Undecodable(_) => keys_of_undecodable(fold, recorded),
    };
    let mut keys: Vec<ConflictKeys> = events.iter().zip(classified).map(own).collect();
    look_up(fold, step, &mut keys).await?;
    Ok(keys)
}

fn known(event: &Classified) -> Option<&KnownEvent> {
    match event {
        Classified::Known(known) => Some(known),
        Classified::Foreign | Classified::Undecodable(_) | Classified::Drop(_) | Classified::Dropped(_) => {
            None
        }
    }
}
