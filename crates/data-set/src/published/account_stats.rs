//! How many follow, are followed and write.

use super::column::{Column, Kind};
use super::events::{FOLLOWED, POSTED};
use super::lineage::Rows;
use super::standing;
use super::view::{Cadence, Domain, View};
use super::why::SHOWN_OF_PEOPLE;

pub(super) const VIEW: View = View {
    name: "account_stats",
    title: "Counts of accounts",
    description: "Followers, followed accounts and messages per account. No row where all are 0.",
    domain: Domain::People,
    cadence: Cadence::Folded("social"),
    primary_key: &["account"],
    time_column: None,
    rows: Rows::by(&[standing::FOLLOW, standing::BLOCKS, standing::GIVEN_UP, standing::MESSAGE]),
    columns: &[
        Column::new("account", Kind::BigInt, SHOWN_OF_PEOPLE, "The account.")
            .to_most("accounts", "id", super::NEVER_REGISTERED)
            .from(&[FOLLOWED.field("follower"), FOLLOWED.field("followee"), POSTED.field("author")])
            .like("7"),
        Column::new("followers", Kind::BigInt, SHOWN_OF_PEOPLE, "How many accounts follow it.")
            .counted_over(&[FOLLOWED.field("followee")])
            .hangs_on(&[standing::FOLLOW, standing::BLOCKS, standing::GIVEN_UP])
            .like("5"),
        Column::new("following", Kind::BigInt, SHOWN_OF_PEOPLE, "How many accounts it follows.")
            .counted_over(&[FOLLOWED.field("follower")])
            .hangs_on(&[standing::FOLLOW, standing::BLOCKS, standing::GIVEN_UP])
            .like("9"),
        Column::new("messages", Kind::BigInt, SHOWN_OF_PEOPLE, "How many messages of it are not deleted.")
            .counted_over(&[POSTED.field("author")])
            .hangs_on(&[standing::MESSAGE])
            .like("12"),
    ],
};
