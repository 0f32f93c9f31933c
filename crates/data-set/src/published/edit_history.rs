//! Edits, over time.

use super::column::{Column, Kind};
use super::events::{DEACTIVATED, EDITED};
use super::lineage::{Rows, sort};
use super::standing;
use super::view::{Cadence, Domain, View};
use super::why::{LEFT, LEFT_TAGS};

pub(super) const VIEW: View = View {
    name: "edit_history",
    title: "Edits",
    description: "Every edit, also of messages that were deleted since. What it said is in message_editions, under message and edition, \
        as long as the message is not deleted.",
    domain: Domain::Messages,
    cadence: Cadence::Folded("history"),
    primary_key: &["message", "edition"],
    time_column: Some("made_at"),
    rows: Rows::by(&[standing::MESSAGE, standing::LATEST_EDITION, &[sort(&[DEACTIVATED.position()])]]),
    columns: &[
        Column::new("message", Kind::BigInt, LEFT, "The message.")
            .to("message_ids", "id")
            .from(&[EDITED.field("message")])
            .like("1024"),
        Column::new(
            "message_id_text",
            Kind::Text,
            LEFT,
            "`message` for programs that read numbers as doubles.",
        )
        .from(&[EDITED.field("message")])
        .like("1024"),
        Column::new(
            "edition",
            Kind::Integer,
            LEFT,
            "The number of the edition that it made; the first edit makes the second one.",
        )
        .from(&[EDITED.field("edition")])
        .like("2"),
        Column::new("position", Kind::BigInt, LEFT, "Where in the log it was done.")
            .from(&[EDITED.position()])
            .hangs_on(&[standing::LATEST_EDITION])
            .like("4096"),
        Column::new(
            "made_at",
            Kind::Timestamp,
            LEFT,
            "When it was done: the original time of an imported edit, else when the log recorded it.",
        )
        .from(&[EDITED.field("originalTime"), EDITED.recorded_at()])
        .hangs_on(&[standing::LATEST_EDITION])
        .like("2026-11-02 18:00:00+00"),
        Column::new("tags", Kind::TextArray, LEFT_TAGS, "The tags from then on.")
            .from(&[EDITED.field("tags")])
            .hangs_on(&[standing::LATEST_EDITION])
            .like("{birds}"),
    ],
};
