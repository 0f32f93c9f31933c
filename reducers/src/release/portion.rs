//! Some parked events, in one transaction.

use std::collections::HashMap;

use data_set::Pool;
use data_set::write::parked::Parked;
use data_set::write::{self, ParkedEvent, Reason, Step, WriteError};
use domain::Position;
use event_store::RecordedEvent;

use super::{Walk, claims_of};
use crate::fold::{Fold, KnownEvent};
use crate::quarantine::{Claims, Quarantine, Seen, claims_of_refused, complete, drop_parked, park, see};

pub(super) struct Portion<'a> {
    pub(super) fold: &'a dyn Fold,
    pub(super) pool: &'a Pool,
    pub(super) key: &'a write::ProjectionKey,
    pub(super) walk: &'a Walk<'a>,
    /// Positions of its events, in order.
    pub(super) rows: Vec<i64>,
    /// Those of them that may be folded.
    pub(super) events: &'a HashMap<i64, RecordedEvent>,
    /// Of those that give up others: why that cannot be done any more.
    pub(super) late: &'a HashMap<i64, String>,
    /// Why the database refuses the only event of the portion.
    pub(super) refused: Option<String>,
}

/// What became of a portion.
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
    /// It comes to no rows any more.
    Forget,
    /// The event at this position gave it up.
    Drop(Position),
    Stay,
    Fail(String),
}

impl Portion<'_> {
    pub(super) async fn settle(&self) -> Result<Settled, WriteError> {
        let mut step = Step::intervene(self.pool, self.key).await?;
        let mut settled = Settled::default();
        let mut staying = Quarantine::default();
        // Known events are collected, and folded before anything that looks at the rows.
        let mut ready = Vec::new();
        for row in step.parked_at(&self.rows).await? {
            let claims = claims_of(&row);
            match self.fate(&mut step, &row, &claims, &staying, &mut ready).await? {
                Fate::Fold(known) => {
                    ready.push(*known);
                    settled.folded.push(row.position);
                }
                Fate::Forget => settled.folded.push(row.position),
                Fate::Drop(by) => settled.dropped.push(drop_parked(&row, by)),
                Fate::Stay => {
                    staying.add(&claims);
                    settled.staying.push(row);
                }
                Fate::Fail(why) => {
                    staying.add(&claims);
                    settled.failed.push((row.position, why));
                    settled.staying.push(row);
                }
            }
        }
        self.write(&mut step, &mut ready).await?;
        step.crash_point("release-after-rows");
        step.unpark(&settled.folded).await?;
        step.park(&settled.dropped).await?;
        if settled.folded.is_empty() && settled.dropped.is_empty() && self.refused.is_none() {
            // Nothing changes, so the lane need not even read its parked events anew.
            return Ok(settled);
        }
        step.commit().await?;
        Ok(settled)
    }

    async fn fate(
        &self,
        step: &mut Step,
        row: &Parked,
        claims: &Claims,
        staying: &Quarantine,
        ready: &mut Vec<KnownEvent>,
    ) -> Result<Fate, WriteError> {
        if let Some(by) = Position::from_i64(row.position).and_then(|at| self.walk.dropped.by(at)) {
            return Ok(Fate::Drop(by));
        }
        let is_chosen = self.walk.is_chosen(row);
        if !row.is_waiting() && !is_chosen {
            return Ok(Fate::Stay);
        }
        if let Some(obstacle) = self.walk.staying.obstacle(claims).or_else(|| staying.obstacle(claims)) {
            let why = format!("it waits behind events on {obstacle} that are not folded");
            return Ok(if is_chosen { Fate::Fail(why) } else { Fate::Stay });
        }
        let Some(recorded) = self.events.get(&row.position) else { return Ok(Fate::Stay) };
        match see(self.fold, recorded) {
            Seen::Bad(reason, detail) => Ok(Fate::Fail(format!("{reason}: {detail}"))),
            Seen::Drop(_) => Ok(match self.late.get(&row.position) {
                Some(why) => Fate::Fail(format!("{}: {why}", Reason::TooLate)),
                None => Fate::Forget,
            }),
            Seen::Foreign | Seen::Dropped(_) => Ok(Fate::Forget),
            Seen::Known(known) if self.refused.is_some() => self.refuse(step, recorded, &known, claims).await,
            Seen::Known(known) if row.is_waiting() => Ok(Fate::Fold(Box::new(known))),
            Seen::Known(known) => {
                self.write(step, ready).await?;
                let mut found = [self.fold.claims(&known)];
                complete(self.fold, step, &mut found).await?;
                Ok(match found[0].beyond(claims) {
                    None => Fate::Fold(Box::new(known)),
                    Some(more) => Fate::Fail(format!(
                        "it is about {more}, too, which nobody could know when it was parked: later events on that \
                         may have been folded. Rebuild the projection, or drop it"
                    )),
                })
            }
        }
    }

    /// It decodes, and the database does not take it.
    async fn refuse(
        &self,
        step: &mut Step,
        recorded: &RecordedEvent,
        known: &KnownEvent,
        before: &Claims,
    ) -> Result<Fate, WriteError> {
        let detail = self.refused.clone().unwrap_or_default();
        let mut claims = [claims_of_refused(self.fold, known)];
        complete(self.fold, step, &mut claims).await?;
        claims[0].unite(before.clone());
        let parked: ParkedEvent = park(recorded, Reason::RefusedByDatabase, detail.clone(), &claims[0]);
        step.park(&[parked]).await?;
        Ok(Fate::Fail(format!("{}: {detail}", Reason::RefusedByDatabase)))
    }

    async fn write(&self, step: &mut Step, ready: &mut Vec<KnownEvent>) -> Result<(), WriteError> {
        if ready.is_empty() {
            return Ok(());
        }
        self.fold.fold(std::mem::take(ready)).write(step).await
    }
}
