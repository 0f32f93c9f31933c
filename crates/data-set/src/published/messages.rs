//! What people wrote.

use super::column::{Column, Kind};
use super::events::{EDITED, LIKED, POSTED, REPOSTED};
use super::lineage::{Rows, sort};
use super::standing;
use super::view::{Cadence, Domain, View};
use super::why::{FOLLOWS, SHOWN, SHOWN_OF_PEOPLE};

pub(super) const VIEW: View = View {
    name: "messages",
    title: "Messages",
    description: "Messages that are not deleted, each in its latest edition.",
    domain: Domain::Messages,
    cadence: Cadence::Folded("social"),
    primary_key: &["id"],
    time_column: Some("created_at"),
    rows: Rows::by(&[standing::MESSAGE]),
    columns: &[
        Column::new("id", Kind::BigInt, SHOWN, "The message: its position in the log, so later ones are greater.")
            .to("message_ids", "id")
            .from(&[POSTED.position()])
            .like("1024"),
        Column::new("id_text", Kind::Text, SHOWN, "`id` for programs that read numbers as doubles, which round above 2^53.")
            .from(&[POSTED.position()])
            .like("1024"),
        Column::new("author", Kind::BigInt, SHOWN_OF_PEOPLE, "The account that posted it.")
            .to_most("accounts", "id", super::NEVER_REGISTERED)
            .from(&[POSTED.field("author")])
            .like("7"),
        Column::new("text", Kind::Text, SHOWN_OF_PEOPLE, "What it says: 1 to 280 code points in NFC.")
            .from(&[POSTED.field("text"), EDITED.field("text")]).hangs_on(&[standing::LATEST_EDITION, standing::OF_MESSAGE])
            .like("Terns over the harbour at dusk"),
        Column::new("tags", Kind::TextArray, SHOWN, "Its tags, at most 8, folded so that every spelling is one tag.")
            .from(&[POSTED.field("tags"), EDITED.field("tags")]).hangs_on(&[standing::LATEST_EDITION, standing::OF_MESSAGE])
            .like("{birds,harbour}"),
        Column::new("in_reply_to", Kind::BigInt, SHOWN, "The message that it answers, which may be deleted. Null: it answers none.")
            .nullable()
            .to("message_ids", "id")
            .from(&[POSTED.field("inReplyTo")]).hangs_on(&[&[sort(&[POSTED.position()])]])
            .like("512"),
        Column::new("in_reply_to_id_text", Kind::Text, SHOWN, "`in_reply_to` for programs that read numbers as doubles.")
            .nullable()
            .from(&[POSTED.field("inReplyTo")]).hangs_on(&[&[sort(&[POSTED.position()])]])
            .like("512"),
        Column::new(
            "created_at",
            Kind::Timestamp,
            SHOWN,
            "When it was written: the original time of an imported message, else when the log recorded it.",
        )
        .from(&[POSTED.field("originalTime"), POSTED.recorded_at()])
        .like("2026-11-02 17:45:10+00"),
        Column::new(
            "recorded_at",
            Kind::Timestamp,
            SHOWN,
            "When the log recorded it; of a message that was not imported the same as created_at.",
        )
        .from(&[POSTED.recorded_at()])
        .like("2026-11-02 17:45:10+00"),
        Column::new("is_imported", Kind::Boolean, SHOWN, "Whether it was imported from elsewhere, with its original time.")
            .made_of(&[POSTED.field("originalTime")])
            .like("false"),
        Column::new("edited_at", Kind::Timestamp, SHOWN, "When it was last edited: the original time of an imported edit, else when the log recorded it. Null: never.")
            .nullable()
            .from(&[EDITED.field("originalTime"), EDITED.recorded_at()]).hangs_on(&[standing::LATEST_EDITION, standing::OF_MESSAGE])
            .like("2026-11-02 17:46:00+00"),
        Column::new("edition", Kind::Integer, SHOWN, "1 as it was posted, one more with every edit.")
            .from(&[EDITED.field("edition")]).hangs_on(&[standing::LATEST_EDITION, standing::OF_MESSAGE])
            .like("1"),
        Column::new(
            "changed_position",
            Kind::BigInt,
            SHOWN,
            "Where in the log it was posted or last edited: what is greater than a position came or was edited after it. \
             Counts move without it.",
        )
        .from(&[POSTED.position(), EDITED.position()]).hangs_on(&[standing::LATEST_EDITION])
        .like("1024"),
        Column::new("likes", Kind::BigInt, FOLLOWS, "How many accounts like it now.")
            .counted_over(&[LIKED.field("message")]).hangs_on(&[standing::LIKE, standing::BLOCKS, standing::GIVEN_UP])
            .like("3"),
        Column::new("reposts", Kind::BigInt, FOLLOWS, "How many accounts have reposted it and not taken that back.")
            .counted_over(&[REPOSTED.field("message")]).hangs_on(&[standing::REPOST, standing::BLOCKS, standing::GIVEN_UP])
            .like("0"),
        Column::new("replies", Kind::BigInt, FOLLOWS, "How many messages that are not deleted answer it.")
            .counted_over(&[POSTED.field("inReplyTo")]).hangs_on(&[standing::MESSAGE])
            .like("1"),
    ],
};
