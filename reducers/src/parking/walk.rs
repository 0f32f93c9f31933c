//! The way through all parked events, in the order of the log: an event that conflicts with nothing that stays is
//! folded, the rest stays. Each chunk is one transaction behind the worker's own fence. If the process ends between two
//! of them, the rows are still those of the log without the events that are parked, and a repetition goes on.

use std::collections::HashMap;

use data_set::write::WriteError;
use data_set::write::parked::{self, Parked};
use domain::Position;
use event_store::RecordedEvent;

use super::chunk::{Chunk, Settled};
use super::chunk_limit::ChunkLimit;
use super::classify::{Classified, classify};
use super::context::FoldContext;
use super::plan::Plan;
use super::released::{ReleaseError, Released};
use super::too_late::{TooLate, too_late};

/// Events of one transaction at most: what the worker waits for.
const CHUNK_MAX: usize = 500;

pub(super) async fn walk(
    context: FoldContext<'_>,
    mut plan: Plan<'_>,
    progress: impl Fn(u64) + Send,
) -> Result<Released, ReleaseError> {
    let mut released = Released::default();
    let (mut after, mut limit) = (0, ChunkLimit::new(CHUNK_MAX));
    loop {
        let most = i64::try_from(limit.events()).unwrap_or(i64::MAX);
        let mut page = parked::page(context.pool, context.key, after, most).await?;
        let Some(last) = page.last().map(|row| row.position) else { return Ok(released) };
        let chosen = page.iter().filter(|row| plan.is_chosen(row)).count();
        page.retain(|row| !row.is_dropped());
        let events = read(context, &plan, &page).await?;
        let late = late(context, &plan, &page, &events).await?;
        let rows = page.iter().map(|row| row.position).collect();
        let chunk = Chunk { context, plan: &plan, rows, events: &events, late: &late };
        let settled = match chunk.settle(None).await {
            Err(WriteError::Refused(_)) if limit.halve(page.len()) => continue,
            Err(WriteError::Refused(error)) => chunk.settle(Some(&error)).await?,
            settled => settled?,
        };
        settled.staying.iter().for_each(|row| plan.stays(row));
        released.chosen += chosen as u64;
        add(&mut released, settled);
        progress(page.len() as u64);
        after = last;
        limit.grow();
    }
}

fn add(released: &mut Released, settled: Settled) {
    released.folded += settled.folded.len() as u64;
    released.dropped += settled.dropped.len() as u64;
    released.left += settled.staying.len() as u64;
    released.failed.extend(settled.failed);
}

/// Those that may be folded.
async fn read(
    context: FoldContext<'_>,
    plan: &Plan<'_>,
    page: &[Parked],
) -> Result<HashMap<i64, RecordedEvent>, ReleaseError> {
    let mut events = HashMap::new();
    for row in page.iter().filter(|row| plan.may_be_folded(row)) {
        let missing = || ReleaseError::Missing(row.position);
        let position = Position::from_i64(row.position).ok_or_else(missing)?;
        let recorded = context.log.read(position.sequence()).await?.ok_or_else(missing)?;
        events.insert(row.position, recorded);
    }
    Ok(events)
}

/// Of chosen events that drop others: why that cannot be done any more.
async fn late(
    context: FoldContext<'_>,
    plan: &Plan<'_>,
    page: &[Parked],
    events: &HashMap<i64, RecordedEvent>,
) -> Result<HashMap<i64, TooLate>, ReleaseError> {
    let mut late = HashMap::new();
    for row in page.iter().filter(|row| plan.is_chosen(row)) {
        let Some(recorded) = events.get(&row.position) else { continue };
        if let Classified::Drop(decision) = classify(context.fold, recorded)
            && let Some(why) = too_late(context, recorded.position, &decision).await?
        {
            late.insert(row.position, why);
        }
    }
    Ok(late)
}
