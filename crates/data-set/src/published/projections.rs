//! How far the rows reflect the log, in every detail.

use super::column::{Column, Kind};
use super::lineage::Rows;
use super::view::{Cadence, Domain, View};
use super::why::RUNNING;

pub(super) const VIEW: View = View {
    name: "projections",
    title: "Projections",
    description: "Per projection, version and shard: the position up to which it reflects the log, and what its worker last \
        saw. The other views show the version whose state is published.",
    domain: Domain::Running,
    cadence: Cadence::Live,
    primary_key: &["projection", "version", "shard"],
    time_column: None,
    rows: Rows::LIVE,
    columns: &[
        Column::new("projection", Kind::Text, RUNNING, "A set of tables that are folded together.")
            .like("social"),
        Column::new("version", Kind::Integer, RUNNING, "Which build of them.").like("1"),
        Column::new("state", Kind::Text, RUNNING, "Who folds and who sees the version.")
            .one_of(&["building", "standby", "published"])
            .like("published"),
        Column::new("shard", Kind::SmallInt, RUNNING, "The stream of the log; there is one today, 0.")
            .like("0"),
        Column::new(
            "position",
            Kind::BigInt,
            RUNNING,
            "Where in the log the last folded event stands; 0 before the first.",
        )
        .like("4096"),
        Column::new(
            "lineage",
            Kind::Text,
            RUNNING,
            "Which log was folded. Positions of two logs cannot be compared.",
        )
        .like("01985b3c-0000-7000-8000-000000000000"),
        Column::new("folded_at", Kind::Timestamp, RUNNING, "When the position last moved.")
            .like("2026-11-27 12:00:00+00"),
        Column::new(
            "head",
            Kind::BigInt,
            RUNNING,
            "Position of the newest event that a worker saw. Null: none has looked yet.",
        )
        .nullable()
        .like("4096"),
        Column::new("seen_at", Kind::Timestamp, RUNNING, "When a worker last looked. Null: none has yet.")
            .nullable()
            .like("2026-11-27 12:00:01+00"),
        Column::new(
            "complete_until",
            Kind::Timestamp,
            RUNNING,
            "Until when the rows are known to be complete. Null: it is not known.",
        )
        .nullable()
        .like("2026-11-27 12:00:01+00"),
        Column::new(
            "refusal",
            Kind::Text,
            RUNNING,
            "Why the worker does not fold the log that it found. Null: it does.",
        )
        .nullable()
        .like("the rows are of another log"),
        Column::new("parked_events", Kind::BigInt, RUNNING, "How many events could not be folded.").like("0"),
        Column::new("waiting_events", Kind::BigInt, RUNNING, "How many wait for those.").like("0"),
        Column::new(
            "parked_entities",
            Kind::BigInt,
            RUNNING,
            "How many accounts, messages and handles are parked with them.",
        )
        .like("0"),
    ],
};
