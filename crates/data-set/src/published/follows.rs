//! Who follows whom.

use super::column::{Column, Kind};
use super::events::FOLLOWED;
use super::lineage::Rows;
use super::standing;
use super::view::{Cadence, Domain, View};
use super::why::SHOWN_OF_PEOPLE;

pub(super) const VIEW: View = View {
    name: "follows",
    title: "Follows",
    description: "Who follows whom now. A follow that ended has no row.",
    domain: Domain::People,
    cadence: Cadence::Folded("social"),
    primary_key: &["follower", "followee"],
    time_column: Some("followed_at"),
    rows: Rows::by(&[standing::FOLLOW, standing::BLOCKS, standing::GIVEN_UP]),
    columns: &[
        Column::new("follower", Kind::BigInt, SHOWN_OF_PEOPLE, "The account that follows.")
            .to_most("accounts", "id", super::NEVER_REGISTERED)
            .from(&[FOLLOWED.field("follower")])
            .like("7"),
        Column::new("followee", Kind::BigInt, SHOWN_OF_PEOPLE, "The account that is followed.")
            .to_most("accounts", "id", super::NEVER_REGISTERED)
            .from(&[FOLLOWED.field("followee")])
            .like("9"),
        Column::new("position", Kind::BigInt, SHOWN_OF_PEOPLE, "Where in the log it began.")
            .from(&[FOLLOWED.position()])
            .hangs_on(&[standing::FOLLOW, standing::BLOCKS])
            .like("2048"),
        Column::new(
            "followed_at",
            Kind::Timestamp,
            SHOWN_OF_PEOPLE,
            "When it began: the original time of an imported follow, else when the log recorded it.",
        )
        .from(&[FOLLOWED.field("originalTime"), FOLLOWED.recorded_at()])
        .hangs_on(&[standing::FOLLOW, standing::BLOCKS])
        .like("2026-11-02 10:00:00+00"),
    ],
};
