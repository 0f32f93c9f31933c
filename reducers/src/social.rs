//! The projection `social`: accounts, messages, and what accounts do to messages and to each other. One lane and one
//! transaction for all of it, so that an answer never shows a message without its author or a count without its rows.

mod accounts;
mod cut;
mod edges;
mod runs;

use async_trait::async_trait;
use data_set::Pool;
use data_set::write::{self, Batch, ParkedEvent, WriteError};
use domain::Position;
use event_store::RecordedEvent;

use crate::fold::{self, Changes, Fold};

const NAME: &str = "social";
const VERSION: i32 = 1;
const BATCH_MAX: usize = 5_000;

#[derive(Debug, Clone, Copy)]
pub struct Social;

impl Fold for Social {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self) -> i32 {
        VERSION
    }

    fn batch_max(&self) -> usize {
        BATCH_MAX
    }

    fn fold(&self, events: &[RecordedEvent]) -> Box<dyn Changes> {
        Box::new(fold(events))
    }
}

#[async_trait]
impl Changes for Batch {
    fn parked(&self) -> &[ParkedEvent] {
        &self.parked
    }

    async fn commit(
        &self,
        pool: &Pool,
        lane: &write::Lane,
        from: Position,
        to: Position,
    ) -> Result<(), WriteError> {
        write::commit(pool, lane, from.get(), to.get(), self).await
    }
}

/// From recorded events to one batch of changes. Pure: the rows are not looked at.
pub fn fold(events: &[RecordedEvent]) -> Batch {
    let (events, parked) = fold::decode(NAME, events);
    Batch { runs: cut::cut(events).into_iter().filter_map(runs::fold).collect(), parked }
}
