//! Who goes through the parked events: an operator's process, which tries some of them again, and the worker, when it
//! reaches an event that drops others.

use data_set::Pool;
use data_set::write;
use event_store::{Dropped, EventLog};

use super::choose::Choice;
use super::context::FoldContext;
use super::plan::Plan;
use super::released::{ReleaseError, Released};
use super::walk::walk;
use crate::projections::Fold;

/// Folds parked events after all, and what waited for them. `progress` gets the number that have been looked at.
pub async fn retry(
    log: &dyn EventLog,
    pool: &Pool,
    fold: &dyn Fold,
    version: i32,
    choice: &Choice,
    progress: impl Fn(u64) + Send,
) -> Result<Released, ReleaseError> {
    let key = write::ProjectionKey {
        projection: fold.name(),
        version,
        shard: log.shard().0,
        lineage: log.lineage().to_string(),
    };
    let dropped = Dropped::read(log, fold.name()).await?;
    walk(FoldContext { log, pool, fold, key: &key }, Plan::new(Some(choice), &dropped), progress).await
}

/// Takes out what is dropped, and folds what waited for it alone.
pub(crate) async fn settle(context: FoldContext<'_>, dropped: &Dropped) -> Result<(), ReleaseError> {
    let projection = context.key.projection;
    let Released { folded, dropped, left, failed, .. } =
        walk(context, Plan::new(None, dropped), |_| {}).await?;
    tracing::info!(projection, folded, dropped, left, "events were dropped");
    for (position, why) in failed {
        tracing::error!(projection, event.position = position, why, "an event was parked");
    }
    Ok(())
}
