//! Tells idle from folding, folding from stuck, stuck from silent, and all of them from refused.

use api_types::projections::{ProjectionState, ProjectionStatus};
use data_set::read::ProjectionRow;
use time::{Duration, OffsetDateTime};

use crate::position;

/// Workers report about once a second, and fold a batch in far less.
const PATIENCE: Duration = Duration::seconds(10);

pub(crate) fn status(row: ProjectionRow) -> ProjectionStatus {
    ProjectionStatus {
        state: state(&row),
        published: row.is_published(),
        lag_events: row.head.map(|head| position::events_between(row.position, head.max(row.position))),
        lag_seconds: lag_seconds(&row),
        projection: row.projection,
        // Both are small and never negative; what is not would be shown as 0.
        version: u32::try_from(row.version).unwrap_or_default(),
        shard: u8::try_from(row.shard).unwrap_or_default(),
        position: row.position.to_string(),
        head: row.head.map(|head| head.to_string()),
        lineage: row.lineage,
        refusal: row.refusal,
        parked_events: row.parked_events,
        waiting_events: row.waiting_events,
        parked_entities: row.parked_entities,
        folded_at: row.folded_at,
    }
}

fn state(row: &ProjectionRow) -> ProjectionState {
    let is_recent = |at: OffsetDateTime| row.now - at <= PATIENCE;
    if row.refusal.is_some() {
        return ProjectionState::Refused;
    }
    match (row.seen_at, row.head) {
        (Some(seen_at), Some(head)) if is_recent(seen_at) => {
            if row.position >= head {
                ProjectionState::Idle
            } else if is_recent(row.folded_at) {
                ProjectionState::Folding
            } else {
                ProjectionState::Stuck
            }
        }
        _ => ProjectionState::Silent,
    }
}

/// The rows are at most this old. While no worker reports, nobody knows of newer events, so the age grows.
pub(crate) fn lag_seconds(row: &ProjectionRow) -> Option<f64> {
    let complete_until = row.complete_until?;
    let age = if state(row) == ProjectionState::Idle { Duration::ZERO } else { row.now - complete_until };
    Some(age.max(Duration::ZERO).as_seconds_f64())
}

#[cfg(test)]
mod tests {
    use data_set::versions::State;

    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn row(position: i64, head: i64, seen_ago: i64, folded_ago: i64) -> ProjectionRow {
        let ago = |seconds| NOW - Duration::seconds(seconds);
        ProjectionRow {
            projection: "social".to_owned(),
            version: 1,
            shard: 0,
            lineage: "l".to_owned(),
            refusal: None,
            position: position << 8,
            folded_at: ago(folded_ago),
            head: Some(head << 8),
            seen_at: Some(ago(seen_ago)),
            complete_until: Some(ago(seen_ago)),
            parked_events: 0,
            state: State::Published,
            waiting_events: 0,
            parked_entities: 0,
            now: NOW,
        }
    }

    #[test]
    fn states_are_told_apart() {
        assert_eq!(state(&row(5, 5, 1, 3_600)), ProjectionState::Idle);
        assert_eq!(state(&row(5, 9, 1, 2)), ProjectionState::Folding);
        assert_eq!(state(&row(5, 9, 1, 11)), ProjectionState::Stuck);
        assert_eq!(state(&row(5, 5, 11, 11)), ProjectionState::Silent);
        assert_eq!(
            state(&ProjectionRow { head: None, seen_at: None, ..row(5, 5, 1, 1) }),
            ProjectionState::Silent
        );
    }

    #[test]
    fn lag_is_told_in_events_and_seconds() {
        let behind = status(row(5, 9, 3, 2));
        assert_eq!((behind.lag_events, behind.lag_seconds), (Some(4), Some(3.0)));
        let idle = status(row(5, 5, 3, 2));
        assert_eq!((idle.lag_events, idle.lag_seconds), (Some(0), Some(0.0)));
        let folded_past_the_last_look = status(row(6, 5, 3, 2));
        assert_eq!(folded_past_the_last_look.lag_events, Some(0));
    }
}
