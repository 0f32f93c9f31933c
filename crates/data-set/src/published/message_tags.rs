//! Messages by tag.

use super::column::{Column, Kind};
use super::events::{EDITED, POSTED};
use super::lineage::{Rows, group_by};
use super::standing;
use super::view::{Cadence, Domain, View};
use super::why::{SHOWN, SHOWN_OF_PEOPLE};

pub(super) const VIEW: View = View {
    name: "message_tags",
    title: "Tags of messages",
    description: "A row per message and tag of its latest edition, and one with the empty tag, which stands for any: \
        with `tag = ''` every message is counted once.",
    domain: Domain::Messages,
    cadence: Cadence::Folded("social"),
    primary_key: &["tag", "id"],
    time_column: Some("created_at"),
    rows: Rows::by(&[
        standing::MESSAGE,
        standing::LATEST_EDITION,
        &[group_by(&[POSTED.field("tags"), EDITED.field("tags")])],
    ]),
    columns: &[
        Column::new("tag", Kind::Text, SHOWN, "The tag, folded; empty for any.")
            .made_of(&[POSTED.field("tags"), EDITED.field("tags")])
            .hangs_on(&[standing::LATEST_EDITION])
            .like("birds"),
        Column::new("created_at", Kind::Timestamp, SHOWN, "When the message was written, as in messages.")
            .from(&[POSTED.field("originalTime"), POSTED.recorded_at()])
            .like("2026-11-02 17:45:10+00"),
        Column::new("id", Kind::BigInt, SHOWN, "The message.")
            .to("messages", "id")
            .from(&[POSTED.position()])
            .like("1024"),
        Column::new("id_text", Kind::Text, SHOWN, "`id` for programs that read numbers as doubles.")
            .from(&[POSTED.position()])
            .like("1024"),
        Column::new("author", Kind::BigInt, SHOWN_OF_PEOPLE, "The account that posted it.")
            .to_most("accounts", "id", super::NEVER_REGISTERED)
            .from(&[POSTED.field("author")])
            .like("7"),
    ],
};
