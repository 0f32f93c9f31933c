//! Times of events, over time.

use super::column::{Column, Kind};
use super::events::{
    BLOCKED, DEACTIVATED, DELETED, EDITED, FOLLOWED, LIKED, POSTED, REGISTERED, REPOSTED, UNFOLLOWED,
    UNLIKED, UNREPOSTED,
};
use super::view::{Cadence, Domain, View};
use super::why::RUNNING;

pub(super) const VIEW: View = View {
    name: "event_times",
    title: "Times of events",
    description: "When the log recorded each event that this version knows; what happened is not said.",
    domain: Domain::Running,
    cadence: Cadence::Folded("history"),
    primary_key: &["position"],
    time_column: Some("recorded_at"),
    columns: &[
        Column::new("position", Kind::BigInt, RUNNING, "Where the event stands in the log.")
            .from(&[
                BLOCKED.position(),
                DEACTIVATED.position(),
                DELETED.position(),
                EDITED.position(),
                FOLLOWED.position(),
                LIKED.position(),
                POSTED.position(),
                REGISTERED.position(),
                REPOSTED.position(),
                UNFOLLOWED.position(),
                UNLIKED.position(),
                UNREPOSTED.position(),
            ])
            .like("1024"),
        Column::new("recorded_at", Kind::Timestamp, RUNNING, "When it was recorded, by the log's own clock.")
            .from(&[
                BLOCKED.recorded_at(),
                DEACTIVATED.recorded_at(),
                DELETED.recorded_at(),
                EDITED.recorded_at(),
                FOLLOWED.recorded_at(),
                LIKED.recorded_at(),
                POSTED.recorded_at(),
                REGISTERED.recorded_at(),
                REPOSTED.recorded_at(),
                UNFOLLOWED.recorded_at(),
                UNLIKED.recorded_at(),
                UNREPOSTED.recorded_at(),
            ])
            .like("2026-11-02 18:00:00+00"),
    ],
};
