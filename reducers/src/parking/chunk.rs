//! Some parked events, in one transaction.

use std::collections::HashMap;
use std::error::Error;

use data_set::write::parked::Parked;
use data_set::write::{ParkedEvent, Reason, Step, WriteError};
use domain::Position;
use event_store::RecordedEvent;
use fail_points::crash_point;
use service_kit::Chain;

use super::classify::{Classified, classify};
use super::context::FoldContext;
use super::look_up::look_up;
use super::parked_event::{drop_parked, parked_event, reason};
use super::parked_keys::{ParkedKeys, keys_of};
use super::plan::Plan;
use super::too_late::TooLate;
use super::undecodable::keys_of_refused;
use crate::projections::{ConflictKeys, KnownEvent};

pub(super) struct Chunk<'a> {
    pub(super) context: FoldContext<'a>,
    pub(super) plan: &'a Plan<'a>,
    /// Positions of its events, in order.
    pub(super) rows: Vec<i64>,
    /// Those of them that may be folded.
    pub(super) events: &'a HashMap<i64, RecordedEvent>,
    /// Of those that drop others: why that cannot be done any more.
    pub(super) late: &'a HashMap<i64, TooLate>,
}

/// What became of a chunk.
#[derive(Debug, Default)]
pub(super) struct Settled {
    pub(super) folded: Vec<i64>,
    pub(super) dropped: Vec<ParkedEvent>,
    pub(super) staying: Vec<Parked>,
    /// Of the staying ones, those that were chosen, and why they stay.
    pub(super) failed: Vec<(i64, String)>,
}

/// What is done about one event.
enum Fate {
    Fold(Box<KnownEvent>),
    /// It changes no rows any more.
    Forget,
    /// The event at this position dropped it.
    Drop(Position),
    Stay,
    Fail(String),
}

/// Why the database refuses the only event of a chunk.
type Refusal<'a> = Option<&'a (dyn Error + Sync + 'static)>;

impl Chunk<'_> {
    pub(super) async fn settle(&self, refusal: Refusal<'_>) -> Result<Settled, WriteError> {
        let mut step = Step::intervene(self.context.pool, self.context.key).await?;
        let mut settled = Settled::default();
        let mut staying = ParkedKeys::default();
        // Known events are collected, and folded before anything that looks at the rows.
        let mut ready = Vec::new();
        for row in step.parked_at(&self.rows).await? {
            let keys = keys_of(&row);
            match self.fate(&mut step, &row, &keys, &staying, &mut ready, refusal).await? {
                Fate::Fold(known) => {
                    ready.push(*known);
                    settled.folded.push(row.position);
                }
                Fate::Forget => settled.folded.push(row.position),
                Fate::Drop(by) => settled.dropped.push(drop_parked(&row, by)),
                Fate::Stay => {
                    staying.add(&keys);
                    settled.staying.push(row);
                }
                Fate::Fail(why) => {
                    staying.add(&keys);
                    settled.failed.push((row.position, why));
                    settled.staying.push(row);
                }
            }
        }
        self.write(&mut step, &mut ready).await?;
        crash_point(format_args!("{}-release-after-rows", self.context.fold.name()));
        step.unpark(&settled.folded).await?;
        step.park(&settled.dropped).await?;
        if settled.folded.is_empty() && settled.dropped.is_empty() && refusal.is_none() {
            // Nothing changes, so the worker need not even read its parked events again.
            return Ok(settled);
        }
        step.commit().await?;
        Ok(settled)
    }

    async fn fate(
        &self,
        step: &mut Step,
        row: &Parked,
        keys: &ConflictKeys,
        staying: &ParkedKeys,
        ready: &mut Vec<KnownEvent>,
        refusal: Refusal<'_>,
    ) -> Result<Fate, WriteError> {
        if let Some(by) = self.plan.dropped_by(row.position) {
            return Ok(Fate::Drop(by));
        }
        let is_chosen = self.plan.is_chosen(row);
        if !row.is_waiting() && !is_chosen {
            return Ok(Fate::Stay);
        }
        if let Some(obstacle) = self.plan.staying().obstacle(keys).or_else(|| staying.obstacle(keys)) {
            let why = format!("it waits behind events on {obstacle} that are not folded");
            return Ok(if is_chosen { Fate::Fail(why) } else { Fate::Stay });
        }
        let Some(recorded) = self.events.get(&row.position) else { return Ok(Fate::Stay) };
        match (classify(self.context.fold, recorded), refusal) {
            (Classified::Undecodable(error), _) => {
                Ok(Fate::Fail(format!("{}: {}", reason(&error), Chain(&error))))
            }
            (Classified::Drop(_), _) => Ok(match self.late.get(&row.position) {
                Some(why) => Fate::Fail(format!("{}: {why}", Reason::TooLate)),
                None => Fate::Forget,
            }),
            (Classified::Foreign | Classified::Dropped(_), _) => Ok(Fate::Forget),
            (Classified::Known(known), Some(refusal)) => {
                let detail = Chain(refusal).to_string();
                self.refuse(step, recorded, &known, keys, detail).await
            }
            (Classified::Known(known), None) if row.is_waiting() => Ok(Fate::Fold(Box::new(known))),
            (Classified::Known(known), None) => {
                self.write(step, ready).await?;
                self.compare(step, known, keys).await
            }
        }
    }

    /// It could not be decoded when it was parked. Later events wait only for the keys that could be guessed then.
    async fn compare(
        &self,
        step: &mut Step,
        known: KnownEvent,
        guessed: &ConflictKeys,
    ) -> Result<Fate, WriteError> {
        let mut keys = [self.context.fold.conflict_keys(&known)];
        look_up(self.context.fold, step, &mut keys).await?;
        Ok(match keys[0].beyond(guessed) {
            None => Fate::Fold(Box::new(known)),
            Some(more) => Fate::Fail(format!(
                "it is about {more}, too, which nobody could know when it was parked: later events on that may have been \
                 folded. Rebuild the projection, or drop it"
            )),
        })
    }

    /// It decodes, and the database does not take it.
    async fn refuse(
        &self,
        step: &mut Step,
        recorded: &RecordedEvent,
        known: &KnownEvent,
        before: &ConflictKeys,
        detail: String,
    ) -> Result<Fate, WriteError> {
        let mut keys = [keys_of_refused(self.context.fold, known)];
        look_up(self.context.fold, step, &mut keys).await?;
        keys[0].merge(before.clone());
        let parked = parked_event(recorded, Reason::RefusedByDatabase, detail.clone(), &keys[0]);
        step.park(&[parked]).await?;
        Ok(Fate::Fail(format!("{}: {detail}", Reason::RefusedByDatabase)))
    }

    async fn write(&self, step: &mut Step, ready: &mut Vec<KnownEvent>) -> Result<(), WriteError> {
        if ready.is_empty() {
            return Ok(());
        }
        self.context.fold.fold(std::mem::take(ready)).write(step).await
    }
}
