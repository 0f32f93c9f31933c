//! What others made of messages.

use super::column::{Column, Kind};
use super::events::{LIKED, POSTED, REPOSTED};
use super::lineage::{Rows, filter};
use super::standing;
use super::view::{Cadence, Domain, View};
use super::why::{FOLLOWS, SHOWN};

pub(super) const VIEW: View = View {
    name: "message_stats",
    title: "Counts of messages",
    description: "Likes, reposts and replies per message. No row where all are 0; messages has them as columns.",
    domain: Domain::Reactions,
    cadence: Cadence::Folded("social"),
    primary_key: &["message"],
    time_column: None,
    rows: Rows::by(&[
        standing::MESSAGE,
        standing::LIKE,
        standing::REPOST,
        standing::BLOCKS,
        &[filter(&[POSTED.field("inReplyTo")])],
    ]),
    columns: &[
        Column::new("message", Kind::BigInt, SHOWN, "The message.")
            .to("messages", "id")
            .from(&[LIKED.field("message"), REPOSTED.field("message"), POSTED.field("inReplyTo")])
            .like("1024"),
        Column::new(
            "message_id_text",
            Kind::Text,
            SHOWN,
            "`message` for programs that read numbers as doubles.",
        )
        .from(&[LIKED.field("message"), REPOSTED.field("message"), POSTED.field("inReplyTo")])
        .like("1024"),
        Column::new("likes", Kind::BigInt, FOLLOWS, "How many accounts like it now.")
            .counted_over(&[LIKED.field("message")])
            .hangs_on(&[standing::LIKE, standing::BLOCKS, standing::GIVEN_UP])
            .like("3"),
        Column::new(
            "reposts",
            Kind::BigInt,
            FOLLOWS,
            "How many accounts have reposted it and not taken that back.",
        )
        .counted_over(&[REPOSTED.field("message")])
        .hangs_on(&[standing::REPOST, standing::BLOCKS, standing::GIVEN_UP])
        .like("0"),
        Column::new("replies", Kind::BigInt, FOLLOWS, "How many messages that are not deleted answer it.")
            .counted_over(&[POSTED.field("inReplyTo")])
            .hangs_on(&[standing::MESSAGE])
            .like("1"),
    ],
};
