//! Deletions, over time.

use super::column::{Column, Kind};
use super::events::{DEACTIVATED, DELETED, POSTED};
use super::lineage::{Rows, sort};
use super::standing;
use super::view::{Cadence, Domain, View};
use super::why::{LEFT, LEFT_WHEN};

pub(super) const VIEW: View = View {
    name: "deletion_history",
    title: "Deletions",
    description: "Every deletion of a message that was there. Neither whose it was, unless a whole account went, nor what \
        it said.",
    domain: Domain::Messages,
    cadence: Cadence::Folded("history"),
    primary_key: &["message"],
    time_column: Some("deleted_at"),
    rows: Rows::by(&[standing::MESSAGE, &[sort(&[DEACTIVATED.position()])]]),
    columns: &[
        Column::new("message", Kind::BigInt, LEFT, "The message.")
            .to("message_ids", "id")
            .from(&[POSTED.position()])
            .like("768"),
        Column::new(
            "message_id_text",
            Kind::Text,
            LEFT,
            "`message` for programs that read numbers as doubles.",
        )
        .from(&[POSTED.position()])
        .like("768"),
        Column::new("created_at", Kind::Timestamp, LEFT, "When it had been written.")
            .from(&[POSTED.field("originalTime"), POSTED.recorded_at()])
            .like("2026-11-02 18:00:00+00"),
        Column::new("position", Kind::BigInt, LEFT_WHEN, "Where in the log it was deleted.")
            .from(&[DELETED.position(), DEACTIVATED.position()])
            .hangs_on(&[standing::END_OF_MESSAGE])
            .like("2304"),
        Column::new(
            "deleted_at",
            Kind::Timestamp,
            LEFT_WHEN,
            "When it was deleted: the original time of an imported deletion, else when the log recorded it.",
        )
        .from(&[
            DELETED.field("originalTime"),
            DELETED.recorded_at(),
            DEACTIVATED.field("originalTime"),
            DEACTIVATED.recorded_at(),
        ])
        .hangs_on(&[standing::END_OF_MESSAGE])
        .like("2026-11-03 08:00:00+00"),
        Column::new(
            "cause",
            Kind::Text,
            LEFT,
            "Why: its author deleted it, an admin did, or its author gave the account up.",
        )
        .one_of(&["author", "admin", "deactivation"])
        .made_of(&[DELETED.field("author"), DELETED.field("deletedBy"), DEACTIVATED.itself()])
        .hangs_on(&[standing::END_OF_MESSAGE])
        .like("author"),
    ],
};
