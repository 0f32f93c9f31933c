//! Who reposted what.

use super::column::{Column, Kind};
use super::events::REPOSTED;
use super::lineage::Rows;
use super::standing;
use super::view::{Cadence, Domain, View};
use super::why::SHOWN_OF_PEOPLE;

pub(super) const VIEW: View = View {
    name: "reposts",
    title: "Reposts",
    description: "Who reposted which message. A repost that was taken back has no row, nor has one of a deleted message.",
    domain: Domain::Reactions,
    cadence: Cadence::Folded("social"),
    primary_key: &["account", "message"],
    time_column: Some("reposted_at"),
    rows: Rows::by(&[standing::REPOST, standing::BLOCKS, standing::MESSAGE]),
    columns: &[
        Column::new("account", Kind::BigInt, SHOWN_OF_PEOPLE, "The account that reposted it.")
            .to_most("accounts", "id", super::NEVER_REGISTERED)
            .from(&[REPOSTED.field("account")])
            .like("9"),
        Column::new("message", Kind::BigInt, SHOWN_OF_PEOPLE, "The message.")
            .to("messages", "id")
            .from(&[REPOSTED.field("message")])
            .like("1024"),
        Column::new(
            "message_id_text",
            Kind::Text,
            SHOWN_OF_PEOPLE,
            "`message` for programs that read numbers as doubles.",
        )
        .from(&[REPOSTED.field("message")])
        .like("1024"),
        Column::new("position", Kind::BigInt, SHOWN_OF_PEOPLE, "Where in the log it was done.")
            .from(&[REPOSTED.position()])
            .hangs_on(&[standing::REPOST, standing::BLOCKS])
            .like("4096"),
        Column::new(
            "reposted_at",
            Kind::Timestamp,
            SHOWN_OF_PEOPLE,
            "When it was done: the original time of an imported repost, else when the log recorded it.",
        )
        .from(&[REPOSTED.field("originalTime"), REPOSTED.recorded_at()])
        .hangs_on(&[standing::REPOST, standing::BLOCKS])
        .like("2026-11-02 18:00:00+00"),
    ],
};
