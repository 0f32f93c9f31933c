//! How messages changed.

use super::column::{Column, Kind};
use super::events::{EDITED, POSTED};
use super::lineage::Rows;
use super::standing;
use super::view::{Cadence, Domain, View};
use super::why::{SHOWN, SHOWN_OF_PEOPLE};

pub(super) const VIEW: View = View {
    name: "message_editions",
    title: "Editions of messages",
    description: "Every edition, the latest one among them, of every message that is not deleted.",
    domain: Domain::Messages,
    cadence: Cadence::Folded("social"),
    primary_key: &["message", "edition"],
    time_column: Some("made_at"),
    rows: Rows::by(&[standing::MESSAGE, standing::LATEST_EDITION]),
    columns: &[
        Column::new("message", Kind::BigInt, SHOWN, "The message.")
            .to("messages", "id")
            .from(&[POSTED.position(), EDITED.field("message")])
            .like("1024"),
        Column::new(
            "message_id_text",
            Kind::Text,
            SHOWN,
            "`message` for programs that read numbers as doubles.",
        )
        .from(&[POSTED.position(), EDITED.field("message")])
        .like("1024"),
        Column::new("edition", Kind::Integer, SHOWN, "1 as it was posted, one more with every edit.")
            .from(&[EDITED.field("edition")])
            .like("1"),
        Column::new("text", Kind::Text, SHOWN_OF_PEOPLE, "What it said.")
            .from(&[POSTED.field("text"), EDITED.field("text")]).hangs_on(&[standing::LATEST_EDITION])
            .like("Terns over the harbour at dusk"),
        Column::new("tags", Kind::TextArray, SHOWN, "Its tags then.")
            .from(&[POSTED.field("tags"), EDITED.field("tags")]).hangs_on(&[standing::LATEST_EDITION])
            .like("{birds,harbour}"),
        Column::new("made_at", Kind::Timestamp, SHOWN, "When it was written or edited: the original time of what was imported, else when the log recorded it.")
            .from(&[POSTED.field("originalTime"), POSTED.recorded_at(), EDITED.field("originalTime"), EDITED.recorded_at()]).hangs_on(&[standing::LATEST_EDITION])
            .like("2026-11-02 17:45:10+00"),
    ],
};
