//! Reposts there ever were, over time.

use super::column::{Column, Kind};
use super::events::{DEACTIVATED, DELETED, REPOSTED, UNREPOSTED};
use super::lineage::{Rows, sort};
use super::standing;
use super::view::{Cadence, Domain, View};
use super::why::SHOWN_OF_PEOPLE;

pub(super) const VIEW: View = View {
    name: "repost_history",
    title: "Reposts there ever were",
    description: "A row for each time that somebody reposted a message, also where it ended; read as follow_history.",
    domain: Domain::Reactions,
    cadence: Cadence::Folded("history"),
    primary_key: &["account", "message", "from_position"],
    time_column: Some("from_at"),
    rows: Rows::by(&[standing::REPOST, standing::BLOCKS, standing::MESSAGE, &[sort(&[DEACTIVATED.position()])]]),
    columns: &[
        Column::new(
            "account",
            Kind::BigInt,
            SHOWN_OF_PEOPLE,
            "The account that reposted it.",
        )
        .to_most("accounts", "id", super::GONE_OR_NEVER_REGISTERED)
        .from(&[REPOSTED.field("account")])
        .like("9"),
        Column::new(
            "message",
            Kind::BigInt,
            SHOWN_OF_PEOPLE,
            "The message.",
        )
        .to("message_ids", "id")
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
        Column::new(
            "from_position",
            Kind::BigInt,
            SHOWN_OF_PEOPLE,
            "Where in the log it began.",
        )
        .from(&[REPOSTED.position()])
        .like("4096"),
        Column::new(
            "from_at",
            Kind::Timestamp,
            SHOWN_OF_PEOPLE,
            "When it began: the original time of an imported one, else when the log recorded it.",
        )
        .from(&[REPOSTED.field("originalTime"), REPOSTED.recorded_at()]).hangs_on(&[&[sort(&[REPOSTED.position()])]])
        .like("2026-11-02 18:00:00+00"),
        Column::new(
            "to_position",
            Kind::BigInt,
            SHOWN_OF_PEOPLE,
            "Where in the log it ended; it stood up to before that. Null: it still stands.",
        )
        .nullable()
        .from(&[UNREPOSTED.position(), DELETED.position(), DEACTIVATED.position()]).hangs_on(&[standing::REPOST, standing::END_OF_MESSAGE])
        .like("8192"),
        Column::new(
            "to_at",
            Kind::Timestamp,
            SHOWN_OF_PEOPLE,
            "When it ended. Null: it still stands.",
        )
        .nullable()
        .from(&[UNREPOSTED.field("originalTime"), UNREPOSTED.recorded_at(), DELETED.field("originalTime"), DELETED.recorded_at(), DEACTIVATED.field("originalTime"), DEACTIVATED.recorded_at()]).hangs_on(&[standing::REPOST, standing::END_OF_MESSAGE])
        .like("2026-11-09 18:00:00+00"),
        Column::new(
            "ended_by",
            Kind::Text,
            SHOWN_OF_PEOPLE,
            "What ended it: it was taken back, the message was deleted (alone or with its account), or the account that did it was given up. Null: it still stands.",
        )
        .nullable()
        .one_of(&["undone", "deleted", "deactivated"])
        .made_of(&[UNREPOSTED.itself(), DELETED.itself(), DEACTIVATED.itself()]).hangs_on(&[standing::REPOST, standing::END_OF_MESSAGE])
        .like("undone"),
    ],
};
