//! Follows there ever were, over time.

use super::column::{Column, Kind};
use super::events::{BLOCKED, DEACTIVATED, FOLLOWED, UNFOLLOWED};
use super::lineage::{Rows, sort};
use super::standing;
use super::view::{Cadence, Domain, View};
use super::why::SHOWN_OF_PEOPLE;

pub(super) const VIEW: View = View {
    name: "follow_history",
    title: "Follows there ever were",
    description: "A row for each time that somebody followed somebody, also where it ended. What stood at position P: \
        `from_position <= P and (to_position is null or to_position > P)`.",
    domain: Domain::People,
    cadence: Cadence::Folded("history"),
    primary_key: &["follower", "followee", "from_position"],
    time_column: Some("from_at"),
    rows: Rows::by(&[standing::FOLLOW, standing::BLOCKS, standing::GIVEN_UP, &[sort(&[DEACTIVATED.position()])]]),
    columns: &[
        Column::new(
            "follower",
            Kind::BigInt,
            SHOWN_OF_PEOPLE,
            "The account that followed.",
        )
        .to_most("accounts", "id", super::GONE_OR_NEVER_REGISTERED)
        .from(&[FOLLOWED.field("follower")])
        .like("9"),
        Column::new(
            "followee",
            Kind::BigInt,
            SHOWN_OF_PEOPLE,
            "The account that was followed.",
        )
        .to_most("accounts", "id", super::GONE_OR_NEVER_REGISTERED)
        .from(&[FOLLOWED.field("followee")])
        .like("7"),
        Column::new(
            "from_position",
            Kind::BigInt,
            SHOWN_OF_PEOPLE,
            "Where in the log it began.",
        )
        .from(&[FOLLOWED.position()])
        .like("4096"),
        Column::new(
            "from_at",
            Kind::Timestamp,
            SHOWN_OF_PEOPLE,
            "When it began: the original time of an imported one, else when the log recorded it.",
        )
        .from(&[FOLLOWED.field("originalTime"), FOLLOWED.recorded_at()]).hangs_on(&[&[sort(&[FOLLOWED.position()])]])
        .like("2026-11-02 18:00:00+00"),
        Column::new(
            "to_position",
            Kind::BigInt,
            SHOWN_OF_PEOPLE,
            "Where in the log it ended; it stood up to before that. Null: it still stands.",
        )
        .nullable()
        .from(&[UNFOLLOWED.position(), BLOCKED.position(), DEACTIVATED.position()]).hangs_on(&[standing::FOLLOW, standing::BLOCKS, standing::GIVEN_UP, &[sort(&[DEACTIVATED.position()])]])
        .like("8192"),
        Column::new(
            "to_at",
            Kind::Timestamp,
            SHOWN_OF_PEOPLE,
            "When it ended. Null: it still stands.",
        )
        .nullable()
        .from(&[UNFOLLOWED.field("originalTime"), UNFOLLOWED.recorded_at(), BLOCKED.recorded_at(), DEACTIVATED.field("originalTime"), DEACTIVATED.recorded_at()]).hangs_on(&[standing::FOLLOW, standing::BLOCKS, standing::GIVEN_UP, &[sort(&[DEACTIVATED.position()])]])
        .like("2026-11-09 18:00:00+00"),
        Column::new(
            "ended_by",
            Kind::Text,
            SHOWN_OF_PEOPLE,
            "What ended it: it was taken back, or one of the two accounts was given up. Null: it still stands.",
        )
        .nullable()
        .one_of(&["undone", "deactivated"])
        .made_of(&[UNFOLLOWED.itself(), BLOCKED.itself(), DEACTIVATED.itself()]).hangs_on(&[standing::FOLLOW, standing::BLOCKS, standing::GIVEN_UP, &[sort(&[DEACTIVATED.position()])]])
        .like("undone"),
    ],
};
