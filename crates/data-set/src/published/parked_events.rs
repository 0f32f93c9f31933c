//! What is missing in the rows.

use super::column::{Column, Kind};
use super::lineage::Rows;
use super::view::{Cadence, Domain, View};
use super::why::MISSING;

pub(super) const VIEW: View = View {
    name: "parked_events",
    title: "Events that are not in the rows",
    description: "Events of the log that could not be folded and why, that wait for such, and that were given up; without \
        those of what accounts keep to themselves.",
    domain: Domain::Running,
    cadence: Cadence::Live,
    primary_key: &["projection", "version", "shard", "position"],
    time_column: Some("parked_at"),
    rows: Rows::LIVE,
    columns: &[
        Column::new("projection", Kind::Text, MISSING, "The projection that lacks it.").like("social"),
        Column::new("version", Kind::Integer, MISSING, "The version of it.").like("1"),
        Column::new("shard", Kind::SmallInt, MISSING, "The stream of the log.").like("0"),
        Column::new("position", Kind::BigInt, MISSING, "Where in the log it stands.").like("4352"),
        Column::new("subject", Kind::Text, MISSING, "Under which it lies in the log.").like("ev.0.outbox.7"),
        Column::new("event_type", Kind::Text, MISSING, "What it says that it is.")
            .like("rookery.message.posted.v9"),
        Column::new("reason", Kind::Text, MISSING, "Why it is not in the rows.")
            .one_of(&[
                "undecodable",
                "unknown-version",
                "refused-by-database",
                "too-late",
                "waiting",
                "dropped",
            ])
            .like("unknown-version"),
        Column::new("detail", Kind::Text, MISSING, "The same for a person, in more words.")
            .like("version 9 is not known"),
        Column::new(
            "holds",
            Kind::TextArray,
            MISSING,
            "What no later event may be folded about before it is.",
        )
        .like("{message/4352}"),
        Column::new("touches", Kind::TextArray, MISSING, "What else it is about.").like("{account/7}"),
        Column::new("parked_at", Kind::Timestamp, MISSING, "When it was found.")
            .like("2026-11-27 12:00:00+00"),
    ],
};
