//! Who likes what.

use super::column::{Column, Kind};
use super::events::LIKED;
use super::lineage::Rows;
use super::standing;
use super::view::{Cadence, Domain, View};
use super::why::SHOWN_OF_PEOPLE;

pub(super) const VIEW: View = View {
    name: "likes",
    title: "Likes",
    description: "Who likes which message. A like that was taken back has no row, nor has one of a deleted message.",
    domain: Domain::Reactions,
    cadence: Cadence::Folded("social"),
    primary_key: &["account", "message"],
    time_column: Some("liked_at"),
    rows: Rows::by(&[standing::LIKE, standing::BLOCKS, standing::MESSAGE]),
    columns: &[
        Column::new("account", Kind::BigInt, SHOWN_OF_PEOPLE, "The account that likes it.")
            .to_most("accounts", "id", super::NEVER_REGISTERED)
            .from(&[LIKED.field("account")])
            .like("9"),
        Column::new("message", Kind::BigInt, SHOWN_OF_PEOPLE, "The message.")
            .to("messages", "id")
            .from(&[LIKED.field("message")])
            .like("1024"),
        Column::new(
            "message_id_text",
            Kind::Text,
            SHOWN_OF_PEOPLE,
            "`message` for programs that read numbers as doubles.",
        )
        .from(&[LIKED.field("message")])
        .like("1024"),
        Column::new("position", Kind::BigInt, SHOWN_OF_PEOPLE, "Where in the log it was done.")
            .from(&[LIKED.position()])
            .hangs_on(&[standing::LIKE, standing::BLOCKS])
            .like("4096"),
        Column::new(
            "liked_at",
            Kind::Timestamp,
            SHOWN_OF_PEOPLE,
            "When it was done: the original time of an imported like, else when the log recorded it.",
        )
        .from(&[LIKED.field("originalTime"), LIKED.recorded_at()])
        .hangs_on(&[standing::LIKE, standing::BLOCKS])
        .like("2026-11-02 18:00:00+00"),
    ],
};
