//! What is left of deleted messages.

use super::column::{Column, Kind};
use super::events::{DEACTIVATED, DELETED, POSTED};
use super::lineage::{Rows, conditional, join};
use super::standing;
use super::view::{Cadence, Domain, View};
use super::why::{LEFT, LEFT_TAGS, LEFT_WHEN};

pub(super) const VIEW: View = View {
    name: "deleted_messages",
    title: "Deleted messages",
    description: "Messages that were deleted, by their author or somebody else, or because the account was given up. \
        Neither whose they were, unless a whole account went, nor their text.",
    domain: Domain::Messages,
    cadence: Cadence::Folded("social"),
    primary_key: &["id"],
    time_column: Some("deleted_at"),
    rows: Rows::by(&[standing::MESSAGE, standing::TOMBSTONE]),
    columns: &[
        Column::new("id", Kind::BigInt, LEFT, "The message.")
            .to("message_ids", "id")
            .from(&[DELETED.field("message"), POSTED.position()])
            .like("768"),
        Column::new("id_text", Kind::Text, LEFT, "`id` for programs that read numbers as doubles.")
            .from(&[DELETED.field("message"), POSTED.position()])
            .like("768"),
        Column::new(
            "changed_position",
            Kind::BigInt,
            LEFT_WHEN,
            "Where in the log it was deleted, or its author gave the account up: what is greater than a position went after \
             it.",
        )
        .from(&[DELETED.position(), DEACTIVATED.position()]).hangs_on(&[standing::END_OF_MESSAGE, standing::TOMBSTONE])
        .like("2304"),
        Column::new("deleted_at", Kind::Timestamp, LEFT_WHEN, "When it was deleted: the original time of an imported deletion, else when the log recorded it.")
            .from(&[DELETED.field("originalTime"), DELETED.recorded_at(), DEACTIVATED.field("originalTime"), DEACTIVATED.recorded_at()]).hangs_on(&[standing::END_OF_MESSAGE, standing::TOMBSTONE])
            .like("2026-11-03 08:00:00+00"),
        Column::new(
            "cause",
            Kind::Text,
            LEFT,
            "Why it went: its author deleted it, an admin did, or its author gave the account up.",
        )
        .one_of(&["author", "admin", "deactivation"])
        .made_of(&[DELETED.field("author"), DELETED.field("deletedBy"), DEACTIVATED.itself()]).hangs_on(&[standing::END_OF_MESSAGE, standing::TOMBSTONE])
        .like("author"),
        Column::new(
            "created_at",
            Kind::Timestamp,
            LEFT,
            "When it had been written. Null: there never was such a message, only its deletion.",
        )
        .nullable()
        .from(&[POSTED.field("originalTime"), POSTED.recorded_at()]).hangs_on(&[&[conditional(&[POSTED.itself(), POSTED.field("author")]), join(&[POSTED.position()])]])
        .like("2026-11-02 18:00:00+00"),
        Column::new(
            "tags",
            Kind::TextArray,
            LEFT_TAGS,
            "The tags that it was posted with. Null: there never was such a message.",
        )
        .nullable()
        .from(&[POSTED.field("tags")]).hangs_on(&[&[conditional(&[POSTED.itself(), POSTED.field("author")]), join(&[POSTED.position()])]])
        .like("{birds}"),
        Column::new("in_reply_to", Kind::BigInt, LEFT, "The message that it answered. Null: none.")
            .nullable()
            .to("message_ids", "id")
            .from(&[POSTED.field("inReplyTo")]).hangs_on(&[&[conditional(&[POSTED.itself(), POSTED.field("author")]), join(&[POSTED.position()])]])
            .like("512"),
        Column::new("in_reply_to_id_text", Kind::Text, LEFT, "`in_reply_to` for programs that read numbers as doubles.")
            .nullable()
            .from(&[POSTED.field("inReplyTo")]).hangs_on(&[&[conditional(&[POSTED.itself(), POSTED.field("author")]), join(&[POSTED.position()])]])
            .like("512"),
        Column::new(
            "nearest_living",
            Kind::SmallInt,
            LEFT,
            "How many replies below it the nearest message is that is not deleted, at most 50. Null: there is none, and \
             no conversation shows its place.",
        )
        .nullable()
        .counted_over(&[POSTED.field("inReplyTo")]).hangs_on(&[standing::MESSAGE, standing::TOMBSTONE])
        .like("1"),
    ],
};
